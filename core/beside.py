"""Runs beside one another: which ones are worth comparing with the current one, and what their settings differ in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice, Param, Spec
from core.errors import UnknownName
from core.runs import Run
from core.training import TRAINING

MOST = 5


class Setting(NamedTuple):
    """A setting and its value in one run."""

    param: Param
    value: object
    """A Choice where it is an entry of a catalogue."""


class Beside(NamedTuple):
    """A run and what tells it from those beside it."""

    number: int
    """Its place among the runs of the project, from 1."""
    run: Run
    settings: tuple[Setting, ...]
    """Training settings that are not the same in all of the runs."""
    parameters: int | None
    """Number of parameters where the runs differ in it."""


def beside(runs: Sequence[Run], current: Run, most: int = MOST) -> list[Beside]:
    """``current`` last, before it the latest ``most`` other runs on the same data that have taken a step."""
    numbered = [(number, run) for number, run in enumerate(runs, 1) if run is not current]
    there = [(number, run) for number, run in numbered if len(run.steps) and run.data == current.data]
    own = next((number for number, run in enumerate(runs, 1) if run is current), len(runs) + 1)
    chosen = [*there[-most:], (own, current)]
    told = [dict(_settings(run.training, TRAINING)) if run.training else {} for _, run in chosen]
    differing = [
        path
        for path in told[-1]
        if all(path in one for one in told) and any(_bare(one[path]) != _bare(told[-1][path]) for one in told)
    ]
    sizes = len({run.parameters for _, run in chosen}) > 1
    return [
        Beside(number, run, tuple(one[path] for path in differing), run.parameters if sizes else None)
        for (number, run), one in zip(chosen, told, strict=True)
    ]


def _bare(setting: Setting) -> object:
    """What is compared: of an entry which one it is, as its own settings are compared one by one."""
    return setting.value.key if isinstance(setting.value, Choice) else setting.value


def _settings(choice: Choice, spec: Spec, before: str = "") -> Iterator[tuple[str, Setting]]:
    """Every setting by its dotted path; an entry that is not known any more is left out."""
    for param in spec.parameters:
        if param.key not in choice.values:
            continue
        value = choice.values[param.key]
        path = before + param.key
        yield path, Setting(param, value)
        if isinstance(value, Choice):
            try:
                inner = catalogue(param.catalogue)[value.key]
            except UnknownName:
                continue
            yield from _settings(value, inner, f"{path}.")
