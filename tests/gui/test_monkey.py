"""Someone who clicks, types, drags and presses everything in the window without a plan, while it trains: nothing
raises, nothing hangs, the document still saves, loads, and goes back to where it began."""

import random
import time

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QMenu,
    QMessageBox,
    QWidget,
)
from shiboken6 import isValid

from core import project_file
from core.examples import EXAMPLES
from core.project import same
from gui.main_window import MainWindow
from gui.theme import theme
from tests.gui.canvas.test_shows_the_model import same_as_document

K, M, B = Qt.Key, Qt.KeyboardModifier, Qt.MouseButton
KEYS = (
    K.Key_Space, K.Key_Escape, K.Key_Tab, K.Key_Backtab, K.Key_Delete, K.Key_Plus, K.Key_Minus, K.Key_Return, K.Key_F2,
    K.Key_Left, K.Key_Right, K.Key_Up, K.Key_Down, K.Key_PageDown, K.Key_Home, K.Key_A, K.Key_C, K.Key_V, K.Key_D,
    K.Key_X, K.Key_Z, K.Key_0, K.Key_1, K.Key_9, K.Key_L, K.Key_Menu,
)  # fmt: skip
WORDS = ("3", "0", "-1.5", "abc", "lst", "1e400", "nan", "1e-9", "0.25", ",,", "  ")
LONGEST_SECONDS = 2.0
"""Of processor time that the window itself takes for one act, however busy the machine is beside it."""
MOST_LAYERS, MOST_UNITS = 25, 600


