"""The one display timer: what moves is heard on its tick, and drawn right after it, in the time until the next one."""

from __future__ import annotations

import time
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal

INTERVAL_MS = 33
FRAME_SECONDS = 0.012
"""Views that take longer together than this are drawn in different frames, so that the next tick is not late."""


class Turn(Protocol):
    """A view that waits to be drawn."""

    cost: float
    """Seconds that drawing it took the last time, its painting included."""

    def ready(self, now: float) -> bool:
        """Whether it has rested long enough at ``now`` (time.perf_counter)."""

    def take(self) -> None:
        """Draw it, if it still wants to be."""


class Ticker(QObject):
    """Ticks about 30 times a second while something is going on or a view waits to be drawn, and is silent otherwise."""

    tick = Signal()
    """Take in what is new."""
    frame = Signal()
    """Everyone has: views draw now."""
    painted = Signal()
    """What was drawn in this frame is on the screen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.tick)
        self.tick.connect(self.frame, Qt.ConnectionType.QueuedConnection)
        self.frame.connect(self._draw)
        # Painting is asked for by posted events, which come before timers that are due: at 0 it is done.
        self._after = QTimer(self, singleShot=True, interval=0)
        self._after.timeout.connect(self.painted)
        self._moves = False
        self._waiting: list[Turn] = []

    def start(self) -> None:
        """Begin to tick; harmless when it ticks already."""
        self._moves = True
        self._go_on()

    def stop(self) -> None:
        """Fall silent, as soon as nobody waits to be drawn."""
        self._moves = False
        self._rest()

    @property
    def active(self) -> bool:
        """True while it ticks."""
        return self._timer.isActive()

    def ask(self, turn: Turn) -> None:
        """Draw ``turn`` in one of the next frames; who has waited longest comes first."""
        if turn not in self._waiting:
            self._waiting.append(turn)
            self._go_on()

    def forget(self, turn: Turn) -> None:
        """``turn`` wants to be drawn no longer."""
        if turn in self._waiting:
            self._waiting.remove(turn)
            self._rest()

    def waits(self, turn: Turn) -> bool:
        """Whether ``turn`` is still to be drawn."""
        return turn in self._waiting

    def _go_on(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _rest(self) -> None:
        if not self._moves and not self._waiting:
            self._timer.stop()

    def _draw(self) -> None:
        """Draw the first that is ready, and further ones as long as all of them fit into one frame."""
        now, spent = time.perf_counter(), 0.0
        for turn in [turn for turn in self._waiting if turn.ready(now)]:
            if spent and spent + turn.cost > FRAME_SECONDS:
                break
            self._waiting.remove(turn)
            turn.take()
            spent += max(turn.cost, 1e-6)
        self._after.start()
        self._rest()
