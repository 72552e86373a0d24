"""Step by step through any component with cycles: one autograd function with its backward pass written by hand.

What a step needs from outside the component has been projected for all steps before; weight gradients are one product
over all steps; a link with delay d is multiplied for d steps at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.engine.nodes.affine import Affine, Dense
from core.engine.nodes.attention import Attention
from core.engine.nodes.base import Node, NodePlan
from core.engine.nodes.gated import Gru, Lstm
from core.engine.nodes.joins import Add, Dropout, Join, LayerNorm, Multiply
from core.engine.recorder import Recorder

NODES: dict[str, type[Node]] = {
    "dense": Dense,
    "lstm": Lstm,
    "gru": Gru,
    "concatenate": Join,
    "dropout": Dropout,
    "layer_norm": LayerNorm,
    "attention": Attention,
    "add": Add,
    "multiply": Multiply,
}
"""By ``NodePlan.kind``."""


@dataclass(frozen=True)
class NodeInput:
    """What one node of a scan gets in a run."""

    entering: Tensor
    """(steps, batch, width): what it reads from outside the component, projected, with all biases."""
    start: Tensor
    """(depth, batch, features): its values before the first step."""
    tensors: list[Tensor]
    """Its matrices and the like, as its class says."""


def scan(
    plans: Sequence[NodePlan], given: Sequence[NodeInput], truncate: int, recorders: Sequence[Recorder | None]
) -> tuple[list[Tensor], list[Tensor]]:
    """Values (steps, batch, features) of all nodes, and their further outputs in order (sums, cell states, attention weights)."""
    flat: list[Tensor] = []
    counts = []
    for item in given:
        flat += [item.entering, item.start, *item.tensors]
        counts.append(2 + len(item.tensors))
    outputs = Scan.apply(tuple(plans), tuple(counts), truncate, tuple(recorders), *flat)  # type: ignore[no-untyped-call]
    return list(outputs[: len(plans)]), list(outputs[len(plans) :])


def _nodes(plans: Sequence[NodePlan], counts: Sequence[int], flat: Sequence[Tensor]) -> list[Node]:
    nodes = []
    first = 0
    for plan, count in zip(plans, counts, strict=True):
        entering, start, *tensors = flat[first : first + count]
        nodes.append(NODES[plan.kind](plan, entering, start, tensors))
        first += count
    for node in nodes:
        node.connect(nodes)
    return nodes


class Scan(torch.autograd.Function):
    """Forward from the first step to the last, backward from the last to the first."""

    @staticmethod
    def forward(ctx: Any, plans: Any, counts: Any, truncate: int, recorders: Any, *flat: Tensor) -> tuple[Tensor, ...]:
        nodes = _nodes(plans, counts, [tensor.detach() for tensor in flat])
        for t in range(nodes[0].steps):
            for node in nodes:
                node.forward(t)
        ctx.nodes, ctx.truncate, ctx.recorders = nodes, truncate, recorders
        ctx.set_materialize_grads(False)
        return (*(node.states() for node in nodes), *(node.extra_output() for node in nodes if node.extra))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        nodes: list[Node] = ctx.nodes
        extra = iter(grads[len(nodes) :])
        for node, outside in zip(nodes, grads, strict=False):
            node.begin_backward(outside, next(extra) if node.extra else None, ctx.truncate)
        for node in nodes:
            if isinstance(node, Affine):
                node.connect_backward()
        upward = nodes[::-1]
        for t in range(nodes[0].steps - 1, -1, -1):
            for node in upward:
                node.backward(t)
        _record(nodes, ctx.recorders)
        found: list[Tensor | None] = []
        for node in nodes:
            found += [node.entering_gradient(), node.grad[: node.depth], *node.tensor_gradients()]
        return (None, None, None, None, *found)


def _record(nodes: list[Node], recorders: Sequence[Recorder | None]) -> None:
    for number, (node, recorder) in enumerate(zip(nodes, recorders, strict=True)):
        if recorder is None:
            continue
        recorder.total = node.grad[node.depth :]
        recorder.direct = lambda n=number: direct_parts(nodes)[n]
        if isinstance(node, Lstm):
            recorder.cell = lambda grad=node.cell_grad: grad[1:]


def direct_parts(nodes: list[Node]) -> list[Tensor]:
    """For each node, the part of dL/dh_t that leaves the component at step t itself, for all steps at once."""
    grads = {n: _outside(node) for n, node in enumerate(nodes)}
    for number in range(len(nodes) - 1, -1, -1):
        nodes[number].direct(grads[number], grads)
    return [grads[n] for n in range(len(nodes))]


def _outside(node: Node) -> Tensor:
    return torch.zeros_like(node.states()) if node.outside is None else node.outside
