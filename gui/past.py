"""Walking through the past of a training: back to any batch, forward again exactly, or another way from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.project import Change
from gui.messages import Moved, Recorded
from gui.text import tr

if TYPE_CHECKING:
    from core.runs import Run
    from gui.runner import Runner


class Past(QObject):
    """Where the training of a runner stands in its own recorded past."""

    changed = Signal()

    def __init__(self, runner: Runner) -> None:
        super().__init__(runner)
        self._runner = runner
        self.begin, self.end = 0, 0
        """First and last batch that can be reached."""
        self.position = 0
        """Training steps taken where it stands now."""
        self.bytes = 0
        """Memory that the recording takes."""
        self._fresh: Run | None = None
        """The branch that has taken no step of its own yet: what is changed now belongs to it from its beginning."""
        runner.heard.connect(self._hear)
        runner.run_started.connect(self._start)
        runner.status_changed.connect(self._follow)
        runner.document.replaced.connect(self._start)
        runner.document.changed.connect(self._on_changed)

    @property
    def rewound(self) -> bool:
        """True where it stands before the last recorded batch."""
        return self.position < self.end

    @property
    def reachable(self) -> bool:
        """True where there is a past to walk through."""
        return self.end > self.begin and not self._runner.busy and self._runner.continues

    def go_to(self, batch: int) -> None:
        """Stand where the training stood after ``batch`` steps; beyond the ends is the end."""
        batch = max(self.begin, min(self.end, batch))
        if self.reachable and batch != self.position:
            self._runner.ask_to_move(batch)

    def go(self, batches: int) -> None:
        """So many batches forward, or (negative) back. Forward beyond what is recorded trains on."""
        if batches > 0 and not self.rewound:
            self._runner.step("batch")
        else:
            self.go_to(self.position + batches)

    def branch(self) -> None:
        """Go on from here as a new run beside the old one."""
        run = self._runner.run
        if run is None or not self.rewound:
            return
        begin, position = self.begin, self.position
        branch = run.until(position)
        branch.training = self._runner.document.project.training
        self._runner.branch_to(branch)
        self._fresh = branch
        self.begin, self.position, self.end = begin, position, position
        self.changed.emit()

    def where(self) -> str:
        """The place in words."""
        if self.rewound:
            return tr("At batch {batch} of {end}. Play walks on exactly as before.", batch=self.position, end=self.end)
        return tr("Paused after batch {batch}.", batch=self.position)

    def _start(self, *_: object) -> None:
        self.begin = self.end = self.position = self.bytes = 0
        self.changed.emit()

    def _hear(self, event: object) -> None:
        match event:
            case Moved():
                self.begin, self.end, self.position = event.begin, event.end, event.batch
                self._runner.arrive(event.weights, self.where())
            case Recorded():
                self.begin, self.end, self.bytes = event.begin, event.end, event.bytes
                self._follow()
            case _:
                return
        self.changed.emit()

    def _follow(self) -> None:
        """Training has moved on by itself."""
        report = self._runner.report
        if report is not None and self._runner.continues:
            self.position = report.batch - (report.moment is not None)
            self.end = max(self.end, self.position)
        self.changed.emit()

    def _on_changed(self, change: Change) -> None:
        # Other settings make another future: the run that is already there stays as it is.
        if change.training and self.rewound:
            self.branch()
            return
        fresh = self._fresh
        if change.training and fresh is not None and fresh is self._runner.run and len(fresh) == self.position:
            fresh.training = self._runner.document.project.training
