"""A form made from a Spec: one row per parameter, groups with headings, rare settings behind "More"."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QStyle, QStyleOptionToolButton, QToolButton, QVBoxLayout, QWidget

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice, Param, Spec
from core.errors import StudioError
from gui.forms.row import FormRow
from gui.icons import icon
from gui.text import tr, tr_core

INDENT = 12


class SpecForm(QWidget):
    """Shows a Choice of ``spec`` and says which setting the user changes. It stores nothing: whoever owns the Choice
    applies the edit and calls ``show_choice`` again.
    """

    edited = Signal(str, object)
    """Dotted path ("optimizer.lr") and checked value."""
    explore = Signal(str, str)
    """Catalogue and entry that the user wants to see in an explorer."""

    def __init__(
        self,
        spec: Spec,
        choice: Choice | None = None,
        parent: QWidget | None = None,
        *,
        live: bool = False,
        without: Collection[str] = (),
    ) -> None:
        """``live`` marks the settings that can be changed while training; ``without`` leaves parameters out."""
        super().__init__(parent)
        self.spec = spec
        self._live = live
        self._explains_effects = False
        self._entries: dict[str, _Entry] = {}
        self.rows: dict[str, FormRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(5)
        offered = [param for param in spec.parameters if param.key not in without and not param.hidden]
        self._build(self._column, [param for param in offered if not param.advanced])
        self._fold = _Fold()
        advanced = [param for param in offered if param.advanced]
        self._build(self._fold.column, advanced)
        self._column.addWidget(self._fold)
        self._fold.setVisible(bool(advanced))
        if choice is not None:
            self.show_choice(choice)

    def show_choice(self, choice: Choice) -> None:
        """Show the values in force; never emits."""
        self.show_choices([choice])

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """Show several things at once: fields where they differ say so, and an edit is meant for all of them."""
        for key, row in self.rows.items():
            values = [choice.values[key] for choice in choices]
            row.show_values(values)
            if key in self._entries:
                self._entries[key].show_choices(values)
                self._entries[key].explain_effects(self._explains_effects)
        changed = sum(1 for row in self.rows.values() if row.param.advanced and not row.is_default())
        self._fold.count(changed)

    def row(self, path: str) -> FormRow:
        """The row at a dotted path."""
        head, _, rest = path.partition(".")
        if not rest:
            return self.rows[head]
        form = self._entries[head].form
        if form is None:
            raise KeyError(path)
        return form.row(rest)

    def paths(self) -> Iterator[str]:
        """The paths of all rows, those of chosen entries included."""
        for key in self.rows:
            yield key
            entry = self._entries.get(key)
            if entry is not None and entry.form is not None:
                yield from (f"{key}.{path}" for path in entry.form.paths())

    def complain(self, path: str, error: StudioError) -> None:
        """Show under its field why an edit was refused; the owner shows the old value again."""
        self.row(path).complain(error)

    def start_afresh(self) -> None:
        """Drop what was half typed and what was said under the fields; for a form that now shows something else."""
        for row in self.rows.values():
            row.complain(None)
            row.field.drop_typed()
        for entry in self._entries.values():
            if entry.form is not None:
                entry.form.start_afresh()

    def explain_effects(self, wanted: bool) -> None:
        """Say after each edit when it takes effect (while training), or no longer."""
        self._explains_effects = wanted
        for row in self.rows.values():
            row.explain_effect(wanted)
        for entry in self._entries.values():
            entry.explain_effects(wanted)

    def unfold(self, open_: bool = True) -> None:
        """Show or hide what is behind "More"."""
        self._fold.button.setChecked(open_)

    def _build(self, column: QVBoxLayout, params: Sequence[Param]) -> None:
        for group, members in groupby(params, key=lambda param: param.group):
            if group:
                column.addWidget(heading(tr_core(group), first=column.count() == 0))
            for param in members:
                self._add_row(column, param)

    def _add_row(self, column: QVBoxLayout, param: Param) -> None:
        row = FormRow(param, self._live)
        row.edited.connect(lambda value, key=param.key: self.edited.emit(key, value))
        row.explore.connect(self.explore)
        self.rows[param.key] = row
        column.addWidget(row)
        if param.kind == "entry":
            entry = _Entry(param, self._live)
            entry.edited.connect(self.edited)
            entry.explore.connect(self.explore)
            self._entries[param.key] = entry
            column.addWidget(entry)


class _Entry(QWidget):
    """The form of the chosen entry's own parameters, indented under its row."""

    edited = Signal(str, object)
    explore = Signal(str, str)

    def __init__(self, param: Param, live: bool) -> None:
        super().__init__()
        self._param = param
        self._live = live
        self.form: SpecForm | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(INDENT, 0, 0, 0)
        self.hide()

    def show_choices(self, choices: Sequence[Choice | None]) -> None:
        """Show the parameters of the entry that all choose; nothing where they differ or nothing is chosen."""
        keys = {choice.key for choice in choices if choice is not None}
        spec = catalogue(self._param.catalogue)[keys.pop()] if len(keys) == 1 else None
        if self.form is not None and self.form.spec is not spec:
            self._drop()
        if spec is None or not spec.parameters:
            return
        if self.form is None:
            self.form = SpecForm(spec, live=self._live)
            self.form.edited.connect(self._on_edited)
            self.form.explore.connect(self.explore)
            self._column.addWidget(self.form)
            self.show()
        self.form.show_choices([choice for choice in choices if choice is not None])

    def explain_effects(self, wanted: bool) -> None:
        if self.form is not None:
            self.form.explain_effects(wanted)

    def _on_edited(self, path: str, value: Any) -> None:
        self.edited.emit(f"{self._param.key}.{path}", value)

    def _drop(self) -> None:
        assert self.form is not None
        self._column.removeWidget(self.form)
        self.form.hide()
        self.form.deleteLater()
        self.form = None
        self.hide()


class _FoldButton(QToolButton):
    """Looks the same open or not: its arrow tells."""

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:
        super().initStyleOption(option)
        option.state &= ~QStyle.StateFlag.State_On  # type: ignore[attr-defined]


class _Fold(QWidget):
    """A heading that opens what is under it."""

    def __init__(self) -> None:
        super().__init__()
        self.button = _FoldButton()
        self.button.setCheckable(True)
        self.button.setAutoRaise(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setIconSize(QSize(12, 12))
        self._content = QWidget()
        self.column = QVBoxLayout(self._content)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(5)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(5)
        outer.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        outer.addWidget(self._content)
        self.button.toggled.connect(self._toggled)
        self._toggled(False)
        self.count(0)

    def count(self, changed: int) -> None:
        """Say how many hidden settings differ from their default."""
        self.button.setText(tr("More ({n} changed)", n=changed) if changed else tr("More"))

    def _toggled(self, open_: bool) -> None:
        closed = "chevron-left" if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else "chevron-right"
        self.button.setIcon(icon("chevron-down" if open_ else closed, "muted"))
        self._content.setVisible(open_)


def heading(text: str, first: bool = False) -> QLabel:
    """The heading of a group of rows."""
    label = QLabel(text)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    label.setContentsMargins(0, 0 if first else 8, 0, 0)
    return label
