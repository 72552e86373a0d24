"""The window's commands to import data. What imports is loaded with the first file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QWidget

from core.errors import DataError
from gui.document import Document
from gui.errors import tell
from gui.icons import icon
from gui.runner import Runner
from gui.text import tr

if TYPE_CHECKING:
    from gui.importing.dialog import ImportDialog


def accepts(path: Path) -> bool:
    """Whether a file or folder can be imported, told by its name, or by the names in it."""
    from gui.importing.choosing import page_for

    return page_for(path) is not None


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
        from gui.importing.choosing import suffixes

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
        from gui.importing.choosing import open_dialog

        self._folder = str(path.parent)
        dialog = open_dialog(self._window, self._document, self._runner, path)
        if dialog is not None:
            dialog.accepted.connect(self.imported)
        return dialog
