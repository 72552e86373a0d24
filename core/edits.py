"""Everything that can be done to a project. An edit is a value; ``Project.apply`` carries it out and returns its inverse.

Edits know no view and no undo stack. After a change of structure the weights of all surviving units are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from core import parameters
from core.catalogue.layers import layer_spec
from core.catalogue.spec import Choice, replaced
from core.errors import BadValue, Refused, UnknownName
from core.network import Layer, Link, Network, Role
from core.project import State
from core.rules import may_connect
from core.training import TRAINING


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Base of all edits. ``label`` is what the history shows."""

    label: str = ""

    def apply(self, state: State) -> State:
        """The state after this edit; raises a StudioError, changing nothing, where it is not allowed."""
        raise NotImplementedError

    def merge_key(self) -> object:
        """Edits in a row with the same key (not None) may become one entry of the history."""
        return None


def _restructured(state: State, network: Network, kept: parameters.Kept | None = None) -> State:
    """``state`` with another network, its masks and weights carried over."""
    network = parameters.carry_masks(state.network, network, kept)
    weights = parameters.carry(state.network, state.weights, network, int(state.training["seed"]), kept)
    return replace(state, network=network, weights=weights)


def _changed_layer(state: State, layer_id: str, change: Callable[[Layer], Layer]) -> Network:
    return state.network.with_layer(change(state.network.layer(layer_id)))


def new_layer(network: Network, kind: str, name: str = "", x: float = 0.0, y: float = 0.0, **params: Any) -> Layer:
    """A layer of ``kind`` with a free id and name and complete parameters, ready for AddLayer."""
    spec = layer_spec(kind)
    number = 1 + max((int(key[1:]) for key in network.layers if key[1:].isdigit()), default=0)
    return Layer(f"l{number}", network.free_name(name or spec.title), kind, spec.complete(params), x, y)


def new_link(network: Network, source: str, target: str, delay: int = 0, role: Role = "data") -> Link:
    """A link between two layers (ids or names) with a free id, ready for AddLink."""
    number = 1 + max((int(key[1:]) for key in network.links if key[1:].isdigit()), default=0)
    return Link(f"k{number}", network.layer(source).id, network.layer(target).id, delay, role)


@dataclass(frozen=True)
class AddLayer(Edit):
    """Put a layer on the canvas."""

    layer: Layer
    label: str = field(default="Add layer", kw_only=True)

    def apply(self, state: State) -> State:
        """Refuses an id or a name that is taken."""
        if self.layer.id in state.network.layers:
            raise Refused("There is a layer with the id “{id}” already.", id=self.layer.id)
        if any(layer.name == self.layer.name for layer in state.network):
            raise Refused("There is a layer called “{name}” already.", name=self.layer.name)
        complete = replace(self.layer, params=layer_spec(self.layer.kind).complete(self.layer.params))
        return _restructured(state, state.network.with_layer(complete))


@dataclass(frozen=True)
class AddLink(Edit):
    """Join two layers."""

    link: Link
    label: str = field(default="Add link", kw_only=True)

    def apply(self, state: State) -> State:
        """Asks the same rule as the canvas does while dragging."""
        link = self.link
        if link.id in state.network.links:
            raise Refused("There is a link with the id “{id}” already.", id=link.id)
        may_connect(state.network, link.source, link.target, link.delay, link.role)
        return _restructured(state, state.network.with_link(link))


@dataclass(frozen=True)
class Remove(Edit):
    """Remove layers (with the links that touch them) and links."""

    layers: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    label: str = field(default="Delete", kw_only=True)

    def apply(self, state: State) -> State:
        """Unknown ids raise UnknownName."""
        for key in self.layers:
            state.network.layer(key)
        for key in self.links:
            _link(state.network, key)
        return _restructured(state, state.network.without(self.layers, self.links))


@dataclass(frozen=True)
class MoveLayers(Edit):
    """Move layers to new centres, by layer id."""

    places: Mapping[str, tuple[float, float]]
    label: str = field(default="Move", kw_only=True)

    def apply(self, state: State) -> State:
        """Only places change."""
        network = state.network
        for key, (x, y) in self.places.items():
            network = network.with_layer(replace(network.layer(key), x=float(x), y=float(y)))
        return replace(state, network=network)

    def merge_key(self) -> object:
        """Nudges of the same layers in a row are one entry."""
        return ("move", tuple(sorted(self.places)))


