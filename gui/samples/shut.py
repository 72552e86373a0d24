"""What stands in place of the test part until somebody asks for it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.text import tr
from gui.widgets import muted


def shut_words() -> str:
    """Why nothing is shown."""
    return tr(
        "The test part is shut: it is for one last check, when every choice is made. Opening it, here or under Evaluation, is "
        "counted and saved with the project."
    )


class ShutPage(QWidget):
    """The reason, and a button."""

    opened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.button = QPushButton(icon("lock"), tr("Open the test part"))
        self.button.setObjectName("open_test")
        self.button.clicked.connect(self.opened)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(muted(shut_words()))
        column.addWidget(self.button)
