"""What a what-if leaves in the picture: pins at what is changed, arrows that are cut, the line where the gradient ends."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from core.unroll import Tie, cut_of, falls
from core.whatif import Cut, Put, WhatIf
from gui.canvas import look
from gui.theme import theme
from gui.unroll.arrows import Copy
from gui.unroll.layout import HEADER, Layout

HANDLE = 9.0
"""Half the width of the handle of the truncation line."""
MOST_LINES = 60
"""Further lines that are drawn beside the first one."""


def severed(whatif: WhatIf, tie: Tie, source: int | None, target: int | None) -> bool:
    """Whether the copy of a tie between two steps carries nothing."""
    return cut_of(tie, source, target) in whatif.interventions


def fallen(whatif: WhatIf, tie: Tie, source: int | None, target: int | None) -> bool:
    """Whether no gradient goes back along it."""
    return severed(whatif, tie, source, target) or falls(tie, source, target, whatif.truncate)


def concerns(whatif: WhatIf, tie: Tie) -> bool:
    """Whether a copy of a tie may be cut, or the gradient along it."""
    cut = any(isinstance(one, Cut) and one.key == tie.key for one in whatif.interventions)
    return cut or (bool(whatif.truncate) and tie.kind in ("recurrent", "memory", "reverse"))


def color() -> QColor:
    """Of all that belongs to a what-if."""
    return theme().color("warning")


def paint(painter: QPainter, layout: Layout, whatif: WhatIf, lost: Iterable[Copy]) -> None:
    """Everything that is changed; ``lost`` are the arrows that are fallen."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _fallen_arrows(painter, lost, whatif)
    for one in whatif.interventions:
        if not isinstance(one, Cut):
            _pin(painter, layout, one.layer, one.step, one.unit if isinstance(one, Put) else None)
    painter.restore()


def _fallen_arrows(painter: QPainter, copies: Iterable[Copy], whatif: WhatIf) -> None:
    """Dashed; those that are cut have a cross."""
    for copy in copies:
        by_hand = severed(whatif, copy.tie, copy.source, copy.target)
        ink = color() if by_hand else theme().color("muted")
        pen = QPen(look.with_alpha(ink, 0.95 if by_hand else 0.8), 1.6, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([2.0, 2.2])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if copy.line is not None:
            painter.drawLine(*copy.line)
        elif copy.path is not None:
            painter.drawPath(copy.path)
        middle = (copy.line[0] + copy.line[1]) / 2 if copy.line else copy.path.pointAtPercent(0.5)  # type: ignore[union-attr]
        if by_hand:
            _cross(painter, middle)


def _cross(painter: QPainter, at: QPointF) -> None:
    painter.setPen(QPen(color(), 1.4))
    painter.setBrush(theme().color("layer"))
    painter.drawEllipse(at, 7.5, 7.5)
    painter.setPen(QPen(color(), 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for sign in (-1, 1):
        painter.drawLine(at + QPointF(-3.2, -3.2 * sign), at + QPointF(3.2, 3.2 * sign))


def _pin(painter: QPainter, layout: Layout, layer: str, step: int | None, unit: int | None) -> None:
    """A frame around a cell, or around the unit in it, and a pin at its corner."""
    row = layout.unrolled.by_layer.get(layer)
    if row is None or (step is not None and (row.steps is None or step >= row.steps)):
        return
    box = layout.cell(row.index, row.column(step))
    units = layout.units.get(layer, 0)
    if unit is not None and units:
        height = box.height() / units
        box = QRectF(box.left(), box.top() + unit * height, box.width(), height)
    radius = min(7.0, box.width() * 0.27, box.height() / 3)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color(), 2.4))
    painter.drawRoundedRect(box.adjusted(-1.5, -1.5, 1.5, 1.5), radius, radius)
    if box.width() < 12:
        tip = QPointF(box.center().x(), box.top() - 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color())
        painter.drawPolygon(QPolygonF([tip, tip + QPointF(-4, -7), tip + QPointF(4, -7)]))
        return
    painter.setPen(QPen(theme().color("canvas"), 1.6))
    painter.setBrush(color())
    painter.drawEllipse(QPointF(box.right(), box.top()), 5.5, 5.5)


# -- the truncation line ---------------------------------------------------------------------------------------------


def lines(layout: Layout, every: int) -> list[tuple[int, float]]:
    """(column after it, x in the view) of the places where the gradient is cut, those of length ``every`` first."""
    if not every:
        return []
    found = [
        (n, layout.x(layout.edges[n]))
        for n, column in enumerate(layout.unrolled.columns)
        if column.kind == "step" and column.step and column.step % every == 0
    ]
    return sorted(found, key=lambda place: (layout.unrolled.columns[place[0]].step != every, place[0]))


def handle(layout: Layout, x: float) -> QPointF:
    """Where the line is taken hold of."""
    return QPointF(x, HEADER + layout.inset + 11)


def paint_line(painter: QPainter, layout: Layout, every: int, held: bool) -> None:
    """The line at which one drags, and its repetitions."""
    places = lines(layout, every)
    if not places:
        return
    ink = theme().color("accent")
    top, bottom = HEADER + layout.inset, HEADER + layout.inset + layout.room_height()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for n, (column, x) in enumerate(places):
        first = layout.unrolled.columns[column].step == every
        if not first and n > MOST_LINES:
            break
        pen = QPen(look.with_alpha(ink, 1.0 if first else 0.45), (3.0 if held else 2.2) if first else 1.2)
        if not first:
            pen.setDashPattern([4.0, 4.0])
        painter.setPen(pen)
        painter.drawLine(QPointF(x, top), QPointF(x, bottom))
        if first:
            _handle(painter, handle(layout, x), ink)


def _handle(painter: QPainter, at: QPointF, ink: QColor) -> None:
    box = QRectF(at.x() - HANDLE, at.y() - 9, 2 * HANDLE, 18)
    painter.setPen(QPen(theme().color("canvas"), 1.5))
    painter.setBrush(ink)
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(QPen(theme().color("layer"), 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for sign in (-1, 1):
        path = QPainterPath(at + QPointF(2.2 * sign, -3.4))
        path.lineTo(at + QPointF(5.2 * sign, 0))
        path.lineTo(at + QPointF(2.2 * sign, 3.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
