"""The learned numbers of a network: which tensors there are, how they start, and how they survive a change.

Names: ``{layer}.bias``, ``{link}.weight`` (target units, source features) for dense layers; ``{layer}.weight_ih`` and so
on in the layout of torch for RNN, LSTM and GRU; ``{layer}.table``, ``{layer}.gain``, ``{layer}.initial`` and the like.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np

from core.catalogue.layers import layer_spec
from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice
from core.network import Layer, Link, Network, Role, activation_of
from core.shapes import Shape, infer

Label = tuple[Any, ...]


@dataclass(frozen=True)
class Parameter:
    """One learned tensor and what its rows and columns mean."""

    name: str
    layer: str
    """Id of the layer that computes with it."""
    link: str | None
    """Id of the link that owns it, where one does."""
    frozen: bool
    rows: tuple[Label, ...]
    """One label per row; the same label before and after a change is the same unit."""
    columns: tuple[Label, ...] | None
    """One label per column; None for vectors."""
    start: Choice
    """Initializer."""
    blocks: int = 1
    """Stacked gates that are each drawn on their own."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the tensor."""
        return (len(self.rows),) if self.columns is None else (len(self.rows), len(self.columns))

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return len(self.rows) * (1 if self.columns is None else len(self.columns))


_ZEROS = Choice("zeros")
_ONES = Choice("constant", {"value": 1.0})


def _units(layer: Layer, part: str = "") -> tuple[Label, ...]:
    return tuple((layer.id, part, i) if part else (layer.id, i) for i in range(int(layer.params["units"])))


def origins(network: Network, shapes: Mapping[str, Shape]) -> dict[str, tuple[Label, ...]]:
    """Where each feature of each layer's value comes from, seen through layers that only pass values on."""
    found: dict[str, tuple[Label, ...]] = {}

    def labels(layer: Layer) -> tuple[Label, ...] | None:
        if "units" in layer.params:
            own = _units(layer)
            return own + _units(layer, "reverse") if layer.params.get("bidirectional") else own
        role: Role = "memory" if layer_spec(layer.kind).memory else "data"
        sources = [found.get(link.source) for link in network.into(layer.id, role)]
        if layer.kind in ("add", "multiply"):
            return next((s for s in sources if s is not None), None)
        known = [s for s in sources if s is not None]
        return tuple(label for s in known for label in s) if known and len(known) == len(sources) else None

    moved = True
    while moved:
        moved = False
        for layer in network:
            if layer.id in shapes and layer.id not in found and (own := labels(layer)) is not None:
                found[layer.id] = own
                moved = True
    return found


def _of_dense(network: Network, layer: Layer, from_where: Mapping[str, tuple[Label, ...]]) -> list[Parameter]:
    rows = _units(layer)
    made = []
    for link in network.into(layer.id):
        if link.source in from_where:
            key = "recurrent_initializer" if link.delay else "initializer"
            frozen = link.frozen or layer.frozen
            made.append(
                Parameter(
                    f"{link.id}.weight", layer.id, link.id, frozen, rows, from_where[link.source], layer.params[key]
                )
            )
    if layer.params["bias"]:
        made.append(Parameter(f"{layer.id}.bias", layer.id, None, layer.frozen, rows, None, _ZEROS))
    return made


def _of_block(network: Network, layer: Layer, from_where: Mapping[str, tuple[Label, ...]]) -> list[Parameter]:
    links = network.into(layer.id)
    if not links or any(link.source not in from_where for link in links):
        return []
    gates = layer_spec(layer.kind).gates
    units = int(layer.params["units"])
    columns = tuple((link.id, *label) for link in links for label in from_where[link.source])
    made = []
    for suffix in ("", "_reverse") if layer.params["bidirectional"] else ("",):
        rows = tuple((layer.id, suffix, gate, i) for gate in range(gates) for i in range(units))
        states = tuple((layer.id, suffix, i) for i in range(units))
        for name, cols, start in (
            ("weight_ih", columns, layer.params["initializer"]),
            ("weight_hh", states, layer.params["recurrent_initializer"]),
            ("bias_ih", None, _ZEROS),
            ("bias_hh", None, _ZEROS),
        ):
            made.append(
                Parameter(f"{layer.id}.{name}{suffix}", layer.id, None, layer.frozen, rows, cols, start, blocks=gates)
            )
    return made


