"""The gradient plot shows the rows of the run as colours, curves and sentences that agree with numpy."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from core.reports import GradientProfile
from gui.plots.gradient import GradientPlot
from gui.theme import theme

STEPS = 16


def falling(batch, rho=0.5):
    total = (1 + batch / 100) * rho ** np.arange(STEPS - 1, -1, -1.0)
    direct = np.zeros(STEPS)
    direct[-1] = total[-1]
    return total, direct


@pytest.fixture
def plot(make, runner, show):
    def built(rows=30, profile=None, layers=None, **size):
        profile = profile or (lambda batch: make.profile(*falling(batch)))
        runner.run = make.run(rows, gradients={"a": profile}, layers=layers or {"a": "hidden"}) if rows else None
        return show(GradientPlot(make.document(), runner), **size)

    return built


def test_it_says_what_to_do_and_why_there_is_nothing(plot, make):
    shown = plot(0)
    assert "Press Play" in shown.empty_text()
    shown.runner.run = make.run(5)
    assert "no layer of this network has a state" in shown.empty_text()


def test_the_controls_come_with_the_first_row(plot, make):
    shown = plot(0)
    assert not shown.part.isVisible()
    shown.runner.run = make.run(3, gradients={"a": lambda batch: make.profile(*falling(batch))}, layers={"a": "hidden"})
    shown.draw()
    assert shown.part.isVisible()


def test_the_heat_map_has_a_row_per_training_step_and_a_column_per_time_step(plot):
    shown = plot()
    rect = shown.heat.image.boundingRect()
    assert (rect.width(), rect.height()) == (STEPS, 30)
    assert shown.heat.image.mapRectToParent(rect).getRect() == (0.5, 0.0, STEPS, 30)
    values = shown.runner.run.gradients["a"]["total"]
    powers = np.log10(values)
    shade = shown.heat.shade
    assert (shade.low, shade.high) == (np.floor(powers.min()), np.ceil(powers.max()))
    index = np.clip((powers - shade.low) / (shade.high - shade.low) * 256, 0, 255).astype(int)
    np.testing.assert_array_equal(shown.heat.image.image, theme().sequential_table()[index])


def test_the_colour_bar_is_labelled_with_powers_of_ten(plot):
    shown = plot()
    for place, text in shown.colours.labels:
        assert float(text) == pytest.approx(10.0**place)
    assert shown.colours.specials[0][1] == "0"


def test_a_fixed_range_stays(plot, qtbot):
    shown = plot()
    assert not shown.range.low.isVisible()
    qtbot.mouseClick(shown.range.fixed, Qt.MouseButton.LeftButton, pos=QPoint(8, shown.range.fixed.height() // 2))
    shown.range.low.setValue(-3)
    shown.range.high.setValue(2)
    shown.draw()
    assert (shown.heat.shade.low, shown.heat.shade.high) == (-3, 2)
    shown.range.low.setValue(50)
    assert shown.range.low.value() < shown.range.high.value()


def test_the_curve_is_the_latest_profile_and_its_parts_can_be_told_apart(plot, make):
    shown = plot()
    total, _ = falling(30)
    x, y = make.drawn(shown.lines["total"])
    np.testing.assert_array_equal(x, np.arange(1, STEPS + 1))
    np.testing.assert_allclose(y, np.log10(total), rtol=1e-6)
    scale = shown.curve.y_scale
    assert [scale.value(p) for p in make.drawn(shown.lines["direct"])[1][:-1]] == [0.0] * (STEPS - 1)
    np.testing.assert_allclose(make.drawn(shown.lines["through"])[1][:-1], np.log10(total[:-1]), rtol=1e-5)
    shown.checks["direct"].setChecked(False)
    shown.draw()
    assert not shown.lines["direct"].curve.isVisible()
    assert shown.lines["through"].curve.isVisible()
    assert shown.checks["cell"].isHidden() and shown.part.findData("cell") < 0


def test_the_verdict_is_about_first_and_last_step(plot):
    shown = plot()
    assert "Vanishing: the gradient at the first step is 3.1e-5 of the last." in shown.words.text()
    assert pytest.approx(0.5**15, rel=0.02) == 3.1e-5
    assert "batch 30" in shown.words.text()


def test_the_crosshair_reads_a_cell_in_words(plot, make, qtbot):
    shown = plot()
    qtbot.mouseMove(shown.heat.viewport(), make.pixel(shown.heat, 4.0, 9.5))
    total, _ = falling(10)
    assert f"{total[3]:.1e}".replace("e-0", "e-") == "2.7e-4"
    assert shown.words.text() == "batch 10 · 2.7e-4 at t = 4 of 16, 4 orders below the last step"
    assert shown.curve.cross.value() == 4
    qtbot.mouseMove(shown.curve.viewport(), make.pixel(shown.curve, 16.0, 0.0))
    assert "1.3 at t = 16 of 16, the last step" in shown.words.text()
    assert "direct 1.3" in shown.words.text()
    qtbot.mouseMove(shown.curve.viewport(), QPoint(1, 1))
    assert "Vanishing" in shown.words.text()


def test_clicking_a_row_shows_the_profile_of_that_training_step_and_keeps_it(plot, make, qtbot):
    shown = plot()
    qtbot.mouseClick(shown.heat.viewport(), Qt.MouseButton.LeftButton, pos=make.pixel(shown.heat, 8.0, 4.5))
    shown.draw()
    assert shown.pinned == 5
    assert make.drawn(shown.row_line)[1].tolist() == [4.5, 4.5] and shown.row_line.curve.isVisible()
    np.testing.assert_allclose(make.drawn(shown.lines["total"])[1], np.log10(falling(5)[0]), rtol=1e-6)
    make.run(31, gradients={"a": lambda b: make.profile(*falling(b))}, run=shown.runner.run)
    shown.draw()
    assert shown.pinned == 5 and "batch 5" in shown.words.text()
    qtbot.mouseClick(shown.live, Qt.MouseButton.LeftButton)
    shown.draw()
    assert shown.pinned is None and not shown.row_line.curve.isVisible()
    np.testing.assert_allclose(make.drawn(shown.lines["total"])[1], np.log10(falling(31)[0]), rtol=1e-6)


def test_the_keyboard_walks_through_the_training_steps(plot):
    shown = plot()
    for key, batch in (("earlier", 29), ("earlier", 28), ("later", 29), ("later", 30), ("later", 30), ("latest", None)):
        shown.commands[key].trigger()
        shown.draw()
        assert shown.pinned == batch
    assert "batch 30" in shown.words.text()


def test_what_is_pointed_at_is_what_is_drawn_even_if_a_new_run_has_begun(plot, make, qtbot):
    shown = plot()
    shown.runner.run = make.run(2, gradients={"a": lambda batch: make.profile(*falling(batch, 0.9))})
    qtbot.mouseMove(shown.heat.viewport(), make.pixel(shown.heat, 6, 24.5))
    expected = falling(25)[0][5]
    assert "batch 25" in shown.words.text() and f"{expected:.2g} at t = 6" in shown.words.text()
    (question,) = shown.questions_here()
    assert question.asked.value == pytest.approx(expected)


def test_an_lstm_also_shows_its_cell(plot, make):
    shown = plot(profile=lambda b: make.profile(*falling(b), cell=3 * falling(b)[0]))
    assert not shown.checks["cell"].isHidden()
    np.testing.assert_allclose(make.drawn(shown.lines["cell"])[1], np.log10(3 * falling(30)[0]), rtol=1e-6)
    shown.part.setCurrentIndex(shown.part.findData("cell"))
    shown.draw()
    np.testing.assert_allclose(shown._shown.values, shown.runner.run.cells["a"]["cell"])


def test_a_cell_gradient_of_an_earlier_step_says_so(plot, make, qtbot):
    shown = plot(profile=lambda b: make.profile(*falling(b), cell=3 * falling(b)[0] if b % 8 == 1 else None))
    np.testing.assert_allclose(make.drawn(shown.lines["cell"])[1], np.log10(3 * falling(25)[0]), rtol=1e-6)
    qtbot.mouseMove(shown.curve.viewport(), make.pixel(shown.curve, 16.0, 0.0))
    assert shown.words.text().endswith("cell 3.8 (of batch 25)")
    assert 3 * falling(25)[0][-1] == pytest.approx(3.75)


def test_the_layer_is_chosen_by_the_name_it_has_now(plot, make, runner, show):
    runner.run = make.run(
        5,
        gradients={"a": lambda b: make.profile(*falling(b)), "b": lambda b: make.profile(*falling(b, 0.9))},
        layers={"a": "hidden", "b": "gone since"},
    )
    shown = show(GradientPlot(make.document(make.layer("a", "rnn", "renamed", units=3)), runner))
    assert [shown.layer.itemText(i) for i in range(2)] == ["renamed", "gone since"]
    shown.layer.setCurrentIndex(1)
    shown.draw()
    np.testing.assert_allclose(make.drawn(shown.lines["total"])[1], np.log10(falling(5, 0.9)[0]), rtol=1e-5)
    assert "Steady" in shown.words.text()


def test_nan_infinity_and_zero_have_colours_of_their_own_that_the_bar_names(plot, make):
    total = np.array([np.nan, np.inf, 0.0, 1e-5, 1.0], np.float32)
    shown = plot(3, profile=lambda b: GradientProfile(total, total, total))
    rows = shown.heat.image.image[0]
    table = shown.heat.shade.table()
    assert rows[0].tolist() == table[257].tolist() == list(theme().color("refused").getRgb()[:3])
    assert rows[1].tolist() == table[258].tolist()
    assert rows[2].tolist() == table[256].tolist()
    assert [text for _, text in shown.colours.specials] == ["0", "NaN", "∞"]
    assert "Not finite: the gradient is ∞ at t = 2 of 5." in shown.words.text()
    x = shown.lines["total"].edge.getData()[0]
    assert x.tolist() == [1.0, 2.0]
    shown.grab()


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf, 1e-45, 3e38])
def test_one_row_of_one_value_is_drawn(plot, make, value):
    shown = plot(1, profile=lambda b: make.profile([value]))
    shown.grab()
    assert "needs at least 2 time steps" in shown.words.text()


def test_thousands_of_rows_and_steps_are_reduced_to_pixels_and_no_nan_is_lost(plot, make):
    def long(batch):
        total = np.full(900, 0.1)
        if batch == 50:
            total[450] = np.nan
        return make.profile(total)

    shown = plot(300, profile=long, width=400)
    picture = shown.heat.image.image
    assert picture.shape[0] <= 300 and picture.shape[1] <= shown.heat.columns
    assert (picture == shown.heat.shade.table()[257]).all(axis=-1).sum() == 1


def test_zooming_into_many_rows_shows_them_one_by_one(plot, make):
    shown = plot(900, profile=lambda b: make.profile(*falling(b)))
    assert shown.heat.image.image.shape[0] <= shown.heat.rows < 900
    box = shown.heat.getPlotItem().getViewBox()
    box.setRange(xRange=(4.5, 8.5), yRange=(100, 120), padding=0)
    box.sigRangeChangedManually.emit([True, True])
    shown.draw()
    values = shown.runner.run.gradients["a"]["total"][100:120, 4:8]
    np.testing.assert_array_equal(shown.heat.image.image, shown.heat.shade.colors(values))
    rect = shown.heat.image.mapRectToParent(shown.heat.image.boundingRect())
    assert rect.getRect() == (4.5, 100, 4, 20)


def test_csv_holds_every_row_and_part(plot, tmp_path):
    shown = plot()
    shown.save_csv(tmp_path / "gradient.csv")
    with (tmp_path / "gradient.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    table = shown.runner.run.gradients["a"]
    assert len(rows) == 30
    read = np.array([[float(row[f"through t={t + 1}"]) for t in range(STEPS)] for row in rows])
    np.testing.assert_array_equal(read.astype(np.float32), table["through"])


def test_another_run_follows_the_latest_row_again(plot, make):
    shown = plot()
    shown.pinned = 3
    shown.runner.run = make.run(2, gradients={"z": lambda b: make.profile(*falling(b))}, layers={"z": "other"})
    shown.runner.run_started.emit(shown.runner.run)
    shown.draw()
    assert shown.pinned is None
    assert shown.layer.currentText() == "other"


def of_any_length(batch):
    return 6 + batch * 7 % 11


@pytest.fixture
def cut(plot, make):
    """Batches that were cut to their longest sample."""
    return lambda rows=30, **size: plot(
        rows,
        profile=lambda b: make.profile(falling(b)[0][: of_any_length(b)], cell=np.full(of_any_length(b), 0.5)),
        **size,
    )


def test_steps_that_a_batch_did_not_have_are_empty_and_hatched(cut):
    shown = cut()
    table, background = shown.runner.run.gradients["a"], theme().color("plot_background").getRgb()[:3]
    assert table["total"].shape == (30, STEPS)
    path = shown.heat.padding.path()
    for row in range(30):
        for step in range(STEPS):
            empty = step >= of_any_length(row + 1)
            assert (tuple(shown.heat.image.image[row, step]) == background) == empty
            assert path.contains(QPointF(step + 1, row + 0.5)) == empty
    assert [text for _, text in shown.colours.specials] == ["0"], "what is not there is not a number gone wrong"


def test_a_short_batch_is_judged_by_its_own_last_step(cut, make, qtbot):
    shown = cut()
    shown.pinned = 6  # 6 + 42 % 11 = 15 steps
    shown.draw()
    assert of_any_length(6) == 15
    total = falling(6)[0][:15]
    np.testing.assert_allclose(make.drawn(shown.lines["total"])[1], np.log10(total), rtol=1e-6)
    assert f"{total[0] / total[-1]:.1e}" == "6.1e-05" and "6.1e-5 of the last" in shown.words.text()
    qtbot.mouseMove(shown.heat.viewport(), make.pixel(shown.heat, 16.0, 5.5))
    assert shown.words.text() == "batch 6 · t = 16: the longest sample of this batch has 15 steps"
    qtbot.mouseMove(shown.heat.viewport(), make.pixel(shown.heat, 15.0, 5.5))
    assert "t = 15 of 15, the last step" in shown.words.text()
    qtbot.mouseMove(shown.curve.viewport(), make.pixel(shown.curve, 16.0, 0.0))
    assert "t = 15 of 15, the last step" in shown.words.text()


def test_the_file_leaves_steps_that_were_not_there_empty(cut, tmp_path):
    shown = cut()
    shown.save_csv(tmp_path / "gradient.csv")
    with (tmp_path / "gradient.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        told = [row[f"total t={t + 1}"] for t in range(STEPS)]
        steps = of_any_length(int(row["batch"]))
        assert all(told[:steps]) and told[steps:] == [""] * (STEPS - steps)


def test_many_short_batches_are_hatched_as_far_as_the_pixels_go(cut):
    shown = cut(900)
    picture, rows = shown.heat.image.image, shown.heat.rows
    assert len(picture) <= rows < 900
    starts = np.linspace(0, 900, rows + 1).astype(int)[:-1]
    lengths = np.array([of_any_length(batch) for batch in range(1, 901)])
    longest = np.maximum.reduceat(lengths, starts)
    background = theme().color("plot_background").getRgb()[:3]
    for row, last in enumerate(longest):
        assert all(tuple(cell) == background for cell in picture[row, last:])
        assert tuple(picture[row, last - 1]) != background
