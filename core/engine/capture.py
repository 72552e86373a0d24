"""Exact gradients through time of one training step, for every layer with a state."""

from __future__ import annotations

import torch
from torch import Tensor

from core.engine.recorder import Recorder
from core.network import Layer
from core.reports import GradientProfile


class Capture:
    """Hand one to ``Program.run``; after ``loss.backward()`` it holds dL/dh_t of every step, exact.

    dL/dh_t is with respect to the layer's output value at step t. Its direct part comes over paths that leave the layer's
    component (the layers that it is in a cycle with, and its own recurrence) at step t itself; the rest comes through
    later steps.

    Capturing changes no bit of values or gradients. Only ``every_layer``, which is for passes beside the training, may
    round gradients in another way: it gives a layer that only passes values on a tensor of its own, and the gradients of a
    value that several layers read are then added up in another order.

    A loss that is computed from the sums of an output layer (its logits) reaches the layers below directly; it is no part
    of dL/dh_t of the output layer itself, unless its activation is the identity.
    """

    def __init__(self, every_layer: bool = False) -> None:
        self.every_layer = every_layer
        """True also keeps the total gradient of layers without a state."""
        self._recorders: dict[str, list[Recorder]] = {}
        self._values: dict[str, Tensor] = {}
        self._recurrent: list[str] = []
        self._with_cells: set[str] = set()

    def recorder(self, layer: Layer) -> Recorder:
        """A new place for gradients of a layer; a bidirectional block asks twice."""
        made = Recorder()
        if layer.kind == "lstm":
            self._with_cells.add(layer.id)
        self._recorders.setdefault(layer.id, []).append(made)
        return made

    def note(self, layer_id: str, value: Tensor, recurrent: bool) -> None:
        """Say what the value of a layer looks like."""
        self._values[layer_id] = value.detach()
        if recurrent:
            self._recurrent.append(layer_id)

    def watch(self, layer: Layer, value: Tensor) -> None:
        """Keep the gradient that arrives at the value of a layer without a state."""
        recorder = self.recorder(layer)

        def keep(grad: Tensor) -> None:
            recorder.total = grad
            recorder.direct = lambda: grad

        value.register_hook(keep)

    @property
    def recurrent(self) -> tuple[str, ...]:
        """Ids of the layers that have a profile."""
        return tuple(self._recurrent)

    def total(self, layer_id: str) -> Tensor:
        """dL/dh_t, (steps, batch, units); zeros where the loss does not depend on the layer."""
        return self._joined(layer_id, [r.total for r in self._recorders.get(layer_id, [])])

    def direct(self, layer_id: str) -> Tensor:
        """The part of ``total`` that leaves the layer's component at step t, (steps, batch, units)."""
        return self._joined(layer_id, [r.direct and r.direct() for r in self._recorders.get(layer_id, [])])

    def cell(self, layer_id: str) -> Tensor | None:
        """dL/dc_t of an LSTM, (steps, batch, units); None for other kinds."""
        recorders = self._recorders.get(layer_id, [])
        if layer_id not in self._with_cells:
            return None
        return self._joined(layer_id, [r.cell and r.cell() for r in recorders])

    def profiles(self, cells: bool = True) -> dict[str, GradientProfile]:
        """L2 norms over units, averaged over the batch, by layer id; dL/dc_t, which costs another pass, where asked."""
        made = {}
        for layer_id in self._recurrent:
            total, direct = self.total(layer_id), self.direct(layer_id)
            cell = self.cell(layer_id) if cells else None
            made[layer_id] = GradientProfile(
                _norm(total).numpy(),
                _norm(direct).numpy(),
                _norm(total - direct).numpy(),
                None if cell is None else _norm(cell).numpy(),
            )
        return made

    def _joined(self, layer_id: str, parts: list[Tensor | None]) -> Tensor:
        recorders = self._recorders.get(layer_id, [])
        if all(part is None for part in parts):
            return torch.zeros_like(self._values[layer_id])
        if len(parts) == 1 and parts[0] is not None:
            return recorders[0].in_time(parts[0])
        shape = self._values[layer_id].shape
        blank = self._values[layer_id].new_zeros(*shape[:-1], shape[-1] // len(parts))
        return torch.cat([blank if p is None else r.in_time(p) for p, r in zip(parts, recorders, strict=True)], -1)


def _norm(gradient: Tensor) -> Tensor:
    """(steps, batch, units) to (steps,)."""
    norms: Tensor = torch.linalg.vector_norm(gradient, dim=-1)
    return norms.mean(-1).cpu()
