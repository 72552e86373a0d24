"""Why a value is what it is where a layer has no units of its own: it passes on, joins or looks up."""

from __future__ import annotations

import numpy as np

from core.describe import Words
from core.formula import factor, latex_number, summed
from core.network import Layer
from core.why.attention import explain_context
from core.why.numbers import Aggregate, Explanation, Later, Number, Term, added, told
from core.why.parts import alone, copied, entering, made, noted, parameter, source, total
from core.why.sample import EPSILON, Sample
from core.why.symbols import symbol

_PASSED = "It is passed on from “{other}”."


def explain_plain(sample: Sample, number: Number) -> Explanation:
    """Layers without units of their own."""
    layer, t, u = sample.network.layers[number.layer], number.step, number.unit
    if layer.kind == "input":
        value, sign = float(sample.value(layer.id)[sample.row(t), u]), symbol(sample.network, number)
        found = made(sample, number, value, (sign,), (f"{sign} = {latex_number(value)}",), [])
        return noted(found, "It comes from the data, normalised as the data set says.")
    if sample.reduces(layer.id):
        return _reduced(sample, layer, number)
    if layer.kind in ("add", "multiply"):
        return _together(sample, layer, number)
    if layer.kind == "embedding":
        return _looked_up(sample, layer, number)
    if layer.kind == "layer_norm":
        return _normalised(sample, layer, number)
    if layer.kind == "attention":
        return explain_context(sample, number)
    _, came = entering(sample, layer.id, t, u)
    value = float(sample.joined(layer.id)[sample.row(t) if sample.sequence(layer.id) else 0, u])
    notes = {
        "dropout": "Dropout lets everything pass while a sample is examined.",
        "repeat": "It is repeated at every step.",
    }
    return copied(sample, number, came, value, notes.get(layer.kind, _PASSED))


def _reduced(sample: Sample, layer: Layer, number: Number) -> Explanation:
    link, came = entering(sample, layer.id, 0, number.unit)
    if not sample.sequence(link.source):
        return copied(sample, number, came, float(sample.value(link.source)[0, came.unit]), _PASSED)
    values, valid = sample.read(link)[:, came.unit], sample.clock(layer.id)
    steps = [Number("value", link.source, came.unit, t - link.delay if t >= link.delay else -1) for t in range(valid)]
    if layer.kind == "last_step":
        return copied(sample, number, steps[-1], float(values[valid - 1]), "It is the last step of “{other}”.")
    if layer.kind == "max_time":
        at = int(np.argmax(values[:valid]))
        return copied(
            sample, number, steps[at], float(values[at]), "It is the largest value of “{other}” over all steps."
        )
    terms = [
        Term(1 / valid, float(values[t]), rf"\frac{{1}}{{{valid}}}", symbol(sample.network, one), one)
        for t, one in enumerate(steps)
    ]
    sign, value = symbol(sample.network, number), total(terms)
    line = rf"{sign} = \frac{{1}}{{{valid}}} \sum_t h_t"
    return made(sample, number, value, (line,), (f"{sign} = {added(terms)} = {latex_number(value)}",), terms)


def _together(sample: Sample, layer: Layer, number: Number) -> Explanation:
    links, at, u = sample.network.into(layer.id), sample.row(number.step), number.unit
    reads = [sample.read(link) for link in links]
    values = [float(read[min(at, len(read) - 1), u]) for read in reads]
    came = [source(sample, link, number.step, u) for link in links]
    signs, sign = [symbol(sample.network, one) for one in came], symbol(sample.network, number)
    if layer.kind == "add":
        terms = [Term(1.0, v, "", s, one) for v, s, one in zip(values, signs, came, strict=True)]
        value, shown = total(terms), added(terms)
    else:
        value = float(np.prod(values))
        shown = r" \cdot ".join(factor(v) for v in values)
        terms = [Term(1.0, v, "", s, one, group="factor") for v, s, one in zip(values, signs, came, strict=True)]
    between = " + " if layer.kind == "add" else r" \cdot "
    line = f"{sign} = {between.join(signs)}"
    return made(sample, number, value, (line,), (f"{sign} = {shown} = {latex_number(value)}",), terms)


