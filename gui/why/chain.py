"""The way of a gradient back from the loss, factor by factor; the factor that shrinks it most stands out."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from core.describe import number
from core.network import Network
from core.why.numbers import Explanation, Factor, Number
from gui.forms.form import heading
from gui.text import tr
from gui.theme import theme
from gui.widgets import words

ROW = 24
MOST = 40
"""Factors that are shown: the weakest one and those nearest to the loss and to the number."""


class ChainList(QWidget):
    """A sentence about the weakest factor, and a row per factor."""

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.heading = heading(tr("Its way back from the loss"))
        self.verdict = words()
        self.rows: list[FactorRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 0)
        self._column.setSpacing(1)
        self._column.addWidget(self.heading)
        self._column.addWidget(self.verdict)

    def show_chain(self, found: Explanation, network: Network) -> None:
        """Show the chain of an explanation; without one nothing."""
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        chain = found.chain
        self.rows = [FactorRow(chain[n], network, n == found.weakest) for n in shown_factors(len(chain), found.weakest)]
        for row in self.rows:
            row.asked.connect(self.asked)
            self._column.addWidget(row)
        self.setVisible(bool(chain))
        if chain:
            self.verdict.setText(verdict(found, network))


def shown_factors(count: int, weakest: int | None) -> list[int]:
    """Which factors have a row."""
    if count <= MOST:
        return list(range(count))
    half = MOST // 2
    shown = {*range(half), *range(count - half, count)} | ({weakest} if weakest is not None else set())
    return sorted(shown)


def place_words(one: Number, network: Network) -> str:
    """A layer at a step."""
    name = network.layers[one.layer].name
    if one.step is None:
        return name
    return (
        tr("{layer} before t = 1", layer=name)
        if one.step < 0
        else tr("{layer} t = {step}", layer=name, step=one.step + 1)
    )


def verdict(found: Explanation, network: Network) -> str:
    """What shrinks the gradient most, and what all factors together make of it."""
    chain = found.chain
    together = math.exp(sum(math.log(factor.gain) for factor in chain)) if all(f.gain for f in chain) else 0.0
    whole = tr("{n} factors multiply to {product}.", n=len(chain), product=number(together))
    if any(factor.share < 0.999 for factor in chain):
        whole += " " + tr("This is the strongest of several ways.")
    if found.weakest is None:
        return whole
    factor = chain[found.weakest]
    where = tr(
        "{source} gets {gain} of what {target} has: this factor shrinks it most.",
        source=place_words(factor.source, network),
        target=place_words(factor.target, network),
        gain=number(factor.gain, 2),
    )
    if factor.slopes is not None and factor.weights is not None:
        why = tr(
            "The slopes of the activation leave {slopes}, the weights {weights}.",
            slopes=number(factor.slopes, 2),
            weights=number(factor.weights, 2),
        )
        where = f"{where} {why}"
    return f"{whole} {where}"


class FactorRow(QWidget):
    """One factor: from where to where, and how much is left; a click asks about the gradient that comes out."""

    asked = Signal(object)

    def __init__(self, factor: Factor, network: Network, weakest: bool) -> None:
        super().__init__()
        self.factor, self.weakest = factor, weakest
        self._words = f"{place_words(factor.target, network)} → {place_words(factor.source, network)}"
        self.setFixedHeight(ROW)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setAccessibleName(f"{self._words}: × {number(factor.gain)}")
        self.setToolTip(tr("Click to ask about the gradient of {place}.", place=place_words(factor.source, network)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.asked.emit(self.factor.source)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.asked.emit(self.factor.source)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = theme().color("negative" if self.factor.gain < 1 else "positive")
        color.setAlphaF(0.35 if self.weakest else 0.15)
        painter.fillRect(QRectF(0, 1, self.width() * min(1.0, self.factor.gain), ROW - 2), color)
        font = QFont(self.font())
        font.setBold(self.weakest)
        painter.setFont(font)
        painter.setPen(theme().color("text"))
        room = QRectF(6, 0, self.width() - 14, ROW)
        gain = f"× {number(self.factor.gain)}"
        left = round(room.width() - painter.fontMetrics().horizontalAdvance(gain) - 8)
        text = painter.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideMiddle, left)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, gain)
        if self.hasFocus():
            painter.setPen(theme().color("accent"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.end()

    def sizeHint(self) -> QSize:
        return QSize(220, ROW)
