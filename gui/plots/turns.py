"""When a plot draws: only while it can be seen and something changed, and plots take turns."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

_SHARE = 20.0
"""A plot rests this many times as long as its last drawing took, so that no plot takes much of the window."""
_APART = 0.035
"""Seconds from the drawing of one plot to that of any other: two of them between two ticks would make the second late."""
_SHORTEST, _LONGEST = 0.04, 0.5
"""Seconds between two drawings of one plot."""


class Turn(QObject):
    """The drawing of one plot. After any plot has drawn, the window gets time for everything else."""

    _free_at: ClassVar[float] = 0.0

    def __init__(self, plot: QWidget, draw: Callable[[], None]) -> None:
        super().__init__(plot)
        self._plot, self._draw = plot, draw
        self.due = True
        """True where something changed since it was drawn."""
        self._not_before = 0.0
        # Draws what a full turn had to leave out, so that the last state of a run is always shown.
        self._late = QTimer(self, singleShot=True)
        self._late.timeout.connect(self._draw_when_possible)

    @property
    def waiting(self) -> bool:
        """True where it will draw by itself."""
        return self._late.isActive()

    @property
    def seen(self) -> bool:
        """Whether any of the plot can be seen: Qt moves docks behind a tab out of the window, and calls them visible."""
        return self._plot.isVisible() and not self._plot.visibleRegion().isEmpty()

    def mark(self) -> None:
        """Something changed."""
        self.due = True
        self._draw_when_possible()

    def catch_up(self) -> None:
        """Draw now where something changed."""
        if self.due:
            self._draw()

    def soon(self) -> None:
        """Draw when the current event is done with, where something changed."""
        if self.due and not self.waiting:
            self._late.start(0)

    def drawn(self, cost: float) -> None:
        """It was drawn, in ``cost`` seconds."""
        now = time.perf_counter()
        self._not_before = now + min(_LONGEST, max(_SHORTEST, _SHARE * cost))
        Turn._free_at = now + min(_LONGEST, max(_APART, 2.0 * cost))

    def _draw_when_possible(self) -> None:
        if not self.due or not self.seen:
            return
        wait = max(self._not_before, Turn._free_at) - time.perf_counter()
        if wait <= 0:
            self._draw()
        elif not self.waiting:
            self._late.start(int(wait * 1000) + 1)
