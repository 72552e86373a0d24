"""Formulas on the screen: LaTeX drawn in the theme's text colour, sharp at any scale."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.errors import BadValue
from core.formula import svg
from core.why.numbers import plain
from gui.theme import theme

SIZE = 16.0
"""Pixels of the letters, before the screen's scale."""
_GAP = 6


@lru_cache(maxsize=512)
def _renderer(latex: str, size: float, color: str) -> QSvgRenderer:
    try:
        text = svg(latex, size, color)
    except BadValue:
        # A formula that cannot be drawn is shown as it was written.
        text = svg(rf"\text{{{''.join(c for c in latex if c.isalnum() or c in ' =+-')}}}", size, color)
    return QSvgRenderer(QByteArray(text.encode()))


def natural_size(latex: str, size: float = SIZE) -> QSizeF:
    """Width and height of a formula, in logical pixels."""
    box = _renderer(latex, size, theme().color("text").name()).viewBoxF()
    return QSizeF(box.width(), box.height())


def paint(painter: QPainter, latex: str, place: QRectF, size: float = SIZE, color: str = "text") -> QRectF:
    """Draw a formula at the left of ``place``, centred in height and shrunk to fit; gives the rectangle it covers."""
    renderer = _renderer(latex, size, theme().color(color).name())
    box = renderer.viewBoxF()
    shrink = min(1.0, place.width() / max(1.0, box.width()), place.height() / max(1.0, box.height()))
    width, height = box.width() * shrink, box.height() * shrink
    target = QRectF(place.left(), place.center().y() - height / 2, width, height)
    renderer.render(painter, target)
    return target


def pixmap(latex: str, ratio: float = 1.0, size: float = SIZE, color: str = "text") -> QPixmap:
    """A formula as a picture for a screen of this pixel ratio."""
    wanted = natural_size(latex, size)
    picture = QPixmap(round(wanted.width() * ratio) + 1, round(wanted.height() * ratio) + 1)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    paint(painter, latex, QRectF(0, 0, wanted.width(), wanted.height()), size, color)
    painter.end()
    return picture


class FormulaView(QWidget):
    """One or several formulas under each other; they shrink where there is no room, and follow the theme."""

    def __init__(self, parent: QWidget | None = None, size: float = SIZE) -> None:
        super().__init__(parent)
        self.size_of_letters = size
        self.lines: tuple[str, ...] = ()
        # Mathematics reads from left to right in every language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def show_formula(self, latex: str) -> None:
        """Show one formula (without dollar signs); an empty text hides the view."""
        self.setVisible(bool(latex))
        self.show_lines([latex] if latex else [])

    def show_lines(self, lines: Sequence[str]) -> None:
        """Show these formulas."""
        if tuple(lines) == self.lines:
            return
        self.lines = tuple(lines)
        self.setAccessibleName(" ; ".join(plain(line) for line in self.lines))
        self._fit()
        self.update()

    def line_rect(self, at: int) -> QRectF:
        """Where a line (from 0) is drawn."""
        top = _GAP / 2
        for line in self.lines[:at]:
            top += natural_size(line, self.size_of_letters).height() * self._shrink(line) + _GAP
        line, shrink = self.lines[at], self._shrink(self.lines[at])
        size = natural_size(line, self.size_of_letters) * shrink
        return QRectF(0, top - _GAP / 2, size.width(), size.height() + _GAP)

    def line_at(self, y: float) -> int | None:
        """The line that is nearest to a height; None where there are no lines."""
        places = [self.line_rect(at).center().y() for at in range(len(self.lines))]
        return min(range(len(places)), key=lambda at: abs(places[at] - y)) if places else None

    def _shrink(self, line: str) -> float:
        return min(1.0, self.width() / max(1.0, natural_size(line, self.size_of_letters).width()))

    def _height(self) -> int:
        heights = (natural_size(line, self.size_of_letters).height() * self._shrink(line) + _GAP for line in self.lines)
        return round(sum(heights)) + 1

    def _fit(self) -> None:
        if self._height() != self.minimumHeight():
            self.setFixedHeight(self._height())

    def sizeHint(self) -> QSize:
        widest = max((natural_size(line, self.size_of_letters).width() for line in self.lines), default=0)
        return QSize(round(widest) + 1, self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = _GAP / 2
        for line in self.lines:
            height = natural_size(line, self.size_of_letters).height() * self._shrink(line)
            paint(painter, line, QRectF(0, top, self.width(), height + 0.01), self.size_of_letters)
            top += height + _GAP
        painter.end()
