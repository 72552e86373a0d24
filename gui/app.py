"""Starts the program: application, looks, window, and the engine behind it."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from gui import fonts, settings
from gui.errors import install_excepthook
from gui.garbage import Garbage
from gui.icons import icon
from gui.theme import theme

if TYPE_CHECKING:
    from gui.main_window import MainWindow

SWITCH_SECONDS = 0.0005
"""How long the worker may hold the interpreter while the window waits. Python's own 5 ms doubles the lateness of the
display timer (tests/benchmarks/bench_window.py) and slows the training too, which waits for the window as long."""
DEFAULT_EXAMPLE = "digits-rows-elman"


def make_application(arguments: list[str]) -> QApplication:
    """The application with its fonts, theme and names; there can be one per process."""
    sys.setswitchinterval(SWITCH_SECONDS)
    QApplication.setOrganizationName(settings.ORGANISATION)
    QApplication.setApplicationName(settings.APPLICATION)
    QGuiApplication.setDesktopFileName("unroll-studio")
    application = QApplication(arguments)
    Garbage(application)
    fonts.apply(application)
    mode = settings.settings().value("theme", "system")
    theme().set_mode(mode if mode in ("light", "dark", "system") else "system")
    application.setWindowIcon(icon("app"))
    return application


def run(path: str | None = None) -> int:
    """Open the window on a project file, or on the default example; the exit status of the program."""
    application = make_application(sys.argv[:1])
    from gui.main_window import MainWindow

    window = MainWindow()
    folder = settings.state_folder()
    install_excepthook(folder, lambda text: window.statusBar().showMessage(text, 15000))
    log = (folder / "crash.log").open("a", encoding="utf-8")
    faulthandler.enable(log)
    window.show()
    QTimer.singleShot(0, lambda: first_project(window, path))  # what needs the window waits until it is shown
    signal.signal(signal.SIGINT, lambda *_: window.close())
    status = application.exec()
    faulthandler.disable()
    log.close()
    if not window.ended_in_time:
        # The worker may still be importing torch, which can not be interrupted and must not outlive the interpreter.
        os._exit(status)
    return status


def first_project(window: MainWindow, path: str | None) -> None:
    """Open what was asked for, or the default example; then load the engine and offer what an earlier window left."""
    if path is None or not window.files.open(Path(path)):
        window.files.open_example(DEFAULT_EXAMPLE)
    window.runner.start()
    window.recovery.offer(window)
