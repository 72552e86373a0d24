"""Hands that ask: click a number among words, walk to it with Tab, open the menu of a widget and choose in it."""

from __future__ import annotations

import html
import math
import re
from contextlib import contextmanager

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from gui.why.told import Told

LEFT = Qt.MouseButton.LeftButton
_NUMBER = re.compile(r'<a href="ask:([^"]*)"[^>]*>(.*?)</a>')


@contextmanager
def asked_of(document):
    """Everything that is asked meanwhile."""
    found = []
    document.asked.connect(found.append)
    yield found
    document.asked.disconnect(found.append)


def numbers_in(label: Told) -> dict[str, str]:
    """The numbers among the words of a label, as they are shown, by the key of their question."""
    return {html.unescape(key): html.unescape(text) for key, text in _NUMBER.findall(label._text)}


def place_of(label: Told, key: str) -> QPoint:
    """A pixel of the number with this key."""
    for y in range(1, label.height(), 2):
        for x in range(1, label.width(), 2):
            if label.number_at(QPoint(x, y)) == key and label.number_at(QPoint(x + 1, y)) == key:
                return QPoint(x, y)
    raise AssertionError(f"{key} is not to be seen in {label.text()}")


def click_number(label: Told, key: str) -> None:
    """A click of the mouse on a number."""
    pos = place_of(label, key)
    QTest.mouseMove(label, pos)
    QTest.mouseClick(label, LEFT, pos=pos)


def menu_of(widget, pos: QPoint, reason=QContextMenuEvent.Reason.Mouse) -> QMenu:
    """The menu that the right button opens at a point, or the menu key."""
    QApplication.sendEvent(widget, QContextMenuEvent(reason, pos, widget.mapToGlobal(pos)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu), "no menu has opened"
    return menu


def questions_in(menu: QMenu) -> list[str]:
    """What a menu offers to ask."""
    return [action.text() for action in menu.actions() if action.text().startswith("Why")]


def choose(menu: QMenu, words: str) -> None:
    """Click an entry of a menu."""
    action = next(a for a in menu.actions() if words in a.text())
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def give_keyboard(qtbot, widget) -> None:
    """Let a widget have the keyboard; a menu that was open may have left no window active."""
    widget.window().activateWindow()
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus, timeout=10000)


def is_value(text: str, value: float) -> bool:
    """Whether a number that is shown is this one, to the digits that are shown."""
    plain = text.replace(",", "").replace("−", "-").removesuffix(" %").removesuffix("%")
    shown = float(plain.replace("∞", "inf"))
    if not math.isfinite(shown):
        return str(shown) == str(float(value))
    if "%" in text:
        shown, value = shown, 100 * value
    digits = len(plain.lower().partition("e")[0].replace("-", "").replace(".", "").lstrip("0"))
    return abs(shown - value) <= 0.51 * 10.0 ** (_power(value) - digits + 1) if value else shown == 0


def _power(value: float) -> int:
    return int(f"{abs(value):e}".partition("e")[2])
