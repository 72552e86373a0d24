"""What if? Changes to the walk of one sample through a network, at single steps: they touch neither network nor training.

    from core.whatif import Cut, Put, what_if

    found = what_if(project, Put("Hidden", 4, 2, 0.0), Cut("Hidden -> Hidden", 6))
    print(found.trace.loss, found.alike[""].cosine)

A WhatIf is a value: to undo is to go back to the one before. What it does to a trace is computed by core.engine.whatif:
values go on from the changed ones, and no gradient passes what was put there by hand. Steps and units count from 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from core.catalogue.layers import layer_spec
from core.describe import Words, number
from core.errors import BadValue, DataError, UnknownName
from core.looks import refuse_shut
from core.network import Network
from core.shapes import infer

if TYPE_CHECKING:
    from core.data.dataset import Part
    from core.project import Project
    from core.traces import Outcome

Of = Literal["value", "cell"]
START = -1
"""The step of what a layer starts from."""


@dataclass(frozen=True)
class Put:
    """A unit gives a number of one's own at one step. What it computes itself is dropped there, and learns nothing."""

    layer: str
    """Its id."""
    step: int | None
    """0-based; None for a static value."""
    unit: int | None = None
    """None for all units of the layer."""
    value: float | None = None
    """None clamps: the number stays what it is without any what-if, whatever else is changed."""
    of: Of = "value"
    """"cell" is c_t of an LSTM, from which h_t is then worked out."""


@dataclass(frozen=True)
class Cut:
    """One copy of an arrow carries zeros, and no gradient back; all other copies stay."""

    key: str
    """Id of the link; of a block's own memory the id of its layer."""
    step: int | None
    """Step of the target; of a source that is reduced to one value (last step, mean, maximum) that of the source; None
    between static values; START for a state that is handed over. A step of a memory that is cut is not looked at."""
    reverse: bool = False
    """Of the memory of the other direction of a block."""


@dataclass(frozen=True)
class Swap:
    """A layer says at one step what it says there for another sample; of an LSTM its cell is swapped too."""

    layer: str
    step: int | None
    sample: int
    """Its number in the data set."""


Intervention = Put | Cut | Swap


@dataclass(frozen=True)
class WhatIf:
    """All that is changed, in the order in which it was asked for."""

    interventions: tuple[Intervention, ...] = ()
    truncate: int = 0
    """Steps after which the gradient through time is cut, as the setting "tbptt" does; 0 for never."""

    def __bool__(self) -> bool:
        return bool(self.interventions or self.truncate)

    def adding(self, *new: Intervention) -> WhatIf:
        """With some more; one about the same place replaces the one before."""
        places = {_place(one) for one in new}
        kept = tuple(one for one in self.interventions if _place(one) not in places)
        return replace(self, interventions=kept + new)

    def without(self, *gone: Intervention) -> WhatIf:
        """Without some of them."""
        return replace(self, interventions=tuple(one for one in self.interventions if one not in gone))

    def truncated(self, steps: int) -> WhatIf:
        """With the gradient cut every so many steps; 0 for never."""
        return replace(self, truncate=steps)

    def at(self, layer: str, step: int | None) -> tuple[Put | Swap, ...]:
        """What is put into a layer at a step."""
        return tuple(
            one for one in self.interventions if not isinstance(one, Cut) and (one.layer, one.step) == (layer, step)
        )

    def puts(self, layer: str, step: int | None, unit: int, of: Of = "value") -> bool:
        """Whether a number is put at a unit instead of what it computes."""
        return any(isinstance(one, Swap) or (one.of == of and one.unit in (None, unit)) for one in self.at(layer, step))

    def severed(self, key: str, step: int | None, reverse: bool = False) -> bool:
        """Whether a copy of an arrow is cut."""
        return Cut(key, step, reverse) in self.interventions


def _place(one: Intervention) -> tuple[object, ...]:
    match one:
        case Put():
            return (one.of, one.layer, one.step, one.unit)
        case Swap():
            return ("swap", one.layer, one.step)
        case Cut():
            return ("cut", one.key, one.step, one.reverse)


