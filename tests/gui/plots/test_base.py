"""What all plots share: they draw only when seen and changed, follow the theme, export, and read from left to right."""

from __future__ import annotations

import gc
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDockWidget, QFileDialog, QMainWindow, QToolButton

from core.data.catalogue import DATASETS
from core.errors import NotSaved
from core.reports import Evaluation, Examination
from gui.plots.activations import ActivationPlot
from gui.plots.chart import Chart
from gui.plots.gradient import GradientPlot
from gui.plots.loss import LossPlot
from gui.plots.norms import NormsPlot
from gui.plots.output import OutputView
from gui.theme import theme

PLOTS = [LossPlot, GradientPlot, NormsPlot, ActivationPlot, OutputView]


@pytest.fixture
def full(make, runner):
    """A document and a runner with something to see in every plot."""
    document = make.document(
        make.layer("i", "input", "in", units=8),
        make.layer("h", "rnn", "hidden", units=5),
        make.layer("o", "output", "out", units=10),
        data=DATASETS.choose("digits"),
    )
    rng = np.random.default_rng(0)
    runner.run = make.run(
        45,
        gradients={"h": lambda b: make.profile(0.5 ** np.arange(7, -1, -1.0))},
        norms={"h": lambda b: 1 / b},
        ratios={"h": lambda b: 1e-3},
        layers={"h": "hidden"},
        notes={9: ("A note",)},
    )
    values = document.project.dataset().inputs["x"].values[0]
    runner.examination = Examination(0, "train", {"i": values, "h": rng.normal(size=(8, 5))}, np.eye(10)[0], 1.0)
    runner.evaluation = Evaluation("train", 1.0, {}, np.arange(50), rng.random((50, 10)))
    return document, runner


@pytest.mark.parametrize("kind", PLOTS)
def test_a_hidden_plot_does_not_draw_until_it_is_shown(kind, full, qtbot):
    document, runner = full
    plot = kind(document, runner)
    qtbot.addWidget(plot)
    drawings = []
    inner = plot.redraw
    plot.redraw = lambda: (drawings.append(1), inner())
    for _ in range(5):
        runner.updated.emit()
    assert not drawings
    plot.show()
    assert len(drawings) == 1
    plot.hide()
    runner.updated.emit()
    assert len(drawings) == 1


def test_a_plot_behind_another_tab_does_not_draw_until_it_is_raised(full, qtbot):
    document, runner = full
    window = QMainWindow()
    qtbot.addWidget(window)
    docks, plots = [], []
    for kind in (LossPlot, GradientPlot):
        plots.append(kind(document, runner))
        docks.append(QDockWidget(kind.__name__, window))
        docks[-1].setWidget(plots[-1])
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, docks[-1])
    window.tabifyDockWidget(*docks)
    docks[0].raise_()
    window.resize(600, 400)
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: plots[0].turn.seen and not plots[1].turn.seen)
    drawings = []
    inner = plots[1].redraw
    plots[1].redraw = lambda: (drawings.append(1), inner())
    for _ in range(3):
        runner.updated.emit()
        qtbot.wait(60)
    assert not drawings and plots[1].turn.due
    docks[1].raise_()
    qtbot.waitUntil(lambda: not plots[1].turn.due)
    assert drawings
    qtbot.waitUntil(lambda: not plots[0].turn.waiting)


@pytest.mark.parametrize("kind", PLOTS)
def test_many_updates_are_drawn_in_turns_and_the_last_one_always(kind, full, qtbot):
    document, runner = full
    plot = kind(document, runner)
    qtbot.addWidget(plot)
    plot.show()
    drawings = []
    inner = plot.redraw
    plot.redraw = lambda: (drawings.append(1), inner())
    for _ in range(50):
        runner.updated.emit()
    assert len(drawings) <= 1
    qtbot.waitUntil(lambda: not plot.turn.due and not plot.turn.waiting)
    assert 1 <= len(drawings) <= 3


@pytest.mark.parametrize("left", ["nothing", "little"])
@pytest.mark.parametrize("kind", PLOTS)
def test_what_is_drawn_may_be_pointed_at_before_something_else_is(kind, left, full, show, make, qtbot):
    document, runner = full
    plot = show(kind(document, runner), 700, 400)
    charts = [chart for chart in plot.charts() if chart.isVisible()]
    runner.run = runner.examination = runner.evaluation = None
    if left == "little":
        profiles = {"h": lambda b: make.profile([0.5, 1.0])}
        runner.run = make.run(1, gradients=profiles, norms={"h": lambda b: 1.0}, ratios={"h": lambda b: 1.0})
        runner.examination = Examination(0, "train", {"h": np.zeros((2, 1))}, np.eye(10)[0], 1.0)
        runner.evaluation = Evaluation("train", 1.0, {}, np.arange(1), np.ones((1, 10)))
    plot.words.questions_here()
    for chart in charts:
        view = chart.viewport()
        for x, y in ((0.3, 0.4), (0.6, 0.3), (0.8, 0.2), (0.6, 0.7)):
            qtbot.mouseMove(view, QPoint(int(x * view.width()), int(y * view.height())))
            assert chart.pointer is not None
            plot.questions_here()
            plot.words.questions_here()
        qtbot.mouseMove(plot, QPoint(1, plot.height() - 1))


