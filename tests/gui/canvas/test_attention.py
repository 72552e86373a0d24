"""Drawing an attention layer: which link becomes its memory, and how that is changed."""

from __future__ import annotations

from PySide6.QtCore import Qt

from gui.canvas.hits import Hit
from gui.canvas.menus import context_menu
from gui.inspect.link_page import LinkPage
from tests.gui.canvas.test_building import CTRL, links

LAYERS = (
    ("input", "x", 0, 0, {"units": 3, "sequence": True}),
    ("gru", "Encoder", 280, 0, {"units": 4}),
    ("last_step", "Last", 0, 300, {}),
    ("repeat", "Repeat", 280, 300, {}),
    ("gru", "Decoder", 560, 300, {"units": 4}),
    ("attention", "Look", 840, 0, {}),
)
LINKS = (("x", "Encoder"), ("Encoder", "Last"), ("Last", "Repeat"), ("Repeat", "Decoder"))


def test_the_encoder_becomes_the_memory_and_the_decoder_the_query(make):
    hands = make(LAYERS, LINKS)
    hands.drag(hands.port("Encoder"), hands.body("Look"))
    assert ("Encoder", "Look", 0, "memory") in links(hands)
    assert "all its steps are looked through" in hands.view.bubble.text()
    hands.drag(hands.port("Decoder"), hands.body("Look"))
    assert ("Decoder", "Look", 0, "data") in links(hands)


def test_the_other_way_round_comes_to_the_same(make):
    hands = make(LAYERS, LINKS)
    hands.drag(hands.port("Decoder"), hands.body("Look"))
    assert ("Decoder", "Look", 0, "data") in links(hands)
    hands.drag(hands.port("Encoder"), hands.body("Look"))
    assert ("Encoder", "Look", 0, "memory") in links(hands)


def test_the_menu_of_a_link_lets_memory_and_query_change_places(make):
    hands = make(LAYERS, (*LINKS, ("Decoder", "Look"), ("Encoder", "Look", 0, "memory")))
    key = next(
        k.id for k in hands.network.links.values() if k.target == hands.network.layer("Look").id and k.role == "data"
    )
    menu = context_menu(hands.view, Hit("link", key), hands.link_middle(key))
    next(action for action in menu.actions() if "memory" in action.text()).trigger()
    assert {("Decoder", "Look", 0, "memory"), ("Encoder", "Look", 0, "data")} <= links(hands)
    assert hands.document.undo_stack.count() == 1
    hands.document.undo_stack.undo()
    assert ("Encoder", "Look", 0, "memory") in links(hands)


def test_a_copy_keeps_its_memory(make):
    hands = make(LAYERS, (*LINKS, ("Decoder", "Look"), ("Encoder", "Look", 0, "memory")))
    hands.key(Qt.Key.Key_A, CTRL)
    hands.key(Qt.Key.Key_C, CTRL)
    hands.key(Qt.Key.Key_V, CTRL)
    memories = [k for k in hands.network.links.values() if k.role == "memory"]
    assert len(memories) == 2 and len({k.source for k in memories}) == 2


def test_the_inspector_says_what_a_memory_link_is_and_switches_it(make, qtbot):
    hands = make(LAYERS, (*LINKS, ("Decoder", "Look"), ("Encoder", "Look", 0, "memory")))
    key = next(k.id for k in hands.network.links.values() if k.role == "memory")
    page = LinkPage(hands.document, [key])
    qtbot.addWidget(page)
    assert "role" in page.form.rows and "delay" not in page.form.rows
    page.form.edited.emit("role", "data")
    assert {("Decoder", "Look", 0, "memory"), ("Encoder", "Look", 0, "data")} <= links(hands)
