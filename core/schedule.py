"""The learning rate over time: f(step, total, losses, **values) -> factor, one per entry of the catalogue "schedules".

``step`` is the 0-based training step about to be taken, ``total`` the steps of the whole run and ``losses`` the loss of
every epoch so far. The learning rate of the step is the optimizer's own times the factor.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def _progress(step: int, total: int) -> float:
    return min(1.0, step / max(1, total))


def constant(step: int, total: int, losses: Sequence[float]) -> float:
    """Always 1."""
    return 1.0


def drops(step: int, total: int, losses: Sequence[float], count: int, factor: float) -> float:
    """``count`` drops by ``factor``, evenly spread over the run."""
    return float(factor ** min(count, int(_progress(step, total) * (count + 1))))


def exponential(step: int, total: int, losses: Sequence[float], final: float) -> float:
    """Falls by the same ratio at every step and ends at ``final``."""
    return float(final ** _progress(step, total))


def cosine(step: int, total: int, losses: Sequence[float], final: float, cycles: int) -> float:
    """Half a cosine from 1 to ``final``, ``cycles`` times (Loshchilov and Hutter 2017)."""
    progress = _progress(step, total)
    within = 1.0 if progress == 1 else (progress * cycles) % 1.0
    return final + (1 - final) * (1 + math.cos(math.pi * within)) / 2


def one_cycle(step: int, total: int, losses: Sequence[float], rise: float, start: float, final: float) -> float:
    """From ``start`` up to 1 during the share ``rise`` of the run, then down to ``final`` (Smith and Topin 2018)."""
    progress = _progress(step, total)
    if progress < rise:
        return start + (1 - start) * (1 - math.cos(math.pi * progress / rise)) / 2
    return final + (1 - final) * (1 + math.cos(math.pi * (progress - rise) / max(1e-12, 1 - rise))) / 2


def plateau(
    step: int, total: int, losses: Sequence[float], factor: float, patience: int, threshold: float, floor: float
) -> float:
    """Drops by ``factor`` after ``patience`` epochs in a row that did not beat the best loss by ``threshold``."""
    best, waited, result = math.inf, 0, 1.0
    for loss in losses:
        if loss < best - threshold * abs(best) or (math.isinf(best) and loss < best):
            best, waited = loss, 0
            continue
        waited += 1
        if waited >= patience:
            result, waited = max(floor, result * factor), 0
    return result


def warm_up(step: int, total: int, losses: Sequence[float], rise: float, after: str) -> float:
    """Rises in a straight line during the share ``rise`` of the run; then stays, or falls to 0."""
    steps = rise * total
    if step + 1 < steps:
        return (step + 1) / steps
    left = min(1.0, max(0.0, (step - steps) / max(1e-12, total - steps)))
    if after == "linear":
        return 1 - left
    return (1 + math.cos(math.pi * left)) / 2 if after == "cosine" else 1.0
