"""Explorer 3: feed-forward. A sample walks through a small network layer by layer, with the arithmetic of each neuron."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from core.catalogue.activations import ACTIVATIONS
from core.explore.activations import SCALAR
from core.explore.feed_forward import Pass, SmallNetwork
from core.formula import factor, latex_number, summed
from core.why.labs.walked import Small
from gui.document import Document
from gui.explorers.asked import AskedFormula
from gui.explorers.net_picture import NetPicture
from gui.explorers.parts import Explorer, Slider, drop
from gui.icons import icon
from gui.runner import Runner
from gui.text import tr
from gui.why.here import Question
from gui.widgets import bold, muted

SIZES = (2, 3, 2)
_INTRODUCTION = (
    "A sample enters on the left. Each layer takes the numbers before it, weighs and adds them, and bends the sum. "
    "Press Next to let it walk; click a neuron to see how its number came about."
)


class FeedForwardExplorer(Explorer):
    """Input -> hidden -> output, one layer at a time."""

    key = "feed_forward"
    title = "Feed-forward"

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(document, runner, parent)
        self.inputs = [Slider(tr("Input {n}", n=i + 1), -2, 2, start) for i, start in enumerate((0.8, -0.5))]
        self.hidden = drop(ACTIVATIONS, SCALAR, "tanh", tr("Activation of the hidden layer"))
        self.output = drop(ACTIVATIONS, SCALAR, "sigmoid", tr("Activation of the output"))
        self.seed = Slider(tr("Other weights"), 0, 20, 1, 0)
        self.reached = 0
        self.neuron: tuple[int, int] = (1, 0)
        self.add(muted(tr(_INTRODUCTION)))
        self.add(*self.inputs, bold(tr("Hidden layer")), self.hidden, bold(tr("Output")), self.output, self.seed)
        self.picture = NetPicture(document)
        self.picture.questions = self._questions
        self.picture.neuron_clicked.connect(self._choose)
        self.formula = AskedFormula(document, 17)
        self.words = muted()
        self.next = QPushButton(icon("step-batch"), tr("Next"))
        self.back = QPushButton(tr("Start again"))
        buttons = QHBoxLayout()
        for button in (self.back, self.next):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.view.addWidget(self.picture, 1)
        self.view.addLayout(buttons)
        self.view.addWidget(self.words)
        self.view.addWidget(self.formula)
        self.next.clicked.connect(self._forward)
        self.back.clicked.connect(self._restart)
        for slider in (*self.inputs, self.seed):
            slider.changed.connect(self.refresh)
        for box in (self.hidden, self.output):
            box.currentIndexChanged.connect(self.refresh)
        self.refresh()

    @property
    def network(self) -> SmallNetwork:
        """The network that the controls describe."""
        names = self.hidden.currentData(), self.output.currentData()
        return SmallNetwork.drawn(SIZES, *names, round(self.seed.value))

    def refresh(self) -> None:
        network = self.network
        walk = network.forward(np.array([slider.value for slider in self.inputs]))
        titles = [tr("Input"), tr("Hidden layer"), tr("Output")]
        self.picture.marked = self.neuron if self.neuron[0] <= self.reached else None
        self.picture.setAccessibleName(
            tr("Network: neuron {unit} of layer {layer} is chosen", unit=self.neuron[1] + 1, layer=self.neuron[0])
        )
        self.picture.show_network(network, walk.values, reached=self.reached, titles=titles)
        self.next.setEnabled(self.reached < len(SIZES) - 1)
        if self.reached == 0:
            self.words.setText(tr("The sample is at the input. Press Next."))
            self.formula.tell([rf"x = ({', '.join(latex_number(v) for v in walk.values[0])})"], None)
            return
        self.words.setText(
            tr("Neuron {unit} of layer {layer}: its sum and its output.", unit=self.neuron[1] + 1, layer=self.neuron[0])
        )
        self.formula.tell(self._arithmetic(network, walk), self._questions_of_line)

    def small(self) -> Small:
        """The network with the sample walked through it."""
        network = self.network
        walk = network.forward(np.array([slider.value for slider in self.inputs]))
        return Small(network, walk, round(self.seed.value))

    def _questions(self, place: Hashable) -> list[Question]:
        assert isinstance(place, tuple)
        kind, layer, unit, *source = place
        if kind == "weight":
            return [Question(self.small().weight(layer + 1, unit, source[0]), tr("Why this weight?"))]
        if layer > self.reached:
            return []
        value = Question(self.small().value(layer, unit), tr("Why this value?"))
        return [value, Question(self.small().sum(layer, unit), tr("Why this sum?"))] if layer else [value]

    def _questions_of_line(self, line: int) -> list[Question]:
        found = self._questions(("neuron", *self.neuron))
        return found[::-1] if line == 0 else found

    def _arithmetic(self, network: SmallNetwork, walk: Pass) -> list[str]:
        layer, unit = self.neuron
        if layer == 0:
            return [rf"x_{unit + 1} = {latex_number(walk.values[0][unit])}"]
        weights, bias = network.weights[layer - 1][unit], network.biases[layer - 1][unit]
        terms = [rf"{factor(w)} \cdot {factor(v)}" for w, v in zip(weights, walk.values[layer - 1])]
        terms.append(latex_number(bias))
        z, a = walk.sums[layer - 1][unit], walk.values[layer][unit]
        name = ACTIVATIONS[network.activations[layer - 1].key].title
        return [
            rf"z_{unit + 1} = {summed(terms)} = {latex_number(z)}",
            rf"a_{unit + 1} = f(z_{unit + 1}) = \text{{{name}}}({latex_number(z)}) = {latex_number(a)}",
        ]

    def _forward(self) -> None:
        self.reached += 1
        self.neuron = (self.reached, 0)
        self.refresh()

    def _restart(self) -> None:
        self.reached, self.neuron = 0, (1, 0)
        self.refresh()

    def _choose(self, layer: int, unit: int) -> None:
        if layer <= self.reached:
            self.neuron = (layer, unit)
            self.refresh()
