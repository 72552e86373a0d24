"""Decimation keeps every peak, gap and NaN, and invents no point."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.decimate import blocks, drawable, minmax, robust_range

SERIES = arrays(np.float64, st.integers(1, 400), elements=st.floats(allow_nan=True, allow_infinity=True, width=64))


@settings(deadline=None)
@given(SERIES, st.integers(1, 50))
def test_minmax_returns_given_points_in_order_with_both_extremes(y: np.ndarray, columns: int) -> None:
    x = np.arange(len(y), dtype=float)
    px, py = minmax(x, y, columns)
    assert len(px) == len(py) <= max(2 * columns, 1)
    assert (np.diff(px) >= 0).all()
    shown = drawable(py)
    assert (y[px[shown].astype(int)] == py[shown]).all()
    good = y[drawable(y)]
    if len(good):
        assert py[shown].min() == good.min()
        assert py[shown].max() == good.max()
    else:
        assert not shown.any()


def test_minmax_keeps_one_spike_in_a_million_points() -> None:
    y = np.random.default_rng(0).normal(size=1_000_000)
    y[123_456] = 99.0
    px, py = minmax(np.arange(len(y)), y, 800)
    assert len(px) == 1600
    assert (123_456, 99.0) in set(zip(px.tolist(), py.tolist(), strict=True))


def test_minmax_leaves_a_gap_where_all_is_nan() -> None:
    y = np.zeros(1000)
    y[300:600] = np.nan
    px, py = minmax(np.arange(1000), y, 100)
    gap = px[np.isnan(py)]
    assert gap.min() >= 300 and gap.max() < 600 and len(gap) == 60


@pytest.mark.parametrize(("rows", "columns"), [(10, 7), (100, 100), (1, 1), (33, 64)])
def test_blocks_show_the_largest_value_and_every_nan(rows: int, columns: int) -> None:
    matrix = np.random.default_rng(1).random((64, 100))
    matrix[5, 50] = np.nan
    small = blocks(matrix, rows, columns)
    assert small.shape == (min(rows, 64), min(columns, 100))
    assert np.isnan(small).sum() == 1
    clean = np.nan_to_num(matrix)
    assert blocks(clean, rows, columns).max() == clean.max()


def test_blocks_against_a_loop() -> None:
    matrix = np.random.default_rng(2).random((12, 9))
    expected = [[matrix[i * 4 : i * 4 + 4, j * 3 : j * 3 + 3].max() for j in range(3)] for i in range(3)]
    assert (blocks(matrix, 3, 3) == np.array(expected)).all()


@pytest.mark.parametrize("n", [3, 10, 30, 500])
def test_one_early_spike_does_not_ruin_the_range(n: int) -> None:
    y = 2.3 * np.exp(-np.arange(n) / n * 3)
    y[min(2, n - 1)] = 1e6
    low, high = robust_range(y) or (0, 0)
    assert high <= 2.3
    assert low == y.min()


def test_an_ordinary_fall_of_the_loss_is_seen_whole() -> None:
    y = 0.05 + 2.25 * np.exp(-np.arange(900) / 60)
    assert robust_range(y) == (pytest.approx(y[-1]), pytest.approx(y[0]))


def test_range_of_a_constant_of_one_value_and_of_nothing() -> None:
    assert robust_range(np.full(50, 0.5)) == (0.5, 0.5)
    assert robust_range(np.array([3.0])) == (3.0, 3.0)
    assert robust_range(np.array([np.nan, np.inf, 1e305])) is None
    assert robust_range(np.array([0.5] * 50 + [1e9])) == (0.5, 0.5)


def test_percentiles_can_come_from_a_sample_of_a_long_series() -> None:
    peaks = np.array([0.0, 9.0] * 50 + [1.0] * 50)
    assert robust_range(peaks) == (0.0, 9.0)
    assert robust_range(peaks, np.linspace(0, 1, 100)) == (0.0, 1.0)
    assert robust_range(np.array([5.0]), np.array([np.nan])) == (5.0, 5.0)
    assert robust_range(np.array([50.0, 60.0]), np.linspace(0, 1, 100)) == (50.0, 60.0)
