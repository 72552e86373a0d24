"""Data sets of pictures: the handwritten digits, as a whole or read over time."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset, Field, Normalisation
from core.data.files import bundled_numbers
from core.data.split import stratified_split

SIDE = 8
INK = 16.0
"""The darkest value of a pixel."""


def digits(*, reading: str, validation: float, test: float, seed: int) -> Dataset:
    """1,797 handwritten digits; ``reading`` is "image" (64), "rows" (8 steps, 8) or "pixels" (64 steps, 1)."""
    table = bundled_numbers("digits", "digits.csv.gz")
    shape = {"image": (SIDE * SIDE,), "rows": (SIDE, SIDE), "pixels": (SIDE * SIDE, 1)}[reading]
    pixels = np.asarray(table[:, :-1] / INK, dtype=np.float32).reshape(-1, *shape)
    digit = table[:, -1:].astype(np.float32)
    # The range of a pixel is known beforehand, so nothing is measured on the samples.
    ink = Normalisation(np.zeros(1), np.full(1, INK))
    return Dataset(
        key="digits",
        title="Handwritten digits",
        task="classification",
        inputs={"x": Field(pixels, normalisation=ink)},
        target=Field(digit, names=("digit",), classes=tuple(str(n) for n in range(10)), codes=True),
        split=stratified_split(digit[:, 0], validation, test, seed),
        view="digits",
        image_shape=(SIDE, SIDE),
        source="E. Alpaydin and C. Kaynak 1998, UCI repository; from scikit-learn, BSD 3-clause.",
    )
