"""Numbers of the state space: how much of it a plane shows, the largest eigenvalue, and states that would rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.describe import Words
from core.formula import latex_number
from core.states import FixedPoint, Projection, Trajectories, Transition
from core.why.numbers import MOST, Aggregate, Number, Term, one_each
from core.why.simple import given
from core.why.training.aggregates import eigenvalue


def component_share(plane: Projection, found: Trajectories, axis: int) -> Aggregate:
    """How much of what the states differ by an axis of the plane (0 or 1) shows."""
    states = found.states.reshape(-1, found.states.shape[-1]).astype(float)
    centred = states[np.isfinite(states).all(1)] - plane.mean
    along = np.square(centred @ plane.axes[axis]).sum()
    whole, value = float(np.square(centred).sum()), float(plane.shares[axis])
    return Aggregate(
        Words("How much of all differences component {n} shows", {"n": axis + 1}), value,
        (r"s = \frac{\sum_i \left( e \cdot \left( h_i - \overline{h} \right) \right)^2}{\sum_i \left| h_i - \overline{h} \right|^2}",),
        (rf"s = \frac{{{latex_number(float(along))}}}{{{latex_number(whole)}}} = {latex_number(value)}",),
        Words("Both sums go over all {count} states that are shown. The axis e is the direction in which they differ most"
              + (", of those at a right angle to the first." if axis else "."), {"count": len(centred)}),
    )  # fmt: skip


def spectral_radius(name: str, found: Transition) -> Aggregate:
    """The largest |eigenvalue| of a step."""
    order = np.argsort(-np.abs(found.eigenvalues))[:MOST]
    terms = tuple(
        Term(1.0, float(abs(found.eigenvalues[n])), "", rf"\left| \lambda_{{{place}}} \right|",
             about=eigenvalue(name, found.layer, found.step, complex(found.eigenvalues[n])))
        for place, n in enumerate(order, 1)
    )  # fmt: skip
    return Aggregate(
        Words("The spectral radius of the step to t = {step} of “{layer}”", {"step": found.step + 1, "layer": name}), found.radius,
        (r"\rho = \max_k \left| \lambda_k \right|",), (rf"\rho = {latex_number(found.radius)}",),
        Words("It is the largest of the sizes of the eigenvalues, which are told below, the largest first. Below 1 everything "
              "fades in the long run, above 1 something grows."), (), terms,
    )  # fmt: skip


def fixed_point(point: FixedPoint) -> Aggregate:
    """A state that a step does not move: the largest |eigenvalue| of the Jacobian there."""
    value = float(np.abs(point.eigenvalues).max())
    return Aggregate(
        Words("The spectral radius at a fixed point"), value,
        (r"F(h) = h, \quad \rho = \max_k \left| \lambda_k \right|",),
        (rf"\left| F(h) - h \right| = {latex_number(point.speed)}, \quad \rho = {latex_number(value)}",),
        Words("Below 1 the states near it come nearer with every step (it is stable), else some of them leave it. The input is "
              "held as it is at one time step."),
    )  # fmt: skip


def fixed_points(points: Sequence[FixedPoint], stable: bool) -> Aggregate:
    """How many of the fixed points that were found are stable, or are not."""
    chosen = [point for point in points if point.stable == stable]
    sign = "<" if stable else r"\geq"

    def make(n: int) -> Term:
        return Term(1, 1, "", rf"\left[ \rho_{{{n + 1}}} {sign} 1 \right]", about=fixed_point(chosen[n]))

    return Aggregate(
        Words("Stable fixed points" if stable else "Unstable fixed points"), len(chosen),
        (rf"n = \sum_k \left[ \rho_k {sign} 1 \right]",),
        (f"n = {len(chosen)}",),
        Words("The search starts at visited states and goes where a step moves them least. Points that it reached several "
              "times count once."), (), one_each(np.arange(len(chosen)), make),
    )  # fmt: skip


def shown_states(found: Trajectories) -> Aggregate:
    """How many samples are drawn."""
    note = Words(
        "They are the first ones of the validation part, and the one that is watched; more would hide each other."
    )
    return given(Words("Samples whose states are drawn"), len(found.samples), "N", note)


def lost_states(found: Trajectories, gone: np.ndarray) -> Aggregate:
    """How many samples have a state that is not finite; ``gone`` (n,) bool."""
    rows = np.flatnonzero(gone)

    def make(n: int) -> Term:
        sample = int(found.samples[rows[n]])
        about = Aggregate(
            Words("Sample {sample} has states that are no numbers", {"sample": sample}), 1, ("1",), ("1",),
            Words("Its state is not finite before its sequence is over."),
            (Number("norm", found.layer, 0, None, "value"),), sample=(sample, "validation"),
        )  # fmt: skip
        return Term(1, 1, "", rf"\left[ \text{{sample }} {sample} \right]", about=about)

    return Aggregate(
        Words("Samples with a state that is not finite"), len(rows),
        (r"n = \sum_i \left[ \text{some } h_{i,t} \text{ is no number} \right]",), (f"n = {len(rows)}",),
        Words("What comes after the end of a sequence does not count."), (), one_each(np.arange(len(rows)), make),
    )  # fmt: skip
