"""Brushing a span of time on the activations of a real network, and walking through what resembles it."""

from __future__ import annotations

import re
import time
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.edits import SetParam, SetTraining
from core.examples import open_example
from core.formula import svg
from gui.document import Document
from gui.plots.activations import ActivationPlot
from gui.plots.pattern_search import SHORTEST
from gui.runner import Runner
from gui.why.here import ask_here
from tests.gui.plots.conftest import pixel, settle
from tests.gui.test_why_everywhere import choose, opened_menu


@pytest.fixture
def runner(qtbot):
    document = Document(open_example("digits-rows-elman"))
    document.do(SetParam(document.project.network.layer("Hidden").id, "units", 12))
    runner = Runner(document)
    runner.start()
    qtbot.waitUntil(lambda: runner.status == "idle", timeout=30000)
    qtbot.waitUntil(lambda: runner.examination is not None)
    yield runner
    assert runner.close()


@pytest.fixture
def shown(qtbot, runner, show):
    plot = show(ActivationPlot(runner.document, runner), 640, 460)
    box = plot.search
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert plot.patterns.isVisible()
    plot.grab()
    settle(qtbot, plot)
    return plot


def drag(shown, first, last):
    """From the middle of one step to that of another, 1-based."""
    view, heat = shown.units.viewport(), shown.units
    start, end = pixel(heat, first, 5.0), pixel(heat, last, 7.0)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    shown.draw()


def brute_force(shown, runner):
    """By sample of the validation part: (overlap, start) of its best stretch, for the pattern that was brushed."""
    (start, stop), threshold = shown.patterns.span, shown.patterns.threshold
    project = runner.document.project
    network, hidden = project.network, project.network.layer("Hidden").id
    weights = {name: value.astype(float) for name, value in project.weights.items()}
    into = {link.source == hidden: weights[f"{link.id}.weight"] for link in network.into(hidden)}
    data = project.dataset()

    def on(sample):
        h, found = np.zeros(12), []
        for x in data.inputs["x"].values[sample]:
            h = np.tanh(into[False] @ x + into[True] @ h + weights[f"{hidden}.bias"])
            found.append(h > threshold)
        return np.stack(found)

    wanted, best = on(runner.examination.sample)[start:stop], {}
    for sample in np.sort(data.samples("validation"))[:200]:
        states = on(sample)
        for late in range(8 - (stop - start) + 1):
            piece = states[late : late + stop - start]
            overlap = (piece & wanted).sum() / (piece | wanted).sum()
            if overlap > best.get(int(sample), (0, 0))[0]:
                best[int(sample)] = (overlap, late)
    return best


def test_dragging_brushes_steps_and_finds_what_is_similar(shown, runner, qtbot):
    before = shown.units.view_places()
    drag(shown, 3, 5)
    search = shown.patterns
    assert search.span == (2, 5) and shown.units.view_places() == before, "the view stays where it is"
    assert shown.units.span.isVisible() and tuple(shown.units.span.getRegion()) == (2.5, 5.5)
    assert (search.first.value(), search.last.value()) == (3, 5)
    qtbot.waitUntil(lambda: bool(search.matches))
    best = brute_force(shown, runner)
    assert [match.overlap for match in search.matches] == pytest.approx(
        sorted((overlap for overlap, _ in best.values()), reverse=True)[:20], abs=1e-6
    )
    for match in search.matches:
        assert best[match.sample] == (pytest.approx(match.overlap), match.start) and match.stop == match.start + 3
    first = search.matches[0]
    assert search.list.item(0).text() == (
        f"sample {first.sample}, t = {first.start + 1} to {first.stop}: overlap {first.overlap:.2f}"
    )


def test_dragging_to_the_left_and_beyond_the_end_is_the_same_span(shown):
    drag(shown, 6, 2)
    assert shown.patterns.span == (1, 6)
    drag(shown, 7, 40)
    assert shown.patterns.span == (6, 8)


