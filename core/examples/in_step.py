"""Many to many, in step: an answer at every step that is read."""

from __future__ import annotations

from functools import partial

from core.catalogue.spec import Choice
from core.data.catalogue import DATASETS
from core.edits import SetTraining
from core.examples.building import block, chain, classes, dense, input_of, letters, link, number, trained_with
from core.examples.example import Example, Goal
from core.project import Project


def _co2() -> Project:
    # Nothing is put away for a test: of so few months four years are a single window.
    data = DATASETS.choose("co2", reading="change", window=48, target="every", test=0.0)
    project = chain(data, input_of(1), block("gru", 24), number())
    return trained_with(project, lr=0.01, schedule="cosine", epochs=60, clip_norm=1)


def _weather_freely() -> Project:
    data = DATASETS.choose("weather", quantity="temperature", window=30, target="every")
    project = chain(data, input_of(9), block("gru", 16), number())
    trained_with(project, lr=0.005, schedule="cosine", epochs=30, clip_norm=1, weight_decay=0.001)
    project.apply(SetTraining("teaching", Choice("linear", {"start": 1.0, "end": 0.25})))
    return project


def _jordan() -> Project:
    project = chain(DATASETS.choose("parity", length=12), input_of(1), dense("Hidden", 16), classes(2))
    link(project, "Output", "Hidden", delay=1)
    return trained_with(project, lr=0.01, loss="cross_entropy", epochs=20, clip_norm=1)


def _parity() -> Project:
    project = chain(DATASETS.choose("parity", length=12), input_of(1), dense("Hidden", 8), classes(2))
    link(project, "Hidden", "Hidden", delay=1)
    return trained_with(project, lr=0.01, loss="cross_entropy", epochs=30, clip_norm=1)


def _echo() -> Project:
    project = chain(DATASETS.choose("echo", lag=5), input_of(1), classes(2))
    link(project, "Input", "Output", delay=5)
    return trained_with(project, lr=0.01, loss="cross_entropy", epochs=10)


def _copy() -> Project:
    project = chain(DATASETS.choose("copy", lag=10), input_of(5), block("gru", 32), classes(4))
    return trained_with(project, lr=0.005, loss="cross_entropy", epochs=30, clip_norm=1)


def _next_letter(key: str, symbols: int, units: int, epochs: int, batch: int, **values: str) -> Project:
    data = DATASETS.choose(key, question="next", **values)
    project = chain(data, input_of(1), letters(symbols, 24), block("gru", units), classes(symbols))
    return trained_with(
        project, lr=0.005, loss="cross_entropy", schedule="cosine", epochs=epochs, batch_size=batch, clip_norm=1
    )


def _spaces(key: str, symbols: int, kinds: int, units: int, epochs: int, batch: int, **values: str) -> Project:
    data = DATASETS.choose(key, question="spaces", **values)
    both = block("gru", units, "GRU, both directions", bidirectional=True)
    project = chain(data, input_of(1), letters(symbols, 16), both, classes(kinds))
    return trained_with(
        project, lr=0.005, loss="cross_entropy", schedule="cosine", epochs=epochs, batch_size=batch, clip_norm=1
    )


IN_STEP = (
    Example(
        "co2-every-step",
        "The breathing of the air",
        "At every month a GRU tells how carbon dioxide will change; it has to find the season first, so its error falls.",
        _co2,
        Goal(baseline=0.417, quality=0.4),
    ),
    Example(
        "weather-freely",
        "Two weeks without a thermometer",
        "It is given the true temperature of the day before ever more seldom, and reads what it said itself instead.",
        _weather_freely,
        Goal(baseline=2.84, quality=2.8, alone=3.7),
    ),
    Example(
        "jordan",
        "Jordan network",
        "Its only memory is its own last answer, which it reads again at the next step: enough to tell odd from even.",
        _jordan,
        Goal(baseline=0.497, quality=0.99),
    ),
    Example(
        "parity",
        "Odd or even",
        "An Elman network counts ones in its head, and a single bit forgotten makes the answer wrong.",
        _parity,
        Goal(baseline=0.497, quality=0.99),
    ),
    Example(
        "echo-delay",
        "A link through time",
        "A link with a delay of 5 reads five steps back, so that no memory has to be learned at all.",
        _echo,
        Goal(baseline=0.507, quality=0.99),
    ),
    Example(
        "copy-gru",
        "Copy after a pause",
        "A GRU keeps three symbols in mind during a pause and repeats them when told to.",
        _copy,
        Goal(baseline=0.228, quality=0.95),
    ),
    Example(
        "hafez-next",
        "The next letter of Hafez",
        "At every letter of a hemistich a GRU guesses the next one, until it can go on by itself.",
        partial(_next_letter, "hafez", 37, 96, 10, 64),
        Goal(baseline=0.277, quality=0.42),
    ),
    Example(
        "declaration-next",
        "The next letter of a law",
        "A GRU learns English from one short text, the declaration of human rights, and guesses letter after letter.",
        partial(_next_letter, "declaration", 28, 64, 20, 16),
        Goal(baseline=0.281, quality=0.43),
    ),
    Example(
        "hafez-spaces",
        "Verses without spaces",
        "A GRU reads a hemistich forwards and backwards and says after which letters a space was.",
        partial(_spaces, "hafez", 36, 2, 48, 8, 64),
        Goal(baseline=0.732, quality=0.895),
    ),
    Example(
        "declaration-spaces",
        "Wherewerethespaces?",
        "The same in English, learned from one short text.",
        partial(_spaces, "declaration", 27, 2, 32, 40, 16),
        Goal(baseline=0.831, quality=0.92),
    ),
    Example(
        "declaration-spaces-persian",
        "Spaces and half-spaces",
        "In Persian a space, a half-space or nothing follows a letter, and writers are free in it.",
        partial(_spaces, "declaration", 36, 3, 32, 40, 16, text="persian"),
        Goal(baseline=0.772, quality=0.85),
    ),
)
