"""What the state space shows: the states of many samples, and the eigenvalues of one step of one of them."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import torch

from core.engine.axes import find_axes, groups
from core.engine.batches import Batch
from core.engine.learner import Learner
from core.engine.model import Model
from core.engine.probes import Look
from core.engine.probes_memory import refuse_without_past, transition
from core.errors import BadValue
from core.states import Trajectories, Transition


@torch.no_grad()
def trajectories(model: Model, learner: Learner, batch: Batch, layer: str) -> Trajectories:
    """The states of all samples of a batch, without dropout; what is beyond the end of a sequence reads NaN."""
    began = perf_counter()
    network = model.network
    if layer not in network.layers:
        raise BadValue("The layer is no longer in the network: choose another one.")
    value = model.forward(learner.tensors, batch, truncate=0).values.outputs[layer]
    if value.dim() != 3:
        raise BadValue(
            "“{layer}” has one value per sample: choose a layer with time.", layer=network.layers[layer].name
        )
    states = value.transpose(0, 1).cpu().numpy().copy()
    lengths = find_axes(network, groups(network), batch.inputs, batch.steps, batch.lengths).lengths[layer]
    if lengths is not None:
        states[np.arange(states.shape[1])[None, :] >= lengths.cpu().numpy()[:, None]] = np.nan
    return Trajectories(layer, np.array(batch.samples), states, perf_counter() - began)


def step_of(look: Look, step: int) -> Transition:
    """The eigenvalues of dx_t / dx_{t-1} at t = ``step`` for the single sample of ``look``, x the state of the cycle."""
    if look.layer not in look.network.layers:
        raise BadValue("The layer is no longer in the network: choose another one.")
    refuse_without_past(look)
    last = look.axes.steps[look.layer] - 1
    at = max(0, min(step, last))
    jacobian = transition(look, at).companion()[0, 0]
    return Transition(look.layer, int(look.batch.samples[0]), at, eigenvalues(jacobian))


def eigenvalues(jacobian: torch.Tensor) -> np.ndarray:
    """(m,) complex; NaN where the matrix (m, m) is not finite."""
    if not bool(torch.isfinite(jacobian).all()):
        return np.full(len(jacobian), complex(np.nan, np.nan))
    return np.asarray(torch.linalg.eigvals(jacobian.double()).cpu().numpy())
