"""Paints the unrolled network: all that stays as it is while the pointer moves."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPixmap

from core.network import Network
from core.reports import Moment
from core.unroll import Row, Tie
from gui.canvas import look
from gui.theme import theme
from gui.unroll import arrows, cells, chrome, ends, marks, overview
from gui.unroll.arrow_painting import ArrowPainting
from gui.unroll.layout import FOOTER, HEADER, MOST_UNIT_ROWS, Layout
from gui.unroll.numbers import LogScale, Numbers, Part, difference
from gui.unroll.sample import Sample

SEAM = 24.0
"""Pixels that are painted anew beside what comes into sight."""
LEGEND = QRectF(0, 0, 190, 26)


@dataclass
class Shown:
    """What is painted: the model of the view, without a widget."""

    network: Network
    layout: Layout
    numbers: Numbers = field(default_factory=Numbers)
    sample: Sample = field(default_factory=Sample)
    gradient: bool = False
    part: Part = "total"
    scale: LogScale = field(default_factory=LogScale)
    marked: frozenset[str] = frozenset()
    """Selected layers and links."""
    highlighted: frozenset[str] = frozenset()
    column: int | None = None
    """The selected one."""
    unit: int | None = None
    """The selected unit of an expanded row."""

    @property
    def signed(self) -> bool:
        """Whether colours go from minus to plus."""
        return not self.gradient or self.numbers.beside is not None


class Painting:
    """Paints a Shown; keeps the colours of its rows until numbers change."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self.arrows = ArrowPainting(shown)
        self._rows: dict[tuple[str, int], np.ndarray] = {}
        self._reach: dict[str, float] = {}
        self._overview: QImage | None = None
        self._gutter: tuple[object, QPixmap] | None = None
        self._colors: np.ndarray | None = None

    def forget(self) -> None:
        """Numbers have changed."""
        self._rows, self._reach, self._overview, self._colors = {}, {}, None, None
        self.arrows.forget()

    def restyle(self) -> None:
        """Colours or words have changed."""
        self.forget()
        self._gutter = None

    @property
    def copies(self) -> dict[Tie, list[arrows.Copy]]:
        """The arrows in sight, one by one."""
        return self.arrows.copies

    # -- what stays --------------------------------------------------------------------------------------------------

    def base(self, painter: QPainter, ratio: float) -> None:
        """Everything but what lights up under the pointer."""
        self.arrows.move()
        painter.fillRect(QRectF(QPointF(), self.shown.layout.size), theme().color("canvas"))
        self._content(painter, ratio, self._room())
        painter.drawPixmap(QPointF(0, HEADER), self._names(ratio))
        self._around(painter)

    def scroll(self, picture: QPixmap, by: int) -> None:
        """Bring a picture up to date after columns have moved ``by`` pixels, which are whole ones of the screen too.

        What was in sight moves within it, and only what comes into sight is painted.
        """
        self.arrows.move()
        layout, room, ratio = self.shown.layout, self._room(), picture.devicePixelRatio()
        corner, end = room.topLeft() * ratio, room.bottomRight() * ratio
        moving = QRect(round(corner.x()), round(corner.y()), round(end.x() - corner.x()), round(end.y() - corner.y()))
        picture.scroll(round(by * ratio), 0, moving)
        fresh = QRectF(room)
        # A little more than what is new: names of steps and heads of arrows reach over its edge.
        fresh.setRight(room.left() + by + SEAM) if by > 0 else fresh.setLeft(room.right() + by - SEAM)
        painter = QPainter(picture)
        painter.fillRect(fresh, theme().color("canvas"))
        layout.window = fresh.left(), fresh.right()
        try:
            self._content(painter, ratio, fresh)
        finally:
            layout.window = None
        self._around(painter)
        painter.end()

    @property
    def scrolls(self) -> bool:
        """Whether a part can be painted by itself: a curve is drawn as a whole, with all of its dashes."""
        sample = self.shown.sample
        given = [*sample.inputs.values(), *(asked.target for asked in sample.asked.values())]
        return all(one.look != "curve" for one in given)

    def _room(self) -> QRectF:
        """Where the columns are."""
        layout = self.shown.layout
        return QRectF(layout.gutter, HEADER + layout.inset, layout.size.width() - layout.gutter, layout.room_height())

    def _content(self, painter: QPainter, ratio: float, clip: QRectF) -> None:
        """The columns."""
        painter.save()
        painter.setClipRect(clip)
        self._paint_cells(painter, ratio)
        self._paint_column(painter)
        self._paint_ends(painter, ratio)
        self._paint_veil(painter)
        self.arrows.paint(painter)
        self._paint_starts(painter)
        if self.shown.numbers.whatif:
            marks.paint(painter, self.shown.layout, self.shown.numbers.whatif, self.arrows.fallen)
        painter.restore()

    def _around(self, painter: QPainter) -> None:
        """Numbers of the steps, overview and legend."""
        shown, layout = self.shown, self.shown.layout
        chrome.header(painter, layout, shown.column, None)
        chrome.overview(painter, layout, self._overview_picture(), chrome.numbers_line(shown.numbers))
        box = self.legend_box()
        if shown.numbers.known and not box.isEmpty():
            if shown.numbers.beside is not None:
                chrome.difference_legend(painter, box, shown.gradient)
            else:
                chrome.legend(painter, box, shown.scale if shown.gradient else None, shown.part, self._reaches())

    def legend_box(self) -> QRectF:
        """Where the colours are explained; empty where there is no room for that."""
        size = self.shown.layout.size
        if size.width() < chrome.BAR + chrome.LEGEND_ROOM:
            return QRectF()
        return LEGEND.translated(size.width() - LEGEND.width() - 14, size.height() - FOOTER + 9)

    def _names(self, ratio: float) -> QPixmap:
        """The names at the left, which stay as they are while time is panned and zoomed."""
        shown, layout = self.shown, self.shown.layout
        tops = tuple(layout.y(band.top) for band in layout.bands)
        key = (shown.network, tops, shown.marked, shown.highlighted, layout.size.toTuple(), ratio)
        if self._gutter is None or self._gutter[0] != key:
            height = layout.size.height() - HEADER
            picture = QPixmap(round(layout.gutter * ratio), round(height * ratio))
            picture.setDevicePixelRatio(ratio)
            painter = QPainter(picture)
            painter.translate(0, -HEADER)
            chrome.gutter(painter, layout, shown.network, shown.marked, shown.highlighted)
            painter.end()
            self._gutter = key, picture
        return self._gutter[1]

    def _reaches(self) -> set[float]:
        """The activations of full colour of all rows."""
        return {self.reach(row.layer) for row in self.shown.layout.unrolled.rows}

    def _paint_column(self, painter: QPainter) -> None:
        """The selected step as a band of light."""
        column = self.shown.column
        if column is None:
            return
        rect = self.shown.layout.column_rect(column)
        color = theme().color("selection")
        if rect.width() < 4:
            rect.adjust(-1, 0, 1, 0)
        painter.fillRect(rect, look.with_alpha(color, 0.11))
        painter.setPen(look.hairline(look.with_alpha(color, 0.5)))
        painter.drawLine(rect.topLeft(), rect.bottomLeft())
        painter.drawLine(rect.topRight(), rect.bottomRight())

    def _paint_cells(self, painter: QPainter, ratio: float) -> None:
        layout = self.shown.layout
        lefts, rights = layout.cell_ends()
        first, end = layout.visible()
        stretches: dict[tuple[int, int], cells.Stretch | None] = {}
        masks: dict[tuple[int, int, int], QImage | None] = {}
        for row in layout.unrolled.rows:
            one, other = max(first, row.columns.start), min(end, row.columns.stop)
            if one >= other or not self._in_sight(row):
                continue
            span = one, other
            if span not in stretches:
                part = slice(one, other)
                stretches[span] = cells.stretch(
                    lefts[part], rights[part], layout.gutter - 1, layout.size.width() + 1, ratio
                )
            pixels = stretches[span]
            if pixels is None:
                continue
            band = layout.bands[row.index]
            key = (*span, round(band.height * ratio))
            if key not in masks:
                masks[key] = cells.frames(pixels, band.height, theme().color("canvas"), theme().color("layer_edge"))
            indices = self.indices(row)[:, one - row.first : other - row.first]
            place = QPointF(pixels.left, round(layout.y(band.top) * ratio) / ratio)
            painter.drawImage(place, cells.picture(indices, self._table(), pixels, band.height, self.shown.signed))
            mask = masks[key]
            if mask is not None:
                painter.drawImage(place, mask)
            self._paint_units(painter, row, place.y())

    def _in_sight(self, row: Row) -> bool:
        layout = self.shown.layout
        band = layout.bands[row.index]
        return layout.y(band.bottom) > HEADER and layout.y(band.top) < layout.size.height() - FOOTER

    def _paint_units(self, painter: QPainter, row: Row, top: float) -> None:
        """Thin lines between the units of an expanded row."""
        layout = self.shown.layout
        units = layout.units.get(row.layer, 0)
        shown = min(units, MOST_UNIT_ROWS)
        if not units:
            return
        height = layout.bands[row.index].height / shown
        left = max(layout.gutter, layout.x(layout.edges[row.first]))
        right = min(layout.size.width(), layout.x(layout.edges[row.columns.stop]))
        painter.setPen(look.hairline(look.with_alpha(theme().color("canvas"), 0.55)))
        for unit in range(1, shown):
            y = top + unit * height
            painter.drawLine(QPointF(left, y), QPointF(right, y))
        if self.shown.unit is not None and self.shown.unit < units and row.layer in self.shown.marked:
            at = self.shown.unit * shown // units
            painter.setPen(QPen(theme().color("selection"), 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(left, top + at * height, right - left, height))

    def _table(self) -> np.ndarray:
        if self._colors is None:
            self._colors = cells.table(diverging=self.shown.signed)
        return self._colors

    def reach(self, layer: str) -> float:
        """The activation of full colour in a row: 1, or the next round number above the largest one."""
        if layer not in self._reach:
            rows = self.shown.numbers.rows(layer)
            largest = look.activation_scale(rows) if rows is not None else 1.0
            power = 10.0 ** math.floor(math.log10(largest))
            self._reach[layer] = next((m * power for m in (1, 2, 3, 5) if m * power >= largest * 0.999), 10 * power)
        return self._reach[layer]

    def indices(self, row: Row) -> np.ndarray:
        """Rows of the colour table, (shown units, steps)."""
        height = max(1, round(self.shown.layout.bands[row.index].height))
        key = (row.layer, height)
        if key not in self._rows:
            self._rows[key] = self._indices(row, height)
        return self._rows[key]

    def _indices(self, row: Row, height: int) -> np.ndarray:
        shown, blank = self.shown, np.full((1, row.steps or 1), cells.BLANK, dtype=np.int16)
        if shown.numbers.beside is not None:
            found = difference(shown.numbers, row.layer, shown.gradient, shown.part, row.layer in shown.layout.units)
            if found is None or found.shape[1] != (row.steps or 1):
                return blank
            return cells.signed_indices(cells.reduced(found, height), 1.0)
        if not shown.gradient:
            values = shown.numbers.rows(row.layer)
            if values is None or len(values) != (row.steps or 1):
                return blank
            return cells.signed_indices(cells.reduced(values.T, height), self.reach(row.layer))
        expanded = row.layer in shown.layout.units
        rows = shown.numbers.gradient_rows(row.layer, shown.part)
        if rows is None or len(rows) != (row.steps or 1):
            return blank
        if expanded:
            return cells.share_indices(shown.scale.shares(cells.reduced(np.abs(rows.T), height)))
        norms = shown.numbers.norms(row.layer, shown.part)
        assert norms is not None
        norms = self._so_far(row, norms)
        return cells.share_indices(shown.scale.shares(norms))[None]

    def _so_far(self, row: Row, norms: np.ndarray) -> np.ndarray:
        """On the way back the step under way has its direct part first; what comes through time is added to it."""
        moment = self.shown.numbers.moment
        if moment is None or moment.part != "direct" or self.shown.part != "total" or row.steps != moment.steps:
            return norms
        direct = self.shown.numbers.norms(row.layer, "direct")
        if direct is None:
            return norms
        found = norms.copy()
        found[moment.step] = direct[moment.step]
        return found

    def _paint_veil(self, painter: QPainter) -> None:
        """Padding steps back, and while a batch is walked through what is not computed yet."""
        self._paint_padding(painter)
        moment = self.shown.numbers.moment
        if moment is None or moment.phase not in ("forward", "backward"):
            return
        veil = look.with_alpha(theme().color("canvas"), 0.72)
        for row in self.shown.layout.unrolled.rows:
            if row.steps != moment.steps:
                if moment.phase == "forward" and row.stage > 1:
                    rect = self.shown.layout.cell(row.index, row.first)
                    painter.fillRect(rect.adjusted(-1, -1, 1, 1), veil)
                continue
            now = veils_step(moment, self.shown.network.layers[row.layer].kind)
            if moment.phase == "forward":
                hidden = range(moment.step + (not now), row.steps)
            else:
                hidden = range(moment.step + now)
            if len(hidden):
                painter.fillRect(self._steps_rect(row, hidden), veil)

    def _steps_rect(self, row: Row, steps: range) -> QRectF:
        layout, band = self.shown.layout, self.shown.layout.bands[row.index]
        left = layout.x(layout.edges[row.column(steps.start)])
        right = layout.x(layout.edges[row.column(steps.stop - 1) + 1])
        return QRectF(left, layout.y(band.top) - 1, right - left, band.height + 2)

    def _paint_padding(self, painter: QPainter) -> None:
        layout = self.shown.layout
        veil = look.with_alpha(theme().color("canvas"), 0.66)
        for row in layout.unrolled.rows:
            if row.steps is not None and row.valid < row.steps:
                left = layout.x(layout.edges[row.column(row.valid)])
                right = layout.x(layout.edges[row.columns.stop])
                band = layout.bands[row.index]
                height = band.height + band.data + 2
                painter.fillRect(QRectF(left, layout.y(band.top) - 1, right - left, height), veil)

    def _paint_starts(self, painter: QPainter) -> None:
        layout = self.shown.layout
        first, end = layout.visible()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row in layout.unrolled.rows:
            if row.start and first <= row.initial < end:
                box = layout.cell(row.index, row.initial)
                radius = min(arrows.INITIAL_RADIUS, box.height() / 2)
                chrome.initial_state(painter, box.center(), radius, row.start, theme().color("layer"))

    def _paint_ends(self, painter: QPainter, ratio: float) -> None:
        rows = self.shown.layout.unrolled.by_layer
        for key, given in self.shown.sample.inputs.items():
            if key in rows and len(given.values) == (rows[key].steps or 1):
                ends.paint_input(painter, self.shown.layout, rows[key], given, ratio)
        for key, asked in self.shown.sample.asked.items():
            if key in rows and len(asked.counts) == (rows[key].steps or 1):
                ends.paint_target(painter, self.shown.layout, rows[key], asked)
                band = self.shown.layout.bands[rows[key].index]
                box = QRectF(0, self.shown.layout.y(band.top), self.shown.layout.size.width(), band.height)
                ends.shade(painter, self.shown.layout, rows[key], asked.counts, box)

    def overview_lines(self) -> list[overview.Lines]:
        """What the overview shows of each row."""
        return overview.lines(self.shown.layout.unrolled, self.indices)

    def _overview_picture(self) -> QImage | None:
        """All rows of a sequence on few pixels."""
        if self._overview is None:
            found = self.overview_lines()
            if not found:
                return None
            colors = np.ascontiguousarray(self._table()[np.vstack([one.indices for one in found])])
            height, width = colors.shape
            self._overview = QImage(colors.data, width, height, width * 4, QImage.Format.Format_RGB32).copy()
        return self._overview


def veils_step(moment: Moment, kind: str) -> bool:
    """Whether a layer of this kind has nothing to show yet at the step under way."""
    match moment.part:
        case "input" | "sum" | "gates":
            return kind != "input"
        case "state":
            return kind == "output"
        case "output_gradient":
            return kind != "output"
    return False
