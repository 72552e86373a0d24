"""A sample of text: what is read and what is answered as lines of text, and below step by step, symbol over answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QResizeEvent, QTextLayout, QTextOption

from core.data.dataset import Dataset
from core.why.data.tallied import equal_to, many
from gui.document import Document
from gui.samples.page import Cell, SamplePage
from gui.samples.values import as_text, codes_of, right_to_left, steps_of, symbols, tells_symbols, visible
from gui.text import tr, tr_core
from gui.theme import theme
from gui.why.here import Question

_CELL = 19.0
_GAP = 7.0
_SERIES = 8
"""Colours that tell classes apart."""


@dataclass(frozen=True)
class _Row:
    """A block of steps."""

    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    classes: tuple[int, ...] = ()
    """Below, where they are no symbols."""
    name: str = ""
    """Whose symbols stand above: an input or "target". Those below are the target's."""

    def __len__(self) -> int:
        return max(len(self.above), len(self.below), len(self.classes))


@dataclass(frozen=True)
class _Shown:
    """What a sample says, in symbols."""

    lines: tuple[tuple[str, str], ...]
    """Titles and texts."""
    rows: tuple[_Row, ...]
    legend: tuple[str, ...]
    """Names of the classes that are told by colours."""


class TextPage(SamplePage):
    """Read, answered, and both step by step. A text runs in its own direction, steps from left to right."""

    def __init__(self, document: Document | None = None) -> None:
        super().__init__(document)
        self._boxes: dict[Cell, tuple[QRectF, str, int]] = {}
        """Where each symbol stands, whose it is, and at which of the steps that are no padding."""

    def grid(self) -> Cell:
        self._lay(None)
        return max((step + 1 for step, _ in self._boxes), default=1), max(
            (row + 1 for _, row in self._boxes), default=1
        )

    def box(self, cell: Cell) -> QRectF:
        self._lay(None)
        return self._boxes[cell][0] if cell in self._boxes else QRectF()

    def cell_at(self, place: QPointF) -> Cell | None:
        self._lay(None)
        return next((cell for cell, (box, _, _) in self._boxes.items() if box.contains(place)), None)

    def questions(self, cell: Cell) -> list[Question]:
        if cell not in self._boxes:
            return []
        _, name, at = self._boxes[cell]
        assert self.dataset is not None
        field, step = self.dataset.field(name), int(steps_of(self.dataset, name, self.sample)[at])
        code = codes_of(self.dataset, name, self.sample)[at]
        if not field.codes:
            return [self.about(name, step, code)]
        often = equal_to(many(self.dataset, name, None, "train"), code, field.classes[code])
        return [self.about(name, step, 0), Question(often, tr("How often does it occur?"))]

    def wanted_height(self) -> int:
        return int(self._lay(None)) + 4 if self.dataset is not None else 60

    def draw(self, painter: QPainter) -> None:
        self._lay(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.dataset is not None and self.height() != self.wanted_height():
            self.setFixedHeight(self.wanted_height())

    def _lay(self, painter: QPainter | None) -> float:
        """Paint everything, or without a painter nothing; returns how tall it is."""
        assert self.dataset is not None
        shown, top = _said(self.dataset, self.sample), 0.0
        self._boxes.clear()
        for title, text in shown.lines:
            top = self._line(painter, top, title, text)
        for row in shown.rows:
            top = self._block(painter, top + _GAP, row)
        return self._legend(painter, top + 2, shown.legend) if shown.legend else top

    def _line(self, painter: QPainter | None, top: float, title: str, text: str) -> float:
        """A titled text, broken where it is too long, right to left where it is written so."""
        if painter is not None:
            painter.setFont(self.font())
            painter.setPen(theme().color("muted"))
            painter.drawText(QPointF(0, top + self.fontMetrics().ascent()), title)
        top += self.fontMetrics().height()
        layout, tall = _broken(text, self.font(), max(40.0, self.width() - 2.0))
        if painter is not None:
            painter.setPen(theme().color("text"))
            layout.draw(painter, QPointF(0, top))
        return top + tall + 3

    def _block(self, painter: QPainter | None, top: float, row: _Row) -> float:
        """A cell per step, as many side by side as there is room for, and under each the answer of its step."""
        metrics = QFontMetricsF(self.font())
        wide = max([_CELL, *(metrics.horizontalAdvance(one) + 8 for one in {*row.above, *row.below})])
        across, first_row = max(1, int(self.width() // wide)), max((n + 1 for _, n in self._boxes), default=0)
        lower, first_row_below = (_CELL if row.above else 0.0), first_row + bool(row.above)
        for first in range(0, len(row), across):
            for step in range(first, min(len(row), first + across)):
                box = QRectF((step - first) * wide, top, wide - 1, _CELL - 1)
                under = box.translated(0, lower)
                if step < len(row.above):
                    self._boxes[step, first_row] = box, row.name, step
                    self._cell(painter, box, row.above[step], theme().color("base"))
                if step < max(len(row.below), len(row.classes)):
                    self._boxes[step, first_row_below] = under, "target", step
                if step < len(row.below):
                    self._cell(painter, under, row.below[step], theme().color("alternate"))
                if step < len(row.classes):
                    self._cell(painter, under, "", tint(row.classes[step]))
            top += lower + (_CELL if row.below or row.classes else 0) + _GAP
        return top

    def _cell(self, painter: QPainter | None, box: QRectF, text: str, ground: QColor) -> None:
        if painter is None:
            return
        painter.fillRect(box, ground)
        painter.setFont(self.font())
        painter.setPen(theme().color("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _legend(self, painter: QPainter | None, top: float, names: tuple[str, ...]) -> float:
        """What the colours of the answers mean."""
        metrics, left = QFontMetricsF(self.font()), 0.0
        for code, name in enumerate(map(tr_core, names)):
            wide = metrics.horizontalAdvance(name) + 34
            if left and left + wide > self.width():
                left, top = 0.0, top + metrics.height() + 3
            if painter is not None:
                painter.fillRect(QRectF(left, top + 3, 11, 11), tint(code))
                painter.setPen(theme().color("muted"))
                painter.drawText(QPointF(left + 17, top + metrics.ascent()), name)
            left += wide
        return top + metrics.height() + 3


def tint(code: int) -> QColor:
    """The colour of a class; the first one is the plain one."""
    return theme().color(f"series{(code - 1) % _SERIES + 1}" if code else "alternate")


def _said(dataset: Dataset, sample: int) -> _Shown:
    """What is read and asked of a sample."""
    name, given = next(iter(dataset.inputs.items()))
    target = dataset.target
    lines = []
    read: tuple[str, ...] = ()
    if given.sequence:
        codes = codes_of(dataset, name, sample)
        lines.append((tr("Read"), as_text(given, codes)))
        read = tuple(visible(symbols(given)[code]) for code in codes)
    elif given.names:
        lines.append((tr("Given"), tr_core(given.names[int(np.argmax(given.values[sample]))])))
    asked = codes_of(dataset, "target", sample) if target.sequence and target.codes else ()
    if not tells_symbols(dataset):
        return _Shown(tuple(lines), (_Row(read, (), asked, name),), target.classes if asked else ())
    told = tuple(visible(symbols(target)[code]) for code in asked)
    in_step = given.sequence and dataset.feedback in ("", name)
    if in_step:
        lines[0] = (tr("Text"), as_text(target, asked))
    else:
        lines.append((tr("Answer"), as_text(target, asked)))
    if in_step:
        return _Shown(tuple(lines), (_Row(read, told, (), name),), ())
    rows = (_Row(read, name=name), _Row(told, name="target"))
    return _Shown(tuple(lines), tuple(row for row in rows if len(row)), ())


def _broken(text: str, font: QFont, width: float) -> tuple[QTextLayout, float]:
    """A text laid out in lines of ``width``, and its height."""
    larger = QFont(font)
    larger.setPointSizeF(font.pointSizeF() * 1.2)
    rtl = right_to_left(text)
    layout = QTextLayout(text, larger)
    option = QTextOption(Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft)
    option.setTextDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    tall = 0.0
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, tall))
        tall += line.height()
    layout.endLayout()
    return layout, tall
