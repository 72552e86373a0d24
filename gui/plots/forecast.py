"""Regression of a series: what the network foretells against what came, in the unit of the data."""

from __future__ import annotations

import html
from dataclasses import dataclass

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.answers import in_unit, mean_miss
from core.data.dataset import WindowedSeries
from core.describe import number
from gui.plots.chart import Chart
from gui.plots.export import Table
from gui.plots.output_why import about_answer, about_truth, on_misses
from gui.plots.pages import OutputPage, Shown
from gui.plots.scales import Linear, Ticks
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question
from gui.why.told import asked


@dataclass(frozen=True, eq=False)
class Times:
    """Whole places from 0, labelled with years or dates."""

    labels: tuple[str, ...]

    def place(self, values: np.ndarray) -> np.ndarray:
        """As they are."""
        return np.asarray(values, float)

    def value(self, place: float) -> float:
        """As it is."""
        return place

    def ticks(self, low: float, high: float, room: int) -> Ticks:
        """Round counts from the first time on; of long labels there are few."""
        fitting = room if len(self.labels[0]) <= 5 else room // 2
        wanted = Linear(whole=True).ticks(low, high, max(2, fitting))
        whole = [int(p) for p, _ in wanted.major if 0 <= p < len(self.labels)]
        return Ticks([(float(p), self.labels[p]) for p in whole], [])


class ForecastPage(OutputPage):
    """Where the answer is a stretch of several steps, the first one ahead is drawn; of answers at every step, the last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = Chart("forecast_chart", tr("time"), "")
        self.truth = self.chart.line("muted", width=1)
        self.forecast = self.chart.line("accent", width=2, dots=True, marks=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.chart)
        self.times = np.zeros(0, int)
        self.wanted = np.zeros(0)
        self.foretold = np.zeros(0)
        self._labels: tuple[str, ...] = ()
        self._unit = ""
        self._rows = np.zeros(0, int)
        self._shown: Shown | None = None
        self.chart.hovered.connect(self._hovered)

    def show_outputs(self, shown: Shown) -> None:
        self._shown, series = shown, shown.data.info["series"]
        assert isinstance(series, WindowedSeries)
        last = shown.answers.steps == shown.answers.steps.max()
        wanted, said = in_unit(shown.data, shown.answers)
        starts = series.starts[shown.answers.samples[last]]
        order = np.argsort(starts)
        self.times = (starts + series.window)[order]
        self._rows = np.flatnonzero(last)[order]
        self.wanted, self.foretold = wanted[last, 0][order], said[last, 0][order]
        self._labels, self._unit = series.times, html.escape(shown.data.target.unit)
        self.chart.set_titles(y=shown.data.target.unit or tr("value"))
        self._draw()

    def questions_at(self, at: tuple[float, float]) -> list[Question]:
        if self._shown is None or not len(self.times):
            return []
        n = int(np.abs(self.times - at[0]).argmin())
        place = self._shown, int(self._rows[n]), 0
        both = ((self.foretold[n], about_answer(*place)), (self.wanted[n], about_truth(*place)))
        away = [abs(value - at[1]) if np.isfinite(value) else np.inf for value, _ in both]
        return [both[line][1] for line in np.argsort(away, kind="stable")]

    def sentence(self) -> str:
        miss, lost = mean_miss(self.wanted, self.foretold)
        dashes = [f'<span style="color:{theme().color(c).name()}">━</span>&nbsp;{t}' for c, t in (
            ("muted", tr("what came")), ("accent", tr("forecast one step ahead")))]  # fmt: skip
        parts = [*dashes, tr("mean miss {miss} {unit}", miss=asked("miss", number(miss)), unit=self._unit).strip()]
        if lost:
            parts.append(tr("{lost} not finite", lost=asked("lost", f"{lost:,}")))
        return " · ".join(parts)

    def on_sentence(self) -> dict[str, Question]:
        return {} if self._shown is None else on_misses(self._shown, self._rows, 0)

    def table(self) -> Table:
        labels = [self._labels[i] for i in self.times]
        return [("time", labels), ("truth", self.wanted), ("forecast", self.foretold)]

    def restyle(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if not len(self.times):
            return
        both = np.concatenate([self.wanted, self.foretold[np.abs(self.foretold) <= 1e300]])
        # What came sets the frame: a forecast that has run away is marked at the edge.
        low, high = float(self.wanted.min()), float(self.wanted.max())
        air = high - low
        near = both[(both >= low - air) & (both <= high + air)]
        scale = Linear.around(max(abs(low), abs(high)))
        self.chart.set_scales(x=Times(self._labels), y=scale)
        ends = scale.place(np.array([near.min(), near.max()]))
        self.chart.show_places((self.times[0] - 0.5, self.times[-1] + 0.5), (float(ends[0]), float(ends[1])))
        self.truth.set(self.times, self.wanted)
        self.forecast.set(self.times, self.foretold)

    def _hovered(self, at: tuple[float, float] | None) -> None:
        if at is None or not len(self.times):
            self.chart.point_at(None)
            self.said.emit("", None)
            return
        i = int(np.abs(self.times - at[0]).argmin())
        self.chart.point_at(float(self.times[i]))
        text = tr(
            "{time}: forecast {said}, what came {wanted} {unit}",
            time=html.escape(self._labels[self.times[i]]),
            said=asked("said", number(self.foretold[i])),
            wanted=asked("wanted", number(self.wanted[i])),
            unit=self._unit,
        )
        shown, row = self._shown, int(self._rows[i])
        assert shown is not None
        self.said.emit(
            text.strip(), lambda: {"said": about_answer(shown, row, 0), "wanted": about_truth(shown, row, 0)}
        )
