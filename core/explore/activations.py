"""The activations and their slopes as plain functions of one number, for curves and for numbers in formulas."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from core.catalogue.activations import ACTIVATIONS
from core.catalogue.spec import Choice
from core.explore import by_engine

_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
_erf = np.vectorize(math.erf, otypes=[float])
SCALAR = tuple(key for key, spec in ACTIVATIONS.items() if "vector" not in spec.tags)
"""The activations that look at one sum alone."""

REACH = 6.0
"""How far to both sides of 0 an activation is drawn."""
SATURATED = 0.05
"""A slope below this share of the steepest one counts as saturated."""

Pair = tuple[np.ndarray, np.ndarray]


def value_and_slope(choice: Choice, z: np.ndarray | float) -> Pair:
    """(f(z), f'(z)) in 64 bit. At a corner the slope is the one that training uses; that of the step is its estimate."""
    complete = ACTIVATIONS.complete(choice)
    z = np.asarray(z, dtype=float)
    pair = _PAIRS.get(choice.key)
    value, slope = by_engine.activation(complete, z) if pair is None else pair(z, **complete.values)
    return np.asarray(value, float), np.asarray(slope, float) + np.zeros_like(value)


def value(choice: Choice, z: np.ndarray | float) -> np.ndarray:
    """f(z)."""
    return value_and_slope(choice, z)[0]


def slope(choice: Choice, z: np.ndarray | float) -> np.ndarray:
    """f'(z)."""
    return value_and_slope(choice, z)[1]


def places() -> np.ndarray:
    """Where an activation is drawn, (n,)."""
    return np.linspace(-REACH, REACH, 601)


def steepest(choice: Choice) -> tuple[float, float]:
    """The steepest slope of all that is drawn, and where it is."""
    z = places()
    steep = np.abs(slope(choice, z))
    at = int(steep.argmax())
    return float(steep[at]), float(z[at])


def chain(choice: Choice, weight: float, start: float, length: int) -> np.ndarray:
    """|gradient| behind 0, 1, ... ``length`` of them in a row, each fed with ``weight`` times the one before; (length + 1,)."""
    found, state = [1.0], start
    for _ in range(length):
        said, steep = value_and_slope(choice, state)
        found.append(found[-1] * abs(weight * float(steep)))
        state = weight * float(said)
    return np.array(found)


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return np.asarray((1 + np.tanh(z / 2)) / 2)


def _softplus(z: np.ndarray) -> np.ndarray:
    return np.asarray(np.logaddexp(0, z))


def _step(z: np.ndarray, window: float) -> Pair:
    return (z >= 0) * 1.0, ((np.abs(z) <= window) | (window == 0)) * 1.0


def _logistic(z: np.ndarray) -> Pair:
    s = _sigmoid(z)
    return s, s * _sigmoid(-z)


def _tanh(z: np.ndarray) -> Pair:
    return np.tanh(z), 1 - np.tanh(z) ** 2


def _leaky(z: np.ndarray, negative_slope: float) -> Pair:
    return np.where(z > 0, z, negative_slope * z), np.where(z > 0, 1.0, negative_slope)


def _elu(z: np.ndarray, alpha: float, scale: float = 1.0) -> Pair:
    low = np.minimum(z, 0)
    return scale * np.where(z > 0, z, alpha * np.expm1(low)), scale * np.where(z > 0, 1.0, alpha * np.exp(low))


def _gelu(z: np.ndarray, approximate: str) -> Pair:
    if approximate == "tanh":
        inner = math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)
        t = np.tanh(inner)
        steep = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * z**2)
        return z / 2 * (1 + t), (1 + t) / 2 + z / 2 * (1 - t**2) * steep
    below = (1 + _erf(z / math.sqrt(2))) / 2
    return z * below, below + z * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _silu(z: np.ndarray) -> Pair:
    s = _sigmoid(z)
    return z * s, s * (1 + z * _sigmoid(-z))


def _smooth(z: np.ndarray, beta: float) -> Pair:
    return _softplus(beta * z) / beta, _sigmoid(beta * z)


def _mish(z: np.ndarray) -> Pair:
    t = np.tanh(_softplus(z))
    return z * t, t + z * _sigmoid(z) * (1 - t**2)


_PAIRS: dict[str, Callable[..., tuple[object, object]]] = {
    "identity": lambda z: (z, np.ones_like(z)),
    "step": _step,
    "sigmoid": _logistic,
    "hard_sigmoid": lambda z: (np.clip((z + 3) / 6, 0, 1), (np.abs(z) < 3) / 6),
    "tanh": _tanh,
    "hard_tanh": lambda z: (np.clip(z, -1, 1), (np.abs(z) < 1) * 1.0),
    "relu": lambda z: (np.maximum(z, 0), (z > 0) * 1.0),
    "leaky_relu": _leaky,
    "prelu": lambda z, slope: _leaky(z, slope),
    "elu": _elu,
    "selu": lambda z: _elu(z, _SELU_ALPHA, _SELU_SCALE),
    "gelu": _gelu,
    "silu": _silu,
    "softplus": _smooth,
    "softsign": lambda z: (z / (1 + np.abs(z)), 1 / (1 + np.abs(z)) ** 2),
    "mish": _mish,
}
