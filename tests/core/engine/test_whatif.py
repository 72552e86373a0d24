"""A what-if agrees with plain autograd in float64 through the changed computation, and with changed networks and data."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.data.dataset import Dataset, Field
from core.engine.axes import find_axes, groups
from core.engine.changes import Changes, changes
from core.engine.session import Session
from core.engine.trace import trace
from core.engine.whatif import altered
from core.errors import BadValue
from core.network import Link, Network, activation_of
from core.project import State
from core.shapes import infer
from core.traces import LayerTrace, Trace
from core.training import default_training
from core.whatif import Cut, Put, Room, Swap, WhatIf, said
from tests.core.engine.random_networks import random_case
from tests.core.engine.session_toys import elman, layer, network, running_mean, state, tagger, two_classes
from tests.core.engine.test_trace import close, grad, kept, norms, one_step_each


def session(net: Network, data: Dataset, **settings: Any) -> tuple[Session, dict[str, Tensor]]:
    start = state(net, precision="float64", **settings)
    weights = {k: torch.tensor(v, dtype=torch.float64).requires_grad_() for k, v in start.weights.items()}
    return Session(start, data), weights


def sample(data: Dataset, number: int) -> Tensor:
    return torch.tensor(data.inputs["x"].values[number : number + 1], dtype=torch.float64).transpose(0, 1)


def same(one: Trace, other: Trace, tolerance: float = 1e-12) -> None:
    """Of a padded sample the steps that are valid everywhere: what padding is computed as means nothing."""
    padded = one.valid != one.steps
    shown = slice(0, min(one.valid.values(), default=0) if padded else None)
    assert one.loss == pytest.approx(other.loss, rel=tolerance, abs=tolerance)
    for key, mine in one.layers.items():
        for part in fields(LayerTrace):
            a, b = getattr(mine, part.name), getattr(other.layers[key], part.name)
            if isinstance(a, dict):
                assert a.keys() == b.keys()
                pairs = [(a[name], b[name]) for name in a]
            else:
                pairs = [(a, b)]
            for mine_, other_ in pairs:
                assert (mine_ is None) == (other_ is None), (key, part.name)
                if mine_ is not None:
                    if padded and mine_.ndim and len(mine_) in one.steps.values():
                        mine_, other_ = mine_[shown], other_[shown]
                    np.testing.assert_allclose(mine_, other_, rtol=1e-9, atol=tolerance, err_msg=f"{key} {part.name}")


def test_an_elman_network_by_hand() -> None:
    """A unit is set, an arrow is cut, and a state is swapped with that of another sample."""
    data, net = two_classes(), elman()
    made, w = session(net, data, loss="cross_entropy")
    other = made.trace(8, "train").layers["h"].value
    whatif = WhatIf().adding(Put("h", 4, 1, 0.25), Cut("h_h", 3), Swap("h", 1, 8), Put("x", 5, 0, -2.0))
    found = made.what_if(3, "train", whatif)
    x = sample(data, 3)
    x[5, 0, 0] = -2.0
    per_step = one_step_each(w, len(x))
    h = torch.zeros(1, 5, dtype=torch.float64, requires_grad=True)
    states, sums, past = [], [], []
    for t, own in enumerate(per_step):
        past.append(kept(h))
        read = past[-1] * 0 if t == 3 else past[-1]
        sums.append(kept(x[t] @ own["x_h.weight"].T + read @ own["h_h.weight"].T + own["h.bias"]))
        h = torch.tanh(sums[-1])
        if t == 4:
            h = torch.cat([h[:, :1], torch.full((1, 1), 0.25, dtype=torch.float64), h[:, 2:]], 1)
        if t == 1:
            h = torch.tensor(other[1:2]).requires_grad_()
        h.retain_grad()
        states.append(h)
    logits = h @ w["last_y.weight"].T + w["y.bias"]
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(data.target.values[3]).long())
    loss.backward()
    mine = found.trace.layers["h"]
    assert found.trace.loss == pytest.approx(loss.item(), rel=1e-12)
    assert found.trace.whatif == whatif
    close(mine.value, torch.cat(states))
    close(mine.sums, torch.cat(sums))
    close(mine.total, torch.cat([grad(s) for s in states]))
    close(mine.delta, torch.cat([grad(s) for s in sums]))
    close(mine.flows["h_h"], norms(past))
    assert mine.total[4, 1] != 0 and mine.delta[4, 1] == 0 and not mine.delta[:3].any()
    for name in ("x_h.weight", "h_h.weight", "h.bias"):
        close(mine.shares[name], norms([own[name] for own in per_step]))
    plain = {k: v.detach().clone().requires_grad_() for k, v in w.items()}
    h = torch.zeros(1, 5, dtype=torch.float64)
    for now in sample(data, 3):
        h = torch.tanh(now @ plain["x_h.weight"].T + h @ plain["h_h.weight"].T + plain["h.bias"])
    last = h @ plain["last_y.weight"].T + plain["y.bias"]
    torch.nn.functional.cross_entropy(last, torch.tensor(data.target.values[3]).long()).backward()
    one, full = (torch.cat([grad(of[name]).flatten() for name in w]) for of in (w, plain))
    cosine = float(one @ full / one.norm() / full.norm())
    assert found.alike[""].cosine == pytest.approx(cosine, rel=1e-9)
    assert found.alike[""].ratio == pytest.approx(float(one.norm() / full.norm()), rel=1e-9)


def test_an_lstm_by_hand() -> None:
    """A cell and a state are set, and its memory is cut, each at one step only."""
    data = running_mean()
    made, w = session(tagger("lstm"), data)
    whatif = WhatIf().adding(
        Put("h", 2, 3, 1.5, "cell"), Put("h", 4, 0, -0.5), Cut("h", 5), Put("h", 6, 1, None, "cell")
    )
    plain, found = made.trace(3, "train"), made.what_if(3, "train", whatif).trace
    x, per_step = sample(data, 3), one_step_each(w, data.inputs["x"].values.shape[1])
    h, c = (torch.zeros(1, 4, dtype=torch.float64, requires_grad=True) for _ in range(2))
    seen: dict[str, list[Tensor]] = {k: [] for k in ("h", "c", "past", "cell_past", "up")}
    for t, own in enumerate(per_step):
        seen["past"].append(kept(h))
        seen["cell_past"].append(kept(c))
        h, c = (value * 0 if t == 5 else value for value in (seen["past"][-1], seen["cell_past"][-1]))
        gates = x[t] @ own["h.weight_ih"].T + own["h.bias_ih"] + h @ own["h.weight_hh"].T + own["h.bias_hh"]
        i, f, g, o = gates.chunk(4, -1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        for at, unit, value in ((2, 3, 1.5), (6, 1, float(plain.layers["h"].cell[6, 1]))):
            if t == at:
                c = torch.where(torch.arange(4) == unit, value, c)
        c.retain_grad()
        h = o.sigmoid() * torch.tanh(c)
        if t == 4:
            h = torch.where(torch.arange(4) == 0, -0.5, h)
        h.retain_grad()
        seen["h"].append(h)
        seen["c"].append(c)
        seen["up"].append(kept(h))
    answers = torch.cat(seen["up"]) @ w["h_y.weight"].T + w["y.bias"]
    (answers - torch.tensor(data.target.values[3], dtype=torch.float64)).square().mean().backward()
    mine = found.layers["h"]
    close(mine.value, torch.cat(seen["h"]))
    close(mine.cell, torch.cat(seen["c"]))
    close(mine.total, torch.cat([grad(one) for one in seen["h"]]))
    close(mine.direct, torch.cat([grad(one) for one in seen["up"]]))
    close(mine.cell_gradient, torch.cat([grad(one) for one in seen["c"]]))
    close(mine.flows["h"], norms(seen["past"]))
    close(mine.flows["h.cell"], norms(seen["cell_past"]))
    for name in ("h.weight_ih", "h.weight_hh", "h.bias_ih", "h.bias_hh"):
        close(mine.shares[name], norms([own[name] for own in per_step]))


def encoder_decoder() -> Network:
    layers = [
        layer("x", "input", units=3, sequence=True), layer("e", "lstm", units=4), layer("l", "last_step"),
        layer("r", "repeat", steps=7), layer("d", "lstm", units=4), layer("y", "output", units=1),
    ]  # fmt: skip
    net = network(layers, [("x", "e"), ("e", "l"), ("l", "r"), ("r", "d"), ("d", "y")])
    return net.with_link(Link("hand", "e", "d", 0, "initial"))


def decoded(w: dict[str, Tensor], x: Tensor, target: Tensor, handed: bool) -> tuple[Tensor, list[Tensor]]:
    """The loss of an encoder and decoder by nn.LSTM, and what the encoder's gradients are taken at."""
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    encoder, decoder = (torch.nn.LSTM(size, 4).double() for size in (3, 4))
    given = [[w[f"{key}.{name}"] for name in names] for key in ("e", "d")]
    x = x.clone().requires_grad_()
    zeros = torch.zeros(1, 1, 4, dtype=torch.float64)
    codes, last = torch.func.functional_call(encoder, dict(zip(_flat(), given[0], strict=True)), (x, (zeros, zeros)))
    start = last if handed else (zeros, zeros)
    said_, _ = torch.func.functional_call(
        decoder, dict(zip(_flat(), given[1], strict=True)), (codes[-1:].expand(len(target), -1, -1), start)
    )
    answers = said_[:, 0] @ w["d_y.weight"].T + w["y.bias"]
    return (answers - target).square().mean(), [x]


