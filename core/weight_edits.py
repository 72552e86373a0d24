"""Edits of the numbers: single weights, whole tensors, and connections that are cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from core import parameters
from core.editing import Edit, link_of
from core.errors import BadValue, Refused, UnknownName
from core.project import State


@dataclass(frozen=True)
class SetMask(Edit):
    """Cut (False) or restore (True) single connections of a link, by (target unit, source unit)."""

    link: str
    connections: Mapping[tuple[int, int], bool]
    label: str = field(default="Cut connection", kw_only=True)

    def apply(self, state: State) -> State:
        """Only links that own a matrix have connections."""
        link = link_of(state.network, self.link)
        weight = state.weights.get(f"{link.id}.weight")
        if weight is None:
            raise Refused("This link carries values and has no single connections to cut.")
        mask = np.ones(weight.shape, bool) if link.mask is None else link.mask.copy()
        for (row, column), there in self.connections.items():
            _check_index(weight, (row, column))
            mask[row, column] = there
        mask.flags.writeable = False
        new = replace(link, mask=None if mask.all() else mask)
        return replace(state, network=state.network.with_link(new))


def _check_index(value: np.ndarray, index: tuple[int, ...]) -> None:
    inside = len(index) == value.ndim and all(0 <= i < n for i, n in zip(index, value.shape, strict=True))
    if not inside:
        raise BadValue("There is no number at {index} in a tensor of shape {shape}.", index=index, shape=value.shape)


def _tensor(state: State, name: str) -> np.ndarray:
    if name not in state.weights:
        raise UnknownName("tensor", name, state.weights)
    return state.weights[name]


@dataclass(frozen=True)
class SetWeight(Edit):
    """Set one weight or bias by hand."""

    name: str
    index: tuple[int, ...]
    value: float
    label: str = field(default="Set weight", kw_only=True)

    def apply(self, state: State) -> State:
        """The value must be finite."""
        if not np.isfinite(self.value):
            raise BadValue("A weight needs a finite number, not “{value}”.", value=self.value)
        old = _tensor(state, self.name)
        _check_index(old, self.index)
        new = old.copy()
        new[self.index] = self.value
        new.flags.writeable = False
        return replace(state, weights={**state.weights, self.name: new})

    def merge_key(self) -> object:
        """Turning one knob is one entry."""
        return ("weight", self.name, self.index)


@dataclass(frozen=True)
class SetWeights(Edit):
    """Set whole tensors: what training found, or a fresh start."""

    values: Mapping[str, np.ndarray]
    trained: bool = False
    """True for the result of training: trainings in a row are one entry of the history."""
    label: str = field(default="Set weights", kw_only=True)

    def apply(self, state: State) -> State:
        """Names and shapes must fit the network."""
        weights = dict(state.weights)
        for name, value in self.values.items():
            old = _tensor(state, name)
            if old.shape != value.shape:
                raise BadValue("“{name}” has shape {old}, not {new}.", name=name, old=old.shape, new=value.shape)
            weights[name] = parameters.read_only(value)
        return replace(state, weights=weights)

    def merge_key(self) -> object:
        """Trainings in a row are one entry."""
        return "training" if self.trained else None


@dataclass(frozen=True)
class ResetWeights(Edit):
    """Draw all weights afresh from the seed of the training settings; frozen tensors are drawn too."""

    label: str = field(default="Reset weights", kw_only=True)

    def apply(self, state: State) -> State:
        """The same seed gives the same weights."""
        return replace(state, weights=parameters.initial(state.network, int(state.training["seed"])))
