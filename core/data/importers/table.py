"""CSV and TSV files: a parsed preview with the bad cells marked, and the whole table, in chunks of bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from core.data.importers.cells import MISSING, dates, numbers
from core.data.importers.dialect import MAX_COLUMNS, SAMPLE_ROWS, Dialect, Kind, kind_of, rows, sniff
from core.data.importers.encoding import lines, opened
from core.data.importers.progress import Progress
from core.errors import BadFile, DataError

CHUNK = 4096
"""Rows that are read at a time: some milliseconds."""
MAX_CELLS = 32_000_000
"""Numbers that are kept, 256 MB."""
MAX_CLASSES = 5000
"""Different texts in one column."""
MAX_BAD = 1000
SHOWN_ROWS = 200
Tolerance = Literal["refuse", "missing"]
TOLERANCES = get_args(Tolerance)


@dataclass(frozen=True)
class Column:
    """A column as the header and its first cells tell it."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class Preview:
    """The top of a file, as it would be imported."""

    path: Path
    size: int
    dialect: Dialect
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    """Row in the file of each shown row, from 1, header included."""
    bad: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """What is wrong with a cell, by shown row and column; a column one too far stands for a row of another width."""


@dataclass(frozen=True, eq=False)
class Table:
    """A whole table: text columns are class numbers, dates seconds since 1970, missing values NaN (class -1)."""

    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    values: tuple[np.ndarray, ...]
    """One (rows,) array per column: float64, or int32 for text."""
    classes: Mapping[str, tuple[str, ...]]
    """The texts of each text column, in alphabetical order."""
    bad: tuple[tuple[int, str], ...] = ()
    """Row in the file and column of the cells that were taken as missing because they did not read as what their column is;
    the column is "" for a row that was filled up."""

    def __len__(self) -> int:
        return len(self.values[0])


def preview(path: Path, dialect: Dialect | None = None, kinds: Mapping[int, Kind] | None = None) -> Preview:
    """The top of a file; the dialect, and the kinds that are not given, are sniffed. Raises BadFile."""
    found = dialect or sniff(path)
    with opened(path) as file:
        table = rows(lines(file, found.encoding, path.name), found, path.name)
        top = [(n, row) for n, row in islice(enumerate(table, start=1), SAMPLE_ROWS) if not _blank(row)]
    if not top:
        raise BadFile("“{file}” holds no rows: there is nothing to import.", file=path.name)
    width, header, top = _head(top, found, path.name)
    if not top:
        raise BadFile("“{file}” has a header but no rows under it.", file=path.name)
    names = unique_names(header, width)
    cells = [[row[c] for _, row in top if len(row) > c] for c in range(width)]
    given = kinds or {}
    columns = tuple(Column(names[c], given.get(c) or kind_of(cells[c], found.form, found.dates)) for c in range(width))
    shown = top[:SHOWN_ROWS]
    return Preview(
        path,
        path.stat().st_size,
        found,
        columns,
        tuple(tuple(row) for _, row in shown),
        tuple(n for n, _ in shown),
        _bad_cells([row for _, row in shown], columns, found),
    )


def _head(
    top: list[tuple[int, list[str]]], dialect: Dialect, name: str
) -> tuple[int, list[str], list[tuple[int, list[str]]]]:
    """Width, header and the rows under it."""
    width = len(_trimmed(top[0][1]) if not dialect.header else top[0][1])
    if not dialect.header:
        width = Counter(len(row) for _, row in top).most_common(1)[0][0]
    if width > MAX_COLUMNS:
        raise BadFile("“{file}” has more than {n} columns. Choose another delimiter.", file=name, n=MAX_COLUMNS)
    if dialect.header:
        return width, top[0][1], top[1:]
    return width, [], top


def unique_names(header: Sequence[str], width: int) -> tuple[str, ...]:
    """A name for each column: empty ones are numbered, a name that comes again gets a number behind it."""
    names: list[str] = []
    taken: set[str] = set()
    for n in range(width):
        cell = " ".join(header[n].split()) if n < len(header) else ""
        wanted = cell[:120] or f"column {n + 1}"
        name, times = wanted, 1
        while name in taken:
            times += 1
            name = f"{wanted} ({times})"
        names.append(name)
        taken.add(name)
    return tuple(names)


def _blank(row: Sequence[str]) -> bool:
    return not row or (len(row) == 1 and not row[0].strip())


