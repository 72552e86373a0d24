"""A race of optimizers down one surface: everyone starts at the same point and meets the same slopes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.catalogue.spec import Choice
from core.explore.optimizers import Descent, Quantities
from core.explore.surfaces import Surface


@dataclass(frozen=True)
class XRay:
    """One step of one weight: the rule, its numbers now and one step earlier, the weight before, and the step's number."""

    choice: Choice
    now: Mapping[str, float]
    before: Mapping[str, float]
    weight: float
    step: int


@dataclass(frozen=True)
class Standing:
    """Where a race on a network stands after a batch."""

    losses: Mapping[str, tuple[float, ...]]
    """Loss of each batch so far, by optimizer."""
    batches: tuple[np.ndarray, ...]
    """Numbers of the samples of each batch so far."""
    sample_losses: Mapping[str, tuple[np.ndarray, ...]]
    """The loss of each of them alone, by optimizer."""
    xrays: Mapping[str, tuple[XRay, ...]]
    """Each step of the watched weight so far, by optimizer; who ran away has none for its last batch."""
    lost: frozenset[str]
    """Who ran away."""
    taken: int
    steps: int
    """Batches taken, and of the whole race."""


FAR = 1e6
"""Who is farther out than this has run away and stands still."""


class Racer:
    """One optimizer, its way so far, and the numbers of its last step."""

    def __init__(self, choice: Choice, start: np.ndarray, height: float) -> None:
        self.descent = Descent(choice)
        self.path = [np.array(start, float)]
        self.losses = [height]
        self.quantities: Quantities = {}
        self.before: Quantities = {}
        """The quantities one step earlier."""
        self.lost = False

    @property
    def here(self) -> np.ndarray:
        """Where it is now, (2,)."""
        return self.path[-1]


class Race:
    """Several racers on one surface."""

    def __init__(self, surface: Surface, choices: Mapping[str, Choice], start: tuple[float, float]) -> None:
        self.surface = surface
        at = np.array(start, float)
        self.racers = {key: Racer(choice, at, surface.loss(at)) for key, choice in choices.items()}
        self.taken = 0

    def step(self) -> None:
        """Everyone takes a step."""
        for racer in self.racers.values():
            if not racer.lost:
                self._advance(racer)
        self.taken += 1

    def _advance(self, racer: Racer) -> None:
        with np.errstate(over="ignore", invalid="ignore"):
            gradient = self.surface.gradient(racer.here, self.taken)
            racer.before = racer.quantities
            new, racer.quantities = racer.descent.step(racer.here, gradient)
            height = self.surface.loss(new) if np.isfinite(new).all() else np.inf
        racer.lost = not np.isfinite(height) or bool(np.abs(new).max() > FAR)
        if not racer.lost:
            racer.path.append(new)
            racer.losses.append(height)

    def order(self) -> list[str]:
        """Who is lowest now comes first; who ran away comes last."""
        return sorted(self.racers, key=lambda key: (self.racers[key].lost, self.racers[key].losses[-1]))
