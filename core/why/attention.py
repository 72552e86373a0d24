"""Why an attention layer looks where it looks: contexts, weights and scores."""

from __future__ import annotations

import numpy as np

from core.formula import latex_number
from core.why.numbers import Explanation, Number, Term, added
from core.why.parts import made, noted, parameter, total
from core.why.sample import Sample
from core.why.symbols import symbol


def _step(sample: Sample, layer: str, s: int) -> int | None:
    """A step of the memory of a layer, as it is asked about."""
    return s if sample.sequence(sample.memory(layer).source) else None


def explain_context(sample: Sample, number: Number) -> Explanation:
    """The mean of the memory: one term for each of its steps."""
    found, at, source = sample.looked(number.layer), sample.row(number.step), sample.memory(number.layer).source
    terms = []
    for s, weight in enumerate(found.weights[at]):
        read = Number("value", source, number.unit, _step(sample, number.layer, s))
        looks = Number("attention", number.layer, s, number.step)
        signs = symbol(sample.network, looks), symbol(sample.network, read)
        if found.there[s]:
            terms.append(Term(float(weight), float(found.memory[s, number.unit]), *signs, read, looks))
    sign, value = symbol(sample.network, number), total(terms)
    line = rf"{sign} = \sum_s \alpha_{{t,s}} \, m_s"
    made_of = made(sample, number, value, (line,), (f"{sign} = {added(terms)} = {latex_number(value)}",), terms)
    most = int(np.argmax(found.weights[at]))
    return noted(
        made_of,
        "It looks most at step {step} of “{memory}”, with {share} of its attention.",
        step=most + 1,
        memory=sample.network.layers[source].name,
        share=f"{found.weights[at, most]:.0%}",
    )


def explain_attention(sample: Sample, number: Number) -> Explanation:
    """The softmax of the scores of all steps of the memory."""
    found, at = sample.looked(number.layer), sample.row(number.step)
    raised = found.raised(at)
    value, sign = float(found.weights[at, number.unit]), symbol(sample.network, number)
    if not found.there[number.unit]:
        blind = made(sample, number, 0.0, (sign,), (f"{sign} = 0",), [])
        return noted(blind, "What if: this step of the memory is not looked at.")
    terms = []
    for s, one in enumerate(raised):
        score = Number("score", number.layer, s, number.step)
        terms.append(Term(1.0, float(one), "", rf"e^{{{symbol(sample.network, score)}}}", score))
    own = terms[number.unit].symbol
    terms = [term for term, looks in zip(terms, found.there, strict=True) if looks]
    line = rf"{sign} = \frac{{{own}}}{{\sum_s e^{{e_s}}}}"
    over = rf"\frac{{{latex_number(float(raised[number.unit]))}}}{{{added(terms)}}}"
    made_of = made(sample, number, value, (line,), (f"{sign} = {over} = {latex_number(value)}",), terms)
    return noted(made_of, "All e^e are divided by the largest one, which changes nothing but keeps them finite.")


def explain_score(sample: Sample, number: Number) -> Explanation:
    """How well a step of the memory fits what is asked."""
    found, at, s = sample.looked(number.layer), sample.row(number.step), number.unit
    sign = symbol(sample.network, number)
    if found.how == "additive":
        terms = []
        for k, inner in enumerate(found.inner[at, s]):
            _, address, energy = parameter(sample, f"{number.layer}.energy", k)
            inside = rf"\tanh\left(W q + U m\right)_{{{k + 1}}}"
            terms.append(Term(float(found.tensors["energy"][k]), float(inner), energy, inside, None, address))
    else:
        terms = _products(sample, number)
    lines = {
        "dot": r"\sum_j q_j \, m_j",
        "scaled": r"\frac{1}{\sqrt{d}} \sum_j q_j \, m_j",
        "general": r"\sum_{i,j} q_i \, W_{i,j} \, m_j",
        "additive": r"\sum_k v_k \tanh\left(W q + U m\right)_k",
    }
    value = total(terms)
    shown = f"{sign} = {added(terms)} = {latex_number(value)}"
    return made(sample, number, value, (f"{sign} = {lines[found.how]}",), (shown,), terms)


def _products(sample: Sample, number: Number) -> list[Term]:
    """One for each unit of the memory: what the query asks of it times what it says."""
    found, at, s = sample.looked(number.layer), sample.row(number.step), number.unit
    source, terms = sample.memory(number.layer).source, []
    for j, share in enumerate(found.over_memory(at, s)):
        read = Number("value", source, j, _step(sample, number.layer, s))
        asked = rf"\left(q W\right)_{{{j + 1}}}" if found.how == "general" else rf"q_{{{j + 1}}}"
        terms.append(Term(float(share), float(found.memory[s, j]), asked, symbol(sample.network, read), read))
    return terms
