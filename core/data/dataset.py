"""The contract of a data set: what arrays there are, what they mean, and how they are split.

Arrays are (samples, features) for a static value and (samples, steps, features) for a sequence. Batches that go into
the engine are time-major: (steps, batch, features).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from core.errors import DataError

Task = Literal["classification", "regression"]
View = Literal["digits", "series", "plane", "table", "sequence", "text"]
Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Normalisation:
    """value = (raw - mean) / scale, per feature, fitted on the training part only."""

    mean: np.ndarray
    scale: np.ndarray

    @classmethod
    def fitted(cls, training: np.ndarray) -> Normalisation:
        """To mean 0 and standard deviation 1 over ``training`` (..., features), which must hold training data only.

        A feature that never changes keeps a scale of 1.
        """
        flat = training.reshape(-1, training.shape[-1]).astype(np.float64)
        spread = flat.std(axis=0)
        return cls(flat.mean(axis=0), np.where(spread > 0, spread, 1.0))

    def apply(self, raw: np.ndarray) -> np.ndarray:
        """Values in their own unit (..., features), normalised; float32."""
        return np.asarray((raw - self.mean) / self.scale, dtype=np.float32)

    def undo(self, values: np.ndarray) -> np.ndarray:
        """Normalised values back in their own unit."""
        raw: np.ndarray = values * self.scale + self.mean
        return raw


@dataclass(frozen=True, eq=False)
class Field:
    """One array of a data set and what its features mean."""

    values: np.ndarray
    """float32; (samples, features) or (samples, steps, features). A class target has one feature: the class number."""
    names: tuple[str, ...] = ()
    """One name per feature; empty where they have none (pixels)."""
    unit: str = ""
    classes: tuple[str, ...] = ()
    """Names of the classes, or of the symbols where the values are codes (``codes`` True); else empty."""
    codes: bool = False
    """True where values are whole numbers that name a class or a symbol."""
    normalisation: Normalisation | None = None

    @property
    def sequence(self) -> bool:
        """True where there is a value per time step."""
        return self.values.ndim == 3

    @property
    def features(self) -> int:
        """Number of features per sample (and step)."""
        return int(self.values.shape[-1])

    @property
    def steps(self) -> int | None:
        """Time steps, or None for a static value."""
        return int(self.values.shape[1]) if self.sequence else None


@dataclass(frozen=True, eq=False)
class WindowedSeries:
    """The series behind a data set of sliding windows, in its own units."""

    values: np.ndarray
    """(times, features)."""
    times: Sequence[str]
    """Label of each time: a year or a date."""
    starts: np.ndarray
    """(samples,) time of each window's first step."""
    window: int
    """Steps that a sample shows."""
    horizon: int
    """Steps after the last shown one that it asks for."""
    target: int
    """Feature that is to be predicted; -1 where the target is not one of the features."""
    begins: np.ndarray = field(default_factory=lambda: np.zeros(1, int))
    """Times at which a series of its own begins; one series alone begins at 0."""
    predicted: tuple[int, ...] = ()
    """The feature that each of the target's numbers of one step foretells, -1 where it is none; empty where ``target``
    is all there is."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Inputs, target, mask and split, ready for training."""

    key: str
    """Its entry in the catalogue "datasets"."""
    title: str
    task: Task
    inputs: Mapping[str, Field]
    """By the name that an input layer refers to; the first one is the main input."""
    target: Field
    split: Mapping[Part, np.ndarray]
    """Sample numbers of each part; disjoint. A part without samples is left out; "train" is always there."""
    mask: np.ndarray | None = None
    """(samples, target steps) bool: steps that the loss counts; None counts all. For sequence targets only."""
    lengths: np.ndarray | None = None
    """(samples,) valid steps of the main input where sequences are padded at the end; None where none is.

    A padded target is told by ``mask``."""
    feedback: str = ""
    """Name of the input that is the target one step late: what is answered at a step is what is read at the next one.

    Classes may be read as codes or as flags. Its first step is the start symbol or value, unless ``begun``; empty where
    there is no such input. It counts as the past of the answer."""
    fed: tuple[int, ...] = ()
    """Features of that input that the answers are fed back into, in the order of the answers; empty where that is all of
    them. The others are always given."""
    begun: bool = False
    """True where samples are cut out of the middle: what is fed back begins with a true value then, and has no start."""
    end: int | None = None
    """The class whose answer ends a generated sequence; None where every sequence is as long as the target."""
    view: View = "table"
    """How a sample and an output are best drawn."""
    image_shape: tuple[int, int] | None = None
    """Rows and columns where a sample is a picture."""
    period: int | None = None
    """Season length in steps of a series, for naive baselines."""
    source: str = ""
    """Where the data comes from and its licence, in one line."""
    info: Mapping[str, object] = field(default_factory=dict)
    """More facts for views; a windowed series gives ``WindowedSeries`` as "series", windows
    of several series, or with gaps, give it as "rows"."""

    def __post_init__(self) -> None:
        _check(self)

    def __len__(self) -> int:
        return len(self.target.values)

    def field(self, name: str) -> Field:
        """An input by its name, or the target where ``name`` is "target"."""
        return self.target if name == "target" else self.inputs[name]

    @property
    def outputs(self) -> int:
        """Units that an output layer needs: the classes, or the target's features."""
        return len(self.target.classes) if self.target.codes else self.target.features

    @property
    def past(self) -> Field | None:
        """Of the input that is fed back the features that are; None without feedback."""
        read = self.inputs.get(self.feedback)
        if read is None or not self.fed:
            return read
        chosen, scale = list(self.fed), read.normalisation
        return replace(
            read,
            values=read.values[..., chosen],
            names=self.target.classes or tuple(read.names[n] for n in chosen if read.names),
            normalisation=None if scale is None else Normalisation(scale.mean[chosen], scale.scale[chosen]),
        )

    @property
    def measured_beside(self) -> bool:
        """Whether the input that is fed back has other features besides, which are always given."""
        return bool(self.fed) and len(self.fed) < self.inputs[self.feedback].features

    @property
    def start(self) -> np.ndarray | None:
        """(features,) what is fed back before the first answer; None without feedback, or where samples begin differently."""
        past = None if self.begun else self.past
        if past is None:
            return None
        first = past.values[:, 0]
        return np.array(first[0]) if (first == first[0]).all() else None

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that have samples, training first."""
        return tuple(part for part in PARTS if part in self.split)

    def samples(self, part: Part) -> np.ndarray:
        """The sample numbers of a part."""
        if part not in self.split:
            raise DataError("{title} has no {part} part.", title=self.title, part=part)
        return self.split[part]

    def shared_out(self) -> np.ndarray:
        """(n,) the numbers of all samples that are in a part, in order."""
        return np.unique(np.concatenate(list(self.split.values())))


def _check(data: Dataset) -> None:
    """Hold a data set to its contract, so that a faulty source is told before training and not by it."""
    samples = len(data.target.values)
    for name, one in {**data.inputs, "target": data.target}.items():
        where = {"title": data.title, "name": name}
        if one.values.ndim not in (2, 3):
            raise DataError("{title}: the array “{name}” has neither two nor three dimensions.", **where)
        if len(one.values) != samples:
            raise DataError("{title}: the array “{name}” has another number of samples than the target.", **where)
        if not np.isfinite(one.values).all():
            raise DataError("{title}: the array “{name}” holds values that are not finite numbers.", **where)
        if one.codes and one.classes and not _codes_fit(one.values, len(one.classes)):
            raise DataError("{title}: the array “{name}” holds numbers that name no class.", **where)
    if data.mask is not None and data.mask.shape != data.target.values.shape[:2]:
        raise DataError("{title}: the mask does not fit the target.", title=data.title)
    _check_feedback(data)
    if not len(data.split.get("train", ())):
        raise DataError("{title} has no samples to train on.", title=data.title)
    chosen = np.concatenate(list(data.split.values()))
    if len(np.unique(chosen)) != len(chosen) or chosen.min() < 0 or chosen.max() >= samples:
        raise DataError("{title}: the parts share samples, or name samples that do not exist.", title=data.title)


def _check_feedback(data: Dataset) -> None:
    """What is fed back must be what was answered: the same steps, the same meaning, one step late."""
    target, where = data.target, {"title": data.title, "name": data.feedback, "end": data.end}
    if data.end is not None and not (target.codes and 0 <= data.end < len(target.classes)):
        raise DataError("{title}: the class {end} that ends a sequence is none of its answers.", **where)
    if not data.feedback:
        return
    if data.feedback not in data.inputs:
        raise DataError("{title}: there is no array “{name}” to feed answers back into.", **where)
    if any(not 0 <= n < data.inputs[data.feedback].features for n in data.fed) or len({*data.fed}) < len(data.fed):
        raise DataError("{title}: the array “{name}” has not the features that answers are fed back into.", **where)
    fed = data.past
    assert fed is not None
    flags = target.codes and not fed.codes
    like = (*target.values.shape[:2], len(target.classes)) if flags else target.values.shape
    if not (fed.sequence and target.sequence) or fed.values.shape != like:
        raise DataError("{title}: the array “{name}” can not be the target one step late: its size differs.", **where)
    if (fed.codes and not target.codes) or (
        fed.names if flags else fed.classes[: len(target.classes)]
    ) != target.classes:
        raise DataError("{title}: the symbols of “{name}” do not begin with those of the target.", **where)
    if flags:
        differs = ~_flagged(fed.values[:, 1:], target.values[:, :-1])
    else:
        differs = fed.values[:, 1:] != target.values[:, :-1]
    if data.mask is not None:
        differs &= _up_to_last(data.mask)[:, 1:, None]
    if differs.any():
        sample, step = (int(at) for at in np.argwhere(differs.any(axis=-1))[0])
        raise DataError(
            "{title}: “{name}” is not the target one step late: sample {sample} differs at step {step}.",
            **where,
            sample=sample,
            step=step + 1,
        )


def _flagged(flags: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """(samples, steps, 1): whether the flag of the code is 1 and no other one is set."""
    its_own = np.take_along_axis(flags, codes.astype(np.intp), axis=-1) == 1
    found: np.ndarray = its_own & (np.count_nonzero(flags, axis=-1, keepdims=True) == 1)
    return found


def _up_to_last(mask: np.ndarray) -> np.ndarray:
    """(samples, steps): steps up to the last one that counts; what is behind it is padding."""
    up_to: np.ndarray = np.maximum.accumulate(mask[:, ::-1], axis=1)[:, ::-1]
    return up_to


def _codes_fit(codes: np.ndarray, classes: int) -> bool:
    return bool(((codes >= 0) & (codes < classes) & (codes == np.floor(codes))).all())
