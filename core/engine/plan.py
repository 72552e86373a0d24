"""The schedule of a network: which parts run over all time steps at once, which step by step, and on which kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import networkx as nx

from core.catalogue.layers import layer_spec
from core.engine.kernels.squashes import SQUASHES
from core.errors import NotTrainable
from core.network import Layer, Link, Network, activation_of
from core.shapes import Shape, infer

How = Literal["once per sample", "all steps at once", "step by step"]
Kernel = Literal["layer", "elman", "rnn", "gru", "lstm", "scan"]


@dataclass(frozen=True)
class Part:
    """Layers that are computed together."""

    layers: tuple[str, ...]
    """Ids, in the order in which one step computes them."""
    how: How
    kernel: Kernel
    """"layer": one tensor operation over everything; "elman": a dense layer with a link to itself, on the RNN kernel;
    "rnn", "gru", "lstm": a block on its kernel; "scan": a cycle that no single kernel knows."""

    @property
    def recurrent(self) -> bool:
        """True where a step needs the step before it."""
        return self.how == "step by step"


@dataclass(frozen=True)
class Plan:
    """The parts of a network in the order in which they run. ``str(plan)`` is made to be read."""

    parts: tuple[Part, ...]
    names: dict[str, str]
    """Names of layers by id."""

    def __str__(self) -> str:
        return "\n".join(f"{n}. {self.line(part)}" for n, part in enumerate(self.parts, 1))

    def line(self, part: Part) -> str:
        """One part in words."""
        names = ", ".join(self.names[key] for key in part.layers)
        return f"{names}: {part.how}" + ("" if part.kernel == "layer" else f" ({_KERNELS[part.kernel]})")

    def part_of(self, layer_id: str) -> Part:
        """The part that computes a layer."""
        return next(part for part in self.parts if layer_id in part.layers)


_BLOCKS: dict[str, Kernel] = {"rnn": "rnn", "lstm": "lstm", "gru": "gru"}

_KERNELS = {
    "elman": "RNN kernel, because the layer reads only its own last step",
    "rnn": "RNN kernel",
    "gru": "GRU kernel",
    "lstm": "LSTM kernel",
    "scan": "scan of the cycle",
}


def make_plan(network: Network) -> Plan:
    """Condense the network into strongly connected components and choose how each one runs."""
    shapes = infer(network)
    graph = nx.DiGraph()
    graph.add_nodes_from(network.layers)
    graph.add_edges_from((link.source, link.target) for link in network.links.values())
    condensed = nx.condensation(graph)
    rank = {key: i for i, key in enumerate(network.layers)}

    def first(component: int) -> int:
        return min(rank[key] for key in condensed.nodes[component]["members"])

    parts = []
    for component in nx.lexicographical_topological_sort(condensed, key=first):
        members = sorted(condensed.nodes[component]["members"], key=rank.__getitem__)
        parts.append(_part(network, shapes, members))
    return Plan(tuple(parts), {layer.id: layer.name for layer in network})


def inner_links(network: Network, members: Sequence[str]) -> list[Link]:
    """The data links that start and end among ``members``."""
    inside = set(members)
    return [k for k in network.touching(inside) if k.role == "data" and {k.source, k.target} <= inside]


def _part(network: Network, shapes: dict[str, Shape], members: list[str]) -> Part:
    links = inner_links(network, members)
    first = network.layers[members[0]]
    block = layer_spec(first.kind).state
    if len(members) == 1 and not links:
        at_once: How = "all steps at once" if shapes[first.id].sequence else "once per sample"
        how: How = "step by step" if block and shapes[first.id].sequence else at_once
        return Part((first.id,), how, _BLOCKS.get(first.kind, "layer"))
    _check_cycle(network, shapes, members)
    if len(members) == 1 and not block and _is_elman(first, links):
        return Part((first.id,), "step by step", "elman")
    return Part(_step_order(network, members, links), "step by step", "scan")


def _is_elman(layer: Layer, links: list[Link]) -> bool:
    chosen = activation_of(layer)
    if chosen is None or [link.delay for link in links] != [1]:
        return False
    return chosen.key == "identity" or (chosen.key in SQUASHES and layer.kind == "dense")


def _step_order(network: Network, members: list[str], links: list[Link]) -> tuple[str, ...]:
    """Within a step a layer comes after those that it reads without delay."""
    graph = nx.DiGraph()
    graph.add_nodes_from(members)
    graph.add_edges_from((link.source, link.target) for link in links if link.delay == 0)
    if not nx.is_directed_acyclic_graph(graph):
        loop = [network.layers[a].name for a, _ in nx.find_cycle(graph)]
        raise NotTrainable("The links between {layers} form a loop without delay.", layers=", ".join(loop))
    rank = {key: i for i, key in enumerate(members)}
    return tuple(nx.lexicographical_topological_sort(graph, key=rank.__getitem__))


def _check_cycle(network: Network, shapes: dict[str, Shape], members: list[str]) -> None:
    inside = set(members)
    for link in network.touching(members):
        if link.role != "data" and {link.source, link.target} <= inside:
            what = "starts from the last state of" if link.role == "initial" else "looks through"
            raise NotTrainable(
                "“{target}” {what} “{source}”, which depends on it: remove one of the two links.",
                what=what,
                source=network.layers[link.source].name,
                target=network.layers[link.target].name,
            )
    for key in members:
        layer = network.layers[key]
        if not shapes[key].sequence:
            raise NotTrainable("“{layer}” is on a cycle, but no sequence enters it.", layer=layer.name)
        both = bool(layer.params.get("bidirectional"))
        if both or not layer_spec(layer.kind).causal or layer.kind in ("embedding", "repeat", "input"):
            raise NotTrainable("“{layer}” can not be part of a cycle.", layer=layer.name)
