"""A session trains exactly as a plain script would, whatever is observed and however it is driven."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch

from core.catalogue.spec import Choice
from core.data.dataset import Dataset, Field
from core.engine.reference import interpret
from core.engine.session import Session, moments
from core.errors import NotTrainable
from core.project import State
from core.reports import Report
from tests.core.engine.session_toys import elman, layer, network, running_mean, split, state, tagger, two_classes

ADAM = Choice("adam", {"lr": 0.01})


def classifier(**settings: Any) -> State:
    defaults = {"loss": "cross_entropy", "batch_size": 8, "epochs": 3, "seed": 7, "optimizer": ADAM}
    return state(elman(dropout=settings.pop("dropout", 0.3)), **{**defaults, **settings})


def trained(session: Session) -> tuple[list[Report], dict[str, np.ndarray]]:
    reports = list(session.run())
    return reports, session.weights()


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[k], other[k]) for k in one)


def test_equals_a_plain_script() -> None:
    data = two_classes()
    start = classifier(dropout=0.0, precision="float64", clip_norm=0.5, clip_value=0.2, weight_decay=0.01, l1=1e-3)
    reports, weights = trained(Session(start, data))

    w = {k: torch.tensor(v, dtype=torch.float64, requires_grad=True) for k, v in start.weights.items()}
    adam = torch.optim.Adam(w.values(), lr=0.01, weight_decay=0.01)
    losses, norms = [], []
    for epoch in range(1, 4):
        order = np.random.default_rng([7, epoch]).permutation(data.split["train"])
        for at in range(0, len(order), 8):
            x = torch.tensor(data.inputs["x"].values[order[at : at + 8]], dtype=torch.float64)
            y = torch.tensor(data.target.values[order[at : at + 8], 0]).long()
            h = torch.zeros(len(x), 5, dtype=torch.float64)
            for t in range(x.shape[1]):
                h = torch.tanh(x[:, t] @ w["x_h.weight"].T + h @ w["h_h.weight"].T + w["h.bias"])
            loss = torch.nn.functional.cross_entropy(h @ w["last_y.weight"].T + w["y.bias"], y)
            adam.zero_grad()
            (loss + 1e-3 * sum(p.abs().sum() for p in w.values())).backward()
            norms.append(float(torch.nn.utils.get_total_norm([p.grad for p in w.values()])))
            torch.nn.utils.clip_grad_value_(w.values(), 0.2)
            whole = torch.nn.utils.get_total_norm([p.grad for p in w.values()])
            for p in w.values():
                p.grad *= min(1.0, 0.5 / whole.item())
            adam.step()
            losses.append(loss.item())
    np.testing.assert_allclose([r.loss for r in reports], losses, rtol=1e-9)
    np.testing.assert_allclose([r.gradient_norm for r in reports], norms, rtol=1e-9)
    assert any(r.clipped for r in reports)
    for name, value in w.items():
        np.testing.assert_allclose(weights[name], value.detach().numpy(), rtol=1e-9, atol=1e-11)


def test_reports_count_batches_and_epochs() -> None:
    reports, _ = trained(Session(classifier(), two_classes()))
    assert [r.batch for r in reports] == list(range(1, 16))
    assert [(r.epoch, r.batch_in_epoch) for r in reports] == [(e, b) for e in (1, 2, 3) for b in range(1, 6)]
    assert {r.batches_per_epoch for r in reports} == {5}
    assert [r.evaluation is not None for r in reports] == [r.batch_in_epoch == 5 for r in reports]
    assert [r.stopped for r in reports] == [None] * 14 + ["finished"]
    assert reports[-1].stopped_because == "Finished 3 epochs."
    assert reports[-1].weights is not None and all(r.weights is None for r in reports[:-1])
    assert all(r.learning_rate == 0.01 for r in reports)
    assert all(a.seconds < b.seconds for a, b in itertools.pairwise(reports))


def observed(granularity: str, every: int, interval: float, dataset: Any, start: State) -> tuple[list[float], Any]:
    session = Session(start, dataset)
    session.granularity, session.gradient_every, session.display_interval = granularity, every, interval  # type: ignore
    session.watch(3, "train")
    torch.manual_seed(every)  # the global generators belong to nobody
    np.random.seed(every)
    losses = []
    for report in session.run():
        if report.moment is None:
            losses.append(report.loss)
        if every:
            session.examine(1, "train")
            torch.rand(3)
    return losses, session.weights()


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru", "dense", "elman with dropout"])
def test_observing_and_stepping_change_nothing(kind: str) -> None:
    dropout = kind == "elman with dropout"
    start = classifier(epochs=2) if dropout else state(tagger(kind), epochs=2, batch_size=8)
    data = two_classes() if dropout else running_mean(padded=kind == "gru")
    blind = observed("batch", 0, 0.0, data, start)
    for granularity, every, interval in (("batch", 1, 0.0), ("epoch", 3, 1e-9), ("step", 1, 1e-9), ("step", 0, 0.0)):
        seen = observed(granularity, every, interval, data, start)
        assert seen[0] == blind[0]
        assert same(seen[1], blind[1])


def test_stepping_walks_through_every_moment() -> None:
    session = Session(classifier(), two_classes())
    session.granularity = "step"
    session.watch(3, "validation")
    run = session.run()
    before = session.weights()
    seen = [next(run) for _ in range(6 + 1 + 6 + 1)]
    phases = [(r.moment.phase, r.moment.step) for r in seen if r.moment]
    assert phases == [(m.phase, m.step) for m in moments(6, 6)]
    assert phases[:7] == [*(("forward", t) for t in range(6)), ("loss", 5)]
    assert phases[7:] == [*(("backward", t) for t in (5, 4, 3, 2, 1, 0)), ("update", 0)]
    assert {r.batch for r in seen} == {1}
    assert same(session.weights(), before)
    assert np.isnan(seen[5].loss) and np.isfinite(seen[6].loss)
    assert seen[0].examination is not None and seen[0].weights is not None
    assert not seen[0].gradients and seen[7].gradients["h"].total.shape == (6,)
    done = next(run)
    assert done.moment is None and done.batch == 1 and not same(session.weights(), before)
    session.granularity = "batch"
    assert next(run).batch == 2


def test_display_interval_decides_what_a_report_carries() -> None:
    session = Session(classifier(epochs=1), two_classes())
    session.display_interval = 3600
    session.watch(3, "validation")
    first, second, *_ = session.run()
    assert first.weights is not None and first.weights.keys() == session.weights().keys()
    assert first.examination is not None and first.examination.sample == 3
    assert first.layer_gradient.keys() == first.update_ratio.keys() == {"h", "y"}
    assert second.weights is None and second.examination is None and not second.layer_gradient


def test_layer_gradient_and_update_ratio_are_what_they_say() -> None:
    start = classifier(epochs=1, optimizer=Choice("sgd", {"lr": 0.1}), precision="float64", dropout=0.0)
    session = Session(start, two_classes())
    session.display_interval = 1e-9
    before, first = session.weights(), next(iter(session.run()))
    after = session.weights()
    for key, names in (("h", ("x_h.weight", "h_h.weight", "h.bias")), ("y", ("last_y.weight", "y.bias"))):
        moved = np.concatenate([(after[n] - before[n]).ravel() for n in names])
        size = np.concatenate([before[n].ravel() for n in names])
        assert first.layer_gradient[key] == pytest.approx(np.linalg.norm(moved) / 0.1, rel=1e-9)
        assert first.update_ratio[key] == pytest.approx(np.linalg.norm(moved) / np.linalg.norm(size), rel=1e-9)
    whole = np.sqrt(sum(v**2 for v in first.layer_gradient.values()))
    assert first.gradient_norm == pytest.approx(whole, rel=1e-9)


def test_gradient_every_says_which_batches_are_measured() -> None:
    session = Session(classifier(), two_classes())
    session.gradient_every = 4
    assert [r.batch for r in session.run() if r.gradients] == [1, 5, 9, 13]
    session = Session(classifier(epochs=1), two_classes())
    session.gradient_every = 0
    assert not any(r.gradients for r in session.run())


def test_stop_ends_with_the_next_report() -> None:
    session = Session(classifier(), two_classes())
    run = session.run()
    next(run), next(run)
    weights = session.weights()
    session.stop()
    last = next(run)
    assert (last.stopped, last.stopped_because, last.batch) == ("stopped", "Stopped after batch 2.", 2)
    assert same(dict(last.weights or {}), weights) and same(session.weights(), weights)
    assert next(run, None) is None


def test_stop_between_moments_takes_no_step() -> None:
    session = Session(classifier(), two_classes())
    session.granularity = "step"
    before, run = session.weights(), session.run()
    next(run), next(run)
    session.stop()
    assert [r.stopped_because for r in run] == ["Stopped after batch 0."]
    assert same(session.weights(), before)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru", "dense"])
@pytest.mark.parametrize("truncate", [0, 2, 3, 100])
def test_truncated_training_uses_the_truncated_gradient(kind: str, truncate: int) -> None:
    data = running_mean()
    start = state(tagger(kind), epochs=1, tbptt=truncate, precision="float64", seed=3)
    first = next(iter(Session(start, data).run()))
    w = {k: torch.tensor(v, dtype=torch.float64, requires_grad=True) for k, v in start.weights.items()}
    rows = np.random.default_rng([3, 1]).permutation(data.split["train"])[:32]
    x, y = (
        torch.tensor(v[rows], dtype=torch.float64).transpose(0, 1)
        for v in (data.inputs["x"].values, data.target.values)
    )
    walked = interpret(start.network, w, {"x": x}, truncate=truncate)
    loss = (walked.output("y") - y).square().mean()
    loss.backward()
    norm = torch.nn.utils.get_total_norm([p.grad for p in w.values()])
    assert first.loss == pytest.approx(loss.item(), rel=1e-12)
    assert first.gradient_norm == pytest.approx(norm.item(), rel=1e-10)


def test_frozen_parameters_stay() -> None:
    net = tagger("lstm")
    frozen = net.with_layer(type(net.layers["h"])(**{**net.layers["h"].__dict__, "frozen": True}))
    start = state(frozen, epochs=1)
    _, weights = trained(Session(start, running_mean()))
    for name, value in start.weights.items():
        assert np.array_equal(weights[name], value) == name.startswith(("h.", "x_h"))


def test_nothing_to_learn_is_one_sentence() -> None:
    net = elman()
    for one in list(net.layers.values()):
        net = net.with_layer(type(one)(**{**one.__dict__, "frozen": True}))
    with pytest.raises(NotTrainable, match="Nothing can learn"):
        Session(state(net, loss="cross_entropy"), two_classes())


def test_missing_device_is_one_sentence() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is an NVIDIA GPU")
    with pytest.raises(NotTrainable, match="There is no NVIDIA GPU here that can train"):
        Session(classifier(device="cuda"), two_classes())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
def test_gpu_trains_as_the_processor_does() -> None:
    start = classifier(dropout=0.0, precision="float64")
    here = trained(Session(start, two_classes()))[1]
    there = trained(Session(classifier(dropout=0.0, precision="float64", device="cuda"), two_classes()))[1]
    for name in here:
        np.testing.assert_allclose(there[name], here[name], rtol=1e-8, atol=1e-10)


CURVE = """
from tests.core.engine.session_toys import *
from core.engine.reference import interpret
from core.engine.session import Session
from core.catalogue.spec import Choice
import hashlib
start = state(elman(dropout=0.2), loss="cross_entropy", batch_size=8, epochs=3, optimizer=Choice("adam", {"lr": 0.01}))
session = Session(start, two_classes())
print([r.loss.hex() for r in session.run()])
print(hashlib.sha256(b"".join(w.tobytes() for w in session.weights().values())).hexdigest())
"""


def test_two_processes_give_bitwise_the_same_curve() -> None:
    env = {**os.environ, "PYTHONHASHSEED": "random"}
    curves = [
        subprocess.run([sys.executable, "-c", CURVE], capture_output=True, text=True, check=True, env=env).stdout
        for _ in range(2)
    ]
    assert curves[0] == curves[1] and len(curves[0]) > 200


def plane() -> Dataset:
    """Two numbers, one class: whether they have the same sign."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 2)).astype(np.float32)
    y = (x[:, :1] * x[:, 1:] > 0).astype(np.float32)
    target = Field(y, classes=("no", "yes"), codes=True)
    return Dataset("toy", "Toy", "classification", {"x": Field(x)}, target, split(300, 0))


