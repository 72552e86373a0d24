"""Networks drawn for the benchmarks, and the training step of one."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from core.catalogue.layers import LAYERS
from core.engine.capture import Capture
from core.engine.program import compile_network
from core.network import Layer, Link, Network
from core.parameters import initial


def layer(key: str, kind: str, **params: object) -> Layer:
    """A layer whose id is its name."""
    return Layer(key, key, kind, LAYERS.choose(kind, **params).values)


def network(layers: list[Layer], links: list[tuple[str, str, int]]) -> Network:
    """Layers joined by (source, target, delay)."""
    made = [Link(f"{a}-{b}-{k}", a, b, k) for a, b, k in links]
    return Network({item.id: item for item in layers}, {item.id: item for item in made})


def block(kind: str, features: int, units: int) -> Network:
    """An RNN, GRU or LSTM block on a sequence."""
    parts = [layer("x", "input", units=features, sequence=True), layer("h", kind, units=units)]
    return network(parts, [("x", "h", 0)])


def dense_loop(features: int, units: int) -> Network:
    """A dense tanh layer with a link to itself."""
    parts = [layer("x", "input", units=features, sequence=True), layer("h", "dense", units=units)]
    return network(parts, [("x", "h", 0), ("h", "h", 1)])


def tensors(drawn: Network) -> dict[str, Tensor]:
    """Its parameters at their initial values."""
    return {name: torch.tensor(value).requires_grad_() for name, value in initial(drawn, 0).items()}


def training_step(drawn: Network, x: Tensor, judged: str, captured: str = "no") -> Callable[[], object]:
    """One step on the mean square of a layer; captured "no", "yes", "norms" (of every step, worked out too) or "all"
    (those of dL/dc_t of an LSTM as well)."""
    program = compile_network(drawn)
    parameters = tensors(drawn)
    optimizer = torch.optim.SGD(parameters.values(), lr=1e-6)

    def step() -> object:
        optimizer.zero_grad(set_to_none=True)
        capture = None if captured == "no" else Capture()
        values = program.run(parameters, {"x": x}, training=True, capture=capture)
        values.outputs[judged].square().mean().backward()
        if capture is not None:
            found = [capture.total(key) for key in capture.recurrent]
            if captured in ("norms", "all"):
                found = capture.profiles(cells=captured == "all")
        optimizer.step()
        return found if capture is not None else None

    return step
