"""Which steps of a sequence are no padding."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset


def valid(dataset: Dataset, name: str, samples: np.ndarray) -> np.ndarray | None:
    """(samples, steps) bool of an input, or of the target where ``name`` is "target"; None where all steps are valid.

    Of the target those are valid that the mask counts, and of what is fed back the same ones.
    """
    field = dataset.field(name)
    if not field.sequence:
        return None
    if name == "target" or name == dataset.feedback:
        return None if dataset.mask is None else dataset.mask[samples]
    if dataset.lengths is None or name != next(iter(dataset.inputs)):
        return None
    inside: np.ndarray = np.arange(field.values.shape[1]) < dataset.lengths[samples, None]
    return inside
