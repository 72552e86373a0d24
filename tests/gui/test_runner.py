"""The window's side of a training: buttons, hand-over, live settings, undo, and a clean end."""

import gc

import numpy as np
import pytest

from core.data.cache import dataset
from core.edits import MoveLayers, SetParam, SetTraining, SetWeight
from core.examples import open_example
from gui.document import Document
from gui.runner import Runner


@pytest.fixture
def studio(qtbot):
    """A document with a small fast project and its runner, engine loaded."""
    document = Document(open_example("digits-rows-elman"))
    document.do(SetParam(document.project.network.layer("Hidden").id, "units", 8))
    document.do(SetTraining("epochs", 2))
    runner = Runner(document)
    runner.start()
    qtbot.waitUntil(lambda: runner.status == "idle", timeout=30000)
    yield document, runner
    assert runner.close()


def until(qtbot, runner, *statuses):
    qtbot.waitUntil(lambda: runner.status in statuses, timeout=30000)


def session_of(document):
    from core.engine.session import Session

    return Session(document.state, dataset(document.project.data))


def test_play_trains_to_the_end_and_the_weights_come_back(qtbot, studio):
    document, runner = studio
    straight = session_of(document)
    list(straight.run())
    runner.play()
    until(qtbot, runner, "stopped")
    assert "Finished 2 epochs" in runner.status_text
    for name, value in straight.weights().items():
        assert np.array_equal(document.project.weights[name], value), "the window trains exactly like the engine alone"
    assert len(runner.run) == runner.report.batch and runner.run.stopped == "finished"
    assert document.undo_stack.undoText() == "Train"


def test_stepping_and_pausing_give_what_an_uninterrupted_run_gives(qtbot, studio):
    document, runner = studio
    straight = session_of(document)
    list(straight.run())
    for stretch in ("batch", "step", "step", "batch", "batch", "epoch"):
        runner.step(stretch)
        until(qtbot, runner, "paused")
    runner.play()
    qtbot.wait(20)
    runner.pause()
    until(qtbot, runner, "paused", "stopped")
    if runner.status == "paused":
        runner.play()
        until(qtbot, runner, "stopped")
    for name, value in straight.weights().items():
        assert np.array_equal(document.project.weights[name], value)


def test_a_time_step_says_where_it_stands_and_changes_no_weight(qtbot, studio):
    document, runner = studio
    before = document.project.weights
    runner.step("step")
    until(qtbot, runner, "paused")
    assert document.project.weights is before
    assert "time step 1 of 8" in runner.status_text


def test_an_edit_of_structure_while_training_keeps_what_was_learned(qtbot, studio):
    document, runner = studio
    document.do(SetTraining("epochs", 1000))
    hidden = document.project.network.layer("Hidden").id
    start = document.project.weights[f"{hidden}.bias"]
    runner.play()
    qtbot.waitUntil(lambda: runner.report is not None and runner.report.batch > 5, timeout=30000)
    document.do(SetParam(hidden, "units", 9))
    assert not runner.busy
    trained = document.project.weights[f"{hidden}.bias"]
    assert trained.shape == (9,) and not np.array_equal(trained[:8], start)
    assert document.undo_stack.text(document.undo_stack.index() - 2) == "Train"
    runner.play()
    qtbot.waitUntil(lambda: runner.report is not None and runner.report.batch > 2, timeout=30000)


def test_moving_a_layer_does_not_disturb_the_training(qtbot, studio):
    document, runner = studio
    document.do(SetTraining("epochs", 1000))
    runner.play()
    qtbot.waitUntil(lambda: runner.report is not None, timeout=30000)
    document.do(MoveLayers({document.project.network.layer("Hidden").id: (1.0, 2.0)}))
    assert runner.busy
    runner.pause()
    until(qtbot, runner, "paused")
    run = runner.run
    runner.step("batch")
    until(qtbot, runner, "paused")
    assert runner.run is run, "the same run goes on"


def test_a_live_setting_is_noted_and_does_not_reset(qtbot, studio):
    document, runner = studio
    document.do(SetTraining("epochs", 1000))
    runner.step("batch")
    until(qtbot, runner, "paused")
    document.do(SetTraining("optimizer.lr", 0.0003))
    runner.step("batch")
    until(qtbot, runner, "paused")
    assert runner.report.learning_rate == pytest.approx(0.0003)
    assert any(note.batch == 2 for note in runner.run.notes)
    assert runner.report.batch == 2


def test_undo_of_a_training_brings_the_weights_back(qtbot, studio):
    document, runner = studio
    before = document.project.weights
    runner.step("epoch")
    until(qtbot, runner, "paused")
    assert document.project.weights is not before
    document.undo()
    assert document.project.weights is before


def test_an_edited_weight_is_what_training_goes_on_from(qtbot, studio):
    document, runner = studio
    runner.step("batch")
    until(qtbot, runner, "paused")
    output = document.project.network.layer(
        "Output"
        if "Output" in {x.name for x in document.project.network}
        else document.project.network.of_kind("output")[0].name
    ).id
    document.do(SetWeight(f"{output}.bias", (0,), 50.0))
    runner.step("batch")
    until(qtbot, runner, "paused")
    assert document.project.weights[f"{output}.bias"][0] == pytest.approx(50, abs=1)


def test_problems_keep_play_from_starting(qtbot, studio):
    document, runner = studio
    document.do(SetParam(document.project.network.of_kind("input")[0].id, "units", 3))
    with qtbot.waitSignal(runner.refused):
        runner.play()
    assert runner.status == "failed" and "3 numbers" in runner.status_text


def test_divergence_is_said_with_layer_and_step_and_keeps_finite_weights(qtbot, studio):
    document, runner = studio
    hidden = document.project.network.layer("Hidden").id
    document.do(SetParam(hidden, "activation", "identity"))
    loop = next(link.id for link in document.project.network.links.values() if link.recurrent)
    document.do(SetWeight(f"{loop}.weight", (0, 0), 1e30))
    runner.play()
    until(qtbot, runner, "failed")
    assert "“Hidden” at time step" in runner.status_text and "batch 1" in runner.status_text
    assert all(np.isfinite(value).all() for value in document.project.weights.values())


def test_an_untrained_network_is_already_shown(qtbot, studio):
    document, runner = studio
    qtbot.waitUntil(lambda: runner.examination is not None)
    hidden = document.project.network.layer("Hidden").id
    assert runner.examination.activations[hidden].shape == (8, 8)


def test_answers_to_other_inputs_can_be_asked(qtbot, studio):
    document, runner = studio
    runner.step("batch")
    until(qtbot, runner, "paused")
    data = dataset(document.project.data)
    some = next(iter(data.inputs.values())).values[:5]
    runner.request_outputs(some)
    qtbot.waitUntil(lambda: runner.outputs is not None)
    assert runner.outputs.outputs.shape == (5, 10)
    assert np.allclose(runner.outputs.outputs.sum(axis=1), 1, atol=1e-5)


def test_closing_while_it_trains_ends_in_time(qtbot, studio):
    document, runner = studio
    document.do(SetTraining("epochs", 1000))
    runner.play()
    qtbot.waitUntil(lambda: runner.report is not None, timeout=30000)
    gc.collect()
