"""How the rest of the window opens explorers: one command for each, and by catalogue entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from gui.document import Document
from gui.explorers.names import FOR_CATALOGUE, TITLES
from gui.runner import Runner
from gui.text import tr

if TYPE_CHECKING:
    from gui.explorers.window import ExplorerWindow


class Explorers(QObject):
    """Makes the window of the explorers when it is first wanted, and brings it to the front after that."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._runner, self._parent = document, runner, parent
        self._window: ExplorerWindow | None = None
        self.commands: dict[str, QAction] = {}
        for key, title in TITLES.items():
            action = QAction(tr(title), self)
            action.setObjectName(f"explore {key}")
            action.setMenuRole(QAction.MenuRole.NoRole)
            action.triggered.connect(lambda _=False, chosen=key: self.show(chosen))
            self.commands[key] = action

    @staticmethod
    def explains(catalogue: str) -> bool:
        """Whether there is an explorer for the entries of a catalogue."""
        return catalogue in FOR_CATALOGUE

    def show(self, key: str, entry: str = "") -> ExplorerWindow:
        """Open an explorer, starting from an entry of its catalogue."""
        window = self._opened()
        window.show_explorer(key, entry)
        return window

    def show_entry(self, catalogue: str, entry: str) -> ExplorerWindow:
        """Open the explorer of a catalogue entry ("losses", "huber")."""
        window = self._opened()
        window.show_entry(catalogue, entry)
        return window

    def _opened(self) -> ExplorerWindow:
        if self._window is None:
            from gui.explorers.window import ExplorerWindow

            self._window = ExplorerWindow(self._document, self._runner, self._parent)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        return self._window
