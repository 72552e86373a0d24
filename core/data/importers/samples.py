"""Samples that are arrays already, out of ``.npy``/``.npz`` files, folders of pictures or folders of sound."""

from __future__ import annotations

import ast
import math
import struct
import zipfile
import zlib
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from core.data.importers.encoding import opened
from core.data.importers.progress import Progress
from core.errors import BadFile, DataError

MAX_BYTES = 512 << 20
MAX_ARRAYS = 100
MAX_FILES = 100_000
MAX_CLASSES = 1000
MAX_HEADER = 10_000
_UNREADABLE = (
    ValueError,
    TypeError,
    KeyError,
    OverflowError,
    SyntaxError,  # a header that is no Python literal, or one nested without end
    RecursionError,
    MemoryError,
    EOFError,
    OSError,
    RuntimeError,  # an encrypted member
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
)


@dataclass(frozen=True, eq=False)
class Samples:
    """Inputs and what is asked about each."""

    inputs: np.ndarray
    """(samples, features) or (samples, steps, features); for pictures (samples, rows, columns) uint8."""
    target: np.ndarray
    """(samples,) int32 class numbers, or float (samples, features) or (samples, steps, features)."""
    classes: tuple[str, ...] = ()
    lengths: np.ndarray | None = None
    """(samples,) int32 valid steps where sequences are padded at the end."""
    picture: bool = False


def read_arrays(path: Path) -> Generator[Progress, None, dict[str, np.ndarray]]:
    """The numeric arrays of a ``.npy`` or ``.npz`` file by name; raises BadFile. Nothing in it is executed."""
    name = path.name
    with opened(path) as file:
        try:
            if path.suffix.lower() == ".npy":
                return {"data": _array(file, name, "data", path.stat().st_size)}
            found = {}
            with zipfile.ZipFile(file) as archive:
                infos = [info for info in archive.infolist() if info.filename.endswith(".npy")]
                if not infos or len(infos) > MAX_ARRAYS:
                    raise BadFile("“{file}” holds no arrays, or more than {n}.", file=name, n=MAX_ARRAYS)
                if sum(info.file_size for info in infos) > MAX_BYTES:
                    raise BadFile("“{file}” holds more than {n} MB. Import a part of it.", file=name, n=MAX_BYTES >> 20)
                for n, info in enumerate(infos):
                    yield Progress(n / len(infos))
                    with archive.open(info) as member:
                        key = info.filename.removesuffix(".npy")[:120]
                        found[key] = _array(member, name, key, info.file_size)  # type: ignore[arg-type]
            return found
        except _UNREADABLE as error:
            raise BadFile(
                "“{file}” is damaged or no numpy file ({reason}).", file=name, reason=_short(error)
            ) from error


def holds_one_table(path: Path) -> bool:
    """Whether a file has one array alone, of one or two dimensions; told by headers, so that it is quick."""
    try:
        with opened(path) as file:
            if path.suffix.lower() == ".npy":
                return len(_header(file)[0]) in (1, 2)
            with zipfile.ZipFile(file) as archive:
                members = [name for name in archive.namelist() if name.endswith(".npy")]
                if len(members) != 1:
                    return False
                with archive.open(members[0]) as member:
                    return len(_header(member)[0]) in (1, 2)  # type: ignore[arg-type]
    except (BadFile, *_UNREADABLE):
        return False  # whoever reads the file says what is wrong


def _array(file: BinaryIO, name: str, key: str, size: int) -> np.ndarray:
    """One array; its header is looked at before any memory is taken, because it may promise what the file does not hold."""
    shape, fortran, dtype = _header(file)
    if dtype.hasobject or dtype.kind not in "fiub":
        raise BadFile(
            "“{file}”: the array “{array}” holds no numbers but {type}.", file=name, array=key, type=str(dtype)
        )
    count = math.prod(shape)
    if count * dtype.itemsize > min(size, MAX_BYTES):
        raise BadFile("“{file}”: the array “{array}” is cut short or too large.", file=name, array=key)
    content = file.read(count * dtype.itemsize)
    if len(content) != count * dtype.itemsize:
        raise BadFile("“{file}”: the array “{array}” is cut short.", file=name, array=key)
    flat = np.frombuffer(content, dtype)
    return flat.reshape(shape[::-1]).T if fortran else flat.reshape(shape)


