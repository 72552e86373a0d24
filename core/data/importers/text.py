"""Text files as a row of symbols, characters or words, with their vocabulary."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from core.data.importers.encoding import lines, opened
from core.data.importers.progress import Progress
from core.errors import BadFile, UnknownName

Unit = Literal["characters", "words"]
UNITS = get_args(Unit)
MAX_SYMBOLS = 20_000_000
MAX_CHARACTERS = 5000
"""Different characters."""
MAX_WORDS = 20_000
"""Different words that are told apart; rarer ones are all the same."""
RARE = "▢"
"""What stands for a rare word."""
_WORD = re.compile(r"\w+(?:['’\u200c]\w+)*|[^\w\s]|\n")
_EVERY = 2000
"""Lines between two words on the progress."""


@dataclass(frozen=True, eq=False)
class Symbols:
    """A text as codes."""

    codes: np.ndarray
    """(symbols,) int32, places in the vocabulary."""
    vocabulary: tuple[str, ...]
    unit: Unit
    rare: int = 0
    """How many words were rare."""


def read_text(
    path: Path, encoding: str, unit: Unit = "characters", fold: bool = False
) -> Generator[Progress, None, Symbols]:
    """Read a text file; ``fold`` takes upper and lower case for the same. Line ends become one line break."""
    if unit not in UNITS:
        raise UnknownName("unit of a text", unit, UNITS)
    numbers: dict[str, int] = {}
    parts: list[np.ndarray] = []
    count = 0
    size = max(1, path.stat().st_size) if path.exists() else 1
    with opened(path) as file:
        for n, line in enumerate(lines(file, encoding, path.name), start=1):
            text = unicodedata.normalize("NFC", line.lstrip("\ufeff") if n == 1 else line)
            text = text.rstrip("\r\n") + ("\n" if line[-1:] in "\r\n" else "")
            text = text.casefold() if fold else text
            found = list(text) if unit == "characters" else _WORD.findall(text)
            for symbol in found:
                numbers.setdefault(symbol, len(numbers))
            parts.append(np.fromiter(map(numbers.__getitem__, found), np.int32, len(found)))
            count += len(found)
            _check(path.name, n, count, len(numbers), unit)
            if n % _EVERY == 0:
                yield Progress(min(0.99, file.tell() / size), count)
    yield Progress(0.99, count)
    if count < 2:
        raise BadFile("“{file}” holds no text: there is nothing to import.", file=path.name)
    return _ordered(np.concatenate(parts), list(numbers), unit)


def _check(name: str, row: int, count: int, different: int, unit: Unit) -> None:
    if count > MAX_SYMBOLS:
        raise BadFile(
            "“{file}”, row {row}: that is more than {n} million {unit}. Import a part of it.",
            file=name,
            row=row,
            n=MAX_SYMBOLS // 1_000_000,
            unit=unit,
        )
    if unit == "characters" and different > MAX_CHARACTERS:
        raise BadFile(
            "“{file}”, by row {row}: it holds more than {n} different characters. Read it as words, or choose another "
            "encoding.",
            file=name,
            row=row,
            n=MAX_CHARACTERS,
        )


def _ordered(codes: np.ndarray, symbols: list[str], unit: Unit) -> Symbols:
    """The vocabulary in alphabetical order; of too many words the frequent ones."""
    kept, rare = set(symbols), 0
    if unit == "words" and len(symbols) > MAX_WORDS:
        times = Counter(dict(zip(symbols, np.bincount(codes, minlength=len(symbols)).tolist(), strict=True)))
        kept = {word for word, _ in times.most_common(MAX_WORDS - 1)}
        rare = sum(count for word, count in times.items() if word not in kept)
        kept.add(RARE)
    vocabulary = tuple(sorted(kept))
    place = {symbol: n for n, symbol in enumerate(vocabulary)}
    table = np.array([place.get(symbol, place.get(RARE, 0)) for symbol in symbols], np.int32)
    return Symbols(table[codes], vocabulary, unit, rare)
