"""The evaluation page as numbers: everything about one part of the data, of one network, at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from core.answers import Answers, Decisions, answers, decisions, in_unit
from core.catalogue.metrics import METRICS, MetricSpec
from core.catalogue.spec import Choice
from core.data.cache import dataset
from core.data.dataset import Dataset, Part
from core.data.importers.progress import Job, Progress
from core.errors import DataError
from core.evaluation.baselines import Baseline, baselines
from core.evaluation.passes import Judged
from core.evaluation.sequences import Sequences, whole_sequences
from core.network import activation_of
from core.project import State

MANY_CLASSES = 5
"""Classes from which on the first three guesses are counted too."""
MOST_RANKED = 64
"""Classes up to which the order of the outputs is judged."""
MOST_LENGTHS = 12
"""Different lengths that are told one by one; more are gathered."""
PROBABLE = ("softmax", "log_softmax", "sigmoid")
CROSS_ENTROPY = "cross_entropy"


@dataclass(frozen=True)
class Subject:
    """Whose weights are judged."""

    run: str = ""
    """Id of the run that they come from; "" of weights that come from none."""
    batch: int = 0
    """Training steps that they had taken in it."""


@dataclass(frozen=True)
class Measured:
    """One number about the network, and the same about each way to answer without one."""

    key: str
    """An entry of the catalogue "metrics", or "cross_entropy" (nats per answer)."""
    value: float
    baselines: Mapping[str, float]
    """By key of the baseline."""

    @property
    def higher_is_better(self) -> bool:
        """The direction of the metric."""
        if self.key not in METRICS:
            return False
        spec = METRICS[self.key]
        return isinstance(spec, MetricSpec) and spec.better == "higher"

    @property
    def beaten(self) -> bool | None:
        """Whether the network is better than every baseline; None where there is none."""
        known = [value for value in self.baselines.values() if np.isfinite(value)]
        if not known or not np.isfinite(self.value):
            return None
        return self.value > max(known) if self.higher_is_better else self.value < min(known)


@dataclass(frozen=True, eq=False)
class Classes:
    """How each class fares, (classes,) each."""

    names: tuple[str, ...]
    table: np.ndarray
    """(classes, classes) counts of (true class, answer)."""
    precision: np.ndarray
    """Right share of the answers that name the class; NaN where none does."""
    recall: np.ndarray
    """Right share of its own rows; NaN where there is none."""
    f1: np.ndarray
    support: np.ndarray
    """How many rows belong to it."""


@dataclass(frozen=True, eq=False)
class Curve:
    """The mean error along something, beside that of the best baseline."""

    at: np.ndarray
    """(n,) time steps from 1 on, or lengths (of a gathered range the smallest)."""
    until: np.ndarray
    """(n,) the largest length of the range; equal to ``at`` for single ones."""
    error: np.ndarray
    """(n,) share of wrong answers, or mean absolute error in the unit of the data."""
    baseline: np.ndarray
    """(n,) the same of the best baseline."""
    count: np.ndarray
    """(n,) answers that were counted."""


@dataclass(frozen=True, eq=False)
class Review:
    """Everything about one part."""

    state: State
    """The network, weights, settings and data that were judged."""
    subject: Subject
    data: Dataset
    part: Part
    judged: Judged
    given: Answers
    activation: str
    metrics: tuple[Measured, ...]
    baselines: tuple[Baseline, ...]
    best: str
    """Key of the baseline with the smallest mean error."""
    classes: Classes | None
    decided: Decisions | None
    misses: np.ndarray | None
    """(rows, features) answer minus truth in the unit of the data, of regressions."""
    by_step: Curve | None
    by_length: Curve | None
    sequences: Sequences | None
    speaker: str = ""
    """Key of the baseline whose answers these are; "" where the network gave them."""

    def spoken_by(self, key: str) -> Review:
        """The same part, answered by a baseline."""
        given = self.given
        (way,) = (one for one in self.baselines if one.key == key)
        said = Answers(
            given.samples, given.steps, np.asarray(way.scores(given.samples, given.steps)), given.wanted, given.sequence
        )
        decided = None if self.decided is None else decisions(said, "")
        return replace(
            self, given=said, activation="", decided=decided, speaker=key,
            classes=None if decided is None else per_class(self.data, decided),
            misses=None if decided is not None else np.subtract(*in_unit(self.data, said)[::-1]),
        )  # fmt: skip

    @property
    def way(self) -> Baseline | None:
        """The baseline whose answers these are; None where the network gave them."""
        return next((one for one in self.baselines if one.key == self.speaker), None)

    @property
    def loss(self) -> float:
        """The loss that the settings ask for, over the whole part."""
        return self.judged.evaluation.loss

    def worst(self, count: int) -> np.ndarray:
        """(count,) sample numbers, the largest loss first; what is not finite comes before all."""
        losses = self.judged.sample_losses
        order = np.argsort(-np.where(np.isfinite(losses), losses, np.inf), kind="stable")
        return np.asarray(self.judged.evaluation.samples[order[:count]])

    def loss_of(self, sample: int) -> float:
        """The loss of a single sample."""
        return float(self.judged.sample_losses[np.flatnonzero(self.judged.evaluation.samples == sample)[0]])


def review(state: State, part: Part, subject: Subject = Subject()) -> Job[Review]:
    """A job for the worker. The test part is judged like any other: who asks keeps the look (core.edits.OpenTest)."""
    from core.engine.review import judge, measured

    judged: Judged = yield from judge(state, part)
    assert state.data is not None
    data = dataset(state.data)
    given = answers(data, judged.evaluation)
    if given is None or not len(given.scores):
        raise DataError("The answers do not fit the target of “{data}”: see the problems panel.", data=data.title)
    output = activation_of(state.network.of_kind("output")[0])
    activation = output.key if output else ""
    choices = fitting(data, given, activation)
    values = measured(data, given, given.scores, activation, choices)
    yield Progress(0.93)
    ways = baselines(data)
    theirs = {}
    for way in ways:
        theirs[way.key] = measured(data, given, way.scores(given.samples, given.steps), "", choices)
        yield Progress(0.95)
    rows = [Measured(key, value, {way: theirs[way][key] for way in theirs}) for key, value in values.items()]
    decided = decisions(given, activation) if _classes(data) else None
    error = _row_errors(data, given, given.scores, activation)
    others = {way.key: _row_errors(data, given, way.scores(given.samples, given.steps), "") for way in ways}
    best = min(others, key=lambda key: float(np.mean(others[key])))
    yield Progress(0.97)
    lengths = lengths_of(data, given)
    return Review(
        state=state,
        subject=subject,
        data=data,
        part=part,
        judged=judged,
        given=given,
        activation=activation,
        metrics=tuple(_with_cross_entropy(rows)),
        baselines=ways,
        best=best,
        classes=None if decided is None else per_class(data, decided),
        decided=decided,
        misses=None if decided is not None else np.subtract(*in_unit(data, given)[::-1]),
        by_step=_curve(given.steps + 1, error, others[best]) if given.sequence else None,
        by_length=None if lengths is None else _curve(lengths, error, others[best], gathered=True),
        sequences=_sequences(data, given, decided),
    )


def fitting(data: Dataset, given: Answers, activation: str) -> list[Choice]:
    """The metrics that say something about this data and these answers, the plainest first."""
    if not _classes(data):
        keys = ["mae", "rmse", "r2"]
        size = np.abs(in_unit(data, given)[0])
        if size.min() > 0.01 * size.max():  # per cent of what is nearly 0 says nothing
            keys.append("mape")
        return [METRICS.choose(key) for key in keys]
    classes = len(class_names(data))
    keys = ["accuracy", "precision", "recall", "f1"]
    if classes >= MANY_CLASSES:
        keys.insert(1, "top_k")
    if classes <= MOST_RANKED:
        keys.append("auc")
    if activation in PROBABLE:
        keys.append("perplexity")
    if given.sequence:
        keys.insert(1, "sequence_accuracy")
    return [METRICS.choose(key) for key in keys]


def class_names(data: Dataset) -> tuple[str, ...]:
    """The names of the classes of a target; 0 and 1 where it is a number that says no or yes."""
    return data.target.classes or tuple(str(i) for i in range(max(2, data.outputs)))


def per_class(data: Dataset, decided: Decisions) -> Classes:
    """Precision, recall and F1 of each class; Manning, Raghavan and Schuetze 2008, section 8.3."""
    names = class_names(data)
    table = decided.table(len(names))
    right, answered = np.diag(table).astype(float), table.sum(axis=0)
    support = np.bincount(decided.truth, minlength=len(names))
    return Classes(
        names,
        table,
        _share(right, answered),
        _share(right, support),
        _share(2 * right, answered + support),
        support,
    )


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.asarray(np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0))


def _classes(data: Dataset) -> bool:
    return data.task == "classification" and (data.target.codes or data.target.features == 1)


def _row_errors(data: Dataset, given: Answers, scores: np.ndarray, activation: str) -> np.ndarray:
    """(rows,) 1 for a wrong answer, or |miss| in the unit of the data, the mean over features."""
    said = Answers(given.samples, given.steps, scores, given.wanted, given.sequence)
    if _classes(data):
        return decisions(said, activation).wrong.astype(float)
    wanted, values = in_unit(data, said)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.abs(values - wanted).mean(axis=1))


def _with_cross_entropy(rows: list[Measured]) -> list[Measured]:
    """The logarithm of the perplexity beside it: the one number that training makes small, in nats."""
    for place, row in enumerate(rows):
        if row.key == "perplexity":
            logs = {key: float(np.log(value)) for key, value in row.baselines.items()}
            return [*rows[:place], Measured(CROSS_ENTROPY, float(np.log(row.value)), logs), *rows[place:]]
    return rows


def lengths_of(data: Dataset, given: Answers) -> np.ndarray | None:
    """(rows,) how long the sequence of each row is; None where all are alike."""
    if data.lengths is not None:
        lengths = np.asarray(data.lengths)[given.samples]
    elif given.sequence and data.mask is not None:
        lengths = data.mask.sum(axis=1)[given.samples]
    else:
        return None
    return lengths if lengths.min() < lengths.max() else None


def _curve(at: np.ndarray, error: np.ndarray, baseline: np.ndarray, *, gathered: bool = False) -> Curve:
    """Means at each value of ``at`` (rows,), or in ranges of about equal width where there are many."""
    values = np.unique(at)
    low = values
    if gathered and len(values) > MOST_LENGTHS:
        edges = np.linspace(values[0], values[-1] + 1, MOST_LENGTHS + 1)
        low = np.unique(values[np.searchsorted(values, edges[:-1])])
    place = np.searchsorted(low, at, side="right") - 1
    counts = np.bincount(place, minlength=len(low))
    until = np.array([at[place == n].max() for n in range(len(low))]) if gathered else low

    def mean(each: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", over="ignore"):
            return np.asarray(np.bincount(place, each, minlength=len(low)) / counts)

    return Curve(low, until, mean(error), mean(baseline), counts)


def _sequences(data: Dataset, given: Answers, decided: Decisions | None) -> Sequences | None:
    if decided is None or not given.sequence:
        return None
    return whole_sequences(given.samples, given.steps, decided.truth, decided.said, data.end)
