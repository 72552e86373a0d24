"""How far an import has come."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Progress:
    """``done`` is a share from 0 to 1, ``count`` how many rows, characters or files were read."""

    done: float
    count: int = 0


Job = Generator[Progress, None, T]
"""A stretch of work that says now and then how far it is, and returns its result."""


def finish(job: Job[T]) -> T:
    """Carry a job out in one go."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            result: T = end.value
            return result
