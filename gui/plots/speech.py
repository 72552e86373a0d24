"""The line of words above a plot."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy


class Speech(QLabel):
    """One line of rich text, or two where the sentence needs them and the dock is narrow; the tool tip has it all.

    It only grows between resizes: what is below must not jump while the pointer moves.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setContentsMargins(6, 0, 6, 0)
        self._lines = 1
        self._least = 0

    def say(self, text: str) -> None:
        """Show a sentence; names in it are escaped."""
        if self.text() != text:
            self.setText(text)
            self.setToolTip(text)
            self._make_room()

    def leave_room(self, left: int, right: int, height: int) -> None:
        """Keep these pixels free for a button beside it."""
        self._least = height
        self.setContentsMargins(left, 4, right, 4)
        self._make_room(afresh=True)

    def _make_room(self, *, afresh: bool = False) -> None:
        line, margins = self.fontMetrics().height(), self.contentsMargins()
        around = margins.top() + margins.bottom()
        needed = 2 if self.heightForWidth(self.width()) - around > 1.5 * line else 1
        lines = needed if afresh else max(needed, self._lines)
        if lines != self._lines or afresh:
            self._lines = lines
            self.setFixedHeight(max(self._least, lines * line + around + 2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._make_room(afresh=True)
