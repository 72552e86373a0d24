"""Why this number? Of the curves of the explorers, against float64 autograd; the answer stands in the main window."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.explore import losses
from core.explore.activations import chain
from core.formula import svg
from core.why.numbers import Aggregate
from gui.explorers.activation import ActivationExplorer
from gui.explorers.loss_lab import LossLab
from tests.gui.test_main_window import window  # noqa: F401 - window is a fixture
from tests.gui.test_why_everywhere import choose, open_menu_at, open_menu_over, why

TORCH = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "gelu": torch.nn.functional.gelu,
    "silu": torch.nn.functional.silu,
}


@pytest.fixture
def heard():
    """What an explorer asks."""

    def listening(explorer):
        asked = []
        explorer.document.asked.connect(asked.append)
        return asked

    return listening


@pytest.mark.parametrize("key", TORCH)
def test_value_slope_and_chain_of_an_activation(show, heard, key):
    explorer = show(ActivationExplorer)
    explorer.show_entry(key)
    asked = heard(explorer)
    for chart, words in ((explorer.curve, "value"), (explorer.steep, "slope"), (explorer.fade, "left")):
        choose(open_menu_at(chart, chart.viewport().rect().center()), words)
    value, slope, left = asked
    z = torch.tensor(explorer.curve.pointed()[0] if explorer.curve.pointer else 0.0)
    places = [float(str(one.title).split("z = ")[1]) for one in (value, slope)]
    for one, place in zip((value, slope), places, strict=True):
        z = torch.tensor(place, dtype=torch.float64, requires_grad=True)
        f = TORCH[key](z)
        (steep,) = torch.autograd.grad(f, z)
        assert one.value == pytest.approx(float((f if one is value else steep).detach()), abs=2e-3)
        assert all("<svg" in svg(line) for line in (*one.symbols, *one.numbers))
    length = int(left.title.values["n"])
    wanted = chain(explorer._choices[key], explorer.weight.value, explorer.at.value, length)[-1]
    assert length > 1 and left.value == pytest.approx(wanted)


@pytest.mark.parametrize("key", ["mse", "huber", "cross_entropy", "hinge"])
def test_loss_slope_and_curvature(show, heard, key):
    explorer = show(LossLab)
    explorer.show_entry(key)
    asked = heard(explorer)
    for chart, words in zip(explorer.charts, ("loss", "slope", "curvature"), strict=True):
        here = losses.curves(explorer.choice, np.array([1.5]))[explorer.charts.index(chart)][0]
        choose(open_menu_over(chart, 1.5, here), words)
    functions = {
        "mse": lambda x: x**2,
        "huber": lambda x: torch.nn.functional.huber_loss(x, torch.zeros_like(x)),
        "cross_entropy": lambda x: torch.nn.functional.softplus(-x),
        "hinge": lambda x: torch.relu(1 - x),
    }
    for part, one in enumerate(asked):
        x = torch.tensor(float(one.title.values["x"]), dtype=torch.float64, requires_grad=True)
        loss = functions[key](x)
        (slope,) = torch.autograd.grad(loss, x, create_graph=True)
        curve = torch.autograd.grad(slope, x, allow_unused=True)[0] if slope.requires_grad else None
        true = (loss, slope, torch.zeros(()) if curve is None else curve)[part]
        assert one.value == pytest.approx(float(true.detach()), abs=2e-3), part
        assert all("<svg" in svg(line) for line in (*one.symbols, *one.numbers))


def test_the_answer_stands_in_the_main_window_by_key_too(qtbot, window):  # noqa: F811
    explorers = window.explorers.show("activation")
    explorer = explorers.explorer
    qtbot.waitUntil(lambda: explorer.isVisible() and explorer.curve.height() > 50)
    explorer.curve.setFocus()
    QTest.keyClick(explorer.curve, Qt.Key.Key_Right)
    explorers.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is explorers)
    QTest.keySequence(explorer.curve, "Alt+W")
    panel = why(window)
    qtbot.waitUntil(lambda: isinstance(panel.asking.number, Aggregate))
    assert panel.isVisible() and "tanh" in panel.title.text().lower()
    assert panel.value.text().startswith("= ") and panel.asking.answer.symbols
    explorers.close()
