"""Seeded tasks that only a memory can solve; their difficulty is the number of steps that must be bridged."""

from __future__ import annotations

from dataclasses import replace
from string import ascii_uppercase

import numpy as np

from core.data.dataset import Dataset, Field, Task
from core.data.feedback import PREVIOUS, previous
from core.data.split import Split, random_split, stratified_split
from core.errors import DataError

GENERATED = "Generated from the seed."
ORDER_SYMBOLS = ("X", "Y", "a", "b", "c", "d")
MOST_VALUES = 50_000_000
"""Input values of a generated data set; 200 MB."""


def adding(*, length: int, samples: int, validation: float, test: float, seed: int) -> Dataset:
    """Add the two marked numbers of a long row (Hochreiter and Schmidhuber 1997).

    At each step a number from 0 to 1 and a mark, 1 at one step of each half. Who always answers 1 is wrong by 1/6
    in mean squared error.
    """
    _fits(samples, length, 2)
    random = np.random.default_rng([seed, 0])
    inputs = np.zeros((samples, length, 2), dtype=np.float32)
    inputs[:, :, 0] = random.random((samples, length))
    every, half = np.arange(samples), length // 2
    first, second = random.integers(0, half, samples), random.integers(half, length, samples)
    inputs[every, first, 1] = inputs[every, second, 1] = 1
    total = inputs[every, first, 0] + inputs[every, second, 0]
    return _dataset(
        "adding",
        "Adding problem",
        "regression",
        Field(inputs, names=("number", "mark")),
        Field(total[:, None], names=("sum",)),
        random_split(samples, validation, test, seed),
    )


def copy(*, symbols: int, items: int, lag: int, samples: int, validation: float, test: float, seed: int) -> Dataset:
    """Repeat a row of symbols after a pause (delayed recall; Hochreiter and Schmidhuber 1997, Arjovsky et al. 2016).

    ``items`` steps with symbols, ``lag`` steps of pause of which the last one gives the sign to start, and ``items``
    silent steps, the only ones that count, in which the symbols are to be told.
    """
    _fits(samples, 2 * items + lag, symbols + 1)
    random = np.random.default_rng([seed, 0])
    shown = random.integers(0, symbols, (samples, items))
    steps = 2 * items + lag
    inputs = np.zeros((samples, steps, symbols + 1), dtype=np.float32)
    inputs[:, :items, :symbols] = np.eye(symbols, dtype=np.float32)[shown]
    inputs[:, items + lag - 1, symbols] = 1
    target = np.zeros((samples, steps, 1), dtype=np.float32)
    target[:, -items:, 0] = shown
    mask = np.zeros((samples, steps), dtype=bool)
    mask[:, -items:] = True
    names = tuple(ascii_uppercase[:symbols])
    return _dataset(
        "copy",
        "Copy after a pause",
        "classification",
        Field(inputs, names=(*names, "go")),
        Field(target, names=("symbol",), classes=names, codes=True),
        random_split(samples, validation, test, seed),
        mask,
    )


def reverse(
    *,
    symbols: int,
    length: int,
    order: str,
    feedback: str,
    samples: int,
    validation: float,
    test: float,
    seed: int,
) -> Dataset:
    """Read a row of symbols to its end, then tell it "backwards" or "sorted" (Sutskever, Vinyals and Le 2014).

    The answer has as many steps as the row but begins only after it: a task for an encoder and a decoder. With
    ``feedback`` "previous" the symbol that was told before is read as well.
    """
    _fits(samples, length, symbols)
    shown = np.random.default_rng([seed, 0]).integers(0, symbols, (samples, length))
    told = shown[:, ::-1] if order == "backwards" else np.sort(shown, axis=1)
    names = tuple(ascii_uppercase[:symbols])
    answer = Field(np.ascontiguousarray(told[:, :, None], dtype=np.float32), ("symbol",), classes=names, codes=True)
    data = _dataset(
        "reverse",
        "A row told backwards",
        "classification",
        Field(np.eye(symbols, dtype=np.float32)[shown], names=names),
        answer,
        random_split(samples, validation, test, seed),
    )
    if feedback == "none":
        return data
    return replace(data, inputs={**data.inputs, PREVIOUS: previous(answer)}, feedback=PREVIOUS)


