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


def valid_steps(dataset: Dataset, name: str) -> np.ndarray | None:
    """(samples,) valid steps of an input; None where none of it is padding.

    What is fed back is as long as the answer, as far as the mask counts it. Other inputs that have as many steps as the
    main one are padded as that is.
    """
    main, found = next(iter(dataset.inputs)), dataset.inputs[name]
    if name == dataset.feedback and name != main:
        return None if dataset.mask is None else up_to_last(dataset.mask)
    return dataset.lengths if found.sequence and found.steps == dataset.inputs[main].steps else None


def up_to_last(mask: np.ndarray) -> np.ndarray:
    """(samples,) steps up to the last one that a mask (samples, steps) counts; all of them where it counts none."""
    return np.asarray(mask.shape[1] - mask[:, ::-1].argmax(1))
