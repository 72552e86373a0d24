"""Someone who clicks, drags and types without a plan: nothing raises, nothing is left half done, all can be undone."""

import random

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from core.project import same
from gui.canvas.kinds_list import MIME
from tests.gui.canvas.test_building import drop
from tests.gui.canvas.test_shows_the_model import same_as_document

K, M = Qt.Key, Qt.KeyboardModifier
KEYS = (
    K.Key_Space, K.Key_Escape, K.Key_Tab, K.Key_Delete, K.Key_Plus, K.Key_Minus, K.Key_Return, K.Key_L, K.Key_F2,
    K.Key_Left, K.Key_Right, K.Key_Up, K.Key_Down, K.Key_A, K.Key_C, K.Key_V, K.Key_D, K.Key_X, K.Key_0, K.Key_1,
)  # fmt: skip
KINDS = (
    "input",
    "dense",
    "lstm",
    "gru",
    "rnn",
    "output",
    "dropout",
    "concatenate",
    "last_step",
    "embedding",
    "nonsense",
)


class Monkey:
    """Random events on one canvas."""

    def __init__(self, hands, seed: int) -> None:
        self.hands, self.view = hands, hands.view
        self.random = random.Random(seed)

    def place(self) -> QPointF:
        """A point on something, mostly."""
        canvas, pick = self.view.canvas, self.random
        if canvas.layers and pick.random() < 0.6:
            item = pick.choice(list(canvas.layers.values()))
            rect = item.scene_rect()
            return QPointF(pick.uniform(rect.left(), rect.right() + 4), pick.uniform(rect.top(), rect.bottom()))
        if canvas.links and pick.random() < 0.4:
            return pick.choice(list(canvas.links.values())).route.path.pointAtPercent(pick.random())
        size = self.view.viewport().size()
        return self.view.mapToScene(QPoint(pick.randrange(size.width()), pick.randrange(size.height())))

    def act(self) -> None:
        """Do one thing."""
        acts = (self.click, self.drag, self.drag, self.key, self.key, self.key, self.double, self.wheel, self.type,
                self.menu, self.drop, self.command, self.undo, self.expand)  # fmt: skip
        self.random.choice(acts)()

    def click(self) -> None:
        self.hands.click(self.place(), self.random.choice((M.NoModifier, M.ShiftModifier, M.ControlModifier)))

    def double(self) -> None:
        self.hands.double_click(self.place())

    def drag(self) -> None:
        places = [self.place() for _ in range(self.random.randint(2, 4))]
        modifiers = self.random.choice((M.NoModifier, M.NoModifier, M.ShiftModifier, M.ControlModifier))
        button = self.random.choice(
            (Qt.MouseButton.LeftButton,) * 4 + (Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton)
        )
        self.hands.drag(*places, modifiers=modifiers, button=button, drop=self.random.random() < 0.85)

    def key(self) -> None:
        key = self.random.choice(KEYS)
        modifiers = self.random.choice((M.NoModifier, M.NoModifier, M.ShiftModifier, M.ControlModifier, M.AltModifier))
        QTest.keyClick(QApplication.focusWidget() or self.view, key, modifiers)

    def type(self) -> None:
        widget = QApplication.focusWidget()
        if isinstance(widget, QLineEdit):
            QTest.keyClicks(widget, self.random.choice(("3", "-1.5", "abc", "lst", "", "1e400", "nan", "99999999")))
            QTest.keyClick(widget, self.random.choice((K.Key_Return, K.Key_Return, K.Key_Escape)))

    def wheel(self) -> None:
        place = QPointF(self.hands.pixel(self.place()))
        turn = QPoint(0, self.random.choice((-360, -120, 120, 360)))
        event = QWheelEvent(place, place, QPoint(), turn, Qt.MouseButton.NoButton, M.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        QApplication.sendEvent(self.view.viewport(), event)

    def menu(self) -> None:
        place = self.hands.pixel(self.place())
        viewport = self.view.viewport()
        reason = self.random.choice((QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard))
        QApplication.sendEvent(viewport, QContextMenuEvent(reason, place, viewport.mapToGlobal(place)))
        menu = self.view.findChildren(QMenu, "canvasMenu")[-1]
        actions = [
            a for a in menu.actions() if a.isEnabled() and not a.isSeparator() and not a.menu() and "…" not in a.text()
        ]
        if actions:
            self.random.choice(actions).trigger()
        menu.deleteLater()

    def drop(self) -> None:
        drop(self.hands, self.random.choice(KINDS), self.place())

    def command(self) -> None:
        keys = [key for key, a in self.view.commands.items() if a.isEnabled() and key != "export"]
        self.view.commands[self.random.choice(keys)].trigger()

    def undo(self) -> None:
        for _ in range(self.random.randint(1, 3)):
            self.random.choice((self.hands.document.undo, self.hands.document.redo))()

    def expand(self) -> None:
        keys = list(self.view.canvas.layers)
        self.view.canvas.set_expanded(self.random.sample(keys, min(2, len(keys))), self.random.random() < 0.7)


def play(hands, seed: int, acts: int) -> None:
    """Let the monkey act, then look whether everything is in order."""
    before = hands.document.state
    monkey = Monkey(hands, seed)
    for _ in range(acts):
        monkey.act()
        if len(hands.network.layers) > 25:
            hands.document.undo()
    hands.view.mouse.cancel()
    hands.view.editing.close()
    same_as_document(hands.view.canvas, hands.document)
    assert not hands.view.grab().isNull()
    stack = hands.document.undo_stack
    after, entries = hands.document.state, stack.index()
    while stack.canUndo():
        hands.document.undo()
    assert stack.count() >= 500 or same(hands.document.state, before)
    while stack.index() < entries:
        hands.document.redo()
    assert same(hands.document.state, after)
    same_as_document(hands.view.canvas, hands.document)


@pytest.fixture(autouse=True)
def _menus_stay_closed(monkeypatch):
    """The platform of the tests warns about popups."""
    monkeypatch.setattr(QMenu, "popup", lambda *_: None)


@pytest.mark.parametrize("seed", range(3))
def test_a_monkey_breaks_nothing(make, seed):
    play(make(links=(("x", "hidden"), ("hidden", "y"), ("hidden", "hidden", 1))), seed, 250)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 120))
def test_many_monkeys_break_nothing(make, seed):
    play(make(), seed, 1500)


def test_foreign_drops_are_left_alone(hands):
    mime = QMimeData()
    mime.setText("hello")
    assert not mime.hasFormat(MIME)
    drop(hands, "nonsense", hands.body("hidden") + QPointF(0, 150))
    assert len(hands.network.layers) == 3


def test_a_second_button_during_a_drag_changes_nothing(hands):
    hands.drag(hands.body("hidden"), hands.body("hidden") + QPointF(60, 60), drop=False)
    place = hands.pixel(hands.body("y"))
    for kind in (QMouseEvent.Type.MouseButtonPress, QMouseEvent.Type.MouseButtonRelease):
        event = QMouseEvent(
            kind, QPointF(place), QPointF(hands.view.viewport().mapToGlobal(place)), Qt.MouseButton.RightButton,
            Qt.MouseButton.LeftButton, M.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(hands.view.viewport(), event)
    hands.key(Qt.Key.Key_Escape)
    assert hands.document.undo_stack.count() == 0
