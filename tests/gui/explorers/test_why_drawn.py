"""Why this number? Of formulas, pictures, bars and words that explorers draw themselves: mouse and keyboard, against torch."""

import re

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.examples import open_example
from core.explore import losses
from core.explore.cells import predicted
from core.formula import svg
from core.why.numbers import Number
from gui.document import Document
from gui.explorers.activation import ActivationExplorer
from gui.explorers.backprop import BackpropExplorer
from gui.explorers.feed_forward import FeedForwardExplorer
from gui.explorers.loss_lab import LossLab
from gui.explorers.neuron import NeuronExplorer
from gui.explorers.optimizer_race import OptimizerRace
from gui.explorers.recurrent_step import RecurrentStepExplorer
from gui.explorers.window import ExplorerWindow
from gui.runner import Runner
from tests.gui.explorers.test_explorers import choose as choose_in
from tests.gui.explorers.test_why_walked import heard, settled, small
from tests.gui.test_main_window import window  # noqa: F401 - window is a fixture
from tests.gui.test_why_everywhere import choose, open_menu_over, opened_menu, why

LEFT = Qt.MouseButton.LeftButton


def menu_of(widget, place):
    """The right button on a pixel of a widget."""
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, widget.mapToGlobal(place))
    QApplication.sendEvent(widget, event)
    return opened_menu()


def menu_by_key(widget):
    """The menu key."""
    middle = widget.rect().center()
    QApplication.sendEvent(
        widget, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, middle, widget.mapToGlobal(middle))
    )
    return opened_menu()


def go_to(qtbot, words):
    """The first number of words, by Tab; a menu that was open may have left no window active."""
    words.window().activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is words.window())
    words.setFocus(Qt.FocusReason.TabFocusReason)


def line_of(formula, number):
    """A pixel in the middle of a line of a formula."""
    return formula.told_rect(number).center().toPoint()


def shown(line):
    """The last number of a line."""
    return float(re.findall(r"-?\d[\d.]*(?:e-?\d+)?", line.replace("{-}", "-").replace(r" \cdot 10^{", "e"))[-1])


def ask_each_line(qtbot, formula, asked):
    """Each line by a click, by the right button, and by the keyboard."""
    for number in range(len(formula._told)):
        before = len(asked)
        QTest.mouseClick(formula, LEFT, pos=line_of(formula, number))
        choose(menu_of(formula, line_of(formula, number)))
        formula.setFocus()
        while formula._line != number:
            QTest.keyClick(formula, Qt.Key.Key_Down)
        QTest.keyClick(formula, Qt.Key.Key_Return)
        choose(menu_by_key(formula))
        first, *others = asked[before:]
        assert len(others) == 3
        for other in others:
            assert str(other.title) == str(first.title) and other.value == first.value


def test_lines_of_the_neuron(show, qtbot):
    explorer = show(NeuronExplorer)
    asked = heard(explorer)
    ask_each_line(qtbot, explorer.formula, asked)
    assert [one.value for one in asked[::4]] == pytest.approx(
        [shown(line) for line in explorer.formula._told], rel=1e-3
    )


def test_each_number_of_the_drawn_neuron_by_mouse_and_by_keys(show, type_in):
    explorer = show(NeuronExplorer)
    type_in(explorer.bias, -0.14)
    assert " - 0.14 = " in explorer.formula._told[0]
    picture, asked = explorer.picture, heard(explorer)
    for place in picture.places():
        choose(menu_of(picture, picture.area(place).center().toPoint()))
    picture.setFocus()
    for _ in picture.places():
        QTest.keyClick(picture, Qt.Key.Key_Right)
        QTest.keyClick(picture, Qt.Key.Key_Return)
    x, w = (np.array([slider.value for slider in many[:2]]) for many in (explorer.inputs, explorer.weights))
    z = float(w @ x - 0.14)
    wanted = [*x, *w, -0.14, z, np.tanh(z)]
    assert [one.value for one in asked] == pytest.approx([*wanted, *wanted])


