"""A folder of pictures per class as grey pictures of one size."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.data.importers.progress import Progress
from core.data.importers.samples import MAX_BYTES, Samples, class_folders
from core.errors import BadFile

if TYPE_CHECKING:
    from PIL.Image import Image

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".pgm", ".ppm", ".pbm", ".webp")
MAX_PICTURE = 64 << 20
MAX_PIXELS = 64 << 20
MAX_SIDE = 512
SIDE = 28
"""Rows and columns where nobody says how many: those of MNIST, the best known pictures of this kind."""
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "PPM", "WEBP")
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    ArithmeticError,
    EOFError,
    LookupError,
    TypeError,
    struct.error,
    zlib.error,
)
"""What Pillow's decoders raise where a file is broken."""


def decode(content: bytes, rows: int, columns: int) -> np.ndarray | None:
    """Ink (rows, columns) uint8, 0 for white paper, or None where the bytes are no picture. What is clear is paper."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is odd in a file; what can not be read raises
            with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    return None
                opened.draft("L", (2 * columns, 2 * rows))
                image = _on_paper(ImageOps.exif_transpose(opened))
    except (*_BROKEN, Image.DecompressionBombError):
        return None
    shrinks = columns <= image.width and rows <= image.height
    small = image.resize((columns, rows), Image.Resampling.BOX if shrinks else Image.Resampling.BILINEAR)
    ink: np.ndarray = 255 - np.asarray(small, np.uint8)
    return ink


def _on_paper(image: Image) -> Image:
    """Grey, on white where it is clear."""
    from PIL import Image

    if image.mode.startswith("I"):
        # Sixteen bits: Pillow would cut off what is above 255.
        return Image.fromarray((np.clip(np.asarray(image, np.int64), 0, 65535) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    return image.convert("L")


def read_images(
    folder: Path, rows: int = SIDE, columns: int = SIDE, invert: bool = False
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
        if found is None:
            raise BadFile("“{file}” is no picture that can be read. Take it out or save it as PNG.", file=where)
        pictures[n] = 255 - found if invert else found
        yield Progress((n + 1) / len(files), n + 1)
    names = tuple(class_folders(folder, ENDINGS))
    return Samples(pictures, np.array([n for n, _ in files], np.int32), names, picture=True)
