"""An array without a second one that says what to tell: its columns are those of a table, whose roles can be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from core.data.importers.dialect import MAX_COLUMNS, Dialect, Kind
from core.data.importers.table import MAX_CELLS, SHOWN_ROWS, Column, Preview, Table
from core.errors import DataError


def as_table(name: str, array: np.ndarray) -> Table:
    """A table of an array (rows,) or (rows, columns); NaN counts as missing. Raises DataError with row and column."""
    if array.ndim not in (1, 2) or array.size == 0:
        raise DataError(
            "“{name}” is {shape}: a table has rows and columns. Several arrays of a .npz file can be inputs and target.",
            name=name,
            shape=array.shape,
        )
    values = array.reshape(len(array), -1)
    rows, columns = values.shape
    if columns > MAX_COLUMNS or values.size > MAX_CELLS:
        raise DataError(
            "“{name}” has {rows:,} rows and {columns:,} columns: more than {most:,} columns or {n} million values. Import "
            "a part of it.",
            name=name,
            rows=rows,
            columns=columns,
            most=MAX_COLUMNS,
            n=MAX_CELLS // 1_000_000,
        )
    with np.errstate(over="ignore"):
        numbers = values.astype(np.float64)
    bad = np.argwhere(np.isinf(numbers))
    if len(bad):
        row, column = (int(place) + 1 for place in bad[0])
        raise DataError(
            "“{name}”, row {row}, column {column}: the value is infinite.", name=name, row=row, column=column
        )
    names = (name,) if array.ndim == 1 else tuple(f"{name} {n + 1}" for n in range(columns))
    number: Kind = "number"
    return Table(names, (number,) * columns, tuple(np.ascontiguousarray(numbers.T)), {})


def lone(arrays: Mapping[str, np.ndarray]) -> Table:
    """The table of the only array of a file; raises DataError where there are several, or where it is none."""
    if len(arrays) != 1:
        raise DataError("There are {n} arrays: choose which are the inputs and which is the target.", n=len(arrays))
    return as_table(*next(iter(arrays.items())))


def top_of(path: Path, table: Table) -> Preview:
    """The first rows of a table that is read already, as a preview of a file shows them."""
    rows = tuple(
        tuple(shown(table, row, column) for column in range(len(table.names)))
        for row in range(min(SHOWN_ROWS, len(table)))
    )
    long = sum(len(cell) + 1 for row in rows for cell in row) / len(rows)
    columns = tuple(Column(name, kind) for name, kind in zip(table.names, table.kinds, strict=True))
    return Preview(path, int(long * len(table)), Dialect(), columns, rows, tuple(range(1, len(rows) + 1)))


def shown(table: Table, row: int, column: int) -> str:
    """A cell as text that reads as the same value again; empty where it is missing."""
    value = table.values[column][row]
    if table.kinds[column] == "text":
        return table.classes[table.names[column]][value] if value >= 0 else ""
    if not np.isfinite(value):
        return ""
    if table.kinds[column] == "date":
        day = np.datetime64(int(value), "s")
        return str(day.astype("datetime64[D]") if value % 86_400 == 0 else day).replace("T", " ")
    return f"{value:.0f}" if value == round(value) and abs(value) < 1e15 else repr(value.item())
