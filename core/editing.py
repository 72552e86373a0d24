"""What every edit is made of: the base class, new layers and links, and carrying weights over a change of structure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core import parameters
from core.catalogue.layers import layer_spec
from core.errors import UnknownName
from core.network import Layer, Link, Network, Role
from core.project import State


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


def restructured(state: State, network: Network, kept: parameters.Kept | None = None) -> State:
    """``state`` with another network, its masks and weights carried over."""
    network = parameters.carry_masks(state.network, network, kept)
    weights = parameters.carry(state.network, state.weights, network, int(state.training["seed"]), kept)
    return replace(state, network=network, weights=weights)


def new_layer(network: Network, kind: str, name: str = "", x: float = 0.0, y: float = 0.0, **params: Any) -> Layer:
    """A layer of ``kind`` with a free id and name and complete parameters, ready for AddLayer."""
    spec = layer_spec(kind)
    number = 1 + max((int(key[1:]) for key in network.layers if key[1:].isdigit()), default=0)
    return Layer(f"l{number}", network.free_name(name or spec.title), kind, spec.complete(params), x, y)


def new_link(network: Network, source: str, target: str, delay: int = 0, role: Role = "data") -> Link:
    """A link between two layers (ids or names) with a free id, ready for AddLink."""
    number = 1 + max((int(key[1:]) for key in network.links if key[1:].isdigit()), default=0)
    return Link(f"k{number}", network.layer(source).id, network.layer(target).id, delay, role)


def link_of(network: Network, key: str) -> Link:
    """The link with this id; an unknown one raises UnknownName."""
    if key not in network.links:
        raise UnknownName("link", key, network.links)
    return network.links[key]
