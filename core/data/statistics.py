"""What there is in a data set, counted: numbers of a feature, symbols of a text, lengths of sequences, samples of a class.

Padding never counts, and neither does an answer that the mask leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.dataset import PARTS, Dataset, Field, Part

MOST_VALUES = 4_000_000
"""Numbers that are counted at once; of a larger array every n-th sample is."""
BINS = 32


@dataclass(frozen=True, eq=False)
class Numbers:
    """The numbers of one feature, in their own unit."""

    count: int
    mean: float
    std: float
    low: float
    high: float
    shares: np.ndarray
    """(bins,) how many numbers lie in each bin."""
    edges: np.ndarray
    """(bins + 1,)"""
    every: int
    """1 where every sample was counted, n where every n-th one was."""


@dataclass(frozen=True, eq=False)
class Counts:
    """How often each class or symbol occurs, in the order of its code."""

    names: tuple[str, ...]
    counts: np.ndarray


def numbers_of(dataset: Dataset, name: str, feature: int | None, part: Part = "train") -> Numbers:
    """The numbers of a feature of an input, or of the target where ``name`` is "target"; None takes all features as one."""
    field, rows = _field(dataset, name), dataset.samples(part)
    each = max(1, field.values[0].size if feature is None else field.steps or 1)
    every = max(1, -(-len(rows) * each // MOST_VALUES))
    rows = rows[::every]
    values = field.values[rows] if feature is None else field.values[rows][..., [feature]]
    values = np.asarray(values, np.float64)
    if field.normalisation is not None:
        scale = field.normalisation
        chosen = slice(None) if feature is None or len(scale.mean) == 1 else [feature]
        values = values * scale.scale[chosen] + scale.mean[chosen]
    inside = valid(dataset, name, rows)
    values = (values if inside is None else values[inside]).ravel()
    shares, edges = np.histogram(values, bins=_edges(values))
    return Numbers(
        len(values), values.mean(), values.std(), values.min(), values.max(), shares, edges, every
    )  # fmt: skip


def symbols_of(dataset: Dataset, name: str, part: Part = "train") -> Counts:
    """How often each symbol of an input, or of the target where ``name`` is "target", occurs in a part."""
    field, rows = _field(dataset, name), dataset.samples(part)
    inside = valid(dataset, name, rows)
    values = field.values[rows]
    codes = (values if inside is None else values[inside]).ravel().astype(int)
    return Counts(field.classes, np.bincount(codes, minlength=len(field.classes)))


def balance(dataset: Dataset) -> dict[Part, np.ndarray]:
    """Answers of each class (classes,) in each part; for a target made of classes."""
    return {part: symbols_of(dataset, "target", part).counts for part in PARTS if part in dataset.split}


def given_classes(dataset: Dataset) -> Counts | None:
    """Samples per class where a class is what is given, as a flag each; None where it is not."""
    main = next(iter(dataset.inputs.values()))
    flags = main.values
    if main.sequence or not main.names or not dataset.target.sequence or main.normalisation is not None:
        return None
    if not (((flags == 0) | (flags == 1)).all() and (flags.sum(axis=1) == 1).all()):
        return None
    return Counts(main.names, flags[dataset.samples("train")].sum(axis=0).astype(int))


def lengths_of(dataset: Dataset, name: str, part: Part = "train") -> np.ndarray | None:
    """Valid steps of each sample of a part (samples,); None where ``name`` is no sequence or all are of one length."""
    field, rows = _field(dataset, name), dataset.samples(part)
    inside = valid(dataset, name, rows)
    if not field.sequence or inside is None:
        return None
    found: np.ndarray = inside.sum(axis=1)
    return found if found.min() != found.max() else None


def valid(dataset: Dataset, name: str, rows: np.ndarray) -> np.ndarray | None:
    """Which steps of these samples are no padding (samples, steps); None where all are, or ``name`` is no sequence."""
    field = _field(dataset, name)
    if not field.sequence:
        return None
    if name == "target" or name == dataset.feedback:
        return None if dataset.mask is None else dataset.mask[rows]
    if dataset.lengths is None or name != next(iter(dataset.inputs)):
        return None
    inside: np.ndarray = np.arange(field.values.shape[1]) < dataset.lengths[rows, None]
    return inside


def _field(dataset: Dataset, name: str) -> Field:
    return dataset.target if name == "target" else dataset.inputs[name]


def _edges(values: np.ndarray) -> np.ndarray:
    """Bins of one width; whole numbers in a small range get one each."""
    low, high = float(values.min()), float(values.max())
    if high - low < BINS and bool((values == np.rint(values)).all()):
        return np.arange(low - 0.5, high + 1)
    return np.linspace(low, high if high > low else low + 1, BINS + 1)
