"""Breakpoints fire at the batches that an independent computation names, before the update, and change nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch

from core.breakpoints import Breakpoint
from core.catalogue.breakpoints import BREAKPOINTS
from core.catalogue.spec import Choice, replaced
from core.engine.history import History
from core.engine.reference import interpret
from core.engine.session import Session
from core.project import State
from core.reports import Report
from core.training import TRAINING
from tests.core.engine.session_toys import elman, running_mean, state, tagger, two_classes

BATCHES = 20


def begin(**settings: Any) -> State:
    defaults = {
        "loss": "cross_entropy", "batch_size": 10, "epochs": 5, "precision": "float64",
        "optimizer": Choice("sgd", {"lr": 0.8}), "metric": "accuracy",
    }  # fmt: skip
    return state(elman(), **{**defaults, **settings})


def breakpoint_(key: str, name: str = "one", **values: Any) -> Breakpoint:
    return Breakpoint(name, BREAKPOINTS.choose(key, **values))


def drive(start: State, data: Any, *breakpoints: Breakpoint) -> tuple[list[Report], list[Report], Session]:
    """The reports of the batches, those with hits, and the session at its end."""
    session = Session(start, data)
    session.breakpoints.set(breakpoints)
    batches, hits = [], []
    for report in session.run():
        (hits if report.moment else batches).append(report)
    return batches, hits, session


@dataclass
class Shown:
    """What each batch shows, worked out with the plain interpreter from the weights before it."""

    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    total: list[np.ndarray] = field(default_factory=list)
    norm: list[float] = field(default_factory=list)
    largest: list[float] = field(default_factory=list)
    saturated: list[float] = field(default_factory=list)
    weight_norm: list[float] = field(default_factory=list)
    all_norm: list[float] = field(default_factory=list)


def independent(start: State, data: Any) -> Shown:
    shown, size = Shown(), 10
    weights = dict(start.weights)
    session = Session(start, data)
    run = session.run()
    for batch in range(BATCHES):
        epoch, place = divmod(batch, 4)
        rows = np.random.default_rng([0, epoch + 1]).permutation(data.split["train"])[place * size : (place + 1) * size]
        look_at(shown, start, {k: np.asarray(v, np.float64) for k, v in weights.items()}, data, rows)
        next(run)
        weights = session.weights()
    return shown


def look_at(shown: Shown, start: State, weights: dict[str, np.ndarray], data: Any, rows: np.ndarray) -> None:
    tensors = {k: torch.tensor(v, requires_grad=True) for k, v in weights.items()}
    x = torch.tensor(data.inputs["x"].values[rows], dtype=torch.float64).transpose(0, 1)
    walked = interpret(start.network, tensors, {"x": x})
    y = torch.tensor(data.target.values[rows, 0]).long()
    loss = torch.nn.functional.cross_entropy(walked.logit("y"), y)
    loss.backward()
    grads = torch.cat([t.grad.flatten() for t in tensors.values() if t.grad is not None])
    shown.loss.append(loss.item())
    shown.accuracy.append(float((walked.logit("y").argmax(-1) == y).double().mean()))
    shown.total.append(walked.gradient("h").norm(dim=-1).mean(-1).numpy())
    shown.norm.append(float(grads.norm()))
    shown.largest.append(float(grads.abs().max()))
    shown.saturated.append(float((1 - walked.output("h").detach() ** 2 < 0.1).double().mean()))
    own = [weights["h.bias"], weights["x_h.weight"], weights["h_h.weight"]]
    shown.weight_norm.append(math.sqrt(sum((w**2).sum() for w in own)))
    shown.all_norm.append(math.sqrt(sum((w**2).sum() for w in weights.values())))


@pytest.fixture(scope="module")
def shown() -> Shown:
    return independent(begin(), two_classes())


def begins(holds: list[bool]) -> list[int]:
    """The batches, counted from 1, at which a condition begins to hold."""
    return [n + 1 for n, now in enumerate(holds) if now and not (n and holds[n - 1])]


def between(values: Any) -> float:
    """A bound that some of the values are above and some below, and that none is near."""
    ordered = sorted(values)[3:-3]
    gap, low = max((high - low, low) for low, high in pairwise(ordered))
    return low + gap / 2


Case = Callable[[Shown], tuple[Breakpoint, list[bool], dict[str, Any]]]


def gradient_below(s: Shown) -> Any:
    bound = between(total[0] for total in s.total)
    return breakpoint_("gradient_below", layer="h", step=1, bound=bound), [t[0] < bound for t in s.total], {"step": 0}


def gradient_above_any(s: Shown) -> Any:
    bound = between(total.max() for total in s.total)
    return breakpoint_("gradient_above", step=0, bound=bound), [t.max() > bound for t in s.total], {"layer": "h"}


def gradient_above_step(s: Shown) -> Any:
    bound = between(total[3] for total in s.total)
    return breakpoint_("gradient_above", layer="H", step=4, bound=bound), [t[3] > bound for t in s.total], {"step": 3}


def ratio_below(s: Shown) -> Any:
    bound = between(t[0] / t[-1] for t in s.total)
    return breakpoint_("ratio_below", bound=bound), [t[0] / t[-1] < bound for t in s.total], {"layer": "h"}


def ratio_above(s: Shown) -> Any:
    bound = between(t[0] / t[-1] for t in s.total)
    return breakpoint_("ratio_above", bound=bound), [t[0] / t[-1] > bound for t in s.total], {"layer": "h"}


def loss_jumps(s: Shown) -> Any:
    means = [np.mean(s.loss[n - 3 : n]) if n >= 3 else math.nan for n in range(BATCHES)]
    times = [loss / mean for loss, mean in zip(s.loss, means, strict=True)]
    factor = max(1.01, between(times[3:]))
    return breakpoint_("loss_jumps", factor=factor, window=3), [t > factor for t in times], {"layer": None}


def metric_reaches(s: Shown) -> Any:
    return breakpoint_("metric_reaches", bound=0.85), [a >= 0.85 for a in s.accuracy], {"layer": None}


def loss_reaches(s: Shown) -> Any:
    bound = between(s.loss)
    return breakpoint_("metric_reaches", quantity="loss", side="most", bound=bound), [x <= bound for x in s.loss], {}


def saturated(s: Shown) -> Any:
    bound = between(s.saturated)
    return breakpoint_("saturated", share=bound), [x > bound for x in s.saturated], {"layer": "h"}


def weight_norm(s: Shown) -> Any:
    bound = between(s.weight_norm)
    return breakpoint_("weight_norm", layer="h", bound=bound), [x > bound for x in s.weight_norm], {"layer": "h"}


def all_weights(s: Shown) -> Any:
    bound = between(s.all_norm)
    return breakpoint_("weight_norm", bound=bound), [x > bound for x in s.all_norm], {"layer": None}


CASES = [
    gradient_below, gradient_above_any, gradient_above_step, ratio_below, ratio_above, loss_jumps, metric_reaches,
    loss_reaches, saturated, weight_norm, all_weights,
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_fires_where_an_independent_computation_says(case: Case, shown: Shown) -> None:
    wanted, holds, named = case(shown)
    assert any(holds) and not all(holds), "the case tells nothing"
    _, hits, _ = drive(begin(), two_classes(), wanted)
    assert [r.batch for r in hits] == begins(holds)
    for report in hits:
        (hit,) = report.hits
        assert hit.breakpoint == "one" and hit.text.endswith(".")
        assert {key: getattr(hit, key) for key in named} == named
        assert report.moment is not None and report.moment.phase == "update" and report.weights is not None
    every = replaced(wanted.choice, BREAKPOINTS[wanted.choice.key], "every", True)
    _, hits, _ = drive(begin(), two_classes(), Breakpoint("one", every))
    assert [r.batch for r in hits] == [n + 1 for n, now in enumerate(holds) if now]


@pytest.mark.parametrize("which", ["clip_norm", "clip_value", "clip_adaptive"])
def test_clipping_fires_exactly_where_the_step_is_clipped(which: str) -> None:
    free = independent(begin(), two_classes())
    bound = {"clip_norm": between(free.norm), "clip_value": between(free.largest), "clip_adaptive": 4.0}[which]
    start = begin(**{which: bound})
    batches, hits, _ = drive(start, two_classes(), breakpoint_("clipping", every=True))
    clipped = [r.batch for r in batches if r.clipped]
    assert 0 < len(clipped) < BATCHES and [r.batch for r in hits] == clipped


def test_dead_units() -> None:
    start = begin(batch_size=40, epochs=3)
    net = elman(activation="relu")
    weights = {**start.weights, "h.bias": np.array([-1e3, -1e3, -1e3, 0, 0])}
    start = State(net, weights, start.training)
    _, hits, _ = drive(start, two_classes(), breakpoint_("dead", layer="h", share=0.5))
    assert [r.batch for r in hits] == [1] and hits[0].hits[0].layer == "h"
    assert hits[0].hits[0].text == "60 % of the units of “H” are dead, above 50 %."
    _, hits, _ = drive(start, two_classes(), breakpoint_("dead", layer="h", share=0.7))
    assert not hits


@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
def test_saturated_gates_of_padded_sequences(kind: str) -> None:
    """The share of a hit is that of the probe that is computed beside the training."""
    data, start = running_mean(padded=True), state(tagger(kind), batch_size=32, epochs=1, precision="float64")
    weights = {k: v * 6 if "weight" in k else v for k, v in start.weights.items()}
    start = State(start.network, weights, start.training)
    session = Session(start, data)
    rows = np.random.default_rng([0, 1]).permutation(data.split["train"])
    share = float(session.probe("activations", samples=rows).values["h/saturated"])
    assert 0.02 < share < 0.98
    for bound, fires in ((share - 0.005, [1]), (share + 0.005, [])):
        _, hits, _ = drive(start, data, breakpoint_("saturated", layer="h", share=bound))
        assert [r.batch for r in hits] == fires


def test_the_first_number_that_is_not_finite_is_named_and_the_weights_are_those_before() -> None:
    data = running_mean()
    data.inputs["x"].values[data.split["train"][5], 3, 1] = np.nan
    start = state(tagger("lstm"), batch_size=8, epochs=1, shuffle=False)
    session = Session(start, data)
    session.breakpoints.set([breakpoint_("not_finite")])
    run = session.run()
    report = next(run)
    (hit,) = report.hits
    assert report.moment is not None and report.batch == 1
    assert hit.text == "NaN in the data at “X” at time step 4 of batch 1." and (hit.layer, hit.step) == ("x", 3)
    assert all(np.array_equal(session.weights()[k], start.weights[k]) for k in start.weights)
    assert next(run).stopped == "diverged" and next(run, None) is None


def test_a_step_into_infinity_is_caught() -> None:
    start = state(elman(), loss="cross_entropy", epochs=1, l1=10.0, optimizer="sgd")
    session = Session(start, two_classes())
    session._learner.optimizer.param_groups[0].update(lr=3e38, base_lr=3e38)
    session.breakpoints.set([breakpoint_("not_finite")])
    first, last = list(session.run())
    assert first.hits[0].layer is not None and "after the step in batch 1" in first.hits[0].text
    assert last.stopped == "diverged"


def everything() -> list[Breakpoint]:
    """A breakpoint of each kind, with bounds that hold nearly always or nearly never."""
    made = [breakpoint_(key, key, every=True) for key in BREAKPOINTS]
    return [*made, breakpoint_("gradient_above", "often", bound=1e-9, step=0, every=True)]


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("granularity", ["batch", "step"])
def test_training_is_bitwise_the_same_with_and_without(precision: str, granularity: str) -> None:
    net = elman(dropout=0.4)
    start = State(net, begin().weights, begin(precision=precision, clip_norm=0.3, loss="cross_entropy").training)
    plain = Session(start, two_classes())
    losses = [r.loss for r in plain.run() if r.moment is None]
    session = Session(start, two_classes())
    session.granularity = granularity  # type: ignore[assignment]
    session.gradient_every = 0
    session.breakpoints.set(everything())
    reports = list(session.run())
    assert sum(bool(r.hits) for r in reports) >= BATCHES
    assert [r.loss for r in reports if r.moment is None] == losses
    assert all(np.array_equal(session.weights()[k], w) for k, w in plain.weights().items())


def test_a_hit_walked_through_step_by_step_is_told_at_the_update() -> None:
    session = Session(begin(), two_classes())
    session.granularity = "step"
    session.breakpoints.set([breakpoint_("gradient_above", step=0, bound=1e-12)])
    run = session.run()
    phases = [next(run) for _ in range(2 * 6 + 2)]
    assert [bool(r.hits) for r in phases] == [False] * 13 + [True]
    assert next(run).moment is None


def test_playing_on_from_the_middle_of_a_batch_still_stops_at_its_update() -> None:
    session = Session(begin(), two_classes())
    session.granularity = "step"
    session.breakpoints.set([breakpoint_("gradient_above", step=0, bound=1e-12)])
    run = session.run()
    next(run)
    session.granularity = "run"
    report = next(run)
    assert report.hits and report.moment is not None and report.moment.phase == "update"


def test_settings_changed_at_a_hit_hold_for_its_update_and_are_replayed_exactly() -> None:
    start, data = State(elman(dropout=0.5), begin().weights, begin().training), two_classes()
    clipped = replaced(start.training, TRAINING, "clip_norm", 1e-3)
    session = Session(start, data)
    history = History(session, start, data, budget=1)
    session.breakpoints.set([breakpoint_("gradient_above", step=0, bound=1e-12)])
    hit = next(session.run())
    assert hit.hits and session.settled == 0
    session = Session(start, data)
    session.breakpoints.set([breakpoint_("gradient_above", step=0, bound=1e-12)])
    run = session.run()
    next(run)
    before = session.weights()
    history.note_change(session.settled, clipped)
    session.change(clipped)
    report = next(run)
    assert report.moment is None and report.batch == 1 and report.clipped, "it does not fire twice"
    moved = math.sqrt(sum(((session.weights()[k] - before[k]) ** 2).sum() for k in before))
    assert moved == pytest.approx(0.8 * 1e-3, rel=1e-6)
    while session.batch < 4:
        next(run)
    history.end = 4
    again = history.session_at(4)
    assert all(np.array_equal(again.weights()[k], w) for k, w in session.weights().items())


def test_a_changed_breakpoint_fires_anew_and_an_unchanged_one_does_not() -> None:
    session = Session(begin(), two_classes())
    low = breakpoint_("gradient_above", step=0, bound=1e-12)
    session.breakpoints.set([low])
    run = session.run()
    assert next(run).hits and next(run).moment is None
    session.breakpoints.set([low])
    assert next(run).moment is None
    session.breakpoints.set([breakpoint_("gradient_above", step=0, bound=1e-11)])
    assert next(run).hits and next(run).moment is None
    session.breakpoints.forget()
    assert next(run).hits


def test_one_that_is_switched_off_does_not_fire_and_json_keeps_it() -> None:
    off = Breakpoint("off", BREAKPOINTS.choose("weight_norm", bound=0.0, layer="h"), enabled=False)
    assert Breakpoint.from_json(off.to_json()) == off
    _, hits, _ = drive(begin(), two_classes(), off)
    assert not hits
