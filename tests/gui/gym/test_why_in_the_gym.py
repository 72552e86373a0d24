"""Why this share? Asked in the window of the gym with the mouse and by key."""

import re
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.formula import svg
from core.gym.results import Model, Point, Results
from core.gym.sweep import Standing
from gui.document import Document
from gui.gym.window import GymWindow
from gui.runner import Runner
from tests.gui.test_why_everywhere import at, choose, open_menu_over, opened_menu

RIGHT = {("a", 4): (0.9, 0.8, 1.0), ("b", 4): (0.3, 0.2), ("a", 8): (0.6, 0.4, 0.5)}


@pytest.fixture
def gym(qtbot):
    document = Document()
    made = GymWindow(document, Runner(document))
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    points = tuple(Point(key, value, n, p, 7) for (key, value), ps in RIGHT.items() for n, p in enumerate(ps))
    models = (Model("a", "First"), Model("b", "Second"))
    results = Results("copy", "Copy", "lag", (4, 8), models=models, chance={4: 0.1, 8: 0.1}, points=points)
    made.pages.setCurrentIndex(1)
    made.chart.show_results(results)
    chart = made.chart.chart
    qtbot.waitUntil(lambda: chart.isVisible() and chart.height() > 100)
    return made


@pytest.mark.parametrize("key, value", RIGHT)
def test_a_share_is_the_mean_of_its_seeds(gym, key, value):
    asked = []
    gym._document.asked.connect(asked.append)
    mean = sum(RIGHT[key, value]) / len(RIGHT[key, value])
    chart = gym.chart.chart
    choose(open_menu_over(chart, value, mean), "Why this share")
    (one,) = asked
    assert one.value == pytest.approx(mean) and one.title.values["model"] == {"a": "First", "b": "Second"}[key]
    assert [term.about.value for term in one.terms] == list(RIGHT[key, value])
    assert sum(term.contribution for term in one.terms) == pytest.approx(mean)
    assert all("<svg" in svg(line) for line in (*one.symbols, *one.numbers))


def test_by_key(qtbot, gym):
    asked = []
    gym._document.asked.connect(asked.append)
    chart = gym.chart.chart
    gym.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is gym)
    QTest.mouseMove(chart.viewport(), at(chart, 4, 0.9))
    qtbot.waitUntil(lambda: chart.pointer is not None)
    chart.setFocus()
    QTest.keySequence(chart, "Alt+W")
    assert [one.value for one in asked] == [pytest.approx(0.9)]


def test_how_far_back_is_asked_in_the_table(qtbot, gym):
    gym.sweeps.show(replace(gym.chart._results, values=(4.0, 8.0)))
    qtbot.waitUntil(lambda: gym.table.rowCount() == 2 and gym.table.isVisible(), timeout=20000)
    asked = []
    gym._document.asked.connect(asked.append)
    port = gym.table.viewport()
    for row in (0, 1):
        place = gym.table.visualItemRect(gym.table.item(row, 2)).center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, port.mapToGlobal(place))
        QApplication.sendEvent(port, event)
        choose(opened_menu(), "Why this far")
    first, second = asked
    # Of "First" 0.9 is (0.9 - 0.1) / 0.9 = 0.89 above chance and 0.5 only 0.44; "Second" fails at the first place.
    assert first.value == 4 and second.value == 0
    assert [term.about.value for term in first.terms] == pytest.approx([0.8 / 0.9, 0.4 / 0.9])
    assert [term.about.value for term in second.terms] == pytest.approx([0.15 / 0.9])
    assert [term.about.terms[0].value for term in first.terms] == pytest.approx([0.9, 0.5])
    assert r"0.8889 \geq 0.8" in first.numbers[0] and "0.4444 < 0.8" in first.numbers[1]
    assert all("<svg" in svg(line) for one in asked for line in (*one.symbols, *one.numbers))


def shown(qtbot, gym):
    """The results in the table too, with the keyboard in the window."""
    gym.sweeps.show(replace(gym.chart._results, values=(4.0, 8.0)))
    qtbot.waitUntil(lambda: gym.table.rowCount() == 2 and gym.table.isVisible())
    gym.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is gym)
    asked = []
    gym._document.asked.connect(asked.append)
    return asked


