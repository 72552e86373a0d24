"""Choosing data so that the network can train on it at once: the ends and the loss are fitted in the same step."""

from __future__ import annotations

from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice
from core.edits import Edit, Macro, SetData
from core.errors import StudioError
from core.problems import problems
from core.project import State

_FITS = (
    "no such field",
    "input does not fit",
    "too few symbols",
    "output does not fit",
    "loss does not fit data",
    "loss does not fit output",
)


def choose_data(state: State, data: Choice) -> Edit:
    """One edit that chooses ``data`` and fits the sizes of input and output and the loss to it.

    Layers are neither added nor removed: where a sequence must be reduced or repeated, a problem offers it. The weights
    of all units that stay are kept. Data that can not be loaded is chosen all the same, and a problem says why.
    """
    steps: list[Edit] = [SetData(data)]
    state = steps[0].apply(state)
    for _ in range(8):
        repairs = [p.repairs[0].edit for p in problems(state) if p.key in _FITS and p.repairs]
        if not repairs:
            break
        try:
            state = repairs[0].apply(state)
        except StudioError:
            break
        steps.append(repairs[0])
    if len(steps) == 1:
        return steps[0]
    return Macro(tuple(steps), label=f"Use {catalogue('datasets')[data.key].title}")
