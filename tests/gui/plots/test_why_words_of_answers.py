"""Numbers in the words of the output view and of the search for patterns answer, and the answers are what is shown."""

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from core.data.catalogue import DATASETS
from core.edits import SetParam
from core.examples import open_example
from core.formula import svg
from core.reports import Evaluation
from core.why.numbers import Aggregate, Number, OfOwn
from gui.document import Document
from gui.plots.activations import ActivationPlot
from gui.plots.output import OutputView
from gui.runner import Runner
from tests.gui.hands_of_why import agrees, numbers_in
from tests.gui.plots.test_pattern_search import drag


def told(words, document):
    found = numbers_in(words, document)
    for text, asked in found:
        if isinstance(asked, Aggregate):
            assert agrees(text, asked.value), (text, asked.value, str(asked.title))
            assert all("<svg" in svg(line) for line in (*asked.symbols, *asked.numbers))
    return [asked for _, asked in found]


@pytest.fixture
def plot(make, runner, show):
    def built(key, outputs, activation="softmax", **choice):
        document = make.document(
            make.layer("o", "output", "answer", units=1, activation=activation), data=DATASETS.choose(key, **choice)
        )
        data = document.project.dataset()
        samples = data.samples("validation")
        said = np.asarray(outputs(data.target.values[samples]), np.float32)
        runner.evaluation = Evaluation("validation", 0.5, {}, samples, said)
        runner.run = make.run(40, per_epoch=20)
        runner.run.evaluation = runner.evaluation
        return show(OutputView(document, runner), 900, 420)

    return built


def mixed_up(targets):
    codes = targets[:, 0].astype(int)
    codes[::5] = (codes[::5] + 1) % 10
    said = np.eye(10)[codes]
    said[3, 0] = np.nan
    return said


def test_a_classifier(plot):
    shown = plot("digits", mixed_up)
    matrix, document = shown.page.matrix, shown.document
    count = len(shown.runner.evaluation.samples)
    right = int(matrix.counts.diagonal().sum())
    asked = told(shown.words, document)
    assert [one.value for one in asked] == pytest.approx([right, count, right / count, 1, 2])
    assert sum(term.contribution for term in asked[0].terms) == right
    assert sum(term.contribution for term in asked[1].terms) == count
    cells = {str(term.about.title): term.about.value for term in asked[1].terms[0].about.terms}
    row = matrix.counts[np.argmax(matrix.counts.sum(1))]
    assert sorted(cells.values()) == sorted(int(n) for n in row if n)
    assert shown.words.questions_here()[0].text == "Why this share?"
    for cell in ((0, 0), (0, 1), (4, 4)):
        QTest.mouseMove(matrix, matrix.cell_rect(cell).center().toPoint())
        assert [one.value for one in told(shown.words, document)] == [matrix.counts[cell], matrix.counts[cell[0]].sum()]


def test_a_forecast(plot):
    shown = plot("sunspots", lambda t: np.where(np.arange(len(t))[:, None] == 7, np.inf, t * 0.5))
    page = shown.page
    away = np.abs(page.foretold - page.wanted)
    good = np.isfinite(away)
    asked = told(shown.words, shown.document)
    assert [one.value for one in asked] == pytest.approx([away[good].mean(), 1, 2], rel=1e-6)
    assert asked[0].terms[0].value == pytest.approx(away[good].max(), rel=1e-6)
    assert abs(asked[0].terms[0].about.value) == pytest.approx(away[good].max(), rel=1e-6)
    for at in (3, 12):
        for line, text in ((page.foretold, "Why this answer?"), (page.wanted, "Why this true value?")):
            x, y = float(page.times[at]), float(line[at])
            page.chart.pointer = (x, float(page.chart.y_scale.place(np.array(y))))
            page.chart.repeat_hover()
            values = [one.value for one in told(shown.words, shown.document)]
            assert values == pytest.approx([page.foretold[at], page.wanted[at]], rel=1e-5)
            first = shown.questions_here()[0]
            assert first.text == text and first.asked.value == pytest.approx(y, rel=1e-5)


def test_predictions_against_true_values(plot):
    shown = plot("diabetes", lambda t: t * 0.5)
    page = shown.page
    away = np.abs(page.predicted - page.wanted)
    assert [one.value for one in told(shown.words, shown.document)] == pytest.approx(
        [len(away), away.mean(), 2], rel=1e-6
    )


def test_a_place_of_the_plane_is_an_input_of_its_own(plot):
    shown = plot("spirals", lambda t: np.eye(2)[t[:, 0].astype(int)])
    grid = shown.runner.asked[0]
    share = 1 / (1 + np.exp(-3 * grid[:, 0]))
    shown.runner.outputs = SimpleNamespace(inputs=grid, outputs=np.stack([1 - share, share], axis=1))
    shown.draw()
    page, at = shown.page, grid[1234]
    page.chart.pointer = tuple(float(page.chart.x_scale.place(np.array(v))) for v in at)
    page.chart.repeat_hover()
    asked = told(shown.words, shown.document)
    assert [one.number for one in asked] == [Number("value", "o", 0), Number("value", "o", 1)]
    np.testing.assert_array_equal(asked[0].own.inputs["x"], at)
    best = shown.questions_here()[0].asked
    assert isinstance(best, OfOwn) and best.number.unit == int(share[1234] > 0.5)


@pytest.fixture
def searched(qtbot, show):
    document = Document(open_example("digits-rows-elman"))
    document.do(SetParam(document.project.network.layer("Hidden").id, "units", 12))
    runner = Runner(document)
    runner.start()
    qtbot.waitUntil(lambda: runner.status == "idle" and runner.examination is not None, timeout=60000)
    plot = show(ActivationPlot(document, runner), 640, 460)
    qtbot.mouseClick(plot.search, Qt.MouseButton.LeftButton, pos=QPoint(8, plot.search.height() // 2))
    plot.grab()
    plot.draw()
    yield plot
    assert runner.close()


def test_units_that_are_on_exactly_there(searched):
    document, search = searched.document, searched.patterns
    layer = searched.layer.currentData()
    values = np.full((8, 12), -0.5, np.float32)
    values[2:5, [1, 7]] = 0.8
    values[3, 7] = 2.5
    searched.runner.examination.activations[layer][:] = values
    searched.draw()
    drag(searched, 3, 5)
    (c,) = told(search.above, document)
    assert c.value == pytest.approx(0.3 * 2.5) == search.threshold
    assert c.terms[0].about.leads == (Number("value", layer, 7, 3),)
    asked = told(search.words, document)
    assert [one.value for one in asked] == [2, 8]
    assert [one.leads[:3] for one in asked] == [tuple(Number("value", layer, u, t) for t in (2, 3, 4)) for u in (1, 7)]
    assert "3 of 3 steps" in str(asked[0].note) and "5 of 5 others" in str(asked[0].note)
    values[2:5] = 0.9
    searched.runner.examination.activations[layer][:] = values
    searched.draw()
    (count,) = told(search.words, document) if len(search.units) > 12 else (None,)
    assert count is None and len(search.units) == 12
    assert len(told(search.words, document)) == 12
