"""The recorded past: what recording costs a training, whether memory keeps to its budget, and how long a jump takes.

Run: python -m tests.benchmarks.bench_past [overhead|jumps|memory [BATCHES [MEGABYTES]]]

Overhead is the processor time of recording at the default budget by that of the training it records; beside it the ratio to
the same training that is not recorded, in stretches that take turns. A jump is from the wish to the session that stands there, with its sample examined.
"""

from __future__ import annotations

import math
import sys
import time
import tracemalloc
from statistics import median

import numpy as np
import torch

from core.edits import SetTraining
from core.engine.devices import settle
from core.engine.history import BUDGET, History
from core.engine.session import Session
from core.examples import EXAMPLES, open_example

SECONDS = 6.0
BATCHES = 20
MEGABYTES = 1.0
"""Of the long training: so little that it is outgrown again and again."""


def sessions(key: str) -> tuple[Session, Session, History]:
    """One that is recorded and one that is not."""
    project = open_example(key)
    project.apply(SetTraining("epochs", 100_000))
    data = project.dataset()
    recorded, plain = Session(project.state, data), Session(project.state, data)
    for session in (recorded, plain):
        session.gradient_every = 1
    return recorded, plain, History(recorded, project.state, data)


def overhead(key: str) -> None:
    """Recording by training, in processor time: of the same run, so that a busy machine disturbs both alike."""
    recorded, plain, history = sessions(key)
    runs, ratios = (recorded.run(), plain.run()), []
    spent, whole, end = 0.0, 0.0, time.perf_counter() + SECONDS
    while time.perf_counter() < end or len(ratios) < 6:
        taken = {}
        for which in (0, 1) if len(ratios) % 2 else (1, 0):  # who comes first changes from turn to turn
            start = time.process_time()
            for _ in range(BATCHES):
                next(runs[which])
                if which == 0:
                    before = time.process_time()
                    history.observe(recorded)
                    spent += time.process_time() - before
            taken[which] = time.process_time() - start
        whole += taken[0]
        ratios.append(taken[0] / taken[1])
    print(f"  {key:<24} {100 * spent / (whole - spent):4.1f} % in recording itself   {median(ratios):5.3f} of plain training   "
          f"snapshots every {history.every} batches, {history.bytes / 2**20:.1f} of {BUDGET / 2**20:.0f} MB", flush=True)  # fmt: skip


def memory(batches: int, budget: int) -> None:
    """What the recording takes, as it counts itself and as Python counts it, over a long training that outgrows its budget."""
    project = open_example("iris-mlp")
    project.apply(SetTraining("epochs", 100_000))
    project.apply(SetTraining("batch_size", 16))
    data = project.dataset()
    session = Session(project.state, data)
    session.gradient_every = 0
    tracemalloc.start()
    history = History(session, project.state, data, budget, share=math.inf)  # the budget alone holds it back
    own, held, filled, every = 0, 0, 0, history.every
    for done, _ in enumerate(session.run(), 1):
        history.observe(session)
        own, filled, every = max(own, history.bytes), filled + (history.every > every), history.every
        if done % 10_000 == 0:
            held = max(held, recorded())
            print(f"  {done:>7} batches: {history.bytes / 2**20:6.2f} MB by its own count, "
                  f"snapshots every {history.every} batches, outgrown {filled} times", flush=True)  # fmt: skip
        if done >= batches:
            break
    tracemalloc.stop()
    print(
        f"  most: {own / 2**20:.2f} MB by its own count, {held / 2**20:.2f} MB by Python's where it was looked, of {budget / 2**20:.2f} MB"
    )


def recorded() -> int:
    """Bytes that Python holds for the recording: what snapshots are made of, their bytes and their text."""
    kinds = [tracemalloc.Filter(True, f"*/{name}") for name in ("core/engine/history.py", "json/*.py")]
    return sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces(kinds).traces)


def jumps(key: str) -> None:
    """Milliseconds of jumps to random recorded moments, after the whole training of an example at the default budget."""
    project = open_example(key)
    data = project.dataset()
    session = Session(project.state, data)
    history = History(session, project.state, data)
    for _ in session.run():
        history.observe(session)
    rng, taken, work = np.random.default_rng(0), [], []
    for goal in rng.integers(0, history.end + 1, 25):
        start, own = time.perf_counter(), time.process_time()
        there = history.session_at(int(goal))
        there.examine(int(data.samples("train")[0]), "train")
        there.weights()
        taken.append((time.perf_counter() - start) * 1e3)
        work.append((time.process_time() - own) * 1e3)
    late, own = np.percentile(taken, 95), np.percentile(work, 95)
    print(f"  {key:<26} {history.end:>5} batches, snapshots every {history.every:>2}   median {median(taken):6.1f} ms   p95 {late:6.1f} ms   "
          f"p95 of processor time {own:6.1f} ms", flush=True)  # fmt: skip


def main() -> None:
    """Print what is asked for, or everything."""
    settle(torch.device("cpu"), 0)  # as the trainer does beside a window
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    batches = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    if wanted in ("", "overhead"):
        print("Recording, against the same training without it")
        for key in ("digits-rows-elman", "digits-pixels-lstm", "adding-rnn", "iris-mlp"):
            overhead(key)
    if wanted in ("", "jumps"):
        print("Jumps to any recorded batch")
        for key in EXAMPLES:
            jumps(key)
    if wanted in ("", "memory"):
        budget = float(sys.argv[3]) if len(sys.argv) > 3 else MEGABYTES
        print(f"Memory over {batches:,} batches, of {budget:g} MB")
        memory(batches, int(budget * 2**20))


if __name__ == "__main__":
    main()
