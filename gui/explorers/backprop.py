"""Explorer 5: back-propagation. Click a weight of a small network and see the chain rule with the numbers in it."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from core.catalogue.activations import ACTIVATIONS
from core.describe import number
from core.explore.activations import SCALAR
from core.explore.feed_forward import Pass, SmallNetwork
from core.formula import factor, latex_number, summed
from core.why.labs.walked import Small, Taken
from gui.document import Document
from gui.explorers.asked import AskedFormula
from gui.explorers.net_picture import NetPicture, Weight
from gui.explorers.parts import Explorer, Slider, drop
from gui.icons import icon
from gui.runner import Runner
from gui.text import tr
from gui.why.here import Question
from gui.why.told import asked
from gui.widgets import bold, muted

SIZES = (2, 3, 2)
_INTRODUCTION = (
    "How much does the loss change if one weight changes? Click a line to see the answer as a product along the way "
    "from that weight to the loss."
)


class BackpropExplorer(Explorer):
    """Forward, loss, backward, one update."""

    key = "backprop"
    title = "Back-propagation"

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(document, runner, parent)
        self.inputs = [Slider(tr("Input {n}", n=i + 1), -2, 2, start) for i, start in enumerate((0.8, -0.5))]
        self.targets = [Slider(tr("Target {n}", n=i + 1), 0, 1, start) for i, start in enumerate((1.0, 0.0))]
        self.activation = drop(ACTIVATIONS, SCALAR, "tanh", tr("Activation of the hidden layer"))
        self.rate = Slider(tr("Learning rate"), 0.01, 10, 1.0, 2, log=True)
        self.seed = Slider(tr("Other weights"), 0, 20, 1, 0)
        self.network = SmallNetwork.drawn(SIZES, "tanh", "sigmoid", 1)
        self.chosen: Weight = (0, 0, 0)
        self.past: tuple[Taken, ...] = ()
        """The steps since the weights were drawn."""
        self.compared = False
        """Whether the loss before the last step is told: inputs and targets are still the same."""
        self.add(muted(tr(_INTRODUCTION)))
        self.add(*self.inputs, *self.targets, bold(tr("Hidden layer")), self.activation, self.rate, self.seed)
        self._make_view()
        for slider in (*self.inputs, *self.targets, self.rate):
            slider.changed.connect(self._changed)
        self.seed.changed.connect(self._redraw)
        self.activation.currentIndexChanged.connect(self._redraw)
        self.refresh()

    def _make_view(self) -> None:
        self.picture = NetPicture(self.document)
        self.picture.questions = self._questions
        self.picture.chosen = self.chosen
        self.picture.weight_clicked.connect(self._choose)
        self.formula = AskedFormula(self.document, 16)
        self.legend = muted(
            tr("In each neuron its value; under it the gradient of the loss with respect to that value.")
        )
        self.words = self.said()
        font = self.words.font()
        font.setBold(True)
        self.words.setFont(font)
        self.update_button = QPushButton(icon("step-batch"), tr("Take one step"))
        self.again = QPushButton(tr("Start again"))
        self.update_button.clicked.connect(self._step)
        self.again.clicked.connect(self._redraw)
        row = QHBoxLayout()
        row.addWidget(self.update_button)
        row.addWidget(self.again)
        row.addWidget(self.words, 1)
        self.view.addWidget(self.picture, 1)
        self.view.addWidget(self.legend)
        self.view.addWidget(self.formula)
        self.view.addLayout(row)

    def walk(self) -> Pass:
        """The sample forward and backward."""
        walk = self.network.forward(np.array([slider.value for slider in self.inputs]))
        self.network.backward(walk, np.array([slider.value for slider in self.targets]))
        return walk

    def refresh(self) -> None:
        walk = self.walk()
        titles = [tr("Input"), tr("Hidden layer"), tr("Output")]
        self.picture.chosen = self.chosen
        layer, unit, source = self.chosen
        self.picture.setAccessibleName(
            tr(
                "Network: the weight from {source} to {unit} of layer {layer} is chosen",
                source=source + 1,
                unit=unit + 1,
                layer=layer + 1,
            )
        )
        self.picture.show_network(self.network, walk.values, walk.value_gradients, titles=titles)
        self.formula.tell(self._chain(walk), self._questions_of_line)
        loss = asked("loss", number(walk.loss, 5))
        if not self.compared:
            self.words.tell(tr("Loss {loss}", loss=loss), self._losses)
            return
        before = asked("before", number(self.past[-1].before.walk.loss, 5))
        self.words.tell(tr("Loss {loss}, before this step {before}", loss=loss, before=before), self._losses)

    def small(self) -> Small:
        """The network with the sample walked through it, and its past."""
        target = np.array([slider.value for slider in self.targets])
        return Small(self.network, self.walk(), round(self.seed.value), target, self.past)

    def _losses(self) -> dict[str, Question]:
        found = {"loss": Question(self.small().loss(), tr("Why this loss?"))}
        if self.compared:
            found["before"] = Question(self.past[-1].before.loss(), tr("Why this loss before the step?"))
        return found

    def _questions(self, place: Hashable) -> list[Question]:
        assert isinstance(place, tuple)
        kind, layer, unit, *source = place
        small = self.small()
        if kind == "weight":
            return self._questions_of_weight((layer, unit, source[0]))
        value = Question(small.value(layer, unit), tr("Why this value?"))
        gradient = Question(small.gradient(layer, unit), tr("Why this gradient?"))
        return [gradient, value] if kind == "under" else [value, gradient]

    def _questions_of_weight(self, weight: Weight) -> list[Question]:
        (layer, unit, source), small = weight, self.small()
        return [
            Question(small.weight(layer + 1, unit, source), tr("Why this weight?")),
            Question(small.weight_gradient(layer + 1, unit, source), tr("Why this gradient?")),
            Question(
                small.updated(layer + 1, unit, source, self.rate.value), tr("Why this weight after the next step?")
            ),
        ]

    def _questions_of_line(self, line: int) -> list[Question]:
        layer, unit, _ = self.chosen
        weight, gradient, updated = self._questions_of_weight(self.chosen)
        if line == (3 if layer == 0 else 2):
            return [updated, weight, gradient]
        if layer == 0 and line == 1:
            return [Question(self.small().gradient(1, unit), tr("Why this gradient of the value?")), gradient]
        return [gradient, weight]

    def _chain(self, walk: Pass) -> list[str]:
        """The product from the weight to the loss, in letters and in numbers, and the update that follows."""
        layer, unit, source = self.chosen
        w, g = self.network.weights[layer][unit, source], walk.weight_gradients[layer][unit, source]
        letter = "w" if layer == 0 else "v"
        name = f"{letter}_{{{unit + 1}{source + 1}}}"
        lines = [self._whole(walk, layer, unit, name), self._product(walk, layer, unit, source, name)]
        if layer == 0:
            lines.insert(1, self._through_outputs(walk, unit))
        rate = self.rate.value
        lines.append(
            rf"{name} \leftarrow {latex_number(w)} - {latex_number(rate)} \cdot {factor(g, 5)} = {latex_number(w - rate * g, 5)}"
        )
        return lines

    def _whole(self, walk: Pass, layer: int, unit: int, name: str) -> str:
        value, incoming = (f"h_{unit + 1}", "x") if layer == 0 else (f"f_{unit + 1}", "h")
        return (
            rf"\frac{{\partial L}}{{\partial {name}}} = \frac{{\partial L}}{{\partial {value}}} \cdot "
            rf"\frac{{\partial {value}}}{{\partial z_{unit + 1}}} \cdot \frac{{\partial z_{unit + 1}}}{{\partial {name}}}"
            rf" = \frac{{\partial L}}{{\partial {value}}} \cdot f'(z_{unit + 1}) \cdot {incoming}_{{{self.chosen[2] + 1}}}"
        )

    def _through_outputs(self, walk: Pass, unit: int) -> str:
        """dL/dh as the sum over the outputs that the neuron feeds."""
        terms = [rf"{factor(v)} \cdot {factor(e)}" for v, e in zip(self.network.weights[1][:, unit], walk.errors[1])]
        total = walk.value_gradients[1][unit]
        return (
            rf"\frac{{\partial L}}{{\partial h_{unit + 1}}} = \sum_k v_{{k{unit + 1}}} "
            rf"\frac{{\partial L}}{{\partial z_k}} = {summed(terms)} = {latex_number(total)}"
        )

    def _product(self, walk: Pass, layer: int, unit: int, source: int, name: str) -> str:
        parts = (
            walk.value_gradients[layer + 1][unit],
            walk.slopes[layer][unit],
            walk.values[layer][source],
        )
        product = r" \cdot ".join(factor(part) for part in parts)
        result = walk.weight_gradients[layer][unit, source]
        return rf"\frac{{\partial L}}{{\partial {name}}} = {product} = {latex_number(result, 5)}"

    def _choose(self, weight: Weight) -> None:
        self.chosen = weight
        self.refresh()

    def _changed(self) -> None:
        self.compared = False
        self.refresh()

    def _step(self) -> None:
        small = self.small()
        self.past, self.compared = (*self.past, Taken(small, self.rate.value)), True
        self.network = self.network.stepped(small.walk, self.rate.value)
        self.refresh()

    def _redraw(self) -> None:
        self.past, self.compared = (), False
        self.network = SmallNetwork.drawn(SIZES, self.activation.currentData(), "sigmoid", round(self.seed.value))
        self.refresh()
