"""The dock “Evaluation” by mouse and keyboard: what it shows is what a session says, and the test part stays shut."""

import json

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from core.edits import SetParam, SetTraining
from core.engine.session import Session
from core.examples import EXAMPLES, open_example
from core.keys import edit_for
from core.looks import looks_at
from core.project_file import load, save
from gui.document import Document
from gui.evaluating.panel import EvaluationPanel
from gui.runner import Runner
from gui.theme import theme
from gui.why.told import unmarked

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def opened(qtbot):
    """An example in a shown panel, the engine loaded."""
    runners = []

    def opening(key, follow=True, **data):
        project = open_example(key)
        for name, value in data.items():
            project.apply(edit_for(project.state, f"data.{name}", value))
        document = Document(project)
        runner = Runner(document)
        runners.append(runner)
        panel = EvaluationPanel(document, runner)
        panel.follow.setChecked(follow)
        qtbot.addWidget(panel)
        panel.resize(340, 720)
        with qtbot.waitExposed(panel):
            panel.show()
        runner.start()
        qtbot.waitUntil(lambda: runner.examination is not None, timeout=30000)
        return panel, document, runner

    yield opening
    for runner in runners:
        assert runner.close()


def settle(qtbot, panel, part="validation"):
    qtbot.waitUntil(lambda: part in panel.reviews.found and not panel.reviews.running, timeout=20000)
    return panel.reviews.found[part]


def choose(panel, part):
    panel.parts.setFocus()
    while panel.part != part:
        before = panel.part
        QTest.keyClick(panel.parts, Qt.Key.Key_Down if ("train", "validation", "test").index(part) > (
            "train", "validation", "test").index(before) else Qt.Key.Key_Up)  # fmt: skip
        assert panel.part != before


def test_it_judges_by_itself_what_is_looked_at(opened, qtbot):
    panel, document, _ = opened("digits-rows-elman")
    found = settle(qtbot, panel)
    assert not panel.page.isHidden() and not panel.page.veil.isVisible()
    told = Session(document.state, document.project.dataset()).evaluate("validation")
    assert found.loss == pytest.approx(told.loss, rel=1e-6)
    table = panel.page.metrics
    assert table.text(2, 0) == "Accuracy"
    assert f"{100 * told.metrics['accuracy']:.1f} %" in table.text(2, 1)
    train = document.project.dataset().target.values[document.project.dataset().split["train"], 0].astype(int)
    best = np.bincount(train).argmax()
    truth = document.project.dataset().target.values[told.samples, 0]
    assert table.text(2, 2) == f"{100 * (truth == best).mean():.1f} %"
    assert panel.about.text().startswith("Validation part, 359 samples")


def test_the_worst_sample_is_examined_on_a_click(opened, qtbot):
    panel, _, runner = opened("digits-rows-elman")
    found = settle(qtbot, panel)
    worst = panel.page.worst
    item = worst.item(2, 0)
    QTest.mouseClick(worst.viewport(), LEFT, pos=worst.visualItemRect(item).center())
    sample = int(found.worst(3)[2])
    assert item.text() == str(sample)
    assert runner.sample == (sample, "validation")
    qtbot.waitUntil(lambda: runner.examination.sample == sample)
    assert runner.examination.loss == pytest.approx(found.loss_of(sample), rel=1e-4)
    worst.setFocus()
    QTest.keyClick(worst, Qt.Key.Key_Down)
    QTest.keyClick(worst, Qt.Key.Key_Return)
    assert runner.sample[0] == int(found.worst(4)[3])


def test_a_misread_sample_of_the_confusion_matrix_is_examined_too(opened, qtbot):
    panel, _, runner = opened("circles-mlp")
    settle(qtbot, panel)
    strip = panel.page.confusion.strip
    item = strip.item(0)
    panel.page.confusion.strip.scrollToItem(item)
    QTest.mouseClick(strip.viewport(), LEFT, pos=strip.visualItemRect(item).center())
    assert runner.sample == (item.data(Qt.ItemDataRole.UserRole), "validation")


