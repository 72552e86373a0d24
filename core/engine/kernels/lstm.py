"""Long short-term memory (Hochreiter, Schmidhuber 1997; Gers et al. 2000), step by step and with access to c_t."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from core.engine.recorder import Recorder


def lstm(
    x: Tensor, weight: Tensor, start: Tensor, start_cell: Tensor, truncate: int = 0, recorder: Recorder | None = None
) -> tuple[Tensor, Tensor]:
    """h_t and c_t of all steps, (steps, batch, units) each.

    x (steps, batch, 4 units) is the projected input of the gates i, f, g, o with all biases; weight
    (4 units, units); start and start_cell (batch, units).
    """
    found = Lstm.apply(x, weight, start, start_cell, truncate, recorder)  # type: ignore[no-untyped-call]
    return found[0], found[1]


class Lstm(torch.autograd.Function):
    """The recurrence and its way back; see ``lstm``."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, start: Tensor, start_cell: Tensor, truncate: int, recorder: Recorder | None
    ) -> tuple[Tensor, Tensor]:
        steps, batch, width = x.shape
        units = width // 4
        states, cells = x.new_empty(2, steps + 1, batch, units).unbind(0)
        states[0], cells[0] = start, start_cell
        bent = x.new_empty(steps, batch, units)
        gates = torch.empty_like(x, memory_format=torch.contiguous_format)
        transposed = weight.t()
        before, cell_before, addmm, mul = states[0], cells[0], torch.addmm, torch.mul
        columns = (x, gates, gates[..., : 2 * units], *gates.split(units, -1), states[1:], cells[1:], bent)
        for x_t, gate, i_f, i, f, g, o, now, cell, squashed in zip(*(c.unbind(0) for c in columns), strict=True):
            addmm(x_t, before, transposed, out=gate)
            i_f.sigmoid_()
            g.tanh_()
            o.sigmoid_()
            mul(f, cell_before, out=cell)
            cell.addcmul_(i, g)
            torch.tanh(cell, out=squashed)
            mul(o, squashed, out=now)
            before, cell_before = now, cell
        ctx.save_for_backward(states, cells, gates, bent, weight)
        ctx.truncate, ctx.recorder = truncate, recorder
        return states[1:], cells[1:]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        states, cells, gates, bent, weight = ctx.saved_tensors
        outside, outside_cell = grads
        back = _WalkBack(outside, outside_cell, gates, cells[:-1], bent, weight, ctx.truncate)
        delta = back.delta
        if ctx.recorder is not None:
            ctx.recorder.total = back.total
            ctx.recorder.direct = lambda: outside
            ctx.recorder.cell = lambda: back.total_cell
        d_weight = delta.flatten(0, 1).t() @ states[:-1].flatten(0, 1) if ctx.needs_input_grad[1] else None
        d_start = delta[0] @ weight if ctx.needs_input_grad[2] else None
        d_cell = back.total_cell[0] * back.forget[0] if ctx.needs_input_grad[3] else None
        return delta, d_weight, d_start, d_cell, None, None


class _WalkBack:
    """The backward recurrence: total dL/dh_t, total_cell dL/dc_t, and delta, the gradient of the sums of the gates."""

    def __init__(
        self, outside: Tensor, outside_cell: Tensor, gates: Tensor, cells_before: Tensor, bent: Tensor, weight: Tensor, truncate: int
    ) -> None:  # fmt: skip
        steps, batch, units = outside.shape
        i, f, g, o = gates.chunk(4, -1)
        self.forget = f
        one = gates.new_ones(())
        out_slope = o * torch.addcmul(one, bent, bent, value=-1)
        factors = torch.empty_like(gates)
        to_i, to_f, to_g, to_o = factors.chunk(4, -1)
        torch.mul(g * i, 1 - i, out=to_i)
        torch.mul(cells_before * f, 1 - f, out=to_f)
        torch.mul(i, torch.addcmul(one, g, g, value=-1), out=to_g)
        torch.mul(bent * o, 1 - o, out=to_o)
        self.total = torch.empty_like(outside, memory_format=torch.contiguous_format)
        self.total_cell = torch.empty_like(self.total)
        self.delta = torch.empty_like(factors)
        quad = (steps, batch, 4, units)
        slopes, spread = factors.view(quad)[:, :, :3].unbind(0), self.delta.view(quad)[:, :, :3].unbind(0)
        to_out, out_delta, deltas = to_o.unbind(0), self.delta[..., 3 * units :].unbind(0), self.delta.unbind(0)
        arriving, arriving_cell, keep, bends = (c.unbind(0) for c in (outside, outside_cell, f, out_slope))
        totals, cell_totals = self.total.unbind(0), self.total_cell.unbind(0)
        wide = self.total_cell.unsqueeze(2).unbind(0)
        addmm, mul, addcmul = torch.addmm, torch.mul, torch.addcmul
        for t in range(steps - 1, -1, -1):
            now, cell = totals[t], cell_totals[t]
            if t == steps - 1 or (truncate and (t + 1) % truncate == 0):
                now.copy_(arriving[t])
                cell.copy_(arriving_cell[t])
            else:
                addmm(arriving[t], deltas[t + 1], weight, out=now)
                addcmul(arriving_cell[t], cell_totals[t + 1], keep[t + 1], out=cell)
            cell.addcmul_(now, bends[t])
            mul(wide[t], slopes[t], out=spread[t])
            mul(now, to_out[t], out=out_delta[t])
