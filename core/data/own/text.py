"""A text of one's own as a data set: windows of symbols, and the symbol that follows, at every step or at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from core.data.dataset import Dataset, Field
from core.data.importers.text import Symbols
from core.data.split import time_split
from core.data.store import get, put
from core.errors import DataError

MAX_VALUES = 128_000_000
MAX_FLAGS = 500


def store(source: Symbols, name: str) -> str:
    """Keep an imported text; returns the name of its blob."""
    about = {"kind": "text", "name": name, "vocabulary": list(source.vocabulary), "unit": source.unit}
    return put({"codes": source.codes}, about)


def stored(content: str, name: str) -> Symbols:
    """The text of a blob; raises DataError where it is missing or no text."""
    blob = get(content, name)
    codes, words, unit = blob.arrays.get("codes"), blob.about.get("vocabulary"), blob.about.get("unit")
    sound = (
        blob.about.get("kind") == "text"
        and codes is not None
        and codes.dtype == np.int32
        and codes.ndim == 1
        and isinstance(words, list)
        and all(isinstance(word, str) for word in words)
        and len(codes) > 1
        and codes.min() >= 0
        and codes.max() < len(words)
    )
    if not sound:
        raise DataError("The imported data is damaged: it is not the text that it says it is. Import the file again.")
    assert codes is not None and isinstance(words, list)
    return Symbols(codes, tuple(words), "words" if unit == "words" else "characters")


def text(*, content: str, name: str, **settings: Any) -> Dataset:
    """The data set that a recipe makes of an imported text."""
    if not content:
        raise DataError("There is no text yet: import one by File, Import data.")
    return build(stored(content, name), name, settings)


def build(source: Symbols, name: str, values: Mapping[str, Any]) -> Dataset:
    """The data set that the settings of the entry "own_text" make of a text."""
    window, stride, every = int(values["window"]), int(values["stride"]), values["asked"] == "every"
    codes, vocabulary = source.codes, source.vocabulary
    if len(vocabulary) < 2:
        raise DataError("The text repeats one symbol: there is nothing to learn from it.")
    starts = np.arange(0, len(codes) - window, stride)
    if not len(starts):
        raise DataError(
            "A window of {window} does not fit a text of {n} {unit}: make it shorter.",
            window=window,
            n=len(codes),
            unit=source.unit,
        )
    flags = values["given"] == "flags"
    if flags and len(vocabulary) > MAX_FLAGS:
        raise DataError(
            "{n:,} different symbols are too many for an input each, at most {most}: give them as codes for an embedding.",
            n=len(vocabulary),
            most=MAX_FLAGS,
        )
    if len(starts) * window * (len(vocabulary) if flags else 1) > MAX_VALUES:
        raise DataError(
            "{samples:,} windows of {steps} symbols are more than the studio holds: raise the stride, shorten the window "
            "or give the symbols as codes.",
            samples=len(starts),
            steps=window,
        )
    shown = sliding_window_view(codes, window)[starts]
    told = sliding_window_view(codes, window)[starts + 1] if every else codes[starts + window][:, None]
    target = np.ascontiguousarray((told[..., None] if every else told).astype(np.float32))
    split = time_split(starts + (1 if every else window), starts + window, values["validation"], values["test"])
    return Dataset(
        key="own_text",
        title=name or "Your own text",
        task="classification",
        inputs={"x": _given(shown, vocabulary, flags)},
        target=Field(target, names=("next",), classes=vocabulary, codes=True),
        split=split,
        feedback="x" if every else "",
        begun=every,
        view="text",
        source="Imported by you.",
    )


def _given(shown: np.ndarray, vocabulary: tuple[str, ...], flags: bool) -> Field:
    if not flags:
        values = np.ascontiguousarray(shown[..., None].astype(np.float32))
        return Field(values, names=("symbol",), classes=vocabulary, codes=True)
    return Field(np.eye(len(vocabulary), dtype=np.float32)[shown], names=vocabulary)