def _flat() -> list[str]:
    return [f"{name}_l0" for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]


@pytest.mark.parametrize("handed", [True, False])
def test_a_state_that_is_not_handed_over(handed: bool) -> None:
    data = running_mean()
    made, w = session(encoder_decoder(), data)
    found = made.what_if(3, "train", WhatIf((Put("x", 0, 0, 0.5),) + (() if handed else (Cut("hand", -1),)))).trace
    x = sample(data, 3)
    x[0, 0, 0] = 0.5
    loss, (read,) = decoded(w, x, torch.tensor(data.target.values[3], dtype=torch.float64), handed)
    loss.backward()
    assert found.loss == pytest.approx(loss.item(), rel=1e-12)
    close(found.layers["x"].total, read.grad[:, 0])
    close(found.layers["e"].flows["x_e"], read.grad[:, 0].norm(dim=-1))


@pytest.mark.parametrize("reverse", [False, True])
def test_a_bidirectional_gru_is_two_networks_side_by_side(reverse: bool) -> None:
    """Cutting the memory of one direction at a step is the same as beginning it anew there."""
    data = running_mean()
    made, w = session(tagger("gru", bidirectional=True), data)
    found = made.what_if(3, "train", WhatIf((Cut("h", 3, reverse),))).trace
    x, steps = sample(data, 3), 7
    halves = []
    for suffix in ("", "_reverse"):
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        weights = dict(zip(_flat(), [w[f"h.{name}{suffix}"] for name in names], strict=True))
        walk = x.flip(0) if suffix else x
        gru = torch.nn.GRU(3, 4).double()
        at = (steps - 1 - 3 if suffix else 3) if reverse == bool(suffix) else 0
        parts = [torch.func.functional_call(gru, weights, (part,))[0] for part in (walk[:at], walk[at:]) if len(part)]
        whole = torch.cat(parts)
        halves.append(whole.flip(0) if suffix else whole)
    value = torch.cat(halves, -1)
    value.retain_grad()
    answers = value[:, 0] @ w["h_y.weight"].T + w["y.bias"]
    (answers - torch.tensor(data.target.values[3], dtype=torch.float64)).square().mean().backward()
    close(found.layers["h"].value, value[:, 0])
    close(found.layers["h"].direct, value.grad[:, 0])


