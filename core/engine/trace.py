"""Follows one sample through a network: values, sums, gates, gradients, and which way each gradient takes.

With the total gradient dL/dh_t of every step at hand, each layer is differentiated on its own, all steps at once: what
its step t sends back along each of its links, and what it adds to the gradient of its weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter

import numpy as np
import torch
from torch import Tensor

from core.catalogue.layers import layer_spec
from core.engine.cells import CELLS
from core.engine.changes import Changes
from core.engine.objective import Answers
from core.engine.probes import Look
from core.engine.probes_local import Local, in_walk, initial_state, locals_of
from core.engine.probes_time import cell_onward, loss_at_logits
from core.network import Layer, Link
from core.traces import LayerTrace, Trace
from core.whatif import WhatIf


@dataclass
class _Found:
    """What is found out about a layer beside its value and its gradient; tensors are (steps, 1, units)."""

    sums: Tensor | None = None
    delta: Tensor | None = None
    delta_direct: Tensor | None = None
    gates: dict[str, Tensor] = field(default_factory=dict)
    flows: dict[str, Tensor] = field(default_factory=dict)
    """Full vectors; the trace keeps their norms."""
    shares: dict[str, Tensor] = field(default_factory=dict)


@torch.enable_grad()
def trace(look: Look, part: str, run: str, number: int) -> Trace:
    """The single sample of ``look``, after ``number`` training steps of ``run``; with all that a what-if changes in it."""
    began = perf_counter()
    layers = {layer.id: _layer(look, layer) for layer in look.network}
    steps = dict(look.axes.steps)
    lengths = look.axes.lengths
    valid = {key: n if (own := lengths[key]) is None else int(own[0]) for key, n in steps.items()}
    loss = float(look.seen.loss.detach())
    whatif = WhatIf() if look.changes is None else look.changes.whatif
    sample, seconds = int(look.batch.samples[0]), perf_counter() - began
    return Trace(sample, part, run, number, loss, layers, steps, valid, seconds, whatif)


def _layer(look: Look, layer: Layer) -> LayerTrace:
    capture, values = look.seen.capture, look.seen.values
    assert capture is not None
    total, direct = capture.total(layer.id), capture.direct(layer.id)
    found, cell = _ways(look, layer, total), values.cells.get(layer.id)
    looked = values.attention.get(layer.id)
    if layer.id == look.model.objective.output:
        found.delta_direct = loss_at_logits(look)
    sequence = layer.id in look.axes.steps
    made = LayerTrace(
        value=_single(values.outputs[layer.id]),
        total=_single(total),
        direct=_single(direct),
        through=_single(total - direct),
        reads=_reads(look, layer),
        sums=None if found.sums is None else _single(found.sums),
        gates={key: _single(value) for key, value in found.gates.items()},
        cell=None if cell is None else _single(cell),
        attention=None if looked is None else _single(looked),
        initial=_single(initial_state(look, layer.id)) if sequence else None,
        delta=None if found.delta is None else _single(found.delta),
        delta_direct=None if found.delta_direct is None else _single(found.delta_direct),
        flows={key: _single_number(_norm(value)) for key, value in found.flows.items()},
        shares={key: _single_number(value) for key, value in found.shares.items()},
    )
    return _with_cell(look, layer, made) if layer.kind == "lstm" else made


def _with_cell(look: Look, layer: Layer, made: LayerTrace) -> LayerTrace:
    gradient = look.seen.capture.cell(layer.id) if look.seen.capture else None
    first = None
    if layer.id in look.axes.steps:
        first = torch.cat([_first_cell(local) for local in locals_of(look, layer.id)], -1)
    return replace(
        made,
        cell_gradient=None if gradient is None else _single(gradient),
        initial_cell=None if first is None else _single(first),
    )


def _first_cell(local: Local) -> Tensor:
    """c before the first step of a walk."""
    assert local.cell_before is not None
    return local.cell_before[0]


def _reads(look: Look, layer: Layer) -> dict[str, np.ndarray]:
    if not look.network.into(layer.id):
        return {}
    if layer_spec(layer.kind).time == "reduces":
        return {key: _single(value) for key, value in _reduced(look, layer).items()}
    return {key: _single(value) for key, value in locals_of(look, layer.id)[0].reads.items()}


def _reduced(look: Look, layer: Layer) -> dict[str, Tensor]:
    """What the links into a layer that reduces a sequence carry; zeros where a copy is cut."""
    found = {}
    for link in look.network.into(layer.id):
        value = look.seen.values.outputs[link.source].detach()
        found[link.id] = value if look.changes is None else _kept(look.changes, link, value)
    return found


def _kept(changes: Changes, link: Link, value: Tensor) -> Tensor:
    if value.dim() == 2:
        return torch.zeros_like(value) if changes.whatif.severed(link.id, None) else value
    cut = changes.severed(link.id, len(value)).to(value.device)
    return torch.where(cut[:, None, None], 0.0, value)


def _ways(look: Look, layer: Layer, total: Tensor) -> _Found:
    """Sums, gates and the ways that the gradient takes back from a layer."""
    links = look.network.into(layer.id)
    if not links:
        return _Found()
    if layer_spec(layer.kind).time == "reduces":
        return _Found(flows=_of_reduction(look, layer, links, total))
    if layer.kind == "embedding":
        free = total if look.changes is None else total * look.changes.free(layer.id, "value", total)
        return _Found(shares={f"{layer.id}.table": _norm(free)})
    walks = [
        _of_block(look, local, in_walk(total[..., local.units], local.suffix))
        if layer.kind in CELLS and total.dim() == 3
        else _of_plain(local, total, _at_sums(look, layer))
        for local in locals_of(look, layer.id)
    ]
    return walks[0] if len(walks) == 1 else _both(*walks)


def _at_sums(look: Look, layer: Layer) -> Tensor | None:
    """What the loss says straight to the sums of the output layer, past its activation: most losses of classes do."""
    if layer.id != look.model.objective.output:
        return None
    if look.seen.answers.logits is look.seen.answers.outputs:
        return None  # the value is the sums, and all of its gradient is known
    answers = Answers(*(value.detach().clone().requires_grad_() for value in look.seen.answers))
    loss = look.model.objective.loss(answers, look.batch)
    return torch.autograd.grad(loss, answers.logits, allow_unused=True)[0]


def _of_plain(local: Local, total: Tensor, at_sums: Tensor | None = None) -> _Found:
    """A layer without memory: what it does at a step depends on what it reads at that step alone."""
    reads = {key: value.detach().clone().requires_grad_() for key, value in local.reads.items()}
    if local.layer.kind not in ("dense", "output"):
        if local.layer.kind == "attention":
            return _of_attention(local, reads, total)
        value, _ = local.step(reads, _blank(local, total), _blank(local, total))
        found = _Found(flows=_allowed(local, _back(value, total, reads)))
        if local.layer.kind == "layer_norm":
            free = torch.where(local.held["value"][0], 0.0, total) if "value" in local.held else total
            found.shares = _of_norm(local, local.plain(reads).detach(), free)
        return found
    sums = local.sums(reads)
    felt = (local.put(local.activated(sums)) * total).sum()
    if at_sums is not None:
        felt = felt + (sums * at_sums).sum()
    delta, *back = torch.autograd.grad(felt, [sums, *reads.values()])
    found = _Found(sums.detach(), delta, flows=_allowed(local, dict(zip(reads, back, strict=True))))
    for link in local.links:
        found.shares[f"{link.id}.weight"] = _outer(delta, reads[link.id].detach(), link.mask)
    if f"{local.layer.id}.bias" in local.parameters:
        found.shares[f"{local.layer.id}.bias"] = _norm(delta)
    return found


def _allowed(local: Local, flows: dict[str, Tensor]) -> dict[str, Tensor]:
    """What goes back where no arrow is cut."""
    return {key: local.back(key, flow) for key, flow in flows.items()}


def _blank(local: Local, total: Tensor) -> Tensor | None:
    """The state that a block continues from where it has no time."""
    return total.new_zeros(*total.shape[:-1], int(local.layer.params["units"])) if local.layer.kind in CELLS else None


def _back(value: Tensor, total: Tensor, reads: Mapping[str, Tensor]) -> dict[str, Tensor]:
    back = torch.autograd.grad(value, list(reads.values()), total, allow_unused=True)
    return {key: torch.zeros_like(reads[key]) if g is None else g for key, g in zip(reads, back, strict=True)}


def _of_attention(local: Local, reads: dict[str, Tensor], total: Tensor) -> _Found:
    """What goes back to the query and to every step of the memory, and what each step adds to dL/dW."""
    assert local.looks is not None
    memory = local.looks.values.clone().requires_grad_()
    total = local.free(total)
    value = replace(local, looks=replace(local.looks, values=memory)).plain(reads)
    flows = _allowed(local, _back(value, total, {**reads, local.looks.link.id: memory}))
    names, shares = list(local.parameters), {}
    if names:
        steps = [None] if total.dim() == 2 else list(range(len(total)))
        found = [_one_step(local, t, total) for t in steps]
        shares = {name: torch.stack(parts) for name, parts in zip(names, zip(*found, strict=True), strict=True)}
        shares = {name: part if total.dim() == 3 else part[0] for name, part in shares.items()}
    return _Found(flows=flows, shares=shares)


def _one_step(local: Local, t: int | None, total: Tensor) -> list[Tensor]:
    """(1,) norms of what one step adds to the gradient of each of the layer's tensors."""
    reads = {key: value if t is None else value[t] for key, value in local.reads.items()}
    felt = (local.plain(reads) * (total if t is None else total[t])).sum()
    grads = torch.autograd.grad(felt, list(local.parameters.values()))
    return [torch.linalg.vector_norm(grad)[None] for grad in grads]


