"""Which page imports a file or folder, and the dialog for one of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QWidget

from core.data.importers.whole import ENDINGS, Holds, holds
from gui.document import Document
from gui.importing.array_page import ArrayPage
from gui.importing.dialog import ImportDialog
from gui.importing.page import ImportPage
from gui.importing.samples_pages import ArraysPage, ImagesPage, SoundPage
from gui.importing.table_page import TablePage
from gui.importing.text_page import TextPage
from gui.runner import Runner

PAGES: dict[Holds, type[ImportPage]] = {
    "table": TablePage,
    "text": TextPage,
    "array": ArrayPage,
    "arrays": ArraysPage,
    "pictures": ImagesPage,
    "sound": SoundPage,
}


def page_for(path: Path) -> type[ImportPage] | None:
    """The page that imports a file or folder; None where nothing does."""
    found = holds(path)
    return None if found is None else PAGES[found]


def suffixes() -> tuple[str, ...]:
    """The endings of files that can be imported."""
    return tuple(ENDINGS)


def open_dialog(window: QWidget, document: Document, runner: Runner, path: Path) -> ImportDialog | None:
    """Show the import of ``path``, which must be one that is accepted."""
    page = page_for(path)
    if page is None:
        return None
    dialog = ImportDialog(document, runner, page(document, path), window)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