@dataclass(frozen=True)
class Room:
    """Where a what-if may change something: a network on one sample."""

    network: Network
    steps: Mapping[str, int]
    """Steps of each sequence layer."""
    valid: Mapping[str, int] = field(default_factory=dict)
    """Those that are no padding, where they are less."""
    samples: int | None = None
    """Size of the data set."""

    def check(self, one: Intervention) -> None:
        """BadValue where there is no such place, or where the number makes no sense there."""
        match one:
            case Put():
                self._layer(one.layer, one.step)
                self._put(one)
            case Swap():
                self._layer(one.layer, one.step)
                if self.samples is not None and not 0 <= one.sample < self.samples:
                    raise BadValue(
                        "There is no sample {sample}: the data has {count}, numbered from 0.",
                        sample=one.sample,
                        count=self.samples,
                    )
            case Cut():
                self._cut(one)

    def fits(self, one: Intervention) -> bool:
        """Whether ``check`` has no objection."""
        try:
            self.check(one)
        except BadValue:
            return False
        return True

    def _layer(self, key: str, step: int | None) -> None:
        layer = self.network.layers.get(key)
        if layer is None:
            raise BadValue("The layer of this change is no longer in the network: remove the change.")
        self._step(layer.name, key, step)

    def _step(self, name: str, key: str, step: int | None) -> None:
        count = self.steps.get(key)
        if count is None and step is not None:
            raise BadValue("“{layer}” has one value per sample: it has no steps to choose from.", layer=name)
        if count is None:
            return
        count = min(count, self.valid.get(key, count))
        if step is None or not 0 <= step < count:
            raise BadValue(
                "“{layer}” has {count} steps in this sample: choose one of t = 1 to {count}.", layer=name, count=count
            )

    def _put(self, one: Put) -> None:
        layer, shapes = self.network.layers[one.layer], infer(self.network)
        features = shapes[one.layer].features if one.layer in shapes else 0
        if one.of == "cell" and layer.kind != "lstm":
            raise BadValue("“{layer}” has no cell: only an LSTM has one.", layer=layer.name)
        if one.unit is not None and not 0 <= one.unit < features:
            raise BadValue(
                "“{layer}” has no unit {unit}: it has {count}.", layer=layer.name, unit=one.unit + 1, count=features
            )
        if one.value is None:
            return
        if not math.isfinite(one.value):
            raise BadValue("A unit of “{layer}” can only be set to a finite number.", layer=layer.name)
        for link in self.network.out_of(one.layer):
            table = self.network.layers[link.target]
            if table.kind == "embedding" and not (
                one.value == int(one.value) and 0 <= one.value < int(table.params["vocabulary"])
            ):
                raise BadValue(
                    "“{layer}” reads symbols: set it to a whole number from 0 to {most}.",
                    layer=table.name,
                    most=int(table.params["vocabulary"]) - 1,
                )

    def _cut(self, one: Cut) -> None:
        network = self.network
        link = network.links.get(one.key)
        if link is None:
            layer = network.layers.get(one.key)
            if layer is None or not layer_spec(layer.kind).state:
                raise BadValue("The link of this change is no longer in the network: remove the change.")
            if layer.id not in self.steps:
                raise BadValue("“{layer}” has one value per sample: it has no memory to cut.", layer=layer.name)
            self._step(layer.name, layer.id, one.step)
            return
        target = network.layers[link.target]
        if link.role == "memory":
            self._step(network.layers[link.source].name, link.source, one.step)
            if self.valid.get(link.source, self.steps.get(link.source, 1)) == 1:
                raise BadValue("“{layer}” looks through this step alone: it can not be cut.", layer=target.name)
            return
        if link.role == "initial":
            if one.step != START:
                raise BadValue("“{layer}” is handed its state once, before its first step.", layer=target.name)
            return
        if layer_spec(target.kind).time == "reduces" and link.source in self.steps:
            self._step(network.layers[link.source].name, link.source, one.step)
            return
        self._step(target.name, link.target, one.step)


