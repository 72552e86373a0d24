"""Counts of weights are sums over the weights that they lead to."""

from __future__ import annotations

import numpy as np
import pytest

from core.formula import svg
from core.why.network.spread import Tensor, bad, bar, reach
from core.why.numbers import MOST, Number


def tensors() -> list[Tensor]:
    rng = np.random.default_rng(2)
    kept = rng.random((9, 11)) < 0.7
    first = rng.normal(size=(9, 11)).astype(np.float32)
    first[3, 4], first[8, 0] = np.nan, -np.inf
    kept[3, 4] = kept[8, 0] = True
    return [Tensor("a", "x.weight", first, kept), Tensor("b", "b.bias", rng.normal(size=6).astype(np.float32))]


def value_of(found: list[Tensor], one: Number) -> float:
    tensor = next(tensor for tensor in found if tensor.name == one.part)
    assert tensor.layer == one.layer and (tensor.kept is None or tensor.kept[one.unit, one.column])
    return float(tensor.values[one.unit] if one.column is None else tensor.values[one.unit, one.column])


def test_every_bar_counts_the_weights_between_its_edges():
    found = tensors()
    edges = np.linspace(-2.9, 2.9, 8)
    total = 0
    for n in range(7):
        asked = bar(found, edges, n)
        values = [value_of(found, term.number) for term in asked.terms if term.number is not None]
        assert all(edges[n] <= value < edges[n + 1] for value in values)
        assert asked.value == sum(term.contribution for term in asked.terms)
        assert len(values) == min(asked.value, MOST)
        assert all("<svg" in svg(line) for line in (*asked.symbols, *asked.numbers))
        total += asked.value
    good = [v for one in found for v in one.numbers if np.isfinite(v) and abs(v) <= 2.9]
    assert total == len(good) > MOST


def test_the_last_bar_has_both_of_its_edges_and_a_wide_one_tells_the_first():
    one = Tensor("a", "a.bias", np.array([0.5, 1.0, 1.0]))
    edges = np.array([0.0, 0.5, 1.0])
    assert [bar([one], edges, n).value for n in range(2)] == [0, 3]
    many = [Tensor("a", "a.bias", np.linspace(-1, 1, 100))]
    asked = bar(many, np.array([-1.0, 1.0]), 0)
    assert asked.value == 100 and len(asked.terms) == MOST + 1 and asked.terms[-1].value == 60
    assert {term.number.unit for term in asked.terms[:4]} == {0, 1, 98, 99}


def test_weights_that_are_not_finite_are_named():
    found = tensors()
    asked = bad(found)
    assert asked.value == 2
    assert {(term.number.unit, term.number.column) for term in asked.terms} == {(3, 4), (8, 0)}
    assert all("<svg" in svg(term.symbol) for term in asked.terms)


def test_the_reach_is_the_weight_that_is_furthest_from_0():
    found = tensors()
    furthest = max((v for one in found for v in one.numbers if np.isfinite(v)), key=abs)
    asked = reach(found)
    assert asked.value == pytest.approx(abs(float(furthest)))
    assert asked.terms[0].contribution == pytest.approx(asked.value)
    assert value_of(found, asked.terms[0].number) == float(furthest)
