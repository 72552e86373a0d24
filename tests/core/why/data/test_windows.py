"""How many windows a series gives and how many samples are in no part: what a walk over the times and numpy count."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.dataset import Dataset, WindowedSeries
from core.data.looking import answer_times, series_of
from core.examples import open_example
from core.formula import svg
from core.questions import naive_forecasts
from core.why.data.windows import as_before, at_time, goes_on, in_none, numbered, span, windows
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


def test_samples_of_no_part(data: Dataset) -> None:
    dealt = np.unique(np.concatenate(list(data.split.values())))
    drawn(in_none(data), len(data) - len(dealt))
    series = series_of(data)
    if series is not None:
        drawn(windows(series), len(data))


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
    asked = windows(series)
    drawn(asked, len(kept))
    adds_up(asked)
    for term in asked.terms:
        drawn(term.about, term.value)
        begin, end = ((0, 17), (17, times))[int(term.symbol[3]) - 1]
        assert term.value == sum(begin <= start < end for start in kept)
    lost = sum("-" in term.about.numbers[-1] and len(term.about.numbers) == 2 for term in asked.terms)
    assert bool(lost) == bool(left_out)


@pytest.mark.parametrize("example", ["sunspots-forecast", "weather"])
def test_where_a_window_lies(example: str) -> None:
    data = open_example(example).dataset()
    series = series_of(data)
    assert series is not None
    for sample in (0, 7, len(series.starts) - 1):
        first = int(series.starts[sample])
        asks, until = answer_times(series, sample)
        wanted = {"first": first, "last": first + series.window - 1, "asks": asks, "until": until}
        found = span(series, sample)
        for key, at in wanted.items():
            drawn(found[key], at)
            adds_up(found[key])
            assert series.times[at] in str(found[key].note)
        drawn(numbered(series, sample), sample + 1)
        assert (series.starts < first).sum() == sample
    value = at_time(series, 30, 0, "x")
    drawn(value, float(series.values[30, 0]))
    shown = sum(start <= 30 < start + series.window for start in series.starts)
    assert value.note.values["showing"] == shown


@pytest.mark.parametrize("example", ["sunspots-forecast", "weather"])
def test_naive_forecasts_say_what_they_copy(example: str) -> None:
    data = open_example(example).dataset()
    series = series_of(data)
    known = naive_forecasts(data, "validation", 30)
    assert series is not None
    for row in (0, len(known.samples) - 1):
        origin = int(known.origins[row])
        for ahead in (0, 7, 29):
            asked = goes_on(series, origin, ahead, "x")
            drawn(asked, float(known.last[row, ahead]))
            adds_up(asked)
            if known.season is not None and np.isfinite(known.season[row, ahead]):
                asked = as_before(series, origin, ahead, int(data.period or 1), "x")
                drawn(asked, float(known.season[row, ahead]))
                adds_up(asked)
