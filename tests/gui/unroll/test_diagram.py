"""The inside of a cell says the numbers by which the state is made."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from gui.unroll.cell_diagram import SIZE
from gui.unroll.gate_numbers import gate_numbers

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def opened(hands, name: str, step: int):
    hands.double_click(hands.cell(name, step))
    assert hands.view.diagram.isVisible()
    return hands.view.diagram


def test_a_double_click_opens_an_lstm_and_its_formula_holds(make):
    hands = make("digits-pixels-lstm", size=(1200, 680))
    diagram = opened(hands, "LSTM", 20)
    step = hands.view.step
    rect = diagram._strip_rect()
    QTest.mouseClick(diagram, LEFT, NONE, QPoint(int(rect.left() + rect.width() * 5.5 / 32), int(rect.center().y())))
    assert diagram.unit == 5
    v = diagram.numbers.values
    assert v["c"] == pytest.approx(v["f"] * v["c_before"] + v["i"] * v["g"], rel=1e-9)
    assert v["h"] == pytest.approx(v["o"] * np.tanh(v["c"]), rel=1e-9)
    own = hands.view.runner.trace.layers[hands.id("LSTM")]
    assert (v["c_before"], v["h"]) == (own.cell[step - 1, 5], own.value[step, 5])
    assert diagram.numbers.gradient == abs(own.total[step, 5])
    assert "c = f·c₋₁ + i·g" in diagram.sentence()
    hands.key(Qt.Key.Key_Right)
    assert diagram.numbers.values["c_before"] == v["c"], "it follows the selected step"
    QTest.mouseClick(diagram, LEFT, NONE, QPoint(int(rect.left() + rect.width() * 5.5 / 32), int(rect.center().y())))
    assert diagram.unit is None and "Means over 32 units" in diagram.sentence()
    diagram.grab()
    hands.key(Qt.Key.Key_Escape)
    assert not diagram.isVisible()


def test_in_a_low_view_the_card_takes_room_of_the_window_and_leaves_its_cell_in_sight(make, qtbot):
    hands = make("digits-pixels-lstm", size=(718, 357))
    window = QWidget()
    window.resize(1280, 800)
    hands.view.setParent(window)
    hands.view.setGeometry(221, 65, 718, 357)
    with qtbot.waitExposed(window):
        window.show()
    hands.view.show()
    for step in (3, 30, 60):
        hands.click(hands.header("LSTM", step))
        diagram = opened(hands, "LSTM", step)
        assert diagram.height() == SIZE[1] and window.rect().contains(diagram.geometry())
        cell = hands.view.mapTo(window, hands.cell("LSTM", step))
        assert not diagram.geometry().contains(cell)
        hands.key(Qt.Key.Key_Escape)
    opened(hands, "LSTM", 60)
    hands.view.hide()
    assert not hands.view.diagram.isVisible()
    hands.view.diagram.setParent(hands.view)
    hands.view.setParent(None)
    window.close()


def test_a_gru_of_two_directions_reads_the_step_after_in_its_second_one(make):
    hands = make("vowels-gru")
    layer = next(one for one in hands.network if one.kind == "gru")
    trace = hands.view.runner.trace
    valid = trace.valid[layer.id]
    for unit, step in ((3, 0), (3, 4), (16 + 3, 4), (16 + 3, valid - 1)):
        v = gate_numbers(layer, trace.layers[layer.id], step, valid, unit).values
        assert v["h"] == pytest.approx((1 - v["z"]) * v["n"] + v["z"] * v["h_before"], rel=1e-9)
    assert gate_numbers(layer, trace.layers[layer.id], 0, valid, 3).values["h_before"] == 0
    assert gate_numbers(layer, trace.layers[layer.id], valid - 1, valid, 19).values["h_before"] == 0


def test_an_rnn_shows_its_sum(make):
    hands = make("adding-rnn")
    hands.click(hands.header("RNN", 3))
    hands.click(hands.cell("RNN", 3))
    hands.view.commands["diagram"].trigger()
    diagram = hands.view.diagram
    diagram.unit = 2
    diagram.refresh()
    assert diagram.numbers.values["h"] == pytest.approx(np.tanh(diagram.numbers.values["a"]), rel=1e-9)
    diagram.grab()


def test_removing_the_layer_closes_it(make):
    hands = make("digits-pixels-gru", size=(1200, 680))
    diagram = opened(hands, "GRU", 10)
    diagram.grab()
    hands.view.setFocus()
    hands.key(Qt.Key.Key_Delete)
    assert not diagram.isVisible()