def said(one: Intervention, network: Network) -> Words:
    """An intervention in a sentence."""
    values: dict[str, object] = {"step": 0 if one.step is None else one.step + 1}
    match one:
        case Put():
            values |= {"layer": _name(network, one.layer), "unit": (one.unit or 0) + 1}
            values["value"] = number(0.0 if one.value is None else one.value, 4)
            template = _PUT[one.value is None, one.of, one.unit is None]
            return Words(template + _WHEN[one.step is not None], values)
        case Swap():
            values |= {"layer": _name(network, one.layer), "sample": one.sample}
            return Words("“{layer}”: swapped with sample {sample}" + _WHEN[one.step is not None], values)
        case Cut():
            return _cut_said(one, network, values)


_WHEN = {True: " at t = {step}", False: ""}
_PUT = {
    (False, "value", True): "“{layer}”: set to {value}",
    (False, "value", False): "“{layer}”, unit {unit}: set to {value}",
    (False, "cell", True): "“{layer}”: cells set to {value}",
    (False, "cell", False): "“{layer}”, cell {unit}: set to {value}",
    (True, "value", True): "“{layer}”: clamped",
    (True, "value", False): "“{layer}”, unit {unit}: clamped",
    (True, "cell", True): "“{layer}”: cells clamped",
    (True, "cell", False): "“{layer}”, cell {unit}: clamped",
}


def _cut_said(one: Cut, network: Network, values: dict[str, object]) -> Words:
    link = network.links.get(one.key)
    if link is None:
        template = "The memory of “{layer}”: cut on the way back" if one.reverse else "The memory of “{layer}”: cut"
        return Words(template + _WHEN[one.step is not None], {**values, "layer": _name(network, one.key)})
    values |= {"source": _name(network, link.source), "layer": _name(network, link.target)}
    if link.role == "initial":
        return Words("“{layer}”: not handed the state of “{source}”", values)
    if link.role == "memory":
        return Words("“{layer}”: does not look at “{source}”" + _WHEN[one.step is not None], values)
    return Words("The arrow from “{source}” to “{layer}”: cut" + _WHEN[one.step is not None], values)


def _name(network: Network, layer: str) -> str:
    return network.layers[layer].name if layer in network.layers else layer


def what_if(
    project: Project, *changes: Intervention, sample: int | None = None, part: Part = "validation", truncate: int = 0
) -> Outcome:
    """Walk a sample through the network as it is now, with changes on the way; what the window does, from Python.

    Layers go by name or id, a link by its id or as "source -> target", the memory of a block by its layer. ``sample`` is
    a number in the data set, the first one of ``part`` by default; ``truncate`` cuts the gradient every so many steps.
    Without any change it is a plain trace. ``.trace`` has values and exact gradients, ``.alike`` compares the gradients of
    the weights with those without changes. BadValue or UnknownName where there is no such place, DataError
    for a sample of a test part that nobody has evaluated yet.
    """
    from core.engine.session import Session

    data = project.dataset()
    samples = data.samples(part)
    if sample is None and not len(samples):
        raise DataError("“{data}” has no samples in its {part} part.", data=data.title, part=part)
    number_of = int(samples[0]) if sample is None else sample
    refuse_shut(project.state.looks, project.data, data, number_of)
    whatif = WhatIf(tuple(_by_id(project.network, one) for one in changes), truncate)
    return Session(project.state, data).what_if(number_of, part, whatif)


def _by_id(network: Network, one: Intervention) -> Intervention:
    if not isinstance(one, Cut):
        return replace(one, layer=network.layer(one.layer).id)
    if one.key in network.links or one.key in network.layers:
        return one
    source, arrow, target = (text.strip() for text in one.key.partition("->"))
    if not arrow:
        return replace(one, key=network.layer(source).id)
    ends = network.layer(source).id, network.layer(target).id
    found = [link.id for link in network.links.values() if (link.source, link.target) == ends]
    if not found:
        arrows = [f"{_name(network, link.source)} -> {_name(network, link.target)}" for link in network.links.values()]
        raise UnknownName("link", one.key, arrows)
    return replace(one, key=found[0])
