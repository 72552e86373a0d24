"""A run that explodes is caught by a breakpoint that a person sets, and survives with clipping: mouse and keys alone."""

from contextlib import contextmanager

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from core.edits import Rename, SetParam, SetTraining, SetWeights
from core.engine.session import Session
from core.examples import open_example
from gui.document import Document
from gui.main_window import MainWindow
from gui.panels.breakpoints import BreakpointsPanel
from gui.runner import Runner
from tests.gui.test_main_window import running

LEFT = Qt.MouseButton.LeftButton


def exploding():
    """Rows of digits through a linear recurrent layer, with steps that are too long for it."""
    project = open_example("digits-rows-elman")
    hidden = project.network.layer("Hidden").id
    for edit in (
        SetParam(hidden, "activation", "identity"),
        SetTraining("optimizer", "sgd"),
        SetTraining("optimizer.lr", 1.0),
        SetTraining("epochs", 2),
    ):
        project.apply(edit)
    return project, hidden


@pytest.fixture
def window(qtbot):
    project, _ = exploding()
    with running(qtbot, MainWindow(Document(project))) as made:
        yield made


@contextmanager
def opened(qtbot, project):
    """The panel of breakpoints on a project, with an engine: (document, runner, panel)."""
    document = Document(project)
    runner = Runner(document)
    runner.start()
    qtbot.waitUntil(lambda: runner.status == "idle", timeout=30000)
    panel = BreakpointsPanel(document, runner)
    qtbot.addWidget(panel)
    panel.resize(330, 800)
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    try:
        yield document, runner, panel
    finally:
        assert runner.close()


@pytest.fixture
def studio(qtbot):
    with opened(qtbot, exploding()[0]) as parts:
        yield parts


def add(qtbot, panel, title):
    """Press the button and choose an entry of its menu."""

    def choose():
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        action = next(action for action in menu.actions() if action.text() == title)
        QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())

    before = set(panel.cards)
    QTimer.singleShot(50, choose)
    QTest.mouseClick(panel.add, LEFT)
    qtbot.waitUntil(lambda: len(panel.cards) > len(before))
    return panel.cards[next(iter(set(panel.cards) - before))]


def enter(card, key, text):
    editor = card.form.row(key).field.editor
    editor.setFocus()
    editor.lineEdit().selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)


def stands(qtbot, runner):
    qtbot.waitUntil(lambda: not runner.busy, timeout=30000)


def expected(bound):
    """The first batch whose largest gradient through time is above the bound, and the weights before it."""
    project, hidden = exploding()
    session = Session(project.state, project.dataset())
    before = session.weights()
    for report in session.run():
        if report.gradients[hidden].total.max() > bound:
            return report.batch, before, int(np.argmax(report.gradients[hidden].total))
        before = session.weights()
    raise AssertionError("it does not explode")


def test_a_breakpoint_catches_an_exploding_run_and_clipping_saves_it(qtbot, window):
    runner, document = window.runner, window.document
    batch, before, step = expected(10.0)
    window.docks.show("breakpoints")
    panel = window.findChild(BreakpointsPanel)
    qtbot.waitUntil(panel.add.isVisible)
    card = add(qtbot, panel, "Gradient rises above")
    enter(card, "step", "0")
    enter(card, "bound", "10")
    play = window.bar.buttons["play"]
    QTest.mouseClick(play, LEFT)
    qtbot.waitUntil(lambda: runner.status == "paused", timeout=30000)
    hidden = document.project.network.layer("Hidden")
    assert runner.report.batch == batch and runner.report.moment.phase == "update"
    assert runner.status_text.startswith(f"Stopped before the update of batch {batch}: |dL/dh| of “Hidden” is ")
    assert f"at time step {step + 1}, above 10." in runner.status_text
    assert all(np.array_equal(document.project.weights[k], w) for k, w in before.items())
    assert document.selection == {hidden.id} and panel.log.list.count() == 1

    window.docks.show("training")
    row = window.training.form.row("clip_norm") if hasattr(window.training, "form") else None
    assert row is not None
    editor = row.field.editor
    editor.setFocus()
    editor.lineEdit().selectAll()
    QTest.keyClicks(editor, "1")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert document.project.training["clip_norm"] == 1.0
    QTest.mouseClick(play, LEFT)
    qtbot.waitUntil(lambda: runner.status in ("stopped", "failed", "paused"), timeout=60000)
    while runner.status == "paused":  # it may rise above the bound again: that is no catastrophe any more
        QTest.mouseClick(play, LEFT)
        qtbot.waitUntil(lambda: not runner.busy, timeout=60000)
    assert runner.run.stopped == "finished" and np.isfinite(runner.run.steps["loss"]).all()
    assert runner.run.steps["clipped"][batch - 1] == 1.0, "the update it stood before was clipped already"


