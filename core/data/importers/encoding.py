"""What bytes of a text file mean: finds the encoding and gives the lines, bounded, with a sentence for what is no text."""

from __future__ import annotations

import codecs
import io
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from core.errors import BadFile

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1256", "cp1252", "latin-1")
"""What can be chosen."""
MAX_FILE = 1 << 30
MAX_LINE = 1 << 20
"""Characters of one line."""
SAMPLE = 1 << 17
"""Bytes that are looked at to tell what a file is."""
_LOOKED_THROUGH = 256 << 20
_BLOCK = 1 << 20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
"""What no text file holds."""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of an ordinary file; raises BadFile where it cannot be read or is too large."""
    name = path.name
    try:
        info = path.stat()
        # A pipe or a device would wait for ever.
        if not stat.S_ISREG(info.st_mode):
            raise BadFile("“{file}” is not a file that can be read. Choose another one.", file=name)
        if info.st_size > MAX_FILE:
            raise BadFile("“{file}” is larger than {limit} MB. Import a part of it.", file=name, limit=MAX_FILE >> 20)
        if not info.st_size:
            raise BadFile("“{file}” is empty: there is nothing to import.", file=name)
        with path.open("rb") as file:
            yield file
    except FileNotFoundError as error:
        raise BadFile("There is no file “{file}”. Check the name and the folder.", file=str(path)) from error
    except PermissionError as error:
        raise BadFile("“{file}” may not be read. Ask its owner for access.", file=name) from error
    except OSError as error:
        raise BadFile(
            "“{file}” could not be read: {reason}.", file=name, reason=error.strerror or str(error)
        ) from error


def sniff_encoding(path: Path) -> str:
    """The encoding of a text file; raises BadFile where it holds no text."""
    with opened(path) as file:
        head = file.read(SAMPLE)
        for mark, encoding in _MARKS:
            if head.startswith(mark):
                return encoding
        wide = _wide(head)
        if wide:
            return wide
        if b"\0" in head:
            raise _no_text(path)
        file.seek(0)
        if _is_utf8(file):
            return "utf-8"
    if _CONTROL.search(head.decode("latin-1")):
        raise _no_text(path)
    return _one_byte(head)


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: it has zeros, and read that way it is text of few alphabets."""
    if b"\0" not in head or len(head) < 4:
        return ""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = head[: len(head) // 2 * 2].decode(encoding)
        except UnicodeDecodeError:
            continue
        usual = sum(c < "\u0700" or "\u2000" <= c < "\u2070" for c in text)
        if usual > 0.95 * len(text) and not _CONTROL.search(text):
            return encoding
    return ""


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for _ in range(_LOOKED_THROUGH // _BLOCK):
            block = file.read(_BLOCK)
            decoder.decode(block, final=not block)
            if not block:
                break
    except UnicodeDecodeError:
        return False
    return True


def _one_byte(head: bytes) -> str:
    """Among the encodings of one byte per character: Windows Arabic and Persian, or West European."""
    high = bytes(b for b in head if b >= 0x80)
    arabic = sum("\u0600" <= c <= "\u06ff" or c == "\u200c" for c in high.decode("cp1256", "replace"))
    # In Western text accented letters stand alone between plain ones; in Arabic text the letters come in runs.
    runs = sum(len(run) for run in re.findall(rb"[\x80-\xff]{3,}", head))
    if arabic > 0.8 * len(high) and runs > 0.5 * len(high):
        return "cp1256"
    return "cp1252" if all(b not in head for b in b"\x81\x8d\x8f\x90\x9d") else "latin-1"


def lines(file: BinaryIO, encoding: str, name: str) -> Iterator[str]:
    """The lines of a text file with their ends; raises BadFile with the line where it is no text."""
    if encoding not in ENCODINGS:
        raise BadFile("There is no encoding “{encoding}”. Choose another one.", encoding=encoding[:40])
    stream = io.TextIOWrapper(file, encoding, errors="strict", newline="")
    number = 0
    try:
        while line := stream.readline(MAX_LINE):
            number += 1
            if len(line) >= MAX_LINE:
                raise BadFile(
                    "“{file}”, row {row}: a line has more than a million characters. Is this a text file?",
                    file=name,
                    row=number,
                )
            if _CONTROL.search(line):
                raise BadFile(
                    "“{file}”, row {row}: it holds characters that no text has. Is this a text file, and is its "
                    "encoding {encoding}?",
                    file=name,
                    row=number,
                    encoding=encoding,
                )
            yield line
    except UnicodeError as error:
        raise BadFile(
            "“{file}”, after row {row}: it does not read as {encoding}. Choose another encoding.",
            file=name,
            row=number,
            encoding=encoding,
        ) from error
    finally:
        with suppress(ValueError):  # the file is closed where the reading was given up
            stream.detach()


def _no_text(path: Path) -> BadFile:
    return BadFile("“{file}” is not a text file: it holds bytes that no text has.", file=path.name)
