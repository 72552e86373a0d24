"""The command that opens the window in which the data is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from gui.document import Document
from gui.icons import icon
from gui.runner import Runner
from gui.text import tr

if TYPE_CHECKING:
    from gui.looking.window import LookWindow


class Looking(QObject):
    """Makes the window when it is first wanted, and brings it to the front after that."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget) -> None:
        super().__init__(parent)
        self._document, self._runner, self._parent = document, runner, parent
        self._window: LookWindow | None = None
        self.command = QAction(icon("plot"), tr("Look at the &data …"), self)
        self.command.setToolTip(tr("The whole series with its parts and windows, and histograms of every feature"))
        self.command.setShortcut(QKeySequence("Ctrl+Shift+D"))
        self.command.triggered.connect(lambda: self.show())

    def show(self) -> LookWindow:
        """Open the window."""
        if self._window is None:
            from gui.looking.window import LookWindow

            self._window = LookWindow(self._document, self._runner, self._parent)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        return self._window
