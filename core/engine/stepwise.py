"""A network that is walked one step at a time, because what it answers at a step is what it reads at the next one.

Whatever does not hang on the fed-back input (an encoder, a class that is given once) is computed once, for all steps
together. The rest carries its states from step to step and computes what ``Program.run`` would, given the same inputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import networkx as nx
import torch
from torch import Tensor

from core.catalogue.layers import layer_spec
from core.engine.axes import Axes, Lengths
from core.engine.execution import Execution, cell_name
from core.engine.objective import Answers
from core.engine.plan import Part
from core.engine.program import Program
from core.errors import NotTrainable
from core.network import Network
from core.shapes import groups


class Stepwise:
    """One walk of a batch along the time axis of the inputs ``fed`` (ids of layers). Nothing in it has a gradient."""

    @torch.no_grad()
    def __init__(
        self,
        program: Program,
        parameters: Mapping[str, Tensor],
        output: str,
        fed: Sequence[str],
        inputs: Mapping[str, Tensor],
        *,
        steps: int,
        batch: int = 1,
        lengths: Lengths = None,
        training: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        """``inputs`` by id of input layer, as for ``Program.run``; those of ``fed`` are not read.

        steps: the most that will be walked; where another input runs in step, that says how many. batch: how many
        sequences, where no input tells. training: dropout is on, with the masks that ``Program.run`` would draw.
        """
        self.program, self.output, self.t = program, output, 0
        self.looked: Tensor | None = None
        """(batch, memory steps) what the first attention layer on the way looked at in the last step."""
        network = program.network
        self._fed = tuple(fed)
        given = {key: value for key, value in inputs.items() if key not in self._fed}
        batch = next((value.shape[-2] for value in given.values()), batch)
        self.steps = _steps_beside(network, self._fed, given) or steps
        """How far it can be walked."""
        blank = {key: torch.zeros(self.steps, batch, int(network.layers[key].params["units"])) for key in self._fed}
        self._whole = program.begin(
            parameters, {**given, **blank}, steps=self.steps, lengths=lengths, training=training, generator=generator
        )
        self._before, self._parts = _split(program, self._fed, output)
        for part in self._before:
            program.compute(self._whole, part)
        self._alongside = _axis(network, self._fed)
        depths = _depths(network, program)
        stepped = [key for part in self._parts for key in part.layers]
        whole = self._whole
        self._carried = {key: whole.history(key, depths[key]) for key in stepped if key in depths}
        for key in stepped:
            if network.layers[key].kind == "lstm":
                self._carried[cell_name(key)] = whole.initial_cell(key)
        self._past = {
            key: torch.cat([whole.history(key, depths[key]), value])
            for key, value in whole.values.items()
            if key in self._alongside and key in depths
        }
        self._depths = depths

    @property
    def like(self) -> Tensor:
        """Any tensor of the type and on the device of what is read."""
        return self._whole.like

    @torch.no_grad()
    def step(self, read: Tensor) -> Answers:
        """What the network answers when it reads ``read`` (batch, features) next: (batch, units) each."""
        run = self._now(read)
        for part in self._parts:
            self.program.compute(run, part)
            for key in part.layers:
                if key in self._depths:
                    self._carried[key] = torch.cat([self._carried[key], run.values[key]])[-self._depths[key] :]
                if key in run.last_cells:
                    self._carried[cell_name(key)] = run.last_cells[key]
        self.t += 1
        self.looked = next((weights[0] for weights in run.attention.values()), None)
        return Answers(run.values[self.output][0], run.logits[self.output][0])

    def choose(self, rows: Tensor) -> None:
        """Go on with these sequences (numbers in the batch) alone: some may be gone, others there several times."""
        self._carried = _rows(self._carried, rows)
        self._past = _rows(self._past, rows)
        whole = self._whole
        lengths = {key: None if n is None else n.index_select(0, rows) for key, n in whole.axes.lengths.items()}
        self._whole = replace(
            whole,
            values=_rows(whole.values, rows),
            masks=_rows(whole.masks, rows),
            axes=Axes(whole.axes.steps, lengths),
            batch=len(rows),
        )

    def _now(self, read: Tensor) -> Execution:
        """The run of this step: what was computed before, cut to the step where it has the same time axis."""
        whole, t = self._whole, self.t
        now = slice(t, t + 1)
        steps = {key: 1 if key in self._alongside else n for key, n in whole.axes.steps.items()}
        lengths = {key: None if key in self._alongside else n for key, n in whole.axes.lengths.items()}
        masks = {
            key: mask[now] if key in self._alongside and len(mask) > 1 else mask for key, mask in whole.masks.items()
        }
        values = {key: value[now] if key in self._alongside else value for key, value in whole.values.items()}
        past = {key: value[t : t + self._depths[key]] for key, value in self._past.items()}
        return replace(
            whole,
            inputs={key: read.to(whole.like)[None] for key in self._fed},
            axes=Axes(steps, lengths),
            masks=masks,
            carried={**self._carried, **past},
            truncate=0,
            values=values,
            logits={},
            cells={},
            last_cells={},
            attention={},
        )


def _rows(tensors: Mapping[str, Tensor], rows: Tensor) -> dict[str, Tensor]:
    """The batch is the last but one axis of everything."""
    return {key: tensor.index_select(-2, rows) for key, tensor in tensors.items()}


def _axis(network: Network, fed: Sequence[str]) -> frozenset[str]:
    """The layers that run in step with the inputs ``fed``."""
    return frozenset(key for group in groups(network) if any(layer in fed for layer in group) for key in group)


def _steps_beside(network: Network, fed: Sequence[str], given: Mapping[str, Tensor]) -> int | None:
    """How many steps other inputs and repeat layers on the same time axis have; None where they leave it open."""
    for key in _axis(network, fed):
        if key in given:
            return len(given[key])
        if network.layers[key].kind == "repeat" and network.layers[key].params["steps"]:
            return int(network.layers[key].params["steps"])
    return None


def _split(program: Program, fed: Sequence[str], output: str) -> tuple[list[Part], list[Part]]:
    """The parts that do not hang on what is fed back, and those that do, as far as the output needs them."""
    network = program.network
    graph = nx.DiGraph()
    graph.add_nodes_from(network.layers)
    graph.add_edges_from((link.source, link.target) for link in network.links.values())
    needed = nx.ancestors(graph, output) | {output}
    after = set(fed).union(*(nx.descendants(graph, key) for key in fed)) & needed
    if output not in after:
        raise NotTrainable("“{layer}” does not read what is fed back.", layer=network.layers[output].name)
    _check(program, after)
    parts = [part for part in program.plan.parts if needed.intersection(part.layers)]
    return (
        [part for part in parts if not after.intersection(part.layers)],
        [part for part in parts if after.intersection(part.layers)],
    )


def _check(program: Program, stepped: set[str]) -> None:
    """Refuse what needs answers that are not given yet."""
    network = program.network
    whole = [
        network.layers[key]
        for key in network.layers
        if key in stepped
        and (
            not program.shapes[key].sequence
            or not layer_spec(network.layers[key].kind).causal
            or network.layers[key].params.get("bidirectional")
        )
    ]
    alongside = _axis(network, [key for key in stepped if network.layers[key].kind == "input"])
    for link in network.links.values():
        if link.role != "data" and link.target in stepped and link.source in alongside:
            whole.append(network.layers[link.target])
    if whole:
        raise NotTrainable(
            "“{layer}” needs all steps of the answer at once, so that the answer can not be made step by step.",
            layer=whole[0].name,
        )


def _depths(network: Network, program: Program) -> dict[str, int]:
    """How many past values of each layer are read, by id; layers of which none is read are absent."""
    depths = {layer.id: 1 for layer in network if layer_spec(layer.kind).state}
    for link in network.links.values():
        if link.recurrent and program.shapes[link.target].sequence:
            depths[link.source] = max(depths.get(link.source, 1), link.delay)
    return depths
