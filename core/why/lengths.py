"""Lengths: how much a layer says or feels at a step, over all of its units, and how much goes back along one arrow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from core.formula import factor, latex_number
from core.why.backward import Backward
from core.why.chain import chain, sent_along, sent_by_looking, sent_by_memory
from core.why.gradients import explain_gradient
from core.why.numbers import Explanation, Number, Quantity, Term
from core.why.parts import made, noted
from core.why.symbols import symbol

WRITTEN = 3
"""Squares that are written out under a root, which cannot be broken into lines."""
PARTS = ("value", "sum", "cell", "gradient", "direct", "through", "cell_gradient", "delta")
"""Of what a length can be asked, as ``part`` of its Number."""
_OF: dict[str, Quantity] = {"direct": "gradient", "through": "gradient"}
_NOTES = {
    "direct": "Only what does not pass a later step: the part that comes straight from the loss at this step.",
    "through": "Only what comes back through later steps.",
}


def explain_length(back: Backward, number: Number, one_by_one: Callable[[Number], Explanation]) -> Explanation:
    """|v| of the vector over all units of a layer at a step; ``one_by_one`` explains a single number of it."""
    quantity: Quantity = _OF.get(number.part, number.part)  # type: ignore[arg-type]
    units = [
        Number(quantity, number.layer, unit, number.step) for unit in range(back.sample.shapes[number.layer].features)
    ]
    if number.part in _OF:
        group = {"direct": "now", "through": "later"}[number.part]
        values = [explain_gradient(back, one).groups[group] for one in units]
    elif number.part == "gradient":
        values = [back.at(one) for one in units]
    else:
        values = [one_by_one(one).value for one in units]
    found = _length(back, number, units, values)
    if number.part in _NOTES:
        found = noted(found, _NOTES[number.part])
    if number.part in ("gradient", "direct", "through"):
        found = replace(found, chain=chain(back, number.layer, number.step))
    return found


def explain_flow(back: Backward, number: Number) -> Explanation:
    """The length of what goes back along one copy of a link: the gradient that its target sends to its source."""
    link, source = back.sample.network.links.get(number.part), number.column
    if link is not None and link.role == "memory":
        sent, key = sent_by_looking(back, link, source), link.source
    elif link is not None:
        sent, key = sent_along(back, link, number.step), link.source
    else:
        sent, key = sent_by_memory(back, number.layer, number.step, number.part.endswith("_reverse")), number.layer
    step = None if not back.sample.sequence(key) else source
    units = [Number("gradient", key, unit, step) for unit in range(len(sent))]
    found = _length(back, number, units, [float(v) for v in sent])
    return noted(
        found,
        "It is the part of the gradient at {source} that comes along this arrow: what {target} feels, times the weights.",
        source=back.sample.network.layers[key].name,
        target=back.sample.network.layers[number.layer].name,
    )


def _length(back: Backward, number: Number, units: list[Number], values: list[float]) -> Explanation:
    signs = [symbol(back.sample.network, one) for one in units]
    along = [rf"\left. {sign} \right|_{{\text{{along}}}}" if number.quantity == "flow" else sign for sign in signs]
    terms = [Term(v, v, s, s, one) for v, s, one in zip(values, along, units, strict=True)]
    value, sign = float(np.linalg.norm(values)), symbol(back.sample.network, number)
    chosen = sorted(terms, key=lambda term: -abs(term.value))[:WRITTEN]
    shown = [term for term in terms if term in chosen][:WRITTEN]
    written = " + ".join(rf"{factor(term.value)}^2" for term in shown) or "0"
    left = len(terms) - len(shown)
    if left:
        rest = sum(v * v for v in values) - sum(term.contribution for term in shown)
        written += rf" + \underbrace{{{factor(max(0.0, rest))}}}_{{{left} \text{{ more}}}}"
    line = rf"{sign} = \sqrt{{\sum_u v_u^2}}"
    return made(back.sample, number, value, (line,), (rf"{sign} = \sqrt{{{written}}} = {latex_number(value)}",), terms)
