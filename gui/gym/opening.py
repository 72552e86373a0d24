"""How the rest of the window opens the gym; its sweeps go on while its window is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from gui.document import Document
from gui.runner import Runner
from gui.text import tr

if TYPE_CHECKING:
    from gui.gym.window import GymWindow


class GymOpening(QObject):
    """Makes the window when it is first wanted, and brings it to the front after that."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._runner, self._parent = document, runner, parent
        self._window: GymWindow | None = None
        action = QAction(tr("Memory gym …"), self)
        action.setObjectName("gym")
        action.setMenuRole(QAction.MenuRole.NoRole)
        action.setToolTip(tr("How far back does a network remember?"))
        action.triggered.connect(lambda: self.show())
        self.command = action

    def show(self) -> GymWindow:
        """Open the gym."""
        if self._window is None:
            from gui.gym.window import GymWindow

            self._window = GymWindow(self._document, self._runner, self._parent)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        return self._window
