"""Where a network looked while it answered: a row for each step of the answer, a column for each letter of the source."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.text import tr
from gui.theme import theme
from gui.using.beliefs import percent

_CELL, _LEFT, _TOP = 16.0, 46.0, 20.0


class AttentionMap(QWidget):
    """The brighter a cell, the more of the attention of that step went to that letter."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("try_attention")
        self.setAccessibleName(tr("Where the network looked"))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.weights: np.ndarray | None = None
        """(answers, source letters), each row adds up to 1."""
        self.looked = -1
        self._answers: tuple[str, ...] = ()
        self._source: tuple[str, ...] = ()
        theme().changed.connect(self.update)

    def show_weights(self, weights: np.ndarray | None, answers: tuple[str, ...], source: tuple[str, ...]) -> None:
        """``source`` names the columns; where it is of another length they have no names."""
        self.weights, self._answers = weights, answers
        self._source = source if weights is not None and len(source) == weights.shape[1] else ()
        self.setVisible(weights is not None)
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def look_at(self, row: int) -> None:
        """Frame a step of the answer."""
        self.looked = row
        self.update()

    def cell(self, row: int, column: int) -> QRectF:
        """Where the weight of a letter at a step is drawn."""
        assert self.weights is not None
        wide = min(2 * _CELL, (self.width() - _LEFT - 4) / self.weights.shape[1])
        return QRectF(_LEFT + column * wide, _TOP + row * _CELL, wide, _CELL)

    def sizeHint(self) -> QSize:
        rows = 0 if self.weights is None else len(self.weights)
        return QSize(260, int(_TOP + rows * _CELL + 4))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.weights is None:
            return
        painter = QPainter(self)
        text = painter.fontMetrics()
        for row, weights in enumerate(self.weights):
            for column, weight in enumerate(weights):
                box = self.cell(row, column)
                left, right = round(box.left()), round(box.right())
                color = theme().sequential(float(np.nan_to_num(weight)))
                painter.fillRect(QRectF(left, box.top(), max(1, right - left), _CELL), color)
            painter.setPen(theme().color("text" if row == self.looked else "muted"))
            name = text.elidedText(self._answers[row], Qt.TextElideMode.ElideRight, int(_LEFT - 8))
            painter.drawText(QRectF(2, _TOP + row * _CELL, _LEFT - 8, _CELL), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setPen(theme().color("muted"))
        for column, letter in enumerate(self._source):
            box = self.cell(0, column)
            painter.drawText(QRectF(box.left(), 0, box.width(), _TOP - 2), Qt.AlignmentFlag.AlignCenter, letter)
        if 0 <= self.looked < len(self.weights):
            last = self.cell(self.looked, self.weights.shape[1] - 1)
            painter.setPen(theme().color("selection"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.cell(self.looked, 0).topLeft(), last.bottomRight()))
        painter.end()

    def words_at(self, place: QPointF) -> str:
        """The weight under a place, in words."""
        if self.weights is None:
            return ""
        for row in range(len(self.weights)):
            for column in range(self.weights.shape[1]):
                if self.cell(row, column).contains(place):
                    letter = self._source[column] if self._source else str(column + 1)
                    share = percent(float(self.weights[row, column]))
                    return tr("“{answer}” looks at “{letter}” with {share}", answer=self._answers[row], letter=letter, share=share)  # fmt: skip
        return ""

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.words_at(QPointF(event.pos())), self)
            return True
        return super().event(event)
