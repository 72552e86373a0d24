"""A folder of pictures per class as grey pictures of one size. Who calls brings the decoder, so that core needs none."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np

from core.data.importers.progress import Progress
from core.data.importers.samples import MAX_BYTES, Samples, class_folders
from core.errors import BadFile

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".pgm", ".ppm", ".pbm", ".webp")
MAX_PICTURE = 64 << 20
MAX_SIDE = 512
Decoder = Callable[[bytes, int, int], np.ndarray | None]
"""Bytes, rows and columns to grey ink (rows, columns) uint8, 0 for paper, or None where they are no picture."""


def read_images(
    folder: Path, rows: int, columns: int, decode: Decoder, invert: bool = False
) -> Generator[Progress, None, Samples]:
    """The pictures of all class folders; ``invert`` takes bright for ink. Raises BadFile with the file."""
    files = [(n, file) for n, members in enumerate(class_folders(folder, ENDINGS).values()) for file in members]
    if not 1 <= rows <= MAX_SIDE or not 1 <= columns <= MAX_SIDE or len(files) * rows * columns > MAX_BYTES // 4:
        raise BadFile("“{file}” would take too much memory at this size: make the pictures smaller.", file=folder.name)
    pictures = np.empty((len(files), rows, columns), np.uint8)
    for n, (_, file) in enumerate(files):
        where = f"{file.parent.name}/{file.name}"
        try:
            if file.stat().st_size > MAX_PICTURE:
                raise BadFile("“{file}” is larger than {n} MB. Take it out.", file=where, n=MAX_PICTURE >> 20)
            found = decode(file.read_bytes(), rows, columns)
        except OSError as error:
            raise BadFile(
                "“{file}” could not be read: {reason}.", file=where, reason=error.strerror or str(error)
            ) from error
        if found is None or found.shape != (rows, columns):
            raise BadFile("“{file}” is no picture that can be read. Take it out or save it as PNG.", file=where)
        pictures[n] = 255 - found if invert else found
        yield Progress((n + 1) / len(files), n + 1)
    names = tuple(class_folders(folder, ENDINGS))
    return Samples(pictures, np.array([n for n, _ in files], np.int32), names, picture=True)
