"""LSTM and GRU blocks on a cycle; formulas as in core.engine.kernels."""

from __future__ import annotations

import torch
from torch import Tensor

from core.engine.nodes.affine import Affine
from core.engine.nodes.base import At, NodePlan, kept


class Lstm(Affine):
    """Gates i, f, g, o; the first read is the block's own last state. ``tensors`` ends with the first cell state."""

    extra = "cells"

    def __init__(self, plan: NodePlan, entering: Tensor, start: Tensor, tensors: list[Tensor]) -> None:
        *weights, first_cell = tensors
        super().__init__(plan, entering, start, weights)
        self.cells = entering.new_empty(self.steps + 1, self.batch, plan.features)
        self.cells[0] = first_cell
        self.bent = entering.new_empty(self.steps, self.batch, plan.features)
        self.i, self.f, self.g, self.o = self.sums.chunk(4, -1)

    def extra_output(self) -> Tensor:
        return self.cells[1:]

    def bend(self, t: int) -> None:
        i, f, g, o = (self.i[t], self.f[t], self.g[t], self.o[t])
        i.sigmoid_()
        f.sigmoid_()
        g.tanh_()
        o.sigmoid_()
        cell = self.cells[t + 1]
        torch.mul(f, self.cells[t], out=cell)
        cell.addcmul_(i, g)
        torch.tanh(cell, out=self.bent[t])
        torch.mul(o, self.bent[t], out=self.now[t])

    def begin_backward(self, outside: Tensor | None, outside_extra: Tensor | None, truncate: int) -> None:
        super().begin_backward(outside, outside_extra, truncate)
        i, f, g, o = self.i, self.f, self.g, self.o
        self.to_cell = o * (1 - self.bent**2)
        self.factor = torch.cat([g * i * (1 - i), self.cells[:-1] * f * (1 - f), i * (1 - g**2)], -1)
        self.to_o = self.bent * o * (1 - o)
        self.cell_grad = torch.zeros_like(self.cells)
        if outside_extra is not None:
            self.cell_grad[1:] = outside_extra

    def pull_step(self, t: int) -> None:
        grad, cell_grad = self.grad_now[t], self.cell_grad[t + 1]
        cell_grad.addcmul_(grad, self.to_cell[t])
        self.deltas[t].copy_(self.gate_gradients(grad, cell_grad, t))
        if kept(self.truncate, t, 1):
            self.cell_grad[t].addcmul_(cell_grad, self.f[t])

    def gate_gradients(self, grad: Tensor, cell_grad: Tensor, at: At) -> Tensor:
        through_cell = torch.cat([cell_grad] * 3, -1) * self.factor[at]
        return torch.cat([through_cell, grad * self.to_o[at]], -1)

    def pull(self, grad: Tensor, at: At) -> Tensor:
        cell_grad = grad * self.to_cell[at]
        if self.outside_extra is not None:
            cell_grad = cell_grad + self.outside_extra[at]
        return self.gate_gradients(grad, cell_grad, at)

    def tensor_gradients(self) -> list[Tensor | None]:
        return [*super().tensor_gradients(), self.cell_grad[0]]


class Gru(Affine):
    """Sums r, z, x_n, h_n (the part of the candidate inside the reset gate apart); the first read is its own state."""

    def __init__(self, plan: NodePlan, entering: Tensor, start: Tensor, tensors: list[Tensor]) -> None:
        super().__init__(plan, entering, start, tensors)
        self.new = entering.new_empty(self.steps, self.batch, plan.features)
        self.r, self.z, self.x_n, self.h_n = self.sums.chunk(4, -1)

    def bend(self, t: int) -> None:
        self.r[t].sigmoid_()
        self.z[t].sigmoid_()
        new = self.new[t]
        torch.addcmul(self.x_n[t], self.r[t], self.h_n[t], out=new)
        new.tanh_()
        torch.lerp(new, self.rows[self.depth + t - 1], self.z[t], out=self.now[t])

    def begin_backward(self, outside: Tensor | None, outside_extra: Tensor | None, truncate: int) -> None:
        super().begin_backward(outside, outside_extra, truncate)
        before = self.value[self.depth - 1 : -1]
        r, z, new = self.r, self.z, self.new
        to_new = (1 - z) * (1 - new**2)
        to_r = to_new * self.h_n * r * (1 - r)
        self.factor = torch.cat([to_r, (before - new) * z * (1 - z), to_new, to_new * r], -1)

    def pull(self, grad: Tensor, at: At) -> Tensor:
        return torch.cat([grad] * 4, -1) * self.factor[at]

    def pull_step(self, t: int) -> None:
        super().pull_step(t)
        if kept(self.truncate, t, 1):
            self.grad_rows[self.depth + t - 1].addcmul_(self.grad_now[t], self.z[t])
