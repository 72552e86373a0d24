"""Dropout masks, drawn before a run starts so that every way of computing a network uses the same ones."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from core.engine.axes import Axes
from core.network import Network
from core.shapes import Shape


def draw_masks(
    network: Network,
    shapes: Mapping[str, Shape],
    axes: Axes,
    batch: int,
    dtype: torch.dtype,
    generator: torch.Generator | None = None,
) -> dict[str, Tensor]:
    """Factors by id of dropout layer: 0, or 1 / (1 - rate).

    (steps, batch, features) for a sequence, (1, batch, features) where the pattern is the same at every step,
    (batch, features) for a static value.
    """
    masks = {}
    for layer in network.of_kind("dropout"):
        rate = float(layer.params["rate"])
        if rate == 0:
            continue
        size: tuple[int, ...] = (batch, shapes[layer.id].features)
        if shapes[layer.id].sequence:
            size = (1 if layer.params["same_every_step"] else axes.steps[layer.id], *size)
        device = generator.device if generator is not None else torch.device("cpu")
        kept = torch.rand(size, generator=generator, device=device) >= rate
        masks[layer.id] = kept.to(dtype) / (1 - rate)
    return masks
