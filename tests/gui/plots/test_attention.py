"""The attention of a sample as a heat-map: what is answered x what was read, said in words and saved as a table."""

from __future__ import annotations

import html

import numpy as np
import pytest
from PySide6.QtTest import QTest

from core.describe import percent
from core.engine.session import Session
from core.examples import open_example
from core.why.explain import Explainer
from core.why.numbers import Number
from gui.document import Document
from gui.plots.activations import ActivationPlot
from gui.theme import theme
from tests.gui.hands_of_why import numbers_in


@pytest.fixture
def plot(runner, show):
    project = open_example("reverse-attention")
    runner.examination = Session(project.state, project.dataset()).examine(5, "train")
    shown = show(ActivationPlot(Document(project), runner))
    shown.layer.setCurrentText("Attention")
    shown.quantity.setCurrentIndex(shown.quantity.findData("attention"))
    shown.draw()
    return shown


def weights(plot) -> np.ndarray:
    (found,) = plot.runner.examination.attention.values()
    return found


def test_every_weight_is_a_cell_of_its_colour(plot):
    found = weights(plot)
    assert found.shape == (16, 16)
    np.testing.assert_allclose(found.sum(1), 1, rtol=1e-5)
    table = theme().sequential_table()
    assert plot.looks.isVisible() and not plot.units.isVisible()
    np.testing.assert_array_equal(plot.looks.image.image, table[np.clip(found * 256, 0, 255).astype(int)])


def test_the_axes_carry_the_symbols_of_the_sample(plot):
    data = plot.document.project.dataset()
    read = [data.inputs["x"].names[one] for one in data.inputs["x"].values[5].argmax(1)]
    told = [data.target.classes[int(one)] for one in data.target.values[5, :, 0]]
    assert list(plot.looks.source) == read and list(plot.looks.answers) == told == read[::-1]
    for side, symbols in (("bottom", read), ("left", told)):
        axis = plot.looks._axes[side]
        ticks = axis.scale_of_values.ticks(0.5, 16.5, 100).major
        assert ticks == [(float(n), symbol) for n, symbol in enumerate(symbols, 1)]


def test_where_there_is_no_room_for_all_symbols_some_are_left_out(plot):
    ticks = plot.looks._axes["bottom"].scale_of_values.ticks(0.5, 16.5, 5).major
    assert ticks == [(float(place), plot.looks.source[place - 1]) for place in (1, 5, 9, 13)]


def test_the_pointer_reads_a_weight_in_words(plot, make):
    QTest.mouseMove(plot.looks.viewport(), make.pixel(plot.looks, 12, 3))
    share = percent(float(weights(plot)[2, 11]))
    said, read = plot.looks.answers[2], plot.looks.source[11]
    assert plot.words.text() == html.escape(f"“{said}” looks at “{read}” with {share}")


def test_a_cell_answers_why_the_network_looks_there(plot, make):
    for place in ((4, 8), (12, 3)):
        QTest.mouseMove(plot.looks.viewport(), make.pixel(plot.looks, *place))
    (question,) = plot.questions_here()
    layer = plot.layer.currentData()
    assert question.asked == Number("attention", layer, 11, 2)
    project = plot.document.project
    trace = Session(project.state, project.dataset()).trace(5, "train")
    explainer = Explainer(project.network, project.weights, trace)
    assert explainer.explain(question.asked).value == pytest.approx(float(weights(plot)[2, 11]), rel=1e-4)


def test_the_weight_in_the_words_leads_to_the_same_number(plot):
    heat = plot.looks
    heat.pointer = (heat.x_start + 2.5, heat.y_start + 1.5)
    heat.repeat_hover()
    ((_, asked),) = numbers_in(plot.words, plot.document)
    assert asked == Number("attention", plot.layer.currentData(), 2, 1)


def test_the_table_names_the_steps_of_the_memory(plot):
    columns = plot.table()
    assert [name for name, _ in columns][:3] == ["t", "memory step 1", "memory step 2"]
    np.testing.assert_array_equal(np.array([values for _, values in columns[1:]]), weights(plot).T)


def test_another_layer_shows_its_units_again(plot):
    plot.layer.setCurrentText("Decoder")
    plot.draw()
    assert plot.units.isVisible() and not plot.looks.isVisible()
    assert plot.units.image.image.shape[:2] == (24, 16)
    assert plot.table()[1][0] == "unit 1"
