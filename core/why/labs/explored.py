"""Numbers of the explorers: what an activation or a loss is at one place, and how steep; no network and no sample is asked."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from core.catalogue.activations import ACTIVATIONS
from core.catalogue.losses import LOSSES
from core.catalogue.spec import Choice, Spec
from core.describe import Words, number
from core.explore import activations, losses
from core.formula import factor, latex_number
from core.why.numbers import Aggregate, Later, Term
from core.why.simple import Part, given, quotient

NUDGE = 1e-4
"""How far to each side a slope is looked at."""
WRITTEN = 4
"""Factors of a chain that are written out."""
_SLOPES = {
    "identity": "1", "tanh": r"1 - f(z)^2", "sigmoid": r"f(z) \left(1 - f(z)\right)", "relu": r"\left[ z > 0 \right]",
    "hard_tanh": r"\left[ \left| z \right| < 1 \right]", "softplus": r"\sigma(\beta z)", "silu": r"\sigma(z) + z \, \sigma(z) \left(1 - \sigma(z)\right)",
    "softsign": r"\frac{1}{\left(1 + \left| z \right|\right)^2}", "hard_sigmoid": r"\frac{1}{6} \left[ \left| z \right| < 3 \right]",
}  # fmt: skip


def activation(choice: Choice, z: float) -> Aggregate:
    """f(z)."""
    spec, value = ACTIVATIONS[choice.key], float(activations.value(choice, z))
    return Aggregate(
        Words("{name} at z = {z}", {"name": spec.title, "z": number(z, 4)}), value, formula_of(spec),
        (rf"f\left({latex_number(z)}\right) = {latex_number(value)}",), _with(spec, choice, ""), terms=(_place(z).term,),
    )  # fmt: skip


def activation_slope(choice: Choice, z: float) -> Aggregate:
    """f'(z), beside what a small step to each side finds."""
    spec, value = ACTIVATIONS[choice.key], float(activations.slope(choice, z))
    low, high = (float(activations.value(choice, z + way * NUDGE)) for way in (-1, 1))
    line = rf"f'(z) = {_SLOPES[choice.key]}" if choice.key in _SLOPES else r"f'(z) = \frac{d f}{d z}"
    terms = (_nudged(choice, z + NUDGE, "f(z + h)"), _nudged(choice, z - NUDGE, "f(z - h)"), _place(z).term)
    return Aggregate(
        Words("The slope of {name} at z = {z}", {"name": spec.title, "z": number(z, 4)}), value, (line,),
        (rf"f'\left({latex_number(z)}\right) = {latex_number(value)}",
         rf"\frac{{f(z + h) - f(z - h)}}{{2 h}} = \frac{{{latex_number(high, 7)} - {factor(low, 7)}}}{{{latex_number(2 * NUDGE)}}} = {latex_number((high - low) / (2 * NUDGE))}"),
        _with(spec, choice, "The second line is a small step to each side, with h = 0.0001; at a corner it lies between both slopes."),
        terms=terms,
    )  # fmt: skip


def saturation(choice: Choice, z: float) -> Aggregate:
    """How steep it is beside where it is steepest of all that is drawn."""
    steepest, at = activations.steepest(choice)
    found = quotient(
        Words("How steep {name} is at z = {z}, beside its steepest place", {"name": ACTIVATIONS[choice.key].title, "z": number(z, 4)}),
        "s", Part(r"\left| f'(z) \right|", abs(float(activations.slope(choice, z))), _slope_later(choice, z)),
        Part(r"\left| f'(z_{\max}) \right|", steepest, _slope_later(choice, at)),
        Words("Below {share} it counts as saturated: hardly any gradient passes. z_max is the steepest place that is drawn.",
              {"share": number(activations.SATURATED)}),
    )  # fmt: skip
    sign = "<" if found.value < activations.SATURATED else r"\geq"
    return replace(found, numbers=(rf"{found.numbers[0]} {sign} {latex_number(activations.SATURATED)}",))


def _place(z: float) -> Part:
    return Part("z", z, given(Words("The sum z"), z, "z", Words("It is the place that is asked about.")))


def _nudged(choice: Choice, z: float, symbol: str) -> Term:
    value = float(activations.value(choice, z))
    title = Words("{name} at z = {z}", {"name": ACTIVATIONS[choice.key].title, "z": number(z, 6)})
    return Part(symbol, value, Later(title, lambda: activation(choice, z))).term


def _slope_later(choice: Choice, z: float) -> Later:
    title = Words("The slope of {name} at z = {z}", {"name": ACTIVATIONS[choice.key].title, "z": number(z, 4)})
    return Later(title, lambda: activation_slope(choice, z))


