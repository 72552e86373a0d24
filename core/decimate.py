"""Makes long series and large matrices fit the pixels of a screen without hiding a peak, a gap or a NaN."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

HUGE = 1e300
"""Beyond this a value is drawn as if it were infinite: half of the float range is left for scaling and differences."""


def drawable(values: np.ndarray) -> np.ndarray:
    """True where a value can be drawn at its place: neither NaN, nor infinite, nor beyond ``HUGE``."""
    if values.dtype.kind == "f" and values.dtype.itemsize < 8:
        return np.asarray(np.isfinite(values))
    return np.asarray(np.abs(values) <= HUGE)


def minmax(x: np.ndarray, y: np.ndarray, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """At most ``2 * columns`` of the points (x, y), in their order: the lowest and the highest of each group.

    ``x`` (n,) ascends. Every point that is returned is one of the given points; the lowest and the highest value, the
    first and the last group are kept. A group without a drawable value gives a NaN, which is a gap in the line.
    """
    if columns < 1:
        raise ValueError("a line needs at least one column of pixels")
    n = len(y)
    if n <= 2 * columns:
        return x, y
    edges = np.linspace(0, n, columns + 1).astype(np.intp)
    starts = edges[:-1]
    good = drawable(y)
    lowest = _where_least(np.where(good, y, np.inf), starts)
    highest = _where_least(np.where(good, -y, np.inf), starts)
    pick = np.sort(np.stack([lowest, highest]), axis=0).T.ravel()
    kept = np.where(good[pick], y[pick], np.nan)
    return x[pick], kept


def _where_least(y: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """The index of the first least value of each group that begins at ``starts``."""
    least = np.minimum.reduceat(y, starts)
    sizes = np.diff(np.append(starts, len(y)))
    hits = np.flatnonzero(y == np.repeat(least, sizes))
    group = np.searchsorted(starts, hits, side="right") - 1
    _, first = np.unique(group, return_index=True)
    return np.asarray(hits[first])


def blocks(matrix: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """At most (rows, columns) cells, each the largest value of what it covers; NaN where it covers a NaN.

    So a single NaN or infinity of a large matrix stays visible however small it is drawn.
    """
    return _reduced(_reduced(matrix, rows, 0), columns, 1)


def _reduced(matrix: np.ndarray, cells: int, axis: int) -> np.ndarray:
    n = matrix.shape[axis]
    if n <= cells:
        return matrix
    starts = np.linspace(0, n, cells + 1).astype(np.intp)[:-1]
    return np.asarray(np.maximum.reduceat(matrix, starts, axis=axis))


def robust_range(values: np.ndarray, reach: float = 2.0) -> tuple[float, float] | None:
    """The lowest and highest value that belong in view, leaving out a few that would flatten all others.

    A value is left out where it is further from the 5th to 95th percentile than ``reach`` times their distance. None
    where there is no drawable value.
    """
    good = values[drawable(values)]
    if not len(good):
        return None
    # Percentiles of a sample are near enough, and sorting all of a long series would cost many milliseconds.
    sample = np.sort(good[:: max(1, len(good) // 5000)])
    # The nearest inner point, not an interpolated one: a spike must not leak into the percentile of a short series.
    margin = int(np.ceil(0.05 * (len(sample) - 1))) if len(sample) > 2 else 0
    other = len(sample) // 20
    least = sample[margin] - _reach(sample[margin], sample[-1 - other], reach)
    most = sample[-1 - margin] + _reach(sample[other], sample[-1 - margin], reach)
    inside = good[(good >= least) & (good <= most)]
    return float(inside.min()), float(inside.max())


def _reach(low: float, high: float, reach: float) -> float:
    # Where all but a few are the same, they have no width that could tell what is far away from them.
    return float(reach * (high - low) if high > low else 0.1 * abs(high))


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
        self._mean = 0.0
        self._mass = 0.0

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
        for value, fine in zip(new.tolist(), drawable(new).tolist(), strict=True):
            if fine:
                self._mass = self.weight * self._mass + 1.0
                # A step towards the new value: no sum that a value of 1e300 could overflow.
                self._mean += value / self._mass - self._mean / self._mass
            self._values[self._n] = self._mean if fine else np.nan
            self._n += 1


def runs_of(flags: np.ndarray) -> list[tuple[int, int]]:
    """The (start, end) of each unbroken run of True; end is exclusive."""
    padded = np.concatenate([[False], flags, [False]])
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
