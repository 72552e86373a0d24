"""A drawn network with two interlocking cycles against a hand-written PyTorch loop over time.

    python -m tests.benchmarks.bench_cycles [--threads 1] [--seconds 3] [--clock wall]

x -> p -> a -> b -> c -> y with b -> a one step late and c -> a three steps late: the cycles a b and a b c share a and b.
"loop" does everything inside its loop, as one writes it first; "careful loop" keeps what is not recurrent outside of it.
"mm and tanh" is the time of the same matrix products and tanh by torch.mm and torch.tanh and of nothing else, in the order
of the scan and into memory that is there already.

The limit of 0.6 is missed at 128 units: 0.70 on one thread and 0.68 on two (0.39, 0.49 and 0.26 at 32 and 64 units and for a
single sample; one thread of an AMD EPYC with AVX-512 on a quiet machine; 0.65 beside other busy processes). There "mm and
tanh" alone is at 0.69 on one thread: the loop spends most of its time in products too, so that only faster products help.
What brought it down from 0.80: large products and tanh together on oneDNN, which uses the whole width of the registers
where MKL uses half (core.engine.kernels.products), all that a dense layer reads at a step as one product, and a C
library that keeps the memory that a step frees. What is left: the products of one step of 64 samples, of which oneDNN
makes one in 20 microseconds, half of them spent before it begins; the second table shows the shares. Tried, and no
faster: slopes worked out for a stretch of steps that fits the cache, weight gradients in pieces that fit it, weights
transposed in memory beforehand, single steps back through oneDNN. Not tried: a layer that is read three steps late
three steps at once, which would save about 2 ms of 37.
"""

from __future__ import annotations

from itertools import pairwise
from statistics import median

import torch
from torch import Tensor, nn

from core.network import Network
from tests.benchmarks.drawn import layer, network, training_step
from tests.benchmarks.timing import Clock, Rival, interleaved, options, profiled, ratio

SIZES = [(32, 100, 16, 32), (32, 100, 16, 64), (64, 100, 32, 128), (1, 100, 8, 32)]
"""(batch, steps, inputs, units)."""


def interlocked(features: int, units: int) -> Network:
    """The network as it is drawn."""
    parts = [
        layer("x", "input", units=features, sequence=True),
        *(layer(key, "dense", units=units) for key in "pabc"),
        layer("y", "output", units=4),
    ]
    chain = ["x", "p", "a", "b", "c", "y"]
    links = [(first, second, 0) for first, second in pairwise(chain)]
    return network(parts, [*links, ("b", "a", 1), ("c", "a", 3)])


class Loop(nn.Module):
    """The same by hand."""

    def __init__(self, features: int, units: int, careful: bool) -> None:
        super().__init__()
        self.careful = careful
        self.p, self.a = nn.Linear(features, units), nn.Linear(units, units)
        self.b, self.c, self.y = nn.Linear(units, units), nn.Linear(units, units), nn.Linear(units, 4)
        self.ba, self.ca = nn.Linear(units, units, bias=False), nn.Linear(units, units, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        zero = x.new_zeros(x.shape[1], self.a.out_features)
        entering = self.a(torch.tanh(self.p(x))) if self.careful else None
        late_b, late_c = zero, [zero, zero, zero]
        said = []
        for t in range(len(x)):
            now = self.a(torch.tanh(self.p(x[t]))) if entering is None else entering[t]
            a = torch.tanh(now + self.ba(late_b) + self.ca(late_c[0]))
            late_b = torch.tanh(self.b(a))
            c = torch.tanh(self.c(late_b))
            late_c = [*late_c[1:], c]
            said.append(c if self.careful else self.y(c))
        return self.y(torch.stack(said)) if self.careful else torch.stack(said)


def loop_step(x: Tensor, units: int, careful: bool) -> Rival:
    """A training step of the loop."""
    module = Loop(x.shape[-1], units, careful)
    optimizer = torch.optim.SGD(module.parameters(), lr=1e-6)

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        module(x).square().mean().backward()
        optimizer.step()

    return step


def bound(x: Tensor, units: int) -> Rival:
    """The matrix products and activations of one training step: the links of the cycles and their layers step by step, the
    rest and all weight gradients at once."""
    steps, batch, features = x.shape
    square = [0.05 * torch.randn(units, units) for _ in range(5)]
    into, out = torch.randn(units, features), torch.randn(4, units)
    read, made = 0.1 * torch.randn(steps, batch, units), torch.empty(steps, batch, units)
    said, found = torch.empty(steps * batch, 4), torch.empty(units, units)
    rows, sums = read.unbind(0), made.unbind(0)
    given, flat, flat_made, mm = x.flatten(0, 1), read.flatten(0, 1), made.flatten(0, 1), torch.mm

    def step() -> None:
        mm(given, into.t(), out=flat_made).tanh_()
        mm(flat, square[0].t(), out=flat_made)
        for t in range(steps):
            for weight in square[1:]:
                mm(rows[t], weight.t(), out=sums[t])
            for _ in "abc":
                sums[t].tanh_()
        mm(flat, out.t(), out=said)
        mm(said, out, out=flat_made)
        mm(said.t(), flat)
        for t in range(steps):
            for weight in square[1:]:
                mm(rows[t], weight, out=sums[t])
        for _ in square:
            mm(flat.t(), flat_made, out=found)
        mm(flat, square[0], out=flat_made)
        mm(flat.t(), given)

    return step


KINDS = {
    "products (and tanh)": ("aten::mm", "aten::addmm", "aten::addmm_", "mkldnn::_linear_pointwise"),
    "reads side by side": ("aten::cat",),
    "slopes and deltas": ("aten::addcmul", "aten::addcmul_", "aten::mul_", "aten::mul", "aten::tanh_backward"),
    "copies": ("aten::copy_", "aten::zero_", "aten::fill_"),
}


def profile(size: tuple[int, int, int, int]) -> None:
    """Where the time of the drawn network's training step goes."""
    batch, steps, features, units = size
    step = training_step(interlocked(features, units), torch.randn(steps, batch, features), "y", "yes")
    taken = profiled(step, KINDS)
    print(f"\n{size!s}: share of the time")
    for kind, seconds in taken.items():
        print(f"  {kind:20} {seconds / sum(taken.values()):5.0%}")


def main(seconds: float, clock: Clock) -> None:
    """One row for each size."""
    head = f"{'batch, steps, in, units':24} {'loop ms':>8} {'by loop':>8} {'by careful loop':>16}"
    print(f"{head} {'mm and tanh':>12}  limit 0.6 by loop")
    for size in SIZES:
        batch, steps, features, units = size
        x = torch.randn(steps, batch, features)
        rivals = {
            "loop": loop_step(x, units, careful=False),
            "careful": loop_step(x, units, careful=True),
            "drawn": training_step(interlocked(features, units), x, "y", "yes"),
            "bound": bound(x, units),
        }
        taken = interleaved(rivals, seconds, clock=clock)
        by_loop, by_careful = ratio(taken, "drawn", "loop"), ratio(taken, "drawn", "careful")
        least = ratio(taken, "bound", "loop")
        line = f"{size!s:24} {1e3 * median(taken['loop']):8.2f} {by_loop:8.2f} {by_careful:16.2f}"
        print(f"{line} {least:12.2f}", flush=True)
    profile(max(SIZES, key=lambda size: size[3]))


if __name__ == "__main__":
    asked = options(__doc__, 3.0)
    main(asked.seconds, asked.clock)