def activation_chain(choice: Choice, weight: float, start: float, length: int) -> Aggregate:
    """The gradient that is left behind ``length`` of them in a row."""
    left, sums = activations.chain(choice, weight, start, length), [start]
    while len(sums) < length:
        sums.append(weight * float(activations.value(choice, sums[-1])))
    slopes = [float(activations.slope(choice, z)) for z in sums[:length]]
    shown = r" \cdot ".join(factor(abs(weight * one)) for one in slopes[:WRITTEN]) or "1"
    own = given(Words("The weight between them"), weight, "w", Words("It is set by hand."))
    terms = tuple(
        Term(weight, slope, "w", f"f'(z_{{{k + 1}}})", about=_slope_later(choice, z), factor_about=own)
        for k, (z, slope) in enumerate(zip(sums, slopes, strict=False))
    )
    more = rf" \cdots \text{{{length - WRITTEN} more}}" if length > WRITTEN else ""
    value, spec = float(left[-1]), ACTIVATIONS[choice.key]
    return Aggregate(
        Words("What {n} activations “{name}” in a row leave of a gradient", {"n": length, "name": spec.title}), value,
        (r"g = \prod_k \left| w \, f'(z_k) \right|, \quad z_{k+1} = w \, f(z_k)",),
        (rf"g = {shown}{more} = {latex_number(value)}",),
        _with(spec, choice, "Each factor is the weight times the slope at the sum that arrives there."), terms=terms,
    )  # fmt: skip


def loss(choice: Choice, x: float, part: int, source: Aggregate | Later | None = None) -> Aggregate:
    """The loss of one position (0), its slope (1) or its curvature (2) at a residual or a margin; ``source`` tells what
    that is, where it is no place that was asked about."""
    spec, here = LOSSES[choice.key], losses.curves(choice, np.array([x]))
    value, name = float(here[part][0]), losses.axis_of(choice.key)
    sign = "r" if name == "residual" else "m"
    where = {"name": spec.title, "x": number(x, 4)}
    residual = {
        0: "{name} at a residual of {x}", 1: "The slope of {name} at a residual of {x}", 2: "The curvature of {name} at a residual of {x}",
    }  # fmt: skip
    margin = {
        0: "{name} at a margin of {x}", 1: "The slope of {name} at a margin of {x}", 2: "The curvature of {name} at a margin of {x}",
    }  # fmt: skip
    title = Words((residual if name == "residual" else margin)[part], where)
    place = Words("The residual") if name == "residual" else Words("The margin")
    own = source or given(place, x, sign, Words("It is the place that is asked about."))
    terms = [Part(sign, x, own).term]
    lines, numbers = formula_of(spec), [rf"L\left({latex_number(x)}\right) = {latex_number(float(here.loss[0]))}"]
    if part:
        below = here[part - 1]
        low, high = (float(losses.curves(choice, np.array([x + way * NUDGE]))[part - 1][0]) for way in (-1, 1))
        prime = "'" * part
        titles = residual if name == "residual" else margin
        terms += [
            Part(f"L{prime[:-1]}({sign} {way} h)", at, _loss_later(choice, x + step, part - 1, titles[part - 1])).term
            for way, at, step in (("+", high, NUDGE), ("-", low, -NUDGE))
        ]
        terms.append(Part(f"L{prime[:-1]}", float(below[0]), _loss_later(choice, x, part - 1, titles[part - 1])).term)
        lines = (*lines, rf"L{prime} = \frac{{d L{prime[:-1]}}}{{d {sign}}}")
        numbers = [
            rf"L{prime[:-1]}\left({latex_number(x)}\right) = {latex_number(float(below[0]))}",
            rf"L{prime}\left({latex_number(x)}\right) = {latex_number(value)}",
            rf"\frac{{{latex_number(high, 7)} - {factor(low, 7)}}}{{{latex_number(2 * NUDGE)}}} = {latex_number((high - low) / (2 * NUDGE))}",
        ]  # fmt: skip
    note = "The last line is a small step to each side; at a corner it lies between both slopes." if part else ""
    return Aggregate(title, value, lines, tuple(numbers), _with(spec, choice, note), terms=tuple(terms))


def _loss_later(choice: Choice, x: float, part: int, title: str) -> Later:
    where = {"name": LOSSES[choice.key].title, "x": number(x, 6)}
    return Later(Words(title, where), lambda: loss(choice, x, part))


def formula_of(spec: Spec) -> tuple[str, ...]:
    """The LaTeX of an entry of a catalogue as lines; none where it has none."""
    return (spec.formula,) if spec.formula else ()


def _with(spec: Spec, choice: Choice, more: str) -> Words:
    """The help of an entry, its numbers, and a further sentence."""
    given = ", ".join(
        f"{param.title} = {choice.values[param.key]:g}" for param in spec.parameters
        if isinstance(choice.values.get(param.key), float) and math.isfinite(choice.values[param.key])
    )  # fmt: skip
    text = " ".join(part for part in (spec.help, f"{given}." if given else "", more) if part)
    return Words("{text}", {"text": text})
