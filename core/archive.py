"""The outer shape of a project file: a zip with few, known, bounded members, read in memory and never extracted.

Whatever a stranger's file does (bombs, "..", encryption, lies about sizes), the answer is a BadFile sentence.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from core.errors import BadFile

MAX_FILE = 1 << 30
"""Bytes of a whole file."""
MAX_MEMBERS = 1024
MAX_TEXT = 6 << 20
"""Bytes of one JSON member, unpacked."""
MAX_PICTURE = 4 << 20
MAX_RATIO = 200
"""How many times larger than packed a member may be unpacked."""

MEMBERS = re.compile(
    r"project\.json|recovery\.json|(weights|masks)\.safetensors|thumbnail\.png|runs/\d{1,4}\.(json|safetensors)"
    r"|data/[0-9a-f]{64}\.safetensors"
)
"""The only names there are. Text is deflated; arrays and the picture are stored, so that they cannot inflate."""

_END = struct.Struct("<4s4H2LH")
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    struct.error,
    NotImplementedError,  # a compression or zip version that Python does not know
    RuntimeError,  # an encrypted member
    ValueError,  # offsets outside the file, names that are not text
    OverflowError,
)


def pack(members: Mapping[str, bytes]) -> bytes:
    """A zip of ``members``; the same members give the same bytes, whenever and wherever."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)  # 1 January 1980, so that the time of saving leaves no trace
            info.compress_type = zipfile.ZIP_DEFLATED if name.endswith(".json") else zipfile.ZIP_STORED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def unpack(path: Path | str, only: str = "") -> dict[str, bytes]:
    """The members of the file ``path``, or of these only the one called ``only``; raises BadFile."""
    with _opened(Path(path)) as (file, name):
        try:
            return _members(file, name, only)
        except _UNREADABLE as error:
            raise BadFile(
                "“{file}” is damaged: its contents do not read back. Use an earlier copy of it.", file=name
            ) from error


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, str]]:
    name = path.name
    try:
        info = path.stat()
        # A pipe or a device would wait for ever.
        if not stat.S_ISREG(info.st_mode):
            raise BadFile("“{file}” is not a file that can be opened. Choose a .unroll file.", file=name)
        if info.st_size > MAX_FILE:
            raise BadFile("“{file}” is larger than {limit} MB and is not opened.", file=name, limit=MAX_FILE >> 20)
        with path.open("rb") as file:
            yield file, name
    except FileNotFoundError as error:
        raise BadFile("There is no file “{file}”. Check the name and the folder.", file=str(path)) from error
    except PermissionError as error:
        raise BadFile("“{file}” may not be read. Ask its owner for access.", file=name) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise BadFile("“{file}” could not be read: {reason}.", file=name, reason=reason) from error


def _members(file: BinaryIO, name: str, only: str) -> dict[str, bytes]:
    size = _check_directory(file, name)
    with zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        _check_infos(infos, name, size)
        return {info.filename: _read(archive, info) for info in infos if only in ("", info.filename)}


def _check_directory(file: BinaryIO, name: str) -> int:
    """Look at the end record before the directory is read: a file with a million members would fill the memory.

    Returns the size of the whole file.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _END.size - 65_535))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise BadFile(
            "“{file}” is not an Unroll Studio project, or only a part of one. Choose a .unroll file.", file=name
        )
    _, _, _, _, count, directory, _, _ = _END.unpack_from(tail, at)
    if count > MAX_MEMBERS or directory > MAX_MEMBERS * 512:
        raise BadFile("“{file}” has too many parts for a project and is not opened.", file=name)
    return size


def _check_infos(infos: list[zipfile.ZipInfo], name: str, size: int) -> None:
    names = [info.filename for info in infos]
    if "project.json" not in names:
        raise BadFile("“{file}” is not an Unroll Studio project: it has no project.json.", file=name)
    foreign = next((n for n in names if not MEMBERS.fullmatch(n)), None)
    if foreign is not None:
        raise BadFile(
            "“{file}” holds “{member}”, which no project has, and is not opened.", file=name, member=foreign[:80]
        )
    if len(set(names)) != len(names):
        raise BadFile("“{file}” holds a part twice and is not opened.", file=name)
    if sum(info.compress_size for info in infos) > size:
        raise BadFile("“{file}” is damaged: its parts are longer than the whole. Use an earlier copy of it.", file=name)
    for info in infos:
        if info.file_size > _limit(info):
            raise BadFile("“{file}” is not opened: its part “{member}” is too large.", file=name, member=info.filename)


def _limit(info: zipfile.ZipInfo) -> int:
    if info.filename.endswith(".json"):
        return min(MAX_TEXT, max(4096, info.compress_size * MAX_RATIO))
    # Arrays and pictures are stored as they are: a compressed one was not written by the studio.
    if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
        return -1
    return MAX_PICTURE if info.filename.endswith(".png") else MAX_FILE


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as member:
        content = member.read(info.file_size + 1)
        # Reading to the end is what compares the checksum.
        if len(content) != info.file_size or member.read(1):
            raise EOFError("a member is not as long as it says")
        return content
