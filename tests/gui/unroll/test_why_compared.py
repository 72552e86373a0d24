"""Why this cosine? Asked on the card of a what-if, and its arithmetic in 64 bit."""

import re

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from core.formula import svg
from core.traces import Alike
from core.why.numbers import Number
from core.why.training.compared import cosine
from tests.gui.unroll.test_whatif import choose, expected, shows


def test_the_line_of_numbers_is_the_product_over_the_lengths():
    g, whole = np.random.default_rng(3).normal(size=(2, 40))
    lengths = np.linalg.norm(g), np.linalg.norm(whole)
    found = cosine(Alike(float(g @ whole / np.prod(lengths)), *map(float, lengths)), "Hidden", batch=False)
    assert found.value == pytest.approx(float(np.cos(np.arccos(g @ whole / np.prod(lengths)))))
    plain = found.numbers[0].replace("{-}", "-")
    written = [float(one) for one in re.findall(r"-?\d+\.\d+", plain)]
    assert written == pytest.approx([g @ whole, *lengths, found.value], rel=1e-3)
    assert all("<svg" in svg(line) for line in (*found.symbols, *found.numbers))
    nothing = cosine(Alike(0.0, 0.0, 1.0), "", batch=True)
    assert nothing.value == 0 and all("<svg" in svg(line) for line in nothing.numbers)


def test_the_card_is_asked_with_the_right_button(make):
    hands = make()
    view, imagining = hands.view, hands.view.runner.imagining
    hands.key(Qt.Key.Key_T)
    wanted = expected(hands, truncate=imagining.whatif.truncate)
    assert shows(hands, wanted)
    asked = []
    view.document.asked.connect(asked.append)
    layer = next(key for key in imagining.batch if key)
    name = view.document.project.network.layers[layer].name
    for words in ("Why this loss", "Why this cosine?", "Why this cosine of the batch", f"“{name}” on the batch"):
        place = view.card.rect().center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, view.card.mapToGlobal(place))
        QApplication.sendEvent(view.card, event)
        choose(QApplication.activePopupWidget(), words)
    loss, own, batch, of_layer = asked
    assert loss == Number("loss")
    assert own.value == wanted.alike[""].cosine and batch.value == imagining.batch[""].cosine
    assert of_layer.value == imagining.batch[layer].cosine and of_layer.title.values["layer"] == name
