"""Every entry of every catalogue through a form: it shows its defaults, takes new values with real keys, and says them."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QLocale, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QWidget

from core.catalogue import registry
from core.catalogue.spec import Choice, Param, Spec, replaced
from core.errors import Refused
from core.training import TRAINING
from gui.forms import SpecForm, numbers
from gui.forms.fields import Drop
from gui.forms.number_box import NumberBox

SPECS = [spec for name in registry.names() for spec in registry.catalogue(name).values()] + [TRAINING]
KINDS = {"number": NumberBox, "bool": QCheckBox, "choice": Drop, "entry": Drop, "text": QLineEdit}


class Owner:
    """Keeps the Choice of a form, as a panel's document does."""

    def __init__(self, spec: Spec, **values: Any) -> None:
        self.spec = spec
        self.choice = Choice(spec.key, spec.complete(values))
        self.form = SpecForm(spec, self.choice)
        self.said: list[tuple[str, Any]] = []
        self.form.edited.connect(self.take)

    def take(self, path: str, value: Any) -> None:
        self.said.append((path, value))
        self.choice = replaced(self.choice, self.spec, path, value)
        self.form.show_choice(self.choice)


@pytest.fixture
def own(qtbot):
    def make(spec: Spec, **values: Any) -> Owner:
        owner = Owner(spec, **values)
        qtbot.addWidget(owner.form)
        owner.form.show()
        owner.form.unfold()
        return owner

    return make


def activate(owner: Owner, qtbot) -> None:
    with qtbot.waitActive(owner.form):
        owner.form.activateWindow()


def shown(editor: QWidget) -> object:
    if isinstance(editor, NumberBox):
        return editor.typed()
    if isinstance(editor, QCheckBox):
        return editor.isChecked()
    return editor.currentData() if isinstance(editor, Drop) else editor.text()


def another(param: Param, value: Any) -> float | int:
    """A number that ``param`` accepts and that is not ``value``."""
    low = param.minimum if param.minimum is not None else value - 3
    high = param.maximum if param.maximum is not None else low + 10
    for share in (0.3, 0.6, 0.5):
        number = low + (high - low) * share if high - low < 1e4 else low + 7 + share
        number = round(number) if param.kind == "int" else round(number, 3)
        if number != value:
            return number
    raise AssertionError(param)


