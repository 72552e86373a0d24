"""The scripting surface: a dozen names that build, train, save and read a project."""

import json

import numpy as np
import pytest

from core import script
from core.catalogue.spec import Choice
from core.edits import SetData, SetMask
from core.errors import BadValue, DataError, NotTrainable, Refused, UnknownName
from core.keys import edit_for, known_keys
from core.project import same
from core.script import (
    add,
    check,
    connect,
    evaluate,
    examples,
    load,
    new_project,
    open_example,
    remove,
    save,
    set_value,
    train,
    write_report,
)  # fmt: skip
from core.whatif import Cut, Put, what_if
from tests.core.engine.generating_toys import drawn, told_backwards


def built():
    """The Elman network on short adding rows, by the dozen names alone."""
    project = new_project("adding", length=6, samples=60)
    data = add(project, "input", units=2, sequence=True)
    hidden = add(project, "dense", "Hidden", units=5)
    last = add(project, "last_step")
    answer = add(project, "output", "Answer")
    connect(project, data, hidden)
    connect(project, "Hidden", "Hidden", delay=1)
    connect(project, hidden, last)
    connect(project, last, answer)
    set_value(project, "epochs", 2)
    set_value(project, "batch_size", "16")
    return project


def test_the_surface_is_about_a_dozen_documented_names():
    assert 10 <= len(script.__all__) <= 15
    for name in script.__all__:
        assert getattr(script, name).__doc__


def test_a_network_is_built_trained_saved_and_read_again_in_ten_lines(tmp_path):
    project = built()
    assert [problem.text for problem in check(project) if problem.severity == "error"] == []
    before = project.weights
    seen = []
    run = train(project, epochs=3, seed=5, progress=lambda report: seen.append(report.batch))
    assert run.stopped == "finished" and project.runs == [run]
    steps = 3 * 3  # 48 training samples in batches of 16
    assert len(run) == steps and max(seen) == steps
    assert project.training["epochs"] == 3 and project.training["seed"] == 5
    assert any(not np.array_equal(before[name], project.weights[name]) for name in before)
    assert run.gradients["l2"]["total"].shape == (steps, 6)
    found = evaluate(project)
    assert found.loss == pytest.approx(run.epochs["loss"][-1], rel=1e-6)
    save(project, tmp_path / "p.unroll")
    again = load(tmp_path / "p.unroll")
    assert same(again.state, project.state)
    assert evaluate(again).loss == found.loss


def test_the_same_seed_gives_the_same_weights_and_training_goes_on_without_one():
    one, other = built(), built()
    train(one, epochs=2, seed=3)
    train(other, epochs=2, seed=3)
    assert same(one.state, other.state)
    reached = one.weights
    run = train(one, epochs=1)
    np.testing.assert_array_equal(run.state.weights["k1.weight"], reached["k1.weight"])
    assert not same(one.state, other.state)


def test_progress_can_stop_the_training_and_what_was_learned_stays():
    project = built()
    before = project.weights["k1.weight"]
    run = train(project, epochs=50, progress=lambda report: report.batch < 2)
    assert run.stopped == "stopped" and len(run) < 10
    assert not np.array_equal(before, project.weights["k1.weight"])


def test_what_cannot_train_says_why():
    project = new_project()
    with pytest.raises(NotTrainable, match="No data is chosen"):
        train(project)
    project = built()
    remove(project, "Answer")
    with pytest.raises(NotTrainable, match="no output"):
        train(project)


def test_layers_and_links_are_removed_by_object_or_name():
    project = built()
    link = next(link for link in project.network.links.values() if link.delay)
    remove(project, link)
    assert link.id not in project.network.links
    remove(project, project.network.layer("Hidden"), "Answer")
    assert [layer.kind for layer in project.network] == ["input", "last_step"]
    with pytest.raises(UnknownName, match="Last step"):
        remove(project, "Last stp")


def test_the_rules_of_the_window_hold_in_scripts():
    project = built()
    with pytest.raises(Refused, match="input"):
        connect(project, "Hidden", "Input")
    project.apply(SetMask("k2", {(0, 0): False}))
    assert not project.network.links["k2"].mask[0, 0]


