"""The explorers' plain mathematics against the engine and torch's autograd, in 64 bit."""

import numpy as np
import pytest
import torch

from core.catalogue.activations import ACTIVATIONS
from core.catalogue.losses import LOSSES
from core.catalogue.spec import Choice
from core.data.dataset import Dataset, Field
from core.engine.activations import activation
from core.engine.losses import loss_function
from core.explore import activations, cells, feed_forward, losses, surfaces
from core.reports import Evaluation


@pytest.mark.parametrize("key", activations.SCALAR)
def test_values_and_slopes_of_activations(key):
    points = np.concatenate([np.linspace(-7, 7, 61), [0.0, 1e4, -1e4]])
    z = torch.tensor(points, requires_grad=True)
    slope = (torch.tensor([0.25], dtype=torch.float64),) if key == "prelu" else ()
    said = activation(ACTIVATIONS.choose(key))(z, *slope)
    said.sum().backward()
    value, steep = activations.value_and_slope(Choice(key), points)
    np.testing.assert_allclose(value, said.detach().numpy(), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(steep, z.grad.numpy(), rtol=1e-7, atol=1e-9)


def test_a_chain_multiplies_the_slopes():
    z = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    state = z
    for _ in range(5):
        state = 1.3 * torch.tanh(state)
    state.backward()
    assert activations.chain(Choice("tanh"), 1.3, 0.7, 5)[-1] == pytest.approx(abs(z.grad.item()))


def data(values, codes):
    field = Field(np.asarray(values, np.float32), classes=("a", "b") if codes else (), codes=codes)
    return Dataset("d", "D", "classification" if codes else "regression", {"x": field}, field, {"train": np.arange(1)})


@pytest.mark.parametrize("key", list(LOSSES))
def test_slopes_and_curvatures_of_losses(key):
    points = np.array([-2.4, -0.6, -0.1, 0.3, 0.9, 1.7, 4.0])
    found = losses.curves(Choice(key), points)
    for place, at in enumerate(points):
        x = torch.tensor([[at]], dtype=torch.float64, requires_grad=True)
        if losses.axis_of(key) == "residual":
            y = 3.0 if key == "poisson" else 0.0
            loss = loss_function(LOSSES.choose(key), Choice("identity"), data([[y]], False))
            result = loss(x + y, x + y, torch.tensor([[y]], dtype=torch.float64), None, None)
        else:
            loss = loss_function(LOSSES.choose(key), Choice("identity"), data([[1.0]], True))
            result = loss(x, x, torch.tensor([[1.0]], dtype=torch.float64), None, None)
        (slope,) = torch.autograd.grad(result, x, create_graph=True)
        assert found.loss[place] == pytest.approx(result.item(), rel=1e-9)
        assert found.slope[place] == pytest.approx(slope.item(), rel=1e-9)
        if slope.requires_grad and key not in ("rmse", "quantile", "mbe"):
            (bend,) = torch.autograd.grad(slope, x, allow_unused=True)
            assert found.curvature[place] == pytest.approx(0.0 if bend is None else bend.item(), rel=1e-7, abs=1e-12)


def test_total_and_pulls_of_a_batch():
    d = np.array([0.5, -1.0, 4.0])
    x = torch.tensor(d[:, None], requires_grad=True)
    for key in ("mse", "rmse", "huber"):
        loss = loss_function(LOSSES.choose(key), Choice("identity"), data([[0.0]], False))
        result = loss(x, x, torch.zeros(3, 1, dtype=torch.float64), None, None)
        (slope,) = torch.autograd.grad(result, x)
        assert losses.total(Choice(key), d) == pytest.approx(result.item())
        np.testing.assert_allclose(losses.pulls(Choice(key), d), slope[:, 0].numpy())


def test_residuals_and_margins_of_an_evaluation():
    evaluation = Evaluation("validation", 0.0, {}, np.array([1, 0]), np.array([[0.25], [0.5]]))
    numbers = data([[1.0], [2.0]], False)
    assert losses.of_evaluation(evaluation, numbers, "residual").tolist() == [-1.75, -0.5]
    assert losses.of_evaluation(evaluation, numbers, "margin") is None
    shares = Evaluation("validation", 0.0, {}, np.array([0, 1]), np.array([[0.8, 0.2], [0.6, 0.4]]))
    np.testing.assert_allclose(
        losses.of_evaluation(shares, data([[0.0], [1.0]], True), "margin"), [np.log(4), np.log(2 / 3)]
    )


def test_back_propagation_agrees_with_autograd():
    network = feed_forward.SmallNetwork.drawn((2, 3, 2), "tanh", "sigmoid", 4)
    x, y = np.array([0.7, -0.4]), np.array([1.0, 0.0])
    walk = network.forward(x)
    network.backward(walk, y)
    weights = [torch.tensor(w, requires_grad=True) for w in network.weights]
    biases = [torch.tensor(b, requires_grad=True) for b in network.biases]
    hidden = torch.tanh(weights[0] @ torch.tensor(x) + biases[0])
    loss = ((torch.sigmoid(weights[1] @ hidden + biases[1]) - torch.tensor(y)) ** 2).mean()
    loss.backward()
    assert walk.loss == pytest.approx(loss.item())
    for ours, theirs in zip(walk.weight_gradients + walk.errors, weights + biases):
        np.testing.assert_allclose(ours, theirs.grad.numpy(), rtol=1e-12)
    after = network.stepped(walk, 0.5)
    np.testing.assert_allclose(after.weights[0], (weights[0] - 0.5 * weights[0].grad).detach().numpy())


@pytest.mark.parametrize("kind", ["elman", "lstm", "gru"])
@pytest.mark.parametrize("size", [0.5, 1.0, 1.6])
def test_cells_agree_with_torch_forward_and_backward(kind, size):
    cell = cells.make_cell(kind, 4, size, seed=2)
    x = np.sin(np.arange(9.0))[:, None]
    walk = cells.walk(cell, x)
    step = {"elman": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}[kind](1, 4).double()
    with torch.no_grad():
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            getattr(step, name).copy_(torch.tensor(getattr(cell, name)))
    h = c = torch.zeros(1, 4, dtype=torch.float64)
    states, cell_states = [], []
    for value in x:
        given = torch.tensor(value)[None]
        if kind == "lstm":
            h, c = step(given, (h, c))
            c.retain_grad()
            cell_states.append(c)
        else:
            h = step(given, h)
        h.retain_grad()
        states.append(h)
    (states[-1].square().sum() / 2).backward()
    np.testing.assert_allclose(walk.parts["h"], torch.cat(states).detach().numpy(), rtol=1e-10)
    np.testing.assert_allclose(walk.gradient, torch.cat([s.grad for s in states]).numpy(), rtol=1e-9, atol=1e-14)
    if kind == "lstm":
        np.testing.assert_allclose(walk.parts["c"], torch.cat(cell_states).detach().numpy(), rtol=1e-10)
        # Before the last step, what arrives at c_t through h_t is part of dL/dc_t as well.
        np.testing.assert_allclose(
            walk.cell_gradient, torch.cat([s.grad for s in cell_states]).numpy(), rtol=1e-9, atol=1e-14
        )


def test_a_linear_reach_is_predicted_exactly_near_zero():
    cell = cells.make_cell("elman", 3, 0.9, seed=0)
    walk = cells.walk(cell, np.full((12, 1), 1e-7))
    np.testing.assert_allclose(walk.profile, cells.predicted(cell, walk), rtol=1e-5)
    np.testing.assert_allclose(walk.profile, walk.profile[-1] * 0.9 ** np.arange(11, -1, -1.0), rtol=1e-5)


def test_gates_foretell_the_gradient_of_a_cell_without_recurrent_weights():
    for kind, profile in (("lstm", "cell_profile"), ("gru", "profile")):
        cell = cells.make_cell(kind, 3, 0.0, seed=0, forget_bias=2.0)
        walk = cells.walk(cell, np.zeros((10, 1)) + 1e-9)
        np.testing.assert_allclose(getattr(walk, profile), cells.predicted(cell, walk), rtol=1e-6)


@pytest.mark.parametrize("key", list(surfaces.SURFACES))
def test_slopes_of_surfaces(key):
    surface = surfaces.SURFACES[key]
    for theta in ([0.3, -0.7], [-1.2, 1.1], list(surface.start)):
        at = np.array(theta)
        steps = np.eye(2) * 1e-5
        numeric = [(surface.loss(at + s) - surface.loss(at - s)) / 2e-5 for s in steps]
        np.testing.assert_allclose(surface.slope(*theta), numeric, rtol=1e-6, atol=1e-8)
    if surface.lowest:
        np.testing.assert_allclose(surface.slope(*surface.lowest), 0, atol=1e-12)


def test_noise_is_the_same_for_every_racer():
    noisy = surfaces.SURFACES["noisy"]
    one, two = noisy.gradient(np.zeros(2), 4), noisy.gradient(np.zeros(2), 4)
    assert np.array_equal(one, two)
    assert one.any()
    assert not np.array_equal(one, noisy.gradient(np.zeros(2), 5))