def ramps() -> Dataset:
    """One number to a sequence: its multiples 1 ... 6."""
    x = np.random.default_rng(0).normal(size=(40, 1)).astype(np.float32)
    y = (x[:, None, :] * np.arange(1, 7)[None, :, None] / 6).astype(np.float32)
    return Dataset("toy", "Toy", "regression", {"x": Field(x)}, Field(y), split(40, 0))


def echo() -> Dataset:
    """Symbols to the same symbols two steps later; the first two steps do not count."""
    x = np.random.default_rng(0).integers(0, 4, (60, 9, 1)).astype(np.float32)
    y = np.concatenate([np.zeros((60, 2, 1), np.float32), x[:, :-2]], 1)
    mask = np.broadcast_to(np.arange(9) >= 2, (60, 9))
    names = tuple("abcd")
    fields = {"x": Field(x, classes=names, codes=True)}
    return Dataset("toy", "Toy", "classification", fields, Field(y, classes=names, codes=True), split(60, 0), mask=mask)


SHAPES = {
    "one to one": (
        lambda: network(
            [
                layer("x", "input", units=2),
                layer("h", "dense", units=8),
                layer("y", "output", units=1, activation="sigmoid"),
            ],
            [("x", "h"), ("h", "y")],
        ),
        plane,
        "bce",
        1,
    ),
    "one to many": (
        lambda: network(
            [
                layer("x", "input", units=1),
                layer("r", "repeat"),
                layer("h", "gru", units=8),
                layer("y", "output", units=1),
            ],
            [("x", "r"), ("r", "h"), ("h", "y")],
        ),
        ramps,
        "mse",
        6,
    ),
    "many to many": (
        lambda: network(
            [
                layer("x", "input", units=1, sequence=True),
                layer("e", "embedding", units=5, vocabulary=4),
                layer("h", "lstm", units=12),
                layer("y", "output", units=4, activation="softmax"),
            ],
            [("x", "e"), ("e", "h"), ("h", "y")],
        ),
        echo,
        "cross_entropy",
        9,
    ),
}


@pytest.mark.parametrize("shape", list(SHAPES))
def test_every_sequence_shape_learns_and_can_be_walked_through(shape: str) -> None:
    net, data, loss, steps = SHAPES[shape]
    begin = state(net(), loss=loss, epochs=40, batch_size=8, optimizer=Choice("adam", {"lr": 0.03}))
    session = Session(begin, data())
    before = session.evaluate("validation")
    session.granularity = "step"
    run = session.run()
    phases = [next(run).moment for _ in range(2 * steps + 2)]
    assert all(phases) and next(run).moment is None
    session.granularity = "batch"
    *_, last = run
    assert last.stopped == "finished" and before is not None and last.evaluation is not None
    assert last.evaluation.loss < 0.5 * before.loss
    examined = session.examine(3, "train")
    assert examined.gradients.keys() == examined.activations.keys()
    assert all(examined.gradients[k].shape == v.shape for k, v in examined.activations.items())
    answered = session.outputs(data().inputs["x"].values[:3])
    assert answered.shape == last.evaluation.outputs[:3].shape
