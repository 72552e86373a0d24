"""How a value becomes a place on an axis and back, and which ticks with which text an axis shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from core.decimate import drawable
from core.describe import number

_PLAIN = 1e9
"""Largest magnitude that is drawn as it is; beyond it, and below its inverse, places are scaled by a power of ten."""


class Ticks(NamedTuple):
    """Places on the axis: the labelled ones with their text, and small ones between."""

    major: list[tuple[float, str]]
    minor: list[float]


class Scale(Protocol):
    """A place is a number in the coordinates of the drawing."""

    def place(self, values: np.ndarray) -> np.ndarray:
        """Places of values; NaN where a value cannot be drawn."""

    def value(self, place: float) -> float:
        """The value at a place."""

    def ticks(self, low: float, high: float, room: int) -> Ticks:
        """About ``room`` ticks between two places."""


@dataclass(frozen=True)
class Linear:
    """Equal differences are equally far apart. Places are values / 10^power, which no drawing engine clips."""

    power: int = 0
    whole: bool = False
    """True labels whole numbers only (training steps, time steps)."""

    @classmethod
    def around(cls, largest: float) -> Linear:
        """The scale for values up to ``largest`` in magnitude."""
        if largest == 0.0 or 1 / _PLAIN < largest < _PLAIN or not math.isfinite(largest):
            return cls()
        return cls(max(-300, math.floor(math.log10(largest))))

    def place(self, values: np.ndarray) -> np.ndarray:
        """values / 10^power; infinite where they are that far beyond the values that the scale was made for."""
        with np.errstate(over="ignore"):
            return np.where(drawable(values), values, np.nan) / 10.0**self.power

    def value(self, place: float) -> float:
        """The inverse."""
        return place * 10.0**self.power

    def ticks(self, low: float, high: float, room: int) -> Ticks:
        """Multiples of 1, 2 or 5 times a power of ten."""
        if not high > low:
            return Ticks([], [])
        step = _nice_step((high - low) / max(1, room))
        if self.whole:
            step = max(1.0, step)
        counts = np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
        places = counts * step
        return Ticks(list(zip(places.tolist(), self._texts(places, step), strict=True)), [])

    def _texts(self, places: np.ndarray, step: float) -> list[str]:
        if not len(places):
            return []
        largest = float(np.abs(places).max())
        scaled = largest * 10.0**self.power
        if largest == 0.0 or 1e-4 <= scaled < 1e6:
            unit = step * 10.0**self.power
            decimals = max(0, -math.floor(math.log10(unit) + 1e-9))
            return [_unsigned_zero(f"{p * 10.0**self.power:,.{decimals}f}") for p in places]
        digits = math.floor(math.log10(largest) + 1e-9) - math.floor(math.log10(step) + 1e-9) + 1
        return [number(p * 10.0**self.power, max(1, digits)) for p in places]


@dataclass(frozen=True)
class Log:
    """Equal ratios are equally far apart. Zeros are drawn at ``floor`` (a place, log10), which is labelled 0."""

    floor: float | None = None

    @classmethod
    def around(cls, values: np.ndarray) -> Log:
        """The scale for these values: with a floor, one decade below the least positive one, where there are zeros."""
        if not len(values) or not (values == 0).any():
            return cls()
        positive = values[(values > 0) & drawable(values)]
        return cls(math.floor(math.log10(positive.min())) - 1.0 if len(positive) else -1.0)

    def place(self, values: np.ndarray) -> np.ndarray:
        """log10; NaN for negative values."""
        good = (values > 0) & drawable(values)
        places = np.log10(values, out=np.full(np.shape(values), np.nan), where=good)
        if self.floor is not None:
            places[values == 0] = self.floor
        return places

    def value(self, place: float) -> float:
        """The inverse; 0 at the floor and below."""
        if self.floor is not None and place < self.floor + 0.5:
            return 0.0
        return 10.0 ** min(max(place, -323.0), 308.0)

    def ticks(self, low: float, high: float, room: int) -> Ticks:
        """Whole decades; within less than two of them also 2 and 5, or round numbers."""
        if not high > low:
            return Ticks([], [])
        start = low if self.floor is None else max(low, self.floor + 0.5)
        if start >= high:
            ticks = Ticks([], [])
        elif high - start >= 1.3:
            ticks = _decades(start, high, room)
        else:
            ticks = _within_a_decade(start, high, room)
        if self.floor is not None and low <= self.floor <= high:
            ticks.major.insert(0, (self.floor, "0"))
        return ticks


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a picture, each at its index, labelled with the (ascending) number that the row stands for."""

    numbers: np.ndarray

    def place(self, values: np.ndarray) -> np.ndarray:
        """The middle of the row that is nearest."""
        return np.interp(values, self.numbers, np.arange(len(self.numbers)) + 0.5)

    def value(self, place: float) -> float:
        """The number of the row at a place."""
        if not len(self.numbers):
            return math.nan
        return float(self.numbers[min(len(self.numbers) - 1, max(0, math.floor(place)))])

    def ticks(self, low: float, high: float, room: int) -> Ticks:
        """Round numbers at the rows that hold them."""
        if len(self.numbers) == 0:
            return Ticks([], [])
        ends = self.value(low), self.value(high)
        if ends[0] == ends[1]:
            return Ticks([(float(self.place(np.array(ends[0]))), number(ends[0], 9))], [])
        wanted = Linear(whole=True).ticks(*ends, room)
        places = self.place(np.array([p for p, _ in wanted.major]))
        return Ticks([(float(p), text) for p, (_, text) in zip(places, wanted.major, strict=True)], [])


