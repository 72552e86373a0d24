"""Names, letter by letter: first names of women and men, family names of eight languages."""

from __future__ import annotations

import re
import unicodedata
from string import ascii_lowercase

import numpy as np

from core.data.dataset import Dataset
from core.data.files import bundled_text
from core.data.split import stratified_split
from core.data.text.letters import PAD, Head, alphabet, continued, told_apart, written

LETTERS = (PAD, *ascii_lowercase, "-")
"""The symbols of first names."""
LISTS = ("female", "male")
LANGUAGES = ("English", "German", "French", "Spanish", "Italian", "Swedish", "Finnish", "Croatian")
MOST_OF_A_LANGUAGE = 500


def names(*, question: str, validation: float, test: float, seed: int) -> Dataset:
    """English first names: on which "list" does it stand, which letter comes "next", or "write" one of a given list.

    Names on both lists are left out.
    """
    words, kind = _first_names()
    head = Head(
        "names",
        "First names",
        "G. Ward, Moby word lists 2002; from stdlib, CC0 1.0.",
        stratified_split(kind, validation, test, seed),
    )
    if question == "next":
        return continued(head, words, symbols=LETTERS)
    if question == "write":
        return written(head, words, kind, LISTS, LETTERS)
    return told_apart(head, words, kind, LISTS, "list", LETTERS)


def surnames(*, question: str, validation: float, test: float, seed: int) -> Dataset:
    """Family names without accents: of which "language" is it, or "write" one of a given language.

    A name that several languages know is left out, and so is what goes beyond the first 500 names of a language.
    """
    words, kind = _surnames()
    head = Head(
        "surnames", "Family names", "Faker, MIT licence.", stratified_split(kind, validation, test, seed)
    )  # fmt: skip
    if question == "write":
        return written(head, words, kind, LANGUAGES)
    return told_apart(head, words, kind, LANGUAGES, "language", alphabet(words))


def plain(name: str) -> str:
    """A name in small letters without accents; what has no plain letter (ß, ø) is written out."""
    small = name.lower().replace("ß", "ss").replace("ø", "o").replace("æ", "ae").replace("đ", "d").replace("’", "'")
    return "".join(sign for sign in unicodedata.normalize("NFD", small) if unicodedata.category(sign) != "Mn")


def _first_names() -> tuple[list[str], np.ndarray]:
    """Names that stand on one list alone, in small letters, and the number of their list."""
    lists = [dict.fromkeys(bundled_text("names", f"{name}.txt").lower().split()) for name in LISTS]
    both = lists[0].keys() & lists[1].keys()
    words = [word for one in lists for word in one if word not in both]
    return words, np.array([word in lists[1] for word in words], dtype=np.int64)


def _surnames() -> tuple[list[str], np.ndarray]:
    """Plain names of one language alone, of letters, blanks, hyphens and apostrophes, and the number of the language."""
    lists = []
    for language in LANGUAGES:
        found = map(plain, bundled_text("surnames", f"{language.lower()}.txt").splitlines())
        lists.append(dict.fromkeys(name for name in found if re.fullmatch(r"[a-z' -]{2,16}", name)))
    known: dict[str, int] = {}
    for one in lists:
        for name in one:
            known[name] = known.get(name, 0) + 1
    words, kind = [], []
    for number, one in enumerate(lists):
        own = [name for name in one if known[name] == 1][:MOST_OF_A_LANGUAGE]
        words += own
        kind += [number] * len(own)
    return words, np.array(kind, dtype=np.int64)
