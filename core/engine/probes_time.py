"""Probes of the gradient through time: where it comes from, which steps teach the weights, what truncation loses."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from core.engine.activations import activation
from core.engine.capture import Capture
from core.engine.objective import Answers
from core.engine.probes import Look, tiled
from core.engine.probes_local import Local, cell_handed, in_walk, locals_of
from core.errors import BadValue
from core.network import activation_of

Values = dict[str, np.ndarray]


def itemised(look: Look, columns: int) -> Values:
    """By loss step: how much of dL/dh_t comes from the loss felt at step s.

    first, last: (columns,) steps of the loss that a column stands for. norm: (steps, columns) |part| averaged over the
    samples. share: (steps, columns) the part along the total gradient, as a share of it; each row adds up to 1 (0 where
    there is no gradient). total: (steps,) |dL/dh_t|.
    """
    direct = loss_at_logits(look)
    edges = _edges(len(direct) if direct.dim() == 3 else 1, columns)
    parts = _parts(look, direct, edges)
    whole = parts.sum(1)
    along = (parts * whole[:, None]).sum((-1, -2))
    length = whole.square().sum((-1, -2))
    share = along / torch.where(length > 0, length, torch.ones_like(length))[:, None]
    return {
        "first": np.array([a for a, _ in edges]),
        "last": np.array([b - 1 for _, b in edges]),
        "norm": _numbers(torch.linalg.vector_norm(parts, dim=-1).mean(-1)),
        "share": _numbers(share),
        "total": _numbers(torch.linalg.vector_norm(whole, dim=-1).mean(-1)),
    }


def loss_at_logits(look: Look) -> Tensor:
    """The derivative of the loss with respect to the output's sums, with no path through a later step."""
    seen, objective = look.seen, look.model.objective
    chosen = activation_of(look.network.layers[objective.output])
    assert chosen is not None
    slope = [look.parameters[f"{objective.output}.slope"].detach()] if chosen.key == "prelu" else []
    logits = seen.answers.logits.detach().clone().requires_grad_()
    outputs = activation(chosen)(logits, *slope)
    if look.changes is not None:
        outputs = look.changes.put(outputs, objective.output)
    loss = objective.loss(Answers(outputs, outputs if chosen.key == "identity" else logits), look.batch)
    found = torch.autograd.grad(loss, logits, allow_unused=True)[0]
    return torch.zeros_like(logits) if found is None else found


def _parts(look: Look, direct: Tensor, edges: list[tuple[int, int]]) -> Tensor:
    """(steps, columns, batch, units): dL/dh_t with only the loss of one column, for all columns in one pass."""
    batch, copies = len(look.batch), len(edges)
    fed = direct.new_zeros(*direct.shape[:-2], copies, batch, direct.shape[-1])
    for column, (first, last) in enumerate(edges):
        if direct.dim() == 3:
            fed[first:last, column] = direct[first:last]
        else:
            fed[column] = direct
    capture = Capture(every_layer=True)
    parameters = {name: tensor.detach().clone().requires_grad_() for name, tensor in look.parameters.items()}
    seen = look.model.forward(parameters, tiled(look.batch, copies), capture=capture, truncate=0)
    torch.autograd.backward(seen.answers.logits, fed.reshape(*direct.shape[:-2], copies * batch, -1))
    total = capture.total(look.layer)
    total = total if total.dim() == 3 else total[None]
    return total.reshape(len(total), copies, batch, -1)


def _edges(steps: int, columns: int) -> list[tuple[int, int]]:
    """``steps`` cut into at most ``columns`` stretches of nearly equal length."""
    marks = np.linspace(0, steps, min(steps, columns) + 1).round().astype(int)
    return [(int(a), int(b)) for a, b in pairwise(marks)]


def weight_share(look: Look) -> Values:
    """Which steps teach the weights of the layer (its own and its incoming links').

    norm: (steps,) |G_t|. share: (steps,) G_t along the whole gradient as a share of it; adds up to 1. cosine: (steps,)
    between G_t and the whole. cancellation: 0 where all steps agree, 1 where they cancel out. total: |sum of all G_t|.
    """
    if look.layer not in look.axes.steps:
        raise BadValue("“{layer}” has no time steps: choose a layer of a sequence.", layer=look.asked.name)
    whole, norms, along = whole_gradient(look), [], []
    walks = [_walk(look, local) for local in locals_of(look, look.layer)]
    for each in zip(*walks, strict=True):
        step: dict[str, Tensor] = {}
        for part in each:
            step.update(part)
        norms.append(float(_length(step)))
        along.append(float(sum((step[name] * whole[name]).sum() for name in step)))
    total = float(_length(whole))
    lengths, parts = np.array(norms), np.array(along)
    return {
        "norm": lengths,
        "share": parts / total**2 if total else np.zeros_like(parts),
        "cosine": np.divide(parts, lengths * total, out=np.zeros_like(parts), where=lengths * total > 0),
        "cancellation": np.array(1 - total / lengths.sum() if lengths.sum() else 0.0),
        "total": np.array(total),
    }


