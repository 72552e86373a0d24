"""What can be asked of a network beside its training: how it reads an input of the user's own, what it foretells, what
a probe finds, and how it is computed.

A question is a small value that the worker carries out on its session; the answer comes back with the state that the
session was made from, so that nobody takes it for the answer of another network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from core.catalogue.spec import Choice
from core.data.dataset import Dataset, Normalisation, Part, WindowedSeries
from core.errors import DataError, StudioError
from core.project import State
from core.reports import ProbeResult
from core.traces import Alike, Outcome, OwnInput, Trace
from core.whatif import WhatIf

if TYPE_CHECKING:
    from core.generation import FreeRun, Generated

MOST_PREFIXES = 128
"""Beginnings of a sequence that are asked about at once."""


@dataclass(frozen=True, eq=False)
class Reading:
    """One input that need not be in the data set, and what a network says while it reads it."""

    inputs: np.ndarray
    """(steps, features) or (features,), normalised as the data set is."""
    output: np.ndarray
    """To the whole of it: (units,), or (steps, units) of a network that answers at every step."""
    lengths: np.ndarray
    """(n,) after how many steps of the input each row of ``course`` was said; the last one is all of them."""
    course: np.ndarray
    """(n, units) what the network says after the first ``lengths`` steps; one row where the input has no steps, and
    the rows of ``output`` where it answers at every step."""
    unit: int
    """The unit of the output that ``gradient`` is about."""
    step: int
    """The step of the output that ``gradient`` is about; 0 where it answers once."""
    gradient: np.ndarray
    """d(sum of that unit before its activation)/d(input), shaped as ``inputs``; of codes the length of the gradient with
    respect to the vector that each one is looked up as."""


class Session(Protocol):
    """What a question needs to know about core.engine.session.Session."""

    def outputs(self, inputs: np.ndarray) -> np.ndarray:
        """Answers to (samples, ...) inputs."""
        ...

    def read(self, inputs: np.ndarray, unit: int | None = None, step: int = -1) -> Reading:
        """One input, read from its beginning."""
        ...

    def probe(self, key: str, layer: str = "", samples: np.ndarray | int | None = None, **settings: Any) -> ProbeResult:
        """An entry of the catalogue "probes"."""
        ...

    def charge(self, seconds: float) -> None:
        """Count these seconds into what probes may take while training."""
        ...

    def repeat(self, key: str, layer: str = "", **settings: Any) -> None:
        """Measure this probe, and no other, while training."""
        ...

    def what_if(self, sample: int, part: str, whatif: WhatIf) -> Outcome:
        """A sample walked through with changes on the way."""
        ...

    def truncated(self, length: int, samples: np.ndarray | None = None) -> dict[str, Alike]:
        """What truncation makes of the gradient of the weights."""
        ...

    def trace_own(self, own: OwnInput) -> Trace:
        """Everything about an input of the user's own."""
        ...

    def generate(
        self,
        inputs: Mapping[str, np.ndarray],
        way: Choice,
        given: Sequence[int] = (),
        count: int = 1,
        steps: int | None = None,
        seed: int = 0,
    ) -> tuple[Generated, ...]:
        """Sequences of its own answers."""
        ...

    def free_run(self, part: str, given: int = 1, most: int = 256) -> FreeRun:
        """The error of each step, given the true past and without it."""
        ...

    @property
    def plan(self) -> str:
        """How the network is computed."""
        ...


class Question:
    """Base of what the worker can be asked."""

    def ask(self, session: Session) -> object:
        """Carry it out."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Read(Question):
    """How is this input read? ``unit`` None asks what mattered for the largest output, ``step`` -1 for the last one."""

    inputs: np.ndarray
    unit: int | None = None
    step: int = -1

    def ask(self, session: Session) -> Reading:
        """A Reading."""
        return session.read(self.inputs, self.unit, self.step)


@dataclass(frozen=True, eq=False)
class Foretell(Question):
    """What follows these windows? Each prediction is fed back as the next step of its window.

    The features that are not predicted stay as they were at the last step that is known.
    """

    windows: np.ndarray
    """(n, steps, features), normalised."""
    ahead: int
    features: tuple[int, ...]
    """The inputs that are predicted, in the order of the target's numbers; -1 for a number that none of them is."""
    read_as: Normalisation | None = None
    """Of the inputs; None where they are raw."""
    told_as: Normalisation | None = None
    """Of the target's numbers."""

    def ask(self, session: Session) -> np.ndarray:
        """(n, ahead, numbers) in the unit of the target."""
        windows, count = np.array(self.windows, np.float32), len(self.features)
        told = np.zeros((len(windows), self.ahead, count))
        for step in range(self.ahead):
            said = session.outputs(windows)
            values = (said[:, -1, :count] if said.ndim == 3 else said[:, :count]).astype(float)
            with np.errstate(over="ignore", invalid="ignore"):
                told[:, step] = values if self.told_as is None else self.told_as.undo(values)
            windows = self._onward(windows, told[:, step])
        return told

    def window(self, row: int, told: np.ndarray) -> np.ndarray:
        """(steps, features) what is read of a window after these predictions (n, numbers) were fed back."""
        windows = np.array(self.windows[row : row + 1], np.float32)
        for values in told:
            windows = self._onward(windows, values[None])
        return np.asarray(windows[0])

    def _onward(self, windows: np.ndarray, told: np.ndarray) -> np.ndarray:
        """The windows one step later, after (n, numbers) were told."""
        places = [n for n, feature in enumerate(self.features) if feature >= 0]
        read = [self.features[n] for n in places]
        back = told[:, places]
        if self.read_as is not None:
            with np.errstate(over="ignore", invalid="ignore"):
                back = (back - self.read_as.mean[read]) / self.read_as.scale[read]
        following = windows[:, -1:].copy()
        following[:, 0, read] = back
        return np.asarray(np.concatenate([windows[:, 1:], following], axis=1))


