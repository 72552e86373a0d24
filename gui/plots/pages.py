"""What a page of the output view is, and when an evaluation can be shown on one."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.answers import Answers
from core.data.dataset import Dataset
from core.reports import Evaluation
from gui.plots.export import Table
from gui.why.here import Question


@dataclass(frozen=True, eq=False)
class Shown:
    """Everything that a page draws from."""

    data: Dataset
    evaluation: Evaluation
    answers: Answers
    activation: str
    """Key of the output layer's activation."""
    output: str = ""
    """Id of the output layer."""


class OutputPage(QWidget):
    """One way to look at outputs."""

    said = Signal(str)
    """A sentence about what is pointed at; empty when nothing is."""
    picked = Signal(int)
    """The user wants to see this sample elsewhere too."""

    asked = Signal(object)
    """QPoint of the screen: what can be asked here? Of pages that have no chart."""

    def answer_at(self, at: tuple[float, float]) -> tuple[int, int] | None:
        """(row of the answers, unit of the output) that is drawn nearest to the values x, y; None where none is near."""
        return None

    def questions_here(self) -> list[Question]:
        """Of pages that have no chart: what can be asked about what is chosen or pointed at."""
        return []

    def show_outputs(self, shown: Shown) -> None:
        """Bring the page up to date."""
        raise NotImplementedError

    def sentence(self) -> str:
        """What is to be seen, in words."""
        raise NotImplementedError

    def table(self) -> Table:
        """What is to be seen, as numbers."""
        raise NotImplementedError

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
