"""What of the unrolled view is at a point."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from gui.unroll import chrome
from gui.unroll.arrows import Copy
from gui.unroll.layout import FOOTER, HEADER
from gui.unroll.lights import Spot
from gui.unroll.painting import Painting

REACH = 6.0
"""Pixels within which an arrow is met."""


def spot_at(painting: Painting, pos: QPointF) -> Spot:
    """Cells come before arrows, arrows before the free room."""
    layout = painting.shown.layout
    if pos.y() < HEADER:
        column = layout.column_at(pos.x())
        if column is None:
            return Spot("span") if pos.x() < layout.gutter else Spot()
        return Spot("header", column=column)
    if pos.y() > layout.size.height() - FOOTER:
        return _below(painting, pos)
    if pos.x() < layout.gutter:
        for row in layout.unrolled.rows:
            if chrome.name_rect(layout, row.index).contains(pos):
                return Spot("name", row.layer)
        return Spot()
    found = _cell(painting, pos)
    if found is not None and found.kind != "data":
        return found
    copy = _arrow(painting, pos)
    if copy is not None:
        return Spot("arrow", copy.tie.target.layer, copy.tie.target.column(copy.target), copy.target, copy)
    return found or Spot()


def _below(painting: Painting, pos: QPointF) -> Spot:
    """The overview, or the sample where all columns are in sight; the legend beside it."""
    layout = painting.shown.layout
    legend = painting.legend_box()
    if not legend.isEmpty() and legend.adjusted(-6, -6, 6, 6).contains(pos):
        return Spot("legend")
    if pos.x() < layout.gutter:
        return Spot()
    if layout.sees_all():
        return Spot("sample")
    box = chrome.overview_rect(layout)
    if not box.adjusted(-6, -6, 6, 6).contains(pos):
        return Spot()
    across, down = (pos.x() - box.left()) / box.width(), (pos.y() - box.top()) / box.height()
    return Spot("overview", share=(min(1.0, max(0.0, across)), min(1.0, max(0.0, down))))


def _cell(painting: Painting, pos: QPointF) -> Spot | None:
    layout = painting.shown.layout
    index, column = layout.row_at(pos.y()), layout.column_at(pos.x())
    if index is None or column is None:
        return None
    row, band = layout.unrolled.rows[index], layout.bands[index]
    rect = layout.cell(index, column)
    if (
        row.start
        and column == row.initial
        and abs(pos.x() - rect.center().x()) < 14
        and rect.top() <= pos.y() <= rect.bottom()
    ):
        return Spot("initial", row.layer, column, -1)
    if column not in row.columns:
        return None
    step = column - row.first if row.steps is not None else None
    if not rect.top() <= pos.y() <= rect.bottom():
        return Spot("data", row.layer, column, step)
    if not rect.adjusted(-1, 0, 1, 0).contains(pos):
        return None
    unit = None
    if row.layer in layout.units:
        units = layout.units[row.layer]
        unit = min(units - 1, max(0, int((pos.y() - rect.top()) / band.height * units)))
    return Spot("cell", row.layer, column, step, unit=unit)


def _arrow(painting: Painting, pos: QPointF) -> Copy | None:
    best, least = None, REACH
    for copies in painting.copies.values():
        for copy in copies:
            away = copy.near(pos, REACH)
            if away < least:
                best, least = copy, away
    return best
