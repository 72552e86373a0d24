"""Back and forth through a training in the window: exact, and another future is another run."""

import numpy as np
import pytest

from core.edits import SetParam, SetTraining
from core.examples import open_example
from gui.document import Document
from gui.plots.loss import LossPlot
from gui.runner import Runner


@pytest.fixture
def studio(qtbot):
    document = Document(open_example("digits-rows-elman"))
    document.do(SetParam(document.project.network.layer("Hidden").id, "units", 6))
    runner = Runner(document)
    runner.start()
    qtbot.waitUntil(lambda: runner.status == "idle", timeout=30000)
    yield document, runner
    assert runner.close()


def step(qtbot, runner, times=1):
    for _ in range(times):
        runner.step("batch")
        qtbot.waitUntil(lambda: runner.status in ("paused", "stopped", "failed"), timeout=30000)
    qtbot.waitUntil(lambda: runner.past.position == runner.report.batch and runner.past.end >= runner.report.batch)


def go(qtbot, runner, batch):
    runner.past.go_to(batch)
    qtbot.waitUntil(lambda: runner.past.position == batch, timeout=30000)


def weights(document):
    return {name: value.copy() for name, value in document.project.weights.items()}


def equal(one, other):
    return all(np.array_equal(one[name], other[name]) for name in one)


def test_back_and_forth_is_exact(qtbot, studio):
    document, runner = studio
    seen = {0: weights(document)}
    for batch in range(1, 7):
        step(qtbot, runner)
        seen[batch] = weights(document)
    for batch in (2, 5, 0, 6, 3):
        go(qtbot, runner, batch)
        assert equal(weights(document), seen[batch])
    runner.past.go(-1)
    qtbot.waitUntil(lambda: runner.past.position == 2)
    assert equal(weights(document), seen[2])


def test_walking_on_from_the_past_is_the_same_training(qtbot, studio):
    document, runner = studio
    step(qtbot, runner, 5)
    end, run = weights(document), runner.run
    losses = run.steps["loss"].copy()
    go(qtbot, runner, 2)
    step(qtbot, runner, 3)
    assert equal(weights(document), end)
    assert runner.run is run and np.array_equal(run.steps["loss"], losses), "nothing is recorded twice"


def test_another_setting_in_the_past_begins_a_run_beside_the_old_one(qtbot, studio):
    document, runner = studio
    step(qtbot, runner, 5)
    old, losses = runner.run, runner.run.steps["loss"].copy()
    go(qtbot, runner, 2)
    document.do(SetTraining("optimizer.lr", 0.05))
    step(qtbot, runner, 2)
    new = runner.run
    assert new is not old and document.project.runs[-2:] == [old, new]
    assert np.array_equal(old.steps["loss"], losses), "the old run stays as it was"
    assert np.array_equal(new.steps["loss"][:3], losses[:3]) and new.steps["loss"][3] != losses[3]
    assert next(note.text for note in new.notes) == "Branched after batch 2."
    assert (old.training.get("optimizer.lr"), new.training.get("optimizer.lr")) != (0.05, 0.05)
    assert new.training.get("optimizer.lr") == 0.05, "what differs between the runs is what they are told apart by"


def test_a_finished_training_can_be_walked_back(qtbot, studio):
    document, runner = studio
    document.do(SetTraining("epochs", 1))
    runner.play()
    qtbot.waitUntil(lambda: runner.status == "stopped", timeout=30000)
    qtbot.waitUntil(lambda: runner.past.end > 0)
    go(qtbot, runner, 3)
    step(qtbot, runner)
    assert runner.past.position == 4


def test_an_edit_of_structure_ends_the_walk(qtbot, studio):
    document, runner = studio
    step(qtbot, runner, 3)
    document.do(SetParam(document.project.network.layer("Hidden").id, "units", 7))
    assert not runner.past.reachable


def test_a_branch_stands_beside_the_old_run_on_the_loss_plot(qtbot, studio):
    document, runner = studio
    plot = LossPlot(document, runner)
    qtbot.addWidget(plot)
    plot.resize(600, 300)
    with qtbot.waitExposed(plot):
        plot.show()
    step(qtbot, runner, 5)
    losses = runner.run.steps["loss"].copy()
    go(qtbot, runner, 2)
    plot.draw()
    assert plot.losses.here.isVisible() and plot.losses.here.value() == 2 and not plot.others.isVisible()
    runner.past.branch()
    document.do(SetTraining("optimizer.lr", 0.05))
    step(qtbot, runner, 3)
    plot.smoothing.setValue(0)
    plot.draw()
    assert not plot.losses.here.isVisible() and plot.others.isVisible()
    old, new = plot.losses.older.training[0].curve.getData(), plot.losses.raw.curve.getData()
    np.testing.assert_allclose(old[1], losses)
    np.testing.assert_allclose(new[1][:2], losses[:2])
    assert len(new[1]) == 5 and not np.allclose(new[1][3:], losses[3:])
    assert "run 1, lr" in plot.legend.text() and "run 2, lr 0.05" in plot.legend.text()
    assert len(document.project.runs) == 2
