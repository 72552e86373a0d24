"""Rows of bars over time: gates and states of a cell, or of a layer of the user's network."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen

from gui.document import Document
from gui.explorers.asked import AskedPicture
from gui.text import tr
from gui.theme import theme

LEFT = 110.0
"""Pixels for the names of the rows."""
BELOW = 20
"""Pixels for the numbers of the steps."""


class Bars(AskedPicture):
    """Each row is a gate or a state, each column a time step, each bar a unit. Its places are (row, step, unit). Left and
    right go through the steps, with Shift through the units, up and down through the rows."""

    picked = Signal(int, int, int)
    """Row, step and unit that someone looks at."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.setMinimumHeight(170)
        self.setAccessibleDescription(
            tr("Left and right go through the steps, with Shift through the units, up and down through the rows.")
        )
        self.rows: list[tuple[str, np.ndarray]] = []
        self.step = 0
        self._unit = 0
        """The unit that was looked at last: rows of fewer units do not forget it."""

    def show_rows(self, rows: list[tuple[str, np.ndarray]], step: int) -> None:
        """Draw (name, (steps, units)) rows with a time step marked."""
        self.rows, self.step = rows, step
        if self.cursor_at is not None:
            self.cursor_at = self._inside(*self.cursor_at[:3]) if isinstance(self.cursor_at, tuple) else None
        self.update()

    def _grid(self) -> tuple[float, float, int]:
        """Column width, row height, steps."""
        steps = len(self.rows[0][1]) if self.rows else 1
        return (self.width() - LEFT - 6) / max(1, steps), (self.height() - BELOW) / max(1, len(self.rows)), steps

    def _inside(self, row: int, step: int, unit: int) -> tuple[int, int, int]:
        """The nearest place that there is."""
        row = min(max(0, row), len(self.rows) - 1)
        steps, units = self.rows[row][1].shape
        return row, min(max(0, step), steps - 1), min(max(0, unit), units - 1)

    def area(self, place: Hashable) -> QRectF:
        assert isinstance(place, tuple)
        row, step, unit = place
        column, height, _ = self._grid()
        width = max(1.0, (column - 3) / self.rows[row][1].shape[1])
        return QRectF(LEFT + step * column + 1.5 + unit * width, row * height + 2, width, height - 4)

    def place_at(self, point: QPointF) -> tuple[int, int, int] | None:
        column, height, steps = self._grid()
        step, row = int((point.x() - LEFT) // column), int(point.y() // height)
        if not (0 <= step < steps and 0 <= row < len(self.rows)):
            return None
        width = max(1.0, (column - 3) / self.rows[row][1].shape[1])
        return self._inside(row, step, int((point.x() - LEFT - step * column - 1.5) // width))

    def moved(self, place: Hashable | None, key: Qt.Key, shift: bool) -> Hashable | None:
        if not self.rows:
            return None
        if not isinstance(place, tuple):
            return self._inside(len(self.rows) - 1, self.step, 0)
        row, step, unit = place
        way = 1 if key in (Qt.Key.Key_Right, Qt.Key.Key_Down) else -1
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            return self._inside(row + way, step, self._unit)
        if not shift:
            return self._inside(row, step + way, unit)
        place = self._inside(row, step, unit + way)
        self._unit = place[2]
        return place

    def entered(self, place: Hashable) -> None:
        assert isinstance(place, tuple)
        self.picked.emit(*place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.cursor_at, self._unit = place, place[2]
            self.entered(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        column, height, steps = self._grid()
        shade = theme().color("selection")
        shade.setAlpha(60)
        painter.fillRect(QRectF(LEFT + self.step * column, 0, column, self.height()), shade)
        for place, (name, values) in enumerate(self.rows):
            self._paint_row(painter, place, name, values, QRectF(0, place * height, self.width(), height))
        painter.setPen(theme().color("muted"))
        every = max(1, round(30 / column))
        for step in range(0, steps, every):
            at = QRectF(LEFT + step * column - 20, self.height() - 18, 40 + column, 18)
            painter.drawText(at, Qt.AlignmentFlag.AlignCenter, str(step + 1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_cursor(painter)
        painter.end()

    def _paint_row(self, painter: QPainter, row: int, name: str, values: np.ndarray, box: QRectF) -> None:
        painter.setPen(theme().color("text"))
        text = QRectF(0, box.top(), LEFT - 8, box.height())
        painter.drawText(text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
        middle, half = box.center().y(), box.height() / 2 - 4
        painter.setPen(QPen(theme().color("plot_grid"), 1))
        painter.drawLine(int(LEFT), int(middle), int(box.right()) - 6, int(middle))
        column, _, _ = self._grid()
        width = max(1.0, (column - 3) / values.shape[1])
        for step, unit in np.ndindex(*values.shape):
            value = float(np.clip(values[step, unit], -1.0, 1.0))
            bar = QRectF(LEFT + step * column + 1.5 + unit * width, middle, max(1.0, width - 0.6), -value * half)
            painter.fillRect(bar.normalized(), theme().color("positive" if value >= 0 else "negative"))
