"""The output view picks what fits the data, and every count, name and number in it is the evaluation's."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from core.data.catalogue import DATASETS
from core.edits import SetData
from core.examples import open_example
from core.reports import Evaluation
from core.script import evaluate
from gui.document import Document
from gui.plots.confusion import _ROW
from gui.plots.output import OutputView, fitting
from gui.plots.surface import GRID
from gui.samples.values import as_text, codes_of, visible
from gui.theme import theme


@pytest.fixture
def plot(make, runner, show):
    def built(key, outputs=None, activation="softmax", part="validation", **choice):
        """``outputs`` (targets (n, ...)) -> what the network said."""
        document = make.document(
            make.layer("o", "output", "answer", units=1, activation=activation), data=DATASETS.choose(key, **choice)
        )
        data = document.project.dataset()
        samples = data.samples(part)
        if outputs is not None:
            said = outputs(data.target.values[samples])
            runner.evaluation = Evaluation(part, 0.5, {}, samples, np.asarray(said, np.float32))
        return show(OutputView(document, runner), width=500)

    return built


def mostly_right(targets):
    """Every fifth answer is the next class."""
    codes = targets[:, 0].astype(int)
    codes[::5] = (codes[::5] + 1) % 10
    return np.eye(10)[codes]


@pytest.mark.parametrize(
    ("key", "page"),
    [
        ("digits", "confusion"),
        ("iris", "confusion"),
        ("sunspots", "forecast"),
        ("diabetes", "scatter"),
        ("spirals", "surface"),
    ],
)
def test_the_page_fits_the_data(key, page, make):
    assert fitting(make.document(data=DATASETS.choose(key)).project.dataset()) == page


def test_it_says_what_to_do(plot):
    shown = plot("digits")
    assert "Press Play" in shown.empty_text()
    shown.grab()


def test_a_cell_that_fewer_classes_do_not_have_is_pointed_at_no_longer(plot, make, qtbot):
    shown = plot("digits", mostly_right)
    matrix = shown.pages["confusion"].matrix
    qtbot.mouseMove(matrix, matrix.cell_rect((7, 8)).center().toPoint())
    assert matrix.pointed == (7, 8) and shown.questions_here()
    iris = make.document(data=DATASETS.choose("iris")).project.dataset()
    samples = iris.samples("validation")
    given = np.eye(3, dtype=np.float32)[iris.target.values[samples, 0].astype(int)]
    shown.document.do(SetData(DATASETS.choose("iris")))
    shown.runner.evaluation = Evaluation("validation", 0.1, {}, samples, given)
    shown.draw()
    assert len(matrix.counts) == 3 and matrix.pointed is None
    shown.questions_here()


def test_counts_of_the_confusion_matrix(plot):
    shown = plot("digits", mostly_right)
    data, samples = shown.document.project.dataset(), shown.runner.evaluation.samples
    true = data.target.values[samples, 0].astype(int)
    said = shown.runner.evaluation.outputs.argmax(axis=1)
    counts = [[int(((true == i) & (said == j)).sum()) for j in range(10)] for i in range(10)]
    matrix = shown.pages["confusion"].matrix
    assert matrix.counts.tolist() == counts
    right = int((true == said).sum())
    assert f"{right} of {len(true)} right ({right / len(true):.1%})" in shown.words.text()
    assert [values[0] for _, values in shown.table()[1:3]] == counts[0][:2]


def test_the_strip_holds_the_misread_samples_and_a_click_on_a_cell_filters_it(plot, qtbot):
    shown = plot("digits", mostly_right)
    page, data = shown.pages["confusion"], shown.document.project.dataset()
    samples = shown.runner.evaluation.samples[::5]
    listed = [page.strip.item(i) for i in range(page.strip.count())]
    assert [item.data(Qt.ItemDataRole.UserRole) for item in listed[:-1]] == samples[:60].tolist()
    assert listed[-1].text() == f"{len(samples) - 60} more"
    true = int(data.target.values[samples[0], 0])
    assert listed[0].text() == f"{true} → {(true + 1) % 10}"
    qtbot.mouseClick(page.matrix, Qt.MouseButton.LeftButton, pos=page.matrix.cell_rect((3, 4)).center().toPoint())
    expected = [s for s in samples if data.target.values[s, 0] == 3]
    assert [page.strip.item(i).data(Qt.ItemDataRole.UserRole) for i in range(page.strip.count())] == expected
    assert {page.strip.item(i).text() for i in range(page.strip.count())} == {"3 → 4"}
    qtbot.keyClick(page.matrix, Qt.Key.Key_Down)
    assert page.matrix.cell == (4, 4)
    qtbot.keyClick(page.matrix, Qt.Key.Key_Escape)
    assert page.strip.count() == 61


def test_the_picture_of_a_misread_digit_is_that_digit(plot):
    shown = plot("digits", mostly_right, reading="pixels")
    item = shown.pages["confusion"].strip.item(0)
    sample = item.data(Qt.ItemDataRole.UserRole)
    image = item.icon().pixmap(80, 80).toImage()
    ink = shown.document.project.dataset().inputs["x"].values[sample].reshape(8, 8)
    colors = theme().diverging_table()[np.clip((ink + 1) / 2 * 256, 0, 255).astype(int)]
    for row in range(8):
        for column in range(8):
            at = image.pixelColor(column * 10 + 5, row * 10 + 5)
            assert [at.red(), at.green(), at.blue()] == colors[row, column].tolist()


def test_a_click_on_a_misread_digit_watches_it(plot, qtbot):
    shown = plot("digits", mostly_right)
    strip = shown.pages["confusion"].strip
    rect = strip.visualItemRect(strip.item(1))
    qtbot.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert shown.runner.watched == [(int(shown.runner.evaluation.samples[5]), "validation")]


def test_pointing_at_a_cell_reads_it(plot, qtbot):
    shown = plot("digits", mostly_right)
    matrix = shown.pages["confusion"].matrix
    qtbot.mouseMove(matrix, matrix.cell_rect((2, 3)).center().toPoint())
    count, row = matrix.counts[2, 3], matrix.counts[2].sum()
    assert shown.words.text() == f"{count} of {row} with true class 2 are predicted as 3"


def test_answers_that_are_not_finite_are_counted_apart(plot):
    def broken(targets):
        said = mostly_right(targets)
        said[1:4] = np.nan
        return said

    shown = plot("digits", broken)
    assert "3 without a finite answer" in shown.words.text()
    assert shown.pages["confusion"].matrix.counts.sum() == len(shown.runner.evaluation.samples) - 3
    shown.grab()


@pytest.mark.parametrize("target", ["last", "every"])
def test_a_forecast_is_drawn_in_its_own_unit_at_its_own_time(plot, make, target):
    shown = plot("sunspots", lambda t: t + 0.1, target=target, horizon=2)
    data, page = shown.document.project.dataset(), shown.pages["forecast"]
    series, scale = data.info["series"], data.target.normalisation
    np.testing.assert_allclose(page.wanted, series.values[page.times, 0], rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(page.foretold - page.wanted, 0.1 * scale.scale[0], rtol=1e-4)
    np.testing.assert_array_equal(make.drawn(page.truth)[0], page.times)
    np.testing.assert_allclose(make.drawn(page.forecast)[1], page.foretold)
    labels = [text for _, text in page.chart.x_scale.ticks(*page.chart.view_places()[0], 10).major]
    assert set(labels) <= set(series.times)
    miss = 0.1 * scale.scale[0]
    assert f"mean miss {miss:.3g} sunspots" in shown.words.text()


def test_pointing_at_a_forecast_reads_the_year(plot, make, qtbot):
    shown = plot("sunspots", lambda t: t * 0)
    page = shown.pages["forecast"]
    at = len(page.times) // 2
    qtbot.mouseMove(page.chart.viewport(), make.pixel(page.chart, page.times[at], page.wanted[at]))
    year = 1700 + page.times[at]
    assert shown.words.text().startswith(f"{year}: forecast ")
    assert f"what came {page.wanted[at]:.3g} sunspots" in shown.words.text()


def test_predicted_against_true(plot):
    shown = plot("diabetes", lambda t: t * 0.5)
    page, data = shown.pages["scatter"], shown.document.project.dataset()
    scale = data.target.normalisation
    true = scale.undo(data.target.values[shown.runner.evaluation.samples])[:, 0]
    x, y = page.points.getData()
    order = np.argsort(true)
    np.testing.assert_allclose(np.sort(x), true[order], rtol=1e-5)
    np.testing.assert_allclose(y, scale.undo(scale.apply(x[:, None]) * 0.5)[:, 0], rtol=1e-4)
    bottom, top = page.chart.view_places()[1]
    assert bottom <= true.min() and top >= true.max()
    assert not page.edge.curve.isVisible() and not page.edge.dots.isVisible()


def test_a_plane_is_asked_for_on_a_grid_and_coloured_by_the_answer(plot, make):
    shown = plot("spirals", lambda t: np.eye(2)[t[:, 0].astype(int)])
    page, runner = shown.pages["surface"], shown.runner
    asked = runner.asked[0]
    assert asked.shape == (GRID * GRID, 2)
    points = shown.document.project.dataset().inputs["x"].values
    assert (asked.min(axis=0) < points.min(axis=0)).all() and (asked.max(axis=0) > points.max(axis=0)).all()
    assert page.answers is None and not page.image.isVisible()
    share = 1 / (1 + np.exp(-3 * asked[:, 0]))
    runner.outputs = SimpleNamespace(inputs=asked.copy(), outputs=np.stack([1 - share, share], axis=1))
    shown.draw()
    assert len(runner.asked) == 1, "an answer must not lead to the next question"
    expected = theme().diverging_table()[np.clip(share * 256, 0, 255).astype(int)].reshape(GRID, GRID, 3)
    assert np.abs(page.image.image.astype(int) - expected).max() <= 3
    # The picture lies where the points do: the column under the pointer is the answer at its x.
    rect = page.image.mapRectToParent(page.image.boundingRect())
    assert rect.left() < asked[:, 0].min() < rect.left() + rect.width() / GRID
    drawn = page.points.getData()
    assert set(zip(*drawn)) == {(float(x), float(y)) for x, y in points}


def test_a_single_sigmoid_unit_and_nan_on_the_plane(plot):
    shown = plot("spirals", lambda t: t, activation="sigmoid")
    grid = shown.runner.asked[0]
    answers = np.full((len(grid), 1), 0.75)
    answers[7] = np.nan
    shown.runner.outputs = SimpleNamespace(inputs=grid, outputs=answers)
    shown.draw()
    heights = shown.pages["surface"].heights().ravel()
    assert heights[0] == 0.5 and np.isnan(heights[7])
    assert shown.pages["surface"].image.image.reshape(-1, 3)[7].tolist() == list(theme().color("refused").getRgb()[:3])


def test_new_weights_ask_again_and_answers_to_other_questions_are_passed_over(plot):
    shown = plot("spirals", lambda t: t, activation="sigmoid")
    shown.runner.outputs = SimpleNamespace(inputs=np.zeros((3, 2)), outputs=np.zeros((3, 1)))
    shown.draw()
    assert shown.pages["surface"].answers is None
    shown.runner.report = object()
    shown.draw()
    assert len(shown.runner.asked) == 2


def test_after_another_data_set_the_old_answers_are_gone(plot):
    shown = plot("digits", mostly_right)
    shown.document.do(SetData(DATASETS.choose("digits", seed=5)))
    shown.draw()
    assert shown.empty_text()
    samples = shown.document.project.dataset().samples("validation")
    shown.runner.evaluation = Evaluation("validation", 0.1, {}, samples, np.zeros((len(samples), 10)))
    shown.draw()
    assert not shown.empty_text()


def test_the_sentence_says_after_which_epoch(plot, make):
    shown = plot("iris", lambda t: np.eye(3)[t[:, 0].astype(int)])
    run = make.run(40)
    run.evaluation = shown.runner.evaluation
    shown.runner.run = run
    shown.draw()
    assert shown.words.text() == "30 of 30 right (100.0%) · validation part after epoch 2"
    strip = shown.pages["confusion"].strip
    assert [strip.item(i).text() for i in range(strip.count())] == ["None misread"]


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("surnames-gru", lambda data, sample, step: [as_text(data.inputs["x"], codes_of(data, "x", sample))]),
        (
            "declaration-next",
            lambda data, sample, step: [as_text(data.inputs["x"], codes_of(data, "x", sample)[: step + 1])],
        ),
        (
            "pronunciation-persian",
            lambda data, sample, step: [
                as_text(data.inputs["x"], codes_of(data, "x", sample)),
                as_text(data.target, codes_of(data, "target", sample)[:step]),
            ],
        ),
        (
            "names-write",
            lambda data, sample, step: [
                data.inputs["x"].names[int(data.inputs["x"].values[sample].argmax())],
                as_text(data.target, codes_of(data, "target", sample)[:step]),
            ],
        ),
    ],
)
def test_texts_that_were_misread_are_texts(key, wanted, runner, show):
    project = open_example(key)
    data = project.dataset()
    runner.evaluation = evaluate(project)
    view = show(OutputView(Document(project), runner))
    view.draw()
    page = view.page
    given = page._shown.answers
    assert page.strip.count() > 5
    for n in range(5):
        item = page.strip.item(n)
        assert item.icon().isNull()
        row = int(item.data(_ROW))
        sample, step = int(given.samples[row]), int(given.steps[row])
        parts = [part if len(part) <= 28 else "…" + part[-27:] for part in wanted(data, sample, step)]
        shown = "  ".join(f"\u2068{part}\u2069" for part in parts if part)
        true, said = page.matrix.names[page._decided.truth[row]], page.matrix.names[page._decided.said[row]]
        assert item.text() == f"{shown}\n\u2068{visible(true)}\u2069 → \u2068{visible(said)}\u2069".lstrip()
