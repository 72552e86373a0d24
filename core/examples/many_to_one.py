"""Many to one: a sequence is read, then one answer."""

from __future__ import annotations

from functools import partial

from core.data.catalogue import DATASETS
from core.data.text.names import LETTERS
from core.examples.building import (
    LAST,
    Step,
    block,
    chain,
    classes,
    dense,
    input_of,
    letters,
    link,
    number,
    trained_with,
)
from core.examples.example import Example, Goal
from core.project import Project


def _digits_by_rows() -> Project:
    data = DATASETS.choose("digits", reading="rows")
    project = chain(data, input_of(8), dense("Hidden", 32), LAST, classes(10))
    link(project, "Hidden", "Hidden", delay=1)
    return trained_with(project, lr=0.002, loss="cross_entropy", epochs=60, clip_norm=5)


def _digits_by_pixels(kind: str, units: int, lr: float, epochs: int = 40) -> Project:
    data = DATASETS.choose("digits", reading="pixels")
    project = chain(data, input_of(1), block(kind, units), LAST, classes(10))
    return trained_with(project, lr=lr, loss="cross_entropy", schedule="cosine", epochs=epochs, clip_norm=1)


def _names() -> Project:
    letters = ("embedding", "Letters", {"units": 12, "vocabulary": len(LETTERS)})
    project = chain(DATASETS.choose("names"), input_of(1), letters, block("gru", 32), LAST, classes(2))
    return trained_with(
        project, lr=0.005, loss="cross_entropy", schedule="cosine", epochs=12, batch_size=64, clip_norm=1, buckets=8
    )


def _vowels() -> Project:
    both = ("gru", "GRU, both directions", {"units": 16, "bidirectional": True})
    project = chain(DATASETS.choose("vowels"), input_of(12), both, LAST, classes(9))
    return trained_with(project, lr=0.005, loss="cross_entropy", epochs=30, clip_norm=1, buckets=8)


def _sunspots() -> Project:
    data = DATASETS.choose("sunspots", window=24, horizon=1)
    project = chain(data, input_of(1), dense("Hidden", 16), LAST, number())
    link(project, "Hidden", "Hidden", delay=1)
    return trained_with(project, lr=0.003, epochs=60, batch_size=16, clip_norm=1)


def _weather() -> Project:
    data = DATASETS.choose("weather", window=14, quantity="temperature")
    project = chain(data, input_of(9), block("gru", 16), LAST, number())
    return trained_with(project, lr=0.003, epochs=20, clip_norm=1)


def _adding(kind: str) -> Project:
    data = DATASETS.choose("adding", length=100, samples=5000)
    project = chain(data, input_of(2), block(kind, 32), LAST, number())
    return trained_with(project, lr=0.01, epochs=25, batch_size=64, clip_norm=1)


def _temporal_order() -> Project:
    project = chain(DATASETS.choose("temporal_order", length=50), input_of(6), block("lstm", 24), LAST, classes(4))
    return trained_with(project, lr=0.005, loss="cross_entropy", epochs=10, clip_norm=1)


def _surnames() -> Project:
    reading = (input_of(1), letters(28, 16))
    project = chain(DATASETS.choose("surnames"), *reading, block("gru", 48), LAST, classes(8))
    return trained_with(project, lr=0.005, loss="cross_entropy", schedule="cosine", epochs=12, clip_norm=1, buckets=8)


def _language() -> Project:
    reading = (input_of(1), letters(98, 16))
    project = chain(DATASETS.choose("declaration"), *reading, block("gru", 48), LAST, classes(12))
    return trained_with(project, lr=0.005, loss="cross_entropy", schedule="cosine", epochs=12, clip_norm=1)


