"""The table editor: cells to type or paste, columns with roles as in an import."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QMenu, QTableView

from core.catalogue.spec import Choice
from core.data.importers.dialect import Kind
from core.data.importers.progress import Job
from core.data.importers.roles import guess_roles, guess_settings
from core.data.importers.table import Column, Table
from core.data.own import table as own
from core.data.own.sheet import Sheet
from core.errors import NothingYet, StudioError
from gui.document import Document
from gui.importing.columns import Columns, ColumnsView
from gui.making.page import MadePage
from gui.making.sheet_model import SheetModel
from gui.text import sentence, tr
from gui.widgets import muted


class SheetPage(Columns, MadePage[Sheet]):
    """A small table."""

    heading = "Type or paste a table"

    def __init__(
        self, document: Document, state: Sheet | None = None, name: str = "", begins: Choice | None = None
    ) -> None:
        super().__init__(document, state or Sheet().with_rows(0, 3), name or tr("My table"), begins)
        self.roles: list[str] = _roles(self.state, begins)
        self._chosen = begins is not None
        """Whether the roles are chosen; until then they are guessed from the cells."""
        self.model = SheetModel(self)
        self.model.typed.connect(lambda row, column, text: self._try(lambda: self.state.with_cell(row, column, text)))
        self.view = _SheetView(self)
        self.view.setModel(self.model)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for picture, text, slot, caption in (
            ("plus", tr("Add a row above the current one"), self._add_row, tr("Row")),
            ("plus", tr("Add a column behind the last one"), self._add_column, tr("Column")),
            ("delete", tr("Remove the rows that are selected"), self._remove_rows, tr("Rows")),
            ("paste", tr("Paste cells of a spreadsheet (Ctrl+V)"), self.paste, tr("Paste")),
        ):
            button = self.tool(picture, text, slot, caption)
            button.setObjectName(slot.__name__.strip("_"))
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.column.addLayout(buttons)
        self.column.addWidget(self.view, 1)
        self.column.addWidget(
            muted(tr("Digits may be Persian or Arabic. A column says itself what it holds, until you say it."))
        )
        self.begin()
        self.view.fit()

    # -- gestures ----------------------------------------------------------------------------------------------------

    def paste(self) -> None:
        """Write what is on the clipboard over the cells from the current one on."""
        at = self.view.currentIndex()
        text = QGuiApplication.clipboard().text()
        row, column = (at.row(), at.column()) if at.isValid() else (0, 0)
        if self._try(lambda: self.state.pasted(row, column, text)):
            self.view.fit()

    def copy(self) -> None:
        """Put the selected cells on the clipboard as a spreadsheet takes them."""
        rows, columns = self._selected()
        lines = ("\t".join(str(self.model.index(row, column).data()) for column in columns) for row in rows)
        QGuiApplication.clipboard().setText("\n".join(lines))

    def empty(self) -> None:
        """Empty the selected cells."""
        rows, columns = self._selected()
        rows = [row for row in rows if row < self.state.rows]
        if rows and columns:
            block = [[""] * len(columns)] * len(rows)
            self._try(lambda: self.state.with_block(rows[0], columns[0], block))

    def _selected(self) -> tuple[list[int], list[int]]:
        """The rows and columns of the block around the selection."""
        found = self.view.selectedIndexes()
        rows, columns = {one.row() for one in found}, {one.column() for one in found}
        if not found:
            return [], []
        return list(range(min(rows), max(rows) + 1)), list(range(min(columns), max(columns) + 1))

    def _add_row(self) -> None:
        at = self.view.currentIndex()
        place = min(at.row(), self.state.rows) if at.isValid() else self.state.rows
        self._try(lambda: self.state.with_rows(place))

    def _add_column(self) -> None:
        self._try(lambda: self.state.with_column(len(self.state.names)))

    def _remove_rows(self) -> None:
        rows, _ = self._selected()
        self._try(lambda: self.state.without_rows(rows))

    def _rename(self, column: int) -> None:
        ask = QInputDialog(self)
        ask.setObjectName("rename_column")
        ask.setWindowTitle(tr("Name of the column"))
        ask.setLabelText(tr("Name of the column"))
        ask.setTextValue(self.state.names[column])
        ask.textValueSelected.connect(lambda text: self._try(lambda: self.state.with_name(column, text)))
        ask.finished.connect(ask.deleteLater)
        ask.open()

    def _remove_column(self, column: int) -> None:
        roles = [role for n, role in enumerate(self.roles) if n != column]
        if self._try(lambda: self.state.without_columns([column])) and self._chosen:
            self.roles = roles
            self.show_roles()

    def _try(self, changed: Callable[[], Sheet]) -> bool:
        """Take the changed sheet, or say why there is none."""
        try:
            found = changed()
        except StudioError as error:
            self.complain(sentence(error))
            return False
        if found != self.state:
            self.change(found)
        return True

    # -- columns -----------------------------------------------------------------------------------------------------

    def columns(self) -> tuple[Column, ...]:
        return self.state.columns

    def set_role(self, column: int, role: str) -> None:
        self._chosen = True
        super().set_role(column, role)

    def set_kind(self, column: int, kind: Kind) -> None:
        self._try(lambda: self.state.with_kind(column, kind))

    def show_roles(self) -> None:
        self.model.show_sheet(self.state, self.roles)

    def fill_menu(self, menu: QMenu, column: int) -> None:
        rename = menu.addAction(tr("Rename …"))
        rename.setObjectName("rename")
        rename.triggered.connect(lambda: self._rename(column))
        remove = menu.addAction(tr("Remove column"))
        remove.setObjectName("remove")
        remove.triggered.connect(lambda: self._remove_column(column))
        menu.addSeparator()
        super().fill_menu(menu, column)

    def show_state(self) -> None:
        if not self._chosen and self.state.filled:
            guessed = list(guess_roles(self.state.top()))
            if guessed != self.roles:
                self.roles = guessed
                self.suggested.emit(guess_settings(self.state.top(), guessed))
        width = len(self.state.names)
        self.roles = (self.roles + ["ignore"] * width)[:width]
        self.show_roles()

    # -- what the dialog asks ----------------------------------------------------------------------------------------

    def read(self) -> Callable[[], Job[Table]]:
        state = self.state
        if not state.filled:
            raise NothingYet("Type or paste numbers: each row is a sample, or a step in time.")

        def work() -> Job[Table]:
            yield from ()
            return state.table()

        return work


class _SheetView(ColumnsView):
    """Cells that can be edited."""

    def __init__(self, page: SheetPage) -> None:
        super().__init__(page.open_menu)
        self._page = page
        self.setObjectName("sheet")
        self.setAccessibleName(tr("The table"))
        triggers = QTableView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.AnyKeyPressed | triggers.EditKeyPressed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        standard = QKeySequence.StandardKey
        if event.matches(standard.Paste):
            self._page.paste()
        elif event.matches(standard.Copy):
            self._page.copy()
        elif event.matches(standard.Delete):
            self._page.empty()
        else:
            super().keyPressEvent(event)


def _roles(sheet: Sheet, begins: Choice | None) -> list[str]:
    """What the columns are for, as a choice says."""
    if begins is not None:
        values = begins.values
        seen, told = own.column_names(str(values["features"])), own.column_names(str(values["target"]))
        return [_role(name, seen, told, str(values["time"]), str(values["group"])) for name in sheet.names]
    return ["feature"] * len(sheet.names)


def _role(name: str, seen: tuple[str, ...], told: tuple[str, ...], time: str, group: str) -> str:
    if name in (time, group):
        return "time" if name == time else "group"
    if name in seen:
        return "both" if name in told else "feature"
    return "target" if name in told else "ignore"
