"""Letting a network write, by mouse and keyboard: what is shown is what the session makes of the same input."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice
from core.edits import Remove, SetParam, SetTraining
from core.engine.session import Session
from core.examples import open_example
from core.fitting import choose_data
from core.generation import Alphabet, inputs_of, way_of
from core.problems import problems
from core.sequence_shapes import change_shape
from gui.document import Document
from gui.runner import Runner
from gui.using.classes import ClassPage
from gui.using.panel import UsePanel
from gui.using.writing import WritingPage


def project(key, shape, example):
    made = open_example(example)
    made.apply(change_shape(made.state, shape).edit)
    made.apply(choose_data(made.state, catalogue("datasets").complete(key)))
    for problem in problems(made.state):
        if problem.key == "past not read":
            made.apply(problem.repairs[0].edit)
    made.apply(SetTraining("seed", 3))
    return made


PROJECTS = {
    "names": (Choice("names", {"question": "write"}), "one-to-many", "names-gru"),
    "hafez": (Choice("hafez", {"question": "next"}), "in-step", "names-gru"),
    "backwards": (Choice("reverse", {"feedback": "previous", "length": 5}), "encoder-decoder", "reverse-encoder-decoder"),
    "drawing": (Choice("drawing", {"feedback": "previous"}), "one-to-many", "drawing-gru"),
}  # fmt: skip


@pytest.fixture
def opened(qtbot):
    """A panel whose first answer has come."""
    runners = []

    def opening(key):
        document = Document(project(*PROJECTS[key]) if key in PROJECTS else open_example("dates-attention"))
        runner = Runner(document)
        runners.append(runner)
        panel = UsePanel(document, runner)
        qtbot.addWidget(panel)
        panel.resize(360, 760)
        panel.show()
        runner.start()
        qtbot.waitUntil(lambda: runner.examination is not None, timeout=30000)
        settle(qtbot, panel)
        return panel

    yield opening
    for runner in runners:
        assert runner.close()


def settle(qtbot, panel):
    qtbot.waitUntil(lambda: not panel.waiting and panel._moment != (), timeout=20000)


def expected(panel, inputs, way, given="", count=6, seed=0):
    made = panel._document.project
    codes = Alphabet(made.dataset().target).read(given)
    return Session(made.state, made.dataset()).generate(inputs, way, codes, count, seed=seed)


def test_a_name_is_written_and_another_letter_taken(opened, qtbot):
    panel = opened("names")
    page = panel.page
    assert isinstance(page, WritingPage) and page.kinds.isVisible() and not page.source.isVisible()
    female, male = np.eye(2, dtype=np.float32)
    first = expected(panel, {"x": female}, way_of("sampling"))
    assert [one.text for one in page.answers] == [one.text for one in first]

    QTest.keyClick(page.kinds, Qt.Key.Key_Down)
    qtbot.keyClicks(page.begins, "An")
    settle(qtbot, panel)
    wanted = expected(panel, {"x": male}, way_of("sampling"), "an")
    assert [one.text for one in page.answers] == [one.text for one in wanted]
    assert all(one.text.startswith("an") and one.given == 2 for one in page.answers)
    assert page.answers[0].text in page.said.text() and "on average" in page.note.text()

    # Pointing at the third letter shows what else could stand there; clicking offers it.
    spot = page.row.box(2).center().toPoint()
    QTest.mouseMove(page.row, spot)
    qtbot.waitUntil(lambda: page.row.looked == 2)
    codes = page.answers[0].ranked[2]
    symbols = page.data.target.classes
    assert page.else_.names == tuple(symbols[code] for code in codes[:8])
    assert np.allclose(page.else_.shares, page.answers[0].shares[2][:8])
    QTest.mouseClick(page.row, Qt.MouseButton.LeftButton, pos=spot)
    menu = page.row.menu
    qtbot.waitUntil(menu.isVisible)
    action = next(a for n, a in enumerate(menu.actions()) if not a.isChecked() and symbols[codes[n]].isalpha())
    letter = symbols[codes[menu.actions().index(action)]]
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    settle(qtbot, panel)
    assert page.begins.text() == "an" + letter
    assert [one.text for one in page.answers] == [
        one.text for one in expected(panel, {"x": male}, way_of("sampling"), "an" + letter)
    ]

    QTest.mouseClick(page.again, Qt.MouseButton.LeftButton)
    settle(qtbot, panel)
    again = expected(panel, {"x": male}, way_of("sampling"), "an" + letter, seed=1)
    assert [one.text for one in page.answers] == [one.text for one in again]

    QTest.mouseClick(page.others, Qt.MouseButton.LeftButton, pos=page.others.line(2).center().toPoint())
    assert page.row.made is page.answers[2]
    QTest.keyClick(page.others, Qt.Key.Key_Up)
    assert page.row.made is page.answers[1] and page.answers[1].text in page.said.text()


def test_temperature_and_the_likeliest_ones(opened, qtbot):
    panel = opened("names")
    page = panel.page
    form = page._forms["sampling"]
    field = form.row("top_k").field.editor
    field.setFocus()
    field.lineEdit().selectAll()
    QTest.keyClicks(field.lineEdit(), "1")
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle(qtbot, panel)
    assert page.chosen_way["top_k"] == 1
    female = np.eye(2, dtype=np.float32)[0]
    greedy = expected(panel, {"x": female}, way_of("greedy"))[0]
    assert {one.text for one in page.answers} == {greedy.text}
    QTest.keyClick(page.way, Qt.Key.Key_Up)
    settle(qtbot, panel)
    assert page.chosen_way.key == "greedy" and not page.again.isVisible() and not page.others.isVisible()
    assert [one.text for one in page.answers] == [greedy.text]


def test_a_row_is_told_backwards_with_beams(opened, qtbot):
    panel = opened("backwards")
    page, data = panel.page, panel.page.data
    assert isinstance(page, WritingPage) and page.chosen_way.key == "beam" and page.sample.value() == 1
    sample = int(data.samples("validation")[0])
    wanted = expected(panel, inputs_of(data, sample), way_of("beam"), count=4)
    assert [one.text for one in page.answers] == [one.text for one in wanted] and len(wanted) == 4
    assert f"{page.source.text()[::-1]}" in page.truth.text()

    page.source.selectAll()
    qtbot.keyClicks(page.source, "CA?D")
    settle(qtbot, panel)
    flags = np.eye(4, dtype=np.float32)[[2, 0, 3]]
    wanted = expected(panel, {"x": flags}, way_of("beam"), count=4)
    assert [one.text for one in page.answers] == [one.text for one in wanted]
    assert page.sample.value() == 0 and not page.truth.text()
    page.source.selectAll()
    QTest.keyClick(page.source, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not page.answers)


def test_persian_runs_from_right_to_left(opened, qtbot):
    panel = opened("hafez")
    page = panel.page
    QApplication.clipboard().setText("دل")  # the keys of a test are Latin ones
    page.begins.setFocus()
    QTest.keyClick(page.begins, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, panel)
    assert page.begins.layoutDirection() == Qt.LayoutDirection.RightToLeft
    assert all(one.text.startswith("دل") for one in page.answers)
    assert page.row.box(0).left() > page.row.box(1).left()
    page.row.setFocus()
    page.row.look_at(0)
    QTest.keyClick(page.row, Qt.Key.Key_Left)
    assert page.row.looked == 1


def test_rows_of_a_drawing_are_fed_back(opened, qtbot):
    panel = opened("drawing")
    page = panel.page
    assert isinstance(page, ClassPage)
    QTest.mouseClick(page.buttons.button(4), Qt.MouseButton.LeftButton)
    settle(qtbot, panel)
    made = panel._document.project
    flags = np.eye(10, dtype=np.float32)[4]
    (wanted,) = Session(made.state, made.dataset()).generate({"x": flags}, way_of("greedy"))
    assert np.allclose(page.view.rows, wanted.answers, atol=1e-6)


def test_the_page_follows_the_network(opened, qtbot):
    panel = opened("names")
    document = panel._document
    given = next(k for k in document.project.network.of_kind("input") if k.params["field"] == "previous")
    letters = document.project.network.out_of(given.id)[0].target
    document.do(Remove((given.id, letters)))
    assert not isinstance(panel.page, WritingPage)
    document.undo()
    qtbot.waitUntil(lambda: isinstance(panel.page, WritingPage))


def test_the_attention_is_mapped_beside_the_answer(opened, qtbot):
    panel = opened("dates")
    page = panel.page
    qtbot.keyClicks(page.begins, "14")
    settle(qtbot, panel)
    made = page.answers[0]
    assert made.given == 2 and page.looks.isVisible() and np.array_equal(page.looks.weights, made.attention)
    assert "".join(page.looks.source).replace("␣", " ") == page.source.text()
    page.row.setFocus()
    page.row.look_at(0)
    QTest.keyClick(page.row, Qt.Key.Key_Right)
    assert page.looks.looked == 1
    looks = page.looks
    box = looks.getPlotItem().getViewBox()
    at = looks.mapFromScene(box.mapViewToScene(QPointF(1, 2)))
    QTest.mouseMove(looks.viewport(), at)
    QApplication.sendEvent(looks, QHelpEvent(QEvent.Type.ToolTip, at, looks.mapToGlobal(at)))
    assert QToolTip.text().startswith(f"“{page.row.marks[1]}” looks at “{looks.source[0]}” with ")


def test_a_network_that_can_not_write_says_why(opened, qtbot):
    panel = opened("hafez")
    document = panel._document
    gru = next(layer for layer in document.project.network if layer.kind == "gru")
    document.do(SetParam(gru.id, "bidirectional", True))
    qtbot.waitUntil(lambda: bool(panel.refused), timeout=20000)
    assert "can not answer this" in panel.state.text() and gru.name in panel.state.text()
    assert not panel.page.answers and not panel.page.said.text() and not panel.page.note.text()
    assert not panel.page.else_.isVisible()
    document.undo()
    qtbot.waitUntil(lambda: bool(panel.page.answers), timeout=20000)
    assert panel.page.else_.isVisible()
    assert not panel.refused and "can not" not in panel.state.text()
