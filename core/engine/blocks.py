"""RNN, LSTM and GRU blocks (and dense layers that are an RNN in disguise) that stand alone: input to kernel."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.engine.at_once import affine, joined
from core.engine.execution import Execution, suffixes
from core.engine.kernels.elman import elman
from core.engine.kernels.fused import Weights, cell_states, fused_lstm
from core.engine.kernels.gru import gru
from core.engine.kernels.lstm import lstm
from core.engine.kernels.products import linear, usable
from core.engine.recorder import Recorder
from core.network import Layer, activation_of


def self_loop(run: Execution, layer: Layer) -> Tensor:
    """A dense layer with one link of delay 1 to itself."""
    steps = run.steps(layer.id)
    links = run.into[layer.id]
    (loop,) = (link for link in links if link.source == layer.id)
    sums = affine(run, layer, [link for link in links if link is not loop], steps)
    sums = sums if sums.dim() == 3 else sums.repeat(steps, 1, 1)
    chosen = activation_of(layer)
    assert chosen is not None
    recorder = run.capture.recorder(layer) if run.capture else None
    start = run.history(layer.id, 1)[0]
    value = elman(anchored(sums, recorder), run.weight(loop), start, chosen.key, run.truncate, recorder)
    run.logits[layer.id] = value
    return value


def block(run: Execution, layer: Layer) -> Tensor:
    """An RNN, LSTM or GRU block, in one direction or both; over a static value it takes one step."""
    sequence = run.shapes[layer.id].sequence
    x = joined(run, layer)
    halves = [_direction(run, layer, x if sequence else x[None], suffix) for suffix in suffixes(layer)]
    states = _beside([half.states for half in halves])
    if layer.kind == "lstm":
        run.last_cells[layer.id] = _beside([half.last_cell for half in halves if half.last_cell is not None])
        cells = [half.cells for half in halves if half.cells is not None]
        if cells:
            run.cells[layer.id] = _beside(cells) if sequence else _beside(cells)[0]
    return states if sequence else states[0]


@dataclass(frozen=True)
class States:
    """What one direction of a block computed."""

    states: Tensor
    """h_t, (steps, batch, units)."""
    cells: Tensor | None = None
    """c_t of an LSTM, (steps, batch, units), where they were wanted."""
    last_cell: Tensor | None = None
    """The c_t in which an LSTM ended, (batch, units)."""


def _beside(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts, -1)


def _direction(run: Execution, layer: Layer, x: Tensor, suffix: str) -> States:
    """One direction of a block, in the order of time."""
    recorder = run.capture.recorder(layer) if run.capture else None
    turn = None
    if not run.shapes[layer.id].sequence:
        if recorder is not None:
            recorder.in_time = _only_step
    elif suffix:
        turn = Turn(run, layer.id)
        x = turn(x)
        if recorder is not None:
            recorder.in_time = turn
    found = _kernel(run, layer, x, suffix, recorder)
    if turn is None:
        return found
    return States(turn(found.states), None if found.cells is None else turn(found.cells), found.last_cell)


def _kernel(run: Execution, layer: Layer, x: Tensor, suffix: str, recorder: Recorder | None) -> States:
    units = int(layer.params["units"])
    part = slice(units, 2 * units) if suffix else slice(0, units)
    # the reverse direction of a later stretch of a sequence does not continue an earlier one
    h0 = (run.initial(layer.id) if suffix else run.history(layer.id, 1)[0])[:, part]
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    w_ih, w_hh, b_ih, b_hh = weights = [run.parameters[f"{layer.id}.{name}{suffix}"] for name in names]
    if layer.kind == "gru":
        return States(gru(anchored_any(x, weights, recorder), weights, h0, run.truncate, recorder))
    if layer.kind == "lstm":
        return _lstm(run, layer, x, weights, h0, run.initial_cell(layer.id)[:, part], recorder)
    sums = anchored(linear(x, w_ih, b_ih + b_hh), recorder)
    return States(elman(sums, w_hh, h0, layer.params["nonlinearity"], run.truncate, recorder))


def _lstm(
    run: Execution, layer: Layer, x: Tensor, weights: Weights, h0: Tensor, c0: Tensor, recorder: Recorder | None
) -> States:
    """On the fused kernel, unless a gradient must be cut or every c_t carries one."""
    w_ih, w_hh, b_ih, b_hh = weights
    ends_early = run.axes.lengths.get(layer.id) is not None and bool(run.network.out_of(layer.id, "initial"))
    if usable(x) and not (run.truncate or ends_early):
        states, last_cell = fused_lstm(anchored_any(x, weights, recorder), weights, h0, c0, recorder)
        watched = run.capture is not None and run.capture.every_layer
        cells = cell_states(x, weights, states, h0, c0).cells if watched else None
        return States(states, cells, last_cell)
    sums = anchored(linear(x, w_ih, b_ih + b_hh), recorder)
    states, cells = lstm(sums, w_hh, h0, c0, run.truncate, recorder)
    return States(states, cells, cells[-1])


def anchored(sums: Tensor, recorder: Recorder | None) -> Tensor:
    """Where gradients are captured the backward pass must run, also when everything below is frozen."""
    if recorder is None or sums.requires_grad:
        return sums
    return sums.detach().requires_grad_().clone()


def _only_step(value: Tensor) -> Tensor:
    return value[0]


def anchored_any(x: Tensor, weights: Weights, recorder: Recorder | None) -> Tensor:
    """The same for a kernel that takes the weights too: any one that learns is enough."""
    return x if any(weight.requires_grad for weight in weights) else anchored(x, recorder)


class Turn:
    """Reverses each sample within its valid steps; twice is the identity."""

    def __init__(self, run: Execution, layer_id: str) -> None:
        lengths = run.axes.lengths[layer_id]
        self.index: Tensor | None = None
        if lengths is not None:
            t = torch.arange(run.steps(layer_id), device=run.like.device)[:, None]
            self.index = torch.where(t < lengths, lengths - 1 - t, t)[..., None]

    def __call__(self, value: Tensor) -> Tensor:
        if self.index is None:
            return value.flip(0)
        return value.gather(0, self.index.expand(value.shape))
