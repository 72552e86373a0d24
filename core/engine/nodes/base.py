"""What all nodes of a scan share: buffers, reads, and the way a gradient takes through a step.

A node's buffers have ``depth`` rows more than there are steps: the values before the first step come first, so that a
read with delay d at step t is row ``depth + t - d`` for every t.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.catalogue.spec import Choice

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
    """"dense", "lstm", "gru", "concatenate", "dropout", "layer_norm", "attention", "add" or "multiply"."""
    features: int
    width: int
    """Features of what enters: the gates of a block stacked, what an attention asks with, else ``features``."""
    depth: int
    """Longest delay with which it is read."""
    reads: tuple[Read, ...]
    activation: Choice | None = None
    logits: bool = False
    """True where the sum before the activation is an output of the scan too."""


def kept(truncate: int, t: int, delay: int) -> bool:
    """Whether the gradient may pass from step ``t`` to ``t - delay`` when it is cut every ``truncate`` steps."""
    return not truncate or t // truncate == max(t - delay, 0) // truncate


class Track:
    """The values of a node at all steps and their gradients.

    Nodes know one another's tracks only: nodes that knew one another would keep their memory until Python next looks for
    cycles.
    """

    def __init__(self, value: Tensor, depth: int) -> None:
        self.value = value
        self.depth = depth
        self.rows = value.unbind(0)
        self.now = self.rows[depth:]
        """From the first step on."""

    def begin_backward(self, outside: Tensor | None) -> None:
        """Start from the gradient that arrives from outside the component."""
        if outside is None:
            self.grad = torch.zeros_like(self.value)
        else:
            self.grad = torch.empty_like(self.value)
            self.grad[: self.depth] = 0
            self.grad[self.depth :] = outside
        self.grad_rows = self.grad.unbind(0)
        self.grad_now = self.grad_rows[self.depth :]


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
        self.value[: self.depth] = start
        self.track = Track(self.value, self.depth)
        self.rows, self.now = self.track.rows, self.track.now
        self.reads: list[tuple[Read, Track]] = []

    def connect(self, nodes: list[Node]) -> None:
        """Find what this node reads."""
        self.reads = [(read, nodes[read.source].track) for read in self.plan.reads]

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
        self.track.begin_backward(outside)
        self.grad, self.grad_rows, self.grad_now = self.track.grad, self.track.grad_rows, self.track.grad_now
        self.delta = self.delta_buffer()
        self.deltas = self.delta.unbind(0)

    def delta_buffer(self) -> Tensor:
        """(steps, batch, width): where the gradients of the sums (or joined values) are formed."""
        return torch.empty_like(self.entering, memory_format=torch.contiguous_format)

    def backward(self, t: int) -> None:
        """Turn the complete gradient of step ``t`` into gradients of what that step read."""
        self.pull_step(t)
        for index, (read, source) in enumerate(self.reads):
            if kept(self.truncate, t, read.delay):
                source.grad_rows[source.depth + t - read.delay].add_(self.share(index, self.deltas[t], t))

    def pull_step(self, t: int) -> None:
        """Fill ``deltas[t]``, once step ``t`` has its complete gradient."""
        self.deltas[t].copy_(self.pull(self.grad_now[t], t))

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
