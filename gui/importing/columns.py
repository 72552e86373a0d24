"""A page whose data is a table: what each column holds and what it is for, chosen from a menu on its header."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QActionGroup, QKeyEvent
from PySide6.QtWidgets import QMenu, QTableView

from core.data.dataset import Dataset
from core.data.importers.dialect import Kind
from core.data.importers.table import Column, Table
from core.data.own import table as own
from gui.importing.page import DataPage
from gui.importing.preview_model import kind_name, role_name
from gui.text import tr

ROLES = ("feature", "target", "both", "time", "group", "ignore")
KINDS: tuple[Kind, ...] = ("number", "date", "text")


class Columns(DataPage):
    """Mixed into a page: roles of columns, and what comes of a table with them."""

    entry = "own_table"
    kinds: tuple[Kind, ...] = KINDS
    """What a column can be said to hold; one alone is no choice."""
    roles: list[str]

    def columns(self) -> tuple[Column, ...]:
        """The columns as they are now."""
        raise NotImplementedError

    def set_role(self, column: int, role: str) -> None:
        """Say what a column is for. There is one time and one group at most."""
        if role in ("time", "group"):
            self.roles = ["ignore" if one == role else one for one in self.roles]
        self.roles[column] = role
        self.show_roles()
        self.changed.emit()

    def set_kind(self, column: int, kind: Kind) -> None:
        """Say what a column holds."""
        raise NotImplementedError

    def show_roles(self) -> None:
        """Show the roles in the headers."""
        raise NotImplementedError

    def hidden(self) -> Mapping[str, str]:
        return {
            "features": own.columns_text(self.named("feature", "both")),
            "target": own.columns_text(self.named("target", "both")),
            "time": next(iter(self.named("time")), ""),
            "group": next(iter(self.named("group")), ""),
        }

    def idle(self, values: Mapping[str, Any]) -> frozenset[str]:
        if values["reading"] == "windows":
            return frozenset()
        asked = {"asked"} if values["reading"] == "rows" else set()
        return frozenset({"window", "stride", "horizon", *asked})

    def build(self, source: Table, name: str, values: Mapping[str, Any]) -> Dataset:
        return own.build(source, name, values)

    def store(self, source: Table, name: str) -> str:
        return own.store(source, name)

    def sample_word(self, values: Mapping[str, Any]) -> str:
        return str(values["reading"])

    def named(self, *roles: str) -> list[str]:
        """The names of the columns with one of these roles."""
        return [column.name for column, role in zip(self.columns(), self.roles, strict=True) if role in roles]

    def fill_menu(self, menu: QMenu, column: int) -> None:
        """Put what can be said about a column into its menu."""
        _fill(menu, ROLES, self.roles[column], role_name, lambda role: self.set_role(column, role))
        if len(self.kinds) > 1:
            menu.addSeparator()
            kind = self.columns()[column].kind
            _fill(menu, self.kinds, kind, kind_name, lambda kind: self.set_kind(column, kind))

    def open_menu(self, column: int, at: QPoint) -> None:
        """Show the menu of a column."""
        if not 0 <= column < len(self.roles):
            return
        menu = QMenu(self)
        menu.setObjectName("column_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu, column)
        menu.popup(at)


def _fill(
    menu: QMenu, keys: tuple[str, ...], chosen: str, named: Callable[[str], str], slot: Callable[[Any], None]
) -> None:
    group = QActionGroup(menu)
    for key in keys:
        action = menu.addAction(named(key))
        action.setObjectName(key)
        action.setCheckable(True)
        action.setChecked(key == chosen)
        group.addAction(action)
        action.triggered.connect(lambda _, k=key: slot(k))


class ColumnsView(QTableView):
    """The top of the file. A click on a header, or Return on a cell, opens what there is to say about a column."""

    def __init__(self, open_menu: Callable[[int, QPoint], None]) -> None:
        super().__init__()
        self._open_menu = open_menu
        self.setObjectName("preview")
        self.setAccessibleName(tr("The first rows of the file"))
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setWordWrap(False)
        self.verticalHeader().setDefaultSectionSize(22)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        header.sectionClicked.connect(self._clicked)

    def fit(self) -> None:
        """Columns as wide as what they hold, within reason."""
        self.resizeColumnsToContents()
        for column in range(self.model().columnCount(QModelIndex())):
            self.setColumnWidth(column, max(84, min(200, self.columnWidth(column) + 8)))

    def _clicked(self, column: int) -> None:
        header = self.horizontalHeader()
        left = header.sectionViewportPosition(column)
        self._open_menu(column, header.viewport().mapToGlobal(QPoint(left, header.height())))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Menu) and self.currentIndex().isValid():
            self._clicked(self.currentIndex().column())
        else:
            super().keyPressEvent(event)
