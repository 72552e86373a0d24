"""A small table that is typed or pasted cell by cell: a value, of which every change gives another one, so that undo is exact."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from core.data.importers.arrays import shown
from core.data.importers.cells import MISSING, NumberForm, dates, numbers
from core.data.importers.dialect import Dialect, Kind, has_header, kind_of, number_form, order_of_dates
from core.data.importers.table import SHOWN_ROWS, Column, Preview, Table, unique_names
from core.errors import DataError, NothingYet

MAX_ROWS = 10_000
MAX_COLUMNS = 100
MAX_CELLS = 100_000
MAX_TEXT = 200
"""Characters of a cell."""
_DECIMAL_COMMA = re.compile(r"\s*[-+]?\d+,\d+\s*")
Cells = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Sheet:
    """Names of the columns, what each is said to hold ("" where that is told by its cells), and the cells as text."""

    names: tuple[str, ...] = ("a", "b")
    kinds: tuple[Kind | None, ...] = (None, None)
    cells: Cells = ()

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.cells)

    # -- changes -----------------------------------------------------------------------------------------------------

    def with_cell(self, row: int, column: int, text: str) -> Sheet:
        """With another text in one cell."""
        return self.with_block(row, column, ((text,),))

    def with_block(self, row: int, column: int, block: Sequence[Sequence[str]]) -> Sheet:
        """With ``block`` written over the cells from a place on; rows and columns are added where it reaches beyond."""
        wide = max((column + len(line) for line in block), default=0)
        found = self._reaching(max(self.rows, row + len(block)), max(len(self.names), wide))
        lines = list(found.cells)
        for n, line in enumerate(block, start=row):
            new = tuple(" ".join(text.split())[:MAX_TEXT] for text in line)
            lines[n] = (*lines[n][:column], *new, *lines[n][column + len(new) :])
        return replace(found, cells=tuple(lines))

    def with_rows(self, at: int, count: int = 1) -> Sheet:
        """With empty rows before row ``at``."""
        empty = (("",) * len(self.names),) * count
        return _within(replace(self, cells=(*self.cells[:at], *empty, *self.cells[at:])))

    def without_rows(self, rows: Iterable[int]) -> Sheet:
        """Without these rows."""
        gone = set(rows)
        return replace(self, cells=tuple(line for n, line in enumerate(self.cells) if n not in gone))

    def with_column(self, at: int) -> Sheet:
        """With an empty column before column ``at``."""
        names = (*self.names[:at], _fresh(self.names), *self.names[at:])
        cells = tuple((*line[:at], "", *line[at:]) for line in self.cells)
        return _within(Sheet(names, (*self.kinds[:at], None, *self.kinds[at:]), cells))

    def without_columns(self, columns: Iterable[int]) -> Sheet:
        """Without these columns; raises DataError where none would be left."""
        kept = [n for n in range(len(self.names)) if n not in set(columns)]
        if not kept:
            raise DataError("A table needs a column: the last one stays.")
        names, kinds = tuple(self.names[n] for n in kept), tuple(self.kinds[n] for n in kept)
        return Sheet(names, kinds, tuple(tuple(line[n] for n in kept) for line in self.cells))

    def with_name(self, column: int, name: str) -> Sheet:
        """With another name for a column; raises DataError where it is empty or taken."""
        wanted = " ".join(name.split())[:MAX_TEXT]
        if not wanted or wanted in (*self.names[:column], *self.names[column + 1 :]):
            raise DataError("“{name}” is empty or the name of another column: choose one of its own.", name=wanted)
        return replace(self, names=(*self.names[:column], wanted, *self.names[column + 1 :]))

    def with_kind(self, column: int, kind: Kind | None) -> Sheet:
        """With what a column holds said, or left to its cells."""
        return replace(self, kinds=(*self.kinds[:column], kind, *self.kinds[column + 1 :]))

    def pasted(self, row: int, column: int, text: str) -> Sheet:
        """With what a spreadsheet put on the clipboard. Into an empty table its first row gives the names if it is a header."""
        block = cut(text)
        if not block:
            raise NothingYet("There is no text on the clipboard: copy cells of a spreadsheet first.")
        if any(any(line) for line in self.cells) or not _is_header(block):
            return self.with_block(row, column, block)
        width = max(map(len, block))
        named = Sheet(unique_names(block[0], width), (None,) * width, ())
        return named.with_block(0, 0, block[1:])

    def _reaching(self, rows: int, columns: int) -> Sheet:
        names = list(self.names)
        while len(names) < min(columns, MAX_COLUMNS + 1):
            names.append(_fresh(names))
        more = len(names) - len(self.names)
        lines = tuple((*line, *("",) * more) for line in self.cells) if more else self.cells
        empty = (("",) * len(names),) * max(0, min(rows, MAX_ROWS + 1) - self.rows)
        return _within(Sheet(tuple(names), (*self.kinds, *(None,) * more), (*lines, *empty)))

    # -- what it means -----------------------------------------------------------------------------------------------

    @cached_property
    def filled(self) -> tuple[int, ...]:
        """The rows that hold anything."""
        return tuple(n for n, line in enumerate(self.cells) if any(line))

    def _column(self, column: int) -> list[str]:
        return [self.cells[row][column] for row in self.filled]

    @cached_property
    def form(self) -> NumberForm:
        """The decimal and thousands signs with which most cells are numbers."""
        return number_form([self.cells[row] for row in self.filled])

    @cached_property
    def order(self) -> str:
        """The order of day, month and year."""
        return order_of_dates([self.cells[row] for row in self.filled])

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Names and kinds."""
        found = (kind or kind_of(self._column(n), self.form, self.order) for n, kind in enumerate(self.kinds))
        return tuple(Column(name, kind) for name, kind in zip(self.names, found, strict=True))

    @cached_property
    def bad(self) -> frozenset[tuple[int, int]]:
        """(row, column) of cells that do not read as what their column holds."""
        return frozenset(
            (self.filled[n], c)
            for c, column in enumerate(self.columns)
            if column.kind != "text"
            for n in self._read(c, column.kind)[1]
        )

    def top(self) -> Preview:
        """The first rows as the preview of a file has them, for a guess at what the columns are for."""
        lines = tuple(self.cells[row] for row in self.filled)
        size = sum(len(cell) + 1 for line in lines for cell in line)
        numbers_ = tuple(row + 1 for row in self.filled[:SHOWN_ROWS])
        return Preview(Path(), size, Dialect(), self.columns, lines[:SHOWN_ROWS], numbers_)

    def _read(self, column: int, kind: Kind) -> tuple[np.ndarray, list[int]]:
        cells = self._column(column)
        return numbers(cells, self.form) if kind == "number" else dates(cells, self.order)

    def table(self) -> Table:
        """The rows that hold anything; raises NothingYet, or DataError with the row and column of a bad cell."""
        if not self.filled:
            raise NothingYet("Type or paste numbers: each row is a sample, or a step in time.")
        if self.bad:
            row, at = min(self.bad)
            raise DataError(
                "Row {row}, column “{name}”: “{cell}” is no {kind}. Change the cell, or what the column holds.",
                row=row + 1,
                name=self.names[at],
                cell=self.cells[row][at][:40],
                kind=self.columns[at].kind,
            )
        values, classes = [], {}
        for c, column in enumerate(self.columns):
            if column.kind == "text":
                coded, classes[column.name] = _coded(self._column(c))
                values.append(coded)
            else:
                values.append(self._read(c, column.kind)[0])
        return Table(self.names, tuple(column.kind for column in self.columns), tuple(values), classes)


