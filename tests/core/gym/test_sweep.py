"""Sweeps: the same points as sessions driven by hand, nothing else changed, and files that come back."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from core.catalogue.optimizers import OPTIMIZERS
from core.catalogue.spec import Choice
from core.edits import SetParam
from core.engine.session import Session
from core.errors import BadFile, BadValue, NotTrainable, StudioError
from core.examples import open_example
from core.gym import results as files
from core.gym.models import AS_IS, KINDS, Entrant, entrant, mine, network, prepared, size, with_budget
from core.gym.results import Model, Point, Results
from core.gym.sweep import Plan, lags, reason_against, run, sweep
from core.gym.tasks import data_at, settings_for
from core.script import train


def small(task="recall", **more):
    return Plan(task, (2.0, 4.0), (entrant("elman", 6), entrant("gru", 5)), settings=settings_for(task, samples=200),
                **{"epochs": 2, "give_up": 0, **more})  # fmt: skip


def test_a_point_is_what_a_session_on_the_same_data_comes_to():
    found = run(small(seeds=2))
    assert len(found.points) == 2 * 2 * 2 and found.values == (2.0, 4.0)
    settings = settings_for("recall", samples=200)
    for point in found.points[2:6]:
        who = entrant("elman", 6) if point.model == "elman" else entrant("gru", 5)
        data = data_at(settings, int(point.value), seed=point.seed)
        session = Session(prepared(who, data, settings, 2, point.seed), data)
        for report in session.run():
            if report.evaluation is not None and report.evaluation.metrics["accuracy"] >= 0.99:
                break
        assert point.right == pytest.approx(session.evaluate("validation").metrics["accuracy"])
        assert point.note == ("solved" if point.right >= 0.99 else "")


@pytest.mark.parametrize("task", ["recall", "reverse", "parity", "adding"])
@pytest.mark.parametrize("key", list(KINDS))
def test_every_kind_can_try_every_shape_of_task(task, key):
    settings = settings_for(task, samples=40)
    data = data_at(settings, 4)
    who = entrant(key, 3)
    state = prepared(who, data, settings, 1, 0)
    report = next(Session(state, data).run())
    assert np.isfinite(report.loss)


def test_budgets_are_met_as_nearly_as_whole_units_allow():
    data = data_at(settings_for("recall"), 4)
    for key in KINDS:
        who = with_budget(entrant(key), data, 2000)
        here = size(network(who, data))
        for other in (who.units - 1, who.units + 1):
            there = size(network(Entrant(key, "", None, other), data))
            assert abs(here - 2000) <= abs(there - 2000)
    # Elman on 4 symbols: n (4 + n) weights and n biases in, 4 n + 4 out.
    units = with_budget(entrant("elman"), data, 2000).units
    assert size(network(entrant("elman", units), data)) == units * (4 + units) + units + 4 * units + 4


def test_to_look_for_a_size_draws_no_weights(monkeypatch):
    """A search over hundreds of units must not hold up the worker."""
    drawn = []
    monkeypatch.setattr("core.parameters.initial_value", lambda *arguments: drawn.append(arguments))
    data = data_at(settings_for("recall", samples=50), 4)
    assert with_budget(entrant("lstm"), data, 3000).units > 10 and not drawn


def test_it_goes_on_where_it_was_left_and_tells_how_far_it_is():
    work = sweep(small())
    shares, standing = [], None
    for _ in range(5):
        standing = next(work)
        shares.append(standing.done)
    kept = standing.results
    while True:
        try:
            standing = next(work)
            shares.append(standing.done)
            assert len(standing.results.points) >= len(kept.points)
        except StopIteration as end:
            found = end.value
            break
    assert shares == sorted(shares) and shares[-1] == 1
    assert [(p.model, p.value, p.right) for p in found.points] == [
        (p.model, p.value, p.right) for p in run(small()).points
    ]


def test_who_does_not_remember_gives_up():
    plan = Plan("recall", (30.0, 40.0, 50.0, 60.0), (entrant("gru", 2),), settings=settings_for("recall", samples=100),
                epochs=1, give_up=2)  # fmt: skip
    assert [point.value for point in run(plan).points] == [30.0, 40.0]


def test_the_open_network_is_asked_as_it_is_at_lags_that_it_was_not_trained_on():
    project = open_example("copy-gru")
    train(project, epochs=2)
    settings = settings_for("copy", project.data)
    found = run(Plan("copy", (5.0, 10.0, 20.0), (mine(project.state, as_it_is=True),), settings=settings))
    assert [point.epochs for point in found.points] == [0, 0, 0]
    for point in found.points:
        data = data_at(settings, int(point.value))
        told = Session(project.state, data).evaluate("validation")
        samples, counted = told.samples, data.mask[told.samples]
        wrong = told.outputs.argmax(axis=2) != data.target.values[samples, :, 0]
        assert point.right == pytest.approx(1 - wrong[counted].mean())
    # Trained afresh it begins with other weights; the project's stay as they are.
    before = {name: value.copy() for name, value in project.weights.items()}
    again = run(Plan("copy", (2.0,), (mine(project.state),), settings=settings, epochs=1))
    assert again.points[0].epochs == 1
    for name, value in project.weights.items():
        np.testing.assert_array_equal(value, before[name])


def test_a_training_is_the_same_with_a_sweep_beside_it():
    def weights(beside):
        project = open_example("circles-mlp")
        session = Session(project.state, project.dataset())
        work = sweep(small()) if beside else iter(())
        for report in session.run():
            next(work, None)
            if report.batch == 12:
                break
        return session.weights()

    alone, beside = weights(False), weights(True)
    for name in alone:
        np.testing.assert_array_equal(alone[name], beside[name])


def test_noise_is_swept_at_a_fixed_lag():
    found = run(Plan("copy", (0.0, 2.0), (entrant("elman", 8),), over="noise", epochs=6,
                     settings=settings_for("copy", samples=400)))  # fmt: skip
    assert found.over == "noise" and found.points[0].right > found.points[1].right


def test_what_can_not_be_tried_is_said():
    project = open_example("digits-mlp")
    with pytest.raises(NotTrainable, match="“My network” can not try “Recall of the first symbol”"):
        run(Plan("recall", (2.0,), (mine(project.state),)))
    assert isinstance(reason_against(mine(project.state), "recall", settings_for("recall")), StudioError)
    assert reason_against(entrant("lstm"), "recall", settings_for("recall")) is None
    for plan, sentence in (
        (Plan("recall", (), (entrant("lstm"),)), "at least one place"),
        (Plan("recall", (2.0,), ()), "at least one model"),
        (Plan("recall", (0.0,), (entrant("lstm"),)), "1"),
        (Plan("recall", (-1.0,), (entrant("lstm"),), over="noise"), "0 or more"),
        (Plan("recall", (2.0,), (entrant("lstm"), entrant("lstm"))), "twice"),
        (Plan("recall", tuple(range(1, 999)), (entrant("lstm"),), seeds=9), "more than 2000"),
    ):
        with pytest.raises(BadValue, match=sentence):
            run(plan)


def test_a_network_that_runs_away_is_noted():
    project = open_example("parity")
    project.apply(SetParam(project.network.layer("Hidden").id, "activation", "identity"))
    values = {**project.training.values, "optimizer": OPTIMIZERS.choose("sgd", lr=100.0), "clip_norm": 0.0}
    state = replace(project.state, training=Choice("training", values))
    settings = settings_for("parity", project.data)
    found = run(Plan("parity", (40.0,), (mine(state),), settings=settings, epochs=3))
    assert found.points[0].note == "diverged" and 0 <= found.points[0].right <= 1


def test_lags_grow_by_about_the_same_factor():
    assert lags(5, 80, 5) == (5, 10, 20, 40, 80)
    assert lags(1, 4, 9) == (1, 2, 3, 4)
    assert lags(7, 7, 5) == (7,)


def results():
    points = [
        Point("lstm", lag, seed, right)
        for lag, pair in ((5, (1.0, 0.9)), (10, (0.9, 0.88)), (20, (0.9, 0.5)), (40, (1.0, 1.0)))
        for seed, right in enumerate(pair)
    ]
    return Results("recall", "Recall", "lag", (5.0, 10.0, 20.0, 40.0), {"symbols": 4}, {"epochs": 3},
                   (Model("lstm", "LSTM", 99), Model("gru", "GRU", 80)), dict.fromkeys((5.0, 10.0, 20.0, 40.0), 0.25),
                   tuple(points))  # fmt: skip


def test_what_is_remembered_ends_at_the_first_place_that_is_not():
    found = results()
    assert found.above_chance(5.0, 0.25) == 0 and found.above_chance(5.0, 1.0) == 1
    # 0.7 on the mean at 20 is 0.6 of the way from 0.25 to 1, and 40 comes too late.
    assert found.remembers("lstm") == 10 and found.remembers("gru") is None
    curve = found.curve("lstm")
    assert curve.low.tolist() == [0.9, 0.88, 0.5, 1.0] and curve.high.tolist() == [1.0, 0.9, 0.9, 1.0]
    assert curve.mean[2] == pytest.approx(0.7) and curve.seeds.tolist() == [2, 2, 2, 2]


def test_results_come_back_from_a_file(tmp_path):
    found = results()
    files.save(found, tmp_path / "gym.json")
    assert files.load(tmp_path / "gym.json") == found
    assert json.loads((tmp_path / "gym.json").read_text("utf-8"))["remembers"] == {"lstm": 10.0, "gru": None}
    files.save(found, tmp_path / "gym.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "gym.csv").read_text("utf-8"))))
    assert [float(row["share right"]) for row in rows] == [point.right for point in found.points]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda d: d.update(format="other"), "format"),
        (lambda d: d["points"][0].update(right=1.5), "right"),
        (lambda d: d["points"][0].update(model="me"), "belongs to no model"),
        (lambda d: d.pop("models"), "models"),
        (lambda d: d.update(more=1), "more"),
    ],
)
def test_a_foreign_file_is_refused_with_a_sentence(tmp_path, change, sentence):
    document = results().to_json()
    change(document)
    (tmp_path / "g.json").write_text(json.dumps(document), "utf-8")
    with pytest.raises(BadFile, match="holds no results of the gym") as caught:
        files.load(tmp_path / "g.json")
    assert sentence in str(caught.value)


def test_what_is_no_json_is_refused_too(tmp_path):
    (tmp_path / "g.json").write_bytes(b"\x00\xff nothing")
    with pytest.raises(BadFile, match="holds no results"):
        files.load(tmp_path / "g.json")
    with pytest.raises(BadFile, match="can not be read"):
        files.load(tmp_path / "none.json")


def test_the_network_as_it_is_does_not_learn():
    assert not mine(open_example("copy-gru").state, as_it_is=True).learns
    assert mine(open_example("copy-gru").state, as_it_is=True).key == AS_IS