def _of_norm(local: Local, value: Tensor, total: Tensor) -> dict[str, Tensor]:
    """Of layer normalisation: y = gain x + bias, x being what is normalised."""
    gain, bias = local.parameters[f"{local.layer.id}.gain"], local.parameters[f"{local.layer.id}.bias"]
    normal = torch.where(gain == 0, torch.zeros_like(value), (value - bias) / gain).detach()
    return {f"{local.layer.id}.gain": _norm(total * normal), f"{local.layer.id}.bias": _norm(total)}


def _of_block(look: Look, local: Local, total: Tensor) -> _Found:
    """One direction of an RNN, LSTM or GRU. Each step gets biases of its own, whose gradient is that of the sums."""
    layer, suffix, steps = local.layer, local.suffix, len(total)
    assert local.before is not None
    with torch.no_grad():
        gates = {} if layer.kind == "rnn" else local.gates()
    own = {
        name: value.detach().expand(steps, 1, -1).clone().requires_grad_()
        for name, value in local.parameters.items()
        if ".bias_" in name
    }
    apart = replace(local, parameters={**local.parameters, **own})
    reads = {key: value.detach().clone().requires_grad_() for key, value in local.reads.items()}
    before = local.before.detach().clone().requires_grad_()
    cell = None if local.cell_before is None else local.cell_before.detach().clone().requires_grad_()
    state, new_cell = apart.step(reads, before, cell)
    felt = (state * total).sum()
    if cell is not None:
        felt = felt + (new_cell * cell_onward(look, local, total)).sum()
    ih, hh = own[f"{layer.id}.bias_ih{suffix}"], own[f"{layer.id}.bias_hh{suffix}"]
    wanted = {"ih": ih, "hh": hh, f"{layer.id}{suffix}": before, **reads}
    if cell is not None:
        wanted[f"{layer.id}{suffix}.cell"] = cell
    back = dict(zip(wanted, torch.autograd.grad(felt, list(wanted.values())), strict=True))
    delta_ih, delta_hh = back.pop("ih"), back.pop("hh")
    entering = torch.cat([reads[link.id] for link in local.links], -1).detach()
    back = {key: local.back("" if key.startswith(layer.id + suffix) else key, one) for key, one in back.items()}
    shares = {
        f"{layer.id}.weight_ih{suffix}": _outer(delta_ih, entering),
        f"{layer.id}.weight_hh{suffix}": _outer(delta_hh, before.detach()),
        f"{layer.id}.bias_ih{suffix}": _norm(delta_ih),
        f"{layer.id}.bias_hh{suffix}": _norm(delta_hh),
    }
    sums = _rnn_sums(local, entering) if layer.kind == "rnn" else None
    made = _Found(sums, delta_ih, None, gates, back, shares)
    return _in_time(made, suffix)


