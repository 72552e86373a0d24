"""The one worker thread, as the window sees it: requests go in as small values, events come out; no Qt here.

Everything that the thread says goes through one bounded queue, so that a stalled window slows the training down instead
of filling the memory. What it does is in gui.worker.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from core.breakpoints import Breakpoint
from core.catalogue.spec import Choice
from core.data.dataset import Part
from core.data.importers.progress import Job
from core.project import State
from core.questions import Question
from core.reports import Granularity
from gui.messages import (
    Ask,
    BeginJob,
    Branch,
    Break,
    Change,
    Drop,
    EndJob,
    EndRace,
    Event,
    Follow,
    GiveUp,
    Go,
    GoTo,
    Keep,
    Load,
    Pause,
    Quit,
    Race,
    Watch,
)
from gui.worker import Worker

QUEUE_LENGTH = 256
ASIDE_SECONDS = 0.03
"""At most so long the thread waits while the window draws. Both share one interpreter: drawing beside a batch takes
twice as long, and every line of it waits for the other."""


class Trainer:
    """The way to the worker and back. All methods return at once, except ``wait_for`` and ``close``."""

    def __init__(self) -> None:
        self._inbox: queue.Queue[object] = queue.Queue()
        self._outbox: queue.Queue[Event] = queue.Queue(QUEUE_LENGTH)
        self._kept: list[Event] = []
        self._quit = threading.Event()
        self._room = threading.Event()
        self._room.set()
        self.worker = Worker(self._inbox, self._say, self._quit.is_set, lambda: self._room.wait(ASIDE_SECONDS))
        """Belongs to the thread: nobody else may touch it while that runs."""
        self._thread = threading.Thread(target=self.worker.work, name="trainer", daemon=True)

    def start(self) -> None:
        """Begin to load the engine."""
        self._thread.start()

    def load(self, state: State, run: str, sample: int, part: Part) -> None:
        """Make a session for a state; it stands still until ``go``. ``sample`` of ``part`` is examined as it learns."""
        self._inbox.put(Load(state, run, (sample, part)))

    def go(self, granularity: Granularity, endless: bool = False, pace: float = 0.0) -> None:
        """Train on: one time step, batch or epoch, or ("run", or ``endless``) until paused."""
        self._inbox.put(Go(granularity, endless, pace))

    def pause(self) -> threading.Event:
        """Stand still after the current batch: a Paused event follows, and the returned flag is set."""
        done = threading.Event()
        self._inbox.put(Pause(done.set))
        return done

    def wait_for(self, done: threading.Event, timeout: float) -> bool:
        """Wait until ``done``; False after ``timeout`` seconds. What arrives meanwhile is kept for ``drain``."""
        deadline = time.monotonic() + timeout
        while not done.wait(0.002) and time.monotonic() < deadline:
            self._kept += self._take()
        return done.is_set()

    def drop(self) -> None:
        """Forget the session."""
        self._inbox.put(Drop())

    def change(self, training: Choice) -> None:
        """New settings, from the next batch."""
        self._inbox.put(Change(training))

    def break_at(self, breakpoints: tuple[Breakpoint, ...]) -> None:
        """Stand still where one of these fires, from the next batch."""
        self._inbox.put(Break(breakpoints))

    def watch(self, sample: int, part: Part) -> None:
        """Examine another sample, now and while training."""
        self._inbox.put(Watch(sample, part))

    def ask(self, inputs: np.ndarray) -> None:
        """Ask for the network's answers to raw inputs (samples, ...)."""
        self._inbox.put(Ask(inputs))

    def go_to(self, batch: int) -> None:
        """Stand where this training stood after ``batch`` steps: Moved and Examination follow."""
        self._inbox.put(GoTo(batch))

    def keep_within(self, budget: int) -> None:
        """Record this training, and those to come, within so many bytes: Recorded follows."""
        self._inbox.put(Keep(budget))

    def branch(self, run: str) -> None:
        """From where it stands, go on as the run with another id; what came after is forgotten."""
        self._inbox.put(Branch(run))

    def race(
        self, state: State, optimizers: Mapping[str, Choice], steps: int, weight: tuple[str, tuple[int, ...]]
    ) -> None:
        """Race optimizers on copies of a network whenever no training moves: a Standing follows after every batch."""
        self._inbox.put(Race(state, optimizers, steps, weight))

    def end_race(self) -> None:
        """Forget the race."""
        self._inbox.put(EndRace())

    def trace(self, sample: int, part: Part, ticket: int) -> None:
        """Ask for everything about one sample: gates, gradients and the ways that they take."""
        self._inbox.put(Follow(sample, part, ticket))

    def question(self, question: Question) -> None:
        """Ask anything else: a core.questions.Answer follows."""
        self._inbox.put(question)

    def give_up(self) -> None:
        """Wait no longer for the answer under way: where it is one that takes long, it becomes a sentence."""
        self._inbox.put(GiveUp())

    def begin_job(self, number: int, work: Callable[[], Job[Any]]) -> None:
        """Do ``work`` beside the training, chunk by chunk: JobStep, then JobDone or JobFailed follow."""
        self._inbox.put(BeginJob(number, work))

    def end_job(self, number: int) -> None:
        """Give a job up."""
        self._inbox.put(EndJob(number))

    def step_aside(self) -> None:
        """Begin no batch while the window draws."""
        self._room.clear()

    def go_ahead(self) -> None:
        """The window has drawn."""
        self._room.set()

    @property
    def quiet(self) -> bool:
        """True where every request has been carried out, and all that it gave can be drained."""
        return not self._inbox.unfinished_tasks

    def drain(self) -> list[Event]:
        """All events that wait, oldest first."""
        events, self._kept = self._kept + self._take(), []
        return events

    def _take(self) -> list[Event]:
        events: list[Event] = []
        while True:
            try:
                events.append(self._outbox.get_nowait())
            except queue.Empty:
                return events

    def close(self, timeout: float = 3.0) -> bool:
        """End the thread; False if it did not end in time."""
        self._quit.set()
        self._inbox.put(Quit())
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _say(self, event: Event) -> None:
        """Wait for a place in the queue, but never longer than the program lives."""
        while not self._quit.is_set():
            try:
                self._outbox.put(event, timeout=0.05)
            except queue.Full:
                continue
            return
