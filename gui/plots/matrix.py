"""A confusion matrix: rows are what is true, columns what the network says; blue where they agree, orange where not."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.plots.chart import TEXT_SIZE
from gui.text import tr
from gui.theme import theme

_SMALLEST = 13
"""Pixels of a cell from which on its count can be read."""
Cell = tuple[int, int]


class MatrixView(QWidget):
    """Counts in cells. A cell can be chosen with the mouse or the arrow keys; Escape or a second click lets it go."""

    chosen = Signal(object)
    """(true, said) or None."""
    hovered = Signal(object)
    asked = Signal(object)
    """QPoint of the screen: what can be asked about ``pointed``?"""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(tr("Confusion matrix"))
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.counts = np.zeros((0, 0), dtype=int)
        self.names: tuple[str, ...] = ()
        self.cell: Cell | None = None
        """The chosen one, (true, said)."""
        self._hover: Cell | None = None
        font = self.font()
        font.setPointSize(TEXT_SIZE)
        self.setFont(font)

    def show_counts(self, counts: np.ndarray, names: tuple[str, ...]) -> None:
        """Draw (classes, classes) counts."""
        self.counts, self.names = counts, names
        if self._hover is not None and max(self._hover) >= len(counts):
            self._hover = None
        if self.cell is not None and max(self.cell) >= len(counts):
            self.choose(None)
        self.update()

    @property
    def pointed(self) -> Cell | None:
        """The cell under the pointer, or else the chosen one."""
        return self._hover or self.cell

    def choose(self, cell: Cell | None) -> None:
        """Choose a cell."""
        if cell != self.cell:
            self.cell = cell
            self.update()
            self.chosen.emit(cell)

    def cell_rect(self, cell: Cell) -> QRectF:
        """Where a cell is drawn."""
        grid, side = self._grid()
        return QRectF(grid.left() + cell[1] * side, grid.top() + cell[0] * side, side, side)

    def color_of(self, cell: Cell) -> QColor:
        """The more of its row a cell holds, the stronger: blue for right, orange for wrong answers."""
        row = int(self.counts[cell[0]].sum())
        share = self.counts[cell] / row if row else 0.0
        sign = 1.0 if cell[0] == cell[1] else -1.0
        # The root lets single mistakes among hundreds be seen.
        return theme().sign_color(sign * float(np.sqrt(share)))

    def _grid(self) -> tuple[QRectF, float]:
        """The square of cells, and the side of a cell."""
        metrics = self.fontMetrics()
        names = max((metrics.horizontalAdvance(name) for name in self.names), default=8)
        left = min(names, self.width() // 3) + metrics.height() + 10
        top = 2 * metrics.height() + 6
        side = max(1.0, min(self.width() - left - 6, self.height() - top - 6) / max(1, len(self.counts)))
        return QRectF(left, top, side * len(self.counts), side * len(self.counts)), side

    def _cell_at(self, point: QPoint) -> Cell | None:
        grid, side = self._grid()
        if not grid.contains(point) or not len(self.counts):
            return None
        row, column = int((point.y() - grid.top()) / side), int((point.x() - grid.left()) / side)
        last = len(self.counts) - 1
        return min(row, last), min(column, last)

    def _paint_cells(self, painter: QPainter, side: float) -> None:
        metrics = self.fontMetrics()
        first = self.cell_rect((0, 0))
        for true in range(len(self.counts)):
            for said in range(len(self.counts)):
                rect, color = first.translated(said * side, true * side), self.color_of((true, said))
                painter.fillRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), color)
                count = str(self.counts[true, said])
                if count != "0" and side >= max(_SMALLEST, metrics.horizontalAdvance(count)):
                    painter.setPen(_readable_on(color))
                    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, count)

    def _paint_names(self, painter: QPainter, grid: QRectF, side: float) -> None:
        metrics = self.fontMetrics()
        painter.setPen(theme().color("muted"))
        height = metrics.height()
        every = max(1, int(np.ceil(0.8 * height / side)))
        wide = max(1, int(np.ceil(max(metrics.horizontalAdvance(n[:3]) for n in self.names) / side)))
        for i, name in enumerate(self.names):
            if i % every == 0:
                row = QRectF(height + 4, grid.top() + i * side, grid.left() - height - 10, side)
                text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(row.width()))
                painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
            if i % wide == 0:
                column = QRectF(grid.left() + i * side, grid.top() - height - 2, side * wide, height)
                text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(column.width()))
                column.setWidth(side if metrics.horizontalAdvance(text) <= side else column.width())
                painter.drawText(column, Qt.AlignmentFlag.AlignCenter, text)
        painter.drawText(QRectF(grid.left(), 2, grid.width(), height), Qt.AlignmentFlag.AlignCenter, tr("predicted"))
        painter.save()
        painter.translate(2, grid.bottom())
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, grid.height(), height), Qt.AlignmentFlag.AlignCenter, tr("true"))
        painter.restore()

    def sizeHint(self) -> QSize:
        return QSize(240, 240)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, 100)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("plot_background"))
        if not len(self.counts):
            return
        grid, side = self._grid()
        self._paint_cells(painter, side)
        self._paint_names(painter, grid, side)
        for cell, color in ((self._hover, "muted"), (self.cell, "selection")):
            if cell is not None:
                painter.setPen(theme().color(color))
                painter.drawRect(self.cell_rect(cell).adjusted(0.5, 0.5, -1, -1))
                painter.drawRect(self.cell_rect(cell).adjusted(1.5, 1.5, -2, -2))
        if self.hasFocus():
            painter.setPen(theme().color("selection"))
            painter.drawRect(grid.adjusted(-1, -1, 0, 0))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._set_hover(self._cell_at(event.position().toPoint()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton:
            self.choose(None if cell == self.cell else cell)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            self._set_hover(self._cell_at(event.pos()))
        self.asked.emit(event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hover(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
        if event.key() in moves and len(self.counts):
            row, column = self.cell or (0, 0)
            down, right = moves[Qt.Key(event.key())] if self.cell is not None else (0, 0)
            last = len(self.counts) - 1
            self.choose((min(last, max(0, row + down)), min(last, max(0, column + right))))
        elif event.key() == Qt.Key.Key_Escape and self.cell is not None:
            self.choose(None)
        else:
            super().keyPressEvent(event)

    def _set_hover(self, cell: Cell | None) -> None:
        if cell != self._hover:
            self._hover = cell
            self.update()
            self.hovered.emit(cell)


def _readable_on(color: QColor) -> QColor:
    """Black or white, whichever stands out more (relative luminance, WCAG 2.2)."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.getRgbF()[:3]]
    luminance = 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    return QColor("#000000" if luminance > 0.179 else "#ffffff")
