"""A small picture of each sequence shape: inputs below, states in the middle, outputs above, time to the right."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from core.sequence_shapes import ShapeKey
from gui.theme import theme

COLUMNS: dict[ShapeKey, tuple[str, ...]] = {
    "one-to-one": ("io",),
    "one-to-many": ("io", "o", "o"),
    "many-to-one": ("i", "i", "io"),
    "in-step": ("io", "io", "io"),
    "encoder-decoder": ("i", "i", "o", "o"),
}
"""For each step whether something goes in (i) and comes out (o)."""
_STEP, _ROW, _BOX = 12.0, 11.0, 7.0


class ShapePicture(QWidget):
    """The picture of one shape."""

    def __init__(self, key: ShapeKey | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self.setFixedSize(self.sizeHint())
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme().changed.connect(self.update)

    def show_shape(self, key: ShapeKey | None) -> None:
        """Another shape; None is an empty picture."""
        self.key = key
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(int(4 * _STEP + 4), int(3 * _ROW + 3))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.key is None:
            return
        columns = COLUMNS[self.key]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = (self.width() - len(columns) * _STEP) / 2
        line = QPen(theme().color("link"), 1.2)
        for step, column in enumerate(columns):
            at = left + (step + 0.5) * _STEP
            painter.setPen(line)
            if "i" in column:
                painter.drawLine(QPointF(at, self._row(0)), QPointF(at, self._row(1)))
            if "o" in column:
                painter.drawLine(QPointF(at, self._row(1)), QPointF(at, self._row(2)))
            if step:
                painter.drawLine(QPointF(at - _STEP, self._row(1)), QPointF(at, self._row(1)))
        for step, column in enumerate(columns):
            at = left + (step + 0.5) * _STEP
            if "i" in column:
                self._box(painter, at, 0, theme().color("negative"))
            self._box(painter, at, 1, theme().color("layer_edge"))
            if "o" in column:
                self._box(painter, at, 2, theme().color("positive"))
        painter.end()

    def _row(self, row: int) -> float:
        return self.height() - 2 - (row + 0.5) * _ROW

    def _box(self, painter: QPainter, at: float, row: int, color: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(QRectF(at - _BOX / 2, self._row(row) - _BOX / 2, _BOX, _BOX), 2, 2)
