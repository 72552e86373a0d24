"""Checked records of a project file as layers, links, choices and looks, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.catalogue.layers import LAYERS
from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice
from core.looks import Look
from core.network import Layer, Link, Network
from core.training import TRAINING

if TYPE_CHECKING:
    from core.project_schema import ProjectRecord


def network_of(record: ProjectRecord) -> Network:
    """The network of a checked record, without masks."""
    layers = {
        r.id: Layer(r.id, r.name, r.kind, LAYERS[r.kind].complete(_values(r.params)), r.x, r.y, r.frozen)
        for r in record.layers
    }
    links = {r.id: Link(r.id, r.source, r.target, r.delay, r.role, r.frozen) for r in record.links}
    return Network(layers, links)


def training_of(record: ProjectRecord) -> Choice:
    """The complete training settings of a checked record."""
    return Choice("training", TRAINING.complete(_values(record.training.values)))


def data_of(record: ProjectRecord) -> Choice | None:
    """The chosen data set of a checked record."""
    if record.data is None:
        return None
    return catalogue("datasets").complete(Choice(record.data.key, _values(record.data.values)))


def looks_of(record: ProjectRecord) -> tuple[Look, ...]:
    """The looks at the test part of a checked record."""
    return tuple(Look(one.when, one.data, one.run, one.batch) for one in record.looks)


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: Choice(v["key"], _values(v.get("values", {}))) if isinstance(v, dict) else v for k, v in values.items()}


def layer_json(layer: Layer) -> dict[str, Any]:
    """The record of a layer as plain JSON."""
    return {
        "id": layer.id,
        "name": layer.name,
        "kind": layer.kind,
        "params": Choice("", layer.params).to_json()["values"],
        "x": float(layer.x),
        "y": float(layer.y),
        "frozen": layer.frozen,
    }


def link_json(link: Link) -> dict[str, Any]:
    """The record of a link as plain JSON."""
    return {
        "id": link.id,
        "source": link.source,
        "target": link.target,
        "delay": link.delay,
        "role": link.role,
        "frozen": link.frozen,
        "masked": link.mask is not None,
    }
