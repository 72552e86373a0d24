"""Explorer 7: the recurrent step. A cell walks through time; gates and states as bars, and the gradient on its way back."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from core.describe import Words, number
from core.explore.cells import NAMES, Cell, Walk, make_cell, predicted, walk
from core.why.labs.cell_gradients import OfCell
from core.why.network.stretched import foretold, stretch
from core.why.numbers import Aggregate, Number, Quantity
from core.why.simple import Part
from gui.asking import Asking
from gui.document import Document
from gui.explorers.asked import AskedFormula
from gui.explorers.bars import Bars
from gui.explorers.parts import Explorer, Slider
from gui.icons import icon
from gui.plots.chart import Chart
from gui.plots.gradient_why import Profile
from gui.plots.scales import Linear, Log
from gui.runner import Runner
from gui.text import tr
from gui.why.here import Question
from gui.why.questions import about_layer, about_unit
from gui.why.told import asked
from gui.widgets import bold, muted

UNITS = 4
_INTRODUCTION = (
    "The same cell reads one number at every time step and passes its state on. Move the time step to see its gates "
    "and states; move the size of the recurrent weights to see the gradient vanish or explode on its way back."
)
_SENTENCES = {
    "elman": "On the way back to the first step the gradient is multiplied by {share}. Dashed: {foreseen}, foretold by "
    "|W| alone. The rest is saturation.",
    "lstm": "On the way back to the first step the gradient of the cell (plain line) is multiplied by {share}. Dashed: "
    "{foreseen}, foretold by the forget gates alone. With dots: the gradient of the state.",
    "gru": "On the way back to the first step the gradient is multiplied by {share}. Dashed: {foreseen}, foretold by "
    "the update gates alone.",
}
_INPUTS = {
    "wave": ("A wave", lambda t: np.sin(0.6 * t)),
    "pulse": ("One pulse at the start", lambda t: (t == 0) * 1.0),
    "switch": ("On and off", lambda t: np.where((t // 5) % 2 == 0, 1.0, -1.0)),
}


MINE = 24
"""Units of a layer of the user's own network that are drawn."""
_QUANTITIES: dict[str, Quantity] = {"h": "value", "c": "cell", "g": "gradient"}
"""What the rows of bars of the user's own network show."""
_END = r"\left| \partial L / \partial h_T \right|"


