"""Why this number? The one way to ask it of any view: with the right button, or with Alt+W where the keyboard is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QCursor
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from gui.document import Document
from gui.icons import icon
from gui.text import tr

if TYPE_CHECKING:
    from gui.asking import Asked

KEYS = "Alt+W"


@dataclass(frozen=True, eq=False)
class Question:
    """One number at a place."""

    asked: Asked
    text: str = ""
    """What the menu says; "" is “Why this number?”."""


@runtime_checkable
class Askable(Protocol):
    """A view that knows which numbers are where its cursor, its selection or the pointer is."""

    def questions_here(self) -> list[Question]:
        """The most important one first; none where there is no number."""
        ...


def offer(menu: QMenu, questions: Iterable[Question], document: Document) -> None:
    """Put questions at the top of a menu."""
    before: QAction | None = next(iter(menu.actions()), None)
    made = [_action(menu, question, document) for question in questions]
    for action in made:
        if before is None:
            menu.addAction(action)
        else:
            menu.insertAction(before, action)
    if made and before is not None:
        menu.insertSeparator(before)


def _action(menu: QMenu, question: Question, document: Document) -> QAction:
    action = QAction(icon("help"), question.text or tr("Why this number?"), menu)
    action.triggered.connect(lambda: document.ask(question.asked))
    return action


def open_menu(
    view: QWidget, questions: list[Question], document: Document, at: QPoint, rest: Iterable[QAction]
) -> QMenu:
    """A menu of a view at a point of the screen: its questions, then what else it can do. It dies when it closes, and does
    not open where it would have nothing to offer."""
    menu = QMenu(view)
    menu.addActions(list(rest))
    offer(menu, questions, document)
    menu.aboutToHide.connect(menu.deleteLater)
    if menu.isEmpty():
        menu.deleteLater()
    else:
        menu.popup(at)
    return menu


def ask_here(window: QWidget, document: Document) -> bool:
    """Ask about the number where the keyboard is, or else where the pointer is; False where there is none."""
    for widget in (QApplication.focusWidget(), QApplication.widgetAt(QCursor.pos())):
        while widget is not None:
            if isinstance(widget, Askable):
                questions = widget.questions_here()
                if questions:
                    document.ask(questions[0].asked)
                    return True
            if widget is window:
                break
            widget = widget.parentWidget()
    return False
