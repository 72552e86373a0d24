"""The one display timer: everything that moves on the screen is redrawn on its tick."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal

INTERVAL_MS = 33


class Ticker(QObject):
    """Ticks about 30 times a second while something is going on, and is silent otherwise."""

    tick = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.tick)

    def start(self) -> None:
        """Begin to tick; harmless when it ticks already."""
        if not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Fall silent."""
        self._timer.stop()

    @property
    def active(self) -> bool:
        """True while it ticks."""
        return self._timer.isActive()
