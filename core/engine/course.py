"""Where a session is: its place in the data, its training time and what early stopping remembers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from core.buckets import epoch_order
from core.catalogue.spec import Choice
from core.reports import StopReason


@dataclass
class Position:
    """A place in the data, with all that must be known to go on from there."""

    batch: int = 0
    """Training steps taken."""
    epoch: int = 1
    """The epoch under way, 1-based."""
    batch_in_epoch: int = 0
    """Training steps taken in this epoch."""
    taken: int = 0
    """Samples of this epoch that have been used."""


class Course:
    """Leads through the data, epoch by epoch, in an order that only the settings and the number of the epoch decide."""

    def __init__(self, samples: np.ndarray, training: Choice, lengths: np.ndarray | None = None) -> None:
        """``lengths`` are those of all samples of the data set, for length buckets."""
        self.training = training
        """The settings in use; a new batch size also forms the buckets of the next epoch."""
        self._samples, self._lengths = samples, lengths
        self.position = Position()
        self.order = self._ordered()
        """Sample numbers in the order of this epoch."""

    def _ordered(self) -> np.ndarray:
        return epoch_order(self._samples, self.training, self.position.epoch, self._lengths)

    def next(self, size: int) -> np.ndarray:
        """The samples of the next batch; the last one of an epoch may be smaller."""
        return self.order[self.position.taken : self.position.taken + size]

    def batches(self, size: int) -> int:
        """Batches in this epoch, taken and to come."""
        left = len(self.order) - self.position.taken
        return self.position.batch_in_epoch + math.ceil(left / size)

    def steps(self, training: Choice) -> int:
        """Training steps of a whole run with these settings."""
        return math.ceil(len(self.order) / int(training["batch_size"])) * int(training["epochs"])

    def advance(self, size: int) -> bool:
        """A batch of ``size`` samples is done; True where that was the last one of the epoch."""
        place = self.position
        place.batch, place.batch_in_epoch, place.taken = place.batch + 1, place.batch_in_epoch + 1, place.taken + size
        if place.taken < len(self.order):
            return False
        self.position = Position(place.batch, place.epoch + 1)
        self.order = self._ordered()
        return True


@dataclass
class Best:
    """The lowest validation loss so far and the weights that gave it."""

    loss: float | None = None
    epoch: int = 0
    """When it was seen."""
    waited: int = 0
    """Epochs since then."""
    weights: Mapping[str, np.ndarray] = field(default_factory=dict)

    def see(self, loss: float, epoch: int, weights: Callable[[], Mapping[str, np.ndarray]]) -> None:
        """Compare the loss after an epoch; NaN never is an improvement."""
        if self.loss is None or loss < self.loss:
            self.loss, self.epoch, self.waited, self.weights = loss, epoch, 0, weights()
        else:
            self.waited += 1


def ending(place: Position, best: Best, training: Choice) -> tuple[StopReason, str] | None:
    """Why a session is over by itself, and that in a sentence; None where it goes on."""
    patience = int(training["patience"])
    if training["early_stopping"] and best.waited >= patience:
        return "early stopping", (
            f"Stopped early: the validation loss has not improved for {_count(patience, 'epoch')}. "
            f"The weights are those of epoch {best.epoch}, the best one."
        )
    if place.epoch > int(training["epochs"]):
        return "finished", f"Finished {_count(place.epoch - 1, 'epoch')}."
    return None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class Stopwatch:
    """Seconds of training; the time between ``pause`` and ``go`` does not count."""

    def __init__(self) -> None:
        self.before = 0.0
        """Seconds up to the last pause."""
        self._since: float | None = None

    def go(self) -> None:
        """Count from now on."""
        self._since = perf_counter()

    def pause(self) -> None:
        """Count no longer."""
        self.before, self._since = self.seconds, None

    @property
    def seconds(self) -> float:
        """Training time so far."""
        return self.before + (0.0 if self._since is None else perf_counter() - self._since)


class Pulse:
    """Says when it is time to show something: every so many seconds, and the less often the more showing costs."""

    SHARE = 0.1
    """Of all time, at most so much is spent on showing."""

    def __init__(self) -> None:
        self._last = -math.inf
        self._cost = 0.0

    def due(self, interval: float) -> bool:
        """Whether ``interval`` seconds have passed since it last was time; 0 is never."""
        now = perf_counter()
        if not interval or now - self._last < max(interval, self._cost / self.SHARE):
            return False
        self._last, self._cost = now, 0.0
        return True

    @contextmanager
    def showing(self) -> Iterator[None]:
        """Around what is done only to show it."""
        began = perf_counter()
        yield
        self._cost += perf_counter() - began
