"""The history: every edit since the project was opened; a click goes back or forward to it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QUndoView, QVBoxLayout, QWidget

from gui.document import Document
from gui.icons import icon
from gui.runner import Runner
from gui.text import tr

_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class _View(QUndoView):
    """Asks a training that moves to hand over its weights before it goes elsewhere in the history."""

    def __init__(self, document: Document) -> None:
        super().__init__(document.undo_stack)
        self._document = document

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._document.before_change()
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _MOVES:
            self._document.before_change()
        super().keyPressEvent(event)


class HistoryPanel(QWidget):
    """The undo stack as a list; the disk marks what was saved last."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("history")
        self.setAccessibleName(tr("History"))
        self.view = _View(document)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setAccessibleName(tr("History"))
        self.view.setEmptyLabel(tr("As opened"))
        self.view.setCleanIcon(icon("save"))
        self.view.setIconSize(QSize(14, 14))
        self.view.setToolTip(tr("Click an entry to go to the project as it was then."))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