def test_words_and_formula_of_the_activation_and_of_a_curve_that_is_not_chosen(show, qtbot):
    explorer = show(ActivationExplorer)
    asked = heard(explorer)
    go_to(qtbot, explorer.words)
    QTest.keyClick(explorer.words, Qt.Key.Key_Return)
    assert f"{asked[0].value:.4g}" in explorer.words.text()
    ask_each_line(qtbot, explorer.formula, asked)
    assert asked[1].value == pytest.approx(np.tanh(1.0))
    settled(explorer.curve)
    z = 1.5
    choose(open_menu_over(explorer.curve, z, 1 / (1 + np.exp(-z))), "value")
    choose(open_menu_over(explorer.curve, -5.0, -1.0), "saturated")
    sigmoid, flat = asked[-2:]
    assert sigmoid.title.values["name"] == "Sigmoid" and flat.title.values["name"].startswith("Tanh")
    there = float(flat.title.values["z"])
    assert flat.value == pytest.approx(1 / np.cosh(there) ** 2, rel=1e-2) and "<" in flat.numbers[0]


def test_words_formula_and_dots_of_the_loss_lab(show, type_in, qtbot):
    explorer = show(LossLab)
    type_in(explorer.outlier, 3.0)
    asked = heard(explorer)
    go_to(qtbot, explorer.words)
    for _ in range(2):
        QTest.keyClick(explorer.words, Qt.Key.Key_Return)
        QTest.keyClick(explorer.words, Qt.Key.Key_Tab)
    said = [float(n) for n in re.findall(r"([\d.]+) %", re.sub(r"<[^>]*>", "", explorer.words.text()))]
    assert [100 * one.value for one in asked] == pytest.approx(said, abs=0.06)
    ask_each_line(qtbot, explorer.formula, asked)
    residuals = torch.tensor(explorer.places())
    whole = torch.nn.functional.huber_loss(residuals, torch.zeros_like(residuals)).item()
    assert asked[2].value == pytest.approx(whole) and shown(explorer.formula._told[0]) == pytest.approx(whole, rel=1e-3)
    value = explorer.charts[0]
    settled(value)
    for words, wanted in (
        ("this loss", 2.5),
        ("much of the loss", asked[0].value),
        ("much of the pull", asked[1].value),
    ):
        choose(open_menu_over(value, 3.0, 2.5), words)
        assert asked[-1].value == pytest.approx(wanted)
    choose(open_menu_over(value, 1.7, 1.7), "this loss")  # where mean absolute error passes
    assert asked[-1].title.values["name"].startswith("Mean absolute")


def test_weights_loss_and_lines_of_the_network_that_learns(show, qtbot):
    explorer = show(BackpropExplorer)
    for _ in range(3):
        QTest.mouseClick(explorer.update_button, LEFT)
    asked, picture = heard(explorer), explorer.picture
    values = small(explorer.network, [slider.value for slider in explorer.inputs])
    target = torch.tensor([slider.value for slider in explorer.targets], dtype=torch.float64)
    loss = torch.nn.functional.mse_loss(values[-1], target).item()
    go_to(qtbot, explorer.words)
    for _ in range(2):
        QTest.keyClick(explorer.words, Qt.Key.Key_Return)
        QTest.keyClick(explorer.words, Qt.Key.Key_Tab)
    now, before = asked
    assert now.value == pytest.approx(loss) and before.value > now.value
    said = [float(n) for n in re.findall(r"0\.\d+", explorer.words.text())]
    assert said == pytest.approx([now.value, before.value], rel=1e-4)
    places = picture._places("weight")
    for place in places:
        choose(menu_of(picture, picture.weight_place(place[1:]).toPoint()), "this weight?")
    for one, (_, layer, unit, source) in zip(asked[2:], places, strict=True):
        assert one.value == pytest.approx(explorer.network.weights[layer][unit, source])
        assert len(one.terms) == 4 and all("<svg" in svg(line) for line in (*one.symbols, *one.numbers))
    asked.clear()
    ask_each_line(qtbot, explorer.formula, asked)
    whole, through, gradient, updated = asked[::4]
    assert through.value == pytest.approx(shown(explorer.formula._told[1]), rel=1e-3)
    assert whole.value == gradient.value == pytest.approx(shown(explorer.formula._told[2]), rel=1e-4)
    assert updated.value == pytest.approx(shown(explorer.formula._told[-1]), rel=1e-4)


