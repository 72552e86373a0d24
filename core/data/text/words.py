"""Words: whether one is positive or negative, and how one is pronounced."""

from __future__ import annotations

import re

import numpy as np

from core.data.dataset import Dataset
from core.data.files import bundled_rows, bundled_text
from core.data.split import random_split, stratified_split
from core.data.text.letters import Head, told_apart, translated
from core.data.text.persian import normalised

FEELINGS = ("negative", "positive")
CLEAR = 1.0
"""Least distance from 0 of the mean judgement, from -4 to 4, of a word that is taken."""


def sentiment(*, validation: float, test: float, seed: int) -> Dataset:
    """English words that ten people found clearly negative or positive, at least 1 out of 4 on average."""
    judged = {word: float(mean) for word, mean in bundled_rows("sentiment", "words.csv.gz")[1:]}  # a few stand twice
    clear = {word: mean for word, mean in judged.items() if abs(mean) >= CLEAR}
    kinds = np.array([mean > 0 for mean in clear.values()], dtype=np.int64)
    head = Head(
        "sentiment",
        "Good and bad words",
        "C. J. Hutto and E. Gilbert, VADER 2014; from vaderSentiment, MIT.",
        stratified_split(kinds, validation, test, seed),
    )
    return told_apart(head, list(clear), kinds, FEELINGS, "feeling")


def pronunciation(*, language: str, validation: float, test: float, seed: int) -> Dataset:
    """10,000 words of a language ("english" or "persian") and the phones they are spoken with."""
    pairs = _english() if language == "english" else _persian()
    head = Head(
        "pronunciation",
        "Pronunciation",
        "The Carnegie Mellon Pronouncing Dictionary, BSD 2-clause; from stdlib."
        if language == "english"
        else "M. Hansen, gruut 2022, MIT.",
        random_split(len(pairs), validation, test, seed),
    )
    return translated(head, [word for word, _ in pairs], [phones for _, phones in pairs])


def _english() -> list[tuple[str, list[str]]]:
    """Small letters and phones of the ARPAbet without the number that tells the stress of a vowel."""
    found = []
    for line in bundled_text("pronunciation", "english.txt.gz").splitlines():
        word, spoken = line.split(maxsplit=1)
        found.append((word.lower(), re.sub(r"\d", "", spoken).split()))
    return found


def _persian() -> list[tuple[str, list[str]]]:
    """Letters and phones of the International Phonetic Alphabet."""
    lines = bundled_text("pronunciation", "persian.txt.gz").splitlines()
    pairs = dict(line.split("\t") for line in lines)
    return [(word, spoken.split()) for word, spoken in ((normalised(word), pairs[word]) for word in pairs)]
