"""Generated data: the answers are worked out again from the inputs alone."""

from __future__ import annotations

import numpy as np
import pytest

from core.data.catalogue import DATASETS, load
from core.data.dataset import Dataset


def made(key: str, **values: object) -> tuple[Dataset, np.ndarray, np.ndarray]:
    """The data set, its input and its target."""
    data = load(DATASETS.choose(key, **values))
    return data, data.inputs["x"].values, data.target.values


@pytest.mark.parametrize("length", [4, 5, 100])
def test_adding_asks_for_the_sum_of_the_two_marked_numbers(length: int) -> None:
    _, row, total = made("adding", length=length, samples=200, seed=3)
    numbers, marks = row[:, :, 0], row[:, :, 1]
    assert set(np.unique(marks)) == {0, 1}
    assert (marks[:, : length // 2].sum(axis=1) == 1).all()
    assert (marks[:, length // 2 :].sum(axis=1) == 1).all()
    np.testing.assert_allclose((numbers * marks).sum(axis=1), total[:, 0], rtol=1e-6)
    assert 0 <= numbers.min() < 0.05
    assert 0.95 < numbers.max() <= 1


def test_who_always_answers_one_in_the_adding_problem_is_wrong_by_a_sixth() -> None:
    _, _, total = made("adding", samples=20_000, length=10)
    assert ((total - 1) ** 2).mean() == pytest.approx(1 / 6, abs=0.005)


@pytest.mark.parametrize(("symbols", "items", "lag"), [(4, 3, 10), (2, 1, 1), (8, 5, 3)])
def test_copy_asks_for_the_symbols_in_order_after_the_sign(symbols: int, items: int, lag: int) -> None:
    data, row, target = made("copy", symbols=symbols, items=items, lag=lag, samples=50)
    assert row.shape == (50, 2 * items + lag, symbols + 1)
    shown = row[:, :items, :symbols]
    assert (shown.sum(axis=2) == 1).all()
    assert (row[:, items:, :symbols] == 0).all()
    sign = row[:, :, symbols]
    assert (sign.sum(axis=1) == 1).all()
    assert (sign.argmax(axis=1) == items + lag - 1).all()
    assert data.mask is not None
    assert (data.mask.sum(axis=1) == items).all()
    np.testing.assert_array_equal(target[data.mask].reshape(50, items), shown.argmax(axis=2))
    assert (data.mask.argmax(axis=1) == sign.argmax(axis=1) + 1).all()


@pytest.mark.parametrize("order", ["backwards", "sorted"])
def test_a_row_is_told_in_the_asked_order(order: str) -> None:
    data, row, told = made("reverse", symbols=5, length=7, order=order, samples=100)
    assert (row.sum(axis=2) == 1).all()
    for sample in range(100):
        shown = [data.inputs["x"].names[code] for code in row[sample].argmax(axis=1)]
        wanted = shown[::-1] if order == "backwards" else sorted(shown)
        assert [data.target.classes[int(code)] for code in told[sample, :, 0]] == wanted


def test_parity_counts_the_ones() -> None:
    _, bits, every = made("parity", length=9, samples=100)
    _, same, last = made("parity", length=9, samples=100, target="last")
    np.testing.assert_array_equal(bits, same)
    assert set(np.unique(bits)) == {0, 1}
    for sample in range(100):
        ones = 0
        for step in range(9):
            ones += int(bits[sample, step, 0])
            assert every[sample, step, 0] == ones % 2
        assert last[sample, 0] == ones % 2


@pytest.mark.parametrize("length", [10, 11, 50, 100])
def test_temporal_order_names_the_two_signs_in_order(length: int) -> None:
    data, row, order = made("temporal_order", length=length, samples=400)
    assert (row.sum(axis=2) == 1).all()
    names = data.inputs["x"].names
    for sample in range(400):
        letters = [names[code] for code in row[sample].argmax(axis=1)]
        signs = [(step, letter) for step, letter in enumerate(letters) if letter in "XY"]
        assert len(signs) == 2
        assert "".join(letter for _, letter in signs) == data.target.classes[int(order[sample, 0])]
        assert length / 10 - 0.5 <= signs[0][0] <= length / 5 + 0.5
        assert length * 0.4 - 0.5 <= signs[1][0] <= length / 2 + 0.5


def test_recall_asks_for_the_first_symbol_and_shows_noise_after_it() -> None:
    data, row, shown = made("recall", symbols=5, lag=30, noise=0.2, samples=1000)
    assert row.shape == (1000, 31, 5)
    np.testing.assert_array_equal(row[:, 0].argmax(axis=1), shown[:, 0])
    assert (row[:, 0].sum(axis=1) == 1).all()
    assert row[:, 1:].std() == pytest.approx(0.2, rel=0.02)
    assert row[:, 1:].mean() == pytest.approx(0, abs=0.01)
    assert data.outputs == 5
    _, quiet, _ = made("recall", noise=0, samples=100)
    assert (quiet[:, 1:] == 0).all()


def test_echo_repeats_the_bit_of_some_steps_ago() -> None:
    data, bits, target = made("echo", length=12, lag=4, samples=60)
    assert bits.shape == (60, 16, 1)
    assert data.mask is not None
    assert (data.mask == (np.arange(16) >= 4)).all()
    np.testing.assert_array_equal(target[:, 4:, 0], bits[:, :12, 0])


def radius_and_angle(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    points = points.astype(float)
    return np.hypot(points[:, 0], points[:, 1]), np.arctan2(points[:, 1], points[:, 0])


def test_the_disc_lies_inside_the_ring() -> None:
    _, points, kind = made("circles", noise=0, samples=500)
    radius, _ = radius_and_angle(points)
    assert radius[kind[:, 0] == 0].max() <= 0.5 + 1e-6
    np.testing.assert_allclose(radius[kind[:, 0] == 1], 1, rtol=1e-6)


@pytest.mark.parametrize("turns", [0.5, 1.25, 3.0])
def test_the_angle_on_a_spiral_grows_with_the_radius(turns: float) -> None:
    _, points, kind = made("spirals", noise=0, samples=500, turns=turns)
    radius, angle = radius_and_angle(points)
    expected = 2 * np.pi * turns * radius + np.pi * kind[:, 0]
    far = radius > 0.01
    np.testing.assert_allclose(np.cos(angle - expected)[far], 1, atol=1e-5)


def test_exclusive_or_compares_the_signs() -> None:
    _, points, kind = made("xor", noise=0, samples=500)
    np.testing.assert_array_equal((points[:, 0] * points[:, 1] < 0), kind[:, 0] == 1)
    assert np.abs(points).min() >= 0.1
    assert np.abs(points).max() <= 1
    quarters = {(bool(x > 0), bool(y > 0)) for x, y in points}
    assert len(quarters) == 4


def test_moons_are_half_circles_of_radius_one() -> None:
    _, points, kind = made("moons", noise=0, samples=500)
    upper, lower = points[kind[:, 0] == 0], points[kind[:, 0] == 1]
    np.testing.assert_allclose(np.hypot(upper[:, 0] + 0.5, upper[:, 1] + 0.25), 1, rtol=1e-5)
    np.testing.assert_allclose(np.hypot(lower[:, 0] - 0.5, lower[:, 1] - 0.25), 1, rtol=1e-5)
    assert (upper[:, 1] >= -0.25 - 1e-6).all()
    assert (lower[:, 1] <= 0.25 + 1e-6).all()


@pytest.mark.parametrize("key", ["circles", "spirals", "xor", "moons"])
def test_noise_shakes_the_points_by_its_size(key: str) -> None:
    # The same seed places the points first and shakes them last, so the difference is the noise.
    _, still, _ = made(key, noise=0, samples=2000)
    _, shaken, _ = made(key, noise=0.3, samples=2000)
    assert (shaken - still).std() == pytest.approx(0.3, rel=0.05)


@pytest.mark.parametrize("key", ["circles", "spirals", "xor", "moons", "recall"])
def test_classes_are_balanced(key: str) -> None:
    data, _, kind = made(key, samples=200)
    counts = np.bincount(kind[:, 0].astype(int))
    assert counts.max() - counts.min() <= 1
    assert len(counts) == data.outputs
