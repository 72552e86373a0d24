"""Small networks and data sets on which sessions are tested."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.catalogue.layers import LAYERS
from core.catalogue.registry import catalogue
from core.data.dataset import Dataset, Field
from core.network import Layer, Link, Network
from core.parameters import initial
from core.project import State
from core.training import default_training


def layer(key: str, kind: str, **values: Any) -> Layer:
    if isinstance(values.get("activation"), str):
        values["activation"] = catalogue("activations").choose(values["activation"])
    return Layer(key, key.capitalize(), kind, LAYERS[kind].complete(values))


def network(layers: list[Layer], links: list[tuple[str, str] | tuple[str, str, int]]) -> Network:
    made = Network()
    for one in layers:
        made = made.with_layer(one)
    for source, target, *delay in links:
        made = made.with_link(Link(f"{source}_{target}", source, target, *delay))
    return made


def elman(units: int = 5, dropout: float = 0.0, activation: str = "tanh") -> Network:
    """x -> dense h with a self-link (-> dropout) -> last step -> softmax y of 2 classes."""
    layers = [
        layer("x", "input", units=3, sequence=True),
        layer("h", "dense", units=units, activation=activation),
        layer("drop", "dropout", rate=dropout),
        layer("last", "last_step"),
        layer("y", "output", units=2, activation="softmax"),
    ]
    return network(layers, [("x", "h"), ("h", "h", 1), ("h", "drop"), ("drop", "last"), ("last", "y")])


def tagger(kind: str = "lstm", units: int = 4, **values: Any) -> Network:
    """x -> block h -> one number y per step."""
    layers = [
        layer("x", "input", units=3, sequence=True),
        layer("h", kind, units=units, **values),
        layer("y", "output", units=1),
    ]
    links: list[Any] = [("x", "h"), ("h", "y")]
    return network(layers, links + ([("h", "h", 1)] if kind == "dense" else []))


def two_classes(samples: int = 50, steps: int = 6, seed: int = 0) -> Dataset:
    """Whether the first feature sums to more than 0; one class per sequence."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(samples, steps, 3)).astype(np.float32)
    y = (x[:, :, 0].sum(1, keepdims=True) > 0).astype(np.float32)
    target = Field(y, classes=("no", "yes"), codes=True)
    return Dataset("toy", "Toy", "classification", {"x": Field(x)}, target, split(samples, seed))


def running_mean(samples: int = 40, steps: int = 7, seed: int = 0, padded: bool = False) -> Dataset:
    """The running mean of the first feature, at every step; ``padded`` gives every sample a length of its own."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(samples, steps, 3)).astype(np.float32)
    y = (np.cumsum(x[:, :, :1], 1) / np.arange(1, steps + 1)[:, None]).astype(np.float32)
    lengths = rng.integers(1, steps + 1, samples) if padded else None
    mask = None if lengths is None else np.arange(steps)[None, :] < lengths[:, None]
    parts = split(samples, seed)
    return Dataset("toy", "Toy", "regression", {"x": Field(x)}, Field(y), parts, mask=mask, lengths=lengths)


def split(samples: int, seed: int) -> Any:
    order = np.random.default_rng(seed + 1).permutation(samples)
    return {"train": order[: samples * 4 // 5], "validation": order[samples * 4 // 5 :]}


def state(net: Network, start: int = 1, **settings: Any) -> State:
    """A state ready to train."""
    return State(net, initial(net, start), default_training(**settings))
