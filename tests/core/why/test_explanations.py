"""Explanations reproduce the numbers of random networks of every kind, as a 64-bit autograd computation has them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from torch import Tensor

from core.engine.axes import find_axes, groups
from core.engine.changes import Changes
from core.engine.reference import Interpreter, ReferenceRun, gradient_of
from core.engine.whatif import Altered
from core.formula import svg
from core.network import Network
from core.shapes import infer
from core.traces import LayerTrace, Trace
from core.whatif import Cut, Of, Put, Room, WhatIf
from core.why.explain import Explainer
from core.why.numbers import Explanation, Number, plain
from tests.core.engine.random_networks import random_case

CASES = 100
PER_CASE = 10


class Walked:
    """A random network with one sample walked through it by the plain interpreter, backward too."""

    whatif = WhatIf()

    def __init__(self, seed: int) -> None:
        case = random_case(seed)
        self.network: Network = case.network
        inputs = {key: value.detach()[..., :1, :].clone() for key, value in case.inputs.items()}
        lengths = None if case.lengths is None else case.lengths[:1]
        self.weights = {key: value.detach().clone().requires_grad_() for key, value in case.parameters.items()}
        self.axes = find_axes(self.network, groups(self.network), inputs, case.steps, lengths)
        self.walk = self._walker(inputs, seed)
        self.run: ReferenceRun = self.walk.run()
        for tensor in self.run.logits.values():
            if tensor.requires_grad:
                tensor.retain_grad()
        self.loss = self._loss(seed)
        self.loss.backward()

    def _walker(self, inputs: dict[str, Tensor], seed: int) -> Interpreter:
        return Interpreter(self.network, self.weights, inputs, self.axes, {})

    def _loss(self, seed: int) -> Tensor:
        """A random smooth function of the valid outputs, or of the sums before their activation."""
        (output,) = self.network.of_kind("output")
        found = self.run.logit(output.id) if seed % 3 == 0 else self.run.output(output.id)
        weights = torch.tensor(np.random.default_rng(seed).normal(size=tuple(found.shape)))
        valid = self.axes.lengths.get(output.id)
        if valid is not None:
            weights = weights * (torch.arange(len(found))[:, None] < valid)[..., None]
        return ((found + 0.3 * found**2) * weights).sum()

    def trace(self) -> Trace:
        steps = dict(self.axes.steps)
        valid = {k: n if self.axes.lengths[k] is None else int(self.axes.lengths[k][0]) for k, n in steps.items()}
        layers = {layer.id: self._layer(layer.id) for layer in self.network}
        return Trace(0, "train", "", 0, float(self.loss.detach()), layers, steps, valid, whatif=self.whatif)

    def _layer(self, key: str) -> LayerTrace:
        sequence = key in self.axes.steps
        steps = range(self.axes.steps[key]) if sequence else [None]
        total = one(self.run.gradient(key))
        reads = {}
        for link in self.network.into(key):
            reduced = not sequence and link.source in self.axes.steps
            at = range(self.axes.steps[link.source]) if reduced else steps
            rows = [self.walk.read(link, t)[0].detach().numpy() for t in at]
            reads[link.id] = np.array(rows) if sequence or reduced else rows[0]
        cells = [self.run.cells[key, t][0].detach().numpy() for t in steps if (key, t) in self.run.cells]
        return LayerTrace(
            value=one(self.run.output(key)), total=total, direct=total, through=total, reads=reads,
            cell=(np.array(cells) if sequence else cells[0]) if cells else None,
            initial=self.walk.initial(key)[0].detach().numpy() if sequence else None,
            initial_cell=self.walk.initial_cell(key)[0].detach().numpy() if sequence and cells else None,
            delta=self.delta(key) if self.network.layers[key].kind == "output" else None,
        )  # fmt: skip

    def delta(self, key: str) -> np.ndarray:
        sequence = key in self.axes.steps
        steps = range(self.axes.steps[key]) if sequence else [None]
        rows = [gradient_of(self.run.logits[key, t])[0].numpy().copy() for t in steps]
        if self.walk.is_identity(key):  # its sums are its values, and none passes those that are put
            for t, row in zip(steps, rows, strict=True):
                row[[unit for unit in range(len(row)) if self.whatif.puts(key, t, unit)]] = 0.0
        return np.array(rows) if sequence else rows[0]

    def explainer(self) -> Explainer:
        return Explainer(self.network, {k: v.detach().numpy() for k, v in self.weights.items()}, self.trace())


class Imagined(Walked):
    """The same with some changes on the way, and truncated."""

    def _walker(self, inputs: dict[str, Tensor], seed: int) -> Interpreter:
        rng, net = np.random.default_rng([seed, 3]), self.network
        shapes = infer(net)
        lengths = {key: int(found[0]) for key, found in self.axes.lengths.items() if found is not None}
        room = Room(net, self.axes.steps, lengths)
        held: dict[tuple[str, Of], tuple[Tensor, Tensor]] = {}
        for _ in range(12):
            key = str(rng.choice(list(net.layers)))
            step = int(rng.integers(self.axes.steps[key])) if key in self.axes.steps else None
            unit, value = int(rng.integers(shapes[key].features)), float(rng.normal())
            of: Of = "cell" if rng.random() < 0.4 else "value"
            arrow = str(rng.choice([*net.links, *net.layers]))
            one = Cut(arrow, step, bool(rng.random() < 0.3)) if rng.random() < 0.5 else Put(key, step, unit, value, of)
            if not room.fits(one) or len(self.whatif.interventions) > 4 or self._blinds(one):
                continue
            self.whatif = self.whatif.adding(one)
            if isinstance(one, Put):
                size = (*([] if step is None else [self.axes.steps[key]]), 1, shapes[key].features)
                where, numbers = held.setdefault(
                    (key, of), (torch.zeros(size, dtype=torch.bool), torch.zeros(size).double())
                )
                at = (..., unit) if step is None else (step, ..., unit)
                where[at], numbers[at] = True, value
        if rng.random() < 0.4:
            self.whatif = self.whatif.truncated(int(rng.integers(1, 4)))
        changes = Changes(self.whatif, net, self.axes, held)
        return Altered(net, self.weights, inputs, self.axes, {}, self.whatif.truncate, changes=changes)

    def _blinds(self, one: Cut | Put) -> bool:
        """Whether a cut would leave an attention layer nothing to look at, which is refused."""
        link = self.network.links.get(one.key) if isinstance(one, Cut) else None
        if link is None or link.role != "memory":
            return False
        cut = sum(isinstance(other, Cut) and other.key == link.id for other in self.whatif.interventions)
        lengths = self.axes.lengths.get(link.source)
        return cut + 1 >= (self.axes.steps.get(link.source, 1) if lengths is None else int(lengths[0]))


def one(values: Tensor) -> np.ndarray:
    return values.detach().select(-2, 0).numpy()


@cache
def walked(seed: int, imagined: bool = False) -> tuple[Walked, Explainer]:
    made = Imagined(seed) if imagined else Walked(seed)
    return made, made.explainer()


def pick(walk: Walked, rng: np.random.Generator) -> tuple[Number, float]:
    """A random number of the network and its true value."""
    key = str(rng.choice(list(walk.network.layers)))
    layer, sequence = walk.network.layers[key], key in walk.axes.steps
    value = walk.run.output(key)
    unit = int(rng.integers(value.shape[-1]))
    step = int(rng.integers(len(value))) if sequence else None
    wanted = ["value", "gradient"]
    if layer.kind in ("dense", "output"):
        wanted += ["sum", "delta"]
    if layer.kind == "lstm":
        wanted += ["cell", "cell_gradient"]
    if layer.kind == "attention":
        wanted += ["attention", "score", "score_gradient"]
    quantity = str(rng.choice(wanted))
    if quantity in ("attention", "score", "score_gradient"):
        scores, seen = walk.walk.scores[key, step][0], walk.walk.seen(walk.network.into(key, "memory")[0], 0)
        of = {"attention": torch.softmax(scores, 0), "score": scores, "score_gradient": gradient_of(scores)}[quantity]
        place = int(rng.integers(len(of)))
        return Number(quantity, key, seen[place], step), of[place].item()  # type: ignore[arg-type]
    number = Number(quantity, key, unit, step)  # type: ignore[arg-type]
    if quantity == "value":
        true = value
    elif quantity == "gradient":
        true = walk.run.gradient(key)
    elif quantity == "sum":
        true = walk.run.logit(key)
    elif quantity == "delta":
        return number, float(np.atleast_2d(walk.delta(key))[step or 0, unit])
    elif quantity == "cell":
        return number, walk.run.cells[key, step][0, unit].item()
    else:
        true = walk.run.cell_gradient(key)
    return number, float(one(true)[(step, unit) if sequence else unit])


@pytest.mark.parametrize("seed", range(CASES))
def test_random_numbers_are_reproduced(seed: int) -> None:
    walk, explainer = walked(seed)
    rng = np.random.default_rng(seed + 7)
    for _ in range(PER_CASE):
        number, true = pick(walk, rng)
        assert explainer.knows(number)
        found = explainer.explain(number)
        assert found.value == pytest.approx(true, rel=1e-8, abs=1e-10), number
        check_terms(walk, explainer, found)


@pytest.mark.parametrize("seed", range(CASES))
def test_random_numbers_of_a_what_if_are_reproduced(seed: int) -> None:
    walk, explainer = walked(seed, True)
    assert explainer.fits()
    rng = np.random.default_rng(seed + 17)
    for _ in range(PER_CASE):
        number, true = pick(walk, rng)
        if number.quantity == "sum" and walk.whatif.puts(number.layer, number.step, number.unit):
            continue  # what the interpreter keeps as the sum of an identity is the value that was put
        found = explainer.explain(number)
        assert found.value == pytest.approx(true, rel=1e-8, abs=1e-10), (number, walk.whatif)
        assert "<svg" in svg(found.numbers[0])


@pytest.mark.parametrize("seed", range(CASES))
def test_gradients_of_random_weights_in_a_what_if_are_reproduced(seed: int) -> None:
    walk, explainer = walked(seed, True)
    rng = np.random.default_rng(seed + 19)
    for name in rng.permutation(list(walk.weights))[:6]:
        tensor = walk.weights[name]
        at = tuple(int(rng.integers(size)) for size in tensor.shape)
        owner = name.rpartition(".")[0]
        layer = walk.network.links[owner].target if owner in walk.network.links else owner
        number = Number("weight_gradient", layer, at[0], None, name, at[1] if len(at) > 1 else None)
        found = explainer.explain(number)
        assert found.value == pytest.approx(gradient_of(tensor)[at].item(), rel=1e-8, abs=1e-10), (name, walk.whatif)


@pytest.mark.parametrize("seed", range(CASES))
def test_gradients_of_random_weights_are_reproduced(seed: int) -> None:
    walk, explainer = walked(seed)
    rng = np.random.default_rng(seed + 11)
    names = list(walk.weights)
    for name in rng.permutation(names)[:6]:
        tensor = walk.weights[name]
        at = tuple(int(rng.integers(size)) for size in tensor.shape)
        owner = name.rpartition(".")[0]
        layer = walk.network.links[owner].target if owner in walk.network.links else owner
        number = Number("weight", layer, at[0], None, name, at[1] if len(at) > 1 else None)
        assert explainer.explain(number).value == tensor[at].item()
        found = explainer.explain(Number("weight_gradient", layer, at[0], None, name, number.column))
        assert found.value == pytest.approx(gradient_of(tensor)[at].item(), rel=1e-8, abs=1e-10), name
        assert "<svg" in svg(found.numbers[0])


def check_terms(walk: Walked, explainer: Explainer, found: Explanation) -> None:
    """Where an explanation adds up terms, they do add up, and every term leads to the number that it names."""
    kind = walk.network.layers[found.number.layer].kind
    squashed = found.number.quantity == "attention" or (
        found.number.quantity == "value" and kind in ("dense", "output", "rnn", "multiply")
    )
    if found.terms and not squashed:
        assert sum(t.contribution for t in found.terms) == pytest.approx(found.value, rel=1e-7, abs=1e-10)
    for term in found.terms[:6]:
        if term.number is not None and term.number.quantity not in ("loss", "weight"):
            assert explainer.knows(term.number), (found.number, term.number)
            plainly = (
                r"\tanh" not in term.symbol
                and r"\frac{" not in term.symbol.replace(r"\frac{\partial", "")
                and "e^" not in term.symbol
            )
            if plainly:
                assert explainer.explain(term.number).value == pytest.approx(term.value, rel=1e-7, abs=1e-9), term
        if term.factor_number is not None and term.factor_number.quantity == "weight":
            row = explainer.sample.weights[term.factor_number.part][term.factor_number.unit]
            weight = row if term.factor_number.column is None else row[term.factor_number.column]
            assert r"r \," in term.factor_symbol or weight == term.factor


@pytest.mark.parametrize("seed", range(0, CASES, 5))
def test_formulas_can_be_drawn_and_said(seed: int) -> None:
    walk, explainer = walked(seed)
    rng = np.random.default_rng(seed)
    for _ in range(2):
        found = explainer.explain(pick(walk, rng)[0])
        assert found.symbols and len(found.symbols) == len(found.numbers)
        for line in (*found.symbols, *found.numbers):
            assert "<svg" in svg(line), line
            assert "\\" not in plain(line) and "{" not in plain(line)
        assert str(found.title)


@pytest.mark.parametrize("seed", range(0, CASES, 3))
def test_factors_of_a_chain_multiply_to_the_gradient(seed: int) -> None:
    """Along the strongest way: gain x length of what goes in = length of what comes out, link by link."""
    walk, explainer = walked(seed)
    for key in walk.network.layers:
        sequence = key in walk.axes.steps
        total = np.atleast_2d(one(walk.run.gradient(key)))
        found = explainer.explain(Number("gradient", key, 0, 0 if sequence else None))
        for factor in found.chain:
            if factor.slopes is not None and factor.weights is not None:
                assert factor.slopes * factor.weights == pytest.approx(factor.gain, rel=1e-9)
        if found.chain:
            last = found.chain[-1]
            assert (last.source.layer, last.source.step) == (key, 0 if sequence else None)
            into = np.linalg.norm(gradient_at(walk, last.target))
            assert into * last.gain == pytest.approx(last.share * np.linalg.norm(total[0]), rel=1e-8)


def gradient_at(walk: Walked, number: Number) -> np.ndarray:
    if number.step == -1:
        pytest.skip("the first state has no gradient of its own in the reference")
    total = np.atleast_2d(one(walk.run.gradient(number.layer)))[number.step or 0]
    if walk.network.layers[number.layer].kind == "output" and not total.any():
        return np.atleast_2d(walk.delta(number.layer))[number.step or 0]
    return total


def test_the_product_of_the_factors_of_a_single_way_is_the_gradient() -> None:
    """A tanh layer read at its last step alone: dL/dh_1 is the product of all factors, and the smallest one is named."""
    from core.engine.session import Session
    from tests.core.engine.session_toys import elman, state, two_classes

    data, begin = two_classes(), state(elman(), loss="cross_entropy", precision="float64")
    trace = Session(begin, data).trace(3, "train")
    explainer = Explainer(begin.network, begin.weights, trace, np.eye(2)[int(data.target.values[3, 0])])
    found = explainer.explain(Number("gradient", "h", 0, 0))
    assert [f.source.layer for f in found.chain] == ["last", "drop", *["h"] * 6]
    assert all(f.share == pytest.approx(1.0) for f in found.chain)
    start = np.linalg.norm(trace.layers["y"].delta)
    product = start * np.prod([f.gain for f in found.chain])
    assert product == pytest.approx(np.linalg.norm(trace.layers["h"].total[0]), rel=1e-9)
    h, w = trace.layers["h"], begin.weights["h_h.weight"].astype(float)
    for factor, t in zip(found.chain[3:], range(5, 0, -1), strict=True):
        sent = (h.total[t] * (1 - h.value[t] ** 2)) @ w
        assert factor.gain == pytest.approx(np.linalg.norm(sent) / np.linalg.norm(h.total[t]), rel=1e-9)
    assert found.weakest == int(np.argmin([f.gain for f in found.chain]))


def test_softmax_with_cross_entropy_says_output_minus_target() -> None:
    from core.engine.session import Session
    from tests.core.engine.session_toys import elman, state, two_classes

    data, begin = two_classes(), state(elman(), loss="cross_entropy", precision="float64")
    trace = Session(begin, data).trace(3, "train")
    target = np.eye(2)[int(data.target.values[3, 0])]
    found = Explainer(begin.network, begin.weights, trace, target).explain(Number("delta", "y", 1))
    p = trace.layers["y"].value
    assert found.value == pytest.approx(p[1] - target[1], rel=1e-9)
    assert str(found.note) == "Loss and activation together leave the output minus the target, times 1."
    assert [term.number for term in found.terms] == [Number("value", "y", 1), None]
    assert found.terms[0].value == p[1] and found.terms[1].value == target[1]


@pytest.mark.parametrize("seed", range(0, CASES, 4))
def test_a_trace_of_other_weights_is_known_as_such(seed: int) -> None:
    walk, explainer = walked(seed)
    assert explainer.fits()
    rng = np.random.default_rng(seed)
    others = {key: value.detach().numpy() + rng.normal(size=value.shape) for key, value in walk.weights.items()}
    learned = [k for k in others if not k.endswith((".initial", ".initial_cell", ".table", ".gain"))]
    if any(walk.network.layers[key].kind in ("dense", "lstm", "gru") for key in walk.network.layers) and learned:
        assert not Explainer(walk.network, others, walk.trace()).fits()
    smaller = walk.network.without([next(iter(walk.network.layers))])
    assert not Explainer(smaller, others, walk.trace()).fits()


@pytest.mark.parametrize("seed", range(20))
def test_weights_that_exploded_are_explained_without_a_warning(seed: int) -> None:
    walk, rng = Walked(seed), np.random.default_rng(seed)
    weights = {key: value.detach().numpy() * 1e200 for key, value in walk.weights.items()}
    explainer = Explainer(walk.network, weights, walk.trace())
    explainer.fits()
    for _ in range(PER_CASE):
        explainer.explain(pick(walk, rng)[0])
