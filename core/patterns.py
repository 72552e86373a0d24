"""Patterns of activity: which units are on during a stretch of time, and where else the same units are.

After the search of LSTMVis (Strobelt, Gehrmann, Pfister, Rush: LSTMVis, a tool for visual analysis of hidden state
dynamics in recurrent neural networks, 2018), with the overlap of both unit and step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from core.questions import Question
from core.states import Watched

MOST = 20


class Match(NamedTuple):
    """A stretch of time of a sample whose activity resembles a pattern."""

    sample: int
    """Number in the data set."""
    start: int
    """First step, 0-based."""
    stop: int
    """The step after its last one."""
    overlap: float
    """Jaccard index, 0 to 1: how many (unit, step) are on in both, of those that are on in either."""
    common: int
    """How many are on in both."""
    either: int
    """How many are on in either."""


def pattern(values: np.ndarray, start: int, stop: int, threshold: float) -> np.ndarray:
    """(steps, units) bool: what is on from step ``start`` to before ``stop`` of (steps, units) values."""
    return np.asarray(values[start:stop] > threshold)


def exactly_on(values: np.ndarray, start: int, stop: int, threshold: float) -> np.ndarray:
    """The units (ascending) of (steps, units) values that are above the threshold at every step from ``start`` to before
    ``stop`` and below it at every other step. NaN is neither."""
    inside = np.zeros(len(values), bool)
    inside[start:stop] = True
    fits = (values[inside] > threshold).all(axis=0) & (values[~inside] < threshold).all(axis=0)
    return np.flatnonzero(fits) if inside.any() else np.zeros(0, int)


def similar(
    samples: np.ndarray, states: np.ndarray, wanted: np.ndarray, threshold: float, most: int = MOST
) -> list[Match]:
    """The best stretch of each sample, the most similar first; of equals the earlier, then the first sample.

    ``states`` (n, steps, units) are those of ``samples`` (n,), NaN where a sequence is over; ``wanted`` (length, units) is
    a pattern. Stretches that share nothing with it are left out.
    """
    length, steps = len(wanted), states.shape[1]
    if not length or length > steps or not wanted.any():
        return []
    on = states > threshold
    places = steps - length + 1
    common = np.zeros((len(states), places), np.float32)
    for late in range(length):
        common += on[:, late : late + places].astype(np.float32) @ wanted[late].astype(np.float32)
    size, lost = _sums(on.sum(-1), length), _sums(np.isnan(states).any(-1), length)
    either = int(wanted.sum()) + size - common
    overlap = np.where(lost > 0, 0.0, common / either)
    best = overlap.argmax(axis=1)
    heights = overlap[np.arange(len(states)), best]
    order = np.argsort(-heights, kind="stable")[:most]
    return [
        Match(int(samples[i]), int(at), int(at) + length, float(heights[i]), int(common[i, at]), int(either[i, at]))
        for i, at in zip(order, best[order], strict=True)
        if heights[i] > 0
    ]


def _sums(values: np.ndarray, length: int) -> np.ndarray:
    """Sums of (n, steps) values over every stretch of so many steps."""
    running = np.concatenate([np.zeros((len(values), 1), np.int64), np.cumsum(values, axis=1, dtype=np.int64)], axis=1)
    found: np.ndarray = running[:, length:] - running[:, :-length]
    return found


@dataclass(frozen=True, eq=False)
class AskSimilar(Question):
    """Where else among ``samples`` is this layer on in the same way?"""

    layer: str
    samples: np.ndarray
    wanted: np.ndarray
    """(steps, units) bool"""
    threshold: float

    def ask(self, session: Watched) -> list[Match]:  # type: ignore[override]
        """Matches."""
        states = session.states(self.layer, self.samples).states
        if states.shape[2] != self.wanted.shape[1]:
            return []  # the layer has another size by now
        return similar(self.samples, states, self.wanted, self.threshold)
