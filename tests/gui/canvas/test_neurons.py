"""Inside a layer: neurons, weight lines, weight pictures; numbers are changed where they are drawn."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from core.reports import Examination
from gui.canvas.weight_items import WeightLines, WeightPicture
from gui.theme import theme


@pytest.fixture(autouse=True)
def _menus_stay_closed(monkeypatch):
    """The platform of the tests warns about popups; what a menu offers does not depend on its being seen."""
    monkeypatch.setattr(QMenu, "popup", lambda *_: None)


@pytest.fixture
def opened(make):
    """x -> hidden (with a memory) -> y, all expanded."""
    hands = make(links=(("x", "hidden"), ("hidden", "y"), ("hidden", "hidden", 1)))
    hands.view.canvas.set_expanded(list(hands.network.layers), True)
    hands.view.zooming.fit()
    return hands


def key_of(hands, source, target):
    layers = hands.network.layers
    return next(
        k.id for k in hands.network.links.values() if (layers[k.source].name, layers[k.target].name) == (source, target)
    )


def weight(hands, key, cell):
    return float(hands.document.project.weights[f"{key}.weight"][cell])


def menu_action(hands, pos, text):
    """Open the context menu at a point and trigger the action that begins with ``text``."""
    viewport = hands.view.viewport()
    place = hands.pixel(pos)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, viewport.mapToGlobal(place))
    QApplication.sendEvent(viewport, event)
    menu = hands.view.findChildren(QMenu, "canvasMenu")[-1]
    action = next(a for a in menu.actions() if a.text().startswith(text))
    assert action.isEnabled()
    action.trigger()
    menu.deleteLater()
    QApplication.sendPostedEvents(menu, QEvent.Type.DeferredDelete)


def test_double_click_expands_and_folds(hands):
    hands.double_click(hands.body("hidden"))
    item = hands.item("hidden")
    assert item.expansion is not None and len(item.expansion.neurons) == 4
    hands.double_click(hands.body("hidden"))
    assert hands.item("hidden").expansion is None


def test_chevron_and_enter_expand(hands):
    item = hands.item("x")
    hands.click(item.mapToScene(item.chevron_rect().center()))
    assert item.expansion is not None
    hands.click(hands.body("y"))
    hands.key(Qt.Key.Key_Return)
    assert hands.item("y").expansion is not None


def test_lines_join_expanded_neighbours_only(hands):
    canvas = hands.view.canvas
    canvas.set_expanded([hands.network.layer("x").id], True)
    assert not canvas.weights
    canvas.set_expanded([hands.network.layer("hidden").id], True)
    item = canvas.weights[key_of(hands, "x", "hidden")]
    assert isinstance(item, WeightLines)
    assert np.array_equal(item.values, hands.document.project.weights[f"{key_of(hands, 'x', 'hidden')}.weight"])


def test_memory_is_drawn_from_the_past_units(opened):
    item = opened.view.canvas.weights[key_of(opened, "hidden", "hidden")]
    assert isinstance(item, WeightLines) and item.values.shape == (4, 4)
    past = opened.item("hidden").neuron_points(past_of=item.matrix.key)
    assert len(past) == 4 and past[:, 0].max() < opened.item("hidden").neuron_points()[:, 0].min()


def test_hover_tells_the_weight(opened):
    key = key_of(opened, "hidden", "y")
    item = opened.view.canvas.weights[key]
    opened.move(item.point_of((1, 3)))
    assert item.hovered == (1, 3)
    assert f"w[1,3] = {weight(opened, key, (1, 3)):.4f}" in opened.view.bubble.text()


def test_click_sets_a_weight(opened):
    key = key_of(opened, "x", "hidden")
    others = opened.document.project.weights[f"{key}.weight"].copy()
    opened.click(opened.view.canvas.weights[key].point_of((2, 1)))
    opened.type("-0.75")
    assert weight(opened, key, (2, 1)) == -0.75
    others[2, 1] = -0.75
    assert np.array_equal(opened.document.project.weights[f"{key}.weight"], others)
    assert opened.view.canvas.weights[key].values[2, 1] == -0.75
    opened.document.undo()
    assert weight(opened, key, (2, 1)) != -0.75


def test_numbers_are_read_as_people_write_them(opened):
    key = key_of(opened, "x", "hidden")
    for text, value in (("۱٫۵", 1.5), ("2,25", 2.25), ("1e-3", 0.001)):
        opened.click(opened.view.canvas.weights[key].point_of((0, 0)))
        opened.type(text)
        assert weight(opened, key, (0, 0)) == pytest.approx(value)


def test_a_bad_number_gets_a_sentence(opened):
    key = key_of(opened, "x", "hidden")
    before = weight(opened, key, (0, 0))
    for text, words in (("much", "not a number"), ("inf", "finite")):
        opened.click(opened.view.canvas.weights[key].point_of((0, 0)))
        opened.type(text)
        assert words in opened.view.bubble.text()
        assert weight(opened, key, (0, 0)) == before


def test_escape_leaves_the_weight(opened):
    key = key_of(opened, "x", "hidden")
    before = weight(opened, key, (0, 0))
    opened.click(opened.view.canvas.weights[key].point_of((0, 0)))
    field = opened.view.editing.field
    QTest.keyClicks(field, "9")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert weight(opened, key, (0, 0)) == before and opened.view.editing.field is None


def test_click_on_a_neuron_sets_its_bias(opened):
    opened.move(opened.neuron("hidden", 2))
    assert "neuron 2" in opened.view.bubble.text() and "b = 0.0000" in opened.view.bubble.text()
    opened.click(opened.neuron("hidden", 2))
    opened.type("0.5")
    name = f"{opened.network.layer('hidden').id}.bias"
    assert opened.document.project.weights[name].tolist() == [0, 0, 0.5, 0]


def test_cut_and_restore_a_connection(opened):
    key = key_of(opened, "hidden", "hidden")
    item = opened.view.canvas.weights[key]
    cell = (0, 2)
    menu_action(opened, item.point_of(cell), "Cut this connection")
    mask = opened.network.links[key].mask
    assert mask is not None and not mask[cell] and mask.sum() == 15
    assert len(item._cut) == 1
    opened.move(opened.body("x"))
    opened.move(item.point_of(cell))
    assert "is cut" in opened.view.bubble.text()
    menu_action(opened, item.point_of(cell), "Restore this connection")
    assert opened.network.links[key].mask is None and not item._cut


def test_freeze_a_link_by_its_menu(opened):
    key = key_of(opened, "hidden", "hidden")
    menu_action(opened, opened.view.canvas.links[key].badge_rect().center(), "Freeze")
    assert opened.network.links[key].frozen
    menu_action(opened, opened.view.canvas.links[key].badge_rect().center(), "Let it learn")
    assert not opened.network.links[key].frozen


def test_remove_one_neuron(opened):
    key = key_of(opened, "x", "hidden")
    before = opened.document.project.weights[f"{key}.weight"].copy()
    menu_action(opened, opened.neuron("hidden", 1), "Remove this neuron")
    assert np.array_equal(opened.document.project.weights[f"{key}.weight"], before[[0, 2, 3]])
    assert len(opened.item("hidden").expansion.neurons) == 3


def test_many_connections_become_a_picture(make):
    hands = make(
        layers=(
            ("input", "x", 0, 0, {"units": 40}),
            ("dense", "h", 280, 0, {"units": 40}),
            ("output", "y", 560, 0, {}),
        ),
        links=(("x", "h"), ("h", "y")),
    )
    hands.view.canvas.set_expanded(list(hands.network.layers), True)
    hands.view.zooming.fit()
    key = key_of(hands, "x", "h")
    item = hands.view.canvas.weights[key]
    assert isinstance(item, WeightPicture)
    hands.view.zooming.by(2.5, hands.view.viewportTransform().map(item.point_of((20, 20))))
    hands.move(item.point_of((7, 31)))
    assert f"w[7,31] = {weight(hands, key, (7, 31)):.4f}" in hands.view.bubble.text()
    hands.click(item.point_of((7, 31)))
    hands.type("0.25")
    assert weight(hands, key, (7, 31)) == 0.25
    menu_action(hands, item.point_of((7, 31)), "Cut this connection")
    assert not hands.network.links[key].mask[7, 31]
    hands.move(item.point_of((0, 0)))
    hands.move(item.point_of((7, 31)))
    assert "is cut" in hands.view.bubble.text()


def test_gated_blocks_show_stacked_gates_and_set_the_right_number(make):
    hands = make(
        layers=(("input", "x", 0, 0, {"units": 2, "sequence": True}), ("lstm", "cell", 280, 0, {"units": 3})),
        links=(("x", "cell"),),
    )  # fmt: skip
    hands.view.canvas.set_expanded([hands.network.layer("cell").id], True)
    hands.view.zooming.fit()
    block = hands.view.canvas.weights[hands.network.layer("cell").id]
    assert isinstance(block, WeightPicture) and block.values.shape == (12, 3)
    hands.click(block.point_of((7, 2)))
    hands.type("0.125")
    name = f"{hands.network.layer('cell').id}.weight_hh"
    assert hands.document.project.weights[name][7, 2] == 0.125
    assert block.matrix.row_name(7) == "g·1"


def test_links_into_a_block_show_their_own_columns(make):
    hands = make(
        layers=(
            ("input", "a", 0, -60, {"units": 2, "sequence": True}), ("input", "b", 0, 120, {"units": 3, "sequence": True}),
            ("rnn", "r", 300, 0, {"units": 4}),
        ),
        links=(("a", "r"), ("b", "r")),
    )  # fmt: skip
    hands.view.canvas.set_expanded(list(hands.network.layers), True)
    whole = hands.document.project.weights[f"{hands.network.layer('r').id}.weight_ih"]
    second = hands.view.canvas.weights[key_of(hands, "b", "r")]
    assert np.array_equal(second.values, whole[:, 2:])
    assert second.matrix.place(1, 2) == (f"{hands.network.layer('r').id}.weight_ih", (1, 4))


def test_live_values_colour_cards_and_neurons(opened):
    layer = opened.network.layer("hidden").id
    walk = np.tanh(np.arange(20.0).reshape(5, 4) - 9)
    opened.view.runner.examination = Examination(0, "validation", {layer: walk}, np.zeros(2), 0.1)
    opened.view.runner.updated.emit()
    item = opened.item("hidden")
    assert np.array_equal(item.live.activation, walk[-1])
    assert item.live.strip.width() == 5 and item.live.strip.height() == 4
    key = key_of(opened, "hidden", "hidden")
    assert np.array_equal(item.live.past[key], walk[-2])
    image = opened.view.grab().toImage()
    for number in (0, 3):
        place = opened.pixel(opened.neuron("hidden", number)) * image.devicePixelRatio()
        expected = theme().diverging_table()[round((walk[-1][number] + 1) * 127.5)]
        color = image.pixelColor(place)
        assert np.abs(np.array([color.red(), color.green(), color.blue()]) - expected.astype(int)).max() <= 3


def test_a_stale_examination_is_not_shown(opened):
    layer = opened.network.layer("hidden").id
    opened.view.runner.examination = Examination(0, "validation", {layer: np.ones((5, 9))}, np.zeros(2), 0.1)
    opened.view.runner.updated.emit()
    assert opened.item("hidden").live.activation is None


def test_not_a_number_has_its_own_colour(opened):
    layer = opened.network.layer("y").id
    opened.view.runner.examination = Examination(0, "validation", {layer: np.array([np.nan, np.inf])}, np.zeros(2), 0.1)
    opened.view.runner.updated.emit()
    place = opened.pixel(opened.neuron("y", 0))
    image = opened.view.grab().toImage()
    assert image.pixelColor(QPoint(place.x(), place.y())) == theme().color("refused")
