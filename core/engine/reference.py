"""The meaning of a network, as plainly as it can be written: one step at a time, one dictionary of values.

This interpreter is slow and obviously correct. It defines what the fast Program must compute; gradients are autograd's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from core.catalogue.layers import layer_spec
from core.engine.activations import activation
from core.engine.axes import Axes, Lengths, find_axes, groups
from core.engine.cells import CELLS
from core.engine.masks import draw_masks
from core.network import Layer, Link, Network, activation_of
from core.shapes import infer

Key = tuple[str, int | None]
"""(layer id, step); step None for a static value."""


@dataclass
class ReferenceRun:
    """Everything one pass computed."""

    values: dict[Key, Tensor]
    logits: dict[Key, Tensor]
    cells: dict[Key, Tensor]
    """c_t of LSTM layers."""
    halves: dict[tuple[str, str, int | None], tuple[Tensor, Tensor]]
    """(layer id, direction suffix, step) -> (h_t, c_t) of one direction of a block."""
    attention: dict[Key, Tensor]
    """Weights of attention layers, (batch, memory steps)."""
    steps: Mapping[str, int]
    """Steps of each sequence layer."""

    def output(self, layer_id: str) -> Tensor:
        """(steps, batch, features) of a sequence, (batch, features) of a static value."""
        return self._all(self.values, layer_id)

    def logit(self, layer_id: str) -> Tensor:
        """The sum before the activation, in the same shape as the value."""
        return self._all(self.logits, layer_id)

    def weights(self, layer_id: str) -> Tensor:
        """What an attention layer looks at, (steps, batch, memory steps) or (batch, memory steps)."""
        return self._all(self.attention, layer_id)

    def gradient(self, layer_id: str) -> Tensor:
        """dL/dh_t after backward; zeros where the loss does not depend on it."""
        if (layer_id, "", self._first(layer_id)) in self.halves:
            return self._of_halves(layer_id, 0)
        if (layer_id, None) in self.values:
            return gradient_of(self.values[layer_id, None])
        return torch.stack([gradient_of(self.values[layer_id, t]) for t in range(self.steps[layer_id])])

    def cell_gradient(self, layer_id: str) -> Tensor:
        """dL/dc_t of an LSTM layer."""
        return self._of_halves(layer_id, 1)

    def _first(self, layer_id: str) -> int | None:
        return 0 if layer_id in self.steps else None

    def _of_halves(self, layer_id: str, which: int) -> Tensor:
        suffixes = [s for s in ("", "_reverse") if (layer_id, s, self._first(layer_id)) in self.halves]

        def at(t: int | None) -> Tensor:
            return torch.cat([gradient_of(self.halves[layer_id, s, t][which]) for s in suffixes], -1)

        return torch.stack([at(t) for t in range(self.steps[layer_id])]) if layer_id in self.steps else at(None)

    def _all(self, table: dict[Key, Tensor], layer_id: str) -> Tensor:
        if (layer_id, None) in table:
            return table[layer_id, None]
        return torch.stack([table[layer_id, t] for t in range(self.steps[layer_id])])


def gradient_of(value: Tensor) -> Tensor:
    """What autograd left at a value; zeros where the loss does not depend on it."""
    return torch.zeros_like(value) if value.grad is None else value.grad


def directions(layer: Layer) -> tuple[str, ...]:
    """Suffixes of the parameter names of a block, one per direction."""
    return ("", "_reverse") if layer.params["bidirectional"] else ("",)


@dataclass
class Interpreter:
    """Computes each value when it is first asked for, and remembers it."""

    network: Network
    parameters: Mapping[str, Tensor]
    inputs: Mapping[str, Tensor]
    axes: Axes
    masks: Mapping[str, Tensor]
    """By id of dropout layers, (steps, batch, features) or (batch, features)."""
    truncate: int = 0
    cut: frozenset[str] = frozenset()
    """Layers among which the past is read as a constant: what remains of dL/dh_t is its direct part."""
    values: dict[Key, Tensor] = field(default_factory=dict)
    logits: dict[Key, Tensor] = field(default_factory=dict)
    cells: dict[Key, Tensor] = field(default_factory=dict)
    halves: dict[tuple[str, str, int | None], tuple[Tensor, Tensor]] = field(default_factory=dict)
    attention: dict[Key, Tensor] = field(default_factory=dict)
    scores: dict[Key, list[Tensor]] = field(default_factory=dict)
    """Of attention layers: for each sample, (valid memory steps,)."""

    def __post_init__(self) -> None:
        self.shapes = infer(self.network)
        first = next(iter(self.inputs.values()))
        self.batch = first.shape[-2]
        self.dtype, self.device = first.dtype, first.device

    def value(self, layer_id: str, t: int | None) -> Tensor:
        """The value of a layer at step ``t``, (batch, features)."""
        key = (layer_id, t)
        if key not in self.values:
            value = self.compute(self.network.layers[layer_id], t)
            if not value.requires_grad:
                value = value.detach().clone().requires_grad_()
            value.retain_grad()
            self.values[key] = value
            if key in self.logits and self.is_identity(layer_id):
                self.logits[key] = value
        return self.values[key]

    def is_identity(self, layer_id: str) -> bool:
        """Whether the value of a dense layer is its sum."""
        chosen = activation_of(self.network.layers[layer_id])
        return chosen is not None and chosen.key == "identity"

    def compute(self, layer: Layer, t: int | None) -> Tensor:
        """The value of a layer at one step from the values that it reads."""
        if layer.kind == "input":
            given = self.inputs[layer.id]
            return (given if t is None else given[t]) * 1
        if layer.kind in ("dense", "output"):
            return self.dense(layer, t)
        if layer_spec(layer.kind).state:
            return self.block(layer, t)
        if layer_spec(layer.kind).time == "reduces":
            return self.reduce(layer)
        if layer.kind == "add":
            return torch.stack(self.reads(layer, t)).sum(0)
        if layer.kind == "multiply":
            return torch.stack(self.reads(layer, t)).prod(0)
        joined = torch.cat(self.reads(layer, t), -1)
        if layer.kind == "attention":
            return self.attend(layer, t, joined)
        if layer.kind == "embedding":
            return self.parameters[f"{layer.id}.table"][joined[:, 0].round().long()]
        if layer.kind == "dropout":
            if layer.id not in self.masks:
                return joined * 1
            mask = self.masks[layer.id]
            return joined * (mask if t is None else mask[t if len(mask) > 1 else 0])
        if layer.kind == "layer_norm":
            mean = joined.mean(-1, keepdim=True)
            variance = ((joined - mean) ** 2).mean(-1, keepdim=True)
            normal = (joined - mean) / torch.sqrt(variance + 1e-5)
            return self.parameters[f"{layer.id}.gain"] * normal + self.parameters[f"{layer.id}.bias"]
        return joined * 1

    def attend(self, layer: Layer, t: int | None, query: Tensor) -> Tensor:
        """The mean of the valid steps of the memory, weighted by the softmax of their scores."""
        (link,) = self.network.into(layer.id, "memory")
        steps = range(self.axes.steps[link.source]) if self.shapes[link.source].sequence else [None]
        memory = [self.value(link.source, s) for s in steps]
        contexts, weights, scores = [], torch.zeros(self.batch, len(memory), dtype=self.dtype), []
        for b in range(self.batch):
            seen = self.seen(link, b)
            energies = torch.stack([self.score(layer, query[b], memory[s][b]) for s in seen])
            energies.retain_grad()
            own = torch.softmax(energies, 0)
            weights[b, seen] = own.detach()
            contexts.append(torch.stack([a * memory[s][b] for a, s in zip(own, seen, strict=True)]).sum(0))
            scores.append(energies)
        self.attention[layer.id, t], self.scores[layer.id, t] = weights, scores
        return torch.stack(contexts)

    def seen(self, link: Link, b: int) -> list[int]:
        """The steps of its memory that an attention layer looks at in one sample: those that are no padding."""
        return list(range(self.lengths(link.source)[b] if self.shapes[link.source].sequence else 1))

    def score(self, layer: Layer, q: Tensor, m: Tensor) -> Tensor:
        """e(q, m) of one query and one step of the memory, both (features,)."""
        how, learned = layer.params["score"], self.parameters
        if how == "additive":
            of_query, of_memory = learned[f"{layer.id}.query"], learned[f"{layer.id}.memory"]
            return learned[f"{layer.id}.energy"].dot(torch.tanh(of_query @ q + of_memory @ m))
        asked = q @ learned[f"{layer.id}.score"] if how == "general" else q
        return asked.dot(m) / (len(m) ** 0.5 if how == "scaled" else 1.0)

    def reads(self, layer: Layer, t: int | None) -> list[Tensor]:
        """What each link into a layer carries at step ``t``."""
        return [self.read(link, t) for link in self.network.into(layer.id)]

    def read(self, link: Link, t: int | None) -> Tensor:
        """The source ``delay`` steps before ``t``; before the start, its initial state."""
        if t is not None and t - link.delay < 0:
            start = self.initial(link.source)
            return start.detach() if self.crosses(0, t) else start
        if not self.shapes[link.source].sequence:
            return self.value(link.source, None)
        assert t is not None
        value = self.value(link.source, t - link.delay)
        inside = link.source in self.cut and link.target in self.cut and link.delay > 0
        return value.detach() if inside or self.crosses(t - link.delay, t) else value

    def crosses(self, t_from: int, t_to: int) -> bool:
        """Whether the gradient between two steps is cut by truncation."""
        return self.truncate > 0 and t_from // self.truncate != t_to // self.truncate

    def dense(self, layer: Layer, t: int | None) -> Tensor:
        """f(b + sum over links of W source)."""
        total = torch.zeros(self.batch, self.shapes[layer.id].features, dtype=self.dtype, device=self.device)
        if f"{layer.id}.bias" in self.parameters:
            total = total + self.parameters[f"{layer.id}.bias"]
        for link in self.network.into(layer.id):
            weight = self.parameters[f"{link.id}.weight"]
            if link.mask is not None:
                weight = weight * torch.as_tensor(link.mask, dtype=self.dtype, device=self.device)
            total = total + self.read(link, t) @ weight.T
        self.logits[layer.id, t] = total
        chosen = activation_of(layer)
        assert chosen is not None
        slope = [self.parameters[f"{layer.id}.slope"]] if chosen.key == "prelu" else []
        return activation(chosen)(total, *slope) * 1

    def initial(self, layer_id: str) -> Tensor:
        """What a layer reads as before the first step, (batch, features)."""
        handed = self.network.into(layer_id, "initial")
        if handed:
            return self.final(handed[0].source)
        features = self.shapes[layer_id].features
        if f"{layer_id}.initial" in self.parameters:
            return self.parameters[f"{layer_id}.initial"].expand(self.batch, features)
        return torch.zeros(self.batch, features, dtype=self.dtype, device=self.device)

    def initial_cell(self, layer_id: str) -> Tensor:
        """The cell state of an LSTM before the first step."""
        handed = self.network.into(layer_id, "initial")
        features = self.shapes[layer_id].features
        if handed and self.network.layers[handed[0].source].kind == "lstm":
            return self.final(handed[0].source, cell=True)
        if not handed and f"{layer_id}.initial_cell" in self.parameters:
            return self.parameters[f"{layer_id}.initial_cell"].expand(self.batch, features)
        return torch.zeros(self.batch, features, dtype=self.dtype, device=self.device)

    def final(self, layer_id: str, cell: bool = False) -> Tensor:
        """The last valid state of a layer; each direction of a block ends where it has read everything."""
        table = self.cells if cell else self.values
        if not self.shapes[layer_id].sequence:
            self.value(layer_id, None)
            return table[layer_id, None]
        for t in range(self.axes.steps[layer_id]):
            self.value(layer_id, t)
        last = self.at_last([table[layer_id, t] for t in range(self.axes.steps[layer_id])], layer_id)
        layer = self.network.layers[layer_id]
        if layer.params.get("bidirectional"):
            units = int(layer.params["units"])
            last = torch.cat([last[:, :units], table[layer_id, 0][:, units:]], -1)
        return last

    def lengths(self, layer_id: str) -> list[int]:
        """Valid steps of each sample on the time axis of a layer."""
        given = self.axes.lengths[layer_id]
        return [self.axes.steps[layer_id]] * self.batch if given is None else [int(n) for n in given]

    def at_last(self, steps: Sequence[Tensor], layer_id: str) -> Tensor:
        """Each sample's last valid step."""
        return torch.stack([steps[n - 1][b] for b, n in enumerate(self.lengths(layer_id))])

    def reduce(self, layer: Layer) -> Tensor:
        """Last step, mean or maximum over the valid steps of what enters."""
        sources = [link.source for link in self.network.into(layer.id) if self.shapes[link.source].sequence]
        if not sources:
            return torch.cat(self.reads(layer, None), -1) * 1
        entering = [torch.cat(self.reads(layer, t), -1) for t in range(self.axes.steps[sources[0]])]
        if layer.kind == "last_step":
            return self.at_last(entering, sources[0])
        rows = []
        for b, n in enumerate(self.lengths(sources[0])):
            valid = torch.stack([value[b] for value in entering[:n]])
            rows.append(valid.mean(0) if layer.kind == "mean_time" else valid.max(0).values)
        return torch.stack(rows)

    def block(self, layer: Layer, t: int | None) -> Tensor:
        """An RNN, LSTM or GRU at one step, both directions side by side; a static value is the only step."""
        states = [self.half(layer, suffix, t) for suffix in directions(layer)]
        if layer.kind == "lstm":
            self.cells[layer.id, t] = torch.cat([c for _, c in states], -1)
        return torch.cat([h for h, _ in states], -1)

    def half(self, layer: Layer, suffix: str, t: int | None) -> tuple[Tensor, Tensor]:
        """(h_t, c_t) of one direction of a block; c_t is h_t where the kind has no cell."""
        key = (layer.id, suffix, t)
        if key not in self.halves:
            x = torch.cat(self.reads(layer, t), -1)
            state = self.cell(layer, suffix, t, x, *self.past(layer, suffix, t))
            for tensor in state:
                tensor.retain_grad()
            self.halves[key] = state
        return self.halves[key]

    def cell(self, layer: Layer, suffix: str, t: int | None, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """(h_t, c_t) from what enters and the state before."""
        return CELLS[layer.kind](layer, self.weights(layer.id, suffix), x, h, c)

    def weights(self, layer_id: str, suffix: str) -> list[Tensor]:
        """weight_ih, weight_hh, bias_ih, bias_hh of one direction, so marked that every state has a gradient."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        found = [self.parameters[f"{layer_id}.{name}{suffix}"] for name in names]
        return [*found[:3], found[3] if found[3].requires_grad else found[3].detach().clone().requires_grad_()]

    def past(self, layer: Layer, suffix: str, t: int | None) -> tuple[Tensor, Tensor]:
        """The state that one direction of a block continues from at step ``t``."""
        units = int(layer.params["units"])
        part = slice(units, 2 * units) if suffix else slice(0, units)
        start = (
            self.initial(layer.id)[:, part],
            self.initial_cell(layer.id)[:, part] if layer.kind == "lstm" else None,
        )
        h0, c0 = start[0], start[0] if start[1] is None else start[1]
        if t is None:
            return h0, c0
        before = t + 1 if suffix else t - 1
        if not 0 <= before < self.axes.steps[layer.id]:
            return h0, c0
        h, c = self.half(layer, suffix, before)
        if layer.id in self.cut:
            h, c = h.detach(), c.detach()
        rows = []
        for b, n in enumerate(self.lengths(layer.id)):
            walked = n - 1 - t if suffix else t
            if suffix and before >= n:
                rows.append((h0[b], c0[b]))
            elif self.truncate and walked % self.truncate == 0:
                rows.append((h[b].detach(), c[b].detach()))
            else:
                rows.append((h[b], c[b]))
        return torch.stack([h for h, _ in rows]), torch.stack([c for _, c in rows])

    def run(self) -> ReferenceRun:
        """Walk through time; values of the past are then always there."""
        longest = max(self.axes.steps.values(), default=0)
        for t in range(longest):
            for layer_id, steps in self.axes.steps.items():
                if t < steps:
                    self.value(layer_id, t)
        for layer_id in self.network.layers:
            if layer_id not in self.axes.steps:
                self.value(layer_id, None)
        return ReferenceRun(self.values, self.logits, self.cells, self.halves, self.attention, self.axes.steps)


def interpret(
    network: Network,
    parameters: Mapping[str, Tensor],
    inputs: Mapping[str, Tensor],
    *,
    steps: int | None = None,
    lengths: Lengths = None,
    training: bool = False,
    generator: torch.Generator | None = None,
    truncate: int = 0,
    cut: frozenset[str] = frozenset(),
) -> ReferenceRun:
    """Run a network; the arguments mean what they mean for ``Program.run``."""
    axes = find_axes(network, groups(network), inputs, steps, lengths)
    first = next(iter(inputs.values()))
    masks = draw_masks(network, infer(network), axes, first.shape[-2], first.dtype, generator) if training else {}
    return Interpreter(network, parameters, inputs, axes, masks, truncate, cut).run()
