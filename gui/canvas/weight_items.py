"""The weights of a matrix on the canvas: one line per connection, or a heat map where there are too many for lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.canvas import look
from gui.canvas.matrices import Matrix
from gui.theme import theme

LEVELS = 8
"""Steps of thickness and colour on each side of zero: a pen is set once per step, not once per line."""
Stroke = tuple[float, QPen, list[QLineF]]
"""How far in front, and lines of one pen."""
Cell = tuple[int, int]


class WeightItem(QGraphicsItem):
    """What lines and picture have in common: they show values and find the one under a point."""

    def __init__(self, matrix: Matrix) -> None:
        super().__init__()
        self.matrix = matrix
        self.values: np.ndarray | None = None
        self.mask: np.ndarray | None = None
        self._seen: tuple[object, ...] = ()
        """What was shown last; weights are values, so the same object means the same numbers."""
        self.hovered: Cell | None = None
        self.focus: tuple[str, int] | None = None
        """("row" or "column", number): the neuron under the pointer; other lines step back."""
        self.changed: Callable[[], None] = lambda: None
        """Called when other lines are to be drawn."""
        self.setZValue(1.7)

    def show_weights(self, weights: Mapping[str, np.ndarray], mask: np.ndarray | None) -> None:
        """Show the numbers of the matrix in ``weights``; ``mask`` is False where a connection is cut."""
        sources = tuple(weights.get(name) for name in self.matrix.tensors)
        seen = (self.matrix, mask, *sources)
        if len(seen) == len(self._seen) and all(a is b for a, b in zip(seen, self._seen)):
            return
        self._seen = seen
        self.values = self.matrix.values(weights)
        self.mask = mask if mask is not None and mask.shape == self.matrix.shape else None
        self.restyle()

    def restyle(self) -> None:
        """Draw the same in the colours of now."""
        self._refresh()
        self.update()
        self.changed()

    def hover(self, cell: Cell | None) -> None:
        """Mark the connection under the pointer."""
        if cell != self.hovered:
            self.hovered = cell
            self.update()

    def set_focus(self, focus: tuple[str, int] | None) -> None:
        """Bring the connections of one neuron forward."""
        if focus != self.focus:
            self.focus = focus
            self.restyle()

    def _refresh(self) -> None:
        """Prepare what is drawn."""

    def cell_at(self, pos: QPointF) -> Cell | None:
        """Row and column of the connection at a point of the canvas."""
        raise NotImplementedError

    def point_of(self, cell: Cell) -> QPointF:
        """A point on the canvas at which ``cell_at`` finds this connection (where lines do not cover one another)."""
        raise NotImplementedError


class WeightLines(WeightItem):
    """Thickness is the size of a weight, colour its sign; dotted is cut."""

    def __init__(self, matrix: Matrix) -> None:
        super().__init__(matrix)
        self._starts = np.zeros((0, 2))
        self._ends = np.zeros((0, 2))
        self._lines: list[QLineF] = []
        self.strokes: list[Stroke] = []
        """What the bundle draws."""
        self._cut: list[QLineF] = []

    def show_places(self, sources: np.ndarray, targets: np.ndarray, source_radius: float, target_radius: float) -> None:
        """Draw from ``sources`` (columns, 2) to ``targets`` (rows, 2), up to the edges of the circles."""
        self.prepareGeometryChange()
        rows, columns = self.matrix.shape
        start = np.broadcast_to(sources[None, :, :], (rows, columns, 2)).reshape(-1, 2)
        end = np.broadcast_to(targets[:, None, :], (rows, columns, 2)).reshape(-1, 2)
        way = end - start
        unit = way / np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)[:, None]
        self._starts, self._ends = start + unit * source_radius, end - unit * target_radius
        ends = np.concatenate([self._starts, self._ends], axis=1).tolist()
        self._lines = [QLineF(*line) for line in ends]
        self.restyle()

    def _refresh(self) -> None:
        self.strokes, self._cut = [], []
        if self.values is None or len(self._lines) != self.values.size:
            return
        flat = np.nan_to_num(self.values.ravel().astype(float), nan=0.0, posinf=np.inf, neginf=-np.inf)
        share = np.clip(flat / look.weight_scale(self.values), -1.0, 1.0)
        level = np.minimum(np.abs(share) * LEVELS, LEVELS - 1).astype(int) * np.where(share < 0, -1, 1)
        level = np.where(share < 0, level - 1, level)
        there = np.ones(len(flat), bool) if self.mask is None else self.mask.ravel()
        near = self._near(len(flat))
        for value in np.unique(level[there]).tolist():
            size = ((value + 1) if value >= 0 else -value) / LEVELS
            for forward in (False, True):
                chosen = np.flatnonzero(there & (level == value) & (near == forward))
                if len(chosen):
                    pen = self._pen(size, value >= 0, forward)
                    self.strokes.append(
                        ((forward and self.focus is not None) + size, pen, [self._lines[i] for i in chosen])
                    )
        self._cut = [self._lines[i] for i in np.flatnonzero(~there)]

    def _near(self, count: int) -> np.ndarray:
        if self.focus is None:
            return np.ones(count, bool)
        rows, columns = np.divmod(np.arange(count), self.matrix.shape[1])
        return (rows if self.focus[0] == "row" else columns) == self.focus[1]

    def _pen(self, size: float, positive: bool, near: bool) -> QPen:
        """Small weights fade into the ground. Mixed, not transparent: Qt draws opaque lines ten times as fast."""
        color = theme().color("positive" if positive else "negative")
        crowd = len(self._lines)
        widest = min(4.2, max(1.0, 34.0 / crowd**0.5))
        strength = (0.1 + 0.8 * size**1.3) * (1.0 if crowd < 120 else 0.8) * (1.0 if near else 0.12)
        ground = look.mixed(theme().color("canvas"), theme().color("layer"), 0.5)
        shade = look.mixed(ground, color, strength)
        return QPen(shade, 0.4 + (widest - 0.4) * size, c=Qt.PenCapStyle.FlatCap)

    def cell_at(self, pos: QPointF) -> Cell | None:
        if not len(self._starts):
            return None
        point = np.array([pos.x(), pos.y()])
        way = self._ends - self._starts
        along = ((point - self._starts) * way).sum(1) / np.maximum((way * way).sum(1), 1e-9)
        foot = self._starts + np.clip(along, 0, 1)[:, None] * way
        distance = np.hypot(*(foot - point).T)
        nearest = int(distance.argmin())
        if distance[nearest] > 4.0:
            return None
        return divmod(nearest, self.matrix.shape[1])  # type: ignore[return-value]

    def point_of(self, cell: Cell) -> QPointF:
        number = cell[0] * self.matrix.shape[1] + cell[1]
        for share in (0.5, 0.35, 0.65, 0.2, 0.8, 0.1, 0.9):
            x, y = self._starts[number] + share * (self._ends[number] - self._starts[number])
            if self.cell_at(QPointF(x, y)) == cell:
                return QPointF(x, y)
        return QPointF(x, y)

    def boundingRect(self) -> QRectF:
        if not len(self._starts):
            return QRectF()
        both = np.concatenate([self._starts, self._ends])
        (left, top), (right, bottom) = both.min(0), both.max(0)
        return QRectF(left - 4, top - 4, right - left + 8, bottom - top + 8)

    def shape(self) -> QPainterPath:
        return QPainterPath()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._cut:
            cut = look.mixed(theme().color("layer"), theme().color("muted"), 0.55)
            painter.setPen(QPen(cut, 1, Qt.PenStyle.DotLine))
            painter.drawLines(self._cut)
        if self.hovered is not None:
            number = self.hovered[0] * self.matrix.shape[1] + self.hovered[1]
            painter.setPen(QPen(theme().color("selection"), 3.5, c=Qt.PenCapStyle.RoundCap))
            painter.drawLine(self._lines[number])


class Bundle(QGraphicsItem):
    """Draws the lines of all links together, small weights first, so that no faint line cuts through a strong one."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[WeightLines] = []
        self._rect = QRectF()
        self.setZValue(1.6)

    def show_lines(self, lines: list[WeightLines]) -> None:
        """Draw these from now on."""
        self._lines = lines
        for item in lines:
            item.changed = self.refresh
        self.refresh()

    def refresh(self) -> None:
        """Draw them as they are now."""
        rect = QRectF()
        for item in self._lines:
            rect = rect.united(item.boundingRect())
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = rect
        self.update()

    def boundingRect(self) -> QRectF:
        return self._rect

    def shape(self) -> QPainterPath:
        return QPainterPath()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        strokes = [stroke for item in self._lines for stroke in item.strokes]
        for _, pen, lines in sorted(strokes, key=lambda stroke: stroke[0]):
            painter.setPen(pen)
            painter.drawLines(lines)