def test_truncation_by_hand() -> None:
    data, net = running_mean(), tagger("dense")
    made, w = session(net, data)
    found, probe = made.what_if(3, "train", WhatIf(truncate=3)), made.probe("truncation", samples=np.array([3]))
    x = sample(data, 3)

    def loss(cut: bool) -> tuple[list[Tensor], list[Tensor]]:
        h, states, past, outs = torch.zeros(1, 4, dtype=torch.float64, requires_grad=True), [], [], []
        for t, now in enumerate(x):
            past.append(kept(h.detach().requires_grad_() if cut and t and t % 3 == 0 else h))
            h = torch.tanh(now @ w["x_h.weight"].T + past[-1] @ w["h_h.weight"].T + w["h.bias"])
            h.retain_grad()
            states.append(h)
            outs.append(h @ w["h_y.weight"].T + w["y.bias"])
        (torch.cat(outs) - torch.tensor(data.target.values[3], dtype=torch.float64)).square().mean().backward()
        return states, past

    loss(False)
    full = torch.cat([w[name].grad.flatten() for name in sorted(w)])
    for value in w.values():
        value.grad = None
    states, past = loss(True)
    cut = torch.cat([w[name].grad.flatten() for name in sorted(w)])
    close(found.trace.layers["h"].total, torch.cat([grad(one) for one in states]))
    flows = norms(past).numpy().copy()
    flows[[3, 6]] = 0.0
    np.testing.assert_allclose(found.trace.layers["h"].flows["h_h"], flows, rtol=1e-9)
    cosine = float(cut @ full / cut.norm() / full.norm())
    assert found.alike[""].cosine == pytest.approx(cosine, rel=1e-9)
    assert made.truncated(3, np.array([3]))[""] == found.alike[""]
    assert made.truncated(4, np.array([3]))[""].cosine == pytest.approx(probe.values["cosine"][-1], rel=1e-9)
    assert made.truncated(3) == made.truncated(3, made._course.next(32))


