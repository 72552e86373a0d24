"""Columns that a window both shows and foretells, so that answers can be fed back as what is read next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from core.data.own.samples import Cut


class Wish(Protocol):
    """The settings that decide it."""

    @property
    def features(self) -> Sequence[str]: ...
    @property
    def targets(self) -> Sequence[str]: ...
    @property
    def reading(self) -> str: ...
    @property
    def horizon(self) -> int: ...
    @property
    def asked(self) -> str: ...


def places(wish: Wish, names: Sequence[str]) -> tuple[int, ...]:
    """The feature that each target is, -1 where it is none; ``names`` are those of the features."""
    return tuple(names.index(name) if name in wish.features and name in names else -1 for name in wish.targets)


def fed(wish: Wish, names: Sequence[str], classes: Sequence[str]) -> tuple[int, ...]:
    """The features that the answers are fed back into: those of every target, or the flag of each class.

    Empty where answers are not asked at every step about the next one, or where a target is not seen.
    """
    if (wish.reading, wish.asked, wish.horizon) != ("windows", "every", 1):
        return ()
    found = places(wish, names)
    if classes:
        flags = [f"{wish.targets[0]} = {word}" for word in classes]
        seen = wish.targets[0] in wish.features and all(flag in names for flag in flags)
        return tuple(names.index(flag) for flag in flags) if seen else ()
    return found if min(found) >= 0 else ()


def all_rows(cut: Cut) -> np.ndarray:
    """(samples, rows) that each sample shows or asks about."""
    return np.concatenate([cut.shown, cut.answers.reshape(len(cut.answers), -1)], axis=1)
