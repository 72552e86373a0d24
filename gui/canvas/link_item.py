"""A link on the canvas: a curve with an arrow; recurrent ones in their own colour, with their delay on a badge."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from core.network import Link
from gui.canvas import look
from gui.canvas.routing import Route, arrow
from gui.icons import icon
from gui.text import tr
from gui.theme import theme

_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def delay_sign(delay: int) -> str:
    """z⁻¹, z⁻² and so on, as signal processing writes a delay."""
    return "z⁻" + str(delay).translate(_SUPERSCRIPT)


class LinkItem(QGraphicsItem):
    """Shows one link along a route."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self.link = link
        self.route: Route | None = None
        self.marked = False
        self.hovered = False
        self.highlighted = False
        self.lit = False
        """True while a layer would be dropped into it."""
        self.dimmed = False
        """True while its weights are drawn as lines over it."""
        self._hit = QPainterPath()
        self.setZValue(1)

    def show_link(self, link: Link) -> None:
        """Show another state of the link."""
        self.prepareGeometryChange()
        self.link = link
        self.update()

    def show_route(self, route: Route) -> None:
        """Run along another way."""
        if self.route is not None and self.route.path == route.path:
            return
        self.prepareGeometryChange()
        self.route = route
        stroker = QPainterPathStroker()
        stroker.setWidth(15)
        self._hit = stroker.createStroke(route.path)
        self.update()

    def refresh(self) -> None:
        """Draw again."""
        self.update()

    def badge_text(self) -> str:
        """What its badge says; empty where it has none."""
        if self.link.role == "initial":
            return "h₀"
        if self.link.role == "memory":
            return "m"
        return delay_sign(self.link.delay) if self.link.delay else ""

    def badge_rect(self) -> QRectF:
        """The badge on the canvas; empty where there is none."""
        if self.route is None or not (self.badge_text() or self.link.frozen):
            return QRectF()
        text = self.badge_text()
        width = max(22.0, look.text_width(text, 11, bold=True) + 14) if text else 0.0
        width += 16.0 if self.link.frozen else 0.0
        return QRectF(self.route.badge.x() - max(width, 20) / 2, self.route.badge.y() - 10, max(width, 20), 20)

    def describe(self) -> str:
        """Its delay in words."""
        if self.link.role == "initial":
            return tr("Hands its last state over as the first state.")
        if self.link.role == "memory":
            return tr("The memory: all its steps are looked through.")
        if self.link.delay == 0:
            return tr("Reads the same time step.")
        if self.link.delay == 1:
            return tr("Recurrent: reads one time step earlier.")
        return tr("Recurrent: reads {delay} time steps earlier.", delay=self.link.delay)

    def _color(self) -> QColor:
        if self.lit:
            return theme().color("allowed")
        if self.marked:
            return theme().color("selection")
        if self.highlighted:
            return theme().color("warning")
        return theme().color("recurrent" if self.link.recurrent else "link")

    def _pen(self) -> QPen:
        width = 2.0 + (1.0 if self.hovered or self.marked or self.highlighted else 0.0) + (2.0 if self.lit else 0.0)
        color = self._color()
        if self.dimmed and not (self.hovered or self.marked or self.lit or self.highlighted):
            color = look.with_alpha(color, 0.18)
        pen = QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        if self.link.role == "initial":
            pen.setDashPattern([3.0, 2.6])
        elif self.link.role == "memory":
            pen.setDashPattern([1.0, 1.8])
        return pen

    def _paint_badge(self, painter: QPainter, color: QColor) -> None:
        rect = self.badge_rect()
        if rect.isEmpty():
            return
        painter.setPen(QPen(color, 1.4))
        painter.setBrush(look.mixed(theme().color("canvas"), color, 0.28 if self.hovered else 0.12))
        painter.drawRoundedRect(rect, 10, 10)
        text_rect = QRectF(rect)
        if self.link.frozen:
            icon("lock", "accent").paint(painter, QRectF(rect.right() - 17, rect.top() + 4, 12, 12).toRect())
            text_rect.setRight(rect.right() - 14)
        look.draw_text(painter, text_rect, self.badge_text(), 11, color, bold=True, align=Qt.AlignmentFlag.AlignHCenter)

    def boundingRect(self) -> QRectF:
        if self.route is None:
            return QRectF()
        return (
            self.route.path.boundingRect().adjusted(-12, -12, 12, 12).united(self.badge_rect().adjusted(-3, -3, 3, 3))
        )

    def shape(self) -> QPainterPath:
        path = QPainterPath(self._hit)
        path.addRect(self.badge_rect())
        return path

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.route is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = self._pen()
        if self.marked or self.lit:
            painter.setPen(QPen(look.with_alpha(self._color(), 0.18), pen.widthF() + 7, c=Qt.PenCapStyle.RoundCap))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(self.route.path)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self.route.path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pen.color())
        painter.drawPath(arrow(self.route))
        self._paint_badge(painter, self._color())


class DraftItem(QGraphicsItem):
    """The link that is being drawn, before it is one."""

    def __init__(self) -> None:
        super().__init__()
        self.route: Route | None = None
        self.tone = "accent"
        self.dashed = False
        self.setZValue(5)
        self.setVisible(False)

    def show_route(self, route: Route | None, tone: str, dashed: bool = False) -> None:
        """Draw it along ``route`` in the theme colour ``tone``."""
        self.prepareGeometryChange()
        self.route, self.tone, self.dashed = route, tone, dashed
        self.setVisible(route is not None)
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF() if self.route is None else self.route.path.boundingRect().adjusted(-14, -14, 14, 14)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.route is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = theme().color(self.tone)
        pen = QPen(color, 2.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        if self.dashed:
            pen.setDashPattern([3.0, 2.6])
        painter.setPen(pen)
        painter.drawPath(self.route.path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPath(arrow(self.route, 11))


class GuideItem(QGraphicsItem):
    """Thin lines that say which cards a dragged one is in line with."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[tuple[QPointF, QPointF]] = []
        self.setZValue(4)

    def show_lines(self, lines: list[tuple[QPointF, QPointF]]) -> None:
        """Draw these lines only."""
        if lines != self._lines:
            self.prepareGeometryChange()
            self._lines = lines
            self.update()

    def boundingRect(self) -> QRectF:
        rect = QRectF()
        for start, end in self._lines:
            rect = rect.united(QRectF(start, end).normalized().adjusted(-2, -2, 2, 2))
        return rect

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setPen(look.hairline(look.with_alpha(theme().color("accent"), 0.7), 1.0, Qt.PenStyle.DashLine))
        for start, end in self._lines:
            painter.drawLine(start, end)
