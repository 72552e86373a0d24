"""What can be asked in the unrolled view: about a cell, a unit, a state before the first step, an arrow, what enters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.unroll import Row, Tie
from core.why.numbers import Number
from gui.text import tr
from gui.unroll import asking_more as more
from gui.unroll import overview
from gui.unroll.arrows import Copy
from gui.unroll.lights import Spot
from gui.why.here import Question
from gui.why.questions import about_layer, about_unit

PLACES = ("header", "span", "sample", "legend")
"""Of a spot that is no part of the network: the numbers of the steps, how many there are, the sample, the colours."""

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView


def questions_at(view: UnrollView, spot: Spot) -> list[Question]:
    """About the thing at a spot; what its colour shows comes first."""
    gradient, rows = view.shown.gradient, view.layout_.unrolled.by_layer
    if spot.kind == "arrow" and spot.copy is not None:
        return about_arrow(view, spot.copy)
    if spot.kind == "initial":
        return about_layer(spot.layer, -1, gradient)
    if spot.kind in PLACES:
        return more.about_view(view, spot.kind)
    if spot.kind == "overview":
        found = overview.place(view.painting.overview_lines(), *spot.share)
        return [] if found is None else _about_cell(view, rows[found[0]], found[1], None)
    row = rows.get(spot.layer)
    if row is None or spot.kind not in ("cell", "data", "name"):
        return []
    if spot.kind == "name":
        step = None if row.steps is None else min(row.valid - 1, view.step or 0)
        return [
            *about_layer(spot.layer, step, gradient, more.gradient_of(view, spot.layer)),
            *more.about_row(view, row),
        ]
    if spot.kind == "data":
        of_layer = about_layer(spot.layer, spot.step, gradient, more.gradient_of(view, spot.layer))
        return [*more.about_data(view, row, spot.step), *of_layer]
    return _about_cell(view, row, spot.step, spot.unit)


def _about_cell(view: UnrollView, row: Row, step: int | None, unit: int | None) -> list[Question]:
    """What the colour shows, which is a difference where that is shown; then what the words beside the pointer say."""
    gradient, apart = view.shown.gradient, view.shown.numbers.beside is not None
    changes = more.about_changes(view, row, step, unit)
    felt = more.gradient_of(view, row.layer)
    if unit is not None:
        found = about_unit(row.layer, felt if gradient else "value", unit, step, felt)
    else:
        found = about_layer(row.layer, step, gradient, felt)
    found = [*more.about_part(view, row, step, unit), *found]
    found = [*changes, *found] if apart else [*found, *changes]
    return [*found, *more.about_share(view, row, step), *more.about_data(view, row, step)]


def questions_of_selection(view: UnrollView) -> list[Question]:
    """About the selected cell, or about the selected link at the selected step: what the keyboard asks. Where nothing is
    selected it is about the picture as a whole."""
    rows = view.layout_.unrolled.by_layer
    layers = [key for key in view.document.selected_layers() if key in rows]
    if layers:
        row = rows[layers[0]]
        step = None if row.steps is None else min(row.steps - 1, view.step or 0)
        before = row.start and view.shown.column == row.initial
        kind, step = ("initial", -1) if before else ("cell", step)
        unit = view.shown.unit if row.layer in view.layout_.units else None
        return [*questions_at(view, Spot(kind, layers[0], row.first, step, unit=unit)), *more.about_row(view, row)]
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
    found = [flow, carried] if view.shown.gradient else [carried, flow]
    if tie.kind == "attend" and copy.source is not None:
        looks = Number(
            "attention", tie.target.layer, copy.source, copy.target if tie.target.steps is not None else None
        )
        found.append(Question(looks, tr("Why this much attention?")))
    return [*found, *more.about_copies(view, copy)]


def _flow(tie: Tie, copy: Copy) -> Number:
    target = copy.target if tie.target.steps is not None else None
    if tie.kind == "initial":
        return Number("norm", tie.target.layer, 0, -1, "gradient")
    part = tie.key + ("_reverse" if tie.kind == "reverse" else "")
    # Of a link whose copies meet in one value, each copy is told by the step of its source.
    step = copy.source if tie.kind in ("reduce", "last") else target
    return Number("flow", tie.target.layer, 0, step, part, copy.source)