@dataclass(frozen=True)
class SetParam(Edit):
    """Change a parameter of a layer; ``key`` may be a path into an entry ("activation.slope")."""

    layer: str
    key: str
    value: Any
    label: str = field(default="Change layer", kw_only=True)

    def apply(self, state: State) -> State:
        """The value is checked against the Spec; surviving units keep their weights."""
        layer = state.network.layer(self.layer)
        spec = layer_spec(layer.kind)
        changed = replaced(Choice(layer.kind, layer.params), spec, self.key, self.value)
        return _restructured(state, state.network.with_layer(replace(layer, params=changed.values)))

    def merge_key(self) -> object:
        """Turning one knob is one entry."""
        return ("param", self.layer, self.key)


@dataclass(frozen=True)
class RemoveUnit(Edit):
    """Remove one neuron out of a layer; the others keep their weights."""

    layer: str
    unit: int
    label: str = field(default="Remove neuron", kw_only=True)

    def apply(self, state: State) -> State:
        """Refuses to remove the last neuron."""
        layer = state.network.layer(self.layer)
        if "units" not in layer.params:
            raise Refused("“{name}” has no neurons of its own.", name=layer.name)
        units = int(layer.params["units"])
        if units == 1:
            raise Refused("“{name}” has only one neuron: delete the layer instead.", name=layer.name)
        if not 0 <= self.unit < units:
            raise BadValue("“{name}” has no neuron {unit}.", name=layer.name, unit=self.unit)
        smaller = replace(layer, params={**layer.params, "units": units - 1})
        kept = {layer.id: [i for i in range(units) if i != self.unit]}
        return _restructured(state, state.network.with_layer(smaller), kept)


@dataclass(frozen=True)
class Rename(Edit):
    """Give a layer another name."""

    layer: str
    name: str
    label: str = field(default="Rename", kw_only=True)

    def apply(self, state: State) -> State:
        """Refuses empty names and names that are taken."""
        name = self.name.strip()
        layer = state.network.layer(self.layer)
        if not name:
            raise BadValue("A layer needs a name.")
        if len(name) > 80:
            raise BadValue("A layer's name may have at most 80 characters.")
        if any(other.name == name and other.id != layer.id for other in state.network):
            raise Refused("There is a layer called “{name}” already.", name=name)
        return replace(state, network=state.network.with_layer(replace(layer, name=name)))


def _link(network: Network, key: str) -> Link:
    if key not in network.links:
        raise UnknownName("link", key, network.links)
    return network.links[key]


@dataclass(frozen=True)
class SetDelay(Edit):
    """Change how many steps back a link reads."""

    link: str
    delay: int
    label: str = field(default="Change delay", kw_only=True)

    def apply(self, state: State) -> State:
        """Refuses what may not be drawn, an instantaneous loop among it."""
        link = _link(state.network, self.link)
        if link.role == "initial":
            raise Refused("An initial-state link has no delay.")
        without = state.network.without(links=[link.id])
        may_connect(without, link.source, link.target, self.delay, link.role)
        return _restructured(state, state.network.with_link(replace(link, delay=int(self.delay))))

    def merge_key(self) -> object:
        """Turning one knob is one entry."""
        return ("delay", self.link)


@dataclass(frozen=True)
class SetFrozen(Edit):
    """Freeze layers and links, or let them learn again."""

    ids: tuple[str, ...]
    frozen: bool
    label: str = field(default="Freeze", kw_only=True)

    def apply(self, state: State) -> State:
        """Ids of layers and links may be mixed."""
        network = state.network
        for key in self.ids:
            if key in network.layers:
                network = network.with_layer(replace(network.layers[key], frozen=self.frozen))
            else:
                network = network.with_link(replace(_link(network, key), frozen=self.frozen))
        return replace(state, network=network)


@dataclass(frozen=True)
class SetMask(Edit):
    """Cut (False) or restore (True) single connections of a link, by (target unit, source unit)."""

    link: str
    connections: Mapping[tuple[int, int], bool]
    label: str = field(default="Cut connection", kw_only=True)

    def apply(self, state: State) -> State:
        """Only links that own a matrix have connections."""
        link = _link(state.network, self.link)
        weight = state.weights.get(f"{link.id}.weight")
        if weight is None:
            raise Refused("This link carries values and has no single connections to cut.")
        mask = np.ones(weight.shape, bool) if link.mask is None else link.mask.copy()
        for (row, column), there in self.connections.items():
            _check_index(weight, (row, column))
            mask[row, column] = there
        mask.flags.writeable = False
        new = replace(link, mask=None if mask.all() else mask)
        return replace(state, network=state.network.with_link(new))


def _check_index(value: np.ndarray, index: tuple[int, ...]) -> None:
    inside = len(index) == value.ndim and all(0 <= i < n for i, n in zip(index, value.shape, strict=True))
    if not inside:
        raise BadValue("There is no number at {index} in a tensor of shape {shape}.", index=index, shape=value.shape)


