"""What can go wrong, each with one sentence fit to show a user.

A sentence is a template plus values, so that a window can translate the template before it fills it in.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class StudioError(Exception):
    """Base of every error that the studio raises on purpose.

    ``template`` is an English sentence with ``{name}`` fields and ``values`` fills them: ``str(error)`` is the sentence.
    """

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template, values)
        self.template = template
        self.values = values

    def __str__(self) -> str:
        return self.template.format(**self.values)


class UnknownName(StudioError):
    """A name that does not exist; the sentence offers the nearest one that does."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = get_close_matches(name.lower(), names, n=1, cutoff=0.5)
        if near:
            super().__init__("There is no {what} “{name}”: did you mean “{near}”?", what=what, name=name, near=near[0])
        else:
            super().__init__(
                "There is no {what} “{name}”. Known: {known}.", what=what, name=name, known=", ".join(names)
            )


class BadValue(StudioError):
    """A value that a parameter does not accept."""


class GivenUp(StudioError):
    """An answer that would take long was no longer waited for, because something else was wanted meanwhile."""


class Refused(StudioError):
    """An edit that the rules do not allow, such as a link into an input."""


class InstantaneousLoop(Refused):
    """A cycle of links without any delay: a delay of 1 on one of them repairs it."""


class NotTrainable(StudioError):
    """The project has problems that must be solved before it can train."""


class BadFile(StudioError):
    """A file that is damaged, foreign or too large."""


class DataError(StudioError):
    """Data that is missing or does not fit."""


class NothingYet(DataError):
    """Data that the user is about to make, but has not begun: not a fault."""


class Diverged(StudioError):
    """NaN or infinity appeared in training; values: quantity, layer, step."""


class NotSaved(StudioError):
    """A file that could not be written; what was there before is still there."""
