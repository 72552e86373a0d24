"""Long short-term memory on torch's fused CPU kernel (oneDNN), with dL/dh_t of every step.

The fused backward pass returns delta_t W_ih for every step, where delta_t is the gradient of the sums of the gates, and
uses W_ih for nothing else. What it does not return is delta_{t+1} W_hh, the part of dL/dh_t that comes through the
recurrence. So, to capture, the backward pass is given W_hh in the place of W_ih (or beside it, where somebody asks for
dL/dx), and the input is padded with zeros to that width. A single step passes nothing back through the recurrence: it
goes back as it is. Values and all gradients stay the same to the last bit, dL/dx too: parameters of the layers below
are trained by it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import pad

from core.engine.recorder import Recorder

_forward = torch.ops.aten.mkldnn_rnn_layer.default
_backward = torch.ops.aten.mkldnn_rnn_layer_backward.default
_LSTM = 2
_NARROWEST = 2
"""With a single input feature the kernel sums in another order than with more; padding keeps that out of the results."""


Weights = Sequence[Tensor]
"""weight_ih (4 units, features), weight_hh (4 units, units), bias_ih, bias_hh as in torch.nn.LSTM."""


def fused_lstm(
    x: Tensor, weights: Weights, start: Tensor, start_cell: Tensor, recorder: Recorder | None = None
) -> tuple[Tensor, Tensor]:
    """h_t of all steps, (steps, batch, units), and the last c_t, (batch, units); x (steps, batch, features)."""
    if recorder is None:
        return _unwatched(x, weights, start, start_cell)
    found = FusedLstm.apply(x, *weights, start, start_cell, recorder)  # type: ignore[no-untyped-call]
    return found[0], found[1]


def _unwatched(x: Tensor, weights: Weights, start: Tensor, start_cell: Tensor) -> tuple[Tensor, Tensor]:
    """The same where nobody looks: torch's own way back spares a small network a twentieth of its step."""
    if not torch.is_grad_enabled():
        # the kernel for evaluation alone sums in another order: one that is detached gives the bits of training
        x, start, start_cell, *weights = (value.detach() for value in (x, start, start_cell, *weights))
    w_ih, *others = weights
    if x.shape[-1] < _NARROWEST:
        missing = (0, _NARROWEST - x.shape[-1])
        x, w_ih = pad(x, missing), pad(w_ih, missing)
    first = (start[None].contiguous(), start_cell[None].contiguous())
    states, _, last_cell, _ = _run(x.contiguous(), [w_ih, *others], first)
    return states, last_cell[0]


