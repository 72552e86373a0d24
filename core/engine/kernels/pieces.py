"""What the kernels share: stretches of steps that fit the cache, and weight gradients as one product over all steps."""

from __future__ import annotations

from torch import Tensor

from core.engine.kernels.products import weight_gradient

_STRETCH = 1 << 16
"""Numbers per stretch: what is worked out for a stretch is still in the cache when its steps use it."""


def stretches(value: Tensor, numbers: int = _STRETCH) -> list[slice]:
    """The steps of (steps, batch, width) in pieces of so many numbers."""
    steps = len(value)
    size = max(1, numbers // max(1, value[0].numel()))
    return [slice(first, min(first + size, steps)) for first in range(0, steps, size)]


def over_steps(delta: Tensor, states: Tensor, start: Tensor) -> Tensor:
    """Sum over steps and samples of delta_t times h_{t-1}: the gradient of recurrent weights, (width, units)."""
    first = delta[0].t() @ start
    if len(delta) == 1:
        return first
    return first.add_(weight_gradient(delta[1:].flatten(0, 1), states[:-1].flatten(0, 1)))
