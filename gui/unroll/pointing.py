"""What the mouse does in the unrolled view: point, select, scrub through time, move and zoom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from gui.unroll import chrome, tips
from gui.unroll.lights import Spot

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView

DRAG_DISTANCE = 4.0
TURN = 1.0015
"""Zoom of one unit of a wheel's turn."""


class Pointing:
    """One gesture at a time."""

    def __init__(self, view: UnrollView) -> None:
        self._view = view
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._gesture = ""
        """"pan", "scrub" or "overview" while a button is held down."""

    def press(self, event: QMouseEvent) -> None:
        """Begin a gesture."""
        pos = event.position()
        spot = self._view.spot_at(pos)
        self._pressed = self._last = pos
        self._gesture = {"header": "scrub", "overview": "overview"}.get(spot.kind, "")
        if event.button() == Qt.MouseButton.LeftButton and self._view.changing.line_at(pos):
            self._gesture = "line"
            self._view.changing.take_line()
            return
        if event.button() == Qt.MouseButton.MiddleButton:
            self._gesture = "pan"
        elif event.button() != Qt.MouseButton.LeftButton:
            self._pressed = None
        self._go(pos)

    def move(self, event: QMouseEvent) -> None:
        """Go on with it, or point."""
        pos = event.position()
        if self._pressed is None and self._view.changing.line_at(pos):
            self._view.setCursor(Qt.CursorShape.SplitHCursor)
            self._view.point(Spot(), pos)
            return
        if self._pressed is None:
            self._view.unsetCursor()
            self._view.point(self._view.spot_at(pos), pos)
            return
        if not self._gesture and (pos - self._pressed).manhattanLength() > DRAG_DISTANCE:
            self._gesture = "pan"
            self._view.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._view.point(Spot(), pos)
        self._go(pos)
        self._last = pos

    def _go(self, pos: QPointF) -> None:
        view = self._view
        if self._gesture == "pan":
            view.looking.follows = view.looking.follows and view.layout_.sees_all()
            view.looking.pan(pos - self._last)
        elif self._gesture == "scrub":
            column = view.layout_.column_at(pos.x())
            if column is not None and column != view.shown.column:
                view.choosing.go_to_column(column, pos.x())
        elif self._gesture == "line":
            view.changing.drag_line(pos)
        elif self._gesture == "overview":
            rect = chrome.overview_rect(view.layout_)
            share = (pos.x() - rect.left()) / rect.width()
            middle = share * view.layout_.width - view.layout_.room_width() / 2
            view.looking.follows = False
            view.looking.pan(QPointF(view.layout_.offset.x() - middle, 0))

    def release(self, event: QMouseEvent) -> None:
        """End it; a click selects."""
        if self._pressed is not None and not self._gesture:
            self._click(event)
        if self._gesture == "line":
            self._view.changing.drop_line()
        self._pressed, self._gesture = None, ""
        self._view.unsetCursor()

    def _click(self, event: QMouseEvent) -> None:
        view = self._view
        spot = view.spot_at(event.position())
        add = bool(event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier))
        if spot.kind in ("cell", "initial", "data"):
            view.shown.unit = spot.unit
            view.choosing.select(spot.layer, spot.column, event.position().x(), add)
        elif spot.kind == "name":
            view.document.select({*(view.document.selection if add else ()), spot.layer})
        elif spot.kind == "arrow" and spot.copy is not None:
            view.document.select({*(view.document.selection if add else ()), spot.copy.tie.key})
            view.choosing.go_to_column(spot.column, event.position().x())
        elif not add:
            view.document.select([])

    def double_click(self, event: QMouseEvent) -> None:
        """Open what is there: the units of a row, the inside of an LSTM or GRU, all columns in the free room."""
        view = self._view
        spot = view.spot_at(event.position())
        if spot.kind not in ("cell", "name"):
            if spot.kind == "":
                view.looking.fit()
            return
        if spot.kind == "cell":
            view.choosing.select(spot.layer, spot.column)
        if spot.kind == "cell" and view.shown.network.layers[spot.layer].kind in ("lstm", "gru"):
            view.open_diagram(spot.layer)
        else:
            view.looking.toggle_units([spot.layer])

    def wheel(self, event: QWheelEvent) -> None:
        """Zoom into time; with Shift move through it, with Ctrl make rows higher."""
        view, turn = self._view, event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            view.looking.stretch(TURN ** turn.y())
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier or abs(turn.x()) > abs(turn.y()):
            view.looking.follows = False
            view.looking.pan(QPointF(turn.x() or turn.y(), 0) * 0.6)
        else:
            view.looking.zoom(TURN ** turn.y(), event.position().x())
        event.accept()

    def words(self, spot: Spot) -> str:
        """What the bubble says."""
        view = self._view
        shown, rows = view.shown, view.layout_.unrolled.by_layer
        if spot.kind == "arrow" and spot.copy is not None:
            return tips.arrow(shown.network, shown.numbers, spot.copy, spot.copy.tie.count)
        if spot.layer not in rows:
            return ""
        row = rows[spot.layer]
        if spot.kind == "name":
            reach = tips.number(view.painting.reach(spot.layer))
            return tips.row(shown.network, row, reach, expanded=spot.layer in view.layout_.units)
        if spot.kind == "data":
            words = tips.data(shown.sample, spot.layer, spot.step)
            name = shown.network.layers[spot.layer].name
            return f"{name} {tips.when(row, spot.step)}\n{words}" if words else ""
        if spot.kind not in ("cell", "initial"):
            return ""
        lines = [tips.cell(shown.network, shown.numbers, row, spot.step)]
        if spot.unit is not None:
            lines.append(tips.unit(shown.network, shown.numbers, row, spot.step, spot.unit))
        if words := tips.data(shown.sample, spot.layer, spot.step):
            lines.append(words)
        return "\n".join(line for line in lines if line)
