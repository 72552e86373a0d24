"""How long a bar of a measurement is, and how likely a step of an answer is on average."""

import numpy as np
import pytest

from core.describe import Words
from core.formula import svg
from core.why.answers.tried import each_step, way_bar, whole_answer
from core.why.numbers import Number


@pytest.mark.parametrize("seed", range(4))
def test_bars_are_relative_to_the_longest(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gradient, spans = rng.normal(size=6), rng.uniform(0.5, 3, 6)
    ways = gradient * spans
    for n in range(6):
        asked = way_bar(gradient, spans, "l1", n)
        assert asked.value == pytest.approx(ways[n] / np.abs(ways).max())
        assert sum(term.contribution for term in asked.terms) == pytest.approx(asked.value)
        assert asked.terms[0].about.leads == (Number("gradient", "l1", n),)
        assert all("<svg" in svg(line) for line in (*asked.symbols, *asked.numbers, asked.terms[0].latex))
    assert way_bar(np.zeros(3), np.ones(3), "l1", 1).value == 0


def test_a_step_on_average() -> None:
    chances = np.array([0.5, 0.25, 0.9])
    numbers = [Number("value", "o", 0, n) for n in range(3)]
    whole = whole_answer(Words("All"), np.log(chances).tolist(), numbers)
    asked = each_step(Words("Each"), np.log(chances).tolist(), whole)
    assert whole.value == pytest.approx(chances.prod()) and asked.value == pytest.approx(chances.prod() ** (1 / 3))
    assert sum(term.contribution for term in asked.terms) == pytest.approx(np.log(asked.value))
    assert all("<svg" in svg(line) for line in (*asked.symbols, *asked.numbers))
