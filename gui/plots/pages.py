"""What a page of the output view is, and when an evaluation can be shown on one."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from core.answers import Answers
from core.data.dataset import Dataset
from core.reports import Evaluation
from gui.plots.export import Table


@dataclass(frozen=True, eq=False)
class Shown:
    """Everything that a page draws from."""

    data: Dataset
    evaluation: Evaluation
    answers: Answers
    activation: str
    """Key of the output layer's activation."""


class OutputPage(QWidget):
    """One way to look at outputs."""

    said = Signal(str)
    """A sentence about what is pointed at; empty when nothing is."""
    picked = Signal(int)
    """The user wants to see this sample elsewhere too."""

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