def test_the_next_batch_stays_the_next_batch() -> None:
    def trained(look: bool) -> dict[str, np.ndarray]:
        made = Session(state(elman(dropout=0.3), loss="cross_entropy", epochs=1), two_classes())
        for _ in made.run():
            if look:
                made.truncated(2)
                made.what_if(0, "train", WhatIf((Put("h", 2, 1, 0.5), Cut("h_h", 3)), truncate=2))
        return made.weights()

    one, other = trained(False), trained(True)
    assert all(np.array_equal(one[key], other[key]) for key in one)


# -- random networks -------------------------------------------------------------------------------------------------


def random_session(seed: int) -> Session:
    """A random network on random data of its shape, in float64."""
    case = random_case(seed)
    net = case.network
    for one in net.of_kind("input"):
        net = net.with_layer(replace(one, params={**one.params, "field": one.id}))
    axes = find_axes(net, groups(net), case.inputs, case.steps, case.lengths)
    output = net.of_kind("output")[0].id
    inputs = {key: Field(_sample_major(value), codes=False) for key, value in case.inputs.items()}
    batch = next(iter(case.inputs.values())).shape[-2]
    size: tuple[int, ...] = (infer(net)[output].features,)
    size = (axes.steps[output], *size) if output in axes.steps else size
    target = np.random.default_rng(seed).normal(size=(batch, *size))
    lengths = None if case.lengths is None else case.lengths.numpy()
    mask = None
    if lengths is not None and output in axes.steps and axes.lengths[output] is not None:
        mask = np.arange(axes.steps[output]) < lengths[:, None]
    data = Dataset("r", "Random", "regression", inputs, Field(target), {"train": np.arange(batch)}, mask, lengths)
    weights = {name: value.detach().numpy() for name, value in case.parameters.items()}
    return Session(State(net, weights, default_training(loss="mse", precision="float64")), data)


def _sample_major(value: Tensor) -> np.ndarray:
    value = value.detach()
    return (value.transpose(0, 1) if value.dim() == 3 else value).numpy().copy()


def usable(seed: int) -> Session | None:
    case = random_case(seed)
    learns = any(value.requires_grad for value in case.parameters.values())
    static = any(
        one.kind in ("rnn", "lstm", "gru") and not infer(case.network)[one.id].sequence for one in case.network
    )
    # the slope of a step is a surrogate, not what a nudge finds
    steep = any((chosen := activation_of(one)) is not None and chosen.key == "step" for one in case.network)
    return random_session(seed) if learns and not static and not steep else None


def random_whatif(made: Session, plain: Trace, rng: np.random.Generator, fixed: bool = False) -> WhatIf:
    """Some changes that the rules allow; ``fixed`` ones do not depend on the weights."""
    net, found = made._model.network, WhatIf()
    room = Room(net, plain.steps, plain.valid, len(made._dataset))
    for _ in range(40):
        key = str(rng.choice(list(net.layers)))
        step = int(rng.integers(plain.valid[key])) if key in plain.steps else None
        unit = int(rng.integers(infer(net)[key].features)) if rng.random() < 0.8 else None
        value = [0.0, float(rng.normal()), None][int(rng.integers(2 if fixed else 3))]
        links = list(net.links)
        one = [
            Put(key, step, unit, value),
            Put(key, step, unit, value, "cell"),
            Cut(str(rng.choice([*links, key])), [step, -1][int(rng.random() < 0.2)], bool(rng.random() < 0.2)),
            Swap(key, step, int(rng.integers(len(made._dataset)))),
        ][int(rng.integers(3 if fixed else 4))]
        if room.fits(one):
            found = found.adding(one)
        if len(found.interventions) >= 3:
            break
    return found


