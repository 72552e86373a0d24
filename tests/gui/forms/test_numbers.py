"""Numbers as people type them, in every locale, and the steps of the arrows."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from core.catalogue.spec import Param
from core.errors import BadValue
from gui.forms import numbers

LOCALES = ("fa_IR", "ar_EG", "de_DE", "en_US")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        (" 1E-3 ", 0.001),
        ("0,25", 0.25),
        (".5", 0.5),
        ("5.", 5.0),
        ("−3", -3.0),
        ("+2", 2.0),
        ("۱٫۵", 1.5),
        ("١٫٥", 1.5),
        ("۱.۵", 1.5),
        ("۱۲", 12.0),
        ("1×10^-3", 0.001),
        ("۱×۱۰^-۳", 0.001),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1,234,567", 1234567.0),
        ("1'234.5", 1234.5),
        ("1٬234٫5", 1234.5),
        ("12 500", 12500.0),
        ("1,500", 1.5),
    ],
)
def test_what_people_type_is_read(text: str, value: float) -> None:
    assert numbers.parse(text, "Rate") == value


@pytest.mark.parametrize("text", ["", "abc", "1..2", "1e", "--1", "0x10", "1,2,3", "inf", "nan", "1e-3e", "."])
def test_what_is_no_number_gets_a_sentence(text: str) -> None:
    with pytest.raises(BadValue, match="Rate needs a number, not “"):
        numbers.parse(text, "Rate")


@pytest.mark.parametrize("text", ["1,000", "1.000", "12.500", "۱,۰۰۰"])
def test_a_whole_number_that_two_readers_read_differently_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match=r"Units: “.*” may mean \d+000?|500 or \d+"):
        numbers.parse(text, "Units", whole=True)


def test_a_whole_number_keeps_all_its_digits() -> None:
    assert numbers.parse("2147483647", "Seed", whole=True) == 2147483647
    assert numbers.parse("1e3", "Units", whole=True) == 1000
    assert numbers.parse("2,5", "Units", whole=True) == 2.5  # the parameter answers this one


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_shown_reads_back_exactly(value: float) -> None:
    assert numbers.parse(numbers.show(value), "x") == value


@given(st.integers(-(10**12), 10**12))
def test_whole_numbers_read_back_exactly(value: int) -> None:
    assert numbers.parse(numbers.show(value), "x", whole=True) == value


@pytest.mark.parametrize(
    ("value", "text"), [(0.001, "0.001"), (1e-5, "1e-5"), (1.0, "1"), (2.5e20, "2.5e20"), (64, "64")]
)
def test_numbers_are_shown_short(value: float, text: str) -> None:
    assert numbers.show(value) == text


@pytest.mark.parametrize("name", LOCALES)
@pytest.mark.parametrize("value", [0.5, 1.25, -3.75, 0.001, 12.0])
def test_what_a_locale_writes_is_read(name: str, value: float) -> None:
    assert numbers.parse(QLocale(name).toString(value, "f", 3), "x") == pytest.approx(value)


RATE = Param("lr", "Rate", "float", 0.01, "", minimum=0, open_minimum=True, maximum=10, log=True)
DECAY = Param("decay", "Decay", "float", 0.0, "", minimum=0, maximum=10, log=True)
BATCH = Param("batch", "Batch", "int", 32, "", minimum=1, maximum=500, log=True)
SHARE = Param("share", "Share", "float", 0.2, "", minimum=0, maximum=0.9, step=0.05)
COUNT = Param("count", "Count", "int", 5, "", minimum=1)


@pytest.mark.parametrize(
    ("param", "value", "steps", "expected"),
    [
        (RATE, 0.01, 1, 0.02),
        (RATE, 0.02, 1, 0.05),
        (RATE, 0.05, 1, 0.1),
        (RATE, 0.1, -1, 0.05),
        (RATE, 0.03, 1, 0.05),
        (RATE, 0.03, -1, 0.02),
        (RATE, 0.01, 10, 0.1),
        (RATE, 0.01, -10, 0.001),
        (RATE, 10, 1, 10),
        (DECAY, 0.0, 1, 1e-6),
        (DECAY, 1e-6, -1, 0.0),
        (DECAY, 0.0, -1, 0.0),
        (BATCH, 32, 1, 64),
        (BATCH, 32, -1, 16),
        (BATCH, 50, 1, 64),
        (BATCH, 50, -1, 32),
        (BATCH, 1, -1, 1),
        (BATCH, 256, 1, 500),
        (SHARE, 0.25, 1, 0.3),
        (SHARE, 0.0, -1, 0.0),
        (SHARE, 0.9, 1, 0.9),
        (COUNT, 5, 1, 6),
        (COUNT, 5, -10, 1),
    ],
)
def test_arrows_step(param: Param, value: float, steps: int, expected: float) -> None:
    moved = numbers.stepped(param, value, steps)
    assert moved == expected and type(moved) is (int if param.kind == "int" else float)


@given(st.sampled_from([RATE, DECAY, BATCH, SHARE, COUNT]), st.floats(1e-9, 1.0), st.sampled_from([-10, -1, 1, 10]))
def test_a_step_never_leaves_the_bounds(param: Param, place: float, steps: int) -> None:
    start = param.check(max(1, round(place * 400)) if param.kind == "int" else place * 0.9)
    moved = numbers.stepped(param, start, steps)
    assert param.check(moved) == moved and math.isfinite(moved)
    assert (moved - start) * steps >= 0
