"""The axis of training steps that several plots share: which one is pointed at, and where epochs begin."""

from __future__ import annotations

import numpy as np

from core.columns import Columns

_BANDS = 15
"""At most this many epoch bands are shaded; with more epochs a band covers several."""


def nearest(ascending: np.ndarray, value: float) -> int:
    """The index of the number that is nearest to ``value``."""
    after = int(np.clip(np.searchsorted(ascending, value), 1, max(1, len(ascending) - 1)))
    if len(ascending) < 2:
        return 0
    return after if ascending[after] - value < value - ascending[after - 1] else after - 1


def epoch_bands(steps: Columns, low: float, high: float) -> list[tuple[float, float]]:
    """(start, end) in batches of every second epoch in view, or of every second group of epochs where they are many."""
    batches, epochs = steps["batch"], steps["epoch"]
    start, end = int(np.searchsorted(batches, low)), int(np.searchsorted(batches, high, side="right"))
    if end <= start:
        return []
    first = start + np.flatnonzero(np.concatenate([[True], epochs[start + 1 : end] != epochs[start : end - 1]]))
    numbers = epochs[first]
    count = numbers[-1] - numbers[0] + 1
    group = next(g for g in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**9) if count / g <= 2 * _BANDS)
    odd = ((numbers - 1) // group).astype(int) % 2 == 1
    # An epoch begins half way between its first batch and the one before.
    begins = (batches[np.maximum(first - 1, start)] + batches[first]) / 2
    begins[0] -= 0.5
    begins = np.append(begins, batches[end - 1] + 0.5)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], odd, [False]]).astype(int)))
    return [(float(begins[a]), float(begins[b])) for a, b in zip(edges[::2], edges[1::2])]
