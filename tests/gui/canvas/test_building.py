"""Building a network by hand: every test drives real mouse and key events and looks at the document."""

import numpy as np
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.data.catalogue import DATASETS
from core.edits import SetData
from gui.canvas.card_paint import stepper_rects
from gui.canvas.kinds_list import MIME
from tests.gui.canvas.conftest import SMALL

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def links(hands):
    layers = hands.network.layers
    return {(layers[k.source].name, layers[k.target].name, k.delay, k.role) for k in hands.network.links.values()}


def test_drag_from_the_port_links(make):
    hands = make(links=())
    hands.drag(hands.port("x"), hands.body("hidden"))
    assert links(hands) == {("x", "hidden", 0, "data")}
    assert hands.document.undo_stack.count() == 1


def test_drag_from_any_edge_links(make):
    hands = make(links=())
    item = hands.item("x")
    corner = item.mapToScene(QPointF(-30, item.rect().bottom() - 2))
    hands.drag(corner, corner + QPointF(0, 60), hands.body("y"))
    assert links(hands) == {("x", "y", 0, "data")}


def test_targets_are_lit_while_dragging(hands):
    hands.drag(hands.port("hidden"), hands.body("y") + QPointF(0, 200), drop=False)
    states = {item.card.name: item.linking for item in hands.view.canvas.layers.values()}
    assert states == {"x": "refused", "hidden": "allowed", "y": "allowed"}
    hands.key(Qt.Key.Key_Escape)
    assert {item.linking for item in hands.view.canvas.layers.values()} == {""}
    assert len(hands.network.links) == 2


def test_refused_link_says_why(hands):
    hands.drag(hands.port("hidden"), hands.body("x"))
    assert len(hands.network.links) == 2
    assert hands.view.bubble.isVisible()
    assert "is an input" in hands.view.bubble.text()
    assert hands.document.undo_stack.count() == 0


def test_drop_on_itself_makes_a_recurrent_link(hands):
    port = hands.port("hidden")
    hands.drag(port, port + QPointF(50, -40), hands.body("hidden"))
    assert ("hidden", "hidden", 1, "data") in links(hands)
    assert "one step earlier" in hands.view.bubble.text()


def test_a_click_on_the_edge_makes_nothing(hands):
    hands.click(hands.port("hidden") - QPointF(2, 0))
    assert len(hands.network.links) == 2
    assert hands.view.mouse.gesture is None


def test_backwards_gets_a_delay_and_says_so(hands):
    port = hands.port("y")
    hands.drag(port, port + QPointF(30, 90), hands.body("hidden"))
    assert ("y", "hidden", 1, "data") in links(hands)
    assert "closes a loop" in hands.view.bubble.text()


def test_alt_draws_an_initial_state_link(make):
    hands = make(links=())
    hands.move(hands.port("x"))
    hands.press(hands.port("x"))
    target = hands.pixel(hands.body("hidden"))
    # QTest.mouseMove carries no modifiers, so the move is sent with Alt down by hand.
    from PySide6.QtGui import QMouseEvent

    event = QMouseEvent(
        QMouseEvent.Type.MouseMove, QPointF(target), QPointF(hands.view.viewport().mapToGlobal(target)),
        Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier,
    )  # fmt: skip
    QApplication.sendEvent(hands.view.viewport(), event)
    assert hands.view.canvas.draft.dashed
    hands.release(hands.body("hidden"), Qt.KeyboardModifier.AltModifier)
    assert links(hands) == {("x", "hidden", 0, "initial")}


def test_drop_on_empty_ground_offers_layers(hands):
    port = hands.port("hidden")
    place = port + QPointF(40, 190)
    hands.drag(port, place)
    menu = hands.view.menu
    assert menu.isVisible()
    QTest.keyClicks(menu.search, "drop")
    QTest.keyClick(menu.search, Qt.Key.Key_Return)
    assert ("hidden", "Dropout", 0, "data") in links(hands)
    assert hands.document.undo_stack.count() == 1


def test_space_type_enter_adds_at_the_pointer(make):
    hands = make(layers=())
    hands.key(Qt.Key.Key_Space)
    menu = hands.view.menu
    assert menu.isVisible() and menu.search.hasFocus()
    QTest.keyClicks(menu.search, "lst")
    QTest.keyClick(menu.search, Qt.Key.Key_Return)
    assert [layer.kind for layer in hands.network] == ["lstm"]
    assert not menu.isVisible()
    assert hands.view.hasFocus()


