"""A trace agrees with plain autograd in float64: every value, gate, gradient, way and share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.data.dataset import Dataset, Field
from core.engine.reference import interpret
from core.engine.session import Session
from core.network import Network
from core.traces import Trace
from tests.core.engine.session_toys import elman, layer, network, running_mean, state, tagger, two_classes


def traced(net: Network, data: Any, sample: int = 3, **settings: Any) -> tuple[Trace, dict[str, Tensor], Tensor]:
    start = state(net, precision="float64", **settings)
    session = Session(start, data)
    weights = {k: torch.tensor(v, dtype=torch.float64).requires_grad_() for k, v in start.weights.items()}
    x = torch.tensor(data.inputs["x"].values[sample : sample + 1], dtype=torch.float64).transpose(0, 1)
    return session.trace(sample, "train"), weights, x


def close(one: Any, other: Tensor) -> None:
    np.testing.assert_allclose(np.asarray(one), other.detach().numpy(), rtol=1e-9, atol=1e-13)


def one_step_each(weights: dict[str, Tensor], steps: int) -> list[dict[str, Tensor]]:
    """Copies of all weights for every step, so that autograd tells what each step adds."""
    made = []
    for _ in range(steps):
        own = {name: value * 1 for name, value in weights.items()}
        for value in own.values():
            value.retain_grad()
        made.append(own)
    return made


def kept(value: Tensor) -> Tensor:
    """A tensor of its own, so that its gradient is what comes along this way alone."""
    value = value * 1
    value.retain_grad()
    return value


def grad(value: Tensor) -> Tensor:
    return torch.zeros_like(value) if value.grad is None else value.grad


def norms(values: list[Tensor]) -> Tensor:
    return torch.stack([grad(value).norm() for value in values])


@pytest.mark.parametrize("where", ["last", "every"])
def test_an_elman_network_by_hand(where: str) -> None:
    data = two_classes() if where == "last" else running_mean()
    net = elman() if where == "last" else tagger("dense")
    found, w, x = traced(net, data, loss="cross_entropy" if where == "last" else "mse")
    steps = len(x)
    per_step = one_step_each(w, steps)
    h = w["h.bias"].new_zeros(1, len(w["h.bias"])).requires_grad_()
    sums, states, past, up, outs = [], [], [], [], []
    for own in per_step:
        past.append(kept(h))
        sums.append(kept(x[len(sums)] @ own["x_h.weight"].T + past[-1] @ own["h_h.weight"].T + own["h.bias"]))
        h = torch.tanh(sums[-1])
        h.retain_grad()
        states.append(h)
        up.append(kept(h))
        if where == "every":
            outs.append(up[-1] @ own["h_y.weight"].T + own["y.bias"])
    if where == "last":
        logits = up[-1] @ w["last_y.weight"].T + w["y.bias"]
        loss = torch.nn.functional.cross_entropy(logits, torch.tensor(data.target.values[3]).long())
    else:
        target = torch.tensor(data.target.values[3], dtype=torch.float64)
        loss = (torch.cat(outs) - target).square().mean()
    loss.backward()
    mine = found.layers["h"]
    assert found.loss == pytest.approx(loss.item(), rel=1e-12)
    close(mine.value, torch.cat(states))
    close(mine.sums, torch.cat(sums))
    close(mine.total, torch.cat([grad(s) for s in states]))
    close(mine.direct, torch.cat([grad(s) for s in up]))
    close(mine.through, torch.cat([grad(s) for s in states]) - torch.cat([grad(s) for s in up]))
    close(mine.delta, torch.cat([grad(s) for s in sums]))
    close(mine.flows["h_h"], norms(past))
    for name in ("x_h.weight", "h_h.weight", "h.bias"):
        close(mine.shares[name], norms([own[name] for own in per_step]))
    close(mine.reads["h_h"], torch.cat(past))
    if where == "every":
        close(found.layers["y"].flows["h_y"], norms(up))


def lstm_by_hand(w: dict[str, Tensor], x: Tensor) -> dict[str, Any]:
    units = w["h.weight_hh"].shape[1]
    seen: dict[str, Any] = {k: [] for k in ("h", "c", "past", "up", "cell_past", "i", "f", "g", "o")}
    h, c = (torch.zeros(1, units, dtype=torch.float64, requires_grad=True) for _ in range(2))
    seen["own"] = one_step_each(w, len(x))
    for t, own in enumerate(seen["own"]):
        seen["past"].append(kept(h))
        seen["cell_past"].append(kept(c))
        gates = (x[t] @ own["h.weight_ih"].T + own["h.bias_ih"]
                 + seen["past"][-1] @ own["h.weight_hh"].T + own["h.bias_hh"])  # fmt: skip
        i, f, g, o = gates.chunk(4, -1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c = f * seen["cell_past"][-1] + i * g
        h = o * torch.tanh(c)
        h.retain_grad(), c.retain_grad()
        for key, value in zip("ifgoch", (i, f, g, o, c, h), strict=True):
            seen[key].append(value)
        seen["up"].append(kept(h))
    return seen


def test_an_lstm_by_hand() -> None:
    data = running_mean()
    found, w, x = traced(tagger("lstm"), data)
    seen = lstm_by_hand(w, x)
    answers = torch.cat(seen["up"]) @ w["h_y.weight"].T + w["y.bias"]
    (answers - torch.tensor(data.target.values[3], dtype=torch.float64)).square().mean().backward()
    mine = found.layers["h"]
    for key, name in (("i", "input"), ("f", "forget"), ("g", "candidate"), ("o", "output")):
        close(mine.gates[name], torch.cat(seen[key]))
    close(mine.value, torch.cat(seen["h"]))
    close(mine.cell, torch.cat(seen["c"]))
    close(mine.total, torch.cat([grad(h) for h in seen["h"]]))
    close(mine.direct, torch.cat([grad(h) for h in seen["up"]]))
    close(mine.cell_gradient, torch.cat([grad(c) for c in seen["c"]]))
    close(mine.flows["h"], norms(seen["past"]))
    close(mine.flows["h.cell"], norms(seen["cell_past"]))
    for name in ("h.weight_ih", "h.weight_hh", "h.bias_ih", "h.bias_hh"):
        close(mine.shares[name], norms([own[name] for own in seen["own"]]))


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize(
    ("kind", "values"),
    [("gru", {}), ("gru", {"bidirectional": True}), ("rnn", {"initial_state": "learned"}),
     ("lstm", {"bidirectional": True, "initial_state": "learned"})],
)  # fmt: skip
def test_blocks_agree_with_the_reference(kind: str, values: dict[str, Any], padded: bool) -> None:
    data = running_mean(padded=padded)
    net = tagger(kind, **values)
    found, w, x = traced(net, data)
    lengths = None if data.lengths is None else torch.tensor(data.lengths[3:4])
    run = interpret(net, w, {"x": x}, lengths=lengths)
    wrong = (run.output("y")[:, 0] - torch.tensor(data.target.values[3], dtype=torch.float64)).square()
    counted = torch.ones(len(x)) if data.mask is None else torch.tensor(data.mask[3]).double()
    ((wrong[:, 0] * counted).sum() / counted.sum()).backward()
    mine, valid = found.layers["h"], found.valid["h"]
    assert valid == (len(x) if lengths is None else int(lengths[0]))
    close(mine.value[:valid], run.output("h")[:valid, 0])
    close(mine.total[:valid], run.gradient("h")[:valid, 0])
    if kind == "lstm":
        close(mine.cell_gradient[:valid], run.cell_gradient("h")[:valid, 0])
    close(mine.flows["x_h"][:valid], run.gradient("x")[:valid, 0].norm(dim=-1))
    close(mine.direct + mine.through, torch.tensor(mine.total))


def jordan() -> Network:
    layers = [
        layer("x", "input", units=3, sequence=True), layer("h", "dense", units=4), layer("n", "layer_norm"),
        layer("s", "concatenate"), layer("y", "output", units=1),
    ]  # fmt: skip
    links = [("x", "h"), ("y", "h", 1), ("h", "h", 3), ("h", "n"), ("n", "s"), ("x", "s", 2), ("s", "y")]
    return network(layers, links)


def test_what_leaves_a_node_along_all_its_arrows_is_its_whole_gradient() -> None:
    """With a single unit the norms are magnitudes, so the reference's gradient must be met by the sum over the ways."""
    data = running_mean()
    net = jordan()
    found, w, x = traced(net, data)
    run = interpret(net, w, {"x": x})
    (run.output("y")[:, 0] - torch.tensor(data.target.values[3], dtype=torch.float64)).square().mean().backward()
    for key in net.layers:
        close(found.layers[key].total, run.gradient(key)[:, 0])
    # x is read by h in the same step and by s two steps later
    both = run.gradient("x")[:, 0]
    np.testing.assert_allclose(found.layers["s"].flows["n_s"], run.gradient("n")[:, 0].norm(dim=-1).detach(), rtol=1e-9)
    ahead = found.layers["s"].flows["x_s"][2:]
    now = found.layers["h"].flows["x_h"]
    whole = both.norm(dim=-1).numpy()
    assert (whole <= now + np.concatenate([ahead, [0, 0]]) + 1e-12).all()
    np.testing.assert_allclose(whole[-2:], now[-2:], rtol=1e-9)


