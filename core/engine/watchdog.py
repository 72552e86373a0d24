"""Finds where NaN or infinity first appeared: which quantity, which layer, which time step.

Each batch is only asked whether its loss and the norm of its gradient are finite. Not before one of them is not, the
batch is run again and searched in the order of the computation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from core.engine.batches import Batch
from core.errors import Diverged
from core.network import Network

if TYPE_CHECKING:
    from core.engine.learner import Learner
    from core.engine.model import Model

_AFTER = "The weights from before this batch are kept. {advice}"
_ADVICE = "Try a lower learning rate or gradient clipping."
_ADVICE_DATA = "Remove or replace this value in the data."
_ADVICE_WEIGHTS = "Reset the weights."


@dataclass(frozen=True)
class Found:
    """A tensor that is not finite."""

    quantity: str
    """"data", "target", "weights", "activation", "loss", "gradient", "gradient of the weights" or "step"."""
    value: str
    """"NaN" or "Infinity"."""
    layer: str | None = None
    """Layer id."""
    step: int | None = None
    """Time step, 0-based."""


def named(tensor: Tensor) -> str:
    """What is wrong with a tensor that is not finite."""
    return "NaN" if bool(torch.isnan(tensor).any()) else "Infinity"


def broken(tensor: Tensor) -> bool:
    """Whether a tensor holds NaN or infinity."""
    return not bool(torch.isfinite(tensor).all())


def bad_steps(tensor: Tensor) -> list[int]:
    """The time steps of a (steps, batch, features) tensor that hold NaN or infinity; [] where none does."""
    finite = torch.isfinite(tensor).flatten(1).all(dim=1)
    return [int(step) for step in torch.nonzero(~finite).flatten()]


def in_data(batch: Batch) -> Iterator[Found]:
    """Inputs, then the target."""
    for layer, values in batch.inputs.items():
        yield from _in_value("data", layer, values)
    yield from _in_value("target", None, batch.target)


def in_tensors(quantity: str, tensors: Mapping[str, Tensor], layer_of: Mapping[str, str]) -> Iterator[Found]:
    """Parameters or their gradients, by parameter name."""
    for name, tensor in tensors.items():
        if broken(tensor):
            yield Found(quantity, named(tensor), layer_of[name])


def in_activations(outputs: Mapping[str, Tensor]) -> Iterator[Found]:
    """Values of layers, the earliest time step first; within a step in the order given (the order of computation)."""
    begins = min([n for n, values in enumerate(outputs.values()) if values.dim() == 3], default=0)
    found: list[tuple[float, Found]] = []
    for n, (layer, values) in enumerate(outputs.items()):
        static = -1 if n < begins else math.inf
        found += [(static if one.step is None else one.step, one) for one in _in_value("activation", layer, values)]
    yield from (one for _, one in sorted(found, key=lambda pair: pair[0]))


def in_gradients(totals: Mapping[str, Tensor]) -> Iterator[Found]:
    """dL/dh_t by layer in the order of computation, from the loss backward: the latest time step first."""
    found: list[tuple[float, Found]] = []
    ends = max([n for n, gradient in enumerate(totals.values()) if gradient.dim() == 3], default=-1)
    for n, (layer, gradient) in enumerate(totals.items()):
        if not broken(gradient):
            continue
        if gradient.dim() < 3:
            found.append((math.inf if n > ends else -1, Found("gradient", named(gradient), layer)))
        else:
            step = bad_steps(gradient)[-1]
            found.append((step, Found("gradient", named(gradient[step]), layer, step)))
    found.reverse()
    yield from (one for _, one in sorted(found, key=lambda pair: -pair[0]))


def _in_value(quantity: str, layer: str | None, values: Tensor) -> Iterator[Found]:
    if not broken(values):
        return
    if values.dim() < 3:
        yield Found(quantity, named(values), layer)
        return
    step = bad_steps(values)[0]
    yield Found(quantity, named(values[step]), layer, step)


def told(found: Found, network: Network, batch: int) -> tuple[str, dict[str, object]]:
    """What was found, as the template of a sentence and its values. Steps are counted from 1 there."""
    values: dict[str, object] = {
        "value": found.value,
        "quantity": found.quantity,
        "layer": network.layers[found.layer].name if found.layer else "",
        "layer_id": found.layer,
        "step": None if found.step is None else found.step + 1,
        "batch": batch,
    }
    where = "at time step {step} of batch {batch}" if found.step is not None else "in batch {batch}"
    what = {
        "data": "{value} in the data at “{layer}” ",
        "target": "{value} in the target ",
        "weights": "{value} in the weights of “{layer}” ",
        "activation": "{value} in the activation of “{layer}” ",
        "loss": "The loss is {value} ",
        "gradient": "{value} in the gradient of “{layer}” ",
        "gradient of the weights": "{value} in the gradient of the weights of “{layer}” ",
        "step": "{value} in the weights of “{layer}” after the step ",
    }[found.quantity]
    return what + where + ".", values


def diverged(found: Found, network: Network, batch: int) -> Diverged:
    """The error that says it in one sentence (and what to do in the next)."""
    template, values = told(found, network, batch)
    data = found.quantity in ("data", "target")
    advice = _ADVICE_DATA if data else _ADVICE_WEIGHTS if found.quantity == "weights" else _ADVICE
    return Diverged(template + " " + _AFTER.format(advice=advice), **values)


def locate(model: Model, learner: Learner, batch: Batch, random: Tensor | None) -> Found:
    """The first thing that is not finite in a batch, searched in the order of the computation.

    ``random`` is the state of the dropout generator at the beginning of the batch, which is run again.
    """
    for found in in_data(batch):
        return found
    for found in in_tensors("weights", learner.tensors, learner.layer_of):
        return found
    generator = None if random is None else torch.Generator(batch.target.device).set_state(random)
    seen = model.looked_at(learner.tensors, batch, training=True, generator=generator)
    for found in in_activations(seen.values.outputs):
        return found
    if broken(seen.loss):
        return Found("loss", named(seen.loss))
    for found in in_gradients(seen.totals()):
        return found
    for found in in_tensors("gradient of the weights", learner.gradients(), learner.layer_of):
        return found
    return Found("loss", "NaN")
