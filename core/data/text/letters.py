"""Data sets out of texts, one builder for each thing that can be asked about a text.

A text is a row of symbols: a string, or a list of phones. Symbol 0 stands for the start, for the end, and for what fills up
shorter texts: padded answers are told by the mask, padded inputs by their lengths.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.data.dataset import Dataset, Field
from core.data.feedback import PREVIOUS, previous
from core.data.split import Split

PAD = "·"
"""Symbol 0."""
Text = Sequence[str]
"""A row of symbols."""


@dataclass(frozen=True, eq=False)
class Head:
    """What is told about a data set beside its texts."""

    key: str
    title: str
    source: str
    split: Split


def alphabet(texts: Iterable[Text]) -> tuple[str, ...]:
    """The symbols of the texts in the order of their code points, behind the one that stands for start and end."""
    return (PAD, *sorted({symbol for text in texts for symbol in text}))


def coded(texts: Sequence[Text], symbols: Sequence[str], more: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Codes (texts, longest + more) float32, filled up with 0, and the length of each text (texts,)."""
    numbers = {symbol: code for code, symbol in enumerate(symbols)}
    lengths = np.array([len(text) for text in texts])
    codes = np.zeros((len(texts), int(lengths.max()) + more), dtype=np.float32)
    for row, text in enumerate(texts):
        codes[row, : len(text)] = [numbers[symbol] for symbol in text]
    return codes, lengths


def told_apart(
    head: Head, texts: Sequence[Text], kinds: np.ndarray, classes: Sequence[str], name: str, symbols: Sequence[str] = ()
) -> Dataset:
    """Many to one: which of ``classes`` a text is; ``kinds`` (texts,) are their numbers, ``name`` is what they are."""
    symbols = symbols or alphabet(texts)
    codes, lengths = coded(texts, symbols)
    answer = Field(kinds[:, None].astype(np.float32), (name,), classes=tuple(classes), codes=True)
    return _dataset(head, {"x": _symbols(codes, symbols)}, answer, lengths=lengths)


def continued(head: Head, texts: Sequence[Text], *, ends: bool = True, symbols: Sequence[str] = ()) -> Dataset:
    """In step: the next symbol at each one, from the start on; with ``ends`` the end of the text is asked as well."""
    symbols = symbols or alphabet(texts)
    codes, lengths = coded(texts, symbols, more=int(ends))
    answer = _symbols(codes, symbols, "next letter")
    shown = _symbols(previous(answer, start=0).values[..., 0], symbols)
    asked = lengths + int(ends)
    return _dataset(
        head,
        {"x": shown},
        answer,
        mask=np.arange(codes.shape[1]) < asked[:, None],
        lengths=asked,
        feedback="x",
        end=0 if ends else None,
    )


def written(
    head: Head, texts: Sequence[Text], kinds: np.ndarray, classes: Sequence[str], symbols: Sequence[str] = ()
) -> Dataset:
    """One to many: a text of a given class, symbol by symbol; what was written before is read again."""
    symbols = symbols or alphabet(texts)
    flags = np.eye(len(classes), dtype=np.float32)[kinds.astype(int)]
    return _answered(head, Field(flags, names=tuple(classes)), texts, symbols)


def translated(
    head: Head, texts: Sequence[Text], answers: Sequence[Text], symbols: Sequence[str] = (), told: Sequence[str] = ()
) -> Dataset:
    """Encoder and decoder: a text is read to its end and answered by another one, in ``told`` symbols."""
    codes, lengths = coded(texts, symbols or alphabet(texts))
    shown = _symbols(codes, symbols or alphabet(texts))
    return _answered(head, shown, answers, told or alphabet(answers), lengths)


def labelled(head: Head, texts: Sequence[Text], labels: Sequence[np.ndarray], classes: Sequence[str]) -> Dataset:
    """In step: one of ``classes`` for each symbol of a text; ``labels`` are their numbers."""
    symbols = alphabet(texts)
    codes, lengths = coded(texts, symbols)
    told = np.zeros_like(codes)
    for row, one in enumerate(labels):
        told[row, : len(one)] = one
    answer = Field(told[:, :, None], ("follows",), classes=tuple(classes), codes=True)
    mask = np.arange(codes.shape[1]) < lengths[:, None]
    return _dataset(head, {"x": _symbols(codes, symbols)}, answer, mask=mask, lengths=lengths)


def without_spaces(text: str, spaces: str = " ") -> tuple[str, np.ndarray]:
    """A text without its ``spaces``, and for each symbol left which of them follows it, counted from 1; 0 is none."""
    kept: list[str] = []
    follows: list[int] = []
    for symbol in text:
        place = spaces.find(symbol)
        if place < 0:
            kept.append(symbol)
            follows.append(0)
        elif follows:
            follows[-1] = place + 1
    return "".join(kept), np.array(follows, dtype=np.float32)


def _symbols(codes: np.ndarray, symbols: Sequence[str], name: str = "letter") -> Field:
    return Field(np.ascontiguousarray(codes[:, :, None]), (name,), classes=tuple(symbols), codes=True)


def _answered(
    head: Head, given: Field, answers: Sequence[Text], symbols: Sequence[str], lengths: np.ndarray | None = None
) -> Dataset:
    """Answers that end by themselves, beside the answer one step late as a second input."""
    codes, told = coded(answers, symbols, more=1)
    answer = _symbols(codes, symbols, "answer")
    return _dataset(
        head,
        {"x": given, PREVIOUS: previous(answer, start=0)},
        answer,
        mask=np.arange(codes.shape[1]) <= told[:, None],
        lengths=lengths,
        feedback=PREVIOUS,
        end=0,
    )


def _dataset(
    head: Head,
    inputs: dict[str, Field],
    target: Field,
    *,
    mask: np.ndarray | None = None,
    lengths: np.ndarray | None = None,
    feedback: str = "",
    end: int | None = None,
) -> Dataset:
    return Dataset(
        key=head.key,
        title=head.title,
        task="classification",
        inputs=inputs,
        target=target,
        split=head.split,
        mask=mask,
        lengths=lengths,
        feedback=feedback,
        end=end,
        view="text",
        source=head.source,
    )