def test_what_changed_since_is_grey_and_said(opened, qtbot):
    panel, document, _ = opened("digits-rows-elman", follow=False)
    assert panel.page.isHidden() and "Evaluate to see" in panel.about.text()
    QTest.mouseClick(panel.button, LEFT)
    settle(qtbot, panel)
    hidden = document.project.network.layer("Hidden").id
    document.do(SetTraining("optimizer.lr", 0.01))
    assert panel.page.veil.isHidden()  # the learning rate changes nothing that is shown
    document.do(SetParam(hidden, "activation", "relu"))
    assert not panel.page.veil.isHidden()
    assert "The network has changed since" in panel.about.text()
    document.undo()
    assert panel.page.veil.isHidden()
    document.do(SetTraining("loss", "mse"))
    assert not panel.page.veil.isHidden()  # the loss is another one
    assert panel.button.text() == "Evaluate again"
    QTest.mouseClick(panel.button, LEFT)
    qtbot.waitUntil(lambda: panel.page.veil.isHidden() and not panel.reviews.running, timeout=20000)


def test_a_training_that_moves_is_judged_as_it_was_at_a_batch(opened, qtbot):
    panel, document, runner = opened("digits-rows-elman", follow=False)
    runner.play()
    qtbot.waitUntil(lambda: runner.report is not None and runner.report.batch >= 5, timeout=20000)
    QTest.mouseClick(panel.button, LEFT)
    found = settle(qtbot, panel)
    runner.pause()
    qtbot.waitUntil(lambda: runner.status == "paused")
    assert found.subject.run == runner.run.id and found.subject.batch >= 5
    assert f"of batch {found.subject.batch} of run 1" in panel.about.text()
    # The same batch of the same training, walked to from its beginning.
    state = runner.run.state
    session = Session(state, document.project.dataset())
    for report in session.run():
        if report.batch == found.subject.batch:
            break
    for name, value in session.weights().items():
        np.testing.assert_array_equal(found.state.weights[name], value)
    assert found.loss == pytest.approx(session.evaluate("validation").loss, rel=1e-6)
    if found.subject.batch != len(runner.run):
        assert not panel.page.veil.isHidden()


def test_it_follows_when_training_comes_to_a_stand(opened, qtbot):
    panel, _, runner = opened("digits-rows-elman")
    first = settle(qtbot, panel)
    runner.step("epoch")
    qtbot.waitUntil(lambda: runner.status == "paused", timeout=30000)
    qtbot.waitUntil(lambda: panel.reviews.found["validation"] is not first, timeout=20000)
    found = settle(qtbot, panel)
    assert found.subject.batch == len(runner.run) and panel.page.veil.isHidden()
    assert found.loss == pytest.approx(runner.run.evaluation.loss, rel=1e-6)


def test_the_test_part_is_shut_until_asked_and_each_look_is_counted(opened, qtbot, tmp_path):
    panel, document, _ = opened("circles-mlp", test=0.2)
    settle(qtbot, panel)
    document.undo_stack.setClean()
    choose(panel, "test")
    QTest.qWait(150)
    assert not panel.reviews.running and "test" not in panel.reviews.found and panel.page.isHidden()
    assert panel.button.text() == "Open the test part" and panel.follow.isHidden()
    assert panel.looks.text().startswith("Nobody has looked at it yet.")
    for count, words in ((1, "looked at once"), (2, "looked at 2 times")):
        QTest.mouseClick(panel.button, LEFT)
        qtbot.waitUntil(lambda count=count: panel.reviews.looks == count, timeout=20000)
        settle(qtbot, panel, "test")
        assert words in panel.looks.text()
        assert not document.undo_stack.isClean()
    assert not panel.page.isHidden() and panel.about.text().startswith("Test part, 80 samples")
    # Undo takes back what was done to the network, and not what was seen.
    document.do(SetTraining("epochs", 3))
    document.undo()
    document.undo()
    assert panel.reviews.looks == 2 and not document.undo_stack.isClean()
    save(document.project, tmp_path / "p.unroll")
    again = load(tmp_path / "p.unroll")
    assert looks_at(again.state.looks, again.data) == 2


def test_data_without_a_test_part_says_how_to_get_one(opened, qtbot):
    panel, *_ = opened("circles-mlp")
    settle(qtbot, panel)
    choose(panel, "test")
    assert not panel.button.isEnabled() and "no test part" in panel.about.text()
    choose(panel, "train")
    settle(qtbot, panel, "train")
    assert panel.about.text().startswith("Training part, 320 samples")


