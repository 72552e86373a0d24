"""One studio per project file: a small file beside it says which process has it open.

A lock whose process has ended is stale and is taken over without asking.
"""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from core.errors import StudioError
from core.processes import Process, this_process

_MAX_BYTES = 4096


class InUse(StudioError):
    """Another studio has the project open; values: file, pid, host."""


class Lock:
    """The right to write one project file. ``release`` gives it back; a crash leaves it stale."""

    def __init__(self, path: Path, token: str) -> None:
        self.path = path
        """The lock file."""
        self._token = token

    @property
    def held(self) -> bool:
        """False where somebody took the lock file away or took it over."""
        found = _read(self.path)
        return found is not None and found[1] == self._token

    def release(self) -> None:
        """Let others open the project."""
        if self.held:
            # A folder that has vanished has no lock to remove either.
            with suppress(OSError):
                self.path.unlink()


def lock_path(path: Path | str) -> Path:
    """Where the lock of a project file is: beside the file itself, whichever link leads there."""
    target = Path(os.path.realpath(path))
    return target.with_name(f".{target.name[:80]}.lock")


def take(path: Path | str) -> Lock | None:
    """Take the lock of the project file ``path``; raises InUse where another running studio has it.

    None where no lock can be kept there, as in a read-only folder: the file can be looked at but not saved there.
    """
    place = lock_path(path)
    token = secrets.token_hex(8)
    try:
        if not _create(place, token):
            _refuse_while_used(place, Path(path).name)
            _take_over(place, token)
    except OSError:
        return None
    lock = Lock(place, token)
    if not lock.held:
        raise in_use(Path(path).name, owner(path))
    return lock


def owner(path: Path | str) -> Process | None:
    """The running process that has the project open, or None."""
    found = _read(lock_path(path))
    return found[0] if found is not None and found[0].running else None


def _refuse_while_used(place: Path, name: str) -> None:
    found = _read(place)
    if found is not None and found[0].running:
        raise in_use(name, found[0])


def in_use(name: str, process: Process | None) -> InUse:
    """The error that says who has a project open."""
    return InUse(
        "“{file}” is open in another Unroll Studio (process {pid} on {host}). Look at it, or save it by another name.",
        file=name,
        pid=process.pid if process else "?",
        host=process.host if process else "?",
    )


def _create(place: Path, token: str) -> bool:
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "wb") as file:
        file.write(_content(token))
    return True


def _take_over(place: Path, token: str) -> None:
    # Replacing is atomic: of several that take over at the same moment, the last one reads its own token back.
    mine = place.with_name(f"{place.name}.{token}")
    mine.write_bytes(_content(token))
    mine.replace(place)


def _content(token: str) -> bytes:
    return json.dumps({**this_process().to_json(), "app": "unroll-studio", "token": token}).encode()


def _read(place: Path) -> tuple[Process, str] | None:
    """Who holds a lock file and its token; None where there is none or it says nothing (its writer died)."""
    try:
        with place.open("rb") as file:
            found: Any = json.loads(file.read(_MAX_BYTES))
        return Process(int(found["pid"]), str(found["host"]), str(found["started"])), str(found["token"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
