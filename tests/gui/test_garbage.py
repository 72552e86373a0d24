"""The garbage collector destroys Qt's objects in the thread of the window alone."""

from __future__ import annotations

import gc
import threading

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QDialog, QPushButton

from gui.garbage import Garbage


class Left(QDialog):
    """A dialog in a cycle with itself, as lambdas leave it, with a timer that only its own thread may stop."""

    def __init__(self, gone: list[str]) -> None:
        super().__init__()
        self.gone, self.own = gone, self
        self.button = QPushButton("x", self)
        self.timer = QTimer(self)
        self.timer.start(10)

    def __del__(self) -> None:
        self.gone.append(threading.current_thread().name)


def allocate() -> None:
    """More containers than the thresholds of all generations together."""
    kept = [[] for _ in range(200_000)]
    assert len(kept) == 200_000


def test_a_worker_that_allocates_collects_nothing():
    gone: list[str] = []
    for _ in range(20):
        Left(gone)
        worker = threading.Thread(target=allocate, name="allocating")
        worker.start()
        worker.join()
    assert not gone
    gc.collect()
    assert gone == [threading.main_thread().name] * 20


def test_the_window_collects_what_grows(qtbot):
    assert not gc.isenabled()
    garbage, gone = Garbage(), []
    Left(gone)
    kept = [[] for _ in range(2 * gc.get_threshold()[0])]
    qtbot.waitUntil(lambda: bool(gone))
    assert kept and isinstance(garbage, QObject)
