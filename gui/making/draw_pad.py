"""The pad of the picture maker: the mouse draws as on the pad that a network reads from, and the arrow keys do as well."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QCursor, QKeyEvent, QPainter, QPaintEvent, QPen

from core.why.data.read import inked
from gui.document import Document
from gui.text import tr
from gui.theme import theme
from gui.using.pad import BLOCK, PixelPad
from gui.why.here import Question, open_menu

KEY_STEP = 1.0
"""Dots that an arrow key moves the pen; a pixel has BLOCK of them on each side."""


class DrawPad(PixelPad):
    """Arrow keys move the pen, and draw while Shift is held."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.setAccessibleName(tr("Pad for pictures: draw with the mouse, or with the arrow keys while Shift is held"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.pen_at = QPointF(0, 0)
        """Where the keyboard draws, in dots."""
        self._drawn_by_key = False

    def show_paper(self, rows: int, columns: int, usual_ink: float | None = None) -> None:
        super().show_paper(rows, columns, usual_ink)
        self.pen_at = QPointF(columns * BLOCK / 2, rows * BLOCK / 2)

    def clear(self) -> None:
        self._drawn_by_key = False
        super().clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        by = {keys.Key_Left: (-1, 0), keys.Key_Right: (1, 0), keys.Key_Up: (0, -1), keys.Key_Down: (0, 1)}.get(
            Qt.Key(event.key())
        )
        if by is None:
            super().keyPressEvent(event)
            return
        rows, columns = self.shape
        x = min(columns * BLOCK - 1.0, max(0.0, self.pen_at.x() + KEY_STEP * by[0]))
        y = min(rows * BLOCK - 1.0, max(0.0, self.pen_at.y() + KEY_STEP * by[1]))
        draws = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if draws:
            if not self._drawn_by_key or not self.strokes:
                self.strokes.append([self.pen_at])
            self.strokes[-1].append(QPointF(x, y))
        self._drawn_by_key = draws
        self.pen_at = QPointF(x, y)
        if draws:
            self._rasterise()
        self.update()

    # -- why ---------------------------------------------------------------------------------------------------------

    def questions_here(self) -> list[Question]:
        """About the pixel where the pen of the keyboard is, or else the one under the pointer."""
        if self.hasFocus():
            return self._questions(int(self.pen_at.y() // BLOCK), int(self.pen_at.x() // BLOCK))
        return self._questions_at(QPointF(self.mapFromGlobal(QCursor.pos())))

    def _questions_at(self, at: QPointF) -> list[Question]:
        box, (rows, columns) = self.boxes()[1], self.shape
        if not box.contains(at):
            return []
        row, column = (at.y() - box.top()) / box.height() * rows, (at.x() - box.left()) / box.width() * columns
        return self._questions(min(rows - 1, int(row)), min(columns - 1, int(column)))

    def _questions(self, row: int, column: int) -> list[Question]:
        name = tr("the pixel in row {row}, column {column}", row=row + 1, column=column + 1)
        return [Question(inked(name, float(self.ink[row, column]), BLOCK**2), tr("Why this pixel?"))]

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keys = event.reason() == QContextMenuEvent.Reason.Keyboard
        questions = self.questions_here() if keys else self._questions_at(QPointF(event.pos()))
        open_menu(self, questions, self._document, event.globalPos(), ())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.hasFocus():
            return
        box = self.boxes()[0]
        rows, columns = self.shape
        at = QPointF(
            box.left() + self.pen_at.x() / (columns * BLOCK) * box.width(),
            box.top() + self.pen_at.y() / (rows * BLOCK) * box.height(),
        )
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme().color("selection"), 1.5))
        painter.drawEllipse(at, 5, 5)
        painter.end()
