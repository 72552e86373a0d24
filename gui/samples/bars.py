"""Counts as pictures: samples of each class, symbols by how often they occur, numbers as a histogram."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from core.data.dataset import PARTS, Dataset, Part
from core.data.statistics import Counts, Numbers, balance
from core.describe import Words
from core.why.data.tallied import all_of, equal_to, many, share, together
from gui.document import Document
from gui.samples.values import number, visible
from gui.text import tr, tr_core
from gui.theme import theme
from gui.why.here import Question, open_menu

NAMES_WIDTH = 92
COLORS = {"train": "series1", "validation": "series2", "test": "series3"}
_TALL = 86.0
_BAR = 54.0
"""Height of the commonest symbol."""
_BELOW = 5.0
_MOST_ROWS = 3


Asks = Callable[[int], list[Question]]
"""What can be asked about a bar, by its number."""


def _nothing(bar: int) -> list[Question]:
    return []


@dataclass(frozen=True)
class Spot:
    """Where a bar is drawn."""

    box: QRectF
    words: str
    bar: int


class BarsPage(QWidget):
    """Base: bars with a word about each under the pointer. Arrow keys go from one to the next; each can be asked about."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.spots: list[Spot] = []
        """Of the bars that are drawn."""
        self.chosen = 0
        """Place among ``spots`` of the one that the keyboard has come to."""
        self.asks: Asks = _nothing
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

    def mark(self, box: QRectF, words: str, bar: int) -> None:
        """What is said about a place, and which bar it belongs to."""
        self.spots.append(Spot(box, words, bar))

    def spot_at(self, place: QPointF) -> Spot | None:
        """The bar that lies at ``place``."""
        return next((spot for spot in self.spots if spot.box.contains(place)), None)

    def said_at(self, place: QPointF) -> str:
        """What is said about what lies at ``place``."""
        spot = self.spot_at(place)
        return "" if spot is None else spot.words

    def questions_here(self) -> list[Question]:
        """About the bar that the keyboard has come to, or else the one under the pointer."""
        keyboard = self.hasFocus()
        return self._questions(self._chosen() if keyboard else self.spot_at(QPointF(self.mapFromGlobal(QCursor.pos()))))

    def _questions(self, spot: Spot | None) -> list[Question]:
        return [] if spot is None else self.asks(spot.bar)

    def _chosen(self) -> Spot | None:
        return self.spots[self.chosen] if self.chosen < len(self.spots) else None

    def sizeHint(self) -> QSize:
        return QSize(200, self.wanted_height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            assert isinstance(event, QHelpEvent)
            QToolTip.showText(event.globalPos(), self.said_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keys = event.reason() == QContextMenuEvent.Reason.Keyboard
        spot = self._chosen() if keys else self.spot_at(QPointF(event.pos()))
        questions, at = self._questions(spot), event.globalPos()
        if questions and spot is not None:
            at = self.mapToGlobal(spot.box.center().toPoint()) if keys else at
            open_menu(self, questions, self._document, at, ())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self.spot_at(event.position())
        if spot is not None:
            self._choose(self.spots.index(spot))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
        way, here = ways.get(Qt.Key(event.key())), self._chosen()
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.spots:
            self._choose(0 if event.key() == Qt.Key.Key_Home else len(self.spots) - 1)
        elif way is None or here is None:
            super().keyPressEvent(event)
        else:
            self._choose(self._next(here, *way))

    def _next(self, here: Spot, across: int, down: int) -> int:
        """The nearest bar in a direction; the one that is chosen where there is none."""
        found = []
        for place, spot in enumerate(self.spots):
            away = spot.box.center() - here.box.center()
            along, aside = (away.x() * across, abs(away.y())) if across else (away.y() * down, abs(away.x()))
            if along > 1 and (not across or aside < here.box.height() / 2):
                found.append((aside + along, place))
        return min(found)[1] if found else self.chosen

    def _choose(self, place: int) -> None:
        self.chosen = place
        self.setAccessibleDescription(self.spots[place].words)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.height() != self.wanted_height():
            self.lay()

    def paintEvent(self, event: QPaintEvent) -> None:
        self.spots.clear()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter)
        self.chosen = min(self.chosen, max(0, len(self.spots) - 1))
        spot = self._chosen()
        if self.hasFocus() and spot is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme().color("selection"), 1))
            painter.drawRect(spot.box.intersected(QRectF(self.rect())).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()


class BalancePage(BarsPage):
    """How many samples of each class there are, by part: a bar per class, a colour per part."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._names: tuple[str, ...] = ()
        self._parts: Mapping[Part, np.ndarray] = {}

    def show_balance(self, data: Dataset) -> None:
        """Show how many answers of each class each part of the data has."""
        self._names, self._parts = tuple(map(tr_core, data.target.classes)), balance(data)
        self.asks = lambda row: _about_class(data, row)
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
            of_all = total[row] / max(1, total.sum())
            painter.setPen(theme().color("muted"))
            painter.drawText(QPointF(at + 6, row * line + text.ascent()), f"{total[row]:,} ({of_all:.0%})")
            each = ", ".join(f"{counts[row]:,} {_part(part)}" for part, counts in self._parts.items())
            self.mark(QRectF(0, row * line, self.width(), line), f"{name}: {each}", row)
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

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._symbols: Counts | None = None

    def show_symbols(self, symbols: Counts, asks: Asks) -> None:
        """Show these counts; ``asks`` takes the code of a symbol."""
        self._symbols, self.asks = symbols, asks
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
            of_all = counts[code] / counts.sum()
            self.mark(QRectF(left, top, wide, tall), f"{names[code]}: {counts[code]:,} ({of_all:.1%})", code)

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

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._numbers: Numbers | None = None
        self._unit = ""

    def show_numbers(self, numbers: Numbers, unit: str, asks: Asks) -> None:
        """Show how these numbers are spread; ``asks`` takes the place of a bar."""
        self._numbers, self._unit, self.asks = numbers, unit, asks
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
            self.mark(QRectF(left, 0, right - left, _TALL), words, place)
        painter.setPen(theme().color("muted"))
        below = QRectF(0, _TALL + 1, self.width(), painter.fontMetrics().height())
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, number(self._numbers.moments.least))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, number(self._numbers.moments.most, self._unit))


def _about_class(data: Dataset, code: int) -> list[Question]:
    """How many answers of a class there are, which share of all that is, and how many each part has."""
    name = data.target.classes[code]
    each = {part: many(data, "target", None, part) for part in data.parts}
    counts = {part: equal_to(found, code, name) for part, found in each.items()}
    about = {"name": name}
    total = together(Words("How many answers are “{name}”", about), counts)
    wholes = {part: all_of(found) for part, found in each.items()}
    whole = together(Words("How many answers there are in all"), wholes)
    questions = [
        Question(total, tr("Why this count?")),
        Question(share(Words("The share of “{name}” among all answers", about), total, whole), tr("Why this share?")),
    ]
    texts = {
        "train": tr("Why this count of the training part?"),
        "validation": tr("Why this count of the validation part?"),
        "test": tr("Why this count of the test part?"),
    }
    return questions + [Question(one, texts[part]) for part, one in counts.items()]


def _part(part: Part) -> str:
    assert part in PARTS
    return {"train": tr("training"), "validation": tr("validation"), "test": tr("test")}[part]
