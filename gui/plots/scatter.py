"""Regression: each prediction against its true value; on the diagonal they agree."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.answers import in_unit, mean_miss
from core.decimate import drawable, robust_range
from core.describe import number
from gui.plots.chart import Chart
from gui.plots.export import Table
from gui.plots.output_why import about_answer, about_truth, on_misses
from gui.plots.pages import OutputPage, Shown
from gui.plots.scales import Linear
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question
from gui.why.told import asked

_POINTS = 3000
"""Most points that are drawn; evenly picked where there are more, and the sentence says so."""

_NEAR = 14.0
"""Pixels from a point within which it is meant."""


class ScatterPage(OutputPage):
    """True value to the right, prediction upwards, in the unit of the data."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = Chart("scatter_chart", tr("true value"), tr("prediction"))
        self.points = pg.ScatterPlotItem(size=5, pen=None)
        self.diagonal = pg.InfiniteLine(pos=(0, 0), angle=45, movable=False)
        for item in (self.diagonal, self.points):
            self.chart.addItem(item, ignoreBounds=True)
        self.edge = self.chart.line("accent", marks=True, curve=False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.chart)
        self.wanted = np.zeros(0)
        self.predicted = np.zeros(0)
        self._units = 1
        self._shown: Shown | None = None
        self.restyle()

    def show_outputs(self, shown: Shown) -> None:
        self._shown = shown
        wanted, said = in_unit(shown.data, shown.answers)
        self.wanted, self.predicted, self._units = wanted.ravel(), said.ravel(), wanted.shape[1]
        unit = f" ({shown.data.target.unit})" if shown.data.target.unit else ""
        self.chart.set_titles(x=tr("true value") + unit, y=tr("prediction") + unit)
        self._draw()

    def questions_at(self, at: tuple[float, float]) -> list[Question]:
        place = self._at(at)
        if self._shown is None or place is None:
            return []
        return [about_answer(self._shown, *place), about_truth(self._shown, *place)]

    def _at(self, at: tuple[float, float]) -> tuple[int, int] | None:
        """(row of the answers, unit of the output) of the point at the values x, y."""
        (left, right), (bottom, top) = self.chart.view_places()
        scale, rows = self.chart.x_scale, self._drawn()
        pointer = scale.place(np.array(at))
        across = (scale.place(self.wanted[rows]) - pointer[0]) / (right - left) * self.chart.columns
        up = (scale.place(self.predicted[rows]) - pointer[1]) / (top - bottom) * self.chart.rows
        away = np.where(np.isfinite(across + up), np.hypot(across, up), np.inf)
        if not len(away) or away.min() > _NEAR:
            return None
        row, unit = divmod(int(rows[away.argmin()]), self._units)
        return row, unit

    def sentence(self) -> str:
        miss, lost = mean_miss(self.wanted, self.predicted)
        shown = {"count": f"{len(self.wanted):,}", "miss": number(miss)}
        text = tr("{count} values, mean miss {miss}", **{key: asked(key, said) for key, said in shown.items()})
        if len(self.wanted) > _POINTS:
            text += ", " + tr("{count} of them drawn", count=asked("drawn", f"{len(self._drawn()):,}"))
        return text + (", " + tr("{lost} not finite", lost=asked("lost", f"{lost:,}")) if lost else "")

    def on_sentence(self) -> dict[str, Question]:
        shown = self._shown
        return {} if shown is None else on_misses(shown, np.arange(len(shown.answers.samples)), None, self._every)

    def table(self) -> Table:
        return [("true value", self.wanted), ("prediction", self.predicted)]

    def restyle(self) -> None:
        color = theme().color("accent")
        color.setAlpha(140)
        self.points.setBrush(color)
        self.diagonal.setPen(pg.mkPen(theme().color("muted"), width=1, style=Qt.PenStyle.DashLine))
        self._draw()

    def _drawn(self) -> np.ndarray:
        return np.arange(0, len(self.wanted), self._every)

    @property
    def _every(self) -> int:
        """Every how many points one is drawn."""
        return max(1, -(-len(self.wanted) // _POINTS))

    def _draw(self) -> None:
        there = self.wanted[drawable(self.wanted)]
        if not len(there):
            return
        low, high = float(there.min()), float(there.max())
        # What is true is always in view, so that answers that hardly differ look as flat as they are.
        near = robust_range(self.predicted) or (low, high)
        span = min(low, near[0]), max(high, near[1])
        scale = Linear.around(max(abs(low), abs(high), abs(span[0]), abs(span[1])))
        self.chart.set_scales(x=scale, y=scale)
        x_ends, y_ends = scale.place(np.array([low, high])), scale.place(np.array(span))
        air = 0.03 * (x_ends[1] - x_ends[0])
        self.chart.show_places((float(x_ends[0] - air), float(x_ends[1] + air)), (float(y_ends[0]), float(y_ends[1])))
        rows = self._drawn()
        rows = rows[np.argsort(self.wanted[rows])]
        x, y = self.wanted[rows], self.predicted[rows]
        self.edge.set(x, y)
        inside = drawable(y)
        self.points.setData(scale.place(x[inside]), scale.place(y[inside]))