def test_double_click_on_ground_opens_the_menu_there(hands):
    place = hands.body("x") + QPointF(60, 180)
    hands.double_click(place)
    QTest.keyClicks(hands.view.menu.search, "gru")
    QTest.keyClick(hands.view.menu.search, Qt.Key.Key_Return)
    layer = hands.network.layer("GRU")
    assert abs(layer.x - place.x()) <= 8 and abs(layer.y - place.y()) <= 8


def test_the_menu_skips_headings_and_closes_with_escape(hands):
    hands.key(Qt.Key.Key_Space)
    menu = hands.view.menu
    seen = []
    for _ in range(5):
        seen.append(menu.list.chosen())
        QTest.keyClick(menu.search, Qt.Key.Key_Down)
    assert all(seen) and len(set(seen)) == 5
    QTest.keyClick(menu.search, Qt.Key.Key_Escape)
    assert not menu.isVisible() and len(hands.network.layers) == 3


def drop(hands, kind, pos):
    mime = QMimeData()
    mime.setData(MIME, kind.encode())
    viewport = hands.view.viewport()
    place = hands.pixel(pos)
    actions, buttons = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    QApplication.sendEvent(viewport, QDragEnterEvent(place, actions, mime, buttons, Qt.KeyboardModifier.NoModifier))
    QApplication.sendEvent(
        viewport, QDropEvent(QPointF(place), actions, mime, buttons, Qt.KeyboardModifier.NoModifier)
    )  # fmt: skip


def test_drop_a_kind_on_the_ground(hands):
    place = hands.body("hidden") + QPointF(0, 150)
    drop(hands, "add", place)
    layer = hands.network.layer("Add")
    assert abs(layer.x - place.x()) <= 8
    assert hands.document.selection == {layer.id}


def test_drop_a_kind_on_a_link_inserts_it(hands):
    key = next(k.id for k in hands.network.links.values() if k.target == hands.network.layer("y").id)
    drop(hands, "layer_norm", hands.link_middle(key))
    assert links(hands) == {
        ("x", "hidden", 0, "data"),
        ("hidden", "Layer norm", 0, "data"),
        ("Layer norm", "y", 0, "data"),
    }
    assert hands.document.undo_stack.count() == 1
    order = [hands.network.layer(name).x for name in ("hidden", "Layer norm", "y")]
    assert order == sorted(order) and order[2] - order[1] >= 190


def test_a_loose_layer_dragged_onto_a_link_joins_it(make):
    loose = ("dropout", "thin", 300, 260, {})
    hands = make(layers=(*SMALL, loose))
    key = next(k.id for k in hands.network.links.values() if k.target == hands.network.layer("y").id)
    start = hands.body("thin")
    hands.drag(start, start + QPointF(0, -40), hands.link_middle(key), drop=False)
    assert hands.view.canvas.links[key].lit
    hands.release(hands.link_middle(key))
    assert links(hands) == {("x", "hidden", 0, "data"), ("hidden", "thin", 0, "data"), ("thin", "y", 0, "data")}
    assert hands.document.undo_stack.count() == 1 and not any(i.lit for i in hands.view.canvas.links.values())


def test_rename_by_double_click(hands):
    hands.double_click(hands.title("hidden"))
    hands.type("memory")
    assert hands.item("memory").card.name == "memory"


def test_rename_by_f2_and_escape(hands):
    hands.click(hands.body("hidden"))
    hands.key(Qt.Key.Key_F2)
    field = hands.view.editing.field
    QTest.keyClicks(field, "other")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert {layer.name for layer in hands.network} == {"x", "hidden", "y"}
    hands.key(Qt.Key.Key_F2)
    hands.type("y")
    assert "already" in hands.view.bubble.text()
    assert {layer.name for layer in hands.network} == {"x", "hidden", "y"}


def test_delete_and_undo(hands):
    before = hands.document.state
    hands.click(hands.body("hidden"))
    hands.key(Qt.Key.Key_Delete)
    assert {layer.name for layer in hands.network} == {"x", "y"} and not hands.network.links
    assert len(hands.view.canvas.layers) == 2 and not hands.view.canvas.links
    hands.document.undo()
    assert hands.document.state.network == before.network
    assert set(hands.view.canvas.layers) == set(before.network.layers)
    assert set(hands.view.canvas.links) == set(before.network.links)


