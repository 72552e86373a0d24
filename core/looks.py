"""Looks at the test part. What has been seen cannot be unseen: they are kept with the project and only grow in number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

from core.catalogue.spec import Choice
from core.data.dataset import Dataset
from core.data.store import needed
from core.errors import DataError


@dataclass(frozen=True)
class Look:
    """Once the test part of a data set was evaluated and shown."""

    when: str
    """ISO 8601, UTC."""
    data: str
    """Which data: its key, and the name of its content where it was imported."""
    run: str = ""
    """Id of the run whose weights were judged; "" where they came from no run."""
    batch: int = 0
    """Training steps that these weights had taken in it."""


def look_at(data: Choice | None, run: str = "", batch: int = 0) -> Look:
    """A look at the test part of ``data``, now."""
    return Look(datetime.now(UTC).isoformat(timespec="seconds"), name_of(data), run, batch)


def name_of(data: Choice | None) -> str:
    """What looks at the same data have in common. Its settings do not matter: dealt anew, it is still known."""
    if data is None:
        return ""
    content = needed(data)
    return f"{data.key}:{content}" if content else data.key


def shut(looks: Iterable[Look], choice: Choice | None, data: Dataset) -> bool:
    """Whether ``data``, made by ``choice``, has a test part that nobody has asked for yet."""
    return "test" in data.split and looks_at(looks, choice) == 0


def refuse_shut(looks: Iterable[Look], choice: Choice | None, data: Dataset, sample: int) -> None:
    """Raise DataError where ``sample`` is in a test part that nobody has asked for yet."""
    if shut(looks, choice, data) and sample in data.samples("test"):
        raise DataError(
            "Sample {number} is in the test part, which is shut: choose another one, or evaluate the test part first.",
            number=sample,
        )


@lru_cache(maxsize=8)
def without_test(data: Dataset) -> Dataset:
    """A data set as it is shown while its test part is shut."""
    return replace(data, split={part: samples for part, samples in data.split.items() if part != "test"})


def looks_at(looks: Iterable[Look], data: Choice | None) -> int:
    """How many of these looks were at the test part of ``data``."""
    name = name_of(data)
    return sum(look.data == name for look in looks)
