"""Undo and redo over the edits of the document and the changes of a what-if, in the order in which they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

if TYPE_CHECKING:
    from gui.document import Document
    from gui.imagining import Imagining


class Undoing(QObject):
    """Two histories as one: a what-if is no part of the document, and yet it is undone when its turn comes."""

    changed = Signal()
    """What can be undone or done again."""

    def __init__(self, document: Document, imagining: Imagining, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._imagining = document, imagining
        stack = document.undo_stack
        for signal in (stack.indexChanged, stack.undoTextChanged, stack.redoTextChanged, imagining.changed):
            signal.connect(self._tell)

    def _tell(self, *_: object) -> None:
        # a stack that is deleted with its window says so while there is nothing left to ask
        if isValid(self._document) and isValid(self._document.undo_stack):
            self.changed.emit()

    @property
    def can_undo(self) -> bool:
        return bool(self._imagining.undoes) or self._document.undo_stack.canUndo()

    @property
    def can_redo(self) -> bool:
        return bool(self._imagining.redoes) or self._document.undo_stack.canRedo()

    @property
    def undoes(self) -> str:
        """What is undone next."""
        return self._imagining.undoes or self._document.undo_stack.undoText()

    @property
    def redoes(self) -> str:
        """What is done again next."""
        return self._imagining.redoes or self._document.undo_stack.redoText()

    def undo(self) -> None:
        """Take back what was done last."""
        if self._imagining.undoes:
            self._imagining.undo()
        else:
            self._document.undo()

    def redo(self) -> None:
        """Do again what was taken back last."""
        if self._imagining.redoes:
            self._imagining.redo()
        else:
            self._document.redo()
