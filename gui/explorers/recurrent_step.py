"""Explorer 7: the recurrent step. A cell walks through time; gates and states as bars, and the gradient on its way back."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from core.describe import number
from core.explore.cells import Cell, Walk, make_cell, predicted, walk
from core.formula import factor, latex_number
from core.why import walked
from core.why.numbers import Number
from gui.asking import Asking
from gui.document import Document
from gui.explorers.parts import Explorer, Slider
from gui.folding import folded
from gui.formula import FormulaView
from gui.icons import icon
from gui.plots.chart import Chart
from gui.plots.scales import Linear, Log
from gui.runner import Runner
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question
from gui.why.questions import about_layer
from gui.widgets import bold, muted, words

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
_NAMES = {
    "x": "input x", "h": "state h", "c": "cell c", "i": "input gate i", "f": "forget gate f", "g": "candidate g",
    "o": "output gate o", "r": "reset gate r", "z": "update gate z", "n": "candidate n",
}  # fmt: skip
_INPUTS = {
    "wave": ("A wave", lambda t: np.sin(0.6 * t)),
    "pulse": ("One pulse at the start", lambda t: (t == 0) * 1.0),
    "switch": ("On and off", lambda t: np.where((t // 5) % 2 == 0, 1.0, -1.0)),
}


MINE = 24
"""Units of a layer of the user's own network that are drawn."""


