"""Teacher forcing by chance inside a training: its schedules, and that it can be stepped, put down and replayed."""

from __future__ import annotations

import numpy as np
import pytest

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice
from core.edits import SetTraining
from core.engine.history import History
from core.engine.session import Session
from core.examples import open_example
from core.problems import problems
from core.project import Project, State
from core.script import set_value
from core.teaching import probability
from tests.core.engine.generating_toys import drawn, told_backwards

TEACHING = catalogue("teaching")


def trained(state: State, project: Project, batches: int, resume=None, granularity="batch") -> list[bytes]:
    session = Session(state, project.dataset(), resume=resume)
    session.granularity = granularity
    for report in session.run():
        if report.moment is None and report.batch >= batches:
            break
    return [array.tobytes() for array in session.weights().values()]


def with_teaching(key: str, **values: float) -> Project:
    project = told_backwards(dropout=0.3)
    project.apply(SetTraining("teaching", TEACHING.choose(key, **values)))
    set_value(project, "epochs", 4)
    set_value(project, "batch_size", 8)
    return project


@pytest.mark.parametrize(
    ("choice", "shares", "wanted"),
    [
        (TEACHING.choose("constant", chance=0.3), (0, 0.5, 1), (0.3, 0.3, 0.3)),
        (TEACHING.choose("linear", start=0.9, end=0.1), (0, 0.25, 1), (0.9, 0.7, 0.1)),
        (TEACHING.choose("exponential", end=0.01), (0, 0.5, 1), (1, 0.1, 0.01)),
        (TEACHING.choose("inverse_sigmoid", middle=0.5, width=0.1), (0.4, 0.5, 0.6), (1 / (1 + np.exp(-1)), 0.5, 1 / (1 + np.e))),
    ],
)  # fmt: skip
def test_the_probability_over_the_run(choice: Choice, shares, wanted) -> None:
    assert [probability(choice, round(1000 * share), 1000) for share in shares] == pytest.approx(wanted)
    assert probability(choice, 2000, 1000) == probability(choice, 1000, 1000)


def test_the_inverse_sigmoid_is_that_of_the_paper() -> None:
    """k / (k + exp(i / k)) of Bengio et al. 2015 after i of n training steps."""
    k, n = 120.0, 2000
    choice = TEACHING.choose("inverse_sigmoid", middle=k * np.log(k) / n, width=k / n)
    for i in (0, 300, 575, 1000, 1999):
        assert probability(choice, i, n) == pytest.approx(k / (k + np.exp(i / k)), rel=1e-12)


def test_always_taught_is_what_it_was_without_the_setting() -> None:
    project = told_backwards(dropout=0.3)
    session = Session(project.state, project.dataset())
    batch = session._data.take(np.arange(8))
    assert session._fed(batch) is batch
    assert with_teaching("linear").state.training != project.state.training
    linear = with_teaching("linear")
    assert Session(linear.state, linear.dataset())._fed(batch) is batch, "at the very beginning"


@pytest.mark.parametrize(
    ("key", "values"), [("linear", {"start": 0.8}), ("constant", {"chance": 0.0}), ("inverse_sigmoid", {})]
)
@pytest.mark.parametrize("fed", ["best", "drawn"])
def test_put_down_at_any_batch_and_stepped_it_learns_the_same(key, values, fed) -> None:
    project = with_teaching(key, **values)
    set_value(project, "fed", fed)
    whole = trained(project.state, project, 9)
    assert trained(project.state, project, 9, granularity="step") == whole
    assert trained(project.state, project, 9) == whole
    first = Session(project.state, project.dataset())
    for report in first.run():
        if report.batch == 4:
            break
    assert trained(project.state, project, 9, first.snapshot()) == whole
    taught = with_teaching("constant")
    assert trained(taught.state, taught, 9) != whole, "and it does have an effect"


def test_numbers_too() -> None:
    project = drawn()
    set_value(project, "teaching", "constant")
    set_value(project, "teaching.chance", 0.25)
    set_value(project, "batch_size", 256)
    whole = trained(project.state, project, 5)
    assert trained(project.state, project, 5, granularity="step") == whole


def test_a_change_on_the_way_is_replayed() -> None:
    project = with_teaching("constant")
    session = Session(project.state, project.dataset())
    history = History(session, project.state, project.dataset(), budget=1, share=np.inf)
    weights, notes = [], []
    reports = session.run()
    for _ in range(8):
        if session.batch == 3:
            project.apply(SetTraining("teaching", TEACHING.choose("constant", chance=0.2)))
            session.change(project.training)
            history.note_change(3, project.training)
        notes += next(reports).notes
        history.observe(session)
        weights.append([array.tobytes() for array in session.weights().values()])
    assert notes == ["Probability of the true answer is 0.2 from batch 4."]
    for batch in (8, 4, 6):
        again = history.session_at(batch)
        assert [array.tobytes() for array in again.weights().values()] == weights[batch - 1]


def test_a_snapshot_of_before_these_settings_is_taken_up() -> None:
    project = told_backwards()
    taken = Session(project.state, project.dataset()).snapshot()
    for key in ("teaching", "fed"):
        del taken.meta["settings"]["values"][key]
    assert Session(project.state, project.dataset(), resume=taken).training == project.training


def test_where_nothing_is_fed_back_it_says_so() -> None:
    project = open_example("reverse-encoder-decoder")
    project.apply(SetTraining("teaching", "linear"))
    (problem,) = (p for p in problems(project.state) if p.key == "nothing fed back")
    assert problem.severity == "warning"
    project.apply(problem.repairs[0].edit)
    assert not problems(project.state)
    assert not [p for p in problems(with_teaching("linear").state) if p.key == "nothing fed back"]
