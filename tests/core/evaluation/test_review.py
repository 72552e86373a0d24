"""A review against loops, torch and numpy; looks at the test part are counted, saved and not undone."""

import csv
import io
import json

import numpy as np
import pytest
import torch

from core.catalogue.losses import LOSSES
from core.catalogue.spec import Choice
from core.data.importers.progress import finish
from core.edits import OpenTest, Replace, SetTraining, SetWeights
from core.errors import DataError, NotTrainable
from core.evaluation.report import histogram, to_csv, to_json
from core.evaluation.review import Subject, review
from core.examples import open_example
from core.keys import edit_for
from core.looks import look_at, looks_at
from core.project_file import load, save
from core.script import evaluate, new_project, train, write_report
from core.script import review as judged


@pytest.fixture(scope="module")
def digits():
    project = open_example("digits-rows-elman")
    train(project, epochs=1)
    return project


@pytest.fixture(scope="module")
def parity():
    project = open_example("parity")
    train(project, epochs=1)
    return project


def test_classes_are_what_counting_by_hand_finds(digits):
    found = judged(digits)
    truth = found.data.target.values[found.judged.evaluation.samples, 0].astype(int)
    said = found.judged.evaluation.outputs.argmax(axis=1)
    for one in range(10):
        right = sum(t == one and s == one for t, s in zip(truth, said))
        answered, there = sum(said == one), sum(truth == one)
        assert found.classes.support[one] == there
        assert found.classes.recall[one] == pytest.approx(right / there)
        if answered:
            assert found.classes.precision[one] == pytest.approx(right / answered)
        assert found.classes.f1[one] == pytest.approx(2 * right / (answered + there))
    assert found.classes.table.sum() == len(truth)
    metrics = {one.key: one for one in found.metrics}
    assert metrics["accuracy"].value == pytest.approx((truth == said).mean())
    assert metrics["accuracy"].beaten


def test_the_loss_of_each_sample_is_what_torch_says(digits):
    found = judged(digits)
    outputs = torch.tensor(found.judged.evaluation.outputs, dtype=torch.float64)
    truth = torch.tensor(found.data.target.values[found.judged.evaluation.samples, 0]).long()
    each = torch.nn.functional.nll_loss(outputs.log(), truth, reduction="none").numpy()
    np.testing.assert_allclose(found.judged.sample_losses, each, rtol=1e-4)
    worst = found.worst(5)
    assert worst.tolist() == found.judged.evaluation.samples[np.argsort(-each)[:5]].tolist()
    assert found.loss_of(int(worst[0])) == pytest.approx(each.max(), rel=1e-4)
    cross_entropy = next(one for one in found.metrics if one.key == "cross_entropy")
    assert cross_entropy.value == pytest.approx(each.mean(), rel=1e-4)


@pytest.mark.parametrize("loss", [key for key in LOSSES if key not in ("poisson", "mbe")])
@pytest.mark.parametrize("over", ["all", "last", "custom"])
def test_a_sample_alone_has_the_loss_that_it_has_among_others(parity, loss, over):
    """Against the loss of a batch of one, which is written elsewhere."""
    from core.engine.session import Session

    project = open_example("parity")
    choice = LOSSES.choose(loss)
    values = {**choice.values, "over_time": over, "step_weights": "1, 0, 2"}
    if "class_weights" in values:
        values["class_weights"] = "balanced"
    project.apply(SetWeights(dict(parity.weights)))
    project.apply(SetTraining("loss", Choice(loss, values)))
    found = finish(review(project.state, "validation"))
    session = Session(project.state, project.dataset())
    for row in (0, 3):
        sample = int(found.judged.evaluation.samples[row])
        alone = session.examine(sample, "validation").loss
        assert found.judged.sample_losses[row] == pytest.approx(alone, rel=1e-5, abs=1e-7)


def test_errors_by_step_and_whole_sequences_are_what_loops_find(parity):
    found = judged(parity)
    data, evaluation = found.data, found.judged.evaluation
    said = evaluation.outputs.argmax(axis=2)
    truth = data.target.values[evaluation.samples, :, 0].astype(int)
    np.testing.assert_allclose(found.by_step.error, (said != truth).mean(axis=0))
    assert found.by_step.at.tolist() == list(range(1, 13))
    assert set(found.by_step.count.tolist()) == {len(truth)}
    assert found.sequences.share_right == pytest.approx((said == truth).all(axis=1).mean())
    assert found.by_length is None


