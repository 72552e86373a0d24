"""Every number that a probe shows answers: in its sentence, in its charts, in its table; and the answer is that number."""

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu

from core.catalogue.probes import PROBES
from core.formula import svg
from core.why.numbers import Aggregate
from gui.plots.probe_curves import CurvePage
from tests.gui.hands_of_why import agrees, numbers_in
from tests.gui.plots.test_probe import choose, measure, straight, studio  # noqa: F401 - studio is a fixture
from tests.gui.plots.test_why_words import digits


def told(words, document):
    found = numbers_in(words, document)
    for text, asked in found:
        sound(asked)
        assert agrees(text, asked.value), (text, asked.value, str(asked.title))
    return found


def sound(asked, depth=2):
    """Words and formulas are whole, also of what it leads to."""
    assert isinstance(asked, Aggregate) and str(asked.title) and str(asked.note)
    assert all("<svg" in svg(line) for line in (*asked.symbols, *asked.numbers))
    if depth:
        for term in asked.terms[:3]:
            if isinstance(term.about, Aggregate):
                sound(term.about, depth - 1)


def point(chart, place):
    """Point at places, as the arrow keys do."""
    chart.pointer = (float(place[0]), float(place[1]))
    chart.repeat_hover()


ASKED = {
    ("digits-rows-elman", "Hidden"): [key for key in PROBES if key != "gates"],
    ("adding-lstm", "LSTM"): ["gates", "input_gradient", "horizon"],
    ("vowels-gru", "GRU, both directions"): ["gates", "itemised"],
    ("co2-every-step", "GRU"): ["itemised", "weight_share"],
}


@pytest.mark.parametrize("example, layer, key", [(*place, key) for place, keys in ASKED.items() for key in keys])
def test_every_number_of_a_probe(qtbot, studio, example, layer, key):  # noqa: F811
    plot = studio(example, layer=layer, units=5, width=1500, height=420)
    result = measure(qtbot, plot, key)
    document, page = plot.document, plot.pages[key]
    sentence = told(plot.words, document)
    assert len(sentence) >= 2, "the batch and the seconds at least"
    assert [text.split()[0] for text, _ in sentence][-2:] == [str(result.batch), f"{result.seconds:.2g}"]
    for chart in [one for one in plot.charts() if one.isVisible()]:
        (left, right), (bottom, top) = chart.view_places()
        for share in (0.1, 0.5, 0.9):
            point(chart, (left + share * (right - left), bottom + share * (top - bottom)))
            words = page.legend if isinstance(page, CurvePage) else plot.words
            shown = told(words, document)
            assert shown, "what is pointed at is told"
            questions = plot._questions_on(chart)
            assert questions and math.isfinite(questions[0].asked.value)
            for question in questions:
                sound(question.asked)
            if not isinstance(page, CurvePage):
                assert questions[0].asked.value in [asked.value for _, asked in shown]
        chart.pointer = None
    assert result.key == key


def test_all_numbers_of_a_legend_are_those_of_the_session(qtbot, studio):  # noqa: F811
    plot = studio(units=5, width=1500, height=420)
    measure(qtbot, plot, "factor")
    values = straight(plot, "factor", plot.controls.layer)
    page = plot.pages["factor"]
    for n, step in enumerate(values["step"]):
        point(page.panels[0].chart, (step + 1.0, 0.5))
        asked = {str(one.title).split(" of ")[0]: one.value for _, one in told(page.legend, plot.document)}
        assert list(asked.values()) == pytest.approx(
            [values["norm"][n], values["radius"][n], values["saturated"][step]], rel=1e-4, abs=1e-6
        )
        assert [text for text, _ in numbers_in(page.legend, plot.document)] == digits(page.legend.text())[1:]


def test_the_horizon_in_large_letters(qtbot, studio):  # noqa: F811
    plot = studio(units=5)
    result = measure(qtbot, plot, "horizon")
    page = plot.pages["horizon"]
    steps = float(result.values["horizon"])
    found = told(page.horizon, plot.document)
    assert [one.value for _, one in found] == ([steps] if math.isfinite(steps) else [])
    left = result.values["left"]
    point(page.panels[0].chart, (2.0, float(page.panels[0].chart.y_scale.place(np.array(left[2])))))
    nearest = plot.questions_here()[0].asked
    assert nearest.value == pytest.approx(float(left[2]))


def test_the_table_of_all_layers_by_mouse_and_by_key(qtbot, studio):  # noqa: F811
    plot = studio(units=5, width=1100, height=420)
    result = measure(qtbot, plot, "activations")
    page, heard = plot.pages["activations"], []
    plot.document.asked.connect(heard.append)
    columns = ("mean", "std", "min", "max", "saturated", "dead")
    for row, layer in enumerate(page._layers):
        for column, key in enumerate(columns, 1):
            place = page.rows.visualItemRect(page.rows.item(row, column)).center()
            page.rows.customContextMenuRequested.emit(place)
            menu = QApplication.activePopupWidget()
            assert isinstance(menu, QMenu)
            first = menu.actions()[0]
            if f"{layer}/{key}" in result.values:
                QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(first).center())
                assert heard[-1].value == result.values[f"{layer}/{key}"]
                assert agrees(page.rows.item(row, column).text(), heard[-1].value)
            else:
                assert "Why" not in first.text()
                menu.close()
    page.rows.setFocus()
    page.rows.setCurrentCell(1, 1)
    QTest.keyClick(page.rows, Qt.Key.Key_Right)
    assert plot.questions_here()[0].asked.value == result.values[f"{page._layers[1]}/std"]
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Keyboard, page.rows.rect().center(), page.rows.mapToGlobal(page.rows.rect().center())
    )
    QApplication.sendEvent(page.rows.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert "Why" in menu.actions()[0].text()
    menu.close()


def test_the_bars_of_the_histogram_are_counted(qtbot, studio):  # noqa: F811
    plot, heard = studio(units=5, width=1100, height=420), []
    plot.document.asked.connect(heard.append)
    result = measure(qtbot, plot, "activations")
    page = plot.pages["activations"]
    layer = page._layers[page.rows.currentRow()]
    counts, edges = result.values[f"{layer}/histogram"], result.values[f"{layer}/edges"]
    for bar, count in enumerate(counts):
        point(page.chart, ((edges[bar] + edges[bar + 1]) / 2, 0.0))
        assert [one.value for _, one in told(plot.words, plot.document)] == [count]
        at = page.chart.viewport().rect().center()
        QApplication.sendEvent(
            page.chart, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, page.chart.mapToGlobal(at))
        )
        menu = QApplication.activePopupWidget()
        menu.actions()[0].trigger()
        menu.close()
        assert heard[-1].value == count


def test_the_time_that_a_probe_takes_is_explained_before_it_is_measured(studio):  # noqa: F811
    plot = studio("digits-pixels-lstm", "LSTM", units=300)
    choose(plot, "factor")
    plot.draw()
    settings = plot.controls.settings
    ((text, asked),) = told(plot.findChild(QLabel, "probe_plot_empty"), plot.document)
    # h and c of 300 units.
    assert asked.value == pytest.approx(6e-9 * 600**3 * settings["samples"] * settings["columns"])
    assert f"about {text} seconds" in plot.empty_text() and plot.questions_here()[0].asked.value == asked.value
    choose(plot, "weight_share")
    plot.draw()
    assert not numbers_in(plot.findChild(QLabel, "probe_plot_empty"), plot.document)
