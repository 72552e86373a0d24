"""A sample's input as something to look at."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Field


def picture(field: Field, values: np.ndarray, image_shape: tuple[int, int] | None) -> np.ndarray:
    """A sample's input as (rows, columns): a picture as it is, a sequence as features x time, else one column."""
    if values.ndim == 2:
        return values.T
    if image_shape is not None and values.size == image_shape[0] * image_shape[1]:
        return values.reshape(image_shape)
    return values[:, None]
