"""A network compiled for training: ``compile_network(network).run(parameters, inputs)``.

Whatever is not recurrent runs over all steps at once; only true cycles are walked step by step (see ``Program.plan``).
What a run means is defined by core.engine.reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from core.engine.at_once import compute
from core.engine.axes import Lengths, find_axes, groups
from core.engine.blocks import block, self_loop
from core.engine.capture import Capture
from core.engine.cycles import Cycle, compile_cycle, run_cycle
from core.engine.execution import Execution
from core.engine.masks import draw_masks
from core.engine.plan import Part, Plan, make_plan
from core.errors import NotTrainable
from core.network import Network
from core.shapes import Shape, infer


@dataclass
class Values:
    """What a run computed, by layer id."""

    outputs: dict[str, Tensor]
    """(steps, batch, features), or (batch, features) of a static value."""
    logits: dict[str, Tensor]
    """Sums before the activation, of output layers."""
    cells: dict[str, Tensor]
    """c_t of LSTM layers: of all that are part of a cycle, of the rest where every layer is captured."""
    attention: dict[str, Tensor]
    """The weights of attention layers, without gradient: (steps, batch, memory steps), or (batch, memory steps)."""
    steps: Mapping[str, int]
    """Steps of each sequence layer."""
    lengths: Mapping[str, Tensor | None]
    """(batch,) steps of each sequence layer that are no padding; None where all are."""
    carry: Callable[[], dict[str, Tensor]]
    """Gives what to pass as ``initial`` to continue the same sequences where this run ended; without gradient."""


PROFILED = frozenset({"dense", "output", "rnn", "lstm", "gru"})
"""Kinds of layers with neurons: those that a gradient profile is shown of when they are recurrent."""


class Program:
    """A compiled network. It holds no weights and no state: one program serves any number of runs."""

    def __init__(self, network: Network, dtype: torch.dtype, device: torch.device) -> None:
        self.network = network
        self.dtype = dtype
        self.device = device
        self.shapes: dict[str, Shape] = infer(network)
        for layer in network:
            if layer.id not in self.shapes:
                raise NotTrainable("The size of “{layer}” is not known: nothing enters it.", layer=layer.name)
        self.plan: Plan = make_plan(network)
        self._groups = groups(network)
        self._into = {layer.id: network.into(layer.id) for layer in network}
        self._handed = {layer.id: network.into(layer.id, "initial") for layer in network}
        self._cycles: dict[Part, Cycle] = {
            part: compile_cycle(network, self.shapes, part) for part in self.plan.parts if part.kernel == "scan"
        }

    def run(
        self,
        parameters: Mapping[str, Tensor],
        inputs: Mapping[str, Tensor],
        *,
        steps: int | None = None,
        training: bool = False,
        generator: torch.Generator | None = None,
        lengths: Lengths = None,
        capture: Capture | None = None,
        truncate: int = 0,
        initial: Mapping[str, Tensor] | None = None,
    ) -> Values:
        """Compute every layer.

        inputs: by id of input layer, (steps, batch, features) or (batch, features). steps: length of sequences for which
        nothing else says one. lengths: valid steps (see Lengths); what comes after is padding. training: dropout is on, its
        masks drawn from ``generator``. truncate: steps after which the gradient through time is cut, 0 for never.
        initial: ``Values.carry()`` of an earlier run.
        """
        run = self.begin(
            parameters, inputs, steps=steps, training=training, generator=generator, lengths=lengths, capture=capture,
            truncate=truncate, initial=initial,
        )  # fmt: skip
        for part in self.plan.parts:
            self.compute(run, part)
        logits = {layer.id: run.logits[layer.id] for layer in self.network.of_kind("output")}
        return Values(run.values, logits, run.cells, run.attention, run.axes.steps, run.axes.lengths, run.hand_over)

    def begin(
        self,
        parameters: Mapping[str, Tensor],
        inputs: Mapping[str, Tensor],
        *,
        steps: int | None = None,
        training: bool = False,
        generator: torch.Generator | None = None,
        lengths: Lengths = None,
        capture: Capture | None = None,
        truncate: int = 0,
        initial: Mapping[str, Tensor] | None = None,
    ) -> Execution:
        """A run of which nothing is computed yet: its axes are known and its dropout masks are drawn."""
        entering = {key: value.to(self.device, self.dtype) for key, value in inputs.items()}
        first = next(iter(entering.values()))
        batch = first.shape[-2]
        axes = find_axes(self.network, self._groups, entering, steps, self._whole_numbers(lengths))
        masks = draw_masks(self.network, self.shapes, axes, batch, self.dtype, generator) if training else {}
        masks = {key: mask.to(self.device) for key, mask in masks.items()}
        like = torch.empty(0, dtype=self.dtype, device=self.device)
        return Execution(
            self.network, self._into, self._handed, self.shapes, parameters, entering, axes, batch, like, masks, truncate,
            initial or {}, capture,
        )  # fmt: skip

    def _whole_numbers(self, lengths: Lengths) -> Lengths:
        if lengths is None or isinstance(lengths, Tensor):
            return None if lengths is None else lengths.to(self.device).long()
        return {key: each.to(self.device).long() for key, each in lengths.items()}

    def compute(self, run: Execution, part: Part) -> None:
        """Compute the layers of a part, whose sources have been computed before."""
        if part.kernel == "scan":
            run_cycle(run, self._cycles[part])
        else:
            layer = self.network.layers[part.layers[0]]
            how = {"layer": compute, "elman": self_loop}.get(part.kernel, block)
            run.values[layer.id] = how(run, layer)
        if run.capture is not None:
            for key in part.layers:
                self._capture(run, run.capture, key, part)

    def _capture(self, run: Execution, capture: Capture, key: str, part: Part) -> None:
        recorded = part.kernel != "layer"
        value = run.values[key]
        if capture.every_layer and not recorded:
            # a tensor of its own: layers that only pass values on share one with what they read
            own = value.view_as(value) if value.requires_grad else value.detach().requires_grad_()
            run.values[key] = own
            if run.logits.get(key) is value:
                run.logits[key] = own
            capture.watch(self.network.layers[key], own)
        if capture.every_layer or recorded:
            capture.note(key, value, part.recurrent and self.network.layers[key].kind in PROFILED)


def compile_network(
    network: Network, *, dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu"
) -> Program:
    """Choose a schedule for a network; NotTrainable says what stands in the way."""
    return Program(network, dtype, torch.device(device))
