"""The animation between the folded and the unrolled network: cards fly to their rows, then split into their copies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QPointF, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from gui.canvas import look
from gui.theme import theme

MILLISECONDS = 520
SPLIT = 0.42
"""Share of the time after which cards begin to split."""
ARRIVAL = 0.78
"""Share of the time after which the other view fades in."""


@dataclass(frozen=True, eq=False)
class Flyer:
    """One layer on its way."""

    card: QRectF
    """Its place on the folded canvas."""
    picture: QPixmap
    """What it looks like there."""
    cells: tuple[QRectF, ...]
    """Its places in the unrolled view, in the order of time; those in sight."""


class Flight(QWidget):
    """Covers both views while it lasts. A click or a key ends it at once."""

    def __init__(self, parent: QWidget, done: Callable[[], None]) -> None:
        super().__init__(parent)
        self.setObjectName("fold_flight")
        self._done = done
        self._flyers: list[Flyer] = []
        self._folded, self._unrolled = QPixmap(), QPixmap()
        self._animation = QVariantAnimation(self)
        self._animation.setDuration(MILLISECONDS)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.valueChanged.connect(lambda _: self.update())
        self._animation.finished.connect(self._finish)
        self.hide()

    @property
    def flying(self) -> bool:
        """True while it lasts."""
        return self._animation.state() == QAbstractAnimation.State.Running

    def start(self, flyers: list[Flyer], folded: QPixmap, unrolled: QPixmap, unfolding: bool) -> None:
        """Fly; ``folded`` and ``unrolled`` are pictures of the two views."""
        self._flyers, self._folded, self._unrolled = flyers, folded, unrolled
        parent = self.parentWidget()
        self.setGeometry(parent.rect())
        self.show()
        self.raise_()
        self.setFocus()
        forward = QAbstractAnimation.Direction.Forward
        self._animation.setDirection(forward if unfolding else QAbstractAnimation.Direction.Backward)
        self._animation.setCurrentTime(0 if unfolding else MILLISECONDS)
        self._animation.start()

    def skip(self) -> None:
        """End it now."""
        if self.flying:
            self._animation.stop()
            self._finish()

    def _finish(self) -> None:
        self.hide()
        self._flyers, self._folded, self._unrolled = [], QPixmap(), QPixmap()
        self._done()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.skip()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.skip()

    def paintEvent(self, event: QPaintEvent) -> None:
        share = float(self._animation.currentValue() or 0.0)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), theme().color("canvas"))
        painter.setOpacity(max(0.0, 1.0 - share / 0.3))
        painter.drawPixmap(0, 0, self._folded)
        painter.setOpacity(1.0)
        for flyer in self._flyers:
            paint_flyer(painter, flyer, share, self._unrolled)
        painter.setOpacity(max(0.0, (share - ARRIVAL) / (1.0 - ARRIVAL)))
        painter.drawPixmap(0, 0, self._unrolled)
        painter.end()


def place(flyer: Flyer, copy: int, share: float) -> QRectF:
    """Where a copy is when ``share`` of the flight is over: first all together to the first cell, then each to its own."""
    first = flyer.cells[0]
    ease = QEasingCurve(QEasingCurve.Type.InOutCubic).valueForProgress
    if share < SPLIT:
        return _between(flyer.card, first, ease(share / SPLIT))
    late = 0.25 * copy / max(1, len(flyer.cells) - 1)
    own = min(1.0, max(0.0, ((share - SPLIT) / (1.0 - SPLIT) - late) / (1.0 - late)))
    return _between(first, flyer.cells[copy], ease(own))


def paint_flyer(painter: QPainter, flyer: Flyer, share: float, unrolled: QPixmap) -> None:
    """The copies of a layer; until they split they are one card, then they take on the colours that they will have."""
    if share < SPLIT:
        rect = place(flyer, 0, share)
        _paint_card(painter, rect)
        painter.setOpacity(1.0 - 0.6 * share / SPLIT)
        painter.drawPixmap(rect, flyer.picture, QRectF(flyer.picture.rect()))
        painter.setOpacity(1.0)
        return
    late = (share - SPLIT) / (1.0 - SPLIT)
    ratio = unrolled.devicePixelRatio()
    for copy in reversed(range(len(flyer.cells))):
        rect, final = place(flyer, copy, share), flyer.cells[copy]
        _paint_card(painter, rect)
        if rect.width() > 12 and late < 0.6:
            painter.setOpacity(0.4 * (1.0 - late / 0.6))
            painter.drawPixmap(rect, flyer.picture, QRectF(flyer.picture.rect()))
        painter.setOpacity(min(1.0, late * 2.0))
        painter.drawPixmap(rect, unrolled, QRectF(final.topLeft() * ratio, final.size() * ratio))
        painter.setOpacity(1.0)


def _paint_card(painter: QPainter, rect: QRectF) -> None:
    radius = min(look.RADIUS, rect.width() * 0.25, rect.height() * 0.25)
    painter.setPen(QPen(theme().color("layer_edge"), 1.0) if rect.width() > 6 else Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("layer"))
    painter.drawRoundedRect(rect, radius, radius)


def _between(one: QRectF, other: QRectF, share: float) -> QRectF:
    def mix(a: float, b: float) -> float:
        return a + (b - a) * share

    return QRectF(
        QPointF(mix(one.left(), other.left()), mix(one.top(), other.top())),
        QPointF(mix(one.right(), other.right()), mix(one.bottom(), other.bottom())),
    )


def pictures_of(whole: QPixmap, rects: Mapping[str, QRectF]) -> dict[str, QPixmap]:
    """The parts of a picture of the canvas that show its cards."""
    ratio = whole.devicePixelRatio()
    found = {}
    for key, rect in rects.items():
        scaled = QRectF(rect.topLeft() * ratio, rect.size() * ratio).toAlignedRect()
        found[key] = whole.copy(scaled)
        found[key].setDevicePixelRatio(1.0)
    return found
