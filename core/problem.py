"""What a problem is: a sentence, where it is, and one-click repairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.catalogue.layers import layer_spec
from core.data.dataset import Dataset
from core.edits import Edit, InsertLayer, new_layer
from core.network import Layer, Network
from core.project import State
from core.shapes import Shape

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Repair:
    """A way out of a problem: one click, one undoable edit."""

    title: str
    edit: Edit


@dataclass(frozen=True)
class Problem:
    """Something that keeps the project from training (error) or from learning well (warning)."""

    key: str
    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    severity: Severity = "error"
    layers: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()

    @property
    def text(self) -> str:
        """The sentence."""
        return self.template.format(**self.values)


@dataclass(frozen=True)
class View:
    """What the checks look at."""

    state: State
    shapes: Mapping[str, Shape]
    data: Dataset | None

    @property
    def network(self) -> Network:
        """The network of the state."""
        return self.state.network


def insert_before(view: View, layer: Layer, kind: str, key: str, template: str) -> Problem:
    """A problem whose repair puts a layer of ``kind`` into every feed-forward link that enters ``layer``."""
    links = [k for k in view.network.into(layer.id) if k.delay == 0]
    repairs: tuple[Repair, ...] = ()
    if len(links) == 1:
        source = view.network.layers[links[0].source]
        new = new_layer(view.network, kind, x=(source.x + layer.x) / 2, y=(source.y + layer.y) / 2)
        repairs = (Repair(f"Insert “{layer_spec(kind).title}” before it", InsertLayer(new, links[0].id)),)
    return Problem(key, template, {"name": layer.name}, layers=(layer.id,), repairs=repairs)
