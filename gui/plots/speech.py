"""The line of words above a plot."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtGui import QAction, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QSizePolicy

from gui.document import Document
from gui.why.told import Questions, Told, unmarked

PAUSE = " · "
HIGH = 170
"""Height of a plot, with its words, that leaves room for a third line of them."""


class Speech(Told):
    """One line of words, or more where its parts need them and the dock is narrow; the tool tip has it all.

    The parts stand between dots; where there is no room for all, the last ones are left out, and with them their numbers. It only grows between resizes: what is below must not jump while the pointer moves.
    """

    def __init__(self, document: Document, name: str, commands: Iterable[QAction] = ()) -> None:
        """``commands`` are what its menu offers of the view that it belongs to."""
        super().__init__(document, name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setContentsMargins(6, 0, 6, 0)
        self._commands = commands
        self._whole = self._shown = ""
        self._lines = 1
        self._least = 0

    @property
    def whole(self) -> str:
        """Everything that was said, also what there is no room for, without the marks of ``asked``."""
        return self.toolTip()

    def say(self, text: str, questions: Questions | None = None) -> None:
        """Show a sentence, as ``tell`` does."""
        if self._whole != text:
            self._whole = text
            self.setToolTip(unmarked(text))
            self._make_room()
        self.tell(self._shown, questions)

    def leave_room(self, left: int, right: int, height: int) -> None:
        """Keep these pixels free for a button beside it."""
        self._least = height
        self.setContentsMargins(left, 4, right, 4)
        self._fit_afresh()

    def _make_room(self, *, afresh: bool = False) -> None:
        line, margins = self.fontMetrics().height(), self.contentsMargins()
        around = margins.top() + margins.bottom()
        plot = self.parentWidget()
        most = 3 if plot is not None and plot.height() >= HIGH else 2
        self._shown, parts = self._whole, self._whole.split(PAUSE)
        while (needed := self._lines_of(self._shown)) > most and len(parts) > 1:
            parts.pop()
            self._shown = PAUSE.join(parts) + " …"
        needed = min(needed, most)
        lines = needed if afresh else max(needed, self._lines)
        if lines != self._lines or afresh:
            self._lines = lines
            self.setFixedHeight(max(self._least, lines * line + around + 2))

    def _fit_afresh(self) -> None:
        self._make_room(afresh=True)
        self.tell(self._shown, self._questions)

    def _lines_of(self, text: str) -> int:
        """Lines that a text takes; a label is no help, as the height that it asks for is never less than the one it has."""
        paper, margins = QTextDocument(), self.contentsMargins()
        paper.setDocumentMargin(0)
        paper.setDefaultFont(self.font())
        paper.setTextWidth(max(1, self.width() - margins.left() - margins.right()))
        paper.setHtml(unmarked(text))  # marks take no room
        return max(1, round(paper.size().height() / self.fontMetrics().height()))

    def also(self) -> Iterable[QAction]:
        return self._commands

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_afresh()
