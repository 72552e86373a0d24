"""A button that shows a number which can be asked about."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QContextMenuEvent

from gui.document import Document
from gui.why.here import Question, open_menu
from gui.widgets import MenuButton


class AskedButton(MenuButton):
    """A flat button, with a menu or without. The right button, the menu key and Alt+W ask about its number; a click does what it is for."""

    def __init__(self, document: Document, name: str, questions: Callable[[], list[Question]]) -> None:
        """``questions`` says what can be asked, when someone asks."""
        super().__init__(name)
        self._document, self._questions = document, questions

    def questions_here(self) -> list[Question]:
        """What can be asked about the number that it shows."""
        return self._questions()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        open_menu(self, self.questions_here(), self._document, event.globalPos(), ())
