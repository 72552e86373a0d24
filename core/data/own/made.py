"""What data of one's own was made from, so that it can be changed where it was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from core.catalogue.spec import Choice
from core.data import store
from core.errors import DataError

Maker = Literal["formulas", "sketch", "sheet", "pictures"]
MAKERS: tuple[Maker, ...] = ("sketch", "pictures", "sheet", "formulas")


def facts_of(choice: Choice | None) -> Mapping[str, Any]:
    """What the data of a choice says it was made from; empty where it was not made, or is not here."""
    try:
        about = store.get(store.needed(choice)).about
    except DataError:
        return {}
    facts = about.get("made")
    return facts if isinstance(facts, dict) else {}


def maker_of(choice: Choice | None) -> Maker | None:
    """Where the data of a choice can be changed; None where it can not."""
    content = store.needed(choice)
    if choice is None or not content:
        return None
    by = facts_of(choice).get("by")
    if choice.key == "own_table" and by in ("formulas", "sketch"):
        return "formulas" if by == "formulas" else "sketch"
    try:
        blob = store.get(content)
    except DataError:
        return None
    if choice.key == "own_table":
        from core.data.own import sheet

        first = blob.arrays.get("c0")
        small = first is not None and len(first) <= sheet.MAX_ROWS and first.size * len(blob.arrays) <= sheet.MAX_CELLS
        return "sheet" if small else None
    return "pictures" if choice.key == "own_samples" and blob.about.get("picture") is True else None
