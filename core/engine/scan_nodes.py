"""The nodes of a scan: what one layer does at one step, forward and backward, on preallocated buffers.

A node's buffers have ``depth`` rows more than there are steps: the values before the first step come first, so that a
read with delay d at step t is row ``depth + t - d`` for every t.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import layer_norm

from core.catalogue.spec import Choice
from core.engine.activations import OVER_UNITS, activation
from core.engine.kernels.elman import SQUASHES, slope

At = int | slice
WHOLE = slice(None)


@dataclass(frozen=True)
class Read:
    """One link inside the component."""

    source: int
    """Number of the node that it reads."""
    delay: int
    first: int = 0
    """Where its features begin among what a joining node reads."""


@dataclass(frozen=True)
class NodePlan:
    """What a node is, known before any data: see the classes below for the kinds."""

    kind: str
    """"dense", "lstm", "gru", "concatenate", "dropout", "layer_norm", "add" or "multiply"."""
    features: int
    width: int
    """Features of what enters: the gates of a block stacked, else the same as ``features``."""
    depth: int
    """Longest delay with which it is read."""
    reads: tuple[Read, ...]
    activation: Choice | None = None
    logits: bool = False
    """True where the sum before the activation is an output of the scan too."""


class Node:
    """A node in one run. Subclasses say what happens at a step."""

    extra: str = ""
    """Name of a second output."""

    def __init__(self, plan: NodePlan, entering: Tensor, start: Tensor, tensors: list[Tensor]) -> None:
        self.plan = plan
        self.entering = entering
        self.tensors = tensors
        self.steps, self.batch = entering.shape[:2]
        self.depth = plan.depth
        self.value = entering.new_empty(self.depth + self.steps, self.batch, plan.features)
        if self.depth:
            self.value[: self.depth] = start
        self.rows = self.value.unbind(0)
        self.now = self.rows[self.depth :]
        self.reads: list[tuple[Read, Node]] = []

    def connect(self, nodes: list[Node]) -> None:
        """Find the nodes that this one reads."""
        self.reads = [(read, nodes[read.source]) for read in self.plan.reads]

    def states(self) -> Tensor:
        """(steps, batch, features)."""
        return self.value[self.depth :]

    def extra_output(self) -> Tensor:
        """The second output, where there is one."""
        raise NotImplementedError

    def forward(self, t: int) -> None:
        """Compute step ``t``."""
        raise NotImplementedError

    def begin_backward(self, outside: Tensor | None, outside_extra: Tensor | None, truncate: int) -> None:
        """Take the gradients that arrive from outside the component."""
        self.truncate = truncate
        self.outside = outside
        self.outside_extra = outside_extra
        if outside is None:
            self.grad = torch.zeros_like(self.value)
        else:
            self.grad = torch.empty_like(self.value)
            self.grad[: self.depth] = 0
            self.grad[self.depth :] = outside
        self.grad_rows = self.grad.unbind(0)
        self.grad_now = self.grad_rows[self.depth :]
        self.delta = self.delta_buffer()
        self.deltas = self.delta.unbind(0)

    def delta_buffer(self) -> Tensor:
        """(steps, batch, width): where the gradients of the sums (or joined values) are formed."""
        return torch.empty_like(self.entering, memory_format=torch.contiguous_format)

    def kept(self, t: int, delay: int) -> bool:
        """Whether the gradient may pass from step ``t`` to ``t - delay``."""
        return not self.truncate or t < delay or t // self.truncate == (t - delay) // self.truncate

    def backward(self, t: int) -> None:
        """Turn the complete gradient of step ``t`` into gradients of what that step read."""
        self.delta[t] = self.pull(self.grad_now[t], t)
        for index, (read, source) in enumerate(self.reads):
            if self.kept(t, read.delay):
                source.grad_rows[source.depth + t - read.delay].add_(self.share(index, self.deltas[t], t))

    def pull(self, grad: Tensor, at: At) -> Tensor:
        """The gradient of the sums (or joined values) from that of the value, at one step or at all of them."""
        raise NotImplementedError

    def share(self, index: int, delta: Tensor, at: At) -> Tensor:
        """What read ``index`` passes on to its source."""
        raise NotImplementedError

    def read_all(self, index: int) -> Tensor:
        """What read ``index`` saw at all steps, (steps, batch, features)."""
        read, source = self.reads[index]
        first = source.depth - read.delay
        return source.value[first : first + self.steps]

    def tensor_gradients(self) -> list[Tensor | None]:
        """Gradients of ``tensors``, after the last step of the backward pass."""
        return [None] * len(self.tensors)

    def entering_gradient(self) -> Tensor:
        """Gradient of what entered."""
        return self.delta

    def direct(self, grad: Tensor, grads: dict[int, Tensor]) -> None:
        """Pass the direct part on to what is read without delay, for all steps at once."""
        delta = None
        for index, (read, _) in enumerate(self.reads):
            if read.delay == 0:
                delta = self.pull(grad, WHOLE) if delta is None else delta
                grads[read.source] = grads[read.source] + self.share(index, delta, WHOLE)


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

    def adder(self, read: Read, source: Node, weight: Tensor, first: bool) -> Callable[[int], object]:
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

    def pusher(self, read: Read, source: Node, weight: Tensor) -> Callable[[int], object]:
        """The way back of ``adder``."""
        delay, shift = read.delay, source.depth - read.delay
        deltas, rows = self.deltas, source.grad_rows
        if self.truncate:
            return lambda t: rows[shift + t].addmm_(deltas[t], weight) if self.kept(t, delay) else None
        if delay < 2:
            return lambda t: rows[shift + t].addmm_(deltas[t], weight)
        blocks, delta, grad = self.blocks(delay), self.delta, source.grad

        def push_block(t: int) -> None:
            count = blocks.get(t)
            if count is not None:
                receiving = grad[shift + t : shift + t + count].flatten(0, 1)
                receiving.addmm_(delta[t : t + count].flatten(0, 1), weight)

        return push_block

    def backward(self, t: int) -> None:
        self.pull_step(t)
        for push in self.pushes:
            push(t)

    def pull_step(self, t: int) -> None:
        """Fill ``deltas[t]``."""
        self.deltas[t].copy_(self.pull(self.grad_now[t], t))

    def share(self, index: int, delta: Tensor, at: At) -> Tensor:
        return delta @ self.tensors[index]

    def tensor_gradients(self) -> list[Tensor | None]:
        flat = self.delta.flatten(0, 1).t()
        return [flat @ self.read_all(index).flatten(0, 1) for index in range(len(self.reads))]


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
        if self.kept(t, 1):
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
        if self.kept(t, 1):
            self.grad_rows[self.depth + t - 1].addcmul_(self.grad_now[t], self.z[t])


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
        return delta[..., read.first : read.first + source.plan.features]


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


NODES: dict[str, type[Node]] = {
    "dense": Dense,
    "lstm": Lstm,
    "gru": Gru,
    "concatenate": Join,
    "dropout": Dropout,
    "layer_norm": LayerNorm,
    "add": Add,
    "multiply": Multiply,
}