def test_a_link_is_selected_and_deleted(hands):
    key = next(iter(hands.network.links))
    hands.click(hands.link_middle(key))
    assert hands.document.selection == {key}
    hands.key(Qt.Key.Key_Backspace)
    assert key not in hands.network.links


def test_rubber_band_and_select_all(hands):
    start = hands.item("x").scene_rect().topLeft() + QPointF(-30, -40)
    hands.drag(start, hands.item("hidden").scene_rect().center())
    names = {hands.network.layers[key].name for key in hands.document.selected_layers()}
    assert names == {"x", "hidden"}
    hands.key(Qt.Key.Key_A, CTRL)
    assert len(hands.document.selection) == 5
    hands.click(start)
    assert not hands.document.selection


def test_shift_click_toggles(hands):
    hands.click(hands.body("x"))
    hands.click(hands.body("y"), SHIFT)
    assert len(hands.document.selection) == 2
    hands.click(hands.body("y"), SHIFT)
    assert len(hands.document.selection) == 1


def test_drag_moves_all_selected_as_one_entry(hands):
    hands.key(Qt.Key.Key_A, CTRL)
    before = {layer.id: (layer.x, layer.y) for layer in hands.network}
    hands.drag(hands.body("hidden"), hands.body("hidden") + QPointF(40, 120))
    moved = {(layer.x - before[layer.id][0], layer.y - before[layer.id][1]) for layer in hands.network}
    assert len(moved) == 1 and next(iter(moved)) == (40.0, 120.0)
    assert hands.document.undo_stack.count() == 1


def test_escape_during_a_drag_puts_everything_back(hands):
    place = hands.item("hidden").pos()
    hands.drag(hands.body("hidden"), hands.body("hidden") + QPointF(90, 90), drop=False)
    assert hands.item("hidden").pos() != place
    hands.key(Qt.Key.Key_Escape)
    assert hands.item("hidden").pos() == place
    assert hands.document.undo_stack.count() == 0


def test_a_dragged_card_snaps_into_line(hands):
    hands.drag(hands.body("hidden"), hands.body("hidden") + QPointF(0, 130))
    hands.drag(hands.body("hidden"), hands.body("hidden") + QPointF(3, -127))
    assert hands.network.layer("hidden").y == 0


def test_arrows_nudge(hands):
    hands.click(hands.body("hidden"))
    hands.key(Qt.Key.Key_Right)
    hands.key(Qt.Key.Key_Down, SHIFT)
    layer = hands.network.layer("hidden")
    assert (layer.x, layer.y) == (288, 1)
    assert hands.item("hidden").pos() == QPointF(288, 1)


def test_plus_and_minus_change_units_and_keep_weights(hands):
    hands.click(hands.body("hidden"))
    link = next(k for k in hands.network.links.values() if k.target == hands.network.layer("hidden").id)
    before = hands.document.project.weights[f"{link.id}.weight"].copy()
    hands.key(Qt.Key.Key_Plus)
    after = hands.document.project.weights[f"{link.id}.weight"]
    assert after.shape == (5, 3) and np.array_equal(after[:4], before)
    assert "5 units" in hands.item("hidden").card.shape
    hands.key(Qt.Key.Key_Minus)
    hands.key(Qt.Key.Key_Minus)
    assert np.array_equal(hands.document.project.weights[f"{link.id}.weight"], before[:3])


def test_buttons_on_the_card_change_units(hands):
    item = hands.item("hidden")
    fewer, more = (item.mapToScene(rect.center()) for rect in stepper_rects(item.rect()))
    hands.click(more)
    hands.double_click(more)
    assert hands.network.layer("hidden").params["units"] == 7
    hands.click(fewer)
    assert hands.network.layer("hidden").params["units"] == 6
    assert not hands.document.selection
    hands.document.undo()
    assert hands.network.layer("hidden").params["units"] == 4  # turning one knob is one entry


def test_plus_and_minus_change_a_delay(make):
    hands = make(links=(("x", "hidden"), ("hidden", "y"), ("hidden", "hidden", 1)))
    key = next(k.id for k in hands.network.links.values() if k.delay)
    hands.click(hands.view.canvas.links[key].route.path.pointAtPercent(0.1))
    assert hands.document.selection == {key}
    hands.key(Qt.Key.Key_Plus)
    assert hands.network.links[key].delay == 2
    assert hands.view.canvas.links[key].badge_text() == "z⁻²"
    hands.key(Qt.Key.Key_Minus)
    hands.key(Qt.Key.Key_Minus)
    assert hands.network.links[key].delay == 1
    assert "without delay" in hands.view.bubble.text()


