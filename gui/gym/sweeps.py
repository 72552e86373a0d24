"""The sweep that is under way, done by the worker beside any training, and what came of all of them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from core.data.importers.progress import Job, Progress
from core.errors import StudioError
from core.gym.results import Results
from core.gym.sweep import Plan, Standing, Sweep, sweep
from gui.runner import Runner


class Sweeps(QObject):
    """Views read ``results`` and ``standing`` on ``changed``. Pausing is not asking the generator for more."""

    changed = Signal()

    def __init__(self, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self.results: Results | None = None
        """Of this sweep and of those before it that were about the same."""
        self.standing: Standing | None = None
        """How far the sweep is that is under way; None where none is."""
        self.trouble: StudioError | None = None
        """Why the last one could not go on."""
        self.saved = True
        """False where there are results that are in no file."""
        self._before: Results | None = None
        self._work: _Kept | None = None
        self._job: int | None = None

    @property
    def running(self) -> bool:
        """True while the worker tries."""
        return self._job is not None

    @property
    def paused(self) -> bool:
        """True where a sweep can go on."""
        return self._work is not None and self._job is None

    def start(self, plan: Plan) -> None:
        """Begin a sweep; models that are not in it keep their results where they are about the same."""
        self.end()
        self._before, self.trouble = self.results, None
        self._work = _Kept(sweep(plan))
        self.go_on()

    def go_on(self) -> None:
        """Begin or go on."""
        work = self._work
        if work is None or self._job is not None:
            return
        self._job = self._runner.jobs.begin(work.go_on, self._finish, self._fail, self._how_far)
        self.changed.emit()

    def pause(self) -> None:
        """Stand still after the current training step."""
        if self._job is None or self._work is None:
            return
        self._runner.jobs.cancel(self._job)
        self._job = None
        self._take(self._work.last)
        self.changed.emit()

    def end(self) -> None:
        """End the sweep; what it has found stays."""
        self.pause()
        self._work = self.standing = None
        self.changed.emit()

    def show(self, results: Results | None) -> None:
        """Show the results of a file, or none."""
        self.end()
        self.results, self.trouble, self.saved = results, None, True
        self.changed.emit()

    def _take(self, standing: Standing | None) -> None:
        if standing is None or standing.results is None:
            return
        self.standing = standing
        self._know(standing.results)

    def _know(self, found: Results) -> None:
        points = len(self.results.points) if self.results is not None else 0
        self.results = found.beside(self._before)
        if len(self.results.points) != points:
            self.saved = False

    def _how_far(self, progress: Progress) -> None:
        assert isinstance(progress, Standing)
        self._take(progress)
        self.changed.emit()

    def _finish(self, found: Results) -> None:
        self._know(found)
        self._job = self._work = self.standing = None
        self.changed.emit()

    def _fail(self, error: StudioError) -> None:
        if self._work is not None:
            self._take(self._work.last)
        self._job = self._work = self.standing = None
        self.trouble = error
        self.changed.emit()


class _Kept:
    """A sweep that is kept while nobody asks it on, and what it said last. Only the worker asks it."""

    def __init__(self, work: Sweep) -> None:
        self._work = work
        self.last: Standing | None = None

    def go_on(self) -> Job[Results]:
        """From where it stands to its end."""
        while True:
            try:
                self.last = next(self._work)
            except StopIteration as end:
                found: Results = end.value
                return found
            yield self.last
