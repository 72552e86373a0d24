"""Commands and panels by name: found by letters, run by Enter, and never one that can not be used."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTreeWidget

from gui.main_window import MainWindow


@pytest.fixture
def window(qtbot):
    shown = MainWindow()
    qtbot.addWidget(shown)
    shown.resize(1280, 800)
    shown.show()
    shown.activateWindow()
    with qtbot.waitActive(shown):
        pass
    yield shown
    shown.document.undo_stack.setClean()
    shown.close()


def opened(window):
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    palette = window.palette_of_commands
    assert palette.isVisible() and QApplication.focusWidget() is palette.search
    return palette


def titles(palette):
    tree = palette.findChild(QTreeWidget)
    return [tree.topLevelItem(row).text(0) for row in range(tree.topLevelItemCount())]


def test_every_panel_is_reached_by_its_name(window):
    for dock in window.docks.all.values():
        palette = opened(window)
        QTest.keyClicks(palette.search, f"go to {dock.windowTitle().lower()}")
        QTest.keyClick(palette.search, Qt.Key.Key_Return)
        assert not palette.isVisible()
        assert dock.isVisible() and not dock.visibleRegion().isEmpty(), dock.windowTitle()


def test_a_command_runs_and_comes_first_the_next_time(window):
    before = window.isFullScreen()
    palette = opened(window)
    QTest.keyClicks(palette.search, "full scr")
    assert titles(palette)[0] == "Full screen"
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert window.isFullScreen() != before
    assert titles(opened(window))[0] == "Full screen"


def test_what_can_not_be_used_is_not_offered_and_nothing_found_is_said(window):
    palette = opened(window)
    assert "Undo" not in titles(palette)
    QTest.keyClicks(palette.search, "xyzzy")
    assert titles(palette) == ["Nothing is called that. Try another word."]
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.isVisible()
    QTest.keyClick(palette.search, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_arrows_choose_and_a_click_elsewhere_closes(qtbot, window):
    palette = opened(window)
    QTest.keyClicks(palette.search, "zoom")
    first, second = titles(palette)[:2]
    QTest.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.list.currentItem().text(0) == second != first
    QTest.keyClick(palette.search, Qt.Key.Key_Up)
    assert palette.list.currentItem().text(0) == first
    window.canvas.setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.waitUntil(lambda: not palette.isVisible())
