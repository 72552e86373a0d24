"""A layer on the canvas: a card with its words, around a live picture or, expanded, around the neurons inside it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from core.network import Layer
from gui.canvas import look
from gui.canvas.card import Card
from gui.canvas.expansion import Expansion
from gui.canvas.live_item import LiveItem
from gui.icons import icon, layer_icon
from gui.theme import theme

FOLDED = QRectF(-look.CARD_WIDTH / 2, -look.CARD_HEIGHT / 2, look.CARD_WIDTH, look.CARD_HEIGHT)
STRIP_HEIGHT = 26.0
PORT_RADIUS = 6.5


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
        self.live.arrange(self._strip_rect(), None, {})
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

    def _strip_rect(self) -> QRectF:
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
        self.live.arrange(expansion.rect if expansion else self._strip_rect(), expansion, titles or {})
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
        rect = self.rect()
        return QRectF(rect.left() + 46, rect.top() + 8, rect.width() - 46 - 30 - (18 if self.card.frozen else 0), 19)

    def chevron_rect(self) -> QRectF:
        """The button that expands and folds."""
        return QRectF(self.rect().right() - 29, self.rect().top() + 8, 20, 20)

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
        rect = self.rect()
        painter.setPen(Qt.PenStyle.NoPen)
        dark = theme().dark
        for spread in (4.0, 2.5, 1.0):
            painter.setBrush(QColor(0, 0, 0, 30 if dark else 11))
            painter.drawRoundedRect(rect.adjusted(-spread / 2, 1.5, spread / 2, spread + 1.5), look.RADIUS, look.RADIUS)
        color, width = self._edge()
        if self.marked or self.linking in ("allowed", "target"):
            painter.setBrush(look.with_alpha(color, 0.3 if self.linking == "target" else 0.16))
            painter.drawRoundedRect(rect.adjusted(-4, -4, 4, 4), look.RADIUS + 4, look.RADIUS + 4)
        painter.setBrush(theme().color("layer"))
        painter.setPen(QPen(color, width))
        painter.drawRoundedRect(rect, look.RADIUS, look.RADIUS)

    def _paint_header(self, painter: QPainter) -> None:
        rect, card = self.rect(), self.card
        family = look.family_color(card.family)
        tile = QRectF(rect.left() + 10, rect.top() + 10, 28, 28)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.mixed(theme().color("layer"), family, 0.2))
        painter.drawRoundedRect(tile, 8, 8)
        layer_icon(card.kind).paint(painter, tile.adjusted(4, 4, -4, -4).toRect())
        look.draw_text(painter, self.title_rect(), card.name, 13.5, theme().color("text"), bold=True)
        below = QRectF(rect.left() + 46, rect.top() + 26, rect.width() - 46 - look.PADDING, 15)
        look.draw_text(painter, below, card.subtitle, 11, theme().color("muted"))
        if self.can_expand():
            name = "chevron-up" if self.expansion else "chevron-down"
            painter.setOpacity(self.opacity_now() * (1.0 if self.hovered else 0.5))
            icon(name, "muted").paint(painter, self.chevron_rect().adjusted(2, 2, -2, -2).toRect())
            painter.setOpacity(self.opacity_now())
        if card.frozen:
            icon("lock", "accent").paint(painter, self.chevron_rect().adjusted(-17, 3, -21, -3).toRect())

    def _paint_footer(self, painter: QPainter) -> None:
        rect, card = self.rect(), self.card
        row = QRectF(rect.left() + look.PADDING, rect.bottom() - 25, rect.width() - 2 * look.PADDING, 18)
        muted = theme().color("muted")
        width = look.text_width(card.count, 10.5) if card.count else 0.0
        if self.expansion:
            self._paint_patch(painter, row, look.text_width(card.shape, 10.5), left=True)
            self._paint_patch(painter, row, width, left=False)
        look.draw_text(painter, row.adjusted(0, 0, -width - 6, 0), card.shape, 10.5, muted)
        look.draw_text(painter, row, card.count, 10.5, muted, align=Qt.AlignmentFlag.AlignRight)

    @staticmethod
    def _paint_patch(painter: QPainter, row: QRectF, width: float, left: bool) -> None:
        """Ground behind a text, so that it can be read over weight lines."""
        if width:
            start = row.left() - 4 if left else row.right() - width - 4
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.with_alpha(theme().color("layer"), 0.85))
            painter.drawRoundedRect(QRectF(start, row.top() + 1, width + 8, row.height() - 1), 5, 5)

    def _paint_badge(self, painter: QPainter) -> None:
        if not self.card.severity:
            return
        centre = QPointF(self.rect().right() - 5, self.rect().top() + 3)
        painter.setPen(QPen(theme().color("canvas"), 2))
        painter.setBrush(theme().color("refused" if self.card.severity == "error" else "warning"))
        painter.drawEllipse(centre, 8.5, 8.5)
        mark = QRectF(centre.x() - 8, centre.y() - 8, 16, 16)
        look.draw_text(painter, mark, "!", 12, theme().color("layer"), bold=True, align=Qt.AlignmentFlag.AlignHCenter)

    def _paint_port(self, painter: QPainter) -> None:
        if not self.hovered or self.linking:
            return
        painter.setPen(QPen(theme().color("layer"), 1.6))
        painter.setBrush(theme().color("accent"))
        centre = self.port()
        painter.drawEllipse(centre, PORT_RADIUS, PORT_RADIUS)
        painter.setPen(QPen(theme().color("layer"), 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(centre - QPointF(2.6, 0), centre + QPointF(2.6, 0))
        painter.drawLine(centre + QPointF(0.2, -2.4), centre + QPointF(2.6, 0))
        painter.drawLine(centre + QPointF(0.2, 2.4), centre + QPointF(2.6, 0))

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
        self._paint_header(painter)
        self._paint_footer(painter)
        self._paint_badge(painter)
        self._paint_port(painter)
