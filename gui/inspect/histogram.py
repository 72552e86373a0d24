"""The histogram of weights: a bar can be pointed at, walked to with the arrow keys, and asked about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QCursor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from core.why.network.spread import Tensor, bar, reach
from gui.document import Document
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question, open_menu

BINS = 41


class Histogram(QWidget):
    """Counts of numbers in bins that lie symmetrically about 0; orange below, blue above."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._tensors: Sequence[Tensor] = ()
        self._counts = np.zeros(BINS, int)
        self._edges = np.linspace(-1.0, 1.0, BINS + 1)
        self._reach = 0.0
        self.chosen = BINS // 2
        """The bar that the keyboard is at."""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # a number line runs to the right in every language
        theme().changed.connect(self.update)

    def show_tensors(self, tensors: Sequence[Tensor], values: np.ndarray) -> None:
        """Count ``values``, which are all numbers of ``tensors``."""
        self._tensors = tensors
        good = values[np.isfinite(values)].astype(float)
        self._reach = float(np.abs(good).max(initial=0.0))
        self._edges = np.linspace(-1, 1, BINS + 1) * (self._reach or 1.0)
        self._counts = np.histogram(good, self._edges)[0]
        self.setAccessibleName(tr("Histogram from {low:.3g} to {high:.3g}", low=-self._reach, high=self._reach))
        self._tell()
        self.update()

    def words(self, n: int) -> str:
        """What a bar says."""
        low, high = float(self._edges[n]), float(self._edges[n + 1])
        return tr("{n} from {low:.3g} to {high:.3g}", n=f"{int(self._counts[n]):,}", low=low, high=high)

    def bar_at(self, x: float) -> int:
        """The bar at a place."""
        return min(BINS - 1, max(0, int(x / max(1, self.width()) * BINS)))

    def bar_rect(self, n: int) -> QRectF:
        """Where a bar stands."""
        floor, width, top = self._floor(), self.width() / BINS, self._counts.max(initial=0)
        tall = (floor - 2) * int(self._counts[n]) / top if top else 0.0
        return QRectF(n * width, floor - tall, max(1.0, width - 1), tall)

    def questions_here(self) -> list[Question]:
        """About the bar that the keyboard is at, or else the one under the pointer."""
        at = self.mapFromGlobal(QCursor.pos())
        if self.hasFocus() or not self.rect().contains(at):
            return self._questions(self.chosen)
        return self.questions_at(at)

    def questions_at(self, at: QPoint) -> list[Question]:
        """About the bar at a point; below the bars, where the ends are written, about those first."""
        found = self._questions(self.bar_at(at.x()))
        return found[::-1] if at.y() > self._floor() else found

    def _questions(self, n: int) -> list[Question]:
        found = [Question(bar(self._tensors, self._edges, n), tr("Why this bar?"))]
        if self._reach:
            found.append(Question(reach(self._tensors), tr("Why do the bars reach so far?")))
        return found

    def _floor(self) -> int:
        return self.height() - self.fontMetrics().height()

    def _tell(self) -> None:
        self.setAccessibleDescription(self.words(self.chosen))

    def _choose(self, n: int) -> None:
        self.chosen = min(BINS - 1, max(0, n))
        self._tell()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(100, 64)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._choose(self.bar_at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -BINS, Qt.Key.Key_End: BINS}
        key = Qt.Key(event.key())
        if key in steps:
            self._choose(self.chosen + steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._document.ask(self._questions(self.chosen)[0].asked)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_keys = event.reason() == QContextMenuEvent.Reason.Keyboard
        found = self._questions(self.chosen) if by_keys else self.questions_at(event.pos())
        open_menu(self, found, self._document, event.globalPos(), ())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.words(self.bar_at(event.pos().x())), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        floor = self._floor()
        if self.hasFocus():
            self._paint_choice(painter, floor)
        for n in range(BINS):
            middle = n - BINS // 2
            name = "muted" if middle == 0 else "negative" if middle < 0 else "positive"
            painter.fillRect(self.bar_rect(n), theme().color(name))
        painter.setPen(theme().color("muted"))
        painter.drawLine(0, floor, self.width(), floor)
        self._paint_scale(painter, self.rect().adjusted(0, floor, 0, 0))
        painter.end()

    def _paint_scale(self, painter: QPainter, row: QRect) -> None:
        """Both ends and 0; in their place what the bar says that the keyboard is at."""
        if self.hasFocus():
            painter.setPen(theme().color("text"))
            painter.drawText(row, Qt.AlignmentFlag.AlignHCenter, self.words(self.chosen))
            return
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        painter.drawText(row, Qt.AlignmentFlag.AlignLeft, f"{-self._reach:.3g}")
        painter.drawText(row, Qt.AlignmentFlag.AlignHCenter, "0")
        painter.drawText(row, Qt.AlignmentFlag.AlignRight, f"{self._reach:.3g}")

    def _paint_choice(self, painter: QPainter, floor: int) -> None:
        """A light column from top to floor behind the bar that the keyboard is at."""
        bar = self.bar_rect(self.chosen)
        column = QRectF(bar.left() - 2, 0, bar.width() + 4, floor)
        color = theme().color("selection")
        color.setAlphaF(0.3)
        painter.fillRect(column, color)
        painter.setPen(theme().color("selection"))
        painter.drawRect(column.adjusted(0.5, 0.5, -0.5, 0))
