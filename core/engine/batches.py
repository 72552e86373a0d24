"""The data of a session: on its device, time-major, in an order that only the seed and the epoch decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.data.dataset import Dataset, Field
from core.errors import UnknownName
from core.network import Network


@dataclass(frozen=True, eq=False)
class Batch:
    """Some samples, ready for Program.run."""

    samples: np.ndarray
    """Their numbers in the data set, (batch,)."""
    inputs: Mapping[str, Tensor]
    """By id of the input layer: (steps, batch, features) or (batch, features)."""
    target: Tensor
    """(steps, batch, features) or (batch, features)."""
    mask: Tensor | None
    """(steps, batch) bool: which steps of the target count."""
    lengths: Mapping[str, Tensor] | None
    """(batch,) valid steps by id of the input layer; an input that is not named has no padding."""
    steps: int | None
    """Time steps of the target, or None for a static one."""

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def longest(self) -> int:
        """Time steps of the longest sequence; 1 where there is none."""
        return max([x.shape[0] for x in (*self.inputs.values(), self.target) if x.dim() == 3], default=1)


class Batches:
    """The arrays of a data set on the session's device, from which batches are cut."""

    def __init__(self, network: Network, dataset: Dataset, dtype: torch.dtype, device: torch.device) -> None:
        def tensor(values: np.ndarray, kind: torch.dtype = dtype) -> Tensor:
            found = torch.tensor(values, dtype=kind)
            return (found.transpose(0, 1).contiguous() if found.dim() == 3 else found).to(device)

        self._device = device
        fields = {layer.id: _field(dataset, str(layer.params["field"])) for layer in network.of_kind("input")}
        once = {id(found): tensor(found.values) for found in fields.values()}
        self._inputs = {layer: once[id(found)] for layer, found in fields.items()}
        self._target = tensor(dataset.target.values)
        self._mask = None if dataset.mask is None else torch.tensor(dataset.mask).T.contiguous().to(device)
        known = {layer: valid_steps(dataset, str(network.layers[layer].params["field"])) for layer in fields}
        self._lengths = {
            layer: torch.tensor(steps, dtype=torch.long).to(device)
            for layer, steps in known.items()
            if steps is not None
        }
        self.longest = max([x.shape[0] for x in (*self._inputs.values(), self._target) if x.dim() == 3], default=1)
        """Time steps of the longest sequence; 1 where there is none."""

    def take(self, samples: np.ndarray) -> Batch:
        """The batch of these sample numbers."""
        index = torch.from_numpy(np.asarray(samples, dtype=np.int64)).to(self._device)

        def cut(values: Tensor) -> Tensor:
            return values.index_select(1 if values.dim() == 3 else 0, index)

        target = cut(self._target)
        return Batch(
            samples,
            {layer: cut(values) for layer, values in self._inputs.items()},
            target,
            None if self._mask is None else self._mask.index_select(1, index),
            {layer: steps.index_select(0, index) for layer, steps in self._lengths.items()} or None,
            target.shape[0] if target.dim() == 3 else None,
        )

    def walk(self, samples: np.ndarray, size: int) -> Iterator[Batch]:
        """All of ``samples`` in their order, ``size`` at a time."""
        for start in range(0, len(samples), size):
            yield self.take(samples[start : start + size])


def order(samples: np.ndarray, seed: int, epoch: int, shuffle: bool) -> np.ndarray:
    """The samples in the order of an epoch. No random state is read or written but the one made from seed and epoch."""
    return np.random.default_rng([seed, epoch]).permutation(samples) if shuffle else np.array(samples)


def valid_steps(dataset: Dataset, name: str) -> np.ndarray | None:
    """(samples,) valid steps of an input; None where none of it is padding.

    What is fed back is as long as the answer, as far as the mask counts it. Other inputs that have as many steps as the
    main one are padded as that is.
    """
    main, found = next(iter(dataset.inputs)), _field(dataset, name)
    if name == dataset.feedback and name != main:
        if dataset.mask is None:
            return None
        steps = dataset.mask.shape[1]
        return np.asarray(steps - dataset.mask[:, ::-1].argmax(1))
    return dataset.lengths if found.sequence and found.steps == dataset.inputs[main].steps else None


def _field(dataset: Dataset, name: str) -> Field:
    if name not in dataset.inputs:
        raise UnknownName(f"data field in {dataset.title}", name, dataset.inputs)
    return dataset.inputs[name]