def jacobians(activation: str, sums: list[Tensor]) -> list[Tensor]:
    """d value / d sum of every step."""
    function = (lambda a: torch.softmax(a, -1)) if activation == "softmax" else torch.tanh
    return [torch.autograd.functional.jacobian(function, a.detach()[0]) for a in sums]


@pytest.mark.parametrize(("loss", "activation"), [("cross_entropy", "softmax"), ("mse", "softmax"), ("mse", "tanh")])
def test_an_output_that_is_read_again_by_hand(loss: str, activation: str) -> None:
    """A Jordan network: the loss may be computed from the sums, the memory reads the value after the activation."""
    layers = [layer("x", "input", units=3, sequence=True), layer("h", "dense", units=4),
              layer("y", "output", units=2 if activation == "softmax" else 1, activation=activation)]  # fmt: skip
    net = network(layers, [("x", "h"), ("y", "h", 1), ("h", "y")])
    data = running_mean()
    if activation == "softmax":
        signs = (data.target.values > 0).astype(np.float32)
        target = Field(signs, classes=("no", "yes"), codes=True)
        data = Dataset("toy", "Toy", "classification", data.inputs, target, data.split)
    found, w, x = traced(net, data, loss=loss)
    per_step = one_step_each(w, len(x))
    y = torch.zeros(1, len(w["y.bias"]), dtype=torch.float64, requires_grad=True)
    hidden, past, sums, read = [], [], [], []
    for own, now in zip(per_step, x, strict=True):
        past.append(kept(y))
        hidden.append(kept(torch.tanh(now @ own["x_h.weight"].T + past[-1] @ own["y_h.weight"].T + own["h.bias"])))
        read.append(kept(hidden[-1]))
        sums.append(kept(read[-1] @ own["h_y.weight"].T + own["y.bias"]))
        y = torch.softmax(sums[-1], -1) if activation == "softmax" else torch.tanh(sums[-1])
        read[-1].y = y  # type: ignore[attr-defined]
    said = torch.cat([one.y for one in read])  # type: ignore[attr-defined]
    if loss == "cross_entropy":
        torch.nn.functional.cross_entropy(torch.cat(sums), torch.tensor(data.target.values[3, :, 0]).long()).backward()
    elif activation == "softmax":
        wanted = torch.nn.functional.one_hot(torch.tensor(data.target.values[3, :, 0]).long(), 2).double()
        (said - wanted).square().mean().backward()
    else:
        (said - torch.tensor(data.target.values[3], dtype=torch.float64)).square().mean().backward()
    close(found.layers["y"].delta, torch.cat([grad(s) for s in sums]))
    own = found.layers["y"].delta_direct
    assert own is not None
    through = [J.T @ g[0] for J, g in zip(jacobians(activation, sums), map(grad, past[1:]), strict=False)]
    close(found.layers["y"].delta[:-1] - own[:-1], torch.stack(through))
    close(own[-1:], grad(sums[-1]))
    close(found.layers["y"].flows["h_y"], norms(read))
    close(found.layers["h"].flows["y_h"], norms(past))
    close(found.layers["h"].total, torch.cat([grad(h) for h in hidden]))
    for name in ("h_y.weight", "y.bias"):
        close(found.layers["y"].shares[name], norms([own[name] for own in per_step]))