def _sentiment() -> Project:
    both = block("gru", 64, "GRU, both directions", bidirectional=True)
    strongest: Step = ("max_time", "Max over time", {})
    silenced: Step = ("dropout", "Dropout", {"rate": 0.5})
    data = DATASETS.choose("sentiment")
    project = chain(data, input_of(1), letters(27, 24), both, strongest, silenced, classes(2))
    return trained_with(
        project, lr=0.005, loss="cross_entropy", schedule="cosine", epochs=8, batch_size=64, clip_norm=1, buckets=8
    )


MANY_TO_ONE = (
    Example(
        "digits-rows-elman",
        "Digits, row by row",
        "An Elman network reads a handwritten digit like a text, one row of pixels at each step.",
        _digits_by_rows,
        Goal(baseline=0.103, quality=0.93, seconds=60),
    ),
    Example(
        "digits-pixels-rnn",
        "Digits, pixel by pixel: RNN",
        "64 steps of one pixel each: as it learns, the gradient reaches further and further back.",
        partial(_digits_by_pixels, "rnn", 48, 0.002),
        Goal(baseline=0.103, quality=0.90),
    ),
    Example(
        "digits-pixels-lstm",
        "Digits, pixel by pixel: LSTM",
        "The same 64 steps with a gated cell, which keeps the gradient level through time.",
        partial(_digits_by_pixels, "lstm", 32, 0.01),
        Goal(baseline=0.103, quality=0.90),
    ),
    Example(
        "digits-pixels-gru",
        "Digits, pixel by pixel: GRU",
        "The same 64 steps with two gates instead of three.",
        partial(_digits_by_pixels, "gru", 32, 0.01, 50),
        Goal(baseline=0.103, quality=0.90),
    ),
    Example(
        "names-gru",
        "A woman's or a man's name?",
        "Each letter becomes a learned vector, and a GRU reads the name to its end, however long it is.",
        _names,
        Goal(baseline=0.565, quality=0.80),
    ),
    Example(
        "vowels-gru",
        "Who is speaking?",
        "A GRU hears two vowels, forwards and backwards and of any length, and names one of nine speakers.",
        _vowels,
        Goal(baseline=0.18, quality=0.93),
    ),
    Example(
        "sunspots-forecast",
        "Sunspots of the next year",
        "An Elman network sees 24 years of the Sun's activity and forecasts the next one.",
        _sunspots,
        Goal(baseline=31.5, quality=24.0),
    ),
    Example(
        "weather",
        "Tomorrow's temperature",
        "A GRU reads two weeks of Seattle's weather and tells how warm the next day gets.",
        _weather,
        Goal(baseline=2.81, quality=2.75),
    ),
    Example(
        "adding-rnn",
        "Adding problem: RNN",
        "Two marked numbers in a row of 100 are to be added; the gradient dies on its way back and the RNN can only guess.",
        partial(_adding, "rnn"),
        Goal(baseline=0.409, quality=0.35, fails=True),
    ),
    Example(
        "adding-lstm",
        "Adding problem: LSTM",
        "The same row of 100: nothing happens for some epochs, then the LSTM finds the marks.",
        partial(_adding, "lstm"),
        Goal(baseline=0.409, quality=0.10),
    ),
    Example(
        "temporal-order-lstm",
        "Which came first?",
        "An LSTM remembers two signs among fifty letters, and their order.",
        _temporal_order,
        Goal(baseline=0.273, quality=0.98),
    ),
    Example(
        "surnames-gru",
        "Where does a name come from?",
        "A GRU reads a family name without its accents and tells which of eight languages it belongs to.",
        _surnames,
        Goal(baseline=0.142, quality=0.66),
    ),
    Example(
        "declaration-language",
        "Which language is this?",
        "Twelve languages tell the same human rights; a few words are enough, in three of them in the same script.",
        _language,
        Goal(baseline=0.0986, quality=0.84),
    ),
    Example(
        "sentiment-gru",
        "A good word or a bad one?",
        "The strongest sign at any letter decides: stems and endings like -less and -ful.",
        _sentiment,
        Goal(baseline=0.565, quality=0.7),
    ),
)
