"""The metrics: one function per catalogue entry on what was counted, as plain numpy in 64 bit.

Metrics of numbers are in the unit of the data: normalisation is undone first.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from core.catalogue.metrics import METRICS
from core.catalogue.spec import Choice
from core.data.dataset import Dataset, Normalisation
from core.engine.activations import resolve

Metric = Callable[[Tensor, Tensor, Tensor | None], float]
_AROUND_ZERO = frozenset({"identity", "tanh", "hard_tanh", "softsign", "leaky_relu", "elu", "selu", "prelu"})
"""Activations whose yes begins above 0; the others' begins above one half."""


@dataclass(frozen=True, eq=False)
class Counted:
    """What the network said and what was right, at the positions that count."""

    scores: np.ndarray
    """(n, units)."""
    wanted: np.ndarray
    """(n, features): numbers, or the class number as one feature."""
    sequence: np.ndarray
    """(n,): number of the sequence that each position belongs to."""
    classes: int
    """How many classes there are; 0 where the target is not a class."""
    threshold: float
    """A single unit says the second class above it."""
    logarithms: bool
    """True where the scores are log-probabilities."""
    normalisation: Normalisation | None

    def truth(self) -> np.ndarray:
        """Class numbers, (n,)."""
        if self.classes:
            return np.asarray(self.wanted[:, 0].astype(int))
        return self._decided(self.wanted, 0.5)

    def answer(self) -> np.ndarray:
        """The class with the highest output, (n,)."""
        return self._decided(self.scores, self.threshold)

    @staticmethod
    def _decided(values: np.ndarray, threshold: float) -> np.ndarray:
        single = values.shape[1] == 1
        return np.asarray((values[:, 0] > threshold).astype(int) if single else values.argmax(axis=1))

    def table(self) -> np.ndarray:
        """Counts of (true class, answer), (classes, classes)."""
        size = max(self.classes, self.scores.shape[1], 2)
        cells = np.zeros((size, size), dtype=int)
        np.add.at(cells, (self.truth(), self.answer()), 1)
        return cells

    def numbers(self) -> tuple[np.ndarray, np.ndarray]:
        """(target, prediction) in the unit of the data, (n, features) each; classes become rows of 0 and a single 1."""
        wanted = self.wanted
        if self.classes and self.scores.shape[1] > 1:
            wanted = np.eye(self.scores.shape[1])[self.truth()]
        if self.normalisation is None or self.classes:
            return wanted, self.scores
        return self.normalisation.undo(wanted), self.normalisation.undo(self.scores)

    def chance(self) -> np.ndarray:
        """log of the probability given to the right class, (n,)."""
        tiny = np.finfo(float).tiny
        values = self.scores if self.logarithms else np.log(np.maximum(self.scores, tiny))
        if values.shape[1] > 1:
            return np.asarray(np.take_along_axis(values, self.truth()[:, None], axis=1)[:, 0])
        return np.where(self.truth() == 1, values[:, 0], np.log(np.maximum(1 - np.exp(values[:, 0]), tiny)))


def metric_function(choice: Choice | str, dataset: Dataset, output_activation: Choice | None = None) -> Metric:
    """The metric f(outputs, targets, mask) of a chosen entry; NaN where it has no value, such as for no samples.

    outputs (steps, batch, units) or (batch, units), targets likewise, mask (steps, batch) or None. "confusion" gives an
    array. ``output_activation`` tells where yes begins for a single unit, and whether outputs are logarithms.
    """
    chosen = METRICS.choose(choice) if isinstance(choice, str) else METRICS.complete(choice)
    if chosen.key == "auto":
        chosen = METRICS.choose(default_metric(dataset))
    function: Callable[..., Any] = resolve(METRICS[chosen.key].runs)
    activation = output_activation.key if output_activation else ""

    def metric(outputs: Tensor, targets: Tensor, mask: Tensor | None) -> Any:
        counted = _counted(outputs, targets, mask, dataset, activation)
        return function(counted, **chosen.values) if len(counted.scores) else math.nan

    return metric


def default_metric(dataset: Dataset) -> str:
    """The metric that fits the data: accuracy for classes, root mean squared error for numbers."""
    return "accuracy" if dataset.task == "classification" else "rmse"


