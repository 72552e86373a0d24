"""The page of the import dialog for tables: how the file is written, its top, and what each column is for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout

from core.data.importers.dialect import DELIMITERS, QUOTES, Dialect, Kind, sniff
from core.data.importers.encoding import ENCODINGS
from core.data.importers.progress import Job
from core.data.importers.roles import guess_roles, guess_settings
from core.data.importers.table import Column, Preview, Table, preview, read_table
from core.describe import Words
from core.errors import DataError
from core.why.data.read import bad_cells
from gui.document import Document
from gui.forms.fields import Drop
from gui.importing.columns import Columns, ColumnsView
from gui.importing.page import ImportPage
from gui.importing.preview_model import PreviewModel
from gui.text import tr
from gui.why.here import Question
from gui.why.told import asked
from gui.widgets import told


class TablePage(Columns, ImportPage):
    """CSV and TSV files."""

    def __init__(self, document: Document, path: Path) -> None:
        super().__init__(document, path)
        self.preview: Preview | None = None
        self.roles: list[str] = []
        self._dialect: Dialect | None = None
        self._kinds: dict[int, Kind] = {}
        self._encoding = ""
        self._stale = False
        self.model = PreviewModel(self)
        self.view = ColumnsView(self.open_menu)
        self.view.setModel(self.model)
        self._make_controls()
        self._lay_out()

    # -- what the dialog asks ----------------------------------------------------------------------------------------

    def look(self) -> Callable[[], Job[Preview]]:
        path, dialect, kinds, encoding = self.path, self._dialect, dict(self._kinds), self._encoding

        def work() -> Job[Preview]:
            yield from ()
            found = dialect or sniff(path, encoding)
            return preview(path, found, kinds)

        self._stale = False
        return work

    def show_look(self, found: Preview) -> Mapping[str, object]:
        names = None if self.preview is None else [column.name for column in self.preview.columns]
        first = names != [column.name for column in found.columns]
        self.preview, self._dialect = found, found.dialect
        if first:
            self.roles = list(guess_roles(found))
        self.model.show_preview(found, self.roles)
        self.view.fit()
        self._show_dialect(found.dialect)
        self._show_bad(found)
        return guess_settings(found, self.roles) if first else {}

    def needs_look(self) -> bool:
        return self._stale

    def reading(self) -> Hashable:
        assert self.preview is not None
        return self.preview.dialect, tuple(self._wanted().items()), self.tolerance.isChecked()

    def read(self) -> Callable[[], Job[Table]]:
        assert self.preview is not None
        path, dialect, wanted = self.path, self.preview.dialect, self._wanted()
        if not wanted:
            raise DataError("Every column is ignored: choose at least one feature and a target.")
        tolerance = "missing" if self.tolerance.isChecked() else "refuse"
        return lambda: read_table(path, dialect, wanted, tolerance)  # type: ignore[arg-type]

    def remark(self, source: Table) -> str:
        count = asked("bad", f"{len(source.bad):,}")
        if len(source.bad) == 1:
            return tr("{n} cell does not fit and counts as missing.", n=count)
        return tr("{n} cells do not fit and count as missing.", n=count) if source.bad else ""

    def about(self, source: Table) -> Mapping[str, Question]:
        note = Words(
            "What does not read as what its column is counts as missing; the column says what is done with that."
        )
        return {"bad": Question(bad_cells(source.bad, note), tr("Why so many cells?"))}

    def _show_bad(self, found: Preview) -> None:
        bad = sorted(found.bad)
        count = asked("marked", str(len(bad)))
        text = tr("{n} cells in the first rows do not fit and are marked.", n=count)
        if len(bad) == 1:
            text = tr("{n} cell in the first rows does not fit and is marked.", n=count)
        self.marked.tell(text, lambda: _about_marked(found))
        self.marked.setVisible(bool(bad))
        if bad:
            self.view.scrollTo(self.model.index(bad[0][0], min(bad[0][1], self.model.columnCount() - 1)))

    # -- roles and kinds ---------------------------------------------------------------------------------------------

    def columns(self) -> tuple[Column, ...]:
        return self.preview.columns if self.preview is not None else ()

    def set_kind(self, column: int, kind: Kind) -> None:
        self._kinds[column] = kind
        self._stale = True
        self.changed.emit()

    def show_roles(self) -> None:
        assert self.preview is not None
        self.model.show_preview(self.preview, self.roles)

    def _wanted(self) -> dict[int, Column]:
        columns = self.columns()
        return {n: columns[n] for n, role in enumerate(self.roles) if role != "ignore"}

    # -- how the file is written -------------------------------------------------------------------------------------

    def _make_controls(self) -> None:
        signs = {",": tr("comma"), ";": tr("semicolon"), "\t": tr("tab"), "|": tr("bar"), "،": "،", "؛": "؛"}
        self.encoding = self._drop(tr("Encoding"), {key: encoding_name(key) for key in ENCODINGS}, self._recode)
        self.delimiter = self._drop(tr("Delimiter"), {key: signs[key] for key in DELIMITERS}, self._rewrite)
        self.quote = self._drop(tr("Quote"), {key: key or tr("none") for key in QUOTES}, self._rewrite)
        self.decimal = self._drop(tr("Decimal sign"), {".": "1.5", ",": "1,5", "/": "1/5"}, self._rewrite)
        grouped = {"": "1000", ",": "1,000", ".": "1.000", " ": "1 000", "'": "1'000"}
        self.thousands = self._drop(tr("Thousands sign"), grouped, self._rewrite)
        orders = {"ymd": tr("year month day"), "dmy": tr("day month year"), "mdy": tr("month day year")}
        self.dates = self._drop(tr("Dates"), orders, self._rewrite)
        self.header = QCheckBox(tr("The first row names the columns"))
        self.header.clicked.connect(lambda: self._rewrite())
        self.tolerance = QCheckBox(tr("Count cells that do not fit as missing"))
        self.tolerance.setToolTip(tr("Up to 1,000 of them; without this the first one stops the import."))
        self.tolerance.clicked.connect(lambda: self.changed.emit())
        self.marked = told(self.document, self.palette().ColorRole.PlaceholderText)
        self.marked.hide()

    def _drop(self, title: str, entries: Mapping[str, str], slot: Callable[[], None]) -> Drop:
        drop = Drop()
        drop.setAccessibleName(title)
        for key, text in entries.items():
            drop.add(key, text)
        drop.activated.connect(lambda _: slot())
        return drop

    def _lay_out(self) -> None:
        titles = (
            (self.encoding, tr("Encoding")),
            (self.delimiter, tr("Delimiter")),
            (self.quote, tr("Quote")),
            (self.decimal, tr("Decimals")),
            (self.thousands, tr("Thousands")),
            (self.dates, tr("Dates")),
        )
        line = QHBoxLayout()
        line.setSpacing(8)
        for drop, title in titles:
            column = QVBoxLayout()
            column.setSpacing(2)
            label = QLabel(title)
            label.setForegroundRole(self.palette().ColorRole.PlaceholderText)
            label.setBuddy(drop)
            column.addWidget(label)
            column.addWidget(drop)
            line.addLayout(column, 1)
        switches = QHBoxLayout()
        switches.setSpacing(16)
        switches.addWidget(self.header)
        switches.addWidget(self.tolerance)
        switches.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(line)
        layout.addLayout(switches)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.marked)

    def _show_dialect(self, dialect: Dialect) -> None:
        self.encoding.show_key(dialect.encoding)
        self.delimiter.show_key(dialect.delimiter)
        self.quote.show_key(dialect.quote)
        self.decimal.show_key(dialect.decimal)
        self.thousands.show_key(dialect.thousands)
        self.dates.show_key(dialect.dates)
        self.header.setChecked(dialect.header)

    def _recode(self) -> None:
        """With another encoding everything else is looked at afresh."""
        self._encoding, self._dialect, self._kinds = self.encoding.currentData(), None, {}
        self._stale = True
        self.changed.emit()

    def _rewrite(self) -> None:
        if self._dialect is None:
            return
        new = replace(
            self._dialect,
            delimiter=self.delimiter.currentData(),
            quote=self.quote.currentData(),
            decimal=self.decimal.currentData(),
            thousands=self.thousands.currentData() or "",
            dates=self.dates.currentData(),
            header=self.header.isChecked(),
        )
        if (new.delimiter, new.header) != (self._dialect.delimiter, self._dialect.header):
            self._kinds = {}
        self._dialect, self._stale = new, True
        self.changed.emit()


def _about_marked(found: Preview) -> Mapping[str, Question]:
    names = [column.name for column in found.columns]
    cells = [(found.numbers[row], names[column] if column < len(names) else "") for row, column in sorted(found.bad)]
    note = Words("Only the first rows are looked at here; the whole file is checked when it is read.")
    return {"marked": Question(bad_cells(cells, note), tr("Why so many cells?"))}


def encoding_name(key: str) -> str:
    """What an encoding is called."""
    return {
        "utf-8": "UTF-8",
        "utf-8-sig": tr("UTF-8 with mark"),
        "utf-16": tr("UTF-16 with mark"),
        "utf-16-le": "UTF-16 LE",
        "utf-16-be": "UTF-16 BE",
        "cp1256": tr("Windows Arabic (1256)"),
        "cp1252": tr("Windows Western (1252)"),
        "latin-1": "Latin-1",
    }[key]
