"""Makes long series and large matrices fit the pixels of a screen without hiding a peak, a gap or a NaN."""

from __future__ import annotations

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
    pick = extremes(y, -(-n // columns))
    kept = np.where(drawable(y[pick]), y[pick], np.nan)
    return x[pick], kept


def extremes(y: np.ndarray, size: int) -> np.ndarray:
    """The index of the lowest and of the highest drawable value of each ``size`` values, ascending; the last may be fewer."""
    whole = len(y) // size * size
    picks = []
    for part, start in ((y[:whole].reshape(-1, size), 0), (y[whole:].reshape(1, -1), whole)):
        if part.size:
            good = drawable(part)
            lowest = np.where(good, part, np.inf).argmin(axis=1)
            highest = np.where(good, part, -np.inf).argmax(axis=1)
            first = start + np.arange(len(part)) * part.shape[1]
            picks.append((first[:, None] + np.sort(np.stack([lowest, highest], axis=1), axis=1)).ravel())
    return np.concatenate(picks)


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


def robust_range(
    values: np.ndarray, sample: np.ndarray | None = None, reach: float = 2.0
) -> tuple[float, float] | None:
    """The lowest and highest value that belong in view, leaving out a few that would flatten all others.

    A value is left out where it is further from the 5th to 95th percentile than ``reach`` times their distance. None
    where there is no drawable value. ``sample`` stands for all of a long series where ``values`` are only its peaks.
    """
    good = values[drawable(values)]
    if not len(good):
        return None
    if sample is None or not drawable(sample).any():
        sample = good
    sample = np.sort(sample[drawable(sample)])
    # The nearest inner point, not an interpolated one: a spike must not leak into the percentile of a short series.
    margin = int(np.ceil(0.05 * (len(sample) - 1))) if len(sample) > 2 else 0
    other = len(sample) // 20
    least = sample[margin] - _reach(sample[margin], sample[-1 - other], reach)
    most = sample[-1 - margin] + _reach(sample[other], sample[-1 - margin], reach)
    inside = good[(good >= least) & (good <= most)]
    return (float(inside.min()), float(inside.max())) if len(inside) else (float(good.min()), float(good.max()))


def _reach(low: float, high: float, reach: float) -> float:
    # Where all but a few are the same, they have no width that could tell what is far away from them.
    return float(reach * (high - low) if high > low else 0.1 * abs(high))