def test_the_units_that_are_on_exactly_there_are_named_and_framed(shown, runner, qtbot):
    layer = shown.layer.currentData()
    values = runner.examination.activations[layer].copy()
    values[:, :] = -0.5
    values[2:5, [1, 7]] = 0.8
    values[1:5, 4] = 0.8
    runner.examination.activations[layer][:] = values
    shown.draw()
    drag(shown, 3, 5)
    assert shown.patterns.units.tolist() == [1, 7]
    assert shown.patterns.words.text() == "On exactly there: unit 2, 8."
    x, y = shown.units.frames.getData()
    assert np.nanmin(x) == 2.5 and np.nanmax(x) == 5.5
    assert sorted(set(y[np.isfinite(y)])) == [1.5, 2.5, 7.5, 8.5]
    slider = shown.patterns.slider
    assert shown.patterns.threshold == pytest.approx(0.3)
    for _ in range(6):
        qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    shown.draw()
    assert shown.patterns.threshold == pytest.approx(0.9) and not len(shown.patterns.units)
    assert "No unit is above the threshold" in shown.patterns.words.text()


def test_a_click_on_a_result_watches_that_sample(shown, runner, qtbot):
    drag(shown, 2, 4)
    search = shown.patterns
    qtbot.waitUntil(lambda: len(search.matches) > 3)
    matches, match = list(search.matches), search.matches[3]
    place = search.list.visualItemRect(search.list.item(3)).center()
    qtbot.mouseClick(search.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: runner.examination.sample == match.sample)
    shown.draw()
    assert runner.sample == (match.sample, "validation")
    assert search.span == (match.start, match.stop) and search.matches == matches, "the results stay"
    assert tuple(shown.units.span.getRegion()) == (match.start + 0.5, match.stop + 0.5)


def test_the_keyboard_can_choose_the_span_too(shown, qtbot):
    qtbot.keyClick(shown.patterns.last, Qt.Key.Key_Up)
    assert shown.patterns.span == (0, 2)
    qtbot.keyClick(shown.patterns.first, Qt.Key.Key_Up)
    assert shown.patterns.span == (1, 2)


def test_it_follows_the_training_at_a_low_rate(shown, runner, qtbot, monkeypatch):
    now = time.monotonic() + 1000
    monkeypatch.setattr("gui.plots.pattern_search.time", SimpleNamespace(monotonic=lambda: now))
    runner.document.do(SetTraining("epochs", 100000))
    drag(shown, 2, 4)
    qtbot.waitUntil(lambda: bool(shown.patterns.matches))
    asked, ask = [], runner.questions.ask
    runner.questions.ask = lambda question: (asked.append(question), ask(question))
    now += SHORTEST
    runner.play()
    for count in (1, 2):
        qtbot.waitUntil(lambda count=count: len(asked) == count and not shown.patterns._asked)
        batch = runner.report.batch if runner.report else 0
        qtbot.waitUntil(lambda batch=batch: runner.report is not None and runner.report.batch > batch + 20)
        assert runner.busy and len(asked) == count, "as long as the clock stands still"
        now += SHORTEST
    runner.pause()
    qtbot.waitUntil(lambda: not runner.busy)


def test_without_the_check_box_the_view_moves_as_ever(shown, qtbot):
    box = shown.search
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    drag(shown, 3, 5)
    assert not shown.patterns.isVisible() and shown.patterns.span is None and not shown.units.span.isVisible()
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    qtbot.keyClick(shown.quantity, Qt.Key.Key_Down)
    assert not shown.search.isEnabled() and not shown.patterns.isVisible(), "gradients have no patterns"


def test_an_overlap_is_asked_with_the_right_button_and_by_key(shown, runner, qtbot):
    drag(shown, 3, 5)
    search = shown.patterns
    qtbot.waitUntil(lambda: len(search.matches) > 2, timeout=20000)
    best, match = brute_force(shown, runner), search.matches[2]
    asked = []
    runner.document.asked.connect(asked.append)
    place = search.list.visualItemRect(search.list.item(2)).center()
    port = search.list.viewport()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, port.mapToGlobal(place))
    QApplication.sendEvent(port, event)
    choose(opened_menu(), "Why this overlap")
    (found,) = asked
    assert found.value == pytest.approx(best[match.sample][0]) and found.sample == (match.sample, "validation")
    both, either = map(int, re.search(r"frac\{(\d+)\}\{(\d+)\}", found.numbers[0]).groups())
    assert both / either == pytest.approx(best[match.sample][0]) and both >= 1
    assert all("<svg" in svg(line) for line in (*found.symbols, *found.numbers))
    steps = {lead.step for lead in found.leads}
    assert steps <= set(range(match.start, match.stop)) and found.leads[0].layer == shown.layer.currentData()
    search.list.setCurrentRow(2)
    search.list.setFocus()
    assert ask_here(shown, runner.document) and asked[-1].value == found.value
