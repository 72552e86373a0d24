"""What the window makes after it is on the screen: one thing at a time, in the pauses of the user, worker and training."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from gui.runner import Runner

PAUSE_MS = 30
"""Between two tasks: room for input and painting."""


class Idle(QObject):
    """Tasks in the order in which they were added. A task that was done otherwise meanwhile has nothing left to do.

    They wait for the engine, which loads faster alone; a task beside it would take several times as long.
    """

    def __init__(self, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._tasks: list[Callable[[], object]] = []
        self._next = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._next.timeout.connect(self._run_one)
        runner.status_changed.connect(self._go_on)

    def add(self, task: Callable[[], object]) -> None:
        """Something that can wait, but not for long."""
        self._tasks.append(task)
        self._go_on()

    def end(self) -> None:
        """The window closes: what was not made is not needed."""
        self._next.stop()
        self._tasks.clear()

    def finish(self) -> None:
        """Everything that is left, now."""
        self._next.stop()
        while self._tasks:
            self._tasks.pop(0)()

    def _may(self) -> bool:
        return bool(self._tasks) and not self._runner.busy and self._runner.status != "loading"

    def _go_on(self) -> None:
        if self._may() and not self._next.isActive():
            self._next.start()

    def _run_one(self) -> None:
        if not self._may():
            return
        if not _user_is_at_work():
            self._tasks.pop(0)()
        self._go_on()


def _user_is_at_work() -> bool:
    """In the middle of a drag, or with a menu or list open."""
    return QApplication.mouseButtons() != Qt.MouseButton.NoButton or QApplication.activePopupWidget() is not None
