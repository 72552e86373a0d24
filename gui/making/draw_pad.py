"""The pad of the picture maker: the mouse draws as on the pad that a network reads from, and the arrow keys do as well."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen

from gui.text import tr
from gui.theme import theme
from gui.using.pad import BLOCK, PixelPad

KEY_STEP = 1.0
"""Dots that an arrow key moves the pen; a pixel has BLOCK of them on each side."""


class DrawPad(PixelPad):
    """Arrow keys move the pen, and draw while Shift is held."""

    def __init__(self) -> None:
        super().__init__()
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

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

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
