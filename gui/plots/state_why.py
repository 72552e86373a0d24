"""What can be asked about a point of the state space, and about an eigenvalue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.dataset import Part
from core.describe import Words
from core.states import Projection, Trajectories, Transition
from core.why.numbers import Aggregate, Number
from core.why.training.aggregates import coordinate, eigenvalue
from core.why.training.clocks import step_count
from core.why.training.space import component_share, spectral_radius
from gui.plots.chart import Chart
from gui.text import tr
from gui.why.here import Question

NEAR = 14.0
"""Pixels from an eigenvalue within which it is meant."""


@dataclass(frozen=True, eq=False)
class Placed:
    """Trajectories as they are drawn: what is asked is about these, whatever has been answered since."""

    found: Trajectories
    places: np.ndarray
    """(n, steps, 2)"""
    plane: Projection | None
    units: tuple[int, int] | None
    """Where two units are the axes instead of the plane."""


def about_state(placed: Placed, row: int, step: int, sample: tuple[int, Part]) -> list[Question]:
    """The two coordinates of a state: values of two units, or places along the axes of the plane."""
    layer, state, units, plane = placed.found.layer, placed.found.states[row, step], placed.units, placed.plane
    where = {"sample": sample[0], "step": step + 1}
    made = []
    for axis in range(2):
        text = tr("Why this far to the right?") if axis == 0 else tr("Why this far up?")
        if units is not None:
            one = Number("value", layer, units[axis], step)
            title = Words("Unit {unit} of sample {sample} at t = {step}", {"unit": units[axis] + 1, **where})
            symbol = rf"h_{{{units[axis] + 1},\,t={step + 1}}}"
            note = Words("It is the value of one unit. Below is where it comes from.")
            asked = Aggregate(title, float(state[units[axis]]), (symbol,), (), note, (one,), (), sample)
            made.append(Question(asked, text))
        elif plane is not None:
            title = Words("Component {n} of the state of sample {sample} at t = {step}", {"n": axis + 1, **where})
            made.append(Question(coordinate(title, plane.axes[axis], plane.mean, state, layer, step, sample), text))
    return made


def about_eigenvalue(name: str, transition: Transition | None, chart: Chart) -> list[Question]:
    """The eigenvalue nearest to the pointer."""
    if transition is None or chart.pointer is None or not len(transition.eigenvalues):
        return []
    (left, right), (bottom, top) = chart.view_places()
    scale, values = chart.x_scale, transition.eigenvalues
    across = (scale.place(values.real) - chart.pointer[0]) / (right - left) * chart.columns
    up = (scale.place(values.imag) - chart.pointer[1]) / (top - bottom) * chart.rows
    away = np.where(np.isfinite(across + up), np.hypot(across, up), np.inf)
    at = int(away.argmin())
    if away[at] > NEAR:
        return []
    return [
        Question(eigenvalue(name, transition.layer, transition.step, complex(values[at])), tr("Why this eigenvalue?"))
    ]


def about_radius(name: str, transition: Transition) -> Question:
    """The largest of the eigenvalues."""
    return Question(spectral_radius(name, transition), tr("Why this spectral radius?"))


def about_axes(placed: Placed) -> list[Question]:
    """The shares that stand at the axes of the plane."""
    plane = placed.plane if placed.units is None else None
    made = [] if plane is None else [component_share(plane, placed.found, axis) for axis in range(2)]
    return [Question(one, tr("Why this share of component {n}?", n=n)) for n, one in enumerate(made, 1)]


def about_steps(found: Trajectories) -> Question:
    """How many steps the sequences have."""
    return Question(step_count(found.states.shape[1], tr("the longest sequence")), tr("Why so many steps?"))
