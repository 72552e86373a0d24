"""Why this number? In the explorers that walk: asked with the mouse, compared with torch in 64 bit."""

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.formula import svg
from gui.explorers.backprop import BackpropExplorer
from gui.explorers.feed_forward import FeedForwardExplorer
from gui.explorers.neuron import NeuronExplorer
from gui.explorers.optimizer_race import OptimizerRace
from gui.explorers.recurrent_step import RecurrentStepExplorer
from tests.gui.test_why_everywhere import at, choose, open_menu_at, open_menu_over, opened_menu

LEFT = Qt.MouseButton.LeftButton


def heard(explorer):
    asked = []
    explorer.document.asked.connect(asked.append)
    return asked


def readable(one):
    return all("<svg" in svg(line) for line in (*one.symbols, *one.numbers))


def ask_neuron(picture, layer, unit, words):
    """The right button on a neuron of a small network."""
    place = picture.place(layer, unit).toPoint()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, picture.mapToGlobal(place))
    QApplication.sendEvent(picture, event)
    choose(opened_menu(), words)


def small(network, inputs):
    """The same in torch: (values, weights), the values of each layer."""
    values = [torch.tensor(inputs, dtype=torch.float64, requires_grad=True)]
    for weight, bias, said in zip(network.weights, network.biases, (torch.tanh, torch.sigmoid), strict=True):
        values.append(said(torch.tensor(weight) @ values[-1] + torch.tensor(bias)))
    return values


def test_a_pixel_of_the_plane_of_a_neuron(show):
    explorer = show(NeuronExplorer)
    asked = heard(explorer)
    spot = at(explorer.plane, 1.2, -0.7)
    choose(open_menu_at(explorer.plane, spot))
    (one,) = asked
    x = [float(part) for part in one.title.values["x"].split(", ")]
    assert x == pytest.approx([1.2, -0.7], abs=0.1)
    layer = torch.nn.Linear(2, 1).double()
    with torch.no_grad():
        layer.weight[0] = torch.tensor([slider.value for slider in explorer.weights[:2]])
        layer.bias[0] = explorer.bias.value
        wanted = torch.tanh(layer(torch.tensor(x, dtype=torch.float64))).item()
    assert one.value == pytest.approx(wanted, abs=2e-3) and readable(one)


def test_neurons_of_the_feed_forward_network(show):
    explorer = show(FeedForwardExplorer)
    asked = heard(explorer)
    for _ in range(2):
        QTest.mouseClick(explorer.next, LEFT)
    places = [(layer, unit) for layer, size in enumerate((2, 3, 2)) for unit in range(size)]
    for layer, unit in places:
        ask_neuron(explorer.picture, layer, unit, "value")
    values = small(explorer.network, [slider.value for slider in explorer.inputs])
    assert len(asked) == len(places)
    for one, (layer, unit) in zip(asked, places, strict=True):
        assert one.value == pytest.approx(values[layer][unit].item(), rel=1e-9) and readable(one)
        assert layer == 0 or sum(term.contribution for term in one.terms) == pytest.approx(
            float(explorer.network.weights[layer - 1][unit] @ values[layer - 1].detach().numpy())
            + float(explorer.network.biases[layer - 1][unit])
        )


def test_gradients_of_the_network_that_learns(show):
    explorer = show(BackpropExplorer)
    asked = heard(explorer)
    places = [(layer, unit) for layer, size in enumerate((2, 3, 2)) for unit in range(size)]
    for layer, unit in places:
        ask_neuron(explorer.picture, layer, unit, "gradient")
    values = small(explorer.network, [slider.value for slider in explorer.inputs])
    target = torch.tensor([slider.value for slider in explorer.targets], dtype=torch.float64)
    gradients = torch.autograd.grad(torch.nn.functional.mse_loss(values[-1], target), values)
    assert len(asked) == len(places)
    for one, (layer, unit) in zip(asked, places, strict=True):
        assert one.value == pytest.approx(gradients[layer][unit].item(), rel=1e-9) and readable(one)
        if layer < 2:
            assert sum(term.contribution for term in one.terms) == pytest.approx(one.value)
            deltas = [term.about.make() for term in one.terms]  # where a click on each term leads
            behind = [delta.terms[0].about.make().value for delta in deltas]
            np.testing.assert_allclose(behind, gradients[layer + 1].numpy(), rtol=1e-9)


def settled(chart):
    """Its axis takes the room of its numbers when it is painted, which moves what is right of it."""
    before = None
    while before != (before := chart.getPlotItem().getViewBox().sceneBoundingRect()):
        chart.grab()
        QApplication.processEvents()


def test_the_race_explains_a_height_and_any_step_of_the_past(show):
    explorer = show(OptimizerRace)
    explorer.list.boxes["sgd"].click()
    explorer.list.boxes["rmsprop"].click()
    assert list(explorer.race.racers) == ["adam"]
    for _ in range(6):
        QTest.mouseClick(explorer.one, LEFT)
    asked = heard(explorer)
    settled(explorer.losses)
    choose(open_menu_over(explorer.losses, 3, explorer.race.racers["adam"].losses[3]))
    choose(open_menu_over(explorer.map, -2.0, 1.0))
    loss, height = asked
    theta = torch.tensor(explorer.surface.start, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([theta], lr=0.1)

    def ravine(place):
        return 0.05 * place[0] ** 2 + 2 * place[1] ** 2

    steps = loss.title.values["n"]
    assert steps == 3
    for _ in range(steps):
        before = theta.detach().clone()
        adam.zero_grad()
        ravine(theta).backward()
        adam.step()
    assert loss.value == pytest.approx(ravine(theta).item(), rel=1e-6)
    for term, now, change in zip(loss.terms, theta.tolist(), (theta.detach() - before).tolist(), strict=True):
        assert term.value == pytest.approx(now, rel=1e-6)
        moved = term.about.make().terms[1]  # a click on the weight, then one on what the step adds
        assert moved.about.make().value == moved.value == pytest.approx(change, rel=1e-6)
    x, y = (float(height.title.values[name]) for name in "xy")
    assert height.value == pytest.approx(ravine((x, y)), abs=2e-3)
    assert readable(loss) and readable(height)


def test_the_gradient_on_its_way_back_through_a_cell(show):
    explorer = show(RecurrentStepExplorer)
    asked = heard(explorer)
    cell = explorer.cell()
    found = explorer.walk(cell)
    choose(open_menu_over(explorer.profile, 20, found.profile[19]))
    (one,) = asked
    h = torch.zeros(cell.units, dtype=torch.float64)
    states = []
    for x in torch.tensor(found.x):
        h = torch.tanh(torch.tensor(cell.weight_ih) @ x + torch.tensor(cell.weight_hh) @ h)
        h.retain_grad() if h.requires_grad else h.requires_grad_()
        states.append(h)
    (h.square().sum() / 2).backward()
    step = one.title.values["step"]
    assert step == 20 and readable(one)
    assert one.value == pytest.approx(float(np.linalg.norm(states[step - 1].grad.numpy())), rel=1e-9)
