"""Sentences about numbers say the same as numpy does."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.describe import gradient_at, gradient_verdict, number, orders


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (0.0421, "0.0421"),
        (0.5, "0.5"),
        (1.3e-7, "1.3e-7"),
        (12345.0, "12,300"),
        (100.0, "100"),
        (99.99, "100"),
        (999999.0, "1e6"),
        (0.00099999, "0.001"),
        (0.0001, "1e-4"),
        (-2.5, "-2.5"),
        (1e300, "1e300"),
        (5e-324, "4.94e-324"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "-∞"),
    ],
)
def test_number(value: float, text: str) -> None:
    assert number(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 6))
def test_a_number_in_words_is_the_number_to_its_digits(value: float, digits: int) -> None:
    assert float(number(value, digits).replace(",", "")) == float(f"{value:.{digits - 1}e}")


def test_orders_of_numbers_whose_ratio_a_float_cannot_hold() -> None:
    assert orders(1e-300, 1e300) == pytest.approx(-600)


def test_the_sentence_of_the_crosshair() -> None:
    total = np.logspace(-7, -1, 64)
    total[3] = 1.3e-7
    assert str(gradient_at(total, 3)) == "1.3e-7 at t = 4 of 64, 6 orders below the last step"
    assert str(gradient_at(total, 63)) == "0.1 at t = 64 of 64, the last step"


@pytest.mark.parametrize(
    ("total", "step", "text"),
    [
        ([0.2, 0.1, 0.1], 0, "0.2 at t = 1 of 3, 2 times larger than at the last step"),
        ([0.1, 0.2, 0.1], 0, "0.1 at t = 1 of 3, as large as at the last step"),
        ([1e5, 0.2, 0.1], 0, "100,000 at t = 1 of 3, 6 orders above the last step"),
        ([0.01, 0.1, 0.0], 0, "0.01 at t = 1 of 3, 10 times smaller than at t = 2"),
        ([0.01, 0.1, 0.0], 1, "0.1 at t = 2 of 3, the last step that has a gradient"),
        ([0.01, 0.1, 0.0], 2, "0 at t = 3 of 3: no gradient arrives here"),
        ([np.nan, 0.1], 0, "NaN at t = 1 of 2"),
        ([0.1, np.inf], 1, "∞ at t = 2 of 2"),
        ([0.1, np.inf], 0, "0.1 at t = 1 of 2"),
        ([0.0, 0.0], 0, "0 at t = 1 of 2: no gradient arrives here"),
    ],
)
def test_sentences_at_a_step(total: list[float], step: int, text: str) -> None:
    assert str(gradient_at(np.array(total), step)) == text


@pytest.mark.parametrize(
    ("total", "verdict", "text"),
    [
        ([1.2e-6, 0.1, 1.0], "vanishing", "Vanishing: the gradient at the first step is 1.2e-6 of the last."),
        ([5e3, 0.1, 1.0], "exploding", "Exploding: the gradient at the first step is 5,000 times the last."),
        ([0.5, 0.1, 1.0], "steady", "Steady: the gradient at the first step is 0.5 of the last."),
        ([2.6, 0.1, 1.0], "steady", "Steady: the gradient at the first step is 2.6 times the last."),
        ([260.0, 1.0, 0.0], "steady", "Steady: the gradient at the first step is 260 times that at t = 2."),
        ([1e-6, 1.0, 0.0], "vanishing", "Vanishing: the gradient at the first step is 1e-6 of that at t = 2."),
        ([0.0, 0.0, 1.0], "vanishing", "Vanishing: no gradient arrives before t = 3; it is 0 there."),
        ([0.0, 0.0, 0.0], "zero", "No gradient: it is 0 at every step."),
        ([1.0, 0.0, 0.0], "steady", "Only the first step has a gradient."),
        ([np.nan, np.inf, 1.0], "not finite", "Not finite: the gradient is ∞ at t = 2 of 3."),
        ([1e-300, 1.0, 1e300], "vanishing", "Vanishing: the gradient at the first step is 1.0e-600 of the last."),
        ([1.0], "nothing", "A gradient through time needs at least 2 time steps."),
        ([], "nothing", "A gradient through time needs at least 2 time steps."),
    ],
)
def test_verdicts(total: list[float], verdict: str, text: str) -> None:
    words = gradient_verdict(np.array(total))
    assert (words.verdict, str(words)) == (verdict, text)


@given(st.floats(0.2, 1.8), st.integers(2, 200))
def test_a_geometric_profile_is_judged_by_its_ends(rho: float, steps: int) -> None:
    total = rho ** np.arange(steps - 1, -1, -1.0)
    expected = "vanishing" if total[0] < 1e-3 else "exploding" if total[0] > 1e3 else "steady"
    if abs(abs(math.log10(total[0])) - 3) > 1e-9:
        assert gradient_verdict(total).verdict == expected