SEEDS = range(400, 440)


def test_without_changes_the_interpreter_says_what_the_trace_says() -> None:
    """On random networks of every kind, truncated and not; the fast engine and one loop over time are far apart."""
    seen = 0
    for seed in SEEDS:
        made = usable(seed)
        if made is None:
            continue
        look = made.look("", np.array([0]))
        for truncate in (0, 2):
            # a change that touches nothing sends it through the interpreter
            plain = altered(look, Changes(WhatIf(truncate=truncate), look.network, look.axes, {}))
            asked = WhatIf((Cut("nothing", 0),), truncate=truncate)
            walked = altered(look, Changes(asked, look.network, look.axes, {}))
            same(trace(plain, "train", "", 0), trace(walked, "train", "", 0))
        seen += 1
    assert seen > 25


def test_gradients_are_the_slopes_of_the_loss() -> None:
    """On random networks with random changes: nudging any number moves the loss by its gradient."""
    checked = 0
    for seed in SEEDS:
        made, rng = usable(seed), np.random.default_rng(seed)
        if made is None:
            continue
        plain = made.trace(0, "train")
        whatif = random_whatif(made, plain, rng)
        found = made.what_if(0, "train", whatif).trace
        for _ in range(3):
            key = str(rng.choice(list(found.layers)))
            mine = found.layers[key]
            step = int(rng.integers(found.valid[key])) if key in found.steps else None
            unit = int(rng.integers(mine.value.shape[-1]))
            at = (unit,) if step is None else (step, unit)
            cell = mine.cell is not None and rng.random() < 0.5
            if symbols(made._model.network, key) or _hidden(whatif, key, step, unit):
                continue
            values, felt = (mine.cell, mine.cell_gradient) if cell else (mine.value, mine.total)
            losses = []
            for eps in (-1e-6, 1e-6, 0.0):
                nudge = Put(key, step, unit, float(values[at]) + eps, "cell" if cell else "value")
                losses.append(made.what_if(0, "train", whatif.adding(nudge)).trace.loss)
            slopes = [(losses[1] - losses[2]) / 1e-6, (losses[2] - losses[0]) / 1e-6]
            if abs(slopes[0] - slopes[1]) > 1e-4 * (1 + abs(slopes[0])):
                continue  # at a kink
            assert losses[2] == pytest.approx(found.loss, rel=1e-12)
            assert (losses[1] - losses[0]) / 2e-6 == pytest.approx(felt[at], rel=2e-5, abs=1e-8), (seed, key, at, cell)
            checked += 1
    assert checked > 50


def symbols(net: Network, key: str) -> bool:
    """Whether a layer gives codes, which can not be nudged."""
    return any(net.layers[link.target].kind == "embedding" for link in net.out_of(key))


def _hidden(whatif: WhatIf, key: str, step: int | None, unit: int) -> bool:
    """Whether a further change at this place would undo one that is in force, or be undone by it."""
    return any(isinstance(one, Swap) or one.unit in (None, unit) for one in whatif.at(key, step))


def test_weights_learn_through_the_changes() -> None:
    """dL/dW of random networks with random changes, by nudging weights."""
    checked = 0
    for seed in SEEDS[:20]:
        made, rng = usable(seed), np.random.default_rng(seed)
        if made is None:
            continue
        whatif = random_whatif(made, made.trace(0, "train"), rng, fixed=True)
        plain = made.look("", np.array([0]))
        found = altered(plain, changes(plain, whatif, made._other))
        for name, felt in found.learned(found.seen).items():
            tensor = made._learner.tensors[name]
            at = tuple(int(rng.integers(n)) for n in tensor.shape)
            losses = []
            for eps in (-1e-6, 1e-6):
                with torch.no_grad():
                    before = tensor[at].clone()
                    tensor[at] += eps
                    losses.append(made.what_if(0, "train", whatif).trace.loss)
                    tensor[at] = before
            slope = (losses[1] - losses[0]) / 2e-6
            if abs(slope - float(felt[at])) > 2e-5 * abs(slope) + 1e-8:
                assert _kinked(made, whatif, tensor, at), (seed, name, at)
            checked += 1
    assert checked > 30