def test_the_table_by_keyboard_alone(qtbot, gym):
    asked = shown(qtbot, gym)
    gym.clear.setFocus()
    for _ in range(30):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        if QApplication.focusWidget() is gym.table:
            break
    assert gym.table.hasFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Right):
        QTest.keyClick(gym.table, key)
    QTest.keySequence(gym.table, "Alt+W")
    QTest.keyClick(gym.table, Qt.Key.Key_Down)
    QTest.keyClick(gym.table, Qt.Key.Key_Return)
    QTest.keyClick(gym.table, Qt.Key.Key_Left)
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Keyboard, gym.table.rect().center(), gym.mapToGlobal(gym.rect().center())
    )
    QApplication.sendEvent(gym.table, event)
    choose(opened_menu(), "Why so many weights")
    assert [(str(one.title), one.value) for one in asked] == [
        ("How far First remembers", 4), ("How far Second remembers", 0), ("How many numbers Second learns", 0),
    ]  # fmt: skip


def test_the_chart_by_keyboard_alone(qtbot, gym):
    asked = shown(qtbot, gym)
    chart = gym.chart.chart
    chart.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, *[Qt.Key.Key_Up] * 25):
        QTest.keyClick(chart, key)
    QTest.keySequence(chart, "Alt+W")
    QTest.keyClick(chart, Qt.Key.Key_Right)
    QTest.keySequence(chart, "Alt+W")
    assert [str(one.title) for one in asked] == ["The best seed of First at 4", "What counts as remembered at 8"]
    assert [one.value for one in asked] == pytest.approx([1.0, 0.1 + 0.8 * 0.9])


@pytest.mark.parametrize(
    "y, words, value",
    [(0.1, "this chance", 0.1), (0.82, "count as remembered", 0.82), (0.2, "worst seed of Second", 0.2)],
)
def test_chance_goal_and_the_edges_of_a_band(qtbot, gym, y, words, value):
    asked = shown(qtbot, gym)
    chart = gym.chart.chart
    choose(open_menu_over(chart, 4, y), words)
    assert asked[0].value == pytest.approx(value)


def test_each_number_of_the_words_above_the_curves(qtbot, gym):
    asked = shown(qtbot, gym)
    chart, words = gym.chart.chart, gym.chart.words
    QTest.mouseMove(chart.viewport(), at(chart, 4, 0.5))
    qtbot.waitUntil(lambda: "chance" in words.whole and "First" in words.whole and chart.pointer is not None)
    words.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(7):
        QTest.keyClick(words, Qt.Key.Key_Return)
        QTest.keyClick(words, Qt.Key.Key_Tab)
    assert [one.value for one in asked] == pytest.approx([0.9, 0.8, 1.0, 0.25, 0.2, 0.3, 0.1])
    said = [int(n) for n in re.findall(r"\d+", re.sub(r"<[^>]*>|4 steps", "", words.whole))]
    assert said == [round(100 * one.value) for one in asked]


def test_the_places_that_are_tried(qtbot, gym):
    asked = shown(qtbot, gym)
    gym.places.setFocus(Qt.FocusReason.TabFocusReason)
    said = [float(n) for n in re.findall(r"\d+", gym.places.text())]
    assert len(said) >= 3
    for _ in said:
        QTest.keyClick(gym.places, Qt.Key.Key_Return)
        QTest.keyClick(gym.places, Qt.Key.Key_Tab)
    assert [one.value for one in asked] == said


def test_how_far_a_sweep_is(qtbot, gym):
    asked = shown(qtbot, gym)
    results = replace(gym.sweeps.results, plan={"seeds": 3, "epochs": 20})
    gym._runner.status = "idle"
    gym.sweeps.standing = Standing(0.43, 5, results, "a", 8.0, 0, 7)
    gym.refresh()
    assert gym.where.text() == "First at 8 steps, epoch 7 (43 %) …"
    gym.where.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(2):
        QTest.keyClick(gym.where, Qt.Key.Key_Return)
        QTest.keyClick(gym.where, Qt.Key.Key_Tab)
    epoch, done = asked
    assert epoch.value == 7 and done.value == 0.43
    assert [term.value for term in done.terms] == [3, 2, 2] and r"\frac{5.16}{12}" in done.numbers[0]
