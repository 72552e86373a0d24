"""The searchable menu that Space or a double-click on the canvas opens at the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidgetItem, QVBoxLayout, QWidget

from gui.canvas.kinds_list import KEY, KindsList
from gui.icons import icon
from gui.text import tr
from gui.theme import theme

WIDTH, HEIGHT = 250, 330


class QuickMenu(QFrame):
    """Type a few letters, press Enter. It lives inside the canvas, so it moves with the window."""

    chosen = Signal(str)
    """Key of a kind of layer."""
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("quickMenu")
        self.setAccessibleName(tr("Add a layer"))
        self.search = QLineEdit(self)
        self.search.setObjectName("quickMenuSearch")
        self.search.setPlaceholderText(tr("Add a layer …"))
        self.search.setAccessibleName(tr("Search kinds of layers"))
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.list = KindsList(self, eager=True)
        self.list.draggable = False
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 8, 8)
        box.setSpacing(6)
        box.addWidget(self.search)
        box.addWidget(self.list)
        self.search.textChanged.connect(self._narrow)
        self.search.installEventFilter(self)
        self.list.itemClicked.connect(self._on_clicked)
        self._height = HEIGHT
        self.hide()

    def open_at(self, where: QPoint) -> None:
        """Show it with its corner at a point of the parent, inside the parent."""
        ground, edge = theme().color("layer").name(), theme().color("layer_edge").name()
        self.setStyleSheet(
            f"#quickMenu {{ background: {ground}; border: 1px solid {edge}; border-radius: 10px; }}"
            "#layerKinds { background: transparent; }"
        )
        room = self.parentWidget().rect()
        height = self._height = min(HEIGHT, room.height() - 8)
        self.setGeometry(
            max(4, min(where.x(), room.width() - WIDTH - 4)), max(4, min(where.y(), room.height() - height - 4)),
            WIDTH, height,
        )  # fmt: skip
        self.search.clear()
        self.list.narrow("")
        self.show()
        self.raise_()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _narrow(self, words: str) -> None:
        """Show what matches, and be no higher than that."""
        self.list.narrow(words)
        rows = sum(self.list.item(row).sizeHint().height() for row in range(self.list.count()))
        wanted = rows + self.search.sizeHint().height() + 34
        self.resize(self.width(), max(90, min(self._height, wanted)))

    def dismiss(self) -> None:
        """Close it without a choice."""
        if self.isVisible():
            self.parentWidget().setFocus()
            self.hide()
            self.closed.emit()

    def _accept(self) -> None:
        kind = self.list.chosen()
        if kind:
            self.parentWidget().setFocus()
            self.hide()
            self.chosen.emit(kind)
            self.closed.emit()

    def _on_clicked(self, item: QListWidgetItem) -> None:
        if item.data(KEY):
            self._accept()

    def eventFilter(self, watched: object, event: object) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            key = event.key()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self.list.step(1 if key == Qt.Key.Key_Down else -1)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
                self._accept()
                return True
            if key == Qt.Key.Key_Escape:
                self.dismiss()
                return True
        return False