def _of_attention(network: Network, layer: Layer, from_where: Mapping[str, tuple[Label, ...]]) -> list[Parameter]:
    """What compares query and memory: a matrix ("general"), or two and a vector ("additive")."""
    queries, memories = network.into(layer.id), network.into(layer.id, "memory")
    if not queries or not memories or any(link.source not in from_where for link in (*queries, *memories)):
        return []
    query = tuple((link.id, *label) for link in queries for label in from_where[link.source])
    memory = from_where[memories[0].source]
    inner = tuple((f"score of {layer.id}", i) for i in range(int(layer.params["score_units"])))
    parts: dict[str, tuple[tuple[str, tuple[Label, ...], tuple[Label, ...] | None], ...]] = {
        "general": (("score", query, memory),),
        "additive": (("query", inner, query), ("memory", inner, memory), ("energy", inner, None)),
    }
    start = layer.params["initializer"]
    return [
        Parameter(f"{layer.id}.{name}", layer.id, None, layer.frozen, rows, columns, start)
        for name, rows, columns in parts.get(layer.params["score"], ())
    ]


def _of_layer(network: Network, layer: Layer, from_where: Mapping[str, tuple[Label, ...]]) -> list[Parameter]:
    spec = layer_spec(layer.kind)
    made: list[Parameter] = []
    if spec.links == "matrices":
        made += _of_dense(network, layer, from_where)
    elif spec.state:
        made += _of_block(network, layer, from_where)
    elif layer.kind == "embedding":
        rows = tuple((f"symbol of {layer.id}", i) for i in range(int(layer.params["vocabulary"])))
        start = layer.params["initializer"]
        made.append(Parameter(f"{layer.id}.table", layer.id, None, layer.frozen, rows, _units(layer), start))
    elif layer.kind == "layer_norm" and layer.id in from_where:
        rows = from_where[layer.id]
        made.append(Parameter(f"{layer.id}.gain", layer.id, None, layer.frozen, rows, None, _ONES))
        made.append(Parameter(f"{layer.id}.bias", layer.id, None, layer.frozen, rows, None, _ZEROS))
    elif spec.memory:
        made += _of_attention(network, layer, from_where)
    if layer.params.get("initial_state") == "learned" and layer.id in from_where:
        names = ("initial", "initial_cell") if layer.kind == "lstm" else ("initial",)
        for name in names:
            rows = from_where[layer.id]
            made.append(Parameter(f"{layer.id}.{name}", layer.id, None, layer.frozen, rows, None, _ZEROS))
    chosen = activation_of(layer)
    if chosen is not None and chosen.key == "prelu":
        start = Choice("constant", {"value": float(chosen.values.get("slope", 0.25))})
        made.append(
            Parameter(f"{layer.id}.slope", layer.id, None, layer.frozen, ((f"slope of {layer.id}", 0),), None, start)
        )
    return made


def parameters(network: Network) -> dict[str, Parameter]:
    """All tensors of a network by name; those whose shape is not determined yet are absent."""
    from_where = origins(network, infer(network))
    return {p.name: p for layer in network for p in _of_layer(network, layer, from_where)}


def count(network: Network) -> dict[str, int]:
    """Numbers that belong to each layer (its own and its incoming links'), by layer id."""
    totals = dict.fromkeys(network.layers, 0)
    for parameter in parameters(network).values():
        totals[parameter.layer] += parameter.size
    return totals


@lru_cache(maxsize=64)
def _function(dotted: str) -> Callable[..., np.ndarray]:
    module, _, name = dotted.partition(":")
    found: Callable[..., np.ndarray] = getattr(import_module(module), name)
    return found


def _draw(parameter: Parameter, rng: np.random.Generator) -> np.ndarray:
    entries = catalogue("initializers")
    choice = entries.complete(parameter.start)
    draw = _function(entries[choice.key].runs)
    rows = len(parameter.rows) // parameter.blocks
    shape = (rows,) if parameter.columns is None else (rows, len(parameter.columns))
    blocks = [draw(rng, shape, **choice.values) for _ in range(parameter.blocks)]
    return np.concatenate(blocks)


