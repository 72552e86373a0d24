"""Attention on a cycle: what it asks with depends on what it gave before. Formulas as in core.engine.attention."""

from __future__ import annotations

import torch
from torch import Tensor

from core.engine.nodes.base import At, NodePlan
from core.engine.nodes.joins import Join


class Attention(Join):
    """Joins its query and looks through a memory that was known before the first step.

    ``tensors``: keys (batch, memory steps, width), values (batch, memory steps, features), blocked (batch, 1, memory
    steps), -inf at padding; of the additive score also the matrix of the query (width, query features) and the energy
    (width,).
    """

    extra = "weights"

    def __init__(self, plan: NodePlan, entering: Tensor, start: Tensor, tensors: list[Tensor]) -> None:
        super().__init__(plan, entering, start, tensors)
        self.keys, self.values, self.blocked, *additive = tensors
        self.additive = tuple(additive)
        self.weights = entering.new_empty(self.steps, self.batch, self.values.shape[1])
        self.weight_rows = self.weights.unbind(0)

    def extra_output(self) -> Tensor:
        return self.weights.view_as(self.weights)

    def change(self, t: int) -> None:
        asked = self.joined[t]
        scores = self.inner(asked) @ self.additive[1] if self.additive else _each(self.keys, asked)
        torch.softmax(scores + self.blocked[:, 0], -1, out=self.weight_rows[t])
        self.now[t].copy_(_mean(self.weight_rows[t], self.values))

    def inner(self, asked: Tensor) -> Tensor:
        """tanh(W q + U m) of one step, (batch, memory steps, width)."""
        return torch.tanh(self.keys + (asked @ self.additive[0].t())[:, None])

    def begin_backward(self, outside: Tensor | None, outside_extra: Tensor | None, truncate: int) -> None:
        super().begin_backward(outside, outside_extra, truncate)
        self.felt = torch.empty_like(self.weights)
        if self.additive:
            self.felt_inner = self.delta.new_empty(self.steps, self.batch, self.keys.shape[-1])
            self.felt_keys = torch.zeros_like(self.keys)
            self.felt_energy = torch.zeros_like(self.additive[1])

    def pull_step(self, t: int) -> None:
        self.felt[t] = felt = self.at_scores(self.grad_now[t], t)
        if not self.additive:
            self.deltas[t].copy_(_mean(felt, self.keys))
            return
        inner = self.inner(self.joined[t])
        below = self.below(felt, inner)
        self.felt_inner[t] = below.sum(1)
        self.felt_keys += below
        self.felt_energy += (felt[..., None] * inner).sum((0, 1))
        torch.mm(self.felt_inner[t], self.additive[0], out=self.deltas[t])

    def below(self, felt: Tensor, inner: Tensor) -> Tensor:
        """The gradient of what stands inside tanh, (batch, memory steps, width)."""
        return felt[..., None] * self.additive[1] * (1 - inner**2)

    def at_scores(self, grad: Tensor, t: int) -> Tensor:
        """dL/de of one step, (batch, memory steps), from that of its value."""
        weights = self.weight_rows[t]
        at_weights = _each(self.values, grad)
        return weights * (at_weights - (weights * at_weights).sum(-1, keepdim=True))

    def pull(self, grad: Tensor, at: At) -> Tensor:
        if isinstance(at, slice):
            return torch.stack([self.pull(grad[t], t) for t in range(self.steps)])
        felt = self.at_scores(grad, at)
        if not self.additive:
            return _mean(felt, self.keys)
        return self.below(felt, self.inner(self.joined[at])).sum(1) @ self.additive[0]

    def tensor_gradients(self) -> list[Tensor | None]:
        values = self.weights.permute(1, 2, 0) @ self.grad[self.depth :].transpose(0, 1)
        if not self.additive:
            return [self.felt.permute(1, 2, 0) @ self.joined.transpose(0, 1), values, None]
        query = self.felt_inner.flatten(0, 1).t() @ self.joined.flatten(0, 1)
        return [self.felt_keys, values, None, query, self.felt_energy]


def _each(memory: Tensor, asked: Tensor) -> Tensor:
    """The inner product of (batch, features) with every step of (batch, steps, features)."""
    return torch.bmm(memory, asked[..., None])[..., 0]


def _mean(weights: Tensor, memory: Tensor) -> Tensor:
    """The sum of the steps of (batch, steps, features), weighted by (batch, steps)."""
    return torch.bmm(weights[:, None], memory)[:, 0]
