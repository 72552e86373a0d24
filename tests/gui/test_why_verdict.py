"""Why does the gradient plot say that the gradient vanishes? Asked on the sentence itself."""

import re

import numpy as np
import pytest
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from core.formula import svg
from core.why.numbers import Number
from tests.gui.test_main_window import window  # noqa: F401 - window is a fixture
from tests.gui.test_why_everywhere import answered, ask_by_key, choose, opened_menu, show, trained, why


def test_the_verdict_leads_to_both_of_its_gradients(qtbot, window):  # noqa: F811
    trained(qtbot, window, "digits-rows-elman")
    hidden = window.document.project.network.layer("Hidden").id
    plot = show(qtbot, window, "gradient")
    for chart in plot.charts():
        chart.pointer = None
    total = np.asarray(window.runner.run.gradients[hidden]["total"][plot.shown_row()], float)
    ratio = float(np.exp(np.log(total[0]) - np.log(total[-1])))
    place = plot.words.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, plot.words.mapToGlobal(place))
    QApplication.sendEvent(plot.words, event)
    choose(opened_menu(), "Why this verdict")
    number, found = answered(qtbot, window)
    assert found.value == pytest.approx(ratio, rel=1e-5)
    said = re.search(r"at the first step is (\S+) ", plot.words.whole)
    assert float(said[1].replace(",", "")) == pytest.approx(ratio, rel=0.05)
    assert all("<svg" in svg(line) for line in (*found.symbols, *found.numbers))
    assert found.terms[0].value / found.terms[1].value == pytest.approx(ratio, rel=1e-5)
    assert [term.about.value for term in found.terms] == pytest.approx([total[0], total[-1]])
    assert [term.about.leads[0] for term in found.terms] == [
        Number("norm", hidden, 0, 0, "gradient"), Number("norm", hidden, 0, len(total) - 1, "gradient"),
    ]  # fmt: skip
    rows = sorted(row.term.about.value for row in why(window).terms.rows)
    assert rows == pytest.approx(sorted([total[0], total[-1]]))
    plot.layer.setFocus()
    for chart in plot.charts():
        chart.pointer = None
    ask_by_key(qtbot, window)
    assert (
        answered(qtbot, window)[1].value == pytest.approx(ratio, rel=1e-5) and why(window).asking.number is not number
    )