class Monkey:
    """Random acts on one window."""

    def __init__(self, window: MainWindow, seed: int, folder) -> None:
        self.window, self.folder = window, folder
        self.random = random.Random(seed)
        self.start = window.document.state
        self.log: list[str] = []
        self.slowest = (0.0, "")
        window.document.replaced.connect(self._begin_anew)
        self.impatience = QTimer(window, interval=150)
        self.impatience.timeout.connect(self._answer_popup)
        self.impatience.start()

    def _answer_popup(self) -> None:
        """Some popups run a loop of their own, so they are answered from a timer."""
        popup = QApplication.activePopupWidget()
        if popup is not None:
            for key in self.random.choices((K.Key_Down, K.Key_Up), k=self.random.randrange(4)):
                QTest.keyClick(popup, key)
            QTest.keyClick(popup, self.random.choice((K.Key_Return, K.Key_Escape)))
            if popup.isVisible():
                popup.close()

    def _begin_anew(self) -> None:
        self.start = self.window.document.state

    # -- what there is -----------------------------------------------------------------------------------------------

    def stage(self) -> QWidget:
        """The window that takes input now."""
        modal = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if modal is not None:
            return modal
        shown = [w for w in QApplication.topLevelWidgets() if w.isVisible() and w.isEnabled()]
        main = self.window
        return main if main in shown and self.random.random() < 0.85 else self.random.choice(shown or [main])

    def target(self, kind: type[QWidget] = QWidget) -> QWidget | None:
        """Some visible widget of a kind, with a place to touch."""
        stage = self.stage()
        found = [
            w for w in stage.findChildren(kind) if w.isVisible() and w.isEnabled() and not w.visibleRegion().isEmpty()
        ]
        if isinstance(stage, kind) and not stage.visibleRegion().isEmpty():
            found.append(stage)
        return self.random.choice(found) if found else None

    def spot(self, widget: QWidget) -> QPoint:
        area = widget.visibleRegion().boundingRect() & widget.rect()
        if area.isEmpty():
            return widget.rect().center()
        return QPoint(self.random.randint(area.left(), area.right()), self.random.randint(area.top(), area.bottom()))

    # -- acts --------------------------------------------------------------------------------------------------------

    def act(self) -> None:
        """Do one thing, and let the window answer."""
        acts = (self.click, self.click, self.click, self.drag, self.key, self.key, self.type, self.wheel, self.choose,
                self.menu, self.command, self.command, self.pick, self.train, self.train, self.undo, self.resize,
                self.open, self.leave_popup, self.canvas)  # fmt: skip
        do = self.random.choice(acts)
        began = time.thread_time()
        self.log.append(do.__name__)
        do()
        QApplication.processEvents()
        took = time.thread_time() - began
        self.slowest = max(self.slowest, (took, self.log[-1]))
        assert took < LONGEST_SECONDS, f"{self.log[-1]} took {took:.1f} s"
        self._stay_small()

    def note(self, *what: object) -> None:
        self.log[-1] += " " + " ".join(map(str, what))

    def click(self) -> None:
        widget = self.target()
        if widget is None:
            return
        place = self.spot(widget)
        button = self.random.choice((B.LeftButton,) * 6 + (B.RightButton, B.MiddleButton))
        self.note(type(widget).__name__, widget.objectName(), place.x(), place.y())
        do = self.random.choice((QTest.mouseClick, QTest.mouseClick, QTest.mouseClick, QTest.mouseDClick))
        do(widget, button, self.random.choice((M.NoModifier,) * 4 + (M.ShiftModifier, M.ControlModifier)), place)

    def drag(self) -> None:
        widget = self.target()
        if widget is None:
            return
        self.note(type(widget).__name__, widget.objectName())
        QTest.mousePress(widget, B.LeftButton, M.NoModifier, self.spot(widget))
        for _ in range(self.random.randint(1, 5)):
            if not isValid(widget):
                return  # a popup that the press, or what came of it, has closed
            QTest.mouseMove(widget, self.spot(widget))
            QApplication.processEvents()
        if not isValid(widget):
            return
        QTest.mouseRelease(widget, B.LeftButton, M.NoModifier, self.spot(widget))

    def key(self) -> None:
        widget = QApplication.focusWidget() or self.stage()
        key = self.random.choice(KEYS)
        modifiers = self.random.choice((M.NoModifier,) * 3 + (M.ShiftModifier, M.ControlModifier, M.AltModifier))
        self.note(type(widget).__name__, key.name, modifiers.name)
        QTest.keyClick(widget, key, modifiers)

    def type(self) -> None:
        widget = self.target(self.random.choice((QLineEdit, QAbstractSpinBox)))
        if widget is None:
            return
        text = self.random.choice(WORDS)
        self.note(type(widget).__name__, widget.objectName(), widget.accessibleName(), repr(text))
        widget.setFocus()
        if isinstance(widget, QLineEdit | QAbstractSpinBox):
            widget.selectAll()
        QTest.keyClicks(widget, text)
        QTest.keyClick(widget, self.random.choice((K.Key_Return, K.Key_Tab, K.Key_Escape)))

    def wheel(self) -> None:
        widget = self.target()
        if widget is None:
            return
        place = QPointF(self.spot(widget))
        everywhere = QPointF(widget.mapToGlobal(place))
        turn = QPoint(0, self.random.choice((-360, -120, 120, 360)))
        modifiers = self.random.choice((M.NoModifier, M.ControlModifier))
        event = QWheelEvent(
            place, everywhere, QPoint(), turn, B.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False
        )
        self.note(type(widget).__name__, widget.objectName(), turn.y())
        QApplication.sendEvent(widget, event)

    def choose(self) -> None:
        box = self.target(QComboBox)
        if isinstance(box, QComboBox) and box.count():
            row = self.random.randrange(box.count())
            if not box.model().index(row, box.modelColumn()).flags() & Qt.ItemFlag.ItemIsEnabled:
                return  # a heading or a line
            self.note(box.objectName(), box.accessibleName(), box.itemText(row))
            box.setCurrentIndex(row)
            box.activated.emit(row)

    def pick(self) -> None:
        """Click a row of a list, table or tree."""
        view = self.target(QAbstractItemView)
        if isinstance(view, QAbstractItemView) and view.model() is not None and view.model().rowCount():
            index = view.model().index(self.random.randrange(view.model().rowCount()), 0)
            view.scrollTo(index)
            self.note(type(view).__name__, view.objectName(), index.data())
            place = view.visualRect(index).center()
            if view.viewport().rect().contains(place) and view.viewport().isVisible():
                self.random.choice((QTest.mouseClick, QTest.mouseDClick))(
                    view.viewport(), B.LeftButton, M.NoModifier, place
                )

    def menu(self) -> None:
        widget = self.target()
        if widget is None:
            return
        place = self.spot(widget)
        self.note(type(widget).__name__, widget.objectName())
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, widget.mapToGlobal(place))
        QApplication.sendEvent(widget, event)

    def command(self) -> None:
        """An entry of the menu bar."""
        if QApplication.activeModalWidget() is not None:
            return
        entries = [a for m in self.window.menuBar().findChildren(QMenu) for a in m.actions()]
        entries = [
            a for a in entries if a.isEnabled() and not a.isSeparator() and not a.menu() and "Quit" not in a.text()
        ]
        chosen = self.random.choice(entries)
        self.note(chosen.text())
        chosen.trigger()

    def train(self) -> None:
        runner = self.window.runner
        steps = [lambda s=s: runner.step(s) for s in ("step", "batch", "epoch")]
        self.random.choice((runner.play, runner.play, runner.pause, runner.toggle, runner.stop, runner.reset, *steps))()
        QTest.qWait(self.random.choice((0, 0, 10, 60)))

    def undo(self) -> None:
        for _ in range(self.random.randint(1, 3)):
            self.random.choice((self.window.document.undo, self.window.document.redo))()

    def resize(self) -> None:
        if self.random.random() < 0.3:
            self.window.resize(self.random.randint(700, 1700), self.random.randint(500, 1000))

    def open(self) -> None:
        if self.random.random() < 0.3 and QApplication.activeModalWidget() is None:
            key = self.random.choice(list(EXAMPLES))
            self.note(key)
            self.window.files.open_example(key)

    def leave_popup(self) -> None:
        for widget in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
            if widget is not None:
                self.note(type(widget).__name__)
                widget.close()

    def canvas(self) -> None:
        viewport = self.window.canvas.viewport()
        if QApplication.activeModalWidget() is None and QApplication.activePopupWidget() is None:
            QTest.mouseClick(viewport, B.LeftButton, M.NoModifier, self.spot(viewport))

    def _stay_small(self) -> None:
        """What a person would wait for is not what is tested here."""
        network = self.window.document.project.network
        units = max((layer.params.get("units", 1) for layer in network), default=0)
        if len(network.layers) > MOST_LAYERS or units > MOST_UNITS:
            self.window.files.open_example("jordan")


