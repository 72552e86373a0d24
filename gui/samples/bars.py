"""Counts as pictures: samples of each class, symbols by how often they occur, numbers as a histogram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from core.data.dataset import PARTS, Part
from core.data.statistics import Counts, Numbers
from gui.samples.values import number, visible
from gui.text import tr, tr_core
from gui.theme import theme

NAMES_WIDTH = 92
COLORS = {"train": "series1", "validation": "series2", "test": "series3"}
_TALL = 86.0
_BAR = 54.0
"""Height of the commonest symbol."""
_BELOW = 5.0
_MOST_ROWS = 3


class BarsPage(QWidget):
    """Base: bars with a word about each under the pointer."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._spots: list[tuple[QRectF, str]] = []
        theme().changed.connect(self.update)

    def lay(self) -> None:
        """Take the height that the bars need in this width."""
        self.setFixedHeight(max(1, self.wanted_height()))
        self.update()

    def wanted_height(self) -> int:
        """Pixels."""
        raise NotImplementedError

    def draw(self, painter: QPainter) -> None:
        """Paint the bars and ``mark`` each."""
        raise NotImplementedError

    def mark(self, box: QRectF, words: str) -> None:
        """What is said about a place."""
        self._spots.append((box, words))

    def said_at(self, place: QPointF) -> str:
        """What is said about what lies at ``place``."""
        return next((words for box, words in self._spots if box.contains(place)), "")

    def sizeHint(self) -> QSize:
        return QSize(200, self.wanted_height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            assert isinstance(event, QHelpEvent)
            QToolTip.showText(event.globalPos(), self.said_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.height() != self.wanted_height():
            self.lay()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._spots.clear()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter)
        painter.end()


class BalancePage(BarsPage):
    """How many samples of each class there are, by part: a bar per class, a colour per part."""

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._parts: Mapping[Part, np.ndarray] = {}

    def show_balance(self, names: Sequence[str], parts: Mapping[Part, np.ndarray]) -> None:
        """Show the counts (classes,) of each part."""
        self._names, self._parts = tuple(map(tr_core, names)), parts
        total = self.counts()
        said = (f"{name}: {count:,}" for name, count in zip(self._names, total, strict=True))
        self.setAccessibleName(tr("Class balance. {counts}", counts=", ".join(said)))
        self.lay()

    def counts(self) -> np.ndarray:
        """Answers per class in all parts, those that the mask leaves out not counted."""
        return np.sum([*self._parts.values()], axis=0) if self._parts else np.zeros(0, int)

    def wanted_height(self) -> int:
        return (self.fontMetrics().height() + 2) * (len(self._names) + (len(self._parts) > 1)) + 4

    def draw(self, painter: QPainter) -> None:
        if not self._names:
            return
        text, total = painter.fontMetrics(), self.counts()
        line = text.height() + 2
        left = min(NAMES_WIDTH, max(text.horizontalAdvance(name) for name in self._names) + 10)
        room = self.width() - left - text.horizontalAdvance(f"{total.max():,} (100 %)") - 10
        for row, name in enumerate(self._names):
            painter.setPen(theme().color("text"))
            short = text.elidedText(name, Qt.TextElideMode.ElideRight, int(left) - 6)
            painter.drawText(QPointF(0, row * line + text.ascent()), short)
            at = float(left)
            for part, counts in self._parts.items():
                wide = room * counts[row] / max(1, total.max())
                painter.fillRect(QRectF(at, row * line + 3, wide, line - 6), theme().color(COLORS[part]))
                at += wide
            share = total[row] / max(1, total.sum())
            painter.setPen(theme().color("muted"))
            painter.drawText(QPointF(at + 6, row * line + text.ascent()), f"{total[row]:,} ({share:.0%})")
            each = ", ".join(f"{counts[row]:,} {_part(part)}" for part, counts in self._parts.items())
            self.mark(QRectF(0, row * line, self.width(), line), f"{name}: {each}")
        if len(self._parts) > 1:
            self._legend(painter, len(self._names) * line, line)

    def _legend(self, painter: QPainter, top: float, line: float) -> None:
        left = 0.0
        for part in self._parts:
            painter.fillRect(QRectF(left, top + 4, 10, 10), theme().color(COLORS[part]))
            painter.setPen(theme().color("muted"))
            painter.drawText(QPointF(left + 15, top + 1 + painter.fontMetrics().ascent()), _part(part))
            left += 33 + painter.fontMetrics().horizontalAdvance(_part(part))


class SymbolsPage(BarsPage):
    """Symbols by how often they occur, the commonest first, in as many rows as are needed and at most three."""

    def __init__(self) -> None:
        super().__init__()
        self._symbols: Counts | None = None

    def show_symbols(self, symbols: Counts) -> None:
        """Show these counts."""
        self._symbols = symbols
        first = [self._names()[n] for n in self.order()[:5]]
        self.setAccessibleName(tr("Symbols, the commonest first: {first}", first=" ".join(first)))
        self.lay()

    def order(self) -> np.ndarray:
        """The codes that occur, the commonest first."""
        assert self._symbols is not None
        counts = self._symbols.counts
        return np.argsort(-counts, kind="stable")[: int((counts > 0).sum())]

    def hidden(self) -> int:
        """How many symbols there is no room for."""
        return max(0, len(self.order()) - self._across() * _MOST_ROWS)

    def wanted_height(self) -> int:
        if self._symbols is None:
            return 1
        return int(sum(self._rows())) + (self.fontMetrics().height() if self.hidden() else 0)

    def draw(self, painter: QPainter) -> None:
        if self._symbols is None:
            return
        top = 0.0
        for row, tall in enumerate(self._rows()):
            self._draw_row(painter, row, top, tall)
            top += tall
        if self.hidden():
            painter.setPen(theme().color("muted"))
            more = tr("and {n} rarer ones", n=self.hidden())
            painter.drawText(QPointF(0, self.height() - painter.fontMetrics().descent() - 1), more)

    def _draw_row(self, painter: QPainter, row: int, top: float, tall: float) -> None:
        assert self._symbols is not None
        counts, names, wide, across = self._symbols.counts, self._names(), self._wide(), self._across()
        label = painter.fontMetrics().height()
        floor = top + tall - label - _BELOW
        for column, code in enumerate(self.order()[row * across : (row + 1) * across].tolist()):
            bar = max(1.0, _BAR * counts[code] / counts.max())
            left = column * wide
            painter.fillRect(QRectF(left, floor - bar, wide - 2, bar), theme().color("series1"))
            painter.setPen(theme().color("text"))
            painter.drawText(QRectF(left - 2, floor, wide + 2, label), Qt.AlignmentFlag.AlignCenter, names[code])
            share = counts[code] / counts.sum()
            self.mark(QRectF(left, top, wide, tall), f"{names[code]}: {counts[code]:,} ({share:.1%})")

    def _rows(self) -> list[float]:
        """How tall each row is: its highest bar, on the scale of all of them, and the symbols below."""
        assert self._symbols is not None
        counts = self._symbols.counts
        first = self.order()[:: self._across()][:_MOST_ROWS]
        label = self.fontMetrics().height()
        return [max(1.0, _BAR * counts[code] / counts.max()) + label + _BELOW for code in first.tolist()]

    def _names(self) -> list[str]:
        assert self._symbols is not None
        return [visible(tr_core(name)) for name in self._symbols.names]

    def _wide(self) -> float:
        metrics = QFontMetricsF(self.font())
        longest = max((metrics.horizontalAdvance(name) for name in self._names()), default=0.0)
        return float(min(64.0, max(15.0, longest + 5)))

    def _across(self) -> int:
        return max(1, int(self.width() // self._wide()))


class HistogramPage(BarsPage):
    """Numbers by how often they occur."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: Numbers | None = None
        self._unit = ""

    def show_numbers(self, numbers: Numbers, unit: str) -> None:
        """Show how these numbers are spread."""
        self._numbers, self._unit = numbers, unit
        span = tr(
            "from {low} to {high}", low=number(numbers.moments.least, unit), high=number(numbers.moments.most, unit)
        )
        self.setAccessibleName(tr("Histogram {span}", span=span))
        self.lay()

    def wanted_height(self) -> int:
        return int(_TALL) + self.fontMetrics().height() + 2

    def draw(self, painter: QPainter) -> None:
        if self._numbers is None:
            return
        shares, edges = self._numbers.shares, self._numbers.edges
        wide, most = self.width() / len(shares), max(1, int(shares.max()))
        painter.fillRect(QRectF(0, 0, self.width(), _TALL), theme().color("plot_background"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for place, count in enumerate(shares.tolist()):
            left, right = round(place * wide), round((place + 1) * wide)
            tall = (_TALL - 6) * count / most
            box = QRectF(left, _TALL - tall, max(1, right - left - 1), tall)
            painter.fillRect(box, theme().color("series1"))
            low, high = number(float(edges[place])), number(float(edges[place + 1]), self._unit)
            words = tr("{low} to {high}: {count}", low=low, high=high, count=f"{count:,}")
            self.mark(QRectF(left, 0, right - left, _TALL), words)
        painter.setPen(theme().color("muted"))
        below = QRectF(0, _TALL + 1, self.width(), painter.fontMetrics().height())
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, number(self._numbers.moments.least))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, number(self._numbers.moments.most, self._unit))


def _part(part: Part) -> str:
    assert part in PARTS
    return {"train": tr("training"), "validation": tr("validation"), "test": tr("test")}[part]