def test_click_on_the_badge_sets_the_delay(make):
    hands = make(links=(("x", "hidden"), ("hidden", "y"), ("hidden", "hidden", 1)))
    key = next(k.id for k in hands.network.links.values() if k.delay)
    hands.click(hands.view.canvas.links[key].badge_rect().center())
    hands.type("12")
    assert hands.network.links[key].delay == 12
    assert hands.view.canvas.links[key].badge_text() == "z⁻¹²"


def test_copy_paste_duplicate_cut(hands):
    hands.key(Qt.Key.Key_A, CTRL)
    hands.key(Qt.Key.Key_C, CTRL)
    hands.key(Qt.Key.Key_V, CTRL)
    assert len(hands.network.layers) == 6 and len(hands.network.links) == 4
    assert ("x 2", "hidden 2", 0, "data") in links(hands)
    assert {hands.network.layers[key].name for key in hands.document.selection} == {"x 2", "hidden 2", "y 2"}
    hands.key(Qt.Key.Key_D, CTRL)
    assert len(hands.network.layers) == 9
    hands.key(Qt.Key.Key_X, CTRL)
    assert len(hands.network.layers) == 6
    hands.key(Qt.Key.Key_V, CTRL)
    assert len(hands.network.layers) == 9


def test_paste_of_foreign_data_says_so(hands):
    mime = QMimeData()
    mime.setData("application/x-unroll-network+json", b'{"layers": [{"kind": "oven"}], "links": []}')
    QApplication.clipboard().setMimeData(mime)
    hands.key(Qt.Key.Key_V, CTRL)
    assert "not a part of a network" in hands.view.bubble.text()
    assert len(hands.network.layers) == 3


def test_align_distribute_and_tidy_up(hands):
    hands.key(Qt.Key.Key_A, CTRL)
    hands.document.select(hands.network.layers)
    hands.view.commands["align_left"].trigger()
    assert len({layer.x for layer in hands.network}) == 1
    hands.view.commands["auto_layout"].trigger()
    xs = [hands.network.layer(name).x for name in ("x", "hidden", "y")]
    assert xs == sorted(xs) and len({layer.y for layer in hands.network}) == 1


def test_tab_walks_and_l_links_by_keys(make):
    hands = make(links=())
    hands.key(Qt.Key.Key_Tab)
    assert hands.document.selected_layers() == [hands.network.layer("x").id]
    hands.key(Qt.Key.Key_L)
    hands.key(Qt.Key.Key_Tab)
    hands.key(Qt.Key.Key_Return)
    assert links(hands) == {("x", "y", 0, "data")}
    hands.document.select([hands.network.layer("x").id])
    hands.key(Qt.Key.Key_L)
    hands.key(Qt.Key.Key_Escape)
    assert hands.view.mouse.gesture is None and len(hands.network.links) == 1
    hands.key(Qt.Key.Key_Tab, SHIFT)
    assert not hands.document.selection


def test_freeze_shows_a_lock(hands):
    hands.click(hands.body("hidden"))
    hands.view.commands["freeze"].trigger()
    assert hands.network.layer("hidden").frozen and hands.item("hidden").card.frozen
    hands.view.commands["freeze"].trigger()
    assert not hands.network.layer("hidden").frozen


def test_add_without_a_place_links_from_the_selected_layer(make):
    hands = make(layers=())
    for kind in ("input", "dense", "output"):
        hands.view.add_layer(kind)
    assert links(hands) == {("Input", "Dense", 0, "data"), ("Dense", "Output", 0, "data")}
    xs = [layer.x for layer in hands.network]
    assert xs == sorted(xs) and len(set(xs)) == 3


def test_new_ends_fit_the_chosen_data(make):
    hands = make(layers=())
    hands.document.do(SetData(DATASETS.choose("digits", reading="rows")))
    for kind in ("input", "output"):
        hands.view.add_layer(kind)
    params = hands.network.layer("Input").params
    assert (params["units"], params["sequence"], params["field"]) == (8, True, "x")
    assert hands.network.layer("Output").params["units"] == 10
    assert hands.network.layer("Output").params["activation"].key == "softmax"
