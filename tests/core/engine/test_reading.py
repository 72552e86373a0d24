"""How a network reads an input of the user's own, against runs of the session on every beginning and against differences."""

import numpy as np
import pytest

from core.data.files import bundled_rows
from core.edits import SetParam, SetTraining
from core.engine.session import Session
from core.errors import DataError
from core.examples import open_example
from core.questions import Answer, Read, answered, continuation, may_foretell, naive_forecasts
from core.script import set_value

READ_ONCE = ["digits-rows-elman", "digits-pixels-lstm", "names-gru", "vowels-gru", "temporal-order-lstm"]


def session_of(key, **params):
    project = open_example(key)
    project.apply(SetTraining("precision", "float64"))
    return project, Session(project.state, project.dataset())


def sample_of(project, sample=3):
    data = project.dataset()
    x = next(iter(data.inputs.values())).values[sample]
    return x if data.lengths is None else x[: data.lengths[sample]]


@pytest.mark.parametrize("key", READ_ONCE)
def test_the_course_is_what_the_network_says_to_each_beginning(key):
    project, session = session_of(key)
    x = sample_of(project)
    reading = session.read(x)
    assert reading.lengths[-1] == len(x) and reading.course.shape == (len(reading.lengths), project.dataset().outputs)
    for row in {0, len(reading.lengths) // 2, len(reading.lengths) - 1}:
        alone = session.outputs(x[None, : reading.lengths[row]])[0]
        assert np.allclose(reading.course[row], alone, atol=1e-12)
    assert np.allclose(reading.course[-1], reading.output, atol=1e-12)
    assert reading.unit == reading.output.argmax()


@pytest.mark.parametrize("key", ["digits-rows-elman", "digits-mlp", "vowels-gru", "iris-mlp", "sunspots-forecast"])
def test_the_gradient_is_the_slope_of_the_sum_before_the_activation(key):
    project, session = session_of(key)
    x = np.asarray(sample_of(project), np.float64)
    unit = 0 if project.dataset().outputs == 1 else 2
    reading = session.read(x, unit)
    assert reading.unit == unit and reading.gradient.shape == x.shape

    def score(inputs):
        said = session.outputs(inputs[None])[0]
        return said[unit] if len(said) == 1 else np.log(said[unit]) - np.log(said[1 - unit if unit < 2 else 0])

    other = 0
    reference = session.read(x, other).gradient if len(reading.output) > 1 else 0.0
    wanted = reading.gradient - reference  # the softmax tells differences of the sums
    rng = np.random.default_rng(0)
    for _ in range(5):
        way = rng.standard_normal(x.shape)
        slope = (score(x + 1e-5 * way) - score(x - 1e-5 * way)) / 2e-5
        assert slope == pytest.approx(float((wanted * way).sum()), rel=1e-5, abs=1e-9)


def test_what_mattered_of_letters_is_the_gradient_at_their_vectors():
    project, session = session_of("names-gru")
    x = sample_of(project)
    reading = session.read(x, 1)
    examined = session.examine(3, "train")
    letters = project.network.layer("Letters").id
    # The loss of two classes depends on the difference of their sums, with slope p - 1 for the right one.
    truth = int(project.dataset().target.values[3, 0])
    one, other = (session.read(x, unit).gradient for unit in (truth, 1 - truth))
    assert reading.gradient.shape == x.shape and (reading.gradient >= 0).all()
    slope = np.linalg.norm(examined.gradients[letters], axis=1)[: len(x)] / (1 - examined.output[truth])
    assert (slope <= (one + other)[:, 0] + 1e-9).all() and (slope >= np.abs(one - other)[:, 0] - 1e-9).all()


def test_answers_at_every_step_are_their_own_course():
    project, session = session_of("co2-every-step")
    x = sample_of(project)
    reading = session.read(x)
    assert np.allclose(reading.course, session.outputs(x[None])[0]) and reading.step == len(x) - 1
    early = session.read(x, 0, 5)
    assert early.step == 5 and not early.gradient[6:].any() and early.gradient[5].any()


def test_one_picture_out_of_a_class():
    _project, session = session_of("drawing-gru")
    reading = session.read(np.eye(10, dtype=np.float32)[4])
    assert reading.output.shape == (8, 8) and reading.gradient.shape == (10,)
    assert np.allclose(reading.output, session.outputs(np.eye(10, dtype=np.float32)[[4]])[0])


def test_long_rows_are_asked_about_at_some_of_their_beginnings():
    _project, session = session_of("adding-rnn")
    x = np.random.default_rng(0).random((700, 2))
    reading = session.read(x)
    assert len(reading.lengths) <= 128 and reading.lengths[0] == 1 and reading.lengths[-1] == 700
    assert np.allclose(reading.course[40], session.outputs(x[None, : reading.lengths[40]])[0])


def test_asking_changes_nothing_that_is_learned():
    def trained(asking):
        project = open_example("digits-rows-elman")
        project.apply(SetTraining("epochs", 1))
        project.apply(SetParam(project.network.layer("Hidden").id, "units", 6))
        session = Session(project.state, project.dataset())
        for _ in session.run():
            if asking:
                session.read(sample_of(project))
        return session.weights()

    asked, plain = trained(True), trained(False)
    assert all(np.array_equal(asked[name], plain[name]) for name in plain)


def test_a_question_that_does_not_fit_is_answered_with_a_sentence():
    project, session = session_of("iris-mlp")
    for wrong in (np.zeros(3), np.zeros((2, 4)), np.zeros((0, 4))):
        with pytest.raises(DataError, match="does not fit the input “Input”"):
            session.read(wrong)
        answer = answered(Read(wrong), session, project.state)
        assert answer.result is None and "does not fit" in answer.template.format(**answer.values)
    assert isinstance(answered(Read(np.zeros(4)), None, None), Answer)


@pytest.mark.parametrize("key", ["sunspots-forecast", "co2-every-step", "weather"])
def test_a_forecast_feeds_back_what_it_said(key):
    project, session = session_of(key)
    data = project.dataset()
    assert may_foretell(data)
    samples = data.samples("validation")[[0, 7]]
    told = continuation(data, samples, 5).ask(session)[..., 0]
    series, x = data.info["series"], data.inputs["x"]
    scale, target = x.normalisation, data.target.normalisation
    for row, sample in enumerate(samples):
        window = scale.undo(x.values[sample].astype(float))
        for ahead in range(5):
            said = session.outputs(scale.apply(window)[None])[0]
            said = said[-1] if said.ndim == 2 else said
            value = target.mean[0] + target.scale[0] * said[0]
            assert told[row, ahead] == pytest.approx(value, rel=1e-4, abs=1e-3)
            following = window[-1].copy()
            following[series.target] = value
            window = np.vstack([window[1:], following])


def measured(key):
    """The predicted quantity of an example as its file gives it, (times,), and its season."""
    if key == "sunspots-forecast":
        return np.array([float(row[1]) for row in bundled_rows("sunspots", "sunspots.csv")[1:]]), 11
    if key == "weather":
        rows = bundled_rows("weather", "seattle-weather.csv")
        return np.array([float(row[rows[0].index("temp_max")]) for row in rows[1:]]), 365
    weeks = {}
    for day, level in bundled_rows("co2", "co2.csv")[1:]:
        weeks.setdefault(day[:6], []).extend([float(level)] if level else [])
    months = sorted(weeks)
    known = [n for n, month in enumerate(months) if weeks[month]]
    level = np.interp(range(len(months)), known, [np.mean(weeks[months[n]]) for n in known])
    return level[1:] - level[:-1], 12


@pytest.mark.parametrize("key", ["sunspots-forecast", "co2-every-step", "weather"])
def test_naive_forecasts_and_truth_are_those_of_the_series(key):
    project = open_example(key)
    set_value(project, "data.test", 0.0)
    data = project.dataset()
    series = data.info["series"]
    known = naive_forecasts(data, "validation", 30)
    values, period = measured(key)
    assert data.period == period and len(series.values) == len(values)
    for row in (0, 10, len(known.samples) - 1):
        first = series.starts[known.samples[row]] + series.window
        assert known.origins[row] == first
        assert known.last[row] == pytest.approx([values[first - 1]] * 30)
        seen = data.inputs["x"].normalisation.undo(data.inputs["x"].values[known.samples[row]].astype(float))
        assert seen[-1, series.target] == pytest.approx(values[first - 1], rel=1e-5, abs=1e-4), "what was seen last"
        for ahead in range(30):
            time = first + ahead
            truth = values[time] if time < len(values) else np.nan
            assert known.truth[row, ahead] == pytest.approx(truth, nan_ok=True)
            back = time - period
            while back >= first:
                back -= period
            assert known.season[row, ahead] == pytest.approx(values[back])


def test_a_season_that_has_not_begun_is_not_made_up():
    data = open_example("weather").dataset()
    known = naive_forecasts(data, "train", 3)
    assert np.isnan(known.season[0]).all() and not np.isnan(known.season[400]).any()


def test_classes_are_not_foretold_on_and_on():
    project = open_example("digits-rows-elman")
    assert not may_foretell(project.dataset())
    with pytest.raises(DataError, match="no series that can be continued"):
        naive_forecasts(project.dataset(), "train", 3)


def test_windows_of_other_data_are_answered_with_a_sentence():
    project, session = session_of("sunspots-forecast")
    other = open_example("weather").dataset()
    question = continuation(other, other.samples("validation")[:2], 3)
    answer = answered(question, session, project.state)
    assert answer.result is None and answer.template == "What was asked about does not fit the input “{name}”."


def test_what_the_test_part_asks_about_is_no_truth_of_a_forecast():
    project = open_example("sunspots-forecast")
    set_value(project, "data.test", 0.2)
    data = project.dataset()
    series = data.info["series"]
    first = int(series.starts[data.samples("test")].min()) + series.window
    known = naive_forecasts(data, "validation", 30)
    times = known.origins[:, None] + np.arange(30)
    assert (np.isnan(known.truth) == (times >= first)).all() and (times >= first).any()
    assert np.isfinite(naive_forecasts(data, "test", 1).truth).all()
