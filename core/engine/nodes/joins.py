"""Nodes that pass values on: joined, silenced, normalised, added or multiplied."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import layer_norm

from core.engine.nodes.base import At, Node, NodePlan


class Join(Node):
    """Puts its reads beside what enters. Dropout and layer norm then change the joined values."""

    def __init__(self, plan: NodePlan, entering: Tensor, start: Tensor, tensors: list[Tensor]) -> None:
        super().__init__(plan, entering, start, tensors)
        self.joined = entering.clone()

    def forward(self, t: int) -> None:
        for read, source in self.reads:
            value = source.rows[source.depth + t - read.delay]
            self.joined[t][:, read.first : read.first + value.shape[1]] = value
        self.change(t)

    def change(self, t: int) -> None:
        """The value of step ``t`` from what was joined."""
        self.now[t].copy_(self.joined[t])

    def pull(self, grad: Tensor, at: At) -> Tensor:
        return grad

    def share(self, index: int, delta: Tensor, at: At) -> Tensor:
        read, source = self.reads[index]
        return delta[..., read.first : read.first + source.value.shape[-1]]


class Dropout(Join):
    """Multiplies by a mask, the only one of ``tensors``: (steps or 1, batch, features)."""

    def change(self, t: int) -> None:
        torch.mul(self.joined[t], self.mask(t), out=self.now[t])

    def mask(self, at: At) -> Tensor:
        return self.tensors[0].expand(self.steps, -1, -1)[at]

    def pull(self, grad: Tensor, at: At) -> Tensor:
        return grad * self.mask(at)


class LayerNorm(Join):
    """Normalises over units. ``tensors``: gain and bias."""

    def change(self, t: int) -> None:
        gain, bias = self.tensors
        self.now[t].copy_(layer_norm(self.joined[t], gain.shape, gain, bias))

    def begin_backward(self, outside: Tensor | None, outside_extra: Tensor | None, truncate: int) -> None:
        super().begin_backward(outside, outside_extra, truncate)
        centred = self.joined - self.joined.mean(-1, keepdim=True)
        self.scale = torch.rsqrt(centred.pow(2).mean(-1, keepdim=True) + 1e-5)
        self.normal = centred * self.scale

    def pull(self, grad: Tensor, at: At) -> Tensor:
        scaled = grad * self.tensors[0]
        normal = self.normal[at]
        inner = scaled - scaled.mean(-1, keepdim=True) - normal * (scaled * normal).mean(-1, keepdim=True)
        return self.scale[at] * inner

    def tensor_gradients(self) -> list[Tensor | None]:
        grad = self.grad[self.depth :]
        return [(grad * self.normal).sum((0, 1)), grad.sum((0, 1))]


class Add(Node):
    """The sum of its reads and what enters."""

    def forward(self, t: int) -> None:
        total = self.entering[t]
        for read, source in self.reads:
            total = total + source.rows[source.depth + t - read.delay]
        self.now[t].copy_(total)

    def pull(self, grad: Tensor, at: At) -> Tensor:
        return grad

    def share(self, index: int, delta: Tensor, at: At) -> Tensor:
        return delta


class Multiply(Node):
    """The product of its reads and what enters."""

    def forward(self, t: int) -> None:
        total = self.entering[t]
        for read, source in self.reads:
            total = total * source.rows[source.depth + t - read.delay]
        self.now[t].copy_(total)

    def begin_backward(self, outside: Tensor | None, outside_extra: Tensor | None, truncate: int) -> None:
        super().begin_backward(outside, outside_extra, truncate)
        factors = [self.read_all(index) for index in range(len(self.reads))]
        self.others = [self.product([self.entering, *factors[:i], *factors[i + 1 :]]) for i in range(len(factors))]
        self.inside = self.product(factors)

    @staticmethod
    def product(factors: list[Tensor]) -> Tensor:
        total = factors[0]
        for factor in factors[1:]:
            total = total * factor
        return total

    def pull(self, grad: Tensor, at: At) -> Tensor:
        return grad

    def share(self, index: int, delta: Tensor, at: At) -> Tensor:
        return delta * self.others[index][at]

    def entering_gradient(self) -> Tensor:
        return self.delta * self.inside