def test_the_network_that_learns_by_keyboard_alone(qtbot):
    document = Document()
    explorers = ExplorerWindow(document, Runner(document))
    qtbot.addWidget(explorers)
    with qtbot.waitExposed(explorers):
        explorers.show()
    explorer = explorers.show_explorer("backprop")
    explorers.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is explorers and explorer.isVisible())
    asked, picture = heard(explorer), explorer.picture
    picture.setFocus()
    QTest.keyClick(picture, Qt.Key.Key_Right)
    QTest.keySequence(picture, "Alt+W")
    QTest.keyClick(picture, Qt.Key.Key_Down)
    QTest.keyClick(picture, Qt.Key.Key_Right)
    QTest.keySequence(picture, "Alt+W")
    QTest.keyClick(picture, Qt.Key.Key_Down)
    QTest.keySequence(picture, "Alt+W")
    weight, value, gradient = asked
    assert weight.value == explorer.network.weights[0][0, 1]
    assert value.value == explorer.inputs[1].value and "gradient at input 2" in str(gradient.title)
    go_to(qtbot, explorer.words)
    QTest.keySequence(explorer.words, "Alt+W")
    assert asked[-1].value == pytest.approx(explorer.walk().loss)
    explorers.close()


def test_weights_and_lines_of_feed_forward(show, qtbot):
    explorer = show(FeedForwardExplorer)
    asked, picture = heard(explorer), explorer.picture
    choose(menu_of(picture, picture.weight_place((1, 1, 2)).toPoint()), "this weight")
    assert asked[0].value == explorer.network.weights[1][1, 2]
    QTest.mouseClick(explorer.next, LEFT)
    ask_each_line(qtbot, explorer.formula, asked)
    assert [one.value for one in asked[1::4]] == pytest.approx(
        [shown(line) for line in explorer.formula._told], rel=1e-3
    )


def gates(explorer):
    """The last step of each part of the cell as torch has it: everything at every step."""
    one = explorer.of_cell()
    return one, {"x": one.found.x, **one.found.parts}


@pytest.mark.parametrize("kind", ["elman", "lstm", "gru"])
def test_every_bar_of_a_cell(show, type_in, qtbot, kind):
    explorer = show(RecurrentStepExplorer)
    choose_in(explorer.kind, kind, qtbot)
    type_in(explorer.length, 6)
    asked, bars = heard(explorer), explorer.bars
    one, true = gates(explorer)
    torch_cell = {"elman": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}[kind](1, 4).double()
    state = None
    with torch.no_grad():
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            getattr(torch_cell, name).copy_(torch.tensor(getattr(one.cell, name)))
        for x in one.found.x:
            state = torch_cell(torch.tensor(x)[None], state)
    assert len(bars.rows) == len(true)
    for row in range(len(bars.rows)):
        for step, unit in ((0, 0), (5, 3)):
            table = bars.rows[row][1]
            place = (row, step, min(unit, table.shape[1] - 1))
            choose(menu_of(bars, bars.area(place).center().toPoint()), "this value")
            found = asked[-1]
            assert found.value == pytest.approx(table[place[1:]])
            assert all("<svg" in svg(line) for line in (*found.symbols, *found.numbers))
    last = state[0] if kind == "lstm" else state
    assert asked[-1].value == pytest.approx(last[0, 3].item(), rel=1e-9)
    QTest.mouseClick(bars, LEFT, pos=bars.area((len(true) - 1, 2, 1)).center().toPoint())
    for key, shift in (
        (Qt.Key.Key_Right, False),
        (Qt.Key.Key_Right, True),
        (Qt.Key.Key_Up, False),
        (Qt.Key.Key_Down, False),
    ):
        QTest.keyClick(bars, key, Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier)
    QTest.keyClick(bars, Qt.Key.Key_Return)
    assert explorer.step.value == 4 and asked[-1].value == pytest.approx(true["h"][3, 2])
    choose(menu_by_key(bars), "gradient of this value")
    assert asked[-1].value == pytest.approx(one.found.gradient[3, 2])
    asked.clear()
    ask_each_line(qtbot, explorer.formula, asked)
    assert asked[-1].value == pytest.approx(true["h"][3, 2])


