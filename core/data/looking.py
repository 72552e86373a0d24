"""What there is to see in a data set: which times of a series belong to which part, and how often which values occur."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.data.dataset import PARTS, Dataset, Field, Part, WindowedSeries
from core.data.padding import valid

MOST_VALUES = 200_000
"""Values of a part that are counted; of more every so manieth sample."""
BINS = 40


def series_of(data: Dataset) -> WindowedSeries | None:
    """The series behind a data set of windows; None where there is none."""
    found = data.info.get("series", data.info.get("rows"))
    return found if isinstance(found, WindowedSeries) and len(found.starts) else None


def answer_times(series: WindowedSeries, sample: int) -> tuple[int, int]:
    """First and last time that a sample asks about."""
    last = int(series.starts[sample]) + series.window - 1
    return (last + 1, last + series.horizon) if series.horizon else (last, last)


def parts_in_time(data: Dataset, series: WindowedSeries) -> np.ndarray:
    """(times,) int8: the place in PARTS of the part that answers for a time; -1 where none does.

    A time between two that are asked by the same part counts as that part's.
    """
    codes = np.full(len(series.values), -1, np.int8)
    for code, part in enumerate(PARTS):
        if part in data.split:
            first = series.starts[data.split[part]] + series.window - (0 if series.horizon else 1)
            # Up where an answer begins, down behind its end: no horizon, however long, takes more memory.
            change = np.zeros(len(codes) + 1, np.int64)
            np.add.at(change, first, 1)
            np.add.at(change, first + max(1, series.horizon), -1)
            codes[np.cumsum(change[:-1]) > 0] = code
    for begin, end in zip(series.begins, [*series.begins[1:], len(codes)], strict=True):
        _bridge(codes[begin:end])
    return codes


def _bridge(codes: np.ndarray) -> None:
    """Fill what lies between two times of the same part, in place."""
    asked = np.flatnonzero(codes >= 0)
    if not len(asked):
        return
    places = np.arange(len(codes))
    before = asked[np.maximum(np.searchsorted(asked, places, side="right") - 1, 0)]
    after = asked[np.minimum(np.searchsorted(asked, places), len(asked) - 1)]
    between = (before <= places) & (after >= places) & (codes[before] == codes[after])
    codes[between] = codes[before][between]


def runs(codes: np.ndarray) -> list[tuple[int, int, int]]:
    """Stretches of equal codes from 0 on: (first, last, code)."""
    edges = np.flatnonzero(np.diff(codes)) + 1
    firsts, lasts = np.r_[0, edges], np.r_[edges, len(codes)] - 1
    return [(int(a), int(b), int(codes[a])) for a, b in zip(firsts, lasts, strict=True) if codes[a] >= 0]


def part_of(data: Dataset, sample: int) -> Part | None:
    """The part that a sample belongs to; None where a border goes through what it asks."""
    for part in data.parts:
        samples = data.split[part]
        place = int(np.searchsorted(samples, sample))  # parts are kept in order
        if (place < len(samples) and samples[place] == sample) or sample in samples:
            return part
    return None


def part_to_show(data: Dataset) -> Part:
    """The part that samples are taken from: what the network did not train on; the test part stays untouched."""
    return "validation" if len(data.split.get("validation", ())) else "train"


@dataclass(frozen=True, eq=False)
class Moments:
    """A part's values of one feature, in their own unit."""

    count: int
    mean: float
    deviation: float
    least: float
    most: float


@dataclass(frozen=True, eq=False)
class Histogram:
    """How often which values of one feature occur, per part, as shares of the part."""

    edges: np.ndarray
    """(bins + 1,) in the feature's unit."""
    shares: Mapping[Part, np.ndarray]
    """(bins,) each, summing to 1."""
    moments: Mapping[Part, Moments]
    names: tuple[str, ...] = ()
    """One per bin where values name classes or symbols; else empty."""
    every: int = 1
    """1 where all samples are counted, else every so manieth."""


def values_of(data: Dataset, field: Field, feature: int | None, part: Part) -> tuple[np.ndarray, int]:
    """The values (n,) of a feature, or of all of them, in a part, padding left out; and every how manieth sample counts."""
    wide = field.features if feature is None else 1
    size = len(data.split[part]) * (field.steps or 1) * wide
    every = max(1, -(-size // MOST_VALUES))
    chosen = chosen_of(data, part, every)
    values = np.asarray(
        field.values[chosen] if feature is None else field.values[chosen, ..., feature : feature + 1], float
    )
    if field.normalisation is not None:
        scale, mean = field.normalisation.scale, field.normalisation.mean
        shared = len(scale) == 1  # of a target that is one quantity at several times
        own = slice(None) if feature is None or shared else slice(feature, feature + 1)
        values = values * scale[own] + mean[own]
        # What is below the precision of the stored numbers is an exact 0 of the source.
        values[np.abs(values) < 1e-6 * (np.abs(mean[own]) + np.abs(scale[own]))] = 0.0
    name = next((name for name, one in data.inputs.items() if one is field), "target")
    inside = valid(data, name, chosen)
    return (values if inside is None else values[inside]).ravel(), every


def chosen_of(data: Dataset, part: Part, every: int) -> np.ndarray:
    """The samples of a part that are counted where every so manieth is."""
    return data.split[part][::every]


def histogram(data: Dataset, field: Field, feature: int | None) -> Histogram:
    """The histogram of a feature over all parts with the same bins; ``feature`` None takes all features together."""
    found: dict[Part, np.ndarray] = {}
    every = 1
    for part in data.parts:
        found[part], step = values_of(data, field, feature, part)
        every = max(every, step)
    together = np.concatenate(list(found.values()))
    if field.codes:
        count = max(len(field.classes), int(together.max(initial=0)) + 1)
        edges = np.arange(count + 1) - 0.5
    else:
        edges = bins(together)
    counts = {part: np.histogram(values, edges)[0] for part, values in found.items()}
    shares = {part: count / max(1, count.sum()) for part, count in counts.items()}
    moments = {part: moments_of(values) for part, values in found.items() if len(values)}
    return Histogram(edges, shares, moments, tuple(field.classes) if field.codes else (), every)


def bins(values: np.ndarray) -> np.ndarray:
    """Equal bins from the least to the most value; one per value where these are few whole numbers."""
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    if low == high:
        wide = abs(low) * 0.05 or 0.5
        return np.array([low - wide, low + wide])
    if high - low <= BINS and (values == np.round(values)).all():
        return np.arange(low, high + 2) - 0.5
    return np.linspace(low, high, BINS + 1)


def moments_of(values: np.ndarray) -> Moments:
    """Mean, spread and ends of some values; at least one."""
    return Moments(len(values), float(values.mean()), float(values.std()), float(values.min()), float(values.max()))
