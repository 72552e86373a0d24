"""What if: the changes that are made on the way of the sample that is examined, and what comes of them.

They belong to the window, not to the document: they have a history of their own, which undo walks together with that of
the document in the order of time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from core.errors import StudioError
from core.questions import Answer, Imagine, Question, Truncate
from core.traces import Alike, Outcome, Trace
from core.whatif import Intervention, Room, WhatIf
from gui.text import sentence, tr_core

if TYPE_CHECKING:
    from gui.runner import Runner

Side = Literal["original", "whatif", "difference"]


@dataclass(frozen=True)
class _Entry:
    """One entry of the history."""

    before: WhatIf
    after: WhatIf
    label: str
    place: int
    """Entries that the history of the document had."""


class Imagining(QObject):
    """Keeps a WhatIf and asks the worker what comes of it, one question after another."""

    changed = Signal()
    """Other changes, another outcome, or another side is shown."""

    def __init__(self, runner: Runner) -> None:
        super().__init__(runner)
        self._runner = runner
        self.whatif = WhatIf()
        self.outcome: Outcome | None = None
        """None while it is worked out."""
        self.batch: Mapping[str, Alike] = {}
        """What the truncation makes of the gradient of the next batch; empty while that is worked out."""
        self.side: Side = "whatif"
        """What the views show."""
        self.refused = ""
        """Why the last change was refused, as a sentence."""
        self._done: list[_Entry] = []
        self._undone: list[_Entry] = []
        self._asked: dict[Question, object] = {}
        """Questions under way, and what they were asked about."""
        runner.questions.answered.connect(self._hear)
        runner.updated.connect(self.look)
        runner.status_changed.connect(self.look)
        runner.tracing.forgotten.connect(self.outdated)
        runner.document.replaced.connect(self._forget)

    # -- what views read ---------------------------------------------------------------------------------------------

    @property
    def trace(self) -> Trace | None:
        """The trace to show: with the changes where there are some, or the plain one; None while it is worked out."""
        if not self.whatif or self.side == "original" or self._runner.busy:
            return self._runner.trace
        return None if self.outcome is None else self.outcome.trace

    @property
    def active(self) -> bool:
        """Whether something is changed."""
        return bool(self.whatif)

    @property
    def waits(self) -> bool:
        """True where training moves: the changes are made again where it stands still."""
        return self.active and self._runner.busy

    def room(self) -> Room | None:
        """Where something may be changed; None while that is not known."""
        trace = self._runner.trace
        if trace is None:
            return None
        try:
            samples = len(self._runner.document.project.dataset())
        except StudioError:
            samples = None
        return Room(self._runner.document.project.network, trace.steps, trace.valid, samples)

    def possible(self, one: Intervention) -> bool:
        """Whether a change that is in the list can be made on this sample."""
        room = self.room()
        return room is None or room.fits(one)

    # -- changes -----------------------------------------------------------------------------------------------------

    def add(self, *new: Intervention, label: str) -> bool:
        """Make changes; False, with ``refused`` set, where one of them is not possible."""
        room = self.room()
        try:
            for one in new:
                if room is not None:
                    room.check(one)
        except StudioError as error:
            self.refused = sentence(error)
            self.changed.emit()
            return False
        self._do(self.whatif.adding(*new), label)
        return True

    def remove(self, *gone: Intervention, label: str) -> None:
        """Take changes away again."""
        self._do(self.whatif.without(*gone), label)

    def truncate(self, steps: int, label: str, merge: bool = False) -> None:
        """Cut the gradient every so many steps; ``merge`` joins the last entry of the history, as a drag does."""
        self._do(self.whatif.truncated(steps), label, merge)

    def clear(self, label: str) -> None:
        """Change nothing any more."""
        self._do(WhatIf(), label)

    def show_side(self, side: Side) -> None:
        """Show the original, what comes of the changes, or how both differ."""
        if side != self.side:
            self.side = side
            self.changed.emit()

    def _do(self, after: WhatIf, label: str, merge: bool = False) -> None:
        self.refused = ""
        if after == self.whatif:
            self.changed.emit()
            return
        place = self._runner.document.undo_stack.index()
        entry = _Entry(self.whatif, after, label, place)
        if merge and self._done and self._done[-1].label == label:
            entry = _Entry(self._done.pop().before, after, label, place)
        self._done.append(entry)
        self._undone.clear()
        self._take(after)

    # -- history -----------------------------------------------------------------------------------------------------

    @property
    def undoes(self) -> str:
        """What would be undone next here, if it is younger than the last edit of the document; else ""."""
        last = self._done[-1] if self._done else None
        return last.label if last is not None and last.place >= self._runner.document.undo_stack.index() else ""

    @property
    def redoes(self) -> str:
        """What would be done again next here, if it is older than the next edit of the document; else ""."""
        last = self._undone[-1] if self._undone else None
        return last.label if last is not None and last.place <= self._runner.document.undo_stack.index() else ""

    def undo(self) -> None:
        """Take back the last change."""
        if self._done:
            self._undone.append(self._done.pop())
            self._take(self._undone[-1].before)

    def redo(self) -> None:
        """Make a change again that was taken back."""
        if self._undone:
            self._done.append(self._undone.pop())
            self._take(self._done[-1].after)

    # -- questions ---------------------------------------------------------------------------------------------------

    def _take(self, whatif: WhatIf) -> None:
        if whatif and not self.whatif:
            self.side = "whatif"
        if whatif.truncate != self.whatif.truncate:
            self.batch = {}
        self.whatif, self.refused, self.outcome = whatif, "", None
        self.look()
        self.changed.emit()

    def look(self) -> None:
        """Ask for what is missing. One question of a kind is under way: a drag asks for the place where it has arrived."""
        if not self.whatif or self._runner.busy or self._runner.trace is None:
            return
        if self.outcome is None and not any(isinstance(one, Imagine) for one in self._asked):
            possible = tuple(one for one in self.whatif.interventions if self.possible(one))
            made = WhatIf(possible, self.whatif.truncate)
            self._ask(Imagine(*self._runner.sample, made))
        if self.whatif.truncate and not self.batch and not any(isinstance(one, Truncate) for one in self._asked):
            self._ask(Truncate(self.whatif.truncate))

    def _ask(self, question: Question) -> None:
        self._asked[question] = (self.whatif, self._runner.trace)
        self._runner.questions.ask(question)

    def _hear(self, answer: Answer) -> None:
        if answer.question not in self._asked:
            return
        whatif, trace = self._asked.pop(answer.question)  # type: ignore[misc]
        if answer.template:
            self.refused = tr_core(answer.template, **answer.values)
            self.changed.emit()
            return
        # what was asked before a further change, or before weights or sample became others, is asked again
        holds = trace is self._runner.trace and answer.result is not None
        if isinstance(answer.result, Outcome) and holds and whatif == self.whatif:
            self.outcome = answer.result
        elif isinstance(answer.question, Truncate) and holds and answer.question.length == self.whatif.truncate:
            self.batch = answer.result  # type: ignore[assignment]
        if answer.result is not None:
            self.look()
        self.changed.emit()

    def outdated(self) -> None:
        """Weights, data or sample are others: the same changes are made on them."""
        if self.outcome is not None or self.batch:
            self.outcome, self.batch = None, {}
            self.changed.emit()

    def _forget(self) -> None:
        """Another project."""
        self._done.clear()
        self._undone.clear()
        self.whatif, self.outcome, self.batch, self.refused = WhatIf(), None, {}, ""
        self.changed.emit()
