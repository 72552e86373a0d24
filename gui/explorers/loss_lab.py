"""Explorer 4: the loss lab. Loss, slope and curvature over residual or margin; on toy points or on the model's own."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QComboBox, QWidget

from core.catalogue.losses import LOSSES
from core.catalogue.spec import Choice
from core.errors import DataError
from core.explore import losses
from core.formula import factor, latex_number
from core.why import explored
from gui.document import Document
from gui.explorers.parts import Curves, EntryCard, EntryList, Explorer, Slider, drop
from gui.forms import SpecForm
from gui.formula import FormulaView
from gui.plots.chart import Chart
from gui.plots.scales import Linear
from gui.runner import Runner
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question
from gui.widgets import bold, muted, words

_TOY = np.array([-1.6, -0.9, -0.4, -0.1, 0.2, 0.5, 1.1])
_REACH = {"residual": 4.0, "margin": 5.0}
_PEERS = {"residual": ("mse", "mae", "huber"), "margin": ("cross_entropy", "hinge", "focal")}
_TITLES = {"residual": "residual d = f - y", "margin": "margin of the right class"}
_SHOWN = 400
"""Points of a model that are drawn at most; the numbers are of all of them."""


class LossLab(Explorer):
    """Compares losses where a training feels them: value, slope and curvature."""

    key = "loss_lab"
    title = "Loss lab"

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(document, runner, parent)
        self._choices = {key: LOSSES.choose(key) for key in LOSSES}
        self.chosen = drop(LOSSES, LOSSES, "huber", tr("Loss"))
        self.points = QComboBox()
        self.points.setAccessibleName(tr("Points"))
        self.points.addItem(tr("Toy points"), "toy")
        self.points.addItem(tr("My model's last evaluation"), "model")
        self.outlier = Slider(tr("Outlier"), -20, 20, 0.0, 1, tip=tr("One more point at this place; 0 takes it away."))
        self.form: SpecForm | None = None
        self.lists = {
            axis: EntryList(LOSSES, [k for k in LOSSES if losses.axis_of(k) == axis], _PEERS[axis], 1)
            for axis in _REACH
        }
        self.card = EntryCard()
        self.add(bold(tr("Look at")), self.chosen, self.points, self.outlier)
        self.add(bold(tr("Compare")), *self.lists.values(), self.card)
        self._make_view()
        self.chosen.currentIndexChanged.connect(self._choose)
        self.points.currentIndexChanged.connect(self.refresh)
        self.outlier.changed.connect(self.refresh)
        for entries in self.lists.values():
            entries.changed.connect(self.refresh)
        runner.updated.connect(self._live)
        self._choose()

    def _make_view(self) -> None:
        self.formula = FormulaView(size=16)
        self.words = words()
        self.empty = muted(tr("Press Play in the main window: after the first epoch your model's points appear here."))
        self.view.addWidget(self.formula)
        self.view.addWidget(self.words)
        self.view.addWidget(self.empty)
        titles = (tr("loss"), tr("slope"), tr("curvature"))
        for number, title in enumerate(titles):
            chart = self.chart(f"loss_{('value', 'slope', 'curvature')[number]}", "", title)
            chart.set_scales(x=Linear())
            chart.align_left(52)
            self.view.addWidget(chart, 4 - number)
        self._lines = [Curves(chart, len(LOSSES)) for chart in self.charts]
        self.dots = [pg.ScatterPlotItem(size=7) for _ in self.charts]
        for chart, dots in zip(self.charts, self.dots):
            chart.addItem(dots)

    @property
    def axis(self) -> losses.Axis:
        """What the chosen loss is drawn over."""
        return losses.axis_of(self.chosen.currentData())

    @property
    def choice(self) -> Choice:
        """The chosen loss with its parameters."""
        return self._choices[self.chosen.currentData()]

    def show_entry(self, key: str) -> None:
        self.chosen.show_key(key)

    def places(self) -> np.ndarray | None:
        """Residuals or margins to look at, the outlier last; None where the model has none yet."""
        found: np.ndarray | None = _TOY
        if self.points.currentData() == "model":
            found = self._of_model()
        if found is None:
            return None
        return np.append(found, self.outlier.value) if self.outlier.value else found

    def _of_model(self) -> np.ndarray | None:
        if self.runner.evaluation is None:
            return None
        try:
            data = self.document.project.dataset()
        except DataError:
            return None
        evaluation = self.runner.evaluation
        if data is None or evaluation.samples.max(initial=0) >= len(data):
            return None
        return losses.of_evaluation(evaluation, data, self.axis)

    def _choose(self) -> None:
        key = self.chosen.currentData()
        spec = LOSSES[key]
        self.card.show_entry(spec)
        if self.form is not None:
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        own = [param for param in spec.parameters if not param.advanced and param.key != "class_weights"]
        if own:
            without = [param.key for param in spec.parameters if param not in own]
            self.form = SpecForm(spec, self._choices[key], without=without)
            self.form.edited.connect(self._edit)
            self.controls.column.insertWidget(2, self.form)
        for axis, entries in self.lists.items():
            entries.setVisible(axis == self.axis)
        self.lists[self.axis].tick(key)
        self.refresh()

    def _edit(self, path: str, new: object) -> None:
        key = self.chosen.currentData()
        self._choices[key] = Choice(key, {**self._choices[key].values, path: new})
        assert self.form is not None
        self.form.show_choice(self._choices[key])
        self.refresh()

    def _live(self) -> None:
        if self.isVisible() and self.points.currentData() == "model":
            self.refresh()

    def questions_at(self, chart: Chart, x: float, y: float) -> list[Question]:
        texts = (tr("Why this loss?"), tr("Why this slope?"), tr("Why this curvature?"))
        first = self.charts.index(chart)
        parts = [first, *(part for part in range(3) if part != first)]
        return [Question(explored.loss(self.choice, x, part), texts[part]) for part in parts]

    def refresh(self) -> None:
        reach = max(_REACH[self.axis], abs(self.outlier.value) * 1.08)
        x = np.linspace(-reach, reach, 801)
        shown = self.lists[self.axis].ticked()
        every = {key: losses.curves(self._choices[key], x) for key in shown}
        for number, chart in enumerate(self.charts):
            chart.set_titles(x=tr(_TITLES[self.axis]) if number == 2 else "")
            self._frame(number, [curves[number] for curves in every.values()], reach)
            self._lines[number].show((x, curves[number]) for curves in every.values())
        self._show_points(self.places(), reach)

    def _frame(self, number: int, curves: list[np.ndarray], reach: float) -> None:
        """The losses from the lowest up to what the linear ones reach; slopes and curvatures likewise."""
        values = np.concatenate([c[np.isfinite(c)] for c in curves] or [np.zeros(1)])
        if not len(values):
            values = np.zeros(1)
        if number == 0:
            low, high = max(-reach, float(values.min())), min(float(values.max()), max(4.0, 1.3 * reach))
        else:
            low, high = max(-4.0, float(values.min())), min(4.0, float(values.max()))
        self.charts[number].show_places((-reach, reach), (min(low, 0.0), max(high, 0.5)))

    def _show_points(self, places: np.ndarray | None, reach: float) -> None:
        self.empty.setVisible(places is None)
        self.words.setVisible(places is not None)
        self.formula.setVisible(places is not None)
        if places is None or not len(places):
            for dots in self.dots:
                dots.clear()
            return
        drawn = places[:: max(1, len(places) // _SHOWN)]
        at = np.append(drawn, places[-1])
        curves = losses.curves(self.choice, at)
        sizes = np.full(len(at), 7)
        if self.outlier.value:
            sizes[-1] = 12
        color = (
            theme().color(self.lists[self.axis].color(self.choice.key)) if self._is_ticked() else theme().color("text")
        )
        for dots, values in zip(self.dots, curves):
            good = np.isfinite(values) & (np.abs(at) <= reach)
            dots.setData(at[good], values[good], size=sizes[good], brush=color, pen=pg.mkPen(theme().color("base")))
        self._say(places)

    def _is_ticked(self) -> bool:
        return self.choice.key in self.lists[self.axis].ticked()

    def _say(self, places: np.ndarray) -> None:
        total = losses.total(self.choice, places)
        each = losses.curves(self.choice, places).loss
        if len(places) <= 8 and self.choice.key != "rmse":
            terms = " + ".join(factor(value, 3) for value in each)
            self.formula.show_lines([rf"L = \frac{{1}}{{{len(places)}}} ({terms}) = {latex_number(total)}"])
        else:
            self.formula.show_lines([rf"N = {len(places)} \qquad L = {latex_number(total)}"])
        if not self.outlier.value:
            self.words.setText(tr("Drag the outlier to see how much one wild point can pull."))
            return
        pulls = np.abs(losses.pulls(self.choice, places))
        share = pulls[-1] / pulls.sum() if pulls.sum() else 0.0
        part = each[-1] / each.sum() if each.sum() else 0.0
        self.words.setText(
            tr(
                "The outlier makes up {part} % of the loss and {share} % of all pull on the weights.",
                part=f"{100 * part:.1f}",
                share=f"{100 * share:.1f}",
            )
        )
