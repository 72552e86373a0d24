"""The window of the memory gym by mouse and keyboard: its curves are the sweep's, it can stand still and go on."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from core.data.importers.progress import Progress
from core.engine.session import Session
from core.examples import open_example
from core.gym import results as files
from core.gym.models import entrant
from core.gym.plans import GYM, default_settings, places_of, plan_of
from core.gym.sweep import run
from core.gym.tasks import data_at, settings_for
from gui import settings
from gui.document import Document
from gui.gym.opening import GymOpening
from gui.gym.window import GymWindow
from gui.job_queue import JobQueue
from gui.messages import BeginJob, EndJob, JobDone
from gui.runner import Runner
from gui.theme import theme
from tests.gui.hands_of_why import numbers_in

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def opened(qtbot):
    """The gym on an example, the engine loaded, with settings that are typed in."""
    runners = []

    def opening(key="copy-gru", **values):
        settings.settings().remove("gym")
        document = Document(open_example(key))
        runner = Runner(document)
        runners.append(runner)
        window = GymWindow(document, runner)
        qtbot.addWidget(window)
        with qtbot.waitExposed(window):
            window.show()
        runner.start()
        qtbot.waitUntil(lambda: runner.examination is not None, timeout=30000)
        window.form.unfold()
        for name, value in values.items():
            type_in(window, name, value)
        return window, document, runner

    yield opening
    for runner in runners:
        assert runner.close()


def type_in(window, name, value):
    editor = window.form.rows[name].field.editor
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, str(value))
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert window.chosen[name] == value


def choose(window, *keys):
    for key, box in window.boxes.items():
        if box.isChecked() != (key in keys):
            box.setFocus()
            QTest.keyClick(box, Qt.Key.Key_Space)
        assert box.isChecked() == (key in keys)


def ended(window):
    return not window.sweeps.running and not window.sweeps.paused


SMALL = {"first": 2, "last": 6, "places": 2, "epochs": 2, "samples": 200, "budget": 300, "seeds": 2}


def test_the_curves_are_those_of_the_sweep(opened, qtbot):
    window, document, _ = opened(**SMALL)
    assert window.chosen["task"] == "copy"  # as the project learns
    assert window.places.text() == "Tried: 2, 6."
    choose(window, "elman", "gru")
    QTest.mouseClick(window.start, LEFT)
    qtbot.waitUntil(lambda: ended(window), timeout=60000)
    expected = run(plan_of(window.chosen, [entrant("elman"), entrant("gru")], document.project.data))
    found = window.sweeps.results
    assert [(p.model, p.value, p.seed, p.right) for p in found.points] == [
        (p.model, p.value, p.seed, p.right) for p in expected.points
    ]
    assert len(found.points) == 8
    x, y = window.chart._drawn[0].line.curve.getData()
    np.testing.assert_allclose(x, np.log10([2, 6]))
    np.testing.assert_allclose(y, expected.curve("elman").mean)
    assert window.table.rowCount() == 2 and window.table.item(1, 0).text() == "GRU"
    assert window.start.isEnabled() and window.start.text() == "Start"


def test_pointing_tells_the_place_in_words(opened, qtbot):
    window, *_ = opened(**{**SMALL, "seeds": 1, "places": 1})
    choose(window, "elman")
    QTest.mouseClick(window.start, LEFT)
    qtbot.waitUntil(lambda: ended(window), timeout=60000)
    chart = window.chart.chart
    window.grab()
    box = chart.getPlotItem().getViewBox()
    QTest.mouseMove(chart.viewport(), chart.mapFromScene(box.mapViewToScene(box.viewRect().center())))
    right = window.sweeps.results.points[0].right
    qtbot.waitUntil(lambda: "<b>2 steps</b>" in window.chart.words.text())
    assert f"Elman {100 * right:.0f} % right" in window.chart.words.text() and "chance" in window.chart.words.text()


def test_it_stands_still_and_goes_on_where_it_was(opened, qtbot):
    window, document, runner = opened(**{**SMALL, "epochs": 20, "seeds": 1})
    choose(window, "gru")
    QTest.mouseClick(window.start, LEFT)
    qtbot.waitUntil(lambda: window.sweeps.standing is not None, timeout=20000)
    QTest.mouseClick(window.start, LEFT)
    assert window.sweeps.paused and window.start.text() == "Go on" and window.where.text().startswith("Paused: GRU at")
    qtbot.waitUntil(lambda: not runner.jobs.running)
    done = window.sweeps.standing.done
    QTest.qWait(200)
    assert window.sweeps.standing.done == done
    QTest.mouseClick(window.start, LEFT)
    qtbot.waitUntil(lambda: ended(window), timeout=60000)
    expected = run(plan_of(window.chosen, [entrant("gru")], document.project.data))
    assert [p.right for p in window.sweeps.results.points] == [p.right for p in expected.points]


def test_it_can_be_ended_and_what_it_found_stays(opened, qtbot):
    window, _, runner = opened(**{**SMALL, "epochs": 500, "seeds": 1})
    choose(window, "gru")
    QTest.mouseClick(window.start, LEFT)
    qtbot.waitUntil(lambda: window.sweeps.standing is not None, timeout=20000)
    QTest.mouseClick(window.cancel, LEFT)
    assert ended(window) and window.start.text() == "Start" and window.bar.isHidden()
    assert window.sweeps.results is not None
    qtbot.waitUntil(lambda: not runner.jobs.running)


def test_my_network_is_asked_as_it_is_without_training(opened, qtbot):
    window, document, _ = opened(**SMALL)
    before = document.state
    QTest.mouseClick(window.ask, LEFT)
    qtbot.waitUntil(lambda: ended(window) and window.sweeps.results is not None, timeout=30000)
    points = window.sweeps.results.points
    assert {(p.model, p.epochs) for p in points} == {("as_is", 0)} and len(points) == 4
    data = data_at(settings_for("copy", document.project.data, 200), 6)
    told = Session(document.state, data).evaluate("validation")
    assert points[2].right == pytest.approx(told.metrics["accuracy"])
    assert document.state is before


def test_another_model_joins_the_curves_of_the_first(opened, qtbot):
    window, *_ = opened(**{**SMALL, "seeds": 1})
    for key in ("elman", "irnn"):
        choose(window, key)
        QTest.mouseClick(window.start, LEFT)
        qtbot.waitUntil(lambda: ended(window), timeout=60000)
    assert [model.key for model in window.sweeps.results.models] == ["elman", "irnn"]
    first = window.sweeps.results
    type_in(window, "samples", 220)  # other data: what was found before can not stand beside it
    QTest.mouseClick(window.start, LEFT)
    qtbot.waitUntil(lambda: ended(window), timeout=60000)
    assert [model.key for model in window.sweeps.results.models] == ["irnn"]
    QTest.mouseClick(window.clear, LEFT)
    assert window.sweeps.results is None and window.pages.currentIndex() == 0 and first.points


def test_a_training_goes_on_beside_it_and_learns_the_same(opened, qtbot):
    window, document, runner = opened(**{**SMALL, "epochs": 200, "seeds": 1})
    choose(window, "gru")
    QTest.mouseClick(window.start, LEFT)
    runner.play()
    qtbot.waitUntil(lambda: runner.report is not None and runner.report.batch >= 10, timeout=60000)
    assert window.sweeps.running
    runner.pause()
    qtbot.waitUntil(lambda: runner.status == "paused")
    batch = len(runner.run)
    session = Session(runner.run.state, document.project.dataset())
    for report in session.run():
        if report.batch == batch:
            break
    for name, value in session.weights().items():
        np.testing.assert_array_equal(document.project.weights[name], value)


def test_the_window_may_close_in_the_middle_of_a_sweep(opened, qtbot):
    window, _, runner = opened(first=100, last=400)
    QTest.mouseClick(window.start, LEFT)
    qtbot.waitUntil(lambda: window.sweeps.standing is not None, timeout=20000)
    window.close()
    assert window.sweeps.running  # it goes on while its window is closed
    assert runner.close()


def test_a_network_that_does_not_fit_says_why(opened):
    window, *_ = opened("digits-mlp")
    assert window.chosen["task"] == "recall"
    assert not window.boxes["mine"].isEnabled() and not window.ask.isEnabled()
    assert window.reason.text().startswith("“My network” can not try “Recall of the first symbol”.")
    found = numbers_in(window.reason, window._document)
    assert len(found) == 2 and all(text.split()[0] == str(about.value) for text, about in found)
    data = data_at(settings_for("recall", None))
    assert found[0][1].value == data.inputs["x"].values.shape[-1]
    choose_off = [box for box in window.boxes.values() if box.isChecked()]
    for box in choose_off:
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_Space)
    assert not window.start.isEnabled()


def test_results_are_saved_and_opened(opened, qtbot, tmp_path, monkeypatch):
    window, *_ = opened(**{**SMALL, "seeds": 1})
    choose(window, "elman")
    QTest.mouseClick(window.start, LEFT)
    qtbot.waitUntil(lambda: ended(window), timeout=60000)
    found = window.sweeps.results
    path = tmp_path / "gym.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    QTest.mouseClick(window.save, LEFT)
    assert files.load(path) == found
    QTest.mouseClick(window.clear, LEFT)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    QTest.mouseClick(window.open, LEFT)
    assert window.sweeps.results == found
    theme().set_mode("dark")
    window.grab()


def test_settings_are_remembered_and_what_means_nothing_is_forgotten(opened, qtbot):
    _, document, runner = opened(epochs=7)
    again = GymWindow(document, runner)
    qtbot.addWidget(again)
    assert again.chosen["epochs"] == 7
    for text in ("{", "[]", '{"epochs": "many"}', '{"nothing": 1}'):
        settings.settings().setValue("gym/settings", text)
        other = GymWindow(document, runner)
        qtbot.addWidget(other)
        assert other.chosen["epochs"] == default_settings()["epochs"]


def test_noise_is_raised_at_one_lag():
    values = {**default_settings().values, "over": "noise", "first": 7, "noise": 2.0, "places": 3}
    chosen = type(default_settings())(GYM.key, values)
    assert places_of(chosen) == (0.0, 1.0, 2.0)
    plan = plan_of(chosen, [entrant("lstm")])
    assert plan.over == "noise" and plan.settings["lag"] == 7


def test_the_command_opens_one_window(qtbot):
    document = Document(open_example("copy-gru"))
    runner = Runner(document)
    opening = GymOpening(document, runner)
    opening.command.trigger()
    window = opening.show()
    qtbot.addWidget(window)
    assert window.isVisible() and opening.show() is window
    window.close()


def test_jobs_take_turns():
    """A short job is done while a long one goes on."""
    said, steps = [], []

    def long():
        while True:
            steps.append(1)
            yield Progress(0.0)

    def short():
        yield Progress(0.5)
        return "done"

    jobs = JobQueue(said.append)
    jobs.obey(BeginJob(1, long))
    jobs.go_on()
    jobs.obey(BeginJob(2, short))
    for _ in range(3):
        assert jobs.go_on() >= 0
    assert [event.result for event in said if isinstance(event, JobDone)] == ["done"]
    before = len(steps)
    jobs.go_on()
    assert len(steps) > before
    jobs.obey(EndJob(1))
    assert not jobs and jobs.go_on() == 0
