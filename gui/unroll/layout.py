"""Where rows and columns are: pixels of the view at a zoom, an offset and a lens. Pure geometry, no painting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF

from core.unroll import Row, Unrolled

GUTTER, LEAST_GUTTER = 168.0, 112.0
"""Width of the names at the left, and in a narrow view."""
BAR = 168.0
"""Width of the buttons below them."""
HEADER = 40.0
"""Height of the step numbers at the top."""
FOOTER = 46.0
"""Height of the overview at the bottom, where not everything is in sight."""
DATA = 54.0
"""Height of the sample's own values below an input and above an output."""
LEAST_DATA, LEAST_TARGET = 28.0, 40.0
"""The same where the view is low."""
STATIC_WIDTH = 132.0
INITIAL_WIDTH = 58.0
WIDEST, THINNEST = 150.0, 0.6
FIT_WIDEST = 118.0
TALLEST, SHORTEST = 96.0, 16.0
LENS_WIDTH = 92.0
LENS_FLAT, LENS_REACH = 1.4, 5.5
"""Columns on each side of the focus that the lens shows at full width, and how far it reaches."""
UNIT_HEIGHT, LEAST_UNIT_HEIGHT = 11.0, 6.0
MOST_UNIT_ROWS = 64
PLAIN_ROW = 33.0
"""Height of a row with its gap that is left to it before anything else is made smaller."""
CELL_WIDEST = 66.0


@dataclass(frozen=True)
class Band:
    """Vertical place of a row."""

    top: float
    """Of its cells."""
    height: float
    room: float
    """Free height above the cells, where arrows run."""
    data: float = 0.0
    """Height of the sample's values below the cells of an input."""
    target: float = 0.0
    """Height of the targets above the cells of an output."""

    @property
    def bottom(self) -> float:
        """Lower end of the cells."""
        return self.top + self.height

    @property
    def middle(self) -> float:
        """Middle of the cells."""
        return self.top + self.height / 2


