"""A session that was put down at any batch goes on bit for bit as if it had never been interrupted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice
from core.engine.session import Session
from core.engine.state import SessionState
from core.errors import BadFile
from core.project import State
from tests.core.engine.session_toys import elman, running_mean, state, tagger, two_classes


def through_files(taken: SessionState, folder: Path) -> SessionState:
    np.savez(folder / "arrays.npz", **taken.arrays)
    with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
        return SessionState.from_files({name: arrays[name] for name in arrays}, taken.to_json())


def start(**settings: object) -> State:
    defaults = {
        "loss": "cross_entropy",
        "batch_size": 8,
        "epochs": 3,
        "optimizer": Choice("adam", {"lr": 0.01}),
        "schedule": "cosine",
        "early_stopping": True,
        "patience": 3,
        "clip_norm": 0.5,
    }
    return state(elman(dropout=0.3), **{**defaults, **settings})


def curve(session: Session) -> list[object]:
    seen: list[object] = []
    for report in session.run():
        measured = {k: p.total.tobytes() for k, p in report.gradients.items()}
        validation = report.evaluation and report.evaluation.loss
        seen.append(
            (report.batch, report.epoch, report.loss, report.learning_rate, measured, validation, report.stopped)
        )
    weights = session.weights()
    return [*seen, *(weights[name].tobytes() for name in sorted(weights))]


def test_resume_at_every_batch(tmp_path: Path) -> None:
    begin, data = start(), two_classes()
    whole = curve(Session(begin, data))
    for batch in range(15):
        first = Session(begin, data)
        run = first.run()
        for _ in range(batch):
            next(run)
        taken = through_files(first.snapshot(), tmp_path)
        assert curve(Session(begin, data, resume=taken)) == whole[batch:]


def test_resume_inside_a_batch_begins_that_batch_anew(tmp_path: Path) -> None:
    begin, data = start(), two_classes()
    whole = curve(Session(begin, data))
    first = Session(begin, data)
    run = first.run()
    for _ in range(6):
        next(run)
    first.granularity = "step"
    for _ in range(9):
        assert next(run).moment is not None
    taken = through_files(first.snapshot(), tmp_path)
    assert curve(Session(begin, data, resume=taken)) == whole[6:]


def test_taking_a_snapshot_changes_nothing() -> None:
    begin, data = start(), two_classes()
    session = Session(begin, data)
    losses = []
    for report in session.run():
        session.snapshot()
        losses.append(report.loss)
    assert losses == [row[2] for row in curve(Session(begin, data))[: len(losses)]]  # type: ignore[index]


@pytest.mark.parametrize("optimizer", list(catalogue("optimizers")))
def test_every_optimizer_goes_on_bitwise(optimizer: str, tmp_path: Path) -> None:
    begin, data = state(tagger("gru"), epochs=3, batch_size=8, optimizer=optimizer), running_mean(padded=True)
    whole = curve(Session(begin, data))
    first = Session(begin, data)
    run = first.run()
    for _ in range(7):
        next(run)
    taken = through_files(first.snapshot(), tmp_path)
    assert curve(Session(begin, data, resume=taken)) == whole[7:]


@pytest.mark.parametrize("schedule", list(catalogue("schedules")))
def test_every_schedule_goes_on_bitwise(schedule: str, tmp_path: Path) -> None:
    begin, data = state(tagger("rnn"), epochs=4, batch_size=8, schedule=schedule), running_mean()
    whole = curve(Session(begin, data))
    first = Session(begin, data)
    run = first.run()
    for _ in range(9):
        next(run)
    taken = through_files(first.snapshot(), tmp_path)
    assert curve(Session(begin, data, resume=taken)) == whole[9:]


def test_finished_training_goes_on_with_more_epochs() -> None:
    data = two_classes()
    settings = {"early_stopping": False, "schedule": "constant"}
    longer = curve(Session(start(epochs=3, **settings), data))
    first = Session(start(epochs=2, **settings), data)
    assert [r.stopped for r in first.run()][-1] == "finished"
    again = Session(start(), data, resume=first.snapshot())
    again.change(start(epochs=3, **settings).training)
    # the new number of epochs is only taken over by a batch, so the session asks for one
    assert curve(again)[:5] == longer[10:15]


def test_state_is_arrays_and_json_without_objects() -> None:
    session = Session(start(), two_classes())
    next(iter(session.run()))
    taken = session.snapshot()
    json.loads(taken.to_json())
    assert all(isinstance(a, np.ndarray) and a.dtype.kind in "fiub" for a in taken.arrays.values())


def test_damaged_or_foreign_state_is_one_sentence() -> None:
    taken = Session(start(), two_classes()).snapshot()
    with pytest.raises(BadFile, match="not JSON"):
        SessionState.from_files(taken.arrays, "{")
    with pytest.raises(BadFile, match="another version"):
        SessionState.from_files(taken.arrays, json.dumps({**taken.meta, "version": 99}))
    with pytest.raises(BadFile, match="another network"):
        Session(state(elman(units=6)), two_classes(), resume=taken)
