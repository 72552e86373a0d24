"""The window in which data is looked at, by real events: windows chosen by click, drag and keys; histograms of every feature."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from core.catalogue.registry import catalogue
from core.data.looking import part_of, series_of
from core.examples import open_example
from core.fitting import choose_data
from gui.document import Document
from gui.looking.window import LookWindow
from gui.main_window import MainWindow
from gui.runner import Runner
from gui.theme import theme

NONE = Qt.MouseButton.NoButton
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def document(qapp):
    return Document(open_example("sunspots-forecast"))


@pytest.fixture
def runner(document):
    made = Runner(document)
    yield made
    assert made.close()


@pytest.fixture
def window(document, runner, qtbot):
    made = LookWindow(document, runner)
    qtbot.addWidget(made)
    made.show()
    QTest.qWaitForWindowExposed(made)
    return made


def pixel(chart, time, height=0.5):
    """Where a time is in the chart's viewport."""
    box = chart.getPlotItem().getViewBox()
    (_, _), (low, high) = chart.view_places()
    at = box.mapViewToScene(QPointF(time, low + height * (high - low)))
    return chart.mapFromScene(at)


def choose(document, key, **values):
    document.do(choose_data(document.state, catalogue("datasets").choose(key, **values)))


def test_the_whole_series_with_its_parts(window, document):
    view = window.series
    data = document.project.dataset()
    series = series_of(data)
    (left, right), _ = view.chart.view_places()
    assert left < 0 and right >= len(series.values) - 1
    x, y = view.line.curve.getData()
    assert (
        len(x)
        and np.nanmax(y) == pytest.approx(series.values.max())
        and np.nanmin(y) == pytest.approx(series.values.min())
    )
    bands = view.chart.bands.bands
    assert [code for _, _, code in bands] == list(range(len(data.parts))) and bands[-1][1] == len(series.values) - 1
    assert all(name in view.parts.text() for name in ("Training", "Validation"))


def test_a_click_a_drag_and_keys_choose_a_window(window, runner, document):
    view, chart = window.series, window.series.chart
    series = series_of(document.project.dataset())
    QTest.mouseClick(chart.viewport(), LEFT, pos=pixel(chart, 200))
    middle = series.starts[view.sample] + (series.window - 1) / 2
    assert abs(middle - 200) <= 1 and runner.sample == (view.sample, part_of(view.data, view.sample))
    assert view.chart.mark.shown == (series.starts[view.sample], series.starts[view.sample] + series.window - 1)
    chosen = view.sample
    QTest.mousePress(chart.viewport(), LEFT, pos=pixel(chart, 200))
    for time in range(195, 99, -5):
        QTest.mouseMove(chart.viewport(), pixel(chart, time))
    QTest.mouseRelease(chart.viewport(), LEFT, pos=pixel(chart, 100))
    assert abs(view.sample - (chosen - 100)) <= 1 and chart.following  # dragged, not panned
    before = view.sample
    chart.setFocus()
    for key, wanted in (
        (Qt.Key.Key_Right, before + 1),
        (Qt.Key.Key_PageDown, before + 11),
        (Qt.Key.Key_PageUp, before + 1),
        (Qt.Key.Key_Left, before),
        (Qt.Key.Key_End, int(document.project.dataset().samples("test").min()) - 1),
        (Qt.Key.Key_Home, 0),
    ):
        QTest.keyClick(chart, key)
        assert view.sample == wanted and runner.sample[0] == wanted
    assert view.said.text().startswith(f"Window 1 of {len(series.starts)} · Training · shows 1700 … ")
    told = view.told.dots.getData()
    assert told[1].tolist() == pytest.approx(series.values[series.window : series.window + series.horizon, 0].tolist())


