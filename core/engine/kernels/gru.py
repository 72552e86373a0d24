"""The gated recurrent unit (Cho et al. 2014) in torch's form: n = tanh(x_n + r (W_hn h + b_hn)), h' = (1 - z) n + z h."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.engine.recorder import Recorder


class Gru(torch.autograd.Function):
    """states = Gru.apply(x, weight, new_bias, start, truncate, recorder).

    x (steps, batch, 3 units) is the projected input of the gates r, z, n with all biases but ``new_bias`` (units,), the
    one inside the reset gate; weight (3 units, units); start (batch, units). Returns (steps, batch, units).
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, new_bias: Tensor, start: Tensor, truncate: int, recorder: Recorder | None
    ) -> Tensor:
        steps, batch, width = x.shape
        units = width // 3
        states = x.new_empty(steps + 1, batch, units)
        states[0] = start
        gates = x.new_empty(steps, batch, width)
        gates[..., : 2 * units] = x[..., : 2 * units]
        gates[..., 2 * units :] = new_bias
        candidates = x.new_empty(steps, batch, units)
        transposed = weight.t()
        before, addmm, addcmul, lerp = states[0], torch.addmm, torch.addcmul, torch.lerp
        columns = (gates[..., : 2 * units], *gates.split(units, -1), x[..., 2 * units :], gates, candidates, states[1:])
        for rz, r, z, hidden, x_new, gate, new, now in zip(*(c.unbind(0) for c in columns), strict=True):
            addmm(gate, before, transposed, out=gate)
            rz.sigmoid_()
            addcmul(x_new, r, hidden, out=new)
            new.tanh_()
            lerp(new, before, z, out=now)
            before = now
        ctx.save_for_backward(states, gates, candidates, weight)
        ctx.truncate, ctx.recorder = truncate, recorder
        return states[1:]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        states, gates, candidates, weight = ctx.saved_tensors
        outside = grads[0]
        r, z, hidden = gates.chunk(3, -1)
        to_new, factors = _factors(states[:-1], r, z, hidden, candidates)
        total, delta, carried = _walk_back(outside, z, factors, weight, ctx.truncate)
        if ctx.recorder is not None:
            ctx.recorder.total = total
            ctx.recorder.direct = lambda: outside
        units = z.shape[-1]
        d_x = torch.cat([delta[..., : 2 * units], total * to_new], -1)
        d_weight = delta.flatten(0, 1).t() @ states[:-1].flatten(0, 1) if ctx.needs_input_grad[1] else None
        d_bias = delta[..., 2 * units :].sum((0, 1)) if ctx.needs_input_grad[2] else None
        d_start = torch.addmm(carried, delta[0], weight) if ctx.needs_input_grad[3] else None
        return d_x, d_weight, d_bias, d_start, None, None


def _factors(before: Tensor, r: Tensor, z: Tensor, hidden: Tensor, new: Tensor) -> tuple[Tensor, Tensor]:
    """Slopes of the sums under h_t: that of the candidate, and (steps, batch, 3 units) those of r, z and W_hn h."""
    one = new.new_ones(())
    to_new = (1 - z) * torch.addcmul(one, new, new, value=-1)
    to_hidden = to_new * r
    to_r = to_hidden * (1 - r) * hidden
    to_z = (before - new) * z * (1 - z)
    return to_new, torch.cat([to_r, to_z, to_hidden], -1)


def _walk_back(
    outside: Tensor, z: Tensor, factors: Tensor, weight: Tensor, truncate: int
) -> tuple[Tensor, Tensor, Tensor]:
    """dL/dh_t, the gradients of what W_hh h_{t-1} adds to, and what h_{-1} receives past the matrices."""
    steps, batch, units = outside.shape
    total = torch.empty_like(outside, memory_format=torch.contiguous_format)
    delta = torch.empty_like(factors)
    triple = (steps, batch, 3, units)
    slopes, spread = factors.view(triple).unbind(0), delta.view(triple).unbind(0)
    arriving, keep, deltas = outside.unbind(0), z.unbind(0), delta.unbind(0)
    totals, wide = total.unbind(0), total.unsqueeze(2).unbind(0)
    addmm, mul = torch.addmm, torch.mul
    for t in range(steps - 1, -1, -1):
        now = totals[t]
        if t == steps - 1 or (truncate and (t + 1) % truncate == 0):
            now.copy_(arriving[t])
        else:
            addmm(arriving[t], deltas[t + 1], weight, out=now)
            now.addcmul_(totals[t + 1], keep[t + 1])
        mul(wide[t], slopes[t], out=spread[t])
    return total, delta, totals[0] * keep[0]
