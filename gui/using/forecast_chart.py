"""A forecast as curves: what was seen, what came after it, and what was foretold; every value can be come to and asked about."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.describe import number
from gui.theme import theme

COLORS = {"forecast": "series1", "last": "series5", "season": "series4"}


class ForecastChart(QWidget):
    """The window that was seen, what came after it, and what was foretold."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(190)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.seen = np.zeros(0)
        self.labels = ("", "", "")
        """Times of the first step that was seen, the first one foretold and the last one."""
        self.lines: dict[str, np.ndarray] = {}
        """By "truth", "forecast", "last", "season": (ahead,)."""
        self.chosen: tuple[int, str] | None = None
        """The time and the line that the keyboard has come to; None is the end of the forecast."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(280, 190)

    @property
    def ahead(self) -> int:
        """Steps that are foretold."""
        return max((len(line) for line in self.lines.values()), default=0)

    def box(self) -> QRectF:
        """Where the lines are drawn; there must be some."""
        low, high = self._range()
        left = self.fontMetrics().horizontalAdvance(max(number(low), number(high), key=len)) + 8
        return QRectF(left, 4, self.width() - left - 6, self.height() - 26)

    def spot(self, time: float, value: float) -> QPointF:
        """Where a value is drawn; time 0 is the first step that was seen."""
        box, (low, high) = self.box(), self._range()
        return QPointF(
            box.left() + (time + 0.5) / (len(self.seen) + self.ahead) * box.width(),
            box.bottom() - 4 - (value - low) / (high - low) * (box.height() - 8),
        )

    def asked(self, at: QPointF | None) -> tuple[int, str] | None:
        """(time, line) at a place, or where the keyboard is: time 0 is the first step that was seen, the line "seen" or one of
        ``lines``."""
        total = len(self.seen) + self.ahead
        if not len(self.seen) or not self.ahead:
            return None
        if at is None:
            time = total - 1 if self.chosen is None else min(self.chosen[0], total - 1)
            there = self._there(time)
            wanted = "forecast" if self.chosen is None else self.chosen[1]
            return (time, wanted if wanted in there else there[0]) if there else None
        box = self.box()
        if not box.contains(at):
            return None
        time = min(total - 1, int((at.x() - box.left()) / box.width() * total))
        there = self._there(time)
        if not there:
            return None
        return time, min(there, key=lambda name: abs(self.spot(time, self.value(time, name)).y() - at.y()))

    def value(self, time: int, line: str) -> float:
        """What a line says at a time."""
        return float(self.seen[time] if line == "seen" else self.lines[line][time - len(self.seen)])

    def _there(self, time: int) -> list[str]:
        """The lines that have a value at a time, that of the network first."""
        if time < len(self.seen):
            return ["seen"]
        order = [name for name in ("forecast", "last", "season", "truth") if name in self.lines]
        return [name for name in order if np.isfinite(self.value(time, name))]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        here = self.asked(None)
        across = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        down = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if here is None or (across is None and down is None):
            super().keyPressEvent(event)
            return
        time, line = here
        time = max(0, min(time + (across or 0), len(self.seen) + self.ahead - 1))
        there = self._there(time)
        if there:
            place = there.index(line) if line in there else 0
            line = there[max(0, min(place + (down or 0), len(there) - 1))]
            self.chosen = time, line
            self.setAccessibleDescription(number(self.value(time, line)))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        ahead = self.ahead
        if not len(self.seen) or not ahead:
            return
        painter = QPainter(self)
        box = self.box()
        painter.fillRect(box, theme().color("plot_background"))
        now = box.left() + len(self.seen) / (len(self.seen) + ahead) * box.width()
        veil = theme().color("plot_grid")
        veil.setAlphaF(0.4)
        painter.fillRect(QRectF(now, box.top(), box.right() - now, box.height()), veil)
        self._draw_labels(painter, box, now)
        painter.setClipRect(box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_lines(painter)
        painter.setClipping(False)
        here = self.asked(None)
        if self.hasFocus() and here is not None:
            painter.setPen(QPen(theme().color("selection"), 2))
            painter.drawEllipse(self.spot(here[0], self.value(*here)), 5, 5)
        painter.end()

    def _draw_labels(self, painter: QPainter, box: QRectF, now: float) -> None:
        """The ends of the range at the left; the times of both ends below, and of what is foretold first (at x ``now``)."""
        low, high = self._range()
        painter.setPen(theme().color("muted"))
        painter.drawText(QPointF(0, box.top() + painter.fontMetrics().ascent()), number(high))
        painter.drawText(QPointF(0, box.bottom()), number(low))
        first, begin, last = self.labels
        below, way = box.bottom() + 4, Qt.AlignmentFlag
        painter.drawText(QRectF(box.left(), below, 90, 18), way.AlignLeft, first)
        painter.drawText(QRectF(box.right() - 90, below, 90, 18), way.AlignRight, last)
        if box.left() + 80 < now < box.right() - 120:
            painter.drawText(QRectF(now - 45, below, 90, 18), way.AlignHCenter, begin)

    def _draw_lines(self, painter: QPainter) -> None:
        """What was seen; from its end on what came and what was foretold, that of the network on top."""
        first = len(self.seen)
        self._line(painter, [self.spot(t, v) for t, v in enumerate(self.seen)], theme().color("muted"), 1.5)
        for name in ("truth", "last", "season", "forecast"):
            if name in self.lines:
                values = np.concatenate([self.seen[-1:], self.lines[name]])
                spots = [self.spot(first - 1 + t, v) for t, v in enumerate(values) if np.isfinite(v) and abs(v) < 1e12]
                color = theme().color("muted" if name == "truth" else COLORS[name])
                self._line(painter, spots, color, 2.2 if name == "forecast" else 1.5)

    def _line(self, painter: QPainter, spots: list[QPointF], color: QColor, wide: float) -> None:
        painter.setPen(QPen(color, wide))
        painter.drawPolyline(QPolygonF(spots))

    def _range(self) -> tuple[float, float]:
        """What was seen and what came set the frame, with some air for what was foretold."""
        known = np.concatenate([self.seen, *(self.lines[n] for n in ("truth", "last", "season") if n in self.lines)])
        known = known[np.isfinite(known)]
        low, high = float(known.min()), float(known.max())
        air = (high - low) or 1.0
        said = self.lines.get("forecast", np.zeros(0))
        near = said[np.isfinite(said) & (said > low - air / 2) & (said < high + air / 2)]
        return min([low, *near]) - air * 0.04, max([high, *near]) + air * 0.04
