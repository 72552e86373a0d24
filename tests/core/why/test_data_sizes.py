"""How many samples, parts, steps, features and classes a data set has: the answers are what numpy counts."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.dataset import Dataset, WindowedSeries
from core.examples import open_example
from core.formula import svg
from core.why import data_sizes as sizes
from core.why.numbers import Aggregate, plain

EXAMPLES = ("digits-rows-elman", "sunspots-forecast", "names-gru", "weather", "circles-mlp", "adding-lstm")


@pytest.fixture(scope="module", params=EXAMPLES)
def data(request) -> Dataset:
    return open_example(request.param).dataset()


def drawn(asked: Aggregate, value: float) -> None:
    assert asked.value == value
    for line in (*asked.symbols, *asked.numbers):
        assert "<svg" in svg(line) and "left" not in plain(line)
    assert str(asked.title) and str(asked.note)


def adds_up(asked: Aggregate) -> None:
    if asked.terms:
        assert sum(term.contribution for term in asked.terms) == asked.value


def test_samples_and_parts(data: Dataset) -> None:
    drawn(sizes.whole_size(data), len(data))
    adds_up(sizes.whole_size(data))
    for part in data.parts:
        drawn(sizes.part_size(data, part), len(data.split[part]))
        adds_up(sizes.part_size(data, part))
    dealt = np.unique(np.concatenate(list(data.split.values())))
    drawn(sizes.in_none(data), len(data) - len(dealt))


def test_shapes(data: Dataset) -> None:
    for name in (*data.inputs, "target"):
        field = data.field(name)
        if field.sequence:
            drawn(sizes.steps(data, name), field.values.shape[1])
        drawn(sizes.features(data, name), field.values.shape[-1])
        if field.codes:
            drawn(sizes.classes(data, name), len(field.classes))
            adds_up(sizes.classes(data, name))


@pytest.mark.parametrize("left_out", [(), (4, 5, 11)])
def test_windows_of_several_series(left_out: tuple[int, ...]) -> None:
    """As many as a walk over the times finds, also where some are left out."""
    times, begins, window, horizon, stride = 40, np.array([0, 17]), 5, 2, 3
    starts = [
        start
        for begin, end in ((0, 17), (17, times))
        for start in range(begin, end, stride)
        if start + window + horizon <= end
    ]
    kept = np.array([start for n, start in enumerate(starts) if n not in left_out])
    series = WindowedSeries(np.zeros((times, 1)), [str(n) for n in range(times)], kept, window, horizon, 0, begins)
    asked = sizes._windows(series)
    drawn(asked, len(kept))
    adds_up(asked)
    for term in asked.terms:
        drawn(term.about, term.value)
        begin, end = ((0, 17), (17, times))[int(term.symbol[3]) - 1]
        assert term.value == sum(begin <= start < end for start in kept)
    lost = sum("-" in term.about.numbers[-1] and len(term.about.numbers) == 2 for term in asked.terms)
    assert bool(lost) == bool(left_out)
