"""What the pages have in common that make data: a value that every gesture replaces, with its own undo, and a name."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from core.catalogue.spec import Choice, Param
from core.data.importers.progress import Job
from gui.document import Document
from gui.forms.number_box import NumberBox
from gui.icons import icon
from gui.importing.page import DataPage
from gui.text import tr
from gui.widgets import words

MOST_UNDO = 300
T = TypeVar("T")


class MadePage(DataPage, Generic[T]):
    """Base: shows a value and replaces it; Ctrl+Z takes back what was done last, within the dialog."""

    heading = ""
    """The title of the dialog."""

    def __init__(self, document: Document, state: T, name: str, begins: Choice | None = None) -> None:
        super().__init__(document)
        self.state = state
        self.begins = begins
        self._past: list[T] = []
        self._future: list[T] = []
        self._version = 0
        self.name_line = QLineEdit(name)
        self.name_line.setMaxLength(80)
        self.name_line.setAccessibleName(tr("Name of the data"))
        self.complaint = words(role=self.palette().ColorRole.BrightText)
        self.complaint.hide()
        self.undo_button = self.tool("undo", tr("Undo (Ctrl+Z)"), self.undo)
        self.redo_button = self.tool("redo", tr("Redo (Ctrl+Shift+Z)"), self.redo)
        self.tools = QHBoxLayout()
        self.tools.setSpacing(4)
        self.tools.addWidget(self.undo_button)
        self.tools.addWidget(self.redo_button)
        label = QLabel(tr("Name"))
        label.setBuddy(self.name_line)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addLayout(self.tools)
        head.addStretch(1)
        head.addWidget(label)
        head.addWidget(self.name_line, 2)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)
        self.column.addLayout(head)
        for keys, slot in (("Ctrl+Z", self.undo), ("Ctrl+Shift+Z", self.redo), ("Ctrl+Y", self.redo)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    # -- the value ---------------------------------------------------------------------------------------------------

    def change(self, state: T, joined: bool = False) -> None:
        """Take another value; ``joined`` makes it one entry with the change before, as within one stroke."""
        if not joined:
            self._past = [*self._past[-MOST_UNDO + 1 :], self.state]
        self._future.clear()
        self._take(state)

    def undo(self) -> None:
        """Take back the last change."""
        if self._past:
            self._future.append(self.state)
            self._take(self._past.pop())

    def redo(self) -> None:
        """Do again what was taken back last."""
        if self._future:
            self._past.append(self.state)
            self._take(self._future.pop())

    def _take(self, state: T) -> None:
        self.state = state
        self._version += 1
        self.complain("")
        self.show_state()
        self._show_undo()
        self.changed.emit()

    def _show_undo(self) -> None:
        self.undo_button.setEnabled(bool(self._past))
        self.redo_button.setEnabled(bool(self._future))

    def show_state(self) -> None:
        """Show the value."""
        raise NotImplementedError

    def begin(self) -> None:
        """Show the value for the first time, after all widgets are made."""
        self.column.addWidget(self.complaint)
        self.show_state()
        self._show_undo()

    def complain(self, sentence: str) -> None:
        """Say what could not be done; the next change takes it back."""
        self.complaint.setText(sentence)
        self.complaint.setVisible(bool(sentence))

    # -- what the dialog asks ----------------------------------------------------------------------------------------

    def title(self) -> str:
        return tr(self.heading)

    def action(self) -> str:
        return tr("&Use this data")

    def name(self) -> str:
        return self.name_line.text().strip()[:80] or tr("My data")

    def look(self) -> Callable[[], Job[None]]:
        def work() -> Job[None]:
            yield from ()

        return work

    def show_look(self, found: None) -> Mapping[str, object]:
        return {}

    def reading(self) -> Hashable:
        return self._version

    # -- parts -------------------------------------------------------------------------------------------------------

    def tool(self, picture: str, text: str, slot: Callable[[], Any], caption: str = "") -> QToolButton:
        """A button with an icon, and with words beside it where there are any."""
        button = QToolButton()
        button.setIcon(icon(picture))
        button.setToolTip(text)
        button.setAccessibleName(text)
        if caption:
            button.setText(caption)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.clicked.connect(lambda: slot())
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Return in a line means that line, not the dialog's button.
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)


def number(param: Param, value: float, slot: Callable[[Any], None], width: int = 0) -> NumberBox:
    """A box for one number that says when the user means another one."""
    box = NumberBox(param)
    box.show_value(value)
    box.setAccessibleName(tr(param.title))
    box.setToolTip(tr(param.help))
    box.edited.connect(slot)
    if width:
        box.setFixedWidth(width)
    return box


def captioned(title: str, widget: QWidget) -> QVBoxLayout:
    """A widget with its title above."""
    column = QVBoxLayout()
    column.setSpacing(2)
    label = QLabel(title)
    label.setForegroundRole(label.palette().ColorRole.PlaceholderText)
    label.setBuddy(widget)
    column.addWidget(label)
    column.addWidget(widget)
    return column
