"""One to one: no time, one answer. Multilayer perceptrons on pictures, tables and the plane."""

from __future__ import annotations

from core.catalogue.spec import Choice
from core.data.catalogue import DATASETS
from core.examples.building import chain, classes, dense, input_of, number, trained_with
from core.examples.example import Example, Goal
from core.project import Project


def _digits_at_once() -> Project:
    data = DATASETS.choose("digits", reading="image")
    project = chain(data, input_of(64, sequence=False), dense("Hidden", 32), classes(10))
    return trained_with(project, lr=0.003, loss="cross_entropy", epochs=20)


def _iris() -> Project:
    project = chain(DATASETS.choose("iris"), input_of(4, sequence=False), dense("Hidden", 8), classes(3))
    return trained_with(project, lr=0.01, loss="cross_entropy", epochs=60, batch_size=16)


def _diabetes() -> Project:
    project = chain(DATASETS.choose("diabetes"), input_of(10, sequence=False), dense("Hidden", 8), number())
    return trained_with(project, lr=0.003, epochs=30, weight_decay=0.01)


def _spirals() -> Project:
    hidden = [dense(f"Hidden {n}", 16, initializer=Choice("xavier_uniform", {"gain": 2.0})) for n in (1, 2)]
    project = chain(DATASETS.choose("spirals"), input_of(2, sequence=False), *hidden, classes(2))
    return trained_with(project, lr=0.01, loss="cross_entropy", epochs=100, batch_size=16)


def _circles() -> Project:
    project = chain(DATASETS.choose("circles"), input_of(2, sequence=False), dense("Hidden", 4), classes(2))
    return trained_with(project, lr=0.02, loss="cross_entropy", epochs=60)


ONE_TO_ONE = (
    Example(
        "digits-mlp",
        "Digits at a glance",
        "The same digits for a network without memory, which sees all 64 pixels at once.",
        _digits_at_once,
        Goal(baseline=0.103, quality=0.95),
    ),
    Example(
        "iris-mlp",
        "Iris flowers",
        "Eight neurons tell three species of iris apart by four lengths.",
        _iris,
        Goal(baseline=0.333, quality=0.90),
    ),
    Example(
        "diabetes-mlp",
        "Diabetes in a year",
        "A small network foretells a number from ten measurements, as far as it can be known.",
        _diabetes,
        Goal(baseline=79.1, quality=65.0),
    ),
    Example(
        "spirals-mlp",
        "Two spirals",
        "A network without memory bends its border between two classes until it winds like them.",
        _spirals,
        Goal(baseline=0.5, quality=0.95),
    ),
    Example(
        "circles-mlp",
        "Disc and ring",
        "Four neurons close a border around a disc of points.",
        _circles,
        Goal(baseline=0.5, quality=0.95),
    ),
)
