"""Errors along time and length, and how the misses of a regression are spread."""

from __future__ import annotations

import html

import numpy as np
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.describe import number
from core.evaluation.report import histogram
from core.evaluation.review import Curve, Review
from core.why.answers import judged, reviewed
from gui.document import Document
from gui.plots.chart import Chart
from gui.plots.probe_bars import Bars
from gui.plots.scales import Linear
from gui.text import tr, tr_core
from gui.theme import theme
from gui.why.here import Question
from gui.why.told import asked
from gui.widgets import told

_HEIGHT = 150
_QUIET = QPalette.ColorRole.PlaceholderText


class ErrorCurve(QWidget):
    """The mean error at each time step or length; dashed, that of the best baseline. Hovering tells it in words."""

    def __init__(self, document: Document, name: str, x_title: str) -> None:
        super().__init__()
        self.chart = Chart(name, x_title, tr("error"))
        self.chart.setFixedHeight(_HEIGHT)
        self.baseline = self.chart.line("muted", dashes=(4, 3), dots=True)
        self.line = self.chart.line("accent", marks=True, dots=True)
        self.words = told(document, _QUIET)
        _stack(self, self.words, self.chart)
        self._review: Review | None = None
        self._curve: Curve | None = None
        self._by_step = name.endswith("step")
        self._classes, self._unit, self._best = True, "", ""
        self.chart.hovered.connect(self._hovered)
        self.chart.moved.connect(self._draw)
        theme().changed.connect(self._restyle)

    def show_curve(self, curve: Curve, review: Review) -> None:
        """Draw a curve of a review."""
        self._review, self._curve = review, curve
        self._classes, self._unit = review.decided is not None, tr_core(review.data.target.unit or "")
        self._best = next(tr_core(way.title) for way in review.baselines if way.key == review.best)
        title = tr("share wrong") if self._classes else tr("mean miss ({unit})", unit=self._unit or "±")
        self.chart.set_titles(y=title)
        self._draw()
        self._say(None)

    def questions_here(self) -> list[Question]:
        """About the place where the chart points; the nearer line first."""
        curve = self._curve
        if curve is None or self.chart.pointer is None:
            return []
        x, y = self.chart.pointed()
        place = int(np.abs(curve.at - x).argmin())
        found = self.questions(place)
        first = "baseline" if abs(curve.baseline[place] - y) < abs(curve.error[place] - y) else "error"
        return [found[key] for key in sorted(found, key=lambda key: key != first)]

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
            error=asked("error", self._amount(float(curve.error[place]))),
            count=asked("count", f"{int(curve.count[place]):,}"),
            baseline=html.escape(self._best),
            theirs=asked("baseline", self._amount(float(curve.baseline[place]))),
        )

    def questions(self, place: int) -> dict[str, Question]:
        """What can be asked about a place of the curve."""
        review, curve = self._review, self._curve
        assert review is not None and curve is not None
        return {
            "error": Question(judged.on_curve(review, curve, place), tr("Why this error?")),
            "baseline": Question(
                reviewed.curve_baseline(review, curve, place), tr("Why this error of “{name}”?", name=self._best)
            ),
            "count": Question(reviewed.curve_count(review, curve, place), tr("Why so many answers?")),
        }

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
            self.words.tell(self.sentence(place), lambda: self.questions(place))
        else:
            name = html.escape(self._best)
            self.words.tell(tr("The line is the network, the dashes are: {name}.", name=name), None)

    def _restyle(self) -> None:
        self.chart.restyle()
        self._draw()


class Residuals(QWidget):
    """How often the answer is how far off: blue too high, orange too low."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.chart = Bars("residuals", tr("answer − truth"), tr("answers"))
        self.chart.setFixedHeight(_HEIGHT)
        self.words = told(document, _QUIET)
        _stack(self, self.words, self.chart)
        self._review: Review | None = None
        self._counts, self._edges = np.zeros(0, int), np.zeros(0)
        self._unit, self._lost = "", 0
        self.chart.hovered.connect(self._hovered)
        self.chart.moved.connect(self._draw)
        theme().changed.connect(self._restyle)

    def show_review(self, review: Review) -> None:
        """Draw the residuals of a regression."""
        misses, unit = review.misses, review.data.target.unit
        assert misses is not None
        self._review = review
        self._counts, self._edges = histogram(misses)
        self._unit, self._lost = tr_core(unit) if unit else "", int((~np.isfinite(misses)).sum())
        self.chart.set_titles(x=tr("answer − truth ({unit})", unit=self._unit) if unit else tr("answer − truth"))
        finite = misses[np.isfinite(misses)]
        self._summary = (
            tr(
                "mean {mean}, standard deviation {spread}",
                mean=asked("mean", number(finite.mean())),
                spread=asked("spread", number(finite.std())),
            )
            if len(finite)
            else tr("No answer is a finite number.")
        )
        if self._lost and len(finite):
            self._summary += ", " + tr("{lost} not finite", lost=asked("lost", f"{self._lost:,}"))
        self._draw()
        self._hovered(None)

    def _place(self) -> int | None:
        """The bar where the chart points."""
        if not len(self._counts) or self.chart.pointer is None:
            return None
        x = self.chart.pointed()[0]
        if not self._edges[0] <= x <= self._edges[-1]:
            return None
        return min(len(self._counts) - 1, int(np.searchsorted(self._edges, x, side="right")) - 1)

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
            self.words.tell(self._summary, self._about_all)
            return
        place = min(len(self._counts) - 1, int(np.searchsorted(self._edges, at[0], side="right")) - 1)
        text = tr(
            "{count} answers are off by {low} to {high} {unit}",
            count=asked("count", f"{int(self._counts[place]):,}"),
            low=number(self._edges[place]),
            high=number(self._edges[place + 1]),
            unit=html.escape(self._unit),
        )
        self.words.tell(text.strip(), lambda: {"count": self._about_bar(place)})

    # -- why ---------------------------------------------------------------------------------------------------------

    def questions_here(self) -> list[Question]:
        """About the bar where the chart points; about all of them where it points at none."""
        place = self._place()
        return list(self._about_all().values()) if place is None else [self._about_bar(place)]

    def _about_bar(self, place: int) -> Question:
        assert self._review is not None
        low, high = float(self._edges[place]), float(self._edges[place + 1])
        return Question(
            judged.in_range(self._review, low, high, place == len(self._counts) - 1), tr("Why so many answers?")
        )

    def _about_all(self) -> dict[str, Question]:
        if self._review is None:
            return {}
        texts = {
            "mean": tr("Why this mean?"),
            "spread": tr("Why this standard deviation?"),
            "lost": tr("Why are so many not finite?"),
        }
        return {key: Question(one, texts[key]) for key, one in reviewed.residuals(self._review).items()}

    def _restyle(self) -> None:
        self.chart.restyle()
        self._draw()


def _stack(widget: QWidget, *parts: QWidget) -> None:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    for part in parts:
        column.addWidget(part)
