"""The data of a session: on its device, time-major, in an order that only the seed and the epoch decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.buckets import Axis
from core.data.dataset import Dataset, Field
from core.data.padding import valid_steps
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

    def take(self, samples: np.ndarray, axes: Sequence[Axis] = ()) -> Batch:
        """The batch of these sample numbers; the time axes ``axes`` end where its longest sample does."""
        index = torch.from_numpy(np.asarray(samples, dtype=np.int64)).to(self._device)
        ends = {axis: axis.longest(samples) for axis in axes}
        last = {layer: end for axis, end in ends.items() for layer in axis.inputs}
        answered = next((end for axis, end in ends.items() if axis.answered), None)

        def cut(values: Tensor, end: int | None) -> Tensor:
            return values[:end].index_select(1, index) if values.dim() == 3 else values.index_select(0, index)

        target = cut(self._target, answered)
        return Batch(
            samples,
            {layer: cut(values, last.get(layer)) for layer, values in self._inputs.items()},
            target,
            None if self._mask is None else self._mask[:answered].index_select(1, index),
            {layer: steps.index_select(0, index) for layer, steps in self._lengths.items()} or None,
            target.shape[0] if target.dim() == 3 else None,
        )

    def walk(self, samples: np.ndarray, size: int) -> Iterator[Batch]:
        """All of ``samples`` in their order, ``size`` at a time."""
        for start in range(0, len(samples), size):
            yield self.take(samples[start : start + size])


def _field(dataset: Dataset, name: str) -> Field:
    if name not in dataset.inputs:
        raise UnknownName(f"data field in {dataset.title}", name, dataset.inputs)
    return dataset.inputs[name]
