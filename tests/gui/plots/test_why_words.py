"""Every number in the words above a plot answers, and the answer is the number that is shown."""

import re

import numpy as np
import pytest

from core.data.catalogue import DATASETS
from core.edits import SetTraining
from core.formula import svg
from core.runs import Run
from core.why.numbers import Aggregate
from gui.plots.gradient import GradientPlot
from gui.plots.loss import LossPlot
from gui.plots.norms import NormsPlot
from tests.gui.hands_of_why import agrees, numbers_in


def digits(text):
    """The numbers in rich text as one reads it, but for those of marks and names."""
    plain = re.sub(r"<[^>]*>", "", text).replace("&nbsp;", " ")
    return re.findall(r"-?\d+(?:,\d{3})*(?:\.\d+)?(?:e-?\d+)?", plain)


def all_agree(words, document):
    """Walk through all numbers; returns what was asked, by the text that is shown."""
    found = numbers_in(words, document)
    for text, asked in found:
        assert isinstance(asked, Aggregate)
        assert agrees(text, asked.value), (text, asked.value, str(asked.title))
        assert str(asked.title) and str(asked.note)
        assert all("<svg" in svg(line) for line in (*asked.symbols, *asked.numbers))
    return found


def hover(chart, x, y):
    """Point at values, as the arrow keys do."""
    chart.pointer = (float(chart.x_scale.place(np.array(x))), float(chart.y_scale.place(np.array(y))))
    chart.repeat_hover()


@pytest.fixture
def loss(make, runner, show):
    document = make.document()
    runner.run = make.run(66, per_epoch=20, loss=np.random.default_rng(0).random(66) + 0.1)
    return show(LossPlot(document, runner), width=1400)


def test_the_latest_losses(loss):
    found = all_agree(loss.words, loss.document)
    run = loss.runner.run
    values = [
        run.steps["loss"][-1],
        run.steps["accuracy"][-1],
        run.epochs["loss"][-1],
        run.epochs["accuracy"][-1],
        66,
        4,
    ]
    assert [asked.value for _, asked in found] == pytest.approx(values)
    assert [text for text, _ in found] == digits(loss.words.text())


def test_the_losses_that_are_pointed_at(loss):
    run, weight = loss.runner.run, loss.smoothing.value() / 100
    hover(loss.losses.chart, 47, 0.5)
    found = all_agree(loss.words, loss.document)
    assert [text for text, _ in found] == digits(loss.words.text()) and len(found) == 10
    values = np.asarray(run.steps["loss"][:47], float)
    shares = weight ** np.arange(47)[::-1]
    asked = next(one for _, one in found if "smoothed" in str(one.title) and "Loss" in str(one.title))
    assert asked.value == pytest.approx(shares @ values / shares.sum(), rel=1e-9)
    assert sum(term.contribution for term in asked.terms) == pytest.approx(asked.value, rel=1e-9)
    assert [term.about.value for term in asked.terms[:3]] == pytest.approx(values[::-1][:3])
    batch = next(one for _, one in found if "Batches of training" in str(one.title))
    assert batch.value == 47 and [term.value for term in batch.terms] == [40, 7]


def test_the_bold_line_answers_beside_the_faint_one(loss):
    chart, run = loss.losses.chart, loss.runner.run
    average = loss._watched(run, "loss").average
    for row in (5, 30, 65):
        for line, word in ((run.steps["loss"], "Why this number?"), (average, "Why this smoothed number?")):
            hover(chart, row + 1, line[row])
            first = loss.questions_here()[0]
            assert first.text == word and first.asked.value == pytest.approx(float(line[row]), rel=1e-9)


def test_runs_beside_each_other(make, runner, show):
    document = make.document()
    older, newer = make.run(40, loss=np.linspace(2, 1, 40)), make.run(30, loss=np.linspace(3, 2, 30), run=Run("r2"))
    older.parameters, newer.parameters = 1234, 77
    document.project.runs = [older, newer]
    runner.run = newer
    plot = show(LossPlot(document, runner), width=1400)
    assert [(text, one.value) for text, one in numbers_in(plot.legend, document)] == [("1,234", 1234), ("77", 77)]
    hover(plot.losses.chart, 10, 2.5)
    found = all_agree(plot.words, document)
    of_older = [one for _, one in found if "in run 1" in str(one.title)]
    assert [one.value for one in of_older] == pytest.approx([float(older.steps["loss"][9])])
    hover(plot.losses.chart, 10, float(plot.losses.older.training[0].values[1][9]))
    assert "of run 1" in plot.questions_here()[0].text


