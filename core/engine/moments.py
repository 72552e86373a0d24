"""The moments of one batch, and what is known of it when it has gone forward and backward."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.reports import GradientProfile, Hit, Moment, ProbeResult


@dataclass
class Seen:
    """What was read at the one point where a session is observed: after backward, before the optimizer step."""

    loss: float
    norm: float
    metrics: Mapping[str, float]
    gradients: Mapping[str, GradientProfile] = field(default_factory=dict)
    layer_gradient: Mapping[str, float] = field(default_factory=dict)
    probes: tuple[ProbeResult, ...] = ()
    hits: tuple[Hit, ...] = ()

    @property
    def finite(self) -> bool:
        return math.isfinite(self.loss) and math.isfinite(self.norm)


def moments(longest: int, steps: int) -> Iterator[Moment]:
    """A batch walked through by hand: forward in time, the loss, back through time, the update.

    ``longest`` are the steps of the batch, ``steps`` those of the whole data: it may be cut to its longest sample.
    """
    for step in range(longest):
        yield Moment("forward", step, steps)
    yield Moment("loss", longest - 1, steps)
    for step in reversed(range(longest)):
        yield Moment("backward", step, steps)
    yield Moment("update", 0, steps)
