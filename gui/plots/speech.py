"""The line of words above a plot."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QLabel, QSizePolicy

PAUSE = " · "
HIGH = 170
"""Height of a plot, with its words, that leaves room for a third line of them."""


class Speech(QLabel):
    """One line of rich text, or more where its parts need them and the dock is narrow; the tool tip has it all.

    The parts stand between dots; where there is no room for all, the last ones are left out. It only grows between resizes: what is below must not jump while the pointer moves.
    """

    asked = Signal(QPoint)
    """Of the screen: someone wants to know what can be said about the words."""

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

    @property
    def whole(self) -> str:
        """Everything that was said, also what there is no room for."""
        return self.toolTip()

    def say(self, text: str) -> None:
        """Show a sentence; names in it are escaped."""
        if self.whole != text:
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
        plot = self.parentWidget()
        most = 3 if plot is not None and plot.height() >= HIGH else 2
        shown, parts = self.whole, self.whole.split(PAUSE)
        while (needed := self._lines_of(shown)) > most and len(parts) > 1:
            parts.pop()
            shown = PAUSE.join(parts) + " …"
        if self.text() != shown:
            self.setText(shown)
        needed = min(needed, most)
        lines = needed if afresh else max(needed, self._lines)
        if lines != self._lines or afresh:
            self._lines = lines
            self.setFixedHeight(max(self._least, lines * line + around + 2))

    def _lines_of(self, text: str) -> int:
        """Lines that a text takes; a label is no help, as the height that it asks for is never less than the one it has."""
        paper, margins = QTextDocument(), self.contentsMargins()
        paper.setDocumentMargin(0)
        paper.setDefaultFont(self.font())
        paper.setTextWidth(max(1, self.width() - margins.left() - margins.right()))
        paper.setHtml(text)
        return max(1, round(paper.size().height() / self.fontMetrics().height()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.asked.emit(event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._make_room(afresh=True)
