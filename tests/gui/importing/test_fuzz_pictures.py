"""Broken pictures through the window's own decoder: read whole or refused with the name of the file."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter

from core.catalogue.registry import catalogue
from core.data.importers.images import read_images
from core.data.importers.progress import finish
from core.data.own import samples_of
from gui.importing.pictures import decode
from tests.core.data.importers.broken import broken, fuzz, survives

FORMATS = tuple(
    name
    for name in ("png", "jpg", "bmp", "ppm", "pbm")
    if name in {bytes(f).decode() for f in QImageWriter.supportedImageFormats()}
)


def picture(draw: random.Random) -> bytes:
    kind = draw.choice([QImage.Format.Format_RGB32, QImage.Format.Format_Mono, QImage.Format.Format_Grayscale8])
    image = QImage(draw.choice([1, 7, 40]), draw.choice([1, 9, 30]), kind)
    image.fill(QColor("white"))
    if kind != QImage.Format.Format_Mono:
        painter = QPainter(image)
        painter.fillRect(1, 1, draw.randint(1, 20), draw.randint(1, 20), QColor("black"))
        painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, draw.choice(FORMATS))
    return bytes(buffer.data().data())


def picture_round(draw: random.Random, folder: Path) -> bool:
    for kind in ("a", "b"):
        (folder / kind).mkdir(exist_ok=True)
        for n in range(2):
            content = picture(draw)
            (folder / kind / f"{n}.png").write_bytes(broken(draw, content) if n == 0 and kind == "a" else content)

    def read() -> None:
        found = finish(read_images(folder, draw.choice([2, 9]), draw.choice([2, 9]), decode, draw.random() < 0.5))
        data = samples_of.build(found, "fuzz", catalogue("datasets")["own_samples"].complete({}))
        assert all(np.isfinite(field.values).all() for field in data.inputs.values())

    return survives(read)


@pytest.mark.qt_log_level_fail("CRITICAL")  # the decoders say in the log what is damaged
def test_700_broken_pictures(qapp, tmp_path: Path) -> None:
    fuzz(picture_round, 0, 700, tmp_path)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.qt_log_level_fail("CRITICAL")  # the decoders say in the log what is damaged
def test_20000_broken_pictures(qapp, tmp_path: Path) -> None:
    fuzz(picture_round, 100_000, 20_000, tmp_path)
