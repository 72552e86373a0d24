"""Nothing that an explanation writes in numbers lacks a row, and all that is written is right: random networks of every kind."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from core.why.explain import Explainer
from core.why.numbers import Explanation
from tests.core.why.reading import answer, check_arithmetic, check_words, rowless, walk_on
from tests.core.why.test_explanations import CASES, pick, walked


def led_to(explainer: Explainer, found: Explanation) -> tuple[float, ...]:
    """What the rows of an explanation lead to, one click on, and further where that is no number of the sample."""
    known: list[float] = [*found.groups.values()]
    for term in found.terms:
        for number in (term.number, term.factor_number):
            if number is not None and number.quantity != "loss" and explainer.knows(number):
                known.append(explainer.explain(number).value)
        about = answer(term.about)
        if about is not None:
            known += [row.value for row in about.terms]
    return tuple(known)


@pytest.mark.parametrize("seed", range(0, CASES, 2))
def test_every_number_that_is_written_stands_in_a_row_or_is_where_a_row_leads(seed: int) -> None:
    walk, explainer = walked(seed)
    rng = np.random.default_rng(seed + 70)
    for _ in range(12):
        found = explainer.explain(pick(walk, rng)[0])
        left = rowless(found)
        if left:
            left = rowless(found, led_to(explainer, found))
        assert not left, (found.number, left)
        check_arithmetic(found)
        for group, value in found.groups.items():
            assert value == pytest.approx(sum(t.contribution for t in found.terms if t.group == group), abs=1e-12)


def test_lengths_and_weights_too() -> None:
    kinds: Counter[str] = Counter()
    for seed in range(0, CASES, 5):
        walk, explainer = walked(seed)
        rng = np.random.default_rng(seed)
        for layer in walk.network:
            step = int(rng.integers(walk.axes.steps[layer.id])) if layer.id in walk.axes.steps else None
            asked = [type(pick(walk, rng)[0])("norm", layer.id, 0, step, part) for part in ("value", "gradient")]
            for name, array in explainer.sample.weights.items():
                if name.rpartition(".")[0] == layer.id:
                    column = 0 if array.ndim > 1 else None
                    asked += [
                        type(asked[0])(quantity, layer.id, 0, None, name, column)
                        for quantity in ("weight", "weight_gradient")
                    ]
            for number in asked:
                if not explainer.knows(number):
                    continue
                found = explainer.explain(number)
                assert not rowless(found, led_to(explainer, found)), number
                check_arithmetic(found)
                kinds[number.quantity] += 1
    assert min(kinds[one] for one in ("norm", "weight", "weight_gradient")) > 20


def test_what_is_normalised_leads_to_mean_and_spread() -> None:
    read, rng = 0, np.random.default_rng(0)
    for seed in range(CASES):
        walk, explainer = walked(seed)
        for layer in walk.network.of_kind("layer_norm"):
            step = 0 if layer.id in walk.axes.steps else None
            number = type(pick(walk, rng)[0])("value", layer.id, 0, step)
            about = answer(explainer.explain(number).terms[0].about)
            assert about is not None
            entered = explainer.sample.joined(layer.id)[0]
            x, mean, spread = (row.value for row in about.terms)
            assert mean == pytest.approx(entered.mean()) and spread == pytest.approx(
                np.sqrt(entered.var() + 1e-5), rel=1e-6
            )
            assert about.value == pytest.approx((x - mean) / spread)
            size = len(entered)
            read += walk_on(about, rng, 2, (size, 1e-5))
            check_words(about) if read < 5 else None
    assert read > 10