def test_a_drag_beside_the_window_pans_and_a_double_click_shows_all(window):
    view, chart = window.series, window.series.chart
    QTest.mouseClick(chart.viewport(), LEFT, pos=pixel(chart, 40))
    chosen = view.sample
    start = pixel(chart, 250)
    QTest.mousePress(chart.viewport(), LEFT, pos=start)
    for by in range(10, 90, 10):
        at = QPointF(start - QPoint(by, 0))
        where = QPointF(chart.viewport().mapToGlobal(at.toPoint()))
        move = QMouseEvent(QMouseEvent.Type.MouseMove, at, where, NONE, LEFT, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(chart.viewport(), move)  # QTest moves the mouse without its button
    QTest.mouseRelease(chart.viewport(), LEFT, pos=start - QPoint(80, 0))
    assert view.sample == chosen and not chart.following
    QTest.mouseDClick(chart.viewport(), LEFT, pos=pixel(chart, 200))
    assert chart.following


def test_another_view_chooses_the_window(window, runner, qtbot):
    runner.watch(123, "train")
    runner.updated.emit()
    assert window.series.sample == 123


def test_other_data_and_none(window, document, qtbot):
    choose(document, "weather")
    view = window.series
    assert window.tabs.currentWidget() is view and view.feature.count() > 3
    view.feature.setFocus()
    QTest.keyClick(view.feature, Qt.Key.Key_Home)
    first = series_of(view.data).values[:, 0]
    assert np.nanmax(view.line.curve.getData()[1]) == pytest.approx(first.max())
    assert window.windowTitle() == "Data: Weather in Seattle"
    choose(document, "digits")
    assert window.tabs.currentWidget() is window.histograms
    assert view.stack.currentIndex() == 1 and "no series" in view.empty.label.text()
    for mode in ("dark", "light"):
        theme().set_mode(mode)
    assert not window.grab().isNull()


def test_histograms_of_every_feature(window, document, qtbot):
    choose(document, "iris")
    view = window.histograms
    assert view.list.count() == 5 and view.list.item(4).text() == "target: class"
    view.list.setFocus()
    seen = []
    for _ in range(view.list.count()):
        seen.append(view.said.text())
        x, y = view.lines["train"].curve.getData()
        edges = view.histogram.edges
        area = np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2)
        assert area == pytest.approx(100 * np.sum(view.histogram.shares["train"] * np.diff(edges)), rel=1e-3)
        QTest.keyClick(view.list, Qt.Key.Key_Down)
    assert len(set(seen)) == 5 and "mean" in seen[0] and "Training" in seen[0] and "mean" not in seen[4]
    QTest.mouseMove(view.chart.viewport(), pixel(view.chart, 1.0))
    assert "Training" in view.chart.toolTip() and "%" in view.chart.toolTip()


def test_it_opens_from_the_data_panel(qtbot):
    window = MainWindow()
    qtbot.addWidget(window)
    window.files.open_example("sunspots-forecast")
    window.show()
    window.docks.show("data")
    texts = {button.text(): button for button in window.docks.all["data"].findChildren(QPushButton)}
    assert not texts["Change own data …"].isVisible()  # nothing is made yet
    QTest.mouseClick(texts["Look at the data …"], LEFT)
    opened = window.findChild(LookWindow)
    assert opened is not None and opened.isVisible() and opened.series.series is not None
    assert window.looking.show() is opened
    window.document.undo_stack.setClean()
    assert window.close()


def test_what_the_test_part_asks_about_is_not_seen_before_it_is_opened(window, runner, document):
    choose(document, "sunspots", test=0.2)
    view, data = window.series, document.project.dataset()
    series = series_of(data)
    first = int(series.starts[data.samples("test")].min()) + series.window
    x, y = view.line.values
    assert np.isnan(y[x >= first]).all() and np.isfinite(y[x < first]).all()
    assert "shut until it is opened" in view.parts.text()
    before = view.sample
    QTest.mouseClick(view.chart.viewport(), LEFT, pos=pixel(view.chart, len(series.values) - 15))
    assert view.sample == before and "is shut" in view.said.text() and runner.sample[1] != "test"
    QTest.mouseMove(view.chart.viewport(), pixel(view.chart, len(series.values) - 5))
    assert view.said.text().endswith(": shut")
    assert "test" not in window.histograms.histogram.shares
    document.open_test()
    x, y = view.line.values
    assert np.isfinite(y).all() and "shut" not in view.parts.text()
    assert "test" in window.histograms.histogram.shares
    QTest.mouseClick(view.chart.viewport(), LEFT, pos=pixel(view.chart, len(series.values) - 15))
    assert part_of(data, view.sample) == "test" and runner.sample == (view.sample, "test")
