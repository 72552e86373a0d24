"""One editor for each kind of parameter. A field shows values and says what the user entered; it checks through the Param.

Every field has ``edited(object)``, a checked value, and ``complained(object)``, a StudioError or None; showing a value
never emits.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice, Param
from core.errors import StudioError
from gui.forms.number_box import NumberBox
from gui.text import tr, tr_core


class Field(QWidget):
    """Base: an editor in a row of its own, with a unit behind it where the parameter has one."""

    edited = Signal(object)
    complained = Signal(object)

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.param = param
        self.editor = self._make_editor()
        self.editor.setAccessibleName(tr_core(param.title))
        self.editor.setAccessibleDescription(tr_core(param.help))
        self.setFocusProxy(self.editor)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.editor, 1)
        if param.unit:
            unit = QLabel(tr_core(param.unit))
            unit.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            row.addWidget(unit)

    def show_value(self, value: Any) -> None:
        """Show the value in force; None where several things with different values are shown."""
        raise NotImplementedError

    def click_title(self) -> None:
        """What a click on the field's title does."""
        self.editor.setFocus(Qt.FocusReason.MouseFocusReason)

    def drop_typed(self) -> None:
        """Forget what is half typed."""

    def _make_editor(self) -> QWidget:
        raise NotImplementedError

    def _offer(self, value: Any) -> None:
        """Emit ``value`` if the parameter accepts it, else the complaint."""
        try:
            checked = self.param.check(value)
        except StudioError as error:
            self.complained.emit(error)
            return
        self.complained.emit(None)
        self.edited.emit(checked)


class NumberField(Field):
    """A whole or real number."""

    editor: NumberBox

    def show_value(self, value: Any) -> None:
        self.editor.show_value(value)

    def drop_typed(self) -> None:
        self.editor.drop_typed()

    def _make_editor(self) -> NumberBox:
        box = NumberBox(self.param)
        box.lineEdit().setPlaceholderText(tr("several"))
        box.edited.connect(self.edited)
        box.complained.connect(self.complained)
        return box


class SwitchField(Field):
    """Yes or no."""

    editor: QCheckBox

    def show_value(self, value: Any) -> None:
        self.editor.setTristate(value is None)
        if value is None:
            self.editor.setCheckState(Qt.CheckState.PartiallyChecked)
        else:
            self.editor.setChecked(bool(value))

    def click_title(self) -> None:
        self.editor.click()

    def _make_editor(self) -> QCheckBox:
        box = QCheckBox()
        box.clicked.connect(self._clicked)
        return box

    def _clicked(self) -> None:
        self.editor.setTristate(False)
        self._offer(self.editor.isChecked())


class TextField(Field):
    """A line of text, taken on Enter or on leaving."""

    editor: QLineEdit

    def show_value(self, value: Any) -> None:
        text = "" if value is None else str(value)
        if not (self.editor.hasFocus() and self.editor.isModified() and text == self._shown):
            self.editor.setText(text)
        self._shown = text

    def drop_typed(self) -> None:
        self.editor.setModified(False)

    def _make_editor(self) -> QLineEdit:
        line = QLineEdit()
        line.setMinimumWidth(40)
        line.editingFinished.connect(self._finished)
        self._shown = ""
        return line

    def _finished(self) -> None:
        if self.editor.isModified():
            self.editor.setModified(False)
            self._offer(self.editor.text())


class Drop(QComboBox):
    """A combo box that may be narrower than its entries, and that a scrolling mouse wheel passes by."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(5)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def add(self, key: str, title: str, tip: str = "") -> None:
        """Add an entry with a key."""
        self.addItem(title, key)
        self.setItemData(self.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)

    def add_heading(self, title: str) -> None:
        """Add a line that cannot be chosen."""
        self.addItem(title)
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        item = model.item(self.count() - 1)
        item.setEnabled(False)
        font = item.font()
        font.setBold(True)
        item.setFont(font)

    def show_key(self, key: str | None) -> None:
        """Show an entry; None shows that there are several."""
        self.setCurrentIndex(-1 if key is None else self.findData(key))

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        super().initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width() - 4
        text = self.fontMetrics().elidedText(option.currentText, Qt.TextElideMode.ElideRight, room)
        option.currentText = text

    def showPopup(self) -> None:
        view = self.view()
        view.setMinimumWidth(max(self.width(), view.sizeHintForColumn(0) + 28))
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ChoiceField(Field):
    """One out of a few fixed words."""

    editor: Drop

    def show_value(self, value: Any) -> None:
        self.editor.show_key(value)

    def _make_editor(self) -> Drop:
        drop = Drop()
        drop.setPlaceholderText(tr("several"))
        for key, title in self.param.choices:
            drop.add(key, tr_core(title))
        drop.activated.connect(lambda _: self._offer(self.editor.currentData()))
        return drop


class EntryField(Field):
    """One entry of a catalogue; its own parameters are shown by the form around it."""

    editor: Drop

    def show_value(self, value: Any) -> None:
        key = value.key if isinstance(value, Choice) else value
        self.editor.show_key(key)
        self.editor.setToolTip(entry_tip(self.param, key) if key else "")

    def _make_editor(self) -> Drop:
        drop = Drop()
        drop.setPlaceholderText(tr("choose"))
        entries = catalogue(self.param.catalogue)
        offered = [spec for spec in entries.values() if not self.param.only or spec.key in self.param.only]
        families = list(dict.fromkeys(spec.family for spec in offered))
        with_headings = 1 < len(families) < len(offered)
        for family in families:
            if with_headings and family:
                drop.add_heading(tr_core(family[:1].upper() + family[1:]))
            for spec in offered:
                if spec.family == family:
                    drop.add(spec.key, tr_core(spec.title), rich(tr_core(spec.help)))
        drop.setMaxVisibleItems(24)
        drop.activated.connect(lambda _: self._offer(self.editor.currentData()))
        return drop


def entry_tip(param: Param, key: str) -> str:
    """What there is to say about a chosen entry."""
    spec = catalogue(param.catalogue)[key]
    parts = [tr_core(text) for text in (spec.help, spec.when, spec.fails) if text]
    return rich("\n".join(parts))


def rich(text: str) -> str:
    """``text`` as a tooltip whose lines wrap."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
    return f"<qt>{escaped}</qt>"


_FIELDS: dict[str, type[Field]] = {
    "int": NumberField,
    "float": NumberField,
    "bool": SwitchField,
    "choice": ChoiceField,
    "text": TextField,
    "entry": EntryField,
}


def make_field(param: Param) -> Field:
    """The field for a parameter."""
    return _FIELDS[param.kind](param)
