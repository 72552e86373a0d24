"""Python's garbage collector, kept to the thread of the window.

Left to itself it runs in whatever thread allocates next. In the worker's it would destroy the widgets that a closed dialog
left in a cycle, which Qt allows in the thread of the window alone: timers can not be stopped, and the program crashes.
"""

from __future__ import annotations

import gc
from time import monotonic

from PySide6.QtCore import QObject, QTimerEvent

EVERY_MS = 200
FULL_SECONDS = 30.0
"""A collection of everything can be seen as a stall of the window; sooner than this there is none after another."""


class Garbage(QObject):
    """Collects in the thread that it lives in, when Python's own thresholds are passed, and nobody else does."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._full = monotonic()
        self.startTimer(EVERY_MS)

    def timerEvent(self, event: QTimerEvent) -> None:
        counts, limits = gc.get_count(), gc.get_threshold()
        if counts[0] <= limits[0]:
            return
        oldest = 0
        if counts[1] > limits[1]:
            oldest = 1
            if counts[2] > limits[2] and monotonic() - self._full > FULL_SECONDS:
                oldest, self._full = 2, monotonic()
        gc.collect(oldest)
