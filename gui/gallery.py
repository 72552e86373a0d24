"""The gallery: all examples with a picture of their network, by the shape of their sequences, to open one."""

from __future__ import annotations

from functools import cache, partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QTabBar, QVBoxLayout, QWidget

from core.data.catalogue import load
from core.examples import BY_SHAPE, EXAMPLES
from core.network import Network
from core.sequence_shapes import SHAPES
from gui.glimpse import Glimpse, glimpse
from gui.icons import icon
from gui.pictures import Picture, PictureList
from gui.text import tr, tr_core

_MOVES = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)


class GalleryDialog(QDialog):
    """Shows the examples; tabs choose a shape, typing searches, arrow keys move, Enter and double-click open."""

    chosen = Signal(str)
    """Key of the example to open."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("gallery")
        self.setWindowTitle(tr("Examples"))
        self.resize(822, 690)
        self._search = QLineEdit()
        self._search.setObjectName("search")
        self._search.setPlaceholderText(tr("Search examples"))
        self._search.setAccessibleName(tr("Search examples"))
        self._search.setClearButtonEnabled(True)
        self._search.addAction(icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self._search.textChanged.connect(self._filter)
        self._search.installEventFilter(self)
        self._shapes = QTabBar()
        self._shapes.setObjectName("shapes")
        self._shapes.setAccessibleName(tr("Shape of the sequences"))
        self._shapes.setDrawBase(False)
        self._shapes.addTab(tr("All"))
        self._shapes.setTabData(0, "")
        for shape in SHAPES.values():
            tab = self._shapes.addTab(tr_core(shape.title.removeprefix("Many to many, ").capitalize()))
            self._shapes.setTabData(tab, shape.key)
            self._shapes.setTabToolTip(tab, tr_core(shape.line))
        self._shapes.currentChanged.connect(self._show_shape)
        self._list = PictureList()
        self._list.setObjectName("examples")
        self._list.setAccessibleName(tr("Examples"))
        self._list.show_pictures(
            Picture(
                one.key,
                tr_core(one.title),
                tr_core(one.line),
                partial(_network, one.key),
                partial(_glimpse, one.key),
                shape,
            )
            for shape, examples in BY_SHAPE.items()
            for one in examples
        )
        self._list.chosen.connect(self._choose)
        self._list.current_changed.connect(self._show_state)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._open = self._buttons.addButton(tr("&Open"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._buttons.button(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        self._open.setDefault(True)
        self._buttons.accepted.connect(self._list.choose_current)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._search)
        layout.addWidget(self._shapes)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._buttons)
        self._search.setFocus()
        self._show_state()

    def _filter(self, text: str) -> None:
        self._list.search(text, tr("No example matches “{text}”. Try another word.", text=text))
        self._show_state()

    def _show_shape(self, tab: int) -> None:
        self._list.show_group(self._shapes.tabData(tab))
        self._show_state()

    def _show_state(self) -> None:
        self._open.setEnabled(bool(self._list.current()))

    def _choose(self, key: str) -> None:
        self.accept()
        self.chosen.emit(key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # While the search has the focus, the keys that move go to the list.
        if watched is self._search and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() in _MOVES:
                self._list.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._list.choose_current()
                return True
        return super().eventFilter(watched, event)


def _network(key: str) -> Network:
    return EXAMPLES[key].build().network


@cache
def _glimpse(key: str) -> Glimpse:
    """Not by the cache of data sets, which holds few: those of the project are to stay in it."""
    choice = EXAMPLES[key].build().data
    assert choice is not None
    return glimpse(load(choice))
