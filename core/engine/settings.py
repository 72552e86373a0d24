"""What a change of the training settings does to a session that is under way, in values and in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice, Param
from core.training import TRAINING


def live_change(current: Choice, asked: Choice, wanted: Choice, batch: int) -> tuple[Choice, list[str]]:
    """The settings from ``batch`` on, and a sentence for every difference.

    ``current`` is what the session runs with, ``asked`` what was wanted of it before and ``wanted`` what is wanted now.
    A setting that can not change within a run keeps its value; that is said once.
    """
    values, notes = dict(current.values), []
    for param in TRAINING.parameters:
        new = wanted[param.key]
        if param.effect == "next run":
            if new != asked[param.key]:
                notes.append(f"{param.title} takes effect with the next run.")
        elif new != current[param.key]:
            notes += _sentences(param, current[param.key], new, batch)
            values[param.key] = new
    return Choice(current.key, values), notes


def _sentences(param: Param, old: Any, new: Any, batch: int) -> Iterator[str]:
    if param.kind == "entry" and old.key == new.key:
        inner = catalogue(param.catalogue)[new.key].parameters
        for one in inner:
            if old.values.get(one.key) != new.values.get(one.key):
                yield from _sentences(one, old.values.get(one.key), new.values.get(one.key), batch)
        return
    yield f"{param.title} is {_said(param, new)} from batch {batch}."


def _said(param: Param, value: Any) -> str:
    if isinstance(value, Choice):
        return catalogue(param.catalogue)[value.key].title
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return f"{value:g}"
    return dict(param.choices).get(str(value), str(value))
