"""Which page imports a file or folder, and the dialog for one of them."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from PySide6.QtWidgets import QWidget

from core.data.importers import images, sound
from core.data.importers.dialect import looks_like_table
from core.data.importers.samples import holds_one_table
from gui.document import Document
from gui.importing.array_page import ArrayPage
from gui.importing.dialog import ImportDialog
from gui.importing.page import ImportPage
from gui.importing.samples_pages import ArraysPage, ImagesPage, SoundPage
from gui.importing.table_page import TablePage
from gui.importing.text_page import TextPage
from gui.runner import Runner

BY_ENDING: dict[str, type[ImportPage]] = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".dat"), TablePage),
    **dict.fromkeys((".txt", ".text", ".md"), TextPage),
    **dict.fromkeys((".npy", ".npz"), ArraysPage),
}
_LOOKED_AT = 200
"""Files of a folder that are looked at to tell what it holds."""


def page_for(path: Path) -> type[ImportPage] | None:
    """The page that imports a file or folder; None where nothing does."""
    if not path.is_dir():
        found = BY_ENDING.get(path.suffix.lower())
        if found is TextPage and path.suffix.lower() != ".md" and looks_like_table(path):
            return TablePage
        return ArrayPage if found is ArraysPage and holds_one_table(path) else found
    try:
        files = islice((f for one in path.iterdir() if one.is_dir() for f in islice(one.iterdir(), 20)), _LOOKED_AT)
        endings = {file.suffix.lower() for file in files}
    except OSError:
        return None
    if endings & set(sound.ENDINGS):
        return SoundPage
    return ImagesPage if endings & set(images.ENDINGS) else None


def suffixes() -> tuple[str, ...]:
    """The endings of files that can be imported."""
    return tuple(BY_ENDING)


def open_dialog(window: QWidget, document: Document, runner: Runner, path: Path) -> ImportDialog | None:
    """Show the import of ``path``, which must be one that is accepted."""
    page = page_for(path)
    if page is None:
        return None
    dialog = ImportDialog(document, runner, page(path), window)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog
