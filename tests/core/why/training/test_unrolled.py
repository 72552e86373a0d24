"""Answers about copies and about two walks: their terms add up, and they are what numpy says."""

from __future__ import annotations

import numpy as np
import pytest

from core.describe import Words
from core.formula import svg
from core.traces import Alike
from core.why.numbers import MOST, Aggregate, Number
from core.why.training.unrolled import (
    became,
    complement,
    copies,
    fallen,
    full_colour,
    gradient_scale,
    ratio,
    through_share,
    vector_length,
    weight_share,
)  # fmt: skip

RNG = np.random.default_rng(7)


def drawn(found: Aggregate) -> Aggregate:
    assert str(found.title) and str(found.note)
    assert all("<svg" in svg(line) for line in (*found.symbols, *found.numbers))
    return found


def test_a_change_is_the_difference_of_two_numbers_that_are_told():
    made = became("The loss", 2.5, 1.25, "L", Number("loss"))
    assert [drawn(made[key]).value for key in ("before", "after", "change")] == [2.5, 1.25, -1.25]
    assert sum(term.contribution for term in made["change"].terms) == -1.25
    assert [term.about.value for term in made["change"].terms] == [1.25, 2.5]
    assert made["before"].leads == (Number("loss"),)


def test_the_share_through_time_is_a_projection():
    whole, direct = RNG.normal(size=(2, MOST + 13))
    through = whole - direct
    found = drawn(through_share("h", "h", 4, whole, through))
    length = np.linalg.norm(whole)
    assert found.value == pytest.approx(float(through @ (whole / length) / length))
    assert sum(term.contribution for term in found.terms) == pytest.approx(found.value)
    assert len(found.terms) == MOST + 1
    told = {term.number.unit: term for term in found.terms if term.number is not None}
    assert all(term.value == pytest.approx(through[unit]) for unit, term in told.items())
    tiny = through_share("h", "h", 0, whole * 1e-200, through * 1e-200)
    assert tiny.value == pytest.approx(found.value), "the squares of a vanished gradient are no numbers any more"


def test_lengths_of_vectors_and_of_what_a_step_adds_to_a_matrix():
    values = RNG.normal(size=9)
    numbers = [Number("gate", "b", u, 2, "forget") for u in range(9)]
    found = drawn(vector_length(Words("Gate"), values, numbers, "f"))
    assert found.value == pytest.approx(float(np.sqrt(np.sum(values**2))))
    assert sum(term.contribution for term in found.terms) == pytest.approx(found.value**2)
    assert {term.number for term in found.terms} == set(numbers)
    delta, read = RNG.normal(size=4), RNG.normal(size=6)
    size = float(np.linalg.norm(np.outer(delta, read)))
    made = drawn(weight_share("weight", "h", 1, size, float(np.linalg.norm(delta)), float(np.linalg.norm(read))))
    assert made.value == size and made.terms[0].contribution == pytest.approx(size)
    cut = np.outer(delta, read)
    cut[:, 0] = 0.0
    masked = float(np.linalg.norm(cut))
    assert drawn(weight_share("weight", "h", 1, masked, 1.0, 2.0)).terms == (), "it is no product where weights are cut"


def test_arrows_that_fall_are_counted_link_by_link():
    groups = [("a → b", 2, 7), ("b → b", 3, 9)]
    made = fallen(groups, 4)
    assert drawn(made["fall"]).value == 5 and drawn(made["all"]).value == 16
    for key, at in (("fall", 1), ("all", 2)):
        assert [term.value for term in made[key].terms] == [group[at] for group in groups]
        assert [term.about.value for term in made[key].terms] == [group[at] for group in groups]
    assert drawn(copies(Words("Copies"), 12)).value == 12


@pytest.mark.parametrize(("batch", "layer"), [(True, ""), (False, "Hidden")])
def test_a_ratio_leads_to_both_lengths(batch, layer):
    found = drawn(ratio(Alike(0.5, 3.0, 4.0), layer, batch))
    assert found.value == 0.75 and [term.about.value for term in found.terms] == [3.0, 4.0]
    assert ("the next batch" in str(found.title)) == batch
    assert np.isnan(drawn(ratio(Alike(0.0, 3.0, 0.0), layer, batch)).value)


def test_full_colours_lead_to_the_largest_number():
    values = np.array([[0.1, -1.7], [0.4, 0.2]])
    found = drawn(full_colour("h", "h", values, 2.0))
    assert found.value == 2.0 and found.leads == (Number("value", "h", 1, 0),)
    assert drawn(full_colour("h", "h", values[:1], 2.0)).leads[0].step is None
    scale = drawn(gradient_scale("h", Number("norm", "h", 0, 3, "gradient"), 0.004, -2))
    assert scale.value == pytest.approx(0.01) and scale.leads[0].step == 3


def test_what_is_left_of_a_gate():
    found = drawn(complement("z", 0.3, Number("gate", "g", 1, 2, "update")))
    assert found.value == pytest.approx(0.7) and 1 + found.terms[0].contribution == pytest.approx(0.7)
    assert found.terms[0].number == Number("gate", "g", 1, 2, "update")
