"""The page of the import dialog for a numpy file with one array: a table, with a role for each of its columns."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout

from core.data.importers.arrays import lone, top_of
from core.data.importers.progress import Job
from core.data.importers.roles import guess_roles, guess_settings
from core.data.importers.samples import read_arrays
from core.data.importers.table import Column, Preview, Table
from gui.document import Document
from gui.importing.columns import Columns, ColumnsView
from gui.importing.page import ImportPage
from gui.importing.preview_model import PreviewModel
from gui.text import tr
from gui.widgets import muted


@dataclass(frozen=True, eq=False)
class _Look:
    table: Table
    top: Preview


class ArrayPage(Columns, ImportPage):
    """A ``.npy`` file, or a ``.npz`` file with one array in it."""

    kinds = ("number",)

    def __init__(self, document: Document, path: Path) -> None:
        super().__init__(document, path)
        self.roles: list[str] = []
        self._look: _Look | None = None
        self.model = PreviewModel(self)
        self.view = ColumnsView(self.open_menu)
        self.view.setModel(self.model)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(
            muted(tr("One array: its columns become those of a table. Click a header to say what it is for."))
        )
        layout.addWidget(self.view, 1)

    def look(self) -> Callable[[], Job[_Look]]:
        path = self.path

        def work() -> Job[_Look]:
            table = lone((yield from read_arrays(path)))
            return _Look(table, top_of(path, table))

        return work

    def show_look(self, found: _Look) -> Mapping[str, object]:
        self._look = found
        self.roles = list(guess_roles(found.top))
        self.show_roles()
        self.view.fit()
        return guess_settings(found.top, self.roles)

    def columns(self) -> tuple[Column, ...]:
        return self._look.top.columns if self._look is not None else ()

    def show_roles(self) -> None:
        assert self._look is not None
        self.model.show_preview(self._look.top, self.roles)

    def reading(self) -> Hashable:
        return self.path

    def read(self) -> Callable[[], Job[Table]]:
        assert self._look is not None
        table = self._look.table

        def work() -> Job[Table]:
            yield from ()
            return table

        return work
