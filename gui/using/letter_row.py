"""Letters side by side, as many rows of them as they need, in the direction in which their script is read."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

_TALL, _LETTER, _WORD = 32.0, 22.0, 64.0
MOST_ROWS = 8
"""Of longer texts the cells become narrower."""


def right_to_left(symbols: Iterable[str]) -> bool:
    """Whether most letters among these symbols are read from right to left."""
    ways = [unicodedata.bidirectional(sign) for symbol in symbols for sign in symbol]
    return sum(way in ("R", "AL") for way in ways) > sum(way == "L" for way in ways)


class LetterRow(QWidget):
    """A cell for each letter or word; whoever derives from it draws them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.marks: tuple[str, ...] = ()
        self.backwards = False
        """True where the first letter stands on the right."""
        self._widest = _LETTER
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._fit()

    def show_marks(self, marks: tuple[str, ...], words: bool, backwards: bool) -> None:
        """Other letters."""
        self.marks, self.backwards = marks, backwards
        self._widest = _WORD if words else _LETTER
        self._fit()
        self.update()

    @property
    def columns(self) -> int:
        """Cells in a row."""
        usual = max(1, int((self.width() - 2) // self._widest))
        return max(usual, -(-len(self.marks) // MOST_ROWS))

    @property
    def tall(self) -> float:
        """Pixels from one row to the next."""
        return _TALL

    def box(self, n: int) -> QRectF:
        """Where a letter stands."""
        row, column = divmod(n, self.columns)
        wide = min(self._widest, (self.width() - 2) / self.columns)
        left = self.width() - 1 - (column + 1) * wide if self.backwards else 1 + column * wide
        return QRectF(left, 1 + row * self.tall, wide - 1, self.tall - 4)

    def at(self, place: QPointF) -> int | None:
        """The letter under a place."""
        return next((n for n in range(len(self.marks)) if self.box(n).adjusted(0, 0, 1, 4).contains(place)), None)

    def letter_font(self) -> QFont:
        """A little larger than usual."""
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.25)
        return font

    def sizeHint(self) -> QSize:
        rows = -(-max(1, len(self.marks)) // self.columns)
        return QSize(260, int(rows * self.tall + 2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(self.sizeHint().height())
