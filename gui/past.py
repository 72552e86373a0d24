"""Walking through the past of a training: back to any batch, forward again exactly, or another way from there."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.project import Change
from gui.messages import Moved, Recorded
from gui.places import stands_at
from gui.settings import settings

if TYPE_CHECKING:
    from core.runs import Run
    from gui.runner import Runner
    from gui.trainer import Trainer

BUDGETS = (16, 64, 256, 1024)
"""Choices of the memory that a recording may take, in MB."""
DEFAULT_BUDGET = 256


def wanted_budget() -> int:
    """Bytes that the user lets the recording take."""
    saved = settings().value("history_bytes")
    return int(saved) if str(saved or "").isdigit() else DEFAULT_BUDGET * 2**20


class Past(QObject):
    """Where the training of a runner stands in its own recorded past."""

    changed = Signal()

    def __init__(self, runner: Runner, trainer: Trainer) -> None:
        super().__init__(runner)
        self._runner, self._trainer = runner, trainer
        self.begin, self.end = 0, 0
        """First and last batch that can be reached."""
        self.position = 0
        """Training steps taken where it stands now."""
        self.bytes = 0
        """Memory that the recording takes."""
        self.budget = wanted_budget()
        """Memory that it may take, in bytes."""
        self._goal: int | None = None
        """The batch that was asked for last and is not reached yet."""
        self._under_way: int | None = None
        """The one that the worker is told to go to: it is told of the next one when it has arrived."""
        self._fresh: Run | None = None
        """The branch that has taken no step of its own yet: what is changed now belongs to it from its beginning."""
        runner.heard.connect(self._hear)
        runner.run_started.connect(self._start)
        runner.status_changed.connect(self._follow)
        runner.document.replaced.connect(self._start)
        runner.document.changed.connect(self._on_changed)
        trainer.keep_within(self.budget)

    @property
    def goal(self) -> int:
        """Where it stands as soon as everything that was asked for is done."""
        return self.position if self._goal is None else self._goal

    @property
    def rewound(self) -> bool:
        """True where it stands before the last recorded batch."""
        return self.goal < self.end

    @property
    def reachable(self) -> bool:
        """True where there is a past to walk through."""
        return self.end > self.begin and not self._runner.busy and self._runner.continues

    def go_to(self, batch: int) -> None:
        """Stand where the training stood after ``batch`` steps; beyond the ends is the end.

        Of many wishes while the worker is on its way, the last one counts.
        """
        batch = max(self.begin, min(self.end, batch))
        if self.reachable and batch != self.goal:
            self._goal = batch
            if self._under_way is None:
                self.settle()
            self.changed.emit()

    def settle(self) -> None:
        """Tell the worker where it is to stand before it is told anything else."""
        if self._goal is not None and self._goal != self._under_way:
            self._under_way = self._goal
            self._runner.ticker.start()
            self._trainer.go_to(self._goal)

    def keep_within(self, budget: int) -> None:
        """Record within so many bytes from now on, in trainings to come too."""
        self.budget = budget
        settings().setValue("history_bytes", budget)
        self._runner.ticker.start()
        self._trainer.keep_within(budget)
        self.changed.emit()

    def go(self, batches: int) -> None:
        """So many batches forward, or (negative) back. Forward beyond what is recorded trains on."""
        if batches > 0 and not self.rewound:
            self._runner.step("batch")
        else:
            self.go_to(self.goal + batches)

    def branch(self) -> None:
        """Go on from here as a new run beside the old one."""
        run = self._runner.run
        if run is None or not self.rewound:
            return
        self.settle()
        begin, position = self.begin, self.goal
        branch = run.until(position)
        branch.training = self._runner.document.project.training
        self._runner.branch_to(branch)
        self._fresh = branch
        self.begin, self.position, self.end = begin, position, position
        self.changed.emit()

    def epochs(self) -> list[int]:
        """Training steps after which each recorded epoch was over; the first is 0, before the first one."""
        run = self._runner.run
        ends = [] if run is None or not len(run.epochs) else [int(batch) for batch in run.epochs["batch"]]
        return [0, *(batch for batch in ends if batch <= self.end)]

    def epoch(self) -> int:
        """Epochs that are over where it stands."""
        return bisect_right(self.epochs(), self.goal) - 1

    def go_to_epoch(self, epoch: int) -> None:
        """Stand where so many epochs were over."""
        ends = self.epochs()
        self.go_to(ends[max(0, min(len(ends) - 1, epoch))])

    def _start(self, *_: object) -> None:
        self.begin = self.end = self.position = self.bytes = 0
        self._goal = self._under_way = None
        self.changed.emit()

    def _hear(self, event: object) -> None:
        match event:
            case Moved():
                self._arrive(event)
            case Recorded():
                self.begin, self.end, self.bytes = event.begin, event.end, event.bytes
                self._follow()
            case _:
                return
        self.changed.emit()

    def _arrive(self, event: Moved) -> None:
        self.begin, self.end, self.position = event.begin, event.end, event.batch
        if event.batch == self._under_way:
            self._under_way = None
            if self._goal == event.batch:
                self._goal = None
        if self._under_way is None:
            self.settle()
        self._runner.arrive(event.weights, stands_at(self.goal, self.end))

    def _follow(self) -> None:
        """Training has moved on by itself."""
        if self._runner.status == "failed":
            self._goal = self._under_way = None
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
