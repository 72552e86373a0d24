"""An answer letter by letter, each as sure as the network was of it, with what it would have said instead; and others."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from core.describe import percent
from core.generation import Generated
from gui.samples.values import visible
from gui.text import tr
from gui.theme import theme
from gui.using.letter_row import LetterRow

OFFERED = 8
_ROW = 19


class AnswerRow(LetterRow):
    """The letters of one answer. Point at one (or use the arrow keys) to see what else could stand there; click it, or
    press Return, to take another one."""

    pointed = Signal(int)
    """A letter is looked at; -1 for none."""
    taken = Signal(int, int)
    """Place and class that the user wants there."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("try_letters")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.made: Generated | None = None
        self.looked = -1
        self.menu: QMenu | None = None
        self._symbols: tuple[str, ...] = ()
        theme().changed.connect(self.update)

    def show_answer(self, made: Generated | None, symbols: tuple[str, ...], words: bool, backwards: bool) -> None:
        """``symbols`` are the classes by their number."""
        self.made, self._symbols = made, symbols
        self.show_marks(
            () if made is None else tuple(visible(symbols[int(code)]) for code in made.answers), words, backwards
        )
        self.look_at(min(self.looked, len(self.marks) - 1))

    def look_at(self, n: int) -> None:
        """Show what else could stand at a place."""
        self.looked = n
        if n >= 0 and self.made is not None:
            self.setAccessibleName(
                tr("Letter {n}: {letter}, {share}", n=n + 1, letter=self.marks[n], share=self._share(n))
            )
        else:
            self.setAccessibleName(tr("Letters of the answer"))
        self.update()
        self.pointed.emit(n)

    def offer(self) -> None:
        """A menu of what else could stand at the place that is looked at."""
        if self.made is None or self.looked < 0:
            return
        self.menu = QMenu(self)
        self.menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        place = self.looked
        for code, share in zip(self.made.ranked[place][:OFFERED], self.made.shares[place]):
            action = QAction(f"{visible(self._symbols[int(code)])}   {percent(float(share))}", self.menu)
            action.setCheckable(True)
            action.setChecked(int(code) == int(self.made.answers[place]))
            action.triggered.connect(lambda _=False, code=int(code): self.taken.emit(place, code))
            self.menu.addAction(action)
        self.menu.popup(self.mapToGlobal(self.box(place).bottomLeft().toPoint()))

    def _share(self, n: int) -> str:
        assert self.made is not None
        return percent(float(np.exp(self.made.log_probabilities[n])))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.made is None:
            return
        painter = QPainter(self)
        painter.setFont(self.letter_font())
        for n, letter in enumerate(self.marks):
            box = self.box(n)
            painter.fillRect(box, theme().color("base"))
            shade = theme().color("accent")
            shade.setAlphaF(0.55 * float(np.exp(self.made.log_probabilities[n])))
            painter.fillRect(box, shade)
            given = n < self.made.given
            painter.setPen(theme().color("muted" if given else "text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)
            if given:
                painter.drawLine(box.bottomLeft() + QPointF(3, -2), box.bottomRight() + QPointF(-3, -2))
            if n == self.looked:
                painter.setPen(theme().color("selection"))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(box)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        n = self.at(event.position())
        if n is not None and n != self.looked:
            self.look_at(n)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        n = self.at(event.position())
        if n is not None and event.button() == Qt.MouseButton.LeftButton:
            self.look_at(n)
            self.offer()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        forth = Qt.Key.Key_Left if self.backwards else Qt.Key.Key_Right
        back = Qt.Key.Key_Right if self.backwards else Qt.Key.Key_Left
        last = len(self.marks) - 1
        goals = {
            forth: self.looked + 1,
            back: max(0, self.looked - 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        key = Qt.Key(event.key())
        if key in goals and last >= 0:
            self.look_at(min(last, goals[key]))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.offer()
        else:
            super().keyPressEvent(event)


class Alternatives(QWidget):
    """Bars of what could stand at a place, likeliest first."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.names: tuple[str, ...] = ()
        self.shares = np.zeros(0)
        self.chosen = -1
        self.looked = 0
        """The one that the keyboard has come to."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(self.sizeHint().height())
        theme().changed.connect(self.update)

    def show_place(self, made: Generated | None, place: int, symbols: tuple[str, ...]) -> None:
        """What could stand at ``place`` of an answer; -1 says how to choose one. Without an answer it is not there."""
        self.setVisible(made is not None)
        if made is None or not 0 <= place < len(made):
            self.names, self.shares = (), np.zeros(0)
        else:
            codes = made.ranked[place][:OFFERED]
            self.names = tuple(visible(symbols[int(code)]) for code in codes)
            self.shares = made.shares[place][:OFFERED]
            self.looked = min(self.looked, len(self.names) - 1)
            self.chosen = next((n for n, code in enumerate(codes) if code == made.answers[place]), -1)
        self.update()

    def asked(self, at: QPointF | None) -> int | None:
        """Which of the names stands at a place, or where the keyboard is."""
        n = self.looked if at is None else int((at.y() - 2) // _ROW)
        return n if 0 <= n < len(self.names) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if by is None or not self.names:
            super().keyPressEvent(event)
            return
        self.looked = max(0, min(self.looked + by, len(self.names) - 1))
        self.setAccessibleName(f"{self.names[self.looked]}: {percent(float(self.shares[self.looked]))}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, OFFERED * _ROW + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        text = painter.fontMetrics()
        if not self.names:
            painter.setPen(theme().color("muted"))
            box = QRectF(self.rect()).adjusted(2, 4, -2, 0)
            way = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(box, int(way), tr("Point at a letter to see what else could stand there; click it to take another one."))  # fmt: skip
            painter.end()
            return
        left = min(90.0, max(text.horizontalAdvance(name) for name in self.names) + 14.0)
        room = self.width() - left - text.horizontalAdvance("> 99.9 %") - 14
        for n, (name, share) in enumerate(zip(self.names, self.shares, strict=True)):
            top = 2 + n * _ROW
            base = top + (_ROW + text.ascent() - text.descent()) / 2
            painter.setPen(theme().color("text"))
            painter.drawText(QPointF(4, base), text.elidedText(name, Qt.TextElideMode.ElideRight, int(left - 8)))
            bar = QRectF(left, top + 2, max(1.0, room * float(np.nan_to_num(share))), _ROW - 5)
            painter.fillRect(bar, theme().color("accent" if n == self.chosen else "layer_edge"))
            painter.setPen(theme().color("text" if n == self.chosen else "muted"))
            painter.drawText(QPointF(bar.right() + 5, base), percent(float(share)))
            if self.hasFocus() and n == self.looked:
                painter.setPen(theme().color("selection"))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRectF(1, top, self.width() - 3, _ROW - 1))
        painter.end()


class OtherAnswers(QWidget):
    """All answers that were made, one line each with its probability. Click or arrow keys choose the one looked at."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("try_answers")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.answers: tuple[Generated, ...] = ()
        self.row = 0
        self.backwards = False
        self._right = -1
        theme().changed.connect(self.update)

    def show_answers(self, answers: tuple[Generated, ...], right: int, backwards: bool) -> None:
        """``right`` is the number of the one that is as it should be; -1 where none is or nobody knows."""
        self.answers, self._right, self.backwards = answers, right, backwards
        self.row = 0
        self.setVisible(len(answers) > 1)
        self.setFixedHeight(self.sizeHint().height())
        self._describe()
        self.update()

    def look_at(self, row: int) -> None:
        """Choose an answer."""
        row = max(0, min(row, len(self.answers) - 1))
        if row != self.row:
            self.row = row
            self._describe()
            self.update()
            self.chosen.emit(row)

    def line(self, row: int) -> QRectF:
        """Where an answer stands."""
        return QRectF(0, row * (_ROW + 2), self.width(), _ROW + 2)

    def _describe(self) -> None:
        text = self.answers[self.row].text if self.answers else ""
        self.setAccessibleName(tr("Answer {n} of {of}: {text}", n=self.row + 1, of=len(self.answers), text=text))

    def sizeHint(self) -> QSize:
        return QSize(260, max(1, len(self.answers)) * (_ROW + 2))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        text = QFontMetricsF(painter.font())
        wide = text.horizontalAdvance("1.1e-100") + 12
        for row, made in enumerate(self.answers):
            box = self.line(row)
            if row == self.row:
                shade = theme().color("selection")
                shade.setAlphaF(0.18)
                painter.fillRect(box, shade)
            painter.setPen(theme().color("muted"))
            share = chance(float(np.exp(made.log_probability)))
            painter.drawText(QRectF(4, box.top(), wide - 8, box.height()), Qt.AlignmentFlag.AlignVCenter, share)
            painter.setPen(theme().color("text"))
            room = QRectF(wide, box.top(), self.width() - wide - 24, box.height())
            line = made.text.replace("\n", "↵") or tr("(nothing)")
            said = text.elidedText(line, Qt.TextElideMode.ElideRight, room.width())
            side = Qt.AlignmentFlag.AlignRight if self.backwards else Qt.AlignmentFlag.AlignLeft
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | side, said)
            if row == self._right:
                mark = QRectF(self.width() - 22, box.top(), 20, box.height())
                painter.drawText(mark, Qt.AlignmentFlag.AlignCenter, "✓")
        if self.hasFocus():
            painter.setPen(theme().color("selection"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def asked(self, at: QPointF | None) -> int | None:
        """The answer at a place, or the one looked at."""
        row = self.row if at is None else int(at.y() // (_ROW + 2))
        return row if 0 <= row < len(self.answers) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.look_at(int(event.position().y() // (_ROW + 2)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        goals = {Qt.Key.Key_Up: self.row - 1, Qt.Key.Key_Down: self.row + 1}
        key = Qt.Key(event.key())
        if key in goals:
            self.look_at(goals[key])
        else:
            super().keyPressEvent(event)


def chance(share: float) -> str:
    """A probability that may be very small."""
    return percent(share) if share >= 0.001 or not share else f"{share:.1e}"
