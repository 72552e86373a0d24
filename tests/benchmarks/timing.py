"""Interleaved timing: rivals take turns, so that a busy machine disturbs all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median

Rival = Callable[[], object]


def interleaved(
    rivals: Mapping[str, Rival],
    seconds: float = 3.0,
    least: int = 5,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Seconds of each call by ``clock``, in rounds in which every rival runs once; the order turns from round to round."""
    names = list(rivals)
    for name in names:
        rivals[name]()
    taken: dict[str, list[float]] = {name: [] for name in names}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(taken[names[0]]) < least:
        for name in names:
            start = clock()
            rivals[name]()
            taken[name].append(clock() - start)
        names = names[1:] + names[:1]
    return taken


def ratio(taken: Mapping[str, list[float]], name: str, baseline: str) -> float:
    """Median over rounds of one rival's time by the baseline's in the same round."""
    return median(a / b for a, b in zip(taken[name], taken[baseline], strict=True))
