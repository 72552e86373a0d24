"""Facts in two columns, and weights in numbers and as a histogram."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QCursor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.shapes import Shape
from core.why.spread import Tensor, spread
from gui.document import Document
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question, open_menu
from gui.widgets import muted, words

BINS = 41


def shape_words(shape: Shape | None) -> str:
    """The shape of a value in words."""
    if shape is None:
        return tr("not known yet")
    if shape.sequence:
        return tr("{n} at every step", n=shape.features)
    return tr("{n} per sample", n=shape.features)


def whole(number: int) -> str:
    """12,345."""
    return f"{number:,}"


class Facts(QWidget):
    """Titles on the left, values on the right."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[QLabel, QLabel]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3)

    def show_facts(self, facts: Iterable[tuple[str, str]]) -> None:
        """Show these titles and values, in this order."""
        wanted = list(facts)
        while len(self._rows) < len(wanted):
            self._add_row()
        for (title, value), row in zip(wanted, self._rows, strict=False):
            for label, text in zip(row, (title, value), strict=True):
                if label.text() != text:
                    label.setText(text)
        for place, row in enumerate(self._rows):
            row[0].parentWidget().setVisible(place < len(wanted))

    def value(self, title: str) -> str:
        """The value that is shown beside a title."""
        return next(value.text() for label, value in self._rows if label.text() == title)

    def line_at(self, at: QPoint) -> int | None:
        """Which line is at a point of this widget, counted from 0."""
        lines = (place for place, row in enumerate(self._rows) if row[0].parentWidget().geometry().contains(at))
        return next(lines, None)

    def _add_row(self) -> None:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        labels = (muted(), words())
        for label in labels:
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
        labels[1].setTextInteractionFlags(labels[1].textInteractionFlags().TextSelectableByMouse)
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
        self.histogram = Histogram()
        self.facts = Facts()
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
        facts = [
            (tr("Mean"), f"{found.mean:.4g}"),
            (tr("Standard dev."), f"{found.spread:.4g}"),
            (tr("Smallest, largest"), f"{found.smallest:.4g}, {found.largest:.4g}"),
        ]
        if found.bad:
            facts.append((tr("Not finite"), whole(found.bad)))
        self.facts.show_facts(facts)
        self.histogram.show_values(values)
        for label in self.facts.findChildren(QLabel):
            label.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # the menu of the whole has more to say

    def questions_here(self) -> list[Question]:
        """About the numbers; that of the line under the pointer first."""
        return self._questions(self.mapFromGlobal(QCursor.pos()))

    def _questions(self, at: QPoint) -> list[Question]:
        found = spread(self._tensors)
        if not found:
            return []
        under = self.facts.line_at(self.facts.mapFrom(self, at))
        texts = {
            "mean": (0, tr("Why this mean?")), "deviation": (1, tr("Why this standard deviation?")),
            "smallest": (2, tr("Why this smallest weight?")), "largest": (2, tr("Why this largest weight?")),
        }  # fmt: skip
        order = sorted(texts, key=lambda key: texts[key][0] != under)
        return [Question(found[key], texts[key][1]) for key in order]

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        open_menu(self, self._questions(self.mapFromGlobal(event.globalPos())), self._document, event.globalPos(), ())


class Histogram(QWidget):
    """Counts of numbers in bins that lie symmetrically about 0; orange below, blue above."""

    def __init__(self) -> None:
        super().__init__()
        self._counts = np.zeros(BINS)
        self._reach = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # a number line runs to the right in every language
        theme().changed.connect(self.update)

    def show_values(self, values: np.ndarray) -> None:
        """Count these numbers."""
        good = values[np.isfinite(values)]
        self._reach = float(np.abs(good).max(initial=0.0))
        edges = np.linspace(-1, 1, BINS + 1) * (self._reach or 1.0)
        self._counts = np.histogram(good, edges)[0].astype(float)
        self.setAccessibleName(tr("Histogram from {low:.3g} to {high:.3g}", low=-self._reach, high=self._reach))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(100, 64)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(theme().color("muted"))
        text = self.fontMetrics().height()
        floor = self.height() - text
        width, top = self.width() / BINS, self._counts.max(initial=0.0)
        for bin_, number in enumerate(self._counts):
            middle = bin_ - BINS // 2
            name = "muted" if middle == 0 else "negative" if middle < 0 else "positive"
            tall = (floor - 2) * number / top if top else 0.0
            bar = QRectF(bin_ * width, floor - tall, max(1.0, width - 1), tall)
            painter.fillRect(bar, theme().color(name))
        painter.drawLine(0, floor, self.width(), floor)
        low = self.rect().adjusted(0, floor, 0, 0)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.drawText(low, Qt.AlignmentFlag.AlignLeft, f"{-self._reach:.3g}")
        painter.drawText(low, Qt.AlignmentFlag.AlignHCenter, "0")
        painter.drawText(low, Qt.AlignmentFlag.AlignRight, f"{self._reach:.3g}")
        painter.end()