def _trimmed(row: list[str]) -> list[str]:
    """Without empty cells at the end, which a delimiter too many leaves."""
    end = len(row)
    while end > 1 and not row[end - 1].strip():
        end -= 1
    return row[:end]


def _bad_cells(shown: list[list[str]], columns: Sequence[Column], dialect: Dialect) -> dict[tuple[int, int], str]:
    bad: dict[tuple[int, int], str] = {}
    width = len(columns)
    for n, row in enumerate(shown):
        if len(row) < width or len(_trimmed(row)) > width:
            bad[n, width] = str(_ragged("", 0, len(row), width))
    for c, column in enumerate(columns):
        if column.kind == "text":
            continue
        at = [n for n, row in enumerate(shown) if len(row) > c]
        _, wrong = _read(column.kind, [shown[n][c] for n in at], dialect)
        bad.update({(at[n], c): _complaint(column.kind) for n in wrong})
    return bad


def _complaint(kind: Kind) -> str:
    return "This is no number." if kind == "number" else "This is no date."


def _read(kind: Kind, cells: Sequence[str], dialect: Dialect) -> tuple[np.ndarray, list[int]]:
    return numbers(cells, dialect.form) if kind == "number" else dates(cells, dialect.dates)


# -- the whole table -------------------------------------------------------------------------------------------------


def read_table(
    path: Path, dialect: Dialect, columns: Mapping[int, Column], tolerance: Tolerance = "refuse"
) -> Generator[Progress, None, Table]:
    """Read the chosen ``columns`` (by place) of a file; says how far it is, and returns the Table.

    A cell that does not read as what its column is, or a row of another width, raises BadFile with its place; with the
    tolerance "missing" up to 1,000 of them count as missing values.
    """
    if not columns:
        raise DataError("No column is chosen: choose at least one.")
    size = max(1, path.stat().st_size) if path.exists() else 1
    with opened(path) as file:
        texts = lines(file, dialect.encoding, path.name)
        reader = rows(texts, dialect, path.name)
        growing = _Growing(path.name, dialect, columns, tolerance)
        for chunk in _chunks(reader):
            growing.add(chunk)
            yield Progress(min(0.99, file.tell() / size), growing.rows)
    yield Progress(0.99, growing.rows)
    return growing.table()


