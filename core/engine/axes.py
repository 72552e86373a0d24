"""Time axes: which sequences run in step with one another, how long they are and which steps are valid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from core.errors import DataError
from core.network import Network
from core.shapes import groups

__all__ = ["Axes", "Lengths", "find_axes", "groups"]

Lengths = Tensor | Mapping[str, Tensor] | None
"""(batch,) valid steps, of all inputs or by id of input layer; None where all steps are valid."""


@dataclass(frozen=True)
class Axes:
    """Length of every sequence layer and how much of it is not padding."""

    steps: Mapping[str, int]
    """Steps by id of the layers that are sequences."""
    lengths: Mapping[str, Tensor | None]
    """(batch,) valid steps by id of the layers that are sequences; None where all steps are valid."""


def find_axes(
    network: Network,
    grouped: list[list[str]],
    inputs: Mapping[str, Tensor],
    steps: int | None = None,
    lengths: Lengths = None,
) -> Axes:
    """The axes of one run: inputs and ``repeat`` layers say how long they are, ``steps`` fills in where none does.

    ``grouped`` is ``groups(network)``. ``lengths`` are the valid steps of the inputs; sequences that start inside the network
    are valid throughout.
    """
    all_steps: dict[str, int] = {}
    all_lengths: dict[str, Tensor | None] = {}
    for group in grouped:
        entering = [key for key in group if key in inputs]
        count = _steps_of(network, group, inputs, steps)
        told = _told(lengths, entering)
        valid = None if told is None else told.clamp(1, count)
        for key in group:
            all_steps[key] = count
            all_lengths[key] = valid
    return Axes(all_steps, all_lengths)


def _told(lengths: Lengths, entering: list[str]) -> Tensor | None:
    """What is said about the inputs that enter one time axis; the first one decides for all."""
    if lengths is None or not entering:
        return None
    if isinstance(lengths, Tensor):
        return lengths
    return next((lengths[key] for key in entering if key in lengths), None)


def _steps_of(network: Network, group: list[str], inputs: Mapping[str, Tensor], steps: int | None) -> int:
    known = {network.layers[key].name: len(inputs[key]) for key in group if key in inputs}
    for key in group:
        if network.layers[key].kind == "repeat" and network.layers[key].params["steps"]:
            known[network.layers[key].name] = int(network.layers[key].params["steps"])
    if len(set(known.values())) > 1:
        (a, n), (b, m) = sorted(known.items(), key=lambda item: item[1])[:: len(known) - 1][:2]
        raise DataError(
            "“{a}” has {n} steps and “{b}” has {m}, but they run in step: give both the same length.",
            a=a,
            n=n,
            b=b,
            m=m,
        )
    if known:
        return next(iter(known.values()))
    if steps is None:
        name = network.layers[group[0]].name
        raise DataError("Nothing says how many steps “{layer}” has: set the steps of its repeat layer.", layer=name)
    return steps
