"""Facts in two columns, and weights in numbers and as a histogram."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.shapes import Shape
from core.why.network.spread import Tensor, bad, spread
from gui.document import Document
from gui.inspect.histogram import Histogram
from gui.text import tr
from gui.why.here import Question, open_menu
from gui.why.told import Questions, Told, asked
from gui.widgets import muted, told, words

Fact = tuple[str, str] | tuple[str, str, Questions]
"""A title and plain words, or rich text with what can be asked about the numbers in it."""


def shape_words(shape: Shape | None) -> str:
    """The shape of a value in words; its number is asked about as "gives"."""
    if shape is None:
        return tr("not known yet")
    number = asked("gives", str(shape.features))
    return tr("{n} at every step", n=number) if shape.sequence else tr("{n} per sample", n=number)


def whole(number: int) -> str:
    """12,345."""
    return f"{number:,}"


class Facts(QWidget):
    """Titles on the left, values on the right. Without a document nobody can ask about them."""

    def __init__(self, document: Document | None = None) -> None:
        super().__init__()
        self._document = document
        self._rows: list[tuple[QLabel, QLabel]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3)

    def show_facts(self, facts: Iterable[Fact]) -> None:
        """Show these titles and values, in this order."""
        wanted = list(facts)
        while len(self._rows) < len(wanted):
            self._add_row()
        for (title, value, *questions), row in zip(wanted, self._rows, strict=False):
            if row[0].text() != title:
                row[0].setText(title)
            if isinstance(row[1], Told):
                row[1].tell(value if questions else html.escape(value), questions[0] if questions else None)
            elif row[1].text() != value:
                row[1].setText(value)
        for place, row in enumerate(self._rows):
            row[0].parentWidget().setVisible(place < len(wanted))

    def value(self, title: str) -> str:
        """The value that is shown beside a title."""
        return html.unescape(self.label(title).text())

    def label(self, title: str) -> QLabel:
        """The words beside a title."""
        return next(value for label, value in self._rows if label.text() == title)

    def _add_row(self) -> None:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        labels = (muted(), words() if self._document is None else told(self._document))
        for label in labels:
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
        labels[1].setTextInteractionFlags(
            labels[1].textInteractionFlags() | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        row.addWidget(labels[0], 9)
        row.addWidget(labels[1], 13)
        self._rows.append(labels)
        self._column.addWidget(line)


@dataclass(frozen=True)
class Statistics:
    """Numbers about weights."""

    count: int
    mean: float
    spread: float
    """Standard deviation."""
    smallest: float
    largest: float
    bad: int
    """How many are NaN or infinite."""

    @classmethod
    def of(cls, values: np.ndarray) -> Statistics:
        """Statistics of an array, of its finite numbers only."""
        flat = np.asarray(values, float).ravel()
        good = flat[np.isfinite(flat)]
        bad = len(flat) - len(good)
        if not len(good):
            return cls(len(flat), 0.0, 0.0, 0.0, 0.0, bad)
        return cls(len(flat), float(good.mean()), float(good.std()), float(good.min()), float(good.max()), bad)


class Weights(QWidget):
    """How weights are spread: a histogram and four numbers, which can be asked about."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._tensors: Sequence[Tensor] = ()
        self.histogram = Histogram(document)
        self.facts = Facts(document)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addWidget(self.histogram)
        column.addWidget(self.facts)

    def show_tensors(self, tensors: Sequence[Tensor]) -> None:
        """Show all numbers of these tensors together."""
        self._tensors = tensors
        values = np.concatenate([one.numbers for one in tensors]) if tensors else np.zeros(0)
        self.setVisible(len(values) > 0)
        if not len(values):
            return
        found = Statistics.of(values)
        ends = f"{asked('smallest', f'{found.smallest:.4g}')}, {asked('largest', f'{found.largest:.4g}')}"
        facts: list[Fact] = [
            (tr("Mean"), asked("mean", f"{found.mean:.4g}"), self._questions),
            (tr("Standard dev."), asked("deviation", f"{found.spread:.4g}"), self._questions),
            (tr("Smallest, largest"), ends, self._questions),
        ]
        if found.bad:
            facts.append((tr("Not finite"), asked("bad", whole(found.bad)), self._questions))
        self.facts.show_facts(facts)
        self.histogram.show_tensors(tensors, values)

    def questions_here(self) -> list[Question]:
        """About all of the numbers."""
        return list(self._questions().values())

    def _questions(self) -> dict[str, Question]:
        texts = {
            "mean": tr("Why this mean?"), "deviation": tr("Why this standard deviation?"),
            "smallest": tr("Why this smallest weight?"), "largest": tr("Why this largest weight?"),
        }  # fmt: skip
        found = {key: Question(one, texts[key]) for key, one in spread(self._tensors).items()}
        return {**found, "bad": Question(bad(self._tensors), tr("Why so many that are not finite?"))}

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        open_menu(self, self.questions_here(), self._document, event.globalPos(), ())
