"""Why this number? In the outline, the problems, the data panel, by the mouse and by the keyboard."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest

from core.catalogue.registry import catalogue
from core.edits import AddLayer, AddLink, Macro, SetData, SetParam, new_layer, new_link
from gui.panels.data import DataPanel
from gui.panels.outline import OutlinePanel
from gui.panels.problems import ProblemsPanel
from gui.samples.values import raw
from gui.why.here import ask_here
from gui.why.told import Told
from tests.gui.hands_of_why import (
    agrees,
    asked_of,
    choose,
    click_number,
    give_keyboard,
    marked_in,
    menu_of,
    place_of,
    questions_in,
)  # fmt: skip

DATASETS = catalogue("datasets")


def told(panel):
    return [label for label in panel.findChildren(Told) if label.isVisible() and marked_in(label)]


def settled(qtbot, panel):
    seen = []

    def same():
        seen.append([label.geometry() for label in told(panel)])
        return len(seen) > 2 and seen[-1] == seen[-2]

    qtbot.waitUntil(same, timeout=20000)


# -- outline -------------------------------------------------------------------------------------------------------------


def cell(outline, key, column):
    item = outline._items[key]
    return outline.tree.visualRect(item.index().siblingAtColumn(column)).center()


def test_the_outline_answers_about_each_of_its_columns(qtbot, document, runner, show):
    outline = show(OutlinePanel(document, runner))
    network = document.project.network
    hidden = network.layer("Hidden")
    link = next(k for k in network.links.values() if k.recurrent)
    for key, column, first, value in (
        (hidden.id, 1, "Why so many units?", 32),
        (hidden.id, 2, "Why so many parameters?", 32 * 8 + 32 * 32 + 32),
        (link.id, 0, "Why this delay?", 1),
        (link.id, 2, "Why so many parameters?", 1024),
    ):
        with asked_of(document) as asked:
            menu = menu_of(outline.tree.viewport(), cell(outline, key, column))
            offered = questions_in(menu)
            choose(menu, first)
        assert (offered[0] == first or key == link.id) and asked[0].value == value
        text = outline._items[key].parent() or outline.model.invisibleRootItem()
        shown = text.child(outline._items[key].row(), column).text()
        assert f"{value:,}" in shown
    menu = menu_of(outline.tree.viewport(), cell(outline, hidden.id, 1))
    assert {"Rename", "Delete"} <= {action.text() for action in menu.actions()}
    menu.close()

    give_keyboard(qtbot, outline.tree)
    QTest.keyClick(outline.tree, Qt.Key.Key_Home)
    current = outline.tree.currentIndex().siblingAtColumn(0).data(Qt.ItemDataRole.UserRole)
    with asked_of(document) as asked:
        assert ask_here(outline.window(), document)
        choose(menu_of(outline.tree, QPoint(2, 2), QContextMenuEvent.Reason.Keyboard), "Why so many units")
    units = network.layers[current].params["units"]
    assert [one.value for one in asked] == [units] * 2


# -- problems ------------------------------------------------------------------------------------------------------------


def test_the_sentences_of_problems_answer_and_their_cards_still_choose(qtbot, document, runner, show):
    panel = show(ProblemsPanel(document, runner))
    network = document.project.network
    document.do(SetParam(network.of_kind("input")[0].id, "units", 5))
    document.do(SetParam(network.of_kind("output")[0].id, "units", 4))
    settled(qtbot, panel)
    found = {}
    for card in panel.cards.cards:
        for key, text in marked_in(card.label).items():
            with asked_of(document) as asked:
                click_number(card.label, key)
            found[card.problem.key, key] = asked[0].value
            assert text.startswith(str(asked[0].value))
    assert found == {
        ("input does not fit", "wanted"): 8, ("input does not fit", "has"): 5,
        ("output does not fit", "n"): 10, ("output does not fit", "m"): 4,
    }  # fmt: skip
    card = panel.cards.cards[0]
    document.select(())
    QTest.mouseClick(card.label, Qt.MouseButton.LeftButton, pos=QPoint(2, 4))
    assert document.selection == card.ids, "the words are no number there"
    give_keyboard(qtbot, card)
    QTest.keyClick(card, Qt.Key.Key_Tab)
    with asked_of(document) as asked:
        QTest.keyClick(panel.window().focusWidget(), Qt.Key.Key_Return)
    assert len(asked) == 1


def test_several_sizes_in_one_sentence(qtbot, document, runner, show):
    network, edits = document.project.network, []
    add = new_layer(network, "add", "sum")
    network = network.with_layer(add)
    edits.append(AddLayer(add))
    for source in ("Hidden", network.of_kind("input")[0].name):
        link = new_link(network, source, "sum")
        network = network.with_link(link)
        edits.append(AddLink(link))
    document.do(Macro(tuple(edits)))
    panel = show(ProblemsPanel(document, runner))
    settled(qtbot, panel)
    card = next(card for card in panel.cards.cards if card.problem.key == "sizes differ")
    assert card.label.text() == card.problem.text
    for key, text in marked_in(card.label).items():
        with asked_of(document) as asked:
            click_number(card.label, key)
        assert str(asked[0].value) == text
    assert set(marked_in(card.label).values()) == {"32", "8"}


# -- data ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["digits", "iris", "sunspots", "copy", "names"])
def test_facts_of_the_data_answer_with_what_they_show(qtbot, document, runner, show, key):
    document.do(SetData(DATASETS.choose(key)))
    panel = show(DataPanel(document, runner), height=1600)
    settled(qtbot, panel)
    data = document.project.dataset()
    answers = {}
    for label in told(panel.facts):
        for name, text in marked_in(label).items():
            with asked_of(document) as asked:
                click_number(label, name)
            assert agrees(text, asked[0].value), (name, text)
            answers[name] = asked[0].value
    assert answers["samples"] == len(data) and answers["train"] == len(data.split["train"])
    assert {"samples", "train", "features"} <= answers.keys()


def test_the_sample_that_is_shown_answers(qtbot, document, runner, show):
    document.do(SetData(DATASETS.choose("diabetes")))
    panel = show(DataPanel(document, runner), height=1600)
    settled(qtbot, panel)
    browser, data = panel.browser, document.project.dataset()
    with asked_of(document) as asked:
        click_number(browser.count, "count")
        click_number(browser.target, "target0")
    assert asked[0].value == len(data.split[browser.part.currentData()])
    assert asked[1].value == pytest.approx(float(raw(data.target, browser.shown())[0]))
    menu = menu_of(browser.target, place_of(browser.target, "target0"))
    assert questions_in(menu) == ["Why this target?"]
    assert "Copy" in {action.text() for action in menu.actions()}
    menu.close()
