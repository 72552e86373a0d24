"""Scales: places and values are inverse to one another, and ticks stand where their text says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.plots.scales import Linear, Log, Rows, power_text

FINITE = st.floats(-1e299, 1e299)


@given(FINITE)
def test_a_linear_place_is_within_what_a_painter_can_draw_and_comes_back(value):
    scale = Linear.around(abs(value))
    place = float(scale.place(np.array(value)))
    assert abs(place) <= 1e10
    assert scale.value(place) == pytest.approx(value, rel=1e-12, abs=1e-300)


@given(st.floats(5e-324, 1e300))
def test_a_logarithmic_place_comes_back(value):
    assert Log().value(float(Log().place(np.array([value]))[0])) == pytest.approx(value, rel=1e-6, abs=1e-323)


def test_zeros_have_a_place_of_their_own_and_negative_values_none():
    values = np.array([0.0, -1.0, 1e-5, 2.0, np.nan, np.inf, 1e301])
    scale = Log.around(values)
    assert scale.floor == -6
    np.testing.assert_array_equal(np.isnan(scale.place(values)), [False, True, False, False, True, True, True])
    assert scale.value(scale.place(values)[0]) == 0.0
    ticks = scale.ticks(-6.2, 0.5, 10)
    assert ticks.major[0] == (-6, "0")
    assert all(float(text) == 10.0**place for place, text in ticks.major[1:])
    assert Log.around(np.zeros(3)).ticks(-1.5, 0.0, 5).major[0] == (-1.0, "0")


@given(FINITE, FINITE, st.integers(2, 20))
def test_linear_ticks_say_their_value(one, other, room):
    low, high = sorted((one, other))
    scale = Linear.around(max(abs(low), abs(high)))
    a, b = (float(scale.place(np.array(v))) for v in (low, high))
    if not b > a or (b - a) < 1e-6 * max(abs(a), abs(b)):
        return
    ticks = scale.ticks(a, b, room)
    assert 1 <= len(ticks.major) <= 3 * room
    for place, text in ticks.major:
        assert a - 1e-6 * (b - a) <= place <= b + 1e-6 * (b - a)
        value = scale.value(place)
        assert float(text.replace(",", "")) == pytest.approx(
            value, rel=1e-6, abs=(scale.value(b) - scale.value(a)) * 1e-3
        )
    assert len({text for _, text in ticks.major}) == len(ticks.major)


@pytest.mark.parametrize(("low", "high"), [(-7.3, 0.2), (-0.4, 0.1), (-0.02, 0.01), (-300.0, 299.0), (2.0, 3.2)])
def test_logarithmic_ticks_say_their_value(low, high):
    ticks = Log().ticks(low, high, 6)
    assert 1 <= len(ticks.major) <= 14
    for place, text in ticks.major:
        assert low <= place <= high
        assert math.log10(float(text.replace(",", ""))) == pytest.approx(place, abs=1e-3)


def test_whole_numbers_only():
    assert [text for _, text in Linear(whole=True).ticks(0.5, 3.5, 10).major] == ["1", "2", "3"]


def test_rows_are_labelled_with_the_numbers_they_stand_for():
    scale = Rows(np.arange(1, 4001, 4.0))
    for place, text in scale.ticks(0, 1000, 8).major:
        assert scale.value(place) == pytest.approx(float(text.replace(",", "")), abs=4)
    assert scale.value(-5) == 1 and scale.value(10**9) == 3997
    assert math.isnan(Rows(np.zeros(0)).value(0)) and Rows(np.zeros(0)).ticks(0, 1, 3).major == []
    assert Rows(np.array([7.0])).ticks(0, 1, 3).major == [(0.5, "7")]


def test_power_text():
    assert [power_text(p) for p in (-5, -3, 0, 2, 5, -310)] == ["1e-5", "0.001", "1", "100", "1e5", "1e-310"]
