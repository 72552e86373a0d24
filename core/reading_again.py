"""How a network gets to read its own previous answer: an input, an embedding where it is a symbol, and a link."""

from __future__ import annotations

from core import graph
from core.data.dataset import Dataset
from core.edits import AddLayer, AddLink, Edit, new_layer, new_link
from core.network import Layer, Network
from core.project import State
from core.shapes import groups

BELOW = 170.0
COLUMN = 256.0
"""Room that a layer needs on the canvas, from centre to centre."""
VECTOR = 16
"""Units of an embedding for a new input; fewer where there are few symbols."""


def lacks_its_past(network: Network, data: Dataset) -> bool:
    """Whether the data offers the answer's past beside the main input, and no layer reads it."""
    beside = data.feedback not in ("", next(iter(data.inputs)))
    return beside and not any(layer.params["field"] == data.feedback for layer in network.of_kind("input"))


def read_again(state: State, data: Dataset) -> tuple[list[Edit], Layer | None]:
    """The edits that let the layer that tells the answer read its past, and that layer; nothing where none can."""
    reader = _reader(state.network)
    if reader is None:
        return [], None
    edits: list[Edit] = []
    field = data.inputs[data.feedback]
    steps = 2 if field.codes else 1
    x, y = _room(state.network, reader, steps)

    def do(edit: Edit) -> None:
        nonlocal state
        edits.append(edit)
        state = edit.apply(state)

    given = new_layer(
        state.network, "input", "Previous", x, y, units=field.features, sequence=True, field=data.feedback
    )
    do(AddLayer(given))
    source = given
    if field.codes:
        symbols = len(field.classes)
        units = min(VECTOR, symbols)
        source = new_layer(state.network, "embedding", "", x + COLUMN, y, units=units, vocabulary=symbols)
        do(AddLayer(source))
        do(AddLink(new_link(state.network, given.id, source.id)))
    do(AddLink(new_link(state.network, source.id, reader.id)))
    return edits, reader


def _reader(network: Network) -> Layer | None:
    """The first layer with a memory that runs in step with the output and leads to it; else one that leads to it."""
    outputs = network.of_kind("output")
    if len(outputs) != 1:
        return None
    output = outputs[0]
    beside = next((group for group in groups(network) if output.id in group), [])
    leading = graph.reachable(network, [output.id], forward=False)
    able = [
        layer
        for layer in network
        if layer.id in beside
        and layer.id in leading
        and layer.kind in ("rnn", "lstm", "gru", "dense", "output")
        and not layer.params.get("bidirectional")
    ]
    remember = graph.recurrent_layers(network)
    kept = [layer for layer in able if layer.kind in ("rnn", "lstm", "gru") or layer.id in remember]
    hidden = [layer for layer in able if layer.kind == "dense"]
    found = kept or hidden or able
    return min(found, key=lambda layer: layer.x) if found else None


def _room(network: Network, reader: Layer, columns: int) -> tuple[float, float]:
    """A free place on the left of a layer and below it, for so many layers in a row."""
    x, y = reader.x - columns * COLUMN, reader.y + BELOW
    while any(
        abs(layer.y - y) < BELOW * 0.9 and x - COLUMN * 0.8 < layer.x < reader.x - COLUMN * 0.2 for layer in network
    ):
        y += BELOW
    return x, y
