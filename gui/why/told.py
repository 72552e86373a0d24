"""Words with numbers in them that can be asked about: by a click, by the right button, by Tab, arrow keys and Enter, by Alt+W."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QCursor,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPalette,
    QTextBlock,
    QTextDocument,
    QTextDocumentFragment,
)
from PySide6.QtWidgets import QLabel

from gui.document import Document
from gui.icons import icon
from gui.text import tr
from gui.why.here import Question, open_menu

_OPENING = re.compile(r'<a href="ask:([^"]*)">')
_MARKS = re.compile(r'<a href="ask:[^"]*">|</a>')

_WAYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_MANY = 8
"""Numbers from which on Tab does not stop at each of them."""

Questions = Callable[[], Mapping[str, Question]]
"""What can be asked about words, by the keys of ``asked``, the most important first; worked out when someone asks."""


def asked(key: str, text: str) -> str:
    """Rich text: a number that can be asked about. ``text`` is rich text too, and has the colour of the words around it
    unless it says another one itself."""
    return f'<a href="ask:{html.escape(key)}">{text}</a>'


def unmarked(text: str) -> str:
    """Rich text without the marks of ``asked``."""
    return _MARKS.sub("", text)


def plain(text: str) -> str:
    """Rich text that has no other marks than those of ``asked``, as plain text."""
    return html.unescape(unmarked(text))


def numbered(text: str, keys: Mapping[str, str]) -> str:
    """Plain text as rich text, in which the numbers that are the names of ``keys`` can be asked about by what they stand for."""
    wanted = "|".join(sorted(map(re.escape, keys), key=len, reverse=True))
    marks = re.compile(rf"(?<![\w.,])({wanted})(?![\w]|[.,]\d)") if wanted else None
    text = html.escape(text)
    return text if marks is None else marks.sub(lambda found: asked(keys[found[1]], found[1]), text)


class _Place(NamedTuple):
    """Where a number stands, in characters of the words as one reads them."""

    key: str
    start: int
    end: int


class Told(QLabel):
    """Rich text that wraps, whose numbers answer; without questions it is a label whose text can be selected."""

    def __init__(self, document: Document, name: str = "") -> None:
        super().__init__()
        self._document = document
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        flags = Qt.TextInteractionFlag
        self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.LinksAccessibleByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._text = ""
        self._questions: Questions | None = None
        self._chosen: int | None = None
        """Which of the numbers the keyboard is at."""
        self._places: list[_Place] | None = []
        """None until it is asked for, as texts change often and are seldom walked through."""
        self.linkActivated.connect(self._activate)

    # What everyone may do.

    def tell(self, text: str, questions: Questions | None) -> None:
        """Show rich text, in which names are escaped and numbers may be marked by ``asked``. ``questions`` says what is
        asked there, by the same keys; it is called only when someone asks. None: nothing can be asked now."""
        self._questions = questions
        text = text if questions is not None else unmarked(text)
        if text == self._text:
            return
        key = self._key_of_choice()
        self._text, self._places = text, None
        self._write()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if self._keys() else Qt.FocusPolicy.ClickFocus)
        if key is not None:
            self._choose(next((n for n, place in enumerate(self._found()) if place.key == key), None))

    def text(self) -> str:
        """What is told, without the marks of ``asked``."""
        return unmarked(self._text)

    def questions_here(self) -> list[Question]:
        """What can be asked about the numbers in it: first the one that Tab chose, or else the one under the pointer."""
        under = self.number_at(self.mapFromGlobal(QCursor.pos())) if self.underMouse() else None
        return self._ordered(self._key_of_choice() or under)

    def also(self) -> Iterable[QAction]:
        """What its menu offers below."""
        return ()

    # How it is done.

    def _keys(self) -> list[str]:
        return list(dict.fromkeys(html.unescape(key) for key in _OPENING.findall(self._text)))

    def _ordered(self, first: str | None) -> list[Question]:
        keys = self._keys()
        if self._questions is None or not keys:
            return []
        there = {key: question for key, question in self._questions().items() if key in keys}
        return [there[key] for key in sorted(there, key=lambda key: key != first)]

    def _activate(self, link: str) -> None:
        self._ask(_key_of(link))

    def _ask(self, key: str) -> None:
        question = self._questions().get(key) if self._questions is not None else None
        if question is not None:
            self._document.ask(question.asked)

    def _write(self) -> None:
        """Numbers look like the words around them: a link would have a colour of its own and a line below."""
        # As Qt does, which takes no notice of the role where the label is disabled.
        role = self.foregroundRole() if self.isEnabled() else QPalette.ColorRole.Text
        color = self.palette().color(role).name()
        self.setText(_OPENING.sub(rf'<a href="ask:\1" style="color:{color}; text-decoration:none">', self._text))

    def _paper(self) -> QTextDocument | None:
        """Qt's own page of the words, laid out as they are seen; None before the first words."""
        self.sizeHint()  # which writes the page anew where the words have changed
        return self.findChild(QTextDocument)

    def number_at(self, position: QPoint) -> str | None:
        """The key of the number that stands at a pixel; None where none does."""
        paper = self._paper() if self._keys() else None
        if paper is None:
            return None
        room = QRectF(self.contentsRect()).adjusted(*(self.margin() * way for way in (1, 1, -1, -1)))
        paper.setTextWidth(room.width())
        down = 0.0
        if self.alignment() & Qt.AlignmentFlag.AlignVCenter:
            down = max(0.0, (room.height() - paper.size().height()) / 2)
        return _key_of(paper.documentLayout().anchorAt(QPointF(position) - room.topLeft() - QPointF(0, down))) or None

    # The number that the keyboard is at.

    def _found(self) -> list[_Place]:
        if self._places is None:
            self._places, paper = [], self._paper()
            block = paper.begin() if paper is not None else QTextBlock()
            while block.isValid():
                for at in block:
                    piece = at.fragment()
                    key, last = _key_of(piece.charFormat().anchorHref()), (self._places or [None])[-1]
                    if key and last is not None and (last.key, last.end) == (key, piece.position()):
                        self._places[-1] = last._replace(end=last.end + piece.length())
                    elif key:
                        self._places.append(_Place(key, piece.position(), piece.position() + piece.length()))
                block = block.next()
        return self._places

    def _key_of_choice(self) -> str | None:
        return None if self._chosen is None else self._found()[self._chosen].key

    def _choose(self, at: int | None) -> None:
        if at is not None:
            place = self._found()[at]
            self.setSelection(place.start, place.end - place.start)
        elif self._chosen is not None:
            self.setSelection(0, 0)
        self._chosen = at

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab goes from number to number, then on; where there are many it goes on at once."""
        return (len(self._found()) <= _MANY and self._walk(1 if next else -1)) or super().focusNextPrevChild(next)

    def _walk(self, by: int) -> bool:
        """Choose the next number, or the one before; False where there is none."""
        at = None if self._chosen is None else self._chosen + by
        if at is None or not 0 <= at < len(self._found()):
            return False
        self._choose(at)
        return True

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._keys() and event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._choose(0 if event.reason() == Qt.FocusReason.TabFocusReason else len(self._found()) - 1)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self._choose(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(None)
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = self._key_of_choice()
        if key is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._ask(key)
        elif key is not None and event.key() in _WAYS:
            self._walk(_WAYS[Qt.Key(event.key())])
        elif event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        else:
            super().keyPressEvent(event)

    # Its menu.

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_keys = event.reason() == QContextMenuEvent.Reason.Keyboard
        first = self._key_of_choice() if by_keys else self.number_at(event.pos())
        copy, every = QAction(icon("copy"), tr("Copy"), self), QAction(tr("Select all"), self)
        copy.triggered.connect(self._copy)
        every.triggered.connect(lambda: self.setSelection(0, len(self._plain())))
        between = QAction(self)
        between.setSeparator(True)
        own, more = [copy, every, between], list(self.also())
        menu = open_menu(self, self._ordered(first), self._document, event.globalPos(), own + more)
        for action in own:
            action.setParent(menu)

    def _copy(self) -> None:
        """What is selected, or all there is."""
        QGuiApplication.clipboard().setText(self.selectedText() or self._plain())

    def _plain(self) -> str:
        return QTextDocumentFragment.fromHtml(self._text).toPlainText()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.EnabledChange) and self._text:
            self._write()


def _key_of(link: str) -> str:
    return link.removeprefix("ask:") if link.startswith("ask:") else ""
