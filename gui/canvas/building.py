"""Turns what someone does on the canvas into Edits: which link a drag makes, where a new layer goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from core.catalogue.layers import layer_spec
from core.catalogue.registry import catalogue
from core.data.cache import dataset
from core.edits import AddLayer, AddLink, Edit, InsertLayer, Macro, MoveLayers, Remove, SetParam, new_layer, new_link
from core.errors import BadValue, InstantaneousLoop, Refused, StudioError
from core.network import Layer, Link, Network, Role
from core.project import State
from core.rules import refusal
from core.shapes import groups, infer
from gui.canvas.look import CARD_HEIGHT, CARD_WIDTH, COLUMN_GAP, GRID, ROW_GAP
from gui.text import tr, tr_core

MAX_TRIED_DELAY = 8


@dataclass(frozen=True)
class Plan:
    """What a link from one layer to another would be."""

    delay: int = 0
    error: StudioError | None = None
    """Why it is not allowed."""
    note: str = ""
    """What the user should know about it."""
    role: Role = "data"


_NOTES: dict[Role, str] = {
    "initial": "Hands its last state over as the first state.",
    "memory": "Becomes the memory: all its steps are looked through.",
}


def _is_memory(network: Network, source: str, target: str) -> bool:
    """Whether a link into an attention layer is meant as its memory, where nothing else is said.

    A decoder asks and an encoder is looked through: what runs in step with an input is a memory, unless it asks already or
    reads what the layer gives. The second of two links is what the first one is not.
    """
    if not layer_spec(network.layers[target].kind).memory or network.into(target, "memory"):
        return False
    if refusal(network, source, target, 0, "memory") is not None:
        return False
    shapes = infer(network)
    if source not in shapes or not shapes[source].sequence:
        return False
    if network.into(target):
        return True
    step = next(group for group in groups(network) if source in group)
    return any(network.layers[key].kind == "input" for key in step)


def plan_link(network: Network, source: str, target: str, role: Role = "data") -> Plan:
    """The link that a drag from ``source`` to ``target`` makes: without delay, or with the delay that makes it legal."""
    if role == "data" and _is_memory(network, source, target):
        role = "memory"
    first = refusal(network, source, target, 0, role)
    if first is None:
        return Plan(note=tr(_NOTES.get(role, "")), role=role)
    if role != "data":
        return Plan(error=first, role=role)
    for delay in range(1, MAX_TRIED_DELAY + 1):
        if refusal(network, source, target, delay, role) is None:
            return Plan(delay, note=_note(network, source, target, delay, first))
    if isinstance(first, InstantaneousLoop):
        return Plan(error=refusal(network, source, target, 1, role) or first)
    return Plan(error=first)


def _note(network: Network, source: str, target: str, delay: int, first: Refused | BadValue) -> str:
    if delay > 1 or not isinstance(first, InstantaneousLoop):
        return tr("One more link between these two, with a delay of {delay}.", delay=delay)
    if source == target:
        return tr("“{name}” will read what it said one step earlier.", name=network.layers[source].name)
    return tr("This closes a loop, so it gets a delay of 1: it reads one step earlier.")


def snapped(x: float, y: float) -> tuple[float, float]:
    """The nearest point of the grid."""
    return round(x / GRID) * GRID, round(y / GRID) * GRID


def _near(layer: Layer, x: float, y: float) -> bool:
    return abs(layer.x - x) < CARD_WIDTH * 0.75 and abs(layer.y - y) < CARD_HEIGHT * 0.75


def free_place(network: Network, x: float, y: float) -> tuple[float, float]:
    """A place at or below (x, y) where no card stands."""
    x, y = snapped(x, y)
    while any(_near(layer, x, y) for layer in network):
        y += CARD_HEIGHT + ROW_GAP
    return snapped(x, y)


def made(state: State, kind: str, x: float, y: float) -> Layer:
    """A new layer of ``kind`` at a place; an input or output fits the chosen data."""
    params = fitting_params(state, kind)
    return new_layer(state.network, kind, tr_core(layer_spec(kind).title), *snapped(x, y), **params)


def fitting_params(state: State, kind: str) -> dict[str, Any]:
    """Parameters by which an input or output fits the chosen data and loss; empty for other kinds or without data."""
    if state.data is None or kind not in ("input", "output"):
        return {}
    try:
        data = dataset(state.data)
    except StudioError:
        return {}
    if kind == "input":
        taken = {str(layer.params["field"]) for layer in state.network.of_kind("input")}
        name = next((name for name in data.inputs if name not in taken), next(iter(data.inputs)))
        wanted = data.inputs[name]
        return {"field": name, "units": wanted.features, "sequence": wanted.sequence}
    losses = catalogue("losses")
    loss = losses[state.training["loss"].key]
    if data.task not in getattr(loss, "tasks", (data.task,)):
        loss = losses["cross_entropy" if data.task == "classification" else "mse"]
    fitting: tuple[str, ...] = getattr(loss, "activations", ())
    if data.task == "classification" and data.outputs > 1 and "softmax" in fitting:
        fitting = ("softmax",)
    return {"units": data.outputs} | ({"activation": fitting[0]} if fitting else {})


def add_layer(state: State, kind: str, x: float, y: float, source: str = "") -> tuple[Edit, str]:
    """An edit that puts a layer at a place, linked from ``source`` where that is allowed; and its id."""
    network, layer = state.network, made(state, kind, x, y)
    label = tr("Add {kind}", kind=tr_core(layer_spec(kind).title))
    if source:
        after = network.with_layer(layer)
        plan = plan_link(after, source, layer.id)
        if plan.error is None:
            link = new_link(after, source, layer.id, plan.delay)
            return Macro((AddLayer(layer), AddLink(link)), label=label), layer.id
    return AddLayer(layer, label=label), layer.id


def insert_layer(state: State, kind: str, link: Link) -> tuple[Edit, str]:
    """An edit that splits a link with a layer of ``kind``; the layers behind it make room. And the id of the layer."""
    network = state.network
    source, target = network.layers[link.source], network.layers[link.target]
    layer = made(state, kind, (source.x + target.x) / 2, (source.y + target.y) / 2)
    label = tr("Insert {kind}", kind=tr_core(layer_spec(kind).title))
    needed = 2 * (CARD_WIDTH + COLUMN_GAP * 0.6)
    missing = needed - (target.x - source.x)
    edits: list[Edit] = []
    if link.delay == 0 and 0 < missing < needed:
        layer = replace(layer, x=snapped(source.x + needed / 2, 0)[0])
        edits.append(_make_room(network, target.x, missing))
    elif link.delay:
        layer = replace(layer, y=max(source.y, target.y) + CARD_HEIGHT + 2 * ROW_GAP)
    edits.append(InsertLayer(layer, link.id))
    return Macro(tuple(edits), label=label), layer.id


def splice(network: Network, layer: str, link: Link, place: tuple[float, float]) -> Edit | None:
    """An edit that leads a link through a layer that has no links yet; None where that is not allowed."""
    if network.touching([layer]) or link.role != "data":
        return None
    cut = network.without(links=[link.id])
    first = new_link(network, link.source, layer, link.delay)
    if refusal(cut, link.source, layer, link.delay) is not None:
        return None
    with_first = cut.with_link(first)
    if refusal(with_first, layer, link.target, 0) is not None:
        return None
    second = replace(link, source=layer, delay=0, mask=None)
    edits = (MoveLayers({layer: place}), Remove(links=(link.id,)), AddLink(first), AddLink(second))
    return Macro(edits, label=tr("Insert layer"))


def _make_room(network: Network, x: float, missing: float) -> Edit:
    return MoveLayers({layer.id: snapped(layer.x + missing, layer.y) for layer in network if layer.x >= x - 1.0})


def next_place(network: Network, beside: str = "") -> tuple[float, float]:
    """Where a layer goes that nobody placed: right of ``beside``, or right of everything."""
    if beside in network.layers:
        layer = network.layers[beside]
        return free_place(network, layer.x + CARD_WIDTH + COLUMN_GAP, layer.y)
    if not network.layers:
        return 0.0, 0.0
    last = max(network, key=lambda layer: layer.x)
    return free_place(network, last.x + CARD_WIDTH + COLUMN_GAP, last.y)


def more_units(network: Network, ids: Iterable[str], by: int) -> Edit | None:
    """Add ``by`` units to every layer that has units of its own; never below 1."""
    edits = []
    for key in ids:
        layer = network.layers[key]
        if "units" in layer.params:
            units = max(1, int(layer.params["units"]) + by)
            if units != layer.params["units"]:
                edits.append(SetParam(key, "units", units, label=tr("Change units")))
    if len(edits) == 1:
        return edits[0]
    return Macro(tuple(edits), label=tr("Change units")) if edits else None


def aligned(network: Network, ids: Iterable[str], how: str) -> dict[str, tuple[float, float]]:
    """New centres: "left", "center", "top", "middle" line up; "columns", "rows" put equal distances between."""
    layers = [network.layers[key] for key in ids]
    if len(layers) < 2:
        return {}
    if how in ("columns", "rows"):
        return _distributed(layers, how == "columns")
    xs, ys = [layer.x for layer in layers], [layer.y for layer in layers]
    x = {"left": min(xs), "center": sum(xs) / len(xs)}.get(how)
    y = {"top": min(ys), "middle": sum(ys) / len(ys)}.get(how)
    return {layer.id: snapped(layer.x if x is None else x, layer.y if y is None else y) for layer in layers}


def _distributed(layers: list[Layer], columns: bool) -> dict[str, tuple[float, float]]:
    layers = sorted(layers, key=lambda layer: layer.x if columns else layer.y)
    first, last = layers[0], layers[-1]
    parts = len(layers) - 1
    found = {}
    for number, layer in enumerate(layers):
        share = number / parts
        x = first.x + share * (last.x - first.x) if columns else layer.x
        y = layer.y if columns else first.y + share * (last.y - first.y)
        found[layer.id] = (round(x), round(y))
    return {key: (float(x), float(y)) for key, (x, y) in found.items()}
