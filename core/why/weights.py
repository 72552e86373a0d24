"""Why a weight is what it is, and where its gradient on this sample comes from: one term for every step that used it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from core.catalogue.layers import layer_spec
from core.formula import latex_number
from core.why.backward import Backward
from core.why.numbers import Explanation, Number, Term, added
from core.why.parts import entering, made, noted, source, state, total
from core.why.sample import EPSILON, GATES, Block, Sample
from core.why.symbols import symbol


def explain_weight(back: Backward, number: Number) -> Explanation:
    """A weight is what training made of it; its gradient is where it is heading."""
    sample = back.sample
    array = sample.weights[number.part]
    value = float(array[number.unit] if number.column is None else array[number.unit, number.column])
    sign = symbol(sample.network, number)
    slope = replace(number, quantity="weight_gradient")
    leads = Term(
        1.0, explain_weight_gradient(back, slope).value, "", symbol(sample.network, slope), slope, group="leads"
    )
    found = made(sample, number, value, (sign,), (f"{sign} = {latex_number(value)}",), [leads])
    return noted(
        found, "It is learned: every update moves it against the gradient of the loss, which is {gradient} on this sample.",
        gradient=f"{leads.value:.4g}",
    )  # fmt: skip


def explain_weight_gradient(back: Backward, number: Number) -> Explanation:
    """dL/dW: what is felt behind the weight times what is read before it, summed over all steps."""
    terms = list(_terms(back, number))
    value, sign = total(terms), symbol(back.sample.network, number)
    example = terms[0].latex if terms else "0"
    line = f"{sign} = {example}" if len(terms) == 1 else rf"{sign} = \sum_t \delta_t \, x_t"
    found = made(back.sample, number, value, (line,), (f"{sign} = {added(terms)} = {latex_number(value)}",), terms)
    return noted(found, "One term for each step: the gradient at what the weight feeds, times what it reads there.")


def _steps(sample: Sample, layer: str) -> list[int | None]:
    return list(range(sample.steps(layer))) if sample.sequence(layer) else [None]


def _terms(back: Backward, number: Number) -> Iterator[Term]:
    owner, _, tensor = number.part.rpartition(".")
    sample = back.sample
    if owner in sample.network.links:
        yield from _of_link(back, owner, number)
    elif tensor in ("initial", "initial_cell"):
        if sample.network.into(owner, "initial"):
            return  # a state that is handed over takes the place of the learned one
        quantity = "gradient" if tensor == "initial" else "cell_gradient"
        yield _felt(back, Number(quantity, owner, number.unit, -1))  # type: ignore[arg-type]
    elif layer_spec(sample.network.layers[owner].kind).state:
        yield from _of_block(back, sample.block(owner, "_reverse" if tensor.endswith("_reverse") else ""), number)
    else:
        kind = sample.network.layers[owner].kind
        make = {"embedding": _of_table, "layer_norm": _of_norm, "attention": _of_attention}.get(kind, _of_dense)
        yield from make(back, owner, tensor, number)


def _felt(back: Backward, at: Number) -> Term:
    return Term(1.0, back.at(at), "", symbol(back.sample.network, at), at)


def _product(back: Backward, felt: Number, read: Number, value: float, share: float = 1.0, sign: str = "") -> Term:
    network = back.sample.network
    return Term(
        share * back.at(felt), value, rf"{sign} \, {symbol(network, felt)}" if sign else symbol(network, felt),
        symbol(network, read), read, felt,
    )  # fmt: skip


def _of_link(back: Backward, key: str, number: Number) -> Iterator[Term]:
    sample, link = back.sample, back.sample.network.links[key]
    assert number.column is not None
    if link.mask is not None and not link.mask[number.unit, number.column]:
        return
    read = sample.read(link)
    for t in _steps(sample, link.target):
        felt = Number("delta", link.target, number.unit, t)
        yield _product(back, felt, source(sample, link, t, number.column), float(read[sample.row(t), number.column]))


def _of_dense(back: Backward, owner: str, tensor: str, number: Number) -> Iterator[Term]:
    sample = back.sample
    if tensor == "bias":
        for t in _steps(sample, owner):
            yield _felt(back, Number("delta", owner, number.unit, t))
        return
    sums = sample.sums(owner)
    for t in _steps(sample, owner):
        for unit in range(sums.shape[1]):
            below = min(0.0, float(sums[sample.row(t), unit]))
            if below and not sample.trace.whatif.puts(owner, t, unit):
                yield _product(back, Number("gradient", owner, unit, t), Number("sum", owner, unit, t), below)


def _of_block(back: Backward, block: Block, number: Number) -> Iterator[Term]:
    sample, key = back.sample, block.layer.id
    gate, k = GATES[block.layer.kind][number.unit // block.units], number.unit % block.units
    memory = "_hh" in number.part
    for t in _steps(sample, key):
        at = sample.row(t)
        felt = Number("delta", key, block.first + k, t, gate + block.suffix)
        share, sign = 1.0, ""
        if memory and block.layer.kind == "gru" and gate == "candidate":
            share, sign = float(block.gates["reset"][at, k]), "r"
        if number.column is None:
            yield Term(share, back.at(felt), sign, symbol(sample.network, felt), felt)
        elif memory:
            came = state(block, t, number.column)
            yield _product(back, felt, came, float(block.before[at, number.column]), share, sign)
        else:
            _, came = entering(sample, key, t, number.column)
            yield _product(back, felt, came, float(block.entering[at, number.column]))


def _of_table(back: Backward, owner: str, tensor: str, number: Number) -> Iterator[Term]:
    codes = np.round(back.sample.joined(owner)[:, 0])
    assert number.column is not None
    for t in _steps(back.sample, owner):
        if codes[back.sample.row(t)] == number.unit and not back.sample.trace.whatif.puts(owner, t, number.column):
            yield _felt(back, Number("gradient", owner, number.column, t))


def _of_attention(back: Backward, owner: str, tensor: str, number: Number) -> Iterator[Term]:
    """One term for each step that asks and each step of the memory."""
    sample, found = back.sample, back.sample.looked(owner)
    slopes = found.by_weight(tensor, number.unit, number.column)
    sign = r"\frac{\partial e}{\partial w}"
    for t in _steps(sample, owner):
        for s in range(len(found.memory)):
            felt = Number("score_gradient", owner, s, t)
            yield Term(float(slopes[sample.row(t), s]), back.at(felt), sign, symbol(sample.network, felt), felt)


def _of_norm(back: Backward, owner: str, tensor: str, number: Number) -> Iterator[Term]:
    sample = back.sample
    for t in _steps(sample, owner):
        felt = Number("gradient", owner, number.unit, t)
        if sample.trace.whatif.puts(owner, t, number.unit):
            continue
        if tensor == "bias":
            yield _felt(back, felt)
            continue
        read = sample.joined(owner)[sample.row(t)]
        normal = (float(read[number.unit]) - float(read.mean())) / float(np.sqrt(read.var() + EPSILON))
        yield Term(normal, back.at(felt), r"\frac{x - \mu}{\sigma}", symbol(sample.network, felt), felt)