def _looked_up(sample: Sample, layer: Layer, number: Number) -> Explanation:
    code = round(float(sample.joined(layer.id)[sample.row(number.step), 0]))
    weight, address, sign = parameter(sample, f"{layer.id}.table", code, number.unit)
    own = symbol(sample.network, number)
    terms = [Term(weight, 1.0, sign, "", address)]
    found = made(sample, number, weight, (f"{own} = {sign}",), (f"{own} = {latex_number(weight)}",), terms)
    return noted(found, "Symbol {code} of the input is looked up in the table.", code=code)


def _normalised(sample: Sample, layer: Layer, number: Number) -> Explanation:
    read = sample.joined(layer.id)[sample.row(number.step)]
    mean, spread = float(read.mean()), float(np.sqrt(read.var() + EPSILON))
    gain, gain_number, sg = parameter(sample, f"{layer.id}.gain", number.unit)
    _, came = entering(sample, layer.id, number.step, number.unit)
    normal, sx, sign = (
        (float(read[number.unit]) - mean) / spread,
        symbol(sample.network, came),
        symbol(sample.network, number),
    )
    inside = rf"\frac{{{sx} - \mu}}{{\sigma}}"
    about = _normal(read, [entering(sample, layer.id, number.step, k)[1] for k in range(len(read))], number.unit)
    terms = [
        Term(gain, normal, sg, inside, came, gain_number, about=about),
        alone(sample, f"{layer.id}.bias", number.unit),
    ]
    value = total(terms)
    over = rf"\frac{{{latex_number(float(read[number.unit]))} - {factor(mean)}}}{{{latex_number(spread)}}}"
    sums = summed((rf"{factor(gain)} \cdot {over}", latex_number(terms[1].factor)))
    shown = f"{sign} = {sums} = {latex_number(value)}"
    found = made(sample, number, value, (rf"{sign} = {sg} \, {inside} + {terms[1].factor_symbol}",), (shown,), terms)
    return noted(found, "μ and σ are mean and spread of all that enters at this step.")


def _normal(read: np.ndarray, entered: list[Number], at: int) -> Aggregate:
    """What enters at a place, less the mean of all that enters and over its spread."""
    mean, spread, x = float(read.mean()), float(np.sqrt(read.var() + EPSILON)), float(read[at])
    value, share, sign = (x - mean) / spread, 1 / len(read), rf"\frac{{1}}{{{len(read)}}}"

    def middle() -> Aggregate:
        terms = told(
            np.argsort(-np.abs(read), kind="stable"), read, share, sign,
            lambda k: Term(share, float(read[k]), sign, f"x_{{{k + 1}}}", entered[k]), "x",
        )  # fmt: skip
        return Aggregate(
            Words("The mean of all that enters"), mean, (rf"\mu = {sign} \sum_k x_k",),
            (rf"\mu = {added(terms)} = {latex_number(mean)}",), Words("It is taken over the features, at this step alone."), terms=terms,
        )  # fmt: skip

    def width() -> Aggregate:
        away = read - mean
        terms = told(
            np.argsort(-np.abs(away), kind="stable"), away**2, share, sign,
            lambda k: Term(float(away[k]) * share, float(away[k]), rf"{sign} (x_{{{k + 1}}} - \mu)", rf"(x_{{{k + 1}}} - \mu)", entered[k]),
            r"(x - \mu)^2",
        )  # fmt: skip
        return Aggregate(
            Words("The spread of all that enters"), spread, (rf"\sigma = \sqrt{{{sign} \sum_k (x_k - \mu)^2 + \varepsilon}}",),
            (rf"\sigma = \sqrt{{{added(terms)} + {latex_number(EPSILON)}}} = {latex_number(spread)}",),
            Words("It is taken over the features, at this step alone; ε keeps it from being 0."), terms=terms,
        )  # fmt: skip

    return Aggregate(
        Words("What enters, beside all that enters"), value, (r"n = \frac{x - \mu}{\sigma}",),
        (rf"n = \frac{{{latex_number(x)} - {factor(mean)}}}{{{latex_number(spread)}}} = {latex_number(value)}",),
        Words("The mean is taken off, and what is left is told in units of the spread."),
        terms=(
            Term(1.0, x, "", "x", entered[at]),
            Term(1.0, mean, "", r"\mu", about=Later(Words("The mean of all that enters"), middle)),
            Term(1.0, spread, "", r"\sigma", about=Later(Words("The spread of all that enters"), width)),
        ),
    )  # fmt: skip
