"""What a chart is made of: axes with own ticks, lines with honest marks, and the backdrop behind them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from core.decimate import minmax
from gui.plots.scales import Linear, Scale, Symbols
from gui.theme import theme

if TYPE_CHECKING:
    from gui.plots.chart import Chart

_FAR = 1000.0
"""How many heights of the view outside of it a line is still drawn: steeper than the eye can tell, small for painters."""

_BEHIND = -5


class ScaleAxis(pg.AxisItem):
    """An axis whose ticks come from a Scale."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.scale_of_values: Scale = Linear()
        self.enableAutoSIPrefix(False)
        self.setStyle(tickLength=-4, hideOverlappingLabels=False)
        self._texts: dict[float, str] = {}

    def setRange(self, mn: float, mx: float) -> None:
        # Without laying out the title again at every change, as pyqtgraph does for the prefix of a unit.
        self.range = [mn, mx]
        self.picture = None
        self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:
        across = self.orientation in ("bottom", "top")
        scale, low, high = self.scale_of_values, min(minVal, maxVal), max(minVal, maxVal)
        each = scale.pixels if isinstance(scale, Symbols) else _room(scale, high) if across else 24
        ticks = scale.ticks(low, high, max(2, int(size / each)))
        shown = (
            ticks.major if isinstance(scale, Symbols) else self._clear(ticks.major, low, size / ((high - low) or 1.0))
        )
        self._texts = dict(shown)
        return [(1.0, [place for place, _ in shown]), (0.5, ticks.minor)]

    def _clear(self, ticks: list[tuple[float, str]], low: float, pixels: float) -> list[tuple[float, str]]:
        """Those whose numbers do not run into the one before; ``pixels`` for each place."""
        metrics, across = QFontMetricsF(self.style["tickFont"] or QFont()), self.orientation in ("bottom", "top")
        spans = [
            ((place - low) * pixels, metrics.horizontalAdvance(text) + 6 if across else metrics.ascent())
            for place, text in ticks
        ]
        return [ticks[n] for n in clear(spans)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [self._texts.get(value, "") for value in values]


def _room(scale: Scale, largest: float) -> int:
    """Pixels that a number below an axis is given."""
    return 22 if isinstance(scale, Linear) and scale.whole and largest < 100 else 50


@dataclass(frozen=True)
class Stroke:
    """How a line looks."""

    color: str
    """Name in the theme."""
    width: float = 1
    strength: float = 1.0
    """1 is the full colour, 0 that of the ground."""
    curve: bool = True
    """False draws the marks only."""
    dots: bool = False
    """Also at the points, where they are few."""
    marks: bool = False
    """At the edge, for what is NaN, infinite or out of view."""
    dashes: tuple[int, ...] = ()
    """Lengths of dash and gap in pixels, for pens of width 1."""


class Line:
    """One curve of a chart with its dots and its marks at the edge."""

    def __init__(self, chart: Chart, stroke: Stroke) -> None:
        self._chart, self.stroke = chart, stroke
        self._visible = True
        self.values = np.zeros(0), np.zeros(0)
        """(x, y) that are in view, as they are."""
        self._filled: set[pg.GraphicsObject] = set()
        self._behind = False
        self.curve = pg.PlotCurveItem(connect="finite")
        if stroke.width > 1:
            self.curve.setSegmentedLineMode("on")
        self._add(self.curve)
        self._scatters: dict[str, pg.ScatterPlotItem] = {}
        self.restyle()

    @property
    def dots(self) -> pg.ScatterPlotItem:
        """The points that are drawn as such; most lines never have any."""
        return self._scatter("dots", 4 + self.stroke.width)

    @property
    def edge(self) -> pg.ScatterPlotItem:
        """The marks of what has no place in view; most lines never have any."""
        return self._scatter("edge", 8)

    @property
    def color(self) -> QColor:
        """Its colour in the theme in force."""
        # Mixed with the ground instead of transparent: painters are several times faster with an opaque pen.
        return mixed(self.stroke.color, self.stroke.strength)

    def set_strength(self, strength: float) -> None:
        """1 is its full colour, 0 that of the ground."""
        if strength != self.stroke.strength:
            self.stroke = replace(self.stroke, strength=strength)
            self.restyle()

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        self.curve.setPen(pg.mkPen(self.color, width=self.stroke.width, dash=list(self.stroke.dashes) or None))
        for kind, item in self._scatters.items():
            item.setBrush(self._brush(kind))

    def set(self, x: np.ndarray, y: np.ndarray) -> None:
        """Draw the points (x ascending), reduced to what the pixels in view can show."""
        low, high = self._chart.visible_x()
        start = max(0, int(np.searchsorted(x, low)) - 1)
        end = int(np.searchsorted(x, high, side="right")) + 1
        x, y = np.asarray(x[start:end], float), np.asarray(y[start:end], float)
        self.values = x, y
        bottom, top = self._chart.view_places()[1]
        if self.stroke.marks:
            self._set_marks(x, y, bottom, top)
        if not self.stroke.curve:
            return
        shown_x, shown_y = minmax(x, y, self._chart.columns)
        far = _FAR * (top - bottom)
        places = np.clip(self._chart.y_scale.place(shown_y), bottom - far, top + far)
        x_places = self._chart.x_scale.place(shown_x)
        self._fill(self.curve, x_places, places)
        self._set_dots(x_places, places)

    def clear(self) -> None:
        """Draw nothing."""
        none = np.zeros(0)
        self.values = none, none
        for item in self._items():
            self._fill(item, none, none)

    def put_behind(self) -> None:
        """Draw it under all other lines."""
        self._behind = True
        for item in self._items():
            item.setZValue(_BEHIND)

    def _items(self) -> list[pg.GraphicsObject]:
        return [self.curve, *self._scatters.values()]

    def _add(self, item: pg.GraphicsObject) -> None:
        self._chart.addItem(item)
        item.setVisible(False)
        if self._behind:
            item.setZValue(_BEHIND)

    def _scatter(self, kind: str, size: float) -> pg.ScatterPlotItem:
        if kind not in self._scatters:
            item = pg.ScatterPlotItem(size=size, pen=None, brush=self._brush(kind))
            self._add(item)
            # It lies over its own curve, and not over what was put over that.
            below = self._scatters.get("dots", self.curve)
            siblings = item.parentItem().childItems()
            above = siblings[siblings.index(below) + 1 :]
            if above and above[0].zValue() == item.zValue():
                item.stackBefore(above[0])
            self._scatters[kind] = item
        return self._scatters[kind]

    def _brush(self, kind: str) -> QColor:
        return self.color if kind == "dots" else theme().color("refused")

    def _fill(self, item: pg.GraphicsObject, x: np.ndarray, y: np.ndarray, **style: object) -> None:
        # An item without points costs as much to paint as one with some, unless it is hidden.
        there = bool(len(x))
        if there or item in self._filled:
            item.setData(x, y, **style)
        if there:
            self._filled.add(item)
        else:
            self._filled.discard(item)
        item.setVisible(there and self._visible)

    def raise_above(self) -> None:
        """Draw it over the lines that were made before and after it."""
        self.curve.setZValue(5)

    def set_visible(self, visible: bool) -> None:
        """Show or hide it."""
        self._visible = visible
        for item in self._items():
            item.setVisible(visible and item in self._filled)

    def _set_dots(self, x: np.ndarray, y: np.ndarray) -> None:
        there = np.isfinite(y)
        if self.stroke.dots and 10 * len(x) <= self._chart.columns:
            chosen = there
        else:
            # A point without neighbours has no line to be seen by.
            padded = np.concatenate([[False], there, [False]])
            chosen = there & ~padded[:-2] & ~padded[2:]
        if chosen.any() or "dots" in self._scatters:
            self._fill(self.dots, x[chosen], y[chosen])

    def _set_marks(self, x: np.ndarray, y: np.ndarray, bottom: float, top: float) -> None:
        places = self._chart.y_scale.place(y)
        lost = np.isnan(y)
        above = ~lost & ((y > 0) & np.isnan(places) | (places > top))
        below = ~lost & ((y <= 0) & np.isnan(places) | (places < bottom))
        if not (lost.any() or above.any() or below.any()):
            if "edge" in self._scatters:
                self._fill(self.edge, np.zeros(0), np.zeros(0))
            return
        inset = 0.04 * (top - bottom)
        kinds = ((lost, bottom + inset, "x"), (above, top - inset, "t1"), (below, bottom + inset, "t"))
        xs, ys, symbols = [], [], []
        for flags, at, symbol in kinds:
            found = self._apart(x[flags])
            xs.append(self._chart.x_scale.place(found))
            ys.append(np.full(len(found), at))
            symbols += [symbol] * len(found)
        self._fill(self.edge, np.concatenate(xs), np.concatenate(ys), symbol=symbols)

    def _apart(self, x: np.ndarray) -> np.ndarray:
        """Those of ``x`` that a mark of some pixels can tell apart."""
        low, high = self._chart.visible_x()
        if len(x) < 2 or not high > low:
            return x
        column = np.floor((x - low) / (high - low) * self._chart.columns / 4)
        _, first = np.unique(column, return_index=True)
        return np.asarray(x[first])


class Behind(pg.GraphicsObject):
    """Something that is painted behind the lines, over all that is in view."""

    def __init__(self, depth: int = -10) -> None:
        super().__init__()
        self.setZValue(depth)

    def viewRangeChanged(self) -> None:
        self.prepareGeometryChange()
        self.update()

    def boundingRect(self) -> object:
        return self.viewRect()


class Backdrop(Behind):
    """Shaded bands and dashed vertical markers."""

    def __init__(self) -> None:
        super().__init__()
        self.bands: list[tuple[float, float]] = []
        self.markers: list[float] = []

    def set(self, bands: list[tuple[float, float]], markers: list[float]) -> None:
        """Shade these ranges of places and mark these places."""
        if (bands, markers) != (self.bands, self.markers):
            self.bands, self.markers = bands, markers
            self.update()

    def paint(self, painter: QPainter, *args: object) -> None:
        view = self.viewRect()
        shade = mixed("plot_grid", 0.35)
        for start, end in self.bands:
            left, right = max(start, view.left()), min(end, view.right())
            if right > left:
                painter.fillRect(QRectF(left, view.top(), right - left, view.height()), shade)
        painter.setPen(pg.mkPen(theme().color("warning"), width=1, style=Qt.PenStyle.DashLine))
        for x in self.markers:
            painter.drawLine(QPointF(x, view.top()), QPointF(x, view.bottom()))


def clear(spans: list[tuple[float, float]]) -> list[int]:
    """Which of some ascending texts (middle, length), in pixels, can be written without running into one before."""
    found: list[int] = []
    end = -math.inf
    for n, (middle, length) in enumerate(spans):
        if middle - length / 2 >= end:
            found.append(n)
            end = middle + length / 2
    return found


def mixed(color: str, share: float) -> QColor:
    """``share`` of the theme colour named ``color`` in the ground of a plot."""
    over, ground = theme().color(color).getRgb()[:3], theme().color("plot_background").getRgb()[:3]
    return QColor(*(round(share * c + (1 - share) * g) for c, g in zip(over, ground)))
