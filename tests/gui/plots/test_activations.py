"""Activations are shown unit by time step beside the input of the very sample that was examined."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.data.catalogue import DATASETS
from core.edits import SetData
from core.engine.session import Session
from core.examples import open_example
from core.reports import Examination
from core.script import set_value
from gui.document import Document
from gui.plots.activations import ActivationPlot
from gui.theme import theme


@pytest.fixture
def plot(make, runner, show):
    def built(reading="rows", sample=7, hidden=None, examined=True, **more):
        layers = [
            make.layer("i", "input", "digits", units=8),
            make.layer("h", "lstm", "memory", units=5),
            make.layer("o", "output", "answer", units=10),
        ]
        document = make.document(*layers, data=DATASETS.choose("digits", reading=reading))
        read = document.project.dataset().inputs["x"].values[sample]
        steps = len(read)
        if hidden is None:
            hidden = np.linspace(-1, 1, 5 * steps).reshape(steps, 5)
        output = np.eye(10)[3]
        if examined:
            runner.examination = Examination(
                sample,
                "train",
                {"i": read, "h": hidden, "o": output},
                output,
                2.5,
                {"h": hidden * 1e-6},
                {"h": hidden * 3},
            )
        return show(ActivationPlot(document, runner), **more)

    return built


def test_it_says_what_to_do(plot):
    assert "Press Play or step" in plot(examined=False).empty_text()


def test_the_layer_with_a_state_is_shown_first_unit_by_step(plot):
    shown = plot()
    assert shown.layer.currentText() == "memory"
    values = shown.runner.examination.activations["h"].T
    picture = shown.units.image.image
    assert picture.shape == (5, 8, 3)
    table = theme().diverging_table()
    expected = table[np.clip((values + 1) / 2 * 256, 0, 255).astype(int)]
    np.testing.assert_array_equal(picture, expected)
    rect = shown.units.image.mapRectToParent(shown.units.image.boundingRect())
    assert rect.getRect() == (0.5, 0.5, 8, 5)


def test_the_input_of_that_sample_stands_above(plot):
    shown = plot(sample=11)
    data = shown.document.project.dataset()
    np.testing.assert_array_equal(shown._read, data.inputs["x"].values[11].T)
    assert shown.sample.value() == 11
    true = data.target.classes[int(data.target.values[11, 0])]
    assert shown.words.text() == f"validation · Loss of this sample: 2.5 · true {true}, predicted 3"


def test_input_and_units_share_their_time_axis(plot):
    shown = plot()
    ends = [
        [heat.mapFromScene(heat.getPlotItem().getViewBox().mapViewToScene(p)).x() for p in _corners(heat)]
        for heat in (shown.input, shown.units)
    ]
    assert ends[0] == ends[1]


def _corners(heat):
    return heat.image.mapRectToParent(heat.image.boundingRect()).topLeft(), heat.image.mapRectToParent(
        heat.image.boundingRect()
    ).bottomRight()


def test_a_picture_is_shown_upright(plot):
    shown = plot("image", hidden=np.linspace(-1, 1, 5))
    np.testing.assert_array_equal(shown._read.ravel(), shown.document.project.dataset().inputs["x"].values[7])
    assert shown._read.shape == (8, 8)
    assert shown.input.getPlotItem().getViewBox().yInverted()
    assert shown.units.image.image.shape[:2] == (5, 1)


def test_hovering_reads_a_unit(plot, make, qtbot):
    shown = plot()
    qtbot.mouseMove(shown.units.viewport(), make.pixel(shown.units, 3.0, 2.0))
    value = shown.runner.examination.activations["h"][2, 1]
    assert shown.words.text() == f"unit 2, t = 3 of 8: {value:.3g}"
    qtbot.mouseMove(shown.input.viewport(), make.pixel(shown.input, 8.0, 4.0))
    value = shown.document.project.dataset().inputs["x"].values[7, 7, 3]
    assert shown.words.text() == f"input 4, t = 8 of 8: {value:.3g}"


@pytest.mark.parametrize(("quantity", "factor"), [("gradient", 1e-6), ("cell", 3.0)])
def test_gradient_and_cell_can_be_shown(plot, quantity, factor):
    shown = plot()
    shown.quantity.setCurrentIndex(shown.quantity.findData(quantity))
    shown.draw()
    values = shown.runner.examination.activations["h"].T * factor
    np.testing.assert_allclose(shown._shown, values)
    assert max(abs(float(text)) for _, text in shown.colours.labels) <= factor
    # What an output layer lacks is not invented.
    shown.layer.setCurrentIndex(2)
    shown.draw()
    np.testing.assert_array_equal(shown._shown[:, 0], np.eye(10)[3])


def test_choosing_a_sample_asks_the_runner_for_it(plot):
    shown = plot()
    shown.sample.setValue(12)
    data = shown.document.project.dataset()
    part = next(part for part in data.parts if 12 in data.split[part])
    assert shown.runner.watched == [(12, part)]


def test_after_another_data_set_nothing_old_is_shown(plot):
    shown = plot()
    shown.document.do(SetData(DATASETS.choose("digits", reading="pixels")))
    shown.draw()
    assert shown.empty_text()


def test_layers_that_are_gone_are_left_out_and_nan_is_marked(plot, make, runner, show):
    hidden = np.zeros((8, 5))
    hidden[3, 2], hidden[4, 4] = np.nan, -np.inf
    shown = plot(hidden=hidden)
    picture = shown.units.image.image
    assert picture[2, 3].tolist() == list(theme().color("refused").getRgb()[:3])
    assert [text for _, text in shown.colours.specials] == ["NaN", "∞"]
    gone = show(ActivationPlot(make.document(make.layer("o", "output", "answer", units=10)), runner))
    assert [gone.layer.itemText(i) for i in range(gone.layer.count())] == ["answer"]


def test_padding_is_hatched_and_said(make, runner, show):
    from core.engine.session import Session
    from core.examples import open_example
    from gui.document import Document

    project = open_example("names-gru")
    data = project.dataset()
    sample = int(np.argmin(data.lengths))
    runner.examination = Session(project.state, data).examine(sample, "train")
    shown = show(ActivationPlot(Document(project), runner))
    shown.layer.setCurrentText("GRU")
    shown.draw()
    valid, steps = int(data.lengths[sample]), shown.units.image.image.shape[1]
    assert valid < steps
    for heat in (shown.units, shown.input):
        rect = heat.padding.path().boundingRect()
        assert (rect.left(), rect.right()) == (valid + 0.5, steps + 0.5)
    QTest.mouseMove(shown.units.viewport(), make.pixel(shown.units, steps, 3))
    assert shown.words.text() == f"t = {steps} of {steps}: padding, no part of the sample"
    shown.layer.setCurrentText("Output")
    shown.draw()
    assert shown.units.padding.path().isEmpty()


def test_a_short_plot_leaves_its_room_to_the_units(qtbot, plot):
    """Half a pixel for six units says nothing: first the input gives way, then the titles of the axes."""
    plot = plot()
    plot.resize(420, 150)
    qtbot.waitUntil(lambda: not plot.input.isVisible() and plot.units.isVisible())
    box = plot.units.getPlotItem().getViewBox()
    qtbot.waitUntil(lambda: box.height() > 30)
    plot.resize(420, 500)
    qtbot.waitUntil(lambda: plot.input.isVisible())
    assert plot.units.getPlotItem().getAxis("bottom").label.isVisible()


def test_a_sample_of_the_test_part_is_not_examined_while_that_is_shut(runner, show):
    project = open_example("digits-rows-elman")
    set_value(project, "data.test", 0.2)
    data = project.dataset()
    runner.examination = Session(project.state, data).examine(int(data.samples("train")[0]), "train")
    plot = show(ActivationPlot(Document(project), runner))
    plot.draw()
    hidden, other = int(data.samples("test")[5]), int(data.samples("train")[7])
    plot.sample.setFocus()
    for number in (hidden, other):
        plot.sample.selectAll()
        QTest.keyClicks(plot.sample, str(number))
        QTest.keyClick(plot.sample, Qt.Key.Key_Return)
        assert number != hidden or "is shut" in plot.words.text()
    assert runner.watched == [(other, "train")]