@pytest.mark.parametrize("kind", ["elman", "lstm", "gru"])
def test_every_curve_and_both_numbers_below_them(show, type_in, qtbot, kind):
    explorer = show(RecurrentStepExplorer)
    choose_in(explorer.kind, kind, qtbot)
    type_in(explorer.length, 8)
    type_in(explorer.size, 1.6)
    settled(explorer.profile)
    asked = heard(explorer)
    one = explorer.of_cell()
    curves = {"|dL/dh|": one.found.profile, "foretold": predicted(one.cell, one.found)}
    if kind == "lstm":
        curves["|dL/dc|"] = one.found.cell_profile
    for title, curve in curves.items():
        choose(open_menu_over(explorer.profile, 3, curve[2]))
        assert title in str(asked[-1].title) and asked[-1].value == pytest.approx(curve[2])
    choose(open_menu_over(explorer.profile, 3, curves["|dL/dh|"][2]), "passes this step")
    assert asked[-1].value == pytest.approx(one.found.profile[2] / one.found.profile[3])
    asked.clear()
    go_to(qtbot, explorer.words)
    for _ in range(2):
        QTest.keyClick(explorer.words, Qt.Key.Key_Return)
        QTest.keyClick(explorer.words, Qt.Key.Key_Tab)
    measured = curves["|dL/dc|"] if kind == "lstm" else curves["|dL/dh|"]
    share, foretold = asked
    assert share.value == pytest.approx(measured[0] / measured[-1])
    assert foretold.value == pytest.approx(curves["foretold"][0] / measured[-1])


def test_bars_curves_and_size_of_my_network(qtbot):
    document = Document(open_example("digits-rows-elman"))
    runner = Runner(document)
    explorer = RecurrentStepExplorer(document, runner)
    qtbot.addWidget(explorer)
    explorer.resize(1000, 760)
    with qtbot.waitExposed(explorer):
        explorer.show()
    runner.start()
    try:
        qtbot.waitUntil(lambda: runner.examination is not None)
        choose_in(explorer.kind, "mine", qtbot)
        qtbot.waitUntil(lambda: explorer.bars.isVisible() and len(explorer.bars.rows) == 2)
        layer = document.project.network.layer("Hidden").id
        qtbot.waitUntil(lambda: bool(explorer.formula.lines))
        asked, bars = heard(explorer), explorer.bars
        choose(menu_of(bars, bars.area((0, 3, 5)).center().toPoint()), "this value")
        choose(menu_of(bars, bars.area((1, 2, 4)).center().toPoint()), "this gradient")
        assert asked == [Number("value", layer, 5, 3), Number("gradient", layer, 4, 2)]
        go_to(qtbot, explorer.words)
        QTest.keyClick(explorer.words, Qt.Key.Key_Return)
        loop = next(link for link in document.project.network.links.values() if link.recurrent)
        matrix = torch.tensor(document.project.weights[f"{loop.id}.weight"], dtype=torch.float64)
        assert asked[-1].value == pytest.approx(torch.linalg.svdvals(matrix)[0].item(), rel=1e-5)
        row = asked[-1].terms[0].about.make()
        assert row.terms[0].factor_number.part == f"{loop.id}.weight"
        settled(explorer.profile)
        foreseen = explorer.prediction.values[1]
        choose(open_menu_over(explorer.profile, 3, foreseen[2]), "foretold")
        assert asked[-1].value == pytest.approx(foreseen[2], rel=1e-6)
        choose(open_menu_over(explorer.profile, 3, explorer.measured.values[1][2]), "gradient")
        assert asked[-1] == Number("norm", layer, 0, 2, "gradient")
    finally:
        assert runner.close()


def test_words_step_and_paths_of_the_race(show, qtbot):
    explorer = show(OptimizerRace)
    for _ in range(5):
        QTest.mouseClick(explorer.one, LEFT)
    asked = heard(explorer)
    go_to(qtbot, explorer.where)
    QTest.keyClick(explorer.where, Qt.Key.Key_Return)
    leader = explorer.race.racers[explorer.race.order()[0]]
    assert asked[0].value == pytest.approx(leader.losses[-1])
    adam = explorer.race.racers["adam"]
    QTest.mouseClick(explorer.formula, LEFT, pos=line_of(explorer.formula, 0))
    QTest.mouseClick(explorer.formula, LEFT, pos=line_of(explorer.formula, 2))
    gradient, change = asked[1:]
    assert gradient.value == pytest.approx(adam.quantities["g"][0]) and change.value == pytest.approx(
        adam.quantities["change"][0]
    )
    settled(explorer.map)
    path = explorer.race.racers["sgd"].path
    choose(open_menu_over(explorer.map, *path[2]), "here in y")
    assert asked[-1].value == pytest.approx(path[2][1]) and asked[-1].title.values["n"] == 2
    choose(open_menu_over(explorer.map, 4.0, 1.0), "slope along y")
    assert asked[-1].value == pytest.approx(4 * float(asked[-1].title.values["y"]), abs=2e-3)


