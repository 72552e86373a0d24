"""Problems as cards: a sentence whose numbers answer, where it is, and a button for each repair."""

from __future__ import annotations

import html
from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.data.dataset import Dataset
from core.edits import Edit, Macro
from core.errors import StudioError
from core.network import Network
from core.problems import Problem, Repair
from core.why.network.fits import numbers_of
from gui.document import Document
from gui.text import tr, tr_core
from gui.why.here import Question
from gui.why.told import asked
from gui.widgets import ElidedButton, Picture, told

_Role = QPalette.ColorRole
_ASKED = {
    "sizes differ": ("m", "n"), "input does not fit": ("wanted", "has"), "output does not fit": ("n", "m"),
    "too few symbols": ("needed", "has"),
}  # fmt: skip
"""The numbers in the sentence of a problem, see core.why.network.fits."""


def problem_words(problem: Problem) -> str:
    """The sentence of a problem, rich: its numbers can be asked about."""
    values = {key: html.escape(str(value), quote=False) for key, value in problem.values.items()}
    for key in _ASKED.get(problem.key, ()):
        if key in values:
            values[key] = asked(key, values[key])
    if problem.key == "sizes differ" and "sizes" in values:
        values["sizes"] = _listed(values["sizes"])
    return tr_core(html.escape(problem.template, quote=False), **values)


def _listed(sizes: str) -> str:
    """“a” 3, “b” 2: each number by its place."""
    parts = [one.rpartition(" ") for one in sizes.split(", ")]
    return ", ".join(f"{name} {asked(f'sizes{n}', size)}" for n, (name, _, size) in enumerate(parts))


def about_problem(problem: Problem, document: Document) -> dict[str, Question]:
    """What can be asked about the numbers of a problem of the project."""
    try:
        data = document.project.dataset()
    except StudioError:
        data = None
    return about_numbers(problem, document.project.network, data)


def about_numbers(problem: Problem, network: Network, data: Dataset | None) -> dict[str, Question]:
    """What can be asked about the numbers of a problem that ``network`` has, maybe with ``data``."""
    found = numbers_of(problem, network, data)
    return {key: Question(one, tr("Why {number}?", number=one.value)) for key, one in found.items()}


class ProblemCard(QFrame):
    """One problem: its sentence, and a button for each repair."""

    pointed = Signal(object)
    """Ids of the layers and links it is about while the pointer or the focus is on it, else nothing."""
    chosen = Signal(object)
    """The same ids on a click or Return."""
    repair = Signal(object)
    """The Repair that was clicked."""

    def __init__(self, problem: Problem, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.problem = problem
        self.ids = frozenset((*problem.layers, *problem.links))
        text = tr_core(problem.template, **problem.values)
        self.setObjectName(f"problem {problem.key}")
        kind = tr("Error") if problem.severity == "error" else tr("Warning")
        self.setAccessibleName(f"{kind}: {text}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(_Role.Base)
        self.label = told(document)
        self.label.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
        )  # a click beside them chooses the card
        self.label.tell(problem_words(problem), partial(about_problem, problem, document))
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(Picture(problem.severity), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.label, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 6)
        column.setSpacing(5)
        column.addLayout(line)
        self.buttons = [self._button(repair) for repair in problem.repairs]
        for button in self.buttons:
            row = QHBoxLayout()
            row.setContentsMargins(26, 0, 0, 0)
            row.addWidget(button)
            row.addStretch(1)
            column.addLayout(row)

    def _button(self, repair: Repair) -> QPushButton:
        button = ElidedButton(tr_core(repair.title), "repair")
        button.clicked.connect(lambda: self.repair.emit(repair))
        return button

    def enterEvent(self, event: object) -> None:
        self.pointed.emit(self.ids)

    def leaveEvent(self, event: object) -> None:
        self.pointed.emit(frozenset())

    def focusInEvent(self, event: object) -> None:
        self.pointed.emit(self.ids)
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.pointed.emit(frozenset())
        self.update()

    def mousePressEvent(self, event: object) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.chosen.emit(self.ids)

    def keyPressEvent(self, event: object) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):  # type: ignore[attr-defined]
            self.chosen.emit(self.ids)
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(self.palette().color(_Role.Accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            painter.end()


def as_edit(repair: Repair) -> Edit:
    """The edit of a repair as an entry of the history of its own, never joined with what was typed before."""
    return Macro((repair.edit,), label=tr_core(repair.title))


class ProblemCards(QWidget):
    """The cards of several problems, kept where they stay the same, so that the focus does too."""

    pointed = Signal(object)
    chosen = Signal(object)
    repair = Signal(object)

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.cards: list[ProblemCard] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)

    def show_problems(self, found: Iterable[Problem]) -> None:
        """Show these problems in this order."""
        wanted = list(found)
        if [card.problem for card in self.cards] == wanted:
            return
        self.pointed.emit(frozenset())
        for card in self.cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [ProblemCard(problem, self._document) for problem in wanted]
        for card in self.cards:
            card.pointed.connect(self.pointed)
            card.chosen.connect(self.chosen)
            card.repair.connect(self.repair)
            self._column.addWidget(card)
