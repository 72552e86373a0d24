"""What a page of the panel “Try it” is: it edits an input, says what to ask about it, and shows what came of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from core.data.dataset import Dataset
from core.network import Network
from core.questions import Question
from gui.document import Document
from gui.why.here import Question as Why


class UsePage(QWidget):
    """One way to use a network."""

    edited = Signal()
    """The input is another one: ask again."""
    asked = Signal(object)
    """QPoint of the screen: what can be asked there? Of parts that know a click of the right button from a drag."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        """That is asked."""
        self.data: Dataset | None = None
        self.network = Network()
        """That answers."""
        self.activation = ""
        self.reads_answers = False
        """Whether the network is fed with its own answers."""
        self.in_step = True
        """Whether an answer at a step knows the input up to that step alone."""
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(6)

    def show_data(self, data: Dataset) -> None:
        """Begin afresh with another data set."""
        self.data = data

    def question(self, moving: bool) -> Question | None:
        """What to ask the worker about the input as it is now; None where there is no input yet.

        ``moving`` is True while the network trains: then it should cost little.
        """
        raise NotImplementedError

    def take(self, result: object) -> None:
        """Show the answer."""
        raise NotImplementedError

    def forget(self) -> None:
        """The last answer holds no longer."""
        raise NotImplementedError

    def asked_of(self) -> dict[QWidget, Callable[[QPointF | None], list[Why]]]:
        """By part of the page: what can be asked about the number at a place in it, or (None) where the keyboard is."""
        return {}

    def questions_at(self, at: QPoint) -> list[Why]:
        """What can be asked about the number at a point of the screen."""
        for part, asked in self.asked_of().items():
            place = part.mapFromGlobal(at)
            if part.isVisible() and part.rect().contains(place):
                return asked(QPointF(place))
        return []

    def questions_here(self) -> list[Why]:
        """What can be asked about the number where the keyboard is."""
        focus = QApplication.focusWidget()
        for part, asked in self.asked_of().items():
            if focus is not None and part.isVisible() and (part is focus or part.isAncestorOf(focus)):
                return asked(None)
        return []
