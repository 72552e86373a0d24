"""Adaptive clipping: a gradient is large only in relation to the weights that it is about to change."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

SMALLEST = 1e-3
"""Rows shorter than this count as this long, so that weights that start at 0 can leave it."""


@torch.no_grad()
def adaptive_clip(parameters: Iterable[Tensor], share: float) -> bool:
    """Shorten the gradient of each row (unit) to ``share`` of the row's own length; True where that changed one.

    A vector such as a bias counts as one number per unit. 0 is off. Brock et al., High-performance large-scale image
    recognition without normalization, ICML 2021.
    """
    if not share:
        return False
    clipped = False
    for parameter in parameters:
        if parameter.grad is None or not parameter.numel():
            continue
        factor = _factor(parameter, parameter.grad, share)
        if bool((factor < 1).any()):
            slopes = parameter.grad.reshape(len(parameter), -1)
            parameter.grad.copy_((slopes * factor).reshape(parameter.shape))
            clipped = True
    return clipped


@torch.no_grad()
def would_clip(parameters: Iterable[Tensor], share: float) -> bool:
    """Whether ``adaptive_clip`` would change a row."""
    with_slopes = [(p, p.grad) for p in parameters if share and p.grad is not None and p.numel()]
    return any(bool((_factor(parameter, slopes, share) < 1).any()) for parameter, slopes in with_slopes)


def _factor(parameter: Tensor, gradient: Tensor, share: float) -> Tensor:
    """By how much each row of a gradient is shortened, (rows, 1)."""
    rows = parameter.detach().reshape(len(parameter), -1)
    limit = share * rows.norm(dim=1, keepdim=True).clamp_min(SMALLEST)
    length = gradient.reshape(len(parameter), -1).norm(dim=1, keepdim=True)
    return torch.where(length > limit, limit / length, torch.ones_like(length))
