"""First names as sequences of letters, which are codes for an embedding."""

from __future__ import annotations

from string import ascii_lowercase

import numpy as np

from core.data.dataset import Dataset, Field
from core.data.files import bundled_text
from core.data.split import stratified_split

LETTERS = ("·", *ascii_lowercase, "-")
"""The symbols; the first one stands for the start and the end of a name, and fills up what is shorter."""
LISTS = ("female", "male")


def names(*, question: str, validation: float, test: float, seed: int) -> Dataset:
    """English first names, letter by letter: on which "list" does it stand, or which letter comes "next"?

    Names on both lists are left out. For "next" the input begins with the start and the answers finish with the end.
    """
    words, kind = _words()
    letters = np.array([len(word) for word in words])
    codes = np.zeros((len(words), int(letters.max()) + 1), dtype=np.float32)
    for sample, word in enumerate(words):
        codes[sample, : len(word)] = [LETTERS.index(letter) for letter in word]
    after = question == "next"
    shown = np.roll(codes, 1, axis=1) if after else codes[:, :-1]
    return Dataset(
        key="names",
        title="First names",
        task="classification",
        inputs={"x": Field(np.ascontiguousarray(shown[:, :, None]), ("letter",), classes=LETTERS, codes=True)},
        target=(
            Field(codes[:, :, None], ("next letter",), classes=LETTERS, codes=True)
            if after
            else Field(kind[:, None].astype(np.float32), ("list",), classes=LISTS, codes=True)
        ),
        split=stratified_split(kind, validation, test, seed),
        mask=np.arange(codes.shape[1]) <= letters[:, None] if after else None,
        lengths=letters + 1 if after else letters,
        feedback="x" if after else "",
        end=0 if after else None,
        view="text",
        source="G. Ward, Moby word lists 2002; from stdlib, CC0 1.0.",
    )


def _words() -> tuple[list[str], np.ndarray]:
    """Names that stand on one list alone, in lower case, and the number of their list."""
    lists = [dict.fromkeys(bundled_text("names", f"{name}.txt").lower().split()) for name in LISTS]
    both = lists[0].keys() & lists[1].keys()
    words = [word for one in lists for word in one if word not in both]
    return words, np.array([word in lists[1] for word in words], dtype=np.int64)
