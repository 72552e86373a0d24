"""How many windows are cut out of a series, and which samples belong to no part."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset, WindowedSeries
from core.describe import Words
from core.why.numbers import Aggregate, Term, added, told


def windows(series: WindowedSeries) -> Aggregate:
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
