"""The last review of each part, whether it still holds, and the one that is under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal

from core.data.dataset import Part
from core.data.importers.progress import Progress
from core.evaluation.review import Review, Subject, review
from core.evaluation.standing import AskStanding, Standing
from core.looks import looks_at
from core.problems import errors
from core.project import Change, State, computes_alike
from core.questions import Answer
from gui.document import Document
from gui.runner import Runner
from gui.text import sentence, tr, tr_core


class Reviews(QObject):
    """One part at a time is judged by the worker; a training that moves goes on meanwhile."""

    changed = Signal()

    def __init__(self, document: Document, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._runner = document, runner
        self.found: dict[Part, Review] = {}
        self.trouble = ""
        """Why the last one could not be made."""
        self.part: Part | None = None
        """The one that is being judged."""
        self.done = 0.0
        """How much of it, from 0 to 1."""
        self._question: AskStanding | None = None
        self._job: int | None = None
        runner.questions.answered.connect(self._hear)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self.forget)

    @property
    def running(self) -> bool:
        """True while an answer is awaited."""
        return self.part is not None

    @property
    def looks(self) -> int:
        """How often the test part of this data was looked at."""
        return looks_at(self._document.state.looks, self._document.state.data)

    def begin(self, part: Part) -> None:
        """Judge a part with the weights that the network has now."""
        self.cancel()
        problems = errors(self._document.state)
        if problems:
            why = tr_core(problems[0].template, **problems[0].values)
            self._fail(tr("The network can not be judged yet. {why}", why=why))
            return
        self.trouble, self.part, self.done = "", part, 0.0
        if self._runner.busy:
            self._question = AskStanding()
            self._runner.questions.ask(self._question)
        else:
            self._judge(self._document.state, self._subject())
        self.changed.emit()

    def cancel(self) -> None:
        """Give up what is under way; the last review stays."""
        if self._job is not None:
            self._runner.jobs.cancel(self._job)
        self._job = self._question = self.part = None
        self.changed.emit()

    def forget(self) -> None:
        """Another project, or other data."""
        self.found.clear()
        self.trouble = ""
        self.cancel()

    def holds(self, found: Review) -> bool:
        """Whether it is about the network as it is now."""
        state = self._document.state
        same_loss = all(found.state.training[key] == state.training[key] for key in ("loss", "metric"))
        return same_loss and not self._runner.busy and computes_alike(found.state, state)

    def _subject(self) -> Subject:
        run = self._runner.run
        if run is None or not self._runner.continues:
            return Subject()
        return Subject(run.id, self._runner.past.position or len(run))

    def _hear(self, answer: Answer) -> None:
        if answer.question is not self._question or self._question is None:
            return
        self._question = None
        if isinstance(answer.result, Standing) and answer.state is not None:
            standing = answer.result
            state = replace(answer.state, weights=_frozen(standing.weights), looks=self._document.state.looks)
            self._judge(state, Subject(standing.run, standing.batch))
        else:
            self._fail(tr("The network has changed meanwhile: evaluate again."))

    def _judge(self, state: State, subject: Subject) -> None:
        assert self.part is not None
        work = partial(review, state, self.part, subject)
        self._job = self._runner.jobs.begin(work, self._take, lambda error: self._fail(sentence(error)), self._how_far)

    def _how_far(self, progress: Progress) -> None:
        self.done = progress.done
        self.changed.emit()

    def _take(self, found: Review) -> None:
        self._job = self.part = None
        if found.part == "test":
            # What is shown is counted before it is shown.
            subject = found.subject
            self._document.open_test(subject.run, subject.batch)
            found = replace(found, state=replace(found.state, looks=self._document.state.looks))
        self.found[found.part] = found
        self.changed.emit()

    def _fail(self, words: str) -> None:
        self._job = self._question = self.part = None
        self.trouble = words
        self.changed.emit()

    def _on_changed(self, change: Change) -> None:
        if change.data:
            self.forget()
        else:
            self.changed.emit()


def _frozen(weights: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Weights as a State keeps them, read-only."""
    for value in weights.values():
        value.flags.writeable = False
    return dict(weights)
