"""What a whole session costs beside a bare PyTorch script of the same model, data, loss and optimizer.

    python -m tests.benchmarks.bench_session [--threads N] [--seconds S]

Steps of both take turns, so that a busy machine slows both. Printed: the median time of a step, and the ratio of the
session to the script, once with gradients through time at every step, once at display rate (10 a second) and once off.
The script uses the stock module that a PyTorch user would write (nn.RNN, nn.LSTM, nn.GRU). Beside it stands the bare
loop over the same Program, which tells what the session itself adds.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from core.catalogue.layers import LAYERS
from core.catalogue.spec import Choice
from core.data.dataset import Dataset, Field
from core.engine.program import compile_network
from core.engine.session import Session
from core.network import Layer, Link, Network
from core.parameters import initial
from core.project import State
from core.training import default_training

SIZES = [(32, 50, 16, 32), (32, 100, 32, 64), (64, 200, 64, 128), (1, 500, 8, 32), (16, 784, 1, 128)]
"""(batch, steps, inputs, units)."""
MODULES = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
CLASSES = 10


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


def script(kind: str, data: Dataset, batch: int, units: int) -> Callable[[], None]:
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


def bare(kind: str, data: Dataset, batch: int, units: int) -> Callable[[], None]:
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


def session(kind: str, data: Dataset, batch: int, units: int, every: int, interval: float, threads: int) -> Any:
    """One step of a session; its evaluation after each epoch is left out, as the scripts have none."""
    network = build(kind, data.inputs["x"].features, units)
    settings = default_training(
        loss="cross_entropy", batch_size=batch, epochs=100_000, optimizer=Choice("adam", {"lr": 1e-3}), threads=threads
    )
    made = Session(State(network, initial(network, 0), settings), data)
    made.evaluate = lambda part: None  # type: ignore[method-assign]
    made.gradient_every, made.display_interval = every, interval
    reports: Iterator[Any] = made.run()
    return lambda: next(reports)


def timed(steps: dict[str, Callable[[], Any]], seconds: float) -> dict[str, float]:
    """Median milliseconds of one step of each, in turns."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    for step in steps.values():
        for _ in range(3):
            step()
    until = time.perf_counter() + seconds
    while time.perf_counter() < until or len(next(iter(times.values()))) < 5:
        for name, step in steps.items():
            began = time.perf_counter()
            step()
            times[name].append(time.perf_counter() - began)
    return {name: 1000 * statistics.median(values) for name, values in times.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=6.0, help="per line of the table")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    print(f"torch {torch.__version__}, {asked.threads} thread(s), medians, ratios to the stock script")
    head = (
        "batch",
        "steps",
        "inputs",
        "units",
        "kind",
        "stock ms",
        "program",
        "no probes",
        "10 a second",
        "every step",
    )
    print(" | ".join(f"{name:>11}" for name in head))
    for (batch, steps, inputs, units), kind in itertools.product(SIZES, MODULES):
        data = make_data(batch, steps, inputs)
        ms = timed(
            {
                "stock": script(kind, data, batch, units),
                "program": bare(kind, data, batch, units),
                "off": session(kind, data, batch, units, 0, 0.0, asked.threads),
                "shown": session(kind, data, batch, units, 10**9, 0.1, asked.threads),
                "every": session(kind, data, batch, units, 1, 0.1, asked.threads),
            },
            asked.seconds,
        )
        ratios = [f"{ms[name] / ms['stock']:.2f}" for name in ("program", "off", "shown", "every")]
        row = (batch, steps, inputs, units, kind, f"{ms['stock']:.2f}", *ratios)
        print(" | ".join(f"{value!s:>11}" for value in row), flush=True)


if __name__ == "__main__":
    main()
