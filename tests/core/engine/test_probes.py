"""Every probe against an independent 64 bit computation: a plain loop over time, or the reference interpreter."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.data.dataset import Dataset
from core.engine import probes_memory
from core.engine.probes import Look
from core.engine.probes_local import cells, locals_of
from core.engine.probes_time import step_gradients, whole_gradient
from core.engine.reference import interpret
from core.engine.session import Session
from core.errors import BadValue
from core.network import Link, Network
from core.project import State
from tests.core.engine.session_toys import elman, layer, network, running_mean, state, tagger, two_classes

ROWS = np.array([3, 8, 21, 30])


def session_of(net: Network, data: Dataset, **settings: Any) -> Session:
    return Session(state(net, precision="float64", **settings), data)


def look_at(session: Session, key: str) -> Look:
    return Look(session._model, session._learner.tensors, session._data.take(ROWS), key)


def inputs(data: Dataset) -> tuple[Tensor, Tensor]:
    """Inputs and targets of ROWS, time-major."""
    x = torch.tensor(data.inputs["x"].values[ROWS], dtype=torch.float64).transpose(0, 1)
    y = torch.tensor(data.target.values[ROWS], dtype=torch.float64)
    return x, y.transpose(0, 1) if y.dim() == 3 else y


def leaves(session: Session) -> dict[str, Tensor]:
    return {k: torch.tensor(v, dtype=torch.float64, requires_grad=True) for k, v in session.weights().items()}


def walk(kind: str, w: list[dict[str, Tensor]], x: Tensor) -> tuple[Tensor, Tensor]:
    """A tagger written as a plain loop, with weights of its own for every step: all h_t and y_t."""
    units = w[0]["h_y.weight"].shape[1]
    h = c = torch.zeros(x.shape[1], units, dtype=x.dtype)
    states = []
    for t, p in enumerate(w):
        if kind == "dense":
            h = torch.tanh(x[t] @ p["x_h.weight"].T + h @ p["h_h.weight"].T + p["h.bias"])
        else:
            cell = {"rnn": torch.rnn_tanh_cell, "gru": torch.gru_cell, "lstm": torch.lstm_cell}[kind]
            weights = [p[f"h.{n}"] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
            if kind == "lstm":
                h, c = cell(x[t], (h, c), *weights)
            else:
                h = cell(x[t], h, *weights)
        states.append(h)
    return torch.stack(states), torch.stack([h @ p["h_y.weight"].T + p["y.bias"] for h, p in zip(states, w)])


KINDS = pytest.mark.parametrize("kind", ["dense", "rnn", "lstm", "gru"])


@KINDS
def test_weight_share_against_separate_weights_for_every_step(kind: str) -> None:
    data = running_mean()
    session = session_of(tagger(kind), data)
    x, y = inputs(data)
    own = [leaves(session) for _ in range(len(x))]
    ((walk(kind, own, x)[1] - y).square().mean()).backward()
    names = sorted(name for name in own[0] if name.startswith(("h.", "x_h", "h_h")))
    flat = torch.stack([torch.cat([p[n].grad.flatten() for n in names]) for p in own])
    whole = flat.sum(0)
    seen = session.probe("weight_share", "h", ROWS).values
    np.testing.assert_allclose(seen["norm"], flat.norm(dim=1), rtol=1e-9)
    np.testing.assert_allclose(seen["share"], (flat @ whole) / whole.square().sum(), rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(seen["cosine"], (flat @ whole) / flat.norm(dim=1) / whole.norm(), rtol=1e-8, atol=1e-12)
    assert seen["share"].sum() == pytest.approx(1, rel=1e-10)
    assert seen["total"] == pytest.approx(whole.norm().item(), rel=1e-10)
    assert seen["cancellation"] == pytest.approx(1 - whole.norm().item() / flat.norm(dim=1).sum().item(), rel=1e-9)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("padded", [False, True])
def test_step_gradients_add_up_to_the_gradient_of_the_optimizer(kind: str, both: bool, padded: bool) -> None:
    session = session_of(tagger(kind, bidirectional=both, initial_state="learned"), running_mean(padded=padded))
    look = look_at(session, "h")
    whole = whole_gradient(look)
    assert len(whole) == (8 if both else 4)
    for local in locals_of(look, "h"):
        steps = step_gradients(look, local)
        for name in steps[0]:
            np.testing.assert_allclose(sum(s[name] for s in steps), whole[name], rtol=1e-9, atol=1e-13)


def test_step_gradients_of_a_layer_on_a_longer_cycle() -> None:
    look = look_at(session_of(ring(), running_mean()), "a")
    for key in ("a", "b"):
        asked = Look(look.model, look.parameters, look.batch, key)
        (local,) = locals_of(asked, key)
        steps, whole = step_gradients(asked, local), whole_gradient(asked)
        for name, total in whole.items():
            np.testing.assert_allclose(sum(s[name] for s in steps), total, rtol=1e-9, atol=1e-14)


@KINDS
@pytest.mark.parametrize("columns", [7, 3])
def test_itemised_triangle_against_the_loss_of_each_step(kind: str, columns: int) -> None:
    data = running_mean()
    session = session_of(tagger(kind), data)
    x, y = inputs(data)
    w = leaves(session)
    parts = []
    for s in range(7):
        walked = interpret(session._model.network, w, {"x": x})
        (walked.output("y")[s] - y[s]).square().sum().div(y.numel()).backward()
        parts.append(walked.gradient("h"))
    seen = session.probe("itemised", "h", ROWS, columns=columns).values
    assert seen["norm"].shape == (7, columns) and seen["first"][0] == 0 and seen["last"][-1] == 6
    whole = torch.stack(parts).sum(0)
    for column, (first, last) in enumerate(zip(seen["first"], seen["last"])):
        part = torch.stack(parts[first : last + 1]).sum(0)
        np.testing.assert_allclose(seen["norm"][:, column], part.norm(dim=-1).mean(-1), rtol=1e-8, atol=1e-15)
        share = (part * whole).sum((1, 2)) / whole.square().sum((1, 2))
        np.testing.assert_allclose(seen["share"][:, column], share, rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(seen["share"].sum(1), 1, rtol=1e-10)
    np.testing.assert_allclose(seen["total"], whole.norm(dim=-1).mean(-1), rtol=1e-9)
    if columns == 7:
        assert (np.abs(np.tril(seen["norm"], -1)) < 1e-15).all()


def test_itemised_of_a_masked_loss_and_of_one_answer_per_sample() -> None:
    data = running_mean(padded=True)
    seen = session_of(tagger("gru"), data).probe("itemised", "h", ROWS).values
    counted = data.mask[ROWS].any(0)  # type: ignore[index]
    assert ((seen["norm"].sum(0) > 0) == counted).all()
    single = session_of(elman(), two_classes(), loss="cross_entropy").probe("itemised", "h", ROWS).values
    assert single["norm"].shape == (6, 1)
    np.testing.assert_allclose(single["norm"][:, 0], single["total"])


@KINDS
def test_input_gradient_against_the_reference(kind: str) -> None:
    data = running_mean()
    session = session_of(tagger(kind), data)
    x, y = inputs(data)
    x.requires_grad_()
    loss = (walk(kind, [leaves(session)] * 7, x)[1] - y).square().mean()
    (gradient,) = torch.autograd.grad(loss, x)
    seen = session.probe("input_gradient", samples=ROWS).values
    np.testing.assert_allclose(seen["x/mean"], gradient.abs().mean(1), rtol=1e-9)
    np.testing.assert_allclose(seen["x/norm"], gradient.norm(dim=-1).mean(-1), rtol=1e-9)
    np.testing.assert_allclose(seen["x/first"], gradient[:, 0], rtol=1e-9)


@KINDS
def test_truncation_against_the_truncated_reference(kind: str) -> None:
    data = running_mean()
    session = session_of(tagger(kind), data)
    x, y = inputs(data)

    def gradient(truncate: int) -> Tensor:
        w = leaves(session)
        (interpret(session._model.network, w, {"x": x}, truncate=truncate).output("y") - y).square().mean().backward()
        return torch.cat([w[n].grad.flatten() for n in sorted(w)])

    seen, full = session.probe("truncation", samples=ROWS).values, gradient(0)
    assert list(seen["length"]) == [1, 2, 4]
    for length, cosine, ratio in zip(seen["length"], seen["cosine"], seen["ratio"]):
        cut = gradient(int(length))
        assert cosine == pytest.approx((cut @ full / cut.norm() / full.norm()).item(), rel=1e-9)
        assert ratio == pytest.approx((cut.norm() / full.norm()).item(), rel=1e-9)
    assert (seen["cosine"] < 1 - 1e-6).all()


@KINDS
def test_factor_against_the_jacobian_of_one_step(kind: str) -> None:
    data = running_mean()
    session = session_of(tagger(kind), data)
    x, _ = inputs(data)
    w = {k: v.detach() for k, v in leaves(session).items()}
    states, _ = walk(kind, [w] * 7, x)
    cell = torch.zeros(7, 4, 4, dtype=torch.float64)
    if kind == "lstm":
        (local,) = locals_of(look_at(session, "h"), "h")
        walked = interpret(session._model.network, leaves(session), {"x": x})
        cell = torch.stack([walked.cells["h", t] for t in range(7)]).detach()
        np.testing.assert_allclose(cells(look_at(session, "h"), "h"), cell, rtol=1e-10)
        np.testing.assert_allclose(local.cell_before[1:], cell[:-1], rtol=1e-10)  # type: ignore[index]

    def step(state: Tensor, t: int, b: int) -> Tensor:
        if kind == "dense":
            return torch.tanh(w["x_h.weight"] @ x[t, b] + w["h_h.weight"] @ state + w["h.bias"])
        weights = [w[f"h.{n}"] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        if kind == "lstm":
            return torch.cat(torch.lstm_cell(x[t, b][None], (state[None, :4], state[None, 4:]), *weights), -1)[0]
        function = torch.rnn_tanh_cell if kind == "rnn" else torch.gru_cell
        return function(x[t, b][None], state[None], *weights)[0]

    norms, radii = np.zeros((6, 4)), np.zeros((6, 4))
    for t in range(1, 7):
        for b in range(4):
            past = torch.cat([states[t - 1, b], cell[t - 1, b]]) if kind == "lstm" else states[t - 1, b]
            jacobian = torch.autograd.functional.jacobian(lambda s, t=t, b=b: step(s, t, b), past)
            norms[t - 1, b] = torch.linalg.matrix_norm(jacobian, ord=2)
            radii[t - 1, b] = torch.linalg.eigvals(jacobian).abs().max()
    seen = session.probe("factor", "h", ROWS).values
    assert list(seen["step"]) == [1, 2, 3, 4, 5, 6] and seen["delay"] == 1
    np.testing.assert_allclose(seen["norm"], norms.mean(1), rtol=1e-9)
    np.testing.assert_allclose(seen["radius"], radii.mean(1), rtol=1e-9)
    if kind in ("dense", "rnn"):
        np.testing.assert_allclose(seen["saturated"], (1 - states.square() < 0.1).double().mean((1, 2)))
        name = "h_h.weight" if kind == "dense" else "h.weight_hh"
        radius = np.abs(np.linalg.eigvals(w[name].numpy())).max()
        assert seen[f"weights/{name}"] == pytest.approx(radius, rel=1e-10)


def ring() -> Network:
    """Two interlocking cycles: a -> b without delay, b -> a after 1 step, a -> a after 3."""
    layers = [
        layer("x", "input", units=3, sequence=True),
        layer("a", "dense", units=2),
        layer("b", "dense", units=3),
        layer("y", "output", units=1),
    ]
    return network(layers, [("x", "a"), ("a", "b"), ("b", "a", 1), ("a", "a", 3), ("b", "y")])


@pytest.mark.parametrize("kind", ["dense", "lstm", "gru"])
def test_a_jacobian_worked_out_in_the_smallest_pieces_is_the_same(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_of(tagger(kind), running_mean())
    whole = session.probe("factor", "h", ROWS).values
    monkeypatch.setattr(probes_memory, "CHUNK", 1)
    for name, value in session.probe("factor", "h", ROWS).values.items():
        np.testing.assert_allclose(value, whole[name], rtol=1e-12, err_msg=name)


def test_factor_of_interlocking_cycles() -> None:
    data = running_mean(steps=9)
    session = session_of(ring(), data)
    x, _ = inputs(data)
    w = {k: v.detach() for k, v in leaves(session).items()}
    walked = interpret(ring(), leaves(session), {"x": x})
    a, b = walked.output("a").detach(), walked.output("b").detach()

    def step(past: Tensor, t: int, n: int) -> Tensor:
        """(a, b) at t-1, t-2, t-3 -> the same at t, t-1, t-2."""
        new = w["x_a.weight"] @ x[t, n] + w["b_a.weight"] @ past[2:5] + w["a_a.weight"] @ past[10:12] + w["a.bias"]
        new = torch.tanh(new)
        return torch.cat([new, torch.tanh(w["a_b.weight"] @ new + w["b.bias"]), past[:10]])

    seen = session.probe("factor", "a", ROWS).values
    for at, t in enumerate(seen["step"]):
        if t < 3:
            continue
        radii = []
        for n in range(4):
            past = torch.cat([torch.cat([a[t - k, n], b[t - k, n]]) for k in (1, 2, 3)])
            jacobian = torch.autograd.functional.jacobian(lambda s, t=t, n=n: step(s, int(t), n), past)
            radii.append(torch.linalg.eigvals(jacobian).abs().max().item())
        assert seen["radius"][at] == pytest.approx(np.mean(radii), rel=1e-8)
    assert {"weights/a_a.weight"} == {key for key in seen if key.startswith("weights/")}


@pytest.mark.parametrize("rho", [0.7, 0.95, 1.0, 1.1])
def test_horizon_of_a_scaled_rotation_is_exact(rho: float) -> None:
    layers = [
        layer("x", "input", units=3, sequence=True),
        layer("h", "dense", units=4, activation="identity"),
        layer("last", "last_step"),
        layer("y", "output", units=2, activation="softmax"),
    ]
    net = network(layers, [("x", "h"), ("h", "h", 1), ("h", "last"), ("last", "y")])
    begin = state(net, loss="cross_entropy", precision="float64")
    rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))[0]
    weights = {**begin.weights, "h_h.weight": rho * rotation}
    session = Session(State(net, weights, begin.training), two_classes(steps=20))
    seen = session.probe("horizon", "h", ROWS).values
    np.testing.assert_allclose(seen["left"], rho ** np.arange(20), rtol=1e-10)
    assert seen["measured"] == pytest.approx(rho, rel=1e-10) and seen["predicted"] == pytest.approx(rho, rel=1e-10)
    expected = math.log(0.01) / math.log(rho) if rho < 1 else math.inf
    if rho == 1.0:
        assert seen["horizon"] > 1e9
    else:
        assert seen["horizon"] == pytest.approx(expected, rel=1e-8)


def test_horizon_counts_back_from_the_last_valid_step() -> None:
    data = running_mean(padded=True)
    session = session_of(tagger("rnn"), data)
    x, _ = inputs(data)
    seen = session.probe("horizon", "h", ROWS).values["left"]
    w = leaves(session)
    walked = interpret(session._model.network, w, {"x": x})
    back = np.full((7, 4), np.nan)
    for b, n in enumerate(data.lengths[ROWS]):  # type: ignore[index]
        again = interpret(session._model.network, w, {"x": x})
        y = torch.tensor(data.target.values[ROWS[b], n - 1])
        felt = 2 * (walked.output("y")[n - 1, b] - y).detach() @ w["h_y.weight"].detach()
        (again.output("h")[n - 1, b] * felt).sum().backward()
        lengths = again.gradient("h")[:n, b].norm(dim=-1).flip(0)
        back[:n, b] = lengths / lengths[0]
    longest = data.lengths[ROWS].max()  # type: ignore[index]
    np.testing.assert_allclose(seen, np.nanmean(back[:longest], axis=1), rtol=1e-7)


def test_gates_against_the_formulas() -> None:
    data = running_mean()
    for kind, names in (("lstm", ("input", "forget", None, "output")), ("gru", ("reset", "update"))):
        session = session_of(tagger(kind), data)
        x, _ = inputs(data)
        w = {k: v.detach() for k, v in leaves(session).items()}
        states, _ = walk(kind, [w] * 7, x)
        before = torch.cat([torch.zeros_like(states[:1]), states[:-1]])
        sums = x @ w["h.weight_ih"].T + w["h.bias_ih"] + before @ w["h.weight_hh"].T + w["h.bias_hh"]
        seen = session.probe("gates", "h", ROWS).values
        for at, name in enumerate(names):
            if name is not None:
                opened = sums[..., 4 * at : 4 * at + 4].sigmoid()
                np.testing.assert_allclose(seen[f"{name}/mean"], opened.mean((1, 2)), rtol=1e-10)
                np.testing.assert_allclose(seen[f"{name}/open"], (opened > 0.95).double().mean((1, 2)))
        assert len(seen) == 3 * sum(name is not None for name in names)


def test_activation_statistics() -> None:
    data = running_mean(padded=True)
    layers = [
        layer("x", "input", units=3, sequence=True),
        layer("h", "dense", units=6, activation="relu"),
        layer("y", "output", units=1),
    ]
    session = session_of(network(layers, [("x", "h"), ("h", "h", 1), ("h", "y")]), data)
    session._learner.tensors["h.bias"].data[0] = -100.0
    x, _ = inputs(data)
    value = interpret(session._model.network, leaves(session), {"x": x}).output("h").detach().transpose(0, 1).numpy()
    said = value[data.mask[ROWS]]  # type: ignore[index]
    seen = session.probe("activations", samples=ROWS, columns=10).values
    for name, expected in (("mean", said.mean()), ("std", said.std()), ("min", said.min()), ("max", said.max())):
        assert seen[f"h/{name}"] == pytest.approx(expected, rel=1e-9, abs=1e-12)
    counts, edges = np.histogram(said, 10)
    np.testing.assert_array_equal(seen["h/histogram"], counts)
    np.testing.assert_allclose(seen["h/edges"], edges)
    assert seen["h/saturated"] == pytest.approx((said == 0).mean())
    assert seen["h/dead"] == (said == 0).all(0).sum() >= 1
    assert seen["y/dead"] == 0


def test_gradient_noise_from_one_sample_at_a_time() -> None:
    data = running_mean()
    session = session_of(tagger("lstm"), data)
    x, y = inputs(data)
    rows = []
    for b in range(4):
        w = leaves(session)
        (walk("lstm", [w] * 7, x[:, b : b + 1])[1] - y[:, b : b + 1]).square().mean().backward()
        rows.append(np.concatenate([w[n].grad.numpy().ravel() for n in sorted(w)]))
    g = np.stack(rows)
    seen = session.probe("noise", samples=ROWS).values
    spread = g.var(0, ddof=1).sum()
    np.testing.assert_allclose(seen["norm"], np.linalg.norm(g, axis=1), rtol=1e-9)
    np.testing.assert_allclose(seen["cosine"], g @ g.mean(0) / seen["norm"] / np.linalg.norm(g.mean(0)), rtol=1e-9)
    assert seen["variance"] == pytest.approx(spread, rel=1e-9)
    true = (g.mean(0) ** 2).sum() - spread / 4
    assert seen["batch_size"] == pytest.approx(spread / true if true > 0 else math.inf, rel=1e-9)


def test_wrong_questions_get_a_sentence() -> None:
    session = session_of(elman(), two_classes(), loss="cross_entropy")
    with pytest.raises(BadValue, match="choose one"):
        session.probe("factor")
    with pytest.raises(BadValue, match="“H” has no gates"):
        session.probe("gates", "h")
    with pytest.raises(BadValue, match="“Y” does not read its own past"):
        session.probe("horizon", "y")
    with pytest.raises(BadValue, match="“Y” has no time steps"):
        session.probe("weight_share", "y")


def test_handed_over_state_is_what_the_first_step_reads() -> None:
    layers = [
        layer("x", "input", units=3, sequence=True),
        layer("e", "lstm", units=4),
        layer("h", "lstm", units=4),
        layer("y", "output", units=1),
    ]
    net = network(layers, [("x", "e"), ("x", "h"), ("h", "y")])
    net = net.with_link(Link("e_h", "e", "h", role="initial"))
    look = look_at(session_of(net, running_mean()), "h")
    (local,) = locals_of(look, "h")
    outputs = look.seen.values.outputs
    np.testing.assert_allclose(local.before[0], outputs["e"].detach()[-1])  # type: ignore[index]
    np.testing.assert_allclose(local.cell_before[0], cells(look, "e")[-1])  # type: ignore[index]
    remade, _ = local.step(local.reads, local.before, local.cell_before)
    np.testing.assert_allclose(remade.detach(), outputs["h"].detach(), rtol=1e-9)
