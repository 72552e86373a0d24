"""Probes: questions about a network that cost more than a glance. Asked by hand or on a schedule within a budget.

What there is to ask is declared in core.catalogue.probes; the answers are computed in probes_time, probes_memory and
probes_state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.catalogue.probes import PROBES, probe_spec
from core.catalogue.spec import Choice
from core.engine.activations import resolve
from core.engine.axes import Axes, find_axes, groups
from core.engine.batches import Batch
from core.engine.changes import Changes
from core.engine.model import Model, Pass
from core.errors import BadValue, GivenUp, StudioError
from core.network import Layer, Network
from core.reports import ProbeResult


def never() -> bool:
    """Whether an answer was given up, where nobody can."""
    return False


@dataclass(frozen=True, eq=False)
class Look:
    """What a probe may look at: a network with its weights, and some samples. Without dropout, without truncation."""

    model: Model
    parameters: Mapping[str, Tensor]
    batch: Batch
    layer: str = ""
    """Id of the layer asked about; "" for the whole network."""
    changes: Changes | None = None
    """What is changed in the pass ``seen`` by a what-if."""
    given_up: Callable[[], bool] = never
    """Asked now and then by what takes long: whether something else is wanted instead."""

    @classmethod
    def of(cls, model: Model, parameters: Mapping[str, Tensor], done: Pass, changes: Changes | None = None) -> Look:
        """A look at a pass that has been made, instead of one beside it."""
        look = cls(model, parameters, done.batch, changes=changes)
        vars(look)["seen"] = done
        return look

    def breathe(self) -> None:
        """Called between two pieces of what takes long; GivenUp where nobody waits for it any longer."""
        if self.given_up():
            raise GivenUp("The measurement was given up, because something else was wanted meanwhile: ask again.")

    @cached_property
    def seen(self) -> Pass:
        """The samples run forward and backward."""
        return self.model.looked_at(self.parameters, self.batch, truncate=0)

    @cached_property
    def axes(self) -> Axes:
        """Steps and valid lengths of every sequence layer."""
        batch = self.batch
        return find_axes(self.network, groups(self.network), batch.inputs, batch.steps, batch.lengths)

    @property
    def network(self) -> Network:
        return self.model.network

    @property
    def asked(self) -> Layer:
        return self.network.layers[self.layer]

    def learned(self, seen: Pass) -> dict[str, Tensor]:
        """The gradients of the parameters that learn, from a pass of ``looked_at``; one that got none is left out."""
        grads = {name: seen.parameters[name].grad for name, tensor in self.parameters.items() if tensor.requires_grad}
        return {name: grad for name, grad in grads.items() if grad is not None}


def measure(choice: Choice, look: Look, batch: int) -> ProbeResult:
    """Ask one probe. BadValue where it needs a layer and none (or none that it can answer for) is given."""
    spec = probe_spec(choice.key)
    if spec.about == "layer" and look.layer not in look.network.layers:
        raise BadValue("“{probe}” looks at a single layer: choose one.", probe=spec.title)
    began = perf_counter()
    settings = {key: value for key, value in choice.values.items() if key != "samples"}
    try:
        values = resolve(spec.runs)(look, **settings)
    except torch.linalg.LinAlgError:  # type: ignore[attr-defined]
        raise BadValue(
            "“{probe}” met numbers that are too large to compute with: look at the weights first.", probe=spec.title
        ) from None
    arrays = {name: np.asarray(value) for name, value in values.items()}
    return ProbeResult(choice.key, look.layer, batch, np.array(look.batch.samples), arrays, perf_counter() - began)


@dataclass
class _Asked:
    """A probe on a schedule."""

    choice: Choice
    layer: str
    every: int
    next: int
    cost: float = 0.0
    """Seconds that it took last time."""


class Schedule:
    """The probes that are asked again and again while training, within a share of its time.

    A probe that is due waits until the budget allows it; so nothing is ever measured too late to be true, only later.
    """

    def __init__(self, share: float = 0.1) -> None:
        self.share = share
        """What all probes together may take of the training time, 0 to 1; the first answer of each is free."""
        self.spent = 0.0
        """Seconds taken so far."""
        self.refused: list[StudioError] = []
        """Why probes were taken off the schedule; whoever tells the user clears it."""
        self._beside = 0.0
        """Those of ``spent`` that are no part of the training time."""
        self._asked: dict[tuple[str, str], _Asked] = {}

    def ask(self, key: str, layer: str = "", every: int = 50, **settings: Any) -> None:
        """Measure a probe every so many batches from now on; 0 no longer."""
        self._asked.pop((key, layer), None)
        if every:
            self._asked[key, layer] = _Asked(PROBES.choose(key, **settings), layer, every, 0)

    def only(self, key: str, layer: str = "", every: int = 1, **settings: Any) -> None:
        """Ask this probe and no other; "" none at all. One that is asked so already keeps its turn."""
        kept = self._asked.get((key, layer))
        self._asked.clear()
        if not key:
            return
        self.ask(key, layer, every, **settings)
        if kept is not None and kept.choice == self._asked[key, layer].choice:
            self._asked[key, layer] = kept

    def charge(self, seconds: float) -> None:
        """Let the schedule wait for what a probe took that was asked by hand while training."""
        self.spent += seconds
        self._beside += seconds

    def due(self, batch: int, seconds: float, answer: Callable[[Choice, str], ProbeResult]) -> tuple[ProbeResult, ...]:
        """The answers of the probes whose turn it is before training step ``batch``, after ``seconds`` of training."""
        found, allowed = [], self.share * (seconds - self.spent + self._beside)
        for place, one in list(self._asked.items()):
            if batch < one.next or (one.cost and self.spent + one.cost > allowed):
                continue
            try:
                result = answer(one.choice, one.layer)
            except GivenUp:
                continue
            except StudioError as error:
                # No reason to end the training: the probe alone is given up.
                self.refused.append(error)
                del self._asked[place]
                continue
            one.cost, one.next = result.seconds, batch + one.every
            self.spent += result.seconds
            found.append(result)
        return tuple(found)


def tiled(batch: Batch, copies: int) -> Batch:
    """The samples of a batch repeated: all of them, then all of them again."""

    def repeat(values: Tensor) -> Tensor:
        return values.repeat(1, copies, 1) if values.dim() == 3 else values.repeat(copies, 1)

    return replace(
        batch,
        samples=np.tile(batch.samples, copies),
        inputs={key: repeat(values) for key, values in batch.inputs.items()},
        target=repeat(batch.target),
        mask=None if batch.mask is None else batch.mask.repeat(1, copies),
        lengths=batch.lengths and {key: steps.repeat(copies) for key, steps in batch.lengths.items()},
    )
