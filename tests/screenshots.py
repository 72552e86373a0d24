"""Takes the README's pictures: the real window, trained for a while, in both themes.

python tests/screenshots.py [FOLDER]
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
for _name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
    os.environ[_name] = tempfile.mkdtemp()

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QWidget

from core.catalogue.spec import Choice
from core.gym.models import entrant
from core.gym.plans import GYM, default_settings, plan_of
from core.gym.sweep import run
from core.whatif import Cut, Put
from gui.app import make_application
from gui.main_window import MainWindow
from gui.theme import theme


def wait(seconds: float) -> None:
    """Let the window live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


def until(ready: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait until ``ready``, at most ``seconds``."""
    while not ready() and seconds > 0:
        wait(0.1)
        seconds -= 0.1


def trained(window: MainWindow, example: str, batches: int) -> None:
    """Open an example and train it for so many batches, then stand still."""
    window.document.undo_stack.setClean()
    window.files.open_example(example)
    wait(0.5)
    window.runner.play()
    until(lambda: window.runner.report is not None and window.runner.report.batch >= batches)
    window.runner.pause()
    until(lambda: not window.runner.busy)
    wait(0.6)


def ask_what_if(window: MainWindow) -> None:
    """Set one state to 0 and cut one arrow, and look at what becomes of the gradients."""
    until(lambda: window.runner.trace is not None)
    network, imagining = window.document.project.network, window.runner.imagining
    hidden = network.layer("Hidden").id
    back = next(link.id for link in network.into(hidden) if link.source == hidden)
    imagining.add(Put(hidden, 2, None, 0.0), Cut(back, 5), label="What if")
    until(lambda: imagining.trace is not None)
    imagining.show_side("difference")
    wait(0.8)


def sweep_memory(window: MainWindow) -> QWidget:
    """The memory gym with the curves of three ready networks on the adding problem."""
    chosen = Choice(GYM.key, {**default_settings().values, "task": "adding", "epochs": 40})
    gym = window.gym.show()
    gym.choose(chosen)
    gym.sweeps.show(run(plan_of(chosen, [entrant("elman"), entrant("gru"), entrant("lstm")])))
    wait(0.8)
    return gym


def main() -> None:
    """Take all pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "resources" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    make_application(sys.argv[:1])
    window = MainWindow()
    window.resize(1440, 900)
    window.show()
    window.runner.start()
    until(lambda: window.runner.status != "loading")
    theme().set_mode("dark")
    trained(window, "digits-rows-elman", 400)
    window.grab().save(str(folder / "dark.png"))
    window.fold_switch.show_unrolled(True)
    wait(1.5)
    window.fold_switch.grab().save(str(folder / "unrolled.png"))
    ask_what_if(window)
    window.fold_switch.grab().save(str(folder / "whatif.png"))
    window.runner.imagining.clear("Clear")
    window.fold_switch.show_unrolled(False)
    wait(1.0)
    theme().set_mode("light")
    trained(window, "adding-lstm", 126)
    window.grab().save(str(folder / "light.png"))
    sweep_memory(window).grab().save(str(folder / "gym.png"))
    window.document.undo_stack.setClean()
    window.close()


if __name__ == "__main__":
    main()
