"""Draws the words and marks of a card: icon, name, size, lock, problem badge, port."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui.canvas import look
from gui.canvas.card import Card
from gui.icons import icon, layer_icon
from gui.theme import theme

PORT_RADIUS = 6.5
SMALL = 10.5


def title_rect(rect: QRectF, card: Card) -> QRectF:
    """Where the name is written on a card that covers ``rect``."""
    return QRectF(rect.left() + 46, rect.top() + 8, rect.width() - 46 - 30 - (18 if card.frozen else 0), 19)


def chevron_rect(rect: QRectF) -> QRectF:
    """The button that expands and folds."""
    return QRectF(rect.right() - 29, rect.top() + 8, 20, 20)


def stepper_rects(rect: QRectF) -> tuple[QRectF, QRectF]:
    """The buttons for fewer and for more units, in the lower right corner."""
    right, top = rect.right() - look.PADDING, rect.bottom() - 26
    return QRectF(right - 41, top, 19, 19), QRectF(right - 19, top, 19, 19)


def stepper(painter: QPainter, rect: QRectF) -> None:
    """− and + for the units, shown instead of the number of parameters while the pointer is on the card."""
    color = theme().color("accent")
    for button, name in zip(stepper_rects(rect), ("minus", "plus"), strict=True):
        painter.setPen(QPen(look.mixed(theme().color("layer"), color, 0.55), 1.1))
        painter.setBrush(look.mixed(theme().color("layer"), color, 0.12))
        painter.drawRoundedRect(button, 6, 6)
        icon(name, "accent").paint(painter, button.adjusted(3, 3, -3, -3).toRect())


def ground(painter: QPainter, rect: QRectF, edge: QColor, width: float, glow: float) -> None:
    """Body and edge, with a soft shadow; ``glow`` 0 to 1 lights a rim around it."""
    painter.setPen(Qt.PenStyle.NoPen)
    for spread in (4.0, 2.5, 1.0):
        painter.setBrush(QColor(0, 0, 0, 30 if theme().dark else 11))
        painter.drawRoundedRect(rect.adjusted(-spread / 2, 1.5, spread / 2, spread + 1.5), look.RADIUS, look.RADIUS)
    if glow:
        painter.setBrush(look.with_alpha(edge, glow))
        painter.drawRoundedRect(rect.adjusted(-4, -4, 4, 4), look.RADIUS + 4, look.RADIUS + 4)
    painter.setBrush(theme().color("layer"))
    painter.setPen(QPen(edge, width))
    painter.drawRoundedRect(rect, look.RADIUS, look.RADIUS)


def header(painter: QPainter, rect: QRectF, card: Card) -> None:
    """Icon, name, kind and lock."""
    family = look.family_color(card.family)
    tile = QRectF(rect.left() + 10, rect.top() + 10, 28, 28)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.mixed(theme().color("layer"), family, 0.2))
    painter.drawRoundedRect(tile, 8, 8)
    layer_icon(card.kind).paint(painter, tile.adjusted(4, 4, -4, -4).toRect())
    look.draw_text(painter, title_rect(rect, card), card.name, 13.5, theme().color("text"), bold=True)
    below = QRectF(rect.left() + 46, rect.top() + 26, rect.width() - 46 - look.PADDING, 15)
    look.draw_text(painter, below, card.subtitle, 11, theme().color("muted"))
    if card.frozen:
        icon("lock", "accent").paint(painter, chevron_rect(rect).adjusted(-17, 3, -21, -3).toRect())


def chevron(painter: QPainter, rect: QRectF, expanded: bool) -> None:
    """The mark on the button that expands and folds."""
    name = "chevron-up" if expanded else "chevron-down"
    icon(name, "muted").paint(painter, chevron_rect(rect).adjusted(2, 2, -2, -2).toRect())


def footer_rects(rect: QRectF, card: Card) -> tuple[QRectF, QRectF]:
    """Where the shape and the number of parameters are written; the latter is empty where there are none."""
    row = QRectF(rect.left() + look.PADDING, rect.bottom() - 25, rect.width() - 2 * look.PADDING, 18)
    width = look.text_width(card.count, SMALL) if card.count else 0.0
    return row.adjusted(0, 0, -width - 6, 0), QRectF(row.right() - width, row.top(), width, row.height())


def footer(painter: QPainter, rect: QRectF, card: Card, patched: bool, counted: bool = True) -> None:
    """Shape and (``counted``) number of parameters; ``patched`` puts ground behind them, over weight lines."""
    shape, count = footer_rects(rect, card)
    muted = theme().color("muted")
    if not counted:
        shape.setRight(count.right() - 6)
        count.setWidth(0.0)
    if patched:
        _patch(painter, shape.left(), shape, look.text_width(card.shape, SMALL))
        _patch(painter, count.left(), count, count.width())
    look.draw_text(painter, shape, card.shape, SMALL, muted)
    if counted:
        look.draw_text(painter, count, card.count, SMALL, muted, align=Qt.AlignmentFlag.AlignRight)


def _patch(painter: QPainter, left: float, row: QRectF, width: float) -> None:
    if width:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.with_alpha(theme().color("layer"), 0.85))
        painter.drawRoundedRect(QRectF(left - 4, row.top() + 1, width + 8, row.height() - 1), 5, 5)


def badge(painter: QPainter, rect: QRectF, severity: str) -> None:
    """A mark on the corner of a card that has a problem."""
    centre = QPointF(rect.right() - 5, rect.top() + 3)
    painter.setPen(QPen(theme().color("canvas"), 2))
    painter.setBrush(theme().color("refused" if severity == "error" else "warning"))
    painter.drawEllipse(centre, 8.5, 8.5)
    mark = QRectF(centre.x() - 8, centre.y() - 8, 16, 16)
    look.draw_text(painter, mark, "!", 12, theme().color("layer"), bold=True, align=Qt.AlignmentFlag.AlignHCenter)


def port(painter: QPainter, centre: QPointF) -> None:
    """A round handle with an arrow: links start here."""
    painter.setPen(QPen(theme().color("layer"), 1.6))
    painter.setBrush(theme().color("accent"))
    painter.drawEllipse(centre, PORT_RADIUS, PORT_RADIUS)
    painter.setPen(QPen(theme().color("layer"), 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(centre - QPointF(2.6, 0), centre + QPointF(2.6, 0))
    painter.drawLine(centre + QPointF(0.2, -2.4), centre + QPointF(2.6, 0))
    painter.drawLine(centre + QPointF(0.2, 2.4), centre + QPointF(2.6, 0))
