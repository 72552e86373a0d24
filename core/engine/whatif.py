"""What if: one sample walked through a network with changes on the way, and its exact gradients.

The reference interpreter is one loop over time, so that a change at a step is a change of one value. The gradients are
autograd's through what was really computed: no gradient passes a number that was put, an arrow that was cut, or a state
that was swapped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from core.engine.capture import Capture
from core.engine.cells import lstm_inside
from core.engine.changes import Changes
from core.engine.model import Model, Pass
from core.engine.plan import inner_links
from core.engine.probes import Look
from core.engine.program import PROFILED, Values
from core.engine.reference import Interpreter, directions
from core.errors import BadValue
from core.network import Layer, Link
from core.parameters import parameters as declared
from core.traces import Alike

Parts = list[list[Tensor]]
"""By step the tensors that make up a value side by side."""


@dataclass
class Altered(Interpreter):
    """An interpreter that carries out changes. ``closed`` is the component whose past no gradient passes."""

    changes: Changes = None  # type: ignore[assignment]
    inside: Mapping[str, int] = field(default_factory=dict)
    """By id of a link that reaches into the past of its component, and of a block: the number of the component."""
    closed: int | None = None

    def compute(self, layer: Layer, t: int | None) -> Tensor:
        value = super().compute(layer, t)
        return value if layer.kind in ("rnn", "lstm", "gru") else self.changes.put(value, layer.id, t)

    def read(self, link: Link, t: int | None) -> Tensor:
        found = super().read(link, t)
        if self.changes.whatif.severed(link.id, t):
            return torch.zeros_like(found)
        return self._gated(found, link.id)

    def seen(self, link: Link, b: int) -> list[int]:
        left = [s for s in super().seen(link, b) if not self.changes.whatif.severed(link.id, s)]
        if not left:
            name = self.network.layers[link.target].name
            raise BadValue("“{layer}” has nothing left to look at: leave it one step of its memory.", layer=name)
        return left

    def initial(self, layer_id: str) -> Tensor:
        start = super().initial(layer_id)
        return start if self._handed(layer_id) else torch.zeros_like(start)

    def initial_cell(self, layer_id: str) -> Tensor:
        start = super().initial_cell(layer_id)
        return start if self._handed(layer_id) else torch.zeros_like(start)

    def _handed(self, layer_id: str) -> bool:
        return all(self.changes.handed(link) for link in self.network.into(layer_id, "initial"))

    def past(self, layer: Layer, suffix: str, t: int | None) -> tuple[Tensor, Tensor]:
        h, c = super().past(layer, suffix, t)
        if self.changes.whatif.severed(layer.id, t, bool(suffix)):
            return torch.zeros_like(h), torch.zeros_like(c)
        return self._gated(h, layer.id), self._gated(c, layer.id)

    def cell(self, layer: Layer, suffix: str, t: int | None, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        units = int(layer.params["units"])
        part = slice(units, 2 * units) if suffix else slice(0, units)
        if layer.kind == "lstm":
            opened, new = lstm_inside(self.weights(layer.id, suffix), x, h, c)
            new = _leaf(self.changes.put(new, layer.id, t, "cell", part))
            return _leaf(self.changes.put(opened * torch.tanh(new), layer.id, t, "value", part)), new
        state, _ = super().cell(layer, suffix, t, x, h, c)
        state = _leaf(self.changes.put(state, layer.id, t, "value", part))
        return state, state

    def _gated(self, value: Tensor, key: str) -> Tensor:
        """The same value, through which no gradient comes while its component is ``closed``."""
        component = self.inside.get(key)
        if component is None or not value.requires_grad:
            return value
        own = value.view_as(value)
        own.register_hook(lambda grad: torch.zeros_like(grad) if self.closed == component else grad)
        return own

    def parts(self, key: str, which: int = 0) -> Parts:
        """The tensors whose gradient is that of a layer (1: of its cell)."""
        steps: list[int | None] = [*range(self.axes.steps[key])] if key in self.axes.steps else [None]
        layer = self.network.layers[key]
        if layer.kind not in ("rnn", "lstm", "gru"):
            return [[self.values[key, t]] for t in steps]
        return [[self.halves[key, suffix, t][which] for suffix in directions(layer)] for t in steps]

    def joined(self, key: str, parts: Parts) -> Tensor:
        """(steps, batch, units), or (batch, units) of a static value."""
        rows = [torch.cat(row, -1) for row in parts]
        return torch.stack(rows) if key in self.axes.steps else rows[0]


def _leaf(value: Tensor) -> Tensor:
    """Where all units are put nothing is left that has a gradient, but one is asked for."""
    return value if value.requires_grad else value.detach().clone().requires_grad_()


@torch.enable_grad()
def altered(plain: Look, changes: Changes) -> Look:
    """The sample of ``plain`` with ``changes``: values, loss, dL/dh of every layer and dL/dW."""
    model, batch = plain.model, plain.batch
    if not changes.whatif.interventions:
        seen = model.looked_at(plain.parameters, batch, truncate=changes.truncate)
        return Look.of(model, plain.parameters, seen, changes)
    copies = {name: tensor.detach().clone().requires_grad_() for name, tensor in plain.parameters.items()}
    walker = Altered(
        plain.network, copies, batch.inputs, plain.axes, {}, changes.truncate, changes=changes, inside=_inside(model)
    )
    found = walker.run()
    outputs = {key: found.output(key) for key in plain.network.layers}
    sums = [layer.id for layer in plain.network.of_kind("output")]
    values = Values(
        outputs,
        {key: outputs[key] if walker.is_identity(key) else found.logit(key) for key in sums},
        {layer.id: walker.joined(layer.id, walker.parts(layer.id, 1)) for layer in plain.network.of_kind("lstm")},
        {layer.id: found.weights(layer.id) for layer in plain.network.of_kind("attention")},
        plain.axes.steps,
        plain.axes.lengths,
        dict,
    )
    answers = model.objective.answers(values)
    loss = model.objective.loss(answers, batch)
    capture = _captured(model, walker, values, loss, copies)
    return Look.of(model, plain.parameters, Pass(batch, values, answers, loss, capture, copies), changes)


def _inside(model: Model) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, part in enumerate(model.program.plan.parts):
        if part.recurrent:
            found |= {link.id: number for link in inner_links(model.network, part.layers) if link.delay}
            found |= {key: number for key in part.layers if model.network.layers[key].kind in ("rnn", "lstm", "gru")}
    return found


def _captured(model: Model, walker: Altered, values: Values, loss: Tensor, copies: Mapping[str, Tensor]) -> Capture:
    """Gradients of everything, and of what is recurrent those that pass no later step."""
    capture = Capture(every_layer=True)
    network, names = model.network, [name for name, copy in copies.items() if copy.requires_grad]
    wanted = {(layer.id, 0): walker.parts(layer.id) for layer in network}
    wanted |= {(layer.id, 1): walker.parts(layer.id, 1) for layer in network.of_kind("lstm")}
    totals, weights = _gradients(walker, loss, wanted, [copies[name] for name in names])
    for name, grad in zip(names, weights, strict=True):
        copies[name].grad = grad
    direct: dict[tuple[str, int], Tensor] = {}
    for number, part in enumerate(model.program.plan.parts):
        if part.recurrent:
            walker.closed = number
            direct |= _gradients(walker, loss, {(key, 0): wanted[key, 0] for key in part.layers}, [])[0]
    walker.closed = None
    for layer in network:
        recorder = capture.recorder(layer)
        recorder.total = totals[layer.id, 0]
        recorder.direct = _given(direct.get((layer.id, 0), totals[layer.id, 0]))
        if layer.kind == "lstm":
            recorder.cell = _given(totals[layer.id, 1])
        recurrent = model.program.plan.part_of(layer.id).recurrent and layer.kind in PROFILED
        capture.note(layer.id, values.outputs[layer.id], recurrent)
    return capture


def _given(value: Tensor) -> Callable[[], Tensor]:
    return lambda: value


def _gradients(
    walker: Altered, loss: Tensor, wanted: Mapping[tuple[str, int], Parts], also: list[Tensor]
) -> tuple[dict[tuple[str, int], Tensor], list[Tensor | None]]:
    """The gradient of the loss at values of layers, joined over time, and at other tensors."""
    flat = [tensor for parts in wanted.values() for row in parts for tensor in row]
    found = torch.autograd.grad(loss, [*flat, *also], retain_graph=True, allow_unused=True)
    rest = iter(torch.zeros_like(of) if grad is None else grad for of, grad in zip(flat, found, strict=False))
    joined = {key: walker.joined(key[0], [[next(rest) for _ in row] for row in parts]) for key, parts in wanted.items()}
    return joined, list(found[len(flat) :])


def alike(one: Look, other: Look) -> dict[str, Alike]:
    """How the gradients of the weights of ``one`` compare with those of ``other``: by layer id, "" for all of them.

    Weights of a link belong to the layer that it ends at.
    """
    return compared(one.learned(one.seen), other.learned(other.seen), one)


def compared(cut: Mapping[str, Tensor], full: Mapping[str, Tensor], look: Look) -> dict[str, Alike]:
    """The same of gradients by the names of their tensors."""
    owners = {name: one.layer for name, one in declared(look.network).items()}
    found: dict[str, Alike] = {}
    for layer in ["", *dict.fromkeys(owners[name] for name in full)]:
        names = [name for name in full if layer in ("", owners[name])]
        inner = sum(
            float((cut[name].cpu().double() * full[name].cpu().double()).sum()) for name in names if name in cut
        )
        size, whole = (_length([of[name] for name in names if name in of]) for of in (cut, full))
        found[layer] = Alike(inner / (size * whole) if size * whole else 0.0, size, whole)
    return found


def _length(tensors: list[Tensor]) -> float:
    return float(sum(float(tensor.cpu().double().square().sum()) for tensor in tensors) ** 0.5)
