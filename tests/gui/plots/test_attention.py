"""The attention of a sample as a heat-map: memory step x query step, said in words and saved as a table."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtTest import QTest

from core.engine.session import Session
from core.examples import open_example
from core.why.explain import Explainer
from core.why.numbers import Number
from gui.document import Document
from gui.plots.activations import ActivationPlot
from gui.theme import theme


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
    np.testing.assert_array_equal(plot.units.image.image, table[np.clip(found.T * 256, 0, 255).astype(int)])


def test_the_pointer_reads_a_weight_in_words(plot, make):
    QTest.mouseMove(plot.units.viewport(), make.pixel(plot.units, 3, 12))
    text = plot.words.text()
    assert "t = 3 of 16 looks at step 12 of “Encoder”" in text


def test_a_cell_answers_why_the_network_looks_there(plot, make):
    for place in ((8, 4), (3, 12)):
        QTest.mouseMove(plot.units.viewport(), make.pixel(plot.units, *place))
    (question,) = plot.questions_here()
    layer = plot.layer.currentData()
    assert question.asked == Number("attention", layer, 11, 2)
    project = plot.document.project
    trace = Session(project.state, project.dataset()).trace(5, "train")
    explainer = Explainer(project.network, project.weights, trace)
    assert explainer.explain(question.asked).value == pytest.approx(float(weights(plot)[2, 11]), rel=1e-4)


def test_the_table_names_the_steps_of_the_memory(plot):
    columns = plot.table()
    assert [name for name, _ in columns][:3] == ["t", "memory step 1", "memory step 2"]
    np.testing.assert_array_equal(np.array([values for _, values in columns[1:]]), weights(plot).T)


def test_another_layer_shows_its_units_again(plot):
    plot.layer.setCurrentText("Decoder")
    plot.draw()
    assert plot.units.image.image.shape[:2] == (24, 16)
    assert plot.table()[1][0] == "unit 1"
