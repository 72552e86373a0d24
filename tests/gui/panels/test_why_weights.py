"""Why this mean of the weights? Asked in the inspector, on the line of the number."""

import numpy as np
import pytest
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from core.edits import SetMask
from core.formula import svg
from core.why.network.spread import Tensor, spread
from core.why.numbers import Number
from gui.panels.inspector import Inspector
from gui.why.terms import term_words
from tests.gui.test_why_everywhere import choose, opened_menu


def ask(weights, line, words):
    """The right button on a line of the numbers; what is asked."""
    asked = []
    weights._document.asked.connect(asked.append)
    label = weights.facts._rows[line][1]
    place = label.rect().center()
    QApplication.sendEvent(
        label, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, label.mapToGlobal(place))
    )  # fmt: skip
    menu = opened_menu()
    first = menu.actions()[0].text()
    choose(menu, words)
    weights._document.asked.disconnect(asked.append)
    return first, asked[-1]


def test_each_line_of_a_link_answers_and_leads_to_its_weights(qtbot, document, runner, show):
    link = next(one for one in document.project.network.links.values() if one.recurrent)
    document.do(SetMask(link.id, {(0, 1): False, (2, 0): False}))
    inspector = show(Inspector(document, runner))
    document.select({link.id})
    weights = inspector.pages[0].weights
    lines = [row[0].parentWidget() for row in weights.facts._rows]
    qtbot.waitUntil(
        lambda: lines[0].height() > 5 and lines[1].y() > lines[0].y() + 5 and lines[2].y() > lines[1].y() + 5,
        timeout=20000,
    )
    whole = document.project.weights[f"{link.id}.weight"].astype(float)
    kept = np.ones(whole.shape, bool)
    kept[0, 1] = kept[2, 0] = False
    values = np.sort(whole[kept])
    mean = np.add.reduce(values) / values.size
    wanted = {
        (0, "Why this mean"): mean,
        (1, "Why this standard deviation"): np.sqrt(np.dot(values, values) / values.size - mean**2),
        (2, "Why this smallest"): values[0],
        (2, "Why this largest"): values[-1],
    }
    for (line, words), value in wanted.items():
        first, found = ask(weights, line, words)
        assert found.value == pytest.approx(value, rel=1e-6)
        assert line == {"mean?": 0, "deviation?": 1, "weight?": 2}[first.split()[-1]]
        assert all("<svg" in svg(text) for text in (*found.symbols, *found.numbers))
        total = sum(term.contribution for term in found.terms)
        assert total == pytest.approx(value**2 if line == 1 else value, rel=1e-6)
        rest = [term for term in found.terms if term.number is None]
        assert {term_words(one, document.project.network) for one in rest} <= {"all others together"}
        for term in found.terms:
            if term.number is not None and line != 1:
                one = term.number
                assert one == Number("weight", link.target, one.unit, None, f"{link.id}.weight", one.column)
                assert kept[one.unit, one.column] and term.value == pytest.approx(whole[one.unit, one.column])


def test_weights_that_are_not_finite_do_not_count():
    values = np.array([np.nan, 1.0, 3.0, np.inf])
    found = spread([Tensor("a", "a.bias", values), Tensor("a", "b.weight", np.full((1, 2), 5.0))])
    assert found["mean"].value == pytest.approx(3.5) and found["largest"].terms[0].number.part == "b.weight"
    assert found["smallest"].terms[0].number == Number("weight", "a", 1, None, "a.bias")
    assert spread([]) == {} and spread([Tensor("a", "a.bias", values[:1])]) == {}
