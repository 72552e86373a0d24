"""Every activation, value and derivative, against closed forms in 64 bit on random and extreme inputs."""

import math

import numpy as np
import pytest
import torch

from core.catalogue.registry import catalogue
from core.engine.activations import activation

ACTIVATIONS = catalogue("activations")
EXTREME = [0.0, -0.0, 1.0, -1.0, 3.0, -3.0, 30.0, -30.0, 1e4, -1e4, 1e-9, -1e-9]
INPUTS = np.concatenate([EXTREME, np.random.default_rng(7).normal(0, 3, 40)])


def sigmoid(z):
    return np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))


def softplus(z):
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def normal_below(z):
    return np.array([math.erfc(-v / math.sqrt(2)) / 2 for v in z])


def normal_density(z):
    return np.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def tanh_gelu(z):
    return math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)


def decay(z):
    return np.exp(np.minimum(z, 0))


SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772
# The value and the derivative by entry; where a function has a corner, the derivative is the one that the entry takes.
CLOSED = {
    "identity": (lambda z: z, np.ones_like),
    "step": (lambda z: (z >= 0) * 1.0, lambda z: (np.abs(z) <= 1) * 1.0),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * sigmoid(-z)),
    "hard_sigmoid": (lambda z: np.clip((z + 3) / 6, 0, 1), lambda z: (np.abs(z) < 3) / 6),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "hard_tanh": (lambda z: np.clip(z, -1, 1), lambda z: (np.abs(z) < 1) * 1.0),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
    "leaky_relu": (lambda z: np.where(z > 0, z, 0.01 * z), lambda z: np.where(z > 0, 1, 0.01)),
    "prelu": (lambda z: np.where(z > 0, z, 0.25 * z), lambda z: np.where(z > 0, 1, 0.25)),
    "elu": (lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))), lambda z: np.where(z > 0, 1, decay(z))),
    "selu": (
        lambda z: SCALE * np.where(z > 0, z, ALPHA * np.expm1(np.minimum(z, 0))),
        lambda z: SCALE * np.where(z > 0, 1, ALPHA * decay(z)),
    ),
    "gelu": (lambda z: z * normal_below(z), lambda z: normal_below(z) + z * normal_density(z)),
    "silu": (lambda z: z * sigmoid(z), lambda z: sigmoid(z) * (1 + z * sigmoid(-z))),
    "softplus": (softplus, sigmoid),
    "softsign": (lambda z: z / (1 + np.abs(z)), lambda z: 1 / (1 + np.abs(z)) ** 2),
    "mish": (
        lambda z: z * np.tanh(softplus(z)),
        lambda z: np.tanh(softplus(z)) + z * sigmoid(z) * (1 - np.tanh(softplus(z)) ** 2),
    ),
}


def measured(key, inputs, upstream=None, **values):
    """Value and derivative by torch, in 64 bit."""
    z = torch.tensor(inputs, dtype=torch.float64, requires_grad=True)
    function = activation(ACTIVATIONS.choose(key, **values))
    slope = (torch.tensor([values.get("slope", 0.25)], dtype=torch.float64),) if key == "prelu" else ()
    y = function(z, *slope)
    y.backward(torch.ones_like(y) if upstream is None else torch.tensor(upstream))
    return y.detach().numpy(), z.grad.numpy()


@pytest.mark.parametrize("key", list(CLOSED))
def test_value_and_derivative_agree_with_the_closed_form(key):
    value, derivative = measured(key, INPUTS)
    f, slope = CLOSED[key]
    np.testing.assert_allclose(value, f(INPUTS), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(derivative, slope(INPUTS), rtol=1e-8, atol=1e-12)


def test_every_entry_is_checked():
    assert {*CLOSED, "softmax", "log_softmax"} == set(ACTIVATIONS)


ROWS = np.array([[0.0, 0.0, 0.0], [1e4, -1e4, 0.0], [1e4, 1e4, 1e4 - 1], [-1e4, -1e4, -1e4], [0.3, -2.0, 1.7]])


def test_softmax_agrees_with_its_closed_form_and_jacobian():
    upstream = np.random.default_rng(1).normal(size=ROWS.shape)
    value, gradient = measured("softmax", ROWS, upstream)
    shifted = np.exp(ROWS - ROWS.max(axis=1, keepdims=True))
    shares = shifted / shifted.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(value, shares, rtol=1e-12)
    for row, p in enumerate(shares):
        jacobian = np.diag(p) - np.outer(p, p)
        np.testing.assert_allclose(gradient[row], jacobian @ upstream[row], rtol=1e-9, atol=1e-15)


def test_log_softmax_agrees_with_its_closed_form_and_jacobian():
    upstream = np.random.default_rng(2).normal(size=ROWS.shape)
    value, gradient = measured("log_softmax", ROWS, upstream)
    top = ROWS.max(axis=1, keepdims=True)
    logs = ROWS - top - np.log(np.exp(ROWS - top).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(value, logs, rtol=1e-12)
    for row, p in enumerate(np.exp(logs)):
        np.testing.assert_allclose(gradient[row], upstream[row] - p * upstream[row].sum(), rtol=1e-9, atol=1e-15)


def test_parameters_reach_the_function():
    z = np.array([-2.0, 0.5, 2.0])
    assert measured("leaky_relu", z, negative_slope=0.3)[0].tolist() == pytest.approx([-0.6, 0.5, 2.0])
    assert measured("elu", z, alpha=2.0)[0][0] == pytest.approx(2 * math.expm1(-2))
    assert measured("softplus", z, beta=4.0)[0][1] == pytest.approx(math.log1p(math.exp(2)) / 4)
    assert measured("gelu", z, approximate="tanh")[0] == pytest.approx(z / 2 * (1 + np.tanh(tanh_gelu(z))))


def test_the_window_of_the_step_decides_where_its_gradient_passes():
    z = np.array([-5.0, -0.5, 0.0, 0.5, 5.0])
    assert measured("step", z, window=0.4)[1].tolist() == [0, 0, 1, 0, 0]
    assert measured("step", z, window=0.0)[1].tolist() == [1, 1, 1, 1, 1]


def test_the_slope_of_prelu_is_learned():
    slope = torch.tensor([0.25], requires_grad=True)
    activation(ACTIVATIONS.choose("prelu"))(torch.tensor([-2.0, 3.0, -1.0]), slope).sum().backward()
    assert slope.grad.item() == pytest.approx(-3.0)
