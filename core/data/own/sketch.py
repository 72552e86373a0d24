"""Curves drawn by hand as a table: one series, several channels of one, or a sample each with a class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from core.data.importers.dialect import Kind
from core.data.importers.table import Table
from core.data.own.table import columns_text
from core.errors import DataError, NothingYet

ACROSS = 400
"""Places from left to right at which a curve has a height."""
MAX_CURVES = 200
MAX_STEPS = 5000
MAX_SMOOTHING = 60
Use = Literal["series", "channels", "classes"]
USES: tuple[Use, ...] = ("series", "channels", "classes")
_CURVE, _CLASS, _TIME, _VALUE = "curve", "class", "t", "value"


@dataclass(frozen=True, eq=False)
class Curve:
    """One curve."""

    heights: np.ndarray
    """(ACROSS,) from 0 at the bottom to 1 at the top; NaN where nothing is drawn. Read-only."""
    label: str = ""
    """Its class, where curves are told apart."""

    def drawn(self, start: tuple[float, float], end: tuple[float, float]) -> Curve:
        """With a stroke between two points (x, y), each from 0 to 1; what was there is drawn over."""
        (x0, y0), (x1, y1) = sorted([start, end])
        first, last = (round(float(np.clip(x, 0, 1)) * (ACROSS - 1)) for x in (x0, x1))
        heights = self.heights.copy()
        # Straight up or down, the newest point counts.
        line = np.linspace(y0, y1, last - first + 1) if last > first else np.array([end[1]])
        heights[first : last + 1] = np.clip(line, 0, 1)
        return Curve(_fixed(heights), self.label)

    @property
    def empty(self) -> bool:
        """Whether nothing is drawn."""
        return bool(np.isnan(self.heights).all())

    def span(self) -> tuple[int, int]:
        """First and last place that is drawn."""
        places = np.flatnonzero(~np.isnan(self.heights))
        return int(places[0]), int(places[-1])


def _fixed(heights: np.ndarray) -> np.ndarray:
    heights.flags.writeable = False
    return heights


def blank(label: str = "") -> Curve:
    """A curve of which nothing is drawn."""
    return Curve(_fixed(np.full(ACROSS, np.nan)), label)


def smoothed(heights: np.ndarray, width: float) -> np.ndarray:
    """Averaged with a Gaussian of ``width`` places; gaps inside are bridged by a straight line, the ends stay ends."""
    places = np.flatnonzero(~np.isnan(heights))
    if not len(places):
        return heights
    first, last = places[0], places[-1]
    inside = np.interp(np.arange(first, last + 1), places, heights[places])
    reach = min(int(np.ceil(3 * width)), len(inside) - 1)
    if reach > 0:
        weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
        # Turned about its ends, a curve goes on as it came: a straight line stays one.
        longer = np.pad(inside, reach, "reflect", reflect_type="odd")
        inside = np.clip(np.convolve(longer, weights / weights.sum(), "valid"), 0, 1)
    found = np.full(len(heights), np.nan)
    found[first : last + 1] = inside
    return found


@dataclass(frozen=True, eq=False)
class Sketch:
    """All that a sketched table comes from."""

    curves: tuple[Curve, ...] = ()
    use: Use = "series"
    steps: int = 200
    """Time steps of each curve."""
    low: float = -1.0
    high: float = 1.0
    """Values at the bottom and at the top."""
    smoothing: float = 4.0
    """Width of the Gaussian in places."""

    def shown(self) -> list[tuple[int, Curve]]:
        """The curves on which something is drawn, with their numbers."""
        return [(n, curve) for n, curve in enumerate(self.curves) if not curve.empty]

    def values(self, curve: Curve, span: tuple[int, int] | None = None) -> np.ndarray:
        """(steps,) values of a curve over what is drawn of it, or over ``span``."""
        first, last = span or curve.span()
        at = np.linspace(first, last, self.steps)
        heights = smoothed(curve.heights, self.smoothing)
        there = np.flatnonzero(~np.isnan(heights))
        found: np.ndarray = self.low + (self.high - self.low) * np.interp(at, there, heights[there])
        return found

    def table(self) -> Table:
        """Raises NothingYet where nothing is drawn, DataError where the curves do not do for what they are to be."""
        curves = self.shown()
        if not curves:
            raise NothingYet("Draw a curve from left to right: it becomes a series.")
        if not 2 <= self.steps <= MAX_STEPS or not np.isfinite([self.low, self.high]).all() or self.low >= self.high:
            raise DataError("The value at the top must be above the one at the bottom.")
        if self.use == "channels":
            return self._channels(curves)
        return self._rows(curves)

    def _channels(self, curves: Sequence[tuple[int, Curve]]) -> Table:
        spans = [curve.span() for _, curve in curves]
        first, last = max(a for a, _ in spans), min(b for _, b in spans)
        if last - first < 2:
            raise DataError(
                "The curves are nowhere drawn above one another: channels need a stretch of time in common."
            )
        columns = [self.values(curve, (first, last)) for _, curve in curves]
        names = (_TIME, *(f"{_CURVE} {n + 1}" for n, _ in curves))
        number: Kind = "number"
        return Table(names, (number,) * len(names), (np.arange(self.steps, dtype=float), *columns), {})

    def _rows(self, curves: Sequence[tuple[int, Curve]]) -> Table:
        times = np.tile(np.arange(self.steps, dtype=float), len(curves))
        values = np.concatenate([self.values(curve) for _, curve in curves])
        if self.use == "series" and len(curves) == 1:
            return Table((_TIME, _VALUE), ("number", "number"), (times, values), {})
        number = np.repeat(np.arange(len(curves), dtype=np.int32), self.steps)
        names = tuple(f"{n + 1:03}" for n, _ in curves)
        if self.use == "series":
            kinds = ("text", "number", "number")
            return Table((_CURVE, _TIME, _VALUE), kinds, (number, times, values), {_CURVE: names})  # type: ignore[arg-type]
        labels = [curve.label.strip() for _, curve in curves]
        if not all(labels):
            raise NothingYet("Curve {n} has no class: write one for it.", n=curves[labels.index("")][0] + 1)
        known = tuple(sorted(set(labels)))
        if len(known) < 2 or len(labels) < 4:
            raise NothingYet("Draw at least four curves of at least two classes.")
        told = np.repeat(np.array([known.index(label) for label in labels], np.int32), self.steps)
        four = ("text", "text", "number", "number")
        columns = (number, told, times, values)
        return Table((_CURVE, _CLASS, _TIME, _VALUE), four, columns, {_CURVE: names, _CLASS: known})  # type: ignore[arg-type]

    def recipe(self) -> dict[str, str]:
        """The settings of the entry "own_table" that say what the columns are for."""
        curves = self.shown()
        time = {"time": _TIME, "group": ""}
        if self.use == "channels":
            names = [f"{_CURVE} {n + 1}" for n, _ in curves]
            return {**time, "features": columns_text(names), "target": columns_text(names), "reading": "windows"}
        if self.use == "series":
            group = _CURVE if len(curves) > 1 else ""
            both = columns_text([_VALUE])
            return {"time": _TIME, "group": group, "features": both, "target": both, "reading": "windows"}
        return {
            "time": _TIME,
            "group": _CURVE,
            "features": columns_text([_VALUE]),
            "target": columns_text([_CLASS]),
            "reading": "groups",
            "asked": "last",
        }

    def facts(self) -> dict[str, Any]:
        """As plain values, to be kept beside the table and changed later."""
        curves = [
            {"label": one.label, "heights": [None if np.isnan(h) else round(float(h), 4) for h in one.heights]}
            for one in self.curves
        ]
        plain = {"use": self.use, "steps": self.steps, "low": self.low, "high": self.high, "smoothing": self.smoothing}
        return {"by": "sketch", "curves": curves, **plain}

    def with_curve(self, number: int, curve: Curve) -> Sketch:
        """With another curve in the place of one."""
        return replace(self, curves=(*self.curves[:number], curve, *self.curves[number + 1 :]))


def from_facts(facts: Mapping[str, Any]) -> Sketch:
    """The sketch that ``facts`` tell of; they may come out of a stranger's file, so raises DataError."""
    try:
        curves = []
        for one in list(facts["curves"])[:MAX_CURVES]:
            heights = np.array([np.nan if h is None else float(h) for h in one["heights"]])
            if heights.shape != (ACROSS,) or np.isinf(heights).any():
                raise ValueError("a curve has another length")
            curves.append(Curve(_fixed(np.clip(heights, 0, 1)), str(one["label"])[:80]))
        use: Use = facts["use"]
        low, high, width = (float(facts[key]) for key in ("low", "high", "smoothing"))
        steps = int(facts["steps"])
        if use not in USES or not 2 <= steps <= MAX_STEPS or not 0 <= width <= MAX_SMOOTHING or not low < high < np.inf:
            raise ValueError("a setting is odd")
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise DataError("What the data was made from is damaged: it can be used, but not changed.") from error
    return Sketch(tuple(curves), use, steps, low, high, width)
