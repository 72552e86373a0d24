"""What a page is that paints one sample: a grid of numbers, which the mouse and the keyboard come to and ask about."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QCursor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.data.dataset import Dataset, Field
from core.why.data.read import elsewhere
from core.why.data.stored import value
from core.why.numbers import Aggregate, Number
from gui.document import Document
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question, open_menu

Cell = tuple[int, int]
"""A number of a page, by its place from left to right and from top to bottom."""


class SamplePage(QWidget):
    """Base: paints one sample of a data set. Its numbers can be asked about where there is a document to ask."""

    def __init__(self, document: Document | None = None) -> None:
        super().__init__()
        self._document = document
        self.dataset: Dataset | None = None
        self.sample = 0
        self.elsewhere = False
        """Whether it is no sample of the document's own data, which could be examined."""
        self.chosen: Cell = (0, 0)
        """The number that the keyboard has come to."""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # time goes from left to right in every language
        if document is not None:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme().changed.connect(self.update)

    def show_sample(self, dataset: Dataset, sample: int) -> None:
        """Paint this sample."""
        self.dataset, self.sample = dataset, sample
        self.setFixedHeight(self.wanted_height())
        self.choose(self.chosen)

    def wanted_height(self) -> int:
        """Pixels."""
        return 150

    def input(self) -> Field:
        """The main input."""
        assert self.dataset is not None
        return next(iter(self.dataset.inputs.values()))

    def draw(self, painter: QPainter) -> None:
        """Paint the sample."""
        raise NotImplementedError

    # -- its numbers -------------------------------------------------------------------------------------------------

    def grid(self) -> Cell:
        """How many numbers there are from left to right, and from top to bottom."""
        raise NotImplementedError

    def box(self, cell: Cell) -> QRectF:
        """Where a number is drawn."""
        raise NotImplementedError

    def cell_at(self, place: QPointF) -> Cell | None:
        """The number at a place."""
        raise NotImplementedError

    def questions(self, cell: Cell) -> list[Question]:
        """What can be asked about a number."""
        raise NotImplementedError

    def questions_here(self) -> list[Question]:
        """About the number that the keyboard has come to, or else the one under the pointer."""
        if self.dataset is None or self._document is None:
            return []
        pointer = QPointF(self.mapFromGlobal(QCursor.pos()))
        cell = self.chosen if self.hasFocus() else self.cell_at(pointer)
        return [] if cell is None else self._questions(cell)

    def _questions(self, cell: Cell) -> list[Question]:
        found = self.questions(cell)
        if not self.elsewhere:
            return found
        return [replace(one, asked=elsewhere(one.asked)) for one in found if isinstance(one.asked, Aggregate)]

    def choose(self, cell: Cell) -> None:
        """Let the keyboard come to a number."""
        across, down = self.grid()
        self.chosen = (max(0, min(cell[0], across - 1)), max(0, min(cell[1], down - 1)))
        self.update()

    def about(self, name: str, step: int | None, feature: int, sample: int | None = None) -> Question:
        """Why a number of an input, or of the "target", is what it is; of another ``sample`` than the one that is shown."""
        assert self.dataset is not None and self._document is not None
        layers = self._document.project.network.of_kind("input")
        reads = next((layer.id for layer in layers if layer.params["field"] == name), None)
        field = self.dataset.field(name)
        lead = None if reads is None or field.codes else Number("value", reads, feature, step)
        return Question(
            value(self.dataset, name, (self.sample if sample is None else sample, step, feature), lead),
            tr("Why this value?"),
        )

    @property
    def main(self) -> str:
        """Name of the main input."""
        assert self.dataset is not None
        return next(iter(self.dataset.inputs))

    def sizeHint(self) -> QSize:
        return QSize(200, self.wanted_height())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.dataset is None or self._document is None:
            event.ignore()
            return
        keys = event.reason() == QContextMenuEvent.Reason.Keyboard
        cell, at = self.chosen if keys else self.cell_at(QPointF(event.pos())), event.globalPos()
        questions = [] if cell is None else self._questions(cell)
        if questions and cell is not None:
            at = self.mapToGlobal(self.box(cell).center().toPoint()) if keys else at
            open_menu(self, questions, self._document, at, ())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = None if self.dataset is None or self._document is None else self.cell_at(event.position())
        if cell is None:
            super().mousePressEvent(event)
        else:
            self.choose(cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        way = ways.get(Qt.Key(event.key()))
        if way is None or self.dataset is None:
            super().keyPressEvent(event)
        else:
            self.choose((self.chosen[0] + way[0], self.chosen[1] + way[1]))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.dataset is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme().color("selection"), 2))
            painter.drawRect(self.box(self.chosen))
        painter.end()
