"""What one would say without a network, as scores that are judged by the same metrics as the network's.

Everything is counted on the training part alone. A network that is no better than this has learned nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from core.data.dataset import Dataset, Field, WindowedSeries

Rows = Callable[[np.ndarray, np.ndarray], np.ndarray]
MOST_PAIRS = 4_000_000
"""Symbols times classes that are counted for what follows a symbol."""


@dataclass(frozen=True, eq=False)
class Baseline:
    """One way to answer without a network."""

    key: str
    title: str
    """English, a few letters for the head of a column."""
    template: str
    """What it does, English, with ``{name}`` fields that ``values`` fill."""
    scores: Rows
    """f(samples, steps) -> (rows, units) for rows of sample numbers and 0-based time steps: shares of the classes, or
    values as they are in the data set (normalised)."""
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """What it does, in English."""
        return self.template.format(**self.values)


def baselines(data: Dataset) -> tuple[Baseline, ...]:
    """The ways that fit this data, the plainest first."""
    if data.target.codes:
        return tuple(one for one in (_prior(data), _after_symbol(data)) if one is not None)
    return tuple(one for one in (_mean(data), *_of_series(data)) if one is not None)


def counted_rows(data: Dataset, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(samples, steps) of every answer that counts among these samples, in the order of core.answers."""
    steps = data.target.steps
    if steps is None:
        return np.asarray(samples), np.zeros(len(samples), int)
    keep = np.ones((len(samples), steps), bool) if data.mask is None else data.mask[samples].astype(bool)
    row, step = np.nonzero(keep)
    return np.asarray(samples)[row], step


def _wanted(data: Dataset, samples: np.ndarray, steps: np.ndarray) -> np.ndarray:
    values = data.target.values
    return np.asarray(values[samples, steps] if values.ndim == 3 else values[samples])


def _prior(data: Dataset) -> Baseline:
    codes = _wanted(data, *counted_rows(data, data.split["train"]))[:, 0].astype(int)
    counts = np.bincount(codes, minlength=data.outputs).astype(float)
    share = counts / max(1.0, counts.sum())
    best = data.target.classes[int(share.argmax())] if data.target.classes else str(int(share.argmax()))
    next_symbol = _is_next_symbol(data)
    return Baseline(
        "prior",
        "Unigram" if next_symbol else "Most frequent",
        "always answers “{best}”, the most frequent class of the training part, with the shares of the classes there "
        "as probabilities",
        lambda samples, steps: np.broadcast_to(share, (len(samples), len(share))),
        {"best": best},
    )


def _mean(data: Dataset) -> Baseline:
    wanted = _wanted(data, *counted_rows(data, data.split["train"])).astype(float)
    mean = wanted.mean(axis=0)
    yes_no = data.task == "classification"
    return Baseline(
        "mean",
        "Most frequent" if yes_no else "Mean",
        "always answers the mean of the training part",
        lambda samples, steps: np.broadcast_to(mean, (len(samples), len(mean))),
    )


def symbols(read: Field) -> np.ndarray | None:
    """(samples, steps) the symbol that is read at each step: codes, or the place of a single 1; None of other inputs."""
    if not read.sequence:
        return None
    if read.codes and read.features == 1:
        return np.asarray(read.values[..., 0].astype(int))
    values = read.values
    if read.normalisation is not None or not ((values == 0) | (values == 1)).all():
        return None
    if read.features == 1:
        return np.asarray(values[..., 0].astype(int))
    # A step without any 1, such as a pause, is a symbol of its own.
    single = values.sum(axis=-1) <= 1
    return np.where(values.any(axis=-1), values.argmax(axis=-1), read.features) if single.all() else None


def _beside(data: Dataset) -> Field:
    """What is read in step with the answers: the answers fed back where they are, else the main input."""
    return data.past or next(iter(data.inputs.values()))


def _is_next_symbol(data: Dataset) -> bool:
    """Whether the answers are the symbols that are read one step later."""
    main = _beside(data)
    read = symbols(main)
    names = main.classes if main.codes else main.names
    if read is None or data.target.steps != read.shape[1] or read.shape[1] < 2 or names != data.target.classes:
        return False
    told = data.target.values[..., 0].astype(int)
    counted = np.ones(told.shape, bool) if data.mask is None else data.mask.astype(bool)
    both = counted[:, :-1] & counted[:, 1:]  # what follows the last answer is padding
    return bool(both.any() and (told[:, :-1] == read[:, 1:])[both].all())


def _after_symbol(data: Dataset) -> Baseline | None:
    """P(answer | the symbol that is read at the same step), add-one smoothed; the bigram where the next one is asked."""
    read = symbols(_beside(data))
    if read is None or data.target.steps != read.shape[1]:
        return None
    size = int(read.max(initial=0)) + 1
    if size < 2 or size * data.outputs > MOST_PAIRS:
        return None
    samples, steps = counted_rows(data, data.split["train"])
    table = np.ones((size, data.outputs))
    np.add.at(table, (read[samples, steps], _wanted(data, samples, steps)[:, 0].astype(int)), 1)
    shares = table / table.sum(axis=1, keepdims=True)
    known = read
    return Baseline(
        "symbol",
        "Bigram" if _is_next_symbol(data) else "One symbol",
        "knows only the symbol of the same step, and what was answered after it in the training part (add-one smoothed)",
        lambda samples, steps: shares[known[samples, steps]],
    )


def _of_series(data: Dataset) -> tuple[Baseline | None, ...]:
    series = data.info.get("series")
    if not isinstance(series, WindowedSeries) or series.target < 0 or data.target.features != series.horizon:
        return ()
    values = series.values[:, series.target].astype(float)
    scale, every = data.target.normalisation, data.target.sequence
    ahead = np.arange(series.horizon)

    def times(samples: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(rows,) the last time that is seen, (rows, horizon) the times that are asked about."""
        seen = series.starts[samples] + (steps if every else series.window - 1)
        return seen, seen[:, None] + 1 + ahead

    def scaled(raw: np.ndarray) -> np.ndarray:
        return raw if scale is None else (raw - scale.mean) / scale.scale

    def last(samples: np.ndarray, steps: np.ndarray) -> np.ndarray:
        seen, asked = times(samples, steps)
        return scaled(np.broadcast_to(values[seen][:, None], asked.shape).copy())

    def season(samples: np.ndarray, steps: np.ndarray) -> np.ndarray:
        seen, asked = times(samples, steps)
        period = int(data.period or 1)
        before = asked - period * np.ceil((asked - seen[:, None]) / period).astype(int)
        known = np.where(before >= 0, values[np.maximum(before, 0)], values[seen][:, None])
        return scaled(known)

    samples, steps = counted_rows(data, data.split["train"])
    told = _wanted(data, samples, steps).astype(float)
    told = told if scale is None else scale.undo(told)
    if not np.allclose(told, values[np.minimum(times(samples, steps)[1], len(values) - 1)], rtol=1e-3, atol=1e-3):
        return ()  # the series is not what is asked about
    found = [Baseline("last", "Last value", "answers the last value that was seen", last)]
    if data.period:
        line = (
            f"answers the value one season of {data.period} steps before, the last value where that was not yet known"
        )
        found.append(Baseline("season", "Season", line, season))
    return tuple(found)
