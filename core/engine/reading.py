"""How a network reads one input of the user's own: what it says after each step, and what its answer hangs on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from core.data.dataset import Dataset
from core.engine.capture import Capture
from core.engine.feeding import Feeding
from core.engine.generating import own_past
from core.engine.program import Program, Values
from core.errors import DataError
from core.questions import MOST_PREFIXES, Reading


def read(
    feeding: Feeding,
    parameters: Mapping[str, Tensor],
    dataset: Dataset,
    inputs: np.ndarray,
    unit: int | None,
    step: int,
) -> Reading:
    """``inputs`` is (steps, features) or (features,), the main input.

    Where another input reads what was answered before, it reads the network's own answers, and no gradient passes
    through them. Dropout is off, and the parameters are only copied from.
    """
    program, output, steps = feeding.program, feeding.output, dataset.target.steps
    main = next(iter(dataset.inputs))
    beside = feeding.inputs if dataset.feedback != main else ()
    _check(program, inputs, beside)
    fed = own_past(feeding, parameters, dataset, {main: inputs}) if beside else None
    some = next(iter(parameters.values()))
    whole = torch.tensor(np.asarray(inputs), dtype=some.dtype, device=some.device)
    copies = {name: tensor.detach().clone().requires_grad_() for name, tensor in parameters.items()}
    with torch.enable_grad():
        entering = whole.unsqueeze(-2).requires_grad_()
        capture = Capture(every_layer=True)
        given = {key: entering if key not in beside or fed is None else fed for key in _inputs(program)}
        values = program.run(copies, given, steps=steps, capture=capture)
        score = values.logits[output][..., 0, :]
        said = values.outputs[output].detach()[..., 0, :]
        at = step if score.dim() == 1 else step % len(score)
        picked = score if score.dim() == 1 else score[at]
        chosen = int(picked.detach().argmax()) if unit is None else unit
        torch.autograd.backward(picked[chosen])
    final = said.cpu().numpy().copy()
    lengths, course = _course(program, parameters, output, whole, steps, final)
    return Reading(
        np.array(inputs),
        final,
        lengths,
        course,
        chosen,
        at if final.ndim == 2 else 0,
        _gradient(program, values, capture, entering).reshape(np.shape(inputs)),
    )


def _check(program: Program, inputs: np.ndarray, beside: tuple[str, ...]) -> None:
    for layer in program.network.of_kind("input"):
        if layer.id in beside:
            continue
        wanted = (2 if layer.params["sequence"] else 1, int(layer.params["units"]))
        if (inputs.ndim, inputs.shape[-1]) != wanted or not inputs.size:
            raise DataError("What was asked about does not fit the input “{name}”.", name=layer.name)


def _inputs(program: Program) -> list[str]:
    return [layer.id for layer in program.network.of_kind("input")]


@torch.no_grad()
def _course(
    program: Program, parameters: Mapping[str, Tensor], output: str, whole: Tensor, steps: int | None, final: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """After how many steps what was said: every beginning of the input is a padded sequence of one batch."""
    if final.ndim == 2:
        return np.arange(1, len(final) + 1), final
    if whole.dim() == 1:
        return np.array([1]), final[None]
    long = len(whole)
    lengths = np.unique(np.linspace(1, long, min(long, MOST_PREFIXES)).round().astype(int))
    valid = torch.from_numpy(lengths).to(whole.device)
    there = torch.arange(long, device=whole.device)[:, None] < valid
    beginnings = whole[:, None] * there[..., None]
    values: Values = program.run(parameters, dict.fromkeys(_inputs(program), beginnings), steps=steps, lengths=valid)
    return lengths, values.outputs[output].cpu().numpy().copy()


def _gradient(program: Program, values: Values, capture: Capture, entering: Tensor) -> np.ndarray:
    """Codes have no gradient of their own: theirs is the length of the gradient at the vectors they are looked up as."""
    network = program.network
    grad = torch.zeros_like(entering) if entering.grad is None else entering.grad
    codes = [
        layer.id for layer in network.of_kind("embedding")
        if any(network.layers[link.source].kind == "input" for link in network.into(layer.id))
    ]  # fmt: skip
    if codes:
        squares = [capture.total(key).square().sum(-1, keepdim=True) for key in codes if key in values.outputs]
        return torch.stack(squares).sum(0).sqrt().expand(grad.shape).cpu().numpy().copy()
    return grad.cpu().numpy().copy()
