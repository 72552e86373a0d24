"""Which shape every layer's value has, worked out from the network alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.catalogue.layers import layer_spec
from core.network import Layer, Network, Role


@dataclass(frozen=True)
class Shape:
    """The value of a layer: ``features`` numbers, once per sample or (``sequence``) once per time step."""

    features: int
    sequence: bool


def infer(network: Network) -> dict[str, Shape]:
    """The shape of each layer's value by layer id; layers whose size is not determined are absent."""
    sequence = _sequences(network)
    features = _features(network)
    return {key: Shape(features[key], sequence[key]) for key in network.layers if key in features}


def _sequences(network: Network) -> dict[str, bool]:
    """Whether each layer gives a value per time step: the least solution over all cycles."""
    found = {layer.id: _starts_time(layer) for layer in network}
    moved = True
    while moved:
        moved = False
        for layer in network:
            if found[layer.id] or layer_spec(layer.kind).time != "keeps":
                continue
            if any(found[link.source] for link in network.into(layer.id)):
                found[layer.id] = moved = True
    return found


def _starts_time(layer: Layer) -> bool:
    time = layer_spec(layer.kind).time
    return time == "creates" or (time == "source" and bool(layer.params["sequence"]))


def _features(network: Network) -> dict[str, int]:
    """Number of features by layer id, where it can be worked out."""
    found: dict[str, int] = {}
    moved = True
    while moved:
        moved = False
        for layer in network:
            if layer.id not in found and (size := _size(network, layer, found)) is not None:
                found[layer.id] = size
                moved = True
    return found


def _size(network: Network, layer: Layer, found: Mapping[str, int]) -> int | None:
    if "units" in layer.params:
        return int(layer.params["units"]) * (2 if layer.params.get("bidirectional") else 1)
    role: Role = "memory" if layer_spec(layer.kind).memory else "data"
    sources = [found.get(link.source) for link in network.into(layer.id, role)]
    if layer.kind in ("add", "multiply"):
        return next((size for size in sources if size is not None), None)
    known = [size for size in sources if size is not None]
    return sum(known) if known and len(known) == len(sources) else None


def input_features(network: Network, layer_id: str, shapes: Mapping[str, Shape]) -> int | None:
    """How many features enter a layer when its links are put side by side; None where a source is not known yet."""
    sources = [shapes.get(link.source) for link in network.into(layer_id)]
    if not sources or None in sources:
        return None
    return sum(shape.features for shape in sources if shape is not None)


def groups(network: Network) -> list[list[str]]:
    """The sequence layers, grouped into those that share a time axis because they run in step."""
    shapes = infer(network)
    joined = {key: key for key, shape in shapes.items() if shape.sequence}

    def root(key: str) -> str:
        while joined[key] != key:
            joined[key] = key = joined[joined[key]]
        return key

    for layer in network:
        together = [link.source for link in network.into(layer.id) if link.source in joined]
        if layer.id in joined:
            together.append(layer.id)
        for key in together[1:]:
            joined[root(key)] = root(together[0])
    found: dict[str, list[str]] = {}
    for key in joined:
        found.setdefault(root(key), []).append(key)
    return list(found.values())
