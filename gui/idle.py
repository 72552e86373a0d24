"""What the window makes after it is on the screen: one thing at a time, in the pauses, and nothing while training moves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from gui.runner import Runner

FIRST_MS = 150
"""The window is painted and has answered what waited for it."""
PAUSE_MS = 15
"""Between two tasks: room for input, and for the worker, which loads the engine meanwhile."""


class Idle(QObject):
    """Tasks in the order in which they were added. A task that was done otherwise meanwhile has nothing left to do."""

    def __init__(self, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._tasks: list[Callable[[], object]] = []
        self._begun = False
        self._next = QTimer(self, singleShot=True)
        self._next.timeout.connect(self._run_one)
        runner.status_changed.connect(self._go_on)

    def add(self, task: Callable[[], object]) -> None:
        """Something that can wait, but not for long."""
        self._tasks.append(task)
        self._go_on()

    def begin(self) -> None:
        """The window is shown."""
        if not self._begun:
            self._begun = True
            self._next.start(FIRST_MS)

    def end(self) -> None:
        """The window closes: what was not made is not needed."""
        self._next.stop()
        self._tasks.clear()

    def finish(self) -> None:
        """Everything that is left, now."""
        self._next.stop()
        while self._tasks:
            self._tasks.pop(0)()

    def _go_on(self) -> None:
        if self._begun and self._tasks and not self._runner.busy and not self._next.isActive():
            self._next.start(PAUSE_MS)

    def _run_one(self) -> None:
        if not self._tasks or self._runner.busy:
            return
        self._tasks.pop(0)()
        self._go_on()
