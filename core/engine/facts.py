"""What one batch has shown, for the breakpoints: plain numbers, the costly ones measured only when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from core.breakpoints import Breakpoints
from core.engine.learner import Learner
from core.engine.model import Model, Pass
from core.engine.probes import Look
from core.engine.probes_state import dead, saturation
from core.engine.watchdog import Found, told
from core.network import Network
from core.reports import GradientProfile, Hit


@dataclass(eq=False)
class BatchFacts:
    """Answers core.breakpoints.Facts for a batch that has gone forward and backward, and changes nothing."""

    batch: int
    loss: float
    norm: float
    """Of the gradient of all parameters."""
    metrics: Mapping[str, float]
    gradients: Mapping[str, GradientProfile]
    found: Found | None
    """The first number that is not finite."""
    done: Pass
    model: Model
    learner: Learner

    @property
    def names(self) -> dict[str, str]:
        return {layer.id: layer.name for layer in self.model.network}

    @property
    def not_finite(self) -> Hit | None:
        return None if self.found is None else not_finite(self.found, self.model.network, self.batch)

    def clips(self) -> bool:
        return self.learner.would_clip(self.norm)

    def weight_norm(self, layer: str) -> float:
        return self.learner.weight_norm(layer)

    def saturated(self, layer: str) -> tuple[float, int | None] | None:
        return saturation(self._look, layer)

    def dead(self, layer: str) -> float | None:
        return dead(self._look, layer)

    @cached_property
    def _look(self) -> Look:
        return Look.of(self.model, self.learner.tensors, self.done)


def not_finite(found: Found, network: Network, batch: int) -> Hit:
    """Where the first number stands that is not finite."""
    template, values = told(found, network, batch)
    return Hit("", template, values, found.layer, found.step)


def step_hits(breakpoints: Breakpoints, broken: Found, network: Network, batch: int) -> tuple[Hit, ...]:
    """Of the breakpoints that wait for NaN and infinity, where the step itself would have put them into the weights."""
    hit = not_finite(broken, network, batch)
    return tuple(
        replace(hit, breakpoint=one.id, kind=one.choice.key)
        for one in breakpoints.enabled
        if one.choice.key == "not_finite"
    )
