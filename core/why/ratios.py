"""Numbers that compare two others: the gradient at the first step with that at the last."""

from __future__ import annotations

from core.describe import EXPLODING, VANISHING, Words, number
from core.formula import latex_number
from core.why.numbers import Aggregate, Term


def first_to_last(name: str, first: Aggregate, last: Aggregate, step: int, batch: int) -> Aggregate:
    """|dL/dh_1| over |dL/dh_T| of a batch; ``step`` (from 0) is T, the last one that has a gradient, which is not 0."""
    value = first.value / last.value
    above, below = (rf"\left| \partial L / \partial h_{{{n}}} \right|" for n in (1, step + 1))
    written = rf"\frac{{{latex_number(first.value)}}}{{{latex_number(last.value)}}} = {latex_number(value)}"
    return Aggregate(
        Words("How much of the gradient of “{layer}” arrives at the first step, batch {batch}", {"layer": name, "batch": batch}),
        value, (rf"r = \frac{{{above}}}{{{below}}}",), (rf"r = {written}",),
        Words("Below {low} the gradient vanishes, above {high} it explodes. Below are both lengths.",
              {"low": number(VANISHING), "high": number(EXPLODING)}),
        (),
        (Term(1.0, first.value, "", above, about=first), Term(1.0, last.value, "", below, about=last)),
    )  # fmt: skip
