"""Trains the examples and prints what each reaches, beside a baseline that knows nothing of the network.

    python tests/benchmarks/bench_examples.py [--seeds N] [EXAMPLE ...]

The table is Markdown. Exits with 1 where an example misses the quality that is stated for it here.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass

import numpy as np

from core.data.dataset import Dataset, WindowedSeries
from core.examples import EXAMPLES, open_example
from core.script import evaluate, train


@dataclass(frozen=True)
class Goal:
    """What an example must reach on its validation part."""

    quality: float
    """Accuracy, which must be at least this, or root mean squared error in the unit of the data, at most this."""
    seconds: float = 120.0
    fails: bool = False
    """True for an example that is there to be seen failing: it must not reach ``quality``."""


GOALS = {
    "digits-rows-elman": Goal(0.93, 60),
    "digits-mlp": Goal(0.95),
    "digits-pixels-rnn": Goal(0.90),
    "digits-pixels-lstm": Goal(0.90),
    "digits-pixels-gru": Goal(0.90),
    "adding-rnn": Goal(0.35, fails=True),
    "adding-lstm": Goal(0.10),
    "sunspots-forecast": Goal(24.0),
    "weather": Goal(2.95),
    "co2-every-step": Goal(0.4),
    "vowels-gru": Goal(0.93),
    "names-gru": Goal(0.80),
    "drawing-gru": Goal(3.6),
    "reverse-encoder-decoder": Goal(0.98),
    "jordan": Goal(0.99),
    "parity": Goal(0.99),
    "echo-delay": Goal(0.99),
    "copy-gru": Goal(0.95),
    "temporal-order-lstm": Goal(0.98),
    "spirals-mlp": Goal(0.95),
    "circles-mlp": Goal(0.95),
    "iris-mlp": Goal(0.90),
    "diabetes-mlp": Goal(65.0),
}


def in_units(data: Dataset, values: np.ndarray) -> np.ndarray:
    """Targets or outputs of a regression in the unit of the data."""
    return values if data.target.normalisation is None else data.target.normalisation.undo(values)


def quality(data: Dataset, samples: np.ndarray, outputs: np.ndarray) -> float:
    """Accuracy or root mean squared error of ``outputs`` for these samples, over the steps that count."""
    wanted = data.target.values[samples]
    counts = np.ones(wanted.shape[:-1], bool) if data.mask is None else data.mask[samples]
    if data.target.codes:
        return float((outputs.argmax(axis=-1) == wanted[..., 0])[counts].mean())
    missed = in_units(data, outputs) - in_units(data, wanted)
    return float(np.sqrt(np.square(missed)[counts].mean()))


def naive(data: Dataset, series: WindowedSeries, lag: int) -> tuple[str, float]:
    """The root mean squared error of who repeats the value of ``lag`` steps before each asked one, one step ahead."""
    held = data.samples("validation")
    asked = np.arange(1, series.window + 1) if data.target.sequence else np.array([series.window])
    times = series.starts[held][:, None] + asked
    values = series.values[:, series.target]
    return "last value" if lag == 1 else "last season", float(
        np.sqrt(np.square(values[times] - values[times - lag]).mean())
    )


def baseline(data: Dataset) -> tuple[str, float]:
    """What the best answer without looking reaches: the last value or season, the commonest class, or the mean."""
    train_part, held = data.samples("train"), data.samples("validation")
    wanted = data.target.values
    if data.target.codes:
        counts = np.ones(wanted.shape[:-1], bool) if data.mask is None else data.mask
        common = np.bincount(wanted[train_part][counts[train_part]].ravel().astype(int)).argmax()
        return "commonest class", float((wanted[held][counts[held]] == common).mean())
    series = data.info.get("series")
    if isinstance(series, WindowedSeries):
        return min((naive(data, series, lag) for lag in (1, data.period or 1)), key=lambda pair: pair[1])
    mean = in_units(data, wanted[train_part]).mean()
    return "mean", float(np.sqrt(np.square(in_units(data, wanted[held]) - mean).mean()))


def bench(key: str, seed: int) -> bool:
    """Train one example, print its line, and tell whether it reached its goal."""
    project = open_example(key)
    started = time.perf_counter()
    train(project, seed=seed)
    seconds = time.perf_counter() - started
    data = project.dataset()
    evaluation = evaluate(project)
    reached = quality(data, evaluation.samples, evaluation.outputs)
    name, without = baseline(data)
    goal = GOALS[key]
    learned = reached >= goal.quality if data.target.codes else reached <= goal.quality
    good = learned != goal.fails and seconds <= goal.seconds
    sign = ">" if goal.fails else "≥" if data.target.codes else "≤"
    unit = "accuracy" if data.target.codes else f"RMSE {data.target.unit}".strip()
    print(
        f"| {key:24} | {seed:4d} | {reached:9.3f} | {unit:13} | {without:9.3f} | {name:15} | {sign} {goal.quality:6.3f} "
        f"| {seconds:6.1f} s | {'yes' if good else 'NO'} |",
        flush=True,
    )
    return good


def main() -> int:
    """Run the chosen examples, all of them by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", nargs="*", metavar="EXAMPLE", help="keys of examples; all where none is given")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds each is trained with")
    options = parser.parse_args()
    print(
        f"| {'example':24} | seed | {'reached':>9} | {'':13} | {'baseline':>9} | {'':15} | {'goal':>8} | {'time':>8} | ok |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    keys = options.examples or list(EXAMPLES)
    reached = [bench(key, seed) for key in keys for seed in range(options.seeds)]
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