class Layout:
    """Rows from bottom to top, columns from left to right."""

    def __init__(self, unrolled: Unrolled) -> None:
        self.unrolled = unrolled
        self.resize(QSizeF(800, 500))
        self.pitch = 40.0
        """Width of a column of a time step outside of the lens."""
        self.tall = 1.0
        """How much higher than fitting the rows are."""
        self.offset = QPointF(0.0, 0.0)
        """What is at the upper left corner of the columns, in pixels of the content."""
        self.focus: int | None = None
        """Column that the lens shows large."""
        self.lens = True
        self.inset = 0.0
        """Height below the step numbers that is left to the card of a what-if."""
        self.units: Mapping[str, int] = {}
        """Units of the rows that are expanded, by layer id."""
        self.ends: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
        """Ids of the layers that show data below and targets above."""
        self.window: tuple[float, float] | None = None
        """Ends in x of the part of the view that is painted, where that is not all; neighbours of what is in it count too."""
        self._steps = np.array([column.kind == "step" for column in unrolled.columns], dtype=bool)
        self._fixed = np.array(
            [{"static": STATIC_WIDTH, "initial": INITIAL_WIDTH, "step": 0.0}[c.kind] for c in unrolled.columns]
        )
        self.edges = np.zeros(1)
        """Left edges of the columns and the right edge of the last one, in pixels of the content; (columns + 1,)."""
        self.bands: list[Band] = []
        """By index of the row."""
        self.arrange()

    def resize(self, size: QSizeF) -> None:
        """Take another size of the view; ``arrange`` or ``fit`` follows."""
        self.size = size
        self.gutter = round(min(GUTTER, max(LEAST_GUTTER, 0.2 * size.width())))
        """Width of the names at the left, in whole pixels."""

    # -- what everything follows from --------------------------------------------------------------------------------

    def arrange(self) -> None:
        """Work out all places anew."""
        widths = np.where(self._steps, self.pitch, self._other_widths(self.pitch))
        if self.lens_is_open():
            widths = self._bent(widths)
        self.edges = np.concatenate([[0.0], np.cumsum(widths)])
        self._stack()
        self.offset = self._kept(self.offset)
        self._cells = self._cell_edges()

    def _other_widths(self, pitch: float) -> np.ndarray:
        """Widths of the columns that are no time steps, 0 for those that are."""
        initial = min(INITIAL_WIDTH, max(34.0, pitch))
        return np.where(self._fixed == INITIAL_WIDTH, initial, self._fixed)

    def lens_is_open(self) -> bool:
        """Whether columns around the focus are widened."""
        return self.lens and self.focus is not None and self.pitch < 0.42 * LENS_WIDTH and bool(self._steps.any())

    def _bent(self, widths: np.ndarray) -> np.ndarray:
        """A fish-eye that takes its room from the other columns, so that the whole stays as wide as it is."""
        assert self.focus is not None
        away = np.abs(np.arange(len(widths)) - self.focus)
        fall = np.clip((away - LENS_FLAT) / (LENS_REACH - LENS_FLAT), 0.0, 1.0)
        share = np.where(self._steps, 0.5 + 0.5 * np.cos(np.pi * fall), 0.0)
        count, bent = int(self._steps.sum()), float(share.sum())
        full = max(self.pitch, min(LENS_WIDTH, 0.55 * self.room_width() / bent))
        rest = (count * self.pitch - full * bent) / max(1e-9, count - bent)
        rest = max(rest, 0.35 * self.pitch)
        return np.where(self._steps, rest + (full - rest) * share, widths)

    def _stack(self) -> None:
        """Rows from the bottom of the content up; its height is that of the view where there is room."""
        rows = self.unrolled.rows
        data, targets = self._end_heights()
        extra = sum(data[row.layer] + targets[row.layer] for row in rows)
        count = max(1, len(rows))
        free = self.room_height() - extra - 26.0
        self._unit_height = self._fitting_unit_height(free)
        opened = [self._shown_units(row) * self._unit_height for row in rows if row.layer in self.units]
        # Expanded rows take what they need, the others share the rest; a gap is half a cell.
        per = (free - sum(opened)) / max(1.0, (count - len(opened)) + 0.5 * count)
        height = min(TALLEST, max(SHORTEST, per)) * self.tall
        gap = min(46.0, max(9.0, height * 0.5))
        cells = [self._cell_height(row, height) for row in rows]
        total = extra + sum(cells) + gap * count + 12.0
        y = max(total, self.room_height())
        y -= max(0.0, (self.room_height() - total) / 2) + 6.0
        self.bands = []
        for row, own in zip(rows, cells, strict=True):
            below, above = data[row.layer], targets[row.layer]
            y -= below + own
            self.bands.append(Band(y, own, gap, below, above))
            y -= above + gap
        self.height = max(total, self.room_height())

    def _shown_units(self, row: Row) -> int:
        return min(self.units.get(row.layer, 0), MOST_UNIT_ROWS)

    def _end_heights(self) -> tuple[dict[str, float], dict[str, float]]:
        """Heights of the sample's values below and above the cells by layer: less where the view is low."""
        rows, (data, targets) = self.unrolled.rows, self.ends
        least = sum(LEAST_UNIT_HEIGHT * self._shown_units(row) or PLAIN_ROW for row in rows)
        count = sum((row.layer in data) + (row.layer in targets) for row in rows)
        room = (self.room_height() - 26.0 - least) / max(1, count)
        below, above = (min(DATA, max(smallest, room)) for smallest in (LEAST_DATA, LEAST_TARGET))
        return (
            {row.layer: below if row.layer in data else 0.0 for row in rows},
            {row.layer: above if row.layer in targets else 0.0 for row in rows},
        )

    def _fitting_unit_height(self, free: float) -> float:
        """Height of a unit of the expanded rows at which all rows are in sight, if it can still be told from the next."""
        rows = self.unrolled.rows
        units = sum(self._shown_units(row) for row in rows)
        rest = free - PLAIN_ROW * sum(not self._shown_units(row) for row in rows)
        return min(UNIT_HEIGHT, max(LEAST_UNIT_HEIGHT, rest / max(1, units)))

    def _cell_height(self, row: Row, height: float) -> float:
        units = self._shown_units(row)
        return max(height, units * self._unit_height) if units else height

    def _cell_edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Left and right ends of the cells within their columns: thin columns touch, wide ones leave room for arrows."""
        width = np.diff(self.edges)
        gap = np.clip((width - 7.0) / 36.0, 0.0, 1.0) * 0.42
        cell = np.minimum(width * (1.0 - gap), CELL_WIDEST)
        cell = np.where(self._steps, cell, np.minimum(width * 0.62, CELL_WIDEST))
        middle = (self.edges[:-1] + self.edges[1:]) / 2
        return middle - cell / 2, middle + cell / 2

    # -- the view ----------------------------------------------------------------------------------------------------

    def room_width(self) -> float:
        """Width that columns have."""
        return max(50.0, self.size.width() - self.gutter)

    def room_height(self) -> float:
        """Height that rows have."""
        return max(50.0, self.size.height() - HEADER - FOOTER - self.inset)

    @property
    def width(self) -> float:
        """Of the whole content."""
        return float(self.edges[-1])

    def _kept(self, offset: QPointF) -> QPointF:
        """The nearest offset that leaves no more empty room than there must be."""
        over, down = self.width - self.room_width(), self.height - self.room_height()
        x = min(max(0.0, offset.x()), over) if over > 0 else over / 2
        return QPointF(x, min(max(0.0, offset.y()), max(0.0, down)))

    def fit(self) -> None:
        """All columns and rows in sight."""
        self.tall, self.offset = 1.0, QPointF(0, 0)
        self.pitch = self.fitting_pitch()
        self.arrange()

    def fitting_pitch(self) -> float:
        """The width of a step at which all are in sight."""
        count = int(self._steps.sum())
        if not count:
            return FIT_WIDEST
        pitch = FIT_WIDEST
        for _ in range(3):
            pitch = (self.room_width() - float(self._other_widths(pitch).sum()) - 28.0) / count
        return float(min(FIT_WIDEST, max(THINNEST, pitch)))

    def sees_all(self) -> bool:
        """True while no column is out of sight."""
        return self.width <= self.room_width() + 1.0

    def zoom(self, factor: float, at: float) -> None:
        """Wider or thinner columns; what is at ``at`` (x in the view) stays there."""
        place = self.place(at)
        self.pitch = min(WIDEST, max(min(THINNEST, self.fitting_pitch()), self.pitch * factor))
        self.arrange()
        self._bring(place, at)

    def stretch(self, factor: float) -> None:
        """Higher or lower rows."""
        self.tall = min(6.0, max(0.4, self.tall * factor))
        self.arrange()

    def show_row(self, row: int) -> None:
        """Bring a row into sight, its middle into that of the view where it is too high."""
        middle = self.bands[row].middle - self.room_height() / 2
        self.offset = self._kept(QPointF(self.offset.x(), middle))

    def set_focus(self, column: int | None, at: float | None = None) -> None:
        """Move the lens; the column stays under ``at`` (x in the view) where one is given."""
        if at is None and column is not None:
            at = float(
                np.clip(self.x((self.edges[column] + self.edges[column + 1]) / 2), self.gutter, self.size.width())
            )
        self.focus = column
        self.arrange()
        if column is not None and at is not None and not self.sees_all():
            self._bring(column + 0.5, at)

    def _bring(self, place: float, at: float) -> None:
        """Scroll so that ``place`` (in columns) is at x ``at`` of the view."""
        content = float(np.interp(place, np.arange(len(self.edges)), self.edges))
        self.offset = self._kept(QPointF(content - (at - self.gutter), self.offset.y()))

    def pan(self, by: QPointF) -> None:
        """Move what is seen by so many pixels."""
        self.offset = self._kept(self.offset - by)

    def show(self, column: int) -> None:
        """Bring a column into sight, moving as little as possible."""
        left, right = self.edges[column], self.edges[column + 1]
        room, margin = self.room_width(), min(120.0, self.room_width() / 4)
        x = self.offset.x()
        if left - margin < x:
            x = left - margin
        elif right + margin > x + room:
            x = right + margin - room
        self.offset = self._kept(QPointF(float(x), self.offset.y()))

    # -- places ------------------------------------------------------------------------------------------------------

    def x(self, content: float) -> float:
        """x in the view of a place of the content."""
        return self.gutter + float(content) - self.offset.x()

    def y(self, content: float) -> float:
        """y in the view of a place of the content."""
        return HEADER + self.inset + float(content) - self.offset.y()

    def place(self, x: float) -> float:
        """The place in columns (2.5 is the middle of the third) at x of the view."""
        return float(np.interp(x - self.gutter + self.offset.x(), self.edges, np.arange(len(self.edges))))

    def visible(self) -> tuple[int, int]:
        """First column in sight, and the one after the last."""
        left, right = self.offset.x(), self.offset.x() + self.room_width()
        spare = 0
        if self.window is not None:
            left, right = (place - self.gutter + self.offset.x() for place in self.window)
            spare = 2
        first = int(np.searchsorted(self.edges, left, "right")) - 1 - spare
        end = int(np.searchsorted(self.edges, right, "left")) + spare
        return max(0, first), min(len(self.unrolled.columns), max(end, first + 1))

    def column_width(self, column: int) -> float:
        """Pixels."""
        return float(self.edges[column + 1] - self.edges[column])

    def cell_ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Left and right ends of all cells in the view, (columns,) each."""
        shift = self.gutter - self.offset.x()
        return self._cells[0] + shift, self._cells[1] + shift

    def cell(self, row: int, column: int) -> QRectF:
        """A cell in the view."""
        band = self.bands[row]
        left = self.x(self._cells[0][column])
        return QRectF(left, self.y(band.top), float(self._cells[1][column] - self._cells[0][column]), band.height)

    def column_rect(self, column: int) -> QRectF:
        """A column in the view, over its whole height."""
        top = HEADER + self.inset
        return QRectF(self.x(self.edges[column]), top, self.column_width(column), self.room_height())

    def row_rect(self, row: int) -> QRectF:
        """A row in the view over its whole width, with the sample's values that belong to it."""
        band = self.bands[row]
        top = self.y(band.top - band.target)
        return QRectF(0, top, self.size.width(), band.height + band.data + band.target)

    def row_at(self, y: float) -> int | None:
        """The row at y of the view."""
        for row, band in enumerate(self.bands):
            top = self.y(band.top)
            if top - band.target <= y < top + band.height + band.data:
                return row
        return None

    def column_at(self, x: float) -> int | None:
        """The column at x of the view."""
        content = x - self.gutter + self.offset.x()
        if x < self.gutter or not 0 <= content < self.width:
            return None
        return int(np.searchsorted(self.edges, content, "right")) - 1
