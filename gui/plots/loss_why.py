"""What can be asked about a loss or a metric of a run: a batch, the average over it, and what an evaluation said."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from core.catalogue.registry import catalogue
from core.describe import Words
from core.runs import Run
from core.why.numbers import Aggregate
from core.why.training.aggregates import batch_loss
from core.why.training.averaged import smoothed
from gui.document import Document
from gui.plots.batches import nearest
from gui.text import tr, tr_core
from gui.why.here import Question


class Asked(NamedTuple):
    """A number of a run, and its question."""

    part: str
    """"train" as measured, "smooth" its average, "validation" of an evaluation."""
    value: float
    question: Question


def about_run(
    document: Document, run: Run, key: str, batch: float, weight: float, number: int | None = None, before: bool = False
) -> list[Asked]:
    """About ``key`` of a run near a batch. ``number`` is that of a run beside the current one;
    ``before`` takes what was known at the batch, else the nearest is meant."""
    formula, title = formula_of(document, run, key), plain_title(key)
    if number is not None:
        title = tr("{title} in run {number}", title=title, number=number)
    of = tr(" of run {number}", number=number) if number is not None else ""
    found = []
    steps, epochs = run.steps, run.epochs
    if key in steps and len(steps):
        row, values = _row(steps["batch"], batch, before), steps[key]

        def measured(at: int) -> Aggregate:
            return batch_loss(formula, title, float(values[at]), int(steps["batch"][at]))

        made = measured(row)
        found.append(Asked("train", made.value, Question(made, tr("Why this number{of}?", of=of))))
        name = Words("{title}, smoothed, at batch {batch}", {"title": title, "batch": int(steps["batch"][row])})
        average = smoothed(name, values[: row + 1], weight, measured)
        text = tr("Why this smoothed number{of}?", of=of)
        found.append(Asked("smooth", average.value, Question(average, text)))
    if key in epochs and len(epochs):
        row = _row(epochs["batch"], batch, before)
        if not before or epochs["batch"][row] <= batch:
            part = tr("validation")
            made = batch_loss(formula, title, float(epochs[key][row]), int(epochs["batch"][row]), part)
            text = tr("Why this number of the {part} data{of}?", part=part, of=of)
            found.append(Asked("validation", made.value, Question(made, text)))
    return found


def _row(batches: np.ndarray, batch: float, before: bool) -> int:
    return max(0, int(np.searchsorted(batches, batch, side="right")) - 1) if before else nearest(batches, batch)


def formula_of(document: Document, run: Run, key: str) -> str:
    """Of the loss that a run trains with, or of a metric."""
    if key != "loss":
        return catalogue("metrics")[key].formula if key in catalogue("metrics") else ""
    training = run.training or document.project.training
    return catalogue("losses")[training["loss"].key].formula


def plain_title(key: str) -> str:
    """The title of the loss or a metric in the user's language."""
    return tr("Loss") if key == "loss" else metric_title(key)


def metric_title(key: str) -> str:
    """The title of a metric in the user's language."""
    metrics = catalogue("metrics")
    return tr_core(metrics[key].title) if key in metrics else key
