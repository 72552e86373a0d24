"""A small map of the whole network in the corner of the canvas; drag in it to go somewhere."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGraphicsView, QWidget

from gui.canvas import look
from gui.canvas.scene import CanvasScene
from gui.text import tr
from gui.theme import theme

SIZE = QSize(184, 118)
INSET = 8.0
EDGE = 14


class Minimap(QWidget):
    """Shows all cards of a scene and the part of it that a view shows."""

    def __init__(self, view: QGraphicsView, scene: CanvasScene) -> None:
        super().__init__(view)
        self.setObjectName("minimap")
        self.setAccessibleName(tr("Map of the network"))
        self.setToolTip(tr("Map of the network: click or drag to go there."))
        self.resize(SIZE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._view, self._scene = view, scene
        self.wanted = True
        theme().changed.connect(self.update)
        view.horizontalScrollBar().valueChanged.connect(self.refresh)
        view.verticalScrollBar().valueChanged.connect(self.refresh)
        view.installEventFilter(self)

    def refresh(self) -> None:
        """Be there while a part of the network is out of sight, and show what is so now."""
        self.setVisible(self.wanted and self.needed())
        self.update()

    def toggle(self) -> None:
        """Show it, or keep it away."""
        self.wanted = not self.wanted
        self.refresh()

    def needed(self) -> bool:
        """True where a part of the network is out of sight."""
        contents = self._scene.contents_rect()
        return not contents.isEmpty() and not self._seen().contains(contents)

    def _world(self) -> QRectF:
        """What the map covers, in canvas coordinates."""
        return self._scene.contents_rect().united(self._seen()).adjusted(-40, -40, 40, 40)

    def _seen(self) -> QRectF:
        return self._view.mapToScene(self._view.viewport().rect()).boundingRect()

    def _scale(self, world: QRectF) -> float:
        return min((self.width() - 2 * INSET) / world.width(), (self.height() - 2 * INSET) / world.height())

    def _to_map(self, rect: QRectF, world: QRectF, scale: float) -> QRectF:
        middle = QPointF(self.width() / 2, self.height() / 2)
        top_left = middle + (rect.topLeft() - world.center()) * scale
        return QRectF(top_left.x(), top_left.y(), rect.width() * scale, rect.height() * scale)

    def _go(self, pos: QPointF) -> None:
        world = self._world()
        middle = QPointF(self.width() / 2, self.height() / 2)
        self._view.centerOn(world.center() + (pos - middle) / self._scale(world))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            corner = self._view.rect().bottomRight()
            self.move(corner.x() - self.width() - EDGE, corner.y() - self.height() - EDGE)
            self.refresh()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.with_alpha(theme().color("layer_edge"), 0.45), 1))
        painter.setBrush(look.with_alpha(theme().color("layer"), 0.9))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 9, 9)
        world = self._world()
        scale = self._scale(world)
        painter.setClipRect(self.rect().adjusted(2, 2, -2, -2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.save()
        painter.translate(self.width() / 2, self.height() / 2)
        painter.scale(scale, scale)
        painter.translate(-world.center())
        for link in self._scene.links.values():
            if link.route is not None:
                color = theme().color("recurrent" if link.link.recurrent else "link")
                painter.setPen(look.hairline(look.with_alpha(color, 0.8), 1.1))
                painter.drawPath(link.route.path)
        painter.restore()
        painter.setPen(Qt.PenStyle.NoPen)
        for item in self._scene.layers.values():
            family = look.family_color(item.card.family)
            painter.setBrush(theme().color("selection") if item.marked else look.with_alpha(family, 0.75))
            painter.drawRoundedRect(self._to_map(item.scene_rect(), world, scale), 2, 2)
        painter.setBrush(look.with_alpha(theme().color("accent"), 0.07))
        painter.setPen(QPen(theme().color("accent"), 1.2))
        painter.drawRoundedRect(self._to_map(self._seen(), world, scale), 3, 3)
