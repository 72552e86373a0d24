"""Paints the arrows of the unrolled view: links in their colour, or the gradient that goes back along each copy."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from core.unroll import Tie
from gui.canvas import look
from gui.theme import theme
from gui.unroll import arrows, marks, strokes
from gui.unroll.numbers import grown

if TYPE_CHECKING:
    from gui.unroll.painting import Shown

FLOW_LEVELS = 14
"""Colours that arrows are sorted into, so that many are painted at a time."""
DIFFERENCE_LEVELS = 14
"""Such colours of each sign, where gradients are compared."""
LOOK_LEVELS = 8
"""Strengths that the arrows of an attention layer are sorted into, by how much it looks there."""


class ArrowPainting:
    """Keeps the colours of what flows until numbers change."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self._copies: dict[Tie, list[arrows.Copy]] | None = None
        self._flows: dict[tuple[str, str], tuple[list[int], bool]] = {}
        self.fallen: list[arrows.Copy] = []
        """Of those that were painted last: the ones that a what-if has cut, or along which it lets no gradient back."""

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
        router, whatif, self.fallen = arrows.Router(self.shown.layout), self.shown.numbers.whatif, []
        for tie in self.shown.layout.unrolled.ties:
            straight = router.straight(tie)
            copies = router.copies(tie) if straight is None else router.others(tie)
            if whatif:
                straight, copies = self._standing(router, tie, straight, copies)
            if tie.kind == "attend":
                self._paint_looks(painter, router, tie, copies)
                continue
            if self.shown.gradient:
                self._paint_flows(painter, router, tie, copies, straight)
                continue
            color = look.with_alpha(self._color(tie), 0.85)
            if straight is not None:
                strokes.paint_straight(painter, straight, color, 2.0)
            self.paint_tie(painter, router, tie, copies, color, 2.0)

    def _color(self, tie: Tie) -> QColor:
        """Of the copies of a tie where they show no gradient."""
        if tie.key in self.shown.marked and tie.kind not in ("memory", "reverse"):
            return theme().color("selection")
        if tie.key in self.shown.highlighted:
            return theme().color("warning")
        return theme().color("recurrent" if self._is_recurrent(tie) else "link")

    def _paint_looks(self, painter: QPainter, router: arrows.Router, tie: Tie, copies: list[arrows.Copy]) -> None:
        """From every step of a memory to every step that looks at it: strong where it looks, else a breath.

        All of them in full would hide each other and what lies below.
        """
        buckets: dict[tuple[int, int], list[arrows.Copy]] = {}
        levels, at_source = self.levels(tie) if self.shown.gradient else ([], True)
        for copy in copies:
            step = (copy.source if at_source else copy.target) or 0
            flow = levels[step] if step < len(levels) else -1
            buckets.setdefault((self._look(tie, copy), flow), []).append(copy)
        compared = self.shown.numbers.beside is not None
        for (level, flow), members in sorted(buckets.items(), key=lambda item: item[0]):
            share, color = level / (LOOK_LEVELS - 1), self._color(tie)
            if self.shown.gradient:
                color = (_difference_style if compared else _flow_style)(flow)[0]
            faint = look.with_alpha(color, (0.07 + 0.83 * share) * color.alphaF())
            strokes.paint(painter, members, router.widths, faint, 0.8 + 2.4 * share, False)

    def _look(self, tie: Tie, copy: arrows.Copy) -> int:
        """How much of its attention a step gives to another one, in levels; the least where that is not known."""
        trace = self.shown.numbers.trace
        own = None if trace is None else trace.layers.get(tie.target.layer)
        if own is None or own.attention is None:
            return 0
        shares, at, seen = np.atleast_2d(own.attention), copy.target or 0, copy.source or 0
        if at >= shares.shape[0] or seen >= shares.shape[1] or not np.isfinite(shares[at, seen]):
            return 0
        return round(float(shares[at, seen]) * (LOOK_LEVELS - 1))

    def _standing(
        self, router: arrows.Router, tie: Tie, straight: arrows.Straight | None, copies: list[arrows.Copy]
    ) -> tuple[arrows.Straight | None, list[arrows.Copy]]:
        """What of the arrows of a tie is painted as ever: those that carry something, or a gradient. The others are noted."""
        whatif, gradient = self.shown.numbers.whatif, self.shown.gradient
        if straight is not None and marks.concerns(whatif, tie):
            steps = straight.targets.tolist()
            lost = [marks.fallen(whatif, tie, step - tie.delay, step) for step in steps]
            gone = lost if gradient else [marks.severed(whatif, tie, step - tie.delay, step) for step in steps]
            self.fallen += router.single(tie, compress(steps, lost))
            straight = straight.of(~np.array(gone, dtype=bool))
        self.fallen += [copy for copy in copies if marks.fallen(whatif, tie, copy.source, copy.target)]
        absent = marks.fallen if gradient else marks.severed
        return straight, [copy for copy in copies if not absent(whatif, tie, copy.source, copy.target)]

    @staticmethod
    def _is_recurrent(tie: Tie) -> bool:
        return tie.kind in ("recurrent", "memory", "reverse", "initial")

    def paint_tie(
        self, painter: QPainter, router: arrows.Router, tie: Tie, copies: list[arrows.Copy], color: QColor, width: float
    ) -> None:
        """Some copies of a link in one colour, with the line that joins them where one end is a single value."""
        strokes.paint(painter, copies, router.widths, color, width, tie.kind == "initial")
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
        strokes.paint_heads(painter, [copy], router.widths, color, 8.5)

    def _paint_flows(
        self,
        painter: QPainter,
        router: arrows.Router,
        tie: Tie,
        copies: list[arrows.Copy],
        straight: arrows.Straight | None,
    ) -> None:
        """Arrows in the colour and width of the gradient that goes back along them, or of how much that has changed."""
        compared = self.shown.numbers.beside is not None
        levels, at_source = self.levels(tie)
        style, unknown, order = (_difference_style, 0, abs) if compared else (_flow_style, -1, int)
        if straight is not None and len(straight.targets):
            steps = straight.targets - (tie.delay if at_source else 0)
            known = np.full(len(steps), unknown)
            inside = (steps >= 0) & (steps < len(levels))
            known[inside] = np.asarray(levels)[steps[inside]]
            for level in sorted(np.unique(known).tolist(), key=order):
                strokes.paint_straight(painter, straight.of(known == level), *style(level))
        buckets: dict[int, list[arrows.Copy]] = {}
        for copy in copies:
            step = (copy.source if at_source else copy.target) or 0
            buckets.setdefault(levels[step] if 0 <= step < len(levels) else unknown, []).append(copy)
        for level, members in sorted(buckets.items(), key=lambda item: order(item[0])):
            strokes.paint(painter, members, router.widths, *style(level), tie.kind == "initial")
        if tie.kind in ("reduce", "spread"):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.with_alpha(theme().color("muted"), 0.6), 1.4))
            painter.drawPath(router.rail_path(tie))

    def levels(self, tie: Tie) -> tuple[list[int], bool]:
        """Colour of every copy of a tie (-1 where nothing flows, or in the other part), and whether by its source's step.

        Where gradients are compared, how much they grew: from -DIFFERENCE_LEVELS to DIFFERENCE_LEVELS.
        """
        key = (tie.key, tie.kind)
        if key not in self._flows:
            flows, at_source = self.shown.numbers.flows(tie)
            beside = self.shown.numbers.beside
            levels = self._flow_levels(tie, flows) if beside is None else _grown_levels(flows, beside.flows(tie)[0])
            self._flows[key] = levels.astype(int).tolist(), at_source
        return self._flows[key]

    def _flow_levels(self, tie: Tie, flows: np.ndarray) -> np.ndarray:
        shown, late = self.shown, tie.kind in ("recurrent", "memory", "reverse", "initial")
        hidden = (shown.part == "direct" and late) or (shown.part == "through" and not late)
        shares = np.nan_to_num(shown.scale.shares(flows), nan=-1.0)
        return np.where((shares < 0) | hidden, -1, np.rint(shares * (FLOW_LEVELS - 1)))


def _grown_levels(now: np.ndarray, before: np.ndarray) -> np.ndarray:
    shares = grown(now, before) if now.shape == before.shape else np.zeros_like(now)
    return np.nan_to_num(np.rint(shares * DIFFERENCE_LEVELS))


def _flow_style(level: int) -> tuple[QColor, float]:
    """Colour and width of an arrow along which so much flows; a negative level is nothing."""
    if level < 0:
        return look.with_alpha(theme().color("muted"), 0.35), 1.0
    share = level / (FLOW_LEVELS - 1)
    return theme().sequential(share), 1.2 + 3.4 * share


def _difference_style(level: int) -> tuple[QColor, float]:
    """Colour and width of an arrow along which so much more, or less, flows than without the what-if."""
    if not level:
        return look.with_alpha(theme().color("muted"), 0.35), 1.2
    red, green, blue = (
        int(part) for part in theme().diverging_table()[round((level / DIFFERENCE_LEVELS + 1) * 127.5)][:3]
    )
    return QColor(red, green, blue), 1.2 + 3.0 * abs(level / DIFFERENCE_LEVELS)