class WeightPicture(WeightItem):
    """A heat map: a row per unit that reads (gates one below the other), a column per unit that is read."""

    def __init__(self, matrix: Matrix) -> None:
        super().__init__(matrix)
        self._rect = QRectF()
        self._image: QImage | None = None
        self.setZValue(2.4)

    def show_rect(self, rect: QRectF) -> None:
        """Draw it here."""
        self.prepareGeometryChange()
        self._rect = rect
        self.update()

    def _refresh(self) -> None:
        if self.values is None:
            self._image = None
            return
        rgb = look.signed_rgb(self.values, look.weight_scale(self.values)).astype(np.uint8)
        if self.mask is not None:
            rgb = np.where(self.mask[:, :, None], rgb, np.uint8(self._cut_color()))
        rgb = np.ascontiguousarray(rgb)
        rows, columns = self.matrix.shape
        self._image = QImage(rgb.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()

    @staticmethod
    def _cut_color() -> tuple[int, int, int]:
        color = theme().color("muted")
        return color.red(), color.green(), color.blue()

    def cell_at(self, pos: QPointF) -> Cell | None:
        if not self._rect.contains(pos):
            return None
        rows, columns = self.matrix.shape
        row = int((pos.y() - self._rect.top()) / self._rect.height() * rows)
        column = int((pos.x() - self._rect.left()) / self._rect.width() * columns)
        return min(row, rows - 1), min(column, columns - 1)

    def point_of(self, cell: Cell) -> QPointF:
        return self._cell_rect(cell).center()

    def _cell_rect(self, cell: Cell) -> QRectF:
        rows, columns = self.matrix.shape
        width, height = self._rect.width() / columns, self._rect.height() / rows
        return QRectF(self._rect.left() + cell[1] * width, self._rect.top() + cell[0] * height, width, height)

    def boundingRect(self) -> QRectF:
        return self._rect.adjusted(-18, -4, 4, 4)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self._image is not None:
            painter.drawImage(self._rect, self._image)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(look.hairline(look.with_alpha(theme().color("layer_edge"), 0.7)))
        painter.drawRect(self._rect)
        self._paint_gates(painter)
        if self.focus is not None and self.values is not None:
            self._paint_focus(painter, *self.focus)
        if self.hovered is not None:
            painter.setPen(look.hairline(theme().color("selection"), 2.0))
            painter.drawRect(self._cell_rect(self.hovered).adjusted(-1, -1, 1, 1))

    def _paint_gates(self, painter: QPainter) -> None:
        """A line between stacked gates, and the letter of each."""
        names = self.matrix.gates * len(self.matrix.tensors)
        height = self._rect.height() / len(names)
        for number, name in enumerate(names):
            y = self._rect.top() + height * number
            painter.setPen(look.hairline(theme().color("layer_edge")))
            if number:
                painter.drawLine(QPointF(self._rect.left() - 3, y), QPointF(self._rect.right() + 3, y))
            if name and height >= 9:
                letter = QRectF(self._rect.left() - 16, y, 12, height)
                look.draw_text(painter, letter, name, 9.5, theme().color("muted"), align=Qt.AlignmentFlag.AlignRight)

    def _paint_focus(self, painter: QPainter, kind: str, number: int) -> None:
        rows, columns = self.matrix.shape
        painter.setPen(look.hairline(theme().color("selection"), 1.5))
        if kind == "row":
            for start in range(0, rows, max(1, rows // len(self.matrix.gates) // len(self.matrix.tensors))):
                if start + number < rows:
                    cell = self._cell_rect((start + number, 0))
                    painter.drawRect(QRectF(self._rect.left(), cell.top(), self._rect.width(), cell.height()))
        elif number < columns:
            cell = self._cell_rect((0, number))
            painter.drawRect(QRectF(cell.left(), self._rect.top(), cell.width(), self._rect.height()))