def test_continuing_without_a_change_is_the_same_training(qtbot, studio):
    document, runner, panel = studio
    document.do(SetParam(document.project.network.layer("Hidden").id, "activation", "tanh"))
    plain = Session(document.state, document.project.dataset())
    reports = plain.run()
    for _ in range(6):
        next(reports)
    add(qtbot, panel, "Weights grow above")
    card = next(iter(panel.cards.values()))
    enter(card, "bound", "0")
    while runner.report is None or runner.report.moment or runner.report.batch < 6:
        runner.step("batch")
        stands(qtbot, runner)
    assert [fired.batch for fired in runner.breakpoints.log] == [1]
    assert runner.report.batch == 6
    assert all(np.array_equal(document.project.weights[k], w) for k, w in plain.weights().items())


def test_the_log_goes_back_to_where_it_fired(qtbot, studio):
    document, runner, panel = studio
    batch, before, _ = expected(10.0)
    card = add(qtbot, panel, "Gradient rises above")
    enter(card, "step", "0")
    enter(card, "bound", "10")
    runner.play()
    qtbot.waitUntil(lambda: runner.status == "paused", timeout=30000)
    document.do(SetTraining("clip_norm", 1.0))
    runner.step("batch")
    stands(qtbot, runner)
    runner.step("batch")
    stands(qtbot, runner)
    qtbot.waitUntil(lambda: runner.past.reachable and runner.past.position >= batch)
    document.select(set())
    item = panel.log.list.item(panel.log.list.count() - 1)
    assert item.text().startswith(f"Batch {batch}: |dL/dh| of “Hidden” is ")
    QTest.mouseClick(panel.log.list.viewport(), LEFT, pos=panel.log.list.visualItemRect(item).center())
    qtbot.waitUntil(lambda: runner.past.position == batch - 1, timeout=30000)
    assert all(np.array_equal(document.project.weights[k], w) for k, w in before.items())
    assert document.selection == {document.project.network.layer("Hidden").id}


def test_switch_delete_and_empty_state(qtbot, studio):
    _, runner, panel = studio
    assert panel.empty.isVisible() and "before the update" in panel.empty.label.text()
    card = add(qtbot, panel, "NaN or infinity")
    other = add(qtbot, panel, "Gradient falls below")
    assert not panel.empty.isVisible()
    (one, _) = runner.breakpoints.all
    assert one.enabled and other.header.values.text() == "t = 1 · 1e-6"
    QTest.mouseClick(card.switch, LEFT, pos=card.switch.rect().center())
    assert [b.enabled for b in runner.breakpoints.all] == [False, True]
    QTest.mouseClick(card.delete, LEFT)
    QTest.mouseClick(other.delete, LEFT)
    assert runner.breakpoints.all == () and panel.empty.isVisible()


def test_a_layer_that_is_renamed_stays_meant(qtbot, studio):
    document, runner, panel = studio
    card = add(qtbot, panel, "Gradient falls below")
    drop = card.form.row("layer").field.editor
    assert [drop.itemText(i) for i in range(drop.count())] == ["any layer", "Hidden"]
    drop.setFocus()
    QTest.keyClick(drop, Qt.Key.Key_Down)
    assert runner.breakpoints.all[0].choice["layer"] == "Hidden"
    document.do(Rename(document.project.network.layer("Hidden").id, "State"))
    assert runner.breakpoints.all[0].choice["layer"] == "State"
    assert card.header.values.text() == "State · t = 1 · 1e-6"
    drop = card.form.row("layer").field.editor
    assert drop.currentText() == "State"


def test_nan_is_caught_where_it_first_appears(qtbot, studio):
    document, runner, panel = studio
    (loop,) = [link for link in document.project.network.links.values() if link.delay]
    weight = document.project.weights[f"{loop.id}.weight"]
    document.do(SetWeights({f"{loop.id}.weight": 1e10 * np.eye(len(weight), dtype=np.float32)}))
    add(qtbot, panel, "NaN or infinity")
    runner.play()
    qtbot.waitUntil(lambda: runner.status in ("paused", "failed"), timeout=30000)
    assert runner.status == "paused" and runner.report.hits[0].layer == loop.target
    assert runner.status_text.startswith(
        "Stopped before the update of batch 1: Infinity in the activation of “Hidden” at"
    )
    assert all(np.isfinite(w).all() for w in document.project.weights.values())
    runner.play()
    qtbot.waitUntil(lambda: runner.status == "failed", timeout=30000)
    assert runner.run.stopped == "diverged"
