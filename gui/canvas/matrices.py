"""Which learned numbers a link or a block's memory shows on the canvas, and where each one is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.catalogue.layers import layer_spec
from core.network import Layer, Link, Network
from core.shapes import Shape

GATES = {"lstm": ("i", "f", "g", "o"), "gru": ("r", "z", "n"), "rnn": ("",)}
"""Order of the stacked gates: input, forget, candidate, output; reset, update, new."""


@dataclass(frozen=True)
class Matrix:
    """Weights from ``columns`` source units to rows of a target layer."""

    key: str
    """Id of the link, or of the layer whose memory it is."""
    layer: str
    """Id of the layer that computes with it."""
    source: str
    """Id of the layer it reads."""
    tensors: tuple[str, ...]
    """Names of the tensors, stacked one below the other (two where a block reads in both directions)."""
    rows: int
    """Rows of each tensor."""
    offset: int
    """First column of each tensor that belongs to it."""
    columns: int
    delay: int
    link: str | None
    """Id of the link, None for a block's own memory."""
    gates: tuple[str, ...] = ("",)
    maskable: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns as shown."""
        return self.rows * len(self.tensors), self.columns

    @property
    def size(self) -> int:
        """How many numbers it shows."""
        return self.rows * len(self.tensors) * self.columns

    @property
    def plain(self) -> bool:
        """True where row i is unit i of the layer, so that lines can be drawn."""
        return self.gates == ("",) and (self.link is not None or len(self.tensors) == 1)

    def values(self, weights: Mapping[str, np.ndarray]) -> np.ndarray | None:
        """The numbers, (rows, columns), or None while they do not fit the network."""
        found = [weights.get(name) for name in self.tensors]
        fits = all(w is not None and w.ndim == 2 and w.shape[0] == self.rows for w in found)
        if not fits or any(w.shape[1] < self.offset + self.columns for w in found if w is not None):
            return None
        parts = [w[:, self.offset : self.offset + self.columns] for w in found if w is not None]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def place(self, row: int, column: int) -> tuple[str, tuple[int, int]]:
        """Name of the tensor and index in it of one shown number."""
        return self.tensors[row // self.rows], (row % self.rows, column + self.offset)

    def row_name(self, row: int) -> str:
        """The row in words: unit, and gate where there are several."""
        inside = row % self.rows
        units = self.rows // len(self.gates)
        gate = self.gates[inside // units]
        name = str(inside % units)
        if gate:
            name = f"{gate}·{name}"
        return f"{name} ←" if row >= self.rows else name


def _directions(layer: Layer, name: str) -> tuple[str, ...]:
    first = f"{layer.id}.{name}"
    return (first, f"{first}_reverse") if layer.params.get("bidirectional") else (first,)


def of_link(network: Network, shapes: Mapping[str, Shape], link: Link) -> Matrix | None:
    """The matrix of a link; None where it carries plain values or its size is not known."""
    layer, source = network.layers[link.target], shapes.get(link.source)
    spec = layer_spec(layer.kind)
    if link.role != "data" or source is None:
        return None
    if spec.links == "matrices":
        rows = int(layer.params["units"])
        return Matrix(link.id, layer.id, link.source, (f"{link.id}.weight",), rows, 0, source.features, link.delay,
                      link.id, maskable=True)  # fmt: skip
    if spec.state:
        before = _columns_before(network, shapes, link)
        rows = int(layer.params["units"]) * spec.gates
        return None if before is None else Matrix(
            link.id, layer.id, link.source, _directions(layer, "weight_ih"), rows, before, source.features, link.delay,
            link.id, GATES[layer.kind])  # fmt: skip
    return None


def of_memory(layer: Layer) -> Matrix | None:
    """The matrix by which a recurrent block reads its own last state."""
    spec = layer_spec(layer.kind)
    if not spec.state:
        return None
    units = int(layer.params["units"])
    return Matrix(layer.id, layer.id, layer.id, _directions(layer, "weight_hh"), units * spec.gates, 0, units, 1, None,
                  GATES[layer.kind])  # fmt: skip


def _columns_before(network: Network, shapes: Mapping[str, Shape], link: Link) -> int | None:
    total = 0
    for other in network.into(link.target):
        if other.id == link.id:
            return total
        shape = shapes.get(other.source)
        if shape is None:
            return None
        total += shape.features
    return None


def biases(layer: Layer) -> tuple[str, ...]:
    """Names of the tensors that hold one bias per unit; the first one is edited by hand."""
    if layer_spec(layer.kind).links == "matrices":
        return (f"{layer.id}.bias",) if layer.params.get("bias") else ()
    if layer.kind == "rnn" and not layer.params.get("bidirectional"):
        return (f"{layer.id}.bias_ih", f"{layer.id}.bias_hh")
    return ()
