"""One run of a program: what each link carries, what a layer starts from, what it ends in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from core.engine.axes import Axes
from core.engine.capture import Capture
from core.network import Layer, Link, Network
from core.shapes import Shape


@dataclass
class Execution:
    """The values of one run while they are computed."""

    network: Network
    into: Mapping[str, list[Link]]
    """The data links that end at each layer, in order."""
    handed: Mapping[str, list[Link]]
    """The initial-state links that end at each layer."""
    shapes: Mapping[str, Shape]
    parameters: Mapping[str, Tensor]
    inputs: Mapping[str, Tensor]
    axes: Axes
    batch: int
    like: Tensor
    """Any tensor of the program's type and device."""
    masks: Mapping[str, Tensor]
    """Of dropout layers."""
    truncate: int
    carried: Mapping[str, Tensor]
    """What an earlier run of the same sequences ended in; see ``Values.carry``."""
    capture: Capture | None
    values: dict[str, Tensor] = field(default_factory=dict)
    logits: dict[str, Tensor] = field(default_factory=dict)
    cells: dict[str, Tensor] = field(default_factory=dict)
    last_cells: dict[str, Tensor] = field(default_factory=dict)
    """The cell state in which each LSTM ended, (batch, features)."""
    attention: dict[str, Tensor] = field(default_factory=dict)
    """The weights of attention layers; see ``Values.attention``."""

    def steps(self, layer_id: str) -> int:
        """Steps of a sequence layer."""
        return self.axes.steps[layer_id]

    def weight(self, link: Link) -> Tensor:
        """The matrix of a link, with its cut connections at zero."""
        weight = self.parameters[f"{link.id}.weight"]
        if link.mask is None:
            return weight
        return weight * torch.as_tensor(link.mask, dtype=weight.dtype, device=weight.device)

    def read(self, link: Link, steps: int | None) -> Tensor:
        """What a link carries: (steps, batch, features), or (batch, features) from a static source without delay."""
        value = self.values[link.source]
        sequence = self.shapes[link.source].sequence
        if steps is None or link.delay == 0:
            return value
        late = min(link.delay, steps)
        start = self.history(link.source, link.delay)[:late]
        if not sequence:
            return torch.cat([start, value.expand(steps - late, -1, -1)])
        shifted = torch.cat([start, value[: steps - late]])
        return self.truncated(shifted, link.delay)

    def truncated(self, shifted: Tensor, delay: int) -> Tensor:
        """Stop the gradient of reads that reach into an earlier stretch of truncated back-propagation."""
        if not self.truncate:
            return shifted
        t = torch.arange(len(shifted), device=shifted.device)
        crosses = t // self.truncate != (t - delay).clamp(min=0) // self.truncate
        return torch.where(crosses[:, None, None], shifted.detach(), shifted)

    def read_sequence(self, link: Link, steps: int) -> Tensor:
        """What a link carries at every step, (steps, batch, features)."""
        value = self.read(link, steps)
        return value if value.dim() == 3 else value.expand(steps, -1, -1)

    def initial(self, layer_id: str) -> Tensor:
        """The value of a layer before the first step, (batch, features)."""
        handed = self.handed[layer_id]
        if handed:
            return self.final(handed[0].source)
        features = self.shapes[layer_id].features
        learned = self.parameters.get(f"{layer_id}.initial")
        return self.like.new_zeros(self.batch, features) if learned is None else learned.expand(self.batch, features)

    def initial_cell(self, layer_id: str) -> Tensor:
        """The cell state of an LSTM before the first step, (batch, features)."""
        if cell_name(layer_id) in self.carried:
            return self.carried[cell_name(layer_id)]
        handed = self.handed[layer_id]
        if handed and self.network.layers[handed[0].source].kind == "lstm":
            return self.final(handed[0].source, cell=True)
        features = self.shapes[layer_id].features
        learned = self.parameters.get(f"{layer_id}.initial_cell")
        if handed or learned is None:
            return self.like.new_zeros(self.batch, features)
        return learned.expand(self.batch, features)

    def history(self, layer_id: str, depth: int) -> Tensor:
        """The values of a layer at steps -depth ... -1, (depth, batch, features)."""
        carried = self.carried.get(layer_id)
        if carried is None:
            return self.initial(layer_id).expand(depth, -1, -1)
        if len(carried) >= depth:
            return carried[len(carried) - depth :]
        return torch.cat([self.initial(layer_id).expand(depth - len(carried), -1, -1), carried])

    def final(self, layer_id: str, cell: bool = False) -> Tensor:
        """The last valid state of a layer; each direction of a block ends where it has read everything."""
        if cell and (layer_id not in self.axes.lengths or self.axes.lengths[layer_id] is None):
            return self.last_cells[layer_id]
        value = (self.cells if cell else self.values)[layer_id]
        if not self.shapes[layer_id].sequence:
            return value
        last = self.last_valid(value, layer_id)
        layer = self.network.layers[layer_id]
        if not layer.params.get("bidirectional"):
            return last
        units = int(layer.params["units"])
        return torch.cat([last[:, :units], value[0, :, units:]], -1)

    def last_valid(self, value: Tensor, layer_id: str) -> Tensor:
        """Each sample's last valid step of a sequence on the axis of ``layer_id``."""
        lengths = self.axes.lengths[layer_id]
        if lengths is None:
            return value[-1]
        return value[lengths - 1, torch.arange(self.batch, device=value.device)]

    def hand_over(self) -> dict[str, Tensor]:
        """What the next stretch of the same sequences starts from: last values and cell states, without gradient."""
        depths: dict[str, int] = {}
        for layer in self.network.layers.values():
            if layer.kind in ("rnn", "lstm", "gru"):
                depths[layer.id] = 1
        for link in self.network.links.values():
            if link.recurrent and self.shapes[link.target].sequence:
                depths[link.source] = max(depths.get(link.source, 1), link.delay)
        carry = {}
        for key, depth in depths.items():
            value = self.values[key].detach()
            if not self.shapes[key].sequence:
                carry[key] = value.expand(depth, -1, -1)
                continue
            past = self.history(key, depth).detach()
            carry[key] = torch.cat([past, value[-depth:]])[-depth:]
            if key in self.last_cells:
                carry[cell_name(key)] = self.last_cells[key].detach()
        return carry


def cell_name(layer_id: str) -> str:
    """The name under which the cell state of an LSTM is carried."""
    return f"{layer_id}.cell"


def suffixes(layer: Layer) -> tuple[str, ...]:
    """Of the parameter names of a block, one per direction."""
    return ("", "_reverse") if layer.params["bidirectional"] else ("",)
