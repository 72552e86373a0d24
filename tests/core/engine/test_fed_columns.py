"""A table of one's own whose answers are fed back into some of its columns: against the same network written in numpy."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from core.data.importers.table import Table
from core.data.own import table as own
from core.edits import ResetWeights, SetTraining
from core.engine.session import Session
from core.errors import DataError
from core.generation import way_of
from core.project import Project
from core.questions import continuation, may_foretell
from core.script import add, check, connect, new_project, set_value

STEPS = 8


def imported(targets: list[str], asked: str = "every") -> Project:
    """Two oscillations and a switch that is not foretold, before an Elman network in float64."""
    draw, time = np.random.default_rng(4), np.arange(90.0)
    columns = np.sin(time / 3), (time // 7 % 2), 20 + 5 * np.cos(time / 5) + draw.normal(0, 0.3, 90)
    table = Table(("wave", "switch", "heat"), ("number",) * 3, columns, {})
    project = new_project(
        "own_table",
        content=own.store(table, "waves"),
        name="waves",
        features=own.columns_text(table.names),
        target=own.columns_text(targets),
        reading="windows",
        window=STEPS,
        stride=1,
        horizon=1,
        asked=asked,
    )
    units = len(targets)
    layers = [
        add(project, "input", "Seen", units=3, sequence=True),
        add(project, "dense", "Hidden", units=5, activation="tanh"),
        *([add(project, "last_step", "Last")] if asked == "last" else []),
        add(project, "output", "Told", units=units),
    ]
    for one, following in pairwise(layers):
        connect(project, one, following)
    connect(project, "Hidden", "Hidden", delay=1)
    project.apply(SetTraining("precision", "float64"))
    project.apply(ResetWeights())
    assert not check(project)
    return project


def by_hand(project: Project, x: np.ndarray) -> np.ndarray:
    """(steps, units) what the network says to (steps, features), written out."""
    weights = {key: np.asarray(value, float) for key, value in project.weights.items()}
    layers = {layer.name: layer.id for layer in project.network}
    link = {
        (project.network.layers[k.source].name, project.network.layers[k.target].name): weights[f"{k.id}.weight"]
        for k in project.network.links.values()
        if f"{k.id}.weight" in weights
    }
    state, told = np.zeros(5), []
    before = "Last" if "Last" in layers else "Hidden"
    for read in x:
        state = np.tanh(
            link["Seen", "Hidden"] @ read + link["Hidden", "Hidden"] @ state + weights[f"{layers['Hidden']}.bias"]
        )
        told.append(link[before, "Told"] @ state + weights[f"{layers['Told']}.bias"])
    return np.array(told)


def freely(project: Project, x: np.ndarray, fed: list[int], given: int) -> np.ndarray:
    """What it says where its own answers take the place of the columns ``fed`` after ``given`` steps."""
    x = x.astype(float).copy()
    for step in range(given, len(x)):
        x[step, fed] = by_hand(project, x[:step])[-1]
    return by_hand(project, x)


@pytest.mark.parametrize(("targets", "fed"), [(["heat"], [2]), (["heat", "wave"], [2, 0])])
@pytest.mark.parametrize("given", [1, 3])
def test_a_taught_and_a_free_pass_are_those_of_numpy(targets: list[str], fed: list[int], given: int) -> None:
    project = imported(targets)
    data = project.dataset()
    run = Session(project.state, data).free_run("validation", given)
    x, wanted = data.inputs["x"].values[run.samples], data.target.values[run.samples].astype(float)
    assert data.target.normalisation is not None
    scale = data.target.normalisation.scale
    for errors, said in (
        (run.taught, np.array([by_hand(project, one) for one in x.astype(float)])),
        (run.free, np.array([freely(project, one, fed, given) for one in x])),
    ):
        assert errors == pytest.approx(np.sqrt(np.square((said - wanted) * scale).mean((0, 2))), rel=1e-9)
    assert not np.allclose(run.free, run.taught)


def test_without_a_teacher_it_learns_on_what_it_reads_freely() -> None:
    project = imported(["heat"])
    set_value(project, "teaching", "constant")
    set_value(project, "teaching.chance", 0.0)
    session = Session(project.state, project.dataset())
    batch = session._data.take(project.dataset().samples("train")[:6])
    read = next(iter(session._fed(batch).inputs.values())).numpy()
    true = next(iter(batch.inputs.values())).numpy()
    assert np.array_equal(read[..., :2], true[..., :2]), "what is measured beside is given"
    for n in range(6):
        free = freely(project, true[:, n], [2], 1)
        assert read[1:, n, 2] == pytest.approx(free[:-1, 0], rel=1e-12)


@pytest.mark.parametrize("asked", ["last", "every"])
def test_a_forecast_further_ahead_feeds_every_foretold_column(asked: str) -> None:
    project = imported(["heat", "wave"], asked)
    data = project.dataset()
    assert may_foretell(data)
    samples = data.samples("validation")[[0, 4]]
    told = continuation(data, samples, 5).ask(Session(project.state, data))[..., 0]
    assert data.target.normalisation is not None and data.inputs["x"].normalisation is not None
    read, answer = data.inputs["x"].normalisation, data.target.normalisation
    for row, sample in enumerate(samples):
        window = data.inputs["x"].values[sample].astype(float)
        for ahead in range(5):
            raw = by_hand(project, window)[-1] * answer.scale + answer.mean
            assert told[row, ahead] == pytest.approx(raw[0], rel=1e-5)
            following = window[-1].copy()
            following[[2, 0]] = (raw - read.mean[[2, 0]]) / read.scale[[2, 0]]
            window = np.vstack([window[1:], following])


def test_it_does_not_go_on_where_something_else_would_have_to_be_known() -> None:
    project = imported(["heat"])
    with pytest.raises(DataError, match="reads what is measured in “waves”"):
        Session(project.state, project.dataset()).generate({}, way_of("greedy"))
