"""The network: layers and links, immutable values. Everything that changes one is an Edit (core.edits).

Meaning (for the computation see core.engine.reference): a link with delay k lets its target at time t read its source
at time t - k. Before the start, a source reads as its initial state: zeros, a learned vector, or what an initial-state
link (role "initial") hands over. A memory link (role "memory") lets its target look through all steps of its source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from core.catalogue.spec import Choice
from core.errors import UnknownName

Role = Literal["data", "initial", "memory"]
ROLES: tuple[Role, ...] = ("data", "initial", "memory")


@dataclass(frozen=True)
class Layer:
    """A group of units of one kind; a layer of one unit is a neuron."""

    id: str
    """Stable and unique in its project; never shown."""
    name: str
    """What the user calls it; unique in its network."""
    kind: str
    """Key in the catalogue "layers"."""
    params: Mapping[str, Any] = field(default_factory=dict)
    """Complete parameters of the kind, as its Spec declares them."""
    x: float = 0.0
    """Centre on the canvas, in canvas units (time and data flow go left to right)."""
    y: float = 0.0
    frozen: bool = False
    """True: its own parameters and those of the links into it do not learn."""

    def __hash__(self) -> int:
        return hash(self.id)


@dataclass(frozen=True, eq=False)
class Link:
    """What a target layer reads: the source ``delay`` steps ago."""

    id: str
    source: str
    """Layer id."""
    target: str
    """Layer id."""
    delay: int = 0
    """Steps; 0 is feed-forward, 1 or more is a recurrent link."""
    role: Role = "data"
    """"initial": the source's last state is the target's initial state; "memory": the target, an attention layer, looks
    through all steps of the source. The delay of both is 0 and has no meaning."""
    frozen: bool = False
    """True: its matrix does not learn."""
    mask: np.ndarray | None = None
    """Boolean (target units, source units), False where a connection is cut; None where all are there."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Link):
            return NotImplemented
        mine = (self.id, self.source, self.target, self.delay, self.role, self.frozen)
        theirs = (other.id, other.source, other.target, other.delay, other.role, other.frozen)
        if mine != theirs or (self.mask is None) != (other.mask is None):
            return False
        return self.mask is other.mask or bool(np.array_equal(self.mask, other.mask))  # type: ignore[arg-type]

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def recurrent(self) -> bool:
        """True where the target reads the past."""
        return self.role == "data" and self.delay > 0


@dataclass(frozen=True)
class Network:
    """Layers and links in the order in which they were added; the order of links is the order of concatenation."""

    layers: Mapping[str, Layer] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)

    def layer(self, name_or_id: str) -> Layer:
        """The layer with this id or name; an unknown one is answered with the nearest name."""
        if name_or_id in self.layers:
            return self.layers[name_or_id]
        for layer in self.layers.values():
            if layer.name == name_or_id:
                return layer
        raise UnknownName("layer", name_or_id, [layer.name for layer in self.layers.values()])

    def into(self, layer_id: str, role: Role = "data") -> list[Link]:
        """The links that end at a layer, in order."""
        return list(self._ends[0].get((layer_id, role), ()))

    def out_of(self, layer_id: str, role: Role = "data") -> list[Link]:
        """The links that start at a layer, in order."""
        return list(self._ends[1].get((layer_id, role), ()))

    @cached_property
    def _ends(self) -> tuple[dict[tuple[str, Role], list[Link]], dict[tuple[str, Role], list[Link]]]:
        """Links by their target and by their source: a walk over a large network asks for each layer."""
        entering: dict[tuple[str, Role], list[Link]] = {}
        leaving: dict[tuple[str, Role], list[Link]] = {}
        for link in self.links.values():
            entering.setdefault((link.target, link.role), []).append(link)
            leaving.setdefault((link.source, link.role), []).append(link)
        return entering, leaving

    def of_kind(self, *kinds: str) -> list[Layer]:
        """The layers of these kinds, in order."""
        return [layer for layer in self.layers.values() if layer.kind in kinds]

    def touching(self, layer_ids: Iterable[str]) -> list[Link]:
        """The links that start or end at one of these layers."""
        ids = set(layer_ids)
        return [link for link in self.links.values() if link.source in ids or link.target in ids]

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers.values())

    def with_layer(self, layer: Layer) -> Network:
        """A copy with ``layer`` added, or replaced where its id exists (keeping its place in the order)."""
        return replace(self, layers={**self.layers, layer.id: layer})

    def with_link(self, link: Link) -> Network:
        """A copy with ``link`` added or replaced."""
        return replace(self, links={**self.links, link.id: link})

    def without(self, layers: Iterable[str] = (), links: Iterable[str] = ()) -> Network:
        """A copy without these layers, the links that touch them, and these links."""
        gone = set(layers)
        cut = set(links) | {link.id for link in self.touching(gone)}
        return Network(
            {k: v for k, v in self.layers.items() if k not in gone},
            {k: v for k, v in self.links.items() if k not in cut},
        )

    def free_name(self, wanted: str) -> str:
        """``wanted``, or ``wanted 2``, ``wanted 3`` ... where it is taken."""
        taken = {layer.name for layer in self.layers.values()}
        if wanted not in taken:
            return wanted
        return next(name for n in range(2, len(taken) + 3) if (name := f"{wanted} {n}") not in taken)


def activation_of(layer: Layer) -> Choice | None:
    """The activation of a layer that has one."""
    chosen = layer.params.get("activation")
    return chosen if isinstance(chosen, Choice) else None
