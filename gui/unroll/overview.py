"""The overview: all rows of the longest sequence on few pixels, one below the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from core.unroll import Row, Unrolled
from gui.unroll import cells

HIGH = 6
"""Lines of a row, or fewer where it has fewer units."""


class Lines(NamedTuple):
    """What is shown of a row."""

    row: Row
    indices: np.ndarray
    """(lines, steps) rows of the colour table."""


def lines(unrolled: Unrolled, indices: Callable[[Row], np.ndarray]) -> list[Lines]:
    """The rows of the longest sequence from top to bottom; ``indices`` are the colours of one."""
    rows = [row for row in reversed(unrolled.rows) if row.steps == unrolled.steps]
    found = [cells.reduced(indices(row).astype(float), HIGH).astype(np.int16) for row in rows]
    return [
        Lines(row, one if len(one) > 1 else np.repeat(one, HIGH, axis=0)) for row, one in zip(rows, found, strict=True)
    ]


def place(found: Sequence[Lines], across: float, down: float) -> tuple[str, int] | None:
    """(layer, step) that is shown so far from the left and from the upper end, both from 0 to 1."""
    left = down * sum(len(one.indices) for one in found)
    for row, indices in found:
        if left <= len(indices):
            return row.layer, min(indices.shape[1] - 1, int(across * indices.shape[1]))
        left -= len(indices)
    return None
