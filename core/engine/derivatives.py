"""Values and derivatives of a function of single numbers, for curves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor


def derivatives(function: Callable[[Tensor], Tensor], x: np.ndarray, order: int) -> tuple[np.ndarray, ...]:
    """f(x) and its first ``order`` derivatives in 64 bit, each of the shape of x; f acts on each number alone."""
    z = torch.tensor(np.asarray(x, float), dtype=torch.float64, requires_grad=True)
    found = [function(z)]
    for _ in range(order):
        last = found[-1]
        if not last.requires_grad:
            found.append(torch.zeros_like(z))
            continue
        (slope,) = torch.autograd.grad(last.sum(), z, create_graph=True, allow_unused=True)
        found.append(torch.zeros_like(z) if slope is None else slope)
    return tuple(part.detach().expand_as(z).numpy().copy() for part in found)
