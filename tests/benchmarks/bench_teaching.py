"""What scheduled sampling costs: a training step that reads answers of its own, against one that is given the true ones.

    python -m tests.benchmarks.bench_teaching [SECONDS]

Interleaved, processor time, one thread. With probability 1 every step is given the true answer and the pass is the ordinary
one; below, a walk without gradient finds out first what each step reads. Its cost does not hang on how many steps do.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import torch

from core.catalogue.teaching import TEACHING
from core.edits import SetTraining
from core.engine.session import Session
from core.examples import open_example
from core.reports import Report
from tests.benchmarks.timing import interleaved, ratio

EXAMPLES = ("weather-freely", "names-write", "hafez-next", "pronunciation-english", "dates-attention")


def steps(key: str, chance: float) -> Iterator[Report]:
    """Training steps without end."""
    project = open_example(key)
    project.apply(SetTraining("teaching", TEACHING.choose("constant", chance=chance)))
    project.apply(SetTraining("epochs", 10_000))
    return (report for report in Session(project.state, project.dataset()).run() if report.moment is None)


def main(seconds: float) -> None:
    """One line per example."""
    torch.set_num_threads(1)
    print("| example | true answers only | half of them | none |\n|---|---|---|---|")
    for key in EXAMPLES:
        runs = {chance: steps(key, chance) for chance in (1.0, 0.5, 0.0)}
        taken = interleaved(
            {str(chance): run.__next__ for chance, run in runs.items()}, seconds, clock=time.process_time
        )
        ratios = " | ".join(f"{ratio(taken, str(chance), '1.0'):.2f}" for chance in runs)
        print(f"| {key} | {ratios} |", flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 8.0)
