"""A drawn network with two interlocking cycles against a hand-written PyTorch loop over time.

    OMP_NUM_THREADS=1 python -m tests.benchmarks.bench_cycles [seconds per row] [threads]

x -> p -> a -> b -> c -> y with b -> a one step late and c -> a three steps late: the cycles a b and a b c share a and b.
"loop" does everything inside its loop, as one writes it first; "careful loop" keeps what is not recurrent outside of it.
"at least" is the time of the same matrix products and tanh and of nothing else, in the order of the scan and into memory
that is there already: no way to train this network with torch can go below it. A second table says where the time of the
largest size goes.

At 128 units that bound alone is at 0.57, and the drawn network at 0.78 (0.35 and 0.50 at 32 and 64 units, 0.25 for a
single sample; one thread of an EPYC with AVX-512): there the loop itself spends most of its time in products that run at
the processor's peak, and what it does besides weighs little against them. Tried there, and no faster:
slopes worked out for a stretch of steps that fits the cache, weight gradients in pieces that fit the cache (the product
over all steps is at 85 % of the peak either way), weights transposed in memory beforehand.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from statistics import median

import torch
from torch import Tensor, nn

from core.network import Network
from tests.benchmarks.drawn import layer, network, training_step
from tests.benchmarks.timing import Rival, interleaved, ratio

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
    "matrix products": ("aten::mm", "aten::addmm", "aten::addmm_", "aten::bmm"),
    "tanh": ("aten::tanh", "aten::tanh_"),
    "slopes and deltas": ("aten::addcmul", "aten::addcmul_", "aten::mul_", "aten::mul", "aten::tanh_backward"),
    "copies": ("aten::copy_", "aten::zero_", "aten::fill_"),
}


def profile(size: tuple[int, int, int, int]) -> None:
    """Where the time of the drawn network's training step goes."""
    batch, steps, features, units = size
    step = training_step(interlocked(features, units), torch.randn(steps, batch, features), "y", "yes")
    step()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as seen:
        for _ in range(5):
            step()
    by_name = {event.key: event.self_cpu_time_total for event in seen.key_averages()}
    whole, rest = sum(by_name.values()), 1.0
    print(f"\n{size!s}: share of the time")
    for kind, names in KINDS.items():
        share = sum(by_name.get(name, 0.0) for name in names) / whole
        rest -= share
        print(f"  {kind:20} {share:5.0%}")
    print(f"  {'everything else':20} {rest:5.0%}")


def main(seconds: float) -> None:
    """One row for each size."""
    head = f"{'batch, steps, in, units':24} {'loop ms':>8} {'by loop':>8} {'by careful loop':>16}"
    print(f"{head} {'at least':>9}  limit 0.6 by loop")
    for size in SIZES:
        batch, steps, features, units = size
        x = torch.randn(steps, batch, features)
        rivals = {
            "loop": loop_step(x, units, careful=False),
            "careful": loop_step(x, units, careful=True),
            "drawn": training_step(interlocked(features, units), x, "y", "yes"),
            "bound": bound(x, units),
        }
        taken = interleaved(rivals, seconds)
        by_loop, by_careful = ratio(taken, "drawn", "loop"), ratio(taken, "drawn", "careful")
        least = ratio(taken, "bound", "loop")
        line = f"{size!s:24} {1e3 * median(taken['loop']):8.2f} {by_loop:8.2f} {by_careful:16.2f}"
        print(f"{line} {least:9.2f}", flush=True)
    profile(max(SIZES, key=lambda size: size[3]))


if __name__ == "__main__":
    given = [float(text) for text in sys.argv[1:]]
    torch.manual_seed(0)
    torch.set_num_threads(int(given[1]) if len(given) > 1 else 1)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} thread(s); capture on")
    main(given[0] if given else 3.0)
