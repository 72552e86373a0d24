"""A session with the debugger of time, by real events alone: the mouse, the wheel and the keys on the real window.

The vanishing step of the RNN that reads digits pixel by pixel is found; a breakpoint catches a run that explodes; from the
batch before, a branch with clipping on goes another way, and survives.
"""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabBar

from core.catalogue.spec import Choice
from core.edits import SetData
from core.why.numbers import Number
from tests.gui.test_breakpoints import add
from tests.gui.test_main_window import press_button, window  # noqa: F401 - window is a fixture

LEFT = Qt.MouseButton.LeftButton
PATIENCE = 90_000
VANISHED = 0.1
"""Share of the gradient at the last step below which it counts as gone."""


def type_into(field, text):
    """Replace what a field says, and press Enter."""
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def open_dock(qtbot, window, key):  # noqa: F811
    """Click the tab of a panel."""
    dock = window.docks.all[key]
    for bar in window.findChildren(QTabBar):
        for index in range(bar.count()):
            if bar.tabText(index) == dock.windowTitle() and bar.isVisible() and not dock.widget().isVisible():
                QTest.mouseClick(bar, LEFT, pos=bar.tabRect(index).center())
    qtbot.waitUntil(dock.widget().isVisible)
    QApplication.processEvents()


def still(window):  # noqa: F811
    return window.runner.status in ("paused", "stopped", "failed")


def setting(window, path):  # noqa: F811
    """The field of a setting of the training panel, in sight."""
    form = window.training.form
    row = form.row(path)
    row.field.editor.setFocus()
    QApplication.processEvents()
    return row.field.editor


@pytest.mark.timeout(300)
def test_the_vanishing_step_an_explosion_and_a_branch_that_survives(qtbot, window):  # noqa: F811
    window.files.open_example("digits-pixels-rnn")
    # With these very samples the explosion is finite when it is caught.
    data = window.document.project.data
    window.document.do(SetData(Choice(data.key, {**data.values, "test": 0.0})))
    window.resize(1440, 1300)
    qtbot.waitUntil(lambda: window.runner.status == "idle", timeout=PATIENCE)
    find_the_vanishing_step(qtbot, window)
    caught = catch_the_explosion(qtbot, window)
    branch_with_clipping(qtbot, window, caught)


def find_the_vanishing_step(qtbot, window):  # noqa: F811
    """Unroll, look at gradients, walk back in time to where they are gone, and ask why."""
    press_button(window, "step batch")
    qtbot.waitUntil(lambda: still(window), timeout=PATIENCE)
    view = window.unroll
    QTest.keyClick(window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: view.isVisible() and view.shown.numbers.trace is not None, timeout=PATIENCE)
    rnn = window.document.project.network.of_kind("rnn")[0].id
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_G)
    assert view.shown.gradient
    row = view.layout_.unrolled.by_layer[rnn]
    name = view.layout_.row_rect(row.index).center()
    QTest.mouseClick(view, LEFT, pos=QPoint(60, int(name.y())))
    assert window.document.selection == {rnn}
    QTest.keyClick(view, Qt.Key.Key_End)
    norms = view.shown.numbers.norms(rnn)
    steps = len(norms)
    assert view.step == steps - 1 and norms[-1] > 0
    seen = [norms[view.step]]
    while seen[-1] > norms[-1] * VANISHED and view.step > 0:
        QTest.keyClick(view, Qt.Key.Key_Left)
        said = view.accessibleDescription()
        assert f"t = {view.step + 1} of {steps}" in said and "|dL/dh| = " in said
        seen.append(float(said.split("|dL/dh| = ")[1].split(",")[0].replace("−", "-")))
        assert seen[-1] == pytest.approx(norms[view.step], rel=0.02)
    assert view.document.selection == {rnn}
    assert 0 < view.step < steps - 1, "it is found before the first step is reached"
    QTest.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.AltModifier)
    panel = window.docks.all["why"].widget()
    qtbot.waitUntil(lambda: panel.asking.answer is not None, timeout=PATIENCE)
    assert panel.asking.number == Number("norm", rnn, 0, view.step, "gradient")
    found = panel.asking.answer
    assert len(found.chain) >= steps - 1 - view.step and found.weakest is not None
    weakest = found.chain[found.weakest]
    assert weakest.gain == min(factor.gain for factor in found.chain) < 0.9
    assert "shrinks it most" in panel.chain.verdict.text()
    QTest.keyClick(window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)


