"""Defects of dependencies that would end the program in use, though short tests pass."""

import sys

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel


class Sender(QObject):
    said = Signal(bool)


def drop(thing, act, times=2000):
    """How many references of ``thing`` are lost over ``times`` calls."""
    before = sys.getrefcount(thing)
    for _ in range(times):
        act()
    return before - sys.getrefcount(thing)


def test_calls_into_qt_keep_the_references_of_none_and_true(qtbot):
    """PySide6 6.12.0 loses one reference per call on Python 3.10 and 3.11 and aborts the process after a while."""
    label, sender = QLabel(), Sender()
    qtbot.addWidget(label)
    assert drop(None, lambda: label.setText("x")) < 100
    assert drop(True, lambda: sender.said.emit(True)) < 100


def test_the_tripwire_would_be_tripped():
    borrowed = object()
    held = [borrowed] * 3000
    assert drop(borrowed, held.pop) >= 2000
