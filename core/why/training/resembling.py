"""How much a stretch of time resembles a pattern of activity."""

from __future__ import annotations

import numpy as np

from core.describe import Words, number
from core.formula import factor, latex_number
from core.patterns import Match
from core.why.numbers import Aggregate, Number, Term, one_each

PLACES = 12
"""Units of the pattern that are led to."""


def overlap(match: Match, layer: str, wanted: np.ndarray, threshold: float) -> Aggregate:
    """The overlap of a match with the pattern ``wanted`` (steps, units) bool; its sample is one of the validation part."""
    about = {"sample": match.sample, "first": match.start + 1, "last": match.stop}
    places = np.argwhere(wanted)[:PLACES]
    return Aggregate(
        Words("The overlap of sample {sample}, t = {first} to {last}, with the pattern", about), match.overlap,
        (r"J = \frac{n_{\text{both}}}{n_{\text{either}}}", r"n = \sum_{t,u} \left[ h_{t,u} > c \right]"),
        (rf"J = \frac{{{match.common}}}{{{match.either}}} = {latex_number(match.overlap)}",
         rf"n_{{\text{{pattern}}}} = {int(wanted.sum())}, \quad c = {latex_number(threshold)}"),
        Words("It counts at how many places, each a unit at a step, both are above the threshold {threshold}, of those where "
              "either is. Below is what the units of the pattern say in this stretch.", {"threshold": number(threshold)}),
        tuple(Number("value", layer, int(unit), match.start + int(late)) for late, unit in places),
        sample=(match.sample, "validation"),
    )  # fmt: skip


def threshold(share: int, reach: float, largest: Number | None) -> Aggregate:
    """The value above which a unit counts as on: ``share`` per cent of ``reach``, the size of the value ``largest``, or 1
    where that is None."""
    value = share / 100 * reach
    whole = Aggregate(Words("The range of the threshold"), reach, ("r",), (f"r = {latex_number(reach)}",),
                      Words("No value is further from 0 than 1, so that the threshold goes up to 1."))  # fmt: skip
    if largest is not None:
        whole = Aggregate(Words("The range of the threshold"), reach, (r"r = \max_{t,u} \left| h_{t,u} \right|",),
                          (f"r = {latex_number(reach)}",), Words("It is the value that is furthest from 0."), (largest,))  # fmt: skip
    return Aggregate(
        Words("The threshold"), value, (r"c = \frac{p}{100} \, r",),
        (rf"c = \frac{{{share}}}{{100}} \cdot {factor(reach)} = {latex_number(value)}",),
        Words("p is where the slider stands, from -100 to 100."), (), (Term(share / 100, reach, r"\frac{p}{100}", "r", about=whole),),
    )  # fmt: skip


def exact_unit(values: np.ndarray, unit: int, span: tuple[int, int], threshold: float, layer: str) -> Aggregate:
    """Why a unit (from 0) of (units, steps) values is on exactly in a span of steps, the first and the one after the last."""
    inside = np.zeros(values.shape[1], bool)
    inside[slice(*span)] = True
    least, most = float(values[unit, inside].min()), values[unit, ~inside].max(initial=-np.inf)
    order = [*np.flatnonzero(inside), *np.flatnonzero(~inside)][:PLACES]
    return Aggregate(
        Words("The unit that is on exactly from t = {first} to {last}", {"first": span[0] + 1, "last": span[1]}), unit + 1,
        (r"\min_{t \in S} h_{t,u} > c > \max_{t \notin S} h_{t,u}",),
        (rf"{latex_number(least)} > {latex_number(threshold)} > {latex_number(float(most))}", f"u = {unit + 1}"),
        Words("{inside} of {inside} steps in the span S are above the threshold, and {outside} of {outside} others are below it. "
              "Units are counted from 1. Below is what the unit says.",
              {"inside": int(inside.sum()), "outside": int((~inside).sum())}),
        tuple(Number("value", layer, unit, int(step)) for step in order),
    )  # fmt: skip


def exact_units(
    values: np.ndarray, units: np.ndarray, span: tuple[int, int], threshold: float, layer: str
) -> Aggregate:
    """How many units are on exactly there."""

    def make(n: int) -> Term:
        about = exact_unit(values, int(units[n]), span, threshold, layer)
        return Term(1, 1, "", rf"\left[ u_{{{int(units[n]) + 1}}} \right]", about=about)

    terms = one_each(np.arange(len(units)), make)
    return Aggregate(
        Words("Units that are on exactly from t = {first} to {last}", {"first": span[0] + 1, "last": span[1]}), len(units),
        (r"n = \sum_u \left[ h_{t,u} > c \Leftrightarrow t \in S \right]",), (f"n = {len(units)}",),
        Words("A unit counts where it is above the threshold at every step of the span S and below it at every other step."), (), terms,
    )  # fmt: skip
