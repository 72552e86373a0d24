"""Explorer 1: one neuron. Inputs, weights and bias on sliders; the sum, the activation and the output as numbers."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.catalogue.activations import ACTIVATIONS
from core.catalogue.spec import Choice
from core.describe import number
from core.explore.activations import SCALAR, value
from core.formula import factor, latex_number, summed
from core.why.labs import walked
from gui.document import Document
from gui.explorers.asked import AskedFormula, AskedPicture, ahead
from gui.explorers.parts import Explorer, Slider, drop
from gui.plots.chart import Chart
from gui.runner import Runner
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question
from gui.widgets import bold, muted

REACH = 3.0
_INPUTS = 3


class NeuronPicture(AskedPicture):
    """The neuron as a drawing: inputs, weighted lines, sum, activation, output. Its places are ("x", n), ("w", n) with the
    bias as the last weight, ("z", 0) and ("y", 0)."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.setMinimumHeight(200)
        self.x, self.w, self.bias, self.sum, self.output, self.name = np.zeros(2), np.zeros(2), 0.0, 0.0, 0.0, ""

    def show_numbers(self, x: np.ndarray, w: np.ndarray, bias: float, z: float, output: float, name: str) -> None:
        """Draw these numbers."""
        self.x, self.w, self.bias, self.sum, self.output, self.name = x, w, bias, z, output, name
        if self.cursor_at not in self.places():
            self.cursor_at = None
        self.setAccessibleName(tr("Neuron: sum {sum}, output {output}", sum=number(z), output=number(output)))
        self.update()

    def _start(self, at: int) -> QPointF:
        """The middle of an input; behind the last one is the bias."""
        return QPointF(self.width() * 0.12, self.height() * (at + 0.5) / (len(self.x) + 1))

    def _middle(self, of: str) -> QPointF:
        return QPointF(self.width() * (0.48 if of == "z" else 0.86), self.height() / 2)

    def places(self) -> list[Hashable]:
        """All of them, from left to right."""
        count = len(self.x)
        return [*(("x", n) for n in range(count)), *(("w", n) for n in range(count + 1)), ("z", 0), ("y", 0)]

    def area(self, place: Hashable) -> QRectF:
        assert isinstance(place, tuple)
        kind, at = place
        if kind == "w":
            start = self._start(at)
            return QRectF(-46, -11, 92, 22).translated(start + (self._middle("z") - start) * 0.45)
        middle, side = (self._start(at), 26.0) if kind == "x" else (self._middle(kind), 36.0 if kind == "z" else 32.0)
        return QRectF(-side, -side, 2 * side, 2 * side).translated(middle)

    def place_at(self, point: QPointF) -> Hashable | None:
        return next((place for place in self.places() if self.area(place).contains(point)), None)

    def moved(self, place: Hashable | None, key: Qt.Key, shift: bool) -> Hashable | None:
        return ahead(self.places(), place, key)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, end = self._middle("z"), self._middle("y")
        for place, (x, w) in enumerate(zip([*self.x, 1.0], [*self.w, self.bias])):
            at = self._start(place)
            self._line(painter, at, middle, w)
            name = f"x{place + 1}" if place < len(self.x) else ""
            self._circle(painter, at, 24, number(x), name)
            label = (tr("bias {value}") if place == len(self.x) else tr("weight {value}")).format(value=number(w))
            self._label(painter, self.area(("w", place)).center(), label)
        self._line(painter, middle, end, 0.6, "layer_edge")
        self._circle(painter, middle, 34, number(self.sum), "Σ")
        self._label(painter, (middle + end) / 2, self.name)
        self._circle(painter, end, 30, number(self.output), "y", theme().sign_color(self.output))
        self.paint_cursor(painter)
        painter.end()

    def _line(self, painter: QPainter, start: QPointF, end: QPointF, weight: float, color: str = "") -> None:
        name = color or ("positive" if weight >= 0 else "negative")
        painter.setPen(QPen(theme().color(name), 0.8 + 2.2 * min(3.0, abs(weight))))
        painter.drawLine(start, end)

    def _circle(self, painter: QPainter, at: QPointF, radius: float, text: str, name: str, fill: object = None) -> None:
        ground = fill or theme().color("layer")
        painter.setPen(QPen(theme().color("layer_edge"), 1.5))
        painter.setBrush(ground)
        painter.drawEllipse(at, radius, radius)
        dark_ground = ground.lightness() < 128
        painter.setPen(Qt.GlobalColor.white if dark_ground else Qt.GlobalColor.black)
        painter.drawText(QRectF(at.x() - radius, at.y() - 8, 2 * radius, 16), Qt.AlignmentFlag.AlignCenter, text)
        painter.setPen(theme().color("muted"))
        # An input has others above it, so that its name stands beside it.
        beside = QRectF(at.x() - radius - 30, at.y() - 8, 24, 16)
        above = QRectF(at.x() - radius, at.y() - radius - 17, 2 * radius, 16)
        way = Qt.AlignmentFlag.AlignRight if name.startswith("x") else Qt.AlignmentFlag.AlignHCenter
        place = beside if name.startswith("x") else above
        painter.drawText(place, way | Qt.AlignmentFlag.AlignVCenter, name)

    def _label(self, painter: QPainter, at: QPointF, text: str) -> None:
        width = painter.fontMetrics().horizontalAdvance(text) + 10
        box = QRectF(at.x() - width / 2, at.y() - 9, width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("window"))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(theme().color("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


class NeuronExplorer(Explorer):
    """Inputs, weights, bias -> sum -> activation -> output."""

    key = "neuron"
    title = "Neuron"

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(document, runner, parent)
        self.count = Slider(tr("Number of inputs"), 1, _INPUTS, 2, 0)
        starts = ((1.0, 0.5, -1.0), (0.8, -1.2, 0.5))
        self.inputs = [Slider(tr("Input {n}", n=i + 1), -REACH, REACH, starts[0][i]) for i in range(_INPUTS)]
        self.weights = [Slider(tr("Weight {n}", n=i + 1), -REACH, REACH, starts[1][i]) for i in range(_INPUTS)]
        self.bias = Slider(tr("Bias"), -REACH, REACH, 0.3)
        self.activation = drop(ACTIVATIONS, SCALAR, "tanh", tr("Activation"))
        self.add(muted(tr("A neuron weighs its inputs, adds them up and bends the sum. Drag a slider and watch.")))
        self.add(self.activation, self.count, *self.inputs, *self.weights, self.bias)
        self._make_view()
        for slider in (self.count, *self.inputs, *self.weights, self.bias):
            slider.changed.connect(self.refresh)
        self.activation.currentIndexChanged.connect(self.refresh)
        self.refresh()

    def _make_view(self) -> None:
        self.picture = NeuronPicture(self.document)
        self.picture.questions = self._questions
        self.formula = AskedFormula(self.document, 17)
        self.plane = self.chart("neuron_plane", tr("input 1"), tr("input 2"))
        self.plane.set_scales(x=type(self.plane.y_scale)())
        self.heat = pg.ImageItem(axisOrder="row-major")
        self.plane.addItem(self.heat)
        self.decision = self.plane.line("text", width=1)
        self.point = pg.ScatterPlotItem(size=13)
        self.plane.addItem(self.point)
        self.plane.clicked.connect(self._point_at)
        self.said = bold(tr("Where the output changes side"))
        self.hint = muted(tr("Colour is the output, the line is where the sum is 0. Click to move the inputs there."))
        self.view.addWidget(self.picture, 3)
        self.view.addWidget(self.formula)
        row = QHBoxLayout()
        row.addWidget(self.said)
        self.view.addLayout(row)
        self.view.addWidget(self.hint)
        self.view.addWidget(self.plane, 5)

    def show_entry(self, key: str) -> None:
        self.activation.show_key(key)

    def refresh(self) -> None:
        n = round(self.count.value)
        for i in range(_INPUTS):
            self.inputs[i].setVisible(i < n)
            self.weights[i].setVisible(i < n)
        x = np.array([slider.value for slider in self.inputs[:n]])
        w = np.array([slider.value for slider in self.weights[:n]])
        choice = Choice(self.activation.currentData())
        z = float(w @ x + self.bias.value)
        y = float(value(choice, z))
        self.picture.show_numbers(x, w, self.bias.value, z, y, self.activation.currentText())
        terms = summed([*(rf"{factor(a)} \cdot {factor(b)}" for a, b in zip(w, x)), latex_number(self.bias.value)])
        self.formula.tell(
            [
                rf"z = \sum_{{i}} w_i x_i + b = {terms} = {latex_number(z)}",
                f"y = f(z) = f({latex_number(z)}) = {latex_number(y)}",
            ],
            lambda line: self._questions(("y", 0) if line else ("z", 0)),
        )
        for widget in (self.plane, self.said, self.hint):
            widget.setVisible(n == 2)
        if n == 2:
            self._draw_plane(choice, x, w)

    def _draw_plane(self, choice: Choice, x: np.ndarray, w: np.ndarray) -> None:
        grid = np.linspace(-REACH, REACH, 64)
        sums = w[0] * grid[None, :] + w[1] * grid[:, None] + self.bias.value
        said = value(choice, sums)
        top = max(1.0, float(np.abs(said).max()))
        self.heat.setLookupTable(theme().diverging_table())
        self.heat.setImage(said, levels=(-top, top))
        self.heat.setRect(QRectF(-REACH, -REACH, 2 * REACH, 2 * REACH))
        self.plane.show_places((-REACH, REACH), (-REACH, REACH), padding=0)
        line = self._border(w)
        if line is None:
            self.decision.clear()
        else:
            self.decision.set(*line)
        self.point.setData([x[0]], [x[1]], brush=theme().color("text"), pen=pg.mkPen(theme().color("base"), width=2))

    def _border(self, w: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """Two points on w1 x1 + w2 x2 + b = 0, or None where there is no such line."""
        b, far = self.bias.value, 2 * REACH
        if abs(w[1]) > 1e-9:
            xs = np.array([-far, far])
            return xs, -(w[0] * xs + b) / w[1]
        if abs(w[0]) > 1e-9:
            at = -b / w[0]
            return np.array([at, at]), np.array([-far, far])
        return None

    def questions_at(self, chart: Chart, x: float, y: float) -> list[Question]:
        return self._whole(np.array([x, y]))

    def _questions(self, place: Hashable) -> list[Question]:
        assert isinstance(place, tuple)
        kind, at = place
        found = self._whole(self.picture.x)
        if kind in "yz":
            return found if kind == "y" else found[::-1]
        if kind == "w" and at == len(self.picture.w):
            return [Question(walked.neuron_bias(self.bias.value), tr("Why this bias?"))]
        if kind == "w":
            return [Question(walked.neuron_weight(at, float(self.picture.w[at])), tr("Why this weight?"))]
        if at == len(self.picture.x):
            return []  # what the bias counts is always 1
        return [Question(walked.neuron_input(at, float(self.picture.x[at])), tr("Why this input?"))]

    def _whole(self, x: np.ndarray) -> list[Question]:
        """About output and sum where the inputs are these."""
        choice, w = Choice(self.activation.currentData()), self.picture.w
        return [
            Question(walked.neuron(choice, x, w, self.bias.value), tr("Why this output?")),
            Question(walked.neuron_sum(x, w, self.bias.value), tr("Why this sum?")),
        ]

    def _point_at(self, x: float, y: float) -> None:
        for slider, at in zip(self.inputs, (x, y)):
            slider.set_value(float(np.clip(at, -REACH, REACH)))
        self.refresh()
