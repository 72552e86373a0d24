"""What the state space plot asks the worker: states of many samples and the eigenvalues of a step, within a budget."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.questions import Answer, Question
from core.states import AskStates, AskTransition, Trajectories, Transition
from gui.text import tr_core

if TYPE_CHECKING:
    from gui.runner import Runner

SHORTEST = 0.5
"""Seconds between two questions of a kind while training runs: at most two per second."""
SHARE = 20.0
"""While training runs it also rests this many times as long as the last answer took."""


@dataclass
class _Line:
    """One kind of question."""

    question: Question | None = None
    """The one that is under way."""
    about: tuple[object, ...] = ()
    """What the last question was about."""
    not_before: float = 0.0


class StateAsking:
    """Keeps the last answers. A question is only asked again where what it is about has changed."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.trajectories: Trajectories | None = None
        self.transition: Transition | None = None
        self.trouble = ""
        """Why the last question could not be answered."""
        self._states, self._step = _Line(), _Line()
        runner.questions.answered.connect(self._hear)

    def forget(self) -> None:
        """What was answered holds no longer."""
        self.trajectories = self.transition = None
        self.trouble = ""
        self._states.about = self._step.about = ()

    def want(self, layer: str, samples: np.ndarray, sample: int, step: int) -> None:
        """Ask what is not known yet about the network as it is now; ``step`` (0-based) is the one that is led to."""
        runner = self._runner
        now = (runner.weights, runner.examination)
        self._ask(self._states, (*now, layer, samples.tobytes()), AskStates(layer, samples))
        self._ask(self._step, (*now, layer, sample, step), AskTransition(layer, sample, step))

    def _ask(self, line: _Line, about: tuple[object, ...], question: Question) -> None:
        known = len(about) == len(line.about) and all(a is b or _equal(a, b) for a, b in zip(about, line.about))
        if known or line.question is not None or (self._runner.busy and time.monotonic() < line.not_before):
            return
        line.question, line.about = question, about
        line.not_before = time.monotonic() + SHORTEST
        self._runner.questions.ask(question)

    def _hear(self, answer: Answer) -> None:
        for line in (self._states, self._step):
            if line.question is answer.question:
                line.question = None
                break
        else:
            return
        match answer.result:
            case Trajectories() as found:
                self.trajectories, self.trouble = found, ""
                line.not_before = max(line.not_before, time.monotonic() + SHARE * found.seconds)
            case Transition() as found:
                self.transition = found
            case _ if answer.template:
                self.trouble = tr_core(answer.template, **answer.values)


def _equal(one: object, other: object) -> bool:
    return isinstance(one, str | int | bytes) and one == other
