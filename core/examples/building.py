"""The few lines that put the network of an example together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.catalogue.layers import layer_spec
from core.catalogue.spec import Choice
from core.data.feedback import PREVIOUS
from core.edits import AddLayer, AddLink, Macro, ResetWeights, SetData, SetTraining, new_layer, new_link
from core.network import Role
from core.project import Project

COLUMN = 256.0
"""Distance of two layers on the canvas, from centre to centre."""
ROW = 224.0
"""The same from above to below."""

Step = tuple[str, str, dict[str, Any]]
"""Kind, name and parameters of a layer."""

LAST: Step = ("last_step", "Last step", {})


def chain(data: Choice, *steps: Step) -> Project:
    """A project on ``data`` whose layers follow one another from left to right."""
    project = Project()
    project.apply(SetData(data))
    row(project, 0, 0.0, *steps)
    return project


def row(project: Project, column: int, height: float, *steps: Step) -> str:
    """Layers that follow one another from ``column`` on, ``height`` rows below the middle; returns the last one's name."""
    before = ""
    for place, (kind, name, params) in enumerate(steps, start=column):
        layer = new_layer(project.network, kind, name, x=place * COLUMN, y=height * ROW, **params)
        project.apply(AddLayer(layer))
        if before:
            link(project, before, layer.id)
        before = layer.id
    return before


def link(project: Project, source: str, target: str, delay: int = 0, role: Role = "data") -> None:
    """Join two layers by their names."""
    project.apply(AddLink(new_link(project.network, source, target, delay, role)))


def trained_with(project: Project, lr: float, **settings: Any) -> Project:
    """Settle how ``project`` learns, with Adam, and draw its first weights."""
    edits = [SetTraining("optimizer.lr", lr), *(SetTraining(path, value) for path, value in settings.items())]
    project.apply(Macro([*edits, ResetWeights()]))
    return project


def input_of(units: int, sequence: bool = True, name: str = "Input", field: str = "x") -> Step:
    """Where an array of the data enters."""
    return ("input", name, {"units": units, "sequence": sequence, "field": field})


def dense(name: str, units: int, activation: str = "tanh", **params: Any) -> Step:
    """A dense layer."""
    return ("dense", name, {"units": units, "activation": activation, **params})


def block(kind: str, units: int, name: str = "", **params: Any) -> Step:
    """A recurrent block."""
    return (kind, name or layer_spec(kind).title, {"units": units, **params})


def letters(symbols: int, units: int, name: str = "Letters") -> Step:
    """A learned vector for each symbol."""
    return ("embedding", name, {"units": units, "vocabulary": symbols})


def classes(units: int) -> Step:
    """An output that chooses one of several classes."""
    return ("output", "Output", {"units": units, "activation": "softmax"})


def number() -> Step:
    """An output that tells one number."""
    return ("output", "Output", {"units": 1})


def writer(data: Choice, given: int, symbols: int, units: int, vector: int = 16) -> Project:
    """One to many: one of ``given`` classes is read at every step, beside the vector of the symbol written before."""
    project = chain(data)
    what = row(project, 0, -0.5, input_of(given, sequence=False, name="Given"))
    before = row(project, 0, 0.5, *_said_before(symbols, vector))
    row(project, 2, 0.0, block("gru", units), classes(symbols))
    link(project, what, "GRU")
    link(project, before, "GRU")
    return project


def translator(
    data: Choice, reading: Sequence[Step], encoder: Step, decoder: Step, told: int, vector: int = 16, said: int = 0
) -> Project:
    """Encoder and decoder: the last state of the one starts the other, which also reads it at every step.

    ``reading`` are the layers before the encoder; ``told`` is how many symbols the answer is made of, ``said`` how many the
    one before is made of, where that is another number.
    """
    project = chain(data)
    column = len(reading)
    last = row(project, 0, -0.5, *reading, encoder, LAST)
    before = row(project, column, 0.5, *_said_before(said or told, vector))
    row(project, column + 2, 0.0, decoder, classes(told))
    link(project, last, decoder[1])
    link(project, before, decoder[1])
    link(project, encoder[1], decoder[1], role="initial")
    return project


def looker(
    data: Choice, reading: Sequence[Step], encoder: Step, decoder: Step, joined: int, told: int, vector: int = 16
) -> Project:
    """Encoder and decoder with attention: at every step the decoder looks through all that the encoder has read.

    ``joined`` neurons read the decoder and what it found (Luong, Pham and Manning 2015).
    """
    project = chain(data)
    column = len(reading)
    row(project, 0, -0.5, *reading, encoder)
    before = row(project, column - 1, 0.5, *_said_before(told, vector))
    row(project, column + 1, 0.5, decoder)
    row(project, column + 2, -0.5, ("attention", "Attention", {}))
    row(project, column + 3, 0.0, dense("Joined", joined), classes(told))
    link(project, before, decoder[1])
    link(project, encoder[1], decoder[1], role="initial")
    link(project, decoder[1], "Attention")
    link(project, encoder[1], "Attention", role="memory")
    link(project, decoder[1], "Joined")
    link(project, "Attention", "Joined")
    return project


def _said_before(symbols: int, vector: int) -> tuple[Step, Step]:
    return input_of(1, name="Said before", field=PREVIOUS), letters(symbols, vector, "Vectors")
