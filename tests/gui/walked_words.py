"""Walks through the numbers in words with the keyboard, for tests that compare what is shown with what is answered."""

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication


def numbers_in(told, document):
    """(text, what is asked) of each number, reached by Tab and asked about by Enter."""
    found, heard, place = [], [], -1
    document.asked.connect(heard.append)
    # The focus comes as by the Tab key, which needs no window that the system has made active.
    QApplication.sendEvent(told, QFocusEvent(QFocusEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    while told.selectedText() and told.selectionStart() > place:
        text, place, before = told.selectedText().replace("\u00a0", " "), told.selectionStart(), len(heard)
        QTest.keyClick(told, Qt.Key.Key_Return)
        assert len(heard) == before + 1, f"“{text}” has no answer in “{told.text()}”"
        found.append((text, heard[-1]))
        QTest.keyClick(told, Qt.Key.Key_Tab)
    document.asked.disconnect(heard.append)
    QApplication.sendEvent(told, QFocusEvent(QFocusEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason))
    return found


def shown_value(text):
    """(value, half of its last digit) of a number as it is shown: 1,234, 0.05, 1.3e-7, 12.5 %, 3 s, NaN, ∞."""
    text = text.replace(",", "").strip()
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
