"""How many windows are cut out of a series, where each begins and ends, and which samples belong to no part."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset, WindowedSeries
from core.describe import Words
from core.formula import latex_number
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
        np.argsort(-counts, kind="stable"), counts, 1, "",
        lambda n: Term(1, stretches[n].value, "", f"n_{{{n + 1}}}", about=stretches[n]), "n_k",
    )  # fmt: skip
    total = int(counts.sum())
    if len(stretches) == 1:
        return stretches[0]
    return Aggregate(
        Words("How many windows there are"), total, (r"N = \sum_k n_k",), (f"N = {added(terms)} = {total}",),
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
        Words("How many windows series {n} gives", {"n": n + 1}), count,
        (r"n = \lfloor \frac{T - w - h}{s} \rfloor + 1",), tuple(lines), note,
    )  # fmt: skip


def in_none(data: Dataset) -> Aggregate:
    """How many samples belong to no part, as what they ask about lies across a border."""
    dealt = data.shared_out()
    left = np.setdiff1d(np.arange(len(data)), dealt)
    names = ", ".join(str(one) for one in left[:8].tolist()) + (" …" if len(left) > 8 else "")
    note = Words("What they ask about lies across the border of two parts: samples {names}.", {"names": names})
    if not len(left):
        note = Words("Every sample belongs to a part.")
    return Aggregate(
        Words("How many samples belong to no part"), len(left), (r"n = N - \sum_p n_p",),
        (f"n = {len(data)} - {len(dealt)} = {len(left)}",), note,
    )  # fmt: skip


def span(series: WindowedSeries, sample: int) -> dict[str, Aggregate]:
    """Where a window lies, as places in time from 0 on: its "first" and "last" shown one, and the first and last one that it
    "asks" about "until"."""
    start, shown = int(series.starts[sample]), series.window
    last = start + shown - 1
    ahead = series.horizon
    asks, until = (last + 1, last + ahead) if ahead else (last, last)
    first = place(
        series, start, Words("The first time that window {n} shows", {"n": sample + 1}), "t_0", f"t_0 = {start}"
    )
    lines = {
        "last": (last, Words("The last time that window {n} shows", {"n": sample + 1}), "t_0 + w - 1", f"{start} + {shown} - 1"),
        "asks": (asks, Words("The first time that window {n} asks about", {"n": sample + 1}), "t_0 + w", f"{start} + {shown}"),
        "until": (until, Words("The last time that window {n} asks about", {"n": sample + 1}), "t_0 + w + h - 1",
                  f"{start} + {shown} + {ahead} - 1"),
    }  # fmt: skip
    if not ahead:
        lines["asks"] = lines["until"] = (last, lines["until"][1], "t_0 + w - 1", f"{start} + {shown} - 1")
    made = {
        key: place(series, at, title, f"t = {symbols}", f"t = {numbers} = {at}", first)
        for key, (at, title, symbols, numbers) in lines.items()
    }
    return {"first": first, **made}


def place(
    series: WindowedSeries, at: int, title: Words, symbols: str, numbers: str, begins: Aggregate | None = None
) -> Aggregate:
    """A time of a series as its place, from 0 on."""
    note = Words(
        "The series has {count} times; this one is called “{time}”.",
        {"count": len(series.values), "time": series.times[at]},
    )
    rest = at if begins is None else at - begins.value
    terms = () if begins is None else (Term(1, begins.value, "", "t_0", about=begins), Term(1, rest, "", r"\Delta t"))
    return Aggregate(title, at, (symbols,), (numbers,), note, (), terms)


def numbered(series: WindowedSeries, sample: int) -> Aggregate:
    """The number of a window, from 1 on: how many begin before it, and itself."""
    start = int(series.starts[sample])
    return Aggregate(
        Words("The number of the window that begins at {time}", {"time": series.times[start]}), sample + 1,
        (r"n = \sum_k \left[ t_k \leq t_0 \right]",), (f"n = {sample} + 1 = {sample + 1}",),
        Words("Windows are numbered in the order in which they begin; {count} begin before this one.", {"count": sample}),
    )  # fmt: skip


def at_time(series: WindowedSeries, at: int, feature: int, name: str) -> Aggregate:
    """What a series has at a time, in its own unit."""
    value = float(series.values[at, feature])
    showing = np.flatnonzero((series.starts <= at) & (at < series.starts + series.window))
    asking = np.flatnonzero(
        (series.starts + series.window <= at) & (at < series.starts + series.window + series.horizon)
    )
    return Aggregate(
        Words("“{name}” at {time}", {"name": name, "time": series.times[at]}), value, ("x = x_t",),
        (f"x_{{{at}}} = {latex_number(value)}",),
        Words("So it stands in the series, in the unit of the data. {showing} windows show it, {asking} ask about it.",
              {"showing": len(showing), "asking": len(asking)}),
    )  # fmt: skip


def goes_on(series: WindowedSeries, origin: int, ahead: int, name: str) -> Aggregate:
    """What one would say who keeps the last value, ``ahead`` steps (from 0) after the first one foretold, ``origin``."""
    seen = at_time(series, origin - 1, series.target, name)
    return Aggregate(
        Words("The last value goes on"), seen.value, (r"\hat{y}_t = x_{t_0 - 1}",),
        (rf"\hat{{y}}_{{{origin + ahead}}} = x_{{{origin - 1}}} = {latex_number(seen.value)}",),
        Words("It is what the series had at {time}, the last step that was seen.", {"time": series.times[origin - 1]}), (),
        (Term(1.0, seen.value, "", f"x_{{{origin - 1}}}", about=seen),),
    )  # fmt: skip


def as_before(series: WindowedSeries, origin: int, ahead: int, period: int, name: str) -> Aggregate:
    """What one would say who repeats the last season of ``period`` steps."""
    at = origin - period + ahead % period
    seen = at_time(series, at, series.target, name)
    written = rf"x_{{{origin} - {period} + {ahead} \bmod {period}}} = x_{{{at}}} = {latex_number(seen.value)}"
    return Aggregate(
        Words("As {n} steps before", {"n": period}), seen.value, (r"\hat{y}_{t_0 + k} = x_{t_0 - P + k \bmod P}",),
        (rf"\hat{{y}}_{{{origin + ahead}}} = {written}",),
        Words("The last whole season of P = {period} steps that was seen goes on and on; this is what the series had at {time}.",
              {"period": period, "time": series.times[at]}), (),
        (Term(1.0, seen.value, "", f"x_{{{at}}}", about=seen),),
    )  # fmt: skip
