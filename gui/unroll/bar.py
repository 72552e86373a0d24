"""The buttons of the unrolled view, in the corner below the names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from gui.text import tr
from gui.unroll.layout import BAR, FOOTER

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView

KEYS = ("values", "gradient", "lens", "units", "line", "fit")


class Bar(QWidget):
    """What is shown, and how."""

    def __init__(self, view: UnrollView) -> None:
        super().__init__(view)
        self.setObjectName("unroll_bar")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 2, 0)
        row.setSpacing(0)
        self.buttons: dict[str, QToolButton] = {}
        for key in KEYS:
            action = view.commands[key]
            button = QToolButton(self)
            button.setObjectName(f"unroll_bar.{key}")
            button.setDefaultAction(action)
            button.setAutoRaise(True)
            button.setIconSize(QSize(16, 16))
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            keys = action.shortcut().toString()
            button.setToolTip(f"{action.text()} ({keys})" if keys else action.text())
            row.addWidget(button)
            self.buttons[key] = button
        parts = QMenu(self)
        parts.setTitle(tr("Part of the gradient"))
        for key in ("total", "direct", "through"):
            parts.addAction(view.commands[key])
        self.buttons["gradient"].setMenu(parts)
        self.buttons["gradient"].setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)

    def place(self) -> None:
        """In the corner."""
        room = self.parentWidget().rect()
        self.setGeometry(0, int(room.height() - FOOTER) + 1, int(BAR) - 1, int(FOOTER) - 1)
