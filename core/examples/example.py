"""An example, and the quality that it promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.project import Project


@dataclass(frozen=True)
class Goal:
    """What an example must reach on its validation part, with the settings it comes with.

    Both numbers are the share of right answers, the higher the better, or where the target is made of numbers the root
    mean squared error in their unit, the lower the better. Where answers are fed back, the right ones are (teacher forcing).
    """

    baseline: float
    """What one reaches without a network (``quality.baseline``)."""
    quality: float
    """What the network reaches at least, or where it is an error, at most."""
    alone: float | None = None
    """What it reaches where it is given the true answers up to the middle and reads its own ones from there on (an error,
    at most); None for examples that do not learn for that."""
    seconds: float = 120.0
    """Seconds that the training takes at most on two cores, of which it computes on one."""
    fails: bool = False
    """True for an example that is there to be seen failing: it does not reach ``quality``."""


@dataclass(frozen=True)
class Example:
    """A project that is ready for Play."""

    key: str
    title: str
    line: str
    """One sentence for the gallery: what there is to see."""
    build: Callable[[], Project]
    goal: Goal
