"""Where a network looked while it answered: a row for each step of the answer, a column for each step of what it read."""

from __future__ import annotations

import html
from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip

from core.describe import percent
from gui.plots.chart import TEXT_SIZE
from gui.plots.heat import HeatMap, share_shade
from gui.plots.scales import Linear, Symbols
from gui.text import tr
from gui.theme import theme
from gui.why.told import asked

_CELL, _MOST = 16, 40
"""Pixels of a row in a column that scrolls, and how many rows are that tall."""
_LINE = 12
"""Pixels of a row from which on each has its symbol."""


class AttentionMap(HeatMap):
    """The brighter a cell, the more of the attention of its row went there. Steps of the answer go from the top down."""

    def __init__(self, name: str, scrolls: bool = False) -> None:
        """``scrolls``: it stands in a column that is scrolled, as tall as its rows need, and is not zoomed."""
        super().__init__(name, "", "")
        self.setAccessibleName(tr("Where the network looked"))
        self.weights: np.ndarray | None = None
        """(answers, steps that were read), each row adds up to 1."""
        self.answers: tuple[str, ...] = ()
        self.source: tuple[str, ...] = ()
        self.looked = -1
        """The framed row; -1 for none."""
        self.memory = ""
        """What is looked through, where that has a name."""
        self._scrolls = scrolls
        self.y_start = 0.5
        self.getPlotItem().getViewBox().invertY(True)
        self.frame = pg.PlotCurveItem()
        self.frame.setZValue(10)
        self.addItem(self.frame, ignoreBounds=True)
        if scrolls:
            self.getPlotItem().getViewBox().setMouseEnabled(x=False, y=False)
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            self.setMinimumSize(40, 20)
            theme().changed.connect(self.restyle)
        self.restyle()

    def show_weights(
        self, weights: np.ndarray | None, answers: tuple[str, ...] = (), source: tuple[str, ...] = ()
    ) -> None:
        """``answers`` and ``source`` name the rows and the columns; where they are of another length, steps are counted."""
        self.weights = weights
        rows, columns = (0, 0) if weights is None else weights.shape
        self.answers = answers if len(answers) == rows else ()
        self.source = source if len(source) == columns else ()
        self.set_titles(
            x=tr("step of “{memory}”", memory=self.memory) if self.memory else "",
            y="" if self._scrolls else tr("time step t"),
        )
        self.setAccessibleName(tr("Where the network looked"))
        if self._scrolls:
            self.setVisible(weights is not None)
            self.setFixedHeight(self.sizeHint().height())
        if weights is None:
            return
        whole = Linear(whole=True)
        self.set_scales(
            x=Symbols(self.source, self._widest(self.source)) if self.source else whole,
            y=Symbols(self.answers, _LINE) if self.answers else whole,
        )
        self.show_matrix(weights, share_shade(weights))
        self._frame()

    def look_at(self, row: int) -> None:
        """Frame a step of the answer."""
        self.looked = row
        self._frame()

    def pointed_cell(self) -> tuple[int, int] | None:
        """(step of the answer, step that was read), 0-based, under the pointer."""
        if self.weights is None or self.pointer is None:
            return None
        return self.cell(*self.pointer, self.weights.shape)

    def words(self, cell: tuple[int, int]) -> str:
        """The weight of a cell, in plain text."""
        return self._told(cell, lambda text: text, lambda share: share)

    def marked(self, cell: tuple[int, int]) -> str:
        """The same as rich text, in which the weight can be asked about as "share"."""
        return self._told(cell, html.escape, lambda share: asked("share", share))

    def _told(self, cell: tuple[int, int], written: Callable[[str], str], mark: Callable[[str], str]) -> str:
        assert self.weights is not None
        row, column = cell
        share = mark(percent(float(self.weights[row, column])))
        said, read = self.answers[row : row + 1], self.source[column : column + 1]
        if said and read:
            answer, letter = written(said[0]), written(read[0])
            return tr("“{answer}” looks at “{letter}” with {share}", answer=answer, letter=letter, share=share)
        return tr(
            "t = {step} of {steps} looks at step {place} of “{memory}” with {share} of its attention",
            step=row + 1,
            steps=len(self.weights),
            place=column + 1,
            memory=written(self.memory),
            share=share,
        )

    def restyle(self) -> None:
        super().restyle()
        if hasattr(self, "frame"):
            self.frame.setPen(pg.mkPen(theme().color("selection"), width=2))
            if self.weights is not None:
                self.show_matrix(self.weights, share_shade(self.weights))

    def _widest(self, symbols: tuple[str, ...]) -> float:
        font = self.font()
        font.setPointSize(TEXT_SIZE)
        return 2.0 + max(QFontMetricsF(font).horizontalAdvance(symbol) for symbol in symbols)

    def _frame(self) -> None:
        there = self.weights is not None and 0 <= self.looked < len(self.weights)
        self.frame.setVisible(there)
        if there:
            assert self.weights is not None
            left, right = self.x_start, self.x_start + self.weights.shape[1]
            top, bottom = self.y_start + self.looked, self.y_start + self.looked + 1
            self.frame.setData([left, right, right, left, left], [top, top, bottom, bottom, top])

    def sizeHint(self) -> QSize:
        if not self._scrolls:
            return super().sizeHint()
        rows = 0 if self.weights is None else len(self.weights)
        return QSize(260, min(rows, _MOST) * _CELL + 3 * TEXT_SIZE + 6)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._scrolls:
            cell = self.pointed_cell()
            QToolTip.showText(event.globalPos(), self.words(cell) if cell is not None else "", self)
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._scrolls:
            event.ignore()
        else:
            super().wheelEvent(event)
