"""Why a state, a gate or a cell of an RNN, LSTM or GRU is what it is."""

from __future__ import annotations

import numpy as np

from core.formula import factor, latex_number
from core.why.numbers import Explanation, Number, Term, added
from core.why.parts import alone, entering, made, noted, put, state, total, weighted
from core.why.sample import Block, Sample
from core.why.symbols import bend, called, symbol


def explain_rnn(sample: Sample, number: Number) -> Explanation:
    """f(W x + b + U h + d)."""
    block = sample.block_of(number.layer, number.unit)
    terms = block_terms(sample, block, number.unit - block.first, number.step, "")
    before, h = total(terms), symbol(sample.network, number)
    key = str(block.layer.params["nonlinearity"])
    value = float(np.tanh(before) if key == "tanh" else max(0.0, before))
    a = symbol(sample.network, Number("sum", number.layer, number.unit, number.step))
    symbols = (f"{h} = {called(bend(key), a)}", rf"{a} = \sum_j W_j x_j + b + \sum_j U_j h_{{j,t-1}} + d")
    numbers = (
        f"{a} = {added(terms)} = {latex_number(before)}",
        f"{h} = {called(bend(key), latex_number(before))} = {latex_number(value)}",
    )
    return made(sample, number, value, symbols, numbers, terms)


def block_terms(sample: Sample, block: Block, k: int, t: int | None, gate: str, scale: float = 1.0) -> list[Term]:
    """What the stacked sum of a gate adds up at its unit ``k``; ``scale`` is the reset gate of a GRU's candidate."""
    at, row = sample.row(t), block.rows(gate).start + k
    key, suffix = block.layer.id, block.suffix
    terms = []
    for j in range(block.w_ih.shape[1]):
        _, came = entering(sample, key, t, j)
        terms.append(weighted(sample, f"{key}.weight_ih{suffix}", row, j, came, float(block.entering[at, j])))
    terms.append(alone(sample, f"{key}.bias_ih{suffix}", row))
    own = []
    for j in range(block.units):
        own.append(weighted(sample, f"{key}.weight_hh{suffix}", row, j, state(block, t, j), float(block.before[at, j])))
    own.append(alone(sample, f"{key}.bias_hh{suffix}", row))
    if scale != 1.0:
        own = [
            Term(
                scale * term.factor,
                term.value,
                rf"r \, {term.factor_symbol}",
                term.symbol,
                term.number,
                term.factor_number,
            )
            for term in own
        ]
    return terms + own


def _gate(block: Block, gate: str, unit: int, t: int | None) -> Number:
    return Number("gate", block.layer.id, unit, t, gate + block.suffix)


def explain_gate(sample: Sample, number: Number) -> Explanation:
    """A gate of an LSTM or GRU, after its squashing."""
    block = sample.block_of(number.layer, number.unit)
    gate, k, t = number.part.removesuffix("_reverse"), number.unit - block.first, number.step
    at = sample.row(t)
    candidate = gate == "candidate"
    reset = float(block.gates["reset"][at, k]) if candidate and block.layer.kind == "gru" else 1.0
    terms = block_terms(sample, block, k, t, gate, reset)
    before, value = total(terms), float(block.gates[gate][at, k])
    sign, function = symbol(sample.network, number), r"\tanh" if candidate else r"\sigma"
    inside = r"\sum_j W_j x_j + b + \sum_j U_j h_{j,t-1} + d"
    if candidate and block.layer.kind == "gru":
        inside = r"\sum_j W_j x_j + b + r \left(\sum_j U_j h_{j,t-1} + d\right)"
    numbers = (
        f"a = {added(terms)} = {latex_number(before)}",
        rf"{sign} = {called(function, latex_number(before))} = {latex_number(value)}",
    )
    found = made(sample, number, value, (f"{sign} = {called(function, inside)}",), numbers, terms)
    if candidate and block.layer.kind == "gru":
        return noted(found, "r is the reset gate, {value} here.", value=f"{reset:.4g}")
    return found


def explain_lstm(sample: Sample, number: Number) -> Explanation:
    """h = o tanh(c)."""
    block = sample.block_of(number.layer, number.unit)
    at, k = sample.row(number.step), number.unit - block.first
    cell, gate = (
        Number("cell", number.layer, number.unit, number.step),
        _gate(block, "output", number.unit, number.step),
    )
    o, c = float(block.gates["output"][at, k]), float(block.cell[at, k])
    h, so, sc = (symbol(sample.network, n) for n in (number, gate, cell))
    bent = float(np.tanh(c))
    terms = [Term(o, bent, so, rf"\tanh\left({sc}\right)", cell, gate)]
    numbers = rf"{h} = {factor(o)} \cdot \tanh\left({latex_number(c)}\right) = {latex_number(o * bent)}"
    return made(sample, number, o * bent, (rf"{h} = {so} \, \tanh\left({sc}\right)",), (numbers,), terms)


def explain_cell(sample: Sample, number: Number) -> Explanation:
    """c = f c' + i g."""
    if (given := put(sample, number)) is not None:
        return given
    block = sample.block_of(number.layer, number.unit)
    at, k, t = sample.row(number.step), number.unit - block.first, number.step
    before = Number("cell", number.layer, number.unit, -1 if t is None else block.follows.get(t, -1))
    f, i, g = (_gate(block, gate, number.unit, t) for gate in ("forget", "input", "candidate"))
    vf, vi, vg = (float(block.gates[gate][at, k]) for gate in ("forget", "input", "candidate"))
    sf, si, sg, sb, sc = (symbol(sample.network, n) for n in (f, i, g, before, number))
    terms = [
        Term(vf, float(block.cell_before[at, k]), sf, sb, before, f),
        Term(vi, vg, si, sg, g, i),
    ]
    value = total(terms)
    lines = rf"{sc} = {sf} \, {sb} + {si} \, {sg}"
    return made(sample, number, value, (lines,), (f"{sc} = {added(terms)} = {latex_number(value)}",), terms)


def explain_gru(sample: Sample, number: Number) -> Explanation:
    """h = (1 - z) n + z h'."""
    block = sample.block_of(number.layer, number.unit)
    at, k, t = sample.row(number.step), number.unit - block.first, number.step
    z, n, before = _gate(block, "update", number.unit, t), _gate(block, "candidate", number.unit, t), state(block, t, k)
    vz, vn = float(block.gates["update"][at, k]), float(block.gates["candidate"][at, k])
    sz, sn, sb, sh = (symbol(sample.network, one) for one in (z, n, before, number))
    terms = [
        Term(1 - vz, vn, rf"\left(1 - {sz}\right)", sn, n, z),
        Term(vz, float(block.before[at, k]), sz, sb, before, z),
    ]
    value = total(terms)
    lines = rf"{sh} = \left(1 - {sz}\right) {sn} + {sz} \, {sb}"
    return made(sample, number, value, (lines,), (f"{sh} = {added(terms)} = {latex_number(value)}",), terms)


def explain_sum_of_block(sample: Sample, number: Number) -> Explanation:
    """The sum of a plain recurrent layer before its activation."""
    block = sample.block_of(number.layer, number.unit)
    terms = block_terms(sample, block, number.unit - block.first, number.step, "")
    value, a = total(terms), symbol(sample.network, number)
    line = rf"{a} = \sum_j W_j x_j + b + \sum_j U_j h_{{j,t-1}} + d"
    return made(sample, number, value, (line,), (f"{a} = {added(terms)} = {latex_number(value)}",), terms)
