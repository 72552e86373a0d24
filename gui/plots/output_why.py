"""What can be asked about single answers of a network, about what was right, and about the means over all of them."""

from __future__ import annotations

from typing import cast

import numpy as np

from core.answers import in_unit as values_of
from core.data.dataset import Part
from core.describe import Words
from core.why.answers.answered import drawn, how_many, mean_miss, not_finite, true_value
from core.why.answers.tried import difference
from core.why.numbers import Aggregate, Number
from core.why.training.aggregates import answer_at, in_unit
from gui.plots.pages import Shown
from gui.text import tr
from gui.why.here import Question


def why_answer(shown: Shown, row: int, unit: int) -> Aggregate:
    """What the network says to a sample: in the unit of the data where it has one."""
    given, data = shown.answers, shown.data
    sample = int(given.samples[row]), cast("Part", shown.evaluation.part)
    step = int(given.steps[row]) if given.sequence else None
    said, scaled = float(given.scores[row, unit]), data.target.normalisation
    lead = Number("value", shown.output, unit, step)
    if scaled is None:
        return answer_at(tr("sample {sample}", sample=sample[0]), said, (lead,), sample)
    mean, scale = float(scaled.mean[unit]), float(scaled.scale[unit])
    title = Words("The answer to sample {sample}", {"sample": sample[0]})
    return in_unit(title, said * scale + mean, said, mean, scale, data.target.unit, lead, sample)


def about_answer(shown: Shown, row: int, unit: int) -> Question:
    """About what the network says to a sample."""
    return Question(why_answer(shown, row, unit), tr("Why this answer?"))


def about_truth(shown: Shown, row: int, unit: int) -> Question:
    """About what was right, in the unit of the data."""
    given, scaled = shown.answers, shown.data.target.normalisation
    coded = float(given.wanted[row, unit])
    mean, scale = (0.0, 1.0) if scaled is None else (float(scaled.mean[unit]), float(scaled.scale[unit]))
    title = Words("What was right for sample {sample}", {"sample": int(given.samples[row])})
    return Question(true_value(title, coded * scale + mean, coded, mean, scale), tr("Why this true value?"))


def on_misses(shown: Shown, rows: np.ndarray, unit: int | None = None, every: int = 1) -> dict[str, Question]:
    """About the mean "miss" of some rows of the answers, of one unit or all, the "count", those that are "lost" and "drawn"."""
    wanted, said = values_of(shown.data, shown.answers)
    chosen = slice(None) if unit is None else slice(unit, unit + 1)
    units = 1 if unit is not None else wanted.shape[1]
    with np.errstate(over="ignore", invalid="ignore"):
        away = np.abs(said[rows, chosen] - wanted[rows, chosen]).ravel()

    def miss(n: int) -> Aggregate:
        place, column = divmod(n, units)
        row, column = int(rows[place]), column if unit is None else unit
        title = Words("How far off the answer to sample {sample} is", {"sample": int(shown.answers.samples[row])})
        return difference(title, float(said[row, column]), float(wanted[row, column]), why_answer(shown, row, column))

    return {
        "miss": Question(mean_miss(away, miss), tr("Why this mean miss?")),
        "count": Question(how_many(away), tr("Why so many?")),
        "lost": Question(not_finite(away), tr("Why are so many not finite?")),
        "drawn": Question(drawn(len(away), every), tr("Why are so many drawn?")),
    }
