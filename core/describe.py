"""Says in words what a number means: orders of magnitude, where a gradient vanishes, what a row of a plot shows.

A sentence is a template plus values (``Words``), so that a window can translate it before it is filled in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

VANISHING = 1e-3
"""A gradient through time that falls below this share on its way to the first step vanishes."""
EXPLODING = 1e3
"""The mirror image of VANISHING: it grows by more than this on its way to the first step."""
UPDATE_GUIDE = 1e-3
"""A usual ratio of update to weights; far above is unstable, far below is slow (Karpathy, "A Recipe")."""

Verdict = Literal["nothing", "vanishing", "exploding", "steady", "zero", "not finite"]


@dataclass(frozen=True)
class Words:
    """A sentence: ``str(words)`` in English; a window translates ``template`` first."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    verdict: Verdict = "nothing"

    def __str__(self) -> str:
        return self.template.format(**self.values)


def number(value: float, digits: int = 3) -> str:
    """``value`` with ``digits`` significant digits, plain: 0.0421, 1.3e-7, 12,300, NaN, ∞, 0. A count (an int) in full."""
    if isinstance(value, int):
        return f"{value:,}"
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == 0.0:
        return "0"
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    power = int(exponent)
    if -4 < power < max(6, digits):
        places = max(0, digits - 1 - power)
        text = f"{float(f'{mantissa}e{power}'):,.{places}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{power}"


def percent(value: float) -> str:
    """A probability, 12.3 %; what is not certain does not look so."""
    if not math.isfinite(value):
        return number(value)
    if 0 < value < 0.001:
        return "< 0.1 %"
    if 0.999 < value < 1:
        return "> 99.9 %"
    return f"{100 * value:.1f} %"


def orders(value: float, reference: float) -> float:
    """log10(value / reference) of two positive numbers, without overflow: -6.2 is six orders below."""
    return math.log10(value) - math.log10(reference)


def last_with_gradient(total: np.ndarray) -> int | None:
    """The last time step (0-based) whose gradient is not 0; steps after it do not count for the loss."""
    there = np.flatnonzero(~(total == 0))
    return int(there[-1]) if len(there) else None


def gradient_at(total: np.ndarray, step: int) -> Words:
    """What the gradient at a time step (0-based) is and how it compares with the last step that has one.

    ``total`` (steps,) is the profile. Time steps are numbered from 1 in sentences.
    """
    value, count = float(total[step]), len(total)
    here = {"value": number(value, 2), "step": step + 1, "steps": count}
    last = last_with_gradient(total)
    if not math.isfinite(value):
        return Words("{value} at t = {step} of {steps}", here, "not finite")
    if last is None or value == 0.0:
        return Words("{value} at t = {step} of {steps}: no gradient arrives here", here, "zero")
    reference = float(total[last])
    if step == last:
        if last == count - 1:
            return Words("{value} at t = {step} of {steps}, the last step", here, "steady")
        return Words("{value} at t = {step} of {steps}, the last step that has a gradient", here, "steady")
    if not math.isfinite(reference):
        return Words("{value} at t = {step} of {steps}", here)
    return _compared(here, orders(value, reference), last, count)


_COMPARED = {
    ("same", True): "{value} at t = {step} of {steps}, as large as at the last step",
    ("same", False): "{value} at t = {step} of {steps}, as large as at t = {last}",
    ("smaller", True): "{value} at t = {step} of {steps}, {times} times smaller than at the last step",
    ("smaller", False): "{value} at t = {step} of {steps}, {times} times smaller than at t = {last}",
    ("larger", True): "{value} at t = {step} of {steps}, {times} times larger than at the last step",
    ("larger", False): "{value} at t = {step} of {steps}, {times} times larger than at t = {last}",
    ("below", True): "{value} at t = {step} of {steps}, {orders} orders below the last step",
    ("below", False): "{value} at t = {step} of {steps}, {orders} orders below t = {last}",
    ("above", True): "{value} at t = {step} of {steps}, {orders} orders above the last step",
    ("above", False): "{value} at t = {step} of {steps}, {orders} orders above t = {last}",
}


def _compared(here: dict[str, object], away: float, last: int, count: int) -> Words:
    if abs(away) < math.log10(1.05):
        kind = "same"
    elif abs(away) < 1.5:
        kind = "smaller" if away < 0 else "larger"
    else:
        kind = "below" if away < 0 else "above"
    times = number(10.0 ** min(abs(away), 2.0), 2)
    return Words(
        _COMPARED[kind, last == count - 1], {**here, "orders": round(abs(away)), "last": last + 1, "times": times}
    )


_VERDICTS: Mapping[tuple[str, bool], str] = {
    ("vanishing", True): "Vanishing: the gradient at the first step is {ratio} of the last.",
    ("vanishing", False): "Vanishing: the gradient at the first step is {ratio} of that at t = {last}.",
    ("exploding", True): "Exploding: the gradient at the first step is {ratio} times the last.",
    ("exploding", False): "Exploding: the gradient at the first step is {ratio} times that at t = {last}.",
    ("steady", True): "Steady: the gradient at the first step is {ratio} of the last.",
    ("steady", False): "Steady: the gradient at the first step is {ratio} of that at t = {last}.",
    ("larger", True): "Steady: the gradient at the first step is {ratio} times the last.",
    ("larger", False): "Steady: the gradient at the first step is {ratio} times that at t = {last}.",
}


def gradient_verdict(total: np.ndarray) -> Words:
    """Whether the gradient of a profile (steps,) vanishes, explodes or holds on its way back to the first step."""
    if len(total) < 2:
        return Words("A gradient through time needs at least 2 time steps.")
    bad = np.flatnonzero(~np.isfinite(total))
    if len(bad):
        values = {"value": number(float(total[bad[-1]])), "step": int(bad[-1]) + 1, "steps": len(total)}
        return Words("Not finite: the gradient is {value} at t = {step} of {steps}.", values, "not finite")
    last = last_with_gradient(total)
    if last is None:
        return Words("No gradient: it is 0 at every step.", {}, "zero")
    if last == 0:
        return Words("Only the first step has a gradient.", {}, "steady")
    to_last = last == len(total) - 1
    if total[0] == 0.0:
        first = int(np.flatnonzero(total)[0])
        values = {"step": first + 1, "last": last + 1}
        return Words("Vanishing: no gradient arrives before t = {step}; it is 0 there.", values, "vanishing")
    away = orders(float(total[0]), float(total[last]))
    values = {"ratio": _ratio(away), "last": last + 1}
    verdict: Verdict = "steady"
    kind = "steady" if away <= math.log10(1.05) else "larger"
    if away < math.log10(VANISHING):
        verdict = kind = "vanishing"
    elif away > math.log10(EXPLODING):
        verdict = kind = "exploding"
    return Words(_VERDICTS[kind, to_last], values, verdict)


def _ratio(away: float) -> str:
    """10^away in two digits, also where it is larger or smaller than a float can be."""
    if abs(away) < 300:
        return number(10.0**away, 2)
    whole = math.floor(away)
    return f"{10.0 ** (away - whole):.1f}e{whole}"
