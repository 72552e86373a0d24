"""Every number that the window shows has an answer: a walk over all panels, plots and views, asking with the right button."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QModelIndex, QPoint
from PySide6.QtGui import QContextMenuEvent, QTextDocument
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QTabBar,
    QTableView,
    QTreeView,
    QWidget,
)

from gui.explorers.names import TITLES
from gui.why.told import Told
from tests.gui.test_main_window import window  # noqa: F401 - window is a fixture
from tests.gui.test_why_everywhere import trained

CHOSEN = {
    "the setting of how many epochs": r"^Epoch # of \d+",
    "the step that the clocks are at": r"\bt = \d+ of",
    "the step of an own input that is looked at": r"After (step|row|letter) \d+ of \d+|Answer \d+ of \d+|Shown for step \d+",
    "how far a forecast goes": r"^\d+ steps$",
    "the length of a chain": r"Behind \d+ of them",
    "the step of a race": r"^Step \d+:",
    "the place that was clicked": r"At x \S+, y \S+?:",
    "how far one is zoomed": r"^\d+ %$",
}
"""Numbers that say what a person chose."""
NAMED = {
    "a class": r"■ \d+|true \d+, predicted|“\d+”|: \d+ \(#\)",
    "a year": r"^\d{4}: the network says",
    "a metric or baseline": r"Among top 3|F1|(one season of|as) \d+ steps before",
    "a part of the neuron": r"^(Input|Weight|Target) \d$|\bw[12]\b",
    "a symbol of a formula": r"where the sum is 0",
}
"""Numbers in names."""
PROSE = r"Squeezes any number into|The usual choice for|is below 5 % of the steepest|digits written by|spots the Sun had|first names, letter by letter|flowers of three|\b(19|20)\d\d[,;]|19\d\d$|35, 1964"
"""What somebody wrote about data, sources and entries of the catalogue."""
NUMBER = re.compile(r"(?<![\w.,])[-−]?\d[\d.,]*(?:e-?\d+)?(?!\w)")
FIELDS = (QAbstractSpinBox, QLineEdit, QComboBox, QTabBar)
"""What holds what a person typed or chose."""
MARK = re.compile(r'<a href="ask:[^"]*"[^>]*>.*?</a>', re.S)


def plain(text: str) -> str:
    paper = QTextDocument()
    paper.setHtml(text) if "<" in text else paper.setPlainText(text)
    return paper.toPlainText()


def speaks_for_itself(text: str) -> bool:
    """Whether no number that the program worked out is left in a text."""
    if re.search(PROSE, text):
        return True
    for pattern in (*CHOSEN.values(), *NAMED.values()):
        text = re.sub(pattern, "", text, flags=re.M)
    return NUMBER.search(text) is None


def offered(widget: QWidget, pos: QPoint) -> list[str]:
    """What the right button offers to ask at a place."""
    QApplication.sendEvent(widget, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, pos, widget.mapToGlobal(pos)))
    menu = QApplication.activePopupWidget()
    if menu is None:
        return []
    found = [action.text() for action in menu.actions() if action.text().startswith("Why")]
    menu.close()
    return found


def cells(view: QAbstractItemView):
    """(text, place) of every cell in sight."""
    model, columns = view.model(), 1
    if model is None:
        return
    if isinstance(view, QTreeView | QTableView):
        columns = model.columnCount(QModelIndex())

    def walk(parent):
        for row in range(model.rowCount(parent)):
            for column in range(columns):
                index = model.index(row, column, parent)
                place = view.visualRect(index)
                if place.isValid() and view.viewport().rect().contains(place.center()):
                    yield str(index.data() or ""), place.center()
            yield from walk(model.index(row, 0, parent))

    yield from walk(QModelIndex())


def silent(root: QWidget) -> list[str]:
    """The texts below ``root`` with a number that has no answer."""
    found = []
    for widget in root.findChildren(QWidget):
        above, inside = widget, []
        while above is not None and above is not root:
            inside.append(above)
            above = above.parentWidget()
        if not widget.isVisible() or widget.visibleRegion().isEmpty() or any(isinstance(w, FIELDS) for w in inside):
            continue
        if isinstance(widget, Told):
            left = plain(MARK.sub("#", QLabel.text(widget)))
            if not speaks_for_itself(left):
                found.append(left)
        elif isinstance(widget, QLabel):
            text = plain(widget.text())
            if not speaks_for_itself(text) and not offered(widget, widget.rect().center()):
                found.append(text)
        elif isinstance(widget, QAbstractItemView):
            for text, place in cells(widget):
                if not speaks_for_itself(text) and not offered(widget.viewport(), place):
                    found.append(text)
    return found


def walk(qtbot, window):  # noqa: F811
    """Silent numbers by the part of the window that shows them."""
    left = {}
    for key, dock in window.docks.all.items():
        window.docks.show(key)
        qtbot.waitUntil(lambda dock=dock: not dock.visibleRegion().isEmpty(), timeout=10000)
        qtbot.waitUntil(lambda: not window.runner.busy, timeout=10000)
        qtbot.wait(300)  # what it asks the worker comes whenever it comes; what has come by now is looked at
        left[key] = silent(dock)
    for layer in window.document.project.network:
        window.document.select([layer.id])
        window.docks.show("inspector")
        left[f"inspector of {layer.name}"] = silent(window.docks.all["inspector"])
    for link in list(window.document.project.network.links)[:3]:
        window.document.select([link])
        left[f"inspector of {link}"] = silent(window.docks.all["inspector"])
    left["status bar"] = silent(window.statusBar())
    left["canvas"] = silent(window.centralWidget())
    return {key: texts for key, texts in left.items() if texts}


@pytest.mark.parametrize(
    "example",
    ["digits-rows-elman", "adding-lstm", "sunspots-forecast", "circles-mlp", "reverse-attention", "names-gru"],
)
def test_every_number_in_words_and_tables_answers(qtbot, window, example):  # noqa: F811
    trained(qtbot, window, example)
    assert not walk(qtbot, window)


def test_every_number_of_the_unrolled_view_answers(qtbot, window):  # noqa: F811
    trained(qtbot, window, "digits-rows-elman")
    window.fold_switch.show_unrolled(True)
    qtbot.waitUntil(lambda: window.unroll.isVisible() and window.unroll.shown.numbers.trace is not None, timeout=60000)
    qtbot.wait(500)
    assert not silent(window.centralWidget())


def test_every_number_of_the_explorers_the_gym_and_the_data_answers(qtbot, window):  # noqa: F811
    trained(qtbot, window, "sunspots-forecast")
    left = {}
    for key in TITLES:
        shown = window.explorers.show(key)
        qtbot.wait(500)
        left[key] = silent(shown)
    shown.close()
    for opening in (window.gym, window.looking):
        shown = opening.show()
        qtbot.wait(1000)
        left[type(opening).__name__] = silent(shown)
        shown.close()
    assert not {key: texts for key, texts in left.items() if texts}
