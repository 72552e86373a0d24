"""Copies of unsaved work that survive a crash: one file per open project in a folder, rewritten after edits.

Nothing here removes a copy because it was offered or opened: only a verified save or the user's word does.
"""

from __future__ import annotations

import json
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core import archive
from core.atomic import sweep, write_file
from core.data import store
from core.documents import DocumentError, parse
from core.errors import BadFile, NotSaved, StudioError
from core.processes import Process, this_process
from core.project import Project
from core.project_file import load, members
from core.runs import Run

_SUFFIX = ".unroll"
_DATA = ".data"
INLINE_BYTES = 2 << 20
"""Imported data up to this size is in the copy; larger data is written once, beside it, so that a snapshot stays quick."""
_DATA_AGE = 3600.0
"""Seconds after which data beside the copies that none of them names is forgotten."""
HISTORY_BYTES = 4 << 20
"""Bytes of run history in a copy: the newest runs that fit, so that a snapshot takes milliseconds."""


@dataclass(frozen=True)
class Copy:
    """A snapshot of unsaved work that a process left behind."""

    file: Path
    original: Path | None
    """The project file it belongs to; None where it was never saved."""
    title: str
    time: float
    """Seconds since 1970 when the snapshot was taken."""
    process: Process
    replaces: tuple[str, ...] = ()
    """Names of older copies that this work was recovered from; they are not offered beside it."""


class Journal:
    """The copy of one open project; every ``write`` replaces it whole."""

    def __init__(self, folder: Path | str, recovered: Copy | None = None) -> None:
        self.file = Path(folder) / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}{_SUFFIX}"
        self._replaces = [] if recovered is None else [recovered.file.name, *recovered.replaces]

    def write(self, project: Project, original: Path | None = None, title: str = "") -> None:
        """Keep ``project`` as it is now; raises NotSaved."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotSaved(
                "Unsaved work cannot be kept safe in “{folder}”: {reason}. Save your project yourself.",
                folder=str(self.file.parent),
                reason=error.strerror or str(error),
            ) from error
        about = {
            **this_process().to_json(),
            "original": None if original is None else _text(str(original)),
            "title": _text(title),
            "time": time.time(),
            "replaces": self._replaces,
        }
        parts = members(project.state, _recent(project), data=not self._keep_beside(project))
        parts["recovery.json"] = json.dumps(about).encode()
        write_file(self.file, archive.pack(parts))

    @property
    def written(self) -> bool:
        """True where there is a copy."""
        return self.file.exists()

    def discard(self) -> None:
        """Remove the copy: the project was saved and read back, or the user gave the work up."""
        _remove(self.file)
        _forget_data(self.file.parent)

    def _keep_beside(self, project: Project) -> bool:
        """Write large imported data to a file of its own, unless it is there; False where the data is small."""
        name = store.needed(project.data)
        content = store.content(name) if name else None
        if content is None or len(content) <= INLINE_BYTES:
            return False
        file = _data_file(self.file, name)
        if not file.exists():
            write_file(file, content)
        return True


def list_recoverable(folder: Path | str) -> list[Copy]:
    """The copies whose studio has ended, newest first.

    Copies of running studios, damaged ones and those that a later copy goes on from are left out, but stay.
    """
    place = Path(folder)
    sweep(place)
    found = []
    with suppress(OSError):
        for file in place.glob(f"*{_SUFFIX}"):
            copy = _about(file)
            if copy is not None:
                found.append(copy)
    replaced = {name for copy in found if copy.replaces and _opens(copy) for name in copy.replaces}
    offered = [copy for copy in found if not copy.process.running and copy.file.name not in replaced]
    return sorted(offered, key=lambda copy: copy.time, reverse=True)


def recover(copy: Copy) -> Project:
    """The project in a copy, which stays where it is; raises BadFile."""
    project = load(copy.file)
    name = store.needed(project.data)
    if name and store.content(name) is None:
        # Without its data the project opens all the same, and a problem says what is missing.
        with suppress(OSError, StudioError):
            content = _data_file(copy.file, name).read_bytes()
            if store.name_of(content) == name:
                store.put_bytes(content)
    return project


def discard(copy: Copy) -> None:
    """Remove a copy and the older ones of the same work, at the user's word or after its project was saved."""
    for name in copy.replaces:
        _remove(copy.file.with_name(name))
    _remove(copy.file)
    _forget_data(copy.file.parent)


def _opens(copy: Copy) -> bool:
    try:
        recover(copy)
    except BadFile:
        return False
    return True


def _remove(file: Path) -> None:
    # What cannot be removed is offered once more, which is harmless.
    with suppress(OSError):
        file.unlink()


def _data_file(copy: Path, name: str) -> Path:
    return copy.with_name(f"{name}{_DATA}")


def _forget_data(folder: Path) -> None:
    """Remove old data files that no copy names; where a copy does not read, all of them stay."""
    with suppress(OSError, BadFile, KeyError):
        old = [file for file in folder.glob(f"*{_DATA}") if time.time() - file.stat().st_mtime > _DATA_AGE]
        if not old:
            return
        copies = [archive.unpack(copy, only="project.json")["project.json"] for copy in folder.glob(f"*{_SUFFIX}")]
        for file in old:
            if not any(file.stem.encode() in copy for copy in copies):
                _remove(file)


def _text(name: str) -> str:
    # A file name may hold bytes that are no text; the copy matters more than how its origin is spelled.
    return name.encode("utf-8", "replace").decode()


def _recent(project: Project) -> list[Run]:
    kept: list[Run] = []
    room = HISTORY_BYTES
    for run in reversed(project.runs):
        room -= sum(array.nbytes for array in run.to_arrays().values())
        if room < 0:
            break
        kept.append(run)
    return kept[::-1]


def _about(file: Path) -> Copy | None:
    from core.project_schema import read_recovery

    try:
        record = read_recovery(parse(archive.unpack(file, only="recovery.json")["recovery.json"]))
    except (BadFile, DocumentError, KeyError):
        return None
    original = None if record.original is None else Path(record.original)
    process = Process(record.pid, record.host, record.started)
    return Copy(file, original, record.title, record.time, process, tuple(record.replaces))
