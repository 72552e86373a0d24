"""The charts of the state space: trajectories in a plane, and eigenvalues beside the unit circle. Pools of items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

from core.decimate import drawable
from gui.plots.chart import Chart
from gui.plots.scales import Linear
from gui.text import tr
from gui.theme import theme

GROUPS = 12
"""Colours: classes beyond share them, time is cut into this many stretches."""
_FAINT = 0.6


@dataclass(frozen=True, eq=False)
class Shown:
    """What the plane shows."""

    points: np.ndarray
    """(n, steps, 2)"""
    classes: np.ndarray | None
    """(n,) class numbers; None colours by time."""
    classes_in_all: int
    watched: int | None
    """Row of the watched sample."""
    step: int
    """The step of the play head, 0-based."""
    stable: np.ndarray
    """(k, 2) fixed points."""
    unstable: np.ndarray


def group_color(group: int, groups: int) -> QColor:
    """The colour of a class or of a stretch of time; of few classes the most different ones."""
    if groups <= 8:
        return theme().color(f"series{group % 8 + 1}")
    low, high = (55, 255) if theme().dark else (0, 215)  # those ends of the table that the ground does not swallow
    row = theme().sequential_table()[round(low + (high - low) * (group % groups) / max(1, groups - 1))]
    return QColor(*(int(v) for v in row))


class StateChart(Chart):
    """Each trajectory begins at a ring and ends at a square; the dots are where all of them are at one step."""

    def __init__(self) -> None:
        super().__init__("state_chart", "", "")
        self.curves = [pg.PlotCurveItem(connect="finite") for _ in range(GROUPS)]
        self.starts = pg.ScatterPlotItem(size=5, symbol="o")
        self.ends = pg.ScatterPlotItem(size=5, symbol="s", pen=None)
        self.heads = pg.ScatterPlotItem(size=7, symbol="o")
        self.bold = pg.PlotCurveItem(connect="finite")
        self.bold.setSegmentedLineMode("on")
        self.bold_start = pg.ScatterPlotItem(size=10, symbol="o")
        self.bold_end = pg.ScatterPlotItem(size=9, symbol="s", pen=None)
        self.bold_head = pg.ScatterPlotItem(size=12, symbol="o")
        self.stable = pg.ScatterPlotItem(size=14, symbol="star")
        self.unstable = pg.ScatterPlotItem(size=12, symbol="x")
        for item in (*self.curves, self.starts, self.ends, self.heads, self.bold, self.bold_start, self.bold_end):
            self.addItem(item, ignoreBounds=True)
        for item in (self.bold_head, self.unstable, self.stable):
            self.addItem(item, ignoreBounds=True)
        self._scale = Linear()
        self._restyle_items()

    def show_states(self, shown: Shown) -> None:
        """Draw this; points that are not finite are gaps."""
        points = np.where(drawable(shown.points), shown.points, np.nan)
        points[~np.isfinite(points).all(-1)] = np.nan
        ends = [p.reshape(-1, 2) for p in (points, shown.stable, shown.unstable) if p.size]
        there = np.concatenate(ends)
        there = there[np.isfinite(there).all(-1)]
        if not len(there):
            there = np.zeros((1, 2))
        scale = Linear.around(float(np.abs(there).max()))
        self.set_scales(x=scale, y=scale)
        places = scale.place(points)
        low, high = scale.place(there.min(0)), scale.place(there.max(0))
        air = 0.05 * (high - low)
        self.show_places((float(low[0] - air[0]), float(high[0] + air[0])), (float(low[1]), float(high[1])))
        if shown.classes is None:
            self._draw_by_time(places)
        else:
            self._draw_by_class(places, shown.classes, shown.classes_in_all)
        self._draw_marks(places, shown)
        for item, found in ((self.stable, shown.stable), (self.unstable, shown.unstable)):
            _fill(item, scale.place(found.reshape(-1, 2)))

    def _draw_by_class(self, places: np.ndarray, classes: np.ndarray, count: int) -> None:
        groups = min(GROUPS, max(1, count))
        for group, curve in enumerate(self.curves):
            chosen = places[classes % groups == group] if group < groups else places[:0]
            curve.setPen(pg.mkPen(_faint(group_color(group, groups)), width=1))
            _fill(curve, _joined(chosen))
        colors = [group_color(group, groups) for group in range(groups)]
        _fill(self.starts, places[:, 0], colors, classes % groups, hollow=True)
        _fill(self.ends, _lasts(places), colors, classes % groups)

    def _draw_by_time(self, places: np.ndarray) -> None:
        steps = places.shape[1]
        edges = np.linspace(0, max(1, steps - 1), GROUPS + 1).round().astype(int)
        for group, curve in enumerate(self.curves):
            curve.setPen(pg.mkPen(_faint(group_color(group, GROUPS)), width=1))
            part = places[:, edges[group] : edges[group + 1] + 1]
            _fill(curve, _joined(part) if edges[group + 1] > edges[group] else part.reshape(-1, 2)[:0])
        one = np.zeros(len(places), int)
        _fill(self.starts, places[:, 0], [group_color(0, GROUPS)], one, hollow=True)
        _fill(self.ends, _lasts(places), [group_color(GROUPS - 1, GROUPS)], one)

    def _draw_marks(self, places: np.ndarray, shown: Shown) -> None:
        step = min(shown.step, places.shape[1] - 1)
        if shown.classes is None:
            colors = [group_color(round(step / max(1, places.shape[1] - 1) * (GROUPS - 1)), GROUPS)]
            groups = np.zeros(len(places), int)
        else:
            count = min(GROUPS, max(1, shown.classes_in_all))
            colors, groups = [group_color(group, count) for group in range(count)], shown.classes % count
        _fill(self.heads, places[:, step], colors, groups)
        one = places[shown.watched] if shown.watched is not None else places[:0].reshape(-1, 2)
        _fill(self.bold, one)
        _fill(self.bold_start, one[:1])
        _fill(self.bold_end, _lasts(one[None]) if len(one) else one)
        _fill(self.bold_head, one[step : step + 1])

    def restyle(self) -> None:
        super().restyle()
        if hasattr(self, "unstable"):
            self._restyle_items()

    def _restyle_items(self) -> None:
        text, ground = theme().color("text"), theme().color("plot_background")
        self.bold.setPen(pg.mkPen(text, width=2))
        self.heads.setPen(pg.mkPen(ground))
        self.bold_start.setPen(pg.mkPen(text, width=2))
        self.bold_start.setBrush(ground)
        self.bold_end.setBrush(text)
        self.bold_head.setBrush(theme().color("accent"))
        self.bold_head.setPen(pg.mkPen(text))
        self.stable.setBrush(theme().color("allowed"))
        self.stable.setPen(pg.mkPen(text))
        self.unstable.setBrush(theme().color("refused"))
        self.unstable.setPen(pg.mkPen(text))


class EigenChart(Chart):
    """Eigenvalues in the complex plane: outside the circle a direction grows with each step, inside it fades."""

    def __init__(self) -> None:
        super().__init__("eigenvalue_chart", "", "")
        self.setAccessibleName(tr("Eigenvalues of the Jacobian"))
        self.setToolTip(
            tr("Eigenvalues of the recurrent Jacobian: the real part to the right, the imaginary part upwards.")
        )
        self.getPlotItem().getViewBox().setAspectLocked(True)
        self.set_scales(x=Linear())
        turn = np.linspace(0, 2 * np.pi, 181)
        self.circle = pg.PlotCurveItem(np.cos(turn), np.sin(turn))
        self.inside = pg.ScatterPlotItem(size=8, pen=None)
        self.outside = pg.ScatterPlotItem(size=8, pen=None)
        for item in (self.circle, self.inside, self.outside):
            self.addItem(item, ignoreBounds=True)
        self._restyle_items()

    def show_eigenvalues(self, values: np.ndarray) -> None:
        """(m,) complex; those that are not finite are left out."""
        points = np.stack([values.real, values.imag], -1)
        points = points[drawable(points).all(-1)]
        reach = max(1.0, float(np.abs(points).max()) if len(points) else 1.0)
        scale = Linear.around(reach)
        self.set_scales(x=scale, y=scale)
        end = float(scale.place(np.array(reach * 1.08)))
        wide, tall = end * max(1.0, self.columns / self.rows), end * max(1.0, self.rows / self.columns)
        self.show_places((-wide, wide), (-tall, tall), padding=0)
        turn = np.linspace(0, 2 * np.pi, 181)
        self.circle.setData(scale.place(np.cos(turn)), scale.place(np.sin(turn)))
        sizes = np.hypot(points[:, 0], points[:, 1])
        _fill(self.inside, scale.place(points[sizes < 1]))
        _fill(self.outside, scale.place(points[sizes >= 1]))

    def restyle(self) -> None:
        super().restyle()
        if hasattr(self, "outside"):
            self._restyle_items()

    def _restyle_items(self) -> None:
        self.circle.setPen(pg.mkPen(theme().color("muted"), width=1))
        self.inside.setBrush(theme().color("series1"))
        self.outside.setBrush(theme().color("refused"))


def _faint(color: QColor) -> QColor:
    ground = theme().color("plot_background").getRgb()[:3]
    return QColor(*(round(_FAINT * c + (1 - _FAINT) * g) for c, g in zip(color.getRgb()[:3], ground, strict=True)))


def _joined(places: np.ndarray) -> np.ndarray:
    """(n, steps, 2) trajectories one after another with a gap between, (n (steps + 1), 2)."""
    gap = np.full((len(places), 1, 2), np.nan)
    return np.concatenate([places, gap], axis=1).reshape(-1, 2)


def _lasts(places: np.ndarray) -> np.ndarray:
    """(n, 2) the last point of each trajectory that is there."""
    there = np.isfinite(places).all(-1)
    last = places.shape[1] - 1 - there[:, ::-1].argmax(axis=1)
    found: np.ndarray = places[np.arange(len(places)), last]
    return found


def _fill(
    item: pg.GraphicsObject,
    places: np.ndarray,
    colors: Sequence[QColor] = (),
    groups: np.ndarray | None = None,
    hollow: bool = False,
) -> None:
    """Show these places in an item, in the color of each one's group; one without any is hidden, as it would be painted
    all the same."""
    there = np.isfinite(places).all(-1)
    item.setVisible(bool(there.any()))
    if not there.any():
        return
    if isinstance(item, pg.PlotCurveItem):
        item.setData(places[:, 0], places[:, 1])
        return
    kept = places[there]
    if groups is None:
        item.setData(kept[:, 0], kept[:, 1])
    elif hollow:
        pens = [pg.mkPen(color) for color in colors]
        ground = theme().color("plot_background")
        item.setData(kept[:, 0], kept[:, 1], pen=[pens[group] for group in groups[there]], brush=ground)
    else:
        brushes = [pg.mkBrush(color) for color in colors]
        item.setData(kept[:, 0], kept[:, 1], brush=[brushes[group] for group in groups[there]])
