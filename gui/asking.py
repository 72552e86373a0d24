"""Which number is asked about, and the answer as soon as the worker has traced the sample."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from core.data.dataset import Dataset
from core.errors import StudioError
from core.project import Change
from core.traces import OwnInput, Trace
from core.why.explain import Explainer
from core.why.numbers import Aggregate, Explanation, Number, OfOwn, Term
from core.why.symbols import symbol
from gui.document import Document
from gui.own_tracing import OwnTracing
from gui.runner import Runner

Asked = Number | Aggregate | OfOwn
"""What can be asked about: a number of the sample that is examined, one that is made of many samples, or one of an input
that is not in the data set."""
PATIENCE = 20
"""Traces that do not belong to the network as it is before one of them is taken all the same."""


class Asking(QObject):
    """The number in question, the way that led to it, and its explanation; a view shows them on ``answered``."""

    answered = Signal()

    def __init__(self, document: Document, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._runner = document, runner
        self.number: Number | Aggregate | None = None
        self.own: OwnInput | None = None
        """The input that it is about, where that is no sample of the data set."""
        self.answer: Explanation | None = None
        """None while it is worked out, and where there is no such number."""
        self.explainer: Explainer | None = None
        self.waiting = False
        """True while the worker traces the sample."""
        self.moving = False
        """True where the answer is from before training went on."""
        self._refused = 0
        self._behind: list[Asked] = []
        self._ahead: list[Asked] = []
        self._trace: Trace | None = None
        self.tracing = OwnTracing(runner, self)
        self.tracing.traced.connect(self._own_traced)
        runner.updated.connect(self.look)
        runner.status_changed.connect(self.look)
        runner.imagining.changed.connect(self.look)
        runner.tracing.forgotten.connect(self._on_forgotten)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self.forget)

    @property
    def trace(self) -> Trace | None:
        """The sample that the answer is about."""
        return self._trace

    @property
    def can_go_back(self) -> bool:
        return bool(self._behind)

    @property
    def can_go_on(self) -> bool:
        return bool(self._ahead)

    def ask(self, asked: Asked) -> None:
        """Ask about a number; of a sequence without a step, about its last one."""
        number, own = (asked.number, asked.own) if isinstance(asked, OfOwn) else (asked, None)
        here = self._here()
        if here is not None and (number != self.number or own is not self.own):
            self._behind.append(here)
            self._ahead.clear()
        self._show(asked)

    def go_into(self, asked: Asked) -> None:
        """Ask about a number that the answer is made of: it is about the same input, unless it says another one."""
        here = self.own is not None and not isinstance(asked, OfOwn)
        self.ask(OfOwn(asked, self.own) if here and getattr(asked, "sample", None) is None else asked)

    def back(self) -> None:
        """Ask again what was asked before."""
        self._turn(self._behind, self._ahead)

    def on(self) -> None:
        """The opposite of ``back``."""
        self._turn(self._ahead, self._behind)

    def _turn(self, way: list[Asked], other: list[Asked]) -> None:
        here = self._here()
        if way and here is not None:
            other.append(here)
            self._show(way.pop())

    def _here(self) -> Asked | None:
        if self.number is None or self.own is None:
            return self.number
        return OfOwn(self.number, self.own)

    def forget(self) -> None:
        """Another project: nothing is asked."""
        self.number = self.own = self.answer = self.explainer = self._trace = None
        self.tracing.want(None)
        self._behind, self._ahead, self.waiting = [], [], False
        self.answered.emit()

    def look(self) -> None:
        """Take over a new trace; ask for one where the last holds no longer."""
        if self.number is None:
            return
        if self._runner.busy or self._runner.status == "loading":
            if self.answer is not None and not self.moving:
                self.moving = True
                self.answered.emit()
            return
        trace = self._current()
        if trace is None:
            if self.own is not None:
                self.waiting = not self.tracing.refused
                self.tracing.look()
            elif not self.waiting and self._runner.trace is None:
                self.waiting = True
                self._runner.request_trace()
            return
        self.waiting = False
        if trace is not self._trace or self.moving or self.explainer is None:
            self._take(trace)

    def _own_traced(self) -> None:
        self.look()
        if self.tracing.refused:
            self.waiting = False
            self.answered.emit()

    def _on_forgotten(self) -> None:
        """The answer to what was asked before is dropped, so it has to be asked again."""
        if self.own is None:
            self.waiting = False

    def _on_changed(self, change: Change) -> None:
        if change.network or change.weights or change.data:
            self.waiting = False
            self.tracing.forget()

    def _current(self) -> Trace | None:
        """What is known now about the input that is asked about."""
        return self._runner.imagining.trace if self.own is None else self.tracing.trace

    def _show(self, asked: Asked) -> None:
        self.number, own = (asked.number, asked.own) if isinstance(asked, OfOwn) else (asked, None)
        if own is not self.own:
            self.own, self.waiting = own, False
            self.tracing.want(own)
        if isinstance(self.number, Aggregate):
            sample = self.number.sample
            self.answer = self.number.explained()
            if sample is not None and sample != self._runner.sample:
                self._runner.watch(*sample)
        elif self._trace is not self._current():
            self.answer = None
        self.look()
        if self.explainer is not None and self._trace is self._current():
            self._work_out()
        self.answered.emit()

    def _take(self, trace: Trace) -> None:
        project = self._document.project
        try:
            data: Dataset | None = project.dataset()
        except StudioError:
            data = None
        target = None if trace.aim is not None else target_of(data, trace.sample)
        explainer = Explainer(project.network, self._runner.weights, trace, target)
        if not explainer.fits() and self._refused < PATIENCE:
            # It was under way when the network was edited: another one follows.
            self._refused += 1
            self.waiting = True
            if self.own is None:
                self._runner.request_trace()
            else:
                self.tracing.again()
            return
        self._refused = 0
        self._trace, self.moving, self.explainer = trace, False, explainer
        self._work_out()
        self.answered.emit()

    def _work_out(self) -> None:
        assert self.number is not None and self.explainer is not None and self._trace is not None
        number = self.number
        if isinstance(number, Aggregate):
            self.answer = number.explained(tuple(self._lead(one) for one in number.leads if self.explainer.knows(one)))
            return
        self.number = number = self._at_the_end(number)
        self.answer = self.explainer.explain(number) if self.explainer.knows(number) else None

    def _at_the_end(self, number: Number) -> Number:
        """Of a number of a sequence without a step, that of its last one."""
        assert self._trace is not None
        sequence = number.step is None and number.layer in self._trace.steps
        if sequence and number.quantity not in ("weight", "weight_gradient", "loss", "flow"):
            return replace(number, step=self._trace.valid[number.layer] - 1)
        return number

    def _lead(self, number: Number) -> Term:
        assert self.explainer is not None
        number = self._at_the_end(number)
        value = self.explainer.explain(number).value
        return Term(1.0, value, "", symbol(self.explainer.sample.network, number), number)


def target_of(data: Dataset | None, sample: int) -> np.ndarray | None:
    """What the output was to say, as numbers of the output's own shape."""
    if data is None or sample >= len(data):
        return None
    values = np.asarray(data.target.values[sample], float)
    if data.target.codes:
        return np.eye(len(data.target.classes))[values[..., 0].astype(int)]
    return values
