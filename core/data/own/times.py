"""Labels of the rows of a series: dates where there are any, else row numbers; made when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np


class TimeLabels(Sequence[str]):
    """Of a million rows only the few labels on the screen are ever made."""

    def __init__(self, times: np.ndarray | None, rows: int) -> None:
        """``times`` are seconds since 1970 or plain numbers, (rows,)."""
        self._times, self._rows = times, rows
        span = 0.0 if times is None or not rows else float(np.nanmax(np.abs(times)))
        self._dates = span > 1e7  # plain counts and years stay below; dates after April 1970 do not
        whole = times is None or not self._dates or bool((times % 86_400 == 0).all())
        self._unit = "D" if whole else "m"

    def __len__(self) -> int:
        return self._rows

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[str]: ...
    def __getitem__(self, row: int | slice) -> str | Sequence[str]:
        if isinstance(row, slice):
            return [self[n] for n in range(*row.indices(self._rows))]
        if not -self._rows <= row < self._rows:
            raise IndexError(row)
        if self._times is None:
            return str(row % self._rows + 1)
        value = float(self._times[row])
        if not self._dates:
            return f"{value:g}"
        return str(np.datetime64(int(value), "s").astype(f"datetime64[{self._unit}]")).replace("T", " ")

    def __iter__(self) -> Iterator[str]:
        return (self[n] for n in range(self._rows))
