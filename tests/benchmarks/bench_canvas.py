"""Milliseconds that the canvas takes for what happens most: a live refresh, a repaint, an edit, a drag.

Run: python -m tests.benchmarks.bench_canvas
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from itertools import cycle

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import itertools

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from core.edits import AddLayer, AddLink, Edit, Macro, SetParam, new_layer, new_link
from core.project import Project
from core.reports import Examination
from core.shapes import infer
from gui import fonts
from gui.canvas.view import CanvasView
from gui.document import Document
from gui.runner import Runner

STEPS = 64


def chain(units: int, depth: int) -> Document:
    """input -> depth recurrent dense layers -> output."""
    document = Document(Project())
    network, edits = document.project.network, []
    kinds = ["input", *["dense"] * depth, "output"]
    for column, kind in enumerate(kinds):
        params: dict[str, object] = {"units": units if kind == "dense" else 10}
        if kind == "input":
            params["sequence"] = True
        layer = new_layer(network, kind, f"{kind} {column}", column * 256.0, 0.0, **params)
        network = network.with_layer(layer)
        edits: list[Edit] = [*edits, AddLayer(layer)]
    keys = list(network.layers)
    pairs = [(a, b, 0) for a, b in itertools.pairwise(keys)] + [(k, k, 1) for k in keys[1:-1]]
    for source, target, delay in pairs:
        link = new_link(network, source, target, delay)
        network = network.with_link(link)
        edits.append(AddLink(link))
    document.do(Macro(tuple(edits)))
    return document


def examination(document: Document) -> Examination:
    """Random activations of a 64-step sample."""
    rng = np.random.default_rng(0)
    shapes = infer(document.project.network)
    values = {k: np.tanh(rng.normal(size=(STEPS, s.features))) for k, s in shapes.items()}
    return Examination(0, "validation", values, np.zeros(1), 0.0)


def weights_of(document: Document) -> dict[str, np.ndarray]:
    """Fresh copies, as a report brings them."""
    return {name: value.copy() for name, value in document.project.weights.items()}


def measure(name: str, act: Callable[[], object], repeats: int = 40) -> None:
    """Print median and worst of some runs."""
    act()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1e3)
    print(f"{name:<58} median {np.median(times):7.2f} ms   worst {max(times):7.2f} ms")


def report(title: str, units: int, depth: int, expanded: bool) -> None:
    """All measurements on one network."""
    document = chain(units, depth)
    runner = Runner(document)
    runner.examination = examination(document)
    view = CanvasView(document, runner)
    view.resize(900, 500)
    view.show()
    view.canvas.set_expanded(list(view.canvas.layers), expanded)
    view.zooming.fit()
    QApplication.processEvents()
    item = next(iter(view.canvas.layers.values()))
    place = QPointF(item.pos())
    print(f"\n{title}")
    states = cycle([(examination(document), weights_of(document)) for _ in range(2)])

    def live() -> None:
        runner.examination, runner._live = next(states)
        view.canvas.refresh()
        QApplication.processEvents()

    measure("  live: all colours and weights are new, drawn", live)
    measure("  full repaint, 900 x 500", view.viewport().repaint)
    measure("  drag a card by one pixel", lambda: view.canvas.shift({item.layer_id: place}))
    second = list(view.canvas.layers)[1]
    sizes = iter(range(10_000))
    measure("  change the units of a layer, undo", lambda: (
        document.do(SetParam(second, "units", units + 1 + next(sizes) % 2)), document.undo()), 10)  # fmt: skip
    view.close()
    runner.close()
    view.deleteLater()


def main() -> None:
    """Print everything."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    fonts.apply(application)
    report("default size, folded: 4 layers", 32, 2, False)
    report("30 layers of 64 units, folded", 64, 28, False)
    report("4 layers of 16 units, expanded: lines", 16, 2, True)
    report("4 layers of 31 units, expanded: close to the limit of lines", 31, 2, True)
    report("4 layers of 128 units, expanded: pictures", 128, 2, True)


if __name__ == "__main__":
    main()
