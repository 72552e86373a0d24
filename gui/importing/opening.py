"""Which files can be imported, and the dialog for one of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QWidget

from core.data.importers import images, sound
from core.data.importers.dialect import looks_like_table
from core.data.importers.samples import holds_one_table
from core.errors import DataError
from gui.document import Document
from gui.errors import tell
from gui.icons import icon
from gui.importing.array_page import ArrayPage
from gui.importing.dialog import ImportDialog
from gui.importing.page import ImportPage
from gui.importing.samples_pages import ArraysPage, ImagesPage, SoundPage
from gui.importing.table_page import TablePage
from gui.importing.text_page import TextPage
from gui.runner import Runner
from gui.text import tr

BY_ENDING: dict[str, type[ImportPage]] = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".dat"), TablePage),
    **dict.fromkeys((".txt", ".text", ".md"), TextPage),
    **dict.fromkeys((".npy", ".npz"), ArraysPage),
}
_LOOKED_AT = 200
"""Files of a folder that are looked at to tell what it holds."""


def accepts(path: Path) -> bool:
    """Whether a file or folder can be imported, told by its name, or by the names in it."""
    return page_for(path) is not None


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


class Imports(QObject):
    """The window's command to import data."""

    imported = Signal()
    """Data of one's own is in the project now."""

    def __init__(self, document: Document, runner: Runner, window: QWidget) -> None:
        super().__init__(window)
        self._document, self._runner, self._window = document, runner, window
        self._folder = ""
        self.commands: dict[str, QAction] = {}
        self._add("import", tr("&Import data …"), self.ask, "Ctrl+I")
        self._add("import_folder", tr("Import a &folder of pictures or sound …"), self.ask_folder)

    def _add(self, key: str, text: str, slot: Callable[[], None], keys: str = "") -> None:
        action = QAction(icon("table"), text, self)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda: slot())
        self.commands[key] = action

    def ask(self) -> None:
        """Let the user choose a file, and show its import."""
        kinds = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in suffixes())
        filters = tr("Data ({kinds})", kinds=kinds)
        name, _ = QFileDialog.getOpenFileName(self._window, tr("Import data"), self._folder, filters)
        if name:
            self.start(Path(name))

    def ask_folder(self) -> None:
        """Let the user choose a folder that holds one folder per class, and show its import."""
        name = QFileDialog.getExistingDirectory(self._window, tr("Import a folder"), self._folder)
        if not name:
            return
        if self.start(Path(name)) is None:
            text = "“{name}” needs a folder for each class, with pictures or WAV files in it."
            tell(self._window, DataError(text, name=Path(name).name))

    def start(self, path: Path) -> ImportDialog | None:
        """Show the import of a file or folder."""
        self._folder = str(path.parent)
        dialog = open_dialog(self._window, self._document, self._runner, path)
        if dialog is not None:
            dialog.accepted.connect(self.imported)
        return dialog
