"""Everything that can be said of the sample that is examined, asked for by those views that need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.project import Change
from core.traces import Trace
from gui.messages import Followed

if TYPE_CHECKING:
    from gui.runner import Runner


class Tracing(QObject):
    """The last trace of a runner's sample."""

    forgotten = Signal()
    """What was traced holds no longer."""

    def __init__(self, runner: Runner) -> None:
        super().__init__(runner)
        self._runner = runner
        self.trace: Trace | None = None
        """None where weights, network, data or sample have changed since. While training runs it lags a little behind."""
        self.ticket = 0
        """Counts what made older traces untrue; an answer to an older ticket is dropped."""
        self.wanted = False
        """True where a trace is to follow as soon as there is a session."""
        runner.heard.connect(self._hear)
        runner.document.changed.connect(self._on_changed)
        runner.document.replaced.connect(self.forget)

    def forget(self) -> None:
        """What was traced holds no longer."""
        self.trace = None
        self.ticket += 1
        self.forgotten.emit()

    def _hear(self, event: object) -> None:
        if isinstance(event, Followed) and event.ticket == self.ticket:
            self.trace = event.trace

    def _on_changed(self, change: Change) -> None:
        if change.network or change.weights or change.data or change.training:
            self.forget()
