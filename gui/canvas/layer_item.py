"""A layer on the canvas: a card with its words, around a live picture or, expanded, around the neurons inside it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from core.network import Layer
from gui.canvas import card_paint, look
from gui.canvas.card import Card
from gui.canvas.expansion import Expansion
from gui.canvas.live_item import LiveItem
from gui.theme import theme

FOLDED = QRectF(-look.CARD_WIDTH / 2, -look.CARD_HEIGHT / 2, look.CARD_WIDTH, look.CARD_HEIGHT)
STRIP_HEIGHT = 26.0


class GroundItem(QGraphicsItem):
    """The body of a card. It lies below the weight lines that lead into an expanded card, the rest of the card above."""

    def __init__(self, card: LayerItem) -> None:
        super().__init__()
        self._card = card
        self.setZValue(1.4)

    def resized(self) -> None:
        """The card has another size."""
        self.prepareGeometryChange()

    def boundingRect(self) -> QRectF:
        return self._card.boundingRect()

    def shape(self) -> QPainterPath:
        return QPainterPath()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self._card.expansion is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setOpacity(self._card.opacity_now())
            self._card.paint_ground(painter)


class LayerItem(QGraphicsItem):
    """Shows one layer; it is told what to show and knows nothing but that."""

    def __init__(self, layer: Layer, card: Card) -> None:
        super().__init__()
        self.layer_id = layer.id
        self.card = card
        self.expansion: Expansion | None = None
        self.marked = False
        """Selected."""
        self.hovered = False
        self.linking = ""
        """While a link is drawn: "source", "allowed", "refused", "target" (under the pointer, allowed) or ""."""
        self.highlighted = False
        self.ground = GroundItem(self)
        self.live = LiveItem(self)
        self.live.arrange(self.strip_rect(), None, {})
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.setZValue(2)
        self.place(QPointF(layer.x, layer.y))

    def place(self, pos: QPointF) -> None:
        """Stand with its centre at ``pos``."""
        self.setPos(pos)
        self.ground.setPos(pos)

    def refresh(self) -> None:
        """Draw again, all of it."""
        self.live.faded = self.linking == "refused"
        self.update()
        self.ground.update()
        self.live.update()

    def strip_rect(self) -> QRectF:
        """Where a folded card shows values."""
        top_left = FOLDED.topLeft() + QPointF(look.PADDING, look.HEADER + 1)
        return QRectF(top_left.x(), top_left.y(), FOLDED.width() - 2 * look.PADDING, STRIP_HEIGHT)

    def show_card(self, card: Card) -> None:
        """Show other words."""
        if card != self.card:
            self.card = card
            self.refresh()

    def expand(self, expansion: Expansion | None, titles: Mapping[str, str] | None = None) -> None:
        """Show the neurons at these places, or fold the card; ``titles`` name the blocks by their matrix."""
        self.prepareGeometryChange()
        self.ground.resized()
        self.expansion = expansion
        self.live.arrange(expansion.rect if expansion else self.strip_rect(), expansion, titles or {})
        self.refresh()

    def rect(self) -> QRectF:
        """The card, in its own coordinates."""
        return self.expansion.rect if self.expansion else FOLDED

    def scene_rect(self) -> QRectF:
        """The card on the canvas."""
        return self.rect().translated(self.pos())

    def neuron_points(self, past_of: str | None = None) -> np.ndarray:
        """Places of the neurons on the canvas, or of the past units of one block; (n, 2)."""
        assert self.expansion is not None
        places = self.expansion.neurons
        if past_of is not None:
            places = next(b.past for b in self.expansion.blocks if b.matrix.key == past_of and b.past is not None)
        return places + np.array([self.x(), self.y()])

    def title_rect(self) -> QRectF:
        """Where the name is written."""
        return card_paint.title_rect(self.rect(), self.card)

    def chevron_rect(self) -> QRectF:
        """The button that expands and folds."""
        return card_paint.chevron_rect(self.rect())

    def port(self) -> QPointF:
        """Where links start, in the card's coordinates."""
        return QPointF(self.rect().right(), self.rect().center().y())

    def can_expand(self) -> bool:
        """Whether its size is known."""
        return self.card.features is not None

    def _edge(self) -> tuple[QColor, float]:
        colors = {"allowed": "allowed", "target": "allowed", "source": "accent"}
        if self.linking in colors:
            return theme().color(colors[self.linking]), 2.4 if self.linking != "allowed" else 1.8
        if self.marked:
            return theme().color("selection"), 2.2
        if self.highlighted:
            return theme().color("warning"), 2.2
        return look.mixed(theme().color("layer_edge"), theme().color("layer"), 0.1 if self.hovered else 0.45), 1.0

    def opacity_now(self) -> float:
        """Cards that may not be linked to step back."""
        return 0.38 if self.linking == "refused" else 1.0

    def paint_ground(self, painter: QPainter) -> None:
        """Body and edge."""
        edge, width = self._edge()
        glow = {"target": 0.3, "allowed": 0.16}.get(self.linking, 0.16 if self.marked else 0.0)
        card_paint.ground(painter, self.rect(), edge, width, glow)

    def boundingRect(self) -> QRectF:
        return self.rect().adjusted(-10, -10, 10, 12)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self.rect())
        return path

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(self.opacity_now())
        if self.expansion is None:
            self.paint_ground(painter)
        rect, card = self.rect(), self.card
        card_paint.header(painter, rect, card)
        stepper = self.hovered and not self.linking and card.resizable
        card_paint.footer(painter, rect, card, patched=self.expansion is not None, counted=not stepper)
        if stepper:
            card_paint.stepper(painter, rect)
        if card.severity:
            card_paint.badge(painter, rect, card.severity)
        if self.hovered and not self.linking:
            card_paint.port(painter, self.port())
        if self.can_expand():
            painter.setOpacity(self.opacity_now() * (1.0 if self.hovered else 0.5))
            card_paint.chevron(painter, rect, self.expansion is not None)
