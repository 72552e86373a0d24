"""What a network says while it reads: a bar for each class at one step, and all steps side by side as a heat-map."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.describe import number
from gui.text import tr
from gui.theme import theme
from gui.using.beliefs import Beliefs

_ROW, _SMALL_ROW, _AXIS = 20, 16, 18
MOST, SHOWN = 30, 12
"""Of more than so many classes so many are drawn."""


class CourseView(QWidget):
    """Click, drag or arrow keys choose the step whose bars are shown; up and down go from bar to bar."""

    stepped = Signal(int)
    """Row of the course that is looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("course")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # time goes from left to right in every language
        self.beliefs: Beliefs | None = None
        self.drawn: Beliefs | None = None
        """``beliefs``, or of very many classes the likeliest ones."""
        self.lengths = np.zeros(0, int)
        self.marks: tuple[str, ...] = ()
        self.row = -1
        self.name: int | None = None
        """Which of the names Up and Down have come to; None is the one with the largest number."""
        theme().changed.connect(self.update)

    def show_course(self, beliefs: Beliefs, lengths: np.ndarray, marks: tuple[str, ...] = ()) -> None:
        """Rows of ``beliefs`` were said after ``lengths`` steps; ``marks`` names steps (letters), else they are numbers.

        Who looked at the last row looks at the last one again.
        """
        at_end = self.row < 0 or self.row >= len(self.lengths) - 1
        self.beliefs, self.lengths, self.marks = beliefs, lengths, marks
        self.drawn = beliefs.most(SHOWN) if len(beliefs.names) > MOST else beliefs
        self.name = self.name if self.name is not None and self.name < len(self.drawn.names) else None
        self.row = len(lengths) - 1 if at_end else min(self.row, len(lengths) - 1)
        self.setFixedHeight(self.sizeHint().height())
        self._describe()
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self.beliefs = self.drawn = None
        self.row = -1
        self.lengths = np.zeros(0, int)
        self._describe()
        self.update()

    def look_at(self, row: int) -> None:
        """Show the bars of this row."""
        row = max(0, min(row, len(self.lengths) - 1))
        if row != self.row and len(self.lengths):
            self.row = row
            self._describe()
            self.update()
            self.stepped.emit(row)

    def map_box(self) -> QRectF:
        """Where the steps are drawn; empty where there is only one."""
        if self.beliefs is None or len(self.lengths) < 2:
            return QRectF()
        left = self._left() + self._bar() if self.beliefs.decides else 44.0
        return QRectF(left, 2, self.width() - left - 4, self.height() - _AXIS - 4)

    def column(self, row: int) -> QRectF:
        """Where a row of the course is drawn."""
        box = self.map_box()
        wide = box.width() / max(1, len(self.lengths))
        return QRectF(box.left() + row * wide, box.top(), wide, box.height())

    def asked(self, at: QPointF | None) -> tuple[Beliefs, int, int] | None:
        """(what is said, row, number of its name) at a place; without one the largest number of the row looked at."""
        said = self.drawn
        if said is None or self.row < 0:
            return None
        box, row = self.map_box(), self.row
        if at is not None and not box.isEmpty() and at.x() >= box.left():
            row = min(len(self.lengths) - 1, int((at.x() - box.left()) / self.column(0).width()))
        values = said.values[row]
        if at is None:
            return said, row, self._named()
        if said.decides:
            n = int((at.y() - 2) // self._tall())
            return (said, row, n) if 0 <= n < len(said.names) else None
        if box.isEmpty():
            return said, row, min(len(values) - 1, int(at.y() / self.height() * len(values)))
        low, high = np.nanmin(said.values), np.nanmax(said.values)
        told = low + (box.bottom() - 4 - at.y()) / (box.height() - 8) * (high - low)
        return said, row, int(np.nan_to_num(np.abs(values - told), nan=np.inf).argmin())

    def _named(self) -> int:
        """The name that the keyboard is at."""
        assert self.drawn is not None
        largest = int(np.nan_to_num(np.abs(self.drawn.values[self.row])).argmax())
        return largest if self.name is None else self.name

    def _choose_name(self, by: int) -> None:
        if self.drawn is not None and self.row >= 0:
            self.name = max(0, min(self._named() + by, len(self.drawn.names) - 1))
            value = self.drawn.amount(float(self.drawn.values[self.row, self.name]))
            self.setAccessibleDescription(f"{self.drawn.names[self.name]}: {value}")
            self.update()

    def sizeHint(self) -> QSize:
        if self.beliefs is None:
            return QSize(260, 40)
        if not self.beliefs.decides:
            return QSize(260, 120 if len(self.lengths) > 1 else 26 * len(self.beliefs.names))
        assert self.drawn is not None
        return QSize(260, int(self._tall() * len(self.drawn.names)) + _AXIS + 6)

    # -- how it is drawn ---------------------------------------------------------------------------------------------

    def _tall(self) -> float:
        assert self.drawn is not None
        return _SMALL_ROW if len(self.drawn.names) > 12 else _ROW

    def _left(self) -> float:
        assert self.drawn is not None
        widest = max(self.fontMetrics().horizontalAdvance(name) for name in self.drawn.names)
        return float(min(90, widest + 10))

    def _bar(self) -> float:
        return max(90.0, 0.42 * (self.width() - self._left())) if len(self.lengths) > 1 else self.width() - self._left()

    def _describe(self) -> None:
        said = self.beliefs.words(self.row) if self.beliefs is not None and self.row >= 0 else tr("nothing yet")
        step = int(self.lengths[self.row]) if self.row >= 0 else 0
        self.setAccessibleName(tr("What the network says after step {step}: {said}", step=step, said=said))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.beliefs is None or self.row < 0:
            return
        painter = QPainter(self)
        if self.beliefs.decides:
            self._draw_bars(painter)
            self._draw_map(painter)
        elif len(self.lengths) > 1:
            self._draw_lines(painter)
        else:
            self._draw_values(painter)
        self._draw_steps(painter)
        if self.hasFocus():
            painter.setPen(theme().color("selection"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            if self.beliefs.decides and self.name is not None:
                painter.drawRect(
                    QRectF(1, 2 + self.name * self._tall(), self._left() + self._bar() - 2, self._tall() - 1)
                )
        painter.end()

    def _draw_bars(self, painter: QPainter) -> None:
        assert self.drawn is not None and self.beliefs is not None
        values, tall, left = self.drawn.values[self.row], self._tall(), self._left()
        best = int(np.nanargmax(values)) if np.isfinite(values).any() else -1
        if best >= 0 and values[best] < np.nanmax(self.beliefs.values[self.row]):
            best = -1  # it is one of those that are not drawn
        text = painter.fontMetrics()
        room = self._bar() - text.horizontalAdvance("> 99.9 %") - 12
        largest = 1.0 if self.drawn.probabilities else float(np.nanmax(np.abs(values))) or 1.0
        for n, (name, value) in enumerate(zip(self.drawn.names, values, strict=True)):
            top = 2 + n * tall
            base = QPointF(2, top + (tall + text.ascent() - text.descent()) / 2)
            painter.setPen(theme().color("text"))
            painter.drawText(base, text.elidedText(name, Qt.TextElideMode.ElideRight, int(left - 8)))
            share = float(np.nan_to_num(abs(value) / largest, posinf=1.0))
            bar = QRectF(left, top + 2, max(1.0, room * min(1.0, share)), tall - 4)
            painter.fillRect(bar, theme().color("accent" if n == best else "layer_edge"))
            painter.setPen(theme().color("text" if n == best else "muted"))
            painter.drawText(QPointF(bar.right() + 5, base.y()), self.drawn.amount(float(value)))

    def _draw_map(self, painter: QPainter) -> None:
        assert self.drawn is not None
        if self.map_box().isEmpty():
            return
        values, tall = self.drawn.values, self._tall()
        finite = values[np.isfinite(values)]
        low, high = (0.0, 1.0) if self.drawn.probabilities or not len(finite) else (finite.min(), finite.max())
        for row, said in enumerate(values):
            box = self.column(row)
            left, right = round(box.left()), round(box.right())
            for n, value in enumerate(said):
                color = theme().sequential(float((value - low) / ((high - low) or 1.0)))
                painter.fillRect(QRectF(left, 2 + n * tall, max(1, right - left), tall), color)
        self._frame(painter, QRectF(self.column(self.row).left(), 2, self.column(0).width(), tall * values.shape[1]))

    def _draw_lines(self, painter: QPainter) -> None:
        assert self.beliefs is not None
        box, values = self.map_box(), self.beliefs.values
        painter.fillRect(box, theme().color("plot_background"))
        good = values[np.isfinite(values)]
        if not len(good):
            return
        low, high = float(good.min()), float(good.max())
        span = (high - low) or 1.0
        painter.setPen(theme().color("muted"))
        painter.drawText(QPointF(2, box.top() + painter.fontMetrics().ascent()), number(high))
        painter.drawText(QPointF(2, box.bottom() - 2), number(low))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for unit in range(values.shape[1]):
            spots = [
                QPointF(self.column(row).center().x(), box.bottom() - 4 - (v - low) / span * (box.height() - 8))
                for row, v in enumerate(values[:, unit])
                if np.isfinite(v)
            ]
            painter.setPen(QPen(theme().color(f"series{1 + unit % 8}"), 1.6))
            painter.drawPolyline(QPolygonF(spots))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._frame(painter, self.column(self.row))

    def _draw_values(self, painter: QPainter) -> None:
        assert self.beliefs is not None
        font = painter.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.2)
        painter.setFont(font)
        painter.setPen(theme().color("text"))
        painter.drawText(
            QRectF(self.rect()).adjusted(4, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter, self.beliefs.words(0)
        )

    def _frame(self, painter: QPainter, box: QRectF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().color("plot_background"), 3))
        painter.drawRect(box)
        painter.setPen(QPen(theme().color("selection"), 1.5))
        painter.drawRect(box)

    def _draw_steps(self, painter: QPainter) -> None:
        box, text = self.map_box(), painter.fontMetrics()
        if box.isEmpty():
            return
        names = [self.marks[n - 1] if self.marks else str(n) for n in self.lengths]
        every = max(1, int(np.ceil((max(text.horizontalAdvance(name) for name in names) + 5) / self.column(0).width())))
        for row, name in enumerate(names):
            if row == self.row or (row % every == 0 and abs(row - self.row) >= every):
                painter.setPen(theme().color("text" if row == self.row else "muted"))
                middle = self.column(row).center().x()
                wide = text.horizontalAdvance(name) + 2.0
                left = min(middle - wide / 2, self.width() - wide)
                place = QRectF(left, self.height() - _AXIS, wide, _AXIS - 2)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, name)

    # -- choosing a step ---------------------------------------------------------------------------------------------

    def _look_under(self, x: float) -> None:
        box = self.map_box()
        if not box.isEmpty() and x >= box.left() - 6:
            self.look_at(int((x - box.left()) / self.column(0).width()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._look_under(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._look_under(event.position().x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        goals = {
            Qt.Key.Key_Left: self.row - 1,
            Qt.Key.Key_Right: self.row + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self.lengths) - 1,
        }
        key = Qt.Key(event.key())
        if key in goals:
            self.look_at(goals[key])
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._choose_name(1 if key == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)
