"""What a layer's card says: words and numbers derived from the project, compared before anything is redrawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.catalogue.layers import layer_spec
from core.catalogue.registry import catalogue
from core.network import Layer, activation_of
from core.shapes import Shape
from gui.canvas.look import compact
from gui.text import tr, tr_core


@dataclass(frozen=True)
class Card:
    """The words on a card."""

    name: str
    kind: str
    subtitle: str
    family: str
    shape: str
    count: str
    frozen: bool
    features: int | None
    sequence: bool
    resizable: bool = False
    """True where the layer has a number of units of its own."""
    severity: str = ""
    """"error" or "warning" where the layer has a problem."""
    problem: str = ""


_WHAT = {
    "input": "data enters here", "last_step": "sequence → one value", "mean_time": "sequence → one value",
    "max_time": "sequence → one value", "repeat": "one value → sequence", "concatenate": "side by side",
    "add": "sum of its links", "multiply": "product of its links", "layer_norm": "mean 0, variance 1",
}  # fmt: skip
"""Said instead of a kind that is the name already."""


def card(layer: Layer, shapes: Mapping[str, Shape], counts: Mapping[str, int], problem: tuple[str, str]) -> Card:
    """The card of a layer; ``problem`` is (severity, sentence), both empty where there is none."""
    spec = layer_spec(layer.kind)
    shape = shapes.get(layer.id)
    numbers = counts.get(layer.id, 0)
    return Card(
        layer.name, layer.kind, subtitle(layer), spec.family, shape_words(shape),
        tr("{count} params", count=compact(numbers)) if numbers else "", layer.frozen,
        shape.features if shape else None, bool(shape and shape.sequence), "units" in layer.params, *problem,
    )  # fmt: skip


def subtitle(layer: Layer) -> str:
    """Kind and what matters most about it: “Dense · tanh”."""
    parts = [tr_core(layer_spec(layer.kind).title)]
    chosen = activation_of(layer)
    if chosen is not None:
        parts.append(tr_core(catalogue("activations")[chosen.key].title))
    elif layer.kind == "rnn":
        parts.append(str(layer.params["nonlinearity"]))
    elif layer.kind == "dropout":
        parts.append(f"{float(layer.params['rate']):.0%}")
    elif layer.kind == "embedding":
        parts.append(tr("{count} symbols", count=layer.params["vocabulary"]))
    elif layer.kind == "attention":
        parts.append(tr_core(dict(layer_spec(layer.kind).param("score").choices)[layer.params["score"]]).lower())
    elif layer.kind == "repeat" and layer.params["steps"]:
        parts.append(tr("{count} steps", count=layer.params["steps"]))
    if layer.params.get("bidirectional"):
        parts.append("⇄")
    if parts == [layer.name] and layer.kind in _WHAT:
        return tr(_WHAT[layer.kind])
    return " · ".join(parts)


def shape_words(shape: Shape | None) -> str:
    """“32 units · every step” or “32 units · once”."""
    if shape is None:
        return tr("size not known yet")
    units = tr("1 unit") if shape.features == 1 else tr("{count} units", count=shape.features)
    return f"{units} · {tr('every step') if shape.sequence else tr('once')}"