def test_errors_by_length_count_every_sample_once():
    project = open_example("vowels-gru")
    found = judged(project)
    lengths = found.data.lengths[found.judged.evaluation.samples]
    wrong = (
        found.judged.evaluation.outputs.argmax(axis=1) != found.data.target.values[found.judged.evaluation.samples, 0]
    )
    assert found.by_length.count.sum() == len(lengths)
    for low, high, error, count in zip(
        found.by_length.at, found.by_length.until, found.by_length.error, found.by_length.count
    ):
        here = (lengths >= low) & (lengths <= high)
        assert count == here.sum() and error == pytest.approx(wrong[here].mean())


def test_regressions_are_told_in_the_unit_of_the_data():
    project = open_example("sunspots-forecast")
    found = judged(project)
    undo = found.data.target.normalisation.undo
    said = undo(found.judged.evaluation.outputs.astype(float))
    truth = undo(found.data.target.values[found.judged.evaluation.samples].astype(float))
    np.testing.assert_allclose(found.misses, said - truth, rtol=1e-6)
    values = {one.key: one.value for one in found.metrics}
    assert values["mae"] == pytest.approx(np.abs(said - truth).mean())
    assert values["r2"] == pytest.approx(1 - ((said - truth) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())
    counts, edges = histogram(found.misses)
    assert counts.sum() == len(truth) and 0.0 in np.round(edges, 9)


def test_judging_says_how_far_it_is_and_changes_nothing(digits):
    before = {name: value.copy() for name, value in digits.weights.items()}
    torch.manual_seed(7)
    random = torch.get_rng_state()
    job = review(digits.state, "train")
    shares = [step.done for step in job]
    assert shares == sorted(shares) and len(shares) > 5 and shares[0] == 0 and shares[-1] < 1
    assert torch.equal(torch.get_rng_state(), random)
    for name, value in digits.weights.items():
        np.testing.assert_array_equal(value, before[name])


def test_everything_can_be_written(parity, tmp_path):
    found = judged(parity)
    write_report(found, tmp_path / "r.json")
    written = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert written["part"] == "validation" and written["run"] == parity.runs[-1].id
    assert written["batch"] == len(parity.runs[-1])
    assert written["metrics"]["accuracy"].keys() == {"value", "prior", "symbol"}
    assert np.array(written["confusion"]).sum() == written["answers"]
    assert written["error_by_step"]["answers"] == found.by_step.count.tolist()
    assert written == json.loads(json.dumps(to_json(found, written["versions"])))
    write_report(found, tmp_path / "r.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "r.csv").read_text("utf-8"))))
    assert len(rows) == written["answers"]
    assert np.mean([int(row["right"]) for row in rows]) == pytest.approx(written["metrics"]["accuracy"]["value"])
    assert to_csv(found).decode() == (tmp_path / "r.csv").read_text("utf-8")


def test_a_network_that_ran_away_is_told_as_such(parity):
    project = open_example("parity")
    project.apply(SetWeights({name: np.full_like(value, np.nan) for name, value in project.weights.items()}))
    found = judged(project)
    assert found.classes.table.sum() == 0 and found.decided.wrong.all()
    assert json.dumps(to_json(found, {}), allow_nan=False)


def with_test_part():
    project = open_example("circles-mlp")
    project.apply(edit_for(project.state, "data.test", 0.2))
    return project


def test_a_look_at_the_test_part_is_counted_and_stays(tmp_path):
    project = with_test_part()
    judged(project, "validation"), judged(project, "train")
    assert project.state.looks == ()
    evaluate(project, "test")
    train(project, epochs=1)
    found = judged(project, "test")
    assert [look.batch for look in project.state.looks] == [0, len(project.runs[-1])]
    assert to_json(found, {})["looks_at_test_part"] == 2
    save(project, tmp_path / "p.unroll")
    again = load(tmp_path / "p.unroll")
    assert again.state.looks == project.state.looks
    assert looks_at(again.state.looks, project.data) == 2


def test_what_was_seen_is_not_undone():
    project = with_test_part()
    before = project.state
    undo = project.apply(OpenTest(look_at(project.data)))
    project.apply(undo)
    assert looks_at(project.state.looks, project.data) == 1
    assert project.state.weights is before.weights
    # A state that has seen as much is gone back to as it is.
    project.apply(Replace(project.state))
    seen = project.state
    assert project.apply(Replace(seen)) and project.state is seen


def test_dealing_the_samples_anew_does_not_make_them_unseen():
    project = with_test_part()
    project.apply(OpenTest(look_at(project.data)))
    project.apply(edit_for(project.state, "data.seed", 5))
    assert looks_at(project.state.looks, project.data) == 1
    project.apply(edit_for(project.state, "data", "moons"))
    assert looks_at(project.state.looks, project.data) == 0


def test_what_cannot_be_judged_is_said():
    with pytest.raises(DataError, match="has no test part"):
        judged(open_example("circles-mlp"), "test")
    with pytest.raises(NotTrainable):
        judged(new_project("iris"))
    assert Subject() == Subject("", 0)