def _rnn_sums(local: Local, entering: Tensor) -> Tensor:
    w_ih, w_hh, b_ih, b_hh = (weight.detach() for weight in local.weights())
    assert local.before is not None
    return entering @ w_ih.T + b_ih + local.before.detach() @ w_hh.T + b_hh


def _in_time(found: _Found, suffix: str) -> _Found:
    def turned(values: dict[str, Tensor]) -> dict[str, Tensor]:
        return {key: in_walk(value, suffix) for key, value in values.items()}

    sums = None if found.sums is None else in_walk(found.sums, suffix)
    delta = None if found.delta is None else in_walk(found.delta, suffix)
    return _Found(sums, delta, None, turned(found.gates), turned(found.flows), turned(found.shares))


def _both(one: _Found, other: _Found) -> _Found:
    """Two directions side by side; what they send back along a link adds up."""

    def joined(a: Tensor | None, b: Tensor | None) -> Tensor | None:
        return None if a is None or b is None else torch.cat([a, b], -1)

    gates = {key: torch.cat([one.gates[key], other.gates[key]], -1) for key in one.gates}
    flows = {**one.flows, **other.flows}
    for key in one.flows.keys() & other.flows.keys():
        flows[key] = one.flows[key] + other.flows[key]
    shares = {**one.shares, **other.shares}
    return _Found(joined(one.sums, other.sums), joined(one.delta, other.delta), None, gates, flows, shares)


