"""Why this number? Every number of the unrolled view, its card and its diagram answers with what it shows."""

import html
import re
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest

from core.formula import svg
from core.reports import Moment
from core.whatif import Put
from core.why.explain import Explainer
from core.why.numbers import Aggregate, Number
from gui.unroll import chrome, tips
from gui.unroll.numbers import length
from gui.why.here import ask_here
from tests.gui.hands_of_why import (
    agrees,
    asked_of,
    choose,
    click_number,
    give_keyboard,
    marked_in,
    menu_of,
    questions_in,
)  # fmt: skip


def ask(hands, pos: QPoint, words: str):
    """The right button at a point: (what stands first, what is asked)."""
    with asked_of(hands.view.document) as asked:
        menu = menu_of(hands.view, pos)
        first = questions_in(menu)[0]
        choose(menu, words)
    return first, drawn(asked[-1])


def drawn(found):
    if isinstance(found, Aggregate):
        assert str(found.title) and str(found.note)
        assert all("<svg" in svg(line) for line in (*found.symbols, *found.numbers))
    return found


def by_key(hands) -> list[str]:
    menu = menu_of(hands.view, QPoint(2, 2), QContextMenuEvent.Reason.Keyboard)
    found = questions_in(menu)
    menu.close()
    return found


# -- cells and what stands around them -----------------------------------------------------------------------------------


def test_the_share_of_a_gradient_that_comes_through_time(make):
    hands = make()
    hands.key(Qt.Key.Key_G)
    hidden, own = hands.id("Hidden"), hands.view.shown.numbers.trace.layers[hands.id("Hidden")]
    _, found = ask(hands, hands.cell("Hidden", 3), "share through time")
    whole, through = own.total[3].astype(float), own.through[3].astype(float)
    value = float(whole @ through / (whole @ whole))
    assert found.value == pytest.approx(value, rel=1e-9)
    assert f"{value:.0%} through time" in hands.words(hands.cell("Hidden", 3))
    assert sum(term.contribution for term in found.terms) == pytest.approx(value, rel=1e-9)
    assert all(term.number.layer == hidden and term.number.step == 3 for term in found.terms if term.number)


def test_the_gradient_of_the_output_is_asked_as_it_is_shown(make):
    hands = make()
    hands.key(Qt.Key.Key_G)
    output = hands.network.of_kind("output")[0]
    words = hands.words(hands.cell(output.name, None))
    _, number = ask(hands, hands.cell(output.name, None), "Why this gradient")
    assert number == Number("norm", output.id, 0, None, "delta") and "|dL/da|" in words


def test_parts_of_the_gradient_are_asked_where_they_are_shown(make):
    hands = make()
    hidden = hands.id("Hidden")
    hands.key(Qt.Key.Key_2)
    first, number = ask(hands, hands.cell("Hidden", 2), "Why this part")
    assert first == "Why this part?" and number == Number("norm", hidden, 0, 2, "direct")
    hands.view.commands["through"].trigger()
    hands.view.looking.toggle_units([hidden])
    row = hands.row("Hidden")
    box = hands.view.layout_.cell(row.index, row.column(4))
    unit = 5
    pos = QPointF(box.center().x(), box.top() + (unit + 0.5) / 32 * box.height()).toPoint()
    _, found = ask(hands, pos, "Why this part")
    own = hands.view.shown.numbers.trace.layers[hidden]
    assert found.value == pytest.approx(float(own.through[4, unit])) and found.leads == (
        Number("gradient", hidden, unit, 4),
    )


def test_names_tell_copies_colours_and_delays(make):
    hands = make()
    row = hands.row("Hidden")
    pos = chrome.name_rect(hands.view.layout_, row.index).center().toPoint()
    _, found = ask(hands, pos, "Why so many copies")
    assert found.value == row.steps and f"{row.steps} copies" in hands.words(pos)
    _, found = ask(hands, pos, "Why full colour")
    assert found.value == hands.view.painting.reach(row.layer)
    values = hands.view.shown.numbers.rows(row.layer)
    lead = found.leads[0]
    assert abs(values[lead.step, lead.unit]) == np.abs(values).max()
    _, found = ask(hands, pos, "Why this delay")
    assert found.value == 1


