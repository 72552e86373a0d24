"""What all explanations are put together from: where a number comes from, terms, titles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.describe import Words
from core.formula import latex_number
from core.network import Link
from core.whatif import Of
from core.why.numbers import Explanation, Number, Term
from core.why.sample import Block, Sample
from core.why.symbols import symbol

Lines = tuple[str, ...]


def source(sample: Sample, link: Link, t: int | None, j: int) -> Number:
    """The number that a link carries to its target's step ``t``, feature ``j`` of its source."""
    if not sample.sequence(link.source):
        return Number("value", link.source, j)
    assert t is not None
    return Number("value", link.source, j, max(-1, t - link.delay))


def entering(sample: Sample, layer: str, t: int | None, feature: int) -> tuple[Link, Number]:
    """Which number stands at a feature of all that enters a layer side by side."""
    for link in sample.network.into(layer):
        size = sample.shapes[link.source].features
        if feature < size:
            return link, source(sample, link, t, feature)
        feature -= size
    raise IndexError(feature)


def state(block: Block, t: int | None, j: int) -> Number:
    """The state that a block continues from at step ``t``."""
    return Number("value", block.layer.id, block.first + j, -1 if t is None else block.follows.get(t, -1))


def parameter(sample: Sample, tensor: str, row: int, column: int | None = None) -> tuple[float, Number, str]:
    """One weight: its value, its address and its symbol."""
    array = sample.weights[tensor]
    owner = tensor.rpartition(".")[0]
    layer = sample.network.links[owner].target if owner in sample.network.links else owner
    number = Number("weight", layer, row, None, tensor, column)
    return float(array[row] if column is None else array[row, column]), number, symbol(sample.network, number)


def weighted(sample: Sample, tensor: str, row: int, column: int, read: Number, value: float) -> Term:
    weight, number, sign = parameter(sample, tensor, row, column)
    return Term(weight, value, sign, symbol(sample.network, read), read, number)


def alone(sample: Sample, tensor: str, row: int) -> Term:
    """A bias."""
    weight, number, sign = parameter(sample, tensor, row)
    return Term(weight, 1.0, sign, "", number)


def total(terms: list[Term]) -> float:
    return float(np.sum([term.contribution for term in terms])) if terms else 0.0


def copied(sample: Sample, number: Number, came: Number, value: float, note: str) -> Explanation:
    one, other = symbol(sample.network, number), symbol(sample.network, came)
    found = made(
        sample,
        number,
        value,
        (f"{one} = {other}",),
        (f"{one} = {latex_number(value)}",),
        [Term(1.0, value, "", other, came)],
    )
    return noted(found, note, other=sample.network.layers[came.layer].name)


def made(
    sample: Sample, number: Number, value: float, symbols: Lines, numbers: Lines, terms: list[Term]
) -> Explanation:
    return Explanation(number, title(sample, number), value, symbols, numbers, tuple(terms))


def noted(found: Explanation, template: str, **values: object) -> Explanation:
    return replace(found, note=Words(template, values))


_TITLES = {
    "value": "Value {unit} of “{layer}”",
    "sum": "Sum {unit} of “{layer}”, before its activation",
    "gate": "Gate {unit} of “{layer}” ({gate})",
    "cell": "Cell {unit} of “{layer}”",
    "gradient": "Gradient of the loss at value {unit} of “{layer}”",
    "delta": "Gradient of the loss at sum {unit} of “{layer}”",
    "cell_gradient": "Gradient of the loss at cell {unit} of “{layer}”",
    "weight": "A weight of “{layer}”",
    "weight_gradient": "Gradient of the loss at a weight of “{layer}”",
    "loss": "The loss of this sample",
    "norm": "Length of {what} of “{layer}”, over all units",
    "flow": "Length of what goes back from “{layer}” to “{source}”",
    "attention": "Attention of “{layer}” to step {unit} of its memory",
    "score": "Score of step {unit} of the memory of “{layer}”",
    "score_gradient": "Gradient of the loss at the score of step {unit} of the memory of “{layer}”",
}
_TITLES_OF_ANSWER = {
    _TITLES["gradient"]: "Gradient of the answer at value {unit} of “{layer}”",
    _TITLES["delta"]: "Gradient of the answer at sum {unit} of “{layer}”",
    "Gradient of the loss at sum {unit} of “{layer}” ({gate})": "Gradient of the answer at sum {unit} of “{layer}” ({gate})",
    _TITLES["cell_gradient"]: "Gradient of the answer at cell {unit} of “{layer}”",
    _TITLES["weight_gradient"]: "Gradient of the answer at a weight of “{layer}”",
    _TITLES["score_gradient"]: "Gradient of the answer at the score of step {unit} of the memory of “{layer}”",
}
"""Where a number of the answer stands in for the loss, see Aim."""
LENGTH_WORDS = {
    "value": "the value", "sum": "the sum before the activation", "cell": "the cell", "gradient": "the gradient",
    "direct": "the direct part of the gradient", "through": "the part of the gradient that comes through time",
    "cell_gradient": "the gradient at the cell", "delta": "the gradient at the sum",
}  # fmt: skip


def title(sample: Sample, number: Number) -> Words:
    """What a number is, in words."""
    template = _TITLES[number.quantity]
    gate = number.part.removesuffix("_reverse")
    if number.quantity == "delta" and gate:
        template = "Gradient of the loss at sum {unit} of “{layer}” ({gate})"
    if sample.trace.aim is not None:
        template = _TITLES_OF_ANSWER.get(template, template)
    if number.step is not None:
        template += ", before the first step" if number.step < 0 else ", t = {step}"
    layer = sample.network.layers[number.layer].name if number.layer else ""
    what, link = LENGTH_WORDS.get(number.part, ""), sample.network.links.get(number.part)
    source = sample.network.layers[link.source].name if link is not None else layer
    step = None if number.step is None else number.step + 1
    return Words(
        template, {"unit": number.unit + 1, "layer": layer, "step": step, "gate": gate, "what": what, "source": source}
    )


def put(sample: Sample, number: Number) -> Explanation | None:
    """The explanation of a number that a what-if puts where it is; None where it does not."""
    of: Of = "cell" if number.quantity == "cell" else "value"
    if not sample.trace.whatif.puts(number.layer, number.step, number.unit, of):
        return None
    values = sample.traced(number.layer).cell if of == "cell" else sample.value(number.layer)
    assert values is not None
    value = float(np.atleast_2d(values)[sample.row(number.step), number.unit])
    sign = symbol(sample.network, number)
    found = made(sample, number, value, (sign,), (f"{sign} = {latex_number(value)}",), [])
    return noted(found, "What if: this number is put here by hand, whatever is computed.")


def with_cuts(sample: Sample, number: Number, found: Explanation) -> Explanation:
    """Says where something that is added up counts as 0, because a what-if cuts the arrow that it comes along."""
    whatif, layer, t = sample.trace.whatif, number.layer, number.step
    links = [link for link in sample.network.into(layer) if whatif.severed(link.id, t)]
    memory = any(whatif.severed(layer, t, reverse) for reverse in (False, True))
    if found.note is not None or not (links or memory):
        return found
    return noted(found, "What if: an arrow into “{layer}” is cut at this step, so that what it carried counts as 0.",
                 layer=sample.network.layers[layer].name)  # fmt: skip
