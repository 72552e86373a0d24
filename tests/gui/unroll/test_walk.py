"""Walking through the phases of a batch in the unrolled view: what is not computed yet is veiled, and words say what is."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from core.reports import Moment
from core.walk import BACKWARD, FORWARD, place_of, walk
from gui.theme import theme


def test_a_walk_passes_every_phase_of_every_step_forward_and_back():
    moments = walk(3)
    assert len(moments) == 3 * len(FORWARD) + 1 + 3 * len(BACKWARD) + 2
    assert [m.step for m in moments if m.part == "gates"] == [0, 1, 2]
    assert [m.step for m in moments if m.part == "through"] == [2, 1, 0]
    assert (moments[-2].part, moments[-1]) == ("clip", Moment("update", 0, 3))
    assert moments[place_of(moments, Moment("backward", 1, 3))] == Moment("backward", 1, 3, "share")
    assert moments[place_of(moments, Moment("loss", 1, 3))] == Moment("loss", 2, 3), "a batch that was cut to two steps"
    assert walk(0) == ()


def strength(hands, name, step):
    """How far the colours of a cell are from that of the ground, on the whole."""
    row = hands.row(name)
    cell = hands.view.layout_.cell(row.index, row.column(step)).adjusted(4, 4, -4, -4).toRect()
    image = hands.view.grab(cell).toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.array(image.constBits()).reshape(image.height(), image.width(), 4)[..., 2::-1].astype(float)
    return float(np.abs(pixels - theme().color("canvas").getRgb()[:3]).mean())


@pytest.mark.parametrize("example", ["digits-rows-elman", "adding-lstm"])
def test_the_card_says_what_is_computed_and_what_the_selected_layer_has_there(make, example):
    hands = make(example)
    clock, trace = hands.view.runner.clock, hands.view.runner.trace
    kind = "dense" if example == "digits-rows-elman" else "lstm"
    (layer,) = [one.id for one in hands.network if one.kind == kind]
    name = hands.network.layers[layer].name
    hands.view.document.select([layer])
    assert not hands.view.phase.isVisible()
    own = trace.layers[layer]
    for part, values in (("state", own.value), ("direct", own.direct), ("through", own.total)):
        clock.go_to(place_of(clock.moments, next(m for m in clock.moments if m.part == part and m.step == 2)))
        assert hands.view.phase.isVisible()
        said = hands.view.phase.text()
        size = float(np.linalg.norm(values[2]))
        assert "t = 3 of" in said and f"{name}:" in said
        shown = float(said.split(f"{name}:")[1].split("=")[1].split(",")[0].replace("−", "-"))
        assert shown == pytest.approx(size, rel=0.06, abs=1e-12)
    clock.leave()
    assert not hands.view.phase.isVisible()


def test_what_is_not_computed_yet_is_veiled(make):
    hands = make("digits-rows-elman")
    clock = hands.view.runner.clock

    def go(part, step):
        clock.go_to(clock.moments.index(next(m for m in clock.moments if (m.part, m.step) == (part, step))))

    go("output", 4)
    clear = {4: strength(hands, "Hidden", 4)}
    go("output", 3)
    clear |= {step: strength(hands, "Hidden", step) for step in (2, 3)}

    def veiled(step):
        return strength(hands, "Hidden", step) < 0.6 * clear[step]

    go("sum", 3)
    assert [veiled(step) for step in (2, 3, 4)] == [False, True, True]
    go("state", 3)
    assert [veiled(step) for step in (2, 3, 4)] == [False, False, True]
    go("through", 5)
    assert hands.view.shown.gradient, "on the way back gradients are shown"
    assert hands.view.step == 5


def test_the_selected_step_is_that_of_the_clock(make):
    hands = make("digits-rows-elman")
    clock = hands.view.runner.clock
    hands.click(hands.cell("Hidden", 4))
    assert clock.step == 4
    clock.look_at(6)
    assert hands.view.step == 6
    hands.key(Qt.Key.Key_Left)
    assert clock.step == 5
