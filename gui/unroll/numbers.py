"""The numbers that the unrolled view shows, read from one examination or one trace, never a mixture of the two."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from core.reports import Examination, Moment
from core.traces import Trace
from core.unroll import Tie
from core.whatif import WhatIf

Part = Literal["total", "direct", "through"]
PARTS: tuple[Part, ...] = ("total", "direct", "through")
DECADES = 8
"""Powers of ten that are told apart by colour; what is smaller has the colour of the least."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """One sample at one moment."""

    values: Mapping[str, np.ndarray] = field(default_factory=dict)
    """By layer id, (steps, units) or (units,)."""
    gradients: Mapping[str, np.ndarray] = field(default_factory=dict)
    """dL/dh_t, the same shapes."""
    trace: Trace | None = None
    """Where everything is known: parts, gates and what flows along each arrow."""
    loss: float = math.nan
    sample: int = -1
    part: str = ""
    moment: Moment | None = None
    plain: Numbers | None = None
    """The same without the what-if, where there is one."""
    apart: bool = False
    """True where the difference from ``plain`` is to be shown."""
    _norms: dict[tuple[str, Part], np.ndarray | None] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """False while there is nothing to show."""
        return bool(self.values)

    def rows(self, layer: str) -> np.ndarray | None:
        """(steps, units), one row for a static value."""
        return _two(self.values.get(layer))

    def gradient_rows(self, layer: str, part: Part = "total") -> np.ndarray | None:
        """dL/dh_t or a part of it, (steps, units); None where that is not known.

        Of the output layer it is the gradient at its sums, which the loss may be computed from.
        """
        own = self.trace.layers.get(layer) if self.trace is not None else None
        if own is not None and own.delta is not None and own.delta_direct is not None:
            parts = {"total": own.delta, "direct": own.delta_direct, "through": own.delta - own.delta_direct}
            return _two(parts[part])
        if part == "total":
            return _two(self.gradients.get(layer))
        if own is None:
            return None
        return _two(own.direct if part == "direct" else own.through)

    def norms(self, layer: str, part: Part = "total") -> np.ndarray | None:
        """Length of the gradient at each step, (steps,)."""
        key = (layer, part)
        if key not in self._norms:
            rows = self.gradient_rows(layer, part)
            self._norms[key] = None if rows is None else length(rows)
        return self._norms[key]

    def flow(self, tie: Tie, target: int | None, source: int | None) -> float:
        """Length of the gradient that goes back along one arrow; NaN where it is not known."""
        if self.trace is None:
            return math.nan
        flows, at_source = self.flows(tie)
        step = (source if at_source else target) or 0
        return float(flows[max(0, step)]) if step < len(flows) else math.nan

    def flows(self, tie: Tie) -> tuple[np.ndarray, bool]:
        """The same for all copies, (steps,) of the target, or (True) of the source.

        Without a trace it is the whole gradient at the source of the arrow.
        """
        own = self.trace.layers.get(tie.target.layer) if self.trace is not None else None
        if own is None:
            norms = self.norms(tie.source.layer)
            return (np.zeros(0) if norms is None else norms), True
        if tie.kind == "initial":
            found = own.flows.get(tie.target.layer)
            return (np.zeros(0) if found is None else found[:1]), False
        found = own.flows.get(tie.key + ("_reverse" if tie.kind == "reverse" else ""))
        return (np.zeros(0) if found is None else np.atleast_1d(found)), tie.kind in ("reduce", "last", "attend")

    @property
    def beside(self) -> Numbers | None:
        """What the difference is taken from, where that is to be shown."""
        return self.plain if self.apart else None

    @property
    def whatif(self) -> WhatIf:
        """What is changed in these numbers."""
        return WhatIf() if self.trace is None else self.trace.whatif

    def steps(self) -> dict[str, int]:
        """Time steps of the sequence layers, by id."""
        return {key: len(value) for key, value in self.values.items() if value.ndim == 2}


def length(rows: np.ndarray) -> np.ndarray:
    """L2 norms over units, (steps,), without overflow on the way."""
    largest = np.abs(rows).max(axis=-1, initial=0.0)
    scale = np.where((largest > 0) & np.isfinite(largest), largest, 1.0)
    found: np.ndarray = np.sqrt(np.square(rows / scale[:, None]).sum(axis=-1)) * scale
    return found


def of_examination(found: Examination, outputs: Collection[str], moment: Moment | None = None) -> Numbers:
    """What an examination says. It does not know the gradient at the sums of ``outputs``, so they show none."""
    gradients = {key: value for key, value in found.gradients.items() if key not in outputs}
    return Numbers(found.activations, gradients, None, found.loss, found.sample, found.part, moment)


def of_trace(found: Trace, moment: Moment | None = None, plain: Trace | None = None, apart: bool = False) -> Numbers:
    """What a trace says; ``plain`` is the one without its what-if."""
    values = {key: layer.value for key, layer in found.layers.items()}
    totals = {key: layer.total for key, layer in found.layers.items()}
    other = None if plain is None else of_trace(plain)
    return Numbers(
        values, totals, found, found.loss, found.sample, found.part, moment, other, apart and other is not None
    )


FACTOR = 100.0
"""How many times larger or smaller a gradient became where it has full colour."""


def grown(now: np.ndarray, before: np.ndarray) -> np.ndarray:
    """How much larger magnitudes became: 1 at FACTOR times or where there was nothing, -1 where nothing is left."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (np.log10(now) - np.log10(before)) / np.log10(FACTOR)
    share = np.where((now == 0) & (before == 0), 0.0, share)
    return np.where(np.isnan(share), np.nan, np.clip(share, -1.0, 1.0))