def test_arrows_tell_how_often_they_are_there(make):
    hands = make()
    copy = hands.copy("recurrent", 4)
    pos = hands.middle(copy)
    assert "used 8 times" in hands.words(pos)
    _, found = ask(hands, pos, "Why so many copies")
    assert found.value == 8
    _, found = ask(hands, pos, "Why this delay")
    assert found.value == 1


def test_what_enters_and_what_is_answered(make):
    hands = make("sunspots-forecast")
    name = hands.network.of_kind("input")[0].name
    pos = hands.cell(name, 2)
    given = hands.view.shown.sample.inputs[hands.id(name)]
    _, found = ask(hands, pos, "Why does this enter")
    assert found.value == pytest.approx(float(given.values[2, 0]), rel=1e-5) and given.text(2).startswith(
        f"{found.value:.4g}"
    )
    digits = make()
    output = digits.network.of_kind("output")[0]
    _, number = ask(digits, digits.cell(output.name, None), "Why this answer")
    values = digits.view.shown.numbers.rows(output.id)[0]
    assert number == Number("value", output.id, int(values.argmax()), None)
    _, found = ask(digits, digits.cell(output.name, None), "Why this target")
    assert found.value == float(digits.view.reading.dataset().target.values[digits.view.shown.numbers.sample, 0])


def test_steps_loss_and_colours_of_the_whole(make):
    hands = make()
    view, size = hands.view, hands.view.layout_.size
    for pos in (hands.header("Hidden", 3), QPoint(30, 12)):
        _, found = ask(hands, pos, "Why so many steps")
        assert found.value == view.layout_.unrolled.steps
    _, number = ask(hands, QPoint(300, int(size.height()) - 15), "Why this loss")
    assert number == Number("loss")
    legend = view.painting.legend_box().center().toPoint()
    view.commands["gradient"].trigger()
    _, found = ask(hands, legend, "full colour")
    assert found.value == 10.0**view.shown.scale.high
    hands.view.document.select(())
    assert {"Why this loss?", "Why so many steps?", "Why full colour at this length?"} <= set(by_key(hands))


def test_a_pixel_of_the_overview(make):
    hands = make()
    view = hands.view
    for _ in range(6):
        view.looking.zoom(1.6)
    assert not view.layout_.sees_all()
    view.grab()
    box = chrome.overview_rect(view.layout_)
    rows = view.painting.overview_lines()
    whole = sum(len(lines) for _, lines in rows)
    above = 0
    for row, lines in rows:
        share = (above + len(lines) / 2) / whole
        pos = QPointF(box.left() + 2.5 / 8 * box.width(), box.top() + share * box.height()).toPoint()
        _, number = ask(hands, pos, "Why this value")
        assert number == Number("norm", row.layer, 0, 2, "value")
        above += len(lines)


def test_the_selected_cell_answers_by_keyboard_alone(make):
    hands = make()
    hands.key(Qt.Key.Key_Up)
    hands.key(Qt.Key.Key_Right)
    found = by_key(hands)
    assert {"Why this value?", "Why this gradient?", "Why so many copies?", "Why full colour at this value?"} <= set(
        found
    )
    with asked_of(hands.view.document) as asked:
        hands.view.window().activateWindow()
        hands.view.setFocus()
        assert ask_here(hands.view.window(), hands.view.document)
    assert isinstance(asked[0], Number)


# -- what if -------------------------------------------------------------------------------------------------------------


def changed(hands):
    hidden = hands.id("Hidden")
    hands.view.changing.do(Put(hidden, 2, None, 0.0))
    assert hands.view.runner.imagining.outcome is not None
    return hidden, hands.view.runner.trace, hands.view.runner.imagining.outcome


