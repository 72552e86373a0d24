"""Activation functions on tensors, made from their catalogue entries."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice

OVER_UNITS = frozenset({"softmax", "log_softmax"})
"""Activations in which every unit depends on all the others; they run over the last axis."""


def resolve(runs: str) -> Any:
    """The object that a dotted name of a Spec means: ``torch.optim.NAdam`` or ``core.engine.losses:huber``."""
    module, colon, name = runs.partition(":")
    if not colon:
        module, _, name = runs.rpartition(".")
    return getattr(import_module(module), name)


def activation(choice: Choice) -> Callable[..., Tensor]:
    """The function f(z) -> Tensor of a chosen activation; PReLU takes its slope tensor as second argument."""
    function: Callable[..., Tensor] = resolve(catalogue("activations")[choice.key].runs)
    if choice.key in OVER_UNITS:
        return partial(function, dim=-1)
    if choice.key == "prelu":
        return function
    return partial(function, **choice.values) if choice.values else function


def identity(z: Tensor) -> Tensor:
    """z itself."""
    return z


def hard_sigmoid(z: Tensor) -> Tensor:
    """(z + 3) / 6 cut off at 0 and 1. torch's own rounds its slope to 32 bit even where the numbers have 64."""
    return functional.hardtanh(z + 3, 0.0, 6.0) / 6


class _Step(torch.autograd.Function):
    """0 below zero, 1 from zero upward; backward passes the gradient straight through where |z| <= window."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, window: float) -> Tensor:
        ctx.window = window
        ctx.save_for_backward(z)
        return (z >= 0).to(z.dtype)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        (z,) = ctx.saved_tensors
        passes = z.abs() <= ctx.window if ctx.window > 0 else torch.ones_like(z, dtype=torch.bool)
        return grads[0] * passes, None


def step(z: Tensor, window: float = 1.0) -> Tensor:
    """Heaviside step with a straight-through gradient (Bengio, Leonard and Courville 2013)."""
    result: Tensor = _Step.apply(z, window)  # type: ignore[no-untyped-call]
    return result
