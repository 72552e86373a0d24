"""Length buckets: batches of samples of similar length, each cut to its longest one, and how much of them is padding."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.catalogue.spec import Choice
from core.data.dataset import Dataset
from core.data.padding import up_to_last, valid_steps
from core.network import Network
from core.shapes import groups

SUGGESTED = 8
"""Batches that are sorted together where nobody has said how many."""


@dataclass(frozen=True, eq=False)
class Axis:
    """A time axis on which a batch may end with its longest sample: nothing behind it reaches the loss."""

    inputs: tuple[str, ...]
    """Ids of the input layers on it."""
    answered: bool
    """Whether the target lies on it."""
    needed: np.ndarray
    """(samples,) steps of each sample of the data set that are no padding."""
    steps: int
    """Time steps of the whole arrays."""

    def longest(self, samples: np.ndarray) -> int:
        """Steps of the longest of some samples."""
        return int(self.needed[samples].max())


def padded_axes(network: Network, dataset: Dataset) -> tuple[Axis, ...]:
    """The time axes of a network on which samples of the data set are padded.

    An axis whose length something else decides is left out: a repeat layer with a number of steps, an input or a target
    without padding. Padding is read by nothing that counts: links lead forward in time, what reduces time, attention and
    the reverse direction of a block end with each sample, and the mask leaves it out of the loss.
    """
    if dataset.lengths is None and dataset.mask is None:
        return ()
    found, grouped = [], groups(network)
    for group in grouped:
        entering = [key for key in group if network.layers[key].kind == "input"]
        told = _told(network, dataset, entering)
        fixed = any(network.layers[key].kind == "repeat" and network.layers[key].params["steps"] for key in group)
        if told is None or fixed:
            continue
        needed, steps = told
        answered = dataset.target.sequence and any(network.layers[key].kind == "output" for key in group)
        if answered:
            if dataset.mask is None or dataset.target.steps != steps or _followed(network, grouped, group):
                continue
            needed = np.maximum(needed, up_to_last(dataset.mask))
        if (needed < steps).any():
            found.append(Axis(tuple(entering), answered, needed, steps))
    return tuple(found)


def _told(network: Network, dataset: Dataset, entering: Sequence[str]) -> tuple[np.ndarray, int] | None:
    """Valid steps (samples,) and all steps of the inputs of one time axis; None where they are not padded, or do not fit."""
    names = [str(network.layers[key].params["field"]) for key in entering]
    if not names or any(name not in dataset.inputs for name in names):
        return None
    steps = {dataset.inputs[name].steps for name in names}
    lengths = next((valid for name in names if (valid := valid_steps(dataset, name)) is not None), None)
    count = next(iter(steps))
    if lengths is None or len(steps) > 1 or count is None:
        return None
    return np.clip(lengths, 1, count), count


def _followed(network: Network, grouped: Sequence[Sequence[str]], answered: Sequence[str]) -> bool:
    """Whether another time axis is as long as the target because nothing else says how long it is."""
    for group in grouped:
        kinds = [network.layers[key] for key in group]
        if group != answered and not any(
            one.kind == "input" or (one.kind == "repeat" and one.params["steps"]) for one in kinds
        ):
            return True
    return False


def by_length(axes: Sequence[Axis]) -> np.ndarray | None:
    """(samples,) the larger the longer a sample is on the first axis, and among those alike on the next; None without axes."""
    if not axes:
        return None
    found = np.zeros(len(axes[0].needed), np.int64)
    for axis in axes:
        found = found * (axis.steps + 1) + axis.needed
    return found


def epoch_order(samples: np.ndarray, training: Choice, epoch: int, lengths: np.ndarray | None) -> np.ndarray:
    """The samples in the order of an epoch (from 1 on), which the settings and the number of the epoch alone decide.

    Where there are ``lengths`` (of all samples of the data set) and buckets are asked for, samples of similar length
    follow one another; cut at every batch size, the last batch alone may be smaller.
    """
    lot = np.random.default_rng([int(training["seed"]), epoch]) if training["shuffle"] else None
    order = np.array(samples) if lot is None else lot.permutation(samples)
    pool = int(training["buckets"])
    if lengths is None or not pool:
        return order
    return _bucketed(order, lengths, int(training["batch_size"]), pool, lot)


def _bucketed(
    order: np.ndarray, lengths: np.ndarray, size: int, pool: int, lot: np.random.Generator | None
) -> np.ndarray:
    """The samples of every ``pool`` batches sorted by length and cut into batches, and the batches drawn by lot.

    Where the last pool does not come out even, any of its batches may be the smaller one, short samples or long; it is
    moved to the end of the epoch.
    """
    whole: list[np.ndarray] = []
    rest = order[:0]
    for start in range(0, len(order), size * pool):
        part = order[start : start + size * pool]
        part = part[np.argsort(lengths[part], kind="stable")]
        full, small = divmod(len(part), size)
        if small:
            place = size * (full if lot is None else int(lot.integers(full + 1)))
            rest = part[place : place + small]
            part = np.delete(part, np.s_[place : place + small])
        whole += np.split(part, full) if full else []
    if lot is not None:
        lot.shuffle(whole)
    return np.concatenate([*whole, rest])


def batches_of(order: np.ndarray, size: int) -> list[np.ndarray]:
    """An order of samples cut into batches."""
    return [order[start : start + size] for start in range(0, len(order), size)]


@dataclass(frozen=True, eq=False)
class Padding:
    """How much padding the batches of an epoch hold."""

    axes: tuple[Axis, ...]
    order: np.ndarray
    """The samples in the order of the epoch."""
    size: int
    """Samples of a batch."""
    cut: bool
    """Whether a batch ends with its longest sample."""

    @classmethod
    def of(cls, axes: tuple[Axis, ...], samples: np.ndarray, training: Choice, epoch: int = 1) -> Padding:
        """That of an epoch under these settings."""
        order = epoch_order(samples, training, epoch, by_length(axes))
        return cls(axes, order, int(training["batch_size"]), bool(training["buckets"]))

    def steps(self, axis: Axis, batch: np.ndarray) -> int:
        """Time steps that are computed of each sample of a batch."""
        return axis.longest(batch) if self.cut else axis.steps

    @property
    def share(self) -> float:
        """The part of all computed time steps that is padding; NaN without any."""
        needed = computed = 0
        starts = np.arange(0, len(self.order), self.size)
        counts = np.diff(starts, append=len(self.order))
        for axis in self.axes:
            found = axis.needed[self.order]
            needed += int(found.sum())
            longest = np.maximum.reduceat(found, starts) if self.cut else axis.steps
            computed += int((longest * counts).sum())
        return 1 - needed / computed if computed else math.nan
