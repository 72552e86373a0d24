"""Teacher forcing over time: f(share, **values) -> probability, one per entry of the catalogue "teaching".

``share`` is the part of the run that is done, from 0 to 1.
"""

from __future__ import annotations

import math
from importlib import import_module

from core.catalogue.spec import Choice
from core.catalogue.teaching import TEACHING


def constant(share: float, chance: float) -> float:
    """Always the same."""
    return chance


def linear(share: float, start: float, end: float) -> float:
    """From ``start`` to ``end`` along a line."""
    return start + (end - start) * share


def exponential(share: float, end: float) -> float:
    """From 1 to ``end`` by the same ratio at every step."""
    return float(end**share)


def inverse_sigmoid(share: float, middle: float, width: float) -> float:
    """One half at ``middle``; Bengio et al. 2015."""
    return 1 / (1 + math.exp(min(700.0, (share - middle) / width)))


def probability(choice: Choice, step: int, total: int) -> float:
    """Of reading the true previous answer in training step ``step`` (0-based) of ``total``."""
    module, _, name = TEACHING[choice.key].runs.partition(":")
    function = getattr(import_module(module), name)
    return min(1.0, max(0.0, float(function(min(1.0, step / max(1, total)), **choice.values))))
