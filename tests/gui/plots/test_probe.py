"""The probe view: asked by clicks, answered by the worker, and every number that it shows is the network's."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.data.cache import dataset
from core.edits import Remove, SetParam, SetTraining, SetWeight
from core.examples import open_example
from core.probing import askable
from gui.document import Document
from gui.plots.probe import ProbePlot
from gui.plots.probe_controls import PLAN
from gui.runner import Runner
from gui.theme import theme


@pytest.fixture
def studio(qtbot, show):
    """Builds the view on a small version of an example, with a worker that is ready."""
    runners = []

    def built(example="digits-rows-elman", layer="Hidden", units=8, **more):
        document = Document(open_example(example))
        document.do(SetParam(document.project.network.layer(layer).id, "units", units))
        document.do(SetTraining("epochs", 2))
        runner = Runner(document)
        runners.append(runner)
        plot = show(ProbePlot(document, runner), **{"width": 760, "height": 320} | more)
        runner.start()
        qtbot.waitUntil(lambda: runner.status == "idle" and runner.examination is not None, timeout=30000)
        return plot

    yield built
    assert all(runner.close() for runner in runners)


def part(plot, name):
    return plot.findChild(object, name)


def choose(plot, key):
    """Walk down the list of probes with the keyboard."""
    chooser = part(plot, "probe_chooser")
    QTest.keyClick(chooser, Qt.Key.Key_Home)
    for _ in range(chooser.count()):
        if chooser.currentData() == key:
            return
        QTest.keyClick(chooser, Qt.Key.Key_Down)
    raise AssertionError(key)


def measure(qtbot, plot, key=None):
    """Click on Measure and wait for what is shown."""
    if key:
        choose(plot, key)
    QTest.mouseClick(part(plot, "probe_measure"), Qt.MouseButton.LeftButton)
    assert plot.probing.waiting
    qtbot.waitUntil(lambda: not plot.probing.waiting, timeout=30000)
    plot.draw()
    return plot.probing.results.get(plot._place)


def straight(plot, key, layer="", **settings):
    """The same probe asked of a session of the same state, without a window."""
    from core.engine.session import Session

    document = plot.document
    session = Session(document.state, dataset(document.project.data))
    return session.probe(key, layer, **settings).values


def drawn(panel, name, page):
    """(x, y) values of a curve as it is drawn."""
    number = list(dict.fromkeys(curve.name for curve in page.shown)).index(name)
    curve = next(c for c in page.shown if c.name == name and page.panels[c.panel] is panel)
    x, y = (panel._dashed if curve.dashed else panel._solid)[number].curve.getData()
    return x, np.array([panel.chart.y_scale.value(place) for place in y])


class Elman:
    """The network of the example in plain float64 numpy: dense with a link to itself, last step, softmax."""

    def __init__(self, plot, count):
        state = plot.document.state
        net, w = state.network, {name: np.asarray(value, float) for name, value in state.weights.items()}
        i, h, o = (net.layer(name).id for name in ("Input", "Hidden", "Output"))
        into = {
            (link.source, link.target): w[f"{link.id}.weight"]
            for link in net.links.values()
            if f"{link.id}.weight" in w
        }
        self.layer = h
        self.read, self.own, bias = into[i, h], into[h, h], w[f"{h}.bias"]
        (last,) = [key for key in net.layers if (key, o) in into]
        self.out = into[last, o]
        data = dataset(state.data)
        samples = data.samples("train")[:count]
        x = data.inputs["x"].values[samples].astype(float)
        self.x, self.h = x, np.zeros((x.shape[1] + 1, count, len(bias)))
        for t in range(x.shape[1]):
            self.h[t + 1] = np.tanh(x[:, t] @ self.read.T + self.h[t] @ self.own.T + bias)
        logits = self.h[-1] @ self.out.T + w[f"{o}.bias"]
        p = np.exp(logits - logits.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        wrong = p - np.eye(p.shape[1])[data.target.values[samples][:, 0].astype(int)]
        gradient = wrong @ self.out / count
        self.g = np.zeros((x.shape[1], count, len(bias)))
        for t in reversed(range(x.shape[1])):
            self.g[t] = gradient
            gradient = (gradient * (1 - self.h[t + 1] ** 2)) @ self.own

    def shares(self):
        """(share of each step in dL/dW, cancellation)."""
        parts = []
        for t in range(len(self.g)):
            sums = self.g[t] * (1 - self.h[t + 1] ** 2)
            parts.append(np.concatenate([(sums.T @ self.x[:, t]).ravel(), (sums.T @ self.h[t]).ravel(), sums.sum(0)]))
        parts = np.array(parts)
        whole = parts.sum(0)
        return parts @ whole / (whole @ whole), 1 - np.linalg.norm(whole) / np.linalg.norm(parts, axis=1).sum()


def test_it_says_what_the_probe_asks_and_costs(studio):
    plot = studio()
    text = plot.empty_text()
    assert "Splits dL/dh of every step" in text and "Cost: One training step with as many copies" in text
    assert part(plot, "probe_layer").currentText() == "Hidden"
    choose(plot, "horizon")
    assert "Cost: Two training steps" in plot.empty_text()
    QTest.mouseClick(part(plot, "probe_settings"), Qt.MouseButton.LeftButton)
    assert plot.controls.details.isVisible() and "Cost: Two training steps" in plot.controls._cost.text()


def test_the_memory_horizon_against_numpy(qtbot, studio):
    plot = studio()
    measure(qtbot, plot, "horizon")
    net = Elman(plot, 8)
    norms = np.linalg.norm(net.g, axis=-1)[::-1]
    left = (norms / norms[0]).mean(1)
    rate = math.exp(np.polyfit(np.arange(len(left)), np.log(left), 1)[0])
    page = plot.pages["horizon"]
    back, shown = drawn(page.panels[0], "measured", page)
    np.testing.assert_array_equal(back, np.arange(8))
    np.testing.assert_allclose(shown, left, rtol=1e-4)
    _, factors = drawn(page.panels[1], "measured", page)
    np.testing.assert_allclose(factors, left[1:] / left[:-1], rtol=1e-4)
    radii = [
        np.abs(np.linalg.eigvals((1 - net.h[t + 1, b] ** 2)[:, None] * net.own)).max()
        for t in range(1, 8)
        for b in range(8)
    ]
    predicted = math.exp(np.log(radii).mean())
    _, foretold = drawn(page.panels[1], "predicted", page)
    np.testing.assert_allclose(foretold, predicted, rtol=1e-4)
    below = np.flatnonzero(left < 0.01)
    steps = 7 + math.log(0.01 / left[-1]) / math.log(rate)
    if len(below):
        k = int(below[0])
        steps = k - 1 + math.log(left[k - 1] / 0.01) / math.log(left[k - 1] / left[k])
    text = part(plot, "probe_horizon").text()
    assert text.startswith("Memory horizon = ") and text.endswith(" steps")
    assert float(text.split()[3]) == pytest.approx(steps, rel=0.05)
    slope, start = np.polyfit(np.arange(len(left)), np.log(left), 1)
    np.testing.assert_allclose(drawn(page.panels[0], "mean factor", page)[1], np.exp(start + slope * back), rtol=1e-4)
    assert f"multiplies the gradient by {rate:.3f}"[:-1] in plot.words.text()
    assert part(plot, "probe_horizon").font().pointSizeF() > 1.5 * plot.words.font().pointSizeF()


def test_the_share_of_each_step_against_numpy(qtbot, studio):
    plot = studio()
    measure(qtbot, plot, "weight_share")
    share, lost = Elman(plot, 32).shares()
    bars = plot.pages["weight_share"].chart
    np.testing.assert_allclose(bars.bars.opts["height"], share, rtol=1e-3, atol=1e-5)
    assert f"{lost:.1%} of what they ask for cancels out" in plot.words.text()
    best = int(share.argmax())
    assert f"t = {best + 1} of 8 teaches most" in plot.words.text()
    place = bars.mapFromScene(bars.getPlotItem().getViewBox().mapViewToScene(QPoint(best + 1, 0)))
    qtbot.mouseMove(bars.viewport(), QPoint(round(place.x()), round(place.y()) - 5))
    assert plot.words.text().startswith(f"t = {best + 1} of 8: {share[best]:.1%} of dL/dW")
    before = bars.bars.opts["brushes"][0]
    theme().set_mode("dark")
    plot.draw()
    assert bars.bars.opts["brushes"][0] != before


def test_the_triangle_is_the_session_s_and_tells_its_cells(qtbot, studio):
    plot = studio("co2-every-step", "GRU")
    measure(qtbot, plot, "itemised")
    layer = plot.controls.layer
    norm = straight(plot, "itemised", layer)["norm"].T
    page = plot.pages["itemised"]
    assert page.heat.image.image.shape == (*norm.shape, 3)
    np.testing.assert_array_equal(page.heat.image.image, page.heat.shade.colors(norm))
    assert (np.triu(norm, 1) < 1e-12).all() and (np.diag(norm) > 0).all()
    box = page.heat.getPlotItem().getViewBox()
    place = page.heat.mapFromScene(box.mapViewToScene(box.viewRect().center()))
    qtbot.mouseMove(page.heat.viewport(), QPoint(round(place.x()) + 1, round(place.y()) + 1))
    row, step = page.heat.cell(*page.heat.pointer, norm.shape)
    assert plot.words.text().startswith(f"dL/dh at t = {step + 1}, from the loss at s = {row + 1}: ")


def test_dl_dx_is_that_of_the_sample_that_is_watched(qtbot, studio):
    plot = studio()
    plot.runner.watch(17, "train")
    result = measure(qtbot, plot, "input_gradient")
    assert result.samples[0] == 17 and len(result.samples) == 32
    net, layer = Elman(plot, 1), plot.controls.layer
    values = straight(plot, "input_gradient", samples=result.samples)[f"{layer}/first"]
    page = plot.pages["input_gradient"]
    np.testing.assert_array_equal(page.heat.image.image, page.heat.shade.colors(values.T.astype(float)))
    assert page.which.currentText() == "Sample 17, with sign" and net.x.shape[2] == values.shape[1]
    QTest.keyClick(page.which, Qt.Key.Key_Down)
    mean = straight(plot, "input_gradient", samples=result.samples)[f"{layer}/mean"]
    np.testing.assert_array_equal(page.heat.image.image, page.heat.shade.colors(mean.T.astype(float)))


def test_gates_factors_truncation_statistics_and_noise_are_the_session_s(qtbot, studio):
    plot = studio("co2-every-step", "GRU")
    layer = plot.document.project.network.layer("GRU").id
    measure(qtbot, plot, "gates")
    page = plot.pages["gates"]
    _, opening = drawn(page.panels[0], "update gate", page)
    np.testing.assert_allclose(opening, straight(plot, "gates", layer)["update/mean"], rtol=1e-6)
    measure(qtbot, plot, "factor")
    page, values = plot.pages["factor"], straight(plot, "factor", layer)
    np.testing.assert_allclose(drawn(page.panels[0], "norm", page)[1], values["norm"], rtol=1e-6)
    np.testing.assert_allclose(drawn(page.panels[0], "spectral radius", page)[1], values["radius"], rtol=1e-6)
    np.testing.assert_allclose(drawn(page.panels[1], "saturated", page)[1], values["saturated"], atol=1e-9)
    measure(qtbot, plot, "truncation")
    page, values = plot.pages["truncation"], straight(plot, "truncation")
    np.testing.assert_allclose(drawn(page.panels[0], "cosine", page)[1], values["cosine"], rtol=1e-6)
    measure(qtbot, plot, "activations")
    table, values = part(plot, "probe_statistics"), straight(plot, "activations")
    row = next(r for r in range(table.rowCount()) if table.item(r, 0).text() == "GRU")
    shown = [table.item(row, column).text() for column in range(1, 7)]
    assert [float(text) for text in shown[:4]] == pytest.approx(
        [float(values[f"{layer}/{key}"]) for key in ("mean", "std", "min", "max")], rel=6e-3
    )
    assert shown[4] == f"{float(values[f'{layer}/saturated']):.1%}" and shown[5] == str(int(values[f"{layer}/dead"]))
    measure(qtbot, plot, "noise")
    np.testing.assert_allclose(
        plot.pages["noise"].chart.heights, straight(plot, "noise")["cosine"], rtol=1e-5, atol=1e-7
    )


def test_a_setting_is_asked_with(qtbot, studio):
    plot = studio()
    choose(plot, "weight_share")
    QTest.mouseClick(part(plot, "probe_settings"), Qt.MouseButton.LeftButton)
    field = plot.controls._form.row("samples").field
    box = field.focusProxy() or field
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(box, "5")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert plot.controls.settings["samples"] == 5
    assert len(measure(qtbot, plot).samples) == 5


def test_while_training_it_keeps_its_share_and_changes_nothing(qtbot, studio):
    from core.engine.session import Session

    plot = studio()
    document, runner = plot.document, plot.runner
    document.do(SetTraining("probe_share", 20.0))
    document.do(SetTraining("epochs", 20))
    alone = Session(document.state, dataset(document.project.data))
    list(alone.run())
    choose(plot, "weight_share")
    QTest.mouseClick(part(plot, "probe_repeat"), Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert plot.controls.repeated
    batches = set()
    plot.probing.answered.connect(lambda: batches.add(plot.probing.results[plot._place].batch))
    runner.play()
    qtbot.waitUntil(lambda: runner.status == "stopped", timeout=60000)
    for name, value in alone.weights().items():
        assert np.array_equal(document.project.weights[name], value)
    assert len(batches) > 1 and 0 < max(batches) < runner.report.batch
    session = runner._trainer.worker.session
    last = plot.probing.results[plot._place]
    assert session.probes.share == 0.2
    assert session.probes.spent <= 0.2 * (runner.report.seconds - session.probes.spent) + last.seconds + 0.02
    plot.draw()
    assert "after" in plot.words.text() and not plot.empty_text()


def test_measured_by_hand_while_training_runs(qtbot, studio):
    plot = studio()
    plot.document.do(SetTraining("epochs", 1000))
    plot.runner.play()
    qtbot.waitUntil(lambda: plot.runner.report is not None, timeout=30000)
    result = measure(qtbot, plot, "horizon")
    assert plot.runner.busy and result.batch > 0
    assert plot.runner._trainer.worker.session.probes.spent == pytest.approx(result.seconds)
    plot.runner.pause()
    qtbot.waitUntil(lambda: plot.runner.status == "paused", timeout=30000)
    plot.draw()
    assert "the weights have changed since" in plot.words.text()


def test_a_walk_through_the_past_keeps_the_schedule(qtbot, studio):
    plot = studio()
    QTest.mouseClick(part(plot, "probe_repeat"), Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    for _ in range(3):
        plot.runner.step("batch")
        qtbot.waitUntil(lambda: plot.runner.status == "paused", timeout=30000)
    plot.runner.past.go_to(1)
    qtbot.waitUntil(lambda: plot.runner._trainer.worker.session.batch == 1, timeout=30000)
    qtbot.waitUntil(lambda: bool(plot.runner._trainer.worker.session.probes._asked), timeout=30000)
    QTest.mouseClick(part(plot, "probe_repeat"), Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    qtbot.waitUntil(lambda: not plot.runner._trainer.worker.session.probes._asked, timeout=30000)


def test_how_it_is_computed(qtbot, studio):
    from core.engine.plan import make_plan

    plot = studio()
    choose(plot, PLAN)
    qtbot.waitUntil(lambda: bool(plot.plan.toPlainText()), timeout=30000)
    plot.draw()
    assert plot.plan.toPlainText() == str(make_plan(plot.document.project.network))
    assert "Input: all steps at once" in plot.plan.toPlainText() and plot.plan.isVisible() and plot.plan.isReadOnly()
    plot.document.do(SetParam(plot.document.project.network.layer("Hidden").id, "units", 5))
    qtbot.waitUntil(lambda: not plot.probing.waiting and bool(plot.plan.toPlainText()), timeout=30000)


def test_where_no_layer_fits_it_says_so(studio):
    plot = studio()
    choose(plot, "gates")
    assert "No layer of this network fits." in plot.empty_text()
    assert not part(plot, "probe_measure").isEnabled() and not part(plot, "probe_layer").isVisible()
    assert askable("gates", plot.document.project.network) == []


def test_a_change_of_the_network_forgets_and_one_of_a_weight_is_said(qtbot, studio):
    plot = studio()
    measure(qtbot, plot, "horizon")
    document = plot.document
    hidden = document.project.network.layer("Hidden").id
    assert "changed since" not in plot.words.text()
    document.do(SetWeight(f"{hidden}.bias", (0,), 0.5))
    plot.draw()
    assert "the weights have changed since" in plot.words.text()
    document.do(SetParam(hidden, "units", 6))
    assert plot.empty_text() and not plot.probing.results
    measure(qtbot, plot)
    assert not plot.empty_text() and plot.probing.results


def test_a_network_that_can_not_be_computed_is_answered_with_a_sentence(studio):
    plot = studio()
    network = plot.document.project.network
    output = network.layer("Output").id
    plot.document.do(Remove((output,), ()))
    QTest.mouseClick(part(plot, "probe_measure"), Qt.MouseButton.LeftButton)
    assert "This network can not be computed yet." in plot.empty_text() and not plot.probing.waiting


def test_numbers_and_picture_are_saved(qtbot, studio, tmp_path):
    plot = studio()
    for key in (
        "itemised",
        "weight_share",
        "input_gradient",
        "truncation",
        "factor",
        "horizon",
        "activations",
        "noise",
    ):
        measure(qtbot, plot, key)
        plot.save_csv(tmp_path / f"{key}.csv")
        plot.save_picture(tmp_path / f"{key}.png")
        rows = list(csv.reader((tmp_path / f"{key}.csv").read_text("utf-8").splitlines()))
        assert len(rows) > 2 and (tmp_path / f"{key}.png").stat().st_size > 2000
    rows = list(csv.DictReader((tmp_path / "weight_share.csv").read_text("utf-8").splitlines()))
    assert sum(float(row["share"]) for row in rows) == pytest.approx(1, rel=1e-5)


def test_in_a_small_dock_the_horizon_stays_in_one_line(qtbot, studio):
    plot = studio(width=300, height=300)
    measure(qtbot, plot, "horizon")
    plot.grab()
    page, label = plot.pages["horizon"], part(plot, "probe_horizon")
    assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width()
    assert page.panels[0].chart.isVisible() and not page.panels[1].chart.isVisible()
    QTest.mouseClick(part(plot, "probe_settings"), Qt.MouseButton.LeftButton)
    assert plot.controls.details.isVisible() and not page.isVisible()
    plot.resize(760, 320)
    qtbot.waitUntil(page.isVisible)
    assert page.panels[1].chart.isVisible() and plot.controls.details.isVisible()


def test_a_large_layer_asks_for_patience(studio):
    plot = studio("digits-pixels-lstm", "LSTM", units=300)
    choose(plot, "factor")
    assert "fewer samples or steps are quicker" in plot.empty_text()
    choose(plot, "weight_share")
    assert "quicker" not in plot.empty_text()


def slow(studio):
    """A probe under way that takes half a minute."""
    plot = studio(units=128)
    choose(plot, "horizon")
    plot.controls._edit("samples", 256)
    QTest.mouseClick(part(plot, "probe_measure"), Qt.MouseButton.LeftButton)
    assert plot.probing.waiting and part(plot, "probe_measure").text() == "Give up"
    return plot


def test_what_takes_long_is_given_up_by_a_click(qtbot, studio):
    plot = slow(studio)
    QTest.mouseClick(part(plot, "probe_measure"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not plot.probing.waiting, timeout=30000)
    assert "given up" in plot.empty_text() and plot._result is None
    assert part(plot, "probe_measure").text() == "Measure"
    assert measure(qtbot, plot, "input_gradient") is not None


def test_what_takes_long_gives_way_to_another_question_and_to_a_pause(qtbot, studio):
    plot = slow(studio)
    assert measure(qtbot, plot, "input_gradient") is not None
    choose(plot, "horizon")
    QTest.mouseClick(part(plot, "probe_measure"), Qt.MouseButton.LeftButton)
    assert plot.runner._trainer.wait_for(plot.runner._trainer.pause(), 20)
    qtbot.waitUntil(lambda: not plot.probing.waiting, timeout=30000)
    assert "given up" in plot.empty_text()
