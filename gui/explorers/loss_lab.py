"""Explorer 4: the loss lab. Loss, slope and curvature over residual or margin; on toy points or on the model's own."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QComboBox, QWidget

from core.catalogue.losses import LOSSES
from core.catalogue.spec import Choice
from core.data.dataset import Dataset
from core.errors import DataError
from core.explore import losses
from core.formula import latex_number
from core.reports import Evaluation
from core.why.labs import explored, points
from gui.document import Document
from gui.explorers.asked import AskedFormula
from gui.explorers.parts import NEAR, Curves, EntryCard, EntryList, Explorer, Slider, drop, passing
from gui.forms import SpecForm
from gui.plots.chart import Chart
from gui.plots.scales import Linear
from gui.runner import Runner
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question
from gui.why.told import asked
from gui.widgets import bold, muted

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
        self._places = np.zeros(0)
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
        self.formula = AskedFormula(self.document, 16)
        self.words = self.said()
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
        evaluated = self._evaluated()
        return None if evaluated is None else losses.of_evaluation(*evaluated, self.axis)

    def _evaluated(self) -> tuple[Evaluation, Dataset] | None:
        """The model's last evaluation, where the data is still the one that it was of."""
        evaluation = self.runner.evaluation
        if evaluation is None:
            return None
        try:
            data = self.document.project.dataset()
        except DataError:
            return None
        return (evaluation, data) if evaluation.samples.max(initial=0) < len(data) else None

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
        at = self._point_at(chart, x, y)
        if at is not None:
            places = self._places
            source = self._source(places)
            own = [
                Question(explored.loss(self.choice, float(places[at]), part, source(at)), texts[part]) for part in parts
            ]
            share = points.share_of_loss(self.choice, places, at, source)
            pull = points.share_of_pull(self.choice, places, at, source)
            return [
                *own, Question(share, tr("Why so much of the loss?")), Question(pull, tr("Why so much of the pull?")),
            ]  # fmt: skip
        choice = self._choices[self._nearest(first, chart, x, y)]
        return [Question(explored.loss(choice, x, part), texts[part]) for part in parts]

    def _nearest(self, part: int, chart: Chart, x: float, y: float) -> str:
        """The loss whose curve passes here; the one that is looked at where none does, or where curves meet."""
        ticked = self.lists[self.axis].ticked()
        values = {key: float(losses.curves(self._choices[key], np.array([x]))[part][0]) for key in ticked}
        return passing(chart, y, self.choice.key, values)

    def _point_at(self, chart: Chart, x: float, y: float) -> int | None:
        """Which of the points is drawn within a few pixels of a place."""
        places = self._places
        if not len(places):
            return None
        (left, right), (low, high) = chart.view_places()
        values = losses.curves(self.choice, places)[self.charts.index(chart)]
        across, up = (places - x) / (right - left) * chart.columns, (values - y) / (high - low) * chart.rows
        away = np.where(np.isfinite(values), np.hypot(across, up), np.inf)
        at = int(away.argmin())
        return at if away[at] <= NEAR else None

    def _source(self, places: np.ndarray) -> points.Source:
        """Where each of the points is from."""
        own = points.by_hand(places, self.axis)
        evaluated = self._evaluated() if self.points.currentData() == "model" else None
        outputs = self.document.project.network.of_kind("output")
        known = None if evaluated is None else losses.of_evaluation(*evaluated, self.axis)
        if evaluated is None or known is None or not outputs:
            return own
        count, found = len(known), points.of_model(*evaluated, self.axis, outputs[0].id)
        return lambda at: found(at) if at < count else own(at)

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
        self._places = np.zeros(0) if places is None else places
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
        choice = self.choice
        if len(places) <= points.WRITTEN:
            lines = list(points.whole_loss(choice, places, points.by_hand(places, self.axis)).numbers)
        else:
            lines = [rf"N = {len(places)} \qquad L = {latex_number(losses.total(choice, places))}"]
        self.formula.tell(lines, lambda line: [self._whole(places)])
        if not self.outlier.value:
            self.words.tell(tr("Drag the outlier to see how much one wild point can pull."), None)
            return
        pulls, each = np.abs(losses.pulls(choice, places)), losses.curves(choice, places).loss
        share = pulls[-1] / pulls.sum() if pulls.sum() else 0.0
        part = each[-1] / each.sum() if each.sum() else 0.0
        self.words.tell(
            tr(
                "The outlier makes up {part} % of the loss and {share} % of all pull on the weights.",
                part=asked("part", f"{100 * part:.1f}"),
                share=asked("share", f"{100 * share:.1f}"),
            ),
            lambda: self._shares(places),
        )

    def _whole(self, places: np.ndarray) -> Question:
        return Question(points.whole_loss(self.choice, places, self._source(places)), tr("Why this loss?"))

    def _shares(self, places: np.ndarray) -> dict[str, Question]:
        source, last = self._source(places), len(places) - 1
        return {
            "part": Question(points.share_of_loss(self.choice, places, last, source), tr("Why so much of the loss?")),
            "share": Question(points.share_of_pull(self.choice, places, last, source), tr("Why so much of the pull?")),
        }
