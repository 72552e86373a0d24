"""A what-if on the arrows of attention, on a cycle and off it, against loops written out by hand and plain float64 autograd."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.data.dataset import Dataset
from core.engine.session import Session
from core.errors import BadValue
from core.network import Link, Network
from core.traces import Trace
from core.whatif import Cut, Intervention, Put, Swap, WhatIf
from core.why.explain import Explainer
from core.why.numbers import Number
from tests.core.engine.session_toys import layer, network, running_mean, state
from tests.core.engine.test_trace import close, grad, kept, norms, one_step_each

DOUBLE = torch.float64
UNITS, OTHER = 4, 8
SAMPLE = 6
"""It has padding where there is any; the other sample is at least as long."""
SCORES = ("dot", "scaled", "general", "additive")
WAYS = ("off", "fed", "late")
"""off: nothing reads attention but the output. fed: the decoder reads what was found a step before. late: attention asks with
the state of the step before, and the decoder reads it at once."""


def drawn(score: str, way: str) -> Network:
    parts = [
        layer("x", "input", units=3, sequence=True),
        layer("e", "dense", units=UNITS, activation="tanh"),
        layer("d", "dense", units=UNITS, activation="tanh"),
        layer("a", "attention", score=score, score_units=5),
        layer("y", "output", units=1),
    ]
    links: list[Any] = [("x", "e"), ("e", "e", 1), ("x", "d"), ("d", "d", 1), ("d", "a", int(way == "late"))]
    links += {"off": [], "fed": [("a", "d", 1)], "late": [("a", "d")]}[way]
    made = network(parts, [*links, ("a", "y"), ("d", "y")])
    return made.with_link(Link("e~a", "e", "a", 0, "memory"))


def energy(score: str, p: dict[str, Tensor], q: Tensor, m: Tensor) -> Tensor:
    """e(q, m_s) of one query (1, units) and the whole memory (steps, units)."""
    if score == "additive":
        return torch.tanh(q @ p["a.query"].T + m @ p["a.memory"].T) @ p["a.energy"]
    asked = q @ p["a.score"] if score == "general" else q
    return (asked * m).sum(-1) / (UNITS**0.5 if score == "scaled" else 1.0)


@dataclass
class Walk:
    """What a loop over time computed, and the copies whose gradients are those of single arrows."""

    values: dict[str, list[Tensor]] = field(default_factory=lambda: {k: [] for k in "xeday"})
    sums: dict[str, list[Tensor]] = field(default_factory=lambda: {k: [] for k in "edy"})
    carried: dict[str, list[Tensor]] = field(default_factory=dict)
    weights: list[Tensor] = field(default_factory=list)
    loss: Tensor | None = None


def by_hand(
    score: str, way: str, own: list[dict[str, Tensor]], data: Dataset, sample: int, whatif: WhatIf,
    plain: dict[str, np.ndarray], other: dict[str, np.ndarray], closed: str = "",
) -> Walk:  # fmt: skip
    """One loop over time. ``own`` are weights of each step, ``closed`` the layers whose past passes no gradient."""
    x = torch.tensor(data.inputs["x"].values[sample], dtype=DOUBLE)
    length = len(x) if data.lengths is None else int(data.lengths[sample])
    walk, blank = Walk(), torch.zeros(1, UNITS, dtype=DOUBLE)
    carried = walk.carried

    def put(key: str, t: int, value: Tensor) -> Tensor:
        for one in whatif.at(key, t):
            if isinstance(one, Swap):
                value = torch.tensor(other[key][t : t + 1], dtype=DOUBLE)
                continue
            unit = slice(None) if one.unit is None else one.unit
            value = value.clone()
            value[0, unit] = torch.tensor(plain[key][t], dtype=DOUBLE)[unit] if one.value is None else one.value
        value = value if value.requires_grad else value.clone().requires_grad_()
        value.retain_grad()
        walk.values[key].append(value)
        return value

    def read(key: str, t: int, value: Tensor) -> Tensor:
        source, target = key.split("_")
        late = t > 0 and key in delayed
        value = value if value.requires_grad else value.clone().requires_grad_()
        carried.setdefault(key, []).append(kept(value))
        found = carried[key][-1] * (0.0 if whatif.severed(key, t) else 1.0)
        cut = whatif.truncate and t // whatif.truncate != (t - 1) // whatif.truncate
        return found.detach() if late and (cut or (source in closed and target in closed)) else found

    delayed = {"e_e", "d_d"} | {"off": set(), "fed": {"a_d"}, "late": {"d_a"}}[way]

    def dense(key: str, t: int, **reads: Tensor) -> Tensor:
        total = own[t][f"{key}.bias"]
        for source, value in reads.items():
            total = total + read(f"{source}_{key}", t, value) @ own[t][f"{source}_{key}.weight"].T
        walk.sums[key].append(kept(total))
        return walk.sums[key][-1]

    now = [put("x", t, x[t : t + 1].clone().requires_grad_()) for t in range(len(x))]
    h = blank
    for t in range(len(x)):
        h = put("e", t, torch.tanh(dense("e", t, x=now[t], e=h)))
    carried["e~a"] = [kept(value) for value in walk.values["e"]]
    seen = [s for s in range(length) if not whatif.severed("e~a", s)]
    memory = torch.cat([carried["e~a"][s] for s in seen])

    def look(t: int, query: Tensor) -> Tensor:
        weights = torch.softmax(energy(score, own[t], read("d_a", t, query), memory), -1)
        row = torch.zeros(len(x), dtype=DOUBLE)
        row[seen] = weights.detach()
        walk.weights.append(row)
        return put("a", t, weights[None] @ memory)

    d = a = blank
    for t in range(len(x)):
        if way == "late":
            a = look(t, d)
        d = put("d", t, torch.tanh(dense("d", t, x=now[t], d=d, **({} if way == "off" else {"a": a}))))
        if way != "late":
            a = look(t, d)
        put("y", t, dense("y", t, a=a, d=d))
    target = torch.tensor(data.target.values[sample, :length], dtype=DOUBLE)
    walk.loss = (torch.cat(walk.values["y"])[:length] - target).square().mean()
    walk.loss.backward()
    return walk


def session(score: str, way: str, padded: bool = False) -> tuple[Session, Any, Dataset]:
    data = running_mean(padded=padded)
    start = state(drawn(score, way), start=6, precision="float64", loss="mse")
    return Session(start, data), start, data


def fresh(weights: dict[str, np.ndarray], steps: int) -> tuple[dict[str, Tensor], list[dict[str, Tensor]]]:
    made = {k: torch.tensor(np.asarray(v, float)).requires_grad_() for k, v in weights.items()}
    return made, one_step_each(made, steps)


def agree(score: str, way: str, whatif: WhatIf, padded: bool = False) -> Trace:
    """Everything that a what-if tells is what the loops say."""
    made, start, data = session(score, way, padded)
    plain, there = made.trace(SAMPLE, "train"), made.trace(OTHER, "train")
    found = made.what_if(SAMPLE, "train", whatif)
    before, other = ({k: v.value for k, v in one.layers.items()} for one in (plain, there))
    steps = int(data.inputs["x"].steps)
    n = steps if data.lengths is None else int(data.lengths[SAMPLE])
    w, own = fresh(start.weights, steps)
    walk = by_hand(score, way, own, data, SAMPLE, whatif, before, other)
    closed_part = {"off": ("e", "d"), "fed": ("e", "da"), "late": ("e", "da")}[way]
    direct = {}
    for part in closed_part:
        one = by_hand(score, way, fresh(start.weights, steps)[1], data, SAMPLE, whatif, before, other, closed=part)
        direct |= dict.fromkeys(part, one)
    assert found.trace.loss == pytest.approx(walk.loss.item(), rel=1e-12)
    for key in "xeday":
        mine = found.trace.layers[key]
        close(mine.value[:n], torch.cat(walk.values[key][:n]))
        total = torch.cat([grad(one) for one in walk.values[key]])[:n]
        close(mine.total[:n], total)
        if key in direct:
            close(mine.direct[:n], torch.cat([grad(one) for one in direct[key].values[key]])[:n])
            close(mine.through[:n], total - torch.tensor(mine.direct[:n]))
        if key in "ed":
            close(mine.sums[:n], torch.cat(walk.sums[key])[:n])
            close(mine.delta[:n], torch.cat([grad(one) for one in walk.sums[key]])[:n])
    close(found.trace.layers["a"].attention[:n], torch.stack(walk.weights)[:n])
    for key, copies in walk.carried.items():
        target = "a" if key == "e~a" else key.split("_")[1]
        close(found.trace.layers[target].flows[key][:n], norms(copies)[:n])
    for name in w:
        owner = "a" if name.startswith("a.") else name.split(".")[0].split("_")[-1]
        close(found.trace.layers[owner].shares[name][:n], norms([each[name] for each in own])[:n])
    fully, plain_own = fresh(start.weights, steps)
    by_hand(score, way, plain_own, data, SAMPLE, WhatIf(), before, other)
    one, full = (torch.cat([grad(of[name]).flatten() for name in sorted(w)]) for of in (w, fully))
    assert found.alike[""].cosine == pytest.approx(float(one @ full / one.norm() / full.norm()), rel=1e-9)
    assert found.alike[""].ratio == pytest.approx(float(one.norm() / full.norm()), rel=1e-9)
    explained(found.trace, start, walk, n)
    return found.trace


def explained(trace: Trace, start: Any, walk: Walk, n: int) -> None:
    """Why says the same of every value, gradient and weight of attention."""
    explainer = Explainer(start.network, start.weights, trace)
    assert explainer.fits()
    for t in range(0, n, 2):
        for key in "eda":
            for quantity, true in (("value", walk.values[key][t]), ("gradient", grad(walk.values[key][t]))):
                said = explainer.explain(Number(quantity, key, 1, t))  # type: ignore[arg-type]
                assert said.value == pytest.approx(true[0, 1].item(), rel=1e-8, abs=1e-12), (quantity, key, t)
        for s in range(n):
            said = explainer.explain(Number("attention", "a", s, t))
            assert said.value == pytest.approx(walk.weights[t][s].item(), rel=1e-8, abs=1e-14), (s, t)


CHANGES: dict[str, tuple[Intervention, ...]] = {
    "nothing": (Put("x", 0, 0, 0.25),),
    "into: its query": (Cut("d_a", 3),),
    "into: its memory": (Cut("e~a", 2), Cut("e~a", 4)),
    "out of it": (Cut("a_y", 5), Cut("a_y", 1)),
    "a unit is set": (Put("a", 2, 1, 0.7), Put("a", 5, 3, 0.0)),
    "all units are clamped while what it reads changes": (Put("a", 3, None), Put("e", 1, None, 0.4)),
    "its state is another sample's": (Swap("a", 2, OTHER), Swap("a", 4, OTHER)),
    "what asks is another sample's": (Swap("d", 2, OTHER), Put("d", 4, 2, -0.5)),
    "what it looks through is changed": (Swap("e", 3, OTHER), Cut("e_e", 5), Put("e", 0, 1, None)),
    "everything at once": (
        Cut("d_a", 1),
        Cut("e~a", 3),
        Put("a", 4, 0, 0.3),
        Cut("a_y", 2),
        Swap("e", 5, OTHER),
        Cut("d_d", 6),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("score", SCORES)
def test_changes_on_its_arrows(score: str, way: str, what: str) -> None:
    agree(score, way, WhatIf(CHANGES[what]))


@pytest.mark.parametrize("way", ["fed", "late"])
@pytest.mark.parametrize("score", SCORES)
def test_what_is_fed_back_from_it_is_cut_at_one_step_alone(score: str, way: str) -> None:
    agree(score, way, WhatIf((Cut("a_d", 3), Cut("a_d", 0), Put("a", 4, 2, 1.5))))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("score", SCORES)
def test_truncated_through_its_cycle(score: str, way: str) -> None:
    agree(score, way, WhatIf((), 3))
    agree(score, way, WhatIf((Cut("e~a", 1), Put("a", 2, 1, 0.7), Cut("d_a", 5)), 2))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("score", ["general", "additive"])
def test_on_a_padded_sample(score: str, way: str) -> None:
    lengths = running_mean(padded=True).lengths
    assert 3 < int(lengths[SAMPLE]) < 7
    agree(score, way, WhatIf((Cut("e~a", 1), Put("a", 2, 1, 0.7), Cut("d_a", 0))), padded=True)


def test_nothing_left_to_look_at_is_refused_with_a_sentence() -> None:
    made, _, data = session("dot", "fed")
    with pytest.raises(BadValue, match="nothing left to look at"):
        made.what_if(SAMPLE, "train", WhatIf(tuple(Cut("e~a", s) for s in range(int(data.inputs["x"].steps)))))
