"""Settings that change while a session runs, early stopping, evaluation and examination."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.catalogue.spec import Choice, replaced
from core.engine.metrics import metric_function
from core.engine.reference import interpret
from core.engine.session import Session
from core.errors import DataError
from core.project import State
from core.training import TRAINING
from tests.core.engine.session_toys import elman, running_mean, state, tagger, two_classes


def changed(training: Choice, **values: object) -> Choice:
    for path, value in values.items():
        training = replaced(training, TRAINING, path.replace("__", "."), value)
    return training


def start(**settings: object) -> State:
    defaults = {"loss": "cross_entropy", "batch_size": 8, "epochs": 3, "optimizer": Choice("sgd", {"lr": 0.1})}
    return state(elman(), **{**defaults, **settings})


def test_learning_rate_changes_from_the_next_batch_and_says_so() -> None:
    begin = start()
    session = Session(begin, two_classes())
    run = session.run()
    first, weights = next(run), session.weights()
    session.change(changed(begin.training, optimizer__lr=0.003))
    second = next(run)
    assert (first.learning_rate, second.learning_rate) == (0.1, 0.003)
    assert second.notes == ("Learning rate is 0.003 from batch 2.",)
    step = np.sqrt(sum(((session.weights()[k] - weights[k]) ** 2).sum() for k in weights))
    assert step == pytest.approx(0.003 * second.gradient_norm, rel=1e-4)
    assert next(run).notes == ()


def test_a_change_and_its_return_leave_no_trace() -> None:
    begin, data = start(optimizer=Choice("adam", {"lr": 0.01})), two_classes()
    plain = Session(begin, data)
    losses = [r.loss for r in plain.run()]
    session, seen = Session(begin, data), []
    for report in session.run():
        seen.append(report.loss)
        session.change(changed(begin.training, optimizer__lr=0.5, clip_norm=3.0))
        session.change(begin.training)
    assert seen == losses


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ({"clip_norm": 0.01}, "Clip norm is 0.01 from batch 2."),
        ({"weight_decay": 0.5}, "Weight decay is 0.5 from batch 2."),
        ({"l1": 0.2}, "L1 penalty is 0.2 from batch 2."),
        ({"optimizer": "adam"}, "Optimizer is Adam from batch 2."),
        ({"optimizer__momentum": 0.9}, "Momentum is 0.9 from batch 2."),
        ({"early_stopping": True}, "Stop early is on from batch 2."),
        ({"tbptt": 2}, "Truncate after is 2 from batch 2."),
        ({"seed": 99}, "Seed takes effect with the next run."),
        ({"precision": "float64"}, "Precision takes effect with the next run."),
    ],
)
def test_every_change_is_noted(values: dict[str, object], note: str) -> None:
    begin = start()
    session = Session(begin, two_classes())
    run = session.run()
    next(run)
    before = session.weights()
    session.change(changed(begin.training, **values))
    report = next(run)
    assert report.notes == (note,)
    assert any(not np.array_equal(session.weights()[k], before[k]) for k in before)
    session.change(changed(begin.training, **values))
    assert next(run).notes == ()


def test_clipping_takes_effect_live() -> None:
    begin = start()
    session = Session(begin, two_classes())
    run = session.run()
    assert not next(run).clipped
    before = session.weights()
    session.change(changed(begin.training, clip_norm=1e-3))
    assert next(run).clipped
    step = np.sqrt(sum(((session.weights()[k] - before[k]) ** 2).sum() for k in before))
    assert step == pytest.approx(0.1 * 1e-3, rel=1e-3)


def test_batch_size_changes_from_the_next_batch_and_covers_the_epoch() -> None:
    begin = start(epochs=2)
    session = Session(begin, two_classes())
    run = session.run()
    first = next(run)
    session.change(changed(begin.training, batch_size=20))
    rest = list(run)
    assert first.batches_per_epoch == 5
    assert [r.epoch for r in rest] == [1, 1, 2, 2]
    assert {r.batches_per_epoch for r in rest if r.epoch == 1} == {3}
    assert rest[0].notes == ("Batch size is 20 from batch 2.",)


def test_loss_changes_live() -> None:
    begin = state(tagger("rnn"), epochs=2, batch_size=8)
    session, data = Session(begin, running_mean()), running_mean()
    run = session.run()
    next(run)
    weights = session.weights()
    session.change(changed(begin.training, loss="mae"))
    report = next(run)
    assert report.notes == ("Loss is Mean absolute error from batch 2.",)
    rows = np.random.default_rng([0, 1]).permutation(data.split["train"])[8:16]
    x = torch.tensor(data.inputs["x"].values[rows]).transpose(0, 1)
    y = torch.tensor(data.target.values[rows]).transpose(0, 1)
    seen = interpret(begin.network, {k: torch.tensor(v) for k, v in weights.items()}, {"x": x})
    assert report.loss == pytest.approx((seen.output("y") - y).abs().mean().item(), rel=1e-5)


def test_fewer_epochs_finish_sooner() -> None:
    begin = start(epochs=50)
    session = Session(begin, two_classes())
    last = None
    for report in session.run():
        if report.batch == 7:
            session.change(changed(begin.training, epochs=2))
        last = report
    assert last is not None and (last.batch, last.stopped_because) == (10, "Finished 2 epochs.")


def test_early_stopping_keeps_the_best_weights() -> None:
    begin = start(early_stopping=True, patience=3, epochs=200, optimizer=Choice("adam", {"lr": 0.3}))
    session = Session(begin, two_classes())
    losses, weights, last = [], [], None
    for report in session.run():
        last = report
        if report.evaluation is not None:
            losses.append(report.evaluation.loss)
            weights.append(session.weights())
    assert last is not None and last.stopped == "early stopping"
    best = int(np.argmin(losses))
    assert len(losses) == best + 1 + 3
    assert last.stopped_because == (
        "Stopped early: the validation loss has not improved for 3 epochs. "
        f"The weights are those of epoch {best + 1}, the best one."
    )
    again = session.evaluate("validation")
    assert again is not None and again.loss == losses[best]
    assert all(np.array_equal((last.weights or {})[k], w) for k, w in session.weights().items())


@pytest.mark.parametrize("loss", ["mse", "rmse", "mae"])
def test_evaluation_is_over_the_whole_part_at_once(loss: str) -> None:
    data = running_mean(samples=700, padded=True)
    begin = state(tagger("lstm"), loss=loss, metric="rmse")
    seen = Session(begin, data).evaluate("train")
    assert seen is not None
    rows = data.split["train"]
    x = torch.tensor(data.inputs["x"].values[rows]).transpose(0, 1)
    w = {k: torch.tensor(v) for k, v in begin.weights.items()}
    lengths = torch.tensor(data.lengths[rows])  # type: ignore[index]
    y = interpret(begin.network, w, {"x": x}, lengths=lengths).output("y").detach().transpose(0, 1).numpy()
    miss = (y - data.target.values[rows])[data.mask[rows]]  # type: ignore[index]
    expected = {"mse": (miss**2).mean(), "rmse": np.sqrt((miss**2).mean()), "mae": np.abs(miss).mean()}
    assert seen.loss == pytest.approx(expected[loss], rel=1e-5)
    assert seen.metrics["rmse"] == pytest.approx(expected["rmse"], rel=1e-5)
    assert seen.outputs.shape == (560, 7, 1) and np.array_equal(seen.samples, rows)
    valid = data.mask[rows]  # type: ignore[index]
    np.testing.assert_allclose(seen.outputs[valid], y[valid], atol=1e-6)


def test_evaluation_is_without_dropout_and_without_a_part_on_the_training_data() -> None:
    data = two_classes()
    session = Session(state(elman(dropout=0.9), loss="cross_entropy", epochs=1), data)
    one, other = session.evaluate("validation"), session.evaluate("validation")
    assert one is not None and other is not None and one.loss == other.loss
    lonely = type(data)(**{**data.__dict__, "split": {"train": data.split["train"]}})
    *_, last = Session(state(elman(), loss="cross_entropy", epochs=1), lonely).run()
    assert last.evaluation is not None and last.evaluation.part == "train"


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru", "dense"])
def test_examination_equals_the_reference(kind: str) -> None:
    data = running_mean()
    begin = state(tagger(kind), precision="float64")
    session = Session(begin, data)
    seen = session.examine(4, "train")
    w = {k: torch.tensor(v, dtype=torch.float64, requires_grad=True) for k, v in begin.weights.items()}
    x = torch.tensor(data.inputs["x"].values[4:5], dtype=torch.float64).transpose(0, 1)
    walked = interpret(begin.network, w, {"x": x})
    target = torch.tensor(data.target.values[4:5], dtype=torch.float64).transpose(0, 1)
    loss = (walked.output("y") - target).square().mean()
    loss.backward()
    assert seen.loss == pytest.approx(loss.item(), rel=1e-12) and seen.sample == 4
    for key in ("x", "h", "y"):
        np.testing.assert_allclose(seen.activations[key], walked.output(key).detach()[:, 0].numpy(), rtol=1e-10)
        np.testing.assert_allclose(seen.gradients[key], walked.gradient(key)[:, 0].numpy(), rtol=1e-9, atol=1e-15)
    np.testing.assert_array_equal(seen.output, seen.activations["y"])
    if kind == "lstm":
        cells = torch.stack([walked.cells["h", t][0] for t in range(7)]).detach().numpy()
        np.testing.assert_allclose(seen.cells["h"], cells, rtol=1e-10)


@pytest.mark.parametrize("metric", ["accuracy", "f1"])
def test_metric_of_a_batch_is_the_metric_of_its_answers(metric: str) -> None:
    data = two_classes()
    begin = start(metric=metric, shuffle=False)
    session = Session(begin, data)
    before, report = session.weights(), next(iter(session.run()))
    x = torch.tensor(data.inputs["x"].values[data.split["train"][:8]]).transpose(0, 1)
    y = interpret(begin.network, {k: torch.tensor(v) for k, v in before.items()}, {"x": x}).output("y")
    measured = metric_function(metric, data)(y, torch.tensor(data.target.values[data.split["train"][:8]]), None)
    assert report.metrics == {metric: pytest.approx(measured, rel=1e-12)}


def test_settings_that_do_not_work_are_said_and_the_training_goes_on() -> None:
    begin = state(tagger("rnn"), epochs=1, batch_size=8)
    session = Session(begin, running_mean())
    run = session.run()
    next(run)
    wrong = Choice("mse", {**begin.training["loss"].values, "over_time": "custom", "step_weights": "1, two"})
    session.change(changed(begin.training, loss=wrong))
    report = next(run)
    assert report.notes[0].startswith("The weights over time need numbers") and "kept" in report.notes[0]
    assert session.training == begin.training and next(run).notes == ()


def test_a_part_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(DataError, match="has no test part"):
        Session(start(), two_classes()).evaluate("test")
