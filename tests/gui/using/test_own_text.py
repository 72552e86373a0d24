"""A text of one's own: imported, learned and continued, by mouse and keyboard."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from core.engine.session import Session
from core.examples import open_example
from core.generation import Alphabet, way_of
from core.problems import errors
from gui.document import Document
from gui.importing.dialog import ImportDialog
from gui.importing.text_page import TextPage
from gui.runner import Runner
from gui.using.panel import UsePanel
from gui.using.writing import MANY, OPENING, WritingPage

READY = 30_000
RHYME = "jack and jill went up the hill\nto fetch a pail of water\n"


@pytest.fixture
def imported(qtbot, tmp_path):
    """A panel beside a network that answers at every step, which has just been given a text."""
    runners = []

    def importing(unit):
        path = tmp_path / "rhyme.txt"
        path.write_text(RHYME * 30, "utf-8")
        document = Document(open_example("parity"))
        runner = Runner(document)
        runners.append(runner)
        panel = UsePanel(document, runner)
        qtbot.addWidget(panel)
        panel.resize(360, 760)
        panel.show()
        runner.start()
        dialog = ImportDialog(document, runner, TextPage(document, path))
        qtbot.addWidget(dialog)
        dialog.show()
        qtbot.waitUntil(lambda: not dialog.waiting(), timeout=READY)
        if unit == "words":
            dialog.page.unit.setFocus()
            QTest.keyClick(dialog.page.unit, Qt.Key.Key_Down)
            qtbot.waitUntil(lambda: not dialog.waiting(), timeout=READY)
        QTest.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=READY)
        assert errors(document.state) == []
        settle(qtbot, panel)
        return panel

    yield importing
    for runner in runners:
        assert runner.close()


def settle(qtbot, panel):
    qtbot.waitUntil(
        lambda: isinstance(panel.page, WritingPage) and bool(panel.page.answers) and not panel.waiting, timeout=READY
    )


def expected(panel, begins, way, count, steps, seed=0):
    made = panel._document.project
    codes = Alphabet(made.dataset().target).read(begins)
    session = Session(made.state, made.dataset())
    return [one.text for one in session.generate({}, way, codes, count, steps + len(codes), seed)]


def test_it_is_imported_learned_and_continued(imported, qtbot):
    panel = imported("characters")
    page, runner = panel.page, panel._runner
    assert panel._data.feedback == "x"
    held_out = int(panel._data.samples("validation")[0]) * 20
    assert page.begins.text() == (RHYME * 30)[held_out : held_out + OPENING], "it begins as what is not learned does"
    assert all(len(made.text) == OPENING + 40 for made in page.answers)

    runner.step("epoch")
    qtbot.waitUntil(lambda: runner.status == "paused", timeout=READY)
    runner.stop()
    page.begins.setFocus()
    page.begins.selectAll()
    QTest.keyClicks(page.begins, "jill w")
    qtbot.waitUntil(lambda: bool(page.answers) and page.answers[0].text.startswith("jill w"), timeout=READY)
    settle(qtbot, panel)
    assert [made.text for made in page.answers] == expected(panel, "jill w", way_of("sampling"), MANY, 40)
    assert page.said.text().strip("\u2068\u2069") == page.answers[0].text

    # The first letter is only read: the alternatives begin with the second one.
    page.row.setFocus()
    page.row.look_at(7)
    symbols = panel._data.target.classes
    assert page.else_.names[0] == symbols[page.answers[0].ranked[7][0]].replace(" ", "␣").replace("\n", "↵")
    place = page.row.box(7).center().toPoint()
    QTest.mouseClick(page.row, Qt.MouseButton.LeftButton, pos=place)
    menu = page.row.menu
    qtbot.waitUntil(menu.isVisible)
    before = page.answers[0].text
    code = int(page.answers[0].ranked[7][2])
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(menu.actions()[2]).center())
    begins = before[:8] + symbols[code]
    qtbot.waitUntil(lambda: bool(page.answers) and page.answers[0].text.startswith(begins), timeout=READY)
    assert [made.text for made in page.answers] == expected(panel, begins, way_of("sampling"), MANY, 40)

    # Colder, each continuation is more alike the others.
    field = page._forms["sampling"].row("temperature").field.editor
    field.setFocus()
    field.lineEdit().selectAll()
    QTest.keyClicks(field.lineEdit(), "0.1")
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle(qtbot, panel)
    qtbot.waitUntil(lambda: not panel.waiting, timeout=READY)
    cold = way_of("sampling", temperature=0.1)
    assert [made.text for made in page.answers] == expected(panel, begins, cold, MANY, 40)

    page.begins.selectAll()
    QTest.keyClick(page.begins, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not page.answers)
    assert not page.said.text() and not page.note.text() and "at least one letter" in page.begins.placeholderText()


def test_words_go_on_too(imported, qtbot):
    panel = imported("words")
    page = panel.page
    assert "at least one word" in page.begins.placeholderText()
    page.begins.setFocus()
    page.begins.selectAll()
    QTest.keyClicks(page.begins, "jack and")
    qtbot.waitUntil(lambda: bool(page.answers) and page.answers[0].text.startswith("jack and "), timeout=READY)
    settle(qtbot, panel)
    wanted = expected(panel, "jack and", way_of("sampling"), MANY, 40)
    assert [made.text for made in page.answers] == wanted
    assert np.isfinite(page.answers[0].log_probability)
