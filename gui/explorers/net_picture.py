"""A small network as a drawing: neurons with their values, weights as lines; both can be clicked."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen

from core.describe import number
from core.explore.feed_forward import SmallNetwork
from gui.document import Document
from gui.explorers.asked import AskedPicture, ahead
from gui.text import tr
from gui.theme import theme

RADIUS = 26.0
_NEAR = 7.0
"""Pixels within which a click means a line."""
Weight = tuple[int, int, int]
"""(layer, unit, input) of a weight."""


def ink_on(ground: QColor) -> QColor:
    """Black or white, whichever can be read on ``ground``."""
    shine = 0.299 * ground.red() + 0.587 * ground.green() + 0.114 * ground.blue()
    return QColor("#101418") if shine > 140 else QColor("#ffffff")


class NetPicture(AskedPicture):
    """Neurons from left to right, with a number in each and maybe one under it, and weights as lines. Its places are
    ("neuron", layer, unit), ("under", layer, unit) and ("weight", layer, unit, input). Left and right go from one to the
    next, up and down between the three kinds."""

    weight_clicked = Signal(tuple)
    neuron_clicked = Signal(int, int)
    """Layer (0 is the input) and unit."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.setMinimumHeight(230)
        self.setAccessibleDescription(
            tr("Left and right go from one to the next, up and down between neurons, gradients and weights.")
        )
        self.network: SmallNetwork | None = None
        self.inside: Sequence[np.ndarray] = ()
        self.under: Sequence[np.ndarray] | None = None
        self.reached = 99
        self.chosen: Weight | None = None
        self.marked: tuple[int, int] | None = None
        self.titles: Sequence[str] = ()

    def show_network(
        self,
        network: SmallNetwork,
        inside: Sequence[np.ndarray],
        under: Sequence[np.ndarray] | None = None,
        reached: int = 99,
        titles: Sequence[str] = (),
    ) -> None:
        """Draw the numbers ``inside`` the neurons (and ``under`` them), up to the layer ``reached``."""
        self.network, self.inside, self.under, self.reached, self.titles = network, inside, under, reached, titles
        self.update()

    def place(self, layer: int, unit: int) -> QPointF:
        """Where a neuron is drawn."""
        assert self.network is not None
        sizes = self.network.sizes
        x = self.width() * (layer + 0.5) / len(sizes)
        return QPointF(x, 22 + (self.height() - 30) * (unit + 0.5) / sizes[layer])

    def weight_place(self, weight: Weight) -> QPointF:
        """A point on a weight's line that no other line comes near, a third of the way from its input."""
        layer, unit, source = weight
        start, end = self.place(layer, source), self.place(layer + 1, unit)
        return start + (end - start) * 0.32

    def weight_at(self, point: QPointF) -> Weight | None:
        """The weight whose line is nearest to a point, or None where none is near."""
        assert self.network is not None
        best, found = _NEAR, None
        for layer, matrix in enumerate(self.network.weights):
            for unit, source in np.ndindex(*matrix.shape):
                away = _distance(point, self.place(layer, source), self.place(layer + 1, unit))
                if away < best:
                    best, found = away, (layer, unit, source)
        return found

    def neuron_at(self, point: QPointF) -> tuple[int, int] | None:
        """The neuron at a point."""
        assert self.network is not None
        for layer, size in enumerate(self.network.sizes):
            for unit in range(size):
                away = point - self.place(layer, unit)
                if math.hypot(away.x(), away.y()) <= RADIUS:
                    return layer, unit
        return None

    def place_at(self, point: QPointF) -> Hashable | None:
        if self.network is None:
            return None
        if neuron := self.neuron_at(point):
            return ("neuron", *neuron)
        under = [place for place in self._places("under") if self.area(place).contains(point)]
        weight = None if under else self.weight_at(point)
        return under[0] if under else ("weight", *weight) if weight else None

    def area(self, place: Hashable) -> QRectF:
        assert isinstance(place, tuple)
        kind, *where = place
        if kind == "weight":
            return QRectF(-32, -10, 64, 20).translated(self.weight_place((where[0], where[1], where[2])))
        at = self.place(where[0], where[1])
        if kind == "under":
            return QRectF(-32, -9, 64, 18).translated(at + QPointF(0, RADIUS + 10))
        return QRectF(-RADIUS - 3, -RADIUS - 3, 2 * RADIUS + 6, 2 * RADIUS + 6).translated(at)

    def _places(self, kind: str) -> list[Hashable]:
        assert self.network is not None
        if kind == "weight":
            return [
                ("weight", layer, unit, source)
                for layer, matrix in enumerate(self.network.weights) for unit, source in np.ndindex(*matrix.shape)
            ]  # fmt: skip
        if kind == "under" and self.under is None:
            return []
        return [
            (kind, layer, unit)
            for layer, size in enumerate(self.network.sizes) for unit in range(size) if layer <= self.reached
        ]  # fmt: skip

    def moved(self, place: Hashable | None, key: Qt.Key, shift: bool) -> Hashable | None:
        if self.network is None:
            return None
        if not isinstance(place, tuple) or place not in self._places(place[0]):
            place = None
            if self.chosen is not None:
                place = ("weight", *self.chosen)
            elif self.marked is not None:
                place = ("neuron", *self.marked)
        kind = place[0] if isinstance(place, tuple) else "neuron"
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            return ahead(self._places(kind), place, key)
        kinds = [one for one in ("neuron", "under", "weight") if self._places(one)]
        other = str(ahead(kinds, kind, key))
        if other == "weight" and self.chosen is not None:
            return ("weight", *self.chosen)
        same = (other, *place[1:3]) if isinstance(place, tuple) and place[0] != "weight" else None
        return same if same in self._places(other) else self._places(other)[0]

    def entered(self, place: Hashable) -> None:
        assert isinstance(place, tuple)
        if place[0] == "weight":
            self.weight_clicked.emit(place[1:])
        else:
            self.neuron_clicked.emit(*place[1:])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.cursor_at = place
            self.entered(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        at = self.pointed
        weight = at if isinstance(at, tuple) and at[0] == "weight" else None
        self.setToolTip(tr("weight {value}", value=number(self._weight(weight[1:]))) if weight else "")

    def _weight(self, weight: Weight) -> float:
        assert self.network is not None
        layer, unit, source = weight
        return float(self.network.weights[layer][unit, source])

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.network is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(theme().color("selection"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        for layer, matrix in enumerate(self.network.weights):
            for unit, source in np.ndindex(*matrix.shape):
                self._paint_weight(painter, (layer, unit, source))
        if self.chosen is not None:
            self._paint_weight(painter, self.chosen)
            self._paint_label(painter, self.weight_place(self.chosen), number(self._weight(self.chosen)))
        for layer, size in enumerate(self.network.sizes):
            title = self.titles[layer] if layer < len(self.titles) else ""
            at = self.place(layer, 0)
            painter.setPen(theme().color("muted"))
            painter.drawText(QRectF(at.x() - 90, 0, 180, 18), Qt.AlignmentFlag.AlignCenter, title)
            for unit in range(size):
                self._paint_neuron(painter, layer, unit)
        self.paint_cursor(painter)
        painter.end()

    def _paint_weight(self, painter: QPainter, weight: Weight) -> None:
        value = self._weight(weight)
        color = theme().color("positive" if value >= 0 else "negative")
        if weight[0] >= self.reached:
            color.setAlpha(70)
        if weight == self.chosen:
            painter.setPen(QPen(theme().color("selection"), 9))
            painter.drawLine(self.place(weight[0], weight[2]), self.place(weight[0] + 1, weight[1]))
        painter.setPen(QPen(color, 1 + 2.5 * min(2.0, abs(value))))
        painter.drawLine(self.place(weight[0], weight[2]), self.place(weight[0] + 1, weight[1]))

    def _paint_neuron(self, painter: QPainter, layer: int, unit: int) -> None:
        at = self.place(layer, unit)
        there = layer <= self.reached
        value = float(self.inside[layer][unit])
        ground = theme().sign_color(max(-1.0, min(1.0, value))) if there else theme().color("layer")
        chosen = self.marked == (layer, unit)
        painter.setPen(QPen(theme().color("selection" if chosen else "layer_edge"), 3.5 if chosen else 1.5))
        painter.setBrush(ground)
        painter.drawEllipse(at, RADIUS, RADIUS)
        painter.setPen(ink_on(ground) if there else theme().color("muted"))
        box = QRectF(at.x() - RADIUS, at.y() - 9, 2 * RADIUS, 18)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, number(value) if there else "?")
        if self.under is not None and there:
            text = number(float(self.under[layer][unit]))
            self._paint_label(painter, QPointF(at.x(), at.y() + RADIUS + 10), text)

    def _paint_label(self, painter: QPainter, at: QPointF, text: str) -> None:
        width = painter.fontMetrics().horizontalAdvance(text) + 8
        box = QRectF(at.x() - width / 2, at.y() - 9, width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = theme().color("window")
        ground.setAlpha(225)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(theme().color("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _distance(point: QPointF, start: QPointF, end: QPointF) -> float:
    """Of a point from the stretch between two others."""
    along, to = end - start, point - start
    length = along.x() ** 2 + along.y() ** 2
    share = max(0.0, min(1.0, (along.x() * to.x() + along.y() * to.y()) / length)) if length else 0.0
    off = to - along * share
    return math.hypot(off.x(), off.y())
