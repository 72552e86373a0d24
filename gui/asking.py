"""Which number is asked about, and the answer as soon as the worker has traced the sample."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from core.data.dataset import Dataset
from core.errors import StudioError
from core.project import Change
from core.traces import Trace
from core.why.aggregates import Aggregate
from core.why.explain import Explainer
from core.why.numbers import Explanation, Number, Term
from core.why.symbols import symbol
from gui.document import Document
from gui.runner import Runner

Asked = Number | Aggregate
"""What can be asked about: a number of the sample that is examined, or one that is made of many samples."""
PATIENCE = 20
"""Traces that do not belong to the network as it is before one of them is taken all the same."""


class Asking(QObject):
    """The number in question, the way that led to it, and its explanation; a view shows them on ``answered``."""

    answered = Signal()

    def __init__(self, document: Document, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._runner = document, runner
        self.number: Asked | None = None
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
        runner.updated.connect(self.look)
        runner.status_changed.connect(self.look)
        runner.imagining.changed.connect(self.look)
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

    def ask(self, number: Asked) -> None:
        """Ask about a number; of a sequence without a step, about its last one."""
        if self.number is not None and number != self.number:
            self._behind.append(self.number)
            self._ahead.clear()
        self._show(number)

    def back(self) -> None:
        """Ask again what was asked before."""
        if self._behind and self.number is not None:
            self._ahead.append(self.number)
            self._show(self._behind.pop())

    def on(self) -> None:
        """The opposite of ``back``."""
        if self._ahead and self.number is not None:
            self._behind.append(self.number)
            self._show(self._ahead.pop())

    def forget(self) -> None:
        """Another project: nothing is asked."""
        self.number = self.answer = self.explainer = self._trace = None
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
        trace = self._runner.imagining.trace
        if trace is None:
            if not self.waiting and self._runner.trace is None:
                self.waiting = True
                self._runner.request_trace()
            return
        self.waiting = False
        if trace is not self._trace or self.moving or self.explainer is None:
            self._take(trace)

    def _on_changed(self, change: Change) -> None:
        if change.network or change.weights or change.data:
            self.waiting = False

    def _show(self, number: Asked) -> None:
        self.number = number
        if isinstance(number, Aggregate):
            self.answer = number.explained()
            if number.sample is not None and number.sample != self._runner.sample:
                self._runner.watch(*number.sample)
        self.look()
        if self.explainer is not None and self._trace is self._runner.imagining.trace:
            self._work_out()
        self.answered.emit()

    def _take(self, trace: Trace) -> None:
        project = self._document.project
        try:
            data: Dataset | None = project.dataset()
        except StudioError:
            data = None
        explainer = Explainer(project.network, self._runner.weights, trace, target_of(data, trace.sample))
        if not explainer.fits() and self._refused < PATIENCE:
            # It was under way when the network was edited: another one follows.
            self._refused += 1
            self.waiting = True
            self._runner.request_trace()
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
