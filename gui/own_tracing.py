"""Everything that can be said of an input of the user's own, asked for by whoever explains its numbers."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from core.questions import Answer, AskTrace
from core.traces import OwnInput, Trace
from gui.runner import Runner
from gui.text import tr_core


class OwnTracing(QObject):
    """The trace of one input with the weights as they are; it is renewed where training or an edit has changed them."""

    traced = Signal()

    def __init__(self, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self.trace: Trace | None = None
        """None while it is asked for, and where nothing is wanted."""
        self.refused = ""
        """Why there is none."""
        self._own: OwnInput | None = None
        self._asked: AskTrace | None = None
        self._moment: object = self
        """What the runner had said of its sample when it was asked last: something else shows that weights are others."""
        runner.questions.answered.connect(self._hear)
        runner.status_changed.connect(self._moved)

    def want(self, own: OwnInput | None) -> None:
        """Follow this input from now on."""
        self._own = own
        self.forget()

    def forget(self) -> None:
        """What was traced holds no longer."""
        self.trace, self._asked, self.refused, self._moment = None, None, "", self

    def again(self) -> None:
        """Ask once more."""
        self.forget()
        self.look()

    def look(self) -> None:
        """Ask where that is due."""
        runner = self._runner
        if self._own is None or self._asked is not None or runner.busy or runner.status == "loading":
            return
        # Without a session there is no answer; with the next one the sample is examined anew.
        if self.trace is None and runner.examination is not self._moment:
            self._moment, self._asked = runner.examination, AskTrace(self._own)
            runner.questions.ask(self._asked)

    def _moved(self) -> None:
        if self._runner.busy and self._own is not None:
            self.forget()

    def _hear(self, answer: Answer) -> None:
        if answer.question is not self._asked or self._asked is None:
            return
        self._asked = None
        if isinstance(answer.result, Trace):
            self.trace = answer.result
        elif answer.template:
            self.refused = tr_core(answer.template, **answer.values)
        self.traced.emit()
