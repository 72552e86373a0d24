"""Probes of memory: the factor by which each step passes the gradient on, the memory horizon, and gates."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.engine.capture import Capture
from core.engine.probes import Look
from core.engine.probes_local import Local, in_walk, locals_of
from core.engine.probes_state import STUCK, saturated
from core.errors import BadValue

LARGEST = 1024
"""State variables of a cycle whose Jacobian is still computed."""
CHUNK = 1 << 18
"""Numbers of a Jacobian that are worked out at once, so that whoever waits can be heard in between."""
LEFT = 0.01
"""Share of the gradient that is left at the memory horizon."""

Values = dict[str, np.ndarray]
Key = tuple[str, str, str]
"""(layer id, suffix of the direction, "h" or "c")."""


@dataclass(eq=False)
class Transition:
    """How the state of a layer's cycle at step t depends on that of earlier steps, at some steps of a pass."""

    steps: np.ndarray
    """(n,) the steps t, 0-based and after the first where there is more than one."""
    rows: dict[Key, slice]
    """Where each part of the state stands."""
    by_delay: dict[int, Tensor]
    """For each delay k >= 1: dx_t / dx_{t-k}, (n, batch, size, size), everything between included. In 64 bit on the
    processor: the Apple GPU has neither the precision nor eigenvalues."""

    def own(self, layer: str) -> dict[int, Tensor]:
        """For each delay k: dh_t / dh_{t-k} of one layer (with c for an LSTM), (n, batch, own size, own size)."""
        places = torch.cat([torch.arange(s.start, s.stop) for (key, _, _), s in self.rows.items() if key == layer])
        return {delay: block[..., places, :][..., places] for delay, block in self.by_delay.items()}

    def companion(self) -> Tensor:
        """The whole transition of (x_t, ..., x_{t-D+1}), (n, batch, D size, D size)."""
        depth = max(self.by_delay)
        first = self.by_delay[min(self.by_delay)]
        size = first.shape[-1]
        blank = torch.zeros_like(first)
        top = torch.cat([self.by_delay.get(delay, blank) for delay in range(1, depth + 1)], -1)
        if depth == 1:
            return top
        shift = torch.eye((depth - 1) * size, depth * size, dtype=top.dtype, device=top.device)
        return torch.cat([top, shift.expand(*top.shape[:2], -1, -1)], -2)

    def radii(self, look: Look) -> Tensor:
        """Largest |eigenvalue| of the whole transition over one step, (n, batch).

        State variables that nothing reads, or that read nothing, add eigenvalues of 0 alone and are left out.
        """
        whole = self.companion()
        lives = (whole != 0).flatten(0, 1).any(0)
        kept = torch.arange(len(lives))
        while len(kept):
            inside = lives[kept][:, kept]
            stays = inside.any(0) & inside.any(1)
            if bool(stays.all()):
                break
            kept = kept[stays]
        return _radii(look, whole[..., kept, :][..., kept]) if len(kept) else whole.new_zeros(whole.shape[:2])


def transition(look: Look, at: int) -> Transition:
    """The transition of the cycle that the layer is on, to the step ``at``."""
    return next(transitions(look, np.array([at])))


def spread(look: Look, columns: int) -> np.ndarray:
    """At most ``columns`` steps, after the first where there is more than one, evenly spread."""
    count = look.axes.steps[look.layer]
    return np.unique(np.linspace(min(1, count - 1), count - 1, min(columns, count)).round().astype(int))


