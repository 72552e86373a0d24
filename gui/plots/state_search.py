"""The search for fixed points, on demand: begun and given up with one button, done by the worker."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton

from core.data.importers.progress import Progress
from core.errors import StudioError
from core.states import FixedPoint, Search, find_fixed_points
from core.why.training.space import fixed_points
from gui.text import sentence, tr
from gui.why.here import Question
from gui.why.questions import about_batch
from gui.why.told import asked

if TYPE_CHECKING:
    from gui.document import Document
    from gui.runner import Runner


class PointSearch:
    """What was found last, with the words that say for which input and weights it holds."""

    def __init__(self, document: Document, runner: Runner, button: QPushButton, changed: Callable[[], None]) -> None:
        self._document, self._runner, self._button, self._changed = document, runner, button, changed
        self.found: list[FixedPoint] = []
        self.words = ""
        self._job: int | None = None
        self._batch = 0
        """Training steps before the weights that are searched with."""

    @property
    def running(self) -> bool:
        """True while the worker searches."""
        return self._job is not None

    def toggle(self, search: Search) -> None:
        """Begin this search, or give up the one that is under way."""
        if self._job is not None:
            self._runner.jobs.cancel(self._job)
            self._end()
            return
        self.forget()
        self._batch = 0 if self._runner.run is None else len(self._runner.run)
        about = tr(
            "input of sample {sample} at t = {step}, weights after batch {batch}",
            sample=search.sample,
            step=search.step + 1,
            batch=asked("search batch", str(self._batch)),
        )
        work = partial(find_fixed_points, self._document.state, dict(self._runner.weights), search)
        self._job = self._runner.jobs.begin(work, partial(self._hear, about), self._fail, self._how_far)
        self._button.setText(tr("Cancel"))

    def questions(self) -> dict[str, Question]:
        """About the numbers in the words."""
        run = self._runner.run
        found = {
            key: Question(fixed_points(self.found, key == "stable"), tr("Why so many fixed points?"))
            for key in ("stable", "unstable")
        }
        return found if run is None else {**found, "search batch": about_batch(self._document, run, self._batch)}

    def forget(self) -> None:
        """What was found holds no longer."""
        self.found, self.words = [], ""
        if self._job is not None:
            self._runner.jobs.cancel(self._job)
            self._end()

    def _how_far(self, progress: Progress) -> None:
        self._button.setText(tr("Cancel ({share} %)", share=round(100 * progress.done)))

    def _hear(self, about: str, points: list[FixedPoint]) -> None:
        self._end()
        self.found = points
        stable = sum(point.stable for point in points)
        steady, others = asked("stable", str(stable)), asked("unstable", str(len(points) - stable))
        counts = tr("★ {stable} stable, ✕ {rest} unstable fixed points", stable=steady, rest=others)
        self.words = (counts if points else tr("no fixed point was found")) + f" ({about})"
        self._changed()

    def _fail(self, error: StudioError) -> None:
        self._end()
        self.words = html.escape(sentence(error))
        self._changed()

    def _end(self) -> None:
        self._job = None
        self._button.setText(tr("Fixed points"))
