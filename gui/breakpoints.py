"""The breakpoints of a window: which are set, and what has fired. They belong to no project and are in no file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from core.breakpoints import Breakpoint
from core.catalogue.breakpoints import BREAKPOINTS
from core.catalogue.spec import replaced
from core.project import Change
from core.reports import Hit

if TYPE_CHECKING:
    from gui.runner import Runner
    from gui.trainer import Trainer

LOGGED = 500
"""Entries of the log; older ones are dropped."""


@dataclass(frozen=True)
class Fired:
    """A breakpoint that stopped the training."""

    run: str
    """Id of the run."""
    batch: int
    """The training step that was about to be taken, 1-based."""
    hit: Hit


class BreakpointList(QObject):
    """What is set here is what the worker looks at; ``log`` is the latest first.

    A layer is named by its name, so that a breakpoint also fits the next project; a layer that is renamed stays meant.
    """

    changed = Signal()
    logged = Signal()
    pointed = Signal()
    """A layer was selected because of a breakpoint: the breakpoints are what to look at."""

    def __init__(self, runner: Runner, trainer: Trainer) -> None:
        super().__init__(runner)
        self._runner, self._trainer = runner, trainer
        self.all: tuple[Breakpoint, ...] = ()
        self.log: tuple[Fired, ...] = ()
        self._made = 0
        self._seen: object = None
        self._names: dict[str, str] = {}
        self._note_names()
        runner.status_changed.connect(self._look)
        runner.document.changed.connect(self._on_changed)
        runner.document.replaced.connect(self._note_names)

    def add(self, key: str, **values: Any) -> Breakpoint:
        """Set a breakpoint of this kind."""
        self._made += 1
        made = Breakpoint(f"breakpoint {self._made}", BREAKPOINTS.choose(key, **values))
        self._set((*self.all, made))
        return made

    def change(self, name: str, path: str, value: object) -> None:
        """Change a value of one of them."""
        self._set(
            replace(one, choice=replaced(one.choice, BREAKPOINTS[one.choice.key], path, value))
            if one.id == name
            else one
            for one in self.all
        )

    def enable(self, name: str, enabled: bool) -> None:
        """Switch one of them on or off."""
        self._set(replace(one, enabled=enabled) if one.id == name else one for one in self.all)

    def remove(self, name: str) -> None:
        """Take one of them away."""
        self._set(one for one in self.all if one.id != name)

    def clear_log(self) -> None:
        """Forget what has fired."""
        self.log = ()
        self.logged.emit()

    def go_to(self, fired: Fired) -> None:
        """Stand before the update at which a breakpoint fired, with its layer selected."""
        runner = self._runner
        self._point_at(fired.hit)
        if runner.run is not None and runner.run.id == fired.run:
            runner.past.go_to(fired.batch - 1)

    def _set(self, breakpoints: Iterable[Breakpoint]) -> None:
        self.all = tuple(breakpoints)
        self._trainer.break_at(self.all)
        self.changed.emit()

    def _look(self) -> None:
        """Write down what has stopped the training, and point at it."""
        report = self._runner.report
        if self._runner.status != "paused" or report is None or not report.hits or report is self._seen:
            return
        self._seen = report
        fresh = [Fired(report.run, report.batch, hit) for hit in report.hits]
        self.log = (*fresh, *self.log)[:LOGGED]
        self.logged.emit()
        self._point_at(report.hits[0])

    def _point_at(self, hit: Hit) -> None:
        if hit.layer is not None:
            self._runner.document.select({hit.layer})
        if hit.step is not None:
            self._runner.clock.look_at(hit.step)
        self.pointed.emit()

    def _on_changed(self, change: Change) -> None:
        if not change.layers:
            return
        before, now = dict(self._names), {layer.id: layer.name for layer in self._runner.document.project.network}
        new = {before[key]: name for key, name in now.items() if key in before and before[key] != name}
        self._names = now
        if not any(one.choice.values.get("layer") in new for one in self.all):
            self.changed.emit()
            return
        self._set(
            replace(one, choice=replace(one.choice, values={**one.choice.values, "layer": new[one.choice["layer"]]}))
            if one.choice.values.get("layer") in new
            else one
            for one in self.all
        )

    def _note_names(self) -> None:
        self._names = {layer.id: layer.name for layer in self._runner.document.project.network}
        self.changed.emit()
