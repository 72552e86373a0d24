"""What the pages of “Try it” can be asked: why the network says this to the very input that is tried, and what it hangs on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from core.answers import AROUND_ZERO
from core.data.dataset import Dataset, Normalisation
from core.describe import Words
from core.network import Network
from core.traces import OwnInput
from core.why.answers.tried import complement, opposite
from core.why.data.stored import value
from core.why.numbers import Aggregate, Number, OfOwn
from core.why.training.aggregates import in_unit
from gui.text import tr
from gui.using.beliefs import Beliefs
from gui.why.here import Question


@dataclass(frozen=True, eq=False)
class Tried:
    """An input, and the network that it is tried on."""

    network: Network
    data: Dataset
    activation: str
    """Key of the output's."""
    own: OwnInput

    @classmethod
    def of_main(cls, network: Network, data: Dataset, activation: str, values: np.ndarray) -> Tried:
        """``values`` as every input reads them but the one that is fed back, as core.engine.reading does."""
        main = next(iter(data.inputs))
        inputs = {name: values for name in data.inputs if name in (main,) or name != data.feedback}
        return cls(network, data, activation, OwnInput(inputs))

    def about(self, unit: int, step: int) -> Tried:
        """The same with the gradients of this number of the answer."""
        return replace(self, own=replace(self.own, unit=unit, step=step))

    @property
    def output(self) -> str:
        """Id of the output layer."""
        return self.network.of_kind("output")[0].id

    @property
    def input(self) -> str:
        """Id of the layer that reads the main input."""
        main = next(iter(self.data.inputs))
        layers = self.network.of_kind("input")
        return next((layer.id for layer in layers if layer.params["field"] == main), layers[0].id)

    def embeddings(self) -> list[str]:
        """Ids of the layers that look the codes of the main input up."""
        links = self.network.out_of(self.input)
        return [k.target for k in links if self.network.layers[k.target].kind == "embedding"]

    def question(self, number: Number | Aggregate, text: str) -> Question:
        """About this input."""
        return Question(OfOwn(number, self.own), text)

    def answer(self, unit: int, step: int | None) -> list[Question]:
        """Why a unit of the output says what it says, and what its sum before the activation is made of."""
        return [
            self.question(Number("value", self.output, unit, step), tr("Why this answer?")),
            self.question(Number("sum", self.output, unit, step), tr("Why this sum before the activation?")),
        ]

    def believed(self, said: Beliefs, row: int, n: int, step: int | None) -> list[Question]:
        """Why a named number of the answer is what it is; ``step`` is that of the output, None where it answers once."""
        unit, name, value = said.units[n], said.names[n], float(said.values[row, n])
        lead, scale = Number("value", self.output, unit, step), self.data.target.normalisation
        title = Words("The answer “{name}” to an input of your own", {"name": name})
        here = self.about(unit, -1 if step is None else step)
        if said.decides and n == 0 and len(said.names) == 2 and said.units == (0, 0):
            made = (
                opposite(title, -value, lead) if self.activation in AROUND_ZERO else complement(title, 1 - value, lead)
            )
            return [here.question(made, tr("Why this answer?"))]
        if not said.decides and scale is not None:
            return [here.question(scaled(title, value, scale, unit, said.unit, lead), tr("Why this answer?"))]
        return here.answer(unit, step)

    def read(self, step: int | None, feature: int | None) -> list[Question]:
        """What the answer hangs on at a number of the main input, or at a whole step of it; and what was read there."""
        gradient, value = tr("Why does the answer hang on this so much?"), tr("What is read here?")
        if feature is not None:
            return [
                self.question(Number("gradient", self.input, feature, step), gradient),
                self.question(Number("value", self.input, feature, step), value),
            ]
        looked_up = self.embeddings() if self.data.inputs[next(iter(self.data.inputs))].codes else []
        keys = looked_up or [self.input]
        return [
            *(self.question(Number("norm", key, 0, step, "gradient"), gradient) for key in keys),
            *(self.question(Number("norm", key, 0, step, "value"), value) for key in keys),
        ]


def about_target(data: Dataset, sample: int) -> list[Question]:
    """What a sample of the data should be, where that is one answer."""
    if data.target.sequence:
        return []
    count = 1 if data.target.codes else data.target.features
    return [Question(value(data, "target", (sample, None, n)), tr("Why this target?")) for n in range(count)]


def scaled(title: Words, value: float, scale: Normalisation, unit: int, of: str, lead: Number) -> Aggregate:
    """A number in the unit of the data, from what the network says or reads in its own scale."""
    mean, spread = float(scale.mean[unit]), float(scale.scale[unit])
    return in_unit(title, value, (value - mean) / spread, mean, spread, of, lead, None)


def inputs_but_fed(data: Dataset, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What is given to a network that reads its own answers."""
    return {name: values for name, values in given.items() if name != data.feedback}
