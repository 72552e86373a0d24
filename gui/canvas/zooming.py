"""How near the canvas is seen, and which part of it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtWidgets import QGraphicsView

from gui.canvas.scene import CanvasScene

NEAREST, FARTHEST = 4.0, 0.1
STEP = 1.2
FIT_LIMIT = 1.35


class Zooming(QObject):
    """Scales a view; until someone zooms or pans by hand the whole network stays in sight."""

    changed = Signal()
    """It is seen nearer or from farther."""

    def __init__(self, view: QGraphicsView, scene: CanvasScene) -> None:
        super().__init__(view)
        self._view, self._scene = view, scene
        self.follows = True

    @property
    def scale(self) -> float:
        """Pixels per unit."""
        return self._view.transform().m11()

    def by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom so that the point ``at`` (of the viewport; its middle by default) stays where it is."""
        self.follows = False
        factor = max(FARTHEST, min(NEAREST, self.scale * factor)) / self.scale
        if at is None:
            at = QPointF(self._view.viewport().rect().center())
        self._keep(at, lambda: self._view.scale(factor, factor))
        self.changed.emit()

    def _keep(self, at: QPointF, change: object) -> None:
        before = self._at(at)
        change()  # type: ignore[operator]
        shift = (self._at(at) - before) * self.scale
        self.pan(shift)

    def _at(self, pos: QPointF) -> QPointF:
        inverted, _ = self._view.viewportTransform().inverted()
        return inverted.map(pos)

    def pan(self, pixels: QPointF) -> None:
        """Move what is seen by so many pixels."""
        across, down = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        across.setValue(round(across.value() - pixels.x()))
        down.setValue(round(down.value() - pixels.y()))

    def closer(self) -> None:
        """One step nearer."""
        self.by(STEP)

    def farther(self) -> None:
        """One step back."""
        self.by(1 / STEP)

    def actual(self) -> None:
        """One pixel per unit."""
        self.by(1 / self.scale)

    def fit(self) -> None:
        """Show everything."""
        self.follows = True
        rect = self._room_for()
        scale = self._fitting(rect)
        self._view.resetTransform()
        self._view.scale(scale, scale)
        self._view.centerOn(rect.center())
        self.changed.emit()

    def _room_for(self) -> QRectF:
        rect = self._scene.contents_rect()
        return (QRectF(-220, -140, 440, 280) if rect.isEmpty() else rect).adjusted(-34, -34, 34, 34)

    def _fitting(self, rect: QRectF) -> float:
        room = self._view.viewport().rect()
        limit = FIT_LIMIT if self._scene.layers else 1.0
        return max(FARTHEST, min(limit, room.width() / rect.width(), room.height() / rect.height()))

    def keep_in_sight(self) -> None:
        """While nobody zoomed by hand: move as little as possible so that everything is seen, and never nearer."""
        if not self.follows or self.sees_all():
            return
        if self._fitting(self._room_for()) < self.scale:
            self.fit()
        else:
            self._view.ensureVisible(self._scene.contents_rect(), 20, 20)

    def sees_all(self) -> bool:
        """True while nothing is out of sight."""
        return self._view.mapToScene(self._view.viewport().rect()).boundingRect().contains(self._scene.contents_rect())

    def show(self, rect: QRectF) -> None:
        """Bring a part into sight, moving as little as possible."""
        if not self._view.mapToScene(self._view.viewport().rect()).boundingRect().contains(rect):
            self.keep_in_sight()
            self._view.ensureVisible(rect, 40, 40)

    @staticmethod
    def wheel_factor(degrees: float) -> float:
        """How much a turn of the wheel zooms."""
        return 1.0015**degrees


SCROLL_OFF = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
