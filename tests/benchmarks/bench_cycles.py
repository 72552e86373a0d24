"""A drawn network with two interlocking cycles against a hand-written PyTorch loop over time.

    OMP_NUM_THREADS=1 python -m tests.benchmarks.bench_cycles [seconds per row] [threads]

x -> p -> a -> b -> c -> y with b -> a one step late and c -> a three steps late: the cycles a b and a b c share a and b.
"loop" does everything inside its loop, as one writes it first; "careful loop" keeps what is not recurrent outside of it.
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


def main(seconds: float) -> None:
    """One row for each size."""
    print(f"{'batch, steps, in, units':24} {'loop ms':>8} {'by loop':>8} {'by careful loop':>16}  limit 0.6 by loop")
    for size in SIZES:
        batch, steps, features, units = size
        x = torch.randn(steps, batch, features)
        rivals = {
            "loop": loop_step(x, units, careful=False),
            "careful": loop_step(x, units, careful=True),
            "drawn": training_step(interlocked(features, units), x, "y", "yes"),
        }
        taken = interleaved(rivals, seconds)
        by_loop, by_careful = ratio(taken, "drawn", "loop"), ratio(taken, "drawn", "careful")
        print(f"{size!s:24} {1e3 * median(taken['loop']):8.2f} {by_loop:8.2f} {by_careful:16.2f}", flush=True)


if __name__ == "__main__":
    given = [float(text) for text in sys.argv[1:]]
    torch.manual_seed(0)
    torch.set_num_threads(int(given[1]) if len(given) > 1 else 1)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} thread(s); capture on")
    main(given[0] if given else 3.0)
