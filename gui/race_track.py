"""The race of optimizers in the worker: one batch of it whenever no training moves. No Qt here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.errors import StudioError
from core.explore.race import Standing
from gui.messages import EndRace, Event, Race, RaceFailed


class RaceTrack:
    """True while a race is on."""

    def __init__(self, say: Callable[[Event], None], race: Callable[[Race], Iterator[Standing]]) -> None:
        self._say, self._race = say, race
        self._standings: Iterator[Standing] | None = None

    def __bool__(self) -> bool:
        return self._standings is not None

    def obey(self, request: Race | EndRace) -> None:
        """Race these optimizers (a race that is on is forgotten), or none."""
        self._standings = self._race(request) if isinstance(request, Race) else None

    def end(self) -> None:
        """Forget the race."""
        self._standings = None

    def go_on(self) -> None:
        """One batch of the race further."""
        assert self._standings is not None
        try:
            standing = next(self._standings, None)
        except StudioError as error:
            self._standings = None
            self._say(RaceFailed(error.template, error.values))
            return
        if standing is None:
            self._standings = None
        else:
            self._say(standing)
