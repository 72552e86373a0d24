"""The program as installed, in a real window on a virtual screen: Play is clicked with the mouse, and it learns."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

DRIVE = """
import os
import sys
import traceback
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from gui import app

def wait(ready, seconds=90):
    while not ready() and seconds > 0:
        loop = QEventLoop()
        QTimer.singleShot(100, loop.quit)
        loop.exec()
        seconds -= 0.1
    assert ready()

def drive():
    window = next(w for w in QApplication.topLevelWidgets() if w.objectName() == "main_window")
    assert QApplication.platformName() == "xcb"
    wait(lambda: window.runner.status == "idle" and window.document.project.network.layers)
    button = window.bar.buttons["play"]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    wait(lambda: window.runner.evaluation is not None and window.runner.evaluation.metrics["accuracy"] > 0.85)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    wait(lambda: not window.runner.busy)
    picture = window.grab()
    assert picture.width() > 1000 and picture.save(sys.argv[1])
    window.document.undo_stack.setClean()
    window.close()

def drive_or_end():
    try:
        drive()
    except BaseException:
        traceback.print_exc()
        os._exit(3)

opened = app.first_project

def first_project(window, path):
    opened(window, path)
    QTimer.singleShot(300, drive_or_end)

app.first_project = first_project
status = app.run()
print("accuracy reached, status", status)
sys.exit(status)
"""


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="needs Xvfb")
def test_play_in_a_real_window(tmp_path):
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    environment |= {name: str(tmp_path / name) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")}
    (tmp_path / "XDG_RUNTIME_DIR").mkdir(mode=0o700)
    picture = tmp_path / "window.png"
    command = ["xvfb-run", "-a", "-s", "-screen 0 1440x900x24", sys.executable, "-c", DRIVE, str(picture)]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "accuracy reached" in done.stdout and picture.stat().st_size > 50_000
