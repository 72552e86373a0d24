"""The state space of a real training: numbers read back from the drawing, against a plain loop over the weights."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.edits import SetParam, SetTraining
from core.examples import open_example
from core.states import AskStates, AskTransition
from gui.document import Document
from gui.plots.state_asking import SHARE, SHORTEST
from gui.plots.states import StatesPlot
from gui.runner import Runner
from gui.theme import theme
from tests.gui.plots.conftest import pixel, settle

UNITS = 5


@pytest.fixture
def runner(qtbot):
    document = Document(open_example("digits-rows-elman"))
    document.do(SetParam(document.project.network.layer("Hidden").id, "units", UNITS))
    runner = Runner(document)
    runner.start()
    qtbot.waitUntil(lambda: runner.status == "idle", timeout=30000)
    yield runner
    assert runner.close()


@pytest.fixture
def shown(qtbot, runner, show):
    plot = show(StatesPlot(runner.document, runner), 760, 380)
    qtbot.waitUntil(lambda: plot.asking.trajectories is not None and plot.asking.transition is not None)
    qtbot.waitUntil(lambda: not runner.ticker.active)
    plot.grab()
    settle(qtbot, plot)
    return plot


def states(runner, samples):
    """h_t by a plain loop in 64 bit."""
    project = runner.document.project
    network, hidden = project.network, project.network.layer("Hidden").id
    weights = {name: value.astype(float) for name, value in project.weights.items()}
    into = {link.source == hidden: weights[f"{link.id}.weight"] for link in network.into(hidden)}
    h, found = np.zeros((len(samples), UNITS)), []
    for x in project.dataset().inputs["x"].values[samples].transpose(1, 0, 2):
        h = np.tanh(x @ into[False].T + h @ into[True].T + weights[f"{hidden}.bias"])
        found.append(h)
    return np.stack(found, 1), into[True]


def drawn(shown):
    """All points of the curves, by group."""
    found = []
    for curve in shown.chart.curves:
        if curve.isVisible():
            points = np.stack(curve.getData(), -1).reshape(-1, 9, 2)
            assert np.isnan(points[:, 8]).all(), "a gap between two trajectories"
            found.append(points[:, :8])
    return found


def test_the_trajectories_are_those_of_the_validation_samples_by_class(shown, runner):
    data = runner.document.project.dataset()
    samples = np.sort(data.samples("validation"))[:200]
    if runner.sample[0] not in samples:
        samples = np.append(samples, runner.sample[0])
    expected, _ = states(runner, samples)
    flat = expected.reshape(-1, UNITS)
    values, vectors = np.linalg.eigh(np.cov(flat.T))
    axes = vectors[:, ::-1][:, :2].T
    axes = axes * np.sign(axes[np.arange(2), np.abs(axes).argmax(1)])[:, None]
    places = (expected - flat.mean(0)) @ axes.T
    classes = data.target.values[samples, 0].astype(int)
    groups = drawn(shown)
    assert len(groups) == 10
    for digit, points in enumerate(groups):
        np.testing.assert_allclose(points, places[classes == digit], atol=2e-5)
    share = 100 * values[::-1] / values.sum()
    assert shown.chart.title("bottom") == f"component 1 ({share[0]:.0f} %)"
    bold = np.stack(shown.chart.bold.getData(), -1)
    np.testing.assert_allclose(bold, places[list(samples).index(runner.sample[0])], atol=2e-5)
    np.testing.assert_allclose(np.stack(shown.chart.heads.getData(), -1), places[:, 7], atol=2e-5)
    np.testing.assert_allclose(np.stack(shown.chart.starts.getData(), -1), places[:, 0], atol=2e-5)
    names = [column for column, _ in shown.table()]
    assert names == ["sample", "t", "x", "y"] and len(shown.table()[2][1]) == 8 * len(samples)


def test_two_units_can_be_shown_and_time_can_colour(shown, runner, qtbot):
    expected, _ = states(runner, shown.asking.trajectories.samples)
    qtbot.keyClick(shown.controls.plane, Qt.Key.Key_Down)
    qtbot.keyClick(shown.controls.up, Qt.Key.Key_Up)
    shown.draw()
    assert shown.controls.units == (0, 2) and shown.chart.title("left") == "unit 3"
    np.testing.assert_allclose(np.stack(shown.chart.ends.getData(), -1), expected[:, -1][:, [0, 2]], atol=1e-5)
    qtbot.keyClick(shown.controls.colour, Qt.Key.Key_Down)
    shown.draw()
    first = np.stack(shown.chart.curves[0].getData(), -1)
    np.testing.assert_allclose(first[:2], expected[0, :2][:, [0, 2]], atol=1e-5)
    assert len({curve.opts["pen"].color().name() for curve in shown.chart.curves if curve.isVisible()}) >= 7


def test_the_play_head_moves_the_dots_and_the_eigenvalues(shown, runner, qtbot):
    samples = shown.asking.trajectories.samples
    expected, back = states(runner, np.array([runner.sample[0]]))
    for _ in range(4):
        qtbot.keyClick(shown.controls.step, Qt.Key.Key_Left)
    assert shown.controls.step.value() == 4
    qtbot.waitUntil(lambda: shown.asking.transition.step == 4)
    shown.draw()
    jacobian = (1 - expected[0, 4] ** 2)[:, None] * back
    values = np.linalg.eigvals(jacobian)
    seen = [np.stack(item.getData(), -1) for item in (shown.circle.inside, shown.circle.outside) if item.isVisible()]
    points = np.concatenate(seen)
    assert len(points) == UNITS
    np.testing.assert_allclose(
        np.sort_complex((points[:, 0] + 1j * points[:, 1]).round(5)), np.sort_complex(values.round(5)), atol=1e-4
    )
    assert (
        f"<b>{np.abs(values).max():.3g}</b>" in shown.words.text()
        and "dh<sub>5</sub>/dh<sub>4</sub>" in shown.words.text()
    )
    row = list(samples).index(runner.sample[0])
    np.testing.assert_allclose(np.stack(shown.chart.heads.getData(), -1)[row], shown.placed.places[row, 3])
    np.testing.assert_allclose(np.stack(shown.chart.bold_head.getData(), -1)[0], shown.placed.places[row, 3])


def test_a_click_on_a_point_watches_its_sample(shown, runner, qtbot):
    ends = shown.placed.places[:, -1]
    apart = np.linalg.norm(shown.placed.places.reshape(-1, 1, 2) - ends[None, :], axis=-1)
    apart[apart == 0] = np.inf
    row = int(apart.min(0).argmax())
    target = pixel(shown.chart, *ends[row])
    qtbot.mouseMove(shown.chart.viewport(), target)
    sample = int(shown.asking.trajectories.samples[row])
    assert f"sample {sample}, t = 8 of 8" in shown.words.text()
    qtbot.mouseClick(shown.chart.viewport(), Qt.MouseButton.LeftButton, pos=target)
    assert runner.sample[0] == sample
    qtbot.waitUntil(lambda: runner.examination.sample == sample)
    bold = lambda: np.stack(shown.chart.bold.getData(), -1)  # noqa: E731
    qtbot.waitUntil(lambda: np.allclose(bold(), shown.placed.places[row], rtol=1e-7, atol=0))


def test_what_is_asked_is_what_is_drawn_even_if_newer_answers_are_there(shown, runner, qtbot):
    circled, asking = shown.circled, shown.asking
    value = max(circled.eigenvalues, key=abs)
    qtbot.mouseMove(shown.circle.viewport(), pixel(shown.circle, value.real, value.imag))
    asking.transition = replace(circled, step=circled.step + 1, eigenvalues=circled.eigenvalues + 0.1)
    question, _ = shown.questions_here()
    assert question.asked.value == pytest.approx(abs(value)) and question.asked.title.values["step"] == circled.step + 1
    QTest.mouseMove(shown.circle, QPoint(-20, -20))
    found, places = shown.placed.found, shown.placed.places
    qtbot.mouseMove(shown.chart.viewport(), pixel(shown.chart, *places[4, 5]))
    row, step = shown._nearest()
    asking.trajectories = replace(found, samples=found.samples[::-1], states=found.states[::-1])
    right, up, *_ = shown.questions_here()
    assert [one.asked.value for one in (right, up)] == pytest.approx(list(places[row, step]), rel=1e-6)
    assert right.asked.sample[0] == found.samples[row]


def test_it_lives_while_training_at_a_low_rate(shown, runner, qtbot, monkeypatch):
    now = time.monotonic() + 1000
    monkeypatch.setattr("gui.plots.state_asking.time", SimpleNamespace(monotonic=lambda: now))
    asked = Counter()
    ask = runner.questions.ask
    runner.questions.ask = lambda question: (asked.update([type(question)]), ask(question))
    before = shown.asking.trajectories
    document = runner.document
    document.do(SetTraining("epochs", 100000))
    runner.play()
    for count in (1, 2):
        qtbot.waitUntil(lambda count=count: asked == {AskStates: count, AskTransition: count})
        qtbot.waitUntil(lambda: not shown.asking._states.question and not shown.asking._step.question)
        batch = runner.report.batch if runner.report else 0
        qtbot.waitUntil(lambda batch=batch: runner.report is not None and runner.report.batch > batch + 20)
        assert runner.busy and asked == {AskStates: count, AskTransition: count}, "as long as the clock stands still"
        now += SHORTEST + SHARE * shown.asking.trajectories.seconds + 0.01
    runner.pause()
    qtbot.waitUntil(lambda: not runner.busy)
    assert shown.asking.trajectories is not before
    expected, _ = states(runner, shown.asking.trajectories.samples)
    qtbot.waitUntil(lambda: np.allclose(shown.asking.trajectories.states, expected, atol=1e-4))


def test_a_plot_that_is_not_seen_asks_nothing(shown, runner, qtbot):
    asked = []
    runner.questions.ask = asked.append
    shown.hide()
    runner.step("batch")
    qtbot.waitUntil(lambda: runner.status == "paused")
    QTest.qWait(100)
    assert not asked


def test_fixed_points_are_found_on_demand(shown, runner, qtbot):
    button = shown.controls.search
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.text().startswith("Cancel")
    qtbot.waitUntil(lambda: not shown.points.running, timeout=30000)
    assert button.text() == "Fixed points" and shown.points.found
    shown.draw()
    project = runner.document.project
    network, hidden = project.network, project.network.layer("Hidden").id
    weights = {name: value.astype(float) for name, value in project.weights.items()}
    into = {link.source == hidden: weights[f"{link.id}.weight"] for link in network.into(hidden)}
    x = project.dataset().inputs["x"].values[runner.sample[0], 7]
    for point in shown.points.found:
        h = point.state
        np.testing.assert_allclose(np.tanh(into[False] @ x + into[True] @ h + weights[f"{hidden}.bias"]), h, atol=1e-5)
    marks = [item for item in (shown.chart.stable, shown.chart.unstable) if item.isVisible()]
    assert sum(len(item.getData()[0]) for item in marks) == len(shown.points.found)
    assert "fixed points" in shown.words.text()


def test_a_search_can_be_given_up(shown, runner, qtbot):
    button = shown.controls.search
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not shown.points.running and button.text() == "Fixed points"
    qtbot.waitUntil(lambda: not runner.jobs.running)
    QTest.qWait(100)
    assert not shown.points.found


def test_states_that_are_not_finite_are_gaps_and_told(shown):
    found = shown.asking.trajectories
    states = found.states.copy()
    states[:3, 4:] = np.nan
    shown.asking.trajectories = replace(found, states=states)
    shown.draw()
    assert "3 not finite (NaN)" in shown.words.text()
    assert np.isnan(shown.placed.places[:3, 4:]).all() and np.isfinite(shown.placed.places[3:]).all()


def test_the_states_of_another_project_are_gone(shown, runner):
    runner.document.open(open_example("sentiment-gru"))
    shown.draw()
    assert "as soon as it can be asked" in shown.empty_text() and shown.placed is None


def test_a_network_without_a_state_says_so(show, qtbot):
    document = Document(open_example("digits-mlp"))
    runner = Runner(document)
    plot = show(StatesPlot(document, runner))
    assert "has a state" in plot.empty_text() and not plot.picture.isVisible()


def test_both_themes(shown):
    for mode in ("dark", "light"):
        theme().set_mode(mode)
        shown.draw()
        assert shown.chart.bold.opts["pen"].color() == theme().color("text")
        assert shown.grab().toImage().pixelColor(QPoint(60, 200)) is not None


def test_the_same_states_are_not_drawn_twice(shown, qtbot, monkeypatch):
    qtbot.waitUntil(lambda: not shown.runner.ticker.active)
    shown.draw()
    qtbot.waitUntil(lambda: not shown.runner.ticker.active)
    shown.draw()
    drawn = []
    show_states = shown.chart.show_states
    monkeypatch.setattr(shown.chart, "show_states", lambda what: (drawn.append(what), show_states(what)))
    for _ in range(3):
        shown.runner.updated.emit()
        shown.draw()
    assert not drawn
    shown.controls.step.setValue(3)
    shown.draw()
    assert len(drawn) == 1