def _header(file: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and type of an array; read here because numpy's own reader repairs headers of Python 2 with a warning."""
    magic = file.read(8)
    if magic[:6] != b"\x93NUMPY" or magic[6:7] not in (b"\1", b"\2", b"\3"):
        raise ValueError("it does not begin as a numpy array")
    wide = magic[6] > 1
    (length,) = struct.unpack("<I" if wide else "<H", file.read(4 if wide else 2))
    if length > MAX_HEADER:
        raise ValueError("its header is too long")
    found = ast.literal_eval(file.read(length).decode("utf-8" if magic[6] == 3 else "latin-1").strip())
    if not isinstance(found, dict) or found.keys() != {"descr", "fortran_order", "shape"}:
        raise ValueError("its header is damaged")
    shape = found["shape"]
    if not isinstance(shape, tuple) or len(shape) > 8 or not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError("its shape is damaged")
    if not isinstance(found["descr"], str):
        raise ValueError("it holds no plain numbers")
    return shape, found["fortran_order"] is True, np.dtype(found["descr"])


def _short(error: Exception) -> str:
    return str(error).split("\n")[0][:80] or type(error).__name__


def arrays_as_samples(arrays: Mapping[str, np.ndarray], inputs: str, target: str, as_classes: bool) -> Samples:
    """Two arrays of a file as samples; raises DataError where their shapes do not fit."""
    if inputs not in arrays or target not in arrays:
        raise DataError("Choose an array for the inputs and one for the target.")
    x, y = arrays[inputs], arrays[target]
    if x.ndim not in (2, 3) or y.ndim not in (1, 2, 3):
        raise DataError(
            "The inputs must be (samples, features) or (samples, steps, features), the target one value or more per sample; "
            "“{x}” is {xs} and “{y}” is {ys}.",
            x=inputs,
            xs=x.shape,
            y=target,
            ys=y.shape,
        )
    if len(x) != len(y) or len(x) < 2:
        raise DataError(
            "“{x}” has {n} samples and “{y}” has {m}: they must be as many.", x=inputs, n=len(x), y=target, m=len(y)
        )
    for name, array in ((inputs, x), (target, y)):
        bad = np.argwhere(~np.isfinite(array))
        if len(bad):
            raise DataError(
                "“{name}” holds a value that is no finite number, at {place}.", name=name, place=tuple(map(int, bad[0]))
            )
    with np.errstate(over="ignore"):
        seen = x.astype(np.float32)
        told = y.astype(np.float32)
    if not (np.isfinite(seen).all() and np.isfinite(told).all()):
        raise DataError("“{x}” or “{y}” holds numbers beyond 3e38: scale them down.", x=inputs, y=target)
    if as_classes:
        if y.ndim == 2 and y.shape[1] == 1:
            y = y[:, 0]
        if y.ndim != 1:
            raise DataError("A class is one number per sample, but “{y}” is {ys}.", y=target, ys=y.shape)
        levels, codes = np.unique(y, return_inverse=True)
        if not 2 <= len(levels) <= MAX_CLASSES:
            raise DataError(
                "“{y}” has {n} different values: as classes there must be from 2 to {most}.",
                y=target,
                n=len(levels),
                most=MAX_CLASSES,
            )
        return Samples(seen, codes.astype(np.int32), tuple(f"{level:g}" for level in levels))
    told = told[:, None] if told.ndim == 1 else told
    if told.ndim == 2 and x.ndim == 3 and told.shape[1] == x.shape[1] and y.ndim == 2 and x.shape[1] > 1:
        told = told[..., None]  # one number at every step
    return Samples(seen, told)


def class_folders(folder: Path, endings: Sequence[str]) -> dict[str, list[Path]]:
    """The files of each class: one folder each, in the order of their names; raises BadFile where there are not two."""
    try:
        found = {
            one.name: sorted(f for f in one.iterdir() if f.suffix.lower() in endings and f.is_file())
            for one in sorted(folder.iterdir())
            if one.is_dir() and not one.name.startswith(".")
        }
    except OSError as error:
        raise BadFile(
            "“{file}” could not be read: {reason}.", file=folder.name, reason=error.strerror or str(error)
        ) from error
    found = {name: files for name, files in found.items() if files}
    if not 2 <= len(found) <= MAX_CLASSES:
        raise BadFile(
            "“{file}” needs a folder for each class, from 2 to {most}, with files in it ({endings}); it has {n}.",
            file=folder.name,
            most=MAX_CLASSES,
            endings=", ".join(endings),
            n=len(found),
        )
    if sum(map(len, found.values())) > MAX_FILES:
        raise BadFile("“{file}” holds more than {n:,} files. Import a part of them.", file=folder.name, n=MAX_FILES)
    return found
