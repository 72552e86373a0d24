"""NaN and infinity end the session at their step, with the layer, the time step and the quantity named."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.catalogue.spec import Choice
from core.engine.session import Session
from core.project import State
from core.reports import Report
from core.training import default_training
from tests.core.engine.session_toys import elman, layer, network, running_mean, state, tagger, two_classes


def linear_chain(weight: float, steps_loss: str = "all") -> State:
    """x -> identity h, h_t = weight h_{t-1} + x_t -> y, one unit each."""
    layers = [
        layer("x", "input", units=3, sequence=True),
        layer("h", "dense", units=1, activation="identity"),
        layer("y", "output", units=1),
    ]
    net = network(layers, [("x", "h"), ("h", "h", 1), ("h", "y")])
    loss = Choice("mse", {"over_time": steps_loss})
    begin = state(net, loss=loss, batch_size=40, epochs=2, shuffle=False)
    weights = {**begin.weights, "h_h.weight": np.full((1, 1), weight, np.float32)}
    return State(net, weights, begin.training)


def last(session: Session) -> Report:
    *_, report = session.run()
    return report


def kept(session: Session, before: dict[str, np.ndarray]) -> bool:
    return all(np.array_equal(session.weights()[k], before[k], equal_nan=True) for k in before)


def diverges(session: Session) -> Report:
    seen = [session.weights()]
    report = None
    for report in session.run():  # noqa: B007
        seen.append(session.weights())
    assert report is not None
    assert report.stopped == "diverged" and kept(session, seen[-2]) and report.weights is not None
    assert session.trouble is not None and str(session.trouble) == report.stopped_because
    return report


def test_nan_in_the_data() -> None:
    data = running_mean()
    data.inputs["x"].values[data.split["train"][5], 3, 1] = np.nan
    report = diverges(Session(state(tagger("lstm"), batch_size=40, epochs=1), data))
    assert report.stopped_because.startswith("NaN in the data at “X” at time step 4 of batch 1. ")
    assert report.batch == 1 and math.isnan(report.loss)


@pytest.mark.parametrize("seed", range(24))
def test_a_single_bad_number_is_found_wherever_it_is(seed: int) -> None:
    rng = np.random.default_rng(seed)
    kind = ("rnn", "lstm", "gru", "dense")[seed % 4]
    bad, word = ((np.nan, "NaN"), (np.inf, "Infinity"), (-np.inf, "Infinity"))[seed % 3]
    data, begin = running_mean(), state(tagger(kind), batch_size=8, epochs=1, shuffle=False)
    place, step = int(rng.integers(32)), int(rng.integers(7))
    if seed % 2:
        data.inputs["x"].values[data.split["train"][place], step, rng.integers(3)] = bad
        expected = f"{word} in the data at “X” at time step {step + 1} of batch {place // 8 + 1}. "
    else:
        name = sorted(begin.weights)[rng.integers(len(begin.weights))]
        value = np.array(begin.weights[name])
        value.flat[rng.integers(value.size)] = bad
        begin = State(begin.network, {**begin.weights, name: value}, begin.training)
        layer_name = "Y" if name in ("h_y.weight", "y.bias") else "H"
        expected = f"{word} in the weights of “{layer_name}” in batch 1. "
    report = diverges(Session(begin, data))
    assert report.stopped_because.startswith(expected)


def test_nan_in_the_target() -> None:
    data = running_mean()
    data.target.values[data.split["train"][5], 6, 0] = np.inf
    report = diverges(Session(state(tagger("gru"), batch_size=40, epochs=1), data))
    assert report.stopped_because.startswith("Infinity in the target at time step 7 of batch 1. ")


def test_nan_in_the_weights() -> None:
    begin = state(elman(), loss="cross_entropy", epochs=1)
    weights = {**begin.weights, "last_y.weight": np.full((2, 5), np.nan, np.float32)}
    report = diverges(Session(State(begin.network, weights, begin.training), two_classes()))
    assert report.stopped_because.startswith("NaN in the weights of “Y” in batch 1. ")


@pytest.mark.parametrize("step", [0, 2, 6])
def test_overflow_of_an_activation(step: int) -> None:
    data = running_mean()
    data.inputs["x"].values[:] = 0
    data.inputs["x"].values[:, step] = 1e30
    begin = linear_chain(0.5)
    weights = {**begin.weights, "x_h.weight": np.full((1, 3), 1e20, np.float32)}
    report = diverges(Session(State(begin.network, weights, begin.training), data))
    assert report.stopped_because == (
        f"Infinity in the activation of “H” at time step {step + 1} of batch 1. "
        "The weights from before this batch are kept. Try a lower learning rate or gradient clipping."
    )


def test_exploding_state_is_found_where_it_overflows() -> None:
    data = running_mean(steps=12)
    report = diverges(Session(linear_chain(1e5), data))
    w = linear_chain(1e5).weights["x_h.weight"].astype(np.float64)[0]
    rows = data.split["train"]
    h = np.zeros(len(rows))
    for t in range(12):
        h = 1e5 * h + data.inputs["x"].values[rows, t] @ w
        if np.abs(h).max() > np.finfo(np.float32).max:
            break
    assert f"activation of “H” at time step {t + 1} of batch 1" in report.stopped_because


@pytest.mark.parametrize("granularity", ["batch", "step"])
def test_exploding_gradient_with_a_finite_forward_pass(granularity: str) -> None:
    data = running_mean(steps=12)
    data.inputs["x"].values[:] = 0
    session = Session(linear_chain(1e10, "last"), data)
    session.granularity = granularity  # type: ignore[assignment]
    report = diverges(session)
    # |dL/dh| at the last step is about 1, and each step back multiplies it with 1e10: the fourth overflows 3.4e38
    assert report.stopped_because.startswith("Infinity in the gradient of “H” at time step 8 of batch 1. ")
    assert math.isfinite(report.loss) and not math.isfinite(report.gradients["h"].total[7])
    assert np.isfinite(report.gradients["h"].total[8:]).all()


def test_no_step_is_taken_after_finite_batches() -> None:
    data = running_mean()
    rows = data.split["train"]
    data.inputs["x"].values[rows[25], 2] = np.inf
    session = Session(state(tagger("rnn"), batch_size=8, epochs=1, shuffle=False), data)
    run = session.run()
    for _ in range(3):
        assert next(run).stopped is None
    before, report = session.weights(), next(run)
    assert "data at “X” at time step 3 of batch 4" in report.stopped_because and kept(session, before)
    assert next(run, None) is None


def test_weights_that_overflow_in_the_step_are_taken_back() -> None:
    begin = state(elman(), loss="cross_entropy", epochs=1, l1=10.0, optimizer="sgd")
    session = Session(begin, two_classes())
    session._learner.optimizer.param_groups[0].update(lr=3e38, base_lr=3e38)
    report = diverges(session)
    assert "in the weights of “" in report.stopped_because and "after the step in batch 1. " in report.stopped_because


def test_infinite_loss_of_finite_outputs() -> None:
    data = running_mean()
    data.target.values[:] = 1e30
    report = diverges(Session(state(tagger("gru"), batch_size=40, epochs=1), data))
    assert report.stopped_because.startswith("The loss is Infinity in batch 1. ")


def test_a_norm_that_overflows_32_bit_is_no_divergence() -> None:
    data = running_mean()
    data.target.values[:] = 1e18
    session = Session(state(tagger("gru"), loss="mae", batch_size=40, epochs=1), data)
    assert last(session).stopped == "finished"
    data.target.values[:] = 0
    chain = linear_chain(1e-3)
    huge = {
        **chain.weights,
        "h_y.weight": np.full((1, 1), 1e18, np.float32),
        "x_h.weight": np.full((1, 3), 1e-10, np.float32),
    }
    training = default_training(loss="mae", clip_norm=1.0, batch_size=40, epochs=1)
    session = Session(State(chain.network, huge, training), data)
    report = next(iter(session.run()))
    assert report.stopped in (None, "finished") and report.clipped and report.gradient_norm > 1e17


def test_negative_control_nothing_is_found_in_a_sound_training() -> None:
    for kind in ("rnn", "lstm", "gru", "dense"):
        session = Session(state(tagger(kind), epochs=2), running_mean())
        assert last(session).stopped == "finished" and session.trouble is None
