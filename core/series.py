"""A column of a run while it grows: its average and its peaks, each found once per value."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.decimate import drawable, extremes

_BLOCK = 128
_CHUNK = 64 * _BLOCK
_FEW = 8192
"""Points that are looked at one by one; of more, the peaks of each block."""


class Smoothed:
    """Exponential moving average that grows with its series, so that each value is looked at once.

    s_n = sum of weight^(n-i) y_i / sum of weight^(n-i): the start is not pulled towards 0 (Kingma and Ba 2015, section
    3, bias correction). A value that is not drawable gives NaN and is left out of the average.
    """

    def __init__(self, weight: float) -> None:
        if not 0.0 <= weight < 1.0:
            raise ValueError("the weight of the past is from 0 to below 1")
        self.weight = weight
        self._values = np.empty(256)
        self._n = 0
        self._sum = 0.0
        self._mass = 0.0
        powers = np.power(weight, np.arange(_BLOCK + 1.0))
        self._decay = powers[1:]
        lag = np.subtract.outer(np.arange(_BLOCK), np.arange(_BLOCK))
        self._matrix = np.where(lag >= 0, powers[np.maximum(lag, 0)], 0.0)
        self._inner_mass = self._matrix.sum(axis=1)

    def __len__(self) -> int:
        return self._n

    @property
    def values(self) -> np.ndarray:
        """(n,), a view that is valid until the next ``extend``."""
        return self._values[: self._n]

    def extend(self, values: Iterable[float]) -> None:
        """Take in the values that follow those already seen."""
        new = np.asarray(values, dtype=np.float64)
        while self._n + len(new) > len(self._values):
            self._values = np.concatenate([self._values, np.empty_like(self._values)])
        fine = drawable(new)
        whole = len(new) // _BLOCK * _BLOCK
        for start in range(0, whole, _CHUNK):
            self._extend_blocks(new[start : min(whole, start + _CHUNK)], fine[start : min(whole, start + _CHUNK)])
        self._extend_singly(new[whole:], fine[whole:])

    def _extend_blocks(self, new: np.ndarray, fine: np.ndarray) -> None:
        """Whole blocks at once: within a block one matrix product, from block to block what is carried on."""
        inner = np.where(fine, new, 0.0).reshape(-1, _BLOCK) @ self._matrix.T
        for block, values, good in zip(inner, new.reshape(-1, _BLOCK), fine.reshape(-1, _BLOCK), strict=True):
            if not good.all():
                self._extend_singly(values, good)
                continue
            sums = block + self._decay * self._sum
            masses = self._inner_mass + self._decay * self._mass
            self._values[self._n : self._n + _BLOCK] = sums / masses
            self._sum, self._mass, self._n = float(sums[-1]), float(masses[-1]), self._n + _BLOCK

    def _extend_singly(self, new: np.ndarray, fine: np.ndarray) -> None:
        for value, good in zip(new.tolist(), fine.tolist(), strict=True):
            if good:
                self._sum = self.weight * self._sum + value
                self._mass = self.weight * self._mass + 1.0
            self._values[self._n] = self._sum / self._mass if good else np.nan
            self._n += 1


class Series:
    """A column that grows row by row, its average and its peaks; each value is looked at once.

    Drawing a long one then costs no more than drawing a short one.
    """

    def __init__(self, weight: float) -> None:
        self._key: object = None
        self._peaks = np.zeros(0, np.intp)
        self._seen = 0
        self._smoothed = Smoothed(weight)
        self.x = self.y = np.zeros(0)

    @property
    def average(self) -> np.ndarray:
        """The smoothed column."""
        return self._smoothed.values

    def update(self, x: np.ndarray, y: np.ndarray, weight: float, key: object) -> None:
        """Take in the column as it is now; another ``key`` (run, thinning) or ``weight`` means another column."""
        if (key, weight) != self._key or len(y) < len(self._smoothed):
            self._key = (key, weight)
            self._peaks, self._seen, self._smoothed = np.zeros(0, np.intp), 0, Smoothed(weight)
        self.x, self.y = x, y
        self._smoothed.extend(y[len(self._smoothed) :])
        whole = len(y) // _BLOCK * _BLOCK
        if whole > self._seen:
            found = self._seen + extremes(y[self._seen : whole], _BLOCK)
            lost = self._seen + np.flatnonzero(~drawable(y[self._seen : whole]))
            # One of many lost values per block is enough to be marked, and to part the line there.
            lost = lost[np.unique(lost // _BLOCK, return_index=True)[1]] if len(lost) else lost
            self._peaks = np.concatenate([self._peaks, np.sort(np.concatenate([found, lost]))])
            self._seen = whole

    def between(self, low: float, high: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(x, y, average) from the last point before ``low`` to the first one after ``high``; peaks where that is much."""
        start = max(0, int(np.searchsorted(self.x, low)) - 1)
        end = min(len(self.x), int(np.searchsorted(self.x, high, side="right")) + 1)
        if end - start <= _FEW:
            part = slice(start, end)
            return self.x[part], self.y[part], self.average[part]
        inside = self._peaks[(self._peaks >= start) & (self._peaks < end)]
        rest = np.arange(max(start, self._seen), end)
        pick = np.concatenate([[start], inside, rest])
        pick = pick[np.concatenate([[True], np.diff(pick) > 0])]
        return self.x[pick], self.y[pick], self.average[pick]

    def sample(self) -> np.ndarray:
        """Some thousand values, evenly picked: their percentiles are near enough to those of all."""
        return self.y[:: max(1, len(self.y) // 5000)]
