"""The cells of a sheet as a Qt model, with empty rows below to go on typing in; what does not read is marked."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QBrush, QColor

from core.data.own.sheet import MAX_ROWS, Sheet
from gui.importing.preview_model import Index, Role, kind_name, role_name
from gui.text import tr
from gui.theme import theme

EMPTY_ROWS = 12
ROOT = QModelIndex()


class SheetModel(QAbstractTableModel):
    """Shows a Sheet and the roles of its columns; owns neither."""

    typed = Signal(int, int, str)
    """Row, column and the text that the user entered."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sheet = Sheet()
        self.roles: list[str] = []
        self._rows = self._columns = 0

    def show_sheet(self, sheet: Sheet, roles: list[str]) -> None:
        """Show other cells or roles; an editor that is open stays where it is."""
        self.sheet, self.roles = sheet, roles
        self._resize(min(MAX_ROWS, sheet.rows + EMPTY_ROWS), len(sheet.names))
        self.dataChanged.emit(self.index(0, 0), self.index(self._rows - 1, self._columns - 1))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self._columns - 1)

    def _resize(self, rows: int, columns: int) -> None:
        if rows > self._rows:
            self.beginInsertRows(ROOT, self._rows, rows - 1)
            self._rows = rows
            self.endInsertRows()
        elif rows < self._rows:
            self.beginRemoveRows(ROOT, rows, self._rows - 1)
            self._rows = rows
            self.endRemoveRows()
        if columns > self._columns:
            self.beginInsertColumns(ROOT, self._columns, columns - 1)
            self._columns = columns
            self.endInsertColumns()
        elif columns < self._columns:
            self.beginRemoveColumns(ROOT, columns, self._columns - 1)
            self._columns = columns
            self.endRemoveColumns()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else self._columns

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        row, column = index.row(), index.column()
        if not index.isValid() or column >= len(self.sheet.names):
            return None
        if role in (Role.DisplayRole, Role.EditRole):
            return self.sheet.cells[row][column] if row < self.sheet.rows else ""
        bad = (row, column) in self.sheet.bad
        if role == Role.BackgroundRole and bad:
            color = QColor(theme().color("refused"))
            color.setAlpha(70)
            return QBrush(color)
        if role in (Role.ToolTipRole, Role.AccessibleDescriptionRole) and bad:
            return tr("This is no number.") if self.sheet.columns[column].kind == "number" else tr("This is no date.")
        if role == Role.TextAlignmentRole and self.sheet.columns[column].kind == "number":
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def setData(self, index: Index, value: object, role: int = Role.EditRole) -> bool:
        if role != Role.EditRole or str(value) == self.data(index):
            return False
        self.typed.emit(index.row(), index.column(), str(value))
        return True

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> object:
        if orientation == Qt.Orientation.Vertical:
            return str(section + 1) if role == Role.DisplayRole else None
        if section >= len(self.roles):
            return None
        column, own = self.sheet.columns[section], self.roles[section]
        if role == Role.DisplayRole:
            return f"{column.name}\n{kind_name(column.kind)}\n{role_name(own)} ▾"
        if role == Role.ToolTipRole:
            return tr("Click to name the column, or to choose what it is and what it is for.")
        if role == Role.ForegroundRole:
            return QBrush(theme().color({"ignore": "muted", "feature": "text"}.get(own, "accent")))
        return None
