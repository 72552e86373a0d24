"""The tasks of the gym: generated data sets whose difficulty is the number of steps that must be bridged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from core.answers import answers, decisions, in_unit
from core.catalogue.spec import Choice, Param
from core.data.catalogue import DATASETS, load
from core.data.dataset import Dataset, Field
from core.errors import BadValue, UnknownName
from core.evaluation.baselines import baselines
from core.reports import Evaluation

FAMILY = "memory task"
LAGS = ("lag", "length")
"""Settings that say how far back a task reaches; the first one that a task has."""
TOLERANCE = 0.04
"""A number counts as right within this (Hochreiter and Schmidhuber 1997, experiment 4), in the unit of the data."""


@dataclass(frozen=True)
class Task:
    """A data set of the catalogue, and which of its settings is the lag."""

    key: str
    title: str
    lag: Param
    noise: Param | None
    """Its own noise; None where the gym adds noise to what is read."""


def tasks() -> Mapping[str, Task]:
    """Every generated memory task, by the key of its data set."""
    found = {}
    for key, spec in DATASETS.items():
        known = {param.key: param for param in spec.parameters}
        lag = next((known[name] for name in LAGS if name in known and known[name].kind == "int"), None)
        if spec.family == FAMILY and lag is not None:
            found[key] = Task(key, spec.title, lag, known.get("noise"))
    return found


def task_of(key: str) -> Task:
    """The task of a data set; an unknown one is answered with the nearest."""
    known = tasks()
    if key not in known:
        raise UnknownName("task of the gym", key, known)
    return known[key]


def settings_for(key: str, project: Choice | None = None, samples: int | None = None) -> Choice:
    """The settings of a task: those of the project where it learns this very task, else the usual ones."""
    task_of(key)
    if project is not None and project.key == key:
        chosen = DATASETS.complete(project)
    else:
        # To be asked at every step would tell of short memories too, and hide the long one.
        last = {"target": "last"} if any(p.key == "target" for p in DATASETS[key].parameters) else {}
        chosen = DATASETS.choose(key, **last)
    if samples is not None:
        chosen = DATASETS.complete(Choice(key, {**chosen.values, "samples": samples}))
    return chosen


def data_at(settings: Choice, lag: int | None = None, noise: float | None = None, seed: int | None = None) -> Dataset:
    """The data of a task with another lag, noise or seed than its settings say."""
    task = task_of(settings.key)
    values = dict(settings.values)
    if lag is not None:
        values[task.lag.key] = int(lag)
    if seed is not None:
        values["seed"] = int(seed)
    if noise is not None and task.noise is not None:
        values[task.noise.key] = float(noise)
    data = load(DATASETS.complete(Choice(settings.key, values)))
    if not len(data.split.get("validation", ())):
        raise BadValue(
            "The gym needs a validation part to judge by: give “{data}” a validation share.", data=data.title
        )
    return shaken(data, noise, int(values["seed"])) if noise and task.noise is None else data


def shaken(data: Dataset, noise: float, seed: int) -> Dataset:
    """``data`` with normal noise of this standard deviation on all that is read."""
    random = np.random.default_rng([seed, 77])

    def noisy(read: Field) -> Field:
        if read.codes:
            return read
        return replace(
            read, values=(read.values + noise * random.standard_normal(read.values.shape)).astype(np.float32)
        )

    return replace(data, inputs={name: noisy(read) for name, read in data.inputs.items()})


def share_right(data: Dataset, evaluation: Evaluation, activation: str) -> float:
    """Share of the answers that are right: the class, or a number within the tolerance."""
    given = answers(data, evaluation)
    if given is None or not len(given.scores):
        return 0.0
    if data.task == "classification":
        return float((~decisions(given, activation).wrong).mean())
    wanted, said = in_unit(data, given)
    with np.errstate(invalid="ignore", over="ignore"):
        return float((np.abs(said - wanted) < TOLERANCE).all(axis=1).mean())


def chance(data: Dataset) -> float:
    """The same share of who answers without reading: the most frequent class, or the mean, of the training part."""
    samples = data.samples("validation")
    steps = data.target.steps
    plain = baselines(data)[0]
    if steps is None:
        outputs = plain.scores(samples, np.zeros(len(samples), int))
    else:
        rows = plain.scores(np.repeat(samples, steps), np.tile(np.arange(steps), len(samples)))
        outputs = rows.reshape(len(samples), steps, -1)
    return share_right(data, Evaluation("validation", 0.0, {}, samples, outputs), "softmax")
