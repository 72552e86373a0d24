"""Paints the arrows of the unrolled view: links in their colour, or the gradient that goes back along each copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from core.unroll import Tie
from gui.canvas import look
from gui.theme import theme
from gui.unroll import arrows, marks

if TYPE_CHECKING:
    from gui.unroll.painting import Shown

FLOW_LEVELS = 14
"""Colours that arrows are sorted into, so that many are painted at a time."""


class ArrowPainting:
    """Keeps the colours of what flows until numbers change."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self._copies: dict[Tie, list[arrows.Copy]] | None = None
        self._flows: dict[tuple[str, str], tuple[list[int], bool]] = {}

    def forget(self) -> None:
        """Numbers have changed."""
        self._flows = {}

    def move(self) -> None:
        """Arrows run elsewhere now."""
        self._copies = None

    @property
    def copies(self) -> dict[Tie, list[arrows.Copy]]:
        """The arrows in sight, one by one: who points at them needs them, painting does not."""
        if self._copies is None:
            router = arrows.Router(self.shown.layout)
            self._copies = {tie: router.copies(tie) for tie in self.shown.layout.unrolled.ties}
        return self._copies

    def paint(self, painter: QPainter) -> None:
        """All that are in sight."""
        router, whatif = arrows.Router(self.shown.layout), self.shown.numbers.whatif
        for tie in self.shown.layout.unrolled.ties:
            straight = None if whatif else router.straight(tie)  # some of them may be cut: one by one then
            copies = router.copies(tie) if straight is None else router.others(tie)
            copies = (marks.passing if self.shown.gradient else marks.joined)(whatif, copies)
            if self.shown.numbers.beside is not None and self.shown.gradient:
                marks.paint_flows(painter, router.widths, tie, copies, self.shown.numbers)
                continue
            if self.shown.gradient:
                self._paint_flows(painter, router, tie, copies, straight)
                continue
            color = theme().color("recurrent" if self._is_recurrent(tie) else "link")
            if tie.key in self.shown.marked and tie.kind not in ("memory", "reverse"):
                color = theme().color("selection")
            elif tie.key in self.shown.highlighted:
                color = theme().color("warning")
            color = look.with_alpha(color, 0.85)
            if straight is not None:
                arrows.paint_straight(painter, straight, color, 2.0)
            self.paint_tie(painter, router, tie, copies, color, 2.0)

    @staticmethod
    def _is_recurrent(tie: Tie) -> bool:
        return tie.kind in ("recurrent", "memory", "reverse", "initial")

    def paint_tie(
        self, painter: QPainter, router: arrows.Router, tie: Tie, copies: list[arrows.Copy], color: QColor, width: float
    ) -> None:
        """Some copies of a link in one colour, with the line that joins them where one end is a single value."""
        arrows.paint(painter, copies, router.widths, color, width, tie.kind == "initial")
        if tie.kind in ("reduce", "spread"):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color, width))
            painter.drawPath(router.rail_path(tie))
            if tie.kind == "reduce":
                self._rail_head(painter, router, tie, color)

    @staticmethod
    def _rail_head(painter: QPainter, router: arrows.Router, tie: Tie, color: QColor) -> None:
        tip = QPointF(router.lefts[tie.target.first] - 1, router.middle(tie.target.index))
        copy = arrows.Copy(tie, None, None, None, None, tip, QPointF(1, 0))
        arrows.paint_heads(painter, [copy], router.widths, color, 8.5)

    def _paint_flows(
        self,
        painter: QPainter,
        router: arrows.Router,
        tie: Tie,
        copies: list[arrows.Copy],
        straight: arrows.Straight | None,
    ) -> None:
        """Arrows in the colour and width of the gradient that goes back along them."""
        levels, at_source = self.levels(tie)
        if straight is not None and len(straight.targets):
            steps = straight.targets - (tie.delay if at_source else 0)
            known = np.full(len(steps), -1)
            inside = (steps >= 0) & (steps < len(levels))
            known[inside] = np.asarray(levels)[steps[inside]]
            for level in np.unique(known).tolist():
                arrows.paint_straight(painter, straight.of(known == level), *_flow_style(level))
        buckets: dict[int, list[arrows.Copy]] = {}
        for copy in copies:
            step = (copy.source if at_source else copy.target) or 0
            buckets.setdefault(levels[step] if 0 <= step < len(levels) else -1, []).append(copy)
        for level, members in sorted(buckets.items()):
            arrows.paint(painter, members, router.widths, *_flow_style(level), tie.kind == "initial")
        if tie.kind in ("reduce", "spread"):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.with_alpha(theme().color("muted"), 0.6), 1.4))
            painter.drawPath(router.rail_path(tie))

    def levels(self, tie: Tie) -> tuple[list[int], bool]:
        """Colour of every copy of a tie (-1 where nothing flows, or in the other part), and whether by its source's step."""
        key = (tie.key, tie.kind)
        if key not in self._flows:
            shown, late = self.shown, tie.kind in ("recurrent", "memory", "reverse", "initial")
            hidden = (shown.part == "direct" and late) or (shown.part == "through" and not late)
            flows, at_source = shown.numbers.flows(tie)
            shares = np.nan_to_num(shown.scale.shares(flows), nan=-1.0)
            levels = np.where((shares < 0) | hidden, -1, np.rint(shares * (FLOW_LEVELS - 1))).astype(int)
            self._flows[key] = levels.tolist(), at_source
        return self._flows[key]


def _flow_style(level: int) -> tuple[QColor, float]:
    """Colour and width of an arrow along which so much flows; a negative level is nothing."""
    if level < 0:
        return look.with_alpha(theme().color("muted"), 0.35), 1.0
    share = level / (FLOW_LEVELS - 1)
    return theme().sequential(share), 1.2 + 3.4 * share