def test_norms_and_updates(make, runner, show):
    document = make.document(make.layer("a", "dense", "First"), make.layer("b", "dense", "Second"))
    rng = np.random.default_rng(1)
    norms, ratios = rng.random((2, 2, 31)) + 0.01
    runner.run = make.run(
        30, norms={"a": lambda b: norms[0][b], "b": lambda b: norms[1][b]}, ratios={"a": lambda b: ratios[0][b]}
    )
    plot = show(NormsPlot(document, runner), width=1200)
    found = all_agree(plot.words, document)
    assert [one.value for _, one in found] == pytest.approx([30, norms[0][30], ratios[0][30], norms[1][30]])
    hover(plot.ratios.chart, 12, 0.1)
    assert [one.value for _, one in all_agree(plot.words, document)] == pytest.approx(
        [12, norms[0][12], ratios[0][12], norms[1][12]]
    )


PROFILES = {
    "vanishing": [1e-6, 1e-4, 1e-2, 1.0],
    "exploding": [5e4, 100.0, 10.0, 1.0],
    "steady": [0.9, 0.95, 1.0, 1.0],
    "larger": [20.0, 3.0, 2.0, 1.0],
    "not the last": [0.2, 1.0, 0.0, 0.0],
    "nothing at first": [0.0, 0.0, 0.5, 1.0],
    "not finite": [np.inf, 2.0, np.nan, 1.0],
    "none": [0.0, 0.0, 0.0, 0.0],
    "first only": [0.5, 0.0, 0.0, 0.0],
    "one step": [0.5],
}


@pytest.mark.parametrize("name", PROFILES)
def test_the_gradient_and_its_verdict(make, runner, show, name):
    total = np.array(PROFILES[name])
    document = make.document(make.layer("a", "rnn", "First"))
    runner.run = make.run(5, gradients={"a": lambda b: make.profile(total, total / 4)})
    plot = show(GradientPlot(document, runner), width=1200)
    found = numbers_in(plot.words, document)
    assert found[0][0] == "5" and found[0][1].value == 5
    text, verdict = found[1]
    expected = {
        "nothing at first": 0.0, "not finite": np.nan, "none": 0.0, "first only": 0.5, "one step": 0.5,
    }  # fmt: skip
    if name in expected:
        np.testing.assert_equal(verdict.value, expected[name])
        assert name == "not finite" or text in plot.words.text()
    else:
        last = np.flatnonzero(total)[-1]
        assert verdict.value == pytest.approx(total[0] / total[last], rel=1e-6) and agrees(text, verdict.value)
    if name == "not finite":
        assert [(shown, about.value) for shown, about in found[2:4]] == [("3", 3), ("4", 4)]
    assert plot.questions_here()[0].asked.value is not None and plot.questions_here()[0].text == "Why this verdict?"
    all_agree_here(plot, document, total)


def all_agree_here(plot, document, total):
    """At each step of both charts."""
    for step in range(len(total)):
        for chart in plot.charts():
            hover(chart, step + 1, 1.0)
            found = all_agree(plot.words, document)
            first = next(one for text, one in found if one.title.template.startswith("{what}"))
            np.testing.assert_equal(np.float32(first.value), np.float32(total[step]))
            chart.pointer = None


def test_a_batch_of_a_run_on_known_data(make, runner, show):
    data = DATASETS.choose("spirals")
    document = make.document(data=data)
    count = len(document.project.dataset().samples("train"))
    document.do(SetTraining("batch_size", 32))
    each = -(-count // 32)
    runner.run = make.run(3 * each + 2, per_epoch=each)
    runner.run.data, runner.run.training = data, document.project.training
    plot = show(LossPlot(document, runner), width=1200)
    found = all_agree(plot.words, document)
    batch, epoch = (one for _, one in found[-2:])
    assert batch.value == 3 * each + 2 and epoch.value == 4
    assert [(term.factor, term.value) for term in batch.terms] == [(3, each), (1, 2)]
    of_epoch = batch.terms[0].about
    assert of_epoch.value == each and of_epoch.terms[0].value == count
    assert of_epoch.terms[0].contribution == pytest.approx(count / 32)
