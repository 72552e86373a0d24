"""The panels of the window: made when they come in sight, are asked for, or the window pauses, and never in its way."""

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QTabBar, QVBoxLayout, QWidget

from core.examples import open_example
from core.why.numbers import Number
from gui.contents import PANELS, make_panel
from gui.document import Document
from gui.idle import Idle
from gui.main_window import MainWindow
from gui.runner import Runner

LEFT = Qt.MouseButton.LeftButton


class Shown(QObject):
    """Notes the windows that appear."""

    def __init__(self):
        super().__init__()
        self.windows = []

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.windows.append(watched)
        return False


@pytest.fixture
def window(qapp):
    made = MainWindow()
    made.resize(1440, 900)
    yield made
    made.document.undo_stack.setClean()
    made.close()


@pytest.fixture
def document():
    return Document(open_example("digits-rows-elman"))


@pytest.fixture
def runner(document):
    made = Runner(document)
    yield made
    made.close()


def made(window):
    return {key for key, dock in window.docks.all.items() if dock.made}


def in_sight(window):
    return {key for key, dock in window.docks.all.items() if not dock.visibleRegion().isEmpty()}


def test_only_what_is_in_sight_is_made_when_the_window_opens(window):
    window.show()
    QApplication.processEvents()
    assert {"palette", "training", "loss", "gradient", "output"} <= in_sight(window)
    assert made(window) == in_sight(window) != set(window.docks.all)


def test_a_click_on_a_tab_makes_its_panel(window):
    window.show()
    QApplication.processEvents()
    title = window.docks.all["history"].windowTitle()
    for bar in window.findChildren(QTabBar):
        for index in range(bar.count()):
            if bar.isVisible() and bar.tabText(index) == title:
                QTest.mouseClick(bar, LEFT, pos=bar.tabRect(index).center())
    assert "history" in made(window) and window.docks.all["history"].widget().isVisible()


def test_the_layout_of_the_last_time_shows_its_panels(qtbot, window):
    window.show()
    window.docks.show("problems")
    qtbot.waitUntil(lambda: "problems" in in_sight(window), timeout=20000)
    window.docks.remember()
    other = MainWindow()
    try:
        other.show()
        qtbot.waitUntil(lambda: "problems" in in_sight(other) and "problems" in made(other), timeout=20000)
        assert "training" in made(other), "its commands are in the tool bar"
    finally:
        other.close()
        window.reset_layout()
        window.docks.remember()


def test_a_panel_that_is_made_late_shows_what_was_asked_before(window):
    window.files.open_example("digits-rows-elman")
    window.show()
    hidden = window.document.project.network.layer("Hidden").id
    assert "why" not in made(window)
    window.document.ask(Number("value", hidden, 2, 4))
    panel = window.docks.all["why"].widget()
    assert panel.isVisible() and panel.asking.number == Number("value", hidden, 2, 4)


def test_a_question_belongs_to_the_project_it_was_asked_about(window):
    window.document.ask(Number("value", "l2", 2, 4))
    window.files.open_example("digits-rows-elman")
    assert window.document.question is None


def test_what_is_selected_is_inspected_by_a_panel_that_is_made_late(window):
    window.files.open_example("digits-rows-elman")
    window.show()
    QApplication.processEvents()
    assert "inspector" not in made(window)
    window.document.select([window.document.project.network.layer("Hidden").id])
    assert "inspector" in made(window) and window.inspector.isVisible()


@pytest.mark.parametrize("key", sorted(PANELS))
def test_no_panel_opens_a_window_while_it_is_made(qtbot, qapp, document, runner, key):
    """A widget that is shown before it is in the panel is a window for a moment, and closes an open list."""
    shown = Shown()
    qapp.installEventFilter(shown)
    more = ((),) if key == "data" else ()
    panel = make_panel(key, document, runner, *more)
    qtbot.addWidget(panel)
    qapp.removeEventFilter(shown)
    assert not shown.windows


def test_the_rest_is_made_when_the_engine_is_there(qtbot, window):
    window.files.open_example("digits-rows-elman")
    window.show()
    window.runner.start()
    assert made(window) != set(window.docks.all)
    qtbot.waitUntil(lambda: made(window) == set(window.docks.all), timeout=120000)
    qtbot.waitUntil(lambda: window.fold_switch.made, timeout=60000)


@pytest.fixture
def tasks(runner):
    """An Idle whose engine is there, and what it has done."""
    done = []
    idle = Idle(runner, runner)
    for number in range(3):
        idle.add(lambda number=number: done.append(number))
    return idle, done


def told(runner, status):
    runner.status = status
    runner.status_changed.emit()


def test_nothing_is_made_while_training_moves(qtbot, runner, tasks):
    idle, done = tasks
    qtbot.wait(200)
    assert not done, "the engine is not there yet"
    told(runner, "running")
    qtbot.wait(200)
    assert not done
    told(runner, "idle")
    qtbot.waitUntil(lambda: bool(done))
    told(runner, "running")
    before = list(done)
    qtbot.wait(200)
    assert done == before
    told(runner, "paused")
    qtbot.waitUntil(lambda: done == [0, 1, 2], timeout=20000)
    idle.finish()
    assert done == [0, 1, 2]


def test_nothing_is_made_while_a_list_is_open_or_a_button_is_held(qtbot, runner, tasks):
    _, done = tasks
    parent = QWidget()
    qtbot.addWidget(parent)
    combo = QComboBox(parent)
    combo.addItems(["a", "b"])
    QVBoxLayout(parent).addWidget(combo)
    parent.show()
    combo.showPopup()
    told(runner, "idle")
    qtbot.wait(300)
    assert not done and combo.view().isVisible()
    combo.hidePopup()
    QTest.mousePress(parent, LEFT)
    qtbot.wait(300)
    assert not done
    QTest.mouseRelease(parent, LEFT)
    qtbot.waitUntil(lambda: done == [0, 1, 2], timeout=20000)
