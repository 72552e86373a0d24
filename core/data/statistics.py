"""What there is in a data set, counted: numbers of a feature, symbols of a text, lengths of sequences, samples of a class.

Padding never counts, and neither does an answer that the mask leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.dataset import PARTS, Dataset, Part
from core.data.looking import Moments, bins, moments_of, values_of
from core.data.padding import valid


@dataclass(frozen=True, eq=False)
class Numbers:
    """The numbers of one feature, in their own unit."""

    moments: Moments
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
    values, every = values_of(dataset, dataset.field(name), feature, part)
    return of_values(values, bins(values), every)


def of_values(values: np.ndarray, edges: np.ndarray, every: int = 1) -> Numbers:
    """Some values, counted in bins between ``edges``."""
    return Numbers(moments_of(values), np.histogram(values, edges)[0], edges, every)


def symbols_of(dataset: Dataset, name: str, part: Part = "train") -> Counts:
    """How often each symbol of an input, or of the target where ``name`` is "target", occurs in a part."""
    field, rows = dataset.field(name), dataset.samples(part)
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
    field, rows = dataset.field(name), dataset.samples(part)
    inside = valid(dataset, name, rows)
    if not field.sequence or inside is None:
        return None
    found: np.ndarray = inside.sum(axis=1)
    return found if found.min() != found.max() else None
