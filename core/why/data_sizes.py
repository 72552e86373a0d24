"""Why a data set has so many samples, parts, steps, features and classes: counts, down to what is counted."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset, Part, WindowedSeries
from core.data.looking import series_of
from core.describe import Words
from core.formula import latex_number
from core.why.numbers import Aggregate, Term, added, told
from core.why.tallied import equal_to, length, many


def whole_size(data: Dataset) -> Aggregate:
    """How many samples there are: of windows how many fit, else part by part."""
    series = series_of(data)
    return _windows(series) if series is not None and len(series.starts) == len(data) else _dealt(data)


def part_size(data: Dataset, part: Part) -> Aggregate:
    """How many samples a part has: all but those of the others, and those in none."""
    whole, others = whole_size(data), [one for one in data.parts if one != part]
    none = in_none(data)
    counted = [(f"n_{{\\text{{{one}}}}}", len(data.split[one])) for one in others]
    counted += [(r"n_{\text{none}}", int(none.value))] if none.value else []
    number = len(data.split[part])
    terms = (
        Term(1.0, whole.value, "", "N", about=whole),
        *(Term(-1.0, float(count), "-1", sign) for sign, count in counted),
    )
    symbols = " - ".join(["N", *(sign for sign, _ in counted)])
    numbers = " - ".join([str(int(whole.value)), *(str(count) for _, count in counted)])
    return Aggregate(
        Words("How many samples the {part} part has", {"part": part}), float(number), (rf"n_{{\text{{{part}}}}} = {symbols}",),
        (f"{numbers} = {number}",),
        Words("The settings of the data say which share of the samples validation and test get; training gets the rest."),
        terms=terms,
    )  # fmt: skip


def in_none(data: Dataset) -> Aggregate:
    """How many samples belong to no part, as what they ask about lies across a border."""
    dealt = sum(len(samples) for samples in data.split.values())
    left = np.setdiff1d(np.arange(len(data)), np.concatenate(list(data.split.values())))
    names = ", ".join(str(one) for one in left[:8].tolist()) + (" …" if len(left) > 8 else "")
    note = Words("What they ask about lies across the border of two parts: samples {names}.", {"names": names})
    if not len(left):
        note = Words("Every sample belongs to a part.")
    return Aggregate(
        Words("How many samples belong to no part"), float(len(left)), (r"n = N - \sum_p n_p",),
        (f"n = {len(data)} - {dealt} = {len(left)}",), note,
    )  # fmt: skip


def _dealt(data: Dataset) -> Aggregate:
    terms = [Term(1.0, float(len(data.split[part])), "", rf"n_{{\text{{{part}}}}}") for part in data.parts]
    left = in_none(data)
    if left.value:
        terms.append(Term(1.0, left.value, "", r"n_{\text{none}}", about=left))
    return Aggregate(
        Words("How many samples there are"), float(len(data)), ("N = " + " + ".join(term.symbol for term in terms),),
        (f"N = {added(terms)} = {len(data)}",), Words("Every sample is counted once, in the part that it belongs to."), (), tuple(terms),
    )  # fmt: skip


def _windows(series: WindowedSeries) -> Aggregate:
    """How many windows there are, stretch by stretch."""
    ends = np.append(series.begins[1:], len(series.values))
    of = np.searchsorted(series.begins, series.starts, side="right") - 1
    gaps = np.diff(series.starts)[np.diff(of) == 0]
    stride = int(gaps.min()) if len(gaps) else 1
    counts = np.bincount(of, minlength=len(ends))
    stretches = [
        _stretch(n, int(end - begin), int(counts[n]), stride, series)
        for n, (begin, end) in enumerate(zip(series.begins, ends, strict=True))
    ]
    terms = told(
        np.argsort(-counts, kind="stable"), counts, 1.0, "",
        lambda n: Term(1.0, stretches[n].value, "", f"n_{{{n + 1}}}", about=stretches[n]), "n_k",
    )  # fmt: skip
    total = int(counts.sum())
    if len(stretches) == 1:
        return stretches[0]
    return Aggregate(
        Words("How many windows there are"), float(total), (r"N = \sum_k n_k",), (f"N = {added(terms)} = {total}",),
        Words("No window reaches from one of the {count} series into the next.", {"count": len(stretches)}), (), terms,
    )  # fmt: skip


def _stretch(n: int, times: int, count: int, stride: int, series: WindowedSeries) -> Aggregate:
    span = series.window + series.horizon
    fitting = max(0, (times - span) // stride + 1)
    lines = [rf"\lfloor \frac{{{times} - {series.window} - {series.horizon}}}{{{stride}}} \rfloor + 1 = {fitting}"]
    note = Words(
        "A window shows w = {window} steps and asks about the h = {horizon} behind them; the next one begins {stride} further "
        "on, until the T = {times} times of the series are over.",
        {"window": series.window, "horizon": series.horizon, "stride": stride, "times": times},
    )  # fmt: skip
    if count != fitting:
        lines.append(f"n = {fitting} - {fitting - count} = {count}")
        note = Words(
            "A window shows w = {window} steps and asks about the h = {horizon} behind them; the next one begins {stride} "
            "further on. Those that would meet a missing value are left out.",
            {"window": series.window, "horizon": series.horizon, "stride": stride},
        )  # fmt: skip
    return Aggregate(
        Words("How many windows series {n} gives", {"n": n + 1}), float(count),
        (r"n = \lfloor \frac{T - w - h}{s} \rfloor + 1",), tuple(lines), note,
    )  # fmt: skip


def steps(data: Dataset, name: str) -> Aggregate:
    """How many steps a sample has room for."""
    found = int(data.field(name).steps or 0)
    series = series_of(data)
    title = Words("How many steps a sample has")
    if data.lengths is not None and name == next(iter(data.inputs)):
        longest = length(data, name, int(np.argmax(data.lengths)))
        return Aggregate(
            title, float(found), (r"T \geq \max_i n_i",), (rf"T = {found}, \quad \max_i n_i = {int(longest.value)}",),
            Words("There is room for the longest sample, which is below; shorter ones are padded."),
            terms=(Term(1.0, longest.value, "", r"\max_i n_i", about=longest),),
        )  # fmt: skip
    note = Words("Every sample has as many.")
    if series is not None and series.window == found:
        note = Words("It is the window that the settings of the data ask for.")
    return Aggregate(title, float(found), ("T",), (f"T = {found}",), note)


def features(data: Dataset, name: str) -> Aggregate:
    """How many numbers there are in a sample, or at each of its steps."""
    field = data.field(name)
    count = field.features
    names = ", ".join(field.names[:12]) + (" …" if len(field.names) > 12 else "")
    note = Words("They are: {names}.", {"names": names}) if field.names else Words("They have no names of their own.")
    if data.image_shape is not None and count == data.image_shape[1]:
        note = Words("A row of the picture has as many pixels.")
    title = Words("How many numbers are asked for") if name == "target" else Words("How many features there are")
    return Aggregate(title, float(count), ("n",), (f"n = {count}",), note)


def classes(data: Dataset, name: str) -> Aggregate:
    """How many classes or symbols there are names for, the commonest first."""
    field = data.field(name)
    found = many(data, name, None, "train")
    counts = np.bincount(found.values.astype(int), minlength=len(field.classes))
    terms = told(
        np.argsort(-counts, kind="stable"), np.ones(len(counts)), 1.0, "",
        lambda code: Term(1.0, 1.0, "", f"k_{{{code}}}", about=equal_to(found, code, field.classes[code])), "1",
    )  # fmt: skip
    return Aggregate(
        Words("How many classes there are"), float(len(field.classes)), (r"n = \sum_k 1",), (f"n = {latex_number(len(field.classes), 9)}",),
        Words("The training part has most of those that are told first; each leads to its samples."), (), terms,
    )  # fmt: skip