def test_the_race_on_my_network(show, qtbot):
    document = Document(open_example("digits-rows-elman"))
    explorer = show(OptimizerRace, document)
    runner = explorer.runner
    runner.start()
    try:
        qtbot.waitUntil(lambda: runner.status == "idle")
        choose_in(explorer.surface_box, "mine", qtbot)
        QTest.mouseClick(explorer.play, LEFT)
        qtbot.waitUntil(lambda: runner.race.standing is not None and runner.race.standing.taken >= 5)
        QTest.mouseClick(explorer.play, LEFT)
        explorer.refresh()
        standing, asked = runner.race.standing, heard(explorer)
        settled(explorer.losses)
        wanted = standing.losses["adam"][3]
        choose(open_menu_over(explorer.losses, 3, wanted), "this loss")
        (one,) = asked
        assert one.title.values["n"] == 4 and one.value in {losses[3] for losses in standing.losses.values()}
        assert one.value == pytest.approx(wanted, rel=5e-2)
        assert sum(term.contribution for term in one.terms) == pytest.approx(one.value, rel=1e-4)
        go_to(qtbot, explorer.where)
        QTest.keyClick(explorer.where, Qt.Key.Key_Return)
        assert asked[-1].value == min(float(np.mean(losses[-10:])) for losses in standing.losses.values())
        QTest.mouseClick(explorer.formula, LEFT, pos=line_of(explorer.formula, 0))
        assert asked[-1].value == standing.xrays["adam"][-1].now["g"]
    finally:
        assert runner.close()


def test_the_loss_lab_leads_from_a_dot_to_the_output_of_its_sample(show, qtbot):
    document = Document(open_example("digits-rows-elman"))
    explorer = show(LossLab, document)
    runner = explorer.runner
    runner.start()
    try:
        qtbot.waitUntil(lambda: runner.status == "idle")
        runner.step("epoch")
        qtbot.waitUntil(lambda: not runner.busy and runner.evaluation is not None)
        explorer.show_entry("cross_entropy")
        choose_in(explorer.points, "model", qtbot)
        asked, value = heard(explorer), explorer.charts[0]
        settled(value)
        places = explorer.places()
        close = int(np.abs(places).argmin())
        y = float(losses.curves(explorer.choice, places[close : close + 1]).loss[0])
        choose(open_menu_over(value, places[close], y), "this loss")
        margin = asked[0].terms[0].about.make()
        evaluation, data = runner.evaluation, document.project.dataset()
        sample = margin.sample[0]
        row = int(np.flatnonzero(evaluation.samples == sample)[0])
        right = int(data.target.values[sample, 0])
        p = float(evaluation.outputs[row, right])
        assert margin.value == pytest.approx(np.log(p / (1 - p)), rel=1e-5)
        output = document.project.network.of_kind("output")[0].id
        assert margin.terms[0].number == Number("value", output, right)
    finally:
        assert runner.close()


def test_a_place_beside_all_numbers_is_not_asked(show):
    explorer = show(BackpropExplorer)
    asked = heard(explorer)
    corner = QPoint(3, explorer.picture.height() - 3)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, corner, explorer.picture.mapToGlobal(corner))
    QApplication.sendEvent(explorer.picture, event)
    assert QApplication.activePopupWidget() is None and not asked


