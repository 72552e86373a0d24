"""Data sets of pictures: the handwritten digits, as a whole, read over time, or to be drawn."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset, Field, Normalisation
from core.data.feedback import PREVIOUS, previous
from core.data.files import bundled_numbers
from core.data.split import stratified_split

SIDE = 8
DIGITS = tuple(str(n) for n in range(10))
SOURCE = "E. Alpaydin and C. Kaynak 1998, UCI repository; from scikit-learn, BSD 3-clause."
INK = 16.0
"""The darkest value of a pixel."""


def digits(*, reading: str, validation: float, test: float, seed: int) -> Dataset:
    """1,797 handwritten digits; ``reading`` is "image" (64), "rows" (8 steps, 8) or "pixels" (64 steps, 1)."""
    pixels, digit = _pixels_and_digit()
    shape = {"image": (SIDE * SIDE,), "rows": (SIDE, SIDE), "pixels": (SIDE * SIDE, 1)}[reading]
    return Dataset(
        key="digits",
        title="Handwritten digits",
        task="classification",
        inputs={"x": Field(pixels.reshape(-1, *shape), normalisation=_ink())},
        target=Field(digit, names=("digit",), classes=DIGITS, codes=True),
        split=stratified_split(digit[:, 0], validation, test, seed),
        view="digits",
        image_shape=(SIDE, SIDE),
        source=SOURCE,
    )


def drawing(*, feedback: str, validation: float, test: float, seed: int) -> Dataset:
    """The same digits the other way round: a digit's name (10 flags) is given and its picture asked, row by row (8, 8).

    With ``feedback`` "previous" the row drawn before is read as well; the first one is empty.
    """
    pixels, digit = _pixels_and_digit()
    flags = np.eye(len(DIGITS), dtype=np.float32)[digit[:, 0].astype(int)]
    rows = Field(pixels.reshape(-1, SIDE, SIDE), normalisation=_ink())
    fed = {PREVIOUS: previous(rows)} if feedback == "previous" else {}
    return Dataset(
        key="drawing",
        title="Drawing digits",
        task="regression",
        inputs={"x": Field(flags, names=DIGITS), **fed},
        target=rows,
        split=stratified_split(digit[:, 0], validation, test, seed),
        feedback=PREVIOUS if fed else "",
        view="sequence",
        source=SOURCE,
    )


def _pixels_and_digit() -> tuple[np.ndarray, np.ndarray]:
    """Ink from 0 to 1 (samples, 64) and the digit (samples, 1)."""
    table = bundled_numbers("digits", "digits.csv.gz")
    return np.asarray(table[:, :-1] / INK, dtype=np.float32), table[:, -1:].astype(np.float32)


def _ink() -> Normalisation:
    """From 0 to 16. The range of a pixel is known beforehand, so nothing is measured on the samples."""
    return Normalisation(np.zeros(1), np.full(1, INK))
