"""The answer's past as an input: the target one step late, behind a start symbol or value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.data.dataset import Field

PREVIOUS = "previous"
"""The name of the input that reads what was answered one step before, where that is not the main input."""
START = "·"
"""What stands for the start where it is none of the answers."""


def previous(target: Field, start: int | float | None = None) -> Field:
    """``target`` (samples, steps, features) one step late.

    ``start`` is what is read first: a class of the target, or a value. Without one, it is a symbol of its own behind
    the classes of the target, or 0 where the target is made of numbers.
    """
    first = (len(target.classes) if target.codes else 0) if start is None else start
    late = np.full_like(target.values, first)
    late[:, 1:] = target.values[:, :-1]
    own_symbol = target.codes and start is None
    classes = (*target.classes, START) if own_symbol else target.classes
    return replace(target, values=late, classes=classes)
