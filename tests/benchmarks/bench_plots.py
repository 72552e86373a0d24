"""Milliseconds that each plot takes for one redraw and its painting, at the sizes that a long training reaches.

python tests/benchmarks/bench_plots.py [REPEATS]
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from core.catalogue.layers import LAYERS
from core.columns import Columns
from core.data.catalogue import DATASETS
from core.network import Layer, Network
from core.project import Project, State
from core.reports import Evaluation, Examination
from core.runs import EPOCH_ROWS, LAYER_ROWS, STEP_ROWS, Run, gradient_rows
from gui.document import Document
from gui.plots.activations import ActivationPlot
from gui.plots.base import LivePlot
from gui.plots.gradient import GradientPlot
from gui.plots.loss import LossPlot
from gui.plots.norms import NormsPlot
from gui.plots.output import OutputView
from gui.ticker import Ticker

SIZE = (480, 260)


class _Runner(QObject):
    status_changed = Signal()
    run_started = Signal(object)
    updated = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.ticker = Ticker(self)
        self.run = self.report = self.examination = self.evaluation = self.outputs = None
        self.busy = True

    def request_outputs(self, inputs: np.ndarray) -> None:
        """Nobody answers here."""


def run_of(batches: int, steps: int, layers: int) -> Run:
    """A run as it is after ``batches`` training steps on sequences of ``steps``."""
    rng, run = np.random.default_rng(0), Run("bench")
    loss = 0.05 + 2.3 * np.exp(-np.arange(batches) / (batches / 6)) * (1 + 0.2 * rng.random(batches))
    batch = np.arange(1, batches + 1, dtype=float)
    names = {f"l{i}": f"layer {i}" for i in range(layers)}
    run.layers, run.metrics = names, ("accuracy",)
    columns = {"batch": batch, "loss": loss, "epoch": (batch - 1) // 45 + 1, "accuracy": 1 - loss / 2.5}
    run.steps = Columns.from_arrays(_last(columns, STEP_ROWS), STEP_ROWS)
    run.epochs = Columns.from_arrays(_last({k: v[44::45] for k, v in columns.items()}, EPOCH_ROWS), EPOCH_ROWS)
    per_layer = {key: np.exp(rng.normal(size=batches)) for key in names}
    run.layer_gradient = Columns.from_arrays(_last({"batch": batch, **per_layer}, LAYER_ROWS), LAYER_ROWS)
    run.update_ratio = Columns.from_arrays(_last({"batch": batch, **per_layer}, LAYER_ROWS), LAYER_ROWS)
    rows = min(batches, gradient_rows(steps))
    profile = (0.9 ** np.arange(steps - 1, -1, -1.0) * (1 + rng.random((rows, steps)))).astype(np.float32)
    parts = {"total": profile, "direct": profile / 2, "through": profile / 2}
    table = {"batch": np.linspace(1, batches, rows).round(), **parts}
    run.gradients = {key: Columns.from_arrays(table, rows) for key in names}
    return run


def _last(columns: dict[str, np.ndarray], rows: int) -> dict[str, np.ndarray]:
    return {key: values[-rows:] for key, values in columns.items()}


def timed(plot: LivePlot, app: QApplication, repeats: int) -> tuple[float, float, float]:
    """(median ms of the redraw, median ms with its painting, worst ms with its painting)."""
    plot.resize(*SIZE)
    plot.show()
    app.processEvents()
    redraws, wholes = [], []
    for _ in range(repeats):
        # As after an epoch: what is remembered by the identity of an evaluation does not help.
        plot.runner.evaluation = replace(plot.runner.evaluation)
        started = time.perf_counter()
        plot.draw()
        drawn = time.perf_counter()
        app.processEvents()
        wholes.append(time.perf_counter() - started)
        redraws.append(drawn - started)
    plot.hide()
    return float(np.median(redraws)) * 1e3, float(np.median(wholes)) * 1e3, max(wholes) * 1e3


def main() -> None:
    """Print the table."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    app = QApplication.instance() or QApplication([])
    print(f"{'plot':34}{'redraw ms':>12}{'with paint':>12}{'worst':>10}")
    rng = np.random.default_rng(0)
    for batches, steps in ((1, 8), (2_000, 64), (20_000, 784), (400_000, 64)):
        runner = _Runner()
        layer = Layer("l0", "layer 0", "rnn", LAYERS["rnn"].complete({"units": 64}))
        output = Layer("o", "output", "output", LAYERS["output"].complete({"units": 10}))
        data = DATASETS.choose("digits", reading="pixels")
        document = Document(Project(State(Network({"l0": layer, "o": output}), data=data)))
        runner.run = run_of(batches, steps, 3)
        runner.examination = Examination(0, "train", {"l0": np.tanh(rng.normal(size=(steps, 64)))}, np.eye(10)[0], 1.0)
        for kind in (LossPlot, GradientPlot, NormsPlot, ActivationPlot, OutputView):
            plot = kind(document, runner)
            samples = np.arange(359)
            runner.evaluation = Evaluation("train", 1.0, {}, samples, rng.random((359, 10)))
            label = f"{plot.name} ({batches:,} x {steps})"
            print(f"{label:34}{'{:12.2f}{:12.2f}{:10.2f}'.format(*timed(plot, app, repeats))}")
            plot.deleteLater()


if __name__ == "__main__":
    main()
