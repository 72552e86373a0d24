"""The inside of an LSTM, GRU or RNN at one step: lines, gates and the numbers on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QCursor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QMainWindow, QWidget

from core.describe import number
from core.traces import LayerTrace
from gui.canvas import look
from gui.icons import icon
from gui.text import tr
from gui.theme import theme
from gui.unroll import gate_drawings
from gui.unroll.gate_numbers import GateNumbers, about_number, gate_numbers
from gui.unroll.layout import FOOTER, HEADER
from gui.why.here import Question, open_menu
from gui.why.questions import about_unit

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView

SIZE = (500, 372)
TITLE = 46.0
STRIP = 30.0
GAP = 12
"""Pixels between the card and the cell that it explains."""
SMALL, BETWEEN = 11, " · "
CENTRE = Qt.AlignmentFlag.AlignHCenter


class CellDiagram(QWidget):
    """A card over the unrolled view that follows the selected step.

    It belongs to the window, as the view may be lower than the card.
    """

    def __init__(self, view: UnrollView) -> None:
        super().__init__(view)
        self.setObjectName("cell_diagram")
        self.setAccessibleName(tr("Inside of the cell"))
        self._view = view
        self.layer = ""
        self.unit: int | None = None
        """The unit whose numbers are shown; None is the mean over all."""
        self.numbers: GateNumbers | None = None
        self._places: dict[str, QRectF] = {}
        """Where the numbers stand, by their keys, in the order in which the arrow keys go through them."""
        self.chosen = ""
        """The number that the keyboard is at."""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to the view
        self.resize(*SIZE)
        self.hide()
        view.installEventFilter(self)

    def open(self, layer: str) -> None:
        """Show the inside of a layer."""
        if layer != self.layer:
            self.layer, self.unit = layer, None
        self.place()
        self.show()
        self.refresh()

    def place(self) -> None:
        """Where there is room in the window without covering the cell it explains: in a corner of the view, or beyond it."""
        window = self._view.window()
        if self.parentWidget() is not window:
            shown = self.isVisible()
            self.setParent(window)
            self.setVisible(shown)
            QWidget.setTabOrder(self._view, self)
            if isinstance(window, QMainWindow) and window.centralWidget() is not None:
                window.centralWidget().installEventFilter(self)
        corner = self._view.mapTo(window, self._view.rect().topLeft())
        view = QRect(corner, self._view.size()).adjusted(0, int(HEADER) + 4, 0, 0)
        self.resize(min(SIZE[0], window.width() - 20), SIZE[1])
        cell = self._explained().translated(corner)
        self.move(_best_place(self.size(), view, window.rect(), cell, int(self._view.layout_.gutter)))
        self.raise_()

    def _explained(self) -> QRect:
        """The cell at the selected step, in pixels of the view; empty where it is out of sight."""
        layout, column = self._view.layout_, self._view.shown.column
        row = layout.unrolled.by_layer.get(self.layer)
        if row is None or column is None:
            return QRect()
        return layout.cell(row.index, column).toAlignedRect().intersected(self._view.rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide and self.isVisible():
            self.hide()
        elif event.type() == QEvent.Type.Move and self.isVisible():
            self.place()
        elif event.type() == QEvent.Type.ZOrderChange and self.isVisible():
            self.raise_()  # Qt raises the middle of a window whenever another tab comes to the front
        return super().eventFilter(watched, event)

    def step(self) -> int:
        """The step that is shown."""
        return self._view.step or 0

    def refresh(self) -> None:
        """Show what the view knows now."""
        if not self.isVisible():
            return
        network, trace = self._view.document.project.network, self._view.shown.numbers.trace
        if self.layer not in network.layers:
            self.hide()
            return
        self.numbers = None
        if trace is not None and self.layer in trace.layers:
            layer = network.layers[self.layer]
            valid = trace.valid.get(self.layer, 0)
            self.numbers = gate_numbers(layer, trace.layers[self.layer], self.step(), valid, self.unit)
        self.place()
        self.update()

    def sentence(self) -> str:
        """The formula of the new state with its numbers."""
        found, kind = self.numbers, self._kind()
        if found is None:
            return ""
        n = {key: number(value) for key, value in found.values.items()}
        if self.unit is None:
            return tr("Means over {count} units; click a unit below to see its own numbers.", count=len(found.units))
        if kind == "lstm":
            return (
                f"c = f·c₋₁ + i·g = {n['f']}·{n['c_before']} + {n['i']}·{n['g']} = {n['c']},  h = o·tanh(c) = {n['h']}"
            )
        if kind == "gru":
            return f"h = (1−z)·n + z·h₋₁ = (1−{n['z']})·{n['n']} + {n['z']}·{n['h_before']} = {n['h']}"
        return f"h = f(a) = f({n.get('a', '?')}) = {n['h']}"

    def _kind(self) -> str:
        return self._view.document.project.network.layers[self.layer].kind

    def _strip_rect(self) -> QRectF:
        return QRectF(18, self.height() - STRIP - 14, self.width() - 36, STRIP - 8)

    def _close_rect(self) -> QRectF:
        return QRectF(self.width() - 36, 12, 22, 22)

    def unit_at(self, pos: QPointF) -> int | None:
        """The unit at a point of the strip."""
        rect = self._strip_rect()
        if self.numbers is None or not rect.adjusted(0, -4, 0, 6).contains(pos):
            return None
        count = len(self.numbers.units)
        offset = count if self.unit is not None and self.unit >= count else 0
        return offset + min(count - 1, max(0, int((pos.x() - rect.left()) / rect.width() * count)))

    def number_at(self, pos: QPointF) -> str | None:
        """Key of the number at a point of the drawing."""
        return next((key for key, rect in self._places.items() if rect.contains(pos)), None)

    def questions_at(self, pos: QPointF) -> list[Question]:
        """What can be asked about the number, or the unit of the strip, at a point."""
        unit = self.unit_at(pos)
        if unit is not None and self._trace() is not None:
            return about_unit(self.layer, "value", unit, self.step())
        key = self.number_at(pos)
        return [] if key is None else self._about(key)

    def _trace(self) -> LayerTrace | None:
        """What is known about the layer; None while its numbers are not shown."""
        trace = self._view.shown.numbers.trace
        return None if trace is None or self.numbers is None else trace.layers.get(self.layer)

    def _about(self, key: str) -> list[Question]:
        """About the number with a key of the drawing, the title or the sentence."""
        found, trace = self._trace(), self._view.shown.numbers.trace
        if found is None or trace is None or key not in self._places:
            return []
        layer, valid = self._view.document.project.network.layers[self.layer], trace.valid[self.layer]
        keys = [key]
        if key == "sentence":
            keys = ["c", "h"] if layer.kind == "lstm" else ["h"]
        return [about_number(layer, found, one, self.unit, self.step(), valid) for one in keys]

    def questions_here(self) -> list[Question]:
        """What can be asked about the number that the keyboard is at, or about what the pointer is at."""
        if self.hasFocus() and self.chosen in self._places:
            return self._about(self.chosen)
        return self.questions_at(self.mapFromGlobal(QCursor.pos()).toPointF())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        questions = self._about(self.chosen) if by_key else self.questions_at(event.pos().toPointF())
        open_menu(self, questions, self._view.document, event.globalPos(), ())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, keys = Qt.Key(event.key()), list(self._places)
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and keys:
            by = 1 if key == Qt.Key.Key_Right else -1
            at = keys.index(self.chosen) + by if self.chosen in keys else 0 if by > 0 else len(keys) - 1
            self._choose(keys[at % len(keys)])
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self.numbers is not None:
            self._next_unit(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            questions = self._about(self.chosen)
            if questions:
                self._view.document.ask(questions[0].asked)
        elif key == Qt.Key.Key_Escape:
            self.hide()
            self._view.setFocus()
        else:
            super().keyPressEvent(event)

    def _choose(self, key: str) -> None:
        self.chosen = key
        names = {"sentence": self.sentence(), "gradient": "|dL/dh|", "cell_gradient": "|dL/dc|", "1-z": "1 − z"}
        self.setAccessibleDescription(names.get(key, key.replace("_before", " before")))
        self.update()

    def _next_unit(self, by: int) -> None:
        """The next unit; before the first and behind the last one comes the mean."""
        assert self.numbers is not None
        count = self._view.shown.network.layers[self.layer].params["units"]
        count *= 2 if self._view.shown.network.layers[self.layer].params.get("bidirectional") else 1
        at = (-1 if self.unit is None else self.unit) + by
        self.unit = None if at in (-1, count) else count - 1 if at < -1 else at
        self.refresh()

    def focusInEvent(self, event: object) -> None:
        if self.chosen not in self._places and self._places:
            self._choose(next(iter(self._places)))
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._close_rect().contains(event.position()):
            self.hide()
            self._view.setFocus()
            return
        unit = self.unit_at(event.position())
        if unit is not None:
            self.unit = None if unit == self.unit else unit
            self.refresh()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        unit = self.unit_at(event.position())
        over = unit is not None or self._close_rect().contains(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
        if unit is not None and self.numbers is not None:
            value = float(self.numbers.units[unit % len(self.numbers.units)])
            self.setToolTip(tr("unit {unit}: h = {value}", unit=unit + 1, value=number(value, 4)))
        else:
            self.setToolTip("")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_card(painter)
        self._paint_title(painter)
        box = QRectF(20, TITLE + 6, self.width() - 40, self.height() - TITLE - STRIP - 56)
        if self.numbers is None:
            look.draw_text(painter, box, tr("Computing the gates …"), 13, theme().color("muted"), align=CENTRE)
        else:
            drawn = gate_drawings.draw(painter, self._kind(), box, self.numbers.values)
            line = QRectF(18, self._strip_rect().top() - 26, self.width() - 36, 20)
            words = self.sentence()
            size = min(11.5, 11.4 * line.width() / max(1.0, look.text_width(words, 11.5)))
            look.draw_text(painter, line, words, size, theme().color("text"), align=CENTRE)
            self._places = {**self._gradient_places(), **drawn, **({} if self.unit is None else {"sentence": line})}
            self._paint_strip(painter)
            self._paint_choice(painter)
        painter.end()

    def _paint_card(self, painter: QPainter) -> None:
        rect = QRectF(self.rect()).adjusted(4, 3, -4, -7)
        painter.setPen(Qt.PenStyle.NoPen)
        for spread in (5.0, 3.0, 1.0):
            painter.setBrush(QColor(0, 0, 0, 40 if theme().dark else 14))
            painter.drawRoundedRect(rect.adjusted(-spread / 2, 1, spread / 2, spread), look.RADIUS, look.RADIUS)
        painter.setBrush(theme().color("layer"))
        painter.setPen(QPen(look.mixed(theme().color("layer_edge"), theme().color("layer"), 0.3), 1))
        painter.drawRoundedRect(rect, look.RADIUS, look.RADIUS)

    def _paint_title(self, painter: QPainter) -> None:
        layer = self._view.document.project.network.layers[self.layer]
        row = self._view.layout_.unrolled.by_layer.get(self.layer)
        steps = row.steps if row is not None and row.steps else 1
        words = tr("{layer} at t = {step} of {steps}", layer=layer.name, step=self.step() + 1, steps=steps)
        look.draw_text(painter, QRectF(20, 10, 250, 24), words, 14, theme().color("text"), bold=True)
        if self.numbers is not None:
            room = QRectF(20, 30, self.width() - 70, 18)
            look.draw_text(painter, room, "".join(self._below_title()), SMALL, theme().color("muted"))
        icon("close", "muted").paint(painter, self._close_rect().adjusted(3, 3, -3, -3).toRect())

    def _below_title(self) -> list[str]:
        """Whose numbers they are, and the gradients there."""
        assert self.numbers is not None
        parts = [tr("mean") if self.unit is None else tr("unit {unit}", unit=self.unit + 1)]
        parts.append(f"{BETWEEN}|dL/dh| = {number(self.numbers.gradient)}")
        if self.numbers.cell_gradient is not None:
            parts.append(f"{BETWEEN}|dL/dc| = {number(self.numbers.cell_gradient)}")
        return parts

    def _gradient_places(self) -> dict[str, QRectF]:
        """Where the gradients are written."""
        parts, found = self._below_title(), {}
        for n, key in enumerate(("gradient", "cell_gradient")[: len(parts) - 1], 1):
            left, words = look.text_width("".join([*parts[:n], BETWEEN]), SMALL), parts[n].removeprefix(BETWEEN)
            found[key] = QRectF(20 + left, 30, look.text_width(words, SMALL), 18)
        return found

    def _paint_choice(self, painter: QPainter) -> None:
        """A frame around the number that the keyboard is at."""
        if self.hasFocus() and self.chosen in self._places:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme().color("selection"), 2))
            painter.drawRoundedRect(self._places[self.chosen].adjusted(-3, -2, 3, 2), 6, 6)

    def _paint_strip(self, painter: QPainter) -> None:
        assert self.numbers is not None
        rect, units = self._strip_rect(), self.numbers.units
        clip = QPainterPath()
        clip.addRoundedRect(rect, 4, 4)
        painter.save()
        painter.setClipPath(clip)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(rect, look.signed_image(units[None], look.activation_scale(units)))
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(look.hairline(theme().color("mid")))
        painter.drawPath(clip)
        if self.unit is not None:
            width = rect.width() / len(units)
            left = rect.left() + width * (self.unit % len(units))
            painter.setPen(QPen(theme().color("selection"), 2))
            painter.drawRect(QRectF(left, rect.top() - 2, width, rect.height() + 4))


def _best_place(size: QSize, view: QRect, window: QRect, cell: QRect, gutter: int) -> QPoint:
    """Of the corners of the view and the places below and above a cell, the one that covers least of the cell and of what
    lies outside the view. All rectangles are in pixels of the window."""
    right, low = view.right() - size.width() - 14, view.bottom() - int(FOOTER) - size.height() - 8
    left = view.left() + gutter + 14
    wanted = [QPoint(right, low), QPoint(left, low)]
    if not cell.isEmpty():
        across = cell.center().x() - size.width() // 2
        wanted += [QPoint(across, cell.bottom() + GAP), QPoint(across, cell.top() - GAP - size.height())]
        wanted += [QPoint(cell.right() + GAP, low), QPoint(cell.left() - GAP - size.width(), low)]

    def inside(place: QPoint) -> QRect:
        x = max(6, min(place.x(), window.right() - size.width() - 6))
        y = max(view.top(), min(place.y(), window.bottom() - size.height() - 6))
        return QRect(QPoint(x, y), size)

    def cost(card: QRect) -> tuple[int, int]:
        return _area(card & cell), _area(card) - _area(card & view)

    return min(map(inside, wanted), key=cost).topLeft()


def _area(rect: QRect) -> int:
    return 0 if rect.isEmpty() else rect.width() * rect.height()
