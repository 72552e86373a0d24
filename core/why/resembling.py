"""How much a stretch of time resembles a pattern of activity."""

from __future__ import annotations

import numpy as np

from core.describe import Words, number
from core.formula import latex_number
from core.patterns import Match
from core.why.numbers import Aggregate, Number

MOST = 12
"""Units of the pattern that are led to."""


def overlap(match: Match, layer: str, wanted: np.ndarray, threshold: float) -> Aggregate:
    """The overlap of a match with the pattern ``wanted`` (steps, units) bool; its sample is one of the validation part."""
    about = {"sample": match.sample, "first": match.start + 1, "last": match.stop}
    places = np.argwhere(wanted)[:MOST]
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
