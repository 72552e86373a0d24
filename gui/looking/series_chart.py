"""The whole series as a chart: parts shaded behind it, the current window and what it asks marked on it."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter

from core.data.dataset import PARTS
from gui.looking.parts import COLORS
from gui.plots.chart import Chart
from gui.plots.items import Behind, mixed
from gui.text import tr
from gui.theme import theme

_STRIP = 6
"""Pixels of the strip of full colour at the top."""
_NARROW = 4
"""A window of fewer pixels is drawn this wide, so that it can be seen and grasped."""


class PartBands(Behind):
    """A faint band and a strip at the top for every stretch that a part answers for, a dashed line where a series ends."""

    def __init__(self) -> None:
        super().__init__()
        self.bands: list[tuple[int, int, int]] = []
        self.borders: list[int] = []

    def set(self, bands: list[tuple[int, int, int]], borders: list[int]) -> None:
        """Show these stretches (first, last, place in PARTS), and lines before these times."""
        self.bands, self.borders = bands, borders
        self.update()

    def paint(self, painter: QPainter, *args: object) -> None:
        view = self.viewRect()
        _, high = self.pixelVectors()
        strip = _STRIP * (abs(high.y()) if high is not None else 0.0)
        for first, last, code in self.bands:
            left, right = max(first - 0.5, view.left()), min(last + 0.5, view.right())
            if right > left:
                color = COLORS[PARTS[code]]
                painter.fillRect(QRectF(left, view.top(), right - left, view.height()), mixed(color, 0.13))
                painter.fillRect(QRectF(left, view.bottom() - strip, right - left, strip), theme().color(color))
        painter.setPen(pg.mkPen(theme().color("muted"), width=1, style=Qt.PenStyle.DashLine))
        for time in self.borders:
            painter.drawLine(pg.Point(time - 0.5, view.top()), pg.Point(time - 0.5, view.bottom()))


class WindowMark(Behind):
    """The steps that a sample shows, framed, and those it asks about, filled."""

    def __init__(self) -> None:
        super().__init__(-5)
        self.shown: tuple[int, int] | None = None
        self.asked: tuple[int, int] | None = None

    def set(self, shown: tuple[int, int], asked: tuple[int, int]) -> None:
        """First and last time of both."""
        self.shown, self.asked = shown, asked
        self.update()

    def box(self, span: tuple[int, int]) -> QRectF:
        """The rectangle of a span in places, never too narrow to be seen."""
        view = self.viewRect()
        across, _ = self.pixelVectors()
        least = _NARROW * (abs(across.x()) if across is not None else 0.0)
        left, right = span[0] - 0.5, span[1] + 0.5
        air = max(0.0, least - (right - left)) / 2
        return QRectF(left - air, view.top(), right - left + 2 * air, view.height())

    def paint(self, painter: QPainter, *args: object) -> None:
        if self.shown is None or self.asked is None:
            return
        accent = theme().color("selection")
        fill = QColor(accent)
        fill.setAlpha(40)
        box = self.box(self.shown)
        painter.fillRect(box, fill)
        strong = QColor(theme().color("warning"))
        strong.setAlpha(150)
        painter.fillRect(self.box(self.asked), strong)
        painter.setPen(pg.mkPen(accent, width=1))
        painter.drawRect(box)


class SeriesChart(Chart):
    """A click goes to the window there, a drag on the window moves it, arrow keys walk; elsewhere a drag pans."""

    pointed = Signal(float)
    """The user wants the window at this time."""
    walked = Signal(object)
    """The user wants the window so many samples on."""

    def __init__(self) -> None:
        super().__init__("series_chart", tr("time"), tr("value"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.bands, self.mark = PartBands(), WindowMark()
        for item in (self.bands, self.mark):
            self.addItem(item, ignoreBounds=True)
        self._dragging = False
        self.clicked.connect(lambda x, _: self.pointed.emit(x))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._values_at(event.position())
        grasped = at is not None and self.mark.shown is not None and self._grasps(at[0])
        if grasped and event.button() == Qt.MouseButton.LeftButton:
            self._dragging = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.setFocus()
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._dragging:
            super().mouseMoveEvent(event)
            return
        at = self._values_at(event.position())
        if at is not None:
            self.pointed.emit(at[0])

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragging:
            self._dragging = False
            self.unsetCursor()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        steps = {
            keys.Key_Left: -1,
            keys.Key_Right: 1,
            keys.Key_PageUp: -10,
            keys.Key_PageDown: 10,
            keys.Key_Home: -(1 << 40),
            keys.Key_End: 1 << 40,
        }
        by = steps.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
        else:
            self.walked.emit(by)

    def _grasps(self, time: float) -> bool:
        assert self.mark.shown is not None and self.mark.asked is not None
        boxes = (self.mark.box(self.mark.shown), self.mark.box(self.mark.asked))
        return any(box.left() <= time <= box.right() for box in boxes)
