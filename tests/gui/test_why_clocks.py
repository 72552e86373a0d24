"""Why this batch, this epoch, so fast, so much memory? Asked in the status bar and in the bar of time travel."""

import math
import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QToolButton

from core.edits import Remove, SetParam, SetTraining
from core.formula import svg
from core.problems import problems
from gui.status import StatusBar
from gui.why.here import ask_here
from tests.gui.hands_of_why import agrees, numbers_in
from tests.gui.test_main_window import window  # noqa: F401 - window is a fixture


@pytest.fixture
def trained(qtbot, window):  # noqa: F811
    window.document.undo_stack.setClean()
    window.files.open_example("digits-rows-elman")
    window.document.do(SetParam(window.document.project.network.layer("Hidden").id, "units", 4))
    window.document.do(SetTraining("batch_size", 200))
    for _ in range(2):
        window.runner.step("epoch")
        qtbot.waitUntil(lambda: not window.runner.busy and window.runner.evaluation is not None, timeout=60000)
    window.runner.step("batch")
    qtbot.waitUntil(lambda: not window.runner.busy and len(window.runner.run) % 2 == 1, timeout=60000)
    qtbot.waitUntil(lambda: window.runner.examination is not None, timeout=30000)
    return window


def each_agrees(told, document):
    found = numbers_in(told, document)
    for text, asked in found:
        assert agrees(text, asked.value), (text, asked.value, str(asked.title))
        assert all("<svg" in svg(line) for line in (*asked.symbols, *asked.numbers))
    return dict(found)


def test_the_status_bar(trained):
    document, runner = trained.document, trained.runner
    bar, report = trained.findChild(StatusBar), trained.runner.report
    samples = len(document.project.dataset().samples("train"))
    each = math.ceil(samples / 200)
    assert report.batch == 2 * each + 1
    found = numbers_in(bar.findChild(QLabel, "speed"), document)
    assert [text for text, _ in found] == ["3", str(report.batch), f"{report.batch / report.seconds:.0f}"]
    epoch, batch, rate = (asked for _, asked in found)
    assert epoch.value == 3 and batch.value == report.batch
    assert [(t.factor, t.value) for t in batch.terms] == [(2, each), (1, 1)]
    assert rate.value == pytest.approx(report.batch / report.seconds)
    assert rate.terms[0].contribution == pytest.approx(rate.value) and rate.terms[0].about.value == report.batch
    doing = bar.findChild(QLabel, "doing")
    assert runner.status_text.startswith("Paused after batch")
    assert set(each_agrees(doing, document)) == {str(report.batch), "3"}


def test_the_clocks(trained):
    document, bars = trained.document, trained.transport.scrubbers
    end = trained.runner.report.batch
    assert {text: asked.value for text, asked in each_agrees(bars.epoch.words, document).items()} == {"2": 2}
    assert each_agrees(bars.batch.words, document)[str(end)].value == end
    bars.batch.slider.setFocus()
    QTest.keyClick(bars.batch.slider, Qt.Key.Key_Left)
    shown = [text for text, _ in numbers_in(bars.batch.words, document)]
    assert shown == [str(trained.runner.past.goal), str(end)] and trained.runner.past.goal < end
    assert set(each_agrees(bars.batch.words, document)) == set(shown)


def test_every_moment_of_a_batch(trained):
    document, clock, words = trained.document, trained.runner.clock, trained.transport.scrubbers.time.words
    seen = set()
    for place in range(len(clock.moments)):
        clock.go_to(place)
        found = numbers_in(words, document)
        if clock.moment.phase not in ("forward", "backward"):
            assert not found
            continue
        (step, told), (steps, count) = found
        assert told.value == clock.moment.step + 1 == int(step) and count.value == clock.moment.steps == int(steps)
        inner = re.search(r"lfloor \\frac\{([^}]*)\}\{(\d+)\}", told.numbers[0])
        first, _, less = inner[1].partition(" - ")
        above, below = int(first) - int(less or 0), int(inner[2])
        expected = above // below + 1 if clock.moment.phase == "forward" else count.value - above // below
        assert expected == told.value
        seen.add((clock.moment.phase, told.value))
    assert len(seen) == 2 * clock.moments[0].steps


def test_a_batch_and_a_time_step_of_the_same_number_answer_each_for_itself(qtbot, window):  # noqa: F811
    runner = window.runner
    window.files.open_example("digits-rows-elman")
    for stretch in ("batch", "batch", "step", "step", "step"):
        runner.step(stretch)
        qtbot.waitUntil(lambda: not runner.busy)
    assert runner.status_text == "Paused in batch 3: forward, time step 3 of 8."
    for words in (window.statusBar()._doing, window.training.progress.status):
        (_, batch), (_, step), (_, steps) = numbers_in(words, window.document)
        assert (batch.value, step.value, steps.value) == (3, 3, 8)
        assert "batch" in str(batch.title).lower() and "time step of this moment" in str(step.title)


def menu_at(widget, reason):
    place = widget.rect().center()
    QApplication.sendEvent(widget, QContextMenuEvent(reason, place, widget.mapToGlobal(place)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


@pytest.mark.parametrize("reason", [QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard])
def test_memory_and_problems_answer_by_their_menus(trained, reason):
    document, heard = trained.document, []
    document.asked.connect(heard.append)
    memory = trained.findChild(QToolButton, "history_memory")
    menu = menu_at(memory, reason)
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(menu.actions()[0]).center())
    assert heard[-1].value == trained.runner.past.bytes / 2**20 > 0
    assert agrees(memory.text().partition(" of ")[0], heard[-1].value)
    document.do(Remove((document.project.network.layer("Hidden").id,)))
    found, button = problems(document.state), trained.findChild(QToolButton, "problem_count")
    assert found
    menu = menu_at(button, reason)
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(menu.actions()[0]).center())
    assert heard[-1].value == len(found) and button.text().startswith(str(len(found)))
    assert [str(term.about.title) for term in heard[-1].terms] == [problem.text for problem in found]
    document.undo_stack.undo()


def test_alt_w_asks_about_a_button_that_has_the_keyboard(trained, qtbot):
    heard = []
    trained.document.asked.connect(heard.append)
    trained.activateWindow()
    memory = trained.findChild(QToolButton, "history_memory")
    memory.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is memory, timeout=5000)
    assert ask_here(trained, trained.document)
    assert heard[-1].value == trained.runner.past.bytes / 2**20


def test_batches_beyond_a_thousand_are_asked_about_as_they_are_written(qtbot, window):  # noqa: F811
    window.document.undo_stack.setClean()
    window.files.open_example("iris-mlp")
    window.document.do(SetTraining("batch_size", 1))
    runner = window.runner
    while runner.report is None or runner.report.batch < 1000:
        before = 0 if runner.report is None else runner.report.batch
        runner.step("epoch")
        qtbot.waitUntil(
            lambda before=before: not runner.busy and runner.report is not None and runner.report.batch > before,
            timeout=60000,
        )
    batch = runner.report.batch
    for told in (window.findChild(StatusBar).findChild(QLabel, "doing"), window.training.progress.status):
        assert f"{batch:,}" in told.text()
        assert each_agrees(told, window.document)[f"{batch:,}"].value == batch
