"""Why this number? Of the evaluation, by the right button and by Alt+W, down to the sample and its own numbers."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.why.numbers import Number
from tests.gui.test_main_window import window  # noqa: F401 - window is a fixture
from tests.gui.test_told import place_of
from tests.gui.test_why_everywhere import (
    answered,
    ask_by_key,
    at,
    choose,
    open_menu_at,
    open_menu_over,
    opened_menu,
    why,
)

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def judged(qtbot, window):  # noqa: F811
    """An example, judged on its validation part and shown."""

    def opening(example):
        window.document.undo_stack.setClean()
        window.files.open_example(example)
        panel = window.docks.all["evaluation"].widget()
        front(window)
        qtbot.waitUntil(lambda: "validation" in panel.reviews.found and not panel.reviews.running, timeout=60000)
        qtbot.waitUntil(lambda: panel.page.isVisible() and not panel.page.veil.isVisible(), timeout=20000)
        return panel.page, panel.reviews.found["validation"]

    return opening


def front(window, part=None):  # noqa: F811
    window.docks.show("evaluation")
    column = window.docks.all["evaluation"].widget().page.parentWidget().parentWidget().parentWidget()
    QApplication.processEvents()
    if part is not None:
        column.ensureWidgetVisible(part)
        QApplication.processEvents()


def ask(qtbot, window, part, place):  # noqa: F811
    """Right-click at the place that a function finds, once everything lies where it stays."""
    front(window, part)
    seen = []

    def stands_still():
        seen.append((part.geometry(), place()))
        return seen[-3:] == [seen[-1]] * 3

    qtbot.waitUntil(stands_still)
    pos = place()
    QApplication.sendEvent(part, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, pos, part.mapToGlobal(pos)))
    choose(opened_menu())
    return answered(qtbot, window)


def item_at(table, item):
    return table.viewport().mapTo(table, table.visualItemRect(item).center())


def go_into(qtbot, window, n=0):  # noqa: F811
    """Click a term of the answer."""
    row = [row for row in why(window).terms.rows if row.term.about is not None or row.term.number is not None][n]
    QTest.mouseClick(row, LEFT, pos=QPoint(row.width() - 20, 8))
    return answered(qtbot, window)


def led_to(qtbot, window, sample, part):  # noqa: F811
    """That sample is examined everywhere, and its own numbers stand below."""
    panel = why(window)
    qtbot.waitUntil(lambda: panel.asking.trace is not None and panel.asking.trace.sample == sample, timeout=20000)
    qtbot.waitUntil(lambda: any(t.group == "sample" for t in panel.asking.answer.terms), timeout=20000)
    assert window.runner.sample == (sample, part)


def test_from_the_accuracy_to_a_neuron(qtbot, window, judged):  # noqa: F811
    page, review = judged("digits-rows-elman")
    _, found = ask(qtbot, window, page.metrics, lambda: page.metrics._cells[2, 1].geometry().center())
    accuracy = float((review.decided.truth == review.decided.said).mean())
    assert found.value == pytest.approx(accuracy) and len(found.terms) == 10
    assert sum(t.contribution for t in found.terms) == pytest.approx(accuracy)
    _, found = go_into(qtbot, window)
    assert "Recall" in str(found.title)
    number, found = go_into(qtbot, window)
    sample = number.sample[0]
    led_to(qtbot, window, sample, "validation")
    row = list(review.given.samples).index(sample)
    found = why(window).asking.answer
    said = found.terms[0]
    assert said.value == pytest.approx(float(review.given.scores[row, said.number.unit]), rel=1e-4)
    number, found = go_into(qtbot, window)
    assert number == said.number and number.quantity == "value" and found.symbols
    QTest.mouseClick(why(window).findChild(type(why(window)._button("back")), "why_back"), LEFT)
    assert why(window).asking.number.sample[0] == sample

    for row_, column, value in ((1, 1, review.loss), (2, 2, review.metrics[0].baselines[review.baselines[0].key])):
        cell = page.metrics._cells[row_, column]
        _, found = ask(qtbot, window, page.metrics, lambda cell=cell: cell.geometry().center())
        assert found.value == pytest.approx(value)
    page.metrics.setFocus()
    front(window, page.metrics)
    QTest.keyClick(page.metrics, Qt.Key.Key_Down)
    ask_by_key(qtbot, window)
    _, found = answered(qtbot, window)
    assert found.value == pytest.approx(accuracy)


def test_classes_worst_samples_and_the_matrix(qtbot, window, judged):  # noqa: F811
    page, review = judged("digits-rows-elman")
    item = page.classes.item(3, 1)
    _, found = ask(qtbot, window, page.classes, lambda: item_at(page.classes, item))
    n = page.classes.numbers[3]
    assert found.value == pytest.approx(float(review.classes.precision[n]), nan_ok=True)

    number, found = ask(qtbot, window, page.worst, lambda: item_at(page.worst, page.worst.item(1, 0)))
    sample = int(review.worst(2)[1])
    led_to(qtbot, window, sample, "validation")
    assert number.sample == (sample, "validation") and found.value == pytest.approx(review.loss_of(sample))
    found = why(window).asking.answer
    assert found.terms[0].number == Number("loss") and found.terms[0].value == pytest.approx(found.value, rel=1e-4)

    matrix = page.confusion.matrix
    cell = tuple(int(v) for v in np.argwhere(matrix.counts > 0)[0])
    number, found = ask(qtbot, window, matrix, lambda: matrix.cell_rect(cell).center().toPoint())
    assert found.value == matrix.counts[cell] and number.leads and number.leads[0].layer


@pytest.mark.parametrize("example", ["sunspots-forecast", "parity"])
def test_errors_along_time_and_how_far_off(qtbot, window, judged, example):  # noqa: F811
    page, review = judged(example)
    if review.misses is not None:
        chart = page.residuals.chart
        front(window, chart)
        counts, edges = page.residuals._counts, page.residuals._edges
        bar = int(counts.argmax())
        choose(open_menu_over(chart, float(edges[bar] + edges[bar + 1]) / 2, 1.0))
        _, found = answered(qtbot, window)
        assert found.value == counts[bar]
        number, found = go_into(qtbot, window)
        assert edges[bar] <= found.value <= edges[bar + 1]
        number, found = go_into(qtbot, window)
        led_to(qtbot, window, number.sample[0], "validation")
    if review.by_step is not None:
        chart = page.by_step.chart
        front(window, chart)
        place = len(review.by_step.at) // 2
        spot = at(chart, float(review.by_step.at[place]), float(review.by_step.error[place]))
        choose(open_menu_at(chart, spot))
        _, found = answered(qtbot, window)
        assert found.value == pytest.approx(float(review.by_step.error[place]))
    assert review.misses is not None or review.by_step is not None


def click(qtbot, window, label, key):  # noqa: F811
    """Click a number in words, once they lie where they stay."""
    front(window, label)
    seen = []

    def stands_still():
        seen.append((label.geometry(), label.text()))
        return label.isVisible() and seen[-3:] == [seen[-1]] * 3

    qtbot.waitUntil(stands_still, timeout=10000)
    QTest.mouseClick(label, LEFT, pos=place_of(label, key))
    return answered(qtbot, window)


def test_counts_of_classes_and_what_was_answered(qtbot, window, judged):  # noqa: F811
    page, review = judged("digits-rows-elman")
    item = page.classes.item(3, 4)
    _, found = ask(qtbot, window, page.classes, lambda: item_at(page.classes, item))
    assert found.value == float(item.text()) == review.classes.support[page.classes.numbers[3]]
    _, found = ask(qtbot, window, page.worst, lambda: item_at(page.worst, page.worst.item(0, 2)))
    sample = page.worst.samples[0]
    row = list(review.given.samples).index(sample)
    assert found.value == pytest.approx(float(review.given.scores[row].max()), rel=1e-4)
    panel = window.docks.all["evaluation"].widget()
    _, found = click(qtbot, window, panel.about, "samples")
    assert found.value == len(review.judged.evaluation.samples)
    _, found = click(qtbot, window, page.confusion_words, "right")
    assert found.value == int((~review.decided.wrong).sum())


def test_a_baseline_leads_to_its_own_answers(qtbot, window, judged):  # noqa: F811
    page, review = judged("sunspots-forecast")
    for column, way in enumerate(review.baselines, start=2):
        cell = page.metrics._cells[2, column]
        _, found = ask(qtbot, window, page.metrics, lambda cell=cell: cell.geometry().center())
        assert found.value == pytest.approx(review.metrics[0].baselines[way.key])
        assert sum(t.contribution for t in found.terms) == pytest.approx(found.value)
        number, found = go_into(qtbot, window)
        number, found = go_into(qtbot, window)
        assert way.title in str(found.title) and not number.leads


def test_words_over_the_curves(qtbot, window, judged):  # noqa: F811
    page, review = judged("parity")
    curve = review.by_step
    assert curve is not None and review.sequences is not None
    for key, value in (("right", review.sequences.right.sum()), ("all", len(review.sequences.right))):
        _, found = click(qtbot, window, page.sequences, key)
        assert found.value == value
    chart = page.by_step.chart
    front(window, chart)
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Right)
    place = int(np.abs(curve.at - chart.pointed()[0]).argmin())
    for key, value in (("error", curve.error), ("count", curve.count), ("baseline", curve.baseline)):
        _, found = click(qtbot, window, page.by_step.words, key)
        assert found.value == pytest.approx(float(value[place]))
    front(window, chart)
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Right)
    ask_by_key(qtbot, window)
    _, found = answered(qtbot, window)
    place = int(np.abs(curve.at - chart.pointed()[0]).argmin())
    assert found.value in (pytest.approx(float(curve.error[place])), pytest.approx(float(curve.baseline[place])))


def test_words_over_the_misses(qtbot, window, judged):  # noqa: F811
    page, review = judged("sunspots-forecast")
    away = np.asarray(review.misses, float)
    for key, value in (("mean", away.mean()), ("spread", away.std())):
        _, found = click(qtbot, window, page.residuals.words, key)
        assert found.value == pytest.approx(float(value), rel=1e-5)
