"""The document: an immutable State, and the Project that holds the current one and tells who looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from psygnal import Signal

from core.catalogue.spec import Choice
from core.errors import DataError
from core.network import Layer, Network
from core.training import default_training

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.edits import Edit
    from core.looks import Look
    from core.runs import Run


@dataclass(frozen=True, eq=False)
class State:
    """Everything that a project file holds, apart from the history of its runs. States share what did not change."""

    network: Network = field(default_factory=Network)
    weights: Mapping[str, np.ndarray] = field(default_factory=dict)
    """All learned numbers by name (core.parameters), read-only."""
    training: Choice = field(default_factory=default_training)
    data: Choice | None = None
    """The chosen data set with its parameters."""
    looks: tuple[Look, ...] = ()
    """Looks at the test part, oldest first; no edit takes one back."""


def same(one: State, other: State) -> bool:
    """Whether two states mean exactly the same, bit for bit."""
    return (
        one.network == other.network
        and one.training == other.training
        and one.data == other.data
        and one.looks == other.looks
        and one.weights.keys() == other.weights.keys()
        and all(np.array_equal(one.weights[k], other.weights[k], equal_nan=True) for k in one.weights)
    )


def computes_alike(one: State, other: State) -> bool:
    """Whether two states have the same computation: names, places and training settings do not matter."""
    if one is other or (one.network is other.network and one.weights is other.weights and one.data == other.data):
        return True
    return (
        one.data == other.data
        and one.network.links == other.network.links
        and not _different(one.weights, other.weights)
        and _bare(one.network) == _bare(other.network)
    )


def _bare(network: Network) -> dict[str, Layer]:
    return {key: replace(layer, name="", x=0.0, y=0.0) for key, layer in network.layers.items()}


@dataclass(frozen=True)
class Change:
    """What an edit added, removed or altered; views update just that."""

    layers: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    weights: frozenset[str] = frozenset()
    training: bool = False
    data: bool = False
    looks: bool = False
    """The test part was looked at."""

    @property
    def network(self) -> bool:
        """True where any layer or link changed."""
        return bool(self.layers or self.links)


def _different(old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(k for k in old.keys() | new.keys() if old.get(k) is not new.get(k))


def difference(old: State, new: State) -> Change:
    """What differs between two states, by identity of what they share."""
    return Change(
        _different(old.network.layers, new.network.layers),
        _different(old.network.links, new.network.links),
        _different(old.weights, new.weights),
        old.training != new.training,
        old.data != new.data,
        old.looks != new.looks,
    )


class Project:
    """A document that changes only by edits. ``changed`` carries a Change after each one."""

    changed = Signal(Change)

    def __init__(self, state: State | None = None) -> None:
        self._state = state or State()
        self.runs: list[Run] = []
        """Finished and current trainings, oldest first."""

    @property
    def state(self) -> State:
        """The whole current state."""
        return self._state

    @property
    def network(self) -> Network:
        """The network as it is now."""
        return self._state.network

    @property
    def weights(self) -> Mapping[str, np.ndarray]:
        """All learned numbers as they are now."""
        return self._state.weights

    @property
    def training(self) -> Choice:
        """Training settings."""
        return self._state.training

    @property
    def data(self) -> Choice | None:
        """The chosen data set."""
        return self._state.data

    def apply(self, edit: Edit) -> Edit:
        """Carry out an edit and return the one that takes it back. A refused edit raises and changes nothing."""
        from core.edits import Replace

        old = self._state
        new = edit.apply(old)
        self._state = new
        if new is not old:
            self.changed.emit(difference(old, new))
        return Replace(old, label=edit.label)

    def dataset(self) -> Dataset:
        """The chosen data, loaded."""
        from core.data.cache import dataset

        if self.data is None:
            raise DataError("No data is chosen. Choose a data set in the training panel.")
        return dataset(self.data)
