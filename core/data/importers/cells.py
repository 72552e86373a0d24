"""The cells of a column as numbers or dates: exact as Python's own ``float``, quick where all cells are plain.

Persian and Arabic digits, decimal and thousands signs, and the usual words for a missing value are understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite, nan

import numpy as np

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "nil", "-", "--", "?", "#n/a", ".", "missing", "—"})
_SPELLED = frozenset(form for word in MISSING for form in (word, word.upper(), word.capitalize(), word.title()))
_PLAIN = {
    **{chr(0x06F0 + n): str(n) for n in range(10)},
    **{chr(0x0660 + n): str(n) for n in range(10)},
    "\u2212": "-",  # a minus sign
    "\u00a0": " ",
    "\u202f": " ",
    **dict.fromkeys("\u200e\u200f\u202a\u202b\u202c\ufeff", ""),  # marks of direction
}
_ODD = re.compile(r"[_nN]")
"""What ``float`` takes and no table means: 1_000, nan, inf."""
DECIMAL_MARK = "\u066b"
THOUSANDS_MARK = "\u066c"


@dataclass(frozen=True)
class NumberForm:
    """How numbers are written; the Arabic signs for decimals and thousands are understood in any case."""

    decimal: str = "."
    thousands: str = ""


def numbers(cells: Sequence[str], form: NumberForm = NumberForm()) -> tuple[np.ndarray, list[int]]:
    """The cells as float64 (cells,), NaN where a value is missing or bad, and which cells are bad."""
    quick = _quick(cells, form)
    if quick is not None:
        return quick, []
    given = [n for n, cell in enumerate(cells) if cell not in _SPELLED]
    values = np.full(len(cells), nan)
    quick = _quick([cells[n] for n in given], form)
    if quick is not None:
        values[given] = quick
        return values, []
    return _each(cells, values, given, lambda cell: number(cell, form))


def _quick(cells: Sequence[str], form: NumberForm) -> np.ndarray | None:
    """All cells at once where each is plainly a finite number, else None."""
    text = "\n".join(cells)
    if _ODD.search(text):
        return None
    if form.decimal != "." or not text.isascii():
        if (form.thousands and form.thousands in text) or (form.decimal != "." and "." in text):
            return None
        text = plain(text).replace(form.decimal, ".").replace(DECIMAL_MARK, ".")
        count, cells = len(cells), text.split("\n")
        if len(cells) != count:  # a cell holds a line break
            return None
    try:
        values = np.fromiter(map(float, cells), np.float64, len(cells))
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None


def plain(text: str) -> str:
    """``text`` with the digits, signs and blanks of all scripts as ASCII has them, without marks of direction."""
    if text.isascii():
        return text
    for odd, usual in _PLAIN.items():  # several times faster than str.translate
        if odd in text:
            text = text.replace(odd, usual)
    return text


def number(cell: str, form: NumberForm = NumberForm()) -> float:
    """The value of a cell, NaN where it is missing; raises ValueError where it is no finite number."""
    text = plain(cell).strip()
    if text.lower() in MISSING:
        return nan
    found = _pattern(form).fullmatch(text)
    if found is None:
        raise ValueError(cell)
    whole = re.sub(r"[^\d+-]", "", found["whole"])
    value = float(
        f"{whole or 0}.{found['part'] or 0}{found['power'] or ''}" if found["part"] or found["power"] else whole
    )
    if not isfinite(value):
        raise ValueError(cell)
    return value


@lru_cache(maxsize=32)
def _pattern(form: NumberForm) -> re.Pattern[str]:
    groups = re.escape(form.thousands + THOUSANDS_MARK)
    point = re.escape(form.decimal + DECIMAL_MARK)
    whole = rf"\d{{1,3}}(?:(?P<mark>[{groups}])\d{{3}})(?:(?P=mark)\d{{3}})*|\d+"
    return re.compile(
        rf"(?P<whole>[+-]?(?:{whole})|[+-]?(?=[{point}]\d))(?:[{point}](?P<part>\d*))?(?P<power>[eE][+-]?\d{{1,4}})?"
    )


# -- dates -----------------------------------------------------------------------------------------------------------

ORDERS = ("ymd", "dmy", "mdy")
_DATE = re.compile(
    r"(\d{1,4})([-/.])(\d{1,2})(?:\2(\d{1,4}))?(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?Z?", re.ASCII
)
_ISO = re.compile(r"[0-9:T \n-]*")
_FIRST, _LAST = np.datetime64("1500-01-01", "s"), np.datetime64("3000-01-01", "s")
_JALALI = range(1200, 1500)
"""Years that are read by the Persian calendar."""
_LEAP = (1, 5, 9, 13, 17, 22, 26, 30)
_NEW_YEAR_1403 = 19_802
"""20 March 2024, in days since 1970."""


def dates(cells: Sequence[str], order: str = "ymd") -> tuple[np.ndarray, list[int]]:
    """The cells as seconds since 1970 (cells,), NaN where missing or bad, and which cells are bad."""
    given = [n for n, cell in enumerate(cells) if cell not in _SPELLED]
    values = np.full(len(cells), nan)
    quick = _quick_dates([cells[n] for n in given])
    if quick is not None:
        values[given] = quick
        return values, []
    return _each(cells, values, given, lambda cell: date(cell, order))


def _quick_dates(cells: list[str]) -> np.ndarray | None:
    """ISO dates of this age all at once, else None."""
    if not cells or min(map(len, cells)) < 10 or not _ISO.fullmatch("\n".join(cells)):
        return None
    try:
        found = np.array(cells, "datetime64[s]")
    except ValueError:
        return None
    ordinary = (found >= _FIRST) & (found < _LAST)
    return found.astype(np.int64).astype(np.float64) if ordinary.all() else None


def date(cell: str, order: str = "ymd") -> float:
    """Seconds since 1970 of a date with or without a time of day, NaN where missing; raises ValueError.

    Years from 1200 to 1499 are those of the Persian calendar.
    """
    text = plain(cell).strip()
    if text.lower() in MISSING:
        return nan
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(cell)
    one, _, two, three, *clock = found.groups()
    year, month, day = _ordered(one, two, three, order)
    hour, minute, second = (int(part or 0) for part in clock)
    if hour > 23 or minute > 59 or second > 59 or not 1000 <= year < 3000:
        raise ValueError(cell)
    return float(_days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)


def _ordered(one: str, two: str, three: str | None, order: str) -> tuple[int, int, int]:
    if len(one) == 4:  # with the year in front there is only one order in use
        return int(one), int(two), int(three or 1)
    if three is None or order == "ymd" or len(three) != 4:
        raise ValueError(one)
    return (int(three), int(two), int(one)) if order == "dmy" else (int(three), int(one), int(two))


def _days(year: int, month: int, day: int) -> int:
    """Days since 1970."""
    if year in _JALALI:
        return _jalali_days(year, month, day)
    return int((np.datetime64(f"{year:04}-{month:02}-{day:02}", "D") - np.datetime64("1970-01-01", "D")).astype(int))


def _jalali_days(year: int, month: int, day: int) -> int:
    """Days since 1970 of a Persian date; its leap years repeat every 33 years, which holds from 1244 to 1472."""
    lengths = (31,) * 6 + (30,) * 5 + (30 if year % 33 in _LEAP else 29,)
    if not 1 <= month <= 12 or not 1 <= day <= lengths[month - 1]:
        raise ValueError(f"{year}/{month}/{day}")
    new_year = _NEW_YEAR_1403 + 365 * (year - 1403) + _leaps_before(year) - _leaps_before(1403)
    return new_year + sum(lengths[: month - 1]) + day - 1


def _leaps_before(year: int) -> int:
    return 8 * (year // 33) + sum(rest < year % 33 for rest in _LEAP)


def _each(
    cells: Sequence[str], values: np.ndarray, given: list[int], read: Callable[[str], float]
) -> tuple[np.ndarray, list[int]]:
    bad = []
    for n in given:
        try:
            values[n] = read(cells[n])
        except ValueError:
            bad.append(n)
    return values, bad
