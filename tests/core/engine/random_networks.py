"""Random networks of every kind that the rules allow, with random data, weights and losses.

Every choice of a network is a choice of hypothesis where ``cases`` draws it, so that a failure shrinks to a small network;
``random_case`` makes the choices from a number, for tests that need the same case again. Weights, data and the weights of
the loss come from one generator: to shrink them would tell nobody anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from hypothesis import assume
from hypothesis import strategies as st
from torch import Tensor

from core.catalogue.layers import LAYERS
from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice
from core.engine.axes import find_axes, groups
from core.engine.plan import make_plan
from core.engine.program import Program, Values
from core.engine.reference import ReferenceRun
from core.errors import StudioError
from core.network import Layer, Link, Network
from core.parameters import parameters
from core.shapes import infer, input_features

KINDS = [
    *["dense"] * 6, "rnn", "lstm", "gru", "rnn", "lstm", "gru", "dropout", "dropout", "layer_norm", "concatenate", "add", "multiply",
    "last_step", "mean_time", "max_time", "repeat", "embedding", "embedding", "attention", "attention",
]  # fmt: skip
CHAINED = ("add", "multiply")


@dataclass
class Case:
    """A network and everything that one run of it takes."""

    network: Network
    parameters: dict[str, Tensor]
    inputs: dict[str, Tensor]
    steps: int
    lengths: Tensor | None
    truncate: int
    training: bool
    seed: int
    judged: dict[str, Tensor] = field(default_factory=dict)
    """Layers whose values the loss looks at, with random weights of their shape."""
    judged_logits: dict[str, Tensor] = field(default_factory=dict)

    def loss(self, found: Values | ReferenceRun) -> Tensor:
        """A random smooth function of the valid values."""
        total = torch.zeros((), dtype=torch.float64)
        for table, of in ((self.judged, _outputs(found)), (self.judged_logits, _logits(found))):
            for key, weights in table.items():
                value = of(key)
                total = total + ((value + 0.3 * value**2) * weights).sum()
        return total


def _outputs(found: Values | ReferenceRun):
    return found.output if isinstance(found, ReferenceRun) else found.outputs.__getitem__


def _logits(found: Values | ReferenceRun):
    return found.logit if isinstance(found, ReferenceRun) else found.logits.__getitem__


class Seeded:
    """Chooses by a number."""

    def __init__(self, seed: int) -> None:
        self.numbers = np.random.default_rng(seed)

    def chance(self, p: float) -> bool:
        return bool(self.numbers.random() < p)

    def whole(self, low: int, high: int) -> int:
        return int(self.numbers.integers(low, high + 1))


class Drawn:
    """Lets hypothesis choose. What it tries first when it shrinks a case: no, and the lowest number."""

    def __init__(self, draw: Callable[[st.SearchStrategy], Any]) -> None:
        self.draw = draw
        self.numbers = np.random.default_rng(self.whole(0, 2**32 - 1))

    def chance(self, p: float) -> bool:
        return 0 < self.whole(0, 100) <= 100 * p

    def whole(self, low: int, high: int) -> int:
        return self.draw(_whole(low, high))


@lru_cache(maxsize=1024)
def _whole(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


class Builder:
    """Draws one network."""

    def __init__(self, source: Seeded | Drawn) -> None:
        self.chance, self.whole = source.chance, source.whole
        self.layers: dict[str, Layer] = {}
        self.links: dict[str, Link] = {}

    def pick(self, items: Sequence[Any]) -> Any:
        return items[self.whole(0, len(items) - 1)]

    def add(self, kind: str, **params: object) -> str:
        key = f"n{len(self.layers)}"
        choice = LAYERS.choose(kind, **params)
        self.layers[key] = Layer(key, f"{kind} {key}", kind, choice.values, frozen=self.chance(0.08))
        return key

    def link(self, source: str, target: str, delay: int = 0, role: str = "data") -> None:
        key = f"k{len(self.links)}"
        self.links[key] = Link(key, source, target, delay, role, frozen=self.chance(0.05))

    def activation(self) -> Choice:
        common = ["tanh", "relu", "identity", "sigmoid", "tanh", "softmax", "prelu"]
        known = catalogue("activations")
        return known.choose(self.pick(common) if self.chance(0.7) else self.pick(list(known)))

    def params(self, kind: str) -> dict[str, object]:
        units = self.whole(1, 3)
        start = "learned" if self.chance(0.3) else "zeros"
        if kind in ("dense", "output"):
            return {
                "units": units, "activation": self.activation(), "bias": self.chance(0.8), "initial_state": start
            }  # fmt: skip
        if kind in ("rnn", "lstm", "gru"):
            given: dict[str, object] = {"units": units, "bidirectional": self.chance(0.25), "initial_state": start}
            if kind == "rnn":
                given["nonlinearity"] = self.pick(["tanh", "relu"])
            return given
        if kind == "embedding":
            return {"units": units, "vocabulary": 5}
        if kind == "dropout":
            return {"rate": self.pick([0.0, 0.3, 0.5, 0.5]), "same_every_step": self.chance(0.5)}
        if kind == "attention":
            return {"score": self.pick(["dot", "scaled", "general", "additive"]), "score_units": units}
        if kind == "repeat":
            return {"steps": self.pick([0, 0, 4])}
        return {}

    def build(self) -> Network:
        self.add("input", units=self.whole(1, 3), sequence=True)
        if self.chance(0.3):
            self.add("input", units=2, sequence=False)
        if self.chance(0.3):
            self.add("input", units=1, sequence=self.chance(0.7), field="codes")
        self.grow(self.pick(KINDS))
        while len(self.layers) < 9 and self.chance(0.75):
            self.grow(self.pick(KINDS))
        if self.chance(0.15):
            answers = self.decoder()
            self.grow("output", [answers] if self.chance(0.7) else None)
        else:
            self.grow("output")
        tries = 0
        while tries < 6 and self.chance(0.75):
            self.loop_back()
            tries += 1
        if self.chance(0.5):
            self.hand_over()
        self.cut()
        return Network(self.layers, self.links)

    def grow(self, kind: str, sources: list[str] | None = None) -> None:
        """Add a layer that reads ``sources``, or some of those before it."""
        values = [k for k in self.layers if self.layers[k].params.get("field") != "codes"]
        codes = [k for k in self.layers if k not in values]
        if kind == "embedding":
            if codes:
                self.link(self.pick(codes), self.add(kind, **self.params(kind)))
            return
        if kind == "attention":
            self.look_back(values)
            return
        features = {k: s.features for k, s in infer(Network(self.layers, self.links)).items()}
        if sources is None:
            sources = [self.pick(values[-3:]) if self.chance(0.7) else self.pick(values)]
            while self.chance(0.4):
                sources.append(self.pick(values))
        if kind in CHAINED:
            sources = [k for k in sources if features[k] == features[sources[0]]]
        key = self.add(kind, **self.params(kind))
        for source in sources:
            late = self.chance(0.12) and infer(Network(self.layers, self.links))[source].sequence
            self.link(source, key, self.whole(1, 8) if late else 0)

    def look_back(self, values: list[str]) -> None:
        """Add an attention layer; what it asks with runs on a time axis of its own where there is one."""
        shapes = infer(Network(self.layers, self.links))
        memory = self.pick([k for k in values if shapes[k].sequence] if self.chance(0.9) else values)
        others = [k for k in values if k not in self.together(memory)]
        key = self.add("attention", **self.params("attention"))
        if self.layers[key].params["score"] in ("dot", "scaled"):
            alike = [k for k in others or values if shapes[k].features == shapes[memory].features]
            sources = [self.pick(alike or [memory])]
        else:
            sources = [
                self.pick(others if others and self.chance(0.8) else values) for _ in range(1 + self.chance(0.3))
            ]
        for source in dict.fromkeys(sources):
            self.link(source, key, self.pick([0, 0, 0, 1, 2]) if shapes[source].sequence else 0)
        self.link(memory, key, 0, "memory")

    def together(self, key: str) -> list[str]:
        """The layers that run in step with one."""
        return next((group for group in groups(Network(self.layers, self.links)) if key in group), [key])

    def decoder(self) -> str:
        """Another time axis, on which an attention layer is part of a cycle: it reads, or is read by, a later step."""
        values = [k for k in self.layers if self.layers[k].params.get("field") != "codes"]
        reduced = self.add(self.pick(["last_step", "mean_time"]))
        self.link(self.pick(values), reduced)
        repeated = self.add("repeat", steps=self.pick([0, 4]))
        self.link(reduced, repeated)
        shapes = infer(Network(self.layers, self.links))
        memory = self.pick([k for k in values if shapes[k].sequence])
        score = self.pick(["dot", "scaled", "general", "additive"])
        kind = self.pick(["dense", "rnn", "lstm", "gru"])
        one_way = {} if kind == "dense" else {"bidirectional": False}
        state = self.add(kind, **{**self.params(kind), **one_way, "units": shapes[memory].features})
        looks = self.add("attention", score=score, score_units=2)
        self.link(repeated, state)
        self.link(memory, looks, 0, "memory")
        late = self.chance(0.5)
        self.link(state, looks, self.pick([1, 2]) if late else 0)
        if late or self.chance(0.8):
            self.link(looks, state, 0 if late else self.pick([1, 2, 3]))
        return looks

    def loop_back(self) -> None:
        """Add a link with a delay from a layer to itself or to an earlier one."""
        able = [k for k, v in self.layers.items() if v.kind not in ("input", "embedding", "repeat", "last_step", "mean_time", "max_time")]  # fmt: skip
        if not able:
            return
        source, target = sorted([self.pick(able), self.pick(able)], key=lambda k: -int(k[1:]))
        if self.chance(0.4):
            target = source
        before = dict(self.links)
        self.link(source, target, self.pick([1, 1, 1, 2, 3, 7]))
        if not acceptable(Network(self.layers, self.links)):
            self.links = before

    def hand_over(self) -> None:
        """Let a layer with a state start from the last state of another one."""
        shapes = infer(Network(self.layers, self.links))
        looped = {k.target for k in self.links.values() if k.delay} | {k.source for k in self.links.values() if k.delay}
        states = [
            k for k, v in self.layers.items() if v.kind in ("rnn", "lstm", "gru") or (v.kind == "dense" and k in looped)
        ]
        if not states:
            return
        target = self.pick(states)
        sources = [
            k for k in self.layers
            if k != target and shapes[k].features == shapes[target].features and self.layers[k].params.get("field") != "codes"
        ]  # fmt: skip
        if not sources:
            return
        before = dict(self.links)
        self.link(self.pick(sources), target, 0, "initial")
        if not acceptable(Network(self.layers, self.links)):
            self.links = before

    def cut(self) -> None:
        """Cut single connections of some links into dense layers."""
        shapes = infer(Network(self.layers, self.links))
        for key, link in self.links.items():
            if link.role == "data" and self.layers[link.target].kind in ("dense", "output") and self.chance(0.2):
                size = (shapes[link.target].features, shapes[link.source].features)
                mask = np.array([[self.chance(0.6) for _ in range(size[1])] for _ in range(size[0])])
                self.links[key] = replace(link, mask=mask)


def acceptable(network: Network) -> bool:
    """Whether every shape is known and the engine can schedule it."""
    shapes = infer(network)
    if len(shapes) != len(network.layers):
        return False
    for link in network.links.values():
        if link.delay and not shapes[link.source].sequence:
            return False
        alike = network.layers[link.target].kind in CHAINED or link.role == "initial"
        if alike and shapes[link.source].features != shapes[link.target].features:
            return False
    for layer in network.of_kind("attention"):
        alike = layer.params["score"] in ("dot", "scaled")
        if alike and input_features(network, layer.id, shapes) != shapes[layer.id].features:
            return False
    try:
        make_plan(network)
    except StudioError:
        return False
    return True


def random_case(seed: int, dtype: torch.dtype = torch.float64) -> Case:
    """A network with its data: the same seed gives the same case."""
    source = Seeded(seed)
    network = Builder(source).build()
    while not acceptable(network):
        network = Builder(source).build()
    return _with_data(network, source, seed, dtype)


@st.composite
def cases(draw: Callable[[st.SearchStrategy], Any]) -> Case:
    """Networks with their data."""
    source = Drawn(draw)
    network = Builder(source).build()
    assume(acceptable(network))
    return _with_data(network, source, source.whole(0, 2**32 - 1), torch.float64)


def _with_data(network: Network, source: Seeded | Drawn, seed: int, dtype: torch.dtype) -> Case:
    """Inputs, weights, lengths and a loss for a network; ``seed`` is that of its dropout masks."""
    rng = source.numbers
    batch, steps = source.whole(1, 3), source.whole(1, 7)
    inputs = {}
    for layer in network.of_kind("input"):
        fixed = steps_beside(network, layer.id)
        size = (fixed or steps, batch, layer.params["units"])
        if not layer.params["sequence"]:
            size = size[1:]
        value = rng.integers(0, 5, size) if layer.params["field"] == "codes" else rng.normal(size=size)
        inputs[layer.id] = torch.tensor(value, dtype=dtype)
        if layer.params["field"] != "codes":
            inputs[layer.id].requires_grad_()
    weights = {}
    for name, parameter in parameters(network).items():
        value = torch.tensor(rng.normal(scale=0.6, size=parameter.shape), dtype=dtype)
        weights[name] = value.requires_grad_(not parameter.frozen)
    lengths = torch.tensor([source.whole(1, steps) for _ in range(batch)]) if source.chance(0.35) else None
    truncate = source.whole(1, 4) if source.chance(0.25) else 0
    case = Case(network, weights, inputs, steps, lengths, truncate, source.chance(0.6), seed)
    _choose_loss(case, source)
    return case


def steps_beside(network: Network, key: str) -> int:
    """The steps of a repeat layer that runs in step with a layer; 0 where none says how many."""
    together = next((group for group in groups(network) if key in group), [])
    return max((network.layers[k].params["steps"] for k in together if network.layers[k].kind == "repeat"), default=0)


def _choose_loss(case: Case, source: Seeded | Drawn) -> None:
    axes = find_axes(case.network, groups(case.network), case.inputs, case.steps, case.lengths)
    batch = next(iter(case.inputs.values())).shape[-2]
    shapes = infer(case.network)
    for layer in case.network:
        if layer.kind != "output" and not source.chance(0.3):
            continue
        size: tuple[int, ...] = (batch, shapes[layer.id].features)
        if shapes[layer.id].sequence:
            size = (axes.steps[layer.id], *size)
        weights = torch.tensor(source.numbers.normal(size=size))
        valid = axes.lengths.get(layer.id)
        if valid is not None:
            weights = weights * (torch.arange(size[0])[:, None] < valid)[..., None]
        if layer.kind == "output" and source.chance(0.5):
            case.judged_logits[layer.id] = weights
        else:
            case.judged[layer.id] = weights


def run_program(case: Case, **more: object) -> Values:
    """The fast engine on a case."""
    program = Program(case.network, torch.float64, torch.device("cpu"))
    return program.run(
        case.parameters, case.inputs, steps=case.steps, training=case.training, lengths=case.lengths,
        truncate=case.truncate, generator=torch.Generator().manual_seed(case.seed), **more,
    )  # fmt: skip
