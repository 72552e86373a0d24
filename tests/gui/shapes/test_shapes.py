"""The badge says the shape, and the guided change does what it says, in one undo."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from core.data.cache import dataset as load
from core.edits import Remove
from core.examples import open_example
from core.problems import errors
from core.sequence_shapes import SHAPES, shape_of
from gui.document import Document
from gui.shapes.badge import ShapeBadge
from gui.shapes.picture import COLUMNS
from gui.theme import theme
from tests.gui.hands_of_why import agrees, asked_of, click_number, marked_in


@pytest.fixture
def badge(qtbot):
    document = Document(open_example("digits-rows-elman"))
    view = QWidget()
    qtbot.addWidget(view)
    view.resize(700, 500)
    made = ShapeBadge(document, view)
    view.show()
    yield made


def test_it_says_which_shape_it_is(badge):
    assert badge.label.text() == "Shape: many to one" and badge.picture.key == "many-to-one"
    badge._document.open(open_example("reverse-encoder-decoder"))
    assert "encoder and decoder" in badge.label.text()
    document = badge._document
    document.do(Remove((document.project.network.layer("Output").id,)))
    assert badge.label.text() == "Shape: not known yet" and not badge.isEnabled()
    document.undo()
    assert badge.isEnabled() and badge.picture.key == "encoder-decoder"


def test_the_picture_has_inputs_and_outputs_where_the_shape_has_them():
    assert COLUMNS.keys() == SHAPES.keys()
    for key, columns in COLUMNS.items():
        entering, leaving = (sum(what in column for column in columns) for what in "io")
        assert (entering > 1, leaving > 1) == (SHAPES[key].input, SHAPES[key].target)


@pytest.mark.parametrize("wanted", ["one-to-one", "one-to-many", "in-step", "encoder-decoder"])
def test_the_guided_change(badge, qtbot, wanted):
    document = badge._document
    before, entries = document.state, document.undo_stack.count()
    qtbot.mouseClick(badge, Qt.MouseButton.LeftButton)
    dialog = badge.dialog
    assert dialog.isVisible() and dialog.choices["many-to-one"].isChecked() and not dialog.apply.isEnabled()
    choice = dialog.choices[wanted]
    QTest.mouseClick(choice, Qt.MouseButton.LeftButton, pos=QPoint(8, choice.height() // 2))
    assert dialog.apply.isEnabled() and document.state is before, "a preview changes nothing"
    for one in dialog.change.sentences:
        assert str(one) in dialog.preview.text()
    dialog.grab()
    qtbot.mouseClick(dialog.apply, Qt.MouseButton.LeftButton)
    assert shape_of(document.project.network) == wanted and errors(document.state) == []
    assert badge.picture.key == wanted and document.undo_stack.count() == entries + 1
    document.undo()
    assert document.state is before and badge.picture.key == "many-to-one"


def test_by_keyboard_and_cancelled(badge, qtbot):
    badge.setFocus()
    QTest.keyClick(badge, Qt.Key.Key_Space)
    dialog = badge.dialog
    dialog.choices["many-to-one"].setFocus()
    qtbot.waitUntil(dialog.isActiveWindow)
    QTest.keyClick(dialog.choices["many-to-one"], Qt.Key.Key_Down)
    assert dialog.chosen == "in-step" and "Parity of bits" in dialog.preview.text()
    before = badge._document.state
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert badge._document.state is before
    qtbot.waitUntil(lambda: badge.dialog is None)


def test_in_both_themes(badge):
    for mode in ("dark", "light"):
        theme().set_mode(mode)
        assert not badge.parentWidget().grab().isNull()
    badge.parentWidget().resize(120, 200)
    assert not badge.isVisible(), "no room for it"


@pytest.mark.parametrize(("example", "known"), [("digits-rows-elman", {"steps"}), ("names-gru", {"counted"})])
def test_the_numbers_of_a_preview_answer(badge, qtbot, example, known):
    document, found = badge._document, {}
    document.open(open_example(example))
    qtbot.mouseClick(badge, Qt.MouseButton.LeftButton)
    dialog = badge.dialog
    for shape in ("one-to-many", "encoder-decoder"):
        choice = dialog.choices[shape]
        QTest.mouseClick(choice, Qt.MouseButton.LeftButton, pos=QPoint(8, choice.height() // 2))
        data = load(dialog.change.edit.apply(document.state).data)
        for key, text in marked_in(dialog.preview).items():
            with asked_of(document) as asked:
                click_number(dialog.preview, key)
            value = data.target.steps if key == "steps" else data.mask.mean()
            assert asked[0].value == pytest.approx(value) and agrees(text, asked[0].value)
            found[key] = shape
    assert known <= found.keys()
    dialog.reject()
    qtbot.waitUntil(lambda: badge.dialog is None)
