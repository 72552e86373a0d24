"""Norms and ratios per layer are drawn on log axes and read out by name."""

from __future__ import annotations

import numpy as np
import pytest

from gui.plots.norms import NormsPlot

NORMS = {"a": lambda b: 1.0 / b, "b": lambda b: 100.0 / b}
RATIOS = {"a": lambda b: 2e-3 / b, "b": lambda b: 5e-4}


@pytest.fixture
def plot(make, runner, show):
    def built(rows=30, norms=NORMS, ratios=RATIOS):
        layers = {"a": "hidden", "b": "output"}
        runner.run = make.run(rows, norms=norms, ratios=ratios, layers=layers) if rows else None
        return show(NormsPlot(make.document(), runner))

    return built


def test_lines_are_the_columns(plot, make):
    shown = plot()
    run = shown.runner.run
    for panel, table in ((shown.norms, run.layer_gradient), (shown.ratios, run.update_ratio)):
        for line, key in zip(panel.lines, "ab"):
            np.testing.assert_allclose(make.drawn(line)[1], np.log10(table[key]))
        assert len(make.drawn(panel.lines[2])[0]) == 0


def test_the_guide_is_in_view_at_a_thousandth(plot):
    shown = plot()
    bottom, top = shown.ratios.chart.view_places()[1]
    assert shown.guide.value() == pytest.approx(-3)
    assert bottom < -3 < top


def test_bold_lines_are_averages_and_can_be_switched_off(plot, make):
    shown = plot()
    raw = shown.runner.run.layer_gradient["a"]
    weights = 0.7 ** np.arange(len(raw) - 1, -1, -1)
    assert 10 ** make.drawn(shown.norms.bold[0])[1][-1] == pytest.approx(float((weights * raw).sum() / weights.sum()))
    shown.smooth.setChecked(False)
    shown.draw()
    assert len(make.drawn(shown.norms.bold[0])[0]) == 0


def test_words_are_legend_and_reading(plot, make, qtbot):
    shown = plot()
    assert "batch 30" in shown.words.text()
    assert "hidden 0.033, 6.7e-5" in shown.words.text()
    qtbot.mouseMove(shown.norms.chart.viewport(), make.pixel(shown.norms.chart, 10, 0.5))
    assert "batch 10" in shown.words.text()
    assert "output 10, 5e-4" in shown.words.text()


def test_nan_zero_and_a_layer_that_is_missing_in_some_rows(plot, make):
    shown = plot(norms={"a": lambda b: [0.0, np.nan, np.inf, 1.0][b % 4], "b": lambda b: 1.0})
    shown.grab()
    places = make.drawn(shown.norms.lines[0])[1]
    scale = shown.norms.chart.y_scale
    assert [scale.value(p) if np.isfinite(p) else None for p in places[:4]] == [None, None, 1.0, 0.0]
    assert "Press Play" in plot(0).empty_text()


def test_only_one_of_both_measured(plot):
    shown = plot(ratios=None)
    shown.grab()
    assert not shown.empty_text()
    assert [name for name, _ in shown.table()] == [
        "gradient norm batch",
        "gradient norm hidden",
        "gradient norm output",
    ]