def _of_reduction(look: Look, layer: Layer, links: list[Link], total: Tensor) -> dict[str, Tensor]:
    """Last step, mean or maximum: what goes back to every step of its sources."""
    if look.changes is not None:
        total = total * look.changes.free(layer.id, "value", total)
    reads = {key: value.clone().requires_grad_() for key, value in _reduced(look, layer).items()}

    def back(value: Tensor) -> dict[str, Tensor]:
        found = _back(value, total, reads)
        return found if look.changes is None else {k.id: _kept(look.changes, k, found[k.id]) for k in links}

    sequences = [link for link in links if reads[link.id].dim() == 3]
    if not sequences:
        return back(torch.cat(list(reads.values()), -1))
    lengths, steps = look.axes.lengths[sequences[0].source], len(reads[sequences[0].id])
    joined = torch.cat([value.expand(steps, -1, -1) for value in reads.values()], -1)
    valid = joined if lengths is None else joined[: int(lengths[0])]
    match layer.kind:
        case "last_step":
            value = valid[-1]
        case "mean_time":
            value = valid.mean(0)
        case _:
            value = valid.max(0).values
    return back(value)


def _outer(delta: Tensor, read: Tensor, mask: np.ndarray | None = None) -> Tensor:
    """Norm of delta x read, which is what one step of one sample adds to the gradient of a matrix; (steps,)."""
    if mask is None:
        return _norm(delta) * _norm(read)
    cut = torch.as_tensor(mask, dtype=delta.dtype, device=delta.device)
    return torch.sqrt(torch.einsum("...i,ij,...j->...", delta.square(), cut, read.square()))


def _norm(values: Tensor) -> Tensor:
    norms: Tensor = torch.linalg.vector_norm(values, dim=-1)
    return norms


def _single(values: Tensor) -> np.ndarray:
    """The only sample of values with units: (steps, 1, units) to (steps, units), (1, units) to (units,)."""
    return np.array(values.detach().select(-2, 0).cpu().numpy())


def _single_number(norms: Tensor) -> np.ndarray:
    """The only sample of one number per step: (steps, 1) to (steps,)."""
    return np.array(norms.detach().select(-1, 0).cpu().numpy())
