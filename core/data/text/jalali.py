"""The Jalali (solar Hijri) calendar of Iran and Afghanistan, to and from the Gregorian one.

Six months of 31 days, five of 30, and one of 29 or, in a leap year, 30. The year begins at the spring equinox; from 1210
to 1634 (1831 to 2256) its leap years follow a cycle of 33 years: those whose remainder by 33 is in LEAP (K. M. Borkowski,
The Persian calendar for 3000 years, 1996).
"""

from __future__ import annotations

from datetime import date, timedelta

MONTHS = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند")
FIRST, LAST = 1210, 1634
"""Years in which the rule holds."""
LEAP = frozenset({1, 5, 9, 13, 17, 22, 26, 30})
_EPOCH = date(2024, 3, 20)
"""The first day of 1403."""
_EPOCH_YEAR = 1403


def is_leap(year: int) -> bool:
    """Whether the Jalali ``year`` has 366 days."""
    return year % 33 in LEAP


def month_length(year: int, month: int) -> int:
    """Days of a month, the first one being 1."""
    return 31 if month <= 6 else 30 if month <= 11 or is_leap(year) else 29


def to_gregorian(year: int, month: int, day: int) -> date:
    """The Gregorian date of a Jalali one; raises ValueError where there is no such day or the rule does not hold."""
    if not (FIRST <= year <= LAST and 1 <= month <= 12 and 1 <= day <= month_length(year, month)):
        raise ValueError(f"{year}/{month}/{day} is no date of the Jalali calendar between {FIRST} and {LAST}")
    before = sum(month_length(year, earlier) for earlier in range(1, month))
    return new_year(year) + timedelta(days=before + day - 1)


def from_gregorian(day: date) -> tuple[int, int, int]:
    """Year, month and day of a Gregorian date; raises ValueError where the rule does not hold."""
    year = day.year - 621
    if day < new_year(year):
        year -= 1
    if not FIRST <= year <= LAST:
        raise ValueError(f"{day} is outside the years {FIRST} to {LAST} of the Jalali calendar")
    left = (day - new_year(year)).days
    month = 1
    while left >= month_length(year, month):
        left -= month_length(year, month)
        month += 1
    return year, month, left + 1


def new_year(year: int) -> date:
    """The Gregorian date on which a Jalali year begins."""
    first, last = sorted((year, _EPOCH_YEAR))
    days = 365 * (last - first) + sum(map(is_leap, range(first, last)))
    return _EPOCH + timedelta(days=days if year >= _EPOCH_YEAR else -days)
