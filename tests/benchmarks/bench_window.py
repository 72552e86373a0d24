"""How late the display timer is while the real window trains with every plot in sight, and what the window costs.

    python tests/benchmarks/bench_window.py [--example digits-pixels-lstm] [--seconds 20] [--rounds 3] [--usual]

Lateness is the time between two ticks less the interval of the timer, in milliseconds. Training steps per second are
measured with the window and in the same process without it (the trainer thread alone), in turns; their ratio is what
to read, since the machine may be shared.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
for _name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
    os.environ[_name] = tempfile.mkdtemp()

import numpy as np
from PySide6.QtCore import QEventLoop, Qt, QTimer

from core.data.cache import dataset
from core.edits import SetTraining
from gui.app import make_application
from gui.main_window import MainWindow
from gui.ticker import INTERVAL_MS
from gui.trainer import Trainer


def wait(seconds: float) -> None:
    """Let the window live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(int(seconds * 1000), loop.quit)
    loop.exec()


def with_window(window: MainWindow, seconds: float) -> tuple[np.ndarray, float]:
    """Lateness of every tick, ms, and training steps per second."""
    window.runner.play()
    wait(2.0)
    times: list[float] = []
    noted = window.runner.ticker.tick.connect(lambda: times.append(time.perf_counter()))
    first, begun = window.runner.report.batch, time.perf_counter()
    wait(seconds)
    rate = (window.runner.report.batch - first) / (time.perf_counter() - begun)
    window.runner.ticker.tick.disconnect(noted)
    window.runner.pause()
    wait(1.0)
    return np.diff(times) * 1000 - INTERVAL_MS, rate


def without_window(window: MainWindow, seconds: float) -> float:
    """Training steps per second of the same training in a thread whose reports are only taken away."""
    trainer = Trainer()
    trainer.start()
    state = window.document.state
    trainer.load(state, "alone", int(dataset(state.data).samples("train")[0]), "train")
    trainer.go("run")
    batches = 0

    def taken(until: float) -> int:
        found = 0
        while time.perf_counter() < until:
            found = max([found, *(getattr(event, "batch", 0) for event in trainer.drain())])
            time.sleep(0.02)
        return found

    batches = taken(time.perf_counter() + 3.0)
    begun = time.perf_counter()
    last = taken(begun + seconds)
    rate = (last - batches) / (time.perf_counter() - begun)
    trainer.close()
    return rate


def spread(window: MainWindow) -> None:
    """Every plot beside the others, none behind a tab, in a window that is wide enough for all of them."""
    window.resize(2400, 1300)
    docks = [window.docks.all[key] for key in window.plots]
    for dock in docks:
        window.removeDockWidget(dock)
    for before, dock in zip([None, *docks], docks, strict=False):
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
        if before is not None:
            window.splitDockWidget(before, dock, Qt.Orientation.Horizontal)
        dock.show()
    window.resizeDocks(docks, [300] * len(docks), Qt.Orientation.Horizontal)


def main() -> None:
    """Print a table, one row a round."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--example", default="digits-pixels-lstm")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--usual", action="store_true", help="the layout of the first start, with some plots behind tabs"
    )
    wanted = parser.parse_args()
    make_application(sys.argv[:1])
    window = MainWindow()
    window.resize(1440, 900)
    window.show()
    if not wanted.usual:
        spread(window)
    window.files.open_example(wanted.example)
    window.document.do(SetTraining("epochs", 100_000))
    window.runner.start()
    while window.runner.status == "loading":
        wait(0.1)
    wait(1.0)
    seen = sum(plot.turn.seen for plot in window.plots.values())
    print(f"{seen} of {len(window.plots)} plots in sight")
    print(f"{wanted.example}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; timer interval {INTERVAL_MS} ms")
    print("| round | lateness p50 | p95 | p99 | max (ms) | steps/s with window | without | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for number in range(wanted.rounds):
        late, rate = with_window(window, wanted.seconds)
        alone = without_window(window, wanted.seconds / 2)
        p50, p95, p99 = np.percentile(late, [50, 95, 99])
        row = f"| {number + 1} | {p50:.1f} | {p95:.1f} | {p99:.1f} | {late.max():.1f} "
        print(f"{row}| {rate:.1f} | {alone:.1f} | {rate / alone:.2f} |", flush=True)
    window.document.undo_stack.setClean()
    window.close()


if __name__ == "__main__":
    main()