def _counted(outputs: Tensor, targets: Tensor, mask: Tensor | None, dataset: Dataset, activation: str) -> Counted:
    scores = outputs.detach().cpu().numpy().astype(float)
    wanted = targets.detach().cpu().numpy().astype(float)
    positions = scores.shape[:-1]
    keep = ... if mask is None else np.broadcast_to(mask.detach().cpu().numpy() > 0, positions)

    def counted(values: np.ndarray, features: tuple[int, ...]) -> np.ndarray:
        return np.broadcast_to(values, (*positions, *features))[keep].reshape(-1, *features)

    return Counted(
        counted(scores, scores.shape[-1:]),
        counted(wanted, wanted.shape[-1:]),
        counted(np.arange(positions[-1]), ()),
        dataset.outputs if dataset.target.codes else 0,
        0.0 if activation in _AROUND_ZERO else 0.5,
        activation == "log_softmax",
        dataset.target.normalisation,
    )


def accuracy(counted: Counted) -> float:
    """Share of right answers."""
    return float((counted.truth() == counted.answer()).mean())


def top_k(counted: Counted, k: int) -> float:
    """Share of positions whose class is among the k highest outputs; ties count as lost."""
    if counted.scores.shape[1] == 1:
        return accuracy(counted)
    mine = np.take_along_axis(counted.scores, counted.truth()[:, None], axis=1)
    ahead = (counted.scores >= mine).sum(axis=1) - 1
    return float((ahead < k).mean())


def precision(counted: Counted) -> float:
    """TP / (TP + FP)."""
    table = counted.table()
    return _over_classes(table, np.diag(table), table.sum(axis=0))


def recall(counted: Counted) -> float:
    """TP / (TP + FN)."""
    table = counted.table()
    return _over_classes(table, np.diag(table), table.sum(axis=1))


def f1(counted: Counted) -> float:
    """2 TP / (2 TP + FP + FN)."""
    table = counted.table()
    return _over_classes(table, 2 * np.diag(table), table.sum(axis=0) + table.sum(axis=1))


def _over_classes(table: np.ndarray, part: np.ndarray, whole: np.ndarray) -> float:
    """part / whole of the second of two classes, or averaged over the classes that occur among several."""
    ratio = np.divide(part, whole, out=np.zeros(len(table)), where=whole > 0)
    return float(ratio[1]) if len(table) == 2 else float(ratio[table.sum(axis=1) > 0].mean())


def auc(counted: Counted) -> float:
    """Chance that a sample of the class outranks another (Hanley and McNeil 1982), by the rank sum; ties count half."""
    truth = counted.truth()
    if counted.scores.shape[1] <= 2:
        return _rank_share(
            counted.scores[:, -1] - (counted.scores[:, 0] if counted.scores.shape[1] == 2 else 0), truth == 1
        )
    each = [_rank_share(counted.scores[:, k], truth == k) for k in range(counted.scores.shape[1])]
    known = [value for value in each if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def _rank_share(scores: np.ndarray, positive: np.ndarray) -> float:
    ours, others = int(positive.sum()), int((~positive).sum())
    if not ours or not others:
        return math.nan
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[positive].sum() - ours * (ours + 1) / 2) / (ours * others))


def confusion(counted: Counted) -> np.ndarray:
    """Counts of (true class, answer)."""
    return counted.table()


def perplexity(counted: Counted) -> float:
    """exp of the mean negative log-probability of the right class."""
    return float(np.exp(min(700.0, -counted.chance().mean())))


def sequence_accuracy(counted: Counted) -> float:
    """Share of sequences without a mistake."""
    wrong = counted.truth() != counted.answer()
    sequences = np.unique(counted.sequence)
    return 1 - len(np.unique(counted.sequence[wrong])) / len(sequences)


def mae(counted: Counted) -> float:
    """Mean |y - f|."""
    wanted, said = counted.numbers()
    return float(np.abs(wanted - said).mean())


def rmse(counted: Counted) -> float:
    """Root of the mean (y - f)^2."""
    wanted, said = counted.numbers()
    return float(np.sqrt(np.square(wanted - said).mean()))


def r2(counted: Counted) -> float:
    """1 - (squared misses) / (squared distances from the mean of each feature)."""
    wanted, said = counted.numbers()
    spread = np.square(wanted - wanted.mean(axis=0)).sum()
    return float(1 - np.square(wanted - said).sum() / spread) if spread else math.nan


def mape(counted: Counted) -> float:
    """Mean |y - f| / |y| in per cent; targets of 0 are left out."""
    wanted, said = counted.numbers()
    there = wanted != 0
    if not there.any():
        return math.nan
    return float(100 * np.abs((wanted[there] - said[there]) / wanted[there]).mean())