@dataclass(frozen=True)
class Names:
    """Whole places from 0 with a name each (classes, features)."""

    names: tuple[str, ...]

    def place(self, values: np.ndarray) -> np.ndarray:
        """As they are."""
        return np.asarray(values, float)

    def value(self, place: float) -> float:
        """As it is."""
        return place

    def ticks(self, low: float, high: float, room: int) -> Ticks:
        """Every name, or every second, third ... where there is no room for all."""
        every = max(1, math.ceil(len(self.names) / max(1, room)))
        shown = range(0, len(self.names), every)
        return Ticks([(i + 0.5, self.names[i]) for i in shown if low <= i + 0.5 <= high], [])


@dataclass(frozen=True)
class Symbols:
    """Whole places from 1 with a symbol each: the steps of a text."""

    symbols: tuple[str, ...]
    pixels: float
    """What each needs beside the next one, or below it."""

    def place(self, values: np.ndarray) -> np.ndarray:
        """As they are."""
        return np.asarray(values, float)

    def value(self, place: float) -> float:
        """As it is."""
        return place

    def ticks(self, low: float, high: float, room: int) -> Ticks:
        """Every symbol, or every second, third ... where there is no room for all."""
        first, last = max(1, math.ceil(low)), min(len(self.symbols), math.floor(high))
        every = max(1, math.ceil((last - first + 1) / max(1, room)))
        return Ticks([(float(n), self.symbols[n - 1]) for n in range(first, last + 1, every)], [])


def _decades(low: float, high: float, room: int) -> Ticks:
    raw = (high - low) / max(1, room)
    step = next((s for s in (1, 2, 3, 5, 10, 20, 50, 100, 200) if s >= raw), 500)
    wanted = range(math.ceil(low / step) * step, math.floor(high) + 1, step)
    minor: list[float] = []
    if high - low <= 6:
        sub = np.log10(np.arange(2, 10))
        minor = [float(d + s) for d in range(math.floor(low), math.ceil(high)) for s in sub if low <= d + s <= high]
    elif step > 1:
        minor = [float(d) for d in range(math.ceil(low), math.floor(high) + 1) if d % step]
    return Ticks([(float(d), power_text(d)) for d in wanted], minor)


def _within_a_decade(low: float, high: float, room: int) -> Ticks:
    if low < -300 or high > 300:
        return Ticks([(low, power_text(round(low)))], [])
    least, most = 10.0**low, 10.0**high
    if high - low > 0.6:
        tens = range(math.floor(low), math.ceil(high) + 1)
        values = [
            m * 10.0**d for d in tens for m in (1, 2, 5) if least <= m * 10.0**d * (1 + 1e-9) and m * 10.0**d <= most
        ]
    else:
        step = _nice_step((most - least) / max(1, room))
        values = (np.arange(math.ceil(least / step), math.floor(most / step) + 1) * step).tolist()
    return Ticks([(math.log10(v), number(v, 4)) for v in values if v > 0], [])


def power_text(power: int) -> str:
    """10^power as plain text."""
    return number(10.0**power) if -4 < power < 5 else f"1e{power}"


def _nice_step(least: float) -> float:
    base = 10.0 ** math.floor(math.log10(least))
    return next(m * base for m in (1, 2, 5, 10) if m * base >= least * (1 - 1e-9))


def _unsigned_zero(text: str) -> str:
    return text[1:] if text.startswith("-") and not text.strip("-0.,") else text
