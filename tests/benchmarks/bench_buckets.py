"""How much faster an epoch is with length buckets: examples whose sequences differ in length, with them and without.

    python -m tests.benchmarks.bench_buckets [--buckets N] [--seconds S] [EXAMPLE ...]

Printed: the share of padding in the time steps of an epoch, without and with buckets, and the time of an epoch with buckets
by the time without, for the training alone and with the evaluation after it, which is not cut. Epochs of both take turns,
so that a busy machine slows both alike; the gradient through time is measured at every step, as in the window.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from statistics import median

from core.buckets import SUGGESTED, Padding, padded_axes
from core.catalogue.spec import Choice
from core.engine.session import Session
from core.examples import EXAMPLES, open_example
from core.project import Project
from tests.benchmarks.timing import Rival, interleaved, ratio


def settings(project: Project, buckets: int) -> Choice:
    """Those of the project without end, with so many batches in a bucket."""
    values = {**project.training.values, "buckets": buckets, "epochs": 100_000, "early_stopping": False}
    return Choice(project.training.key, values)


def padding(project: Project, buckets: int) -> float:
    """The share of padding in the steps of the first epoch."""
    axes = padded_axes(project.network, project.dataset())
    return Padding.of(axes, project.dataset().samples("train"), settings(project, buckets)).share


def epoch(project: Project, buckets: int, evaluated: bool) -> Rival:
    """One epoch of a session."""
    made = Session(replace(project.state, training=settings(project, buckets)), project.dataset())
    if not evaluated:
        made.evaluate = lambda part: None  # type: ignore[method-assign]
    reports = made.run()

    def whole() -> None:
        report = next(reports)
        while report.batch_in_epoch < report.batches_per_epoch:
            report = next(reports)

    return whole


def line(key: str, buckets: int, seconds: float) -> None:
    """Measure one example and print what it gives."""
    project = open_example(key)
    ways = {
        f"{name}{' evaluated' * evaluated}": epoch(project, pool, evaluated)
        for name, pool in (("plain", 0), ("buckets", buckets))
        for evaluated in (False, True)
    }
    taken = interleaved(ways, seconds)
    alone, whole = ratio(taken, "buckets", "plain"), ratio(taken, "buckets evaluated", "plain evaluated")
    shares = f"{padding(project, 0):8.1%} {padding(project, buckets):8.1%}"
    print(f"{key:27} {shares} {1000 * median(taken['plain']):9.0f} {alone:9.2f} {whole:16.2f}", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "examples", nargs="*", metavar="EXAMPLE", help="keys of examples; all with padding where none is given"
    )
    parser.add_argument("--buckets", type=int, default=SUGGESTED, help="batches that are sorted together")
    parser.add_argument("--seconds", type=float, default=10.0, help="per line of the table")
    asked = parser.parse_args()
    print(f"{'':27} {'padding':>8} {'cut to':>8} {'epoch ms':>9} {'training':>9} {'with evaluation':>16}")
    for key in asked.examples or list(EXAMPLES):
        project = open_example(key)
        if padded_axes(project.network, project.dataset()):
            line(key, asked.buckets, asked.seconds)


if __name__ == "__main__":
    main()
