"""Which samples are for training, validation and test: by stratified lot, or by time without leakage.

A part without samples is left out of the split.
"""

from __future__ import annotations

import numpy as np

from core.data.dataset import Part
from core.errors import DataError

Split = dict[Part, np.ndarray]


def stratified_split(classes: np.ndarray, validation: float, test: float, seed: int) -> Split:
    """A random split in which each class has the same share of every part as of the whole.

    ``classes`` is (samples,). Give zeros where there are no classes.
    """
    samples = len(classes)
    for_validation, for_test = _sizes(samples, validation, test)
    order = np.random.default_rng([seed, 1]).permutation(samples)
    rank = np.empty(samples)
    for one in np.unique(classes):
        members = order[classes[order] == one]
        rank[members] = (np.arange(len(members)) + 0.5) / len(members)
    spread = order[np.argsort(rank[order], kind="stable")]
    held = for_validation + for_test
    return _parts(spread[held:], spread[:for_validation], spread[for_validation:held])


def random_split(samples: int, validation: float, test: float, seed: int) -> Split:
    """A random split of samples that know no classes."""
    return stratified_split(np.zeros(samples, dtype=np.int64), validation, test, seed)


def time_split(first: np.ndarray, last: np.ndarray, validation: float, test: float) -> Split:
    """A split of windows by time: training comes first, then validation, then test.

    ``first`` and ``last`` (samples,) are the first and last time of each window's target, in steps. Targets of
    different parts never share a time; windows whose target lies across a border belong to no part.
    """
    start, stop = int(first.min()), int(last.max()) + 1
    for_validation, for_test = _sizes(stop - start, validation, test)
    test_start = stop - for_test
    validation_start = test_start - for_validation
    split = _parts(
        np.flatnonzero(last < validation_start),
        np.flatnonzero((first >= validation_start) & (last < test_start)),
        np.flatnonzero(first >= test_start),
    )
    wanted = 1 + (validation > 0) + (test > 0)
    if len(split) < wanted:
        raise DataError(
            "The series is too short to give windows for training, validation and test: "
            "make the window or the horizon shorter, or the shares larger."
        )
    return split


def _sizes(samples: int, validation: float, test: float) -> tuple[int, int]:
    """Samples for validation and for test; at least one each where the share is above 0."""
    held = [max(1, round(share * samples)) if share > 0 else 0 for share in (validation, test)]
    if sum(held) >= samples:
        raise DataError(
            "A validation share of {validation:g} and a test share of {test:g} leave nothing to train on: lower them.",
            validation=validation,
            test=test,
        )
    return held[0], held[1]


def _parts(train: np.ndarray, validation: np.ndarray, test: np.ndarray) -> Split:
    named: Split = {"train": train, "validation": validation, "test": test}
    return {part: np.sort(samples) for part, samples in named.items() if len(samples)}
