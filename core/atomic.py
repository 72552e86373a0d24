"""Writes a file whole or not at all, for everything that the studio saves.

The new bytes go into a temporary file in the same folder, reach the disk, are read back, and only then take the place
of the old file. Whatever fails on the way, the old file is still there and the reason is one sentence.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from core.errors import NotSaved
from core.processes import Process, host_name, this_process

_TEMPORARY = re.compile(r"\.unroll-(?P<host>[0-9a-f]{8})-(?P<pid>\d{1,10})-[0-9a-f]{8}\.tmp")
_FOREIGN_AGE = 24 * 3600.0
"""Seconds after which the temporary file of another machine counts as forgotten."""

_REASONS = {
    errno.ENOSPC: "“{file}” was not saved: the disk is full. Free some space or save it in another place.",
    errno.EDQUOT: "“{file}” was not saved: your disk quota is used up. Free some space or save it in another place.",
    errno.EACCES: "“{file}” was not saved: it may not be written there. Save it in another place.",
    errno.EPERM: "“{file}” was not saved: it may not be written there. Save it in another place.",
    errno.EROFS: "“{file}” was not saved: that disk is read-only. Save it in another place.",
    errno.ENOENT: "“{file}” was not saved: the folder “{folder}” does not exist. Save it in another place.",
    errno.ENOTDIR: "“{file}” was not saved: “{folder}” is not a folder. Save it in another place.",
    errno.ENAMETOOLONG: "“{file}” was not saved: the name is too long. Choose a shorter one.",
}
_OTHER = "“{file}” was not saved: {reason}. Try again or save it in another place."


def write_file(path: Path | str, data: bytes, check: Callable[[Path], None] | None = None) -> None:
    """Make ``data`` the content of the file ``path``, or raise NotSaved and leave what was there.

    ``check`` gets the temporary file before it takes the old one's place and raises where it does not read back well.
    """
    asked = Path(path)
    try:
        # A link to a file stays a link: what it points to is replaced.
        target = Path(os.path.realpath(asked))
        _refuse_impossible(target)
        sweep(target.parent)
        temporary = target.parent / _temporary_name()
        with ExitStack() as undoing:
            undoing.callback(_remove, temporary)
            _write_through(temporary, data, _mode(target))
            _read_back(temporary, data)
            if check is not None:
                check(temporary)
            temporary.replace(target)
            undoing.pop_all()
        _sync_folder(target.parent)
        _read_back(target, data)
    except OSError as error:
        raise _not_saved(asked, error) from error


def _remove(temporary: Path) -> None:
    with suppress(OSError):
        temporary.unlink()


def sweep(folder: Path) -> None:
    """Remove the temporary files that processes which are gone left in ``folder``."""
    # Cleaning is a courtesy: a folder that cannot be listed must not stop a save.
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            match = _TEMPORARY.fullmatch(entry.name)
            if match is not None and _forgotten(entry, match):
                with suppress(OSError):
                    Path(entry.path).unlink()


def _forgotten(entry: os.DirEntry[str], match: re.Match[str]) -> bool:
    if match["host"] == _host_mark():
        return not Process(int(match["pid"]), host_name()).running
    return time.time() - entry.stat().st_mtime > _FOREIGN_AGE


def _temporary_name() -> str:
    # Not derived from the file's name, which may already be as long as a name can be.
    return f".unroll-{_host_mark()}-{this_process().pid}-{secrets.token_hex(4)}.tmp"


def _host_mark() -> str:
    return hashlib.sha256(host_name().encode("utf-8", "surrogateescape")).hexdigest()[:8]


def _refuse_impossible(target: Path) -> None:
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "a folder has that name")
    # Replacing needs no right to the old file itself, so its write protection is looked up.
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "write-protected")


def _mode(target: Path) -> int | None:
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        return None


def _write_through(path: Path, data: bytes, mode: int | None) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if mode is not None and hasattr(os, "fchmod"):
            os.fchmod(descriptor, mode)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_back(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        if file.read() != data:
            raise OSError(errno.EIO, "what was read back differs from what was written")


def _sync_folder(folder: Path) -> None:
    # The new name itself must reach the disk. Windows cannot open folders, some network disks cannot sync them.
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def _not_saved(path: Path, error: OSError) -> NotSaved:
    template = _REASONS.get(error.errno or 0, _OTHER)
    values: dict[str, object] = {"file": path.name, "folder": str(path.parent), "reason": error.strerror or str(error)}
    return NotSaved(template, **values)
