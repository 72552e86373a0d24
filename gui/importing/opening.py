"""Which files can be imported, and the dialog for one of them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QWidget

from gui.document import Document
from gui.icons import icon
from gui.importing.dialog import ImportDialog
from gui.importing.page import ImportPage
from gui.importing.table_page import TablePage
from gui.runner import Runner
from gui.text import tr

TABLES = (".csv", ".tsv", ".tab", ".dat")


def accepts(path: Path) -> bool:
    """Whether a file or folder can be imported, told by its name."""
    return page_for(path) is not None


def suffixes() -> tuple[str, ...]:
    """The endings of files that can be imported."""
    return TABLES


def page_for(path: Path) -> type[ImportPage] | None:
    """The page that imports a file; None where nothing does."""
    return TablePage if path.suffix.lower() in TABLES else None


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
        action = QAction(tr("&Import data …"), self)
        action.setIcon(icon("table"))
        action.setShortcut(QKeySequence("Ctrl+I"))
        action.triggered.connect(lambda: self.ask())
        self.commands: dict[str, QAction] = {"import": action}

    def ask(self) -> None:
        """Let the user choose a file, and show its import."""
        kinds = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in suffixes())
        filters = tr("Data ({kinds})", kinds=kinds)
        name, _ = QFileDialog.getOpenFileName(self._window, tr("Import data"), self._folder, filters)
        if name:
            self.start(Path(name))

    def start(self, path: Path) -> ImportDialog | None:
        """Show the import of a file or folder."""
        self._folder = str(path.parent)
        dialog = open_dialog(self._window, self._document, self._runner, path)
        if dialog is not None:
            dialog.accepted.connect(self.imported)
        return dialog