def test_rows_of_the_panel_lead_to_the_weight_and_to_the_value(qtbot, window):  # noqa: F811
    explorers = window.explorers.show("feed_forward")
    explorer = explorers.explorer
    qtbot.waitUntil(lambda: explorer.isVisible() and explorer.picture.height() > 100)
    QTest.mouseClick(explorer.next, LEFT)
    explorers.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is explorers)
    explorer.picture.setFocus()
    QTest.keyClick(explorer.picture, Qt.Key.Key_Right)
    QTest.keySequence(explorer.picture, "Alt+W")
    panel = why(window)
    qtbot.waitUntil(lambda: panel.asking.answer is not None and len(panel.terms.rows) == 3)
    network = explorer.network

    def row():
        return next(row for row in panel.terms.rows if row.term.symbol == "a_1")

    QTest.mouseClick(row(), LEFT, pos=row().weight_area().center().toPoint())
    qtbot.waitUntil(lambda: "weight from 1 to 2" in panel.title.text())
    assert panel.asking.answer.value == network.weights[0][1, 0]
    panel.commands["back"].trigger()
    QTest.mouseClick(row(), LEFT, pos=row().rect().center() + QPoint(0, -8))
    qtbot.waitUntil(lambda: panel.title.text() == "Input 1")
    assert panel.asking.answer.value == explorer.inputs[0].value
    panel.commands["back"].trigger()
    row().setFocus()
    QTest.keyClick(row(), Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert panel.asking.answer.value == network.weights[0][1, 0]
    explorers.close()


def test_curves_by_keyboard_alone(qtbot):
    document = Document()
    explorers = ExplorerWindow(document, Runner(document))
    qtbot.addWidget(explorers)
    with qtbot.waitExposed(explorers):
        explorers.show()
    explorers.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is explorers)
    explorer = explorers.show_explorer("activation")
    qtbot.waitUntil(lambda: explorer.isVisible() and explorer.curve.height() > 50)
    asked = heard(explorer)
    for _ in range(60):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        if QApplication.focusWidget() is explorer.steep:
            break
    assert explorer.steep.hasFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right):
        QTest.keyClick(explorer.steep, key)
    QTest.keySequence(explorer.steep, "Alt+W")
    place = float(asked[0].title.values["z"])
    assert place == pytest.approx(0.6, abs=0.01) and asked[0].value == pytest.approx(1 / np.cosh(place) ** 2, rel=1e-3)
    explorer = explorers.show_explorer("optimizer_race")
    qtbot.waitUntil(lambda: explorer.isVisible() and explorer.losses.height() > 50)
    for _ in range(3):
        QTest.mouseClick(explorer.one, LEFT)
    explorer.losses.setFocus()
    for key in (Qt.Key.Key_Left, *[Qt.Key.Key_Left] * 3):
        QTest.keyClick(explorer.losses, key)
    QTest.keySequence(explorer.losses, "Alt+W")
    step = asked[-1].title.values["n"]
    assert step < 4 and asked[-1].value in {racer.losses[step] for racer in explorer.race.racers.values()}
    explorers.close()


def test_a_formula_can_be_copied_and_read_aloud(show):
    formula = show(FeedForwardExplorer).formula
    assert formula.accessibleName() == "x = (0.8, -0.5)"
    choose(menu_of(formula, line_of(formula, 0)), "LaTeX")
    assert QApplication.clipboard().text() == "x = (0.8, {-}0.5)"
    choose(menu_by_key(formula), "as text")
    assert QApplication.clipboard().text() == "x = (0.8, -0.5)"


def test_the_menu_key_over_a_picture_that_the_keyboard_has_not_come_to(show):
    explorer = show(NeuronExplorer)
    asked, picture = heard(explorer), explorer.picture
    QTest.mouseMove(picture, picture.area(("z", 0)).center().toPoint())
    assert picture.cursor_at is None
    choose(menu_by_key(picture), "sum")
    assert asked[-1].value == pytest.approx(picture.sum)


def test_places_that_are_drawn_no_longer_are_not_asked_about(show, type_in):
    explorer = show(NeuronExplorer)
    asked, picture = heard(explorer), explorer.picture
    picture.setFocus()
    while picture.cursor_at != ("w", len(picture.w)):
        QTest.keyClick(picture, Qt.Key.Key_Right)
    QTest.mouseMove(picture, picture.area(picture.cursor_at).center().toPoint())
    type_in(explorer.count, 1)
    drawn = (*picture.x, *picture.w, picture.bias, picture.sum, picture.output)
    assert all(one.asked.value in drawn for one in picture.questions_here())
    picture.setFocus()
    QTest.keyClick(picture, Qt.Key.Key_Return)
    assert not asked
