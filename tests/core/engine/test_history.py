"""Any batch of a run is reached again bit for bit, whatever was dropped in between, and another future can begin there."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.cache import dataset
from core.edits import SetParam, SetTraining
from core.engine import history
from core.engine.history import History, Snapshot
from core.engine.session import Session
from core.errors import BadValue
from core.examples import open_example


def project(**training):
    made = open_example("digits-rows-elman")
    made.apply(SetParam(made.network.layer("Hidden").id, "units", 5))
    made.apply(SetTraining("batch_size", 256))
    for path, value in training.items():
        made.apply(SetTraining(path.replace("__", "."), value))
    return made


def recorded(made, batches, budget=2**30, changes=None):
    """A run with its history, and the weights after each batch."""
    session = Session(made.state, dataset(made.data))
    history = History(session, made.state, dataset(made.data), budget, share=np.inf)
    weights, losses = [session.weights()], [None]
    reports = session.run()
    for _ in range(batches):
        wanted = (changes or {}).get(session.batch)
        if wanted is not None:
            session.change(wanted)
            history.note_change(session.batch, wanted)
        losses.append(next(reports).loss)
        history.observe(session)
        weights.append(session.weights())
    return session, history, weights, losses


def equal(one, other):
    return one.keys() == other.keys() and all(np.array_equal(one[k], other[k]) for k in one)


@pytest.mark.parametrize("budget", [2**30, 60_000, 1])
def test_every_batch_is_reached_again(budget):
    made = project(schedule="cosine", early_stopping=True)
    _, history, weights, losses = recorded(made, 14, budget)
    for batch in (0, 1, 5, 6, 7, 13, 14, 3):
        session = history.session_at(batch)
        assert session.batch == batch and equal(session.weights(), weights[batch])
        if batch < 14:
            assert next(session.run()).loss == losses[batch + 1], "and it goes on exactly as it did"


@settings(max_examples=6)
@given(st.lists(st.tuples(st.integers(0, 11), st.sampled_from([0.001, 0.01, 0.1])), max_size=3), st.integers(0, 12))
def test_changes_on_the_way_are_replayed(changed, goal):
    made = project()
    base = made.training
    changes = {}
    for batch, rate in changed:
        made.apply(SetTraining("optimizer.lr", rate))
        changes[batch] = made.training
    made.apply(SetTraining("optimizer.lr", base.get("optimizer.lr")))
    _, history, weights, _ = recorded(made, 12, 1, changes)
    assert equal(history.session_at(goal).weights(), weights[goal])


def test_the_budget_is_kept_and_snapshots_stay_spread():
    made = project()
    _, history, _, _ = recorded(made, 40, budget=200_000)
    assert history.bytes <= 200_000
    places = [s.batch for s in history._snapshots]
    assert places[0] == 0 and set(np.diff(places)) == {history.every} and history.every > 1


def test_snapshots_that_time_held_back_are_thinned_evenly_too():
    made = project()
    history = recorded(made, 3)[1]
    size = history._snapshots[-1].bytes
    rng, batch = np.random.default_rng(0), 3
    while batch < 2000:
        batch += int(rng.integers(3, 6))
        history._snapshots.append(replace(history._snapshots[-1], batch=batch))
        history.bytes += size
    history.keep_within(100 * size)
    gaps = np.diff([s.batch for s in history._snapshots])
    assert 50 <= len(gaps) <= 100
    assert gaps.max() <= 2 * np.mean(gaps), "nowhere is the way from the last snapshot long"
    assert history.every >= np.mean(gaps) / 2, "those to come are no closer than those that are there"


@pytest.mark.parametrize(
    ("snapshot", "batch", "gap"),
    [
        (0.0001, 0.0010001, 10),  # half the share: 10 ms between two of them
        (0.0001, 0.020, 1),
        (0.0008, 0.0010001, 50),  # no further apart than 50 ms for that
        (0.0020, 0.0010001, 100),  # but never more than the whole share
    ],
)
def test_dear_snapshots_are_taken_rarely(monkeypatch, snapshot, batch, gap):
    """With a clock of its own: what a snapshot and a batch take, in seconds."""
    now = [0.0]
    taken = Snapshot.of

    def of(session):
        now[0] += snapshot
        return taken(session)

    monkeypatch.setattr(history, "thread_time", lambda: now[0])
    monkeypatch.setattr(Snapshot, "of", of)
    made = project()
    session = Session(made.state, dataset(made.data))
    past = History(session, made.state, dataset(made.data))
    past._cost = snapshot
    reports, at = session.run(), []
    for number in range(1, 301):
        next(reports)
        now[0] += batch
        before = now[0]
        past.observe(session)
        if now[0] > before:
            at.append(number)
    assert set(np.diff(at)) == {gap}


def test_what_was_not_recorded_is_refused_in_words():
    _, history, _, _ = recorded(project(), 3)
    with pytest.raises(BadValue, match="from 0 to 3"):
        history.session_at(4)


def test_recording_does_not_change_the_training():
    made = project()
    plain = Session(made.state, dataset(made.data))
    reports = plain.run()
    for _ in range(9):
        next(reports)
    assert equal(plain.weights(), recorded(made, 9)[2][-1])


def test_another_future_forgets_the_old_one():
    made = project()
    _, history, weights, _ = recorded(made, 8)
    history.forget_after(5)
    assert history.end == 5 and equal(history.session_at(5).weights(), weights[5])
    with pytest.raises(BadValue):
        history.session_at(6)
