"""A runner that does nothing but carry what a test puts in, and runs with known numbers."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPointF, Signal

from core.catalogue.layers import LAYERS
from core.network import Layer, Network
from core.project import Project, State
from core.reports import Evaluation, GradientProfile, Report
from core.runs import Run
from gui.document import Document
from gui.ticker import Ticker


class FakePast(QObject):
    """Where a training stands in its past."""

    changed = Signal()

    def __init__(self, parent):
        super().__init__(parent)
        self.position, self.rewound = 0, False


class FakeQuestions(QObject):
    """Keeps what is asked; a test answers."""

    answered = Signal(object)

    def __init__(self, parent):
        super().__init__(parent)
        self.asked = []

    def ask(self, question):
        self.asked.append(question)


class FakeRunner(QObject):
    """The part of gui.runner.Runner that plots look at."""

    status_changed = Signal()
    run_started = Signal(object)
    updated = Signal()

    def __init__(self):
        super().__init__()
        self.ticker = Ticker(self)
        self.run = self.report = self.examination = self.evaluation = self.outputs = None
        self.status = "idle"
        self.busy = False
        self.past, self.questions, self.weights = FakePast(self), FakeQuestions(self), {}
        self.asked, self.watched = [], []

    def request_outputs(self, inputs):
        self.asked.append(inputs)

    def watch(self, sample, part):
        self.watched.append((sample, part))


def fill_run(
    rows=0,
    *,
    loss=None,
    per_epoch=20,
    gradients=None,
    metric="accuracy",
    layers=(),
    notes=None,
    run=None,
    norms=None,
    ratios=None,
):
    """A run of ``rows`` training steps; ``gradients`` maps layer id -> function of the batch that gives a profile."""
    run = run or Run("r1")
    run.layers = dict(layers)
    loss = np.asarray(loss, float) if loss is not None else 2.3 * np.exp(-np.arange(rows) / max(1, rows) * 3)
    for i, value in enumerate(loss):
        batch, epoch = i + 1, i // per_epoch + 1
        evaluation = None
        if batch % per_epoch == 0:
            evaluation = Evaluation(
                "validation", float(value) * 1.1, {metric: 0.5 + 0.4 * i / len(loss)}, np.zeros(0), np.zeros(0)
            )
        run.add(
            Report(
                "r1", batch, epoch, i % per_epoch + 1, per_epoch, float(value), {metric: float(i / len(loss))}, 0.01 * i,
                gradients={key: make(batch) for key, make in (gradients or {}).items()},
                layer_gradient={key: make(batch) for key, make in (norms or {}).items()},
                update_ratio={key: make(batch) for key, make in (ratios or {}).items()},
                evaluation=evaluation, notes=tuple((notes or {}).get(batch, ())),
            )
        )  # fmt: skip
    return run


def profile(total, direct=None, cell=None):
    """A profile whose parts add up to ``total``."""
    total = np.asarray(total, np.float32)
    direct = np.zeros_like(total) if direct is None else np.asarray(direct, np.float32)
    with np.errstate(invalid="ignore"):
        through = np.abs(total - direct)
    return GradientProfile(total, direct, through, None if cell is None else np.asarray(cell, np.float32))


def a_layer(key, kind, name, **params):
    """A layer with complete parameters."""
    return Layer(key, name, kind, LAYERS[kind].complete(params))


def a_document(*layers, data=None):
    """A document with these layers, unlinked."""
    return Document(Project(State(Network({layer.id: layer for layer in layers}), data=data)))


@pytest.fixture
def make():
    """Builders of runs, profiles, layers and documents."""
    return SimpleNamespace(
        run=fill_run, profile=profile, layer=a_layer, document=a_document, runner=FakeRunner, pixel=pixel, drawn=drawn
    )


def pixel(chart, x, y):
    """Where a place of a chart is in its viewport."""
    return chart.mapFromScene(chart.getPlotItem().getViewBox().mapViewToScene(QPointF(x, y)))


def drawn(line):
    """(x, y) places of a line."""
    return tuple(np.asarray(values) for values in line.curve.getData())


def settle(qtbot, plot):
    """Draws a plot until nothing moves any more: axes take the width of their labels, and charts the room that is left."""
    seen = []

    def stands_still():
        plot.draw()
        seen.append([(chart.geometry(), chart.view_places()) for chart in plot.charts()])
        return seen[-3:] == [seen[-1]] * 3

    qtbot.waitUntil(stands_still)


@pytest.fixture
def runner(qapp):
    return FakeRunner()


@pytest.fixture
def show(qtbot, qapp):
    """Shows a plot in a size and draws it."""

    def shown(plot, width=700, height=260):
        qtbot.addWidget(plot)
        plot.resize(width, height)
        with qtbot.waitExposed(plot):
            plot.show()
        plot.draw()
        # Axes take the width of their labels while they are painted.
        plot.grab()
        qapp.processEvents()
        plot.draw()
        return plot

    return shown
