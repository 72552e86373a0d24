"""Keys of the unrolled view: from step to step, from layer to layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from core.unroll import Row

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView

_Key = Qt.Key
PAGE = 10
"""Steps that Page up and Page down go."""


def walk(view: UnrollView, event: QKeyEvent) -> bool:
    """Carry out a key; False where it means nothing here."""
    steps = {_Key.Key_Left: -1, _Key.Key_Right: 1, _Key.Key_PageUp: -PAGE, _Key.Key_PageDown: PAGE}
    far = 10**9
    ends = {_Key.Key_Home: -far, _Key.Key_End: far}
    rows = {_Key.Key_Up: 1, _Key.Key_Down: -1}
    key = _Key(event.key())
    if key in steps or key in ends:
        _along(view, (steps | ends)[key])
    elif key in rows:
        _across(view, rows[key])
    elif key in (_Key.Key_Return, _Key.Key_Enter):
        view.looking.toggle_units(view.document.selected_layers())
    elif key == _Key.Key_Escape:
        _escape(view)
    else:
        return False
    return True


def _escape(view: UnrollView) -> None:
    if view.diagram.isVisible():
        view.diagram.hide()
    elif view.bubble.isVisible():
        view.bubble.hide()
    else:
        view.document.select([])


def _row(view: UnrollView) -> Row | None:
    chosen = [key for key in view.document.selected_layers() if key in view.layout_.unrolled.by_layer]
    return view.layout_.unrolled.by_layer[chosen[0]] if chosen else None


def _along(view: UnrollView, by: int) -> None:
    """So many columns along the selected row, or along time where none is selected."""
    unrolled, row = view.layout_.unrolled, _row(view)
    if not unrolled.columns:
        return
    row_columns = list(row.columns) if row is not None else []
    if row is not None and row.start:
        row_columns.insert(0, row.initial)
    columns = row_columns or [i for i, c in enumerate(unrolled.columns) if c.kind == "step"] or [0]
    here = view.shown.column
    if here is None or here not in columns:
        near = columns[0] if here is None else min(columns, key=lambda c: abs(c - here))
        view.choosing.go_to_column(columns[-1] if by > PAGE else near)
        return
    view.choosing.go_to_column(columns[min(len(columns) - 1, max(0, columns.index(here) + by))])


def _across(view: UnrollView, by: int) -> None:
    """To the layer above or below."""
    unrolled, row = view.layout_.unrolled, _row(view)
    if not unrolled.rows:
        return
    index = 0 if row is None else min(len(unrolled.rows) - 1, max(0, row.index + by))
    target = unrolled.rows[index]
    here = view.shown.column
    column = target.first if here is None else min(target.columns, key=lambda c: abs(c - here))
    view.choosing.select(target.layer, column)