def _tensor(state: State, name: str) -> np.ndarray:
    if name not in state.weights:
        raise UnknownName("tensor", name, state.weights)
    return state.weights[name]


@dataclass(frozen=True)
class SetWeight(Edit):
    """Set one weight or bias by hand."""

    name: str
    index: tuple[int, ...]
    value: float
    label: str = field(default="Set weight", kw_only=True)

    def apply(self, state: State) -> State:
        """The value must be finite."""
        if not np.isfinite(self.value):
            raise BadValue("A weight needs a finite number, not “{value}”.", value=self.value)
        old = _tensor(state, self.name)
        _check_index(old, self.index)
        new = old.copy()
        new[self.index] = self.value
        new.flags.writeable = False
        return replace(state, weights={**state.weights, self.name: new})

    def merge_key(self) -> object:
        """Turning one knob is one entry."""
        return ("weight", self.name, self.index)


@dataclass(frozen=True)
class SetWeights(Edit):
    """Set whole tensors: what training found, or a fresh start."""

    values: Mapping[str, np.ndarray]
    trained: bool = False
    """True for the result of training: trainings in a row are one entry of the history."""
    label: str = field(default="Set weights", kw_only=True)

    def apply(self, state: State) -> State:
        """Names and shapes must fit the network."""
        weights = dict(state.weights)
        for name, value in self.values.items():
            old = _tensor(state, name)
            if old.shape != value.shape:
                raise BadValue(
                    "“{name}” has shape {old}, not {new}.", name=name, old=old.shape, new=value.shape
                )  # fmt: skip
            weights[name] = parameters.read_only(value)
        return replace(state, weights=weights)

    def merge_key(self) -> object:
        """Trainings in a row are one entry."""
        return "training" if self.trained else None


@dataclass(frozen=True)
class ResetWeights(Edit):
    """Draw all weights afresh from the seed of the training settings; frozen tensors are drawn too."""

    label: str = field(default="Reset weights", kw_only=True)

    def apply(self, state: State) -> State:
        """The same seed gives the same weights."""
        return replace(state, weights=parameters.initial(state.network, int(state.training["seed"])))


@dataclass(frozen=True)
class InsertLayer(Edit):
    """Put a layer into the middle of a link: source -> layer -> target. The delay stays on the first half."""

    layer: Layer
    link: str
    label: str = field(default="Insert layer", kw_only=True)

    def apply(self, state: State) -> State:
        """The second half keeps the link's id, so that its matrix survives where the sizes allow."""
        link = _link(state.network, self.link)
        if link.role == "initial":
            raise Refused("An initial-state link can not be split.")
        with_layer = AddLayer(self.layer).apply(state)
        network = with_layer.network.without(links=[link.id])
        first = new_link(with_layer.network, link.source, self.layer.id, link.delay)
        may_connect(network, first.source, first.target, first.delay)
        network = network.with_link(first)
        may_connect(network, self.layer.id, link.target, 0)
        second = replace(link, source=self.layer.id, delay=0)
        links = {k: second if k == link.id else v for k, v in with_layer.network.links.items()}
        ordered = replace(with_layer.network, links={**links, first.id: first})
        return _restructured(state, ordered)


@dataclass(frozen=True)
class SetTraining(Edit):
    """Change a training setting by its path: "epochs", "optimizer", "optimizer.lr"."""

    path: str
    value: Any
    label: str = field(default="Change training", kw_only=True)

    def apply(self, state: State) -> State:
        """The value is checked against the Spec."""
        return replace(state, training=replaced(state.training, TRAINING, self.path, self.value))

    def merge_key(self) -> object:
        """Turning one knob is one entry."""
        return ("training", self.path)


@dataclass(frozen=True)
class SetData(Edit):
    """Choose a data set, or another parameter of it."""

    data: Choice | None
    label: str = field(default="Choose data", kw_only=True)

    def apply(self, state: State) -> State:
        """Parameters are checked; the network is left as it is (see core.rules for what does not fit)."""
        from core.catalogue.registry import catalogue

        return replace(state, data=None if self.data is None else catalogue("datasets").complete(self.data))

    def merge_key(self) -> object:
        """Turning the knobs of one data set is one entry."""
        return None if self.data is None else ("data", self.data.key)


@dataclass(frozen=True)
class Macro(Edit):
    """Several edits as one."""

    edits: Sequence[Edit]
    label: str = field(default="Change", kw_only=True)

    def apply(self, state: State) -> State:
        """All or nothing."""
        for edit in self.edits:
            state = edit.apply(state)
        return state


@dataclass(frozen=True)
class Replace(Edit):
    """Go to a whole other state: the inverse of every edit."""

    state: State

    def apply(self, state: State) -> State:
        """Nothing to check: the state was valid before."""
        return self.state