@pytest.mark.parametrize("kind", ["last_step", "mean_time", "max_time"])
def test_reductions_send_the_gradient_where_it_came_from(kind: str) -> None:
    layers = [
        layer("x", "input", units=3, sequence=True), layer("h", "rnn", units=4), layer("last", kind),
        layer("y", "output", units=2, activation="softmax"),
    ]  # fmt: skip
    net = network(layers, [("x", "h"), ("h", "last"), ("last", "y")])
    data = two_classes()
    found, w, x = traced(net, data, loss="cross_entropy")
    run = interpret(net, w, {"x": x})
    torch.nn.functional.cross_entropy(run.logit("y"), torch.tensor(data.target.values[3]).long()).backward()
    close(found.layers["h"].total, run.gradient("h")[:, 0])
    close(found.layers["last"].total, run.gradient("last")[0])
    close(found.layers["y"].flows["last_y"], run.gradient("last").norm(dim=-1)[0])
    close(found.layers["last"].flows["h_last"], torch.tensor(found.layers["h"].direct).norm(dim=-1))


def test_tracing_changes_nothing() -> None:
    def trained(look: bool) -> dict[str, np.ndarray]:
        session = Session(state(elman(dropout=0.3), loss="cross_entropy", epochs=1), two_classes())
        for _ in session.run():
            if look:
                session.trace(0, "train")
        return session.weights()

    one, other = trained(False), trained(True)
    assert all(np.array_equal(one[key], other[key]) for key in one)
