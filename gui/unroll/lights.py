"""What lights up under the pointer and where the selection is, painted over the rest."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from core.unroll import Row, Tie
from gui.canvas import look
from gui.text import tr
from gui.theme import theme
from gui.unroll import arrows, chrome
from gui.unroll.layout import HEADER
from gui.unroll.painting import Painting


@dataclass(frozen=True)
class Spot:
    """What is under the pointer."""

    kind: str = ""
    """"cell", "initial", "arrow", "name", "data", "header", "overview", "span", "sample", "legend" or ""."""
    layer: str = ""
    column: int = -1
    step: int | None = None
    copy: arrows.Copy | None = None
    unit: int | None = None
    share: tuple[float, float] = field(default=(0.0, 0.0), compare=False)
    """Of the overview: how far it is from its left and its upper end, 0 to 1."""


class Lights:
    """Shows that all copies of a thing are one."""

    def __init__(self, painting: Painting) -> None:
        self._painting = painting

    def paint(self, painter: QPainter, spot: Spot) -> None:
        """What belongs to the thing under the pointer: all its copies, which are one."""
        layout = self._painting.shown.layout
        painter.save()
        painter.setClipRect(
            QRectF(layout.gutter, HEADER + layout.inset, layout.size.width() - layout.gutter, layout.room_height())
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for key in self._painting.shown.marked:
            if key in layout.unrolled.by_layer:
                self._outline(painter, layout.unrolled.by_layer[key], theme().color("selection"), 1.6)
        self._selected_cell(painter)
        if spot.kind == "arrow" and spot.copy is not None:
            self._light(painter, [spot.copy.tie])
        elif spot.kind in ("cell", "initial", "name", "data") and spot.layer in layout.unrolled.by_layer:
            row = layout.unrolled.by_layer[spot.layer]
            self._light(painter, [t for t in self._painting.copies if t.target.layer == spot.layer])
            self._outline(painter, row, theme().color("accent"), 2.2)
            if spot.kind == "cell":
                self._frame(painter, layout.cell(row.index, spot.column), theme().color("accent"), 3.0)
        painter.restore()
        if spot.kind == "header" and spot.column >= 0:
            chrome.header(painter, layout, self._painting.shown.column, spot.column)

    def _selected_cell(self, painter: QPainter) -> None:
        layout, column = self._painting.shown.layout, self._painting.shown.column
        for key in self._painting.shown.marked:
            row = layout.unrolled.by_layer.get(key)
            if row is not None and column is not None and column in row.columns:
                self._frame(painter, layout.cell(row.index, column), theme().color("selection"), 3.0)

    @staticmethod
    def _frame(painter: QPainter, rect: QRectF, color: QColor, width: float) -> None:
        grown = max(2.0, 7.0 - rect.width())
        box = rect.adjusted(-grown / 2, -2, grown / 2, 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, width))
        painter.drawRoundedRect(box, min(8.0, box.width() / 3), min(8.0, box.width() / 3))

    def _outline(self, painter: QPainter, row: Row, color: QColor, width: float) -> None:
        """A line around every copy of a layer, or around the row where its cells touch."""
        layout = self._painting.shown.layout
        first, end = layout.visible()
        columns = list(range(max(first, row.columns.start), min(end, row.columns.stop)))
        if not columns:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, width))
        if min(layout.column_width(c) for c in columns) < 12:
            rect = layout.cell(row.index, columns[0]).united(layout.cell(row.index, columns[-1]))
            painter.drawRect(rect.adjusted(-1, -2, 1, 2))
            return
        for column in columns:
            rect = layout.cell(row.index, column)
            radius = min(7.0, rect.width() * 0.27)
            painter.drawRoundedRect(rect.adjusted(-1, -1, 1, 1), radius, radius)

    def _light(self, painter: QPainter, ties: list[Tie]) -> None:
        """All copies of some links, and how many they are."""
        router = arrows.Router(self._painting.shown.layout)
        color = theme().color("accent")
        for tie in ties:
            copies = self._painting.copies.get(tie, [])
            self._painting.arrows.paint_tie(painter, router, tie, copies, look.with_alpha(color, 0.22), 8.0)
            self._painting.arrows.paint_tie(painter, router, tie, copies, color, 2.6)
        if len(ties) == 1 and self._painting.copies.get(ties[0]):
            self._badge(painter, ties[0])

    def _badge(self, painter: QPainter, tie: Tie) -> None:
        if tie.count < 2:
            return
        copies = self._painting.copies[tie]
        copy = copies[len(copies) // 2]
        at = (
            (copy.line[0] + copy.line[1]) / 2 if copy.line else copy.path.pointAtPercent(0.5) if copy.path else copy.tip
        )
        text = tr("× {count}", count=tie.count)
        width = look.text_width(text, 11, bold=True) + 14
        rect = QRectF(at.x() - width / 2, at.y() - 10, width, 20)
        painter.setPen(QPen(theme().color("accent"), 1.4))
        painter.setBrush(theme().color("layer"))
        painter.drawRoundedRect(rect, 10, 10)
        look.draw_text(painter, rect, text, 11, theme().color("accent"), bold=True, align=Qt.AlignmentFlag.AlignHCenter)
