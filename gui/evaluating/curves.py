"""Errors along time and length, and how the misses of a regression are spread."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.describe import number
from core.evaluation.report import histogram
from core.evaluation.review import Curve, Review
from gui.plots.chart import Chart
from gui.plots.probe_bars import Bars
from gui.plots.scales import Linear
from gui.text import tr, tr_core
from gui.theme import theme
from gui.widgets import muted

_HEIGHT = 150


class ErrorCurve(QWidget):
    """The mean error at each time step or length; dashed, that of the best baseline. Hovering tells it in words."""

    def __init__(self, name: str, x_title: str) -> None:
        super().__init__()
        self.chart = Chart(name, x_title, tr("error"))
        self.chart.setFixedHeight(_HEIGHT)
        self.baseline = self.chart.line("muted", dashes=(4, 3), dots=True)
        self.line = self.chart.line("accent", marks=True, dots=True)
        self.words = muted()
        _stack(self, self.words, self.chart)
        self._curve: Curve | None = None
        self._by_step = name.endswith("step")
        self._classes, self._unit, self._best = True, "", ""
        self.chart.hovered.connect(self._hovered)
        self.chart.moved.connect(self._draw)
        theme().changed.connect(self._restyle)

    def show_curve(self, curve: Curve, review: Review) -> None:
        """Draw a curve of a review."""
        self._curve = curve
        self._classes, self._unit = review.decided is not None, tr_core(review.data.target.unit or "")
        self._best = next(tr_core(way.title) for way in review.baselines if way.key == review.best)
        title = tr("share wrong") if self._classes else tr("mean miss ({unit})", unit=self._unit or "±")
        self.chart.set_titles(y=title)
        self._draw()
        self._say(None)

    def asked(self) -> int | None:
        """The place of the curve where the chart points."""
        if self._curve is None or self.chart.pointer is None:
            return None
        return int(np.abs(self._curve.at - self.chart.pointed()[0]).argmin())

    def sentence(self, place: int) -> str:
        """One place of the curve in words."""
        curve = self._curve
        assert curve is not None
        low, high = int(curve.at[place]), int(curve.until[place])
        if self._by_step:
            where = tr("t = {step}", step=low)
        elif low == high:
            where = tr("length {n}", n=low)
        else:
            where = tr("lengths {low} to {high}", low=low, high=high)
        return tr(
            "{where}: {error} over {count} answers ({baseline}: {theirs})",
            where=where,
            error=self._amount(float(curve.error[place])),
            count=f"{int(curve.count[place]):,}",
            baseline=self._best,
            theirs=self._amount(float(curve.baseline[place])),
        )

    def _amount(self, error: float) -> str:
        if not np.isfinite(error):
            return tr("not finite")
        if self._classes:
            return tr("{share} wrong", share=f"{100 * error:.1f} %")
        return f"± {number(error)} {self._unit}".strip()

    def _draw(self) -> None:
        curve = self._curve
        if curve is None:
            return
        x = curve.at.astype(float)
        both = np.concatenate([curve.error, curve.baseline])
        finite = both[np.isfinite(both)]
        top = float(finite.max()) if len(finite) else 1.0
        scale = Linear.around(top)
        self.chart.set_scales(y=scale)
        self.chart.show_places((float(x[0]) - 0.5, float(x[-1]) + 0.5), (0.0, float(scale.place(np.array(top or 1.0)))))
        self.baseline.set(x, curve.baseline)
        self.line.set(x, curve.error)
        self.chart.repeat_hover()

    def _hovered(self, at: tuple[float, float] | None) -> None:
        if self._curve is not None:
            self._say(None if at is None else int(np.abs(self._curve.at - at[0]).argmin()))

    def _say(self, place: int | None) -> None:
        self.chart.point_at(None if place is None or self._curve is None else float(self._curve.at[place]))
        if place is not None:
            self.words.setText(self.sentence(place))
        else:
            self.words.setText(tr("The line is the network, the dashes are: {name}.", name=self._best))

    def _restyle(self) -> None:
        self.chart.restyle()
        self._draw()


class Residuals(QWidget):
    """How often the answer is how far off: blue too high, orange too low."""

    def __init__(self) -> None:
        super().__init__()
        self.chart = Bars("residuals", tr("answer − truth"), tr("answers"))
        self.chart.setFixedHeight(_HEIGHT)
        self.words = muted()
        _stack(self, self.words, self.chart)
        self._counts, self._edges = np.zeros(0, int), np.zeros(0)
        self._unit, self._lost = "", 0
        self.chart.hovered.connect(self._hovered)
        self.chart.moved.connect(self._draw)
        theme().changed.connect(self._restyle)

    def show_misses(self, misses: np.ndarray, unit: str) -> None:
        """Draw the residuals (rows, features)."""
        self._counts, self._edges = histogram(misses)
        self._unit, self._lost = tr_core(unit) if unit else "", int((~np.isfinite(misses)).sum())
        self.chart.set_titles(x=tr("answer − truth ({unit})", unit=self._unit) if unit else tr("answer − truth"))
        finite = misses[np.isfinite(misses)]
        self._summary = (
            tr("mean {mean}, standard deviation {spread}", mean=number(finite.mean()), spread=number(finite.std()))
            if len(finite)
            else tr("No answer is a finite number.")
        )
        if self._lost and len(finite):
            self._summary += ", " + tr("{lost} not finite", lost=f"{self._lost:,}")
        self._draw()
        self._hovered(None)

    def asked(self) -> tuple[float, float, bool] | None:
        """(from, to, whether it is the last one) of the bar where the chart points."""
        if not len(self._counts) or self.chart.pointer is None:
            return None
        x = self.chart.pointed()[0]
        if not self._edges[0] <= x <= self._edges[-1]:
            return None
        place = min(len(self._counts) - 1, int(np.searchsorted(self._edges, x, side="right")) - 1)
        return float(self._edges[place]), float(self._edges[place + 1]), place == len(self._counts) - 1

    def _draw(self) -> None:
        if not len(self._counts):
            self.chart.bars.setOpts(x=[], height=[])
            return
        middle = (self._edges[:-1] + self._edges[1:]) / 2
        scale = Linear.around(float(np.abs(self._edges).max()))
        self.chart.set_scales(x=scale)
        places, width = scale.place(middle), float(np.diff(scale.place(self._edges)).min())
        self.chart.show_bars(places, self._counts, 0.92 * width)
        colors = [theme().color("positive" if x > 0 else "negative") for x in middle]
        self.chart.bars.setOpts(brushes=colors)

    def _hovered(self, at: tuple[float, float] | None) -> None:
        if at is None or not len(self._counts) or not self._edges[0] <= at[0] <= self._edges[-1]:
            self.words.setText(self._summary)
            return
        place = min(len(self._counts) - 1, int(np.searchsorted(self._edges, at[0], side="right")) - 1)
        self.words.setText(
            tr(
                "{count} answers are off by {low} to {high} {unit}",
                count=f"{int(self._counts[place]):,}",
                low=number(self._edges[place]),
                high=number(self._edges[place + 1]),
                unit=self._unit,
            ).strip()
        )

    def _restyle(self) -> None:
        self.chart.restyle()
        self._draw()


def _stack(widget: QWidget, *parts: QWidget) -> None:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    for part in parts:
        column.addWidget(part)
