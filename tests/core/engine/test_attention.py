"""Attention against scaled_dot_product_attention, formulas written out for autograd, and numerical differences."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from core.engine.capture import Capture
from core.engine.program import Program, compile_network
from core.errors import NotTrainable
from core.network import Link, Network
from tests.core.engine.drawing import layer, network, random_parameters

DOUBLE = torch.float64
SCORES = ("dot", "scaled", "general", "additive")


def normal(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=DOUBLE)


def with_memory(drawn: Network, source: str, target: str) -> Network:
    return drawn.with_link(Link(f"{source}~{target}", source, target, 0, "memory"))


def program(drawn: Network) -> Program:
    return compile_network(drawn, dtype=DOUBLE)


def plain(score: str, width: int = 4, sequence: bool = True) -> Network:
    """A sequence m is looked through by another input q, on a time axis of its own."""
    parts = [
        layer("m", "input", units=3, sequence=True),
        layer("q", "input", units=width if score in ("general", "additive") else 3, sequence=sequence),
        layer("a", "attention", score=score, score_units=5),
    ]
    return with_memory(network(parts, [("q", "a", 0)]), "m", "a")


def fed(score: str, late: bool = False) -> Network:
    """Encoder and decoder; the context of a step is fed into the next one (Luong), or asked with the last state."""
    parts = [
        layer("x", "input", units=2, sequence=True),
        layer("encoder", "rnn", units=3),
        layer("s", "input", units=2, sequence=True),
        layer("decoder", "gru", units=3),
        layer("a", "attention", score=score, score_units=4),
        layer("y", "output", units=2),
    ]
    asks, feeds = (1, 0) if late else (0, 1)
    links = [("x", "encoder", 0), ("s", "decoder", 0), ("decoder", "a", asks), ("a", "decoder", feeds)]
    drawn = network(parts, [*links, ("a", "y", 0), ("decoder", "y", 0)], [("encoder", "decoder")])
    return with_memory(drawn, "encoder", "a")


def energies(score: str, p: dict[str, Tensor], q: Tensor, m: Tensor) -> Tensor:
    """(batch, memory steps) of one query (batch, features) and a memory (memory steps, batch, features)."""
    if score == "additive":
        return (torch.tanh(q @ p["a.query"].T + m @ p["a.memory"].T) @ p["a.energy"]).T
    asked = q @ p["a.score"] if score == "general" else q
    return (asked * m).sum(-1).T / (m.shape[-1] ** 0.5 if score == "scaled" else 1.0)


def context(score: str, p: dict[str, Tensor], q: Tensor, m: Tensor, lengths: Tensor | None = None) -> Tensor:
    found = energies(score, p, q, m)
    if lengths is not None:
        found = found.masked_fill(torch.arange(len(m)) >= lengths[:, None], -torch.inf)
    return (torch.softmax(found, -1).T[..., None] * m).sum(0)


def same(found: Tensor, wanted: Tensor) -> None:
    assert found.shape == wanted.shape
    assert torch.allclose(found, wanted, atol=1e-12, rtol=1e-10)


@pytest.mark.parametrize("padded", [False, True])
def test_the_scaled_dot_is_that_of_torch(padded: bool) -> None:
    lengths = torch.tensor([2, 5, 1]) if padded else None
    m, q = normal(5, 3, 3).requires_grad_(), normal(4, 3, 3).requires_grad_()
    drawn = plain("scaled")
    values = program(drawn).run({}, {"m": m, "q": q}, lengths=lengths)
    there = None if lengths is None else (torch.arange(5) < lengths[:, None])[:, None]
    wanted = scaled_dot_product_attention(*(v.transpose(0, 1) for v in (q, m, m)), attn_mask=there).transpose(0, 1)
    same(values.outputs["a"].detach(), wanted.detach())
    same(values.attention["a"].sum(-1), torch.ones(4, 3, dtype=DOUBLE))
    weights = normal(4, 3, 3)
    found = torch.autograd.grad((values.outputs["a"] * weights).sum(), (m, q))
    for mine, theirs in zip(found, torch.autograd.grad((wanted * weights).sum(), (m, q)), strict=True):
        same(mine, theirs)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("sequence", [True, False])
def test_every_score_is_its_formula(score: str, sequence: bool) -> None:
    drawn = plain(score, sequence=sequence)
    p = random_parameters(drawn)
    m, width = normal(5, 3, 3).requires_grad_(), drawn.layers["q"].params["units"]
    q = (normal(4, 3, width) if sequence else normal(3, width)).requires_grad_()
    found = program(drawn).run(p, {"m": m, "q": q}).outputs["a"]
    wanted = torch.stack([context(score, p, one, m) for one in q]) if sequence else context(score, p, q, m)
    same(found.detach(), wanted.detach())
    leaves = [m, q, *p.values()]
    mine = torch.autograd.grad(found.square().sum(), leaves)
    for one, other in zip(mine, torch.autograd.grad(wanted.square().sum(), leaves), strict=True):
        same(one, other)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("late", [False, True], ids=["input feeding", "asks with the last state"])
def test_on_a_cycle_it_equals_a_loop_written_out(score: str, late: bool) -> None:
    drawn = fed(score, late)
    p, lengths = random_parameters(drawn), torch.tensor([4, 2])
    x, s = normal(4, 2, 2).requires_grad_(), normal(5, 2, 2).requires_grad_()
    capture = Capture()
    values = program(drawn).run(p, {"x": x, "s": s}, lengths=lengths, capture=capture)
    assert program(drawn).plan.part_of("a").kernel == "scan"

    # the input s is padded as x is, which says nothing here: its padded steps are computed all the same
    memory, h = [], torch.zeros(2, 3, dtype=DOUBLE)
    for t in range(4):
        h = torch.tanh(
            x[t] @ p["encoder.weight_ih"].T + p["encoder.bias_ih"] + h @ p["encoder.weight_hh"].T + p["encoder.bias_hh"]
        )
        memory.append(h)
    m = torch.stack(memory)
    state, c, states, answers = m[lengths - 1, torch.arange(2)], torch.zeros(2, 3, dtype=DOUBLE), [], []
    for t in range(5):
        if late:
            # before the first step the decoder stands at the state that was handed over
            c = context(score, p, state, m, lengths)
        xr, xz, xn = (torch.cat([s[t], c], -1) @ p["decoder.weight_ih"].T + p["decoder.bias_ih"]).chunk(3, -1)
        hr, hz, hn = (state @ p["decoder.weight_hh"].T + p["decoder.bias_hh"]).chunk(3, -1)
        r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
        state = (1 - z) * torch.tanh(xn + r * hn) + z * state
        state.retain_grad()
        states.append(state)
        if not late:
            c = context(score, p, state, m, lengths)
        answers.append(c @ p["a>y@0.weight"].T + state @ p["decoder>y@0.weight"].T + p["y.bias"])
    wanted = torch.stack(answers)
    same(values.outputs["y"].detach(), wanted.detach())
    values.outputs["y"].square().sum().backward()
    mine = [leaf.grad.clone() for leaf in (x, s, *p.values())]
    for leaf in (x, s, *p.values()):
        leaf.grad = None
    wanted.square().sum().backward()
    for one, leaf in zip(mine, (x, s, *p.values()), strict=True):
        same(one, leaf.grad)
    same(capture.total("decoder"), torch.stack([one.grad for one in states]))


@pytest.mark.parametrize("score", SCORES)
def test_the_backward_pass_of_the_scan_agrees_with_differences(score: str) -> None:
    drawn = fed(score)
    p = random_parameters(drawn)
    names = list(p)

    def answer(x: Tensor, s: Tensor, *tensors: Tensor) -> Tensor:
        return program(drawn).run(dict(zip(names, tensors, strict=True)), {"x": x, "s": s}).outputs["y"]

    x, s = normal(3, 2, 2).requires_grad_(), normal(2, 2, 2).requires_grad_()
    assert torch.autograd.gradcheck(answer, (x, s, *p.values()), fast_mode=True)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize("cycle", [False, True])
def test_padding_of_the_memory_leaks_into_nothing(score: str, cycle: bool) -> None:
    """Not even where it holds infinity, which no product with 0 could silence."""
    parts = [
        layer("m", "input", units=3, sequence=True),
        layer("first", "last_step"),
        layer("say", "repeat", steps=4),
        layer("d", "dense", units=3),
        layer("a", "attention", score=score),
    ]
    links = [("m", "first", 0), ("first", "say", 0), ("say", "d", 0), ("d", "a", 0), *([("a", "d", 2)] * cycle)]
    drawn = with_memory(network(parts, links), "m", "a")
    lengths = torch.tensor([5, 1, 3])
    padding = (torch.arange(5)[:, None] >= lengths)[..., None]
    results = []
    for filling in (0.0, 1e300, float("inf")):
        m = torch.where(padding, torch.tensor(filling, dtype=DOUBLE), normal(5, 3, 3)).requires_grad_()
        p = random_parameters(drawn)
        capture = Capture(every_layer=True)
        values = program(drawn).run(p, {"m": m}, lengths=lengths, capture=capture)
        values.outputs["a"].square().sum().backward()
        weights = values.attention["a"]
        assert bool((weights * padding[:, :, 0].T == 0).all()) and torch.isfinite(values.outputs["a"]).all()
        assert bool((m.grad[padding.expand(-1, -1, 3)] == 0).all())
        results.append([values.outputs["a"].detach(), weights, m.grad, *(v.grad for v in p.values())])
    for other in results[1:]:
        for zeros, huge in zip(results[0], other, strict=True):
            assert torch.equal(zeros, huge)


def test_a_memory_that_depends_on_the_attention_is_refused() -> None:
    drawn = network([layer("x", "input", sequence=True), layer("a", "attention"), layer("d", "dense")], [("x", "a", 0), ("a", "d", 0)])  # fmt: skip
    with pytest.raises(NotTrainable, match="“a” looks through “d”, which depends on it"):
        program(with_memory(drawn, "d", "a"))


def test_observing_weights_changes_no_gradient() -> None:
    drawn = fed("general")
    p, x, s = random_parameters(drawn), normal(4, 2, 2), normal(5, 2, 2)
    frozen = {name: replace_grad(v) for name, v in p.items()}
    program(drawn).run(p, {"x": x, "s": s}).outputs["y"].square().sum().backward()
    values = program(drawn).run(frozen, {"x": x, "s": s}, capture=Capture(every_layer=True))
    assert not values.attention["a"].requires_grad
    values.outputs["y"].square().sum().backward()
    for name, tensor in p.items():
        assert torch.equal(tensor.grad, frozen[name].grad)


def replace_grad(value: Tensor) -> Tensor:
    return value.detach().clone().requires_grad_()
