"""What moves inside a card while the network computes: the strip of a folded layer, the neurons of an expanded one.

It is an item of its own so that a live refresh redraws this alone; the card around it stays a picture.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from gui.canvas import look
from gui.canvas.expansion import BLOCK_LABEL, BLOCK_ROOM, Block, Expansion
from gui.theme import theme

PAST_RADIUS = 4.6


class LiveItem(QGraphicsItem):
    """A child of a card that shows values."""

    def __init__(self, card: QGraphicsItem) -> None:
        super().__init__(card)
        self.expansion: Expansion | None = None
        self.activation: np.ndarray | None = None
        """What the units say now, (units,)."""
        self.past: Mapping[str, np.ndarray] = {}
        """What the units of each block said before."""
        self.hovered_neuron: int | None = None
        self.faded = False
        self.strip: QImage | None = None
        """The values over time."""
        self._share: float | None = None
        self._rect = QRectF()
        self._titles: Mapping[str, str] = {}

    def arrange(self, rect: QRectF, expansion: Expansion | None, titles: Mapping[str, str]) -> None:
        """Take this place: that of the strip, or the inside of an expanded card."""
        self.prepareGeometryChange()
        self._rect, self.expansion, self._titles = rect, expansion, titles

    def show_values(
        self,
        values: np.ndarray | None,
        activation: np.ndarray | None,
        share: float | None,
        past: Mapping[str, np.ndarray],
    ) -> None:
        """``values`` (steps, units) or (1, units), those of now, how far the walk through time is, and the past."""
        if values is None:
            self.strip = None
        else:
            rows = values.T if len(values) > 1 else values
            self.strip = look.signed_image(rows, look.activation_scale(values))
        self.activation, self._share, self.past = activation, share, past
        self.update()

    def hover(self, neuron: int | None) -> None:
        """Ring the neuron under the pointer."""
        self.hovered_neuron = neuron
        self.update()

    def _paint_strip(self, painter: QPainter) -> None:
        outline = QPainterPath()
        outline.addRoundedRect(self._rect, 4, 4)
        if self.strip is None:
            painter.fillPath(outline, look.mixed(theme().color("layer"), theme().color("muted"), 0.13))
            return
        painter.save()
        painter.setClipPath(outline, Qt.ClipOperation.IntersectClip)
        painter.drawImage(self._rect, self.strip)
        if self._share is not None:
            x = self._rect.left() + self._rect.width() * self._share
            painter.setPen(look.hairline(theme().color("text"), 1.5))
            painter.drawLine(QPointF(x, self._rect.top()), QPointF(x, self._rect.bottom()))
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(look.hairline(look.mixed(theme().color("layer"), theme().color("muted"), 0.35)))
        painter.drawPath(outline)

    def _paint_neurons(self, painter: QPainter, expansion: Expansion) -> None:
        for block in expansion.blocks:
            self._paint_block(painter, block)
        self._circles(painter, expansion.neurons, expansion.radius, self.activation)
        if self.hovered_neuron is not None and self.hovered_neuron < len(expansion.neurons):
            x, y = expansion.neurons[self.hovered_neuron]
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(look.hairline(theme().color("selection"), 2.0))
            painter.drawEllipse(QPointF(x, y), expansion.radius + 2, expansion.radius + 2)

    def _paint_block(self, painter: QPainter, block: Block) -> None:
        width = max(block.rect.width(), BLOCK_ROOM) + 4
        label = QRectF(block.rect.center().x() - width / 2, block.rect.top() - BLOCK_LABEL, width, BLOCK_LABEL - 2)
        color = theme().color("recurrent" if block.matrix.delay else "muted")
        title = self._titles.get(block.matrix.key, "")
        look.draw_text(painter, label, title, 10, color, bold=True, align=Qt.AlignmentFlag.AlignHCenter)
        if block.past is not None:
            self._circles(painter, block.past, PAST_RADIUS, self.past.get(block.matrix.key), edge="recurrent")

    def _circles(
        self, painter: QPainter, places: np.ndarray, radius: float, values: np.ndarray | None, edge: str = "layer_edge"
    ) -> None:
        painter.setPen(look.hairline(theme().color(edge), 1.2) if radius > 3 else Qt.PenStyle.NoPen)
        plain = look.mixed(theme().color("layer"), theme().color("muted"), 0.18)
        if values is None or len(values) != len(places):
            colors = [plain] * len(places)
        else:
            colors = [QColor(*rgb) for rgb in look.signed_rgb(values, look.activation_scale(values)).tolist()]
        for (x, y), color in zip(places.tolist(), colors, strict=True):
            painter.setBrush(color)
            painter.drawEllipse(QPointF(x, y), radius, radius)

    def boundingRect(self) -> QRectF:
        return self._rect.adjusted(-2, -2, 2, 2)

    def shape(self) -> QPainterPath:
        return QPainterPath()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.faded:
            painter.setOpacity(0.38)
        if self.expansion is None:
            self._paint_strip(painter)
        else:
            self._paint_neurons(painter, self.expansion)