def test_evaluating_on_an_empty_part_is_answered():
    project = built()
    with pytest.raises(DataError, match="test"):
        evaluate(project, "test")


def test_examples_are_listed_and_open():
    listed = examples()
    assert len(listed) >= 10 and all(listed.values())
    assert open_example("digits-mlp").network.layers
    with pytest.raises(UnknownName, match="did you mean “digits-mlp”"):
        open_example("digit-mlp")


# -- keys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "text", "read"),
    [
        ("epochs", "7", lambda p: p.training["epochs"] == 7),
        ("optimizer", "sgd", lambda p: p.training["optimizer"].key == "sgd"),
        ("optimizer.lr", "0.01", lambda p: p.training.get("optimizer.lr") == 0.01),
        ("shuffle", "no", lambda p: p.training["shuffle"] is False),
        ("data", "parity", lambda p: p.data.key == "parity"),
        ("data.length", "9", lambda p: p.data["length"] == 9),
        ("layers.Hidden.units", "32", lambda p: p.weights["k1.weight"].shape == (32, 2)),
        ("layers.l2.units", "3", lambda p: p.weights["k1.weight"].shape == (3, 2)),
        ("layers.Hidden.activation", "relu", lambda p: p.network.layers["l2"].params["activation"].key == "relu"),
        ("links.k2.delay", "2", lambda p: p.network.links["k2"].delay == 2),
    ],
)
def test_every_kind_of_key_can_be_set(key, text, read):
    project = built()
    assert not read(project)
    set_value(project, key, text)
    assert read(project)


def test_every_known_key_can_be_set_to_the_value_it_has():
    project = built()
    state = project.state
    keys = known_keys(state)
    assert len(keys) == len(set(keys)) > 30
    for key in keys:
        head, _, rest = key.partition(".")
        if head == "data":
            value = state.data.get(rest) if rest else state.data.key
        elif head == "layers":
            name, _, path = rest.partition(".")
            value = Choice("", state.network.layer(name).params).get(path) if path else None
        elif head == "links":
            value = state.network.links[rest.partition(".")[0]].delay
        else:
            value = state.training.get(key)
        text = value.key if hasattr(value, "key") else str(value)
        edit_for(state, key, text).apply(state)


def test_choosing_data_fits_the_ends_of_the_network_and_the_loss():
    project = built()
    set_value(project, "data", "digits")
    set_value(project, "data.reading", "rows")
    assert project.network.layer("Input").params["units"] == 8
    assert project.network.layer("Answer").params["units"] == 10
    assert [problem.text for problem in check(project) if problem.severity == "error"] == []


def test_a_layer_whose_name_holds_dots_is_found():
    project = built()
    name = "a.b"
    layer = add(project, "dense", name)
    add(project, "dense", "a")
    set_value(project, "layers.a.b.units", 3)
    assert project.network.layers[layer.id].params["units"] == 3


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("epoch", "epochs"),
        ("optimizr.lr", "optimizer.lr"),
        ("lr", "optimizer.lr"),
        ("length", "data.length"),
        ("layers.Hiden.units", "layers.Hidden.units"),
        ("layers.Hidden.unit", "layers.Hidden.units"),
        ("data.lenght", "data.length"),
        ("layer.Hidden.units", "layers.Hidden.units"),
    ],
)
def test_an_unknown_key_is_answered_with_the_nearest(key, near):
    with pytest.raises(BadValue, match=f"did you mean “{near}”"):
        set_value(built(), key, 1)


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("epochs", "many", "needs a number"),
        ("epochs", "0", "at least 1"),
        ("optimizer", "rmsprp", "did you mean “rmsprop”"),
        ("data", "digit", "did you mean “digits”"),
        ("data.length", "1e9", "at most"),
        ("layers.Hidden.units", "2.5", "whole number"),
        ("links.k2.delay", "soon", "whole number"),
        ("zzzzzzzz", "1", "Known"),
    ],
)
def test_a_bad_value_is_answered_in_words_and_changes_nothing(key, value, sentence):
    project = built()
    before = project.state
    with pytest.raises((BadValue, UnknownName), match=sentence):
        set_value(project, key, value)
    assert project.state is before


