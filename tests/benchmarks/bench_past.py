"""The recorded past: what recording costs a training, whether memory keeps to its budget, and how long a jump takes.

Run: python -m tests.benchmarks.bench_past [overhead|memory|jumps] [BATCHES]

Overhead is the processor time of recording at the default budget by that of the training it records; beside it the ratio to
the same training that is not recorded, in stretches that take turns. A jump is from the wish to the session that stands there, with its sample examined.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from statistics import median

import numpy as np

from core.edits import SetTraining
from core.engine.history import BUDGET, History
from core.engine.session import Session
from core.examples import EXAMPLES, open_example

SECONDS = 6.0
BATCHES = 20


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


def memory(batches: int) -> None:
    """What the recording takes, as it counts itself and as Python counts it, over a long training."""
    project = open_example("iris-mlp")
    project.apply(SetTraining("epochs", 100_000))
    project.apply(SetTraining("batch_size", 16))
    data = project.dataset()
    session = Session(project.state, data)
    session.gradient_every = 0
    tracemalloc.start()
    history = History(session, project.state, data)
    most = (0, 0.0)
    for done, _ in enumerate(session.run(), 1):
        history.observe(session)
        if done % 2_000 == 0:
            held = tracemalloc.get_traced_memory()[0] / 2**20
            most = max(most, (done, held), key=lambda pair: pair[1])
            if done % 10_000 == 0:
                print(
                    f"  {done:>7} batches: {history.bytes / 2**20:5.1f} MB by its own count, {held:5.1f} MB by Python's"
                )
        if done >= batches:
            break
    tracemalloc.stop()
    print(f"  most: {most[1]:.1f} MB of {BUDGET / 2**20:.0f} MB, after {most[0]} batches")


def jumps(key: str, batches: int = 300) -> None:
    """Milliseconds of jumps to random recorded moments, after some training with its own budget."""
    project = open_example(key)
    data = project.dataset()
    session = Session(project.state, data)
    history = History(session, project.state, data)
    end = time.perf_counter() + SECONDS
    for _ in session.run():
        history.observe(session)
        if session.batch >= batches or time.perf_counter() > end:
            break
    rng, taken, work = np.random.default_rng(0), [], []
    for goal in rng.integers(0, history.end + 1, 25):
        start, own = time.perf_counter(), time.process_time()
        there = history.session_at(int(goal))
        there.examine(int(data.samples("train")[0]), "train")
        there.weights()
        taken.append((time.perf_counter() - start) * 1e3)
        work.append((time.process_time() - own) * 1e3)
    late, own = np.percentile(taken, 95), np.percentile(work, 95)
    print(f"  {key:<24} {history.end:>5} batches   median {median(taken):6.1f} ms   p95 {late:6.1f} ms   "
          f"p95 of processor time {own:6.1f} ms", flush=True)  # fmt: skip


def main() -> None:
    """Print what is asked for, or everything."""
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
        print(f"Memory over {batches:,} batches")
        memory(batches)


if __name__ == "__main__":
    main()
