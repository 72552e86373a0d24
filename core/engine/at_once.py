"""Layers that need no scan: each one is a few tensor operations over all steps and samples together."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import embedding, layer_norm

from core.engine.activations import activation
from core.engine.attention import attend, memory_of
from core.engine.execution import Execution
from core.engine.kernels.products import linear, linear_bent
from core.errors import BadValue
from core.network import Layer, Link, activation_of


def compute(run: Execution, layer: Layer) -> Tensor:
    """The value of a layer: (steps, batch, features), or (batch, features) where it is static."""
    value: Tensor = _KINDS[layer.kind](run, layer)
    return value


def affine(run: Execution, layer: Layer, links: list[Link], steps: int | None) -> Tensor:
    """b + sum of W source over ``links``: (steps, batch, units), or less where that broadcasts."""
    bias = run.parameters.get(f"{layer.id}.bias")
    total = None
    for link in links:
        read = run.read(link, steps)
        total = linear(read, run.weight(link), bias) if total is None else total + linear(read, run.weight(link))
    if total is not None:
        return total
    units = run.shapes[layer.id].features
    return (run.like.new_zeros(units) if bias is None else bias).expand(run.batch, units)


def bend(run: Execution, layer: Layer, sums: Tensor) -> Tensor:
    """The activation of a layer."""
    chosen = activation_of(layer)
    assert chosen is not None
    if chosen.key == "identity":
        return sums
    slope = [run.parameters[f"{layer.id}.slope"]] if chosen.key == "prelu" else []
    return activation(chosen)(sums, *slope)


def _steps(run: Execution, layer: Layer) -> int | None:
    return run.steps(layer.id) if run.shapes[layer.id].sequence else None


def _dense(run: Execution, layer: Layer) -> Tensor:
    steps = _steps(run, layer)
    value = _bent(run, layer, steps)
    if value is not None:
        return _at_every_step(value, steps)
    sums = _at_every_step(affine(run, layer, run.into[layer.id], steps), steps)
    run.logits[layer.id] = sums
    return bend(run, layer, sums)


def _bent(run: Execution, layer: Layer, steps: int | None) -> Tensor | None:
    """The value of a layer with one link in one operation, where that is faster and nobody asks for its sums."""
    chosen = activation_of(layer)
    if layer.kind == "output" or chosen is None or len(run.into[layer.id]) != 1:
        return None
    (link,) = run.into[layer.id]
    return linear_bent(run.read(link, steps), run.weight(link), run.parameters.get(f"{layer.id}.bias"), chosen.key)


def _at_every_step(value: Tensor, steps: int | None) -> Tensor:
    return value.expand(steps, -1, -1) if steps is not None and value.dim() == 2 else value


def _input(run: Execution, layer: Layer) -> Tensor:
    return run.inputs[layer.id]


def reads(run: Execution, layer: Layer, steps: int | None) -> list[Tensor]:
    """What each link carries, all of them static or all of them sequences."""
    links = run.into[layer.id]
    return [run.read(link, None) if steps is None else run.read_sequence(link, steps) for link in links]


def joined(run: Execution, layer: Layer) -> Tensor:
    """The reads of a layer side by side."""
    found = reads(run, layer, _steps(run, layer))
    return found[0] if len(found) == 1 else torch.cat(found, -1)


def _embedding(run: Execution, layer: Layer) -> Tensor:
    table = run.parameters[f"{layer.id}.table"]
    codes = joined(run, layer)[..., 0].round().long()
    low, high = (int(v) for v in torch.aminmax(codes))
    if low < 0 or high >= len(table):
        raise BadValue(
            "“{layer}” knows the symbols 0 to {last}, but the data holds {code}: raise its number of symbols.",
            layer=layer.name,
            last=len(table) - 1,
            code=low if low < 0 else high,
        )
    return embedding(codes, table)


def _dropout(run: Execution, layer: Layer) -> Tensor:
    value = joined(run, layer)
    return value * run.masks[layer.id] if layer.id in run.masks else value


def _layer_norm(run: Execution, layer: Layer) -> Tensor:
    gain, bias = run.parameters[f"{layer.id}.gain"], run.parameters[f"{layer.id}.bias"]
    return layer_norm(joined(run, layer), gain.shape, gain, bias)


def _add(run: Execution, layer: Layer) -> Tensor:
    first, *others = reads(run, layer, _steps(run, layer))
    for other in others:
        first = first + other
    return first


def _multiply(run: Execution, layer: Layer) -> Tensor:
    first, *others = reads(run, layer, _steps(run, layer))
    for other in others:
        first = first * other
    return first


def _entering(run: Execution, layer: Layer) -> tuple[Tensor, str | None]:
    """What a layer that reduces time reads, and a layer on the axis of it (None where nothing is a sequence)."""
    sequences = [k.source for k in run.into[layer.id] if run.shapes[k.source].sequence]
    axis = sequences[0] if sequences else None
    found = reads(run, layer, None if axis is None else run.steps(axis))
    return torch.cat(found, -1) if len(found) > 1 else found[0], axis


def _valid(run: Execution, value: Tensor, axis: str) -> Tensor | None:
    lengths = run.axes.lengths[axis]
    if lengths is None:
        return None
    return (torch.arange(len(value), device=value.device)[:, None] < lengths)[..., None]


def _last_step(run: Execution, layer: Layer) -> Tensor:
    value, axis = _entering(run, layer)
    return value if axis is None else run.last_valid(value, axis)


def _mean_time(run: Execution, layer: Layer) -> Tensor:
    value, axis = _entering(run, layer)
    if axis is None:
        return value
    valid = _valid(run, value, axis)
    return value.mean(0) if valid is None else torch.where(valid, value, 0.0).sum(0) / valid.sum(0)


def _max_time(run: Execution, layer: Layer) -> Tensor:
    value, axis = _entering(run, layer)
    if axis is None:
        return value
    valid = _valid(run, value, axis)
    return (value if valid is None else torch.where(valid, value, -torch.inf)).max(0).values


def _attention(run: Execution, layer: Layer) -> Tensor:
    context, weights = attend(joined(run, layer), memory_of(run, layer))
    run.attention[layer.id] = weights.detach()
    return context


_KINDS: dict[str, Callable[[Execution, Layer], Tensor]] = {
    "input": _input,
    "dense": _dense,
    "output": _dense,
    "embedding": _embedding,
    "dropout": _dropout,
    "layer_norm": _layer_norm,
    "concatenate": joined,
    "repeat": joined,
    "add": _add,
    "multiply": _multiply,
    "attention": _attention,
    "last_step": _last_step,
    "mean_time": _mean_time,
    "max_time": _max_time,
}