@pytest.mark.parametrize("kind", PLOTS)
def test_pictures_and_tables_are_written(kind, full, show, tmp_path):
    document, runner = full
    plot = show(kind(document, runner))
    plot.save_picture(tmp_path / "plot.png")
    image = QImage(str(tmp_path / "plot.png"))
    assert (image.width(), image.height()) == (2 * plot.picture.width(), 2 * plot.picture.height())
    colors = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
    assert len(colors) > 5
    plot.save_picture(tmp_path / "plot.svg")
    tree = ET.parse(tmp_path / "plot.svg")
    tags = [element.tag.rpartition("}")[2] for element in tree.iter()]
    assert tags.count("text") > 3
    assert plot.title in (tmp_path / "plot.svg").read_text(encoding="utf-8")
    plot.save_csv(tmp_path / "plot.csv")
    lines = (tmp_path / "plot.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 5 and len({line.count(",") for line in lines[:3]}) == 1


def test_the_menu_asks_for_a_name(full, show, tmp_path, monkeypatch, qtbot):
    document, runner = full
    plot = show(LossPlot(document, runner))
    asked = iter([str(tmp_path / "a.svg"), str(tmp_path / "b.csv"), ""])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (next(asked), ""))
    plot.commands["export_picture"].trigger()
    plot.commands["export_csv"].trigger()
    plot.commands["export_csv"].trigger()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.svg", "b.csv"]
    with pytest.raises(NotSaved):
        plot.save_csv(tmp_path / "no such folder" / "x.csv")


@pytest.mark.parametrize("kind", PLOTS)
def test_the_theme_is_followed(kind, full, show):
    document, runner = full
    plot = show(kind(document, runner))
    theme().set_mode("dark")
    plot.draw()
    for chart in plot.charts():
        assert chart.backgroundBrush().color() == theme().color("plot_background")
    image = plot.grab().toImage()
    dark = sum(image.pixelColor(x, y).lightness() < 110 for x in range(0, 700, 10) for y in range(60, 260, 10))
    assert dark > 500


@pytest.mark.parametrize("kind", PLOTS)
def test_in_a_language_from_right_to_left_time_still_goes_to_the_right(kind, full, show, qapp):
    document, runner = full
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        plot = show(kind(document, runner))
        for chart in plot.charts():
            if not chart.isVisible():
                continue
            axes = chart.getPlotItem()
            assert axes.getAxis("left").sceneBoundingRect().left() < axes.getViewBox().sceneBoundingRect().left() + 1
        corner = plot.findChild(QToolButton, f"{plot.name}_menu")
        assert corner.mapTo(plot, QPoint(0, 0)).x() < plot.width() / 2
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.mark.parametrize("kind", PLOTS)
@pytest.mark.parametrize("size", [(260, 180), (1600, 900)])
def test_any_size_is_drawn(kind, size, full, show):
    document, runner = full
    plot = show(kind(document, runner), width=size[0], height=size[1])
    plot.grab()
    assert plot.minimumSizeHint().width() <= 260


@pytest.mark.parametrize("kind", PLOTS)
def test_everything_can_be_named_by_a_screen_reader(kind, full, show):
    document, runner = full
    plot = show(kind(document, runner))
    assert plot.objectName() and plot.accessibleName()
    for chart in plot.charts():
        assert chart.objectName()
    assert {"fit", "export_picture", "export_csv"} <= plot.commands.keys()


def test_items_are_made_once(full, show):
    document, runner = full
    plots = [show(kind(document, runner)) for kind in PLOTS]

    def items():
        return [len(chart.scene().items()) for plot in plots for chart in plot.findChildren(Chart)]

    before = items()
    for _ in range(5):
        for plot in plots:
            plot.draw()
    assert items() == before


@pytest.mark.parametrize("kind", PLOTS)
def test_no_part_of_a_plot_is_left_without_a_parent(kind, full, qtbot):
    document, runner = full
    before = set(QApplication.topLevelWidgets())
    plot = kind(document, runner)
    qtbot.addWidget(plot)
    new = set(QApplication.topLevelWidgets()) - before
    assert [widget for widget in new if widget.parent() is None] == [plot]


def test_a_plot_that_is_closed_is_freed(full, qtbot):
    document, runner = full
    plot = LossPlot(document, runner)
    plot.show()
    plot.deleteLater()
    QApplication.sendPostedEvents(None, 52)
    del plot
    gc.collect()
    runner.updated.emit()
    theme().changed.emit()
