"""Why this number? By the right button and by Alt+W in every view of the real window, through real events."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from core.edits import SetParam, SetTraining
from core.why.numbers import Aggregate, Number
from tests.gui.plots.conftest import settle
from tests.gui.test_main_window import window  # noqa: F401 - window is a fixture

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
ROOM = 420
"""Pixels of height of a plot that is asked. The screen of the tests is small and squeezes the plots of a window."""


def trained(qtbot, window, example, units=6, epochs=1):  # noqa: F811
    window.document.undo_stack.setClean()
    window.files.open_example(example)
    network = window.document.project.network
    for layer in network:
        if layer.kind in ("dense", "rnn", "lstm", "gru"):
            window.document.do(SetParam(layer.id, "units", units))
    window.document.do(SetTraining("batch_size", 128))
    for _ in range(epochs):
        window.runner.step("epoch")
        qtbot.waitUntil(lambda: not window.runner.busy and window.runner.evaluation is not None, timeout=60000)
    qtbot.waitUntil(lambda: window.runner.examination is not None, timeout=20000)


def why(window):  # noqa: F811
    return window.docks.all["why"].widget()


def answered(qtbot, window):  # noqa: F811
    """What the panel says, as soon as the sample is traced."""
    panel = why(window)
    qtbot.waitUntil(lambda: panel.asking.answer is not None and panel.asking.explainer is not None, timeout=20000)
    assert window.docks.all["why"].isVisible() and panel.value.text()
    return panel.asking.number, panel.asking.answer


def open_menu_at(chart, pos):
    """Press and let go the right button; returns the menu that opens."""
    port = chart.viewport()
    QTest.mouseMove(port, pos)
    QTest.mouseClick(port, RIGHT, pos=pos)
    return opened_menu()


def opened_menu():
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def choose(menu, words="Why"):
    action = next(a for a in menu.actions() if words in a.text())
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def at(chart, x, y):
    """The pixel of the viewport at values x, y."""
    box = chart.getPlotItem().getViewBox()
    place = QPointF(float(chart.x_scale.place(np.array(x))), float(chart.y_scale.place(np.array(y))))
    return chart.mapFromScene(box.mapViewToScene(place))


def open_menu_over(chart, x, y):
    """The menu at values x, y. What is said as soon as the pointer is there may take room, and move the chart."""
    pos = None
    while pos != (pos := at(chart, x, y)):
        QTest.mouseMove(chart.viewport(), pos)
    QTest.mouseClick(chart.viewport(), RIGHT, pos=pos)
    return opened_menu()


def ask_by_key(qtbot, window):  # noqa: F811
    """Alt+W where the keyboard is; a menu that was open may have left no window active."""
    focus = QApplication.focusWidget() or window.focusWidget()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    QTest.keySequence(focus or window, "Alt+W")


def show(qtbot, window, key):  # noqa: F811
    """A plot with room enough that a pixel tells its numbers apart, as soon as it stands still."""
    window.docks.show(key)
    plot = window.plots[key]
    window.resizeDocks([window.docks.all[key]], [ROOM], Qt.Orientation.Vertical)
    qtbot.waitUntil(lambda: plot.isVisible() and plot.height() > ROOM / 2)
    settle(qtbot, plot)
    return plot


def test_plots_of_a_classifier(qtbot, window):  # noqa: F811
    trained(qtbot, window, "digits-rows-elman")
    hidden = window.document.project.network.layer("Hidden").id

    plot = show(qtbot, window, "activations")
    choose(open_menu_over(plot.units, 3, 2), "Why this value")
    number, found = answered(qtbot, window)
    assert number == Number("value", hidden, 1, 2)
    assert found.value == pytest.approx(float(window.runner.examination.activations[hidden][2, 1]), rel=1e-4)

    plot = show(qtbot, window, "gradient")
    row = plot.shown_row()
    table = window.runner.run.gradients[hidden]
    steps = table["total"].shape[1]
    choose(open_menu_over(plot.curve, steps, table["total"][row][-1]), "Why this gradient")
    number, found = answered(qtbot, window)
    assert isinstance(number, Aggregate) and found.value == pytest.approx(table["total"][row][-1], rel=1e-6)
    assert "mean over the 128 samples" in str(found.note) and r"\sum_{b=1}" in found.symbols[0]
    lead = next(term for term in found.terms if term.group == "sample")
    trace = why(window).asking.trace
    assert lead.value == pytest.approx(float(np.linalg.norm(trace.layers[hidden].total[steps - 1])), rel=1e-4)
    row = next(row for row in why(window).terms.rows if row.term.number is not None)
    QTest.mouseClick(row, LEFT, pos=QPoint(row.width() - 20, 8))
    number, found = answered(qtbot, window)
    assert number == Number("norm", hidden, 0, steps - 1, "gradient") and len(found.terms) == 6 and found.chain

    plot = show(qtbot, window, "loss")
    run = window.runner.run
    choose(open_menu_over(plot.losses.chart, 3, float(run.steps["loss"][2])))
    number, found = answered(qtbot, window)
    assert isinstance(number, Aggregate) and "batch" in str(found.title) and found.terms[0].number == Number("loss")
    assert found.terms[0].value == pytest.approx(why(window).asking.trace.loss, rel=1e-4)

    plot = show(qtbot, window, "norms")
    batch = int(run.layer_gradient["batch"][-1])
    value = float(run.layer_gradient[hidden][-1])
    # After few batches another layer's line, or the smoothed one, may run within a pixel of this one.
    name = window.document.project.network.layers[hidden].name
    choose(open_menu_over(plot.norms.chart, batch, value), f"Why this number of {name}")
    number, found = answered(qtbot, window)
    assert found.value == pytest.approx(value) and any(t.number.quantity == "weight_gradient" for t in found.terms)

    plot = show(qtbot, window, "output")
    matrix = plot.page.matrix
    cell = tuple(int(v) for v in np.argwhere(matrix.counts > 0)[0])
    pos = matrix.cell_rect(cell).center().toPoint()
    QApplication.sendEvent(matrix, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, pos, matrix.mapToGlobal(pos)))
    choose(opened_menu())
    qtbot.waitUntil(lambda: bool(why(window).asking.answer.terms), timeout=20000)
    number, found = answered(qtbot, window)
    assert found.value == matrix.counts[cell] and window.runner.sample == number.sample
    qtbot.waitUntil(lambda: why(window).asking.trace.sample == number.sample[0], timeout=20000)
    said = window.runner.evaluation.outputs[list(window.runner.evaluation.samples).index(number.sample[0])]
    assert found.terms[0].value == pytest.approx(float(said[cell[1]]), rel=1e-3, abs=1e-5)


def states_of_the_watched_sample(qtbot, window):  # noqa: F811
    """The plot of states, as soon as it draws the last answers about the sample that is watched now."""
    plot, runner = show(qtbot, window, "states"), window.runner

    def drawn():
        plot.draw()
        waiting = plot.asking._states.question or plot.asking._step.question
        watched = {runner.sample[0]} == {runner.examination.sample, plot.circled.sample if plot.circled else None}
        return watched and not waiting and plot.circled is plot.asking.transition

    qtbot.waitUntil(drawn, timeout=30000)
    return show(qtbot, window, "states")


def test_states_and_probes(qtbot, window):  # noqa: F811
    trained(qtbot, window, "digits-rows-elman")
    hidden = window.document.project.network.layer("Hidden").id
    plot = states_of_the_watched_sample(qtbot, window)
    found, places = plot.placed.found, plot.placed.places
    pixel = at(plot.chart, *places[4, 5])
    QTest.mouseMove(plot.chart.viewport(), pixel)
    near = plot._nearest()
    choose(open_menu_at(plot.chart, pixel), "far up")
    number, answer = answered(qtbot, window)
    assert isinstance(number, Aggregate) and number.sample[0] == window.runner.sample[0]
    row, step = int(np.flatnonzero(found.samples == number.sample[0])[0]), number.title.values["step"] - 1
    assert answer.value == pytest.approx(float(places[row, step, 1]), rel=1e-6)
    assert (row, step) == near, "it is the state under the pointer"
    assert sum(t.contribution for t in answer.terms) == pytest.approx(answer.value, rel=1e-6)
    values = states_of_the_watched_sample(qtbot, window).circled.eigenvalues
    value = values[int(np.abs(values).argmax())]
    choose(open_menu_over(plot.circle, value.real, value.imag), "eigenvalue")
    _, answer = answered(qtbot, window)
    assert answer.value == pytest.approx(abs(value), rel=1e-6)

    plot = show(qtbot, window, "probe")
    plot.measure()
    qtbot.waitUntil(lambda: not plot.empty_text(), timeout=90000)
    plot.draw()
    chart = next(c for c in plot.charts() if c.isVisible())
    choose(open_menu_at(chart, QPoint(chart.viewport().width() // 2, chart.viewport().height() // 2)))
    _, answer = answered(qtbot, window)
    assert answer.symbols and hidden in {t.number.layer for t in answer.terms if t.number}


def test_the_unrolled_view_its_arrows_and_the_diagram_of_a_cell(qtbot, window):  # noqa: F811
    trained(qtbot, window, "adding-lstm", epochs=0)
    window.runner.request_trace()
    window.fold_switch.show_unrolled(True)
    view = window.unroll
    qtbot.waitUntil(lambda: view.isVisible() and view.shown.numbers.trace is not None, timeout=90000)
    qtbot.waitUntil(lambda: not window.fold_switch.moving if hasattr(window.fold_switch, "moving") else True)
    trace, lstm = view.shown.numbers.trace, window.document.project.network.of_kind("lstm")[0].id
    view.setFocus()
    view.document.select([lstm])
    view.choosing.go_to_step(5)
    view.looking.zoom(60 / view.layout_.pitch)
    view.choosing.go_to_step(5)
    view.grab()

    def asked(pos, words):
        QApplication.sendEvent(view, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, pos, view.mapToGlobal(pos)))
        choose(opened_menu(), words)
        return answered(qtbot, window)

    row = view.layout_.unrolled.by_layer[lstm]
    cell = view.layout_.cell(row.index, row.column(5)).center().toPoint()
    number, found = asked(cell, "Why this gradient")
    assert number == Number("norm", lstm, 0, 5, "gradient")
    assert found.value == pytest.approx(float(np.linalg.norm(trace.layers[lstm].total[5])), rel=1e-3)
    copy = next(c for tie, cs in view.painting.copies.items() if tie.kind == "memory" for c in cs if c.target == 5)
    middle = ((copy.line[0] + copy.line[1]) / 2).toPoint()
    number, found = asked(middle, "gradient go back")
    assert number.quantity == "flow" and number.part == lstm
    assert found.value == pytest.approx(float(trace.layers[lstm].flows[lstm][5]), rel=1e-3)
    number, found = asked(middle, "carry this")
    assert found.value == pytest.approx(float(np.linalg.norm(trace.layers[lstm].value[4])), rel=1e-3)

    view.setFocus()
    ask_by_key(qtbot, window)
    number, _ = answered(qtbot, window)
    assert number == Number("norm", lstm, 0, 5, "value")

    view.open_diagram(lstm)
    view.diagram.unit = 2
    view.diagram.refresh()
    view.diagram.grab()
    place = view.diagram._places["f"].center().toPoint()
    QApplication.sendEvent(
        view.diagram, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, view.diagram.mapToGlobal(place))
    )
    choose(opened_menu())
    number, found = answered(qtbot, window)
    assert number == Number("gate", lstm, 2, 5, "forget")
    assert found.value == pytest.approx(float(trace.layers[lstm].gates["forget"][5, 2]), rel=1e-4)


def test_a_plot_can_be_asked_with_the_keys_alone_and_the_answer_copied(qtbot, window):  # noqa: F811
    trained(qtbot, window, "digits-rows-elman")
    hidden = window.document.project.network.layer("Hidden").id
    plot = show(qtbot, window, "activations")
    plot.units.setFocus()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Up):
        QTest.keyClick(plot.units, key)
    row, step = plot.units.cell(*plot.units.pointer, plot._shown.shape)
    assert f"unit {row + 1}, t = {step + 1}" in plot.words.text()
    ask_by_key(qtbot, window)
    number, found = answered(qtbot, window)
    assert number == Number("value", hidden, row, step)
    why(window).commands["latex"].trigger()
    assert QApplication.clipboard().text() == found.latex and r"\tanh" in found.latex
    why(window).commands["text"].trigger()
    assert "tanh" in QApplication.clipboard().text()


@pytest.mark.parametrize("example", ["sunspots-forecast", "spirals-mlp"])
def test_answers_in_their_own_unit(qtbot, window, example):  # noqa: F811
    trained(qtbot, window, example)
    plot = show(qtbot, window, "output")
    page = plot.page
    if example == "sunspots-forecast":
        chart, value, when = page.chart, float(page.foretold[10]), float(page.times[10])
        pos = at(chart, when, value)
    else:
        chart = page.chart
        pos = QPoint(chart.viewport().width() // 2, chart.viewport().height() // 2)
    choose(open_menu_at(chart, pos), "Why this answer?")
    number, found = answered(qtbot, window)
    qtbot.waitUntil(lambda: any(t.group == "sample" for t in why(window).asking.answer.terms), timeout=20000)
    qtbot.waitUntil(lambda: why(window).asking.trace.sample == number.sample[0], timeout=20000)
    found = why(window).asking.answer
    if example == "sunspots-forecast":
        row = list(window.runner.evaluation.samples).index(number.sample[0])
        value = found.value
        assert np.isclose(page.foretold, value, rtol=1e-5).any() and row >= 0
        scale = window.document.project.dataset().target.normalisation
        assert found.terms[0].value * scale.scale[0] + scale.mean[0] == pytest.approx(value, rel=1e-3)
    else:
        assert found.terms[0].value == pytest.approx(found.value, rel=1e-3)
