"""The problems of the project: a click shows where, a button repairs."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.errors import StudioError
from core.problems import Repair, problems
from core.project import Change
from gui.document import Document
from gui.errors import tell
from gui.problem_cards import ProblemCards, as_edit
from gui.runner import Runner
from gui.text import tr
from gui.widgets import Column, EmptyState


class ProblemsPanel(QWidget):
    """A card for each problem, errors first."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("problems")
        self.setAccessibleName(tr("Problems"))
        self._document = document
        self.cards = ProblemCards(document)
        self.column = Column()
        self.column.add(self.cards)
        self.empty = EmptyState("check", tr("No problems. Press Play to train."))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.column)
        layout.addWidget(self.empty)
        self.cards.pointed.connect(document.highlight)
        self.cards.chosen.connect(document.select)
        self.cards.repair.connect(self._repair)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Check the project again."""
        found = problems(self._document.state)
        self.cards.show_problems(found)
        self.column.setVisible(bool(found))
        self.empty.setVisible(not found)

    def _on_changed(self, change: Change) -> None:
        if change.network or change.training or change.data:
            self.refresh()

    def _repair(self, repair: Repair) -> None:
        try:
            self._document.do(as_edit(repair))
        except StudioError as error:
            tell(self, error)
