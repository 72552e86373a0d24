"""The bar over the canvas: play, step, stop, reset and the seed. Its commands are those of the training panel."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLabel, QSpinBox, QToolBar, QToolButton, QWidget

from core.edits import SetTraining
from gui.document import Document
from gui.text import tr
from gui.widgets import PrimaryButton

_KEYS = {
    "play": "F5",
    "step step": "F6",
    "step batch": "F7",
    "step epoch": "F8",
    "stop": "Shift+F5",
    "reset": "Ctrl+F5",
}


class TrainingBar(QToolBar):
    """Buttons for the commands of the training, with their keys, and the seed."""

    def __init__(self, document: Document, commands: Mapping[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(tr("Training"), parent)
        self.setObjectName("training_bar")
        self._document = document
        self.buttons: dict[str, QToolButton] = {}
        """By the key of their command."""
        for key, keys in _KEYS.items():
            if key in ("step step", "stop"):
                self.addSeparator()
            self.buttons[key] = self._add(commands[key], keys, PrimaryButton() if key == "play" else QToolButton())
        self.addSeparator()
        self._add_seed()
        document.changed.connect(self._show)
        document.replaced.connect(self._show)
        self._show()

    def _add(self, action: QAction, keys: str, button: QToolButton) -> QToolButton:
        action.setShortcut(QKeySequence(keys))
        button.setDefaultAction(action)
        button.setAutoRaise(not isinstance(button, PrimaryButton))
        button.setIconSize(self.iconSize())
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setObjectName(f"bar {action.text()}")
        self.addWidget(button)
        return button

    def _add_seed(self) -> None:
        label = QLabel(tr("Seed"))
        self.seed = QSpinBox(objectName="seed", maximum=2**31 - 1, accessibleName=tr("Seed"))
        self.seed.setToolTip(
            tr("Start of all random numbers: new weights at the next reset, and the order of the data")
        )
        self.seed.setKeyboardTracking(False)
        self.seed.valueChanged.connect(lambda value: self._document.do(SetTraining("seed", value)))
        label.setBuddy(self.seed)
        label.setContentsMargins(6, 0, 6, 0)
        self.addWidget(label)
        self.addWidget(self.seed)

    def _show(self, *_: object) -> None:
        self.seed.blockSignals(True)
        self.seed.setValue(int(self._document.project.training["seed"]))
        self.seed.blockSignals(False)
