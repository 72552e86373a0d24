"""Nodes that sum what enters and a matrix times each read."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from core.engine.activations import OVER_UNITS, activation
from core.engine.kernels.products import add_product, packed, pays_bent, product_bent, weight_gradient
from core.engine.kernels.squashes import SQUASHES, slope
from core.engine.nodes.base import At, Node, NodePlan, Read, Track, kept


class Affine(Node):
    """Sums what enters and a matrix times each read. ``tensors``: one matrix (width, source features) per read.

    A read with a delay of two steps or more is multiplied for several steps at once: see ``blocks``.
    """

    def __init__(self, plan: NodePlan, entering: Tensor, start: Tensor, tensors: list[Tensor]) -> None:
        super().__init__(plan, entering, start, tensors)
        self.sums = self.sum_buffer()

    def sum_buffer(self) -> Tensor:
        """(steps, batch, width): where the sums are formed."""
        return torch.empty_like(self.entering, memory_format=torch.contiguous_format)

    def connect(self, nodes: list[Node]) -> None:
        super().connect(nodes)
        self.sum_rows = self.now if self.sums.data_ptr() == self.now[0].data_ptr() else self.sums.unbind(0)
        # the first read writes a step's sums and the others add to them: the longest delay comes first
        order = sorted(range(len(self.reads)), key=lambda n: -self.reads[n][0].delay)
        self.adds = [self.adder(*self.reads[n], self.tensors[n].t(), n == order[0]) for n in order]

    def blocks(self, delay: int) -> dict[int, int]:
        """Where the steps that are multiplied together begin, and how many they are.

        At step t a read with delay d knows its sources up to step t + d - 1. No block reaches over a border between blocks
        of the node's longest delay, so that whoever writes first has written all of it.
        """
        longest = max(read.delay for read, _ in self.reads)
        found = {}
        for outer in range(0, self.steps, longest):
            end = min(outer + longest, self.steps)
            found.update({t: min(delay, end - t) for t in range(outer, end, delay)})
        return found

    def adder(self, read: Read, source: Track, weight: Tensor, first: bool) -> Callable[[int], object]:
        """Adds weight times source to the sums of step t, or writes them if it is the first to do so."""
        shift, addmm = source.depth - read.delay, torch.addmm
        rows, sum_rows, entering = source.rows, self.sum_rows, self.entering
        if read.delay < 2:
            if not first:
                return lambda t: sum_rows[t].addmm_(rows[shift + t], weight)
            bases = entering.unbind(0)
            return lambda t: addmm(bases[t], rows[shift + t], weight, out=sum_rows[t])
        blocks, sums, value = self.blocks(read.delay), self.sums, source.value

        def add_block(t: int) -> None:
            count = blocks.get(t)
            if count is not None:
                seen = value[shift + t : shift + t + count].flatten(0, 1)
                made = sums[t : t + count].flatten(0, 1)
                addmm(entering[t : t + count].flatten(0, 1) if first else made, seen, weight, out=made)

        return add_block

    def forward(self, t: int) -> None:
        for add in self.adds:
            add(t)
        self.bend(t)

    def bend(self, t: int) -> None:
        """The value of step ``t`` from its sums."""
        raise NotImplementedError

    def connect_backward(self) -> None:
        """Once all nodes have their buffers."""
        reads = zip(self.reads, self.tensors, strict=True)
        self.pushes = [self.pusher(read, source, weight) for (read, source), weight in reads]

    def pusher(self, read: Read, source: Track, weight: Tensor) -> Callable[[int], object]:
        """The way back of ``adder``."""
        delay, shift = read.delay, source.depth - read.delay
        deltas, rows = self.deltas, source.grad_rows
        if truncate := self.truncate:
            return lambda t: rows[shift + t].addmm_(deltas[t], weight) if kept(truncate, t, delay) else None
        if delay < 2:
            return lambda t: rows[shift + t].addmm_(deltas[t], weight)
        blocks, delta, grad = self.blocks(delay), self.delta, source.grad

        def push_block(t: int) -> None:
            count = blocks.get(t)
            if count is not None:
                receiving = grad[shift + t : shift + t + count].flatten(0, 1)
                add_product(receiving, delta[t : t + count].flatten(0, 1), weight.t())

        return push_block

    def backward(self, t: int) -> None:
        self.pull_step(t)
        for push in self.pushes:
            push(t)

    def share(self, index: int, delta: Tensor, at: At) -> Tensor:
        return delta @ self.tensors[index]

    def tensor_gradients(self) -> list[Tensor | None]:
        flat = self.delta.flatten(0, 1)
        return [weight_gradient(flat, self.read_all(index).flatten(0, 1)) for index in range(len(self.reads))]


class Dense(Affine):
    """f(sum). After the matrices, ``tensors`` may hold the slope of a PReLU."""

    def __init__(self, plan: NodePlan, entering: Tensor, start: Tensor, tensors: list[Tensor]) -> None:
        assert plan.activation is not None
        self.name = plan.activation.key
        self.from_value = self.name in SQUASHES or self.name == "identity"
        self.extra = "logits" if plan.logits else ""
        count = len(plan.reads)
        self.slope = tensors[count:]
        self.function = activation(plan.activation)
        super().__init__(plan, entering, start, tensors[:count])

    def sum_buffer(self) -> Tensor:
        if self.from_value and not self.plan.logits:
            return self.value[self.depth :]
        return super().sum_buffer()

    def connect(self, nodes: list[Node]) -> None:
        super().connect(nodes)
        self.whole_step: Callable[[int], object] | None = None
        if self.tensors and not self.plan.logits:
            weight = torch.cat(self.tensors, 1)
            if pays_bent(self.batch, weight, self.name):
                self.whole_step = self.joined_step(weight)

    def joined_step(self, weight: Tensor) -> Callable[[int], object]:
        """A step as one product: all reads side by side, and what enters as one more read, with the unit matrix."""
        sources = [(source.rows, source.depth - read.delay) for read, source in self.reads]
        bias, name, now = None, self.name, self.now
        if self.entering.stride()[:2] == (0, 0):
            bias = self.entering[0, 0]
        else:
            sources.append((self.entering.unbind(0), 0))
            weight = torch.cat([weight, torch.eye(len(weight), dtype=weight.dtype)], 1)
        weight = packed(weight, self.batch)

        def step(t: int) -> None:
            parts = [rows[shift + t] for rows, shift in sources]
            joined = parts[0] if len(parts) == 1 else torch.cat(parts, 1)
            now[t].copy_(product_bent(joined, weight, bias, name))

        return step

    def forward(self, t: int) -> None:
        if self.whole_step is None:
            super().forward(t)
        else:
            self.whole_step(t)

    def extra_output(self) -> Tensor:
        return self.sums.view_as(self.sums)

    def bend(self, t: int) -> None:
        if not self.from_value:
            self.now[t].copy_(self.function(self.sum_rows[t], *self.slope))
            return
        if self.plan.logits:
            self.now[t].copy_(self.sum_rows[t])
        if self.name != "identity":
            SQUASHES[self.name](self.now[t])

    def delta_buffer(self) -> Tensor:
        factor = self.slopes()
        self.scaled = factor is not None
        return super().delta_buffer() if factor is None else factor

    def slopes(self) -> Tensor | None:
        """f'(sum) of all steps; None for identity and for functions over all units."""
        if self.from_value:
            return slope(self.name, self.states())
        if self.name in OVER_UNITS:
            return None
        with torch.enable_grad():
            sums = self.sums.detach().requires_grad_()
            value = self.function(sums, *(s.detach() for s in self.slope))
        return torch.autograd.grad(value, sums, torch.ones_like(value))[0]

    def pull_step(self, t: int) -> None:
        delta = self.deltas[t]
        if not self.scaled:
            delta.copy_(self.pull_over_units(self.grad_now[t], t))
        else:
            delta.mul_(self.grad_now[t])
        if self.outside_extra is not None:
            delta.add_(self.outside_extra[t])

    def pull_over_units(self, grad: Tensor, at: At) -> Tensor:
        """The way back through identity, softmax and log-softmax."""
        value = self.states()[at]
        if self.name == "softmax":
            return value * (grad - (grad * value).sum(-1, keepdim=True))
        return grad - value.exp() * grad.sum(-1, keepdim=True) if self.name == "log_softmax" else grad

    def pull(self, grad: Tensor, at: At) -> Tensor:
        factor = self.slopes()
        delta = self.pull_over_units(grad, at) if factor is None else grad * factor[at]
        return delta if self.outside_extra is None else delta + self.outside_extra[at]

    def tensor_gradients(self) -> list[Tensor | None]:
        found = super().tensor_gradients()
        if self.slope:
            negative = self.sums.clamp(max=0)
            found.append((self.grad[self.depth :] * negative).sum().reshape(self.slope[0].shape))
        return found
