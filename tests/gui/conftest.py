"""For every test of the window: shipped fonts, the light theme, and nothing left over afterwards."""

import gc
import sys
import threading
import traceback

import pytest
from PySide6.QtCore import QEvent, QLocale, QSettings, Qt, QTimer
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from gui import fonts
from gui.garbage import Garbage
from gui.settings import settings
from gui.theme import theme

PATIENCE = 60000
"""Milliseconds that a test waits for what must come: on a loaded machine anything may take long, and a test that passes
waits no longer for it."""


class PatientBot(QtBot):
    """Waits long where a test does not say how long."""

    def waitUntil(self, callback, *, timeout=PATIENCE):
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal, *, timeout=PATIENCE, **more):
        return super().waitSignal(signal, timeout=timeout, **more)

    def waitActive(self, widget, *, timeout=PATIENCE):
        return super().waitActive(widget, timeout=timeout)

    def waitExposed(self, widget, *, timeout=PATIENCE):
        return super().waitExposed(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp, request):
    """The one of pytest-qt, with more patience."""
    return PatientBot(request)


@pytest.fixture(scope="session", autouse=True)
def _settings_of_the_tests(tmp_path_factory):
    """The tests read and write their own settings, never the user's."""
    folder = tmp_path_factory.mktemp("settings")
    # The native format is the one that gui.settings opens; the path of another one would change nothing.
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(folder))
    QLocale.setDefault(QLocale.c())


@pytest.fixture(scope="session", autouse=True)
def _garbage(qapp):
    """Collected in this thread alone, as in the program."""
    Garbage(qapp)
    yield
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _nothing_on_the_clipboard(qapp):
    """Empties it at the end: without a display Qt keeps it until after Python has gone, and what Python put there crashes."""
    yield
    qapp.clipboard().clear()


@pytest.fixture(autouse=True)
def _looks(qapp, _settings_of_the_tests, tmp_path, monkeypatch):
    """Every test begins as a new user does, whatever the window of the one before it remembered."""
    settings().clear()
    monkeypatch.setattr("gui.settings.state_folder", lambda: tmp_path)
    fonts.apply(qapp)
    theme().set_mode("light")


def _running_timers():
    return [o for o in gc.get_objects() if type(o) is QTimer and isValid(o) and o.isActive()]


@pytest.fixture(autouse=True)
def _hands_off(qapp):
    """Rests the pointer in a corner, where nothing comes up under it, and lets go of the buttons that a test ends with, such
    as that of a drag given up by Escape: Qt counts them on."""
    QCursor.setPos(qapp.primaryScreen().geometry().bottomRight())
    yield
    held = QApplication.mouseButtons()
    elsewhere = QWidget()
    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton):
        if held & button:
            QTest.mouseRelease(elsewhere, button)
    assert QApplication.mouseButtons() == Qt.MouseButton.NoButton


@pytest.fixture(autouse=True)
def _nothing_left_over(qapp, request):
    """Fails a test that leaves a widget, a running timer or a thread behind, or whose slots raised."""
    widgets = set(QApplication.topLevelWidgets())
    threads = set(threading.enumerate())
    raised = []
    hook, sys.excepthook = sys.excepthook, lambda *what: raised.append("".join(traceback.format_exception(*what)))
    yield
    for widget in set(QApplication.topLevelWidgets()) - widgets:
        if isValid(widget) and widget.parent() is None and not widget.isVisible():
            widget.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()
    sys.excepthook = hook
    assert not raised, "\n".join(raised)
    left = [w for w in QApplication.topLevelWidgets() if w not in widgets and w.isVisible()]
    assert not left, f"widgets left open: {left}"
    timers = _running_timers()
    assert not timers, f"timers left running: {[(t, t.parent()) for t in timers]}"
    alive = [t for t in threading.enumerate() if t.name == "trainer" or (t not in threads and not t.daemon)]
    assert not alive, f"threads left running: {alive}"
