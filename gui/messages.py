"""What goes between the window and the worker thread: requests one way, events the other. Small values, no Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.breakpoints import Breakpoint
from core.catalogue.spec import Choice
from core.data.dataset import Part
from core.data.importers.progress import Job, Progress
from core.explore.race import Standing
from core.project import State
from core.questions import Answer
from core.reports import Evaluation, Examination, Granularity, Report
from core.traces import Trace


@dataclass(frozen=True, eq=False)
class Paused:
    """Training stands still; ``weights`` are what it has come to."""

    run: str
    weights: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Failed:
    """Training ended with an error that the session could not answer itself."""

    run: str
    template: str
    values: Mapping[str, object]


@dataclass(frozen=True)
class Ready:
    """The engine is loaded."""


@dataclass(frozen=True, eq=False)
class Outputs:
    """What the network answers to inputs that were asked about."""

    inputs: np.ndarray
    outputs: np.ndarray


@dataclass(frozen=True, eq=False)
class Followed:
    """What was asked for by a Follow."""

    ticket: int
    trace: Trace


@dataclass(frozen=True)
class RaceFailed:
    """A race of optimizers could not go on."""

    template: str
    values: Mapping[str, object]


@dataclass(frozen=True, eq=False)
class Moved:
    """The session stands where it stood after ``batch`` training steps; ``begin`` to ``end`` can be reached."""

    run: str
    batch: int
    begin: int
    end: int
    weights: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Recorded:
    """Which part of the training can be reached again, and what memory that takes."""

    run: str
    begin: int
    end: int
    bytes: int


@dataclass(frozen=True)
class JobStep:
    """How far a job is."""

    number: int
    progress: Progress


@dataclass(frozen=True, eq=False)
class JobDone:
    """What came out of a job."""

    number: int
    result: Any


@dataclass(frozen=True)
class JobFailed:
    """A job could not be done."""

    number: int
    template: str
    values: Mapping[str, object]


Event = (
    Moved
    | Recorded
    | Report
    | Paused
    | Failed
    | Ready
    | Outputs
    | Examination
    | Evaluation
    | Standing
    | RaceFailed
    | Followed
    | Answer
    | JobStep
    | JobDone
    | JobFailed
)


@dataclass(frozen=True, eq=False)
class Load:
    state: State
    run: str
    watched: tuple[int, Part]


@dataclass(frozen=True)
class Go:
    """Train on; ``endless`` does not stop after one stretch, and rests ``pace`` seconds between two reports."""

    granularity: Granularity
    endless: bool = False
    pace: float = 0.0


@dataclass(frozen=True)
class Change:
    training: Choice


@dataclass(frozen=True)
class Break:
    """Stand still where one of these fires."""

    breakpoints: tuple[Breakpoint, ...]


@dataclass(frozen=True)
class Watch:
    sample: int
    part: Part


@dataclass(frozen=True)
class Follow:
    """Trace this sample; the answer carries ``ticket``, so that one that came too late is known."""

    sample: int
    part: Part
    ticket: int


@dataclass(frozen=True, eq=False)
class Ask:
    inputs: np.ndarray


@dataclass(frozen=True, eq=False)
class Race:
    state: State
    optimizers: Mapping[str, Choice]
    steps: int
    weight: tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class EndRace:
    pass


@dataclass(frozen=True)
class Drop:
    pass


@dataclass(frozen=True)
class Pause:
    """Stand still after the current batch, then call ``done``."""

    done: Callable[[], None]


@dataclass(frozen=True)
class Quit:
    pass


@dataclass(frozen=True)
class GiveUp:
    """Wait no longer for the answer to the question under way."""


@dataclass(frozen=True)
class GoTo:
    """Stand where this training stood after ``batch`` steps."""

    batch: int


@dataclass(frozen=True)
class Keep:
    """Record the past within so many bytes."""

    budget: int


@dataclass(frozen=True)
class Branch:
    """From here on, be another run."""

    run: str


@dataclass(frozen=True, eq=False)
class BeginJob:
    """Do ``work`` beside the training, chunk by chunk."""

    number: int
    work: Callable[[], Job[Any]]


@dataclass(frozen=True)
class EndJob:
    """Give a job up."""

    number: int


PRESSING = (Pause, GiveUp, Drop, Load, GoTo, Quit)
"""Requests for which an answer that takes long is given up."""
