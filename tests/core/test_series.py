"""Averages and peaks of a growing column are those of the whole column, however it arrives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.series import Series, Smoothed


@settings(deadline=None)
@given(
    arrays(np.float64, st.integers(0, 120), elements=st.floats(-1e6, 1e6)),
    st.floats(0, 0.99),
    st.integers(0, 120),
)
def test_smoothed_is_the_weighted_mean_however_it_is_fed(y: np.ndarray, weight: float, cut: int) -> None:
    smooth = Smoothed(weight)
    smooth.extend(y[:cut])
    smooth.extend(y[cut:])
    expected = [
        np.dot(weight ** np.arange(i, -1.0, -1), y[: i + 1]) / (weight ** np.arange(i, -1.0, -1)).sum()
        for i in range(len(y))
    ]
    np.testing.assert_allclose(smooth.values, expected, rtol=1e-9, atol=1e-6)


def test_smoothed_passes_over_what_is_not_finite() -> None:
    smooth = Smoothed(0.5)
    smooth.extend([1.0, np.nan, np.inf, 1.0, 1e301])
    np.testing.assert_array_equal(smooth.values, [1.0, np.nan, np.nan, 1.0, np.nan])


def test_smoothed_of_the_largest_numbers_stays_finite() -> None:
    smooth = Smoothed(0.9)
    smooth.extend([1e300] * 300 + [-1e300] * 300)
    assert np.isfinite(smooth.values).all()


@pytest.mark.parametrize("weight", [0.0, 0.9, 0.99])
def test_smoothed_in_blocks_is_the_recursion(weight: float) -> None:
    y = np.random.default_rng(4).normal(size=2000)
    y[[300, 301, 1500]] = np.nan
    smooth = Smoothed(weight)
    smooth.extend(y)
    total = mass = 0.0
    for value, given_back in zip(y, smooth.values, strict=True):
        if np.isnan(value):
            assert np.isnan(given_back)
            continue
        total, mass = weight * total + value, weight * mass + 1
        assert given_back == pytest.approx(total / mass, rel=1e-9, abs=1e-12)


def test_a_series_that_grows_is_the_same_as_one_seen_at_once() -> None:
    y = np.random.default_rng(5).normal(size=50_000)
    y[30_000], y[12_345], y[40_001] = 50.0, np.nan, -70.0
    x = np.arange(1.0, 50_001)
    grown, whole = Series(0.9), Series(0.9)
    for end in (1, 100, 128, 5000, 5001, 49_999, 50_000):
        grown.update(x[:end], y[:end], 0.9, "run")
    whole.update(x, y, 0.9, "run")
    for one, other in zip(grown.between(0, 1e9), whole.between(0, 1e9), strict=True):
        np.testing.assert_allclose(one, other)
    px, py, average = whole.between(0, 1e9)
    assert len(px) < 1500
    assert px[0] == 1 and px[-1] == 50_000
    assert {(30_001.0, 50.0), (40_002.0, -70.0)} <= set(zip(px.tolist(), py.tolist(), strict=True))
    assert px[np.isnan(py)].tolist() == [12_346]
    np.testing.assert_array_equal(py, y[px.astype(int) - 1])
    np.testing.assert_allclose(average, whole.average[px.astype(int) - 1])


def test_a_part_of_a_series_is_given_in_full_with_its_neighbours() -> None:
    x = np.arange(1.0, 50_001)
    series = Series(0.0)
    series.update(x, x * 2, 0.0, "run")
    px, py, average = series.between(100.5, 105)
    assert px.tolist() == [100, 101, 102, 103, 104, 105, 106]
    assert (py == 2 * px).all() and (average == py).all()


def test_another_run_or_thinning_starts_the_series_afresh() -> None:
    series = Series(0.5)
    series.update(np.arange(300.0), np.ones(300), 0.5, ("a", 1))
    series.update(np.arange(300.0), np.zeros(300), 0.5, ("b", 1))
    assert (series.average == 0).all()
    series.update(np.arange(10.0), np.ones(10), 0.5, ("b", 1))
    assert series.average.tolist() == [1.0] * 10