class Bars(QWidget):
    """Rows of bars over time: each row a gate or state, each column a time step, each bar a unit."""

    step_clicked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(170)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.rows: list[tuple[str, np.ndarray]] = []
        self.step = 0

    def show_rows(self, rows: list[tuple[str, np.ndarray]], step: int) -> None:
        """Draw (name, (steps, units)) rows with a time step marked."""
        self.rows, self.step = rows, step
        self.update()

    def _grid(self) -> tuple[float, float, float, int]:
        """Left edge, column width, row height, steps."""
        steps = len(self.rows[0][1]) if self.rows else 1
        left = 110.0
        return left, (self.width() - left - 6) / max(1, steps), (self.height() - 20) / max(1, len(self.rows)), steps

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left, column, _, steps = self._grid()
        step = int((event.position().x() - left) / column)
        if 0 <= step < steps and event.position().x() >= left:
            self.step_clicked.emit(step)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        left, column, height, steps = self._grid()
        selected = QRectF(left + self.step * column, 0, column, self.height())
        shade = theme().color("selection")
        shade.setAlpha(60)
        painter.fillRect(selected, shade)
        for place, (name, values) in enumerate(self.rows):
            self._paint_row(painter, name, values, QRectF(0, place * height, self.width(), height), left, column)
        painter.setPen(theme().color("muted"))
        every = max(1, round(30 / column))
        for step in range(0, steps, every):
            place = QRectF(left + step * column - 20, self.height() - 18, 40 + column, 18)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(step + 1))
        painter.end()

    def _paint_row(
        self, painter: QPainter, name: str, values: np.ndarray, box: QRectF, left: float, column: float
    ) -> None:
        painter.setPen(theme().color("text"))
        text = QRectF(0, box.top(), left - 8, box.height())
        painter.drawText(text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
        middle, half = box.center().y(), box.height() / 2 - 4
        painter.setPen(QPen(theme().color("plot_grid"), 1))
        painter.drawLine(int(left), int(middle), int(box.right()) - 6, int(middle))
        units = values.shape[1]
        width = max(1.0, (column - 3) / units)
        for step, unit in np.ndindex(*values.shape):
            value = float(np.clip(values[step, unit], -1.0, 1.0))
            bar = QRectF(left + step * column + 1.5 + unit * width, middle, max(1.0, width - 0.6), -value * half)
            painter.fillRect(bar.normalized(), theme().color("positive" if value >= 0 else "negative"))


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
        self.bars = Bars()
        self.bars.step_clicked.connect(self._look_at)
        self.formula = FormulaView(size=15)
        self.empty = muted(tr("Your network has no state to show yet: press Play or step in the main window."))
        self.profile = self.chart("recurrent_profile", tr("time step t"), tr("gradient |dL/dh|"))
        self.profile.align_left(58)
        self.measured = self.profile.line("series1", dots=True)
        self.cell_line = self.profile.line("series3")
        self.prediction = self.profile.line("series2", dashes=(6, 5))
        self.words = words()
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
        rows = [(tr(_NAMES["x"]), found.x), *((tr(_NAMES[name]), found.parts[name]) for name in order)]
        self.bars.show_rows(rows, step)
        self.formula.show_lines(_LINES[cell.kind](cell, found, step))
        self._show_profile(found, predicted(cell, found), cell.kind)

    def questions_at(self, chart: Chart, x: float, y: float) -> list[Question]:
        if self.kind.currentData() == "mine":
            layer, steps = self.layer.currentData(), len(self.bars.rows[0][1]) if self.bars.rows else 0
            step = min(max(0, round(x) - 1), steps - 1)
            return about_layer(layer, step, gradient=True) if layer and steps else []
        found = self.walk(self.cell())
        step = min(max(0, round(x) - 1), len(found.x) - 1)
        parts = [False] if found.cell_gradient is None else [False, True]
        profiles = {False: found.profile, True: found.cell_profile}
        parts.sort(key=lambda part: abs(np.log(max(profiles[part][step], 1e-30) / max(y, 1e-30))))
        return [Question(walked.cell_gradient(found, step, part), tr("Why this gradient?")) for part in parts]

    def _show_profile(self, found: Walk, foreseen: np.ndarray, kind: str) -> None:
        steps = np.arange(1.0, len(found.x) + 1)
        self._draw_profile(steps, found.profile, found.cell_profile, foreseen)
        shares = [
            float(curve[0] / curve[-1]) if curve[-1] else 0.0
            for curve in (found.profile if found.cell_profile is None else found.cell_profile, foreseen)
        ]
        self.words.setText(tr(_SENTENCES[kind], share=number(shares[0]), foreseen=number(shares[1])))

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
        rows = [(tr("state h"), values)]
        if layer in examination.cells:
            rows.append((tr("cell c"), np.tanh(examination.cells[layer][:, :MINE])))
        if layer in examination.gradients:
            slope = examination.gradients[layer][:, :MINE]
            rows.append((tr("gradient dL/dh"), _to_one(slope)))
        step = min(round(self.step.value), len(values)) - 1
        self.bars.show_rows(rows, step)
        self.asking.ask(Number("value", layer, min(round(self.unit.value), values.shape[1]) - 1, step))
        self._show_my_formula()
        self._show_my_profile(layer)

    def _show_my_formula(self) -> None:
        """The chosen unit's value with the numbers in it, as the worker has traced them."""
        if self.kind.currentData() != "mine":
            return
        found = self.asking.answer
        lines = (*found.symbols, *found.numbers) if found is not None else ()
        width = max(200, self.formula.width() - 20)
        self.formula.show_lines([line for one in lines for line in folded(one, width)])

    def _show_my_profile(self, layer: str) -> None:
        examination = self.runner.examination
        assert examination is not None
        report = self.runner.report
        measured = np.linalg.norm(examination.gradients[layer], axis=1) if layer in examination.gradients else None
        if report is not None and layer in report.gradients:
            measured = report.gradients[layer].total
        if measured is None or not np.isfinite(measured).any():
            self.profile.hide()
            self.words.setText(tr("No gradient was measured yet: take a training step."))
            return
        size = self._my_size(layer)
        end = float(measured[-1])
        foreseen = None if size is None or not end else end * size ** np.arange(len(measured) - 1, -1, -1.0)
        self._draw_profile(np.arange(1.0, len(measured) + 1), measured, None, foreseen)
        if size is None:
            self.words.setText(tr("Solid: measured in your training. This layer has no recurrent matrix of its own."))
        else:
            self.words.setText(
                tr("Solid: measured in your training. Dashed: predicted from |W| = {size}.", size=number(size))
            )

    def _my_size(self, layer: str) -> float | None:
        """Largest stretch by the recurrent matrix of a layer."""
        network, weights = self.document.project.network, self.runner.weights
        names = [f"{link.id}.weight" for link in network.into(layer) if link.source == layer and link.delay == 1]
        found = next((weights[name] for name in (*names, f"{layer}.weight_hh") if name in weights), None)
        if found is None:
            return None
        return float(np.linalg.norm(found[: found.shape[1]], 2))

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


def _past(found: Walk, name: str, step: int) -> float:
    return float(found.parts[name][step - 1, 0]) if step else 0.0


def _elman_lines(cell: Cell, found: Walk, t: int) -> list[str]:
    past = found.parts["h"][t - 1] if t else np.zeros(cell.units)
    own, back = float(cell.weight_ih[0] @ found.x[t]), float(cell.weight_hh[0] @ past)
    return [
        r"h_t = \tanh(W_x x_t + W_h h_{t-1})",
        rf"h_{{{t + 1},1}} = \tanh({latex_number(own)} + {factor(back)}) = {latex_number(found.parts['h'][t, 0])}",
    ]


def _lstm_lines(cell: Cell, found: Walk, t: int) -> list[str]:
    i, f, g, o, c, h = (float(found.parts[name][t, 0]) for name in ("i", "f", "g", "o", "c", "h"))
    return [
        r"c_t = f_t \odot c_{t-1} + i_t \odot g_t \qquad h_t = o_t \odot \tanh(c_t)",
        rf"c_{{{t + 1},1}} = {factor(f)} \cdot {factor(_past(found, 'c', t))} + {factor(i)} \cdot {factor(g)} = "
        rf"{latex_number(c)} \qquad h_{{{t + 1},1}} = {factor(o)} \cdot \tanh({latex_number(c)}) = {latex_number(h)}",
    ]


def _gru_lines(cell: Cell, found: Walk, t: int) -> list[str]:
    z, n, h = (float(found.parts[name][t, 0]) for name in ("z", "n", "h"))
    return [
        r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}",
        rf"h_{{{t + 1},1}} = (1 - {latex_number(z)}) \cdot {factor(n)} + {factor(z)} \cdot "
        rf"{factor(_past(found, 'h', t))} = {latex_number(h)}",
    ]


_LINES = {"elman": _elman_lines, "lstm": _lstm_lines, "gru": _gru_lines}


def _to_one(values: np.ndarray) -> np.ndarray:
    """Scaled so that the largest is 1 or -1; as it is where all are 0 or one is no number."""
    largest = float(np.abs(values).max(initial=0.0))
    return values / largest if 0.0 < largest < np.inf else values
