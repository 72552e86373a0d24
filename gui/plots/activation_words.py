"""What the words above the activations say, and what can be asked about the numbers in them."""

from __future__ import annotations

import html

import numpy as np

from core.data.dataset import Dataset
from core.data.looking import part_of
from core.describe import Words, number
from core.formula import latex_number
from core.network import Network
from core.reports import Examination
from core.why.numbers import Aggregate, Number
from core.why.training.clocks import step_count
from gui.text import tr
from gui.why.here import Question
from gui.why.questions import about_unit
from gui.why.told import asked


def sample_words(examination: Examination, data: Dataset | None) -> str:
    """Rich text: the part that the sample is in, its loss, and what the network answers."""
    titles = {"train": tr("training"), "validation": tr("validation"), "test": tr("test")}
    part = titles.get((data and part_of(data, examination.sample)) or "", "")
    loss = tr("Loss of this sample: {loss}", loss=asked("loss", number(examination.loss)))
    return " · ".join(words for words in (part, loss, _answer(examination, data)) if words)


def on_sample(examination: Examination, network: Network) -> dict[str, Question]:
    """About the numbers in ``sample_words``."""
    found = {"loss": Question(Number("loss"), tr("Why this loss?"))}
    for layer in network.of_kind("output"):
        best = int(np.nan_to_num(_last(examination)).argmax())
        found["said"] = Question(Number("value", layer.id, best, None), tr("Why this answer?"))
    return found


def _last(examination: Examination) -> np.ndarray:
    return examination.output[-1] if examination.output.ndim == 2 else examination.output


def _answer(examination: Examination, data: Dataset | None) -> str:
    if data is None or examination.sample >= len(data) or not data.target.codes or data.target.sequence:
        return ""
    last, names = _last(examination), data.target.classes
    if len(last) != len(names) or not np.isfinite(last).all():
        return ""
    true = html.escape(names[int(data.target.values[examination.sample][0])])
    return tr("true {true}, predicted {said}", true=true, said=asked("said", html.escape(names[int(last.argmax())])))


def cell_words(text: str, values: np.ndarray, row: int, step: int) -> str:
    """Rich text: a number of (rows, steps) values; ``text`` has a place for "row", "step", "steps" and "value"."""
    value = asked("value", number(values[row, step]))
    return text.format(row=row + 1, step=step + 1, steps=_steps(values), value=value)


def padding_words(values: np.ndarray, step: int) -> str:
    """Rich text: what lies behind the end of a sample."""
    return tr("t = {step} of {steps}: padding, no part of the sample", step=step + 1, steps=_steps(values))


def on_cell(values: np.ndarray, questions: list[Question]) -> dict[str, Question]:
    """About the numbers in ``cell_words`` and ``padding_words``; the first question is about the value."""
    count = Question(step_count(values.shape[1], tr("what is shown")), tr("Why so many steps?"))
    return {"steps": count} if not questions else {"value": questions[0], "steps": count}


def _steps(values: np.ndarray) -> str:
    return asked("steps", str(values.shape[1]))


def about_input(network: Network, examination: Examination, shown: np.ndarray, row: int, column: int) -> list[Question]:
    """About a number of the input as it is drawn, (rows, columns): of the input layer where that reads it so."""
    inputs = network.of_kind("input")
    value = examination.activations.get(inputs[0].id) if inputs else None
    if value is not None:
        if (value.T.shape if value.ndim == 2 else (len(value), 1)) == shown.shape:
            return about_unit(inputs[0].id, "value", row, column if value.ndim == 2 else None)
        if value.size == shown.size:  # a picture is spread over rows and columns
            return about_unit(inputs[0].id, "value", row * shown.shape[1] + column, None)
    said = float(shown[row, column])
    made = Aggregate(
        Words("Input {row} of sample {sample}, t = {step}", {"row": row + 1, "sample": examination.sample, "step": column + 1}),
        said, ("x",), (f"x = {latex_number(said)}",),
        Words("It is a number of the data set, scaled as the network reads it. Below is the loss of the sample."),
        (Number("loss"),),
    )  # fmt: skip
    return [Question(made, tr("Why this value?"))]
