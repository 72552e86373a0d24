"""The examples of the gallery: each a network, its data and settings that are known to train well.

``tests/benchmarks/bench_examples.py`` prints what each one reaches, beside a baseline.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from core.catalogue.layers import layer_spec
from core.catalogue.spec import Choice
from core.data.catalogue import DATASETS
from core.data.text.names import LETTERS
from core.edits import AddLayer, AddLink, Macro, ResetWeights, SetData, SetTraining, new_layer, new_link
from core.errors import UnknownName
from core.network import Role
from core.project import Project

COLUMN = 256.0
"""Distance of two layers on the canvas, from centre to centre."""
DEFAULT = "digits-rows-elman"

Step = tuple[str, str, dict[str, Any]]
"""Kind, name and parameters of a layer."""


@dataclass(frozen=True)
class Example:
    """A project that is ready for Play."""

    key: str
    title: str
    line: str
    """One sentence for the gallery: what there is to see."""
    build: Callable[[], Project]


def open_example(key: str) -> Project:
    """A fresh project of the example; an unknown key is answered with the nearest one."""
    if key not in EXAMPLES:
        raise UnknownName("example", key, EXAMPLES)
    return EXAMPLES[key].build()


def _chain(data: Choice, *steps: Step) -> Project:
    """A project on ``data`` whose layers follow one another from left to right."""
    project = Project()
    project.apply(SetData(data))
    before = ""
    for column, (kind, name, params) in enumerate(steps):
        layer = new_layer(project.network, kind, name, x=column * COLUMN, **params)
        project.apply(AddLayer(layer))
        if before:
            _link(project, before, layer.id)
        before = layer.id
    return project


def _link(project: Project, source: str, target: str, delay: int = 0, role: Role = "data") -> None:
    project.apply(AddLink(new_link(project.network, source, target, delay, role)))


def _trained_with(project: Project, lr: float, **settings: Any) -> Project:
    """Settle how ``project`` learns, with Adam, and draw its first weights."""
    edits = [SetTraining("optimizer.lr", lr), *(SetTraining(path, value) for path, value in settings.items())]
    project.apply(Macro([*edits, ResetWeights()]))
    return project


def _input(units: int, sequence: bool = True) -> Step:
    return ("input", "Input", {"units": units, "sequence": sequence})


def _dense(name: str, units: int, activation: str = "tanh", **params: Any) -> Step:
    return ("dense", name, {"units": units, "activation": activation, **params})


def _block(kind: str, units: int) -> Step:
    return (kind, layer_spec(kind).title, {"units": units})


def _classes(units: int) -> Step:
    return ("output", "Output", {"units": units, "activation": "softmax"})


def _number() -> Step:
    return ("output", "Output", {"units": 1})


_LAST: Step = ("last_step", "Last step", {})


def _digits_by_rows() -> Project:
    data = DATASETS.choose("digits", reading="rows")
    project = _chain(data, _input(8), _dense("Hidden", 32), _LAST, _classes(10))
    _link(project, "Hidden", "Hidden", delay=1)
    return _trained_with(project, lr=0.002, loss="cross_entropy", epochs=60, clip_norm=5)


def _digits_by_pixels(kind: str, units: int, lr: float) -> Project:
    data = DATASETS.choose("digits", reading="pixels")
    project = _chain(data, _input(1), _block(kind, units), _LAST, _classes(10))
    return _trained_with(project, lr=lr, loss="cross_entropy", schedule="cosine", epochs=40, clip_norm=1)


def _digits_at_once() -> Project:
    data = DATASETS.choose("digits", reading="image")
    project = _chain(data, _input(64, sequence=False), _dense("Hidden", 32), _classes(10))
    return _trained_with(project, lr=0.003, loss="cross_entropy", epochs=20)


def _drawing() -> Project:
    data = DATASETS.choose("drawing")
    output = ("output", "Output", {"units": 8})
    project = _chain(data, _input(10, sequence=False), ("repeat", "Repeat", {}), _block("gru", 32), output)
    return _trained_with(project, lr=0.01, schedule="cosine", epochs=20, clip_norm=1)


def _reverse() -> Project:
    encoder, decoder = ("gru", "Encoder", {"units": 48}), ("gru", "Decoder", {"units": 48})
    data = DATASETS.choose("reverse", length=8)
    project = _chain(data, _input(4), encoder, _LAST, ("repeat", "Repeat", {}), decoder, _classes(4))
    _link(project, "Encoder", "Decoder", role="initial")
    return _trained_with(
        project, lr=0.01, loss="cross_entropy", schedule="cosine", epochs=30, batch_size=64, clip_norm=1
    )


def _adding(kind: str) -> Project:
    data = DATASETS.choose("adding", length=100, samples=5000)
    project = _chain(data, _input(2), _block(kind, 32), _LAST, _number())
    return _trained_with(project, lr=0.01, epochs=25, batch_size=64, clip_norm=1)


def _sunspots() -> Project:
    data = DATASETS.choose("sunspots", window=24, horizon=1)
    project = _chain(data, _input(1), _dense("Hidden", 16), _LAST, _number())
    _link(project, "Hidden", "Hidden", delay=1)
    return _trained_with(project, lr=0.003, epochs=60, batch_size=16, clip_norm=1)


def _co2() -> Project:
    data = DATASETS.choose("co2", reading="change", window=48, target="every")
    project = _chain(data, _input(1), _block("gru", 24), _number())
    return _trained_with(project, lr=0.01, schedule="cosine", epochs=60, clip_norm=1)


def _vowels() -> Project:
    both = ("gru", "GRU, both directions", {"units": 16, "bidirectional": True})
    project = _chain(DATASETS.choose("vowels"), _input(12), both, _LAST, _classes(9))
    return _trained_with(project, lr=0.005, loss="cross_entropy", epochs=30, clip_norm=1)


def _names() -> Project:
    letters = ("embedding", "Letters", {"units": 12, "vocabulary": len(LETTERS)})
    project = _chain(DATASETS.choose("names"), _input(1), letters, _block("gru", 32), _LAST, _classes(2))
    return _trained_with(
        project, lr=0.005, loss="cross_entropy", schedule="cosine", epochs=12, batch_size=64, clip_norm=1
    )


def _weather() -> Project:
    data = DATASETS.choose("weather", window=14, quantity="temperature")
    project = _chain(data, _input(9), _block("gru", 16), _LAST, _number())
    return _trained_with(project, lr=0.003, epochs=20, clip_norm=1)


def _jordan() -> Project:
    project = _chain(DATASETS.choose("parity", length=12), _input(1), _dense("Hidden", 16), _classes(2))
    _link(project, "Output", "Hidden", delay=1)
    return _trained_with(project, lr=0.01, loss="cross_entropy", epochs=20, clip_norm=1)


def _parity() -> Project:
    project = _chain(DATASETS.choose("parity", length=12), _input(1), _dense("Hidden", 8), _classes(2))
    _link(project, "Hidden", "Hidden", delay=1)
    return _trained_with(project, lr=0.01, loss="cross_entropy", epochs=30, clip_norm=1)


def _echo() -> Project:
    project = _chain(DATASETS.choose("echo", lag=5), _input(1), _classes(2))
    _link(project, "Input", "Output", delay=5)
    return _trained_with(project, lr=0.01, loss="cross_entropy", epochs=10)


def _copy() -> Project:
    project = _chain(DATASETS.choose("copy", lag=10), _input(5), _block("gru", 32), _classes(4))
    return _trained_with(project, lr=0.005, loss="cross_entropy", epochs=30, clip_norm=1)


def _temporal_order() -> Project:
    project = _chain(DATASETS.choose("temporal_order", length=50), _input(6), _block("lstm", 24), _LAST, _classes(4))
    return _trained_with(project, lr=0.005, loss="cross_entropy", epochs=10, clip_norm=1)


def _spirals() -> Project:
    hidden = [_dense(f"Hidden {n}", 16, initializer=Choice("xavier_uniform", {"gain": 2.0})) for n in (1, 2)]
    project = _chain(DATASETS.choose("spirals"), _input(2, sequence=False), *hidden, _classes(2))
    return _trained_with(project, lr=0.01, loss="cross_entropy", epochs=100, batch_size=16)


def _circles() -> Project:
    project = _chain(DATASETS.choose("circles"), _input(2, sequence=False), _dense("Hidden", 4), _classes(2))
    return _trained_with(project, lr=0.02, loss="cross_entropy", epochs=60)


def _diabetes() -> Project:
    project = _chain(DATASETS.choose("diabetes"), _input(10, sequence=False), _dense("Hidden", 8), _number())
    return _trained_with(project, lr=0.003, epochs=30, weight_decay=0.01)


def _iris() -> Project:
    project = _chain(DATASETS.choose("iris"), _input(4, sequence=False), _dense("Hidden", 8), _classes(3))
    return _trained_with(project, lr=0.01, loss="cross_entropy", epochs=60, batch_size=16)


_ALL = (
    Example(
        DEFAULT,
        "Digits, row by row",
        "An Elman network reads a handwritten digit like a text, one row of pixels at each step.",
        _digits_by_rows,
    ),
    Example(
        "digits-mlp",
        "Digits at a glance",
        "The same digits for a network without memory, which sees all 64 pixels at once.",
        _digits_at_once,
    ),
    Example(
        "digits-pixels-rnn",
        "Digits, pixel by pixel: RNN",
        "64 steps of one pixel each: as it learns, the gradient reaches further and further back.",
        partial(_digits_by_pixels, "rnn", 48, 0.002),
    ),
    Example(
        "digits-pixels-lstm",
        "Digits, pixel by pixel: LSTM",
        "The same 64 steps with a gated cell, which keeps the gradient level through time.",
        partial(_digits_by_pixels, "lstm", 32, 0.01),
    ),
    Example(
        "digits-pixels-gru",
        "Digits, pixel by pixel: GRU",
        "The same 64 steps with two gates instead of three.",
        partial(_digits_by_pixels, "gru", 32, 0.01),
    ),
    Example(
        "adding-rnn",
        "Adding problem: RNN",
        "Two marked numbers in a row of 100 are to be added; the gradient dies on its way back and the RNN can only guess.",
        partial(_adding, "rnn"),
    ),
    Example(
        "adding-lstm",
        "Adding problem: LSTM",
        "The same row of 100: nothing happens for some epochs, then the LSTM finds the marks.",
        partial(_adding, "lstm"),
    ),
    Example(
        "sunspots-forecast",
        "Sunspots of the next year",
        "An Elman network sees 24 years of the Sun's activity and forecasts the next one.",
        _sunspots,
    ),
    Example(
        "weather",
        "Tomorrow's temperature",
        "A GRU reads two weeks of Seattle's weather and tells how warm the next day gets.",
        _weather,
    ),
    Example(
        "co2-every-step",
        "The breathing of the air",
        "At every month a GRU tells how carbon dioxide will change; it has to find the season first, so its error falls.",
        _co2,
    ),
    Example(
        "vowels-gru",
        "Who is speaking?",
        "A GRU hears two vowels, forwards and backwards and of any length, and names one of nine speakers.",
        _vowels,
    ),
    Example(
        "names-gru",
        "A woman's or a man's name?",
        "Each letter becomes a learned vector, and a GRU reads the name to its end, however long it is.",
        _names,
    ),
    Example(
        "drawing-gru",
        "Drawing a digit",
        "One to many: told which digit it is, a GRU draws it row by row, as the average hand would.",
        _drawing,
    ),
    Example(
        "reverse-encoder-decoder",
        "Told backwards",
        "An encoder reads eight symbols and hands its last state to a decoder, which tells them backwards.",
        _reverse,
    ),
    Example(
        "jordan",
        "Jordan network",
        "Its only memory is its own last answer, which it reads again at the next step: enough to tell odd from even.",
        _jordan,
    ),
    Example(
        "parity",
        "Odd or even",
        "An Elman network counts ones in its head, and a single bit forgotten makes the answer wrong.",
        _parity,
    ),
    Example(
        "echo-delay",
        "A link through time",
        "A link with a delay of 5 reads five steps back, so that no memory has to be learned at all.",
        _echo,
    ),
    Example(
        "copy-gru",
        "Copy after a pause",
        "A GRU keeps three symbols in mind during a pause and repeats them when told to.",
        _copy,
    ),
    Example(
        "temporal-order-lstm",
        "Which came first?",
        "An LSTM remembers two signs among fifty letters, and their order.",
        _temporal_order,
    ),
    Example(
        "spirals-mlp",
        "Two spirals",
        "A network without memory bends its border between two classes until it winds like them.",
        _spirals,
    ),
    Example(
        "circles-mlp",
        "Disc and ring",
        "Four neurons close a border around a disc of points.",
        _circles,
    ),
    Example(
        "iris-mlp",
        "Iris flowers",
        "Eight neurons tell three species of iris apart by four lengths.",
        _iris,
    ),
    Example(
        "diabetes-mlp",
        "Diabetes in a year",
        "A small network foretells a number from ten measurements, as far as it can be known.",
        _diabetes,
    ),
)

EXAMPLES: dict[str, Example] = {example.key: example for example in _ALL}
