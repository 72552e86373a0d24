"""A component with cycles, made ready for the scan: what enters it from outside is worked out for all steps at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.catalogue.layers import layer_spec
from core.catalogue.spec import Choice
from core.engine.at_once import affine
from core.engine.attention import memory_of
from core.engine.blocks import anchored
from core.engine.execution import Execution
from core.engine.kernels.products import linear
from core.engine.nodes.base import NodePlan, Read
from core.engine.plan import Part, inner_links
from core.engine.scan import NodeInput, scan
from core.network import Layer, Link, Network, activation_of
from core.shapes import Shape


@dataclass(frozen=True)
class Cycle:
    """A component of a network as the scan sees it."""

    part: Part
    nodes: tuple[NodePlan, ...]
    links: tuple[tuple[Link, ...], ...]
    """For each node the links inside the component that enter it, in order."""


def compile_cycle(network: Network, shapes: dict[str, Shape], part: Part) -> Cycle:
    """What can be known before any data."""
    inside = inner_links(network, part.layers)
    number = {key: n for n, key in enumerate(part.layers)}
    links = tuple(tuple(k for k in network.into(key) if k in inside) for key in part.layers)
    nodes = []
    for n, key in enumerate(part.layers):
        layer = network.layers[key]
        own = layer_spec(layer.kind).state
        depth = max([link.delay for link in inside if link.source == key] + [1 if own else 0])
        columns = _columns(network, shapes, layer)
        reads = tuple(Read(number[link.source], link.delay, columns[link.id].start) for link in links[n])
        features = shapes[key].features
        kind, width, chosen = _kind(layer, features)
        if own:
            reads = (Read(n, 1), *reads)
        if layer_spec(layer.kind).memory:
            width = sum(shapes[link.source].features for link in network.into(key))
        nodes.append(NodePlan(kind, features, width, depth, reads, chosen, _has_logits(layer)))
    return Cycle(part, tuple(nodes), links)


def _has_logits(layer: Layer) -> bool:
    """Whether its sums are wanted and are not its values."""
    chosen = activation_of(layer)
    return layer.kind == "output" and chosen is not None and chosen.key != "identity"


def _kind(layer: Layer, features: int) -> tuple[str, int, Choice | None]:
    if layer.kind in ("dense", "output"):
        return "dense", features, activation_of(layer)
    if layer.kind == "rnn":
        return "dense", features, Choice(layer.params["nonlinearity"])
    if layer.kind in ("lstm", "gru"):
        return layer.kind, 4 * features, None
    return layer.kind, features, None


def _columns(network: Network, shapes: dict[str, Shape], layer: Layer) -> dict[str, slice]:
    """Where the features of each link into a layer lie when they are put side by side."""
    found = {}
    first = 0
    for link in network.into(layer.id):
        size = shapes[link.source].features
        found[link.id] = slice(first, first + size)
        first += size
    return found


def run_cycle(run: Execution, cycle: Cycle) -> None:
    """Compute all layers of a component."""
    layers = [run.network.layers[key] for key in cycle.part.layers]
    given = []
    recorders = []
    for layer, plan, inside in zip(layers, cycle.nodes, cycle.links, strict=True):
        outside = [link for link in run.into[layer.id] if link not in inside]
        entering, tensors = _ENTER[layer.kind](run, layer, outside, inside)
        steps = run.steps(layer.id)
        entering = entering if entering.dim() == 3 else entering.expand(steps, -1, -1)
        start = run.history(layer.id, plan.depth) if plan.depth else run.like.new_zeros(0, run.batch, plan.features)
        recorder = run.capture.recorder(layer) if run.capture else None
        given.append(NodeInput(anchored(entering, recorder), start, tensors))
        recorders.append(recorder)
    values, extras = scan(cycle.nodes, given, run.truncate, recorders)
    rest = iter(extras)
    for layer, value in zip(layers, values, strict=True):
        run.values[layer.id] = value
        if layer.kind == "output":
            run.logits[layer.id] = next(rest) if _has_logits(layer) else value
        if layer.kind == "lstm":
            run.cells[layer.id] = next(rest)
            run.last_cells[layer.id] = run.cells[layer.id][-1]
        if layer.kind == "attention":
            run.attention[layer.id] = next(rest).detach()


Entering = tuple[Tensor, list[Tensor]]
Links = Sequence[Link]


def _enter_dense(run: Execution, layer: Layer, outside: Links, inside: Links) -> Entering:
    tensors = [run.weight(link) for link in inside]
    chosen = activation_of(layer)
    if chosen is not None and chosen.key == "prelu":
        tensors.append(run.parameters[f"{layer.id}.slope"])
    return affine(run, layer, list(outside), run.steps(layer.id)), tensors


def _enter_block(run: Execution, layer: Layer, outside: Links, inside: Links) -> Entering:
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    w_ih, w_hh, b_ih, b_hh = (run.parameters[f"{layer.id}.{name}"] for name in names)
    units = int(layer.params["units"])
    if layer.kind == "gru":
        blank, blanks = torch.zeros_like(w_ih[:units]), torch.zeros_like(w_hh[:units])
        w_ih = torch.cat([w_ih, blank])
        w_hh = torch.cat([w_hh[: 2 * units], blanks, w_hh[2 * units :]])
        bias = torch.cat([b_ih[: 2 * units] + b_hh[: 2 * units], b_ih[2 * units :], b_hh[2 * units :]])
    else:
        bias = b_ih + b_hh
    columns = _columns(run.network, dict(run.shapes), layer)
    tensors = [w_hh, *(w_ih[:, columns[link.id]] for link in inside)]
    if layer.kind == "lstm":
        tensors.append(run.initial_cell(layer.id))
    if not outside:
        return bias.expand(run.batch, -1), tensors
    steps = run.steps(layer.id)
    x = torch.cat([run.read_sequence(link, steps) for link in outside], -1)
    weight = torch.cat([w_ih[:, columns[link.id]] for link in outside], -1)
    return linear(x, weight, bias), tensors


def _enter_join(run: Execution, layer: Layer, outside: Links, inside: Links) -> Entering:
    steps = run.steps(layer.id)
    pieces = []
    for link in run.into[layer.id]:
        if link in inside:
            pieces.append(run.like.new_zeros(steps, run.batch, run.shapes[link.source].features))
        else:
            pieces.append(run.read_sequence(link, steps))
    tensors = []
    if layer.kind == "layer_norm":
        tensors = [run.parameters[f"{layer.id}.gain"], run.parameters[f"{layer.id}.bias"]]
    if layer.kind == "dropout":
        tensors = [run.masks[layer.id] if layer.id in run.masks else run.like.new_ones(1, 1, 1)]
    return torch.cat(pieces, -1), tensors


def _enter_attention(run: Execution, layer: Layer, outside: Links, inside: Links) -> Entering:
    looked = memory_of(run, layer)
    blocked = looked.values.new_zeros(1, 1, 1) if looked.blocked is None else looked.blocked
    tensors = [looked.keys, looked.values, blocked]
    if looked.query is not None and looked.energy is not None:
        tensors += [looked.query, looked.energy]
    query, _ = _enter_join(run, layer, outside, inside)
    return query, tensors


def _enter_add(run: Execution, layer: Layer, outside: Links, inside: Links) -> Entering:
    total = run.like.new_zeros(run.batch, run.shapes[layer.id].features)
    for link in outside:
        total = total + run.read(link, run.steps(layer.id))
    return total, []


def _enter_multiply(run: Execution, layer: Layer, outside: Links, inside: Links) -> Entering:
    total = run.like.new_ones(run.batch, run.shapes[layer.id].features)
    for link in outside:
        total = total * run.read(link, run.steps(layer.id))
    return total, []


_ENTER = {
    "dense": _enter_dense,
    "output": _enter_dense,
    "rnn": _enter_block,
    "lstm": _enter_block,
    "gru": _enter_block,
    "concatenate": _enter_join,
    "dropout": _enter_join,
    "layer_norm": _enter_join,
    "attention": _enter_attention,
    "add": _enter_add,
    "multiply": _enter_multiply,
}
