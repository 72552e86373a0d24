"""Hands that ask: click a number among words, walk to it with Tab, open the menu of a widget and choose in it; and whether
what is shown is what is answered."""

from __future__ import annotations

import html
import re
from contextlib import contextmanager

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QFocusEvent
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


def marked_in(label: Told) -> dict[str, str]:
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


def numbers_in(told, document):
    """(text, what is asked) of each number, reached by Tab and the arrow keys, and asked about by Enter."""
    found, heard, place = [], [], -1
    document.asked.connect(heard.append)
    # The focus comes as by the Tab key, which needs no window that the system has made active.
    QApplication.sendEvent(told, QFocusEvent(QFocusEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    while told.selectedText() and told.selectionStart() > place:
        text, place, before = told.selectedText().replace("\u00a0", " "), told.selectionStart(), len(heard)
        QTest.keyClick(told, Qt.Key.Key_Return)
        assert len(heard) == before + 1, f"“{text}” has no answer in “{told.text()}”"
        found.append((text, heard[-1]))
        QTest.keyClick(told, Qt.Key.Key_Right)
    document.asked.disconnect(heard.append)
    QApplication.sendEvent(told, QFocusEvent(QFocusEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason))
    return found


def shown_value(text):
    """(value, half of its last digit) of a number as it is shown: 1,234, 0.05, 1.3e-7, 12.5 %, 3 s, NaN, ∞."""
    text = text.replace(",", "").replace("−", "-").strip()
    if text in ("NaN", "∞", "-∞"):
        return {"NaN": float("nan"), "∞": float("inf"), "-∞": float("-inf")}[text], 0.0
    match = re.match(r"(-?\d+(?:\.(\d+))?)(?:e(-?\d+))?", text)
    assert match, f"“{text}” is no number"
    scale = 10.0 ** int(match[3] or 0)
    last = scale * 10.0 ** -len(match[2] or "")
    if not match[2] and not match[3] and match[1].endswith("0"):
        last *= 10.0 ** (len(match[1]) - len(match[1].rstrip("0")))  # 12,300 has three digits that count
    share = 0.01 if "%" in text else 1.0
    return float(match[1]) * scale * share, last * share / 2


def agrees(text, value):
    """Whether a number that is shown is this value, rounded."""
    shown, off = shown_value(text)
    if shown != shown or abs(shown) == float("inf"):
        return str(shown) == str(float(value))
    return abs(shown - value) <= off * 1.001 + 1e-12
