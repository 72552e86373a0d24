"""How the window opens the dialogs that make data: a menu of commands, and the way back to where data was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from core.data.own.made import Maker, maker_of
from core.errors import StudioError
from core.looks import without_test
from core.project import Change
from gui.document import Document
from gui.errors import tell
from gui.icons import icon
from gui.runner import Runner
from gui.text import tr

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from gui.importing.dialog import ImportDialog
    from gui.importing.page import DataPage


class Making(QObject):
    """The window's commands to make data, and to change what was made."""

    made = Signal()
    """Data that was made is in the project now."""

    def __init__(self, document: Document, runner: Runner, window: QWidget) -> None:
        super().__init__(window)
        self._document, self._runner, self._window = document, runner, window
        self.commands: dict[str, QAction] = {}
        self._add("sketch", tr("&Sketch time series …"), "live")
        self._add("pictures", tr("Draw &pictures …"), "image")
        self._add("sheet", tr("&Type or paste a table …"), "table")
        self._add("formulas", tr("Generate from &formulas …"), "plot")
        change = QAction(icon("input"), tr("&Change own data …"), self)
        change.setToolTip(
            tr("Open the data of the project where it was made; small tables that were imported as well.")
        )
        change.triggered.connect(lambda: self.change())
        self.commands["change"] = change
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._show_change)
        self._show_change()

    def menu(self, parent: QWidget) -> QMenu:
        """All commands."""
        menu = QMenu(tr("&Make data"), parent)
        menu.setIcon(icon("add"))
        menu.setToolTipsVisible(True)
        for key, action in self.commands.items():
            if key == "change":
                menu.addSeparator()
            menu.addAction(action)
        return menu

    def start(self, maker: Maker) -> ImportDialog:
        """Make new data."""
        from gui.making.pages import new_page

        return self._show(new_page(self._document, maker, self._there()))

    def change(self) -> ImportDialog | None:
        """Open the project's data where it was made; says what is wrong where it cannot be changed."""
        from gui.making.pages import page_of

        choice = self._document.project.data
        maker = maker_of(choice)
        if choice is None or maker is None:
            return None
        try:
            return self._show(page_of(self._document, maker, choice))
        except StudioError as error:
            tell(self._window, error)
            return None

    def _show(self, page: DataPage) -> ImportDialog:
        from gui.importing.dialog import ImportDialog

        dialog = ImportDialog(self._document, self._runner, page, self._window)
        dialog.finished.connect(dialog.deleteLater)
        dialog.accepted.connect(self.made)
        dialog.open()
        return dialog

    def _there(self) -> Dataset | None:
        """The data of the project, of which a shut test part stays out of what is made of it."""
        try:
            data = self._document.project.dataset()
        except StudioError:
            return None
        return without_test(data) if self._document.shut else data

    def _add(self, key: Maker, text: str, picture: str) -> None:
        action = QAction(icon(picture), text, self)
        action.triggered.connect(lambda: self.start(key))
        self.commands[key] = action

    def _on_changed(self, change: Change) -> None:
        if change.data:
            self._show_change()

    def _show_change(self) -> None:
        self.commands["change"].setEnabled(maker_of(self._document.project.data) is not None)
