"""What a network answered, beside what was right: classes decided, numbers in their own unit, one row per counted step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.dataset import Dataset
from core.decimate import drawable
from core.reports import Evaluation

AROUND_ZERO = frozenset({"identity", "tanh", "hard_tanh", "softsign", "leaky_relu", "elu", "selu", "prelu"})
"""Activations of a single output unit whose yes begins above 0; the others' begins above one half."""


@dataclass(frozen=True, eq=False)
class Answers:
    """One row per sample, or per step that counts of a sequence target."""

    samples: np.ndarray
    """(n,) sample numbers."""
    steps: np.ndarray
    """(n,) time steps, 0-based; 0 where the target is static."""
    scores: np.ndarray
    """(n, units) what the output layer said."""
    wanted: np.ndarray
    """(n, features) the target as it is in the data set: a class number, or normalised numbers."""
    sequence: bool
    """True where the target has a value per step."""


@dataclass(frozen=True, eq=False)
class Decisions:
    """Classes, (n,) each; ``said`` is -1 where an output was not finite."""

    truth: np.ndarray
    said: np.ndarray

    @property
    def wrong(self) -> np.ndarray:
        """True where the answer is not right, (n,)."""
        return np.asarray(self.truth != self.said)

    def table(self, classes: int) -> np.ndarray:
        """(classes, classes) counts of (true class, answer); answers that are not finite are not in it."""
        cells = np.zeros((classes, classes), dtype=int)
        decided = self.said >= 0
        np.add.at(cells, (self.truth[decided], self.said[decided]), 1)
        return cells


def answers(data: Dataset, evaluation: Evaluation) -> Answers | None:
    """The rows of an evaluation that count; None where it does not belong to this data."""
    samples, outputs = np.asarray(evaluation.samples), np.asarray(evaluation.outputs)
    units = {data.outputs, 1} if data.target.codes and data.outputs <= 2 else {data.outputs}
    if len(samples) != len(outputs) or not len(samples) or outputs.ndim not in (2, 3) or outputs.shape[-1] not in units:
        return None
    if samples.max() >= len(data):
        return None
    wanted = data.target.values[samples]
    sequence = outputs.ndim == 3
    if not sequence and wanted.ndim == 3:
        return None
    if not sequence:
        return Answers(samples, np.zeros(len(samples), int), outputs, wanted, False)
    if wanted.ndim == 2:
        wanted = np.broadcast_to(wanted[:, None], (*outputs.shape[:2], wanted.shape[-1]))
    if wanted.shape[1] != outputs.shape[1]:
        return None
    keep = np.ones(outputs.shape[:2], bool) if data.mask is None else data.mask[samples].astype(bool)
    row, step = np.nonzero(keep)
    return Answers(samples[row], step, outputs[keep], wanted[keep], True)


def decisions(given: Answers, activation: str) -> Decisions:
    """The class that each row names; ``activation`` (key) of the output tells where a single unit's yes begins."""
    scores = given.scores
    if scores.shape[1] == 1:
        said = (scores[:, 0] > (0.0 if activation in AROUND_ZERO else 0.5)).astype(int)
    else:
        said = np.where(np.isfinite(scores), scores, -np.inf).argmax(axis=1)
    said[~np.isfinite(scores).all(axis=1)] = -1
    return Decisions(given.wanted[:, 0].astype(int), said)


def in_unit(data: Dataset, given: Answers) -> tuple[np.ndarray, np.ndarray]:
    """(target, prediction), (n, features) each, in the unit of the data."""
    scale = data.target.normalisation
    wanted, said = given.wanted.astype(float), given.scores.astype(float)
    if scale is None:
        return wanted, said
    # A network that has run away may leave the range of floats here: infinity says so.
    with np.errstate(over="ignore"):
        return scale.undo(wanted), scale.undo(said)


def mean_miss(wanted: np.ndarray, said: np.ndarray) -> tuple[float, int]:
    """(mean |said - wanted| over the answers that are numbers below HUGE, how many are not); NaN where none is."""
    with np.errstate(over="ignore", invalid="ignore"):
        miss = np.abs(said - wanted)
    good = miss[drawable(miss)]
    # Divided first: the sum of large numbers could overflow.
    return (float((good / len(good)).sum()) if len(good) else float("nan")), int(miss.size - len(good))
