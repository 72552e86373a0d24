"""Why the error of a network that reads its own answers is what it is, beside that with the true past."""

from __future__ import annotations

import numpy as np

from core.describe import Words
from core.formula import latex_number
from core.generation import FreeRun
from core.why.numbers import Aggregate, Number, Term, added, told
from core.why.simple import given


def counted(found: FreeRun, step: int) -> Aggregate:
    """How many samples count a step, from 0."""
    return Aggregate(
        Words("Samples whose answer at t = {step} counts", {"step": step + 1}), int(found.counted[step]),
        (r"n_t = \sum_i \left[ t \leq T_i \right]",), (f"n_t = {int(found.counted[step])}",),
        Words("Sequences that are over before do not count it. {count} samples of the {part} part were run.",
              {"count": len(found.samples), "part": found.part}),
    )  # fmt: skip


def samples(found: FreeRun) -> Aggregate:
    """How many samples were run."""
    note = Words("They are the first ones of the {part} part, as many as do not take long.", {"part": found.part})
    return given(Words("Samples that were run"), len(found.samples), "N", note)


def error_at(found: FreeRun, free: bool, step: int, output: str) -> Aggregate:
    """The error of a step, from 0, with the network's own answers or with the true past; ``output`` is the output layer."""
    value, count = float((found.free if free else found.taught)[step]), int(found.counted[step])
    templates = {
        (False, True): "The error at t = {step} with the true past", (True, True): "The error at t = {step} with its own answers",
        (False, False): "The share of wrong answers at t = {step} with the true past",
        (True, False): "The share of wrong answers at t = {step} with its own answers",
    }  # fmt: skip
    if found.unit:
        line = r"e_t = \sqrt{\frac{1}{n_t} \sum_i \left( y_{i,t} - f_{i,t} \right)^2}"
        shown = rf"e_t = \sqrt{{\frac{{{latex_number(value**2 * count)}}}{{{count}}}}} = {latex_number(value)}"
    else:
        wrong = round(value * count) if np.isfinite(value) else 0
        line = r"e_t = \frac{\text{wrong}}{n_t}"
        shown = rf"e_t = \frac{{{wrong}}}{{{count}}} = {latex_number(value)}"
    note = "It is taken over the {count} samples that count the step. Below is what the output says to the sample that is examined."
    return Aggregate(
        Words(templates[free, bool(found.unit)], {"step": step + 1}), value, (line,), (shown,), Words(note, {"count": count}),
        (Number("norm", output, 0, step, "value"),) if output else (),
    )  # fmt: skip


def error(found: FreeRun, free: bool, output: str) -> Aggregate:
    """The mean error over all answers that count."""
    values, counts = (found.free if free else found.taught), found.counted
    good = np.flatnonzero(counts > 0)
    whole = int(counts[good].sum())
    parts = values[good] * counts[good]
    value = float(parts.sum() / whole) if whole else float("nan")

    def make(n: int) -> Term:
        step = int(good[n])
        share = int(counts[step]) / whole
        return Term(share, float(values[step]), rf"\frac{{n_{{{step + 1}}}}}{{n}}", f"e_{{{step + 1}}}",
                    about=error_at(found, free, step, output))  # fmt: skip

    order = np.argsort(-np.nan_to_num(parts, nan=np.inf), kind="stable")
    terms = told(order, parts, 1 / max(1, whole), r"\frac{1}{n}", make, "n_t e_t")
    return Aggregate(
        Words("The mean error with its own answers" if free else "The mean error with the true past"), value,
        (r"e = \frac{\sum_t n_t \, e_t}{\sum_t n_t}",), (f"e = {added(terms)} = {latex_number(value)}",),
        Words("Each step counts as often as samples count it; {count} answers count in all.", {"count": whole}), (), terms,
    )  # fmt: skip
