"""Persian text comes out the same however it was typed."""

from __future__ import annotations

import pytest

from core.data.text.persian import letters_only, normalised

HALF = "\u200c"


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("كتابي", "کتابی"),
        ("علي\u200cها", f"علی{HALF}ها"),
        (f"می{HALF}{HALF}رود", f"می{HALF}رود"),
        (f"می {HALF}رود", "می رود"),
        (f"{HALF}سلام{HALF} ", "سلام"),
        ("سَلامٌ", "سلام"),
        ("مســـلم", "مسلم"),
        ("1403 و ٢٣", "۱۴۰۳ و ۲۳"),
        ("خانۀ مؤمن", "خانه مومن"),
        ("خانه\u0654 ما", "خانه ما"),
        ("آب", "آب"),
        ("ا\u0653ب", "آب"),
    ],
)
def test_normalised(typed: str, wanted: str) -> None:
    assert normalised(typed) == wanted
    assert normalised(wanted) == wanted


def test_what_is_no_letter_parts_words() -> None:
    assert letters_only(normalised("سلام، دنیا! (۱۲)")) == "سلام دنیا"
    assert letters_only(normalised(f"رفته{HALF}اند؛")) == f"رفته{HALF}اند"
