"""What if, by mouse and keys: changes at a step, what the view then shows, and the line that cuts the gradient."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from core.edits import Rename
from core.engine.session import Session
from core.whatif import Cut, Put, Swap, WhatIf
from gui.undoing import Undoing

Key, LEFT, SHIFT = Qt.Key, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
SAMPLE = 3


def menu_at(hands, pos):
    view = hands.view
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, pos, view.mapToGlobal(pos))
    QApplication.sendEvent(view, event)
    return QApplication.activePopupWidget()


def choose(menu, *texts):
    """Walk to an entry with the keys, through submenus, and take it."""
    for n, text in enumerate(texts):
        action = next(one for one in menu.actions() if text in one.text() and not one.isSeparator())
        while menu.activeAction() is not action:
            QTest.keyClick(menu, Key.Key_Down)
        if n < len(texts) - 1:
            QTest.keyClick(menu, Key.Key_Right)
            menu = action.menu()
        else:
            QTest.keyClick(menu, Key.Key_Return)


def expected(hands, *changes, truncate=0):
    document = hands.view.document
    session = Session(document.state, document.project.dataset())
    return session.what_if(SAMPLE, "train", WhatIf(changes, truncate))


def shows(hands, outcome) -> bool:
    """Whether values and gradients of the view are those of an outcome."""
    numbers = hands.view.shown.numbers
    return numbers.loss == outcome.trace.loss and all(
        np.array_equal(numbers.values[key], layer.value) and np.array_equal(numbers.gradients[key], layer.total)
        for key, layer in outcome.trace.layers.items()
    )


def button(hands, name) -> QToolButton:
    return hands.view.card.findChild(QToolButton, name)


def press(hands, name) -> None:
    QTest.mouseClick(button(hands, name), LEFT)


def test_a_layer_is_set_to_0_from_its_menu_and_the_card_says_so(make):
    hands = make()
    hidden, plain = hands.id("Hidden"), hands.view.runner.trace
    choose(menu_at(hands, hands.cell("Hidden", 3)), "What if", "Set to 0")
    found = expected(hands, Put(hidden, 3, None, 0.0))
    assert shows(hands, found) and found.trace.loss != plain.loss
    card = hands.view.card
    assert card.isVisible() and "“Hidden”: set to 0 at t = 4" in card.chips()[0].go.text()
    assert f"{plain.loss:.4g}" in card.outcome.text() and f"{found.trace.loss:.4g}" in card.outcome.text()
    assert "|h| = 0 (was " in hands.words(hands.cell("Hidden", 3))
    assert hands.view.document.undo_stack.count() == 0
    QTest.mouseClick(card.chips()[0].cross, LEFT)
    assert not card.isVisible() and hands.view.shown.numbers.loss == plain.loss and hands.view.layout_.inset == 0


def test_keys_choose_the_cell_the_change_and_what_is_shown(make):
    hands = make()
    hidden, view, plain = hands.id("Hidden"), hands.view, hands.view.runner.trace
    hands.click(hands.cell("Hidden", 2))
    hands.key(Key.Key_I)
    choose(QApplication.activePopupWidget(), "Clamp at its value")
    hands.click(hands.cell("Input", 1))
    hands.key(Key.Key_I)
    choose(QApplication.activePopupWidget(), "Set to 0")
    pixels = hands.id("Input")
    found = expected(hands, Put(hidden, 2, None, None), Put(pixels, 1, None, 0.0))
    assert shows(hands, found)
    # nothing that was changed before a clamped state reaches anything after it
    np.testing.assert_allclose(found.trace.loss, plain.loss, rtol=1e-12)
    hands.key(Key.Key_O)
    assert view.shown.numbers.loss == plain.loss and not view.shown.numbers.whatif
    hands.key(Key.Key_X)
    assert view.shown.numbers.beside is not None and view.shown.signed
    hands.key(Key.Key_W)
    assert shows(hands, found)
    chip = view.card.chips()[0]
    chip.go.setFocus()
    QTest.keyClick(chip.go, Key.Key_Delete)
    assert view.runner.imagining.whatif.interventions == (Put(pixels, 1, None, 0.0),)


def test_an_arrow_is_cut_at_one_step_only_and_joined_again(make):
    hands = make()
    copy = hands.copy("recurrent", 4)
    link = copy.tie.key
    choose(menu_at(hands, hands.middle(copy)), "Cut Hidden → Hidden")
    found = expected(hands, Cut(link, 4))
    assert shows(hands, found)
    assert not found.trace.layers[hands.id("Hidden")].total[:4].any()
    hands.click(hands.cell("Hidden", 4))
    hands.key(Key.Key_I)
    choose(QApplication.activePopupWidget(), "Cut an arrow", "Join Hidden → Hidden")
    assert not hands.view.runner.imagining.active


def test_the_form_sets_one_unit_and_swaps_a_state(make):
    hands = make()
    hidden, view = hands.id("Hidden"), hands.view
    hands.click(hands.cell("Hidden", 5))
    hands.key(Key.Key_I)
    choose(QApplication.activePopupWidget(), "Set to a number")
    form = view.changing.dialog
    form.unit.setFocus()
    form.unit.lineEdit().selectAll()
    QTest.keyClicks(form.unit, "7")
    form.value.setFocus()
    form.value.selectAll()
    QTest.keyClicks(form.value, "much")
    QTest.keyClick(form.value, Key.Key_Return)
    assert form.isVisible() and "“much” is not a number." in form.problem.text()
    form.value.selectAll()
    QTest.keyClicks(form.value, "-0.25")
    QTest.keyClick(form.value, Key.Key_Return)
    assert shows(hands, expected(hands, Put(hidden, 5, 6, -0.25)))
    hands.key(Key.Key_I)
    choose(QApplication.activePopupWidget(), "Set to a number")
    form = view.changing.dialog
    form.what.setFocus()
    while form.what.currentData() != "swap":
        QTest.keyClick(form.what, Key.Key_Down)
    form.sample.lineEdit().selectAll()
    QTest.keyClicks(form.sample, "11")
    QTest.keyClick(form.sample, Key.Key_Return)
    assert shows(hands, expected(hands, Put(hidden, 5, 6, -0.25), Swap(hidden, 5, 11)))
    assert "swapped with sample 11" in view.card.chips()[1].go.text()


def test_undo_walks_changes_and_edits_in_the_order_of_time(make):
    hands = make()
    hidden, document, imagining = hands.id("Hidden"), hands.view.document, hands.view.runner.imagining
    undoing = Undoing(document, imagining)
    imagining.add(Put(hidden, 1, None, 0.0), label="first")
    document.do(Rename(hidden, "Other"))
    imagining.add(Put(hidden, 2, None, 0.0), label="second")
    both, first = imagining.whatif, WhatIf((Put(hidden, 1, None, 0.0),))
    names = []
    while undoing.can_undo:
        names.append(undoing.undoes)
        undoing.undo()
    assert names[0] == "second" and names[2] == "first" and len(names) == 3
    assert not imagining.active and document.project.network.layers[hidden].name == "Hidden"
    undoing.redo()
    assert imagining.whatif == first and document.project.network.layers[hidden].name == "Hidden"
    undoing.redo()
    undoing.redo()
    assert imagining.whatif == both and document.project.network.layers[hidden].name == "Other"
    assert not undoing.can_redo


def test_what_another_sample_does_not_have_is_left_out_and_said(make):
    hands = make()
    imagining = hands.view.runner.imagining
    assert not imagining.add(Put(hands.id("Hidden"), 99, None, 0.0), label="x")
    assert "choose one of t = 1 to 8" in imagining.refused
    hands.view.changing.do(Put(hands.id("Hidden"), 99, None, 0.0))
    assert hands.view.bubble.isVisible() and "t = 1 to 8" in hands.view.bubble.text()


@pytest.mark.parametrize("example", ["adding-lstm"])
def test_the_cell_of_an_lstm_is_set(make, example):
    hands = make(example)
    name = next(one.name for one in hands.network if one.kind == "lstm")
    hands.click(hands.cell(name, 4))
    hands.key(Key.Key_I)
    choose(QApplication.activePopupWidget(), "c: Set to 0")
    found = expected(hands, Put(hands.id(name), 4, None, 0.0, "cell"))
    assert shows(hands, found) and not found.trace.layers[hands.id(name)].cell[4].any()


# -- the truncation line ---------------------------------------------------------------------------------------------


def line(hands, after):
    """A point of the line behind so many steps."""
    layout, row = hands.view.layout_, hands.row("Hidden")
    return QPoint(int(layout.x(layout.edges[row.first + after])), int(layout.y(0)) + 11)


def test_the_line_is_dragged_and_the_gradient_follows(make):
    hands = make()
    view, imagining, hidden = hands.view, hands.view.runner.imagining, hands.id("Hidden")
    hands.key(Key.Key_T)
    assert imagining.whatif.truncate == 4 and view.shown.gradient
    assert shows(hands, expected(hands, truncate=4))
    hands.drag(line(hands, 4), line(hands, 3))
    assert imagining.whatif.truncate == 3
    found = expected(hands, truncate=3)
    assert shows(hands, found)
    assert not found.trace.layers[hidden].total[:6].any(), "the loss is felt after the last cut only"
    session = Session(view.document.state, view.document.project.dataset())
    batch = session.truncated(3)
    assert imagining.batch == batch and imagining.outcome.alike == found.alike
    words = view.card._layers[0].text()
    assert f"{found.alike[''].cosine:.3f}" in words and f"{batch[''].cosine:.3f}" in words
    assert "2 of 7 arrows fall" in view.card.cut.text()
    hands.key(Key.Key_BracketRight)
    assert imagining.whatif.truncate == 4
    imagining.undo()
    assert imagining.whatif.truncate == 3, "moving it by keys is an entry of its own"


def test_letting_go_offers_to_train_so(make):
    hands = make()
    document, imagining = hands.view.document, hands.view.runner.imagining
    hands.key(Key.Key_T)
    hands.drag(line(hands, 4), line(hands, 2))
    assert document.project.training["tbptt"] == 0
    press(hands, "whatif.train")
    assert document.project.training["tbptt"] == 2 and not button(hands, "whatif.train").isEnabled()
    document.undo()
    assert document.project.training["tbptt"] == 0 and imagining.whatif.truncate == 2
    press(hands, "whatif.clear")
    assert not hands.view.card.isVisible() and not imagining.active


def test_a_drag_asks_only_for_where_it_has_arrived(make):
    hands = make()
    questions, imagining = hands.view.runner.questions, hands.view.runner.imagining
    hands.key(Key.Key_T)
    questions.held = []
    for steps in (5, 6, 7, 6, 5, 4, 3):
        hands.view.changing.cut_after(steps, merge=True)
    assert len(questions.held) == 2, "one for the sample and one for the batch, however far it went"
    questions.release()
    assert imagining.outcome.trace.whatif.truncate == 3
    assert shows(hands, expected(hands, truncate=3))


def test_fallen_arrows_are_drawn_apart(make):
    hands = make()
    view = hands.view
    view.show_gradient(True)
    before = view.grab().toImage()
    hands.key(Key.Key_T)
    view.runner.imagining.show_side("whatif")
    view.grab()
    assert {(copy.tie.kind, copy.target) for copy in view.painting.arrows.fallen} == {("recurrent", 4)}
    assert view.grab().toImage() != before
