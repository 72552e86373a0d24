"""What explorers draw by themselves and can be asked about: formulas line by line, and pictures place by place."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from core.why.numbers import plain
from gui.document import Document
from gui.folding import folded
from gui.formula import SIZE, FormulaView, natural_size
from gui.icons import icon
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question, open_menu

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_LEAST = 7.0
"""Pixels across which the place of the keyboard is framed at least, so that one sees what is in it."""
_WAYS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}


def by_mouse(event: QContextMenuEvent) -> bool:
    """Whether a menu is wanted at the pointer, not by the menu key."""
    return event.reason() == QContextMenuEvent.Reason.Mouse


class AskedFormula(FormulaView):
    """Formulas whose lines answer: by a click, by the right button, by the arrow keys and Enter, by Alt+W."""

    def __init__(self, document: Document, size: float = SIZE) -> None:
        super().__init__(size=size)
        self._document = document
        self._questions: Callable[[int], list[Question]] | None = None
        self._told: tuple[str, ...] = ()
        self._from: list[int] = []
        """Which of them each line that is shown is a part of."""
        self._line = 0
        """The one that the keyboard is at, of those that are told."""
        self._hovered: int | None = None
        self.setMouseTracking(True)
        self.setToolTip(tr("Click a line to ask where its numbers come from."))

    def tell(self, lines: Sequence[str], questions: Callable[[int], list[Question]] | None) -> None:
        """Show these formulas, each broken where there is no room for it; ``questions`` says what one of them (from 0) can be
        asked, when someone asks."""
        self._questions, self._told = questions, tuple(lines)
        self._line = min(self._line, max(0, len(lines) - 1))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if questions and lines else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if questions else Qt.CursorShape.ArrowCursor)
        self._fold()

    def told_at(self, y: float) -> int | None:
        """The formula that is nearest to a height."""
        at = self.line_at(y)
        return None if at is None else self._from[at]

    def told_rect(self, told: int) -> QRectF:
        """Where a formula is drawn."""
        whole = QRectF()
        for at, source in enumerate(self._from):
            whole = whole.united(self.line_rect(at)) if source == told else whole
        return whole

    def _fold(self) -> None:
        room = max(200, self.width())
        parts = [folded(line, room, lambda one: natural_size(one, self.size_of_letters).width()) for line in self._told]
        self._from = [at for at, lines in enumerate(parts) for _ in lines]
        self.show_lines([line for lines in parts for line in lines])

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._fold()
        super().resizeEvent(event)

    def questions_here(self) -> list[Question]:
        """About the line under the pointer, or else the one that the keyboard is at."""
        return self._of(self._line if self._hovered is None else self._hovered)

    def _of(self, line: int | None) -> list[Question]:
        return self._questions(line) if self._questions is not None and line is not None and self._told else []

    def _ask(self, line: int | None) -> None:
        if questions := self._of(line):
            self._document.ask(questions[0].asked)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.told_at(event.position().y()))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)

    def _hover(self, line: int | None) -> None:
        if line != self._hovered:
            self._hovered = line
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._ask(self.told_at(event.position().y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = _WAYS.get(Qt.Key(event.key()))
        if event.key() in _ENTER:
            self._ask(self._line)
        elif way is not None and self._told:
            self._line, self._hovered = (self._line + way) % len(self._told), None
            self.update()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self._told:
            return
        texts = (
            (tr("Copy as LaTeX"), "code", self._told),
            (tr("Copy as text"), "copy", [plain(one) for one in self._told]),
        )
        copies = [self._copying(*text) for text in texts]
        questions = self._of(self.told_at(event.pos().y()) if by_mouse(event) else self._line)
        menu = open_menu(self, questions, self._document, event.globalPos(), copies)
        for action in copies:
            action.setParent(menu)

    def _copying(self, title: str, picture: str, lines: Sequence[str]) -> QAction:
        action = QAction(icon(picture), title, self)
        action.triggered.connect(lambda: QGuiApplication.clipboard().setText("\n".join(lines)))
        return action

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        marked = self._hovered if self._hovered is not None else self._line if self.hasFocus() else None
        if marked is None or self._questions is None or marked >= len(self._told):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme().color("accent"))
        painter.drawRoundedRect(self.told_rect(marked).adjusted(-2.5, 0.5, 2.5, -0.5), 4, 4)
        painter.end()


class AskedPicture(QWidget):
    """A drawing with places that answer. Arrow keys go from place to place; the menu, Enter and Alt+W ask about one."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.questions: Callable[[Hashable], list[Question]] = lambda place: []
        """What a place can be asked, when someone asks."""
        self._pointer: QPointF | None = None
        """Where the pointer is."""
        self.cursor_at: Hashable | None = None
        """The place that the keyboard is at."""
        self._by_keys = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Time and signals go from left to right in every language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)

    @property
    def pointed(self) -> Hashable | None:
        """The place under the pointer, of those that are drawn now."""
        return None if self._pointer is None else self.place_at(self._pointer)

    def place_at(self, point: QPointF) -> Hashable | None:
        """The place at a pixel."""
        raise NotImplementedError

    def area(self, place: Hashable) -> QRectF:
        """Where a place is drawn."""
        raise NotImplementedError

    def moved(self, place: Hashable | None, key: Qt.Key, shift: bool) -> Hashable | None:
        """Where an arrow key leads from a place (None: at first); None where it does not lead on."""
        raise NotImplementedError

    def entered(self, place: Hashable) -> None:
        """The keyboard has come to a place."""

    def questions_here(self) -> list[Question]:
        """About the place that the keyboard is at, or else the one under the pointer."""
        place = self.cursor_at if self._by_keys else self.pointed
        return [] if place is None else self.questions(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._by_keys, self._pointer = False, event.position()
        over = self.pointed is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at = event.globalPos()
        if by_mouse(event):
            self._by_keys, self._pointer = False, QPointF(event.pos())
        elif self.cursor_at is not None:
            self._by_keys, at = True, self.mapToGlobal(self.area(self.cursor_at).center().toPoint())
        open_menu(self, self.questions_here(), self._document, at, ())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shift = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in _ENTER and self.cursor_at is not None:
            self._by_keys = True
            if questions := self.questions_here():
                self._document.ask(questions[0].asked)
        elif key in _WAYS and (place := self.moved(self.cursor_at, key, shift)) is not None:
            self._by_keys, self.cursor_at = True, place
            self.entered(place)
            self.update()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._by_keys = False
        self.update()

    def paint_cursor(self, painter: QPainter) -> None:
        """Mark the place that the keyboard is at."""
        if self.hasFocus() and self.cursor_at is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme().color("accent"), 1.5))
            area = self.area(self.cursor_at)
            wider = max(0.0, _LEAST - area.width()) / 2
            painter.drawRoundedRect(area.adjusted(-wider, 0, wider, 0), 4, 4)


def ahead(places: Sequence[Hashable], place: Hashable | None, key: Qt.Key) -> Hashable | None:
    """The next of a row of places in the way of an arrow key, around the ends; the first one at first."""
    if not places:
        return None
    return places[(places.index(place) + _WAYS[key]) % len(places)] if place in places else places[0]
