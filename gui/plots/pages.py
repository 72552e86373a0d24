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

    said = Signal(str, object)
    """A sentence about what is pointed at, as rich text, and the Questions about it or None; empty when nothing is."""
    picked = Signal(int)
    """The user wants to see this sample elsewhere too."""

    asked = Signal(object)
    """QPoint of the screen: what can be asked here? Of pages that have no chart."""

    def questions_at(self, at: tuple[float, float]) -> list[Question]:
        """Of pages with a chart: what can be asked about its values x, y; the most important one first."""
        return []

    def on_sentence(self) -> dict[str, Question]:
        """What can be asked about the numbers in ``sentence``."""
        return {}

    def questions_here(self) -> list[Question]:
        """Of pages that have no chart: what can be asked about what is chosen or pointed at."""
        return []

    def show_outputs(self, shown: Shown) -> None:
        """Bring the page up to date."""
        raise NotImplementedError

    def sentence(self) -> str:
        """What is to be seen, as rich text whose numbers can be asked about."""
        raise NotImplementedError

    def table(self) -> Table:
        """What is to be seen, as numbers."""
        raise NotImplementedError

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
