"""Attention over all steps at once: the score of every query with every step of a memory, and what is made of them.

Bahdanau, Cho, Bengio 2015 (additive), Luong, Pham, Manning 2015 (dot, general), Vaswani et al. 2017 (scaled dot):
weights = softmax over the valid steps s of e(q_t, m_s), context c_t = sum_s weights_ts m_s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import linear

from core.engine.execution import Execution
from core.network import Layer


@dataclass(frozen=True)
class Memory:
    """What an attention layer looks through, the same for every query."""

    values: Tensor
    """(batch, steps, features); what is padding reads 0, whatever stood there."""
    keys: Tensor
    """(batch, steps, width): what a query is compared with."""
    blocked: Tensor | None
    """(batch, 1, steps) -inf where the memory is padding and 0 elsewhere; None where nothing is padded."""
    query: Tensor | None = None
    """(width, query features) of the additive score."""
    energy: Tensor | None = None
    """(width,) of the additive score."""


def memory_of(run: Execution, layer: Layer) -> Memory:
    """The memory of a layer in a run; a static one counts as a single step."""
    (link,) = run.network.into(layer.id, "memory")
    values = run.values[link.source]
    lengths = run.axes.lengths.get(link.source)
    valid = None if lengths is None else torch.arange(len(values), device=values.device)[:, None] < lengths
    return memory(layer, run.parameters, values if values.dim() == 3 else values[None], valid)


def memory(layer: Layer, parameters: Mapping[str, Tensor], values: Tensor, valid: Tensor | None) -> Memory:
    """``values`` is (steps, batch, features), ``valid`` (steps, batch) the steps that may be looked at."""
    blocked = None
    if valid is not None:
        # where, and not a product: what a cell makes of padding may be infinite, and 0 times that is no number
        values = torch.where(valid[..., None], values, 0.0)
        blocked = torch.zeros_like(valid, dtype=values.dtype).masked_fill(~valid, -torch.inf).t()[:, None]
    # the way back of a batched product of transposed tensors with axes of size 1 reads memory that nobody wrote
    values = values.transpose(0, 1).contiguous()
    match layer.params["score"]:
        case "general":
            return Memory(values, linear(values, parameters[f"{layer.id}.score"]), blocked)
        case "additive":
            keys = linear(values, parameters[f"{layer.id}.memory"])
            return Memory(values, keys, blocked, parameters[f"{layer.id}.query"], parameters[f"{layer.id}.energy"])
        case "scaled":
            return Memory(values, values / values.shape[-1] ** 0.5, blocked)
        case _:
            return Memory(values, values, blocked)


def attend(query: Tensor, looked: Memory) -> tuple[Tensor, Tensor]:
    """(context, weights) of queries (steps, batch, features), or (batch, features) of a single one.

    Contexts are (steps, batch, memory features), weights (steps, batch, memory steps); those of padding are exactly 0.
    """
    if query.dim() == 2:
        context, weights = attend(query[None], looked)
        return context[0], weights[0]
    energies = scores(query.transpose(0, 1).contiguous(), looked)
    if looked.blocked is not None:
        energies = energies + looked.blocked
    weights = torch.softmax(energies, -1)
    return (weights @ looked.values).transpose(0, 1).contiguous(), weights.transpose(0, 1)


def scores(query: Tensor, looked: Memory) -> Tensor:
    """e(q_t, m_s), (batch, steps, memory steps), of queries (batch, steps, features)."""
    if looked.query is None or looked.energy is None:
        return query @ looked.keys.transpose(1, 2)
    inner = linear(query, looked.query)[:, :, None] + looked.keys[:, None]
    energies: Tensor = torch.tanh(inner) @ looked.energy
    return energies
