"""A table out of formulas and noise: several channels over the same time, from a seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data.importers.dialect import Kind
from core.data.importers.table import Table
from core.data.own.expression import CONSTANTS, FUNCTIONS, FormulaError, Surroundings, parse
from core.errors import DataError

MAX_STEPS = 200_000
MAX_CHANNELS = 16
MAX_NAME = 40
TIME = "t"


@dataclass(frozen=True)
class Channel:
    """One formula; ``noise`` is the standard deviation of what is added to it, in its own unit."""

    name: str
    formula: str
    noise: float = 0.0


@dataclass(frozen=True)
class Formulas:
    """All that a generated table comes from: the same formulas and seed give the same table."""

    channels: tuple[Channel, ...]
    steps: int = 1000
    seed: int = 1

    def table(self) -> Table:
        """The columns t (0, 1, 2 ...) and one per channel; raises DataError with what is wrong where."""
        known = {name: clean + noise for name, (clean, noise) in self.parts().items()}
        time = np.arange(self.steps, dtype=float)
        names = (TIME, *known)
        number: Kind = "number"
        return Table(names, (number,) * len(names), (time, *known.values()), {})

    def parts(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """By channel what its formula gives and the noise, (steps,) each; raises DataError with what is wrong where."""
        self._check()
        found = {}
        known: dict[str, np.ndarray] = {}
        for place, channel in enumerate(self.channels):
            node = parse(channel.formula, channel.name, known)
            around = Surroundings(self.steps, np.random.default_rng([self.seed, place]), known)
            with np.errstate(all="ignore"):
                clean = np.broadcast_to(np.asarray(node(around), float), (self.steps,))
            _finite(clean, channel.name)
            chance = np.random.default_rng([self.seed, place, 1]).standard_normal(self.steps)
            found[channel.name] = clean, channel.noise * chance
            known[channel.name] = clean + channel.noise * chance
        return found

    def _check(self) -> None:
        if not self.channels:
            raise DataError("There is no channel: add one and write its formula.")
        if len(self.channels) > MAX_CHANNELS or not 2 <= self.steps <= MAX_STEPS:
            raise DataError(
                "There can be up to {channels} channels of 2 to {steps:,} steps.",
                channels=MAX_CHANNELS,
                steps=MAX_STEPS,
            )
        for number, channel in enumerate(self.channels):
            _check_name(channel.name, [other.name for other in self.channels[:number]])
            if not 0 <= channel.noise < 1e30:
                raise DataError("“{name}”: the noise must be 0 or more.", name=channel.name)

    def facts(self) -> dict[str, Any]:
        """As plain values, to be kept beside the table and changed later."""
        channels = [{"name": one.name, "formula": one.formula, "noise": one.noise} for one in self.channels]
        return {"by": "formulas", "channels": channels, "steps": self.steps, "seed": self.seed}


def _check_name(name: str, taken: list[str]) -> None:
    if not name.isidentifier() or len(name) > MAX_NAME:
        raise DataError(
            "“{name}” is no name for a channel: use letters, digits and _, a letter first.", name=name[:MAX_NAME]
        )
    if name in FUNCTIONS or name in CONSTANTS or name in (TIME, "n"):
        raise DataError("“{name}” means something else in formulas: give the channel another name.", name=name)
    if name in taken:
        raise DataError("Two channels are called “{name}”: rename one.", name=name)


def _finite(values: np.ndarray, name: str) -> None:
    bad = np.flatnonzero(~np.isfinite(values) | (np.abs(values) > 1e30))
    if len(bad):
        raise DataError(
            "“{name}”, t = {t}: the value is not a finite number. Is something divided by 0, or the root of a negative "
            "number taken?",
            name=name,
            t=int(bad[0]),
        )


def from_facts(facts: Mapping[str, Any]) -> Formulas:
    """The formulas that ``facts`` tell of; they may come out of a stranger's file, so raises DataError."""
    try:
        channels = tuple(
            Channel(str(one["name"]), str(one["formula"]), float(one["noise"]))
            for one in list(facts["channels"])[:MAX_CHANNELS]
        )
        return Formulas(channels, int(facts["steps"]), int(facts["seed"]) % (1 << 31))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DataError("What the data was made from is damaged: it can be used, but not changed.") from error


__all__ = ["MAX_CHANNELS", "MAX_STEPS", "Channel", "FormulaError", "Formulas", "from_facts"]