def _chunks(reader: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    while chunk := list(islice(reader, CHUNK)):
        yield chunk


class _Growing:
    """A table while it is read."""

    def __init__(self, name: str, dialect: Dialect, columns: Mapping[int, Column], tolerance: Tolerance) -> None:
        self._name, self._dialect, self._columns, self._tolerance = name, dialect, dict(columns), tolerance
        self._parts: dict[int, list[np.ndarray]] = {c: [] for c in columns}
        self._texts: dict[int, dict[str, int]] = {c: {} for c, col in columns.items() if col.kind == "text"}
        self._width = 0 if dialect.header else max(columns) + 1
        self._at = 0
        self._waiting = dialect.header
        self.rows = 0
        self.bad: list[tuple[int, str]] = []

    def add(self, chunk: list[list[str]]) -> None:
        """Take over the next rows of the file."""
        first, self._at = self._at + 1, self._at + len(chunk)
        places: Sequence[int] = range(first, first + len(chunk))
        if self._waiting or not self._width:
            chunk, places = self._past_header(chunk, places)
        if not chunk:
            return
        if set(map(len, chunk)) != {self._width}:
            chunk, places = self._straightened(chunk, places)
        self.rows += len(chunk)
        if self.rows * len(self._columns) > MAX_CELLS:
            raise BadFile(
                "“{file}”, row {row}: that is more than {n} million values. Choose fewer columns or a part of the file.",
                file=self._name,
                row=places[-1],
                n=MAX_CELLS // 1_000_000,
            )
        across = list(zip(*chunk, strict=True))
        for c, column in self._columns.items():
            cells = across[c] if across else ()
            self._parts[c].append(self._column(c, column, cells, places))

    def _past_header(self, chunk: list[list[str]], places: Sequence[int]) -> tuple[list[list[str]], Sequence[int]]:
        for n, row in enumerate(chunk):
            if not _blank(row):
                self._waiting = False
                self._width = len(row)
                self._check_columns(places[n])
                return chunk[n + 1 :], places[n + 1 :]
        return [], []

    def _check_columns(self, place: int) -> None:
        if max(self._columns) >= self._width:
            raise BadFile(
                "“{file}”, row {row}: there are only {n} columns, but column {wanted} is asked for.",
                file=self._name,
                row=place,
                n=self._width,
                wanted=max(self._columns) + 1,
            )

    def _straightened(self, chunk: list[list[str]], places: Sequence[int]) -> tuple[list[list[str]], Sequence[int]]:
        """Without blank lines; rows of another width are refused, or filled up where that is allowed."""
        kept, numbers_ = [], []
        for place, row in zip(places, chunk, strict=True):
            if _blank(row) and not (self._width == 1 and row):
                continue
            if len(row) != self._width:
                row = self._fitted(row, place)
            kept.append(row)
            numbers_.append(place)
        return kept, numbers_

    def _fitted(self, row: list[str], place: int) -> list[str]:
        short = _trimmed(row)
        if len(row) > self._width and len(short) <= self._width:
            return row[: self._width]  # no more than delimiters too many
        if self._tolerance == "refuse" or len(row) > self._width:
            raise _ragged(self._name, place, len(row), self._width)
        self._count([place], "")
        return row + [""] * (self._width - len(row))

    def _column(self, c: int, column: Column, cells: Sequence[str], places: Sequence[int]) -> np.ndarray:
        if column.kind == "text":
            return self._codes(c, column, cells, places)
        values, bad = _read(column.kind, cells, self._dialect)
        if bad:
            if self._tolerance == "refuse":
                raise BadFile(
                    "“{file}”, row {row}, column {column} “{name}”: “{cell}” is no {kind}. Read the column as text, "
                    "leave it out, or count such cells as missing.",
                    file=self._name,
                    row=places[bad[0]],
                    column=c + 1,
                    name=column.name,
                    cell=_short(cells[bad[0]]),
                    kind=column.kind,
                )
            self._count([places[at] for at in bad], column.name)
        return values

    def _codes(self, c: int, column: Column, cells: Sequence[str], places: Sequence[int]) -> np.ndarray:
        """Numbers of the texts in the order in which they come; -1 where missing."""
        known = self._texts[c]
        for text in dict.fromkeys(cells):
            plain = text.strip()
            if text not in known:
                known[text] = -1 if plain.lower() in MISSING and plain not in ("-", ".", "?") else len(known)
        if len(known) > MAX_CLASSES:
            raise BadFile(
                "“{file}”, by row {row}: column {column} “{name}” holds more than {n} different texts. Leave it out.",
                file=self._name,
                row=places[-1],
                column=c + 1,
                name=column.name,
                n=MAX_CLASSES,
            )
        return np.fromiter(map(known.__getitem__, cells), np.int32, len(cells))

    def _count(self, rows: Sequence[int], column: str) -> None:
        self.bad += [(row, column) for row in rows]
        if len(self.bad) > MAX_BAD:
            raise BadFile(
                "“{file}”, by row {row}: more than {n} cells do not read as what their columns are. Look at the "
                "delimiter, the signs of numbers and the kinds of the columns.",
                file=self._name,
                row=rows[0],
                n=MAX_BAD,
            )

    def table(self) -> Table:
        """All that was read."""
        if not self.rows:
            raise BadFile("“{file}” has no rows under its header.", file=self._name)
        values, classes, kinds, names = [], {}, [], []
        for c, column in self._columns.items():
            joined = np.concatenate(self._parts.pop(c))
            if column.kind == "text":
                joined, classes[column.name] = _in_order(joined, self._texts[c])
            values.append(joined)
            kinds.append(column.kind)
            names.append(column.name)
        return Table(tuple(names), tuple(kinds), tuple(values), classes, tuple(self.bad))


def _in_order(codes: np.ndarray, known: Mapping[str, int]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Class numbers by the alphabet, not by the order of rows; texts that differ in blanks around them are the same."""
    words = sorted({text.strip() for text, code in known.items() if code >= 0})
    place = {word: n for n, word in enumerate(words)}
    table = np.full(len(known) + 1, -1, np.int32)  # the last one is for code -1
    for text, code in known.items():
        if code >= 0:
            table[code] = place[text.strip()]
    return table[codes], tuple(words)


def _ragged(name: str, place: int, has: int, width: int) -> BadFile:
    if not name:
        return BadFile("This row has {has} cells, the table has {width} columns.", has=has, width=width)
    return BadFile(
        "“{file}”, row {row}: it has {has} cells, the table has {width} columns. Is a delimiter or a quote missing?",
        file=name,
        row=place,
        has=has,
        width=width,
    )


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
