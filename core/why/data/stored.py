"""Why a number of a sample of the data set is what it is: the number that is kept, and how it comes back into its unit."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset, Field
from core.data.looking import part_of
from core.data.padding import valid, valid_steps
from core.describe import Words
from core.formula import factor, latex_number, summed
from core.why.numbers import Aggregate, Number, Term

Place = tuple[int, int | None, int]
"""Sample, step (None where there are none) and feature; from 0."""


def in_own_unit(field: Field, kept: float, feature: int) -> tuple[float, float, float]:
    """(x, m, s) of a number that is kept normalised: x = z s + m; where that is below the precision of z it is an exact 0."""
    scale = field.normalisation
    if scale is None:
        return kept, 0.0, 1.0
    own = feature if len(scale.scale) > 1 else 0  # one scale for all: of a target that is one quantity at several times
    mean, spread = float(scale.mean[own]), float(scale.scale[own])
    value = kept * spread + mean
    return (0.0 if abs(value) < 1e-6 * (abs(mean) + abs(spread)) else value), mean, spread


def value(data: Dataset, name: str, place: Place, lead: Number | None = None) -> Aggregate:
    """A number of an input, or of the target where ``name`` is "target", in its own unit. ``lead`` is what reads it."""
    sample, step, feature = place
    field = data.field(name)
    kept = float(field.values[sample, feature] if step is None else field.values[sample, step, feature])
    part = part_of(data, sample)
    known = {
        "title": _title(data, name, place), "sample": None if part is None else (sample, part),
        "leads": () if lead is None or part is None else (lead,),
    }  # fmt: skip
    if field.codes:
        names, code = field.classes, int(kept)
        called = names[code] if 0 <= code < len(names) else str(code)
        note = Words(
            "It is number {code} of {count} names, counted from 0: “{name}”.", {"code": code, "count": len(names), "name": called}
        )  # fmt: skip
        return Aggregate(value=kept, symbols=("x = k",), numbers=(f"x = {code}",), note=note, **known)  # type: ignore[arg-type]
    if field.normalisation is None:
        note = Words("It stands in the data set as it is, and the network reads it so.")
        if name == "target":
            note = Words("It stands in the data set as it is; the answers of the network are compared with it.")
        return Aggregate(value=kept, symbols=("x = z",), numbers=(f"x = {latex_number(kept)}",), note=note, **known)  # type: ignore[arg-type]
    own, mean, spread = in_own_unit(field, kept, feature)
    written = summed((rf"{latex_number(kept)} \cdot {factor(spread)}", latex_number(mean)))
    return Aggregate(
        value=own,
        symbols=(r"x = z \cdot s + m",),
        numbers=(f"x = {written} = {latex_number(own)}",),
        note=Words(
            "The data set keeps z, which is normalised. The standard deviation s and the mean m, taken over the training "
            "part alone, lead back to the unit of the data."
        ),
        terms=(Term(spread, kept, "s", "z"), Term(mean, 1.0, "m", "")),
        **known,  # type: ignore[arg-type]
    )


def kept(data: Dataset, name: str, place: Place) -> Aggregate:
    """The same number as it is kept and as the network reads it or is to say it: normalised, where the data is."""
    about = value(data, name, place)
    field, (sample, step, feature) = data.field(name), place
    number = float(field.values[sample, feature] if step is None else field.values[sample, step, feature])
    if field.normalisation is None:
        return about
    _, mean, spread = in_own_unit(field, number, feature)
    shift = summed((latex_number(about.value), latex_number(-mean)))
    return Aggregate(
        about.title, number, (r"z = \frac{x - m}{s}",), (rf"z = \frac{{{shift}}}{{{latex_number(spread)}}} = {latex_number(number)}",),
        Words("x is the number in the unit of the data; less the mean m and over the standard deviation s of the training part."),
        terms=(Term(1 / spread, about.value, r"\frac{1}{s}", "x", about=about), Term(-1 / spread, mean, r"-\frac{1}{s}", "m")),
        sample=about.sample,
    )  # fmt: skip


def extreme(data: Dataset, name: str, sample: int, feature: int, largest: bool) -> Aggregate:
    """The smallest or the largest number of a feature of one sequence."""
    field = data.field(name)
    kept = np.asarray(field.values[sample, :, feature], float)
    step = int(kept.argmax() if largest else kept.argmin())
    about = value(data, name, (sample, step, feature))
    sign = r"\max" if largest else r"\min"
    title = Words("The largest number of {what} in sample {sample}", {"what": called(field, feature), "sample": sample})
    if not largest:
        title = Words(
            "The smallest number of {what} in sample {sample}", {"what": called(field, feature), "sample": sample}
        )
    return Aggregate(
        title, about.value, (rf"x = {sign}_t x_t",), (rf"x = x_{{{step + 1}}} = {latex_number(about.value)}",),
        Words("It is looked for over all {count} steps; below is where it is.", {"count": len(kept)}),
        terms=(Term(1.0, about.value, "", f"x_{{{step + 1}}}", about=about),),
    )  # fmt: skip


def steps_of(data: Dataset, name: str, sample: int) -> Aggregate:
    """How many steps of a sequence of one sample are no padding."""
    inside = valid(data, name, np.array([sample]))
    beside = valid_steps(data, name) if inside is None and name != "target" else None
    steps = int(data.field(name).steps or 0)
    count = int(inside.sum()) if inside is not None else steps if beside is None else int(beside[sample])
    part = part_of(data, sample)
    return Aggregate(
        Words("The length of sample {sample}", {"sample": sample}), count, (r"n = T - \text{padding}",),
        (f"n = {steps} - {steps - count} = {count}",),
        Words("Every sample has room for {steps} steps; those that are padding, or that are not asked about, do not count.",
              {"steps": steps}),
        sample=None if part is None else (sample, part),
    )  # fmt: skip


def called(field: Field, feature: int | None) -> str:
    """What a feature is called, in English where it has no name."""
    if feature is None:
        return "all features"
    return field.names[feature] if feature < len(field.names) else f"feature {feature + 1}"


def _title(data: Dataset, name: str, place: Place) -> Words:
    sample, step, feature = place
    field = data.field(name)
    values: dict[str, object] = {"what": called(field, feature), "sample": sample, "step": (step or 0) + 1}
    single = name == "target" and (field.codes or (field.features == 1 and not field.names))
    if single:
        text = "The target of sample {sample}" if step is None else "The target of sample {sample} at t = {step}"
    elif name == "target":
        text = "The target “{what}” of sample {sample}"
        text = text if step is None else "The target “{what}” of sample {sample} at t = {step}"
    elif field.codes:
        text = "The symbol of sample {sample}" if step is None else "The symbol of sample {sample} at t = {step}"
    else:
        text = "“{what}” of sample {sample}" if step is None else "“{what}” of sample {sample} at t = {step}"
    return Words(text, values)
