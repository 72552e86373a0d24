"""Explorer 2: activations. Curve and slope of several at once, where they saturate, and what a chain of them leaves."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget

from core.catalogue.activations import ACTIVATIONS
from core.catalogue.spec import Choice
from core.explore.activations import REACH, SATURATED, SCALAR, chain, places, steepest, value_and_slope
from core.formula import latex_number
from core.why.labs import explored
from gui.document import Document
from gui.explorers.asked import AskedFormula
from gui.explorers.parts import Curves, EntryCard, EntryList, Explorer, Slider, drop, passing
from gui.forms import SpecForm
from gui.plots.chart import Chart
from gui.plots.scales import Linear, Log
from gui.runner import Runner
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question
from gui.why.told import asked
from gui.widgets import bold, muted


class ActivationExplorer(Explorer):
    """Overlaid curves, their slopes, and the gradient behind a chain of them."""

    key = "activation"
    title = "Activation"

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(document, runner, parent)
        self._choices = {key: ACTIVATIONS.choose(key) for key in SCALAR}
        self.chosen = drop(ACTIVATIONS, SCALAR, "tanh", tr("Activation"))
        self.list = EntryList(ACTIVATIONS, SCALAR, ("tanh", "sigmoid", "relu"))
        self.at = Slider(tr("Sum z"), -REACH, REACH, 1.0)
        self.length = Slider(tr("Length of the chain"), 1, 60, 20, 0)
        self.weight = Slider(tr("Weight between them"), 0.0, 2.0, 1.0)
        self.card = EntryCard()
        self.form: SpecForm | None = None
        self.add(bold(tr("Look at")), self.chosen, self.at, self.length, self.weight)
        self.add(bold(tr("Compare")), self.list, self.card)
        self._make_view()
        for slider in (self.at, self.length, self.weight):
            slider.changed.connect(self.refresh)
        self.list.changed.connect(self.refresh)
        self.chosen.currentIndexChanged.connect(self._choose)
        self._choose()

    def _make_view(self) -> None:
        self.formula = AskedFormula(self.document, 16)
        self.curve = self.chart("activation_curve", tr("sum z"), tr("output f(z)"))
        self.steep = self.chart("activation_slope", tr("sum z"), tr("slope f'(z)"))
        self.fade = self.chart("activation_chain", tr("activations passed"), tr("gradient that is left"), steps=True)
        for chart in (self.curve, self.steep, self.fade):
            chart.align_left(58)
        for chart in (self.curve, self.steep):
            chart.set_scales(x=Linear())
            chart.clicked.connect(self._move_to)
        self._lines = {chart: Curves(chart, len(SCALAR)) for chart in (self.curve, self.steep, self.fade)}
        self._points = [pg.ScatterPlotItem(size=10) for _ in range(2)]
        for chart, point in zip((self.curve, self.steep), self._points):
            chart.addItem(point)
        self.words = self.said(QPalette.ColorRole.PlaceholderText)
        self.view.addWidget(self.formula)
        self.view.addWidget(self.curve, 4)
        self.view.addWidget(self.steep, 3)
        self.view.addWidget(
            muted(tr("Grey: the chosen activation is saturated, its slope is below 5 % of the steepest."))
        )
        self.view.addWidget(self.fade, 3)
        self.view.addWidget(self.words)

    def show_entry(self, key: str) -> None:
        if key in SCALAR:
            self.chosen.show_key(key)

    def _choose(self) -> None:
        key = self.chosen.currentData()
        spec = ACTIVATIONS[key]
        self.card.show_entry(spec)
        if self.form is not None:
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        if spec.parameters:
            self.form = SpecForm(spec, self._choices[key])
            self.form.edited.connect(self._edit)
            self.controls.column.insertWidget(2, self.form)
        self.list.tick(key)
        self.refresh()

    def _edit(self, path: str, new: object) -> None:
        key = self.chosen.currentData()
        self._choices[key] = Choice(key, {**self._choices[key].values, path: new})
        assert self.form is not None
        self.form.show_choice(self._choices[key])
        self.refresh()

    def _move_to(self, x: float, y: float) -> None:
        self.at.set_value(x)
        self.refresh()

    def questions_at(self, chart: Chart, x: float, y: float) -> list[Question]:
        choice = self._choices[self._nearest(chart, x, y)]
        if chart is self.fade:
            return [self._left(choice, max(0, min(round(self.length.value), round(x))))]
        value, slope, steep = self._at(choice, x)
        return [slope, value, steep] if chart is self.steep else [value, slope, steep]

    def _at(self, choice: Choice, z: float) -> list[Question]:
        return [
            Question(explored.activation(choice, z), tr("Why this value?")),
            Question(explored.activation_slope(choice, z), tr("Why this slope?")),
            Question(explored.saturation(choice, z), tr("Is it saturated here?")),
        ]

    def _left(self, choice: Choice, length: int) -> Question:
        found = explored.activation_chain(choice, self.weight.value, self.at.value, length)
        return Question(found, tr("Why is so much left?"))

    def _nearest(self, chart: Chart, x: float, y: float) -> str:
        """The activation whose curve passes here; the one that is looked at where none does, or where curves meet."""

        def value(key: str) -> float:
            if chart is self.fade:
                length = max(0, min(round(self.length.value), round(x)))
                return float(chain(self._choices[key], self.weight.value, self.at.value, length)[-1])
            return float(value_and_slope(self._choices[key], x)[1 if chart is self.steep else 0])

        return passing(chart, y, self.chosen.currentData(), {key: value(key) for key in self.list.ticked()})

    def refresh(self) -> None:
        z = places()
        shown = self.list.ticked()
        pairs = {key: value_and_slope(self._choices[key], z) for key in shown}
        for number, chart in enumerate((self.curve, self.steep)):
            every = np.concatenate([pair[number] for pair in pairs.values()] or [np.zeros(1)])
            low, high = (-2.0, 3.0) if number == 0 else (-0.2, 1.2)
            chart.show_places((-REACH, REACH), (max(low, every.min()), min(high, max(every.max(), 0.3))))
            self._lines[chart].show((z, pair[number]) for pair in pairs.values())
        self._draw_chosen(z)
        self._draw_chain(shown)

    def _draw_chosen(self, z: np.ndarray) -> None:
        choice = self._choices[self.chosen.currentData()]
        _, steep = value_and_slope(choice, z)
        flat = np.abs(steep) < SATURATED * steepest(choice)[0]
        bands = _stretches(z, flat)
        for chart in (self.curve, self.steep):
            chart.backdrop.set(bands, [self.at.value])
        y, s = (float(part) for part in value_and_slope(choice, self.at.value))
        for point, at in zip(self._points, (y, s)):
            point.setData([self.at.value], [at], brush=theme().color("text"), pen=None)
        here = latex_number(self.at.value)
        line = rf"f({here}) = {latex_number(y)} \qquad f'({here}) = {latex_number(s)}"
        self.formula.tell([line], lambda _: self._at(choice, self.at.value))

    def _draw_chain(self, shown: list[str]) -> None:
        steps = np.arange(round(self.length.value) + 1)
        left = {key: chain(self._choices[key], self.weight.value, self.at.value, len(steps) - 1) for key in shown}
        every = np.concatenate([*left.values(), np.ones(1)])
        scale = Log.around(np.maximum(every, 0) * (every > 1e-30))
        self.fade.set_scales(y=scale)
        places = scale.place(np.where(every > 1e-30, every, 0.0))
        good = places[np.isfinite(places)]
        self.fade.show_places((0, float(steps[-1])), (float(good.min()), float(good.max())))
        self._lines[self.fade].show((steps.astype(float), np.where(c > 1e-30, c, 0.0)) for c in left.values())
        chosen = chain(self._choices[self.chosen.currentData()], self.weight.value, self.at.value, len(steps) - 1)[-1]
        share = asked("share", f"{chosen:.4g}")
        self.words.tell(
            tr(
                "Behind {n} of them in a row the gradient is multiplied by {share} ({name}).",
                n=len(steps) - 1,
                share=share,
                name=self.chosen.currentText(),
            ),
            lambda: {"share": self._left(self._choices[self.chosen.currentData()], len(steps) - 1)},
        )


def _stretches(x: np.ndarray, flags: np.ndarray) -> list[tuple[float, float]]:
    """(start, end) of each unbroken stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return [(float(x[a]), float(x[min(b, len(x) - 1)])) for a, b in zip(edges[::2], edges[1::2])]