def test_data_keys_without_data_are_unknown():
    project = built()
    project.apply(SetData(None))
    with pytest.raises((BadValue, UnknownName)):
        set_value(project, "data.length", 5)


# -- the report ------------------------------------------------------------------------------------------------------


def test_the_report_holds_settings_versions_columns_and_the_gradient_of_every_step(tmp_path):
    project = built()
    run = train(project, epochs=2, seed=1)
    path = tmp_path / "گزارش.json"
    write_report(run, path)
    report = json.loads(path.read_text("utf-8"))
    assert report["seed"] == 1
    assert report["settings"]["values"]["epochs"] == 2
    assert report["data"]["key"] == "adding"
    assert report["versions"]["torch"].startswith("2.")
    assert report["parameters"] == sum(w.size for w in project.weights.values())
    assert report["columns"]["loss"] == [float(v) for v in run.steps["loss"]]
    assert len(report["gradients"]["Hidden"]["total"]) == len(run)
    assert all(len(row) == 6 for row in report["gradients"]["Hidden"]["total"])
    assert report["stopped"] == "finished"


def test_what_if_by_the_names_of_layers():
    project = built()
    hidden = project.network.layer("Hidden")
    plain = what_if(project)
    found = what_if(project, Put("Hidden", 2, 3, 0.0), Cut("Hidden -> Hidden", 4))
    assert plain.alike[""].cosine == pytest.approx(1.0, abs=1e-6)
    assert found.trace.layers[hidden.id].value[2, 3] == 0.0 != plain.trace.layers[hidden.id].value[2, 3]
    assert not found.trace.layers[hidden.id].delta[:4].any(), "no gradient passes the arrow that is cut"
    assert what_if(project).trace.loss == plain.trace.loss
    with pytest.raises(UnknownName, match="did you mean"):
        what_if(project, Cut("Hiden -> Hidden", 4))
    with pytest.raises(BadValue, match="t = 1 to 6"):
        what_if(project, Put("Hidden", 6, 3, 0.0))


def test_sequences_are_made_by_a_line():
    project = told_backwards(length=4)
    by_text = script.generate(project, "ABCB", given="B", way="beam", count=2, width=6)
    assert len(by_text) == 2 and all(one.text.startswith("B") and len(one.text) == 4 for one in by_text)
    flags = np.eye(3, dtype=np.float32)[[0, 1, 2, 1]]
    by_arrays = script.generate(project, {"x": flags}, given="B", way="beam", count=2, width=6)
    assert [one.text for one in by_arrays] == [one.text for one in by_text]
    project = drawn()
    digit = int(project.dataset().inputs["x"].values[5].argmax())
    by_sample, by_name = script.generate(project, 5)[0], script.generate(project, str(digit))[0]
    assert by_sample.answers.shape == (8, 8) and np.array_equal(by_sample.answers, by_name.answers)


def test_a_sample_of_a_shut_test_part_is_not_asked_about():
    project = drawn()
    sample = int(project.dataset().samples("test")[0])
    for ask in (
        lambda: script.generate(project, sample),
        lambda: what_if(project, sample=sample),
        lambda: what_if(project, part="test"),
    ):
        with pytest.raises(DataError, match=f"Sample {sample} is in the test part, which is shut"):
            ask()
    script.evaluate(project, "test")
    assert script.generate(project, sample)[0].answers.shape == (8, 8)
    assert what_if(project, part="test").trace.sample == sample


@pytest.mark.parametrize(
    ("ask", "error", "sentence"),
    [
        (lambda p: script.generate(p, "ABX"), BadValue, "“X” at place 3"),
        (lambda p: script.generate(p, ""), BadValue, "no text to read"),
        (lambda p: script.generate(p, 4000), DataError, "no sample 4000"),
        (lambda p: script.generate(p, "AB", way="bream"), UnknownName, "did you mean “beam”"),
        (lambda p: script.generate(open_example("reverse-encoder-decoder"), 0), NotTrainable, "does not read its own"),
        (lambda p: script.generate(drawn(), "eleven"), UnknownName, "no input of Drawing digits"),
    ],
)
def test_what_can_not_be_made_is_said(ask, error, sentence):
    with pytest.raises(error, match=sentence):
        ask(told_backwards())
