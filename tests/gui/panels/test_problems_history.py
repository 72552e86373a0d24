"""Problems are shown, pointed at and repaired; the history goes to any entry."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.edits import Remove, Rename, SetParam
from core.problems import problems
from gui.panels.history import HistoryPanel
from gui.panels.problems import ProblemsPanel


@pytest.fixture
def panel(document, runner, show):
    return show(ProblemsPanel(document, runner))


def test_no_problem_says_what_to_do(panel):
    assert panel.empty.isVisible() and not panel.column.isVisible()
    assert panel.empty.label.text() == "No problems. Press Play to train."


def test_cards_mirror_the_problems_of_the_model(document, panel, qtbot):
    hidden, output = (document.project.network.layer(name) for name in ("Hidden", "Output"))
    document.do(SetParam(output.id, "units", 3))
    document.do(SetParam(output.id, "activation", "tanh"))
    found = problems(document.state)
    assert len(found) >= 2
    assert [card.label.text() for card in panel.cards.cards] == [problem.text for problem in found]
    qtbot.waitUntil(lambda: all(card.isVisible() for card in panel.cards.cards))
    document.do(Remove((hidden.id,)))
    assert [card.label.text() for card in panel.cards.cards] == [problem.text for problem in problems(document.state)]


def test_a_repair_is_one_click_and_one_entry(document, panel):
    output = document.project.network.layer("Output")
    document.do(SetParam(output.id, "units", 3))
    card = panel.cards.cards[0]
    assert card.buttons[0].text() == "Set its units to 10"
    QTest.mouseClick(card.buttons[0], Qt.MouseButton.LeftButton)
    assert document.undo_stack.undoText() == "Set its units to 10"
    assert document.project.network.layers[output.id].params["units"] == 10
    assert problems(document.state) == [] and panel.empty.isVisible()
    document.undo()
    assert document.project.network.layers[output.id].params["units"] == 3 and panel.column.isVisible()


def test_pointing_and_choosing(document, panel, qtbot):
    output = document.project.network.layer("Output")
    document.do(SetParam(output.id, "units", 3))
    card = panel.cards.cards[0]
    with qtbot.waitSignal(document.highlighted) as pointed:
        card.setFocus()
    assert pointed.args == [frozenset({output.id})]
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(30, 8))
    assert document.selection == {output.id}
    document.select(())
    QTest.keyClick(card, Qt.Key.Key_Return)
    assert document.selection == {output.id}
    assert card.accessibleName().startswith("Error: “Handwritten digits” needs")


def test_a_move_does_not_make_new_cards(document, panel):
    from core.edits import MoveLayers

    output = document.project.network.layer("Output")
    document.do(SetParam(output.id, "units", 3))
    card = panel.cards.cards[0]
    document.do(MoveLayers({output.id: (5, 5)}))
    assert panel.cards.cards[0] is card


def test_the_history_goes_to_any_entry(document, runner, show):
    panel = show(HistoryPanel(document, runner), 240, 300)
    hidden = document.project.network.layer("Hidden").id
    for name in ("A", "B", "C"):
        document.do(Rename(hidden, name, label=f"To {name}"))
    document.undo_stack.setClean()
    view, model = panel.view, panel.view.model()
    texts = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert texts == ["As opened", "To A", "To B", "To C"]
    spot = view.visualRect(model.index(1, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert document.project.network.layers[hidden].name == "A"
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert document.project.network.layers[hidden].name == "B"
    assert not document.undo_stack.isClean()
    QTest.keyClick(view, Qt.Key.Key_End)
    assert document.undo_stack.isClean()
