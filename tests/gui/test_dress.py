"""Flat tabs and thin scroll bars: in every panel and dialog, in the colours of the theme, and nobody else's palette."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QListWidget, QScrollBar, QTabBar, QTabWidget, QVBoxLayout, QWidget

from gui.dress import dress
from gui.theme import theme


@pytest.fixture(autouse=True)
def light_again(qapp):
    yield
    theme().set_mode("light")


@pytest.fixture
def room(qtbot):
    """A list that scrolls, a row of tabs, and tabs with pages."""
    made = QWidget()
    qtbot.addWidget(made)
    made.list, made.tabs, made.pages = QListWidget(), QTabBar(), QTabWidget()
    made.list.addItems([f"line {n}" for n in range(100)])
    for text in ("one", "two"):
        made.tabs.addTab(text)
        made.pages.addTab(QListWidget(), text)
    column = QVBoxLayout(made)
    for part in (made.list, made.tabs, made.pages, QLabel("words")):
        column.addWidget(part)
    made.resize(300, 400)
    dress(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def colors_of(widget):
    image = widget.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_bars_are_thin_and_flat_and_follow_the_theme(room):
    bar = room.list.verticalScrollBar()
    for mode in ("dark", "light", "dark"):
        theme().set_mode(mode)
        assert bar.width() == 11 and theme().color("scroll").name() in colors_of(bar)
        assert theme().color("accent").name() in colors_of(room.tabs), "a line under the tab in front"


def test_everything_else_gets_the_palette_of_another_theme_even_while_it_is_hidden(room):
    theme().set_mode("dark")
    room.hide()
    theme().set_mode("light")
    room.show()
    lists = [room.list, room.pages.widget(0), room.pages.widget(1)]
    assert {one.palette().base().color().name() for one in lists} == {theme().color("base").name()}
    assert room.findChild(QLabel).palette().windowText().color() == theme().color("text")


def test_a_tab_is_chosen_and_the_list_scrolled_with_the_mouse_as_ever(room):
    QTest.mouseClick(room.tabs, Qt.MouseButton.LeftButton, pos=room.tabs.tabRect(1).center())
    assert room.tabs.currentIndex() == 1
    bar = room.list.verticalScrollBar()
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.rect().center())
    assert bar.value() > 0


def test_dressing_twice_changes_nothing(room):
    before = len(room.findChildren(QScrollBar)), len(room.tabs.children())
    dress(room)
    assert (len(room.findChildren(QScrollBar)), len(room.tabs.children())) == before
