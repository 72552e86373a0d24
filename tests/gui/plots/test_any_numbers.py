"""Whatever numbers a run holds, the plots draw them without a crash or a warning, and words never hide a NaN."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.reports import Evaluation, GradientProfile
from core.runs import Run
from gui.plots.gradient import GradientPlot
from gui.plots.loss import LossPlot
from gui.plots.norms import NormsPlot
from gui.plots.output import OutputView

SPECIAL = st.sampled_from([0.0, -0.0, np.nan, np.inf, -np.inf, 1e300, -1e300, 1e308, 5e-324, 1e-310, 1.0])
ANY = st.floats(width=64) | SPECIAL
ANY32 = st.floats(width=32) | st.sampled_from([0.0, np.nan, np.inf, 3e38, 1e-45])
FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FEW
@given(st.lists(ANY, min_size=1, max_size=40), st.booleans(), st.booleans(), st.integers(0, 99))
def test_loss(qapp, make, values, log, everything, smoothing):
    runner = make.runner()
    plot = LossPlot(make.document(), runner)
    plot.resize(500, 260)
    plot.log.setChecked(log)
    plot.all_values.setChecked(everything)
    plot.smoothing.setValue(smoothing)
    runner.run = make.run(loss=values, per_epoch=3)
    plot.draw()
    plot.grab()
    finite = [v for v in values if abs(v) <= 1e300]
    marks, dots = plot.losses.raw.edge.getData()[0], make.drawn(plot.losses.raw)[1]
    assert np.isfinite(dots).any() or len(marks), "something is always drawn"
    if len(finite) < len(values):
        assert len(marks), "what has no place is marked"
    if not np.isfinite(values[-1]):
        assert ("NaN" if np.isnan(values[-1]) else "∞") in plot.words.text()
    plot.deleteLater()


@FEW
@given(arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(1, 9)), elements=ANY32), st.booleans())
def test_gradient(qapp, make, rows, fixed):
    rows = np.abs(rows)
    runner = make.runner()
    plot = GradientPlot(make.document(), runner)
    plot.resize(600, 260)
    plot.range.fixed.setChecked(fixed)
    runner.run = make.run(len(rows), gradients={"a": lambda b: GradientProfile(*[rows[b - 1]] * 4)})
    plot.draw()
    plot.grab()
    shade = plot.heat.shade
    red = (plot.heat.image.image == shade.table()[257]).all(axis=-1)
    np.testing.assert_array_equal(red, np.isnan(rows))
    if rows.shape[1] > 1 and not np.isfinite(rows[-1]).all():
        assert "Not finite" in plot.words.text()
    for step in range(rows.shape[1]):
        plot.heat.pointer = (step + 1.0, 0.5)
        plot.heat.repeat_hover()
        assert f"t = {step + 1} of {rows.shape[1]}" in plot.words.text()
    plot.deleteLater()


@FEW
@given(st.lists(ANY, min_size=1, max_size=30))
def test_norms(qapp, make, values):
    runner = make.runner()
    plot = NormsPlot(make.document(), runner)
    plot.resize(500, 260)
    runner.run = make.run(len(values), norms={"a": lambda b: values[b - 1]}, ratios={"b": lambda b: values[b - 1]})
    plot.draw()
    plot.grab()
    plot.deleteLater()


@pytest.mark.parametrize("key", ["digits", "sunspots", "diabetes", "spirals"])
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_outputs(qapp, make, key, data):
    from core.data.catalogue import DATASETS

    runner = make.runner()
    document = make.document(data=DATASETS.choose(key))
    dataset = document.project.dataset()
    samples = dataset.samples("validation")[:20]
    outputs = data.draw(arrays(np.float64, (len(samples), dataset.outputs), elements=ANY))
    runner.evaluation = Evaluation("validation", 0.0, {}, samples, outputs)
    runner.run = Run("r")
    plot = OutputView(document, runner)
    plot.resize(500, 260)
    plot.draw()
    plot.grab()
    assert plot.table()
    plot.deleteLater()