def difference(numbers: Numbers, layer: str, gradient: bool, part: Part, units: bool) -> np.ndarray | None:
    """What a what-if changes in a row, (units, steps) from -1 to 1; None where that is not known.

    Of values it is the difference as a share of the largest one in the row; of gradients how much larger their magnitude
    became, see ``grown``: of each unit where ``units``, else of the whole.
    """
    beside = numbers.beside
    if beside is None:
        return None
    if not gradient:
        now, before = numbers.rows(layer), beside.rows(layer)
        if now is None or before is None or now.shape != before.shape:
            return None
        found = now.astype(float) - before.astype(float)
        largest = float(np.abs(found).max(initial=0.0, where=np.isfinite(found)))
        return (found / largest if largest else found).T
    if units:
        now, before = numbers.gradient_rows(layer, part), beside.gradient_rows(layer, part)
        return None if now is None or before is None else grown(np.abs(now), np.abs(before)).T
    now, before = numbers.norms(layer, part), beside.norms(layer, part)
    return None if now is None or before is None else grown(now, before)[None]


@dataclass(frozen=True)
class LogScale:
    """Powers of ten as shares of a colour table."""

    low: int = -DECADES
    high: int = 0

    def shares(self, values: np.ndarray) -> np.ndarray:
        """0 to 1; NaN stays, 0 is -1."""
        with np.errstate(divide="ignore", invalid="ignore"):
            place = (np.log10(values) - self.low) / (self.high - self.low)
        return np.where(values == 0, -1.0, np.where(np.isfinite(place), np.clip(place, 0.0, 1.0), np.nan))

    def share(self, value: float) -> float:
        """The same for one number."""
        return float(self.shares(np.array([value]))[0])


def log_scale(numbers: Numbers) -> LogScale:
    """Whole powers of ten around the gradients of all layers, so that the parts of one picture can be compared."""
    largest, least = 0.0, math.inf
    for key in numbers.gradients:
        norms = numbers.norms(key)
        good = norms[np.isfinite(norms) & (norms > 0)] if norms is not None else np.zeros(0)
        if len(good):
            largest, least = max(largest, float(good.max())), min(least, float(good.min()))
    if not largest:
        return LogScale()
    high = math.ceil(math.log10(largest) + 1e-9)
    return LogScale(max(high - DECADES, min(high - 2, math.floor(math.log10(least)))), high)


def _two(values: np.ndarray | None) -> np.ndarray | None:
    if values is None or values.ndim not in (1, 2) or not values.size:
        return None
    return values if values.ndim == 2 else values[None, :]