def catch_the_explosion(qtbot, window):  # noqa: F811
    """ReLU instead of tanh, no clipping, far too high a rate, and a breakpoint on the gradient."""
    rnn = window.document.project.network.of_kind("rnn")[0].id
    open_dock(qtbot, window, "inspector")
    assert window.document.selection == {rnn}
    editor = window.inspector.pages[0].form.row("nonlinearity").field.editor
    editor.setFocus()
    QTest.keyClicks(editor, "ReLU")
    assert window.document.project.network.layers[rnn].params["nonlinearity"] == "relu"
    QTest.keyClick(window, Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    open_dock(qtbot, window, "training")
    type_into(setting(window, "clip_norm"), "0")
    QTest.keyClicks(setting(window, "optimizer"), "SGD")
    assert window.document.project.training["optimizer"].key == "sgd"
    type_into(setting(window, "optimizer.lr"), "3")
    assert window.document.project.training["clip_norm"] == 0
    open_dock(qtbot, window, "breakpoints")
    panel = window.docks.all["breakpoints"].widget()
    qtbot.waitUntil(panel.add.isVisible)
    card = add(qtbot, panel, "Gradient rises above")
    type_into(card.form.row("step").field.editor, "0")
    type_into(card.form.row("bound").field.editor, "1")
    assert window.runner.breakpoints.all[0].choice.values["bound"] == 1
    press_button(window, "play")
    qtbot.waitUntil(lambda: still(window), timeout=PATIENCE)
    assert window.runner.status == "paused" and window.runner.report.hits, window.runner.status_text
    hit = window.runner.report.hits[0]
    assert window.runner.report.moment.phase == "update", "it stands before the update"
    assert window.document.selection == {hit.layer} and window.runner.clock.step == hit.step
    assert len(window.runner.breakpoints.log) >= 1 and str(window.runner.report.batch) in window.runner.status_text
    return window.runner.report.batch


def branch_with_clipping(qtbot, window, caught):  # noqa: F811
    """Back to the batch before, by the keys; clipping on makes another run beside the old one."""
    runner, old = window.runner, window.runner.run
    qtbot.waitUntil(lambda: runner.past.reachable, timeout=PATIENCE)
    back = 2
    slider = window.transport.slider
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Home)
    for _ in range(back):
        QTest.keyClick(slider, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: runner.past.position == back and runner._trainer.quiet, timeout=PATIENCE)
    open_dock(qtbot, window, "training")
    type_into(setting(window, "clip_norm"), "0.5")
    runs = window.document.project.runs
    assert runner.run is not old and runs[-2:] == [old, runner.run], "another setting in the past is a branch"
    press_button(window, "play")
    qtbot.waitUntil(
        lambda: (runner.report is not None and runner.report.batch >= caught + 25) or still(window), timeout=PATIENCE
    )
    assert not still(window), runner.status_text
    press_button(window, "play")
    qtbot.waitUntil(lambda: still(window), timeout=PATIENCE)
    assert runner.status == "paused" and not runner.report.hits
    losses = runner.run.steps["loss"]
    assert np.isfinite(losses).all() and len(losses) >= caught + 25
    np.testing.assert_array_equal(losses[:back], old.steps["loss"][:back])
    assert runner.run.steps["clipped"][back:].any(), "clipping had something to do"
    plot = window.plots["loss"]
    open_dock(qtbot, window, "loss")
    plot.draw()
    both = [f"run {runs.index(run) + 1}" for run in (old, runner.run)]
    assert all(name in plot.legend.text() for name in both), "both stand on the plot"
