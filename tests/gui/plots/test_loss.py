"""The loss plot shows the numbers of the run: lines, marks, ranges, bands and sentences."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextDocument

from core.catalogue.spec import replaced
from core.data.catalogue import DATASETS
from core.describe import number
from core.training import TRAINING, default_training
from gui.plots.batches import epoch_bands, nearest
from gui.plots.loss import LossPlot


@pytest.fixture
def plot(make, runner, show):
    def built(run, **size):
        runner.run = run
        return show(LossPlot(make.document(), runner), **size)

    return built


def test_it_says_what_to_do_until_there_is_a_run(plot, make):
    empty = plot(None)
    assert "Press Play" in empty.empty_text()
    assert not empty.picture.isVisible()
    assert not empty.commands["export_picture"].isEnabled()
    empty.runner.run = make.run(1)
    empty.runner.updated.emit()
    empty.draw()
    assert empty.picture.isVisible()


def test_the_lines_are_the_columns_of_the_run(plot, make):
    shown = plot(make.run(60))
    run = shown.runner.run
    x, y = make.drawn(shown.losses.raw)
    np.testing.assert_array_equal(x, run.steps["batch"])
    np.testing.assert_allclose(y, run.steps["loss"])
    x, y = make.drawn(shown.losses.validation)
    np.testing.assert_array_equal(x, [20, 40, 60])
    np.testing.assert_allclose(y, run.epochs["loss"])
    _, y = make.drawn(shown.metrics.raw)
    np.testing.assert_allclose(y, run.steps["accuracy"])


def test_the_smoothed_line_is_the_bias_corrected_average(plot, make):
    shown = plot(make.run(loss=np.random.default_rng(0).random(50)))
    raw, weight = shown.runner.run.steps["loss"], 0.9
    expected = [
        sum(weight ** (i - j) * raw[j] for j in range(i + 1)) / sum(weight ** (i - j) for j in range(i + 1))
        for i in range(50)
    ]
    np.testing.assert_allclose(make.drawn(shown.losses.smooth)[1], expected)
    shown.smoothing.setValue(0)
    shown.draw()
    np.testing.assert_allclose(make.drawn(shown.losses.smooth)[1], raw)


def test_new_reports_extend_the_lines(plot, make):
    shown = plot(make.run(10))
    make.run(loss=[*shown.runner.run.steps["loss"], 0.5, 0.25], run=shown.runner.run)
    shown.draw()
    assert make.drawn(shown.losses.raw)[0][-1] == 12
    assert make.drawn(shown.losses.raw)[1][-1] == 0.25


def test_a_long_run_is_drawn_with_few_points_that_keep_its_peaks(plot, make):
    loss = np.random.default_rng(1).random(5000) + 1
    loss[2500], loss[3333] = 2.5, 0.2
    shown = plot(make.run(loss=loss))
    x, y = make.drawn(shown.losses.raw)
    assert len(x) <= 2 * shown.losses.chart.columns
    assert {(2501.0, 2.5), (3334.0, 0.2)} <= set(zip(x, y))


@pytest.mark.parametrize("log", [False, True])
def test_one_early_spike_does_not_ruin_the_axis(plot, make, log):
    loss = 2.3 * np.exp(-np.arange(300) / 100)
    loss[3] = 1e6
    shown = plot(make.run(loss=loss))
    shown.log.setChecked(log)
    shown.draw()
    chart = shown.losses.chart
    bottom, top = (chart.y_scale.value(p) for p in chart.view_places()[1])
    assert loss.min() > bottom and 2.3 < top < 6
    # The spike is not hidden: a mark stands above it at the upper edge.
    marks = shown.losses.raw.edge.getData()
    assert 4.0 in marks[0].tolist()
    shown.all_values.setChecked(True)
    shown.draw()
    assert chart.y_scale.value(chart.view_places()[1][1]) > 1e6


@pytest.mark.parametrize("log", [False, True])
def test_nan_infinity_and_numbers_too_large_leave_gaps_and_marks(plot, make, log):
    loss = np.linspace(2, 1, 40)
    loss[10], loss[20], loss[30], loss[31] = np.nan, np.inf, 1e305, -np.inf
    shown = plot(make.run(loss=loss))
    shown.log.setChecked(log)
    shown.draw()
    _, y = make.drawn(shown.losses.raw)
    assert np.flatnonzero(np.isnan(y)).tolist() == [10, 20, 30, 31]
    x, place = shown.losses.raw.edge.getData()
    bottom, top = shown.losses.chart.view_places()[1]
    middle = (bottom + top) / 2
    assert dict(zip(x.tolist(), (place > middle).tolist())) == {11.0: False, 21.0: True, 31.0: True, 32.0: False}
    symbols = dict(zip(x.tolist(), shown.losses.raw.edge.data["symbol"].tolist()))
    assert symbols == {11.0: "x", 21.0: "t1", 31.0: "t1", 32.0: "t"}


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, -3.0, 1e-310, 1e299, 5e-324])
@pytest.mark.parametrize("log", [False, True])
def test_a_single_point_of_any_kind_is_drawn(plot, make, value, log):
    shown = plot(make.run(loss=[value]))
    shown.log.setChecked(log)
    shown.all_values.setChecked(True)
    shown.draw()
    shown.grab()
    dots, marks = shown.losses.raw.dots.getData()[0], shown.losses.raw.edge.getData()[0]
    assert dots.tolist() + marks.tolist() == [1.0]


@pytest.mark.parametrize("log", [False, True])
def test_extreme_ranges_are_not_clipped(plot, make, log):
    loss = np.array([1.0, 1e150, -1e299, 1e299, 1e-300])
    shown = plot(make.run(loss=loss))
    shown.log.setChecked(log)
    shown.all_values.setChecked(True)
    shown.draw()
    shown.grab()
    chart = shown.losses.chart
    _, y = make.drawn(shown.losses.raw)
    back = [chart.y_scale.value(p) if np.isfinite(p) else np.nan for p in y]
    expected = np.where(log & (loss < 0), np.nan, loss)
    np.testing.assert_allclose(back, expected, rtol=1e-9, atol=1e285)
    assert chart.y_scale.value(chart.view_places()[1][1]) >= 1e299 * 0.999


def test_zeros_on_a_log_axis_stand_on_a_floor_labelled_0(plot, make):
    shown = plot(make.run(loss=[1.0, 0.1, 0.0, 0.01]))
    shown.log.setChecked(True)
    shown.draw()
    chart = shown.losses.chart
    place = make.drawn(shown.losses.raw)[1][2]
    assert chart.y_scale.value(place) == 0.0
    bottom, top = chart.view_places()[1]
    assert (place, "0") in chart.y_scale.ticks(bottom, top, 8).major


def test_hovering_reads_the_numbers_of_that_batch(plot, make, qtbot):
    shown = plot(make.run(60, notes={30: ("Learning rate 0.001 from here",)}))
    run, chart = shown.runner.run, shown.losses.chart
    latest = shown.words.text()
    qtbot.mouseMove(chart.viewport(), make.pixel(chart, 30, 1.0))
    text = shown.words.text()
    assert "batch 30, epoch 2" in text
    assert f"{run.steps['loss'][29]:.3g}" in text
    assert f"{run.epochs['loss'][0]:.3g} after epoch 1" in text
    assert "Learning rate 0.001 from here" in text
    assert chart.cross.isVisible() and chart.cross.value() == 30
    assert chart.backdrop.markers == [30]
    qtbot.mouseMove(chart.viewport(), QPoint(1, 1))
    assert shown.words.text() == latest


def test_zooming_stops_following_until_a_double_click(plot, make, qtbot):
    shown = plot(make.run(60))
    chart = shown.losses.chart
    before = chart.view_places()[0]
    box = chart.getPlotItem().getViewBox()
    box.scaleBy((0.5, 1.0))
    box.sigRangeChangedManually.emit([True, True])
    make.run(loss=[*shown.runner.run.steps["loss"], 0.5], run=shown.runner.run)
    shown.draw()
    assert not chart.following
    assert chart.view_places()[0] != before and chart.view_places()[0][1] < 60
    qtbot.mouseDClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=chart.viewport().rect().center())
    shown.draw()
    assert chart.following and chart.view_places()[0] == (0.5, 61.5)


def test_epochs_alternate_and_many_are_grouped(make):
    assert epoch_bands(make.run(60).steps, 0, 61) == [(20.5, 40.5)]
    run = make.run(2000, per_epoch=10)
    bands = epoch_bands(run.steps, 0, 2001)
    assert 5 < len(bands) <= 15
    assert len({round(b - a) for a, b in bands}) == 1
    assert epoch_bands(run.steps, 5000, 6000) == []


def test_csv_holds_every_number(plot, make, tmp_path):
    shown = plot(make.run(45, notes={7: ('A note, with "marks"',)}))
    shown.save_csv(tmp_path / "loss.csv")
    with (tmp_path / "loss.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    run = shown.runner.run
    assert [float(row["loss"]) for row in rows] == run.steps["loss"].tolist()
    assert [float(row["validation loss"]) for row in rows if row["validation loss"]] == run.epochs["loss"].tolist()
    assert (rows[0]["note batch"], rows[0]["note"]) == ("7", 'A note, with "marks"')


def test_a_metric_in_the_unit_of_the_target_says_so(make, runner, show):
    document = make.document(data=DATASETS.choose("sunspots"))
    runner.run = make.run(10, metric="rmse")
    runner.run.data = document.project.data
    shown = show(LossPlot(document, runner))
    assert shown.metrics.chart.accessibleName() == "root mean squared error (sunspots)"
    runner.run.data = None
    shown.draw()
    assert shown.metrics.chart.accessibleName() == "root mean squared error"


def test_nearest():
    assert [nearest(np.array([1.0, 2.0, 10.0]), v) for v in (-5, 1.4, 1.6, 7, 99)] == [0, 0, 1, 2, 2]
    assert nearest(np.array([5.0]), 9) == 0


def several(make, runner, count=3, steps=40):
    """A document with runs of different learning rates, of which the last is the current one."""
    document = make.document()
    for n in range(count):
        run = make.run(loss=np.exp(-np.arange(steps + 10 * n) / 30) * (n + 1))
        run.id = f"r{n}"
        run.training = replaced(default_training(), TRAINING, "optimizer.lr", 10.0 ** -(n + 1))
        document.project.runs.append(run)
    runner.run = document.project.runs[-1]
    return document


def test_older_runs_are_drawn_faint_behind_and_named_by_what_differs(make, runner, show, qtbot):
    shown = show(LossPlot(several(make, runner), runner))
    older = shown.losses.older
    for place, run in enumerate(shown.document.project.runs[:2]):
        x, y = make.drawn(older.training[place])
        np.testing.assert_array_equal(x, run.steps["batch"])
        weights = 0.9 ** np.arange(len(x))
        expected = [weights[: i + 1] @ run.steps["loss"][i::-1] / weights[: i + 1].sum() for i in range(len(x))]
        np.testing.assert_allclose(y, expected)
        assert make.drawn(older.validation[place])[1].tolist() == run.epochs["loss"].tolist()
        assert older.training[place].curve.zValue() < shown.losses.smooth.curve.zValue()
    assert not older.training[2].curve.isVisible()
    text = QTextDocument()
    text.setHtml(shown.legend.text())
    assert text.toPlainText().replace("\xa0", " ") == "━ run 1, lr 0.1 · ━ run 2, lr 0.01 · ━ run 3, lr 0.001"
    chart = shown.losses.chart
    assert chart.view_places()[0] == (0.5, 60.5)
    qtbot.mouseMove(chart.viewport(), make.pixel(chart, 45, 1.0))
    said = shown.words.text().replace("&nbsp;", " ")
    assert f"run 2: {number(2 * np.exp(-44 / 30))}" in said and "run 1:" not in said
    box = shown.others
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    shown.draw()
    assert not box.isChecked() and not shown.legend.isVisible()
    assert not any(line.curve.isVisible() for line in older.training + older.validation)


def test_an_older_run_that_was_shorter_or_longer_is_in_view_whole(make, runner, show):
    document = several(make, runner)
    runner.run = document.project.runs[0]
    shown = show(LossPlot(document, runner))
    assert shown.losses.chart.view_places()[0] == (0.5, 60.5)
    assert make.drawn(shown.losses.older.training[1])[0][-1] == 60
    shown.all_values.setChecked(True)
    shown.draw()
    assert shown.losses.chart.view_places()[1][1] > 3, "the third run begins at 3"


def test_a_mark_stands_where_the_training_stands_in_its_past(make, runner, show):
    shown = show(LossPlot(several(make, runner), runner))
    assert not shown.losses.here.isVisible()
    runner.past.position, runner.past.rewound = 17, True
    runner.past.changed.emit()
    shown.draw()
    assert shown.losses.here.isVisible() and shown.losses.here.value() == 17
    assert shown.metrics.here.isVisible() and shown.metrics.here.value() == 17
    runner.past.position = 0
    shown.draw()
    assert shown.losses.here.value() == 0.5, "before the first batch is the left edge"
    runner.past.position, runner.past.rewound = 60, False
    shown.draw()
    assert not shown.losses.here.isVisible()
