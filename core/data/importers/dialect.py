"""How a table is written as text: delimiter, quote, decimal and thousands signs, order of dates, header. Sniffed from a sample."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal, get_args

from core.data.importers.cells import ORDERS, NumberForm, dates, numbers
from core.data.importers.encoding import SAMPLE, lines, opened, sniff_encoding
from core.errors import BadFile

DELIMITERS = (",", ";", "\t", "|", "،", "؛")
QUOTES = ('"', "'", "")
FORMS = (
    NumberForm(".", ""),
    NumberForm(".", ","),
    NumberForm(",", ""),
    NumberForm(",", "."),
    NumberForm(".", " "),
    NumberForm(",", " "),
    NumberForm(".", "'"),
    NumberForm("/", ""),
)
Kind = Literal["number", "date", "text"]
KINDS = get_args(Kind)
SAMPLE_ROWS = 500
MAX_COLUMNS = 1000
FEW_LINES, FEW_CHARACTERS = 40, 8192
"""What is looked at to tell a table from a text."""
_MOSTLY = 0.8
"""Share of a column's cells that must read as numbers or dates for it to be one."""


@dataclass(frozen=True)
class Dialect:
    """All that is needed to read the file again the same way."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    decimal: str = "."
    thousands: str = ""
    dates: str = "ymd"
    header: bool = True

    @property
    def form(self) -> NumberForm:
        """How numbers are written."""
        return NumberForm(self.decimal, self.thousands)


def rows(texts: Iterable[str], dialect: Dialect, name: str) -> Iterator[list[str]]:
    """The rows of a table as text cells; a blank line is an empty row. Raises BadFile with the row."""
    if dialect.quote:
        reader = csv.reader(texts, delimiter=dialect.delimiter, quotechar=dialect.quote)
    else:
        reader = csv.reader(texts, delimiter=dialect.delimiter, quotechar=None, quoting=csv.QUOTE_NONE)
    number = 0
    try:
        for row in reader:
            number += 1
            yield row
    except csv.Error as error:
        raise BadFile(
            "“{file}”, row {row}: it cannot be cut into cells ({reason}). Is a quote missing, or is the quote another "
            "sign?",
            file=name,
            row=number + 1,
            reason=str(error),
        ) from error


def sniff(path: Path, encoding: str = "") -> Dialect:
    """The dialect that fits a file best; raises BadFile where it is no text."""
    encoding = encoding or sniff_encoding(path)
    texts = sample_lines(path, encoding)
    quote = _quote(texts)
    best = Dialect(encoding, quote=quote)
    cells = _sample(texts, best, path.name)
    score = _evenness(cells)
    for delimiter in DELIMITERS[1:]:
        other = Dialect(encoding, delimiter, quote)
        found = _sample(texts, other, path.name)
        if (value := _evenness(found)) > score:
            best, cells, score = other, found, value
    form = number_form(cells[1:] or cells, best.delimiter)
    order = order_of_dates(cells[1:] or cells)
    header = has_header(cells, form, order)
    return Dialect(encoding, best.delimiter, quote, form.decimal, form.thousands, order, header)


def looks_like_table(path: Path) -> bool:
    """Whether the first lines of a text file are rows of as many cells, mostly numbers or dates; quick."""
    try:
        texts = sample_lines(path, sniff_encoding(path), FEW_CHARACTERS)[:-1][:FEW_LINES]
    except BadFile:
        return False  # whoever reads the file says what is wrong
    for delimiter in DELIMITERS:
        cells = _sample(texts, Dialect(delimiter=delimiter), path.name)
        share, width = _evenness(cells)
        if len(cells) < 4 or share < 1 or width < 2:
            continue
        columns = _columns(cells[1:])
        form, order = number_form(cells[1:], delimiter), order_of_dates(cells[1:])
        if 2 * sum(kind_of(column, form, order) != "text" for column in columns) >= len(columns):
            return True
    return False


def sample_lines(path: Path, encoding: str, most: int = SAMPLE) -> list[str]:
    """The first lines of a file, as many as a sample of ``most`` characters holds."""
    found, size = [], 0
    with opened(path) as file:
        for line in lines(file, encoding, path.name):
            found.append(line)
            size += len(line)
            if size > most:
                break
    if not found or not "".join(found).strip("\ufeff\r\n \t"):
        raise BadFile("“{file}” holds no rows: there is nothing to import.", file=path.name)
    return found


def _sample(texts: list[str], dialect: Dialect, name: str) -> list[list[str]]:
    """The first rows that are not blank, as far as they can be cut."""
    found = []
    try:
        for row in islice(rows(texts, dialect, name), SAMPLE_ROWS):
            if any(cell.strip() for cell in row):
                found.append(row[: MAX_COLUMNS + 1])
    except BadFile:
        pass  # the reading itself tells where
    return found


def _quote(texts: list[str]) -> str:
    text = "".join(texts)
    if '"' in text:
        return '"'
    starts = sum(line.lstrip().startswith("'") for line in texts)
    ends = sum(line.rstrip().endswith("'") for line in texts)
    return "'" if texts and starts + ends > 0.5 * len(texts) and text.count("'") % 2 == 0 else '"'


def _evenness(cells: Sequence[Sequence[str]]) -> tuple[float, int]:
    """How much a way of cutting looks like a table: the share of rows of the usual width, and that width."""
    if not cells:
        return 0.0, 1
    width, times = Counter(map(len, cells)).most_common(1)[0]
    return (round(times / len(cells), 1), width) if width > 1 else (0.0, 1)


def _columns(cells: Sequence[Sequence[str]]) -> list[list[str]]:
    width = Counter(map(len, cells)).most_common(1)[0][0] if cells else 0
    return [list(column) for column in zip(*(row for row in cells if len(row) == width), strict=True)]


def number_form(cells: Sequence[Sequence[str]], delimiter: str = "") -> NumberForm:
    """The signs with which most cells are numbers; where both would do, a semicolon speaks for the decimal comma."""
    columns = _columns(cells)
    forms = list(FORMS)  # a sign that is the delimiter as well can stand in quotes
    if delimiter == ";":
        forms.sort(key=lambda form: form.decimal != "," and form.thousands == ",")
    counts = [sum(len(column) - len(numbers(column, form)[1]) for column in columns) for form in forms]
    return forms[counts.index(max(counts))]


def order_of_dates(cells: Sequence[Sequence[str]]) -> str:
    columns = _columns(cells)
    counts = [sum(len(column) - len(dates(column, order)[1]) for column in columns) for order in ORDERS]
    return ORDERS[counts.index(max(counts))]


def kind_of(cells: Sequence[str], form: NumberForm, order: str) -> Kind:
    """What a column holds, by most of its cells."""
    values, bad = numbers(cells, form)
    given = int((values == values).sum()) + len(bad)
    if not given:
        return "number"
    if given - len(bad) > _MOSTLY * given or given - len(bad) == given:
        return "number"
    bad_dates = len(dates(cells, order)[1])
    return "date" if given - bad_dates > _MOSTLY * given else "text"


def has_header(cells: Sequence[Sequence[str]], form: NumberForm, order: str) -> bool:
    """A header is a row of words over columns that hold something else, or words that do not come again."""
    if not cells:
        return False
    first, rest = cells[0], _columns(cells[1:])
    words = [cell.strip() for cell in first]
    if any(word and kind_of([word], form, order) != "text" for word in words) or not any(words):
        return False
    if not rest or any(kind_of(column, form, order) != "text" for column in rest):
        return True
    return len(set(words)) == len(words) and not any(
        word in column for word, column in zip(words, rest, strict=False) if word
    )
