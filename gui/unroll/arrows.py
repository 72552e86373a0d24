"""The arrows of the unrolled view: where each copy of a link runs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from core.unroll import Tie, Unrolled, pairs
from gui.unroll.layout import Layout

LEAST_WIDTH = 17.0
"""Columns thinner than this show no arrows."""
HEAD_WIDTH = 26.0
"""Columns thinner than this show arrows without heads."""
INITIAL_RADIUS = 11.0


@dataclass
class Copy:
    """One arrow in the view."""

    tie: Tie
    source: int | None
    """Step; None for a static value, negative for the initial state."""
    target: int | None
    line: tuple[QPointF, QPointF] | None
    """Ends of a straight arrow."""
    path: QPainterPath | None
    tip: QPointF
    way: QPointF
    """Unit vector in which the head points; no head where it is (0, 0)."""

    def near(self, pos: QPointF, reach: float) -> float:
        """Distance of a point from the arrow; larger than ``reach`` where it is not near."""
        if self.line is not None:
            return _from_segment(pos, *self.line)
        assert self.path is not None
        if not self.path.boundingRect().adjusted(-reach, -reach, reach, reach).contains(pos):
            return reach + 1.0
        points = [self.path.pointAtPercent(i / 24) for i in range(25)]
        return min(_from_segment(pos, a, b) for a, b in pairwise(points))


def _from_segment(pos: QPointF, one: QPointF, other: QPointF) -> float:
    along = other - one
    size = QPointF.dotProduct(along, along)
    share = 0.0 if not size else min(1.0, max(0.0, QPointF.dotProduct(pos - one, along) / size))
    gap = pos - (one + along * share)
    return (gap.x() ** 2 + gap.y() ** 2) ** 0.5


@dataclass(frozen=True, eq=False)
class Straight:
    """Straight arrows of one tie."""

    targets: np.ndarray
    """(n,) steps at which they end."""
    ends: np.ndarray
    """(n, 4) x, y of where they begin and of their tips."""
    way: tuple[float, float]
    heads: np.ndarray
    """(n,) True where there is room for a head."""

    def of(self, chosen: np.ndarray) -> Straight:
        """Some of them."""
        return Straight(self.targets[chosen], self.ends[chosen], self.way, self.heads[chosen])


@dataclass
class Router:
    """Leads the arrows of one picture."""

    layout: Layout
    unrolled: Unrolled = field(init=False)

    def __post_init__(self) -> None:
        self.unrolled = self.layout.unrolled
        self._lefts, self._rights = self.layout.cell_ends()
        self._widths = np.diff(self.layout.edges)
        self.lefts, self.rights = self._lefts.tolist(), self._rights.tolist()
        self.tops = [self.layout.y(band.top) for band in self.layout.bands]
        self.bottoms = [self.layout.y(band.bottom) for band in self.layout.bands]
        self.widths = self._widths.tolist()

        first, end = self.layout.visible()
        steps = self.unrolled.columns
        wide = [c for c in range(first, end) if self.widths[c] >= LEAST_WIDTH and steps[c].kind == "step"]
        self.wide = (wide[0], wide[-1] + 1) if wide else (0, 0)
        """Columns of steps between which arrows are wide enough to be seen."""

    def copies(self, tie: Tie, first: int | None = None, end: int | None = None) -> list[Copy]:
        """The arrows of a tie that are wide enough to be seen, those near some columns alone where they are given."""
        always = tie.kind in ("last", "initial") or (tie.kind == "forward" and tie.target.steps is None)
        if first is None or end is None:
            first, end = self.layout.visible() if always else self.wide
        if tie.kind in ("recurrent", "memory", "reverse"):
            first, end = max(0, first - 1), end + 1
        found = []
        for source, target in pairs(tie, first, end):
            if target is not None and target >= tie.target.valid:
                continue  # padding
            if tie.kind == "attend" and not first <= tie.target.column(target) < end:
                continue  # from a memory to what is out of sight: there may be very many
            one, other = tie.source.column(source), tie.target.column(target)
            low, high = (one, other) if one <= other else (other, one)
            if always:
                if low < end and high >= first:
                    found.append(self._copy(tie, source, target, one, other))
                continue
            near = other if tie.kind == "spread" else one if tie.kind == "reduce" else None
            width = self.widths[near] if near is not None else max(self.widths[one], self.widths[other])
            if width >= LEAST_WIDTH:
                found.append(self._copy(tie, source, target, one, other))
        return found

    def straight(self, tie: Tie) -> Straight | None:
        """The arrows of a tie that are straight lines of one kind, worked out together; None where they are not.

        They are most of all arrows, and one by one their places would take most of a frame.
        """
        low, high = tie.source.index, tie.target.index
        up = tie.kind == "forward" and tie.target.steps is not None and high == low + 1
        along = tie.kind in ("memory", "recurrent") and low == high and tie.delay == 1
        if not (up or along):
            return None
        row = tie.target
        # The first one of a row comes from its initial state, and runs in its own way.
        first = max(self.wide[0] - along, row.first + along)
        end = min(self.wide[1] + along, row.first + row.valid)
        columns = np.arange(first, max(first, end))
        if up:
            columns = columns[self._widths[columns] >= LEAST_WIDTH]
            x = np.floor((self._lefts[columns] + self._rights[columns]) / 2 + 0.5)
            start, tip = self.tops[low], self.bottoms[high] + 1
            ends = np.stack([x, np.full(len(x), start), x, np.full(len(x), tip)], -1)
            return Straight(columns - row.first, ends, (0.0, -1.0), self._widths[columns] >= HEAD_WIDTH)
        wide = np.maximum(self._widths[columns - 1], self._widths[columns]) >= LEAST_WIDTH
        columns = columns[wide]
        y = np.full(len(columns), float(round(self.middle(low))))
        ends = np.stack([self._rights[columns - 1], y, self._lefts[columns] - 1.0, y], -1)
        return Straight(columns - row.first, ends, (1.0, 0.0), self._widths[columns] >= HEAD_WIDTH)

    def single(self, tie: Tie, steps: Iterable[int]) -> list[Copy]:
        """The arrows that ``straight`` knows by the steps at which they end, one by one."""
        row, delay = tie.target, tie.delay
        return [self._copy(tie, step - delay, step, row.column(step - delay), row.column(step)) for step in steps]

    def others(self, tie: Tie) -> list[Copy]:
        """The arrows of a tie that ``straight`` leaves out."""
        if tie.kind == "forward":
            return []
        return [
            copy for copy in self.copies(tie, self.wide[0], min(self.wide[1], tie.target.first)) if copy.target == 0
        ]

    def _copy(self, tie: Tie, source: int | None, target: int | None, one: int, other: int) -> Copy:
        low, high = tie.source.index, tie.target.index
        match tie.kind:
            case "forward" if one == other and high == low + 1 and not self._between(low, high):
                x = math.floor((self.lefts[one] + self.rights[one]) / 2 + 0.5) + 0.0
                start, tip = QPointF(x, self.tops[low]), QPointF(x, self.bottoms[high] + 1)
                return Copy(tie, source, target, (start, tip), None, tip, QPointF(0, -1))
            case "forward" if one == other:
                return self._around(tie, source, target, one)
            case "memory" | "recurrent" if low == high and tie.delay == 1:
                return self._along(tie, source, target, one, other, 0.0)
            case "reverse":
                return self._along(tie, source, target, one, other, 0.27)
            case "recurrent" if low == high:
                return self._arc(tie, source, target, one, other)
            case "recurrent" if other - one > 1:
                return self._channel(tie, source, target, one, other)
            case "spread":
                return self._tap(tie, source, target, other, up=True)
            case "reduce":
                return self._tap(tie, source, target, one, up=False)
        return self._curve(tie, source, target, one, other)

    def _between(self, low: int, high: int) -> bool:
        return high - low > 1

    def middle(self, row: int, share: float = 0.0) -> float:
        """y of the middle of a row, or so much of its height below it."""
        top, bottom = self.tops[row], self.bottoms[row]
        return (top + bottom) / 2 + (bottom - top) * share

    def _out(self, row: int, column: int, step: int | None) -> float:
        """x at which an arrow leaves a cell, or the circle of an initial state."""
        if step is not None and step < 0:
            return (self.lefts[column] + self.rights[column]) / 2 + INITIAL_RADIUS
        return float(self.rights[column])

    def _along(self, tie: Tie, source: int | None, target: int | None, one: int, other: int, share: float) -> Copy:
        """From a step to the next one of the same row."""
        y = round(self.middle(tie.source.index, share)) + 0.0
        if one < other:
            start, tip, way = self._out(tie.source.index, one, source), self.lefts[other] - 1.0, 1.0
        else:
            start, tip, way = self.lefts[one], self.rights[other] + 1.0, -1.0
        ends = QPointF(start, y), QPointF(tip, y)
        return Copy(tie, source, target, ends, None, ends[1], QPointF(way, 0))

    def _around(self, tie: Tie, source: int | None, target: int | None, column: int) -> Copy:
        """Within a column past the rows between: a bow at the right of the cells."""
        low, high = tie.source.index, tie.target.index
        x = self.rights[column]
        bow = (self.widths[column] - (x - self.lefts[column])) * (0.42 + 0.1 * ((high - low) % 3))
        y_from, y_to = self.middle(low, -0.28), self.middle(high, 0.28)
        path = QPainterPath(QPointF(x, y_from))
        tip = QPointF(x + 1, y_to)
        path.cubicTo(QPointF(x + bow * 1.35, y_from), QPointF(x + bow * 1.35, y_to), tip)
        return Copy(tie, source, target, None, path, tip, QPointF(-1, 0))

    def _arc(self, tie: Tie, source: int | None, target: int | None, one: int, other: int) -> Copy:
        """Over the cells between a step and one that is several later."""
        row = tie.source.index
        room = self.layout.bands[row].room
        first = source is not None and source < 0
        x_from = self._out(row, one, source) - INITIAL_RADIUS if first else self.rights[one] - 0.25 * self._cell(one)
        y_from = self.middle(row) - INITIAL_RADIUS if first else self.tops[row]
        tip = QPointF(self.lefts[other] + 0.25 * self._cell(other), self.tops[row] - 1)
        lift = room * (0.62 + 0.3 * min(1.0, tie.delay / 8)) * 1.3
        reach = min(40.0, abs(tip.x() - x_from) * 0.32)
        path = QPainterPath(QPointF(x_from, y_from))
        top = self.tops[row] - lift
        path.cubicTo(QPointF(x_from + reach * 0.4, top), QPointF(tip.x() - reach * 0.4, top), tip)
        return Copy(tie, source, target, None, path, tip, QPointF(0, 1))

    def _cell(self, column: int) -> float:
        return float(self.rights[column] - self.lefts[column])

    def _channel(self, tie: Tie, source: int | None, target: int | None, one: int, other: int) -> Copy:
        """Between two rows over several columns, in the free room beside the target's row."""
        low, high = tie.source.index, tie.target.index
        room = self.layout.bands[high].room
        y = self.tops[high] - room * 0.4 if low > high else self.bottoms[high] + self.layout.bands[high].room * 0.4
        start = QPointF(
            self._out(low, one, source), self.middle(low, 0.0 if source is not None and source < 0 else 0.2)
        )
        tip = QPointF(self.lefts[other] - 1, self.middle(high, -0.25 if low > high else 0.25))
        path = QPainterPath(start)
        gap = (self.widths[one] - self._cell(one)) / 2
        x_one, x_other = self.rights[one] + gap, self.lefts[other] - min(gap, 14.0)
        path.cubicTo(QPointF(x_one, start.y()), QPointF(x_one - gap * 0.4, y), QPointF(x_one + gap * 0.6, y))
        path.lineTo(QPointF(x_other - 8, y))
        path.cubicTo(QPointF(x_other, y), QPointF(x_other - 4, tip.y()), tip)
        return Copy(tie, source, target, None, path, tip, QPointF(1, 0))

    def _curve(self, tie: Tie, source: int | None, target: int | None, one: int, other: int) -> Copy:
        """From the right side of a cell to the left side of another one."""
        low, high = tie.source.index, tie.target.index
        to_start = target is not None and target < 0
        share = 0.2 if tie.kind == "recurrent" and low > high else 0.0
        y_from = self.middle(low, share if source is None or source >= 0 else 0.0)
        start = QPointF(self._out(low, one, source), y_from)
        middle = (self.lefts[other] + self.rights[other]) / 2
        tip = QPointF(middle - INITIAL_RADIUS - 1 if to_start else self.lefts[other] - 1,
                      self.middle(high, -0.25 if tie.kind == "recurrent" and low > high else 0.0))  # fmt: skip
        reach = max(6.0, (tip.x() - start.x()) * 0.55)
        path = QPainterPath(start)
        path.cubicTo(QPointF(start.x() + reach, start.y()), QPointF(tip.x() - reach, tip.y()), tip)
        return Copy(tie, source, target, None, path, tip, QPointF(1, 0))

    def rail(self, tie: Tie) -> float:
        """y of the line that joins a static value with all steps."""
        if tie.kind == "spread":
            row = tie.target.index
            return self.bottoms[row] + self.layout.bands[row].data + 0.32 * self.layout.bands[row].room
        row = tie.source.index
        return self.tops[row] - self.layout.bands[row].target - 0.4 * self.layout.bands[row].room

    def _tap(self, tie: Tie, source: int | None, target: int | None, column: int, up: bool) -> Copy:
        """Between a cell and the rail of its tie."""
        x = (
            math.floor(
                (self.lefts[column] + self.rights[column]) / 2 + self._cell(column) * (-0.27 if up else 0.27) + 0.5
            )
            + 0.0
        )
        y = self.rail(tie)
        row = tie.target.index if up else tie.source.index
        start = QPointF(x, y) if up else QPointF(x, self.tops[row])
        tip = QPointF(x, self.bottoms[row] + 1) if up else QPointF(x, y)
        return Copy(tie, source, target, (start, tip), None, tip, QPointF(0, -1) if up else QPointF(0, 0))

    def rail_path(self, tie: Tie) -> QPainterPath:
        """The rail itself, with its way from or to the static value."""
        y = self.rail(tie)
        sequence, static = (tie.target, tie.source) if tie.kind == "spread" else (tie.source, tie.target)
        shown = [c for c in range(*self.layout.visible()) if c in sequence.columns]
        column = static.first
        middle = self.middle(static.index)
        path = QPainterPath()
        if tie.kind == "spread":
            x = self.rights[column]
            end = self.lefts[shown[-1]] if shown else x
            path.moveTo(x, middle)
            path.cubicTo(QPointF(x + 26, middle), QPointF(x + 4, y), QPointF(x + 30, y))
            path.lineTo(max(end + 0.23 * self._cell(shown[-1]) if shown else end, x + 30), y)
        else:
            x = self.lefts[column]
            start = self.rights[shown[0]] - 0.23 * self._cell(shown[0]) if shown else x
            path.moveTo(min(start, x - 30), y)
            path.lineTo(x - 30, y)
            path.cubicTo(QPointF(x - 4, y), QPointF(x - 24, middle), QPointF(x - 1, middle))
        return path
