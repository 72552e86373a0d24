"""What is selected in the unrolled view: a layer of the one network, and a time step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.text import tr
from gui.unroll import tips

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView


class Choosing:
    """Selects copies: the document keeps the layer, the view the step."""

    def __init__(self, view: UnrollView) -> None:
        self._view = view

    def select(self, layer: str, column: int, at: float | None = None, add: bool = False) -> None:
        """Select a layer through one of its copies."""
        ids = {*(self._view.document.selection if add else ()), layer}
        self._view.document.select(ids)
        self.go_to_column(column, at)

    def go_to_column(self, column: int, at: float | None = None, tell: bool = True) -> None:
        """Select a column; one without time leaves the step as it is."""
        chosen = self._view.layout_.unrolled.columns[column]
        if chosen.kind == "step":
            self._view.step = chosen.step
            if tell:
                self._view.step_selected.emit(chosen.step)
        self._view.shown.column = column
        self._view.layout_.set_focus(column if chosen.kind == "step" else self._view.layout_.focus, at)
        self._view.layout_.show(column)
        self.tell()
        self._view.diagram.refresh()
        self._view.repaint_all()

    def go_to_step(self, step: int, tell: bool = True) -> None:
        """Select a time step; of several sequences, in the one that is selected, or the first one."""
        column = self._column_of(step)
        if column is None or (self._view.step == step and self._view.shown.column == column):
            return
        self.go_to_column(column, tell=tell)

    def _column_of(self, step: int) -> int | None:
        rows = [r for r in self._view.layout_.unrolled.rows if r.steps is not None and 0 <= step < r.steps]
        rows.sort(key=lambda row: row.layer not in self._view.document.selection)
        return rows[0].column(step) if rows else None

    def find_again(self) -> None:
        """Find the selected step again after a change of the network."""
        column = None if self._view.step is None else self._column_of(self._view.step)
        if column is None:
            self._view.step = None
        self._view.shown.column = self._view.layout_.focus = column

    def cell_words(self) -> str:
        """The selected cell in words."""
        layers = [k for k in self._view.document.selected_layers() if k in self._view.layout_.unrolled.by_layer]
        if not layers:
            return ""
        row = self._view.layout_.unrolled.by_layer[layers[0]]
        step = self._view.step if row.steps is not None else None
        return tips.cell(self._view.shown.network, self._view.shown.numbers, row, step)

    def tell(self) -> None:
        """Say the selected cell to those who do not see it."""
        self._view.setAccessibleDescription(
            self.cell_words() or tr("Arrow keys go from step to step and layer to layer.")
        )
