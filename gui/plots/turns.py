"""When a plot draws: only while it can be seen and something changed, in the frames of the display timer, in turns."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from gui.ticker import Ticker

_SHARE = 20.0
"""A plot rests this many times as long as its last drawing took, so that no plot takes much of the window."""
_SHORTEST, _LONGEST = 0.04, 0.5
"""Seconds between two drawings of one plot."""


class PlotTurn(QObject):
    """The drawing of one plot: a gui.ticker.Turn."""

    def __init__(self, plot: QWidget, draw: Callable[[], None], ticker: Ticker) -> None:
        super().__init__(plot)
        self._plot, self._draw, self._ticker = plot, draw, ticker
        self.due = True
        """True where something changed since it was drawn."""
        self.in_frame = False
        """True while it draws in a frame, whose time is short: a part of the drawing may be left to the next one."""
        self.cost = 0.0
        self._not_before = 0.0
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.take)

    @property
    def waiting(self) -> bool:
        """True where it will draw by itself."""
        return self._soon.isActive() or self._ticker.waits(self)

    @property
    def seen(self) -> bool:
        """Whether any of the plot can be seen: Qt moves docks behind a tab out of the window, and calls them visible."""
        return self._plot.isVisible() and not self._plot.visibleRegion().isEmpty()

    def mark(self) -> None:
        """Something changed: draw at once where nothing else moves, else in the next frames."""
        self.due = True
        if not self.seen:
            return
        if not self._ticker.active and self.ready(time.perf_counter()):
            self._draw()
        else:
            self._ticker.ask(self)

    def ready(self, now: float) -> bool:
        """Whether it has rested since it was last drawn."""
        return now >= self._not_before

    def take(self) -> None:
        """Draw, where something changed that can be seen."""
        if self.due and self.seen:
            self.in_frame = True
            try:
                self._draw()
            finally:
                self.in_frame = False

    def again(self) -> None:
        """A part of the drawing is left to one of the next frames."""
        self.due = True
        self._ticker.ask(self)

    def catch_up(self) -> None:
        """Draw now where something changed."""
        if self.due:
            self._draw()

    def soon(self) -> None:
        """Draw when the current event is done with, where something changed."""
        if self.due and not self.waiting:
            self._soon.start()

    def give_up(self) -> None:
        """Draw no more until it is seen again."""
        # A window that is destroyed while it is open hides its plots after their timers are gone.
        if isValid(self._soon) and isValid(self._ticker):
            self._soon.stop()
            self._ticker.forget(self)

    def drawn(self, cost: float) -> None:
        """It was drawn, in ``cost`` seconds."""
        self.cost = cost
        self._not_before = time.perf_counter() + min(_LONGEST, max(_SHORTEST, _SHARE * cost))
