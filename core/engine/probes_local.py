"""One layer as a function of a single step: what it read at every step of a pass, and what it makes of it.

With the total gradient dL/dh_t of every step at hand, this is all that is needed to see what one step contributes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional

from core.engine.activations import activation
from core.engine.attention import attend, memory
from core.engine.cells import CELLS, lstm_inside
from core.engine.changes import Changes
from core.engine.probes import Look
from core.network import Layer, Link, activation_of
from core.whatif import Of

EPSILON = 1e-5
"""Of layer normalisation."""


@dataclass(frozen=True, eq=False)
class LooksThrough:
    """The memory of an attention layer, the same at every step."""

    link: Link
    values: Tensor
    """(memory steps, batch, features)"""
    valid: Tensor | None
    """(memory steps, batch) False where it is not looked at: padding, and what a what-if cuts; None where it is whole."""


@dataclass(eq=False)
class Local:
    """A layer (one direction of it) at all steps of a pass. Time runs as the layer walks: backward for "_reverse".

    What a static layer reads has no axis of steps.
    """

    layer: Layer
    suffix: str
    links: list[Link]
    parameters: dict[str, Tensor]
    """Of the layer and of the links into it; leaves of their own."""
    reads: dict[str, Tensor]
    """By link id: what it carried, (steps, batch, features)."""
    before: Tensor | None
    """h_{t-1} of a block, (steps, batch, units)."""
    cell_before: Tensor | None
    """c_{t-1} of an LSTM."""
    valid: Tensor | None
    """(steps, batch) False where the sequence is padded; None where none is."""
    units: slice
    """Where the units of this direction stand in the layer's value."""
    looks: LooksThrough | None = None
    """The memory of an attention layer."""
    held: Mapping[Of, tuple[Tensor, Tensor]] = field(default_factory=dict)
    """Where a what-if puts numbers, and which; (steps, 1, units)."""
    cut: Tensor | None = None
    """(steps,) True where a what-if cuts the memory of a block; None where it never does."""
    passes: Mapping[str, Tensor] = field(default_factory=dict)
    """By link id, and "" for the memory of a block: (steps,) False where no gradient goes back along this arrow. What is
    not there passes everything."""

    def put(self, value: Tensor, of: Of = "value") -> Tensor:
        """A value with what a what-if puts in its place; no gradient passes there."""
        return torch.where(*self.held[of], value) if of in self.held else value

    def free(self, gradient: Tensor, of: Of = "value") -> Tensor:
        """The part of a gradient at a value that goes on to what the value was computed from."""
        return torch.where(self.held[of][0], 0.0, gradient) if of in self.held else gradient

    def back(self, key: str, gradient: Tensor) -> Tensor:
        """A gradient that goes back along an arrow (see ``passes``), where it may."""
        if key not in self.passes:
            return gradient
        return gradient * self.passes[key].to(gradient).reshape(-1, *[1] * (gradient.dim() - 1))

    def sums(self, reads: Mapping[str, Tensor]) -> Tensor:
        """The sums of a dense layer, before its activation."""
        some = next(iter(reads.values()))
        total = some.new_zeros(())
        if f"{self.layer.id}.bias" in self.parameters:
            total = total + self.parameters[f"{self.layer.id}.bias"]
        for link in self.links:
            weight = self.parameters[f"{link.id}.weight"]
            if link.mask is not None:
                weight = weight * torch.as_tensor(link.mask, dtype=weight.dtype, device=weight.device)
            total = total + functional.linear(reads[link.id], weight)
        return total

    def activated(self, sums: Tensor) -> Tensor:
        """The activation of a dense layer on its sums."""
        chosen = activation_of(self.layer)
        assert chosen is not None
        slope = [self.parameters[f"{self.layer.id}.slope"]] if chosen.key == "prelu" else []
        return activation(chosen)(sums, *slope)

    def step(self, reads: Mapping[str, Tensor], before: Tensor | None, cell: Tensor | None) -> tuple[Tensor, Tensor]:
        """(h_t, c_t) of the steps whose reads are given; c_t is h_t where there is no cell."""
        if self.layer.kind in CELLS:
            assert before is not None
            joined = torch.cat([reads[link.id] for link in self.links], -1)
            if self.layer.kind == "lstm":
                assert cell is not None
                opened, new = lstm_inside(self.weights(), joined, before, cell)
                new = self.put(new, "cell")
                return self.put(opened * torch.tanh(new)), new
            state, _ = CELLS[self.layer.kind](self.layer, self.weights(), joined, before, before)
            made = self.put(state)
            return made, made
        made = self.put(self.plain(reads))
        return made, made

    def plain(self, reads: Mapping[str, Tensor]) -> Tensor:
        """What a layer without memory makes of its reads, whatever is put in its place."""
        kind, values = self.layer.kind, [reads[link.id] for link in self.links]
        if kind in ("dense", "output"):
            return self.activated(self.sums(reads))
        if kind == "add":
            return torch.stack(values).sum(0)
        if kind == "multiply":
            return torch.stack(values).prod(0)
        joined = torch.cat(values, -1)
        if kind == "attention":
            assert self.looks is not None
            return attend(joined, memory(self.layer, self.parameters, self.looks.values, self.looks.valid))[0]
        if kind == "layer_norm":
            gain, bias = self.parameters[f"{self.layer.id}.gain"], self.parameters[f"{self.layer.id}.bias"]
            return functional.layer_norm(joined, joined.shape[-1:], gain, bias, EPSILON)
        return joined

    def weights(self) -> list[Tensor]:
        """weight_ih, weight_hh, bias_ih, bias_hh of a block."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return [self.parameters[f"{self.layer.id}.{name}{self.suffix}"] for name in names]

    def gates(self) -> dict[str, Tensor]:
        """Openings 0..1 of the gates of an LSTM or GRU, and the candidate, (steps, batch, units) each."""
        w_ih, w_hh, b_ih, b_hh = self.weights()
        assert self.before is not None
        entering = functional.linear(torch.cat([self.reads[link.id] for link in self.links], -1), w_ih, b_ih)
        past = functional.linear(self.before, w_hh, b_hh)
        if self.layer.kind == "lstm":
            i, f, g, o = (entering + past).chunk(4, -1)
            return {"input": i.sigmoid(), "forget": f.sigmoid(), "candidate": g.tanh(), "output": o.sigmoid()}
        (xr, xz, xn), (hr, hz, hn) = entering.chunk(3, -1), past.chunk(3, -1)
        reset = (xr + hr).sigmoid()
        return {"reset": reset, "update": (xz + hz).sigmoid(), "candidate": (xn + reset * hn).tanh()}


def locals_of(look: Look, layer_id: str) -> list[Local]:
    """A layer at all steps of ``look.seen``: one entry, or one for each direction of a block."""
    layer = look.network.layers[layer_id]
    if not layer.params.get("bidirectional"):
        return [_local(look, layer, "", slice(0, None))]
    units = int(layer.params["units"])
    return [_local(look, layer, "", slice(0, units)), _local(look, layer, "_reverse", slice(units, None))]


def in_walk(values: Tensor, suffix: str) -> Tensor:
    """From the order of time into the order in which a direction walks, and back."""
    return values.flip(0) if suffix else values


def _local(look: Look, layer: Layer, suffix: str, units: slice) -> Local:
    links = look.network.into(layer.id)
    owners = {layer.id, *(link.id for link in links)}
    parameters = {
        name: tensor.detach().clone().requires_grad_()
        for name, tensor in look.parameters.items()
        if name.rpartition(".")[0] in owners
    }
    steps = look.axes.steps.get(layer.id)
    reads = {link.id: in_walk(_read(look, link, steps), suffix) for link in links}
    lengths = look.axes.lengths.get(layer.id)
    valid = None
    if lengths is not None and steps is not None:
        valid = in_walk(torch.arange(steps, device=lengths.device)[:, None] < lengths[None, :], suffix)
    local = Local(layer, suffix, links, parameters, reads, None, None, valid, units)
    for link in look.network.into(layer.id, "memory"):
        local.looks = _memory(look, link)
    if look.changes is not None:
        _change(look.changes, local, steps)
    if layer.kind in CELLS:
        local.before = _before(look, local)
    if layer.kind == "lstm":
        local.cell_before = _cells_before(look, local)
    return local


def _memory(look: Look, link: Link) -> LooksThrough:
    values = look.seen.values.outputs[link.source].detach()
    values = values if values.dim() == 3 else values[None]
    lengths, valid = look.axes.lengths.get(link.source), None
    if lengths is not None:
        valid = torch.arange(len(values), device=values.device)[:, None] < lengths[None, :]
    if look.changes is not None:
        there = ~look.changes.severed(link.id, len(values)).to(values.device)[:, None]
        valid = there if valid is None else valid & there
    return LooksThrough(link, values, valid)


def _change(changes: Changes, local: Local, steps: int | None) -> None:
    """What a what-if does to this layer. A static layer is one step long."""
    key, suffix = local.layer.id, local.suffix
    held = {of: changes.held.get((key, of)) for of in ("value", "cell")}
    local.held = {
        of: tuple(in_walk(part[..., local.units], suffix if steps is not None else "") for part in found)  # type: ignore[misc]
        for of, found in held.items()
        if found is not None
    }
    if steps is None:
        for link in local.links:
            if changes.whatif.severed(link.id, None):
                local.reads[link.id] = torch.zeros_like(local.reads[link.id])
                local.passes = {**local.passes, link.id: torch.zeros(1, dtype=torch.bool)}
        return
    passes = {link.id: in_walk(changes.link_passes(link, steps), suffix) for link in local.links}
    for link in local.links:
        cut = in_walk(changes.severed(link.id, steps), suffix).to(local.reads[link.id].device)
        local.reads[link.id] = torch.where(cut[:, None, None], 0.0, local.reads[link.id])
    if local.layer.kind in CELLS:
        passes[""] = in_walk(changes.memory_passes(key, steps, suffix), suffix)
        local.cut = in_walk(changes.severed(key, steps, bool(suffix)), suffix)
    local.passes = passes


def _before(look: Look, local: Local) -> Tensor:
    """h_{t-1} in the order of the walk; a walk begins at the first step that is no padding."""
    start = initial_state(look, local.layer.id)[..., local.units]
    value = in_walk(look.seen.values.outputs[local.layer.id].detach()[..., local.units], local.suffix)
    before = torch.cat([start[None], value[:-1]])
    if local.valid is not None:
        before = torch.where(_goes_on(local)[..., None], before, start[None])
    return before if local.cut is None else torch.where(local.cut.to(before.device)[:, None, None], 0.0, before)


def _goes_on(local: Local) -> Tensor:
    """(steps, batch) where the step walked before was no padding."""
    assert local.valid is not None
    return torch.cat([torch.zeros_like(local.valid[:1]), local.valid[:-1]])


@torch.no_grad()
def _cells_before(look: Look, local: Local) -> Tensor:
    """c_{t-1} of an LSTM in the order of the walk: c_t = f c_{t-1} + i g."""
    gates = local.gates()
    start = _initial_cell(look, local.layer.id)[..., local.units]
    goes_on = None if local.valid is None else _goes_on(local)
    cell, before = start, []
    for walked, (forget, enter, new) in enumerate(
        zip(gates["forget"], gates["input"], gates["candidate"], strict=True)
    ):
        if goes_on is not None:
            cell = torch.where(goes_on[walked][:, None], cell, start)
        if local.cut is not None and local.cut[walked]:
            cell = torch.zeros_like(cell)
        before.append(cell)
        cell = forget * cell + enter * new
        if "cell" in local.held:
            where, numbers = local.held["cell"]
            cell = torch.where(where[walked], numbers[walked], cell)
    return torch.stack(before)


def _read(look: Look, link: Link, steps: int | None) -> Tensor:
    """What a link carried at every step, (steps, batch, features), or (batch, features) into a static layer."""
    value = look.seen.values.outputs[link.source].detach()
    if steps is None:
        return value
    if value.dim() == 2:
        value = value.expand(steps, *value.shape)
    late = min(link.delay, steps)
    if not late:
        return value
    return torch.cat([initial_state(look, link.source).expand(late, -1, -1), value[: steps - late]])


def initial_state(look: Look, layer_id: str) -> Tensor:
    """The value of a layer before the first step, (batch, features)."""
    outputs = look.seen.values.outputs
    handed = look.network.into(layer_id, "initial")
    blank = torch.zeros_like(outputs[layer_id][-1] if outputs[layer_id].dim() == 3 else outputs[layer_id])
    if handed and look.changes is not None and not look.changes.handed(handed[0]):
        return blank
    if handed:
        return _final(look, handed[0].source, outputs[handed[0].source].detach())
    learned = look.parameters.get(f"{layer_id}.initial")
    return blank if learned is None else learned.detach().expand_as(blank)


def _initial_cell(look: Look, layer_id: str) -> Tensor:
    """The cell state of an LSTM before the first step, (batch, features)."""
    handed = look.network.into(layer_id, "initial")
    blank = torch.zeros_like(look.seen.values.outputs[layer_id][-1])
    learned = look.parameters.get(f"{layer_id}.initial_cell")
    if handed and look.changes is not None and not look.changes.handed(handed[0]):
        return blank
    if handed:
        source = handed[0].source
        return _final(look, source, cells(look, source)) if look.network.layers[source].kind == "lstm" else blank
    return blank if learned is None else learned.detach().expand_as(blank)


def _final(look: Look, layer_id: str, value: Tensor) -> Tensor:
    """The last valid step of a value; each direction of a block ends where it has read everything."""
    if value.dim() == 2:
        return value
    lengths = look.axes.lengths[layer_id]
    last = value[-1] if lengths is None else value[lengths - 1, torch.arange(value.shape[1], device=value.device)]
    layer = look.network.layers[layer_id]
    if not layer.params.get("bidirectional"):
        return last
    units = int(layer.params["units"])
    return torch.cat([last[:, :units], value[0, :, units:]], -1)


def cell_handed(look: Look, local: Local, own: Tensor) -> Tensor:
    """The part of dL/dc_t of one direction of an LSTM that comes from those that start from its last cell.

    own: (steps, batch, units) the part that comes from h_t. All but the last valid step get nothing.
    """
    capture, key = look.seen.capture, local.layer.id
    assert capture is not None
    links = look.network.out_of(key, "initial")
    if not any(look.network.layers[link.target].kind == "lstm" for link in links):
        return torch.zeros_like(own)
    felt = capture.cell(key)
    assert felt is not None
    valid = torch.ones_like(own[..., 0], dtype=torch.bool) if local.valid is None else local.valid
    ends = valid & ~torch.cat([valid[1:], torch.zeros_like(valid[:1])])
    return torch.where(ends[..., None], in_walk(felt[..., local.units], local.suffix) - own, 0.0)


def cells(look: Look, layer_id: str) -> Tensor:
    """c_t of an LSTM, (steps, batch, units), in the order of time."""
    with torch.no_grad():
        parts = []
        for local in locals_of(look, layer_id):
            _, cell = local.step(local.reads, local.before, local.cell_before)
            parts.append(in_walk(cell, local.suffix))
    return torch.cat(parts, -1)
