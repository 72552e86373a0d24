"""Many to many, encoder and decoder: a sequence is read to its end, then another one is answered."""

from __future__ import annotations

from functools import partial

from core.data.catalogue import DATASETS
from core.examples.building import (
    LAST,
    block,
    chain,
    classes,
    input_of,
    letters,
    link,
    looker,
    trained_with,
    translator,
)
from core.examples.example import Example, Goal
from core.project import Project


def _reverse() -> Project:
    encoder, decoder = block("gru", 48, "Encoder"), block("gru", 48, "Decoder")
    data = DATASETS.choose("reverse", length=8)
    project = chain(data, input_of(4), encoder, LAST, ("repeat", "Repeat", {}), decoder, classes(4))
    link(project, "Encoder", "Decoder", role="initial")
    return trained_with(
        project, lr=0.01, loss="cross_entropy", schedule="cosine", epochs=30, batch_size=64, clip_norm=1
    )


def _reverse_by_attention() -> Project:
    encoder, decoder = block("gru", 24, "Encoder"), block("gru", 24, "Decoder")
    data = DATASETS.choose("reverse", length=16)
    looks = ("attention", "Attention", {"score": "general"})
    project = chain(data, input_of(4), encoder, LAST, ("repeat", "Repeat", {}), decoder, looks, classes(4))
    link(project, "Encoder", "Decoder", role="initial")
    link(project, "Encoder", "Attention", role="memory")
    link(project, "Decoder", "Output")
    return _taught(project, 0.01, 10)


def _pronounced(language: str, letters_of: int, phones: int) -> Project:
    data = DATASETS.choose("pronunciation", language=language)
    reading = (input_of(1), letters(letters_of, 24))
    project = translator(data, reading, block("gru", 96, "Encoder"), block("gru", 96, "Decoder"), phones, 24)
    return _taught(project, 0.005, 12)


def _dates(question: str, read: int, units: int, epochs: int) -> Project:
    data = DATASETS.choose("dates", question=question)
    reading = (input_of(1), letters(read, 16))
    project = translator(data, reading, block("gru", units, "Encoder"), block("gru", units, "Decoder"), 12)
    return _taught(project, 0.01, epochs)


def _dates_by_looking() -> Project:
    data = DATASETS.choose("dates", question="persian")
    both = block("gru", 24, "Encoder, both directions", bidirectional=True)
    reading = (input_of(1), letters(28, 16))
    return _taught(looker(data, reading, both, block("gru", 48, "Decoder"), 32, 12), 0.01, 8)


def _addition() -> Project:
    data = DATASETS.choose("addition", order="backwards")
    reading = (input_of(1), letters(12, 16))
    project = translator(data, reading, block("gru", 64, "Encoder"), block("gru", 64, "Decoder"), 11)
    return _taught(project, 0.01, 30)


def _sorting() -> Project:
    data = DATASETS.choose("reverse", order="sorted", length=8, feedback="previous")
    encoder, decoder = block("gru", 48, "Encoder"), block("gru", 48, "Decoder")
    return _taught(translator(data, (input_of(4),), encoder, decoder, 4, 8, said=5), 0.01, 12)


def _taught(project: Project, lr: float, epochs: int) -> Project:
    return trained_with(
        project, lr=lr, loss="cross_entropy", schedule="cosine", epochs=epochs, batch_size=64, clip_norm=1
    )


ENCODER_DECODER = (
    Example(
        "reverse-encoder-decoder",
        "Told backwards",
        "An encoder reads eight symbols and hands its last state to a decoder, which tells them backwards.",
        _reverse,
        Goal(baseline=0.242, quality=0.98),
    ),
    Example(
        "reverse-attention",
        "Told backwards, looking back",
        "Sixteen symbols are too many for one state: at each step the decoder looks back at the one it needs.",
        _reverse_by_attention,
        Goal(baseline=0.25, quality=0.98),
    ),
    Example(
        "sorting-encoder-decoder",
        "Put in order",
        "The encoder counts eight symbols, the decoder tells them sorted and reads what it told last.",
        _sorting,
        Goal(baseline=0.659, quality=0.98),
    ),
    Example(
        "pronunciation-english",
        "How is it said?",
        "An English word is read letter by letter, then a decoder speaks it phone by phone.",
        partial(_pronounced, "english", 27, 40),
        Goal(baseline=0.248, quality=0.85),
    ),
    Example(
        "pronunciation-persian",
        "Vowels that nobody writes",
        "Persian does not write its short vowels: the decoder has to know them from the word.",
        partial(_pronounced, "persian", 35, 30),
        Goal(baseline=0.34, quality=0.96),
    ),
    Example(
        "dates-iso",
        "20 March 2024 in numbers",
        "A date in words is read and written in numbers, with the year at the other end.",
        partial(_dates, "iso", 38, 48, 10),
        Goal(baseline=0.464, quality=0.99),
    ),
    Example(
        "dates-gregorian",
        "From Nowruz to March",
        "A date of the Jalali calendar is told in the Gregorian one: months begin three weeks later, and leap years count.",
        partial(_dates, "gregorian", 12, 64, 25),
        Goal(baseline=0.464, quality=0.98),
    ),
    Example(
        "dates-attention",
        "Where does it look?",
        "A date in Persian words is told in numbers, and attention shows from which letters each digit comes.",
        _dates_by_looking,
        Goal(baseline=0.434, quality=0.99),
    ),
    Example(
        "addition",
        "27+58 letter by letter",
        "A sum is read as text and told with its units first, so that a decoder can carry as at school.",
        _addition,
        Goal(baseline=0.382, quality=0.98),
    ),
)
