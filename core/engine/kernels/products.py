"""Large matrix products of single precision on oneDNN, which torch brings along for its LSTM.

torch.mm and torch.addmm run on MKL, which uses half the width of the registers of an AMD processor, and torch's tanh takes
as long as a product with 128 units. oneDNN uses the whole width, and bends the sums while they are still in registers. A
call costs 10 microseconds more, though, and its result can not be written where it is wanted: so small products stay
with torch. What is chosen depends on sizes alone; the same program gives the same bits again.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from core.engine.kernels.squashes import slope

if torch.backends.mkldnn.is_available():  # elsewhere, as on some Macs, torch does not even know these names
    _product = torch.ops.mkldnn._linear_pointwise.default
    _product_added = torch.ops.mkldnn._linear_pointwise.binary
_own_view = torch.ops.aten._unsafe_view.default
"""As torch's linear does it: kernels may write into the result, which they may not where it is a view of another tensor."""
LEAST = 1 << 20
"""Rows times width times features from which a product is faster here."""
BENT = frozenset({"tanh", "sigmoid", "relu"})
"""Activations that oneDNN knows."""


def usable(x: Tensor) -> bool:
    """Whether oneDNN takes tensors like ``x``."""
    return (
        x.device.type == "cpu" and x.dtype == torch.float32 and torch.backends.mkldnn.is_available() and x.numel() > 0
    )


def pays(rows: int, weight: Tensor) -> bool:
    """Whether a product of so many rows with a matrix is faster here."""
    return rows * weight.numel() >= LEAST and usable(weight)


def pays_bent(rows: int, weight: Tensor, activation: str) -> bool:
    """Whether it is where an activation follows, which takes torch half as long as the product itself."""
    return activation in BENT and 2 * rows * weight.numel() >= LEAST and usable(weight)


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x W^T + b as torch.nn.functional.linear, but that no gradient of a gradient passes where it is large."""
    if not pays(x.numel() // max(1, x.shape[-1]), weight):
        return functional.linear(x, weight, bias)
    made: Tensor = Linear.apply(x, weight, bias, "identity")  # type: ignore[no-untyped-call]
    return made


def linear_bent(x: Tensor, weight: Tensor, bias: Tensor | None, activation: str) -> Tensor | None:
    """f(x W^T + b) with its gradient; None where that is not faster here than one after the other."""
    if not pays_bent(x.numel() // max(1, x.shape[-1]), weight, activation):
        return None
    made: Tensor = Linear.apply(x, weight, bias, activation)  # type: ignore[no-untyped-call]
    return made


class Linear(torch.autograd.Function):
    """f(x W^T + b) and its way back; see ``linear`` and ``linear_bent``."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, activation: str) -> Tensor:
        flat = x.flatten(0, -2)
        bent = activation != "identity"
        value = product_bent(flat, weight, bias, activation) if bent else product(flat, weight, bias)
        made: Tensor = _own_view(value, (*x.shape[:-1], len(weight)))
        ctx.save_for_backward(x, weight, *([made] if bent else []))
        ctx.activation = activation
        return made

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, *bent = ctx.saved_tensors
        felt, wanted = grads[0], ctx.needs_input_grad
        steepness = slope(ctx.activation, bent[0]) if bent else None
        delta = (felt if steepness is None else felt * steepness).flatten(0, -2)
        d_x = product(delta, weight.t()).view(x.shape) if wanted[0] else None
        d_weight = weight_gradient(delta, x.flatten(0, -2)) if wanted[1] else None
        return d_x, d_weight, delta.sum(0) if wanted[2] else None, None


def product(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x W^T + b of x (rows, features) and weight (width, features), without gradient."""
    if not pays(len(x), weight):
        return functional.linear(x, weight, bias)
    made: Tensor = _product(x, weight, bias, "none", [], "")
    return made


def packed(weight: Tensor, rows: int) -> Tensor:
    """A matrix as ``product_bent`` reads it fastest in products of so many rows."""
    made: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight, rows)
    return made


def product_bent(x: Tensor, weight: Tensor, bias: Tensor | None, activation: str) -> Tensor:
    """f(x W^T + b), where ``pays_bent``; without gradient."""
    made: Tensor = _product(x, weight, bias, activation, [], "")
    return made


def added(base: Tensor, x: Tensor, weight: Tensor) -> Tensor:
    """base + x W^T, (rows, width); without gradient."""
    if not pays(len(x), weight):
        return torch.addmm(base, x, weight.t())
    made: Tensor = _product_added(x, base, weight, None, "add")
    return made


def add_product(total: Tensor, x: Tensor, weight: Tensor) -> Tensor:
    """Add x W^T to ``total`` (rows, width), in its place; without gradient."""
    if not pays(len(x), weight):
        return total.addmm_(x, weight.t())
    return total.copy_(added(total, x, weight))


def weight_gradient(delta: Tensor, read: Tensor) -> Tensor:
    """The sum over rows of delta (rows, width) times read (rows, features): (width, features)."""
    # both factors are turned around in memory first
    if not pays(read.shape[1] // 8, delta):
        return delta.t() @ read
    turned: Tensor = _product(read.t(), delta.t(), None, "none", [], "")
    return turned.t().contiguous()
