"""The third clock: the time step that everyone looks at, and the phases that a batch passes through at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.reports import Moment
from core.walk import place_of, walk
from gui.text import tr

if TYPE_CHECKING:
    from gui.runner import Runner


class StepClock(QObject):
    """Where one looks within a batch. While training walks time step by time step it shows where that stands."""

    changed = Signal()

    def __init__(self, runner: Runner) -> None:
        super().__init__(runner)
        self._runner = runner
        self.step: int | None = None
        """The time step that is looked at, 0-based; None until someone chooses one."""
        self.moments: tuple[Moment, ...] = ()
        """All moments of a batch, in their order, for the sample that is examined."""
        self._chosen: Moment | None = None
        self._kind = (-1, False)
        runner.updated.connect(self._look)
        runner.status_changed.connect(self._look)
        runner.document.replaced.connect(self.forget)

    @property
    def moment(self) -> Moment | None:
        """Where a batch that is walked through stands: by hand here, or by the training; None between two batches."""
        if self._chosen is not None:
            return self._chosen
        report = self._runner.report
        return None if report is None or self._runner.past.rewound else report.moment

    @property
    def place(self) -> int | None:
        """Number of the moment in ``moments``."""
        moment = self.moment
        return None if moment is None or not self.moments else place_of(self.moments, moment)

    def go_to(self, place: int) -> None:
        """Look at a moment by its number; beyond the ends is the end."""
        if self.moments and not self._runner.busy:
            self._chosen = self.moments[max(0, min(len(self.moments) - 1, place))]
            self.step = self._chosen.step
            self.changed.emit()

    def go(self, moments: int) -> None:
        """So many moments on, or back; the first of all where no batch is walked through."""
        place = self.place
        self.go_to((0 if moments > 0 else len(self.moments) - 1) if place is None else place + moments)

    def leave(self) -> None:
        """Look at the whole batch again."""
        if self._chosen is not None:
            self._chosen = None
            self.changed.emit()

    def look_at(self, step: int | None) -> None:
        """Another time step, in the same phase."""
        if step == self.step:
            return
        self.step = step
        chosen = self._chosen
        if chosen is not None and step is not None and chosen.phase in ("forward", "backward"):
            there = [m for m in self.moments if m.step == step and (m.phase, m.part) == (chosen.phase, chosen.part)]
            self._chosen = there[0] if there else None
        self.changed.emit()

    def forget(self) -> None:
        """Another project."""
        self.step, self._chosen, self.moments, self._kind = None, None, (), (-1, False)
        self.changed.emit()

    def _look(self) -> None:
        """Another sample may be longer; training that moves on has moments of its own."""
        found = self._runner.examination
        lengths = [] if found is None else [len(value) for value in found.activations.values() if value.ndim == 2]
        length, network = max(lengths, default=0), self._runner.document.project.network
        kind = length, bool(network.of_kind("lstm", "gru"))
        if kind != self._kind:
            self._kind = kind
            self.moments = walk(*kind)
            self._chosen = None
            if self.step is not None and self.step >= length:
                self.step = None
            self.changed.emit()
        if self._runner.busy:
            self.leave()
        report = self._runner.report
        if self._chosen is None and report is not None and report.moment is not None:
            step = report.moment.step if report.moment.phase in ("forward", "backward", "loss") else self.step
            if step != self.step:
                self.step = step
                self.changed.emit()


def moment_words(moment: Moment, mark: Callable[[str, str], str] = lambda _, text: text) -> str:
    """A moment in words: “t = 3 of 8 · gates”. ``mark`` writes the numbers named "step" and "steps"."""
    parts = {
        "input": tr("input"), "sum": tr("sums before the activation"), "gates": tr("gates"), "state": tr("state"),
        "output": tr("output"), "output_gradient": tr("dL/dy"), "direct": tr("dL/dh, direct"),
        "through": tr("dL/dh through time"), "share": tr("share of dL/dW"), "clip": tr("clipping"),
    }  # fmt: skip
    phases = {"forward": tr("forward"), "loss": tr("loss"), "backward": tr("backward"), "update": tr("update")}
    what = parts.get(moment.part, phases[moment.phase])
    if moment.phase in ("forward", "backward"):
        step, steps = mark("step", str(moment.step + 1)), mark("steps", str(moment.steps))
        return tr("t = {step} of {steps} · {what}", step=step, steps=steps, what=what)
    return what
