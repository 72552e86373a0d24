"""A table of numbers that grows row by row in bounded memory, for the history of a run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

_FIRST_CAPACITY = 64


class Columns:
    """Named columns of equal length; a cell is a number or a vector. Rows are told apart by their "batch".

    Arrays grow by doubling. When ``limit`` rows are there, every second one is dropped and from then on only every
    second arrival is kept (then every fourth ...), so that the rows always cover the whole run evenly.
    """

    def __init__(self, limit: int) -> None:
        self.limit = max(2, limit)
        """Rows that are kept; it may be lowered."""
        self.stride = 1
        """Every how many arrivals one is kept."""
        self._arrivals = 0
        self._rows = 0
        self._arrays: dict[str, np.ndarray] = {}

    def __len__(self) -> int:
        return self._rows

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def __getitem__(self, name: str) -> np.ndarray:
        """The column so far, (rows,) or (rows, width): a read-only view, good until the next ``add``."""
        view = self._arrays[name][: self._rows]
        view.flags.writeable = False
        return view

    def get(self, name: str) -> np.ndarray:
        """The column so far, or an empty one where nothing of that name has arrived."""
        return self[name] if name in self._arrays else np.zeros(0)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns in order of their first appearance."""
        return tuple(self._arrays)

    def add(self, row: Mapping[str, float | np.ndarray]) -> None:
        """Append a row; a column that it lacks, or that appears only now, reads NaN there."""
        arrival = self._arrivals
        self._arrivals += 1
        while arrival % self.stride == 0 and self._rows >= self.limit:
            self._thin()
        if arrival % self.stride:
            return
        for name in {**self._arrays, **row}:
            value = np.asarray(row.get(name, np.nan))
            array = self._room(name, value)
            array[self._rows] = np.nan
            cell: tuple[int | slice, ...] = (self._rows, *(slice(n) for n in value.shape))
            array[cell] = value
        self._rows += 1

    def _thin(self) -> None:
        """Keep every second row."""
        kept = (self._rows + 1) // 2
        for array in self._arrays.values():
            array[:kept] = array[: self._rows : 2].copy()
        self._rows = kept
        self.stride *= 2

    def _room(self, name: str, value: np.ndarray) -> np.ndarray:
        """The array of a column, with room for one more row that holds ``value``."""
        array = self._arrays.get(name)
        if array is None:
            dtype = value.dtype if value.dtype.kind == "f" else np.dtype(np.float64)
            array = np.full((max(_FIRST_CAPACITY, self._rows + 1), *value.shape), np.nan, dtype)
        width = array.shape[1:]
        capacity = len(array) if self._rows < len(array) else 2 * len(array)
        if value.ndim == len(width) and any(a < b for a, b in zip(width, value.shape, strict=True)):
            width = tuple(max(a, b) for a, b in zip(width, value.shape, strict=True))
            capacity = min(capacity, max(_FIRST_CAPACITY, 2 * (self._rows + 1)))  # wider rows may be limited to fewer
        if (capacity, *width) != array.shape:
            larger = np.full((capacity, *width), np.nan, array.dtype)
            larger[(slice(self._rows), *(slice(n) for n in array.shape[1:]))] = array[: self._rows]
            array = larger
        self._arrays[name] = array
        return array

    def to_arrays(self, prefix: str) -> dict[str, np.ndarray]:
        """Copies of the columns, each named ``prefix + name``."""
        return {prefix + name: self[name].copy() for name in self._arrays}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], limit: int, stride: int = 1) -> Columns:
        """The table of these columns, all of equal length."""
        table = cls(limit)
        table._arrays = {name: np.array(values) for name, values in arrays.items()}
        table._rows = min((len(values) for values in table._arrays.values()), default=0)
        table.stride = max(1, stride)
        table._arrivals = table._rows * table.stride
        return table
