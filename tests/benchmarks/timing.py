"""Interleaved timing: rivals take turns, so that a busy machine disturbs all of them alike."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Collection, Mapping
from statistics import median

import torch

from core.engine.devices import keep_memory

Rival = Callable[[], object]
Clock = Callable[[], float]
CLOCKS: dict[str, Clock] = {"wall": time.perf_counter, "processor": time.process_time}


def options(about: str | None, seconds: float) -> argparse.Namespace:
    """What the benchmarks of the engine are asked with: threads, seconds and clock. Sets torch's threads and its seed."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=seconds, help="for each row of the table")
    parser.add_argument(
        "--clock", choices=list(CLOCKS), default="wall",
        help="processor time is steadier beside other busy processes; it adds up the time of all threads",
    )  # fmt: skip
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    keep_memory()
    torch.manual_seed(0)
    print(f"torch {torch.__version__}, {asked.threads} thread(s), {asked.clock} time")
    asked.clock = CLOCKS[asked.clock]
    return asked


def interleaved(
    rivals: Mapping[str, Rival],
    seconds: float = 3.0,
    least: int = 5,
    clock: Clock = time.perf_counter,
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


def profiled(step: Rival, kinds: Mapping[str, Collection[str]], times: int = 5) -> dict[str, float]:
    """Seconds of a step by kind of operation, each of which torch's profiler knows by some names, and of everything else."""
    step()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as seen:
        for _ in range(times):
            step()
    by_name = {event.key: event.self_cpu_time_total / 1e6 / times for event in seen.key_averages()}
    found = {kind: sum(by_name.get(name, 0.0) for name in names) for kind, names in kinds.items()}
    return {**found, "everything else": sum(by_name.values()) - sum(found.values())}
