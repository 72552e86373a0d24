"""A sample's numbers in their own unit, and its target in words."""

from __future__ import annotations

import numpy as np

from core.data.dataset import Dataset, Field
from gui.text import tr, tr_core

MOST_WORDS = 16


def raw(field: Field, sample: int) -> np.ndarray:
    """The values of a sample in their own unit: (features,) or (steps, features)."""
    values = np.asarray(field.values[sample], float)
    if field.normalisation is None:
        return values
    own = field.normalisation.undo(values)
    # What is below the precision of the stored numbers is an exact 0 of the source.
    dust = 1e-6 * (np.abs(field.normalisation.mean) + np.abs(field.normalisation.scale))
    return np.where(np.abs(own) < dust, 0.0, own)


def named(field: Field, feature: int) -> str:
    """The name of a feature."""
    return tr_core(field.names[feature]) if feature < len(field.names) else tr("feature {n}", n=feature + 1)


def number(value: float, unit: str = "") -> str:
    """A value with its unit."""
    text = f"{value:.4g}"
    return f"{text} {tr_core(unit)}" if unit else text


def target_words(dataset: Dataset, sample: int) -> str:
    """What the network should answer; for a sequence, how many answers there are."""
    field = dataset.target
    values = raw(field, sample)
    if values.ndim == 2:
        counted = values if dataset.mask is None else values[dataset.mask[sample]]
        if field.codes and len(counted) <= MOST_WORDS:
            return ", ".join(tr_core(field.classes[int(code)]) for code in counted[:, 0])
        return tr("one at each of {n} steps", n=len(counted))
    if field.codes:
        return tr_core(field.classes[int(values[0])])
    if len(values) == 1:
        return number(float(values[0]), field.unit)
    return ", ".join(f"{named(field, n)}: {number(float(v), field.unit)}" for n, v in enumerate(values))