class RecurrentStepExplorer(Explorer):
    """One cell through time, forward and backward."""

    key = "recurrent_step"
    title = "Recurrent step"

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(document, runner, parent)
        self.kind = QComboBox()
        self.kind.setAccessibleName(tr("Cell"))
        for key, title in (("elman", tr("Elman")), ("lstm", tr("LSTM")), ("gru", tr("GRU"))):
            self.kind.addItem(title, key)
        self.kind.addItem(tr("My network"), "mine")
        self.layer = QComboBox()
        self.layer.setAccessibleName(tr("Layer"))
        self.layer.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.input = QComboBox()
        self.input.setAccessibleName(tr("Input"))
        for key, (title, _) in _INPUTS.items():
            self.input.addItem(tr(title), key)
        self.size = Slider(tr("Size |W| of the recurrent weights"), 0.0, 3.0, 0.9)
        self.strength = Slider(tr("Strength of the input"), 0.0, 3.0, 0.5)
        self.forget = Slider(tr("Forget bias"), -3, 5, 1.0)
        self.length = Slider(tr("Time steps"), 3, 60, 24, 0)
        self.step = Slider(tr("Look at time step"), 1, 60, 5, 0)
        self.unit = Slider(tr("Look at unit"), 1, MINE, 1, 0)
        self._names: list[str] = []
        """What the rows of bars are."""
        self.picked: tuple[str, int] = ("h", 0)
        """The gate or state, and its unit, that the formula is about."""
        self.asking = Asking(document, runner, self)
        self.asking.answered.connect(self._show_my_formula)
        self.add(muted(tr(_INTRODUCTION)), self.kind, self.layer, self.size, self.forget, self.input, self.strength)
        self.add(self.length, self.step, self.unit)
        self._make_view()
        for box in (self.kind, self.layer, self.input):
            box.currentIndexChanged.connect(self.refresh)
        for slider in (self.size, self.strength, self.forget, self.length, self.step, self.unit):
            slider.changed.connect(self.refresh)
        runner.updated.connect(self._live)
        self.refresh()

    def _make_view(self) -> None:
        self.bars = Bars(self.document)
        self.bars.questions = self._questions
        self.bars.picked.connect(self._pick)
        self.formula = AskedFormula(self.document, 15)
        self.empty = muted(tr("Your network has no state to show yet: press Play or step in the main window."))
        self.profile = self.chart("recurrent_profile", tr("time step t"), tr("gradient |dL/dh|"), steps=True)
        self.profile.align_left(58)
        self.measured = self.profile.line("series1", dots=True)
        self.cell_line = self.profile.line("series3")
        self.prediction = self.profile.line("series2", dashes=(6, 5))
        self.words = self.said()
        self.back, self.forth = (QPushButton(icon(name), "") for name in ("chevron-left", "chevron-right"))
        self.back.setAccessibleName(tr("One time step back"))
        self.forth.setAccessibleName(tr("One time step on"))
        row = QHBoxLayout()
        row.addWidget(bold(tr("Through time")), 1)
        row.addWidget(self.back)
        row.addWidget(self.forth)
        self.back.clicked.connect(lambda: self._look_at(round(self.step.value) - 2))
        self.forth.clicked.connect(lambda: self._look_at(round(self.step.value)))
        self.view.addLayout(row)
        self.view.addWidget(self.empty)
        self.view.addWidget(self.bars, 4)
        self.view.addWidget(self.formula)
        self.view.addWidget(bold(tr("Gradient on its way back from the last step")))
        self.view.addWidget(self.profile, 3)
        self.view.addWidget(self.words)

    # A cell of its own.

    def cell(self) -> Cell:
        """The cell that the controls describe."""
        made = make_cell(self.kind.currentData(), UNITS, self.size.value, 3, self.forget.value)
        return Cell(made.kind, made.weight_ih * self.strength.value, made.weight_hh, made.bias_ih, made.bias_hh)

    def walk(self, cell: Cell) -> Walk:
        """The cell's way through the chosen input."""
        steps = np.arange(round(self.length.value))
        return walk(cell, np.asarray(_INPUTS[self.input.currentData()][1](steps), float)[:, None])

    def refresh(self) -> None:
        mine = self.kind.currentData() == "mine"
        for slider in (self.size, self.strength, self.length, self.input):
            slider.setVisible(not mine)
        self.forget.setVisible(self.kind.currentData() == "lstm")
        self.layer.setVisible(mine)
        self.unit.setVisible(mine)
        if mine:
            self._show_mine()
            return
        self.empty.hide()
        cell = self.cell()
        found = self.walk(cell)
        step = min(round(self.step.value), len(found.x)) - 1
        order = [name for name in ("i", "f", "g", "o", "r", "z", "n", "c", "h") if name in found.parts]
        self._names = ["x", *order]
        rows = [(tr(NAMES["x"]), found.x), *((tr(NAMES[name]), found.parts[name]) for name in order)]
        self.bars.show_rows(rows, step)
        self._show_formula(self.of_cell(), step)
        self._show_profile(found, predicted(cell, found), cell.kind)

    def of_cell(self) -> OfCell:
        """The cell and its way, so that each number of it can be asked about."""
        cell = self.cell()
        return OfCell(cell, self.walk(cell), self.size.value, self.strength.value)

    def _show_formula(self, one: OfCell, step: int) -> None:
        """The number that was picked; of an LSTM's state its cell too."""
        name, unit = self.picked if self.picked[0] in self._names else ("h", 0)
        unit = 0 if name == "x" else unit
        told = ["c", "h"] if one.cell.kind == "lstm" and name == "h" else [name]
        found = [one.value(key, step, unit) for key in told]
        pairs = [(line, about) for about in found for line in (about.symbols[0], *about.numbers)]
        self.formula.tell([line for line, _ in pairs], lambda line: [Question(pairs[line][1], tr("Why this value?"))])

    def _pick(self, row: int, step: int, unit: int) -> None:
        """Look at a bar."""
        self.picked = (self._names[row], unit)
        if self.kind.currentData() == "mine":
            self.unit.set_value(unit + 1)
        self._look_at(step)

    def _questions(self, place: Hashable) -> list[Question]:
        """About a bar."""
        assert isinstance(place, tuple)
        row, step, unit = place
        name = self._names[row]
        if self.kind.currentData() == "mine":
            return about_unit(self.layer.currentData(), _QUANTITIES[name], unit, step)
        one = self.of_cell()
        value = Question(one.value(name, step, unit), tr("Why this value?"))
        if name not in ("h", "c"):
            return [value]
        gradient = Question(one.gradient(step, unit, name == "c"), tr("Why the gradient of this value?"))
        return [value, gradient]

    def questions_at(self, chart: Chart, x: float, y: float) -> list[Question]:
        if self.kind.currentData() == "mine":
            return self._questions_of_mine(x, y)
        one = self.of_cell()
        step, last = min(max(0, round(x) - 1), len(one.found.x) - 1), len(one.found.x) - 1
        curves = {"h": one.found.profile, "p": predicted(one.cell, one.found)}
        if one.found.cell_profile is not None:
            curves["c"] = one.found.cell_profile
        nearest = min(curves, key=lambda key: abs(np.log(max(curves[key][step], 1e-30) / max(y, 1e-30))))
        found = []
        for key in sorted(curves, key=lambda key: key != nearest):
            if key == "p":
                found.append(Question(one.foretold(step), tr("Why is this foretold?")))
                continue
            which = f" (dL/d{key})" if "c" in curves else ""
            found.append(Question(one.profile(step, key == "c"), tr("Why this gradient?") + which))
        if step < last:
            found.append(Question(one.left(step, step + 1, nearest == "c"), tr("How much passes this step?")))
        return found

    def _show_profile(self, found: Walk, foreseen: np.ndarray, kind: str) -> None:
        steps = np.arange(1.0, len(found.x) + 1)
        self._draw_profile(steps, found.profile, found.cell_profile, foreseen)
        shares = [
            float(curve[0] / curve[-1]) if curve[-1] else 0.0
            for curve in (found.profile if found.cell_profile is None else found.cell_profile, foreseen)
        ]
        share, foretold = asked("share", number(shares[0])), asked("foreseen", number(shares[1]))
        self.words.tell(tr(_SENTENCES[kind], share=share, foreseen=foretold), self._shares)

    def _shares(self) -> dict[str, Question]:
        one = self.of_cell()
        share = one.left(0, len(one.found.x) - 1, one.found.cell_gradient is not None)
        return {
            "share": Question(share, tr("Why so much of the gradient?")),
            "foreseen": Question(one.left_of_foretold(), tr("Why is so much foretold?")),
        }

    def _draw_profile(
        self, steps: np.ndarray, measured: np.ndarray, cell: np.ndarray | None, foreseen: np.ndarray | None
    ) -> None:
        curves = [c for c in (measured, cell, foreseen) if c is not None]
        every = np.concatenate(curves)
        every = every[np.isfinite(every)]
        scale = Log.around(every)
        self.profile.set_scales(x=Linear(whole=True), y=scale)
        places = scale.place(every)
        places = places[np.isfinite(places)]
        low, high = (float(places.min()), float(places.max())) if len(places) else (-1.0, 0.0)
        self.profile.show_places((1.0, float(max(2, len(steps)))), (low, high))
        for line, curve in ((self.measured, measured), (self.cell_line, cell), (self.prediction, foreseen)):
            if curve is None:
                line.clear()
            else:
                line.set(steps, curve)

    # The user's own network.

    def _show_mine(self) -> None:
        self._fill_layers()
        layer = self.layer.currentData()
        examination = self.runner.examination
        values = examination.activations.get(layer) if examination and layer else None
        there = values is not None and values.ndim == 2
        for widget in (self.bars, self.profile, self.words):
            widget.setVisible(there)
        self.formula.setVisible(there)
        self.empty.setVisible(not there)
        if not there or examination is None:
            return
        values = values[:, :MINE]
        rows, self._names = [(tr("state h"), values)], ["h"]
        if layer in examination.cells:
            rows.append((tr("cell c"), np.tanh(examination.cells[layer][:, :MINE])))
            self._names.append("c")
        if layer in examination.gradients:
            slope = examination.gradients[layer][:, :MINE]
            rows.append((tr("gradient dL/dh"), _to_one(slope)))
            self._names.append("g")
        step = min(round(self.step.value), len(values)) - 1
        self.bars.show_rows(rows, step)
        name = self.picked[0] if self.picked[0] in self._names else "h"
        self.asking.ask(Number(_QUANTITIES[name], layer, min(round(self.unit.value), values.shape[1]) - 1, step))
        self._show_my_formula()
        self._show_my_profile(layer)

    def _show_my_formula(self) -> None:
        """The chosen unit's value with the numbers in it, as the worker has traced them."""
        if self.kind.currentData() != "mine":
            return
        found = self.asking.answer
        lines = (*found.symbols, *found.numbers) if found is not None else ()
        number = self.asking.number
        self.formula.tell(lines, None if number is None else lambda line: [Question(number)])

    def _show_my_profile(self, layer: str) -> None:
        examination = self.runner.examination
        assert examination is not None
        report = self.runner.report
        measured = np.linalg.norm(examination.gradients[layer], axis=1) if layer in examination.gradients else None
        if report is not None and layer in report.gradients:
            measured = report.gradients[layer].total
        if measured is None or not np.isfinite(measured).any():
            self.profile.hide()
            self.words.tell(tr("No gradient was measured yet: take a training step."), None)
            return
        found = self._my_matrix(layer)
        size = None if found is None else float(np.linalg.norm(found[1], 2))
        end = float(measured[-1])
        foreseen = None if size is None or not end else end * size ** np.arange(len(measured) - 1, -1, -1.0)
        self._draw_profile(np.arange(1.0, len(measured) + 1), measured, None, foreseen)
        if size is None:
            self.words.tell(
                tr("Solid: measured in your training. This layer has no recurrent matrix of its own."), None
            )
            return
        self.words.tell(
            tr(
                "Solid: measured in your training. Dashed: predicted from |W| = {size}.",
                size=asked("size", number(size)),
            ),
            lambda: {"size": Question(self._my_size(layer), tr("Why this size?"))},
        )

    def _my_matrix(self, layer: str) -> tuple[str, np.ndarray] | None:
        """The recurrent matrix of a layer (of the first gate where there are several), and the name of its tensor."""
        network, weights = self.document.project.network, self.runner.weights
        names = [f"{link.id}.weight" for link in network.into(layer) if link.source == layer and link.delay == 1]
        name = next((name for name in (*names, f"{layer}.weight_hh") if name in weights), None)
        return None if name is None else (name, weights[name][: weights[name].shape[1]])

    def _my_size(self, layer: str) -> Aggregate:
        found = self._my_matrix(layer)
        assert found is not None
        name, matrix = found
        title = Words("The size |W| of the recurrent weights of “{layer}”", {"layer": self.layer.currentText()})
        return stretch(title, matrix, lambda row, column: Number("weight", layer, row, None, name, column))

    def _questions_of_mine(self, x: float, y: float) -> list[Question]:
        """About the gradient through the user's layer at a step, as it was measured and as it is foretold."""
        layer, measured = self.layer.currentData(), self.measured.values[1]
        if not layer or not len(measured):
            return []
        step = min(max(0, round(x) - 1), len(measured) - 1)
        report, last = self.runner.report, len(measured) - 1
        if report is None or layer not in report.gradients:
            found = about_layer(layer, step, gradient=True)
            end = Part(_END, float(measured[-1]))
        else:
            profile = Profile(
                self.document, self.runner.run, layer, self.layer.currentText(), "total", report.batch, measured
            )
            found, end = [profile.question(step)], Part(_END, float(measured[-1]), profile.at(last))
        foreseen = self.prediction.values[1]
        if len(foreseen) == len(measured) and step < last:
            size = self._my_size(layer)
            title = Words("What is foretold of the gradient at t = {step}", {"step": step + 1})
            told = foretold(title, end, Part(r"\left| W \right|", size.value, size), last - step)
            away = [abs(np.log(max(curve[step], 1e-30) / max(y, 1e-30))) for curve in (measured, foreseen)]
            question = Question(told, tr("Why is this foretold?"))
            found = [question, *found] if away[1] < away[0] else [*found, question]
        return found

    def _fill_layers(self) -> None:
        examination = self.runner.examination
        network = self.document.project.network
        there = examination.activations if examination is not None else {}
        wanted = [(network.layers[k].name, k) for k, v in there.items() if v.ndim == 2 and k in network.layers]
        if wanted == [(self.layer.itemText(i), self.layer.itemData(i)) for i in range(self.layer.count())]:
            return
        chosen = self.layer.currentData()
        looped = {link.target for link in network.links.values() if link.recurrent}
        looped |= {layer.id for layer in network.of_kind("rnn", "lstm", "gru")}
        first = next((k for _, k in wanted if k in looped), wanted[0][1] if wanted else None)
        self.layer.blockSignals(True)
        self.layer.clear()
        for name, key in wanted:
            self.layer.addItem(name, key)
        keys = [key for _, key in wanted]
        self.layer.setCurrentIndex(keys.index(chosen if chosen in keys else first) if wanted else -1)
        self.layer.blockSignals(False)

    def _live(self) -> None:
        if self.isVisible() and self.kind.currentData() == "mine":
            self.refresh()

    def _look_at(self, step: int) -> None:
        """Look at a 0-based time step."""
        self.step.set_value(max(1, min(len(self.bars.rows[0][1]) if self.bars.rows else 1, step + 1)))
        self.refresh()


def _to_one(values: np.ndarray) -> np.ndarray:
    """Scaled so that the largest is 1 or -1; as it is where all are 0 or one is no number."""
    largest = float(np.abs(values).max(initial=0.0))
    return values / largest if 0.0 < largest < np.inf else values
