"""A sequence as a small table: one row per feature, one column per step, each cell a click or a key away from another value."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent

from core.data.dataset import Dataset
from core.describe import number
from gui.samples.values import named
from gui.text import tr
from gui.theme import theme
from gui.using.editors import Editor, relative, valid

_ROW, _LEFT, _AXIS = 22, 78, 20
_NUDGE = 0.1


class CellsEdit(Editor):
    """Flags are switched by click or space, one of several symbols is chosen, numbers move with the wheel or + and -."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("cells")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.cells = np.zeros((1, 1), np.float32)
        """(steps, features) as the network reads them."""
        self.at = (0, 0)
        """Step and feature of the cell in focus."""
        self._flags = np.zeros(1, bool)
        self._one_of = False

    def show_data(self, data: Dataset) -> None:
        super().show_data(data)
        values = self.field.values
        self._flags = ((values == 0) | (values == 1)).all(axis=(0, 1))
        self._one_of = bool(self._flags.all() and values.shape[2] > 1 and (values.sum(axis=2) <= 1).all())
        self.at = (0, 0)
        self.setFixedHeight(_ROW * values.shape[2] + _AXIS)
        self.show_sample(int(data.samples("train")[0]))

    def show_sample(self, sample: int) -> None:
        assert self.data is not None
        self.cells = np.array(valid(self.data, sample), np.float32)
        self.at = (min(self.at[0], len(self.cells) - 1), self.at[1])
        self._changed()

    def values(self) -> np.ndarray | None:
        return self.cells.copy()

    def asked(self, at: QPointF | None) -> tuple[int | None, int | None] | None:
        return self.at if at is None else self._under(at)

    def why(self) -> str:
        return tr("The line under a cell: blue, raising it speaks for {answer}; orange, against it.")

    # -- editing -----------------------------------------------------------------------------------------------------

    def toggle(self, step: int, feature: int) -> None:
        """Switch a flag, choose a symbol, or make a number 0 or 1."""
        on = not self.cells[step, feature]
        if self._one_of:
            # Of symbols there is exactly one where every sample has one; else none may be chosen too.
            assert self.data is not None
            if not on and bool((self.field.values.sum(axis=2) == 1).all()):
                return
            self.cells[step] = 0
        self.cells[step, feature] = float(on)
        self._changed()

    def nudge(self, step: int, feature: int, by: float) -> None:
        """Make a number larger or smaller."""
        if self._flags[feature]:
            return
        self.cells[step, feature] = round(float(self.cells[step, feature]) + by, 6)
        self._changed()

    def _changed(self) -> None:
        self.reading = None
        self._describe()
        self.update()
        self.edited.emit()

    def _describe(self) -> None:
        step, feature = self.at
        self.setAccessibleName(
            tr(
                "Sequence of {n} steps: {name} at step {step} is {value}",
                n=len(self.cells),
                name=named(self.field, feature),
                step=step + 1,
                value=number(float(self.cells[step, feature])),
            )
        )

    def cell(self, step: int, feature: int) -> QRectF:
        """Where a cell is drawn."""
        wide = (self.width() - _LEFT - 2) / len(self.cells)
        return QRectF(_LEFT + step * wide, feature * _ROW + 1, wide, _ROW - 2)

    def _under(self, at: QPointF) -> tuple[int, int] | None:
        wide = (self.width() - _LEFT - 2) / len(self.cells)
        step, feature = int((at.x() - _LEFT) // wide), int(at.y() // _ROW)
        inside = 0 <= step < len(self.cells) and 0 <= feature < self.cells.shape[1]
        return (step, feature) if inside else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        under = self._under(event.position())
        if under is not None and event.button() == Qt.MouseButton.LeftButton:
            self.at = under
            if self._flags[under[1]]:
                self.toggle(*under)
            else:
                self._describe()
                self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        under = self._under(event.position())
        if under is None or self._flags[under[1]] or not self.hasFocus() or not event.angleDelta().y():
            event.ignore()
            return
        self.at = under
        self.nudge(*under, _NUDGE if event.angleDelta().y() > 0 else -_NUDGE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        key, (step, feature) = Qt.Key(event.key()), self.at
        if key in moves:
            by = moves[key]
            step = min(len(self.cells) - 1, max(0, step + by[0]))
            feature = min(self.cells.shape[1] - 1, max(0, feature + by[1]))
            self.at = step, feature
            self._describe()
            self.update()
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.toggle(step, feature)
        elif event.text() in ("+", "-"):
            self.nudge(step, feature, _NUDGE if event.text() == "+" else -_NUDGE)
        else:
            super().keyPressEvent(event)

    # -- how it is drawn ---------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.data is None:
            return
        painter = QPainter(self)
        text = painter.fontMetrics()
        way = None if self.reading is None else relative(self.reading.gradient)
        reach = float(np.abs(self.cells).max()) or 1.0
        for feature in range(self.cells.shape[1]):
            painter.setPen(theme().color("muted"))
            name = text.elidedText(named(self.field, feature), Qt.TextElideMode.ElideRight, _LEFT - 8)
            painter.drawText(QPointF(0, feature * _ROW + text.ascent() + 3), name)
            for step in range(len(self.cells)):
                self._draw_cell(painter, step, feature, reach, 0.0 if way is None else float(way[step, feature]))
        painter.setPen(theme().color("muted"))
        scale = QRectF(_LEFT, _ROW * self.cells.shape[1], self.width() - _LEFT - 2, _AXIS - 2)
        painter.drawText(scale, Qt.AlignmentFlag.AlignLeft, "t = 1")
        painter.drawText(scale, Qt.AlignmentFlag.AlignRight, str(len(self.cells)))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme().color("selection"), 2))
            painter.drawRect(self.cell(*self.at))
        painter.end()

    def _draw_cell(self, painter: QPainter, step: int, feature: int, reach: float, way: float) -> None:
        box, value = self.cell(step, feature), float(self.cells[step, feature])
        left, right = round(box.left()), round(box.right())
        gap = 1 if right - left > 4 else 0
        inner = QRectF(left, box.top(), max(1, right - left - gap), box.height())
        painter.fillRect(inner, theme().sign_color(value / reach) if value else theme().color("base"))
        if self.reading is not None and step >= self.read_steps:
            veil = theme().color("window")
            veil.setAlphaF(0.65)
            painter.fillRect(inner, veil)
        if box.width() > 26 and not self._flags[feature]:
            painter.setPen(theme().color("text"))
            painter.drawText(inner, Qt.AlignmentFlag.AlignCenter, number(value, 2))
        high = abs(way) * 6
        if high > 0.4:
            color = theme().color("positive" if way > 0 else "negative")
            painter.fillRect(QRectF(inner.left(), inner.bottom() - high, inner.width(), high), color)
