"""Why this epoch, this batch, this loss? Asked in the training panel while a run stands still."""

import math

import pytest
from PySide6.QtCore import QPoint

from core.edits import SetTraining
from gui.panels.training import TrainingPanel
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


@pytest.fixture
def panel(qtbot, document, runner, show):
    document.do(SetTraining("batch_size", 500))
    document.do(SetTraining("epochs", 5))
    runner.start()
    qtbot.waitUntil(lambda: runner.status == "idle", timeout=60000)
    made = show(TrainingPanel(document, runner))
    for _ in range(4):
        runner.step("batch")
        qtbot.waitUntil(lambda: not runner.busy, timeout=60000)
    return made


def settled(qtbot, progress):
    seen = []

    def same():
        seen.append([w.geometry() for w in (progress.status, progress.place, progress.numbers)])
        return len(seen) > 2 and seen[-1] == seen[-2] and seen[-1][2].height() > 5

    qtbot.waitUntil(same, timeout=20000)


def test_every_number_of_the_progress_answers(qtbot, document, runner, panel):
    progress, report = panel.progress, runner.report
    settled(qtbot, progress)
    answers = {}
    for label in (progress.place, progress.numbers):
        for key, text in marked_in(label).items():
            with asked_of(document) as asked:
                click_number(label, key)
            assert agrees(text, asked[0].value), (key, text, asked[0].value)
            answers[key] = asked[0]
    each = math.ceil(len(document.project.dataset().split["train"]) / 500)
    assert report.batch == 4 and each == 3
    assert answers["batches"].value == each and answers["epoch"].value == 2 and answers["inside"].value == 1
    assert sum(term.contribution for term in answers["inside"].terms) == 1
    assert answers["loss"].value == report.loss and answers["rate"].value == pytest.approx(4 / report.seconds)
    assert answers["accuracy"].value == report.metrics["accuracy"]


def test_the_bar_answers_by_menu_and_keyboard(qtbot, document, runner, panel):
    bar = panel.progress.bar
    share = bar.value() / bar.maximum()
    with asked_of(document) as asked:
        menu = menu_of(bar, QPoint(3, 3))
        assert questions_in(menu) == ["Why this much of the training?"]
        choose(menu, "Why this much")
        give_keyboard(qtbot, bar)
        assert ask_here(panel.window(), document)
    assert [one.value for one in asked] == [pytest.approx(share)] * 2 and share == pytest.approx(4 / 15)


def test_a_size_of_batch_that_was_changed_since_is_told_as_such(qtbot, document, runner, panel):
    document.do(SetTraining("batch_size", 100))
    panel.progress.refresh()
    settled(qtbot, panel.progress)
    with asked_of(document) as asked:
        click_number(panel.progress.place, "batches")
    assert agrees(marked_in(panel.progress.place)["batches"], asked[0].value)
    assert not asked[0].terms or asked[0].value == math.ceil(1258 / 100)