def test_what_a_what_if_changes_at_a_cell(make):
    hands = make()
    hidden, plain, outcome = changed(hands)
    before, after = (float(length(one.layers[hidden].value)[4]) for one in (plain, outcome.trace))
    _, found = ask(hands, hands.cell("Hidden", 4), "Why this change?")
    assert found.value == pytest.approx(after - before) and before != after
    assert [term.contribution for term in found.terms] == [pytest.approx(after), pytest.approx(-before)]
    _, found = ask(hands, hands.cell("Hidden", 4), "What was it before")
    assert found.value == pytest.approx(before)
    assert f"(was {tips.number(before)})" in hands.words(hands.cell("Hidden", 4))
    hands.view.commands["difference"].trigger()  # a menu that was open may have left no window active for its key
    first, _ = ask(hands, hands.cell("Hidden", 4), "Why this change?")
    assert first == "Why this change?", "it is what the colour shows"
    hands.view.commands["gradient"].trigger()
    copy = hands.copy("recurrent", 5)
    one, other = (of.layers[hidden].flows[copy.tie.key][5] for of in (plain, outcome.trace))
    _, found = ask(hands, hands.middle(copy), "change of the gradient")
    assert found.value == pytest.approx(float(other - one))


def test_every_number_on_the_card(make):
    hands = make(size=(1500, 700))
    _, plain, outcome = changed(hands)
    view = hands.view
    hands.key(Qt.Key.Key_T)
    imagining = view.runner.imagining
    card, wanted = view.card, {}
    for label in (card.outcome, card.cut, *card._layers):
        for key, text in marked_in(label).items():
            with asked_of(view.document) as asked:
                click_number(label, key)
            if not key.startswith("answer"):
                assert agrees(text, drawn(asked[0]).value), (key, text, asked[0].value)
            wanted[key] = asked[0]
    outcome = imagining.outcome
    assert wanted["loss.before"].value == plain.loss and wanted["loss.after"].value == outcome.trace.loss
    assert wanted["sample.cosine"].value == outcome.alike[""].cosine
    assert wanted["sample.ratio"].value == pytest.approx(outcome.alike[""].ratio)
    assert wanted["arrows.fallen"].value < wanted["arrows.whole"].value == 7
    assert sum(term.contribution for term in wanted["arrows.whole"].terms) == 7
    assert wanted["batch.cosine"].value == imagining.batch[""].cosine
    output = hands.network.of_kind("output")[0].id
    said = outcome.trace.layers[output].value
    assert wanted["answer.after"].value == pytest.approx(float(said.max()))
    assert wanted["answer.before"].value == pytest.approx(float(plain.layers[output].value.max()))
    texts = marked_in(card.outcome)
    assert html.unescape(texts["answer.after"]) == str(int(said.argmax()))
    give_keyboard_of(card.outcome, view)
    with asked_of(view.document) as asked:
        QTest.keyClick(card.outcome, Qt.Key.Key_Return)
    assert len(asked) == 1


def give_keyboard_of(label, view):
    view.window().activateWindow()
    label.setFocus(Qt.FocusReason.TabFocusReason)


def test_the_number_that_a_what_if_starts_from(qtbot, make):
    hands = make()
    hidden = hands.id("Hidden")
    hands.view.changing.ask(hidden, 3, 4)
    dialog = hands.view.changing.dialog
    qtbot.waitUntil(lambda: dialog.now.height() > 5 and dialog.now.isVisible(), timeout=10000)
    with asked_of(hands.view.document) as asked:
        click_number(dialog.now, "now")
    assert asked == [Number("value", hidden, 4, 3)]
    shown = hands.view.shown.numbers.rows(hidden)[3, 4]
    assert agrees(marked_in(dialog.now)["now"], float(shown))
    dialog.reject()


