"""Where a kernel leaves dL/dh_t of every step while it computes its backward pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from torch import Tensor


def unchanged(value: Tensor) -> Tensor:
    """For kernels that run forward in time."""
    return value


@dataclass
class Recorder:
    """Gradients of one run of one kernel, (steps, batch, units) each; None until backward has passed."""

    total: Tensor | None = None
    """dL/dh_t through everything."""
    direct: Callable[[], Tensor] | None = None
    """Gives the part of ``total`` that does not pass a later step; worked out when it is asked for."""
    cell: Callable[[], Tensor] | None = None
    """Gives dL/dc_t."""
    in_time: Callable[[Tensor], Tensor] = field(default=unchanged)
    """Puts a tensor in the kernel's own order back into the order of time."""
