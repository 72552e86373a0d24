"""Every command and every panel by a few letters of its name (Ctrl+Shift+P), for whom menus are far away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QLineEdit,
    QMainWindow,
    QMenu,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from gui.docks import Docks
from gui.icons import icon
from gui.menus import in_words
from gui.text import tr
from gui.theme import theme

WIDTH, HEIGHT = 460, 380
_LATEST = 5


@dataclass(frozen=True)
class Entry:
    """What can be chosen."""

    title: str
    where: str
    """The menu that it is in."""
    keys: str
    """Its shortcut, as the system writes it."""
    run: Callable[[], object]


class CommandPalette(QFrame):
    """A line to type into and the commands that fit; what was used last comes first. It asks the menus when it opens."""

    def __init__(self, window: QMainWindow, docks: Docks) -> None:
        super().__init__(window)
        self._window, self._docks = window, docks
        self._entries: list[Entry] = []
        self._latest: list[str] = []
        self.setObjectName("command_palette")
        self.setAccessibleName(tr("Find a command"))
        self.search = QLineEdit(objectName="command_palette_search")
        self.search.setPlaceholderText(tr("Find a command or a panel …"))
        self.search.setAccessibleName(tr("Search commands and panels"))
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.list = QTreeWidget(objectName="command_palette_list")
        self.list.setAccessibleName(tr("Commands"))
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 8, 8)
        box.setSpacing(6)
        box.addWidget(self.search)
        box.addWidget(self.list)
        self.search.textChanged.connect(self._narrow)
        self.search.installEventFilter(self)
        self.list.itemClicked.connect(lambda _: self._accept())
        self.hide()

    def open(self) -> None:
        """Show it in the upper middle of the window, with all commands that can be used now."""
        ground, edge = theme().color("layer").name(), theme().color("layer_edge").name()
        self.setStyleSheet(
            f"#command_palette {{ background: {ground}; border: 1px solid {edge}; border-radius: 10px; }}"
            "#command_palette_list { background: transparent; }"
        )
        self._entries = [*_of_menus(self._window), *self._panels()]
        room = self._window.rect()
        width, height = min(WIDTH, room.width() - 16), min(HEIGHT, room.height() - 80)
        self.setGeometry((room.width() - width) // 2, 56, width, height)
        self.search.clear()
        self._narrow("")
        self.show()
        self.raise_()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _panels(self) -> Iterator[Entry]:
        for key, dock in self._docks.all.items():
            title = tr("Go to {panel}", panel=dock.windowTitle())
            yield Entry(title, tr("Panels"), "", lambda key=key: self._docks.enter(key))

    def _narrow(self, words: str) -> None:
        wanted = words.casefold().split()
        found = [one for one in self._entries if all(word in f"{one.title} {one.where}".casefold() for word in wanted)]
        found.sort(key=lambda one: _rank(one, words, self._latest))
        self.list.clear()
        for entry in found:
            item = QTreeWidgetItem(self.list, [entry.title, entry.keys or entry.where])
            item.setData(0, Qt.ItemDataRole.UserRole, entry)
            item.setForeground(1, theme().color("muted"))
            item.setToolTip(0, entry.where)
        if not found:
            nothing = QTreeWidgetItem(self.list, [tr("Nothing is called that. Try another word.")])
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
        self.list.setCurrentItem(self.list.topLevelItem(0))

    def _accept(self) -> None:
        item = self.list.currentItem()
        entry = item.data(0, Qt.ItemDataRole.UserRole) if item is not None else None
        if entry is None:
            return
        self._latest = [entry.title, *(title for title in self._latest if title != entry.title)][:_LATEST]
        self._close()
        entry.run()

    def _close(self) -> None:
        self.hide()
        self._window.centralWidget().setFocus(Qt.FocusReason.PopupFocusReason)

    def _step(self, by: int) -> None:
        row = self.list.indexOfTopLevelItem(self.list.currentItem()) + by
        if 0 <= row < self.list.topLevelItemCount():
            self.list.setCurrentItem(self.list.topLevelItem(row))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.search or not self.isVisible():
            return False
        if event.type() == QEvent.Type.FocusOut:
            self.hide()
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        match event.key():
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                self._step(1 if event.key() == Qt.Key.Key_Down else -1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._accept()
            case Qt.Key.Key_Escape:
                self._close()
            case _:
                return False
        return True


def _of_menus(window: QMainWindow) -> Iterator[Entry]:
    """The commands of the menu bar that can be used now, with those of its submenus."""
    menus: list[tuple[str, QMenu]] = [(in_words(a)[0], a.menu()) for a in window.menuBar().actions() if a.menu()]
    while menus:
        where, menu = menus.pop(0)
        menu.aboutToShow.emit()
        for action in menu.actions():
            name, keys = in_words(action)
            if action.menu() is not None:
                menus.append((f"{where} › {name}", action.menu()))
            elif name and action.isEnabled() and action.isVisible():
                yield Entry(name, where, keys, action.trigger)


def _rank(entry: Entry, words: str, latest: list[str]) -> tuple[bool, int, bool]:
    """What begins with the words first, then what was used last, then what has them in its title at all."""
    sought, title = words.strip().casefold(), entry.title.casefold()
    used = latest.index(entry.title) if entry.title in latest else len(latest)
    return not title.startswith(sought), used, sought not in title
