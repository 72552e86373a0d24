"""Outputs of a network as numbers with names: probabilities of classes, or values in their own unit."""

from __future__ import annotations

import html
from dataclasses import dataclass

import numpy as np

from core.answers import AROUND_ZERO
from core.data.dataset import Dataset
from core.describe import number, percent
from gui.samples.values import visible
from gui.text import tr, tr_core
from gui.why.told import asked


@dataclass(frozen=True, eq=False)
class Beliefs:
    """What was said, after each of some steps."""

    names: tuple[str, ...]
    values: np.ndarray
    """(n, names)."""
    probabilities: bool
    """True where each row adds up to 1."""
    decides: bool
    """True where the largest one is the answer; False where each is a value of its own."""
    units: tuple[int, ...]
    """Of the output, which say them; twice the same one where it speaks for one class and against the other."""
    unit: str = ""

    def words(self, row: int) -> str:
        """The answer of a row: “3” (97 %), or 118 sunspots."""
        values = self.values[row]
        if not np.isfinite(values).all():
            return tr("no finite number")
        if not self.decides:
            return ", ".join(self._value(name, float(v)) for name, v in zip(self.names, values, strict=True))
        best = int(values.argmax())
        return f"{self.names[best]} ({self.amount(float(values[best]))})"

    def told(self, row: int) -> str:
        """``words`` as rich text; each number can be asked about by the number of its name."""
        values, names = self.values[row], [html.escape(name) for name in self.names]
        if not np.isfinite(values).all():
            return tr("no finite number")
        if not self.decides:
            pairs = enumerate(zip(names, values, strict=True))
            return ", ".join(self._value(name, float(v), str(n)) for n, (name, v) in pairs)
        best = int(values.argmax())
        return f"{names[best]} ({asked(str(best), html.escape(self.amount(float(values[best]))))})"

    def most(self, count: int) -> Beliefs:
        """The ``count`` classes that were ever thought most likely, the likeliest at the end first."""
        if not self.decides or len(self.names) <= count:
            return self
        ever = np.nan_to_num(self.values, nan=-np.inf).max(axis=0)
        chosen = np.argsort(-ever, kind="stable")[:count]
        chosen = chosen[np.argsort(-np.nan_to_num(self.values[-1, chosen], nan=-np.inf), kind="stable")]
        names = tuple(self.names[int(n)] for n in chosen)
        return Beliefs(
            names,
            self.values[:, chosen],
            self.probabilities,
            True,
            tuple(self.units[int(n)] for n in chosen),
            self.unit,
        )

    def amount(self, value: float) -> str:
        """A single number as it is shown."""
        return percent(value) if self.probabilities else number(value)

    def _value(self, name: str, value: float, key: str = "") -> str:
        text = f"{number(value)} {tr_core(self.unit)}" if self.unit else number(value)
        text = asked(key, html.escape(text)) if key else text
        return f"{name}: {text}" if len(self.names) > 1 else text


def beliefs(data: Dataset, activation: str, outputs: np.ndarray) -> Beliefs:
    """``outputs`` is (n, units); ``activation`` is the key of the output layer's."""
    values, target = np.asarray(outputs, float), data.target
    if not target.codes:
        scale = target.normalisation
        with np.errstate(over="ignore", invalid="ignore"):
            values = values if scale is None else scale.undo(values)
        named = [tr_core(name) for name in target.names[: values.shape[1]]]
        names = named + [tr("value {n}", n=n + 1) for n in range(len(named), values.shape[1])]
        return Beliefs(tuple(names), values, False, False, tuple(range(len(names))), target.unit)
    classes = tuple(visible(tr_core(name)) for name in target.classes)
    if values.shape[1] == 1 and len(classes) <= 2:
        if activation in AROUND_ZERO:
            values, probable = np.hstack([-values, values]), False
        else:
            values, probable = np.hstack([1 - values, values]), activation == "sigmoid"
        return Beliefs(classes, values, probable, True, (0,) * len(classes))
    return Beliefs(classes, values, activation == "softmax", True, tuple(range(len(classes))))
