"""What keeps a project from training, or from learning well: sentences, where they are, and one-click repairs."""

from __future__ import annotations

from core.data.cache import dataset as load
from core.data.dataset import Dataset
from core.errors import StudioError
from core.fit_checks import FIT_CHECKS
from core.problem import Problem, Repair, View
from core.project import State
from core.shapes import infer
from core.wiring_checks import WIRING_CHECKS

__all__ = ["Problem", "Repair", "errors", "problems"]


def problems(state: State) -> list[Problem]:
    """All problems of a state, errors first; an empty list means that it can train."""
    data, found = _load(state)
    view = View(state, infer(state.network), data)
    for check in (*WIRING_CHECKS, *FIT_CHECKS):
        found += check(view)
    return sorted(found, key=lambda problem: problem.severity != "error")


def errors(state: State) -> list[Problem]:
    """The problems that keep the project from training."""
    return [problem for problem in problems(state) if problem.severity == "error"]


def _load(state: State) -> tuple[Dataset | None, list[Problem]]:
    if state.data is None:
        return None, [Problem("no data", "No data is chosen: choose a data set in the training panel.")]
    try:
        return load(state.data), []
    except StudioError as error:
        return None, [Problem("bad data", error.template, error.values)]
