"""One training of the memory gym, yielding after every step; nothing but its own session changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass

from core.data.dataset import Dataset
from core.engine.session import Session
from core.gym.results import Note
from core.project import State
from core.reports import Evaluation

SOLVED = 0.99
Score = Callable[[Dataset, Evaluation], float]


@dataclass(frozen=True)
class Trial:
    """What came of one training."""

    right: float
    epochs: int
    seconds: float
    """Training alone."""
    note: Note


def trained(state: State, data: Dataset, score: Score, longest: float) -> Generator[tuple[int, float], None, Trial]:
    """Train to the end of the epochs, or until it is solved or ``longest`` seconds (0 for ever) have been trained.

    Yields (epoch, share of all batches) after every training step.
    """
    session = Session(state, data)
    session.gradient_every = 0
    epochs = int(state.training["epochs"])
    note: Note = ""
    right, epoch, seconds, judged = 0.0, 0, 0.0, False
    for report in session.run():
        epoch, seconds, judged = report.epoch, report.seconds, False
        if report.stopped == "diverged":
            note = "diverged"
            break
        if report.evaluation is not None and report.evaluation.part == "validation":
            right, judged = score(data, report.evaluation), True
        if judged and right >= SOLVED:
            note = "solved"
            break
        if longest and seconds >= longest and not report.stopped:
            note = "cut short"
            break
        batches = max(1, report.batches_per_epoch)
        yield epoch, min(1.0, (epoch - 1 + report.batch_in_epoch / batches) / epochs)
    if not judged:
        evaluation = session.evaluate("validation")
        right = right if evaluation is None else score(data, evaluation)
    return Trial(right, epoch, seconds, note)


def asked(state: State, data: Dataset, score: Score) -> tuple[float, float]:
    """(share right, seconds) of a network with the weights that it has."""
    started = time.perf_counter()
    evaluation = Session(state, data).evaluate("validation")
    assert evaluation is not None, "nobody stops this session"
    return score(data, evaluation), time.perf_counter() - started
