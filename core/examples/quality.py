"""How good answers are in one number, and how good one is without a network."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset, Part, WindowedSeries
from core.examples.example import Goal
from core.generation import FreeRun


def quality(data: Dataset, samples: np.ndarray, outputs: np.ndarray) -> float:
    """The share of right answers, or the root mean squared error in the unit of the data, over the steps that count.

    ``outputs`` (samples, units) or (samples, steps, units) are what the network says about these ``samples``.
    """
    wanted, counts = data.target.values[samples], _counted(data, samples)
    if data.target.codes:
        return float((outputs.argmax(axis=-1) == wanted[..., 0])[counts].mean())
    missed = _in_units(data, outputs) - _in_units(data, wanted)
    return float(np.sqrt(np.square(missed)[counts].mean()))


def alone(run: FreeRun) -> float:
    """The root mean squared error of a free run over the steps that read the network's own answers."""
    errors, counted = run.free[run.given :], run.counted[run.given :]
    return float(np.sqrt((np.square(errors) * counted).sum() / counted.sum()))


def middle(data: Dataset) -> int:
    """How many steps of an answer are given where the rest is read from the network's own."""
    return max(1, int(data.target.steps or 1) // 2)


def baseline(data: Dataset, part: Part = "validation") -> tuple[str, float]:
    """What the best answer that needs no network reaches on a part, counted on the training part, and its name.

    The commonest class, or where answers are fed back, the commonest one after the answer before; the mean, or in a
    series the last value or that of a season ago.
    """
    if data.target.codes:
        return _commonest_after(data, part) if data.feedback else _commonest(data, part)
    series = data.info.get("series")
    if isinstance(series, WindowedSeries):
        lags = (("last value", 1), ("last season", data.period or 1))
        return min(((name, _naive(data, series, lag, part)) for name, lag in lags), key=lambda pair: pair[1])
    mean = _in_units(data, data.target.values[data.samples("train")]).mean()
    wanted = _in_units(data, data.target.values[data.samples(part)])
    return "mean", float(np.sqrt(np.square(wanted - mean).mean()))


def reached(goal: Goal, found: float, data: Dataset) -> bool:
    """Whether a quality is what the goal asks for."""
    good = found >= goal.quality if data.target.codes else found <= goal.quality
    return good != goal.fails


def unit(data: Dataset) -> str:
    """What a quality is counted in."""
    return "right" if data.target.codes else f"RMSE {data.target.unit}".strip()


def _counted(data: Dataset, samples: np.ndarray) -> np.ndarray:
    """(samples,) or (samples, steps): which answers the loss counts."""
    if data.mask is None:
        return np.ones(data.target.values[samples].shape[:-1], dtype=bool)
    counted: np.ndarray = data.mask[samples]
    return counted


def _codes(data: Dataset, values: np.ndarray, part: Part) -> np.ndarray:
    """The counted codes of an array (samples, [steps,] 1), one after another."""
    samples = data.samples(part)
    codes: np.ndarray = values[samples][_counted(data, samples)][:, 0].astype(int)
    return codes


def _commonest(data: Dataset, part: Part) -> tuple[str, float]:
    common = np.bincount(_codes(data, data.target.values, "train")).argmax()
    return "commonest class", float((_codes(data, data.target.values, part) == common).mean())


def _commonest_after(data: Dataset, part: Part) -> tuple[str, float]:
    fed, asked = data.inputs[data.feedback].values, data.target.values
    times = np.zeros((int(fed.max()) + 1, data.outputs))
    np.add.at(times, (_codes(data, fed, "train"), _codes(data, asked, "train")), 1)
    guess = times.argmax(axis=1)[_codes(data, fed, part)]
    return "commonest next", float((guess == _codes(data, asked, part)).mean())


def _naive(data: Dataset, series: WindowedSeries, lag: int, part: Part) -> float:
    """The error of who repeats the value of ``lag`` steps before each asked one, one step ahead."""
    held = data.samples(part)
    asked = np.arange(1, series.window + 1) if data.target.sequence else np.array([series.window])
    times = series.starts[held][:, None] + asked
    values = series.values[:, series.target]
    return float(np.sqrt(np.square(values[times] - values[times - lag]).mean()))


def _in_units(data: Dataset, values: np.ndarray) -> np.ndarray:
    """Targets or outputs of a regression in the unit of the data."""
    return values if data.target.normalisation is None else data.target.normalisation.undo(values)
