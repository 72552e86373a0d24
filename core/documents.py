"""JSON documents out of a stranger's file: read within bounds, and refused with everything that is wrong in them.

What a project may hold is told by core.project_schema, which is loaded when a file is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

VERSION = 1
"""Of the format of project.json."""
MAX_VALUES = 300_000
"""JSON values in one document."""
MAX_KEYS = 10_000
"""Keys in one JSON object."""
MAX_DEPTH = 32

Problem = tuple[str, str]
"""Path and what is wrong there."""


class DocumentError(Exception):
    """All faults found in a document; inside the file modules only, where it becomes a BadFile."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(self.problems)


def parse(content: bytes) -> dict[str, Any]:
    """A JSON object out of a stranger's bytes: no NaN, no key twice, bounded size and depth; raises DocumentError."""
    try:
        document = json.loads(content.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_unique)
    except RecursionError:
        raise DocumentError([("", "it is nested too deeply")]) from None
    except ValueError as error:  # JSONDecodeError, bad UTF-8, a number of too many digits
        raise DocumentError([("", f"it is not JSON ({short(error)})")]) from None
    if not isinstance(document, dict):
        raise DocumentError([("", "it is not a JSON object")])
    _bounded(document)
    return document


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(pairs) > MAX_KEYS:
        raise ValueError("an object has too many keys")
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _bounded(document: dict[str, Any]) -> None:
    level: list[Any] = [document]
    count = 0
    for _ in range(MAX_DEPTH):
        level = [child for value in level for child in _children(value)]
        count += len(level)
        if count > MAX_VALUES:
            raise DocumentError([("", "it holds too many values")])
        if not level:
            return
    raise DocumentError([("", "it is nested too deeply")])


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def short(value: object) -> str:
    """As text of at most 160 characters."""
    text = str(value)
    return text if len(text) <= 160 else text[:157] + "..."
