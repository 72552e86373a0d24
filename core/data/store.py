"""Where imported data lives: blobs of arrays, each named by the sha256 of its bytes.

A data Choice holds the name, a project file the blob, so that a file is self-contained and undo costs nothing.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core import tensors
from core.catalogue.spec import Choice
from core.documents import DocumentError
from core.errors import BadFile, DataError

MAX_BLOB = 256 << 20
MAX_ALL = 2 << 30
"""Bytes of all imports of a session together: undo may need any of them again."""
MAX_ABOUT = 4 << 20
_TYPES = {"float64", "float32", "int32", "uint8", "bool"}
_ABOUT = "about"


@dataclass(frozen=True, eq=False)
class Blob:
    """What was imported: read-only arrays, and what they are in plain JSON values."""

    arrays: Mapping[str, np.ndarray]
    about: Mapping[str, Any]


_lock = threading.Lock()
_bytes: dict[str, bytes] = {}
_blobs: dict[str, Blob] = {}


def put(arrays: Mapping[str, np.ndarray], about: Mapping[str, Any]) -> str:
    """Keep arrays (float64, float32, int32, uint8 or bool); returns the name under which ``get`` finds them."""
    text = json.dumps(about, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
    size = sum(array.nbytes for array in arrays.values())
    if size > MAX_BLOB or len(text) > MAX_ABOUT:
        raise DataError(
            "The imported data takes {size:,} MB, more than the {limit} MB that a project holds. Import a part of it, or "
            "leave columns out.",
            size=size >> 20,
            limit=MAX_BLOB >> 20,
        )
    return put_bytes(tensors.dump({**arrays, _ABOUT: np.frombuffer(text, np.uint8)}))


def name_of(content: bytes) -> str:
    """The name of a blob."""
    return hashlib.sha256(content).hexdigest()


def put_bytes(content: bytes) -> str:
    """Keep a blob that comes out of a file, checked; raises BadFile."""
    name = name_of(content)
    with _lock:
        if name in _bytes:
            return name
        if sum(map(len, _bytes.values())) + len(content) > MAX_ALL:
            raise DataError(
                "All imported data together takes more than {limit} MB. Save the project, then end the studio and open "
                "it again.",
                limit=MAX_ALL >> 20,
            )
    blob = _read(content)
    with _lock:
        _bytes[name], _blobs[name] = content, blob
    return name


def _read(content: bytes) -> Blob:
    try:
        if len(content) > MAX_BLOB + MAX_ABOUT + (1 << 20):
            raise ValueError("it is too large")
        arrays = tensors.read(content, "data", _TYPES)
        text = arrays.pop(_ABOUT)
        about = json.loads(text.tobytes().decode("utf-8")) if text.nbytes <= MAX_ABOUT else None
        if not isinstance(about, dict):
            raise ValueError("it does not say what it is")
    except (DocumentError, KeyError, ValueError, RecursionError) as error:
        raise BadFile("The imported data is damaged ({reason}).", reason=str(error)[:120]) from error
    return Blob(arrays, about)


def get(name: str, title: str = "") -> Blob:
    """The blob of this name; raises DataError where there is none."""
    blob = _blobs.get(name)
    if blob is None:
        raise DataError(
            "The imported data “{title}” is not here. Import its file: File, Import data.", title=title or name[:12]
        )
    return blob


def content(name: str) -> bytes | None:
    """The bytes of a blob, as they go into a file."""
    return _bytes.get(name)


def needed(choice: Choice | None) -> str:
    """The name of the blob that a chosen data set needs; empty where it needs none."""
    name = choice.values.get("content", "") if choice is not None else ""
    return name if isinstance(name, str) else ""
