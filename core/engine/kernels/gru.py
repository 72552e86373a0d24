"""The gated recurrent unit (Cho et al. 2014) in torch's form: n = tanh(x_n + r (W_hn h + b_hn)), h' = (1 - z) n + z h."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.engine.kernels.pieces import stretches
from core.engine.kernels.products import add_product, added
from core.engine.recorder import Recorder


def gru(
    x: Tensor,
    weights: Sequence[Tensor],
    start: Tensor,
    truncate: int = 0,
    recorder: Recorder | None = None,
) -> Tensor:
    """h_t of all steps, (steps, batch, units).

    x (steps, batch, features); weights as in torch.nn.GRU: weight_ih (3 units, features), weight_hh (3 units, units),
    bias_ih, bias_hh, with the gates in the order r, z, n; start (batch, units) is h_{-1}.
    """
    states: Tensor = Gru.apply(x, *weights, start, truncate, recorder)  # type: ignore[no-untyped-call]
    return states


class Gru(torch.autograd.Function):
    """The recurrence and its way back; see ``gru``.

    Its buffer of sums has four parts: r, z, W_hn h + b_hn and x_n; the last one becomes the candidate n.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, w_ih: Tensor, w_hh: Tensor, b_ih: Tensor, b_hh: Tensor, start: Tensor, truncate: int,
        recorder: Recorder | None,
    ) -> Tensor:  # fmt: skip
        steps, batch, features = x.shape
        units = w_hh.shape[1]
        gates = x.new_empty(steps, batch, 4 * units)
        states = x.new_empty(steps, batch, units)
        before = start
        gate_weight, new_weight = w_ih[: 2 * units].t(), w_ih[2 * units :].t()
        gate_bias, new_bias = b_ih[: 2 * units] + b_hh[: 2 * units], b_ih[2 * units :]
        addmm, lerp = torch.addmm, torch.lerp
        for stretch in stretches(gates):
            piece = gates[stretch]
            entering, flat = x[stretch].reshape(-1, features), piece.flatten(0, 1)
            addmm(gate_bias, entering, gate_weight, out=flat[:, : 2 * units])
            flat[:, 2 * units : 3 * units] = b_hh[2 * units :]
            addmm(new_bias, entering, new_weight, out=flat[:, 3 * units :])
            columns = (piece[..., : 3 * units], piece[..., : 2 * units], *piece.chunk(4, -1), states[stretch])
            for sums, r_z, r, z, hidden, new, now in zip(*(c.unbind(0) for c in columns), strict=True):
                add_product(sums, before, w_hh)
                r_z.sigmoid_()
                new.addcmul_(r, hidden)
                new.tanh_()
                lerp(new, before, z, out=now)
                before = now
        ctx.save_for_backward(x, states, gates, w_ih, w_hh, start)
        ctx.truncate, ctx.recorder = truncate, recorder
        return states.view_as(states)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        outside = grads[0]
        back = _WalkBack(outside, ctx.saved_tensors, ctx.truncate, ctx.needs_input_grad[0])
        if ctx.recorder is not None:
            ctx.recorder.total = back.total
            ctx.recorder.direct = lambda: outside
        return back.d_x, back.d_w_ih, back.d_w_hh, *back.bias_gradients(), back.d_start, None, None


