"""The first question of a window: asked before its panel was ever seen, and whatever the training does meanwhile."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.edits import SetParam
from core.why.numbers import Number
from gui.main_window import MainWindow
from tests.gui.test_main_window import running
from tests.gui.test_why_everywhere import answered, ask_by_key, at, open_menu_at, show, trained, why


@pytest.fixture
def fresh(qtbot):
    """A window that makes none of its panels in a pause, as on a machine that has none."""
    made = MainWindow()
    made.idle.end()
    with running(qtbot, made):
        yield made


@pytest.mark.parametrize("moving", [True, False])
def test_the_first_question_is_answered(qtbot, fresh, moving):
    window = fresh
    window.files.open_example("digits-rows-elman")
    window.document.do(SetParam(window.document.project.network.layer("Hidden").id, "units", 6))
    hidden = window.document.project.network.layer("Hidden").id
    dock = window.docks.all["why"]
    assert not dock.made
    window.runner.step("epoch")
    if not moving:
        qtbot.waitUntil(lambda: not window.runner.busy, timeout=60000)
    assert window.runner.busy == moving and not dock.made
    window.document.ask(Number("value", hidden, 1, 2))
    assert dock.made and why(window).asking.number == Number("value", hidden, 1, 2)
    number, _ = answered(qtbot, window)
    assert number == Number("value", hidden, 1, 2)
    qtbot.waitUntil(lambda: not window.runner.busy and not why(window).asking.moving, timeout=60000)
    qtbot.waitUntil(lambda: window.runner.trace is why(window).asking.trace, timeout=30000)
    value = float(window.runner.trace.layers[hidden].value[2, 1])
    assert why(window).asking.answer.value == pytest.approx(value, rel=1e-4)


def test_the_pointer_still_points_after_a_menu_was_over_it(qtbot, fresh):
    window = fresh
    trained(qtbot, window, "digits-rows-elman")
    hidden = window.document.project.network.layer("Hidden").id
    plot = show(qtbot, window, "activations")
    place = at(plot.units, 3, 2)
    menu = open_menu_at(plot.units, place)
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)
    inside = QPointF(place)
    QApplication.sendEvent(plot.units, QEvent(QEvent.Type.Leave))  # the window system sends both, and no move
    assert plot.units.pointer is None
    QApplication.sendEvent(plot.units, QEnterEvent(inside, inside, QPointF(plot.units.mapToGlobal(place))))
    plot.units.setFocus()
    ask_by_key(qtbot, window)
    assert answered(qtbot, window)[0] == Number("value", hidden, 1, 2)