def test_it_can_be_given_up(opened, qtbot):
    panel, _, runner = opened("names-gru", follow=False)
    QTest.mouseClick(panel.button, LEFT)
    assert panel.button.text() == "Cancel" and not panel.bar.isHidden()
    QTest.mouseClick(panel.button, LEFT)
    assert panel.button.text() == "Evaluate" and panel.bar.isHidden()
    qtbot.waitUntil(lambda: not runner.jobs.running)
    QTest.qWait(150)
    assert not panel.reviews.found and panel.page.isHidden()


def test_sections_fit_the_data(opened, qtbot):
    panel, *_ = opened("parity")
    found = settle(qtbot, panel)
    page = panel.page
    assert not page.by_step.isHidden() and page.residuals.isHidden() and page.by_length.isHidden()
    assert f"of {len(found.sequences.right)} sequences are right" in page.sequences.text()
    panel.resize(340, 2600)  # so that nothing is scrolled out of sight
    QTest.qWait(50)
    chart = page.by_step.chart
    box = chart.getPlotItem().getViewBox()
    panel.grab()
    spot = chart.mapFromScene(box.mapViewToScene(box.viewRect().center()))
    QTest.mouseMove(chart.viewport(), spot)
    place = int(np.abs(found.by_step.at - chart.x_scale.value(box.viewRect().center().x())).argmin())
    qtbot.waitUntil(lambda: "answers" in page.by_step.words.text())
    assert f"t = {place + 1}" in page.by_step.words.text() or f"t = {place + 2}" in page.by_step.words.text()
    assert unmarked(page.by_step.sentence(0)).startswith(
        f"t = 1: {100 * found.by_step.error[0]:.1f} % wrong over 400 answers"
    )


def test_texts_that_were_misread_can_be_read(opened, qtbot):
    panel, document, _ = opened("names-gru")
    found = settle(qtbot, panel)
    data, sample = document.project.dataset(), int(found.worst(1)[0])
    letters = data.inputs["x"].values[sample, : data.lengths[sample], 0].astype(int)
    name = "".join(data.inputs["x"].classes[code] for code in letters)
    assert panel.page.worst.item(0, 2).text().startswith(f"{name}: ")


def test_answers_that_are_fed_back_are_said_to_be_the_right_ones(opened, qtbot):
    panel, document, _ = opened("names-gru", follow=False)
    assert not document.project.dataset().feedback
    QTest.mouseClick(panel.button, LEFT)
    settle(qtbot, panel)
    assert "the right answer of the step before" not in panel.about.text()
    key = next(key for key in EXAMPLES if open_example(key).dataset().feedback)
    document.open(open_example(key))
    qtbot.waitUntil(lambda: panel.button.isEnabled())
    QTest.mouseClick(panel.button, LEFT)
    settle(qtbot, panel)
    assert "the right answer of the step before" in panel.about.text()


def test_regressions_show_their_misses_in_both_themes(opened, qtbot):
    panel, *_ = opened("sunspots-forecast")
    found = settle(qtbot, panel)
    page = panel.page
    assert page.classes.isHidden() and page.confusion.isHidden() and not page.residuals.isHidden()
    assert [page.metrics.text(0, column) for column in range(1, 5)] == ["Network", "Mean", "Last value", "Season"]
    assert page.metrics.text(2, 0) == "MAE (sunspots)"
    theme().set_mode("dark")
    assert len(page.residuals.chart.heights) and page.residuals.chart.heights.sum() == len(found.misses)
    panel.grab()


def test_what_cannot_be_judged_says_why(opened, qtbot):
    panel, document, _ = opened("circles-mlp", follow=False)
    output = document.project.network.layer("Output").id
    document.do(SetParam(output, "units", 5))
    QTest.mouseClick(panel.button, LEFT)
    assert panel.trouble.text().startswith("The network can not be judged yet.") and not panel.reviews.running


def test_it_is_saved_as_a_report_and_as_a_table(opened, qtbot, tmp_path, monkeypatch):
    panel, *_ = opened("circles-mlp")
    settle(qtbot, panel)
    for action, name in zip(panel.exports.menu().actions(), ("r.json", "r.csv"), strict=True):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, name=name: (str(tmp_path / name), ""))
        action.trigger()
    qtbot.waitUntil((tmp_path / "r.csv").exists)
    report = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert report["part"] == "validation" and report["samples"] == 80
    assert len((tmp_path / "r.csv").read_text("utf-8").splitlines()) == 81
