"""What can be asked in the unrolled view: about a cell, a unit, a state before the first step, an arrow, what enters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.unroll import Tie
from core.why.numbers import Number
from gui.text import tr
from gui.unroll.arrows import Copy
from gui.unroll.lights import Spot
from gui.why.here import Question
from gui.why.questions import about_layer, about_unit

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView


def questions_at(view: UnrollView, spot: Spot) -> list[Question]:
    """About the thing at a spot; what its colour shows comes first."""
    gradient = view.shown.gradient
    if spot.kind == "arrow" and spot.copy is not None:
        return about_arrow(view, spot.copy)
    if spot.kind == "initial":
        return about_layer(spot.layer, -1, gradient)
    if spot.kind not in ("cell", "data", "name"):
        return []
    row = view.layout_.unrolled.by_layer.get(spot.layer)
    if row is None:
        return []
    step = spot.step
    if spot.kind == "name":
        step = None if row.steps is None else min(row.valid - 1, view.step or 0)
    if spot.unit is not None:
        return about_unit(spot.layer, "gradient" if gradient else "value", spot.unit, step)
    return about_layer(spot.layer, step, gradient)


def questions_of_selection(view: UnrollView) -> list[Question]:
    """About the selected cell, or about the selected link at the selected step: what the keyboard asks."""
    rows = view.layout_.unrolled.by_layer
    layers = [key for key in view.document.selected_layers() if key in rows]
    if layers:
        row = rows[layers[0]]
        step = None if row.steps is None else min(row.steps - 1, view.step or 0)
        before = row.start and view.shown.column == row.initial
        kind, step = ("initial", -1) if before else ("cell", step)
        return questions_at(view, Spot(kind, layers[0], row.first, step, unit=view.shown.unit))
    for key in view.document.selected_links():
        for tie, copies in view.painting.copies.items():
            if tie.key == key and copies:
                return about_arrow(view, min(copies, key=lambda copy: abs((copy.target or 0) - (view.step or 0))))
    return []


def about_arrow(view: UnrollView, copy: Copy) -> list[Question]:
    """What it carries forward, and the gradient that goes back along it."""
    tie = copy.tie
    sequence = tie.source.steps is not None
    source = copy.source if sequence else None
    carried = Question(Number("norm", tie.source.layer, 0, source, "value"), tr("Why does it carry this?"))
    flow = Question(_flow(tie, copy), tr("Why does this gradient go back?"))
    return [flow, carried] if view.shown.gradient else [carried, flow]


def _flow(tie: Tie, copy: Copy) -> Number:
    target = copy.target if tie.target.steps is not None else None
    if tie.kind == "initial":
        return Number("norm", tie.target.layer, 0, -1, "gradient")
    part = tie.key + ("_reverse" if tie.kind == "reverse" else "")
    # Of a link whose copies meet in one value, each copy is told by the step of its source.
    step = copy.source if tie.kind in ("reduce", "last") else target
    return Number("flow", tie.target.layer, 0, step, part, copy.source)
