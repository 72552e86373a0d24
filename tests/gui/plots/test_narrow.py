"""A plot in a narrow dock: nothing is cut in the middle, and nothing runs into its neighbour."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from gui.document import Document
from gui.plots.chart import Chart
from gui.plots.flow import FlowLayout
from gui.plots.items import clear
from gui.plots.scales import Linear
from gui.plots.speech import Speech


@pytest.fixture
def chart(qtbot):
    made = Chart("chart", ("component 1 (19 %)", "PC 1 · 19 %", "PC 1"), ("spectral radius", "ρ"))
    qtbot.addWidget(made)
    made.show()
    return made


def shaped(chart, width, height):
    chart.resize(width, height)
    chart.show_places((0.0, 1.0), (0.0, 1.0))
    chart.settle()
    chart.grab()
    chart.settle()
    return chart


@pytest.mark.parametrize(
    ("size", "below", "beside"),
    [
        ((500, 300), "component 1 (19 %)", "spectral radius"),
        ((110, 300), "PC 1 · 19 %", "spectral radius"),
        ((75, 110), "PC 1", "ρ"),
        ((500, 80), "", "ρ"),
    ],
)
def test_the_first_wording_of_a_title_that_fits_is_shown(chart, size, below, beside):
    shaped(chart, *size)
    assert (chart.title("bottom"), chart.title("left")) == (below, beside)
    for side in ("bottom", "left"):
        if chart.title(side):
            label = chart.getPlotItem().getAxis(side).label
            box = label.mapRectToScene(label.boundingRect())
            edge = 6  # of a label, which holds no letters
            assert chart.sceneRect().adjusted(-edge, -edge, edge, edge).contains(box), "it is cut"


def test_a_title_grows_again_with_its_chart(chart):
    assert shaped(chart, 75, 110).title("bottom") == "PC 1"
    assert shaped(chart, 500, 300).title("bottom") == "component 1 (19 %)"


@pytest.mark.parametrize("width", [90, 120, 200, 640])
@pytest.mark.parametrize("most", [64, 100, 1000, 120_000])
def test_the_numbers_of_an_axis_never_touch(chart, width, most):
    chart.resize(width, 200)
    chart.set_scales(x=Linear(whole=True))
    chart.show_places((0.5, most + 0.5), (0.0, 1.0))
    chart.settle()
    chart.grab()
    axis = chart.getPlotItem().getAxis("bottom")
    size = axis.size().width()
    ((_, places), _) = axis.tickValues(0.5, most + 0.5, size)
    texts = axis.tickStrings(places, 1.0, 1.0)
    assert texts and all(texts)
    metrics = QFontMetricsF(axis.style["tickFont"])
    middles = [(place - 0.5) / most * size for place in places]
    ends = [
        (m - metrics.horizontalAdvance(t) / 2, m + metrics.horizontalAdvance(t) / 2) for m, t in zip(middles, texts)
    ]
    assert all(one[1] + 2 < other[0] for one, other in pairwise(ends))


def test_of_texts_that_run_together_the_first_ones_stay():
    assert clear([(0.0, 10.0), (8.0, 10.0), (12.0, 10.0), (21.0, 4.0), (22.0, 10.0)]) == [0, 2, 3]
    assert clear([]) == []


@pytest.fixture
def speech(qtbot):
    plot, made = QWidget(), Speech(Document(), "words")
    qtbot.addWidget(plot)
    QVBoxLayout(plot).addWidget(made)
    plot.resize(230, 150)
    plot.show()
    return plot, made


def test_words_leave_out_their_last_parts_where_there_is_no_room(speech):
    parts = ["training: loss 0.164, accuracy 0.97", "validation: loss 0.2", "batch 500, epoch 12", "learning rate 0.01"]
    plot, words = speech
    words.say(" · ".join(parts))
    shown = words.text()
    assert shown.endswith(" …") and shown[:-2] in (" · ".join(parts[:n]) for n in (1, 2, 3))
    assert words.whole == " · ".join(parts) == words.toolTip()
    plot.resize(900, 150)
    assert words.text() == words.whole
    plot.resize(230, 400)
    assert len(words.text()) > len(shown), "a high plot has room for a third line"


def test_a_choice_is_as_wide_as_what_is_chosen(qtbot):
    bar, box = QWidget(), QComboBox()
    qtbot.addWidget(bar)
    flow = FlowLayout(bar)
    box.addItems(["all", "something with a very long name"])
    flow.addWidget(box)
    flow.setGeometry(QRect(0, 0, 600, 40))
    narrow = box.width()
    box.setCurrentIndex(1)
    flow.setGeometry(QRect(0, 0, 600, 40))
    difference = np.diff([box.fontMetrics().horizontalAdvance(box.itemText(n)) for n in (0, 1)])[0]
    assert narrow + difference - 25 <= box.width() <= narrow + difference + 25
