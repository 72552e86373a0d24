"""Broken pictures: read whole or refused with the name of the file."""

from __future__ import annotations

import io
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.catalogue.registry import catalogue
from core.data.importers.images import read_images
from core.data.importers.progress import finish
from core.data.own import samples_of
from tests.core.data.importers.broken import broken, fuzz, survives

FORMATS = ("PNG", "JPEG", "BMP", "PPM", "GIF", "WEBP")


def picture(draw: random.Random) -> bytes:
    mode = draw.choice(["RGB", "1", "L", "P", "RGBA", "I;16"])
    image = Image.new("RGB", (draw.choice([1, 7, 40]), draw.choice([1, 9, 30])), "white")
    image.paste("black", (1, 1, draw.randint(2, 20), draw.randint(2, 20)))
    buffer, kind = io.BytesIO(), draw.choice(FORMATS)
    if mode == "I;16":
        image, kind = Image.fromarray(np.asarray(image.convert("L"), np.uint16) * 257), "PNG"
    elif kind in ("PNG", "GIF", "WEBP") or mode in ("RGB", "L"):
        image = image.convert(mode)
    image.save(buffer, kind)
    return buffer.getvalue()


def picture_round(draw: random.Random, folder: Path) -> bool:
    for kind in ("a", "b"):
        (folder / kind).mkdir(exist_ok=True)
        for n in range(2):
            content = picture(draw)
            (folder / kind / f"{n}.png").write_bytes(broken(draw, content) if n == 0 and kind == "a" else content)

    def read() -> None:
        found = finish(read_images(folder, draw.choice([2, 9]), draw.choice([2, 9]), draw.random() < 0.5))
        data = samples_of.build(found, "fuzz", catalogue("datasets")["own_samples"].complete({}))
        assert all(np.isfinite(field.values).all() for field in data.inputs.values())

    return survives(read)


def test_700_broken_pictures(tmp_path: Path) -> None:
    fuzz(picture_round, 0, 700, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_20000_broken_pictures(tmp_path: Path) -> None:
    fuzz(picture_round, 100_000, 20_000, tmp_path)
