"""Why this number? In “Try it” by the keyboard alone, and of the numbers in its sentences: bars, pixels, dashed curves, errors,
means of samples and probabilities of a step."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.why.numbers import Aggregate, Number
from gui.using.editors import relative
from tests.gui.test_main_window import window  # noqa: F401 - window is a fixture
from tests.gui.test_told import place_of
from tests.gui.test_why_everywhere import answered, ask_by_key, choose, opened_menu
from tests.gui.using.test_why_tried import answered_about_it, ask, bring_to_front, settled, tried  # noqa: F401 - a fixture

LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key


def by_keys(qtbot, window, part, *keys):  # noqa: F811
    """With the keyboard on a part: some keys, then Alt+W."""
    bring_to_front(qtbot, window, part)
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window, timeout=5000)
    part.setFocus()
    qtbot.waitUntil(part.hasFocus, timeout=5000)
    for key in keys:
        QTest.keyClick(part, key)
    before = window.document.question
    ask_by_key(qtbot, window)
    qtbot.waitUntil(lambda: window.document.question is not before, timeout=5000)


def click(qtbot, window, label, key):  # noqa: F811
    """Click a number in words."""
    bring_to_front(qtbot, window, label)
    QTest.mouseClick(label, LEFT, pos=place_of(label, key))


def test_bars_and_pixels_by_keys(qtbot, window, tried):  # noqa: F811
    page = tried("digits-rows-elman")
    values = page.course.beliefs.values
    best = int(values[-1].argmax())
    by_keys(qtbot, window, page.course)
    _, found = answered_about_it(qtbot, window)
    assert found.value == pytest.approx(values[-1][best], rel=1e-4)
    other = best + 1 if best < 9 else best - 1
    by_keys(qtbot, window, page.course, KEY.Key_Down if best < 9 else KEY.Key_Up)
    number, found = answered_about_it(qtbot, window)
    assert number.unit == other and found.value == pytest.approx(values[-1][other], rel=1e-4)
    click(qtbot, window, page.said, str(best))
    number, found = answered_about_it(qtbot, window)
    assert number.unit == best

    pad, gradient = page.editor, page.reading.gradient
    row, column = divmod(int(np.abs(gradient).argmax()), gradient.shape[1])
    key, step = (KEY.Key_Down, 1) if row < 7 else (KEY.Key_Up, -1)
    by_keys(qtbot, window, pad, key)
    number, found = answered_about_it(qtbot, window)
    assert (number.quantity, number.step, number.unit) == ("gradient", row + step, column)
    assert found.value == pytest.approx(float(gradient[row + step, column]), rel=1e-3, abs=1e-9)
    by_keys(qtbot, window, page.sample)
    _, found = answered(qtbot, window)
    data = window.document.project.dataset()
    sample = int(data.split["validation"][page.sample.value() - 1])
    assert found.value == data.target.values[sample, 0]


def test_bars_of_measurements(qtbot, window, tried):  # noqa: F811
    page = tried("iris-mlp")
    for n, bar in enumerate(page.bars):
        number, found = ask(qtbot, window, bar, QPoint(20, bar.height() // 2), "Why is the bar so long")
        assert isinstance(number, Aggregate) and found.value == pytest.approx(bar.value, rel=1e-6)
        assert sum(t.contribution for t in found.terms if t.group != "sample") == pytest.approx(bar.value)
        spans = page.sliders[n].high - page.sliders[n].low
        scale = window.document.project.dataset().inputs["x"].normalisation.scale
        moved = relative(page.reading.gradient / scale * [s.high - s.low for s in page.sliders])
        assert found.value == pytest.approx(float(moved[n])) and spans > 0
    ask_at(qtbot, window, page.sliders[2], QPoint(4, 4), "Why this measurement")
    _, found = answered(qtbot, window)
    assert found.value == pytest.approx(page.sliders[2].value, abs=1e-6)
    by_keys(qtbot, window, page.sliders[1].slider)
    number, found = answered_about_it(qtbot, window)
    assert number.quantity == "gradient" and number.unit == 1


def test_the_point_of_a_plane(qtbot, window, tried):  # noqa: F811
    page = tried("circles-mlp")
    click(qtbot, window, page.why, "steep")
    _, found = answered_about_it(qtbot, window)
    assert found.value == pytest.approx(float(np.linalg.norm(page.pad.way)), rel=1e-5)
    values = page.course.beliefs.values[0]
    best = int(values.argmax())
    click(qtbot, window, page.said, str(best))
    _, found = answered_about_it(qtbot, window)
    assert found.value == pytest.approx(float(values[best]), rel=1e-4)


def test_dashed_curves_and_their_errors(qtbot, window, tried):  # noqa: F811
    page = tried("sunspots-forecast")
    qtbot.waitUntil(lambda: page.told is not None and page.told_all, timeout=20000)
    chart, data = page.chart, window.document.project.dataset()
    seen, ahead, period = len(chart.seen), 4, data.period
    series = data.info["series"]
    origin = int(page._known.origins[page.start.value()])
    for line, time in (("last", origin - 1), ("season", origin - period + ahead % period), ("truth", origin + ahead)):
        spot = chart.spot(seen + ahead, float(chart.lines[line][ahead])).toPoint()
        others = [name for name in chart.lines if name != line]
        apart = min(abs(chart.lines[name][ahead] - chart.lines[line][ahead]) for name in others)
        assert apart > 0, "a place where the lines can be told apart"
        ask_at(qtbot, window, chart, spot)
        _, found = answered(qtbot, window)
        assert found.value == pytest.approx(float(series.values[time, series.target]))
        assert found.value == pytest.approx(float(chart.lines[line][ahead]))
    end = chart.ahead - 1
    by_keys(qtbot, window, chart)
    _, found = answered_about_it(qtbot, window)
    assert found.value == pytest.approx(chart.lines["forecast"][end], rel=1e-6)
    by_keys(qtbot, window, chart, KEY.Key_Left, KEY.Key_Down)
    _, found = answered(qtbot, window)
    assert found.value == pytest.approx(float(chart.lines["last"][end - 1]))
    for key, line in (("said", "forecast"), ("truth", "truth")):
        if f"ask:{key}" in page.said._text:
            click(qtbot, window, page.said, key)
            _, found = answered(qtbot, window)
            assert found.value == pytest.approx(float(chart.lines[line][end]), rel=1e-6)
    by_keys(qtbot, window, page.errors, KEY.Key_Down)
    _, found = answered(qtbot, window)
    away = np.abs(chart.lines["last"] - chart.lines["truth"])
    assert found.value == pytest.approx(float(away[np.isfinite(away)].mean()))
    term = found.terms[0].about
    assert term.terms[0].about.terms, "it leads on to what it copies"
    by_keys(qtbot, window, page.errors, KEY.Key_Right)
    _, found = answered(qtbot, window)
    assert f"{found.value:.3g}" == f"{float(page.errors.cells['last', 'everywhere'].text().split()[0]):.3g}"


def ask_at(qtbot, window, part, pos, words="?"):  # noqa: F811
    bring_to_front(qtbot, window, part)
    QApplication.sendEvent(part, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, pos, part.mapToGlobal(pos)))
    choose(opened_menu(), words)


def test_the_mean_of_samples_beside_what_is_drawn(qtbot, window, tried):  # noqa: F811
    page = tried("drawing-gru")
    qtbot.waitUntil(lambda: page.view.rows is not None, timeout=20000)
    view = page.view
    steps, features = view.rows.shape
    box = view.picture(True)
    pos = QPoint(int(box.left() + 3.5 * box.width() / features), int(box.top() + 2.5 * box.height() / steps))
    ask_at(qtbot, window, view, pos)
    _, found = answered(qtbot, window)
    assert found.value == pytest.approx(float(view.mean[2, 3]), rel=1e-5)
    assert sum(t.contribution for t in found.terms) == pytest.approx(found.value)
    click(qtbot, window, page.said, "miss")
    _, found = answered(qtbot, window)
    assert found.value == pytest.approx(float(np.abs(view.rows - view.mean).mean()), rel=1e-5)
    by_keys(qtbot, window, view, KEY.Key_Up, KEY.Key_Left)
    number, found = answered_about_it(qtbot, window)
    assert (number.step, number.unit) == (steps - 2, features // 2 - 1)
    assert found.value == pytest.approx(float(view.rows[number.step, number.unit]), rel=1e-4, abs=1e-6)


def test_probabilities_of_what_was_written(qtbot, window, tried):  # noqa: F811
    page = tried("dates-attention")
    qtbot.waitUntil(lambda: bool(page.answers), timeout=20000)
    made = page.answers[0]
    added = len(made) - made.given
    for key, value in (("whole", np.exp(made.log_probability)), ("each", np.exp(made.log_probability / added))):
        click(qtbot, window, page.note, key)
        _, found = answered_about_it(qtbot, window)
        assert found.value == pytest.approx(float(value), rel=1e-5)
    page.row.look_at(1)
    by_keys(qtbot, window, page.else_, KEY.Key_Down, KEY.Key_Down)
    number, found = answered_about_it(qtbot, window)
    network = window.document.project.network
    assert number == Number("value", network.of_kind("output")[0].id, int(made.ranked[1][2]), 1)
    assert found.value == pytest.approx(float(made.shares[1][2]), rel=1e-3)
    settled(qtbot, window)


def test_steps_of_a_sample_by_keys(qtbot, window, tried):  # noqa: F811
    page = tried("vowels-gru")
    gradient = page.reading.gradient
    most = int(np.linalg.norm(gradient, axis=1).argmax())
    key, step = (KEY.Key_Left, most - 1) if most else (KEY.Key_Right, 1)
    by_keys(qtbot, window, page.editor, key)
    number, found = answered_about_it(qtbot, window)
    assert (number.quantity, number.part, number.step) == ("norm", "gradient", step)
    assert found.value == pytest.approx(float(np.linalg.norm(gradient[step])), rel=1e-3)
