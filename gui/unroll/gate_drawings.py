"""Drawings of the cells of recurrent blocks, after C. Olah, "Understanding LSTM Networks" (2015), with numbers."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from core.describe import number
from gui.canvas import look
from gui.theme import theme

CENTRE = Qt.AlignmentFlag.AlignHCenter
GATE = (58.0, 40.0)
KNOT = 12.0


class Pen:
    """A box in which places are shares of its width and height."""

    def __init__(self, painter: QPainter, box: QRectF) -> None:
        self.painter, self.box = painter, box
        self.places: dict[str, QRectF] = {}
        """Where each number stands, by its key."""

    def at(self, x: float, y: float) -> QPointF:
        """A place in pixels."""
        return QPointF(self.box.left() + x * self.box.width(), self.box.top() + y * self.box.height())

    def line(self, *places: tuple[float, float], color: str = "link", width: float = 2.0, head: bool = True) -> None:
        """A line with round corners through these places."""
        points = [self.at(*place) for place in places]
        path = QPainterPath(points[0])
        for before, here, after in zip(points, points[1:], points[2:], strict=False):
            one, other = _toward(here, before, 9.0), _toward(here, after, 9.0)
            path.lineTo(one)
            path.quadTo(here, other)
        path.lineTo(points[-1])
        ink = theme().color(color)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.setPen(QPen(ink, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        self.painter.drawPath(path)
        if head:
            self._head(points[-2], points[-1], ink)

    def _head(self, before: QPointF, tip: QPointF, ink: QColor) -> None:
        along = tip - before
        size = max(1e-6, (along.x() ** 2 + along.y() ** 2) ** 0.5)
        along = along / size * 9.0
        across = QPointF(-along.y(), along.x()) * 0.55
        path = QPainterPath(tip)
        path.lineTo(tip - along + across)
        path.lineTo(tip - along - across)
        path.closeSubpath()
        self.painter.fillPath(path, ink)

    def gate(self, x: float, y: float, letter: str, squash: str, value: float, signed: bool = False) -> None:
        """A gate: its letter and function, filled as far as it is open (or in the colour of its sign)."""
        centre = self.at(x, y)
        rect = QRectF(centre.x() - GATE[0] / 2, centre.y() - GATE[1] / 2, *GATE)
        path = QPainterPath()
        path.addRoundedRect(rect, 7, 7)
        ground = theme().color("canvas")
        self.painter.fillPath(path, ground)
        if signed:
            self.painter.fillPath(path, theme().sign_color(value))
        else:
            self.painter.save()
            self.painter.setClipPath(path)
            level = min(1.0, max(0.0, value)) * rect.height()
            fill = look.mixed(ground, theme().color("positive"), 0.42)
            self.painter.fillRect(QRectF(rect.left(), rect.bottom() - level, rect.width(), level), fill)
            self.painter.restore()
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.setPen(QPen(theme().color("layer_edge"), 1.3))
        self.painter.drawPath(path)
        upper = QRectF(rect.left(), rect.top() + 2, rect.width(), 18)
        lower = QRectF(rect.left(), rect.top() + 19, rect.width(), 18)
        ink = _ink_on(theme().sign_color(value)) if signed else theme().color("text")
        look.draw_text(self.painter, upper, f"{letter} · {squash}", 11, ink, align=CENTRE)
        look.draw_text(self.painter, lower, number(value), 12.5, ink, bold=True, align=CENTRE)
        self.places[letter] = rect

    def knot(self, x: float, y: float, sign: str) -> None:
        """A round node: ×, + or tanh."""
        centre = self.at(x, y)
        wide = KNOT if len(sign) == 1 else 21.0
        self.painter.setBrush(theme().color("layer"))
        self.painter.setPen(QPen(theme().color("recurrent"), 1.8))
        self.painter.drawRoundedRect(QRectF(centre.x() - wide, centre.y() - KNOT, 2 * wide, 2 * KNOT), KNOT, KNOT)
        box = QRectF(centre.x() - wide, centre.y() - KNOT, 2 * wide, 2 * KNOT)
        size = 16 if len(sign) == 1 else 11
        look.draw_text(self.painter, box, sign, size, theme().color("text"), bold=True, align=CENTRE)

    def label(self, x: float, y: float, name: str, value: float | None, key: str = "", end: bool = False) -> None:
        """A quantity that enters or leaves, with its number."""
        place = self.at(x, y)
        left = place.x() - 74 if end else place.x()
        align = Qt.AlignmentFlag.AlignRight if end else Qt.AlignmentFlag.AlignLeft
        look.draw_text(
            self.painter, QRectF(left, place.y() - 32, 74, 16), name, 14, theme().color("muted"), align=align
        )
        if value is not None:
            self.places[key] = QRectF(left, place.y() - 32, 74, 32)
            ink = theme().color("text")
            look.draw_text(self.painter, QRectF(left, place.y() - 18, 74, 16), number(value), 12.5, ink, bold=True,
                           align=align)  # fmt: skip


def draw(painter: QPainter, kind: str, box: QRectF, values: Mapping[str, float]) -> Mapping[str, QRectF]:
    """The cell of a kind of block; returns where each number of it stands.

    The reset gate of a GRU acts on what the matrix has made of the old state, as in torch.
    """
    pen = Pen(painter, box)
    {"lstm": _lstm, "gru": _gru, "rnn": _rnn}[kind](pen, values)
    return pen.places


def _lstm(pen: Pen, v: Mapping[str, float]) -> None:
    top, row, low = 0.2, 0.6, 0.93
    pen.line((0.0, top), (1.0, top), color="recurrent", width=3.0)
    pen.line((0.0, low), (0.72, low), color="link", head=False)
    for x in (0.24, 0.42, 0.56, 0.72):
        pen.line((x, low), (x, row + 0.1), width=1.8)
    pen.line((0.24, row), (0.24, top + 0.06), width=1.8)
    pen.line((0.42, row), (0.42, 0.37), (0.472, 0.37), width=1.8)
    pen.line((0.56, row), (0.56, 0.37), (0.508, 0.37), width=1.8)
    pen.line((0.49, 0.33), (0.49, top + 0.06), width=1.8)
    pen.line((0.84, top), (0.84, row - 0.06), width=1.8)
    pen.line((0.72, row), (0.815, row), width=1.8)
    pen.line((0.84, row), (0.84, low), (1.0, low), color="recurrent", width=2.4)
    pen.knot(0.24, top, "×")
    pen.knot(0.49, top, "+")
    pen.knot(0.49, 0.37, "×")
    pen.knot(0.84, 0.4, "tanh")
    pen.knot(0.84, row, "×")
    pen.gate(0.24, row, "f", "σ", v["f"])
    pen.gate(0.40, row, "i", "σ", v["i"])
    pen.gate(0.56, row, "g", "tanh", v["g"], signed=True)
    pen.gate(0.72, row, "o", "σ", v["o"])
    pen.label(0.0, top, "cₜ₋₁", v.get("c_before"), "c_before")
    pen.label(1.0, top, "cₜ", v.get("c"), "c", end=True)
    pen.label(0.0, low, "hₜ₋₁", v["h_before"], "h_before")
    pen.label(1.0, low, "hₜ", v["h"], "h", end=True)
    look.draw_text(pen.painter, QRectF(pen.at(0, low).x(), pen.at(0, low).y() + 3, 80, 14), "+ xₜ", 11,
                   theme().color("muted"))  # fmt: skip


def _gru(pen: Pen, v: Mapping[str, float]) -> None:
    top, row, low = 0.2, 0.6, 0.93
    pen.line((0.0, top), (1.0, top), color="recurrent", width=3.0)
    pen.line((0.0, low), (0.68, low), color="link", head=False)
    pen.line((0.07, top), (0.07, 0.4), (0.245, 0.4), color="recurrent", width=1.8)
    pen.line((0.27, row), (0.27, 0.46), width=1.8)
    pen.line((0.3, 0.4), (0.375, 0.4), (0.375, 0.8), (0.64, 0.8), (0.64, row + 0.1), width=1.8)
    for x in (0.27, 0.48, 0.68):
        pen.line((x, low), (x, row + 0.1), width=1.8)
    pen.line((0.48, row), (0.48, top + 0.06), width=1.8)
    pen.line((0.48, 0.36), (0.8, 0.36), width=1.6)
    pen.line((0.66, row), (0.82, row), (0.82, 0.43), width=1.8)
    pen.line((0.82, 0.33), (0.82, top + 0.06), width=1.8)
    pen.knot(0.27, 0.4, "×")
    pen.knot(0.48, top, "×")
    pen.knot(0.82, 0.36, "×")
    pen.knot(0.82, top, "+")
    pen.gate(0.27, row, "r", "σ", v["r"])
    pen.gate(0.48, row, "z", "σ", v["z"])
    pen.gate(0.66, row, "n", "tanh", v["n"], signed=True)
    left = pen.places["1-z"] = QRectF(pen.at(0.6, 0.36).x(), pen.at(0, 0.36).y() - 17, 60, 14)
    look.draw_text(pen.painter, left, f"1−z = {number(1 - v['z'])}", 10.5, theme().color("muted"))
    pen.label(0.0, top, "hₜ₋₁", v["h_before"], "h_before")
    pen.label(1.0, top, "hₜ", v["h"], "h", end=True)
    pen.label(0.0, low, "hₜ₋₁, xₜ", None)
    where = pen.at(0.09, 0.4)
    look.draw_text(pen.painter, QRectF(where.x(), where.y() - 17, 70, 14), "Wₙ hₜ₋₁", 10.5, theme().color("muted"))


def _rnn(pen: Pen, v: Mapping[str, float]) -> None:
    middle = 0.5
    pen.line((0.0, middle), (0.33, middle), color="recurrent", width=2.6)
    pen.line((0.4, 0.95), (0.4, middle + 0.08), width=1.8)
    pen.line((0.4, middle), (0.58, middle), width=2.0)
    pen.line((0.62, middle), (1.0, middle), color="recurrent", width=2.6)
    pen.knot(0.36, middle, "+")
    pen.gate(0.64, middle, "h", "f", v["h"], signed=True)
    pen.label(0.0, middle, "hₜ₋₁", v["h_before"], "h_before")
    pen.label(0.44, middle, "a", v.get("a"), "a")
    pen.label(1.0, middle, "hₜ", v["h"], "h", end=True)


def _toward(here: QPointF, other: QPointF, distance: float) -> QPointF:
    way = other - here
    size = (way.x() ** 2 + way.y() ** 2) ** 0.5
    return other if size <= distance else here + way / size * distance


def _ink_on(ground: QColor) -> QColor:
    return QColor("#10151c") if ground.lightnessF() > 0.55 else QColor("#ffffff")
