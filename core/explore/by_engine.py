"""Entries without mathematics of their own in this folder are computed by what trains them, so that an explorer shows
every entry of a catalogue from the day it is declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from core.catalogue.losses import LOSSES, LossSpec
from core.catalogue.spec import Choice


def activation(choice: Choice, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(f(z), f'(z)) by automatic differentiation in 64 bit."""
    from core.engine import activations
    from core.engine.derivatives import derivatives

    value, slope = derivatives(activations.activation(choice), z, order=1)
    return value, slope


def loss(choice: Choice, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(loss, slope, curvature) of each residual (regression) or margin (two classes), by automatic differentiation."""
    from core.engine.derivatives import derivatives
    from core.engine.losses import each_alone

    spec = LOSSES[choice.key]
    assert isinstance(spec, LossSpec)
    value, slope, curvature = derivatives(each_alone(choice, margin=spec.family != "Regression"), x, order=2)
    return value, slope, curvature


def optimizer_step(memory: dict[str, Any], choice: Choice, theta: np.ndarray, g: np.ndarray) -> np.ndarray:
    """What the optimizer adds to ``theta`` for the gradient ``g``; ``memory`` keeps it from step to step."""
    from core.engine.optimizers import Stepper

    stepper: Callable[[np.ndarray, np.ndarray], np.ndarray] = memory.setdefault("stepper", Stepper(choice, theta.shape))
    return stepper(theta, g)
