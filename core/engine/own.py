"""An input of the user's own, followed through the network like a sample: one number of its answer stands in for the loss."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from core.data.dataset import Dataset
from core.engine.batches import Batch
from core.engine.feeding import Feeding
from core.engine.generating import own_past
from core.engine.model import Model
from core.engine.objective import Answers, Objective
from core.engine.probes import Look
from core.engine.trace import trace
from core.errors import BadValue, DataError
from core.traces import Aim, OwnInput, Trace


class Said(Objective):
    """In place of a loss: the sum of one unit of the output before its activation."""

    def __init__(self, aim: Aim) -> None:
        self.output, self._aim = aim.layer, aim

    def loss(self, answers: Answers, batch: Batch) -> Tensor:
        """That sum, of the single sample of a batch."""
        step = () if self._aim.step is None else (self._aim.step,)
        return answers.logits[(*step, 0, self._aim.unit)]


def own_trace(
    model: Model, feeding: Feeding, parameters: Mapping[str, Tensor], dataset: Dataset, own: OwnInput
) -> Trace:
    """Everything about one input; its gradients are those of an Aim. Dropout is off, no parameter changes.

    DataError where the input does not fit the network, BadValue where its output has no such unit or step.
    """
    entering = _entering(model, feeding, parameters, dataset, own)
    steps = dataset.target.steps if own.answers is None else len(own.answers)
    batch = Batch(np.array([-1]), entering, torch.zeros(0), None, None, steps)
    aim = _aim(model, parameters, batch, own)
    asked = copy(model)
    asked.objective = Said(aim)
    return replace(trace(Look(asked, parameters, batch), "", "", 0), aim=aim)


@torch.no_grad()
def _aim(model: Model, parameters: Mapping[str, Tensor], batch: Batch, own: OwnInput) -> Aim:
    output = model.objective.output
    found = model.program.run(parameters, batch.inputs, steps=batch.steps).logits[output][..., 0, :]
    steps = None if found.dim() == 1 else len(found)
    unit, step = own.unit, own.step % steps if steps and -steps <= own.step < steps else None
    if (steps is not None and step is None) or not 0 <= (unit or 0) < found.shape[-1]:
        raise BadValue("The output has no such unit or step.")
    picked = found if step is None else found[step]
    return Aim(output, int(picked.argmax()) if unit is None else unit, step)


def _entering(
    model: Model, feeding: Feeding, parameters: Mapping[str, Tensor], dataset: Dataset, own: OwnInput
) -> dict[str, Tensor]:
    """By id of the input layer: (steps, 1, features) or (1, features)."""
    some = next(iter(parameters.values()))
    read_back = {key for key in feeding.inputs if dataset.feedback not in own.inputs}
    found = {}
    for layer in model.network.of_kind("input"):
        if layer.id in read_back:
            continue
        values = np.asarray(own.inputs.get(str(layer.params["field"]), np.zeros(0)))
        wanted = (2 if layer.params["sequence"] else 1, int(layer.params["units"]))
        if (values.ndim, values.shape[-1]) != wanted or not values.size:
            raise DataError("What was asked about does not fit the input “{name}”.", name=layer.name)
        found[layer.id] = torch.tensor(values, dtype=some.dtype, device=some.device).unsqueeze(-2)
    if read_back:
        fed = (
            own_past(feeding, parameters, dataset, own.inputs)
            if own.answers is None
            else _read_before(feeding, dataset, own).to(some)
        )
        found.update(dict.fromkeys(read_back, fed))
    return found


def _read_before(feeding: Feeding, dataset: Dataset, own: OwnInput) -> Tensor:
    """(steps, 1, features) what a network reads while it gives these answers: the start, then each of them but the last."""
    assert own.answers is not None
    codes = torch.from_numpy(np.asarray(own.answers[:-1], np.int64))
    if dataset.start is not None:
        first = torch.from_numpy(np.asarray(dataset.start, np.float64))[None]
    elif own.first is not None:
        first = feeding.speaker.as_read(torch.tensor([own.first])).double()
    else:
        raise DataError("There is no symbol for the start: give the first one.")
    return torch.cat([first, feeding.speaker.as_read(codes).double()])[:, None]
