"""What of a sample enters at each step and what is asked there, in words and numbers of its own unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from core.answers import AROUND_ZERO
from core.data.dataset import Dataset, Field
from core.network import Layer, Network, activation_of
from gui.samples.values import named, number, raw
from gui.text import tr_core

Look = Literal["letters", "pixels", "curve", "strip"]
MOST_CURVES = 3


@dataclass(frozen=True, eq=False)
class Entering:
    """One array of a sample, as it enters an input or is asked of an output."""

    look: Look
    values: np.ndarray
    """(steps, features) in their own unit; one row where it is static."""
    words: tuple[str, ...] = ()
    """Per step, where the values are symbols or classes."""
    names: tuple[str, ...] = ()
    unit: str = ""
    shape: tuple[int, int] | None = None
    """Rows and columns of the whole picture."""
    low: float = 0.0
    high: float = 1.0

    def text(self, step: int) -> str:
        """The value at a step in words."""
        if step >= len(self.values):
            return ""
        if self.words:
            return self.words[step]
        row = self.values[step]
        if len(row) == 1:
            return number(float(row[0]), self.unit)
        shown = [f"{name} {number(float(v))}" for name, v in zip(self.names, row, strict=False)]
        return ", ".join(shown[:4]) + (" …" if len(row) > 4 else "")


@dataclass(frozen=True, eq=False)
class Asked:
    """The target of a sample beside the answer of the output layer."""

    target: Entering
    said: Entering | None
    right: np.ndarray | None
    """Per step, whether the class is right; None for numbers."""
    counts: np.ndarray
    """(steps,) bool: whether the loss counts the step."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Everything around the network."""

    inputs: Mapping[str, Entering] = field(default_factory=dict)
    """By id of the input layer."""
    asked: Mapping[str, Asked] = field(default_factory=dict)
    """By id of the output layer."""


def read(
    network: Network,
    data: Dataset,
    sample: int,
    values: Mapping[str, np.ndarray],
    changed: frozenset[str] = frozenset(),
) -> Sample:
    """A sample beside what the layers say; ``values`` are those of the same sample.

    Inputs that are ``changed`` (ids) show what enters instead of the data.
    """
    if not 0 <= sample < len(data):
        return Sample()
    inputs = {}
    for layer in network.of_kind("input"):
        found = data.inputs.get(str(layer.params["field"]))
        if found is not None:
            given = values.get(layer.id) if layer.id in changed else None
            inputs[layer.id] = _entering(found, sample, data, given)
    asked = {layer.id: _asked(layer, data, sample, values.get(layer.id)) for layer in network.of_kind("output")}
    return Sample(inputs, asked)


def _entering(one: Field, sample: int, data: Dataset, given: np.ndarray | None = None) -> Entering:
    values = np.atleast_2d(raw(one, sample))
    if given is not None and np.atleast_2d(given).shape == values.shape:
        entered = np.atleast_2d(np.asarray(given, float))
        values = entered if one.normalisation is None else one.normalisation.undo(entered)
    names = tuple(named(one, n) for n in range(values.shape[1]))
    spread = np.asarray(one.values, float)
    if one.normalisation is not None:
        spread = one.normalisation.undo(spread[: min(len(spread), 400)])
    low, high = float(spread.min()), float(spread.max())
    if one.codes and one.classes:
        words = tuple(tr_core(one.classes[int(code)]) for code in values[:, 0])
        return Entering("letters", values, words, names)
    if one.names and values.shape[1] > 1 and _one_hot(values):
        return Entering(
            "letters", values, tuple(names[int(row.argmax())] if row.any() else "·" for row in values), names
        )
    if data.view == "digits" and data.image_shape is not None:
        return Entering("pixels", values, (), names, "", data.image_shape, low, high)
    look: Look = "curve" if values.shape[1] <= MOST_CURVES and one.sequence else "strip"
    return Entering(look, values, (), names, one.unit, None, low, high)


def _one_hot(values: np.ndarray) -> bool:
    return bool(np.isin(values, (0.0, 1.0)).all() and (values.sum(1) <= 1).all() and values.any())


def _asked(layer: Layer, data: Dataset, sample: int, said: np.ndarray | None) -> Asked:
    one = data.target
    target = np.atleast_2d(raw(one, sample))
    counts = np.ones(len(target), dtype=bool) if data.mask is None else np.asarray(data.mask[sample], dtype=bool)
    rows = None if said is None else np.atleast_2d(said)
    if one.codes:
        truth = target[:, 0].astype(int)
        asked = Entering("letters", target, tuple(tr_core(one.classes[code]) for code in truth), ())
        if rows is None or len(rows) != len(truth):
            return Asked(asked, None, None, counts)
        classes = _classes(layer, rows)
        known = np.clip(classes, 0, len(one.classes) - 1)
        answer = Entering("letters", rows, tuple(tr_core(one.classes[code]) for code in known), one.classes)
        return Asked(asked, answer, classes == truth, counts)
    spread = np.asarray(one.values, float)
    if one.normalisation is not None:
        spread = one.normalisation.undo(spread[: min(len(spread), 400)])
    low, high = float(spread.min()), float(spread.max())
    names = tuple(named(one, n) for n in range(target.shape[1]))
    asked = Entering("curve", target, (), names, one.unit, None, low, high)
    answer = None
    if rows is not None and rows.shape == target.shape:
        own = rows if one.normalisation is None else one.normalisation.undo(rows)
        answer = Entering("curve", own, (), names, one.unit, None, low, high)
    return Asked(asked, answer, None, counts)


def _classes(layer: Layer, rows: np.ndarray) -> np.ndarray:
    """The class that each row of answers says."""
    if rows.shape[1] > 1:
        return np.asarray(rows.argmax(1))
    chosen = activation_of(layer)
    border = 0.0 if chosen is not None and chosen.key in AROUND_ZERO else 0.5
    return (rows[:, 0] > border).astype(int)