@pytest.fixture
def window(qtbot, monkeypatch):
    """The window as it opens, with dialogs of the system answered at once."""
    made = MainWindow()
    made.show()
    qtbot.waitExposed(made)
    made.runner.start()
    qtbot.waitUntil(lambda: made.runner.status != "loading", timeout=60000)
    made.files.open_example("digits-rows-elman")
    yield made
    for widget in QApplication.topLevelWidgets():
        if widget is not made and widget.isVisible():
            widget.close()
    monkeypatch.setattr(QMessageBox, "exec", lambda box: QMessageBox.StandardButton.Discard)
    assert made.close()
    made.deleteLater()
    theme().set_mode("light")


def play(window, seed, acts, folder, monkeypatch):
    """Let the monkey act, then look whether everything is in order."""
    monkey = Monkey(window, seed, folder)
    pick = monkey.random
    file = str(folder / "monkey.unroll")
    answers = (QMessageBox.StandardButton.Discard, QMessageBox.StandardButton.Cancel)
    monkeypatch.setattr(QMessageBox, "exec", lambda box: pick.choice(answers))
    monkeypatch.setattr(
        QFileDialog,
        "getSaveFileName",
        lambda _, title, name, *__: (pick.choice((file if "project" in title else str(folder / "plot.png"), "")), ""),
    )
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda *_: (pick.choice((file, str(folder / "none.csv"), "")), "")
    )
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    try:
        for _ in range(acts):
            monkey.act()
        monkey.impatience.stop()
        in_order(window, monkey, folder)
    except BaseException:
        window.grab().save(str(folder / "monkey.png"))
        print(f"seed {seed}, after {len(monkey.log)} acts; the last: {monkey.log[-25:]}")  # noqa: T201
        raise
    finally:
        monkey.impatience.stop()
    return monkey


def in_order(window, monkey, folder):
    """Bring everything to a stand; the canvas shows the document, and it saves, loads and undoes."""
    for widget in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
        if widget is not None:
            widget.close()
    window.canvas.mouse.cancel()
    window.canvas.editing.close()
    window.runner.hand_over()
    document, path = window.document, folder / "after.unroll"
    same_as_document(window.canvas.canvas, document)
    project_file.save(document.project, path)
    assert same(project_file.load(path).state, document.state)
    stack = document.undo_stack
    after, entries = document.state, stack.index()
    while stack.canUndo():
        document.undo()
    assert stack.count() >= 500 or same(document.state, monkey.start)
    while stack.index() < entries:
        document.redo()
    assert same(document.state, after)
    same_as_document(window.canvas.canvas, document)


@pytest.mark.qt_log_ignore("This plugin does not support grabbing the mouse", extend=True)
def test_a_monkey_breaks_nothing_in_the_window(window, tmp_path, monkeypatch):
    play(window, 1, 300, tmp_path, monkeypatch)


@pytest.mark.long
@pytest.mark.qt_log_ignore("This plugin does not support grabbing the mouse", extend=True)
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(100, 120))
def test_many_monkeys_break_nothing_in_the_window(window, tmp_path, monkeypatch, seed):
    play(window, seed, 1000, tmp_path, monkeypatch)