class FusedLstm(torch.autograd.Function):
    """The fused kernel, and its way back with dL/dh_t; see ``fused_lstm``."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor, start: Tensor, start_cell: Tensor,
        recorder: Recorder,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        steps, batch, features = x.shape
        units = w_hh.shape[1]
        narrow = max(features, _NARROWEST)
        wide = features + units if ctx.needs_input_grad[0] else max(narrow, units)
        # a single step needs no room for W_hh, and a product of one row with a wider matrix may sum in another order
        wide = wide if steps > 1 else narrow
        narrow = narrow if _widens_later(steps, batch, narrow, wide, units) else wide
        ctx.set_materialize_grads(False)
        weights = [w_ih.detach(), w_hh.detach(), b_ih.detach(), b_hh.detach()]
        read = _widened(x.detach(), narrow).contiguous()
        first = (start.detach()[None].contiguous(), start_cell.detach()[None].contiguous())
        states, last, last_cell, kept = _run(read, [_widened(weights[0], narrow), *weights[1:]], first)
        ctx.save_for_backward(read, w_ih, w_hh, b_ih, b_hh, *first, states, last, last_cell, kept)
        ctx.recorder, ctx.features, ctx.wide = recorder, features, wide
        ctx.versions = [value._version for value in (w_ih, w_hh, b_ih, b_hh)]
        return states.view_as(states), last_cell[0]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        read, w_ih, w_hh, b_ih, b_hh, start, start_cell, states, last, last_cell, kept = ctx.saved_tensors
        outside = torch.zeros_like(states) if grads[0] is None else grads[0].contiguous()
        outside_cell = None if grads[1] is None else grads[1][None].contiguous()
        units, features, wants_x = w_hh.shape[1], ctx.features, ctx.needs_input_grad[0]
        reading = torch.cat([w_ih, w_hh], 1) if wants_x else w_hh
        reading = reading if len(states) > 1 else w_ih
        weights = [_widened(reading, ctx.wide), w_hh, b_ih, b_hh]
        found = (states, last, last_cell, kept)
        d_wide, d_w_ih, d_w_hh, d_b_ih, d_b_hh, d_start, d_cell = _run_back(
            _widened(read, ctx.wide), weights, (start, start_cell), found, outside, outside_cell
        )
        first = features if wants_x else 0
        _record(ctx, outside, d_wide[..., first : first + units], outside_cell)
        # in one piece, as torch's own way back returns it: what sums it further down (over the steps of a repeated value,
        # over the batch) adds in an order that depends on how it lies in memory
        d_x = d_wide[..., :features].contiguous() if wants_x else None
        return d_x, d_w_ih[:, :features], d_w_hh, d_b_ih, d_b_hh, d_start[0], d_cell[0], None


def _run(x: Tensor, weights: Sequence[Tensor], first: tuple[Tensor, Tensor]) -> tuple[Tensor, ...]:
    """h_t, the last h and c, and what the backward pass needs, which is kept only where gradients are enabled."""
    units = weights[1].shape[1]
    with torch.enable_grad():
        found: tuple[Tensor, ...] = _forward(x, *weights, *first, False, [], _LSTM, units, 1, True, False, False, True)
    return found


def _run_back(
    x: Tensor, weights: Sequence[Tensor], first: tuple[Tensor, Tensor], found: tuple[Tensor, ...], outside: Tensor,
    outside_cell: Tensor | None,
) -> tuple[Tensor, ...]:  # fmt: skip
    """Gradients of x, the four weights and the two first states."""
    states, last, last_cell, kept = found
    units = weights[1].shape[1]
    gradients: tuple[Tensor, ...] = _backward(
        x, *weights, *first, states, last, last_cell, outside, None, outside_cell,
        False, _LSTM, units, 1, True, True, False, [], False, kept,
    )  # fmt: skip
    return gradients


@lru_cache(maxsize=256)
def _widens_later(steps: int, batch: int, narrow: int, wide: int, units: int) -> bool:
    """Whether a forward pass on narrow input can go back on wide input: then only the way back pays for the width.

    oneDNN does not promise it; what it keeps has the same layout as long as the input is no wider than the state. So it
    is tried, once for each shape, on random numbers, and believed only if every bit agrees.
    """
    if wide > units or narrow == wide:
        return False
    generator = torch.Generator().manual_seed(0)

    def normal(*size: int) -> Tensor:
        return torch.randn(size, generator=generator, dtype=torch.float32)

    x, outside = normal(steps, batch, narrow), normal(steps, batch, units)
    weights = [0.1 * normal(4 * units, narrow), 0.1 * normal(4 * units, units), normal(4 * units), normal(4 * units)]
    first = (normal(1, batch, units), normal(1, batch, units))
    x_wide, w_wide = _widened(x, wide), [_widened(weights[0], wide), *weights[1:]]
    found, found_wide = _run(x, weights, first), _run(x_wide, w_wide, first)
    if found[3].numel() != found_wide[3].numel() or not torch.equal(found[0], found_wide[0]):
        return False
    reading = [_widened(weights[1], wide), *weights[1:]]
    mixed = _run_back(x_wide, reading, first, found, outside, None)
    proper = _run_back(x_wide, reading, first, found_wide, outside, None)
    return all(torch.equal(a, b) for a, b in zip(mixed, proper, strict=True))


def _widened(value: Tensor, width: int) -> Tensor:
    """(..., features) with zeros appended up to (..., width)."""
    features = value.shape[-1]
    if width <= features:
        return value
    wide = value.new_zeros(*value.shape[:-1], width)
    wide[..., :features] = value
    return wide


def _record(ctx: Any, outside: Tensor, through: Tensor, outside_cell: Tensor | None) -> None:
    """``through`` (steps, batch, units): what each step passes back to the state before it; unused for a single step."""
    total = torch.empty_like(outside)
    if len(total) > 1:
        torch.add(outside[:-1], through[1:], out=total[:-1])
    total[-1] = outside[-1]
    ctx.recorder.total = total
    ctx.recorder.direct = lambda: outside
    ctx.recorder.cell = _cell_gradient(ctx, total, outside_cell)


def _cell_gradient(ctx: Any, total: Tensor, outside_cell: Tensor | None) -> Callable[[], Tensor]:
    """A function that works out dL/dc_t from dL/dh_t: two passes over time that a training step need not pay for."""
    read, *weights, start, start_cell, states, _, _, _ = ctx.saved_tensors
    features, versions = ctx.features, ctx.versions

    def work_out() -> Tensor:
        if versions != [value._version for value in weights]:
            raise RuntimeError("ask for dL/dc before the optimizer changes the weights")
        found = cell_states(read[..., :features], weights, states, start[0], start_cell[0])
        bent = torch.tanh(found.cells)
        gradient = total * found.out * (1 - bent * bent)
        if outside_cell is not None:
            gradient[-1] += outside_cell[0]
        rows, keep = gradient.unbind(0), found.forget.unbind(0)
        for t in range(len(rows) - 2, -1, -1):
            rows[t].addcmul_(rows[t + 1], keep[t + 1])
        return gradient

    return work_out


@dataclass(frozen=True)
class CellStates:
    """What the fused kernel keeps to itself, (steps, batch, units) each."""

    cells: Tensor
    """c_t."""
    forget: Tensor
    """The forget gate."""
    out: Tensor
    """The output gate."""


@torch.no_grad()
def cell_states(x: Tensor, weights: Sequence[Tensor], states: Tensor, start: Tensor, start_cell: Tensor) -> CellStates:
    """Work out c_t and the gates again from x_t and h_t."""
    w_ih, w_hh, b_ih, b_hh = weights
    before = torch.cat([start[None], states[:-1]])
    i, f, g, o = (x @ w_ih.t() + before @ w_hh.t() + (b_ih + b_hh)).chunk(4, -1)
    f.sigmoid_()
    written = i.sigmoid_() * g.tanh_()
    cell = start_cell
    for new, forget in zip(written.unbind(0), f.unbind(0), strict=True):
        new.addcmul_(forget, cell)
        cell = new
    return CellStates(written, f, o.sigmoid_())
