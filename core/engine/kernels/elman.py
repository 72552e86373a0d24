"""The plain recurrence h_t = f(x_t + W h_{t-1}), as an RNN block or as a dense layer with a link to itself."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.engine.kernels.pieces import over_steps, stretches
from core.engine.kernels.squashes import SQUASHES, slope
from core.engine.recorder import Recorder


def elman(
    x: Tensor, weight: Tensor, start: Tensor, activation: str, truncate: int = 0, recorder: Recorder | None = None
) -> Tensor:
    """h_t of all steps, (steps, batch, units).

    x (steps, batch, units) holds the input already multiplied and with all biases, **and is overwritten**; weight (units,
    units); start (batch, units) is h_{-1}. ``truncate`` > 0 stops the gradient every so many steps.
    """
    states: Tensor = Elman.apply(x, weight, start, activation, truncate, recorder)  # type: ignore[no-untyped-call]
    return states


class Elman(torch.autograd.Function):
    """The recurrence and its way back; see ``elman``."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, start: Tensor, activation: str, truncate: int, recorder: Recorder | None
    ) -> Tensor:
        ctx.mark_dirty(x)
        squash = SQUASHES.get(activation)
        transposed, before = weight.t(), start
        for now in x.unbind(0):
            now.addmm_(before, transposed)
            if squash is not None:
                squash(now)
            before = now
        ctx.save_for_backward(x, start, weight)
        ctx.activation, ctx.truncate, ctx.recorder = activation, truncate, recorder
        return x

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        states, start, weight = ctx.saved_tensors
        outside = grads[0]
        total, delta = _walk_back(outside, states, ctx.activation, weight, ctx.truncate)
        if ctx.recorder is not None:
            ctx.recorder.total = total
            ctx.recorder.direct = lambda: outside
        d_weight = over_steps(delta, states, start) if ctx.needs_input_grad[1] else None
        d_start = delta[0] @ weight if ctx.needs_input_grad[2] else None
        return delta, d_weight, d_start, None, None, None


def _walk_back(
    outside: Tensor, states: Tensor, activation: str, weight: Tensor, truncate: int
) -> tuple[Tensor, Tensor]:
    """dL/dh_t and dL/dz_t (z before the activation) of all steps, from the last step to the first."""
    total = torch.empty_like(outside, memory_format=torch.contiguous_format)
    linear = activation == "identity"
    delta = total if linear else torch.empty_like(total)
    arriving, totals = outside.unbind(0), total.unbind(0)
    deltas = totals if linear else delta.unbind(0)
    addmm = torch.addmm
    later = None
    for stretch in reversed(stretches(states)):
        # the slopes lie where the deltas will be, so that one product in place makes the one of the other
        slope(activation, states[stretch], out=delta[stretch])
        for t in range(stretch.stop - 1, stretch.start - 1, -1):
            now = totals[t]
            if later is None or (truncate and (t + 1) % truncate == 0):
                now.copy_(arriving[t])
            else:
                addmm(arriving[t], later, weight, out=now)
            later = deltas[t]
            if not linear:
                later.mul_(now)
    return total, delta
