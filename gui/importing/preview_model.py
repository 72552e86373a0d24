"""The top of a table as a Qt model: bad cells are marked, the header says what each column is for."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QColor

from core.data.importers.table import Preview
from gui.text import tr, tr_core
from gui.theme import theme

Role = Qt.ItemDataRole
Index = QModelIndex | QPersistentModelIndex


def role_name(role: str) -> str:
    """What a column is for, in a word."""
    return {
        "feature": tr("Feature"),
        "target": tr("Target"),
        "both": tr("Feature and target"),
        "time": tr("Time"),
        "group": tr("Group"),
        "ignore": tr("Ignored"),
    }[role]


def kind_name(kind: str) -> str:
    """What a column holds, in a word."""
    return {"number": tr("Number"), "date": tr("Date"), "text": tr("Text")}[kind]


class PreviewModel(QAbstractTableModel):
    """Shows a Preview and the roles of its columns; owns neither."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.preview: Preview | None = None
        self.roles: list[str] = []

    def show_preview(self, preview: Preview, roles: list[str]) -> None:
        """Show another top of a file, or other roles."""
        self.beginResetModel()
        self.preview, self.roles = preview, roles
        self.endResetModel()

    def width(self) -> int:
        """Columns of the table, without cells too many."""
        return len(self.preview.columns) if self.preview else 0

    def bad_at(self, row: int, column: int) -> str:
        """What is wrong there; empty where nothing is."""
        return self.preview.bad.get((row, column), "") if self.preview else ""

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self.preview.rows) if self.preview and not parent.isValid() else 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if self.preview is None or parent.isValid():
            return 0
        return min(1001, max(self.width(), *(len(row) for row in self.preview.rows)))

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        if self.preview is None or not index.isValid():
            return None
        row, column = index.row(), index.column()
        cells = self.preview.rows[row]
        if role == Role.DisplayRole:
            return cells[column] if column < len(cells) else ""
        complaint = self.bad_at(row, column) or (self.bad_at(row, self.width()) if column >= len(cells) else "")
        if role in (Role.ToolTipRole, Role.AccessibleDescriptionRole):
            return tr_core(complaint) if complaint else None
        if role == Role.BackgroundRole and (complaint or column >= self.width()):
            color = QColor(theme().color("refused"))
            color.setAlpha(70)
            return QBrush(color)
        if role == Role.ForegroundRole and column < self.width() and self.roles[column] == "ignore":
            return QBrush(theme().color("muted"))
        if role == Role.TextAlignmentRole and column < self.width() and self.preview.columns[column].kind == "number":
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> object:
        if self.preview is None:
            return None
        if orientation == Qt.Orientation.Vertical:
            return self._row_header(section, role)
        if section >= self.width():
            return tr("too many") if role == Role.DisplayRole else None
        column = self.preview.columns[section]
        if role == Role.DisplayRole:
            return f"{column.name}\n{kind_name(column.kind)}\n{role_name(self.roles[section])} ▾"
        if role == Role.ToolTipRole:
            return tr("Click to choose what “{name}” is and what it is for.", name=column.name)
        if role == Role.ForegroundRole:
            return QBrush(theme().color({"ignore": "muted", "feature": "text"}.get(self.roles[section], "accent")))
        return None

    def _row_header(self, section: int, role: int) -> object:
        assert self.preview is not None
        complaint = self.bad_at(section, self.width())
        if role == Role.DisplayRole:
            return str(self.preview.numbers[section])
        if role == Role.ToolTipRole and complaint:
            return tr_core(complaint)
        if role == Role.ForegroundRole and complaint:
            return QBrush(theme().color("refused"))
        return None
