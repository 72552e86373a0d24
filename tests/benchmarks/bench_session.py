"""What a whole session costs beside a bare PyTorch script of the same model, data, loss and optimizer.

    python -m tests.benchmarks.bench_session [--threads 1] [--seconds 6] [--clock wall]

Printed: the time of a step of the script, which uses the stock module that a PyTorch user would write, and ratios to it:
"program" is the bare loop over the studio's Program, "session" a session that is not observed, "+ every step" one that
measures the gradient through time at every training step, "+ 10 a second" one that shows the window all it wants, with
weights and a watched sample, every 0.1 s (less often where that would take more than a tenth of the time). Steps of all
take turns, so that a busy machine slows all of them alike.

The limit is 1.05 for "session". RNN and GRU are far below it. An LSTM runs on the same fused kernel as the script's, so
that everything besides counts in full: it was at 1.15 to 1.24 on small sizes until cross-entropy took class numbers
straight to torch's kernel, an LSTM that nobody looks at went back on torch's own way, and all parameters lay in one row
of memory, so that copying them and asking whether they are finite is one operation each. On a quiet machine it is now at
0.95 to 1.03, on one thread and on two; at (1, 500, 8, 32), a single sample of 1.4 ms, it was at 1.11 beside other busy
processes. What is left there is the session's own: taking a batch, the norm of the gradient, the metric, the report.
"""

from __future__ import annotations

import itertools
import time
from statistics import fmean, median

import numpy as np
import torch
from torch import nn

from core.catalogue.layers import LAYERS
from core.catalogue.spec import Choice
from core.data.dataset import Dataset, Field
from core.engine import course
from core.engine.program import compile_network
from core.engine.session import Session
from core.network import Layer, Link, Network
from core.parameters import initial
from core.project import State
from core.training import default_training
from tests.benchmarks.timing import Clock, Rival, interleaved, options, ratio

SIZES = [(32, 50, 16, 32), (32, 100, 32, 64), (64, 200, 64, 128), (1, 500, 8, 32), (16, 784, 1, 128)]
"""(batch, steps, inputs, units)."""
MODULES = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
CLASSES = 10
NEVER = 10**9


def build(kind: str, inputs: int, units: int) -> Network:
    """x -> block h -> last step -> softmax y."""
    network = Network()
    for key, layer_kind, values in (
        ("x", "input", {"units": inputs, "sequence": True}),
        ("h", kind, {"units": units}),
        ("last", "last_step", {}),
        ("y", "output", {"units": CLASSES, "activation": Choice("softmax")}),
    ):
        network = network.with_layer(Layer(key, key, layer_kind, LAYERS[layer_kind].complete(values)))
    for source, target in itertools.pairwise(("x", "h", "last", "y")):
        network = network.with_link(Link(f"{source}_{target}", source, target))
    return network


def make_data(batch: int, steps: int, inputs: int) -> Dataset:
    """Eight batches of noise."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8 * batch, steps, inputs)).astype(np.float32)
    y = rng.integers(0, CLASSES, (8 * batch, 1)).astype(np.float32)
    names = tuple(str(n) for n in range(CLASSES))
    target = Field(y, classes=names, codes=True)
    return Dataset("noise", "Noise", "classification", {"x": Field(x)}, target, {"train": np.arange(8 * batch)})


def script(kind: str, data: Dataset, batch: int, units: int) -> Rival:
    """One step of what a PyTorch user writes: stock module, Adam, the loss read for the log."""
    inputs = torch.tensor(data.inputs["x"].values).transpose(0, 1).contiguous()
    target = torch.tensor(data.target.values[:, 0]).long()
    module, readout = MODULES[kind](inputs.shape[2], units), nn.Linear(units, CLASSES)
    adam = torch.optim.Adam([*module.parameters(), *readout.parameters()], lr=1e-3)
    order, losses = iter(()), []

    def step() -> None:
        nonlocal order
        rows = next(order, None)
        if rows is None:
            order = iter(torch.randperm(len(target)).split(batch))
            rows = next(order)
        adam.zero_grad()
        answer = readout(module(inputs[:, rows])[0][-1])
        loss = nn.functional.cross_entropy(answer, target[rows])
        loss.backward()
        adam.step()
        losses.append(loss.item())

    return step


def bare(kind: str, data: Dataset, batch: int, units: int) -> Rival:
    """One step over the studio's own Program without a session."""
    network = build(kind, data.inputs["x"].features, units)
    program = compile_network(network)
    inputs = torch.tensor(data.inputs["x"].values).transpose(0, 1).contiguous()
    target = torch.tensor(data.target.values[:, 0]).long()
    weights = {k: torch.tensor(v, requires_grad=True) for k, v in initial(network, 0).items()}
    adam = torch.optim.Adam(weights.values(), lr=1e-3)
    order, losses = iter(()), []

    def step() -> None:
        nonlocal order
        rows = next(order, None)
        if rows is None:
            order = iter(torch.randperm(len(target)).split(batch))
            rows = next(order)
        adam.zero_grad()
        answer = program.run(weights, {"x": inputs[:, rows]}).logits["y"]
        loss = nn.functional.cross_entropy(answer, target[rows])
        loss.backward()
        adam.step()
        losses.append(loss.item())

    return step


