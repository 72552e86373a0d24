"""Why this number? Asked of everything on the canvas that is one: strips, neurons, biases, sizes, weights, delays, problems."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest

from core.edits import SetParam, SetWeights
from core.reports import Examination
from core.why.numbers import Aggregate, Number
from gui.canvas import card_paint
from tests.gui.hands_of_why import asked_of, choose, menu_of, questions_in

LOOPED = (("x", "hidden"), ("hidden", "hidden", 2), ("hidden", "y"))


@pytest.fixture
def seen(make):
    """A canvas whose network has been walked through by a sample of five steps."""
    hands = make(links=LOOPED)
    rng, network = np.random.default_rng(4), hands.network
    values = {layer.id: rng.normal(size=(5, int(layer.params["units"]))) for layer in network}
    output = network.layer("y").id
    hands.view.runner.examination = Examination(0, "train", values, values[output], 0.5)
    hands.view.canvas.refresh()
    hands.values = values
    return hands


def ask(hands, pos: QPointF, words: str):
    """The right button at a point of the canvas: (what stands first, what is asked)."""
    with asked_of(hands.document) as asked:
        menu = menu_of(hands.view.viewport(), hands.pixel(pos))
        first = questions_in(menu)[0]
        choose(menu, words)
    return first, asked[-1]


def test_every_pixel_of_a_strip_is_a_value_of_a_unit_at_a_step(seen):
    item, hidden = seen.item("hidden"), seen.network.layer("hidden").id
    strip = item.strip_rect()
    for unit, step in ((0, 0), (3, 4), (1, 2)):
        inside = QPointF(
            strip.left() + (step + 0.5) / 5 * strip.width(), strip.top() + (unit + 0.5) / 4 * strip.height()
        )
        first, number = ask(seen, item.mapToScene(inside), "Why this value")
        assert number == Number("value", hidden, unit, step) and first == "Why this value?"
    _, number = ask(seen, item.mapToScene(strip.center()), "Why so many units")
    assert number.value == 4


def test_before_anything_is_computed_the_strip_shows_biases(make):
    hands = make(links=LOOPED)
    item, hidden = hands.item("hidden"), hands.network.layer("hidden").id
    strip = item.strip_rect()
    inside = QPointF(strip.left() + 2.5 / 4 * strip.width(), strip.center().y())
    _, number = ask(hands, item.mapToScene(inside), "Why this bias")
    assert number == Number("weight", hidden, 2, None, f"{hidden}.bias")


def test_size_and_parameters_where_they_are_written(seen):
    item = seen.item("hidden")
    shape, count = card_paint.footer_rects(item.rect(), item.card)
    first, found = ask(seen, item.mapToScene(QPointF(shape.left() + 12, shape.center().y())), "Why so many units")
    assert first == "Why so many units?" and found.value == 4 and item.card.shape.startswith("4 units")
    first, found = ask(seen, item.mapToScene(count.center()), "Why so many parameters")
    own = [w for name, w in seen.document.project.weights.items() if name.split(".")[0] in _owners(seen, "hidden")]
    assert first == "Why so many parameters?" and found.value == sum(w.size for w in own) == 4 * 3 + 4 * 4 + 4
    assert item.card.count == f"{found.value} params"


def _owners(hands, name):
    key = hands.network.layer(name).id
    return {key, *(link.id for link in hands.network.into(key))}


def test_by_the_menu_key_a_selected_layer_answers_about_all_of_it(seen):
    seen.document.select({seen.network.layer("hidden").id})
    menu = menu_of(seen.view.viewport(), QPoint(3, 3), QContextMenuEvent.Reason.Keyboard)
    texts = questions_in(menu)
    menu.close()
    assert {"Why this value?", "Why this gradient?", "Why so many units?", "Why so many parameters?"} <= set(texts)
    loop = next(link for link in seen.network.links.values() if link.delay)
    seen.document.select({loop.id})
    menu = menu_of(seen.view.viewport(), QPoint(3, 3), QContextMenuEvent.Reason.Keyboard)
    texts = questions_in(menu)
    menu.close()
    assert "Why this delay?" in texts and "Why so many weights?" in texts


def test_a_neuron_its_bias_and_its_past(qtbot, seen):
    hidden = seen.network.layer("hidden").id
    seen.document.select({hidden})
    seen.key(Qt.Key.Key_Return)
    item = seen.item("hidden")
    qtbot.waitUntil(lambda: item.expansion is not None, timeout=10000)
    seen.view.zooming.fit()
    _, number = ask(seen, seen.neuron("hidden", 2), "Why this value")
    assert number == Number("value", hidden, 2, 4)
    _, number = ask(seen, seen.neuron("hidden", 2), "Why this bias")
    assert number == Number("weight", hidden, 2, None, f"{hidden}.bias")
    loop = next(link for link in seen.network.links.values() if link.delay)
    places = item.neuron_points(past_of=loop.id)
    _, number = ask(seen, QPointF(*places[1].tolist()), "Why this value")
    assert number == Number("value", hidden, 1, 2), "what it said two steps before the last one"
    assert np.allclose(item.live.past[loop.id], seen.values[hidden][2])


def test_a_learned_state_before_the_first_step_is_shown_as_it_is(make):
    hands = make(links=LOOPED)
    hidden = hands.network.layer("hidden")
    hands.document.do(SetParam(hidden.id, "initial_state", "learned"))
    start = np.array([0.1, -0.2, 0.3, 0.4], np.float32)
    hands.document.do(SetWeights({f"{hidden.id}.initial": start}))
    values = {layer.id: np.ones((1, int(layer.params["units"]))) for layer in hands.network}
    hands.view.runner.examination = Examination(0, "train", values, values[hidden.id], 0.5)
    hands.view.canvas.set_expanded([hidden.id], True)
    hands.view.canvas.refresh()
    loop = next(link for link in hands.network.links.values() if link.delay)
    assert np.allclose(hands.item("hidden").live.past[loop.id], start)
    hands.view.zooming.fit()
    places = hands.item("hidden").neuron_points(past_of=loop.id)
    _, number = ask(hands, QPointF(*places[3].tolist()), "Why this value")
    assert number == Number("value", hidden.id, 3, -1)


def test_the_badge_of_a_delay_and_the_numbers_of_a_matrix(seen):
    loop = next(link for link in seen.network.links.values() if link.delay)
    item = seen.view.canvas.links[loop.id]
    assert item.badge_text() == "z⁻²"
    first, found = ask(seen, item.badge_rect().center(), "Why this delay")
    assert first == "Why this delay?" and found.value == 2 and isinstance(found, Aggregate)
    other = next(link for link in seen.network.links.values() if not link.delay)
    _, number = ask(seen, seen.link_middle(other.id), "Why this number")
    assert number == Number("weight", other.target, 0, None, f"{other.id}.weight", 0)
    _, found = ask(seen, seen.link_middle(other.id), "Why so many weights")
    assert found.value == seen.document.project.weights[f"{other.id}.weight"].size


def test_the_numbers_of_a_problem_are_asked_at_the_layer_that_has_it(qtbot, make):
    hands = make(
        layers=(
            ("input", "x", 0, 0, {"units": 3, "sequence": True}), ("input", "z", 0, 200, {"units": 5, "sequence": True}),
            ("add", "sum", 280, 0, {}), ("output", "y", 560, 0, {"units": 2}),
        ),
        links=(("x", "sum"), ("z", "sum"), ("sum", "y")),
    )  # fmt: skip
    qtbot.waitUntil(lambda: hands.item("sum").card.severity == "error", timeout=10000)
    for words, value in (("Why 3?", 3), ("Why 5?", 5)):
        _, found = ask(hands, hands.body("sum"), words)
        assert found.value == value and str(value) in hands.item("sum").card.problem
    QTest.keyClick(hands.view, Qt.Key.Key_Escape)
