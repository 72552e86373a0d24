"""Why so many? Every count of the inspector answers to the mouse and to the keyboard, with the number that it shows."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest

from core.edits import SetFrozen, SetMask, SetParam, SetWeights
from core.examples import open_example
from core.parameters import parameters
from core.why.numbers import Aggregate
from gui.inspect.counts import about_parameters
from gui.panels.inspector import Inspector
from gui.panels.why import WhyPanel
from gui.why.here import ask_here
from gui.why.told import Told
from tests.gui.hands_of_why import (
    agrees,
    asked_of,
    choose,
    click_number,
    give_keyboard,
    marked_in,
    menu_of,
    questions_in,
)


def told(inspector) -> list[Told]:
    return [label for label in inspector.findChildren(Told) if label.isVisible() and marked_in(label)]


def settled(qtbot, inspector):
    """Until the layout has given every label its place."""
    seen = []

    def same():
        seen.append([label.geometry() for label in told(inspector)])
        return len(seen) > 2 and seen[-1] == seen[-2] and all(box.height() > 5 for box in seen[-1])

    qtbot.waitUntil(same, timeout=20000)


def every_number(qtbot, document, inspector) -> dict[str, Aggregate]:
    settled(qtbot, inspector)
    answers = {}
    for label in told(inspector):
        for key, text in marked_in(label).items():
            with asked_of(document) as asked:
                click_number(label, key)
            (found,) = asked
            assert agrees(text, found.value), (key, text, found.value)
            answers[key] = found
    return answers


@pytest.fixture
def inspector(document, runner, show):
    return show(Inspector(document, runner))


def test_of_the_network(qtbot, document, inspector):
    answers = every_number(qtbot, document, inspector)
    assert answers["parameters"].value == sum(w.size for w in document.project.weights.values())
    assert answers["layers"].value == len(document.project.network.layers)
    assert answers["links"].value == len(document.project.network.links)


def test_of_a_layer_and_of_several(qtbot, document, inspector):
    network = document.project.network
    hidden = network.layer("Hidden")
    document.select({hidden.id})
    answers = every_number(qtbot, document, inspector)
    assert {"reads", "gives", "parameters", "mean", "deviation", "smallest", "largest"} <= answers.keys()
    assert answers["reads"].value == 8 + 32 and answers["gives"].value == 32
    document.do(SetFrozen((next(k.id for k in network.links.values() if k.recurrent),), True))
    assert every_number(qtbot, document, inspector)["frozen"].value == 32 * 32
    document.select(set(network.layers))
    answers = every_number(qtbot, document, inspector)
    assert answers["layers"].value == len(network.layers)
    assert answers["parameters"].value == sum(w.size for w in document.project.weights.values())


def test_of_links(qtbot, document, inspector):
    network = document.project.network
    loop = next(link for link in network.links.values() if link.recurrent)
    document.do(SetMask(loop.id, {(0, 1): False, (2, 0): False}))
    document.select({loop.id})
    answers = every_number(qtbot, document, inspector)
    assert (answers["rows"].value, answers["columns"].value) == (32, 32)
    assert (answers["cut"].value, answers["total"].value, answers["parameters"].value) == (2, 1024, 1024)
    assert answers["delay"].value == 1
    document.select(set(network.links))
    answers = every_number(qtbot, document, inspector)
    matrices = [w.size for name, w in document.project.weights.items() if name.endswith(".weight")]
    assert answers["links"].value == len(network.links) and answers["parameters"].value == sum(matrices)


def test_the_matrix_of_a_link_into_both_directions_of_a_block(qtbot, runner, document, show):
    document.open(open_example("names-gru"))
    network = document.project.network
    block = next(layer for layer in network if layer.kind == "gru")
    document.do(SetParam(block.id, "bidirectional", True))
    inspector = show(Inspector(document, runner))
    link = document.project.network.into(block.id)[0]
    document.select({link.id})
    answers = every_number(qtbot, document, inspector)
    both = [w for name, w in document.project.weights.items() if name.startswith(f"{block.id}.weight_ih")]
    assert len(both) == 2 and answers["parameters"].value == sum(w.size for w in both)
    assert answers["rows"].value == sum(len(w) for w in both)
    assert answers["mean"].value == pytest.approx(float(np.concatenate(both).astype(float).mean()), rel=1e-5)


def test_by_the_keyboard_alone(qtbot, document, inspector):
    document.select({document.project.network.layer("Hidden").id})
    settled(qtbot, inspector)
    labels = told(inspector)
    labels[0].setFocus(Qt.FocusReason.TabFocusReason)
    reached = []
    for _ in range(60):
        with asked_of(document) as asked:
            if isinstance(inspector.window().focusWidget(), Told):
                QTest.keyClick(inspector.window().focusWidget(), Qt.Key.Key_Return)
        reached += [str(one.title) for one in asked]
        QTest.keyClick(inspector.window().focusWidget(), Qt.Key.Key_Tab)
    assert len(dict.fromkeys(reached)) >= 7, reached


def test_the_bars_of_the_histogram(qtbot, document, inspector):
    hidden = document.project.network.layer("Hidden")
    weights = {name: np.array(w) for name, w in document.project.weights.items()}
    bias = f"{hidden.id}.bias"
    weights[bias][:3] = np.nan
    document.do(SetWeights({bias: weights[bias]}))
    document.select({hidden.id})
    settled(qtbot, inspector)
    page = inspector.pages[0]
    bars = page.weights.histogram
    owners = {hidden.id, *(link.id for link in document.project.network.into(hidden.id))}
    own = np.concatenate([w.ravel() for name, w in weights.items() if name.split(".")[0] in owners]).astype(float)
    good = np.sort(own[np.isfinite(own)])
    reach = np.abs(good).max()
    edges = [reach * (2 * n / 41 - 1) for n in range(42)]
    for n in (3, 20, 33):
        low, high = edges[n], edges[n + 1]
        wanted = int(((good >= low) & (good < high)).sum())
        pos = QPoint(round(bars.bar_rect(n).center().x()), 20)
        with asked_of(document) as asked:
            menu = menu_of(bars, pos)
            assert questions_in(menu)[0] == "Why this bar?"
            choose(menu, "Why this bar")
        assert asked[0].value == wanted and bars.words(n).startswith(str(wanted))
        assert sum(term.contribution for term in asked[0].terms) == wanted
    with asked_of(document) as asked:
        menu = menu_of(bars, QPoint(4, bars.height() - 3))
        assert questions_in(menu)[0] == "Why do the bars reach so far?"
        choose(menu, "reach")
    assert asked[0].value == pytest.approx(reach)
    answers = every_number(qtbot, document, inspector)
    assert answers["bad"].value == 3 and answers["mean"].value == pytest.approx(good.mean(), rel=1e-5)

    give_keyboard(qtbot, bars)
    QTest.keyClick(bars, Qt.Key.Key_Home)
    QTest.keyClick(bars, Qt.Key.Key_Right)
    with asked_of(document) as asked:
        QTest.keyClick(bars, Qt.Key.Key_Return)
        assert ask_here(inspector.window(), document)
        choose(menu_of(bars, QPoint(5, 5), QContextMenuEvent.Reason.Keyboard), "Why this bar")
    first = int(((good >= edges[1]) & (good < edges[2])).sum())
    assert [one.value for one in asked] == [first] * 3
    assert bars.accessibleDescription() == bars.words(1)


def test_the_answer_leads_down_to_a_setting_by_mouse_and_keyboard(qtbot, document, runner, show):
    panel = show(WhyPanel(document, runner), width=380)
    hidden = document.project.network.layer("Hidden")
    own = [one for one in parameters(document.project.network).values() if one.layer == hidden.id]
    document.ask(about_parameters(document.project.network, hidden.id, own).asked)
    whole = 32 * 8 + 32 * 32 + 32
    assert panel.value.text() == f"= {whole:,}" and panel.asking.answer.value == whole
    loop = next(row for row in panel.terms.rows if row.term.factor == row.term.value == 32)
    QTest.mouseClick(loop, Qt.MouseButton.LeftButton, pos=QPoint(loop.width() - 20, 8))
    assert panel.value.text() == "= 1,024" and "with a delay of 1" in panel.title.text()
    (product,) = panel.terms.rows
    area = product.weight_area()
    QTest.mouseClick(product, Qt.MouseButton.LeftButton, pos=area.center().toPoint())
    assert panel.title.text() == "How many units “Hidden” has" and panel.value.text() == "= 32"
    panel.commands["back"].trigger()
    (product,) = panel.terms.rows
    product.setFocus()
    QTest.keyClick(product, Qt.Key.Key_Return)
    assert panel.title.text() == "How many units “Hidden” has" and not panel.terms.rows
    panel.commands["text"].trigger()
    assert "n = 32" in QGuiApplication.clipboard().text()