@dataclass(frozen=True, eq=False)
class Measure(Question):
    """What does a probe find, now?"""

    key: str
    layer: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Of the probe; ``samples`` may also be numbers in the data set."""
    charged: bool = False
    """True where a training waits for it, so that the probes that are repeated wait the longer."""

    def ask(self, session: Session) -> ProbeResult:
        """A ProbeResult."""
        found = session.probe(self.key, self.layer, **self.settings)
        if self.charged:
            session.charge(found.seconds)
        return found


@dataclass(frozen=True, eq=False)
class Repeat(Question):
    """Measure a probe while training, as often as its share of the time allows; what it finds comes with the reports."""

    key: str = ""
    """"" for none."""
    layer: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    def ask(self, session: Session) -> None:
        """Nothing to tell."""
        session.repeat(self.key, self.layer, **self.settings)


@dataclass(frozen=True, eq=False)
class Imagine(Question):
    """What if these changes were made on the way of a sample?"""

    sample: int
    """Number in the data set."""
    part: Part
    whatif: WhatIf

    def ask(self, session: Session) -> Outcome:
        """An Outcome; none of it touches network or training."""
        return session.what_if(self.sample, self.part, self.whatif)


@dataclass(frozen=True, eq=False)
class AskTrace(Question):
    """How does the network come to its answer to this input of the user's own?"""

    own: OwnInput

    def ask(self, session: Session) -> Trace:
        """A Trace with an Aim in place of the loss."""
        return session.trace_own(self.own)


@dataclass(frozen=True, eq=False)
class Truncate(Question):
    """What would be left of the gradient of the next batch if it were cut every ``length`` steps?"""

    length: int

    def ask(self, session: Session) -> dict[str, Alike]:
        """By layer id, "" for all weights."""
        return session.truncated(self.length)


@dataclass(frozen=True, eq=False)
class Explain(Question):
    """How is the network computed?"""

    def ask(self, session: Session) -> str:
        """A line for each part."""
        return session.plan


@dataclass(frozen=True, eq=False)
class Answer:
    """What came of a question."""

    question: Question
    result: object
    """None where there was no session, or where it could not be answered."""
    state: State | None = None
    """The state that the session was made from; its weights may have learned since."""
    template: str = ""
    """Why it could not be answered, with ``values``."""
    values: Mapping[str, object] = field(default_factory=dict)


def answered(question: Question, session: Session | None, state: State | None) -> Answer:
    """The answer of a session to a question; a question that does not fit is answered with a sentence."""
    if session is None:
        return Answer(question, None)
    try:
        return Answer(question, question.ask(session), state)
    except StudioError as error:
        return Answer(question, None, state, error.template, error.values)


@dataclass(frozen=True, eq=False)
class Forecasts:
    """Everything around a forecast that is known without a network: windows, truth and naive forecasts. (n, ahead) each."""

    samples: np.ndarray
    """(n,) numbers in the data set."""
    origins: np.ndarray
    """(n,) the time of the first step that is foretold."""
    truth: np.ndarray
    """NaN where the series is over, or what came belongs to the test part."""
    last: np.ndarray
    """The last value that was seen, kept."""
    season: np.ndarray | None
    """The value one season before, NaN where the series had not begun; None where there is no season."""


def may_foretell(data: Dataset) -> bool:
    """Whether a network on this data can go on by reading its own predictions."""
    series = data.info.get("series")
    return isinstance(series, WindowedSeries) and data.task == "regression" and series.target >= 0


def naive_forecasts(data: Dataset, part: Part, ahead: int) -> Forecasts:
    """What came after each window of ``part``, and what one would say without a network, in the unit of the data."""
    series = data.info.get("series")
    if not isinstance(series, WindowedSeries) or series.target < 0:
        raise DataError("{title} is no series that can be continued.", title=data.title)
    samples = data.samples(part)
    values = series.values[:, series.target].astype(float)
    if "test" in data.split and part != "test":
        # What the test part asks about stays unseen, however far ahead somebody looks.
        values[int(series.starts[data.split["test"]].min()) + series.window :] = np.nan
    origins = series.starts[samples] + series.window
    steps = np.arange(ahead)
    season = None
    if data.period:
        # The last whole season that was seen goes on and on.
        season = _at(values, origins[:, None] - data.period + steps % data.period)
    return Forecasts(
        samples,
        origins,
        _at(values, origins[:, None] + steps),
        np.repeat(values[origins - 1][:, None], ahead, axis=1),
        season,
    )


def _at(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    inside = (times >= 0) & (times < len(values))
    return np.where(inside, values[np.clip(times, 0, len(values) - 1)], np.nan)


def continuation(data: Dataset, samples: np.ndarray, ahead: int) -> Foretell:
    """The question what follows the windows of these samples."""
    series, read = data.info["series"], next(iter(data.inputs.values()))
    assert isinstance(series, WindowedSeries)
    predicted = series.predicted or (series.target,)
    told, count = data.target.normalisation, len(predicted)
    told_as = None if told is None else Normalisation(told.mean[:count], told.scale[:count])
    return Foretell(np.array(read.values[samples]), ahead, predicted, read.normalisation, told_as)
