"""The verses of Hafez, hemistich by hemistich."""

from __future__ import annotations

from collections import Counter

import numpy as np

from core.data.dataset import PARTS, Dataset
from core.data.files import bundled_text
from core.data.split import Split, random_split
from core.data.text.letters import Head, continued, labelled, without_spaces, written
from core.data.text.persian import letters_only, normalised

FEWEST_OF_A_RHYME = 60
LONGEST = 48


def hafez(*, question: str, validation: float, test: float, seed: int) -> Dataset:
    """Hemistichs of the Divan: the "next" letter, put back the "spaces", or write one that ends in a given "rhyme" letter.

    The hemistichs of a poem stay together in one part, so that no rhyme of the validation part was learned by heart. For
    "rhyme" only the second ones of a verse are taken, which rhyme, and letters on which at least 60 of them end.
    """
    verses, poem = _hemistichs(rhyming=question == "rhyme")
    endings = Counter(verse[-1] for verse in verses)
    letters = sorted(letter for letter, count in endings.items() if count >= FEWEST_OF_A_RHYME)
    if question == "rhyme":
        kept = [n for n, verse in enumerate(verses) if verse[-1] in letters]
        verses, poem = [verses[n] for n in kept], poem[kept]
    head = Head(
        "hafez",
        "Verses of Hafez",
        "Hafez of Shiraz, 14th century, public domain; from the package hafez, MIT.",
        by_group(poem, validation, test, seed),
    )
    if question == "rhyme":
        kinds = np.array([letters.index(verse[-1]) for verse in verses])
        return written(head, verses, kinds, letters)
    if question == "spaces":
        told = [without_spaces(verse) for verse in verses]
        return labelled(head, [text for text, _ in told], [follows for _, follows in told], ("joined", "space"))
    return continued(head, verses)


def by_group(group: np.ndarray, validation: float, test: float, seed: int) -> Split:
    """A split by lot in which all samples of one ``group`` (samples,) come into the same part."""
    members, place = np.unique(group, return_inverse=True)
    split = random_split(len(members), validation, test, seed)
    return {part: np.flatnonzero(np.isin(place, split[part])) for part in PARTS if part in split}


def _hemistichs(rhyming: bool) -> tuple[list[str], np.ndarray]:
    """Hemistichs of at most 48 signs, or of each verse the second one alone, and the number of the poem of each."""
    found, poem = [], []
    for number, text in enumerate(bundled_text("hafez", "hafez.txt.gz").split("\n\n")):
        for line in text.splitlines()[1::2] if rhyming else text.splitlines():
            verse = letters_only(normalised(line))
            if 0 < len(verse) <= LONGEST:
                found.append(verse)
                poem.append(number)
    return found, np.array(poem)
