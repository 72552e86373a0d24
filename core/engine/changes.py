"""A what-if made ready for one sample: which numbers stand where, which arrows carry nothing, where no gradient passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from core.catalogue.layers import layer_spec
from core.engine.axes import Axes
from core.network import Link, Network
from core.whatif import START, Of, Put, Room, Swap, WhatIf

if TYPE_CHECKING:
    from core.engine.probes import Look

Held = tuple[Tensor, Tensor]
"""(where a number is put, that number): (steps, 1, units), or (1, units) of a static value."""


@dataclass(frozen=True, eq=False)
class Changes:
    """What ``WhatIf`` means for the single sample of a batch."""

    whatif: WhatIf
    network: Network
    axes: Axes
    held: Mapping[tuple[str, Of], Held]

    @property
    def truncate(self) -> int:
        """Steps after which the gradient is cut; 0 for never."""
        return self.whatif.truncate

    def put(
        self, value: Tensor, layer: str, step: int | None = None, of: Of = "value", units: slice = slice(None)
    ) -> Tensor:
        """``value`` of a layer (at one step, or at all of them) with what is put in its place; no gradient passes there."""
        found = self.held.get((layer, of))
        if found is None:
            return value
        where, numbers = (part if step is None else part[step] for part in found)
        return torch.where(where[..., units], numbers[..., units], value)

    def free(self, layer: str, of: Of, like: Tensor) -> Tensor:
        """1 where a gradient passes from a value to what it was computed from, 0 where a number is put; as ``like``."""
        found = self.held.get((layer, of))
        return torch.ones_like(like) if found is None else (~found[0]).to(like.dtype).expand_as(like)

    def handed(self, link: Link) -> bool:
        """Whether a link hands over the state that a layer starts from."""
        return not self.whatif.severed(link.id, START)

    def severed(self, key: str, steps: int, reverse: bool = False) -> Tensor:
        """(steps,) True where a copy of an arrow is cut."""
        return torch.tensor([self.whatif.severed(key, t, reverse) for t in range(steps)])

    def link_passes(self, link: Link, steps: int) -> Tensor:
        """(steps,) False where no gradient goes back along a link into a layer at this step."""
        cut = self.severed(link.id, steps)
        reduces = layer_spec(self.network.layers[link.target].kind).time == "reduces"
        if not self.truncate or link.source not in self.axes.steps or reduces:
            return ~cut
        t = torch.arange(steps)
        return ~cut & (t // self.truncate == (t - link.delay).clamp(min=0) // self.truncate)

    def memory_passes(self, layer: str, steps: int, suffix: str) -> Tensor:
        """(steps,) False where no gradient goes from step t of a block to the state that it continues from."""
        cut = self.severed(layer, steps, bool(suffix))
        if not self.truncate:
            return ~cut
        lengths = self.axes.lengths.get(layer)
        valid = steps if lengths is None else int(lengths[0])
        t = torch.arange(steps)
        walked = valid - 1 - t if suffix else t
        return ~cut & ((walked <= 0) | (walked % self.truncate != 0))


def changes(plain: Look, whatif: WhatIf, other: Callable[[int], Look]) -> Changes:
    """Make ``whatif`` ready for the single sample of ``plain``.

    plain: the sample without any what-if, which says what a clamped unit keeps. other: the same of another sample.
    BadValue where something is changed that is not there.
    """
    network, axes = plain.network, plain.axes
    room = Room(network, axes.steps, _valid(axes))
    made: dict[tuple[str, Of], Held] = {}
    for one in whatif.interventions:
        room.check(one)
        match one:
            case Swap():
                found = other(one.sample)
                Room(network, found.axes.steps, _valid(found.axes)).check(one)  # the other sample may be shorter
                for of in _parts(network, one.layer):
                    _hold(_place(made, plain, one.layer, of), one.step, None, _of(found, one.layer, of))
            case Put():
                values = _of(plain, one.layer, one.of)
                if one.value is not None:
                    values = torch.full_like(values, one.value)
                _hold(_place(made, plain, one.layer, one.of), one.step, one.unit, values)
    return Changes(whatif, network, axes, made)


def _valid(axes: Axes) -> dict[str, int]:
    return {key: int(found[0]) for key, found in axes.lengths.items() if found is not None}


def _parts(network: Network, layer: str) -> tuple[Of, ...]:
    return ("value", "cell") if network.layers[layer].kind == "lstm" else ("value",)


def _of(look: Look, layer: str, of: Of) -> Tensor:
    return (look.seen.values.cells if of == "cell" else look.seen.values.outputs)[layer].detach()


def _place(made: dict[tuple[str, Of], Held], plain: Look, layer: str, of: Of) -> Held:
    if (layer, of) not in made:
        values = _of(plain, layer, of)
        made[layer, of] = torch.zeros_like(values, dtype=torch.bool), torch.zeros_like(values)
    return made[layer, of]


def _hold(held: Held, step: int | None, unit: int | None, values: Tensor) -> None:
    where, numbers = held
    units = slice(None) if unit is None else slice(unit, unit + 1)
    at = (..., units) if step is None else (step, ..., units)
    where[at], numbers[at] = True, values[at]
