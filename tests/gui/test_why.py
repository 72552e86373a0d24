"""Why this number? Asked with mouse and keys; the answers are those of the traced sample."""

import re

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolButton

from core.edits import SetParam, SetWeights
from core.engine.session import Session
from core.examples import open_example
from core.why.numbers import Number
from gui.document import Document
from gui.folding import folded, pieces
from gui.main_window import MainWindow
from gui.panels.why import WhyPanel
from gui.runner import Runner
from tests.gui.canvas.conftest import Hands
from tests.gui.test_main_window import running

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def studio(qtbot):
    document = Document(open_example("digits-rows-elman"))
    document.do(SetParam(document.project.network.layer("Hidden").id, "units", 6))
    runner = Runner(document)
    runner.start()
    panel = WhyPanel(document, runner)
    qtbot.addWidget(panel)
    panel.resize(340, 900)
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    qtbot.waitUntil(lambda: runner.status == "idle", timeout=30000)
    yield document, runner, panel
    assert runner.close()


def pick(drop, text):
    """Choose an entry with the keyboard."""
    drop.setFocus()
    row = next(n for n in range(drop.count()) if drop.itemText(n).startswith(text))
    while drop.currentIndex() != row:
        QTest.keyClick(drop, Qt.Key.Key_Down if drop.currentIndex() < row else Qt.Key.Key_Up)


def type_into(box, text):
    box.setFocus()
    box.lineEdit().selectAll()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)


def answered(qtbot, panel, number=None):
    qtbot.waitUntil(
        lambda: panel.asking.answer is not None and (number is None or panel.asking.answer.number == number),
        timeout=30000,
    )
    return panel.asking.answer


def button(panel, key):
    return panel.findChild(QToolButton, f"why_{key}")


def test_without_a_question_it_says_how_to_ask(studio):
    _, _, panel = studio
    assert panel.empty.isVisible() and "right-click it, on the canvas" in panel.empty.label.text()
    assert not button(panel, "latex").isEnabled() and not button(panel, "back").isEnabled()


def test_a_number_is_asked_for_with_the_keyboard_alone(qtbot, studio):
    document, runner, panel = studio
    hidden = document.project.network.layer("Hidden").id
    pick(panel.question.layer, "Hidden")
    found = answered(qtbot, panel)
    assert found.number == Number("value", hidden, 0, 7), "the last step first"
    type_into(panel.question.unit, "3")
    type_into(panel.question.step, "2")
    found = answered(qtbot, panel, Number("value", hidden, 2, 1))
    assert found.value == pytest.approx(float(runner.examination.activations[hidden][1, 2]), rel=1e-5)
    assert panel.title.text() == "Value 3 of “Hidden”, t = 2" and panel.value.text().startswith("= ")
    pick(panel.question.quantity, "gradient dL/dh")
    found = answered(qtbot, panel, Number("gradient", hidden, 2, 1))
    assert found.value == pytest.approx(float(runner.examination.gradients[hidden][1, 2]), rel=1e-3)
    assert panel.chain.isVisible() and len(panel.chain.rows) == 8
    assert "this factor shrinks it most" in panel.chain.verdict.text()
    assert [row.weakest for row in panel.chain.rows].index(True) == found.weakest


