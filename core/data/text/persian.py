"""Persian as it is written: one code for each letter, however the text was typed."""

from __future__ import annotations

import re
import unicodedata

HALF_SPACE = "\u200c"
"""The zero-width non-joiner, which parts two letters of a word without a gap."""
DIGITS = "۰۱۲۳۴۵۶۷۸۹"

_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ۀ": "ه", "ة": "ه", "ە": "ه", "ؤ": "و", "أ": "ا", "إ": "ا", "ٱ": "ا", "ـ": ""})  # fmt: skip
_NUMBERS = {ord(digit): DIGITS[value] for digits in ("0123456789", "٠١٢٣٤٥٦٧٨٩") for value, digit in enumerate(digits)}
_HALF = re.compile(r"[\u200b\u200d\u2060\u00ad\ufeff]")
_LOOSE = re.compile(rf"{HALF_SPACE}*\s+{HALF_SPACE}*")
_MANY = re.compile(rf"{HALF_SPACE}{{2,}}")


def normalised(text: str) -> str:
    """A text with Persian ye and kaf instead of the Arabic ones, Persian digits, no vowel signs and tidy half-spaces.

    A hamza above or below a letter is dropped (ؤ is و), since writers put it there or not; a half-space beside a space
    or at an end says nothing and goes too.
    """
    text = unicodedata.normalize("NFC", text).translate(_LETTERS)
    bare = "".join(sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) != "Mn")
    found = _MANY.sub(HALF_SPACE, _LOOSE.sub(" ", _HALF.sub("", bare.translate(_NUMBERS))))
    return found.strip(f" {HALF_SPACE}")


def letters_only(text: str) -> str:
    """The letters of a normalised text and what parts them; everything else parts words."""
    kept = "".join(sign if sign.isalpha() or sign == HALF_SPACE else " " for sign in text)
    return _LOOSE.sub(" ", kept).strip(f" {HALF_SPACE}")
