"""The unrolled view of 10 layers over 200 steps: milliseconds to the first picture, and of a frame of pan and zoom.

Run: python -m tests.benchmarks.bench_unroll; with QT_SCALE_FACTOR=2 it draws four times the pixels.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from core.reports import Examination
from core.shapes import infer
from core.traces import LayerTrace, Outcome, Trace
from core.unroll import unroll
from core.whatif import Cut, Put, WhatIf
from gui import fonts
from gui.document import Document
from gui.runner import Runner
from gui.unroll.view import UnrollView
from tests.benchmarks.bench_canvas import chain

SIZE = (1100, 640)


def examination(document: Document, steps: int) -> Examination:
    """Random activations and vanishing gradients."""
    rng = np.random.default_rng(0)
    shapes = infer(document.project.network)
    values = {k: np.tanh(rng.normal(size=(steps, s.features))) for k, s in shapes.items()}
    fade = np.exp(-np.arange(steps)[::-1] / steps * 18)[:, None]
    gradients = {k: rng.normal(size=v.shape) * fade for k, v in values.items()}
    return Examination(0, "validation", values, np.zeros(1), 0.0, gradients)


def imagined(document: Document, steps: int, whatif: WhatIf) -> Trace:
    """The same with everything that a what-if shows."""
    network, found = document.project.network, examination(document, steps)
    rng, layers = np.random.default_rng(1), {}
    for key, value in found.activations.items():
        total, flows = found.gradients[key], [link.id for link in network.into(key)]
        shares = {name: np.abs(rng.normal(size=steps)) * np.linalg.norm(total, axis=1) for name in flows}
        layers[key] = LayerTrace(
            value + 0.1 * rng.normal(size=value.shape), total, 0.3 * total, 0.7 * total, flows=shares
        )
    sequences = dict.fromkeys(layers, steps)
    return Trace(0, "validation", "", 0, 0.0, layers, sequences, sequences, whatif=whatif)


def frames(name: str, view: UnrollView, act: Callable[[int], None], repeats: int = 80) -> None:
    """Print median and p95 of a change and the frame after it; processor time tells what a busy machine adds."""
    times, work = [], []
    for n in range(repeats):
        start, worked = time.perf_counter(), time.process_time()
        act(n)
        view.repaint()
        times.append((time.perf_counter() - start) * 1e3)
        work.append((time.process_time() - worked) * 1e3)
    median, late = np.percentile(times, [50, 95])
    own = np.percentile(work, 95)
    print(f"  {name:<44} median {median:6.2f} ms   p95 {late:6.2f} ms   p95 of processor time {own:6.2f} ms")


def report(layers: int, steps: int, units: int = 32) -> None:
    """All measurements on one network."""
    document = chain(units, layers - 2)
    runner = Runner(document)
    runner.examination = examination(document, steps)
    print(f"\n{layers} layers x {steps} steps, {units} units, {SIZE[0]} x {SIZE[1]}")
    start = time.perf_counter()
    unroll(document.project.network, steps)
    print(f"  {'plan':<52} {(time.perf_counter() - start) * 1e3:6.2f} ms")
    start = time.perf_counter()
    view = UnrollView(document, runner)
    view.resize(*SIZE)
    view.show()
    QApplication.processEvents()
    view.repaint()
    print(f"  {'first picture, the widget made':<52} {(time.perf_counter() - start) * 1e3:6.2f} ms")
    width = view.width() / 2
    frames("zoom in", view, lambda n: view.looking.zoom(1.04, width))

    def pan(n: int) -> None:
        view.looking.pan(QPointF(7 if n % 40 < 20 else -7, 0))

    def scroll(n: int) -> None:
        view.looking.pan(QPointF(301 if n % 20 < 10 else -301, 0))

    frames("pan", view, pan)
    frames("zoom out", view, lambda n: view.looking.zoom(0.97, width))
    view.show_gradient(True)
    view.looking.zoom(view.layout_.pitch and 40 / view.layout_.pitch, width)
    frames("pan, gradients, arrows in sight", view, pan)
    view.looking.fit()
    frames("walk with the lens", view, lambda n: view.choosing.go_to_step(n % steps))
    view.show_gradient(False)
    view.looking.zoom(40.0 / view.layout_.pitch, width)
    frames("scroll fast, a third of the view a frame", view, scroll)
    hidden = document.project.network.layer("dense 1").id
    back = next(link.id for link in document.project.network.into(hidden) if link.delay)
    imagining = runner.imagining
    imagining.whatif = WhatIf((Put(hidden, steps // 2, None, 0.0), Cut(back, steps // 2 + 2)), truncate=steps // 3)
    runner.tracing.trace = imagined(document, steps, WhatIf())
    imagining.outcome = Outcome(imagined(document, steps, imagining.whatif), {})
    for side in ("whatif", "difference"):
        imagining.show_side(side)
        view.refresh()
        frames(f"pan, {side} of a what-if", view, pan)
        frames(
            f"zoom, {side} of a what-if", view, lambda n: view.looking.zoom(1.02 if n % 20 < 10 else 1 / 1.02, width)
        )
        frames(f"scroll fast, {side} of a what-if", view, scroll)
    imagining.whatif, imagining.outcome, runner.tracing.trace = WhatIf(), None, None
    view.refresh()
    states = [examination(document, steps) for _ in range(2)]

    def live(n: int) -> None:
        runner.examination = states[n % 2]
        view.refresh()

    frames("live: all numbers are new", view, live, 30)
    view.close()
    runner.close()
    view.deleteLater()


def main() -> None:
    """Print everything."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    fonts.apply(application)
    report(10, 200)
    report(10, 1000)
    report(4, 8)


if __name__ == "__main__":
    main()
