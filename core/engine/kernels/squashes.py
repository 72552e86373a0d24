"""Activations whose slope follows from their value, which is all that a way back keeps."""

from __future__ import annotations

import torch
from torch import Tensor

SQUASHES = {"tanh": torch.tanh_, "relu": torch.relu_, "sigmoid": torch.sigmoid_}
"""In place, by key. The slope of "identity" is known too."""


def slope(name: str, value: Tensor, out: Tensor | None = None) -> Tensor | None:
    """f'(z) from f(z); None where it is 1 everywhere."""
    if name == "tanh":
        return torch.addcmul(value.new_ones(()), value, value, value=-1, out=out)
    if name == "relu":
        return torch.gt(value, 0, out=torch.empty_like(value) if out is None else out)
    if name == "sigmoid":
        return torch.addcmul(value, value, value, value=-1, out=out)
    return None
