"""The pad on which curves are sketched, with the mouse or by the arrow keys: time to the right, the value up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.data.own.sketch import ACROSS, Curve, Sketch, smoothed
from core.describe import number
from core.why.data.read import sketched
from gui.document import Document
from gui.plots.items import mixed
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question, open_menu

LEFT, BOTTOM, AIR = 52, 24, 8
KEY_STEP = 4
"""Places that an arrow key moves the pen."""
KEY_RISE = 0.02


class SketchPad(QWidget):
    """Shows all curves; strokes go to the current one."""

    stroked = Signal(object, bool)
    """The Curve after a part of a stroke, and whether the stroke had begun before."""
    picked = Signal(int)
    """The user asked by Page Up or Page Down for another curve."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.setObjectName("sketch_pad")
        self.setAccessibleName(tr("Pad for curves: draw with the mouse, or with the arrow keys while Shift is held"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.sketch = Sketch()
        self.current = 0
        self.pen = (0.0, 0.5)
        """Where the keyboard draws, (x, y) from 0 to 1."""
        self._last: tuple[float, float] | None = None
        self._ground = QPixmap()
        self._ground_of: object = None
        theme().changed.connect(self.update)

    def show_sketch(self, sketch: Sketch, current: int) -> None:
        """Show these curves, the current one in front."""
        self.sketch, self.current = sketch, current
        self.update()

    def box(self) -> QRectF:
        """Where curves are drawn, in pixels."""
        return QRectF(LEFT, AIR, max(1, self.width() - LEFT - AIR), max(1, self.height() - BOTTOM - AIR))

    def spot(self, x: float, y: float) -> QPointF:
        """The pixel of a place and a height, each from 0 to 1."""
        box = self.box()
        return QPointF(box.left() + x * box.width(), box.bottom() - y * box.height())

    def sizeHint(self) -> QSize:
        return QSize(480, 300)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, 150)

    # -- drawing with the mouse --------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            at = self._at(event.position())
            self._last = at
            self._stroke(at, at, begun=False)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is not None:
            at = self._at(event.position())
            self._stroke(self._last, at, begun=True)
            self._last = at

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None

    def _at(self, position: QPointF) -> tuple[float, float]:
        box = self.box()
        x, y = (position.x() - box.left()) / box.width(), (box.bottom() - position.y()) / box.height()
        return min(1.0, max(0.0, x)), min(1.0, max(0.0, y))

    def _stroke(self, start: tuple[float, float], end: tuple[float, float], begun: bool) -> None:
        self.pen = end
        if self.current < len(self.sketch.curves):
            self.stroked.emit(self.sketch.curves[self.current].drawn(start, end), begun)

    # -- and with the keyboard ---------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys, (x, y) = Qt.Key, self.pen
        by = KEY_STEP / (ACROSS - 1)
        moved = {
            keys.Key_Right: (x + by, y),
            keys.Key_Left: (x - by, y),
            keys.Key_Up: (x, y + KEY_RISE),
            keys.Key_Down: (x, y - KEY_RISE),
            keys.Key_Home: (0.0, y),
            keys.Key_End: (1.0, y),
        }.get(Qt.Key(event.key()))
        if moved is not None:
            end = (min(1.0, max(0.0, moved[0])), min(1.0, max(0.0, moved[1])))
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._stroke(self.pen, end, begun=event.isAutoRepeat())
            self.pen = end
            self.update()
        elif event.key() in (keys.Key_PageUp, keys.Key_PageDown) and self.sketch.curves:
            by_one = 1 if event.key() == keys.Key_PageDown else -1
            self.picked.emit((self.current + by_one) % len(self.sketch.curves))
        else:
            super().keyPressEvent(event)

    # -- why ---------------------------------------------------------------------------------------------------------

    def questions_here(self) -> list[Question]:
        """About the current curve where the pen of the keyboard is, or else under the pointer."""
        x = self.pen[0] if self.hasFocus() else self._at(QPointF(self.mapFromGlobal(QCursor.pos())))[0]
        return self._questions(x)

    def _questions(self, x: float) -> list[Question]:
        if self.current >= len(self.sketch.curves):
            return []
        made = sketched(self.sketch, self.current, round(x * (ACROSS - 1)))
        return [] if made is None else [Question(made, tr("Why this value?"))]

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keys = event.reason() == QContextMenuEvent.Reason.Keyboard
        questions = self._questions(self.pen[0] if keys else self._at(QPointF(event.pos()))[0])
        open_menu(self, questions, self._document, event.globalPos(), ())

    # -- how it looks ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._behind())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.box()
        painter.setClipRect(box.adjusted(-1, -1, 1, 1))
        if self.current < len(self.sketch.curves):
            self._draw_current(painter, self.sketch.curves[self.current])
        painter.setClipping(False)
        if all(curve.empty for curve in self.sketch.curves):
            painter.setPen(theme().color("muted"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, tr("Draw a curve from left to right"))
        if self.hasFocus():
            self._draw_pen(painter)
        painter.end()

    def _behind(self) -> QPixmap:
        """The frame and all other curves, painted once for a whole stroke."""
        others = replace(self.sketch, curves=tuple(c for n, c in enumerate(self.sketch.curves) if n != self.current))
        labels = tuple(curve.label for curve in self.sketch.curves)  # they choose the colours
        what = (*vars(others).values(), labels, self.current, self.size(), self.devicePixelRatio(), theme().dark)
        if what == self._ground_of:
            return self._ground
        self._ground_of = what
        self._ground = QPixmap(self.size() * self.devicePixelRatio())
        self._ground.setDevicePixelRatio(self.devicePixelRatio())
        self._ground.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        box = self.box()
        painter.fillRect(box, theme().color("plot_background"))
        self._draw_frame(painter, box)
        painter.setClipRect(box.adjusted(-1, -1, 1, 1))
        for n, curve in enumerate(self.sketch.curves):
            if n != self.current:
                self._draw_curve(painter, curve, color_of(self.sketch, n), 1.2)
        painter.end()
        return self._ground

    def _draw_frame(self, painter: QPainter, box: QRectF) -> None:
        painter.setPen(QPen(theme().color("plot_grid"), 1))
        sketch = self.sketch
        for share in (0.25, 0.5, 0.75):
            painter.drawLine(self.spot(0, share), self.spot(1, share))
            painter.drawLine(self.spot(share, 0), self.spot(share, 1))
        painter.setPen(QPen(theme().color("layer_edge"), 1))
        painter.drawRect(box)
        painter.setPen(theme().color("muted"))
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for share in (0.0, 0.5, 1.0):
            value = sketch.low + share * (sketch.high - sketch.low)
            middle = min(max(self.spot(0, share).y(), box.top() + 7), box.bottom() - 7)
            painter.drawText(QRectF(0, middle - 9, LEFT - 6, 18), side, number(value))
        foot = QRectF(box.left(), box.bottom() + 3, box.width(), BOTTOM - 4)
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft, "t = 0")
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight, str(sketch.steps - 1))

    def _draw_current(self, painter: QPainter, curve: Curve) -> None:
        color = color_of(self.sketch, self.current)
        if self.sketch.smoothing > 0:
            faint = mixed("muted", 0.6)
            painter.setPen(QPen(faint, 1))
            painter.drawPolyline(self._polygon(curve.heights))
        self._draw_curve(painter, curve, color, 2.4)

    def _draw_curve(self, painter: QPainter, curve: Curve, color: str, width: float) -> None:
        painter.setPen(QPen(theme().color(color), width))
        painter.drawPolyline(self._polygon(smoothed(curve.heights, self.sketch.smoothing)))

    def _polygon(self, heights: np.ndarray) -> QPolygonF:
        box = self.box()
        places = np.flatnonzero(~np.isnan(heights))
        x = box.left() + places / (ACROSS - 1) * box.width()
        y = box.bottom() - heights[places] * box.height()
        return QPolygonF(list(map(QPointF, x.tolist(), y.tolist())))

    def _draw_pen(self, painter: QPainter) -> None:
        at = self.spot(*self.pen)
        painter.setPen(QPen(theme().color("selection"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, 5, 5)


def color_of(sketch: Sketch, number_: int) -> str:
    """The colour of a curve in the theme: one per class where curves are told apart, else one per curve."""
    if sketch.use != "classes":
        return f"series{number_ % 8 + 1}"
    labels = sorted({curve.label for curve in sketch.curves})
    return f"series{labels.index(sketch.curves[number_].label) % 8 + 1}"
