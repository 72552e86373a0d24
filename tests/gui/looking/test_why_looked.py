"""Why this number? In the window in which data is looked at: bars, sentences, windows and the series itself."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.data.looking import MOST_VALUES
from core.edits import SetData
from core.formula import svg
from gui.samples.values import raw
from tests.gui.looking.test_looking import choose as use
from tests.gui.looking.test_looking import document, pixel, runner, window  # noqa: F401 - fixtures
from tests.gui.test_told import place_of
from tests.gui.test_why_everywhere import choose, open_menu_at

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def asked(document):  # noqa: F811
    found = []
    document.asked.connect(found.append)
    yield found
    for one in found:
        assert all("<svg" in svg(line) for line in (*one.symbols, *one.numbers))


def active(qtbot, window):  # noqa: F811
    with qtbot.waitActive(window):
        window.activateWindow()


def test_bars_and_sentences_of_a_histogram(qtbot, document, window, asked):  # noqa: F811
    use(document, "iris")
    view, data = window.histograms, document.project.dataset()
    window.tabs.setCurrentWidget(view)
    active(qtbot, window)
    QApplication.processEvents()
    own = {
        part: np.array([raw(data.inputs["x"], int(n))[0] for n in data.split[part]]) for part in ("train", "validation")
    }
    edges = view.histogram.edges
    inside = {part: (values >= edges[4]) & (values < edges[5]) for part, values in own.items()}
    choose(open_menu_at(view.chart, pixel(view.chart, (edges[4] + edges[5]) / 2)), "share of the validation part")
    assert asked[-1].value == pytest.approx(inside["validation"].mean())
    assert asked[-1].value == pytest.approx(view.histogram.shares["validation"][4])
    choose(open_menu_at(view.chart, pixel(view.chart, (edges[4] + edges[5]) / 2)), "share of the training part")
    assert asked[-1].value == pytest.approx(inside["train"].mean())
    for key, value in (("mean", own["train"].mean()), ("deviation", own["train"].std()), ("most", own["train"].max()),
                       ("count", len(own["train"]))):  # fmt: skip
        QTest.mouseClick(view.said, LEFT, pos=place_of(view.said, f"train {key}"))
        assert asked[-1].value == pytest.approx(value, rel=1e-6)


def test_a_bar_by_keyboard(qtbot, document, window, asked):  # noqa: F811
    use(document, "iris")
    view, data = window.histograms, document.project.dataset()
    window.tabs.setCurrentWidget(view)
    active(qtbot, window)
    QApplication.processEvents()
    view.chart.setFocus()
    QTest.keyClick(view.chart, Qt.Key.Key_Right)
    QTest.keySequence(view.chart, "Alt+W")
    place, edges = view._place(), view.histogram.edges
    part = asked[-1].title.values["part"]
    own = np.array([raw(data.inputs["x"], int(n))[0] for n in data.split[part]])
    assert asked[-1].value == pytest.approx(((own >= edges[place]) & (own < edges[place + 1])).mean())


def test_of_many_numbers_some_are_counted(document, window, asked):  # noqa: F811
    use(document, "digits", reading="pixels")
    view, data = window.histograms, document.project.dataset()
    window.tabs.setCurrentWidget(view)
    QApplication.processEvents()
    view.list.setCurrentRow(0)
    every = view.histogram.every
    size = len(data.split["train"]) * data.inputs["x"].values[0].size
    assert every == max(1, -(-size // MOST_VALUES))
    if every > 1:
        QTest.mouseClick(view.under, LEFT, pos=place_of(view.under, "every"))
        assert asked[-1].value == every


def test_the_window_and_the_series(qtbot, document, window, asked):  # noqa: F811
    view = window.series
    series = view.series
    active(qtbot, window)
    choose(open_menu_at(view.chart, pixel(view.chart, 60)), "Why this value")
    assert asked[-1].value == pytest.approx(float(series.values[60, 0]), rel=1e-6)
    view.chart.setFocus()
    for _ in range(3):
        QTest.keyClick(view.chart, Qt.Key.Key_Right)
    assert view.sample == 3
    said = view.said
    start = int(series.starts[3])
    for key, value in (("n", 4), ("of", len(series.starts)), ("first", start), ("last", start + series.window - 1),
                       ("asks", start + series.window)):  # fmt: skip
        QTest.mouseClick(said, LEFT, pos=place_of(said, key))
        assert asked[-1].value == value
    view.zoom.setFocus()
    for _ in range(2):
        QTest.keyClick(view.zoom, Qt.Key.Key_Right)
    QTest.keySequence(view.zoom, "Alt+W")
    time = round(view.zoom.pointed()[0])
    assert asked[-1].value == pytest.approx(float(series.values[time, 0]))


def test_beside_the_series_nothing_is_said_of_a_time(document, window, asked):  # noqa: F811
    view = window.series
    series, chart = view.series, view.chart
    QTest.mouseMove(chart, pixel(chart, 60))
    assert "ask:here" in view.said._text
    for middle in (-2.0 * len(series.values), 3.0 * len(series.values)):
        chart.setXRange(middle - 10, middle + 10, padding=0)
        QTest.mouseMove(chart, chart.rect().center() + QPoint(int(middle > 0) * 5, 0))
        assert not 0 <= chart.pointed()[0] < len(series.values)
        assert "ask:here" not in view.said._text
        QTest.mouseClick(view.said, LEFT, pos=place_of(view.said, "of"))
        assert asked[-1].value == len(series.starts)


def test_of_a_time_of_the_data_before_nothing_is_asked(document, window, asked):  # noqa: F811
    use(document, "co2")
    view = window.series
    QApplication.processEvents()
    QTest.mouseMove(view.chart, pixel(view.chart, 400))
    assert "ask:here" in view.said._text
    use(document, "sunspots")
    assert len(view.series.values) < 400
    assert "ask:here" not in view.said._text
    QTest.mouseClick(view.said, LEFT, pos=place_of(view.said, "of"))
    assert asked[-1].value == len(view.series.starts)


def test_without_data_a_histogram_says_nothing(document, window, monkeypatch):  # noqa: F811
    monkeypatch.setattr("core.data.looking.MOST_VALUES", 1000)
    view = window.histograms
    use(document, "digits", reading="pixels")
    window.tabs.setCurrentWidget(view)
    view.list.setCurrentRow(0)
    assert view.said.text() and view.under.questions_here()
    document.do(SetData(None))
    assert not view.said.text() and not view.under.text() and not view.under.questions_here()
