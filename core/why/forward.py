"""Why the value of a unit is what it is: dense layers, states before the first step, weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.describe import Words
from core.formula import latex_number
from core.network import activation_of
from core.traces import Aim
from core.why.blocks import explain_gru, explain_lstm, explain_rnn
from core.why.joins import explain_plain
from core.why.numbers import Explanation, Number, Term, added
from core.why.parts import alone, copied, made, noted, put, source, total, weighted, with_cuts
from core.why.sample import Sample
from core.why.symbols import bend, called, symbol


def sum_terms(sample: Sample, layer: str, unit: int, t: int | None) -> list[Term]:
    """What a dense layer adds up."""
    terms = []
    for link in sample.network.into(layer):
        read = sample.read(link)[sample.row(t)]
        for j in range(len(read)):
            if link.mask is None or link.mask[unit, j]:
                came = source(sample, link, t, j)
                terms.append(weighted(sample, f"{link.id}.weight", unit, j, came, float(read[j])))
    if f"{layer}.bias" in sample.weights:
        terms.append(alone(sample, f"{layer}.bias", unit))
    return terms


def _sum_symbols(sample: Sample, a: str, layer: str, t: int | None) -> str:
    parts = [
        rf"\sum_j W_j \, {symbol(sample.network, source(sample, link, t, 0)).replace('_{1', '_{j')}"
        for link in sample.network.into(layer)
    ]
    if f"{layer}.bias" in sample.weights:
        parts.append("b")
    return f"{a} = {' + '.join(parts)}"


def explain_sum(sample: Sample, number: Number) -> Explanation:
    """A dense layer before its activation."""
    terms = sum_terms(sample, number.layer, number.unit, number.step)
    value, sign = total(terms), symbol(sample.network, number)
    lines = _sum_symbols(sample, sign, number.layer, number.step)
    found = made(sample, number, value, (lines,), (f"{sign} = {added(terms)} = {latex_number(value)}",), terms)
    return with_cuts(sample, number, found)


def explain_aim(sample: Sample, number: Number, aim: Aim) -> Explanation:
    """What stands in for the loss of an input without a target."""
    asked = Number("sum", aim.layer, aim.unit, aim.step)
    value, sign = sample.trace.loss, symbol(sample.network, asked)
    term = Term(1.0, float(sample.sums(aim.layer)[sample.row(aim.step), aim.unit]), "", sign, asked)
    found = made(sample, number, value, (f"L = {sign}",), (f"L = {latex_number(value)}",), [term])
    title = Words("What stands in for the loss: sum {unit} of “{layer}”", {
        "unit": aim.unit + 1, "layer": sample.network.layers[aim.layer].name,
    })  # fmt: skip
    return replace(found, title=title, note=Words(
        "An input of your own has no target. L is what the network says for this answer, before the activation of the output: "
        "its gradients tell what the answer hangs on."
    ))  # fmt: skip


def explain_dense(sample: Sample, number: Number) -> Explanation:
    """f(sum)."""
    before = Number("sum", number.layer, number.unit, number.step)
    chosen = activation_of(sample.network.layers[number.layer])
    assert chosen is not None
    value = float(sample.activated(number.layer)[0][sample.row(number.step), number.unit])
    summed = explain_sum(sample, before)
    a, h = symbol(sample.network, before), symbol(sample.network, number)
    if chosen.key in ("softmax", "log_softmax"):
        return _over_units(sample, number, value, chosen.key == "log_softmax")
    function = bend(chosen.key)
    symbols = (f"{h} = {called(function, a)}", *summed.symbols)
    numbers = (*summed.numbers, f"{h} = {called(function, latex_number(summed.value))} = {latex_number(value)}")
    return made(sample, number, value, symbols, numbers, list(summed.terms))


def _over_units(sample: Sample, number: Number, value: float, logs: bool) -> Explanation:
    """Softmax looks at the sums of all units: each is a term e^a of the sum below the line."""
    sums = sample.sums(number.layer)[sample.row(number.step)]
    raised = np.exp(sums - sums.max())
    terms = []
    for k in range(len(sums)):
        other = Number("sum", number.layer, k, number.step)
        terms.append(Term(1.0, float(raised[k]), "", rf"e^{{{symbol(sample.network, other)}}}", other))
    a, h = symbol(sample.network, Number("sum", number.layer, number.unit, number.step)), symbol(sample.network, number)
    line = rf"{h} = \frac{{e^{{{a}}}}}{{\sum_k e^{{a_k}}}}"
    over = rf"\frac{{{latex_number(float(raised[number.unit]))}}}{{{added(terms)}}}"
    if logs:
        line = rf"{h} = \ln \frac{{e^{{{a}}}}}{{\sum_k e^{{a_k}}}}"
        over = rf"\ln {over}"
    found = made(sample, number, value, (line,), (rf"{h} = {over} = {latex_number(value)}",), terms)
    return noted(found, "All e^a are divided by the largest one, which changes nothing but keeps them finite.")


def explain_start(sample: Sample, number: Number) -> Explanation:
    """A state before the first step: zero, learned, or handed over."""
    handed = sample.handed(number.layer)
    cell = number.quantity == "cell"
    start = sample.initial_cell(number.layer) if cell else sample.initial(number.layer)
    value, sign = float(start[number.unit]), symbol(sample.network, number)
    if handed and (not cell or sample.network.layers[handed[0].source].kind == "lstm"):
        origin = handed[0].source
        last = sample.final_step(origin, number.unit) if sample.sequence(origin) else None
        came = Number("cell" if cell else "value", origin, number.unit, last)
        return copied(sample, number, came, value, "It begins with the last state of “{other}”.")
    if not handed and sample.network.into(number.layer, "initial"):
        found = made(sample, number, value, (sign,), (f"{sign} = 0",), [])
        return noted(found, "What if: the state is not handed over, so that it begins with 0.")
    tensor = f"{number.layer}.initial{'_cell' if cell else ''}"
    if tensor in sample.weights:
        found = made(
            sample, number, value, (sign,), (f"{sign} = {latex_number(value)}",), [alone(sample, tensor, number.unit)]
        )
        return noted(found, "The state before the first step is learned, like a weight.")
    return noted(made(sample, number, value, (sign,), (f"{sign} = 0",), []), "The state before the first step is 0.")


def explain_value(sample: Sample, number: Number) -> Explanation:
    """The value of a unit."""
    if number.step == -1:
        return explain_start(sample, number)
    if (given := put(sample, number)) is not None:
        return given
    kinds = {
        "dense": explain_dense,
        "output": explain_dense,
        "rnn": explain_rnn,
        "lstm": explain_lstm,
        "gru": explain_gru,
    }
    explain = kinds.get(sample.network.layers[number.layer].kind, explain_plain)
    return with_cuts(sample, number, explain(sample, number))
