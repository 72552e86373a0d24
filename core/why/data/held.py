"""What a data set holds: samples and parts, steps and features, classes, and single numbers in their own unit."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset, Part, WindowedSeries
from core.data.looking import series_of
from core.data.padding import valid_steps
from core.describe import Words, number
from core.formula import latex_number
from core.why.data.stored import steps_of, value
from core.why.data.tallied import equal_to, many
from core.why.data.windows import in_none, windows
from core.why.numbers import Aggregate, Term, added, one_each
from core.why.simple import given

NAMED = 12
"""Names that a note lists."""


def samples(data: Dataset) -> Aggregate:
    """How many samples there are: those of each part, and those of none."""
    terms = [Term(1, len(data.split[one]), "", _of_part(one), about=part(data, one)) for one in data.parts]
    value = len(data)
    rest = value - sum(int(term.value) for term in terms)
    if rest:
        terms.append(Term(1, rest, "", r"n_{\text{no part}}", about=in_none(data)))
    series = series_of(data)
    cut = windows(series) if series is not None and len(series.starts) == value else None
    return Aggregate(
        Words("How many samples the data has"), value, (*(() if cut is None else cut.symbols), _sum(terms)),
        (*(() if cut is None else cut.numbers), f"n = {added(terms)} = {value}"),
        cut.note if cut is not None else Words("A sample is what the network reads at once, with the answer that is asked of it."), (), tuple(terms),
    )  # fmt: skip


def part(data: Dataset, one: Part) -> Aggregate:
    """How many samples a part has."""
    value, whole = len(data.split[one]), len(data)
    share = latex_number(value / whole, 3)
    return Aggregate(
        Words("Samples of the {part} part", {"part": one}), value,
        (rf"n = \sum_i \left[ i \in \text{{{one}}} \right]",),
        (f"n = {value}", rf"\frac{{{value}}}{{{whole}}} = {share}"),
        Words("The split puts that share of all samples into it; no sample is in two parts."),
    )  # fmt: skip


def steps(data: Dataset, name: str) -> Aggregate:
    """How many time steps a sequence of the data has; ``name`` is an input or "target"."""
    field = data.field(name)
    value = int(field.values.shape[1])
    series = data.info.get("series")
    title = Words("How many time steps “{name}” has", {"name": name})
    counts = data.mask if name == "target" else None
    lengths = valid_steps(data, name) if name != "target" else None
    if lengths is not None:
        longest = int(np.argmax(lengths))
        own = steps_of(data, name, longest)
        return Aggregate(
            title, value, (r"T = \max_i T_i",), (f"T = {value}",),
            Words("The data has room for the longest sample; shorter ones are padded at their end, which counts for nothing."), (),
            (Term(1, int(own.value), "", rf"T_{{{longest}}}", about=own),),
        )  # fmt: skip
    if isinstance(series, WindowedSeries) and name != "target":
        note = Words("A sample is a window of so many times of the series.")
    elif counts is not None and not counts.all():
        note = Words("All samples have as many; the loss counts those that the mask lets through.")
    else:
        note = Words("All samples have as many.")
    return given(title, value, "T", note)


def features(data: Dataset, name: str) -> Aggregate:
    """How many numbers an array of the data has for each sample, or for each of its steps."""
    field = data.field(name)
    value = field.features
    title = Words("How many numbers “{name}” has", {"name": name})
    if field.sequence:
        title = Words("How many numbers “{name}” has at every step", {"name": name})
    if data.image_shape is not None and name == next(iter(data.inputs)):
        rows, columns = data.image_shape
        taken = int(field.values.shape[1]) if field.sequence else 1
        if rows * columns == taken * value:
            lines = (rf"n = \frac{{{rows} \cdot {columns}}}{{{taken}}} = {value}",) if taken > 1 else (rf"n = {rows} \cdot {columns} = {value}",)  # fmt: skip
            note = Words("A sample is a picture of {rows} rows and {columns} columns, read step by step where there are steps.",
                         {"rows": rows, "columns": columns})  # fmt: skip
            return Aggregate(title, value, (r"n = \frac{\text{rows} \cdot \text{columns}}{T}",), lines, note)
    if field.codes:
        note = Words("It is one number: the code of a symbol or a class.")
    elif field.names:
        note = Words("They are: {names}.", {"names": _listed(field.names)})
    else:
        note = Words("The data gives so many numbers, which have no names.")
    return given(title, value, "n", note)


def classes(data: Dataset, name: str = "target") -> Aggregate:
    """How many classes an answer is one of, or symbols an input is made of, each with how often it occurs in training."""
    field, tallied = data.field(name), many(data, name, None, "train")
    found = np.bincount(tallied.values.astype(int), minlength=len(field.classes))
    value = len(field.classes)

    def make(at: int) -> Term:
        return Term(1, 1, "", f"k_{{{at}}}", about=equal_to(tallied, at, field.classes[at]))

    return Aggregate(
        Words("How many classes “{name}” has", {"name": name}), value, (r"n = \sum_k 1",), (f"n = {value}",),
        Words("Each of them is counted once; those that occur most in training are told first."), (),
        one_each(np.argsort(-found, kind="stable"), make),
    )  # fmt: skip


def outputs(data: Dataset) -> Aggregate:
    """How many units the output needs: the classes, or the numbers of the target."""
    return classes(data) if data.target.codes else features(data, "target")


def answers(data: Dataset, sample: int) -> Aggregate:
    """How many answers are asked of a sample with a target at every step, each with what it is."""
    count = int(data.target.values.shape[1])
    counted = [t for t in range(count) if data.mask is None or data.mask[sample, t]]

    def make(at: int) -> Term:
        return Term(1, 1, "", rf"\left[ t = {counted[at] + 1} \right]", about=_asked(data, sample, counted[at]))

    return Aggregate(
        Words("How many answers sample {sample} asks for", {"sample": sample}), len(counted),
        (r"n = \sum_t \left[ \text{t is asked} \right]",), (f"n = {len(counted)}",),
        Words("There is a target at each of these steps; those that the mask leaves out do not count."), (),
        one_each(np.arange(len(counted)), make),
    )  # fmt: skip


def counted_steps(data: Dataset) -> Aggregate:
    """The share of the steps of the target that the loss counts, over all samples."""
    count, steps = len(data), int(data.target.values.shape[1])
    inside = count * steps if data.mask is None else int(data.mask.sum())
    value = inside / (count * steps)
    return Aggregate(
        Words("The share of the steps at which an answer is due"), value,
        (r"s = \frac{1}{N \, T} \sum_{i,t} m_{i,t}",),
        (rf"s = \frac{{{inside}}}{{{count} \cdot {steps}}} = {latex_number(value)}",),
        Words("m is 1 at a step that the mask of the data lets through and 0 at the others."), (),
        (Term(1 / (count * steps), inside, r"\frac{1}{N \, T}", r"\sum m", about=Aggregate(
            Words("Steps at which an answer is due, of all samples"), inside, (r"\sum_{i,t} m_{i,t}",), (f"{inside}",),
            Words("They are counted over the whole data set."))),),
    )  # fmt: skip


def _asked(data: Dataset, sample: int, step: int) -> Aggregate:
    """That something is asked at a step, and what."""
    found = value(data, "target", (sample, step, 0))
    code = int(found.value) if data.target.codes else -1
    said = data.target.classes[code] if 0 <= code < len(data.target.classes) else number(float(found.value), 4)
    return given(
        Words("The target at t = {step}", {"step": step + 1}), 1, "n", Words("It is {value}.", {"value": said})
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")


def _of_part(one: Part) -> str:
    return rf"n_{{\text{{{one}}}}}"


def _sum(terms: list[Term]) -> str:
    return f"n = {' + '.join(term.symbol for term in terms)}"
