"""Why a gradient is what it is: the chain rule, written out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.describe import Words
from core.formula import factor, latex_number, summed
from core.network import activation_of
from core.why.backward import Backward
from core.why.numbers import Explanation, Number, Term, added
from core.why.parts import made, noted, total
from core.why.symbols import symbol


def explain_gradient(back: Backward, number: Number) -> Explanation:
    """dL/dh as the sum over all that read h."""
    sample, sign = back.sample, symbol(back.sample.network, number)
    terms = back.terms(number.layer, number.unit, number.step)
    straight = back.from_loss(number.layer, number.unit, number.step)
    if straight:
        own = symbol(sample.network, Number("value", number.layer, number.unit, number.step))
        terms.append(Term(1.0, straight, "", rf"\frac{{\partial \ell}}{{\partial {own}}}", Number("loss"), group="now"))
    value = total(terms)
    groups = {group: total([t for t in terms if t.group == group]) for group in ("now", "later")}
    lines = [rf"{sign} = {_readers(back, terms)}"]
    numbers = [f"{sign} = {added(terms)} = {latex_number(value)}"]
    if all(any(t.group == group for t in terms) for group in ("now", "later")):
        lines.append(rf"{sign} = \text{{at this step}} + \text{{through later steps}}")
        numbers.append(f"{sign} = {summed(latex_number(part) for part in groups.values())} = {latex_number(value)}")
    found = replace(made(sample, number, value, tuple(lines), tuple(numbers), terms), groups=groups)
    if not terms:
        if sample.trace.aim is not None:
            return noted(found, "Nothing that L looks at reads this number, so that its gradient is 0.")
        return noted(found, "Nothing that the loss looks at reads this number, so that its gradient is 0.")
    return found


def _readers(back: Backward, terms: list[Term]) -> str:
    """One summand for each layer and step that reads the number."""
    places = dict.fromkeys(
        (t.number.layer, t.number.step, t.number.quantity, t.number.part) for t in terms if t.number and t.number.layer
    )
    shown = []
    for layer, step, quantity, part in list(places)[:4]:
        example = next(
            t for t in terms
            if t.number and (t.number.layer, t.number.step, t.number.quantity, t.number.part) == (layer, step, quantity, part)
        )  # fmt: skip
        assert example.number is not None
        sign = symbol(back.sample.network, replace(example.number, unit=0)).replace("_{1", "_{k")
        alike = sum(
            1 for t in terms if t.number and (t.number.layer, t.number.step, t.number.part) == (layer, step, part)
        )
        shown.append(rf"\sum_k W_k \, {sign}" if alike > 1 else example.latex)
    if any(t.number is not None and t.number.quantity == "loss" for t in terms):
        shown.append(r"\text{from the loss}")
    more = len(places) - 4
    return " + ".join(shown) + (rf" + \text{{{more} more}}" if more > 0 else "") if shown else "0"


def explain_delta(back: Backward, number: Number) -> Explanation:
    """dL/da: slope of the activation times dL/dh."""
    kind = back.sample.network.layers[number.layer].kind
    if back.sample.trace.whatif.puts(number.layer, number.step, number.unit) and not back.at(number):
        sign = symbol(back.sample.network, number)
        found = made(back.sample, number, 0.0, (sign,), (f"{sign} = 0",), [])
        return noted(found, "What if: the value is put here by hand, and no gradient passes it.")
    if kind in ("dense", "output"):
        return _dense(back, number)
    block = back.sample.block_of(number.layer, number.unit)
    gate, k = number.part.removesuffix("_reverse"), number.unit - block.first
    at = back.sample.row(number.step)
    make = {"rnn": _rnn, "lstm": _lstm, "gru": _gru}[kind]
    term = make(back, number, gate, at, k)
    sign, value = symbol(back.sample.network, number), term.contribution
    line = f"{sign} = {term.latex}"
    shown = f"{sign} = {term.numbers} = {latex_number(value)}"
    return made(back.sample, number, value, (line,), (shown,), [term])


def _slope(back: Backward, share: float, what: str, felt: Number) -> Term:
    return Term(share, back.at(felt), what, symbol(back.sample.network, felt), felt)


def _dense(back: Backward, number: Number) -> Explanation:
    sample, at = back.sample, back.sample.row(number.step)
    chosen = activation_of(sample.network.layers[number.layer])
    assert chosen is not None
    value, slopes = sample.activated(number.layer)
    terms = []
    for j in range(value.shape[1]):
        felt = Number("gradient", number.layer, j, number.step)
        if slopes is not None:
            if j == number.unit:
                terms.append(_slope(back, float(slopes[at, j]), r"f'\left(a\right)", felt))
        elif chosen.key == "softmax":
            same = 1.0 if j == number.unit else 0.0
            terms.append(
                _slope(
                    back,
                    float(value[at, j]) * (same - float(value[at, number.unit])),
                    r"\frac{\partial y_j}{\partial a}",
                    felt,
                )
            )
        else:
            same = 1.0 if j == number.unit else 0.0
            terms.append(
                _slope(back, same - float(np.exp(value[at, number.unit])), r"\frac{\partial y_j}{\partial a}", felt)
            )
    straight = back.at(number) - total(terms)
    note = None
    if sample.network.layers[number.layer].kind == "output" and abs(straight) > 1e-7 * abs(back.at(number)):
        terms = [term for term in terms if term.contribution]
        own = symbol(sample.network, Number("sum", number.layer, number.unit, number.step))
        terms.append(Term(1.0, straight, "", rf"\frac{{\partial \ell}}{{\partial {own}}}", Number("loss")))
        note = Words(
            "It comes straight from the loss, which looks at this sum itself."
            if sample.trace.aim is None
            else "L is this very sum, so that it grows as fast as L does."
        )
        scale = _against_target(back, number, straight)
        if scale is not None and len(terms) == 1:
            return _missed(back, number, scale)
    sign, found = symbol(sample.network, number), total(terms)
    line = rf"{sign} = {' + '.join(term.latex for term in terms[:3]) or '0'}{' + ...' if len(terms) > 3 else ''}"
    result = made(sample, number, found, (line,), (f"{sign} = {added(terms)} = {latex_number(found)}",), terms)
    return replace(result, note=note) if note else result


def _against_target(back: Backward, number: Number, straight: float) -> float | None:
    """s where the loss makes it s (output - target), which softmax or sigmoid and cross-entropy do; checked, not assumed."""
    sample, at = back.sample, back.sample.row(number.step)
    value = sample.value(number.layer)
    if sample.target is None or sample.target.shape != value.shape:
        return None
    missed = value - sample.target
    part = back.delta(number.layer) - back.pulled(number.layer)
    scale = float(straight / missed[at, number.unit]) if missed[at, number.unit] else 0.0
    return scale if scale and np.allclose(part[at], scale * missed[at], rtol=1e-3, atol=1e-6) else None


def _missed(back: Backward, number: Number, scale: float) -> Explanation:
    """Loss and activation together: s (output - target)."""
    sample, at = back.sample, back.sample.row(number.step)
    assert sample.target is not None
    said, wanted = float(sample.value(number.layer)[at, number.unit]), float(sample.target[at, number.unit])
    output = Number("value", number.layer, number.unit, number.step)
    y, sign = symbol(sample.network, output), symbol(sample.network, number)
    times = "" if np.isclose(scale, 1.0, rtol=1e-4) else latex_number(scale)
    terms = [Term(scale, said, times or "1", y, output), Term(-scale, wanted, f"-{times or '1'}", r"\text{target}")]
    value = total(terms)
    before = rf"{times} \cdot " if times else ""
    inside = rf"\left({latex_number(said)} - {factor(wanted)}\right)"
    line = rf"{sign} = {before}\left({y} - \text{{target}}\right)"
    found = made(sample, number, value, (line,), (f"{sign} = {before}{inside} = {latex_number(value)}",), terms)
    return noted(
        found, "Loss and activation together leave the output minus the target, times {scale}.", scale=f"{scale:.4g}"
    )


def _rnn(back: Backward, number: Number, gate: str, at: int, k: int) -> Term:
    block = back.sample.block_of(number.layer, number.unit)
    a = block.gates[""][at, k]
    steep = 1 - np.tanh(a) ** 2 if block.layer.params["nonlinearity"] == "tanh" else float(a > 0)
    return _slope(back, float(steep), r"f'\left(a\right)", Number("gradient", number.layer, number.unit, number.step))


def _lstm(back: Backward, number: Number, gate: str, at: int, k: int) -> Term:
    block = back.sample.block_of(number.layer, number.unit)
    i, f, g, o = (float(block.gates[name][at, k]) for name in ("input", "forget", "candidate", "output"))
    c = float(block.cell[at, k])
    if gate == "output":
        felt = Number("gradient", number.layer, number.unit, number.step)
        return _slope(back, float(np.tanh(c)) * o * (1 - o), r"\tanh\left(c\right) o \left(1 - o\right)", felt)
    felt = Number("cell_gradient", number.layer, number.unit, number.step)
    shares = {
        "input": (g * i * (1 - i), r"g \, i \left(1 - i\right)"),
        "forget": (float(block.cell_before[at, k]) * f * (1 - f), r"c_{t-1} \, f \left(1 - f\right)"),
        "candidate": (i * (1 - g * g), r"i \left(1 - g^2\right)"),
    }
    return _slope(back, *shares[gate], felt)


def _gru(back: Backward, number: Number, gate: str, at: int, k: int) -> Term:
    block = back.sample.block_of(number.layer, number.unit)
    r, z, n = (float(block.gates[name][at, k]) for name in ("reset", "update", "candidate"))
    felt = Number("gradient", number.layer, number.unit, number.step)
    if gate == "update":
        share = (float(block.before[at, k]) - n) * z * (1 - z)
        return _slope(back, share, r"\left(h_{t-1} - n\right) z \left(1 - z\right)", felt)
    if gate == "candidate":
        return _slope(back, (1 - z) * (1 - n * n), r"\left(1 - z\right) \left(1 - n^2\right)", felt)
    through = Number("delta", number.layer, number.unit, number.step, f"candidate{block.suffix}")
    recurrent = float(block.from_state[at, block.rows("candidate").start + k])
    return _slope(back, recurrent * r * (1 - r), r"\left(U h_{t-1} + d\right) r \left(1 - r\right)", through)


def explain_score_gradient(back: Backward, number: Number) -> Explanation:
    """dL/de of a step of the memory: how far it lies from the context, along what the loss wants, times its weight."""
    sample, sign = back.sample, symbol(back.sample.network, number)
    found, at = sample.looked(number.layer), sample.row(number.step)
    shares = found.weights[at, number.unit] * (found.memory[number.unit] - found.contexts[at])
    terms = []
    for k, share in enumerate(shares):
        if sample.trace.whatif.puts(number.layer, number.step, k):
            continue
        felt = Number("gradient", number.layer, k, number.step)
        terms.append(_slope(back, float(share), r"\alpha \left(m_k - c_k\right)", felt))
    value = total(terms)
    line = rf"{sign} = \alpha \sum_k \left(m_k - c_k\right) \frac{{\partial L}}{{\partial c_k}}"
    return made(sample, number, value, (line,), (f"{sign} = {added(terms)} = {latex_number(value)}",), terms)


def explain_cell_gradient(back: Backward, number: Number) -> Explanation:
    """dL/dc = dL/dh o (1 - tanh(c)^2) + the next step's dL/dc times its forget gate."""
    sample = back.sample
    block = sample.block_of(number.layer, number.unit)
    k, terms = number.unit - block.first, []
    if number.step == -1:
        following = [t for t in range(len(block.cell)) if t not in block.follows]
    else:
        at = sample.row(number.step)
        o, c = float(block.gates["output"][at, k]), float(block.cell[at, k])
        felt = Number("gradient", number.layer, number.unit, number.step)
        if not sample.trace.whatif.puts(number.layer, number.step, number.unit):
            terms.append(_slope(back, o * (1 - float(np.tanh(c)) ** 2), r"o \left(1 - \tanh^2 c\right)", felt))
        following = [t for t, before in block.follows.items() if before == at and number.step is not None]
        if back.handed_at(block, k) == at:
            for link in sample.hands(number.layer):
                if sample.network.layers[link.target].kind == "lstm":
                    terms.append(_slope(back, 1.0, "", Number("cell_gradient", link.target, number.unit, -1)))
    held = sample.held(number.layer, "cell")[:, number.unit]
    for t in following:
        if not sample.remembers(number.layer, block.suffix, t) or held[t]:
            continue
        forget = float(block.gates["forget"][t, k])
        step = t if sample.sequence(number.layer) else None
        terms.append(_slope(back, forget, r"f_{t+1}", Number("cell_gradient", number.layer, number.unit, step)))
    sign, value = symbol(sample.network, number), total(terms)
    line = f"{sign} = {' + '.join(term.latex for term in terms) or '0'}"
    return made(sample, number, value, (line,), (f"{sign} = {added(terms)} = {latex_number(value)}",), terms)
