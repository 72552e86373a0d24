"""Why this number? Of an input of the user's own in “Try it”, by the right button and Alt+W, in the real window.

What the panel says is held against what the page shows and against a plain computation on that very input.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from core.edits import SetWeights
from core.engine.reference import interpret
from core.engine.session import Session
from core.why.numbers import Aggregate, Number
from tests.gui.test_main_window import window  # noqa: F401 - window is a fixture
from tests.gui.test_why_everywhere import answered, ask_by_key, choose, open_menu_over, opened_menu, why

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def tried(qtbot, window):  # noqa: F811
    """An example in “Try it”, its first answer come; its weights are larger than at first, so that it is sure of something."""

    def opening(example):
        window.document.undo_stack.setClean()
        window.files.open_example(example)
        state = window.document.state
        rng = np.random.default_rng(4)
        weights = {k: (1.5 * v + 0.2 * rng.normal(size=v.shape)).astype(v.dtype) for k, v in state.weights.items()}
        window.document.do(SetWeights(weights))
        window.docks.show("use")
        panel = window.docks.all["use"].widget()
        qtbot.waitUntil(lambda: panel.isVisible() and panel.page is not None)
        settled(qtbot, window, panel)
        return panel.page

    return opening


def settled(qtbot, window, panel=None):  # noqa: F811
    """Nothing is under way any more; the panel lies in front."""
    window.docks.show("use")
    panel = panel or window.docks.all["use"].widget()
    qtbot.waitUntil(lambda: not panel.waiting and panel._moment != () and panel._moment[0] is not None, timeout=30000)


def bring_to_front(qtbot, window, part):  # noqa: F811
    """Show the panel, scroll to a part of its page, and wait until it lies where it stays."""
    window.docks.show("use")
    window.docks.all["use"].widget()._column.ensureWidgetVisible(part)
    seen = []

    def stands_still():
        page = window.docks.all["use"].widget().page
        around = [child.geometry() for child in page.children() if isinstance(child, QWidget)]
        seen.append((around, part.geometry(), part.mapToGlobal(QPoint(0, 0))))
        return seen[-3:] == [seen[-1]] * 3

    qtbot.waitUntil(stands_still, timeout=10000)


def ask(qtbot, window, part, at, words="Why"):  # noqa: F811
    """Right-click at a place of a part of the page and choose; returns what was asked, and the answer."""
    bring_to_front(qtbot, window, part)
    pos = at.toPoint() if isinstance(at, QPointF) else at
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, pos, part.mapToGlobal(pos))
    QApplication.sendEvent(part, event)
    choose(opened_menu(), words)
    return answered_about_it(qtbot, window)


def answered_about_it(qtbot, window):  # noqa: F811
    asking = why(window).asking
    qtbot.waitUntil(lambda: asking.own is not None and asking.trace is asking.tracing.trace is not None, timeout=20000)
    number, found = answered(qtbot, window)
    assert "Your own input" in why(window).place.text()
    assert asking.explainer.fits()
    return number, found


def plainly(window, inputs, unit, step=None):  # noqa: F811
    """(run, dL/dx) of the plain interpreter in 64 bit, L being the sum of a unit of the output."""
    state, data = window.document.state, window.document.project.dataset()
    weights = {k: torch.tensor(np.asarray(v, float)) for k, v in state.weights.items()}
    given = torch.tensor(np.asarray(inputs, float))[..., None, :].requires_grad_()
    keys = [layer.id for layer in state.network.of_kind("input")]
    run = interpret(state.network, weights, dict.fromkeys(keys, given), steps=data.target.steps)
    (output,) = state.network.of_kind("output")
    run.logits[output.id, step][0, unit].backward()
    grad = torch.zeros_like(given) if given.grad is None else given.grad
    return run, grad[..., 0, :].numpy()


def drag(widget, *spots):
    QTest.mousePress(widget, LEFT, pos=spots[0].toPoint())
    for spot in spots[1:]:
        QTest.mouseMove(widget, spot.toPoint())
    QTest.mouseRelease(widget, LEFT, pos=spots[-1].toPoint())


def test_a_drawn_digit_and_every_pixel_of_it(qtbot, window, tried):  # noqa: F811
    page = tried("digits-rows-elman")
    network, pad = window.document.project.network, page.editor
    box, shown = pad.boxes()
    spots = [(0.35, 0.25), (0.65, 0.25), (0.45, 0.8)]
    drag(pad, *(QPointF(box.left() + x * box.width(), box.top() + y * box.height()) for x, y in spots))
    settled(qtbot, window)
    drawn, reading = np.array(pad.values()), page.reading
    assert not any(np.array_equal(drawn, each) for each in window.document.project.dataset().inputs["x"].values)
    (output,), (entry,) = network.of_kind("output"), network.of_kind("input")

    said = page.course.beliefs.values
    spot = page.course.column(4).center()
    number, found = ask(qtbot, window, page.course, QPointF(spot.x(), 2 + 3.5 * 20), "Why this answer")
    assert number == Number("value", output.id, 3, None) and found.value == pytest.approx(said[4][3], rel=1e-5)
    run, _ = plainly(window, drawn[:5], 3)
    assert found.value == pytest.approx(run.output(output.id)[0, 3].item(), rel=1e-6)
    assert r"e^" in found.symbols[0] and found.terms

    hidden = found.terms[0].number.layer
    row = next(row for row in why(window).terms.rows if row.term.number is not None)
    QTest.mouseClick(row, LEFT, pos=QPoint(row.width() - 20, 8))
    number, found = answered_about_it(qtbot, window)
    true = run.logits[output.id, None][0, number.unit].item()
    assert (number.quantity, number.layer) == ("sum", hidden) and found.value == pytest.approx(true, rel=1e-6)

    row, column = 2, 5
    cell = QPointF(shown.left() + (column + 0.5) * shown.width() / 8, shown.top() + (row + 0.5) * shown.height() / 8)
    number, found = ask(qtbot, window, pad, cell, "hang on this")
    assert number == Number("gradient", entry.id, column, row)
    run, gradient = plainly(window, drawn, reading.unit)
    assert found.value == pytest.approx(gradient[row, column], rel=1e-5, abs=1e-9)
    assert found.value == pytest.approx(float(reading.gradient[row, column]), rel=1e-3, abs=1e-6)
    assert found.chain and "Gradient of the answer" in why(window).title.text()
    number, found = ask(qtbot, window, pad, cell, "What is read")
    assert number == Number("value", entry.id, column, row) and found.value == pytest.approx(float(drawn[row, column]))

    pad.setFocus()
    window.runner.watch(7, "train")
    ask_by_key(qtbot, window)
    number, found = answered_about_it(qtbot, window)
    most = np.unravel_index(np.abs(reading.gradient).argmax(), (8, 8))
    assert (number.step, number.unit) == most, "with the keyboard it is the pixel that matters most"


@pytest.mark.parametrize("example", ["names-gru", "declaration-language"])
def test_letters_of_a_typed_text(qtbot, window, tried, example):  # noqa: F811
    page = tried(example)
    network, line = window.document.project.network, page.editor.line
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "karina")
    settled(qtbot, window)
    qtbot.waitUntil(lambda: page.reading is not None and len(page.reading.inputs) == 6, timeout=20000)
    letters, reading = page.editor.row, page.reading
    number, found = ask(qtbot, window, letters, letters.box(2).center(), "hang on this")
    assert number.quantity == "norm" and number.part == "gradient" and number.step == 2
    assert network.layers[number.layer].kind in ("embedding", "input")
    shown = float(np.linalg.norm(reading.gradient[2]))
    assert found.value == pytest.approx(shown, rel=1e-3, abs=1e-7)
    run, _ = plainly(window, reading.inputs, reading.unit, None if reading.output.ndim == 1 else reading.step)
    assert found.value == pytest.approx(torch.linalg.vector_norm(run.gradient(number.layer)[2]).item(), rel=1e-6)
    line.setFocus()
    ask_by_key(qtbot, window)
    number, _ = answered_about_it(qtbot, window)
    assert number.step == 5 and number.quantity == "norm"


@pytest.mark.parametrize("example", ["spirals-mlp", "iris-mlp", "adding-lstm", "vowels-gru", "parity"])
def test_other_inputs_of_ones_own(qtbot, window, tried, example):  # noqa: F811
    page = tried(example)
    if example == "spirals-mlp":
        part, at = page.pad, page.pad.spot(page.pad.point + 0.2)
        QTest.mouseClick(part, LEFT, pos=at.toPoint())
        settled(qtbot, window)
        reading = page._reading
        number, found = ask(qtbot, window, part, at, "so steep")
        _, gradient = plainly(window, reading.inputs, reading.unit)
        scale = window.document.project.dataset().inputs["x"].normalisation
        assert found.value == pytest.approx(np.linalg.norm(gradient / (1 if scale is None else scale.scale)), rel=1e-5)
        assert isinstance(number, Aggregate) and [t.number.unit for t in found.terms] == [0, 1]
        row = why(window).terms.rows[0]
        QTest.mouseClick(row, LEFT, pos=QPoint(row.width() - 20, 8))
        number, found = answered_about_it(qtbot, window)
        assert found.value == pytest.approx(gradient[number.unit], rel=1e-5)
        number, found = ask(qtbot, window, part, at, "Why this answer")
        shown = page.course.beliefs.values[0]
        assert np.isclose(shown, found.value, rtol=1e-5).any()
    elif example == "iris-mlp":
        slider = page.sliders[2].slider
        slider.setFocus()
        QTest.keyClick(slider, Qt.Key.Key_PageUp)
        settled(qtbot, window)
        reading = page.reading
        number, found = ask(qtbot, window, page.bars[2], QPoint(20, 5), "hang on this")
        _, gradient = plainly(window, reading.inputs, reading.unit)
        assert (number.quantity, number.unit, number.step) == ("gradient", 2, None)
        assert found.value == pytest.approx(gradient[2], rel=1e-5)
        number, found = ask(qtbot, window, page.course, QPointF(20, 2 + 20 * 1.5), "Why this answer")
        assert number.unit == 1 and found.value == pytest.approx(page.course.beliefs.values[0][1], rel=1e-5)
    elif example == "vowels-gru":
        reading = page.reading
        middle = 84 + (page.editor.width() - 84) / int(page.editor.field.steps) * 2.5
        bring_to_front(qtbot, window, page.editor)
        below = QPointF(middle, page.editor.strip.geometry().center().y())
        number, found = ask(qtbot, window, page.editor, below, "hang on this")
        assert (number.quantity, number.step) == ("norm", 2)
        assert found.value == pytest.approx(float(np.linalg.norm(reading.gradient[2])), rel=1e-3)
        number, found = ask(qtbot, window, page.editor, QPointF(middle, 20), "What is read here")
        assert (number.quantity, number.unit, number.step) == ("value", 1, 2)
        assert found.value == pytest.approx(float(reading.inputs[2, 1]), rel=1e-5)
    else:
        cells = page.editor
        cells.setFocus()
        QTest.keyClick(cells, Qt.Key.Key_Right)
        QTest.keyClick(cells, Qt.Key.Key_Plus if example == "adding-lstm" else Qt.Key.Key_Space)
        settled(qtbot, window)
        reading, (step, feature) = page.reading, cells.at
        number, found = ask(qtbot, window, cells, cells.cell(step, feature).center(), "hang on this")
        _, gradient = plainly(window, reading.inputs, reading.unit, reading.step if reading.output.ndim == 2 else None)
        assert (number.quantity, number.unit, number.step) == ("gradient", feature, step)
        assert found.value == pytest.approx(gradient[step, feature], rel=1e-4, abs=1e-9)
        course = page.course
        place = course.map_box().center() if example == "adding-lstm" else QPointF(course.column(1).center().x(), 12)
        number, found = ask(qtbot, window, course, place)
        row = int((place.x() - course.map_box().left()) / course.column(0).width())
        assert np.isclose(course.beliefs.values[row], found.value, rtol=1e-4).any()


def test_a_translation_its_letters_and_where_it_looked(qtbot, window, tried):  # noqa: F811
    page = tried("dates-attention")
    source = page.source
    source.setFocus()
    QTest.keyClick(source, Qt.Key.Key_End)
    QTest.keyClick(source, Qt.Key.Key_Backspace)
    settled(qtbot, window)
    qtbot.waitUntil(lambda: bool(page.answers), timeout=20000)
    made, network = page.answers[0], window.document.project.network
    (output,), looks = network.of_kind("output"), network.of_kind("attention")[0]
    page.row.look_at(2)
    number, found = ask(qtbot, window, page.row, page.row.box(2).center())
    assert number == Number("value", output.id, int(made.answers[2]), 2)
    assert found.value == pytest.approx(float(np.exp(made.log_probabilities[2])), rel=1e-4)
    page.row.look_at(2)
    number, found = ask(qtbot, window, page.else_, QPointF(60, 2 + 19 * 1.5))
    assert number.unit == int(made.ranked[2][1]) and found.value == pytest.approx(float(made.shares[2][1]), rel=1e-4)
    window.docks.show("use")
    window.docks.all["use"].widget()._column.ensureWidgetVisible(page.looks)
    QApplication.processEvents()
    choose(open_menu_over(page.looks, 5, 4), "attention")
    number, found = answered_about_it(qtbot, window)
    assert number == Number("attention", looks.id, 4, 3)
    assert found.value == pytest.approx(float(made.attention[3, 4]), rel=1e-4)
    row = why(window).terms.rows[0]
    QTest.mouseClick(row, LEFT, pos=QPoint(row.width() - 20, 8))
    number, found = answered_about_it(qtbot, window)
    assert number.quantity == "score"
    other = page.answers[1]
    number, found = ask(qtbot, window, page.others, QPointF(80, 21 * 1.5), "probability")
    assert found.value == pytest.approx(float(np.exp(other.log_probability)), rel=1e-5)
    assert sum(t.contribution for t in found.terms) == pytest.approx(other.log_probability, rel=1e-6)


def test_a_letter_by_letter_answer_without_a_start(qtbot, window, tried):  # noqa: F811
    page = tried("hafez-next")
    qtbot.waitUntil(lambda: bool(page.answers), timeout=20000)
    made = page.answers[0]
    place = made.given + 3
    number, found = ask(qtbot, window, page.row, page.row.box(place).center())
    assert found.value == pytest.approx(float(np.exp(made.log_probabilities[place])), rel=1e-3)
    assert number.step == place


def test_a_forecast_and_its_errors(qtbot, window, tried):  # noqa: F811
    page = tried("sunspots-forecast")
    qtbot.waitUntil(lambda: page.told is not None and page.told_all, timeout=20000)
    chart, told = page.chart, page.chart.lines["forecast"]
    ahead = 4
    spot = chart.spot(len(chart.seen) + ahead, told[ahead])
    _, found = ask(qtbot, window, chart, spot, "forecast")
    assert found.value == pytest.approx(told[ahead], rel=1e-6) and "m" in found.symbols[0]
    scale = window.document.project.dataset().target.normalisation
    lead = found.terms[0]
    assert lead.value * scale.scale[0] + scale.mean[0] == pytest.approx(told[ahead], rel=1e-5)
    session = Session(window.document.state, window.document.project.dataset())
    window_read = why(window).asking.own.inputs["x"]
    assert lead.value == pytest.approx(float(session.outputs(window_read[None])[0][0]), rel=1e-5)

    cell = page.errors.cells["forecast", "here"]
    window.docks.show("use")
    ask_plain(window, cell)
    qtbot.waitUntil(lambda: isinstance(why(window).asking.number, Aggregate) and why(window).asking.own is None)
    found = why(window).asking.answer
    truth = page.chart.lines["truth"]
    assert found.value == pytest.approx(float(np.abs(told - truth).mean()), rel=1e-9)
    assert sum(t.contribution for t in found.terms) == pytest.approx(found.value)
    row = why(window).terms.rows[0]
    QTest.mouseClick(row, LEFT, pos=QPoint(row.width() - 20, 8))
    _, found = answered(qtbot, window)
    worst = int(np.abs(told - truth).argmax())
    assert abs(found.value) == pytest.approx(float(np.abs(told - truth)[worst]))
    row = next(row for row in why(window).terms.rows if row.term.about is not None)
    QTest.mouseClick(row, LEFT, pos=QPoint(row.width() - 20, 8))
    _, found = answered_about_it(qtbot, window)
    assert found.value == pytest.approx(told[worst], rel=1e-6)

    for name in ("forecast", "last"):
        ask_plain(window, page.errors.cells[name, "everywhere"])
        shown = page.errors.cells[name, "everywhere"].text().split()[0]
        found = why(window).asking.answer
        assert f"{found.value:.3g}" == f"{float(shown):.3g}"
        assert sum(t.contribution for t in found.terms) == pytest.approx(found.value)


def ask_plain(window, part):  # noqa: F811
    window.docks.show("use")
    QApplication.processEvents()
    pos = part.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, pos, part.mapToGlobal(pos))
    QApplication.sendEvent(part, event)
    choose(opened_menu())


def test_a_picture_that_is_told_row_by_row(qtbot, window, tried):  # noqa: F811
    page = tried("drawing-gru")
    qtbot.waitUntil(lambda: page.view.rows is not None, timeout=20000)
    side = min(168, (page.view.width() - 16) // 2)
    steps, features = page.view.rows.shape
    place = QPointF(1 + (3 + 0.5) * side / features, 1 + (5 + 0.5) * side / steps)
    number, found = ask(qtbot, window, page.view, place, "Why this answer")
    assert (number.unit, number.step) == (3, 5)
    assert found.value == pytest.approx(float(page.view.rows[5, 3]), rel=1e-4)


def test_the_answer_is_renewed_when_the_weights_are_others(qtbot, window, tried):  # noqa: F811
    page = tried("iris-mlp")
    number, before = ask(qtbot, window, page.course, QPointF(20, 10), "Why this answer")
    window.runner.step("batch")
    qtbot.waitUntil(lambda: not window.runner.busy, timeout=30000)
    asking = why(window).asking
    qtbot.waitUntil(lambda: not asking.moving and asking.tracing.trace is asking.trace is not None, timeout=20000)
    assert asking.number == number and asking.answer.value != before.value
    values = Session(window.document.state, window.document.project.dataset()).outputs(page.reading.inputs[None])[0]
    assert asking.answer.value == pytest.approx(float(values[0]), rel=1e-5)
