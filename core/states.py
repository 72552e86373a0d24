"""The states of a recurrent layer as points of a space: the plane that shows most of them, how a step moves them, and
where they would come to rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.data.dataset import Dataset
from core.data.importers.progress import Job
from core.decimate import drawable
from core.project import State
from core.questions import Question

MOST_SAMPLES = 200
MOST_POINTS = 20_000
"""Samples times time steps that are drawn at once."""


@dataclass(frozen=True, eq=False)
class Trajectories:
    """What a layer says at every step of several samples."""

    layer: str
    samples: np.ndarray
    """(n,) numbers in the data set."""
    states: np.ndarray
    """(n, steps, units); NaN where a sequence is over."""
    seconds: float = 0.0
    """What it took to compute them."""


@dataclass(frozen=True, eq=False)
class Transition:
    """How the state after one step depends on the one before, for one sample."""

    layer: str
    sample: int
    step: int
    """The step t, 0-based, that dx_t / dx_{t-1} leads to."""
    eigenvalues: np.ndarray
    """(m,) complex, of the whole cycle that the layer is on (h and c for an LSTM); NaN where the Jacobian is not finite."""

    @property
    def radius(self) -> float:
        """The largest |eigenvalue|."""
        return float(np.abs(self.eigenvalues).max()) if len(self.eigenvalues) else 0.0


class Watched(Protocol):
    """What these questions need to know about core.engine.session.Session."""

    def states(self, layer: str, samples: np.ndarray) -> Trajectories:
        """The states of these samples."""
        ...

    def transition(self, layer: str, sample: int, step: int) -> Transition:
        """The Jacobian of one step."""
        ...


@dataclass(frozen=True, eq=False)
class AskStates(Question):
    """Where do these samples lead the layer?"""

    layer: str
    samples: np.ndarray

    def ask(self, session: Watched) -> Trajectories:  # type: ignore[override]
        """Trajectories."""
        return session.states(self.layer, self.samples)


@dataclass(frozen=True, eq=False)
class AskTransition(Question):
    """How does the step to ``step`` (0-based, at least 1) move the state of the layer, for this sample?"""

    layer: str
    sample: int
    step: int

    def ask(self, session: Watched) -> Transition:  # type: ignore[override]
        """A Transition."""
        return session.transition(self.layer, self.sample, self.step)


def shown_samples(data: Dataset, most: int = MOST_SAMPLES) -> np.ndarray:
    """The samples whose states are drawn: the first of the validation part, of the training part where there is none."""
    part = data.samples("validation" if len(data.split.get("validation", ())) else "train")
    steps = max([field.steps or 1 for field in (*data.inputs.values(), data.target)])
    return np.sort(part)[: max(8, min(most, MOST_POINTS // steps))]


@dataclass(frozen=True, eq=False)
class Projection:
    """A plane through a space of states."""

    mean: np.ndarray
    """(units,)"""
    axes: np.ndarray
    """(2, units) orthonormal rows; a second row of zeros where there is a single unit."""
    shares: np.ndarray
    """(2,) of the variance that each axis shows."""

    def of(self, states: np.ndarray) -> np.ndarray:
        """(..., 2) coordinates of (..., units) states."""
        found: np.ndarray = (states - self.mean) @ self.axes.T
        return found


def principal_plane(states: np.ndarray, before: Projection | None = None) -> Projection:
    """The plane of largest variance of (n, units) states; rows that are not finite are left out.

    Each axis points the way of ``before``, so that a picture that is drawn again and again does not flip; the first time
    its largest component is positive.
    """
    rows = np.asarray(states, float)
    there = drawable(rows).all(axis=1)
    rows = rows if there.all() else rows[there]
    units = states.shape[1]
    axes, shares = np.zeros((2, units)), np.zeros(2)
    if not len(rows):
        return Projection(np.zeros(units), np.eye(2, units), shares)
    mean = rows.mean(axis=0)
    # The eigenvectors of the covariances: a decomposition of all rows would hold the window up where they are many.
    centred = rows - mean
    variances, directions = np.linalg.eigh(centred.T @ centred)
    found = min(2, len(rows), units)
    axes[:found] = directions.T[::-1][:found]
    total = float(variances.sum())
    if total > 0:
        shares[:found] = np.maximum(variances[::-1][:found], 0.0) / total
    known = before is not None and before.axes.shape == axes.shape
    for row, axis in enumerate(axes):
        along = float(axis @ before.axes[row]) if known and before is not None else axis[np.abs(axis).argmax()]
        if along < 0:
            axes[row] = -axis
    return Projection(mean, axes, shares)


@dataclass(frozen=True, eq=False)
class FixedPoint:
    """A state that a step leaves (nearly) where it is, while the input stays the same."""

    state: np.ndarray
    """(units,)"""
    speed: float
    """|F(h) - h|"""
    eigenvalues: np.ndarray
    """(m,) complex, of the Jacobian there."""

    @property
    def stable(self) -> bool:
        """Whether states near it come nearer."""
        return bool(np.abs(self.eigenvalues).max() < 1)


@dataclass(frozen=True, eq=False)
class Search:
    """Where to look for fixed points: the input is that of ``sample`` at ``step`` (0-based), the starts are visited states."""

    layer: str
    sample: int
    step: int
    samples: np.ndarray
    """Numbers of the samples whose states are the starts."""
    starts: int = 64
    seed: int = 0


def find_fixed_points(state: State, weights: Mapping[str, np.ndarray], search: Search) -> Job[list[FixedPoint]]:
    """A job for the worker: the distinct fixed points that were found with these weights."""
    from core.engine.fixed_points import fixed_points

    return fixed_points(state, weights, search)
