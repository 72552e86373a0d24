"""Sketched curves: strokes draw over, smoothing keeps constants and ends, and each use gives the table that it should."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from core.catalogue.registry import catalogue
from core.data.own import table as own
from core.data.own.sketch import ACROSS, Curve, Sketch, blank, from_facts, smoothed
from core.errors import DataError, NothingYet


def line(label: str = "", *spots: tuple[float, float]) -> Curve:
    curve = blank(label)
    for start, end in pairwise(spots):
        curve = curve.drawn(start, end)
    return curve


def build(sketch: Sketch, **settings: object):
    values = {**settings, **sketch.recipe()}
    return own.build(sketch.table(), "sketch", catalogue("datasets")["own_table"].complete(values))


def test_a_stroke_is_a_line_and_a_later_one_draws_over() -> None:
    curve = line("", (0, 0), (1, 1))
    assert curve.heights == pytest.approx(np.linspace(0, 1, ACROSS))
    over = curve.drawn((0.75, 0.5), (0.25, 0.5))  # from right to left
    assert over.heights[ACROSS // 2] == 0.5 and over.heights[0] == 0 and over.heights[-1] == 1
    up = over.drawn((0.5, 0.1), (0.5, 0.9))
    assert up.heights[round(0.5 * (ACROSS - 1))] == pytest.approx(0.9)
    beyond = blank().drawn((-1, -1), (2, 2))
    assert beyond.heights.min() == 0 and beyond.heights.max() == 1
    with pytest.raises(ValueError, match="read-only"):
        curve.heights[0] = 1


def test_smoothing() -> None:
    flat = line("", (0.2, 0.7), (0.8, 0.7)).heights
    assert smoothed(flat, 9.0)[~np.isnan(flat)] == pytest.approx(0.7)
    noisy = np.full(ACROSS, 0.5)
    noisy[::2] = 0.6
    assert np.ptp(smoothed(noisy, 4.0)[20:-20]) < 1e-3
    gap = line("", (0, 0), (0.3, 0.3)).drawn((0.7, 0.7), (1, 1)).heights
    assert smoothed(gap, 0) == pytest.approx(np.linspace(0, 1, ACROSS), abs=1 / ACROSS)  # bridged by a straight line
    slope = np.linspace(0.1, 0.9, ACROSS)
    assert smoothed(slope, 12.0) == pytest.approx(slope, abs=1e-12)
    # Against the definition, place by place.
    draw = np.random.default_rng(0).random(ACROSS)
    places = np.arange(ACROSS)
    weights = np.exp(-0.5 * ((places[:, None] - places) / 3.0) ** 2) * (np.abs(places[:, None] - places) <= 9)
    inner = slice(9, -9)
    assert smoothed(draw, 3.0)[inner] == pytest.approx((weights @ draw / weights.sum(axis=1))[inner])


def test_one_curve_is_a_series_for_forecasts() -> None:
    sketch = Sketch((line("", (0.1, 0), (0.9, 1)),), steps=100, low=-2, high=6, smoothing=0)
    table = sketch.table()
    assert table.names == ("t", "value") and table.values[1] == pytest.approx(np.linspace(-2, 6, 100), abs=0.02)
    data = build(sketch, window=10, horizon=2)
    assert len(data) == 89 and data.view == "series" and "series" in data.info


def test_several_curves_are_series_of_their_own_or_channels() -> None:
    two = (line("", (0, 0), (0.6, 1)), blank(), line("", (0.4, 1), (1, 0)))
    apart = Sketch(two, "series", steps=50, smoothing=0)
    data = build(apart, window=10, horizon=1)
    assert len(data) == 2 * 40 and len(apart.table()) == 100
    channels = Sketch(two, "channels", steps=50, smoothing=0)
    table = channels.table()
    assert table.names == ("t", "curve 1", "curve 3")
    # Only the time that both share: from 0.4 to 0.6 of the width, from 2/3 to the top of one, from the top to 2/3 of the other.
    assert table.values[1][[0, -1]] == pytest.approx([1 / 3, 1.0], abs=0.02)
    assert table.values[2][[0, -1]] == pytest.approx([1.0, 1 / 3], abs=0.02)
    assert build(channels, window=10, horizon=1).inputs["x"].features == 2
    with pytest.raises(DataError, match="in common"):
        Sketch((line("", (0, 0), (0.2, 1)), line("", (0.5, 0), (1, 1))), "channels").table()


def test_curves_with_a_class_each_are_samples() -> None:
    rising = [line("up", (0, 0), (1, end)) for end in (0.8, 0.9, 1.0)]
    falling = [line("down", (0, start), (1, 0)) for start in (0.8, 0.9, 1.0)]
    sketch = Sketch((*rising, *falling), "classes", steps=30)
    data = build(sketch)
    assert len(data) == 6 and data.target.classes == ("down", "up") and data.inputs["x"].values.shape == (6, 30, 1)
    assert data.target.values[:, 0].tolist() == [1, 1, 1, 0, 0, 0] and not data.target.sequence
    with pytest.raises(NothingYet, match="Curve 4 has no class"):
        Sketch((*rising, line("", (0, 0), (1, 0))), "classes").table()
    with pytest.raises(NothingYet, match="two classes"):
        Sketch(tuple(rising), "classes").table()


def test_nothing_drawn_is_no_fault() -> None:
    for sketch in (Sketch(), Sketch((blank(),))):
        with pytest.raises(NothingYet, match="Draw a curve"):
            sketch.table()


def test_what_it_was_made_from_comes_back() -> None:
    sketch = Sketch((line("a", (0.1, 0.2), (0.7, 0.9)), blank("b")), "classes", 77, -1.5, 2.5, 3.0)
    back = from_facts(sketch.facts())
    assert (back.use, back.steps, back.low, back.high, back.smoothing) == ("classes", 77, -1.5, 2.5, 3.0)
    for one, other in zip(sketch.curves, back.curves, strict=True):
        assert one.label == other.label and one.heights == pytest.approx(other.heights, abs=1e-4, nan_ok=True)
    facts = sketch.facts()
    for change in (
        {"use": "x"},
        {"low": 9},
        {"steps": 0},
        {"curves": [{"label": "", "heights": [1]}]},
        {"high": "nan"},
        {"curves": 3},
    ):
        with pytest.raises(DataError, match="damaged"):
            from_facts({**facts, **change})
