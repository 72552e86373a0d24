"""The Jalali calendar against dates that history books give, and against itself on every day of its range."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.data.text.jalali import FIRST, LAST, from_gregorian, is_leap, month_length, new_year, to_gregorian

KNOWN = [
    ((1304, 1, 11), date(1925, 3, 31)),  # the calendar becomes that of the state
    ((1329, 12, 29), date(1951, 3, 20)),  # oil is nationalised
    ((1348, 10, 11), date(1970, 1, 1)),
    ((1357, 11, 22), date(1979, 2, 11)),  # the revolution
    ((1378, 10, 11), date(2000, 1, 1)),
    ((1399, 12, 30), date(2021, 3, 20)),  # the last day of a leap year
    ((1400, 1, 1), date(2021, 3, 21)),
    ((1403, 1, 1), date(2024, 3, 20)),
    ((1403, 12, 30), date(2025, 3, 20)),
    ((1404, 1, 1), date(2025, 3, 21)),
]
LEAP_YEARS = [1354, 1358, 1362, 1366, 1370, 1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408]


@pytest.mark.parametrize(("jalali", "gregorian"), KNOWN)
def test_dates_that_are_known_from_elsewhere(jalali: tuple[int, int, int], gregorian: date) -> None:
    assert to_gregorian(*jalali) == gregorian
    assert from_gregorian(gregorian) == jalali


def test_the_leap_years_of_two_generations() -> None:
    assert [year for year in range(1354, 1409) if is_leap(year)] == LEAP_YEARS


def test_every_day_follows_the_one_before_and_comes_back() -> None:
    day = new_year(FIRST)
    for year in range(FIRST, LAST + 1):
        for month in range(1, 13):
            for number in range(1, month_length(year, month) + 1):
                assert to_gregorian(year, month, number) == day
                assert number in (1, 15) or month < 12 or from_gregorian(day) == (year, month, number)
                day += timedelta(days=1)
    assert day == new_year(LAST + 1)


@pytest.mark.parametrize("bad", [(1402, 12, 30), (1403, 7, 31), (1403, 0, 1), (1403, 13, 1), (1403, 1, 0), (900, 1, 1)])
def test_a_day_that_does_not_exist_is_refused(bad: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no date of the Jalali calendar"):
        to_gregorian(*bad)


@pytest.mark.parametrize("bad", [date(1700, 1, 1), date(2300, 1, 1), new_year(FIRST) - timedelta(days=1)])
def test_a_day_beyond_the_rule_is_refused(bad: date) -> None:
    with pytest.raises(ValueError, match="outside the years"):
        from_gregorian(bad)