def enter(editor: QWidget, param: Param, value: Any) -> object:
    """Give the editor another value as a user does; the value that should come out (an entry's key)."""
    if isinstance(editor, QCheckBox):
        QTest.mouseClick(editor, Qt.MouseButton.LeftButton, pos=QPoint(8, editor.height() // 2))
        return not value
    if isinstance(editor, Drop):
        editor.setFocus()
        before = editor.currentIndex()
        QTest.keyClick(editor, Qt.Key.Key_Down)
        if editor.currentIndex() == before:
            QTest.keyClick(editor, Qt.Key.Key_Up)
        return editor.currentData()
    new = f"{value}, 2" if param.kind == "text" else another(param, value)
    editor.setFocus()
    line = editor if isinstance(editor, QLineEdit) else editor.lineEdit()
    line.selectAll()
    QTest.keyClicks(line, new if param.kind == "text" else numbers.show(new))
    QTest.keyClick(editor, Qt.Key.Key_Return)
    return new


def plain(value: Any) -> object:
    return value.key if isinstance(value, Choice) else value


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.key)
def test_every_setting_shows_its_default_takes_another_and_says_it(spec: Spec, own) -> None:
    owner = own(spec)
    asked = [param for param in spec.parameters if not param.hidden]
    assert list(owner.form.rows) == [param.key for param in asked if not param.advanced] + [
        param.key for param in asked if param.advanced
    ]
    for path in list(owner.form.paths()):
        try:
            row = owner.form.row(path)
        except KeyError:
            continue  # it belonged to an entry that is no longer chosen
        value = owner.choice.get(path)
        assert shown(row.field.editor) == plain(value), path
        assert row.title.text() and row.title.toolTip(), path
        assert row.field.editor.accessibleName() == row.param.title
        if row.param.kind in ("choice", "entry") and row.field.editor.count() == 1:
            continue
        before = len(owner.said)
        new = enter(row.field.editor, row.param, value)
        assert [(p, plain(v)) for p, v in owner.said[before:]] == [(path, new)], path
        assert plain(owner.choice.get(path)) == new == shown(owner.form.row(path).field.editor)
        assert not owner.form.row(path).reset.isHidden() or owner.form.row(path).is_default()


@pytest.mark.parametrize("name", ["fa_IR", "ar_EG", "de_DE", "en_US"])
def test_every_number_field_takes_what_it_shows_in_every_locale(name: str, qtbot) -> None:
    old = QLocale()
    QLocale.setDefault(QLocale(name))
    try:
        for spec in SPECS:
            form = SpecForm(spec, Choice(spec.key, spec.complete({})))
            qtbot.addWidget(form)
            for path in form.paths():
                editor = form.row(path).field.editor
                if isinstance(editor, NumberBox):
                    text = editor.text()
                    assert text.isascii()
                    editor.show_value(None)
                    QTest.keyClicks(editor.lineEdit(), text)
                    QTest.keyClick(editor, Qt.Key.Key_Return)
                    assert editor.value() == form.row(path).param.check(form.row(path).param.default)
    finally:
        QLocale.setDefault(old)


LAYERS = registry.catalogue("layers")


def test_a_new_entry_brings_its_own_settings(own) -> None:
    owner = own(LAYERS["dense"])
    drop = owner.form.row("activation").field.editor
    assert "activation.negative_slope" not in list(owner.form.paths())
    drop.setFocus()
    QTest.keyClicks(drop, "Leaky")
    assert owner.choice["activation"].key == "leaky_relu"
    assert "activation.negative_slope" in list(owner.form.paths())
    slope = owner.form.row("activation.negative_slope").field.editor
    slope.lineEdit().selectAll()
    QTest.keyClicks(slope.lineEdit(), "0,3")
    QTest.keyClick(slope, Qt.Key.Key_Return)
    assert owner.choice.get("activation.negative_slope") == 0.3


def test_half_typed_numbers_are_not_said(own) -> None:
    owner = own(LAYERS["dense"])
    box = owner.form.row("units").field.editor
    box.setFocus()
    box.lineEdit().selectAll()
    QTest.keyClicks(box.lineEdit(), "128")
    assert owner.said == []
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert owner.said == [("units", 128)]


def test_a_number_out_of_bounds_gets_its_sentence_and_the_old_one_comes_back(own, qtbot) -> None:
    owner = own(LAYERS["dense"])
    row = owner.form.row("units")
    box = row.field.editor
    activate(owner, qtbot)
    box.setFocus()
    box.lineEdit().selectAll()
    QTest.keyClicks(box.lineEdit(), "99999")
    assert row.note.text() == "Units must be at most 4096, not 99999."
    assert row.note.isVisible()
    QTest.keyClick(box, Qt.Key.Key_Tab)
    assert owner.said == [] and box.text() == "16"
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert owner.said == [("units", 17)] and not row.note.isVisible()


def test_escape_takes_back_what_was_typed(own) -> None:
    owner = own(LAYERS["dense"])
    row = owner.form.row("units")
    box = row.field.editor
    box.setFocus()
    QTest.keyClicks(box.lineEdit(), "x")
    assert row.note.isVisible()
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == "16" and not row.note.isVisible() and owner.said == []


def test_showing_never_says(own) -> None:
    owner = own(LAYERS["lstm"])
    for units in (3, 4, 5):
        owner.form.show_choice(Choice("lstm", LAYERS["lstm"].complete({"units": units, "bidirectional": True})))
    assert owner.said == []
    assert owner.form.row("units").field.editor.text() == "5"


def test_typing_survives_a_refresh_of_the_same_value(own, qtbot) -> None:
    owner = own(LAYERS["dense"])
    box = owner.form.row("units").field.editor
    activate(owner, qtbot)
    box.setFocus()
    box.lineEdit().selectAll()
    QTest.keyClicks(box.lineEdit(), "12")
    owner.form.show_choice(owner.choice)
    assert box.text() == "12"
    owner.form.show_choice(replaced(owner.choice, owner.spec, "units", 40))
    assert box.text() == "40"


def test_the_way_back_to_the_default(own) -> None:
    owner = own(LAYERS["dense"], units=5)
    row = owner.form.row("units")
    assert row.reset.isVisible() and "16" in row.reset.toolTip()
    QTest.mouseClick(row.reset, Qt.MouseButton.LeftButton)
    assert owner.said == [("units", 16)] and not row.reset.isVisible()


def test_rare_settings_are_folded_and_counted(own) -> None:
    owner = own(LAYERS["dense"], bias=False)
    owner.form.unfold(False)
    assert not owner.form.row("bias").isVisible() and owner.form.row("units").isVisible()
    button = owner.form._fold.button
    assert button.text() == "More (1 changed)"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert owner.form.row("bias").isVisible()


def test_a_click_on_the_title_reaches_the_field(own) -> None:
    owner = own(LAYERS["dense"])
    QTest.mouseClick(owner.form.row("bias").title, Qt.MouseButton.LeftButton)
    assert owner.said == [("bias", False)]


def test_several_things_at_once(own) -> None:
    owner = own(LAYERS["dense"])
    spec = LAYERS["dense"]
    one, other = (Choice("dense", spec.complete(v)) for v in ({"units": 3}, {"units": 8, "bias": False}))
    owner.form.show_choices([one, other])
    box = owner.form.row("units").field.editor
    assert box.text() == "" and box.lineEdit().placeholderText() == "several"
    assert owner.form.row("bias").field.editor.checkState() == Qt.CheckState.PartiallyChecked
    assert owner.form.row("activation").field.editor.currentData() == "tanh"
    assert owner.said == []
    QTest.keyClicks(box.lineEdit(), "6")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert owner.said == [("units", 6)]


def test_the_mouse_wheel_passes_by_fields_that_are_not_in_use(own, qtbot, qapp: QApplication) -> None:
    owner = own(LAYERS["dense"])
    activate(owner, qtbot)
    box = owner.form.row("units").field.editor
    drop = owner.form.row("activation").field.editor
    owner.form.row("bias").field.editor.setFocus()
    for editor in (box, drop):
        turn(editor, qapp)
    assert owner.said == []
    box.setFocus()
    turn(box, qapp)
    assert owner.said == [("units", 17)]


def turn(editor: QWidget, qapp: QApplication) -> None:
    middle = QPointF(editor.rect().center())
    event = QWheelEvent(
        middle, editor.mapToGlobal(middle), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    qapp.sendEvent(editor, event)


def test_a_refusal_of_the_owner_is_shown_under_the_field(own) -> None:
    owner = own(LAYERS["dense"])
    owner.form.complain("units", Refused("“{name}” is locked.", name="Hidden"))
    assert owner.form.row("units").note.text() == "“Hidden” is locked."


def test_effects_are_explained_while_training(own) -> None:
    owner = own(TRAINING)
    owner.form.explain_effects(True)
    row = owner.form.row("epochs")
    QTest.keyClick(row.field.editor, Qt.Key.Key_Up)
    assert row.note.text() == "Takes effect at the next batch." and row.note.isVisible()
    owner.form.explain_effects(False)
    assert not row.note.isVisible()