def transitions(look: Look, steps: np.ndarray) -> Iterator[Transition]:
    """The transitions of the cycle that the layer is on, to these steps, a few of them at a time."""
    members = look.model.program.plan.part_of(look.layer).layers
    walks = {key: locals_of(look, key) for key in members}
    rows: dict[Key, slice] = {}
    size = 0
    for key, directions in walks.items():
        width = look.seen.values.outputs[key].shape[-1] // len(directions)
        for local in directions:
            for part in ("h", "c") if local.layer.kind == "lstm" else ("h",):
                rows[key, local.suffix, part] = slice(size, size + width)
                size += width
    depth = max([1, *(link.delay for key in members for link in look.network.into(key) if link.source in members)])
    if size * depth > LARGEST:
        raise BadValue(
            "The cycle of “{layer}” has a state of {size} numbers: its Jacobian is computed for at most {largest}.",
            layer=look.asked.name,
            size=size * depth,
            largest=LARGEST,
        )
    at_once = max(1, CHUNK // (len(look.batch) * (size * depth) ** 2))
    for chosen in np.split(steps, range(at_once, len(steps), at_once)):
        look.breathe()
        shape = (len(chosen), len(look.batch), size, size)
        blocks = {delay: torch.zeros(shape, dtype=torch.float64) for delay in range(depth + 1)}
        for directions in walks.values():
            for local in directions:
                _differentiate(look, local, chosen, rows, blocks)
        yield Transition(chosen, rows, _without_delay(blocks))


def _differentiate(
    look: Look, local: Local, steps: np.ndarray, rows: dict[Key, slice], blocks: dict[int, Tensor]
) -> None:
    """Write the derivatives of one layer at ``steps`` into ``blocks``, by delay."""
    count = look.axes.steps[look.layer]
    chosen = torch.as_tensor(count - 1 - steps if local.suffix else steps)
    own = (local.layer.id, local.suffix)
    sources: list[tuple[Tensor, int, slice]] = []
    reads = {}
    for link in local.links:
        reads[link.id] = local.reads[link.id][chosen].clone().requires_grad_()
        if (link.source, "", "h") in rows:
            sources.append((reads[link.id], link.delay, rows[link.source, "", "h"]))
    before = cell = None
    if local.before is not None:
        before = local.before[chosen].clone().requires_grad_()
        sources.append((before, 1, rows[(*own, "h")]))
    if local.cell_before is not None:
        cell = local.cell_before[chosen].clone().requires_grad_()
        sources.append((cell, 1, rows[(*own, "c")]))
    state, new_cell = local.step(reads, before, cell)
    outputs = {"h": state, **({"c": new_cell} if cell is not None else {})}
    for part, values in outputs.items():
        if not sources or not values.requires_grad:
            continue
        for first, grads in _jacobian(look, values, [leaf for leaf, _, _ in sources]):
            top = rows[(*own, part)].start + first
            for grad, (_, delay, columns) in zip(grads, sources, strict=True):
                if grad is not None:
                    blocks[delay][..., top : top + len(grad), columns] += grad.movedim(0, -2).cpu()


def _jacobian(look: Look, values: Tensor, leaves: list[Tensor]) -> Iterator[tuple[int, tuple[Tensor | None, ...]]]:
    """(first unit, for each leaf d values / d leaf (units, n, batch, features)) for some units after the others."""
    units = values.shape[-1]
    at_once = max(1, CHUNK // (values.numel() * len(leaves)))
    for first in range(0, units, at_once):
        look.breathe()
        chosen = torch.arange(first, min(first + at_once, units), device=values.device)
        fed = values.new_zeros(len(chosen), *values.shape)
        fed[chosen - first, ..., chosen] = 1.0
        yield (
            first,
            torch.autograd.grad(values, leaves, fed, retain_graph=True, allow_unused=True, is_grads_batched=True),
        )


def _without_delay(blocks: dict[int, Tensor]) -> dict[int, Tensor]:
    """x_t = sum over k of A_k x_{t-k}, solved for x_t: links without delay inside a cycle are walked through."""
    within = blocks.pop(0)
    if not bool(within.any()):
        return blocks
    unit = torch.eye(within.shape[-1], dtype=within.dtype, device=within.device)
    return {delay: torch.linalg.solve(unit - within, block) for delay, block in blocks.items()}


def factor(look: Look, columns: int) -> Values:
    """How the state of one step moves the next one's.

    step: (n,) the steps t looked at. delay: k, the layer's shortest way back to itself in steps. norm: (n,) the largest
    singular value of dh_t / dh_{t-k} (of (h, c) for an LSTM). radius: (n,) largest |eigenvalue| of the transition of
    the whole cycle over one step. Both are means over the samples. saturated: (steps,) share of saturated units.
    "weights/NAME": largest |eigenvalue| of a recurrent matrix; of each gate for a block with several.
    """
    refuse_without_past(look)
    steps, norms, radii = spread(look, columns), [], []
    for found in transitions(look, steps):
        norms.append({delay: _norms(look, own) for delay, own in found.own(look.layer).items()})
        radii.append(found.radii(look))
    by_delay = {delay: torch.cat([one[delay] for one in norms]) for delay in sorted(norms[0])}
    delay = next((k for k, norm in by_delay.items() if bool((norm > 0).any())), min(by_delay))
    values = {
        "step": steps,
        "delay": np.array(delay),
        "norm": by_delay[delay].mean(-1).numpy(),
        "radius": torch.cat(radii).mean(-1).numpy(),
        "saturated": saturated(look, look.layer),
    }
    for name, matrix in _recurrent_matrices(look):
        values[f"weights/{name}"] = _radii(look, matrix[None])[0].numpy()
    return values


def _norms(look: Look, matrices: Tensor) -> Tensor:
    """The largest singular value of each matrix (..., m, m); a block of zeros alone is not worth the work."""
    if not bool((matrices != 0).any()):
        return matrices.new_zeros(matrices.shape[:-2])
    return _one_by_one(look, matrices, lambda matrix: torch.linalg.matrix_norm(matrix, ord=2))


def _radii(look: Look, matrices: Tensor) -> Tensor:
    """The largest |eigenvalue| of each matrix (..., m, m)."""
    return _one_by_one(look, matrices, lambda matrix: torch.linalg.eigvals(matrix).abs().amax())


def _one_by_one(look: Look, matrices: Tensor, number: Callable[[Tensor], Tensor]) -> Tensor:
    """A number of each matrix. All at once would be no quicker, and could not be given up."""
    found = []
    for matrix in matrices.flatten(0, -3):
        look.breathe()
        found.append(number(matrix))
    return torch.stack(found).reshape(matrices.shape[:-2])


def _recurrent_matrices(look: Look) -> list[tuple[str, Tensor]]:
    """(name, matrix) of the square weights by which the layer reads its own past; gates of a block apart."""
    layer, found = look.asked, []
    for local in locals_of(look, layer.id):
        if local.before is not None:
            w_hh = local.weights()[1].detach().cpu().double()
            gates = w_hh.split(w_hh.shape[1])
            names = {1: [""], 3: ["reset", "update", "candidate"], 4: ["input", "forget", "candidate", "output"]}
            for gate, matrix in zip(names[len(gates)], gates, strict=True):
                found.append((f"{layer.id}.weight_hh{local.suffix}" + (f".{gate}" if gate else ""), matrix))
        for link in local.links:
            name = f"{link.id}.weight"
            if link.source == layer.id and link.delay and name in local.parameters:
                weight = local.parameters[name].detach().cpu().double()
                mask = 1.0 if link.mask is None else torch.as_tensor(link.mask)
                found.append((name, weight * mask))
    return found


def refuse_without_past(look: Look) -> None:
    """BadValue for a layer on no cycle."""
    if not look.model.program.plan.part_of(look.layer).recurrent:
        raise BadValue("“{layer}” does not read its own past: choose a recurrent layer.", layer=look.asked.name)


def horizon(look: Look, columns: int) -> Values:
    """How long the layer remembers.

    distance: (steps,) k, up to the longest sequence. left: (steps,) |dL/dh_{T-k}| / |dL/dh_T| for a loss felt at the last step alone, measured.
    measured: the factor per step of the straight line through log left. predicted: the same from the transition of the
    cycle, the geometric mean of its spectral radius. horizon: steps until less than 1 % is left; past the length of the
    sequence it goes on with the measured factor, and is infinite where that is 1 or more.
    """
    refuse_without_past(look)
    left = _left(look)
    seen = np.flatnonzero(np.isfinite(left) & (left > 0))
    rate = math.exp(np.polyfit(seen, np.log(left[seen]), 1)[0]) if len(seen) > 1 else math.nan
    radius = torch.cat([found.radii(look) for found in transitions(look, spread(look, columns))])
    predicted = float(torch.exp(torch.log(radius.clamp_min(1e-300)).mean()))
    return {
        "distance": np.arange(len(left)),
        "left": left,
        "measured": np.array(rate),
        "predicted": np.array(predicted),
        "horizon": np.array(_horizon(left, rate)),
    }


def _left(look: Look) -> np.ndarray:
    """|gradient k steps before the last valid step| as a share of that at it, mean over samples, (steps,)."""
    capture = Capture(every_layer=True)
    parameters = {name: tensor.detach().clone().requires_grad_() for name, tensor in look.parameters.items()}
    seen = look.model.forward(parameters, look.batch, capture=capture, truncate=0)
    value = seen.values.outputs[look.layer]
    steps, batch = value.shape[:2]
    lengths = look.axes.lengths[look.layer]
    last = torch.full((batch,), steps) if lengths is None else lengths.cpu()
    assert look.seen.capture is not None
    felt = look.seen.capture.direct(look.layer)
    fed = torch.zeros_like(value)
    for sample in range(batch):
        at = int(last[sample]) - 1
        wanted = felt[at, sample]
        fed[at, sample] = wanted if bool(wanted.any()) else 1.0
    torch.autograd.backward(value, fed)
    norms = torch.linalg.vector_norm(capture.total(look.layer).cpu().double(), dim=-1)
    back = torch.full((steps, batch), math.nan, dtype=torch.float64)
    for sample in range(batch):
        walked = norms[: int(last[sample]), sample].flip(0)
        back[: len(walked), sample] = walked / walked[0]
    return np.asarray(torch.nanmean(back[: int(last.max())], dim=1))


def _horizon(left: np.ndarray, rate: float) -> float:
    below = np.flatnonzero(left < LEFT)
    if len(below):
        k = int(below[0])
        high, low = left[k - 1], max(left[k], 1e-300)
        return k - 1 + math.log(high / LEFT) / math.log(high / low)
    if not rate < 1:
        return math.inf
    return len(left) - 1 + math.log(LEFT / left[-1]) / math.log(rate)


def gates(look: Look) -> Values:
    """ "NAME/mean", "NAME/closed", "NAME/open": (steps,) mean opening of a gate, share below 0.05 and above 0.95.

    The names are input, forget, output (LSTM) or reset, update (GRU), with "_reverse" for the second direction.
    """
    if look.asked.kind not in ("lstm", "gru"):
        raise BadValue("“{layer}” has no gates: choose an LSTM or a GRU.", layer=look.asked.name)
    values: Values = {}
    for local in locals_of(look, look.layer):
        with torch.no_grad():
            opened = {name: in_walk(gate, local.suffix) for name, gate in local.gates().items() if name != "candidate"}
        for name, gate in opened.items():
            key = name + local.suffix
            values[f"{key}/mean"] = gate.mean((-1, -2)).cpu().numpy()
            values[f"{key}/closed"] = (gate < STUCK).cpu().double().mean((-1, -2)).numpy()
            values[f"{key}/open"] = (gate > 1 - STUCK).cpu().double().mean((-1, -2)).numpy()
    return values