def _within(sheet: Sheet) -> Sheet:
    if sheet.rows > MAX_ROWS or len(sheet.names) > MAX_COLUMNS or sheet.rows * len(sheet.names) > MAX_CELLS:
        raise DataError(
            "That is more than {rows:,} rows, {columns} columns or {cells:,} cells: save it as a CSV file and import that.",
            rows=MAX_ROWS,
            columns=MAX_COLUMNS,
            cells=MAX_CELLS,
        )
    return sheet


def _fresh(names: Sequence[str]) -> str:
    letters = (chr(97 + n // 26 - 1) * (n >= 26) + chr(97 + n % 26) for n in range(702))
    return next(name for name in letters if name not in names)


def _coded(cells: Sequence[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Class numbers by the alphabet, -1 where missing, and the texts."""
    words = tuple(sorted({cell for cell in cells if not _missing(cell)}))
    place = {word: n for n, word in enumerate(words)}
    return np.array([place.get(cell, -1) for cell in cells], np.int32), words


def _missing(cell: str) -> bool:
    return cell.lower() in MISSING and cell not in ("-", ".", "?")


def cut(text: str) -> list[list[str]]:
    """Lines and cells of a text from the clipboard: by tabs as spreadsheets have it, else by semicolons or commas."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n")
    if not any(line.strip() for line in lines):
        return []
    if any("\t" in line for line in lines):
        return list(csv.reader(lines, delimiter="\t"))
    for delimiter in (";", "؛", ",", "،"):
        counts = {line.count(delimiter) for line in lines}
        decimals = delimiter == "," and all(_DECIMAL_COMMA.fullmatch(line) for line in lines)
        if len(counts) == 1 and counts != {0} and not decimals:
            return list(csv.reader(lines, delimiter=delimiter))
    return [[line] for line in lines]


def _is_header(block: Sequence[Sequence[str]]) -> bool:
    rest = block[1:]
    return bool(rest) and has_header(block, number_form(rest), order_of_dates(rest))


def of_table(table: Table) -> Sheet:
    """A table that was imported or made, to be changed; raises DataError where it is too large."""
    if len(table) > MAX_ROWS or len(table.names) > MAX_COLUMNS or len(table) * len(table.names) > MAX_CELLS:
        raise DataError(
            "The table has {n:,} rows, too many to be changed cell by cell: change its file and import it again.",
            n=len(table),
        )
    across = range(len(table.names))
    cells = tuple(tuple(shown(table, row, column) for column in across) for row in range(len(table)))
    return Sheet(table.names, table.kinds, cells)
