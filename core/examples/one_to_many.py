"""One to many: a class goes in, a picture or a text comes out."""

from __future__ import annotations

from functools import partial

from core.data.catalogue import DATASETS
from core.examples.building import block, chain, input_of, trained_with, writer
from core.examples.example import Example, Goal
from core.project import Project


def _drawing() -> Project:
    data = DATASETS.choose("drawing")
    output = ("output", "Output", {"units": 8})
    project = chain(data, input_of(10, sequence=False), ("repeat", "Repeat", {}), block("gru", 32), output)
    return trained_with(project, lr=0.01, schedule="cosine", epochs=20, clip_norm=1)


def _written(key: str, question: str, given: int, symbols: int, units: int, epochs: int) -> Project:
    project = writer(DATASETS.choose(key, question=question), given, symbols, units)
    return trained_with(
        project, lr=0.005, loss="cross_entropy", schedule="cosine", epochs=epochs, batch_size=64, clip_norm=1
    )


ONE_TO_MANY = (
    Example(
        "drawing-gru",
        "Drawing a digit",
        "One to many: told which digit it is, a GRU draws it row by row, as the average hand would.",
        _drawing,
        Goal(baseline=5.99, quality=3.6),
    ),
    Example(
        "names-write",
        "A name for her, a name for him",
        "Told on which list it shall stand, a GRU writes a first name letter by letter and reads what it wrote.",
        partial(_written, "names", "write", 2, 28, 64, 10),
        Goal(baseline=0.223, quality=0.32),
    ),
    Example(
        "surnames-write",
        "A family name of Finland",
        "Told one of eight languages, a GRU writes family names that sound like it.",
        partial(_written, "surnames", "write", 8, 28, 64, 14),
        Goal(baseline=0.221, quality=0.36),
    ),
    Example(
        "hafez-rhyme",
        "A verse on a rhyme",
        "Told the letter of the rhyme, a GRU writes a hemistich in the manner of Hafez that has to end in it.",
        partial(_written, "hafez", "rhyme", 12, 37, 96, 12),
        Goal(baseline=0.275, quality=0.385),
    ),
)
