"""Numbers and dates out of cells, against Python's float, datetime and published calendar dates."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.importers.cells import NumberForm, date, dates, number, numbers

PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(FINITE, min_size=1, max_size=30), st.sampled_from(["repr", "fixed", "power"]))
def test_every_number_reads_bit_for_bit_as_float_reads_it(values: list[float], style: str) -> None:
    cells = [repr(v) if style == "repr" else f"{v:.17g}" if style == "power" else f"{v:.6f}" for v in values]
    for digits in (None, PERSIAN, ARABIC):
        found, bad = numbers([cell.translate(digits) if digits else cell for cell in cells])
        assert not bad
        assert found.tobytes() == np.array([float(cell) for cell in cells]).tobytes()


@given(st.lists(FINITE, min_size=1, max_size=20), st.sampled_from(["", " na", "NA", "-", "null", "NaN", "?"]))
def test_a_missing_value_among_them_changes_no_other(values: list[float], gap: str) -> None:
    cells = [repr(v) for v in values]
    found, bad = numbers([*cells, gap, *cells])
    assert not bad
    assert np.isnan(found[len(cells)])
    assert np.delete(found, len(cells)).tobytes() == np.array([float(c) for c in cells] * 2).tobytes()


@given(
    st.integers(-(10**12), 10**12),
    st.integers(0, 999),
    st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'")]),
)
def test_thousands_and_decimal_signs(whole: int, part: int, signs: tuple[str, str]) -> None:
    decimal, thousands = signs
    plain = f"{whole:,}.{part:03}"
    written = plain.translate(str.maketrans({",": thousands, ".": decimal}))
    assert number(written, NumberForm(decimal, thousands)) == float(plain.replace(",", ""))
    ungrouped = f"{whole}{decimal}{part:03}"
    assert numbers([ungrouped], NumberForm(decimal, thousands))[0][0] == float(plain.replace(",", ""))


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("۱٬۲۳۴٫۵", 1234.5),
        ("٣٫٢٥", 3.25),
        ("−5", -5),
        (" 7 ", 7),
        ("+.5", 0.5),
        ("5.", 5),
        ("\u200f۱۲", 12),
        ("1e3", 1000),
    ],
)
def test_how_else_a_number_is_written(cell: str, value: float) -> None:
    assert number(cell) == value
    assert numbers([cell, "1"])[0][0] == value


@pytest.mark.parametrize(
    "cell", ["1_000", "inf", "-Infinity", "1e999", "1,5", "12abc", "0x10", "--3", "1.2.3", "1 2", "e5", "+", "1e", "½"]
)
def test_what_is_no_number(cell: str) -> None:
    with pytest.raises(ValueError):
        number(cell)
    for around in ([cell], ["1", cell, "2"], ["", cell]):
        assert numbers(around)[1] == [around.index(cell)]


@pytest.mark.parametrize("cell", ["1,23", "12,34,567", "1,2345", ",123", "1,,000"])
def test_thousands_signs_stand_between_groups_of_three(cell: str) -> None:
    assert numbers([cell], NumberForm(".", ","))[1] == [0]


def test_quick_and_careful_ways_agree_on_odd_cells() -> None:
    cells = ["5.", ".5", "1e5", " 2", "٣", "-0", "007", "1E-3"]
    assert numbers(cells)[0].tolist() == [number(cell) for cell in cells]


@given(st.datetimes(datetime(1500, 1, 1), datetime(2999, 12, 31)))
def test_dates_are_seconds_since_1970(moment: datetime) -> None:
    wanted = moment.replace(microsecond=0, tzinfo=UTC).timestamp()
    day = datetime(moment.year, moment.month, moment.day, tzinfo=UTC).timestamp()
    assert dates([f"{moment:%Y-%m-%d %H:%M:%S}"])[0][0] == wanted
    assert dates([f"{moment:%Y-%m-%dT%H:%M:%S}", ""])[0][0] == wanted
    assert date(f"{moment.day}.{moment.month}.{moment.year}", "dmy") == day
    assert date(f"{moment:%m/%d/%Y}", "mdy") == day
    assert date(f"{moment:%Y/%m/%d}".translate(PERSIAN)) == day


@pytest.mark.parametrize(
    ("persian", "gregorian"),
    [  # as printed in calendars of these years
        ("1357/11/22", "1979-02-11"),
        ("1399/12/30", "2021-03-20"),
        ("1400/01/01", "2021-03-21"),
        ("1403/12/30", "2025-03-20"),
        ("1404/01/01", "2025-03-21"),
        ("۱۳۹۵/۰۱/۰۱", "2016-03-20"),
        ("1285/05/14", "1906-08-06"),
    ],
)
def test_the_persian_calendar(persian: str, gregorian: str) -> None:
    assert date(persian) == date(gregorian)


@pytest.mark.parametrize(
    "cell",
    ["2020-13-01", "2021-02-29", "1402/12/30", "today", "2020-01-01 25:00", "20200101", "1/2", "99/1/1", "0/0/0"],
)
def test_what_is_no_date(cell: str) -> None:
    with pytest.raises(ValueError):
        date(cell)
    assert dates(["2020-01-01", cell])[1] == [1]


def test_a_line_break_inside_a_cell_makes_no_second_cell() -> None:
    assert numbers(["۱", "۲\n۳", "۴"])[1] == [1]
    assert dates(["2020-01-01", "2020-01-02\n2020-01-03"])[1] == [1]