class _WalkBack:
    """From the last step to the first. The gradients of the sums live for one stretch of steps only, in the cache."""

    def __init__(self, outside: Tensor, saved: tuple[Tensor, ...], truncate: int, wants_x: bool) -> None:
        self.x, self.states, self.gates, self.w_ih, self.w_hh, self.start = saved
        self.outside = outside
        self.truncate = truncate
        self.total = torch.empty_like(self.states)
        self.d_x = torch.empty_like(self.x) if wants_x else None
        self.d_w_ih, self.d_w_hh = torch.zeros_like(self.w_ih), torch.zeros_like(self.w_hh)
        self.d_sums = self.gates.new_zeros(self.gates.shape[-1])
        self.arriving: Tensor | None = None
        """What h_{t-1} receives from step t, (batch, units)."""
        pieces = stretches(self.gates, 1 << 17)
        buffer = torch.empty_like(self.gates[pieces[0]])
        for stretch in reversed(pieces):
            delta = buffer[: stretch.stop - stretch.start]
            self.walk(stretch, delta)
            self.multiply(stretch, delta)
        self.d_start = self.arriving

    def walk(self, stretch: slice, delta: Tensor) -> None:
        """dL/dh_t and the gradients of the four sums of a stretch of steps."""
        units = self.states.shape[-1]
        factors = _factors(self.gates[stretch], self.states, self.start, stretch)
        total = self.total[stretch]
        columns = (
            self.outside[stretch], total, total.unsqueeze(2), factors, delta.view(factors.shape),
            delta[..., : 3 * units], self.gates[stretch][..., units : 2 * units],
        )  # fmt: skip
        steps = list(zip(*(c.unbind(0) for c in columns), strict=True))
        arriving, weight, mul = self.arriving, self.w_hh.t(), torch.mul
        t = stretch.stop
        for outside, now, wide, factor, spread, inner, keep in reversed(steps):
            if arriving is None or (self.truncate and t % self.truncate == 0):
                now.copy_(outside)
            else:
                torch.add(outside, arriving, out=now)
            mul(wide, factor, out=spread)
            arriving = added(now * keep, inner, weight)
            t -= 1
        self.arriving = arriving

    def multiply(self, stretch: slice, delta: Tensor) -> None:
        """Add what a stretch of steps contributes to the gradients of the parameters."""
        units = self.states.shape[-1]
        flat, entering = delta.flatten(0, 1), self.x[stretch].flatten(0, 1)
        gate_part, new_part = flat[:, : 2 * units], flat[:, 3 * units :]
        self.d_w_ih[: 2 * units].addmm_(gate_part.t(), entering)
        self.d_w_ih[2 * units :].addmm_(new_part.t(), entering)
        self.d_sums += flat.sum(0)
        before = torch.cat(
            [self.states[stretch.start - 1][None] if stretch.start else self.start[None], self.states[stretch][:-1]]
        )
        self.d_w_hh.addmm_(flat[:, : 3 * units].t(), before.flatten(0, 1))
        if self.d_x is not None:
            part = self.d_x[stretch].flatten(0, 1)
            torch.mm(gate_part, self.w_ih[: 2 * units], out=part)
            part.addmm_(new_part, self.w_ih[2 * units :])

    def bias_gradients(self) -> tuple[Tensor, Tensor]:
        """Of bias_ih and bias_hh."""
        units = self.states.shape[-1]
        r_z, hidden, new = self.d_sums.split([2 * units, units, units])
        return torch.cat([r_z, new]), torch.cat([r_z, hidden])


def _factors(gates: Tensor, states: Tensor, start: Tensor, stretch: slice) -> Tensor:
    """Slope of h_t by each of the four sums under it, (steps, batch, 4, units), for a stretch of steps."""
    r, z, hidden, new = gates.chunk(4, -1)
    made = torch.empty_like(gates).view(*gates.shape[:-1], 4, -1)
    to_r, to_z, to_hidden, to_new = made.unbind(2)
    stay = 1 - z
    torch.addcmul(new.new_ones(()), new, new, value=-1, out=to_new)
    to_new.mul_(stay)
    torch.mul(to_new, r, out=to_hidden)
    torch.mul(to_hidden, hidden, out=to_r)
    to_r.addcmul_(to_r, r, value=-1)
    to_z.copy_(new).neg_()
    to_z[1:] += states[stretch.start : stretch.stop - 1]
    to_z[0] += states[stretch.start - 1] if stretch.start else start
    to_z.mul_(z).mul_(stay)
    return made
