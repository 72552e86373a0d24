"""Every number of the unrolled view agrees with the plain interpreter and autograd, both in float64."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPointF

from core.describe import number
from core.engine.reference import gradient_of
from gui.theme import theme
from gui.unroll import tips
from gui.unroll.numbers import LogScale, length
from tests.gui.unroll.conftest import SAMPLE, reference

EXAMPLES = ["digits-rows-elman", "digits-pixels-lstm", "digits-pixels-gru", "vowels-gru", "names-gru", "jordan", "copy-gru",
            "echo-delay", "co2-every-step", "weather", "adding-rnn", "iris-mlp"]  # fmt: skip


def gradients(run, layer, network) -> np.ndarray:
    """dL/dh of a layer; of the output, dL/d(sum)."""
    if layer.kind == "output":
        if (layer.id, None) in run.logits:
            return gradient_of(run.logits[layer.id, None]).numpy()
        return torch.cat([gradient_of(run.logits[layer.id, t]) for t in range(run.steps[layer.id])]).numpy()
    found = run.gradient(layer.id)
    return (found[:, 0] if found.dim() == 3 else found).numpy()


@pytest.mark.parametrize("example", EXAMPLES)
def test_values_gradients_and_words_of_an_example(make, example):
    hands = make(example)
    view = hands.view
    run, loss = reference(view.document)
    numbers, network = view.shown.numbers, hands.network
    assert numbers.trace is not None and numbers.sample == SAMPLE
    assert numbers.loss == pytest.approx(loss, rel=1e-9)
    rng = np.random.default_rng(0)
    for layer in network:
        row = view.layout_.unrolled.by_layer[layer.id]
        value = run.output(layer.id).detach()
        value = (value[:, 0] if value.dim() == 3 else value).numpy()
        felt = gradients(run, layer, network)
        # Padding is no part of the sample; what is computed there is nobody's business.
        valid = slice(0, row.valid)
        rows, back = numbers.rows(layer.id), numbers.gradient_rows(layer.id)
        np.testing.assert_allclose(rows[valid], value[valid], rtol=1e-9, atol=1e-12)
        if layer.kind != "input" or not view.document.project.dataset().inputs["x"].codes:
            np.testing.assert_allclose(back[valid], felt[valid], rtol=1e-8, atol=1e-13)
        parts = numbers.gradient_rows(layer.id, "direct") + numbers.gradient_rows(layer.id, "through")
        np.testing.assert_allclose(parts, back, rtol=1e-9, atol=1e-15)
        step = None if row.steps is None else int(rng.integers(row.valid))
        words = tips.cell(network, numbers, row, step)
        assert f"|h| = {number(float(np.linalg.norm(value[step or 0])))}" in words
        if layer.kind not in ("input", "embedding"):
            assert f" = {number(float(np.linalg.norm(felt[step or 0])))}" in words


def test_the_share_through_time_is_what_does_not_come_directly(make):
    hands = make("jordan")
    numbers, key = hands.view.shown.numbers, hands.id("Hidden")
    own = numbers.trace.layers[key]
    share = tips.through_share(numbers, key, 5)
    assert share == pytest.approx(float(own.through[5] @ own.total[5] / (own.total[5] @ own.total[5])), rel=1e-9)
    assert tips.through_share(numbers, key, 11) == pytest.approx(0.0, abs=1e-12)
    assert f"{share:.0%} through time" in hands.words(hands.cell("Hidden", 5))


def test_colours_of_gradients_are_their_place_between_powers_of_ten(make):
    hands = make()
    hands.view.commands["gradient"].trigger()
    numbers, scale = hands.view.shown.numbers, hands.view.shown.scale
    norms = numbers.norms(hands.id("Hidden"))
    assert 10.0**scale.low <= norms[norms > 0].max() <= 10.0**scale.high
    for step in (0, 3, 7):
        share = (np.log10(norms[step]) - scale.low) / (scale.high - scale.low)
        wanted = theme().sequential(share).getRgb()[:3]
        assert np.abs(np.array(hands.color(QPointF(hands.cell("Hidden", step)))) - wanted).max() <= 2


def test_arrows_take_the_gradient_that_goes_back_along_them(make):
    hands = make("jordan")
    hands.view.commands["gradient"].trigger()
    numbers = hands.view.shown.numbers
    copy = hands.copy("recurrent", 5)
    flow = numbers.trace.layers[hands.id("Hidden")].flows[copy.tie.key][5]
    assert numbers.flow(copy.tie, copy.target, copy.source) == flow
    assert f"goes back here: {number(float(flow))}" in hands.words(hands.middle(copy))
    hands.view.commands["direct"].trigger()
    hands.view.grab()
    levels, _ = hands.view.painting.arrows.levels(copy.tie)
    assert set(levels) == {-1}, "no arrow through time belongs to the direct part"


def test_without_a_trace_no_part_is_made_up(make):
    hands = make(heard=False)
    hands.view.runner.hear(trace=False)
    numbers = hands.view.shown.numbers
    assert numbers.gradient_rows(hands.id("Hidden"), "direct") is None
    assert numbers.gradient_rows(hands.id("Output")) is None
    assert "through time" not in tips.cell(hands.network, numbers, hands.row("Hidden"), 3)


def test_lengths_do_not_overflow_and_tell_what_is_not_finite():
    rows = np.array([[3e200, 4e200], [0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0], [3e-200, 4e-200]])
    found = length(rows)
    assert found[0] == pytest.approx(5e200) and found[1] == 0 and found[4] == pytest.approx(5e-200)
    assert np.isnan(found[2]) and np.isinf(found[3])
    shares = LogScale(-4, 0).shares(np.array([1.0, 1e-2, 1e-9, 0.0, np.nan]))
    assert shares[:4].tolist() == [1.0, 0.5, 0.0, -1.0] and np.isnan(shares[4])