def _kinked(made: Session, whatif: WhatIf, tensor: Tensor, at: tuple[int, ...]) -> bool:
    """Whether the slopes to both sides differ."""
    losses = []
    for eps in (-1e-6, 0.0, 1e-6):
        with torch.no_grad():
            before = tensor[at].clone()
            tensor[at] += eps
            losses.append(made.what_if(0, "train", whatif).trace.loss)
            tensor[at] = before
    one, other = losses[1] - losses[0], losses[2] - losses[1]
    return abs(one - other) > 1e-4 * max(abs(one), abs(other))


def test_setting_a_unit_to_what_it_is_changes_no_value() -> None:
    made, _ = session(tagger("lstm", bidirectional=True), running_mean())
    plain = made.trace(3, "train")
    own = float(plain.layers["h"].value[2, 5])
    for one in (Put("h", 2, 5, own), Put("h", 2, None), Put("h", 2, 1, None, "cell"), Swap("h", 2, 3)):
        found = made.what_if(3, "train", WhatIf((one,))).trace
        assert found.loss == pytest.approx(plain.loss, rel=1e-12)
        for key, mine in found.layers.items():
            np.testing.assert_allclose(mine.value, plain.layers[key].value, rtol=1e-12, atol=1e-15)


def test_cutting_every_copy_is_removing_the_link() -> None:
    data, net = two_classes(), elman()
    made, w = session(net, data, loss="cross_entropy")
    found = made.what_if(3, "train", WhatIf(tuple(Cut("h_h", t) for t in range(6)))).trace
    rest = net.without(links=["h_h"])
    weights = {name: value.detach().numpy() for name, value in w.items() if name != "h_h.weight"}
    cut = Session(State(rest, weights, default_training(loss="cross_entropy", precision="float64")), data)
    other = cut.trace(3, "train")
    for key, mine in found.layers.items():
        np.testing.assert_allclose(mine.value, other.layers[key].value, rtol=1e-12)
        np.testing.assert_allclose(mine.total, other.layers[key].total, rtol=1e-9, atol=1e-15)


# -- the value itself ------------------------------------------------------------------------------------------------


def test_bad_changes_are_refused_in_a_sentence() -> None:
    made, _ = session(tagger("gru"), running_mean(padded=True))
    length = int(running_mean(padded=True).lengths[3])
    for one, words in (
        (Put("z", 0, 0, 1.0), "no longer in the network"),
        (Put("h", length, 0, 1.0), f"choose one of t = 1 to {length}"),
        (Put("h", 0, 9, 1.0), "no unit 10"),
        (Put("h", 0, 0, float("nan")), "finite"),
        (Put("h", 0, 0, 1.0, "cell"), "only an LSTM"),
        (Swap("h", 0, 999), "no sample 999"),
        (Cut("z", 0), "no longer in the network"),
    ):
        with pytest.raises(BadValue, match=words):
            made.what_if(3, "train", WhatIf((one,)))


def test_a_change_at_the_same_place_replaces_the_one_before() -> None:
    one = WhatIf().adding(Put("h", 2, 1, 0.5), Cut("h_h", 3))
    other = one.adding(Put("h", 2, 1, 0.7))
    assert other.interventions == (Cut("h_h", 3), Put("h", 2, 1, 0.7))
    assert other.without(Cut("h_h", 3)).interventions == (Put("h", 2, 1, 0.7),)
    assert not WhatIf() and WhatIf(truncate=3) and one.severed("h_h", 3) and not one.severed("h_h", 2)


def test_changes_read_as_sentences() -> None:
    net = elman()
    assert str(said(Put("h", 2, 1, 0.5), net)) == "“H”, unit 2: set to 0.5 at t = 3"
    assert str(said(Put("h", 2, None), net)) == "“H”: clamped at t = 3"
    assert str(said(Cut("h_h", 4), net)) == "The arrow from “H” to “H”: cut at t = 5"
    assert str(said(Swap("last", None, 7), net)) == "“Last”: swapped with sample 7"
