"""The palette: all kinds of layers to drag onto the canvas, with a search. Double-click or Enter adds one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListWidgetItem, QVBoxLayout, QWidget

from gui.canvas.kinds_list import KEY, KindsList
from gui.document import Document
from gui.icons import icon
from gui.text import tr
from gui.theme import theme


class Palette(QWidget):
    """Offers layers; ``chosen`` asks for one without saying where (CanvasView.add_layer finds a place)."""

    chosen = Signal(str)
    """Key of a kind of layer."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAccessibleName(tr("Palette of layers"))
        self._document = document
        self.search = QLineEdit(self)
        self.search.setObjectName("paletteSearch")
        self.search.setPlaceholderText(tr("Search layers"))
        self.search.setAccessibleName(tr("Search kinds of layers"))
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.list = KindsList(self)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self._nothing = QLabel(tr("No layer is called that."), self)
        self._nothing.setWordWrap(True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._nothing.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 6, 6, 6)
        box.setSpacing(6)
        box.addWidget(self.search)
        box.addWidget(self._nothing)
        box.addWidget(self.list, 1)
        self.search.textChanged.connect(self._narrow)
        self.search.installEventFilter(self)
        self.list.itemDoubleClicked.connect(self._on_item)
        self.list.installEventFilter(self)
        theme().changed.connect(self._on_theme)

    def _narrow(self, words: str) -> None:
        self.list.narrow(words)
        self._nothing.setVisible(self.list.count() == 0)

    def _on_theme(self) -> None:
        self._narrow(self.search.text())

    def _on_item(self, item: QListWidgetItem) -> None:
        if item.data(KEY):
            self.chosen.emit(str(item.data(KEY)))

    def _choose(self) -> None:
        if self.list.chosen():
            self.chosen.emit(self.list.chosen())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
            return True
        if watched is self.search and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.list.step(1 if event.key() == Qt.Key.Key_Down else -1)
            return True
        return False
