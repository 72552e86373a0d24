"""Probes of the state of a network: activation statistics, saturated and dead units, gradient noise."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from core.engine.batches import Batch
from core.engine.probes import Look
from core.engine.probes_local import Local, in_walk, locals_of
from core.network import activation_of

FLAT = 0.1
"""A unit is saturated where the slope of its activation is less than this."""
STUCK = 0.05
"""A gate is saturated where it is closer than this to 0 or 1."""
NOT_BY_UNIT = frozenset({"softmax", "log_softmax"})

Values = dict[str, np.ndarray]


def activations(look: Look, columns: int) -> Values:
    """What every layer says, over the samples and their valid steps.

    "ID/mean", "ID/std", "ID/min", "ID/max": numbers. "ID/histogram": (bars,) counts between "ID/edges": (bars + 1,).
    "ID/saturated": share of saturated units, where the layer has an activation or gates. "ID/dead": how many units
    never change, or have a slope of 0 everywhere.
    """
    values: Values = {}
    for key, output in look.seen.values.outputs.items():
        said = _valid(look, key, output.detach()).cpu().double()
        counts, edges = np.histogram(said.cpu().numpy(), columns)
        values[f"{key}/mean"], values[f"{key}/std"] = (
            np.array(float(said.mean())),
            np.array(float(said.std(correction=0))),
        )
        values[f"{key}/min"], values[f"{key}/max"] = np.array(float(said.min())), np.array(float(said.max()))
        values[f"{key}/histogram"], values[f"{key}/edges"] = counts, edges
        flat = _flat(look, key)
        if flat is not None:
            values[f"{key}/saturated"] = np.array(float(_valid(look, key, flat[1].cpu().double()).mean()))
        values[f"{key}/dead"] = np.array(int(_dead(look, key, None if flat is None else flat[0]).sum()))
    return values


def _dead(look: Look, layer_id: str, slopes: Tensor | None) -> Tensor:
    """(units,) which of them never change over samples and valid steps, or have a slope of 0 everywhere."""
    said = _valid(look, layer_id, look.seen.values.outputs[layer_id].detach())
    still = said.amax(0) == said.amin(0)
    return still if slopes is None else still | (_valid(look, layer_id, slopes) == 0).all(0)


def saturation(look: Look, layer_id: str) -> tuple[float, int | None] | None:
    """Share of saturated units (or gates) over the valid steps, and the step where it is largest (None for a static
    value); None for a layer that cannot saturate."""
    found = _flat(look, layer_id)
    if found is None:
        return None
    share = float(_valid(look, layer_id, found[1].cpu().double()).mean())
    by_step = found[1].cpu().double().mean((-1, -2)) if found[1].dim() == 3 else None
    return share, None if by_step is None else int(by_step.argmax())


def dead(look: Look, layer_id: str) -> float | None:
    """Share of dead units; None for a layer without an activation, and where a single value says nothing."""
    found = _flat(look, layer_id)
    if found is None or look.seen.values.outputs[layer_id].flatten(0, -2).shape[0] < 2:
        return None
    return float(_dead(look, layer_id, found[0]).cpu().double().mean())


def saturated(look: Look, layer_id: str) -> np.ndarray:
    """Share of the units of a layer that are saturated, (steps,); of the gates for an LSTM or GRU."""
    found = _flat(look, layer_id)
    if found is None:
        return np.zeros(look.axes.steps.get(layer_id, 1))
    share: np.ndarray = found[1].cpu().double().mean((-1, -2)).cpu().numpy()
    return np.atleast_1d(share)


def _flat(look: Look, layer_id: str) -> tuple[Tensor | None, Tensor] | None:
    """(slopes of the activation or None, where it is saturated); None for a layer without activation."""
    layer = look.network.layers[layer_id]
    if layer.kind in ("rnn", "lstm", "gru"):
        parts = [(local, in_walk(_stuck(local), local.suffix)) for local in locals_of(look, layer_id)]
        return None, torch.cat([stuck for _, stuck in parts], -1)
    chosen = activation_of(layer)
    if chosen is None or chosen.key in NOT_BY_UNIT:
        return None
    (local,) = locals_of(look, layer_id)
    sums = local.sums(local.reads).detach().requires_grad_()
    (slopes,) = torch.autograd.grad(local.activated(sums).sum(), sums)
    return slopes, slopes.abs() < FLAT


@torch.no_grad()
def _stuck(local: Local) -> Tensor:
    """Which units of an RNN, or gates of an LSTM or GRU, are saturated; (steps, batch, gates x units)."""
    if local.layer.kind != "rnn":
        gates = torch.cat([gate for name, gate in local.gates().items() if name != "candidate"], -1)
        return (gates < STUCK) | (gates > 1 - STUCK)
    state, _ = local.step(local.reads, local.before, None)
    return state == 0 if local.layer.params["nonlinearity"] == "relu" else 1 - state.square() < FLAT


def _valid(look: Look, layer_id: str, values: Tensor) -> Tensor:
    """(values, units) without padding."""
    lengths = look.axes.lengths.get(layer_id)
    if values.dim() == 2 or lengths is None:
        return values.flatten(0, -2)
    inside = torch.arange(len(values), device=values.device)[:, None] < lengths.to(values.device)[None, :]
    return values[inside]


def noise(look: Look) -> Values:
    """How much the gradients of single samples differ.

    norm: (samples,) |g_i|. cosine: (samples,) with the mean gradient g. mean_norm: |g|. variance: tr Sigma, the summed
    variance of the gradient over samples (unbiased). batch_size: tr Sigma / |G|^2, with |G|^2 the squared true gradient,
    estimated without bias; infinite where that estimate is not above 0.
    """
    rows = []
    for number in range(len(look.batch)):
        look.breathe()
        single = look.model.looked_at(look.parameters, one_of(look.batch, number), truncate=0)
        grads = look.learned(single)
        rows.append(torch.cat([grads[name].flatten() for name in sorted(grads)]).cpu().double())
    gradients = torch.stack(rows)
    mean, norms = gradients.mean(0), torch.linalg.vector_norm(gradients, dim=1)
    count, squared = len(rows), float(mean.square().sum())
    spread = float((gradients - mean).square().sum()) / max(1, count - 1)
    true = squared - spread / count
    inner = gradients @ mean
    scale = norms * mean.norm()
    return {
        "norm": norms.cpu().numpy(),
        "cosine": torch.where(scale > 0, inner / scale.clamp_min(1e-300), torch.zeros_like(inner)).cpu().numpy(),
        "mean_norm": np.array(squared**0.5),
        "variance": np.array(spread),
        "batch_size": np.array(spread / true if true > 0 else np.inf),
    }


def one_of(batch: Batch, number: int) -> Batch:
    """A batch of a single sample of another one."""

    def cut(values: Tensor) -> Tensor:
        return values.narrow(values.dim() - 2, number, 1)

    return Batch(
        batch.samples[number : number + 1],
        {key: cut(values) for key, values in batch.inputs.items()},
        cut(batch.target),
        None if batch.mask is None else batch.mask[:, number : number + 1],
        batch.lengths and {key: steps[number : number + 1] for key, steps in batch.lengths.items()},
        batch.steps,
    )
