"""Numbers of the explorers: what an activation or a loss is at one place, and how steep; no network and no sample is asked."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from core.catalogue.activations import ACTIVATIONS
from core.catalogue.losses import LOSSES
from core.catalogue.spec import Choice, Spec
from core.describe import Words, number
from core.explore import activations, losses
from core.formula import factor, latex_number
from core.why.numbers import Aggregate

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
        Words("{name} at z = {z}", {"name": spec.title, "z": number(z, 4)}), value, _formula(spec),
        (rf"f\left({latex_number(z)}\right) = {latex_number(value)}",), _with(spec, choice, ""),
    )  # fmt: skip


def activation_slope(choice: Choice, z: float) -> Aggregate:
    """f'(z), beside what a small step to each side finds."""
    spec, value = ACTIVATIONS[choice.key], float(activations.slope(choice, z))
    low, high = (float(activations.value(choice, z + way * NUDGE)) for way in (-1, 1))
    line = rf"f'(z) = {_SLOPES[choice.key]}" if choice.key in _SLOPES else r"f'(z) = \frac{d f}{d z}"
    return Aggregate(
        Words("The slope of {name} at z = {z}", {"name": spec.title, "z": number(z, 4)}), value, (line,),
        (rf"f'\left({latex_number(z)}\right) = {latex_number(value)}",
         rf"\frac{{f(z + h) - f(z - h)}}{{2 h}} = \frac{{{latex_number(high, 7)} - {factor(low, 7)}}}{{{latex_number(2 * NUDGE)}}} = {latex_number((high - low) / (2 * NUDGE))}"),
        _with(spec, choice, "The second line is a small step to each side, with h = 0.0001; at a corner it lies between both slopes."),
    )  # fmt: skip


def activation_chain(choice: Choice, weight: float, start: float, length: int) -> Aggregate:
    """The gradient that is left behind ``length`` of them in a row."""
    left = activations.chain(choice, weight, start, length)
    steps = [float(b / a) if a else 0.0 for a, b in pairwise(left)]
    shown = r" \cdot ".join(factor(one) for one in steps[:WRITTEN]) or "1"
    more = rf" \cdots \text{{{length - WRITTEN} more}}" if length > WRITTEN else ""
    value, spec = float(left[-1]), ACTIVATIONS[choice.key]
    return Aggregate(
        Words("What {n} activations “{name}” in a row leave of a gradient", {"n": length, "name": spec.title}), value,
        (r"g = \prod_k \left| w \, f'(z_k) \right|, \quad z_{k+1} = w \, f(z_k)",),
        (rf"g = {shown}{more} = {latex_number(value)}",),
        _with(spec, choice, "Each factor is the weight times the slope at the sum that arrives there."),
    )  # fmt: skip


def loss(choice: Choice, x: float, part: int) -> Aggregate:
    """The loss of one position (0), its slope (1) or its curvature (2) at a residual or a margin."""
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
    lines, numbers = _formula(spec), [rf"L\left({latex_number(x)}\right) = {latex_number(float(here.loss[0]))}"]
    if part:
        below = here[part - 1]
        low, high = (float(losses.curves(choice, np.array([x + way * NUDGE]))[part - 1][0]) for way in (-1, 1))
        prime = "'" * part
        lines = (*lines, rf"L{prime} = \frac{{d L{prime[:-1]}}}{{d {sign}}}")
        numbers = [
            rf"L{prime[:-1]}\left({latex_number(x)}\right) = {latex_number(float(below[0]))}",
            rf"L{prime}\left({latex_number(x)}\right) = {latex_number(value)}",
            rf"\frac{{{latex_number(high, 7)} - {factor(low, 7)}}}{{{latex_number(2 * NUDGE)}}} = {latex_number((high - low) / (2 * NUDGE))}",
        ]  # fmt: skip
    note = "The last line is a small step to each side; at a corner it lies between both slopes." if part else ""
    return Aggregate(title, value, lines, tuple(numbers), _with(spec, choice, note))


def _formula(spec: Spec) -> tuple[str, ...]:
    return (spec.formula,) if spec.formula else ()


def _with(spec: Spec, choice: Choice, more: str) -> Words:
    """The help of an entry, its numbers, and a further sentence."""
    given = ", ".join(
        f"{param.title} = {choice.values[param.key]:g}" for param in spec.parameters
        if isinstance(choice.values.get(param.key), float) and math.isfinite(choice.values[param.key])
    )  # fmt: skip
    text = " ".join(part for part in (spec.help, f"{given}." if given else "", more) if part)
    return Words("{text}", {"text": text})