def test_terms_lead_on_and_back_leads_back(qtbot, studio):
    document, _, panel = studio
    hidden = document.project.network.layer("Hidden").id
    panel.explain(hidden, 2, 3)
    first = answered(qtbot, panel)
    row = next(row for row in panel.terms.rows if row.term.number.layer == hidden)
    QTest.mouseClick(row, LEFT, pos=QPoint(row.width() - 10, 8))
    second = answered(qtbot, panel, row.term.number)
    assert second.number.step == 2 and second.value == pytest.approx(row.term.value, rel=1e-5)
    row = panel.terms.rows[0]
    QTest.mouseClick(row, LEFT, pos=row.weight_area().center().toPoint())
    weight = answered(qtbot, panel, row.term.factor_number)
    tensor = document.project.weights[weight.number.part]
    assert weight.value == tensor[weight.number.unit, weight.number.column]
    QTest.mouseClick(button(panel, "back"), LEFT)
    assert panel.asking.answer.number == second.number
    QTest.keyClick(panel, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert panel.asking.answer.number == first.number
    QTest.mouseClick(button(panel, "on"), LEFT)
    assert panel.asking.answer.number == second.number


def test_a_factor_of_the_chain_leads_to_its_gradient(qtbot, studio):
    document, _, panel = studio
    panel.explain(document.project.network.layer("Hidden").id, 0, 0, "gradient")
    answered(qtbot, panel)
    row = panel.chain.rows[3]
    QTest.mouseClick(row, LEFT, pos=QPoint(30, 10))
    assert answered(qtbot, panel, row.factor.source).number.step == row.factor.source.step


def test_it_is_copied_as_latex_and_as_text(qtbot, studio):
    document, _, panel = studio
    panel.explain(document.project.network.layer("Hidden").id, 2, 3)
    found = answered(qtbot, panel)
    QTest.mouseClick(button(panel, "latex"), LEFT)
    assert QGuiApplication.clipboard().text() == found.latex and r"\tanh\left(" in found.latex
    QTest.mouseClick(button(panel, "text"), LEFT)
    text = QGuiApplication.clipboard().text()
    assert text.startswith("Value 3 of “Hidden”, t = 4\nh Hidden[3, t=4] = tanh(a Hidden[3, t=4])")
    assert float(text.rpartition("= ")[2]) == pytest.approx(found.value, rel=1e-5) and "\\" not in text


def test_the_answer_follows_an_edit_of_a_weight(qtbot, studio):
    document, _, panel = studio
    hidden = document.project.network.layer("Hidden").id
    panel.explain(hidden, 2, 3)
    before = answered(qtbot, panel)
    bias = np.array(document.project.weights[f"{hidden}.bias"])
    bias[2] += 0.5
    document.do(SetWeights({f"{hidden}.bias": bias}))
    qtbot.waitUntil(lambda: panel.asking.answer is not before and not panel.asking.waiting, timeout=30000)
    assert panel.asking.answer.value != before.value
    assert panel.asking.answer.terms[-1].factor == pytest.approx(0.5)


def test_a_unit_that_is_gone_is_said(qtbot, studio):
    document, _, panel = studio
    hidden = document.project.network.layer("Hidden").id
    panel.explain(hidden, 5, 3)
    answered(qtbot, panel)
    document.do(SetParam(hidden, "units", 4))
    qtbot.waitUntil(lambda: panel.asking.answer is None, timeout=30000)
    assert panel.empty.isVisible() and panel.empty.label.text().startswith("There is no such number")


def test_while_training_moves_the_answer_says_that_it_is_old(qtbot, studio):
    document, runner, panel = studio
    panel.explain(document.project.network.layer("Hidden").id, 2, 3)
    before = answered(qtbot, panel)
    runner.play()
    qtbot.waitUntil(lambda: panel.asking.moving and runner.report is not None, timeout=30000)
    assert "Training has moved on since" in panel.place.text()
    runner.pause()
    qtbot.waitUntil(lambda: runner.status == "paused" and not panel.asking.moving, timeout=30000)
    qtbot.waitUntil(lambda: panel.asking.answer is not before, timeout=30000)
    assert (
        "Training has moved on" not in panel.place.text()
        and f"after {runner.report.batch} batches" in panel.place.text()
    )
    state = document.state
    said = Session(state, document.project.dataset()).examine(*runner.sample).activations[before.number.layer][3, 2]
    qtbot.waitUntil(lambda: panel.asking.answer.value == pytest.approx(float(said), rel=1e-4), timeout=30000)
    assert runner.examination.activations[before.number.layer][3, 2] == pytest.approx(float(said), rel=1e-4)


def test_a_neuron_on_the_canvas_is_asked_about_by_its_menu(qtbot):
    with running(qtbot, MainWindow(Document(open_example("digits-rows-elman")))) as window:
        # Panels that are made in the first pauses change the room of the canvas.
        qtbot.waitUntil(lambda: all(dock.made for dock in window.docks.all.values()) and window.fold_switch.made)
        qtbot.waitUntil(lambda: window.runner.examination is not None)
        hand, hidden = Hands(window.canvas), window.document.project.network.layer("Hidden").id
        window.document.select({hidden})
        window.canvas.commands["expand"].trigger()
        window.canvas.commands["fit"].trigger()
        spot = hand.pixel(hand.neuron("Hidden", 4))
        QApplication.sendEvent(
            window.canvas.viewport(),
            QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, window.canvas.viewport().mapToGlobal(spot)),
        )
        menu = window.canvas.findChildren(QMenu, "canvasMenu")[-1]
        qtbot.waitUntil(menu.isVisible)
        action = next(action for action in menu.actions() if action.text() == "Why this value?")
        QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
        panel = window.findChild(WhyPanel)
        found = answered(qtbot, panel)
        assert found.number == Number("value", hidden, 4, 7) and panel.isVisible()


def test_formulas_side_by_side_get_lines_of_their_own():
    latex = r"a = 1 + 2 \qquad b = 3 + 4"
    assert folded(latex, 99, measure=len) == [latex]
    assert folded(latex, 12, measure=len) == ["a = 1 + 2", "b = 3 + 4"]
    assert folded(latex, 6, measure=len) == ["a = 1", r"\quad + 2", "b = 3", r"\quad + 4"]
    assert folded(r"m = g, \quad v = \text{0 \quad else} - 1", 30, measure=len) == [
        "m = g", r"v = \text{0 \quad else} - 1"
    ]  # fmt: skip


@pytest.mark.parametrize("width", [5, 20, 60, 500])
def test_folding_breaks_only_outside_of_brackets(width):
    latex = (
        r"a = 0.12 \cdot 3 - 0.14 + \left(b - c\right) \cdot 2 + \frac{1 + 2}{3} + \underbrace{5}_{7 \text{ more}} = 9"
    )
    lines = folded(latex, width, measure=len)
    assert re.sub(r"\s", "", "".join(line.removeprefix(r"\quad") for line in lines)) == re.sub(r"\s", "", latex)
    for line in lines:
        assert line.count("{") == line.count("}") and line.count(r"\left") == line.count(r"\right")
    assert "".join(pieces(latex)).replace(" ", "") == latex.replace(" ", "")


def test_a_question_is_answered_though_another_sample_is_watched_before_its_trace_is_there(qtbot, studio):
    document, runner, panel = studio
    hidden = document.project.network.layer("Hidden").id
    panel.explain(hidden, 2, 3)
    assert panel.asking.waiting and panel.asking.answer is None
    sample = next(int(one) for one in document.project.dataset().samples("train") if int(one) != runner.sample[0])
    runner.watch(sample, "train")
    answered(qtbot, panel, Number("value", hidden, 2, 3))
    assert panel.asking.trace.sample == sample