class OwnTime:
    """A clock that runs only while its owner does, so that taking turns does not make a second shorter."""

    def __init__(self) -> None:
        self.taken, self.began = 0.0, 0.0

    def __call__(self) -> float:
        return self.taken + time.perf_counter() - self.began

    def run(self, step: Rival) -> None:
        """Let the owner go one step further by this clock."""
        self.began, course.perf_counter = time.perf_counter(), self
        step()
        self.taken += time.perf_counter() - self.began


def session(
    kind: str, data: Dataset, batch: int, units: int, threads: int, every: int = 0, interval: float = 0.0
) -> Rival:
    """One step of a session that looks at every so many steps, or as the window does every so many seconds.

    Its evaluation after each epoch is left out, as the scripts have none.
    """
    network = build(kind, data.inputs["x"].features, units)
    settings = default_training(
        loss="cross_entropy", batch_size=batch, epochs=100_000, optimizer=Choice("adam", {"lr": 1e-3}), threads=threads
    )
    made = Session(State(network, initial(network, 0), settings), data)
    made.evaluate = lambda part: None  # type: ignore[method-assign]
    made.gradient_every, made.display_interval = every, interval
    made.watch(0, "train")
    reports, clock = made.run(), OwnTime()
    return lambda: clock.run(lambda: next(reports))


def line(
    kind: str, size: tuple[int, int, int, int], threads: int, seconds: float, clock: Clock
) -> tuple[float, list[float]]:
    """Milliseconds of the stock script's step and the ratios to it. Display rate has rare dear steps, so means count."""
    batch, steps, inputs, units = size
    data = make_data(batch, steps, inputs)
    stock = script(kind, data, batch, units)
    taken = interleaved(
        {
            "stock": stock,
            "program": bare(kind, data, batch, units),
            "off": session(kind, data, batch, units, threads),
            "every": session(kind, data, batch, units, threads, every=1),
            "shown": session(kind, data, batch, units, threads, every=NEVER, interval=0.1),
        },
        seconds,
        clock=clock,
    )
    ratios = [ratio(taken, name, "stock") for name in ("program", "off", "every")]
    return 1000 * median(taken["stock"]), [*ratios, fmean(taken["shown"]) / fmean(taken["stock"])]


def main() -> None:
    """Print the table."""
    asked = options(__doc__, 6.0)
    print("ratios to the stock script")
    head = f"{'kind':5} {'batch, steps, in, units':24} {'stock ms':>9} {'program':>8} {'session':>8}"
    print(f"{head} {'+ every step':>13} {'+ 10 a second':>14}")
    for size, kind in itertools.product(SIZES, MODULES):
        stock, ratios = line(kind, size, asked.threads, asked.seconds, asked.clock)
        plain, off, every, shown = ratios
        print(f"{kind:5} {size!s:24} {stock:9.2f} {plain:8.2f} {off:8.2f} {every:13.2f} {shown:14.2f}", flush=True)


if __name__ == "__main__":
    main()