def whole_gradient(look: Look) -> dict[str, Tensor]:
    """dL/dW of the layer's weights (those that are used at every step), as the optimizer gets it."""
    names = {name for local in locals_of(look, look.layer) for name in local.parameters if _enters(local, name)}
    grads = {name: look.seen.parameters[name].grad for name in names}
    return {name: grad for name, grad in grads.items() if grad is not None}


def step_gradients(look: Look, local: Local) -> list[dict[str, Tensor]]:
    """G_t of every step in the order of time: what the layer's use of its weights at step t adds to dL/dW."""
    return list(_walk(look, local))


def _walk(look: Look, local: Local) -> list[dict[str, Tensor]]:
    assert look.seen.capture is not None
    total = in_walk(look.seen.capture.total(look.layer)[..., local.units], local.suffix)
    onward = cell_onward(look, local, total) if local.layer.kind == "lstm" else None
    made = []
    for t in range(len(total)):
        look.breathe()
        reads = {key: value[t] for key, value in local.reads.items()}
        before = None if local.before is None else local.before[t]
        state, cell = local.step(reads, before, None if local.cell_before is None else local.cell_before[t])
        felt = (state * total[t]).sum()
        if onward is not None:
            felt = felt + (cell * onward[t]).sum()
        names = [name for name, tensor in local.parameters.items() if _enters(local, name)]
        grads = torch.autograd.grad(felt, [local.parameters[name] for name in names], allow_unused=True)
        made.append({name: grad for name, grad in zip(names, grads, strict=True) if grad is not None})
    return made[::-1] if local.suffix else made


def _enters(local: Local, name: str) -> bool:
    """Whether a parameter is used at every step (an initial state is not)."""
    return not name.endswith((".initial", ".initial_cell")) and name.endswith("_reverse") == bool(local.suffix)


@torch.no_grad()
def cell_onward(look: Look, local: Local, total: Tensor) -> Tensor:
    """The part of dL/dc_t of an LSTM that arrives by way of the cell, (steps, batch, units): from step t + 1, and at the
    end from the LSTMs that start from this one's last cell."""
    gates, (_, cell) = local.gates(), local.step(local.reads, local.before, local.cell_before)
    slopes = local.free(total) * gates["output"] * (1 - torch.tanh(cell).square())
    onward = cell_handed(look, local, slopes)
    back = local.back("", local.free(gates["forget"], "cell"))
    for t in range(len(total) - 1, 0, -1):
        onward[t - 1] += (slopes[t] + onward[t]) * back[t]
    return onward if local.valid is None else onward * local.valid[..., None]


def input_gradient(look: Look) -> Values:
    """dL/dx of every input layer, and of what an embedding makes of its symbols.

    "ID/mean": (steps, features) mean of |dL/dx| over the samples; "ID/norm": (steps,) mean of its L2 norm;
    "ID/first": (steps, features) of the first sample, with sign. A static input has no axis of steps.
    """
    totals, values = look.seen.totals(), {}
    for layer in look.network.of_kind("input", "embedding"):
        gradient = totals[layer.id]
        values[f"{layer.id}/mean"] = _numbers(gradient.abs().mean(-2))
        values[f"{layer.id}/norm"] = _numbers(torch.linalg.vector_norm(gradient, dim=-1).mean(-1))
        values[f"{layer.id}/first"] = _numbers(gradient.select(-2, 0))
    return values


def truncation(look: Look, columns: int) -> Values:
    """What truncated back-propagation makes of the gradient of all weights.

    length: (n,) truncation lengths, powers of two below the steps of the longest sequence, at most ``columns`` of them.
    cosine: (n,) with the full gradient. ratio: (n,) |truncated| / |full|.
    """
    full = look.learned(look.seen)
    lengths = [k for k in (2**n for n in range(12)) if k < look.batch.longest][-columns:]
    cosines, ratios = [], []
    for length in lengths:
        look.breathe()
        cut = look.learned(look.model.looked_at(look.parameters, look.batch, truncate=length))
        inner = float(sum((cut[name] * full[name]).sum() for name in cut.keys() & full.keys()))
        one, other = float(_length(cut)), float(_length(full))
        cosines.append(inner / (one * other) if one * other else 0.0)
        ratios.append(one / other if other else 0.0)
    return {"length": np.array(lengths, dtype=int), "cosine": np.array(cosines), "ratio": np.array(ratios)}


def _length(tensors: Mapping[str, Tensor]) -> Tensor:
    return torch.stack([tensor.square().sum() for tensor in tensors.values()]).sum().sqrt()


def _numbers(values: Tensor) -> np.ndarray:
    return values.detach().cpu().numpy().copy()
