"""Everything that can be done to a project. An edit is a value; ``Project.apply`` carries it out and returns its inverse.

Edits know no view and no undo stack. After a change of structure the weights of all surviving units are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.catalogue.layers import layer_spec
from core.catalogue.spec import Choice, replaced
from core.editing import Edit, link_of, new_layer, new_link, restructured
from core.errors import BadValue, Refused
from core.looks import Look
from core.network import Layer, Link, Role
from core.project import State
from core.rules import may_connect
from core.training import TRAINING
from core.weight_edits import ResetWeights, SetMask, SetWeight, SetWeights

__all__ = [
    "AddLayer",
    "AddLink",
    "Edit",
    "InsertLayer",
    "Macro",
    "MoveLayers",
    "OpenTest",
    "Remove",
    "RemoveUnit",
    "Rename",
    "Replace",
    "ResetWeights",
    "SetData",
    "SetDelay",
    "SetFrozen",
    "SetMask",
    "SetParam",
    "SetRole",
    "SetTraining",
    "SetWeight",
    "SetWeights",
    "TakeOut",
    "new_layer",
    "new_link",
]


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
        return restructured(state, state.network.with_layer(complete))


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
        return restructured(state, state.network.with_link(link))


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
            link_of(state.network, key)
        return restructured(state, state.network.without(self.layers, self.links))


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
        return restructured(state, state.network.with_layer(replace(layer, params=changed.values)))

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
        return restructured(state, state.network.with_layer(smaller), kept)


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


@dataclass(frozen=True)
class SetDelay(Edit):
    """Change how many steps back a link reads."""

    link: str
    delay: int
    label: str = field(default="Change delay", kw_only=True)

    def apply(self, state: State) -> State:
        """Refuses what may not be drawn, an instantaneous loop among it."""
        link = link_of(state.network, self.link)
        if link.role == "initial":
            raise Refused("An initial-state link has no delay.")
        if link.role == "memory":
            raise Refused("A memory link has no delay: all steps of the memory are looked through.")
        without = state.network.without(links=[link.id])
        may_connect(without, link.source, link.target, self.delay, link.role)
        return restructured(state, state.network.with_link(replace(link, delay=int(self.delay))))

    def merge_key(self) -> object:
        """Turning one knob is one entry."""
        return ("delay", self.link)


@dataclass(frozen=True)
class SetRole(Edit):
    """Let a link into an attention layer be its memory, or what it asks with."""

    link: str
    role: Role
    label: str = field(default="Change what a link carries", kw_only=True)

    def apply(self, state: State) -> State:
        """Memory and query change places where there is just one of each; the delay of a memory is 0."""
        link = link_of(state.network, self.link)
        if link.role == self.role:
            return state
        target = state.network.layers[link.target]
        if not layer_spec(target.kind).memory or "initial" in (link.role, self.role):
            raise Refused("“{name}” reads this link in one way only.", name=target.name)
        changed = [replace(link, role=self.role, delay=0)]
        others = state.network.into(target.id, self.role)
        if len(others) == 1:
            changed.append(replace(others[0], role=link.role, delay=0))
        network = state.network.without(links=[one.id for one in changed])
        for one in changed:
            may_connect(network, one.source, one.target, one.delay, one.role)
            network = network.with_link(one)
        ordered = {key: network.links[key] for key in state.network.links}
        return restructured(state, replace(network, links=ordered))


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
                network = network.with_link(replace(link_of(network, key), frozen=self.frozen))
        return replace(state, network=network)


@dataclass(frozen=True)
class InsertLayer(Edit):
    """Put a layer into the middle of a link: source -> layer -> target. The delay stays on the first half."""

    layer: Layer
    link: str
    label: str = field(default="Insert layer", kw_only=True)

    def apply(self, state: State) -> State:
        """The second half keeps the link's id, so that its matrix survives where the sizes allow."""
        link = link_of(state.network, self.link)
        if link.role == "initial":
            raise Refused("An initial-state link can not be split.")
        with_layer = AddLayer(self.layer).apply(state)
        network = with_layer.network.without(links=[link.id])
        first = new_link(with_layer.network, link.source, self.layer.id, link.delay)
        may_connect(network, first.source, first.target, first.delay)
        network = network.with_link(first)
        may_connect(network, self.layer.id, link.target, 0, link.role)
        second = replace(link, source=self.layer.id, delay=0)
        links = {k: second if k == link.id else v for k, v in with_layer.network.links.items()}
        ordered = replace(with_layer.network, links={**links, first.id: first})
        return restructured(state, ordered)


@dataclass(frozen=True)
class TakeOut(Edit):
    """Remove a layer and let what it fed read its single source instead."""

    layer: str
    label: str = field(default="Take layer out", kw_only=True)

    def apply(self, state: State) -> State:
        """The links out of the layer keep their ids."""
        source = state.network.into(self.layer)[0].source
        moved = {k.id: replace(k, source=source) for k in state.network.out_of(self.layer)}
        links = {key: moved.get(key, link) for key, link in state.network.links.items()}
        return Remove((self.layer,)).apply(replace(state, network=replace(state.network, links=links)))


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

    def merge_key(self) -> object:
        """Turning one knob of several layers at once is one entry."""
        keys = tuple(edit.merge_key() for edit in self.edits)
        return None if None in keys or not keys else ("macro", self.label, keys)


@dataclass(frozen=True)
class OpenTest(Edit):
    """Look at the test part of the data."""

    look: Look
    label: str = field(default="Look at the test part", kw_only=True)

    def apply(self, state: State) -> State:
        """It is counted; nothing else changes."""
        return replace(state, looks=(*state.looks, self.look))


@dataclass(frozen=True)
class Replace(Edit):
    """Go to a whole other state: the inverse of every edit, but for looks at the test part, which stay counted."""

    state: State

    def apply(self, state: State) -> State:
        """Nothing to check: the state was valid before."""
        if len(self.state.looks) >= len(state.looks):
            return self.state
        return replace(self.state, looks=state.looks)
