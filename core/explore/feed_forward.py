"""A small network of dense layers, forward and backward, with every number kept: sums, values, errors, gradients.

The loss is the mean squared error over the outputs, so that dL/df = 2 (f - y) / outputs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from core.catalogue.spec import Choice
from core.explore.activations import value_and_slope


@dataclass
class SmallNetwork:
    """Weights (units, inputs) and biases (units,) of each layer, and the activation of each."""

    weights: list[np.ndarray]
    biases: list[np.ndarray]
    activations: list[Choice]

    @classmethod
    def drawn(cls, sizes: tuple[int, ...], hidden: str, output: str, seed: int) -> SmallNetwork:
        """Weights rounded to two digits, so that they can be checked by hand."""
        rng = np.random.default_rng(seed)
        weights = [np.round(rng.uniform(-1, 1, (b, a)) * 1.2, 2) for a, b in pairwise(sizes)]
        biases = [np.round(rng.uniform(-0.4, 0.4, b), 2) for b in sizes[1:]]
        names = [hidden] * (len(weights) - 1) + [output]
        return cls(weights, biases, [Choice(name) for name in names])

    @property
    def sizes(self) -> tuple[int, ...]:
        """Inputs, then the units of each layer."""
        return (self.weights[0].shape[1], *(len(b) for b in self.biases))

    def forward(self, x: np.ndarray) -> Pass:
        """Walk an input (inputs,) through."""
        values, sums, slopes = [np.asarray(x, float)], [], []
        for weight, bias, choice in zip(self.weights, self.biases, self.activations):
            sums.append(weight @ values[-1] + bias)
            said, steep = value_and_slope(choice, sums[-1])
            values.append(said)
            slopes.append(steep)
        return Pass(values, sums, slopes)

    def backward(self, walk: Pass, target: np.ndarray) -> None:
        """Fill in loss, dL/da, the errors dL/dz and the gradients of weights and biases."""
        outputs = walk.values[-1]
        walk.loss = float(np.mean((outputs - target) ** 2))
        error = 2 * (outputs - target) / len(outputs)
        walk.value_gradients, walk.errors, walk.weight_gradients = [error], [], []
        for weight, slope, below in zip(reversed(self.weights), reversed(walk.slopes), reversed(walk.values[:-1])):
            delta = error * slope
            walk.errors.insert(0, delta)
            walk.weight_gradients.insert(0, np.outer(delta, below))
            error = weight.T @ delta
            walk.value_gradients.insert(0, error)

    def stepped(self, walk: Pass, lr: float) -> SmallNetwork:
        """The network after one step of gradient descent."""
        weights = [w - lr * g for w, g in zip(self.weights, walk.weight_gradients)]
        biases = [b - lr * e for b, e in zip(self.biases, walk.errors)]
        return SmallNetwork(weights, biases, self.activations)


@dataclass
class Pass:
    """What one sample left behind on its way through."""

    values: list[np.ndarray]
    """The input, then the value of each layer."""
    sums: list[np.ndarray]
    """z of each layer."""
    slopes: list[np.ndarray]
    """f'(z) of each layer."""
    loss: float = 0.0
    value_gradients: list[np.ndarray] = field(default_factory=list)
    """dL/da of the input and of each layer."""
    errors: list[np.ndarray] = field(default_factory=list)
    """dL/dz of each layer."""
    weight_gradients: list[np.ndarray] = field(default_factory=list)
    """dL/dW of each layer."""
