"""Tasks of the gym: what they are, what chance is worth, and that noise is what it says."""

import numpy as np
import pytest

from core.catalogue.spec import Choice
from core.data.catalogue import DATASETS, load
from core.errors import BadValue, UnknownName
from core.gym.tasks import chance, data_at, settings_for, shaken, share_right, task_of, tasks
from core.reports import Evaluation


def test_every_memory_task_of_the_catalogue_has_a_lag():
    found = tasks()
    memory = {key for key, spec in DATASETS.items() if spec.family == "memory task"}
    assert set(found) == memory >= {"recall", "copy", "echo", "adding", "temporal_order", "parity", "reverse"}
    assert {key: found[key].lag.key for key in ("recall", "echo", "adding", "parity")} == {
        "recall": "lag", "echo": "lag", "adding": "length", "parity": "length"}  # fmt: skip
    assert found["recall"].noise is not None and found["copy"].noise is None
    with pytest.raises(UnknownName, match="did you mean “recall”"):
        task_of("recal")


def test_the_settings_are_those_of_the_project_where_it_learns_this_task():
    assert settings_for("parity")["target"] == "last"
    own = DATASETS.choose("parity", target="every", length=9)
    assert settings_for("parity", own)["length"] == 9 and settings_for("parity", own)["target"] == "every"
    assert settings_for("recall", own) == DATASETS.choose("recall")
    assert settings_for("recall", samples=300)["samples"] == 300


@pytest.mark.parametrize("key", list(tasks()))
def test_the_data_has_the_lag_that_was_asked_for(key):
    task = task_of(key)
    data = data_at(settings_for(key, samples=100), 12)
    expected = load(DATASETS.choose(key, **{**settings_for(key, samples=100).values, task.lag.key: 12}))
    np.testing.assert_array_equal(next(iter(data.inputs.values())).values, next(iter(expected.inputs.values())).values)
    assert 0 < chance(data) < 0.75


def test_chance_is_what_always_answering_alike_gets():
    data = data_at(settings_for("recall"), 5)
    assert chance(data) == pytest.approx(0.25, abs=0.01)  # four symbols, dealt out evenly
    # |sum of two numbers - its mean| < 0.04: the triangle around 1 holds 1 - 0.96^2 of its area there.
    adding = data_at(settings_for("adding", samples=20_000), 10)
    assert chance(adding) == pytest.approx(1 - 0.96**2, abs=0.02)
    # The first of the steps that count are as open as the others in an echo.
    assert chance(data_at(settings_for("echo"), 3)) == pytest.approx(0.5, abs=0.02)


def test_who_answers_the_truth_is_always_right():
    data = data_at(settings_for("adding", samples=200), 10)
    samples = data.samples("validation")
    truth = data.target.values[samples]
    assert share_right(data, Evaluation("validation", 0.0, {}, samples, truth), "identity") == 1
    off = truth + np.where(np.arange(len(truth)) % 4 == 0, 0.05, 0.03)[:, None]
    assert share_right(data, Evaluation("validation", 0.0, {}, samples, off), "identity") == pytest.approx(0.75)
    copy = data_at(settings_for("copy", samples=200), 4)
    samples = copy.samples("validation")
    outputs = np.eye(4)[copy.target.values[samples, :, 0].astype(int)]
    outputs[:, :-3] = np.nan  # what does not count may be anything
    assert share_right(copy, Evaluation("validation", 0.0, {}, samples, outputs), "softmax") == 1


def test_noise_is_normal_and_on_what_is_read_alone():
    data = data_at(settings_for("copy", samples=500), 10)
    noisy = data_at(settings_for("copy", samples=500), 10, 0.3)
    added = noisy.inputs["x"].values - data.inputs["x"].values
    assert added.std() == pytest.approx(0.3, rel=0.02) and abs(added.mean()) < 0.01
    np.testing.assert_array_equal(noisy.target.values, data.target.values)
    np.testing.assert_array_equal(shaken(data, 0.3, 0).inputs["x"].values, noisy.inputs["x"].values)
    # Recall has noise of its own, which leaves the symbol alone.
    recall = data_at(settings_for("recall", samples=100), 10, 0.5).inputs["x"].values
    assert np.isin(recall[:, 0], (0, 1)).all() and recall[:, 1:].std() == pytest.approx(0.5, rel=0.05)


def test_data_without_a_validation_part_is_refused():
    settings = Choice("recall", {**settings_for("recall").values, "validation": 0.0})
    with pytest.raises(BadValue, match="validation part"):
        data_at(settings)
