"""How long a cold start takes to a window that can be used, beside a bare window of the same libraries.

    python tests/benchmarks/bench_start.py [--rounds 9]

Every start is a process of its own, in turns, with files in the cache of the system and settings of the first start. The
studio opens as the command does: on the default example, without torch. The clock stops when the window is painted with
the network in it and has answered three keys in the search of the layers. The engine and the panels behind tabs are loaded
after that. The rival is one plot of pyqtgraph and one search field in a main window.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("interpreter", "Qt", "imports", "building", "first paint", "answer")


class Clock:
    """Notes seconds of processor and of the wall since the process began; a stage ends where it is noted."""

    def __init__(self) -> None:
        # The processor's time counts from the beginning of the process, that of the wall from the parent's word.
        self._begun = float(os.environ["BENCH_BEGUN"])
        self._noted: list[tuple[float, float]] = []

    def note(self) -> None:
        """The next stage is over."""
        self._noted.append((time.process_time(), time.time() - self._begun))

    def tell(self) -> None:
        """Print how long each stage took, and end without waiting for anyone."""
        pairs = zip([(0.0, 0.0), *self._noted], self._noted)
        print(json.dumps([(after[0] - before[0], after[1] - before[1]) for before, after in pairs]), flush=True)
        os._exit(0)


def studio() -> None:
    """What ``unroll-studio`` does, up to the event loop."""
    clock = Clock()
    clock.note()
    from PySide6 import QtSvg, QtWidgets  # noqa: F401

    clock.note()
    import gui.__main__  # noqa: F401  the command itself
    from gui.app import DEFAULT_EXAMPLE, make_application
    from gui.main_window import MainWindow

    clock.note()
    application = make_application(["bench"])
    window = MainWindow()
    window.show()
    window.files.open_example(DEFAULT_EXAMPLE)
    clock.note()
    application.processEvents()
    application.processEvents()  # what the first painting asked for
    clock.note()
    search = window.findChild(QtWidgets.QLineEdit, "paletteSearch")
    answered(application, search, lambda: window.docks.all["palette"].widget().list.count())
    clock.note()
    assert window.canvas.canvas.layers and "torch" not in sys.modules
    clock.tell()


def bare() -> None:
    """One plot and one search field."""
    clock = Clock()
    clock.note()
    from PySide6 import QtSvg, QtWidgets  # noqa: F401

    clock.note()
    import pyqtgraph

    clock.note()
    application = QtWidgets.QApplication(["bench"])
    window = QtWidgets.QMainWindow()
    window.resize(1440, 900)
    window.setCentralWidget(pyqtgraph.PlotWidget())
    bar = window.addToolBar("Search")
    search = QtWidgets.QLineEdit()
    bar.addWidget(search)
    window.show()
    clock.note()
    application.processEvents()
    application.processEvents()
    clock.note()
    answered(application, search, lambda: len(search.text()))
    clock.note()
    clock.tell()


def answered(application: object, search: object, seen: object) -> None:
    """Press three keys and wait until something is different."""
    from PySide6.QtTest import QTest

    before = seen()  # type: ignore[operator]
    QTest.keyClicks(search, "lst")
    application.processEvents()  # type: ignore[attr-defined]
    assert seen() != before  # type: ignore[operator]


def start(rival: str) -> list[tuple[float, float]]:
    """Seconds of processor and wall of each stage of one start."""
    with tempfile.TemporaryDirectory() as folder:
        own = {"HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_DATA_HOME": folder, "PYTHONPATH": str(ROOT)}
        environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, **own, "BENCH_BEGUN": str(time.time())}
        command = [sys.executable, __file__, "--start", rival]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return [(cpu, wall) for cpu, wall in json.loads(done.stdout)]


def main() -> None:
    """Print a table: a row for each rival, medians of all rounds."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--start", choices=("studio", "bare"), help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.start:
        return (studio if wanted.start == "studio" else bare)()
    rivals = ["bare", "studio"]
    taken: dict[str, list[list[tuple[float, float]]]] = {name: [] for name in rivals}
    for name in rivals:
        start(name)  # for the caches
    for _ in range(wanted.rounds):
        for name in rivals:
            taken[name].append(start(name))
        rivals.reverse()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; seconds, medians of {wanted.rounds} starts")
    print(f"| | processor | wall | {' | '.join(STAGES)} (processor) |")
    print("|---" * (3 + len(STAGES)) + "|")
    for name in ("bare", "studio"):
        cpu, wall = (median(sum(stage[kind] for stage in one) for one in taken[name]) for kind in (0, 1))
        stages = [median(one[number][0] for one in taken[name]) for number in range(len(STAGES))]
        print(f"| {name} | {cpu:.2f} | {wall:.2f} | {' | '.join(f'{stage:.3f}' for stage in stages)} |")
    ratios = [sum(c for c, _ in s) / sum(c for c, _ in b) for s, b in zip(taken["studio"], taken["bare"])]
    print(f"processor time of the studio by that of the bare window: {median(ratios):.2f}")
    return None


if __name__ == "__main__":
    main()