def initial_value(network: Network, parameter: Parameter, seed: int) -> np.ndarray:
    """The value a tensor starts with: float32, read-only, drawn from ``seed`` and its name alone."""
    value = _draw(parameter, np.random.default_rng([seed, zlib.crc32(parameter.name.encode())]))
    layer = network.layers[parameter.layer]
    if layer.kind == "lstm" and parameter.name.split(".")[1].startswith("bias_ih"):
        units = int(layer.params["units"])
        value[units : 2 * units] += layer.params["forget_bias"]
    return read_only(value.astype(np.float32))


def initial(network: Network, seed: int) -> dict[str, np.ndarray]:
    """Fresh values of all tensors; adding a layer does not change how the others start."""
    return {p.name: initial_value(network, p, seed) for p in parameters(network).values()}


def read_only(value: np.ndarray) -> np.ndarray:
    """A copy (float64 stays, all else becomes float32) that can be shared between states."""
    made = np.array(value, dtype=np.float64 if value.dtype == np.float64 else np.float32)
    made.flags.writeable = False
    return made


Kept = Mapping[str, Sequence[int]]
"""By layer id: for each unit after the change, its number before it (-1 for a new one)."""


def _relabel(labels: tuple[Label, ...], kept: Kept) -> tuple[Label, ...]:
    """Labels after a change in the words of before: the unit number is the last part of a label."""

    def old(label: Label) -> Label:
        layer = next((part for part in label if part in kept), None)
        return label if layer is None else (*label[:-1], kept[layer][label[-1]])

    return tuple(old(label) for label in labels) if kept else labels


def _copy_matching(
    new: np.ndarray, old: np.ndarray, rows: Sequence[tuple[int, int]], columns: Sequence[tuple[int, int]] | None
) -> None:
    to_rows, from_rows = [n for n, _ in rows], [o for _, o in rows]
    if columns is None:
        new[to_rows] = old[from_rows]
    else:
        to_columns, from_columns = [n for n, _ in columns], [o for _, o in columns]
        new[np.ix_(to_rows, to_columns)] = old[np.ix_(from_rows, from_columns)]


def _matches(new: Sequence[Label], old: Sequence[Label]) -> list[tuple[int, int]]:
    where = {label: index for index, label in enumerate(old)}
    return [(index, where[label]) for index, label in enumerate(new) if label in where]


def carry(
    old: Network, weights: Mapping[str, np.ndarray], new: Network, seed: int, kept: Kept | None = None
) -> dict[str, np.ndarray]:
    """The weights of ``new``: what survives from ``old`` keeps its value, what is new starts fresh.

    ``kept`` says which units survive where that is not simply "the first ones"; an unchanged tensor is the same object.
    """
    before, after, kept = parameters(old), parameters(new), kept or {}
    result = {}
    for name, parameter in after.items():
        was = before.get(name)
        if was is None or name not in weights:
            result[name] = initial_value(new, parameter, seed)
            continue
        rows = _relabel(parameter.rows, kept)
        columns = None if parameter.columns is None else _relabel(parameter.columns, kept)
        if rows == was.rows and columns == was.columns:
            result[name] = weights[name]
            continue
        value = np.array(initial_value(new, parameter, seed), dtype=weights[name].dtype)
        column_pairs = None if columns is None or was.columns is None else _matches(columns, was.columns)
        _copy_matching(value, weights[name], _matches(rows, was.rows), column_pairs)
        value.flags.writeable = False
        result[name] = value
    return result


def carry_masks(old: Network, new: Network, kept: Kept | None = None) -> Network:
    """``new`` with each link's mask fitted to its new shape: cut connections stay cut, new ones are there."""
    before, after, kept = parameters(old), parameters(new), kept or {}
    links: dict[str, Link] = {}
    for link in new.links.values():
        name = f"{link.id}.weight"
        if link.mask is None or name not in after or name not in before:
            links[link.id] = link if link.mask is None else replace(link, mask=None)
            continue
        now, was = after[name], before[name]
        assert now.columns is not None and was.columns is not None
        rows, columns = _relabel(now.rows, kept), _relabel(now.columns, kept)
        if (rows, columns) == (was.rows, was.columns):
            links[link.id] = link
            continue
        mask = np.ones(now.shape, bool)
        _copy_matching(mask, link.mask, _matches(rows, was.rows), _matches(columns, was.columns))
        mask.flags.writeable = False
        links[link.id] = replace(link, mask=None if mask.all() else mask)
    return replace(new, links=links)