def parity(*, length: int, target: str, samples: int, validation: float, test: float, seed: int) -> Dataset:
    """Is the number of ones so far odd? Asked at "every" step, or after the "last" one alone."""
    _fits(samples, length, 1)
    bits = np.random.default_rng([seed, 0]).integers(0, 2, (samples, length))
    odd = np.cumsum(bits, axis=1) % 2
    answer = (odd[:, :, None] if target == "every" else odd[:, -1:]).astype(np.float32)
    return _dataset(
        "parity",
        "Parity of bits",
        "classification",
        Field(bits[:, :, None].astype(np.float32), names=("bit",)),
        Field(answer, names=("parity",), classes=("even", "odd"), codes=True),
        stratified_split(odd[:, -1], validation, test, seed),
    )


def temporal_order(*, length: int, samples: int, validation: float, test: float, seed: int) -> Dataset:
    """In which order came the two signs, X or Y each, among distracting letters? (Hochreiter and Schmidhuber 1997, 6a)

    The first sign stands in the second tenth of the row, the other one about the middle.
    """
    _fits(samples, length, len(ORDER_SYMBOLS))
    random = np.random.default_rng([seed, 0])
    letters = random.integers(2, len(ORDER_SYMBOLS), (samples, length))
    every, tenth = np.arange(samples), length / 10
    early = random.integers(round(tenth), round(2 * tenth) + 1, samples)
    late = random.integers(round(4 * tenth), round(5 * tenth) + 1, samples)
    signs = random.integers(0, 2, (samples, 2))
    letters[every, early], letters[every, late] = signs[:, 0], signs[:, 1]
    order = 2 * signs[:, 0] + signs[:, 1]
    return _dataset(
        "temporal_order",
        "Temporal order",
        "classification",
        Field(np.eye(len(ORDER_SYMBOLS), dtype=np.float32)[letters], names=ORDER_SYMBOLS),
        Field(order[:, None].astype(np.float32), names=("order",), classes=("XX", "XY", "YX", "YY"), codes=True),
        stratified_split(order, validation, test, seed),
    )


def recall(*, symbols: int, lag: int, noise: float, samples: int, validation: float, test: float, seed: int) -> Dataset:
    """Which symbol was shown first? It is asked ``lag`` steps later, after nothing but noise."""
    _fits(samples, lag + 1, symbols)
    random = np.random.default_rng([seed, 0])
    shown = np.arange(samples) % symbols
    inputs = (noise * random.standard_normal((samples, lag + 1, symbols))).astype(np.float32)
    inputs[:, 0] = np.eye(symbols, dtype=np.float32)[shown]
    names = tuple(ascii_uppercase[:symbols])
    return _dataset(
        "recall",
        "Recall of the first symbol",
        "classification",
        Field(inputs, names=names),
        Field(shown[:, None].astype(np.float32), names=("symbol",), classes=names, codes=True),
        stratified_split(shown, validation, test, seed),
    )


def echo(*, length: int, lag: int, samples: int, validation: float, test: float, seed: int) -> Dataset:
    """At each step, tell the bit that was shown ``lag`` steps ago; the first ``lag`` steps do not count."""
    _fits(samples, length + lag, 1)
    bits = np.random.default_rng([seed, 0]).integers(0, 2, (samples, length + lag))
    target = np.zeros_like(bits)
    target[:, lag:] = bits[:, :length]
    mask = np.broadcast_to(np.arange(length + lag) >= lag, bits.shape)
    return _dataset(
        "echo",
        "Echo of bits",
        "classification",
        Field(bits[:, :, None].astype(np.float32), names=("bit",)),
        Field(target[:, :, None].astype(np.float32), names=("bit",), classes=("0", "1"), codes=True),
        random_split(samples, validation, test, seed),
        mask,
    )


def _fits(samples: int, steps: int, features: int) -> None:
    """Refuse what would fill the memory, before it is generated."""
    if samples * steps * features > MOST_VALUES:
        raise DataError(
            "{samples} samples of {steps} steps are more than the studio generates: ask for fewer or shorter ones.",
            samples=samples,
            steps=steps,
        )


def _dataset(
    key: str, title: str, task: Task, inputs: Field, target: Field, split: Split, mask: np.ndarray | None = None
) -> Dataset:
    return Dataset(
        key=key,
        title=title,
        task=task,
        inputs={"x": inputs},
        target=target,
        split=split,
        mask=mask,
        view="sequence",
        source=GENERATED,
    )
