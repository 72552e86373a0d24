"""Fixed points of a recurrent layer whose input stands still: states from which one step leads back to them.

Sussillo, Barak: Opening the black box, low-dimensional dynamics in high-dimensional recurrent neural networks, 2013:
q(h) = |F(h) - h|^2 / 2 is minimised from many states that the network visits. Here by Levenberg-Marquardt steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from core.data.cache import dataset
from core.data.importers.progress import Job, Progress
from core.engine.probes import Look
from core.engine.probes_local import locals_of
from core.engine.session import Session
from core.engine.trajectories import eigenvalues
from core.errors import BadValue, DataError
from core.project import State
from core.states import FixedPoint, Search

LARGEST = 256
"""State variables up to which the search is made."""
ROUNDS = 60
SLOW = 1e-6
"""A state that moves less than this in one step, per square root of a state variable, is taken for a fixed point."""
APART = 1e-3
"""Two fixed points are one where they are nearer than this, per square root of a state variable."""

Step = Callable[[Tensor], Tensor]
"""(n, size) states at step t-1 -> those at step t."""


def fixed_points(state: State, weights: Mapping[str, np.ndarray], search: Search) -> Job[list[FixedPoint]]:
    """The search as a job; a copy of the network in 64 bit is asked, so that no training notices."""
    if state.data is None:
        raise DataError("No data is chosen. Choose a data set in the training panel.")
    training = type(state.training)(
        state.training.key, {**state.training.values, "precision": "float64", "device": "cpu"}
    )
    copy = State(state.network, dict(weights), training, state.data)
    session = Session(copy, dataset(state.data))
    yield Progress(0.0)
    look = session.look(search.layer, np.array([search.sample]))
    step, units, starts = _frozen(look, session, search)
    yield Progress(0.1)
    found = yield from _minimise(step, starts)
    return _distinct(step, found, units)


def _frozen(look: Look, session: Session, search: Search) -> tuple[Step, int, Tensor]:
    """One step of the layer with the input of ``search``, the number of its units, and the starts (n, size)."""
    layer = look.asked
    if look.model.program.plan.part_of(layer.id).layers != (layer.id,):
        raise BadValue(
            "“{layer}” is on a cycle with other layers: fixed points are sought of a layer alone.", layer=layer.name
        )
    directions = locals_of(look, layer.id)
    if len(directions) > 1:
        raise BadValue("“{layer}” reads in both directions: it has no state that one step leads on.", layer=layer.name)
    (local,) = directions
    block, lstm = local.before is not None, layer.kind == "lstm"
    back = [link.id for link in local.links if link.source == layer.id and link.delay]
    if not block and (not back or any(link.delay > 1 for link in local.links if link.source == layer.id)):
        raise BadValue(
            "“{layer}” does not read its own last step alone: fixed points are sought of such layers.", layer=layer.name
        )
    units = int(look.seen.values.outputs[layer.id].shape[-1])
    if units * (1 + lstm) > LARGEST:
        raise BadValue("“{layer}” has a state of {size} numbers: fixed points are sought for at most {largest}.", layer=layer.name, size=units * (1 + lstm), largest=LARGEST)  # fmt: skip
    at = max(0, min(search.step, len(look.seen.values.outputs[layer.id]) - 1))
    still = {key: read[at, 0].detach() for key, read in local.reads.items()}

    def step(states: Tensor) -> Tensor:
        own = states[:, :units]
        reads = {key: own if key in back else read.expand(len(states), -1) for key, read in still.items()}
        made, cell = local.step(reads, own if block else None, states[:, units:] if lstm else None)
        return torch.cat([made, cell], -1) if lstm else made

    return step, units, _starts(session.look(layer.id, search.samples), search, lstm)


def _starts(look: Look, search: Search, lstm: bool) -> Tensor:
    """States that the samples visit, picked at random; with their cells for an LSTM."""
    from core.engine.probes_local import cells

    visited = look.seen.values.outputs[search.layer].detach()
    if lstm:
        visited = torch.cat([visited, cells(look, search.layer)], -1)
    rows = visited.flatten(0, 1)
    rows = rows[torch.isfinite(rows).all(-1)]
    pick = np.random.default_rng(search.seed).permutation(len(rows))[: search.starts]
    return rows[torch.as_tensor(pick)].clone()


def _jacobians(step: Step, states: Tensor) -> tuple[Tensor, Tensor]:
    """(F(h), dF/dh) of (n, size) states, (n, size) and (n, size, size)."""
    with torch.enable_grad():
        given = states.detach().requires_grad_()
        made = step(given)
        rows = [torch.autograd.grad(made[:, unit].sum(), given, retain_graph=True)[0] for unit in range(made.shape[1])]
    return made.detach(), torch.stack(rows, 1)


def _minimise(step: Step, states: Tensor) -> Job[Tensor]:
    """Levenberg-Marquardt on |F(h) - h|^2, each state with a damping of its own."""
    unit = torch.eye(states.shape[1], dtype=states.dtype)
    damping = torch.full((len(states),), 1e-2, dtype=states.dtype)
    for walked in range(ROUNDS if len(states) else 0):
        made, jacobian = _jacobians(step, states)
        residual, slope = made - states, jacobian - unit
        normal = slope.transpose(1, 2) @ slope + damping[:, None, None] * unit
        move = torch.linalg.solve(normal, -(slope.transpose(1, 2) @ residual[..., None]))[..., 0]
        tried = states + move
        with torch.no_grad():
            better = (step(tried) - tried).square().sum(-1) < residual.square().sum(-1)
        states = torch.where(better[:, None], tried, states)
        damping = torch.where(better, damping * 0.2, damping * 4).clamp(1e-14, 1e6)
        yield Progress(0.1 + 0.9 * (walked + 1) / ROUNDS)
        if bool((residual.norm(dim=-1) < 1e-12 * states.shape[1] ** 0.5).all()):
            break
    return states


def _distinct(step: Step, states: Tensor, units: int) -> list[FixedPoint]:
    """Those that hardly move, the slowest first, each once."""
    root = states.shape[1] ** 0.5
    made, jacobians = _jacobians(step, states)
    speeds = (made - states).norm(dim=-1)
    kept: list[int] = []
    for row in torch.argsort(speeds).tolist():
        near = any(float((states[row] - states[other]).norm()) < APART * root for other in kept)
        if float(speeds[row]) < SLOW * root and not near:
            kept.append(row)
    return [FixedPoint(states[i, :units].numpy().copy(), float(speeds[i]), eigenvalues(jacobians[i])) for i in kept]
