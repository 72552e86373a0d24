"""The plain recurrence h_t = f(x_t + W h_{t-1}), as an RNN block or as a dense layer with a link to itself."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.engine.recorder import Recorder

SQUASHES = {"tanh": torch.tanh_, "relu": torch.relu_, "sigmoid": torch.sigmoid_}
"""Activations whose slope follows from their value, as in-place functions; "identity" is handled too."""


def slope(name: str, value: Tensor) -> Tensor | None:
    """f'(z) from f(z); None where it is 1 everywhere."""
    if name == "tanh":
        return torch.addcmul(value.new_ones(()), value, value, value=-1)
    if name == "relu":
        return (value > 0).to(value.dtype)
    if name == "sigmoid":
        return torch.addcmul(value, value, value, value=-1)
    return None


class Elman(torch.autograd.Function):
    """states = Elman.apply(x, weight, start, activation, truncate, recorder).

    x (steps, batch, units) holds the input already multiplied and with all biases; weight (units, units); start
    (batch, units) is h_{-1}. Returns (steps, batch, units). ``truncate`` > 0 stops the gradient every so many steps.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, start: Tensor, activation: str, truncate: int, recorder: Recorder | None
    ) -> Tensor:
        steps, batch, units = x.shape
        states = x.new_empty(steps + 1, batch, units)
        states[0] = start
        rows = states.unbind(0)
        transposed = weight.t()
        squash = SQUASHES.get(activation)
        before = rows[0]
        addmm = torch.addmm
        for now, x_t in zip(rows[1:], x.unbind(0), strict=True):
            addmm(x_t, before, transposed, out=now)
            if squash is not None:
                squash(now)
            before = now
        ctx.save_for_backward(states, weight)
        ctx.activation, ctx.truncate, ctx.recorder = activation, truncate, recorder
        return states[1:]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        states, weight = ctx.saved_tensors
        outside = grads[0]
        factor = slope(ctx.activation, states[1:])
        total, delta = _walk_back(outside, factor, weight, ctx.truncate)
        if ctx.recorder is not None:
            ctx.recorder.total = total
            ctx.recorder.direct = lambda: outside
        d_weight = _product(delta, states[:-1]) if ctx.needs_input_grad[1] else None
        d_start = delta[0] @ weight if ctx.needs_input_grad[2] else None
        return delta, d_weight, d_start, None, None, None


def _walk_back(outside: Tensor, factor: Tensor | None, weight: Tensor, truncate: int) -> tuple[Tensor, Tensor]:
    """dL/dh_t and dL/dz_t (z before the activation) of all steps, from the last step to the first."""
    total = torch.empty_like(outside, memory_format=torch.contiguous_format)
    delta = total if factor is None else torch.empty_like(total)
    arriving, totals, deltas = outside.unbind(0), total.unbind(0), delta.unbind(0)
    factors = deltas if factor is None else factor.unbind(0)
    last = len(totals) - 1
    addmm, mul = torch.addmm, torch.mul
    later = None
    for t in range(last, -1, -1):
        now = totals[t]
        if later is None or (truncate and (t + 1) % truncate == 0):
            now.copy_(arriving[t])
        else:
            addmm(arriving[t], later, weight, out=now)
        later = deltas[t]
        if factor is not None:
            mul(now, factors[t], out=later)
    return total, delta


def _product(delta: Tensor, before: Tensor) -> Tensor:
    """Sum over steps and samples of delta_t times h_{t-1}: the gradient of the recurrent weights."""
    return delta.flatten(0, 1).t() @ before.flatten(0, 1)
