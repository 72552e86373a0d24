"""Keeps a copy of unsaved work while the window is open, and offers what an earlier window left behind."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from core import autosave
from core.autosave import Copy, Journal
from core.errors import StudioError
from core.project import State
from gui.document import Document
from gui.recovery_dialog import RecoveryDialog
from gui.text import sentence, tr

DELAY = 2000
"""Milliseconds from the first unsaved edit to the copy; further edits in between do not push it back."""


class Recovery(QObject):
    """Autosave of one document into ``folder``.

    A copy goes away only when its work was saved and read back, when it was undone to what is on disk, or when the user
    gave it up (``mark_discarded``). Offering and opening a copy leaves it where it is.
    """

    failed = Signal(str)
    """Sentence: unsaved work cannot be kept safe at the moment."""

    def __init__(self, document: Document, folder: Path) -> None:
        super().__init__(document)
        self._document, self._folder = document, folder
        self._journal = Journal(folder)
        self._adopted: list[Copy] = []
        self._original: Path | None = None
        self._title = ""
        self._safe: State | None = document.state
        self._opening: Copy | None = None
        self._timer = QTimer(self, singleShot=True, interval=DELAY)
        self._timer.timeout.connect(self.keep)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)

    @property
    def unsaved(self) -> bool:
        """True where the document holds work that is not in its file."""
        return self._document.state is not self._safe

    def keep(self) -> None:
        """Write the copy now; where there is nothing unsaved, remove it."""
        self._timer.stop()
        if not self.unsaved:
            self._journal.discard()
            return
        document = self._document
        original = document.path or self._original
        title = document.path.stem if document.path else self._title or document.title
        try:
            self._journal.write(document.project, original, title)
        except StudioError as error:
            self.failed.emit(sentence(error))

    def mark_saved(self) -> None:
        """The document was saved and read back: its copies are no longer needed."""
        self._let_go()

    def mark_discarded(self) -> None:
        """The user said that the unsaved changes may be lost."""
        self._let_go()

    def close(self) -> None:
        """The window closes. What is unsaved and was not given up stays as a copy."""
        if self._timer.isActive():
            self.keep()
        self._document.changed.disconnect(self._on_changed)
        self._document.replaced.disconnect(self._on_replaced)

    def offer(self, parent: QWidget, *, silent: bool = True) -> RecoveryDialog | None:
        """Show what earlier windows left behind; None where there is nothing (said in a dialog unless ``silent``)."""
        copies = autosave.list_recoverable(self._folder)
        if not copies and silent:
            return None
        return self._show(copies, parent)

    def open(self, copy: Copy) -> None:
        """Open a copy as a project without a file; the copy stays until that is saved. Raises BadFile."""
        project = autosave.recover(copy)
        self._opening = copy
        name = copy.title or (copy.original.stem if copy.original else "") or tr("Untitled")
        self._document.open(project, None, tr("{name} (recovered)", name=name))
        # It is in no file: closing the window must ask.
        self._document.undo_stack.resetClean()
        self.keep()

    def _show(self, copies: Iterable[Copy], parent: QWidget) -> RecoveryDialog:
        dialog = RecoveryDialog(copies, self.open, parent)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _let_go(self) -> None:
        self._timer.stop()
        self._safe = self._document.state
        self._journal.discard()
        for copy in self._adopted:
            autosave.discard(copy)
        self._adopted.clear()

    def _on_changed(self, change: object) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _on_replaced(self) -> None:
        # What was open before was saved or given up, or else its copy stays behind under its own name.
        self._timer.stop()
        copy, self._opening = self._opening, None
        self._journal = Journal(self._folder, copy)
        self._adopted = [copy] if copy else []
        self._original = copy.original if copy else None
        self._title = copy.title if copy else ""
        self._safe = None if copy else self._document.state