# -- inside of a cell ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("example", "name"), [("adding-lstm", "LSTM"), ("names-gru", "GRU")])
@pytest.mark.parametrize("unit", [None, 3])
def test_all_numbers_of_the_diagram_by_mouse_and_keyboard(qtbot, make, example, name, unit):
    hands = make(example)
    layer = next(one for one in hands.network if one.kind == name.lower())
    hands.view.choosing.select(layer.id, hands.view.layout_.unrolled.by_layer[layer.id].column(2))
    hands.view.open_diagram(layer.id)
    diagram = hands.view.diagram
    diagram.unit = unit
    diagram.refresh()
    diagram.grab()
    shown = {**diagram.numbers.values, "gradient": diagram.numbers.gradient}
    if diagram.numbers.cell_gradient is not None:
        shown["cell_gradient"] = diagram.numbers.cell_gradient
    if "z" in shown:
        shown["1-z"] = 1 - shown["z"]
    keys = [key for key in diagram._places if key != "sentence"]
    assert set(keys) == set(shown)
    explain = hands.view.runner
    for key in keys:
        with asked_of(hands.view.document) as asked:
            menu = menu_of(diagram, diagram._places[key].center().toPoint())
            choose(menu, "Why")
        assert value_of(explain, hands, asked[0]) == pytest.approx(shown[key], rel=1e-4, abs=1e-7), key
    give_keyboard(qtbot, diagram)
    with asked_of(hands.view.document) as asked:
        for _ in range(len(diagram._places)):
            QTest.keyClick(diagram, Qt.Key.Key_Return)
            QTest.keyClick(diagram, Qt.Key.Key_Right)
    assert len(asked) == len(diagram._places)
    QTest.keyClick(diagram, Qt.Key.Key_Down)
    assert diagram.unit == (0 if unit is None else unit + 1)
    QTest.keyClick(diagram, Qt.Key.Key_Escape)
    assert not diagram.isVisible()
    diagram.setParent(hands.view)


def value_of(runner, hands, asked):
    """What the answer comes to, worked out by the explainer in 64 bit."""
    if isinstance(asked, Aggregate):
        return drawn(asked).value
    explainer = Explainer(hands.network, runner.weights, runner.trace, None)
    return explainer.explain(asked).value


# -- walking through a batch ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["state", "sum", "gates", "direct", "through", "share"])
@pytest.mark.parametrize("example", ["digits-rows-elman", "adding-lstm", "names-gru"])
def test_the_lengths_of_a_moment(make, example, part):
    hands = make(example, size=(1800, 620))
    view = hands.view
    layer = next(one for one in hands.network if one.kind in ("lstm", "gru") or one.name == "Hidden")
    view.document.select({layer.id})
    phase = "forward" if part in ("state", "sum", "gates") else "backward"
    step = 2
    moment = Moment(phase, step, view.layout_.unrolled.steps, part)
    view.shown.numbers = replace(view.shown.numbers, moment=moment)
    view.phase.refresh()
    parts = " ".join(view.phase.parts(moment))
    questions = view.phase._about_it()
    found = re.findall(r'<a href="ask:([^"]*)">(.*?)</a>', parts)
    lengths = [(html.unescape(key), text) for key, text in found if key not in ("step", "steps")]
    assert lengths or part in ("sum", "gates")
    for key, text in lengths:
        asked = questions[key].asked
        assert agrees(text, value_of(view.runner, hands, asked)), (key, text)
    assert questions["steps"].asked.value == moment.steps


def test_a_number_of_the_walk_is_clicked(make):
    hands = make(size=(1800, 620))
    view = hands.view
    view.document.select({hands.id("Hidden")})
    view.shown.numbers = replace(view.shown.numbers, moment=Moment("forward", 3, 8, "state"))
    view.phase.refresh()
    with asked_of(view.document) as asked:
        click_number(view.phase, "value")
    assert asked == [Number("norm", hands.id("Hidden"), 0, 3, "value")]
