"""Averages of a column of a run: the bold line over what was measured."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.decimate import drawable
from core.describe import Words
from core.formula import latex_number
from core.why.numbers import Aggregate, Term, added, told


def smoothed(of: Words, values: np.ndarray, weight: float, about: Callable[[int], Aggregate]) -> Aggregate:
    """The last number of the average that core.series makes of (n,) values: each counts ``weight`` times as much as the one
    after it. ``about`` explains the value at a place."""
    good = np.flatnonzero(drawable(values))[::-1]
    lost = not len(good) or good[0] != len(values) - 1
    shares = np.power(weight, np.arange(len(good), dtype=float))
    shares /= shares.sum() if len(good) else 1.0
    value = float("nan") if lost else float(shares @ values[good])

    def make(n: int) -> Term:
        at = int(good[n])
        return Term(
            float(shares[n]), float(values[at]), f"a_{{{n}}}", f"y_{{n - {n}}}" if n else "y_n", about=about(at)
        )

    terms = told(np.arange(len(good)), shares * values[good], 1.0, "", make, "a y")
    shown = latex_number(value) if lost else f"{added(terms)} = {latex_number(value)}"
    note = Words(
        "It is an average that forgets: each value counts {weight} times as much as the one after it, and the shares a add "
        "up to 1. The latest is told first.", {"weight": f"{weight:.4g}"},
    )  # fmt: skip
    if lost:
        note = Words("The value here is no finite number, so that it has no average; the average goes on behind it.")
    return Aggregate(
        of, value, (r"s_n = \frac{\sum_{k \geq 0} w^k \, y_{n-k}}{\sum_{k \geq 0} w^k}",),
        (rf"w = {latex_number(weight)}", f"s_n = {shown}"), note, (), terms,
    )  # fmt: skip
