"""Missing values of a table: refused with their place, or filled with what stood there before, never with what comes later."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.data.importers.table import Table
from core.errors import DataError


def refuse(table: Table, columns: Iterable[str], order: np.ndarray) -> None:
    """Raise DataError with the first row in ``order`` that has no value in one of the columns."""
    for name in columns:
        values = table.values[table.names.index(name)]
        missing = order[values[order] < 0] if name in table.classes else order[np.isnan(values[order])]
        if len(missing):
            raise DataError(
                "Row {row} of the data, column “{name}”: the value is missing, and {n:,} in all. Choose what happens with "
                "missing values, or leave the column out.",
                row=int(missing.min()) + 1,
                name=name,
                n=len(missing),
            )


def filled_forward(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Each gap of ``values`` (rows, features) takes the value of the row before, within its group.

    ``group`` is (rows,) in order. Gaps at the beginning of a group stay.
    """
    begins = np.flatnonzero(np.diff(group, prepend=-1))
    first = begins[np.searchsorted(begins, np.arange(len(values)), side="right") - 1][:, None]
    rows = np.where(np.isnan(values), 0, np.arange(len(values))[:, None] + 1)
    last = np.maximum.accumulate(rows, axis=0) - 1
    filled = np.take_along_axis(values, np.maximum(last, 0), axis=0)
    return np.where(last >= first, filled, np.nan)
