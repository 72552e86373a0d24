"""Pictures in folders: the right ink in the right place, and a sentence where there is no picture."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.catalogue.registry import catalogue
from core.data.cache import dataset
from core.data.importers.images import MAX_PIXELS, decode, read_images
from core.data.importers.progress import finish
from core.data.own import samples_of as own
from core.errors import BadFile
from core.script import new_project

SPEC = catalogue("datasets")["own_samples"]


def content(image: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **how)
    return buffer.getvalue()


def ink(image: Image.Image, rows: int, columns: int, kind: str = "PNG", **how: object) -> np.ndarray:
    found = decode(content(image, kind, **how), rows, columns)
    assert found is not None and found.shape == (rows, columns) and found.dtype == np.uint8
    return found


def test_ink_is_dark_and_what_is_clear_is_paper() -> None:
    half = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    half.paste((0, 0, 0, 255), (0, 0, 5, 10))
    found = ink(half, 10, 10)
    assert (found[:, :5] == 255).all() and (found[:, 5:] == 0).all()
    assert ink(half, 5, 2).tolist() == [[255, 0]] * 5
    assert ink(half.quantize(4), 5, 2).tolist() == [[255, 0]] * 5, "clear in a palette"
    assert ink(Image.new("RGBA", (3, 3), (0, 0, 0, 51)), 3, 3)[1, 1] == pytest.approx(51, abs=1)


def test_a_picture_is_made_smaller_by_the_mean_of_what_falls_on_a_pixel() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (24, 36)).astype(np.uint8)
    wanted = 255 - grey.reshape(4, 6, 6, 6).mean((1, 3))
    assert np.abs(ink(Image.fromarray(grey), 4, 6).astype(float) - wanted).max() <= 1
    assert np.array_equal(ink(Image.fromarray(grey), 24, 36), 255 - grey)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "PPM", "GIF", "JPEG", "WEBP"])
def test_every_kind_is_read(kind: str) -> None:
    stripes = np.zeros((32, 32), np.uint8)
    stripes[:, 16:] = 255
    how = {"JPEG": {"quality": 95}, "WEBP": {"lossless": True}}.get(kind, {})
    found = ink(Image.fromarray(stripes), 8, 8, kind, **how).astype(int)
    assert found[:, :3].min() > 245 and found[:, 5:].max() < 10


def test_colours_sixteen_bits_one_bit_and_turned_pictures_are_understood() -> None:
    red = ink(Image.new("RGB", (4, 4), (255, 0, 0)), 2, 2)
    assert red[0, 0] == pytest.approx(255 - 0.299 * 255, abs=1)  # luma of ITU-R BT.601
    deep = Image.fromarray(np.array([[0, 65535], [32768, 16384]], np.uint16))
    assert ink(deep, 2, 2).tolist() == [[255, 0], [127, 191]]
    assert ink(Image.new("1", (5, 5), 1), 2, 2).max() == 0
    lying = Image.new("L", (20, 10), 255)
    lying.paste(0, (0, 0, 10, 10))
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera was turned: the left side of what is stored is the top of what was seen
    assert ink(lying, 2, 1, "PNG", exif=turned).tolist() == [[255], [0]]


def test_what_is_no_picture_is_none() -> None:
    grain = Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40)).astype(np.uint8))
    for one in (b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM" + bytes(60), content(grain)[:900]):
        assert decode(one, 4, 4) is None
    assert decode(content(Image.new("L", (3, 3)), "TIFF"), 4, 4) is None, "of a kind that no name promises"
    side = int(MAX_PIXELS**0.5) + 1
    assert decode(content(Image.new("1", (side, side))), 4, 4) is None, "it would take too much memory"


def folders(path: Path) -> Path:
    for n, name in enumerate(["cat", "dog"]):
        (path / name).mkdir(parents=True)
        for k in range(4):
            Image.new("L", (12, 10), 255 - 10 * n - k).save(path / name / f"{k}.png")
    return path


def test_pictures_become_ink_of_one_size(tmp_path: Path) -> None:
    found = finish(read_images(folders(tmp_path), 4, 5))
    assert found.inputs[:, 0, 0].tolist() == [0, 1, 2, 3, 10, 11, 12, 13]
    assert finish(read_images(tmp_path, 4, 5, invert=True)).inputs[0, 0, 0] == 255
    shapes = {
        r: own.build(found, "t", SPEC.complete({"reading": r})).inputs["x"].values.shape
        for r in ("image", "rows", "pixels")
    }
    assert shapes == {"image": (8, 20), "rows": (8, 4, 5), "pixels": (8, 20, 1)}
    choice = catalogue("datasets").choose("own_samples", content=own.store(found, "p"), name="p")
    assert dataset(choice).image_shape == (4, 5)
    (tmp_path / "dog" / "2.png").write_bytes(b"none")
    with pytest.raises(BadFile, match=r"dog/2\.png” is no picture"):
        finish(read_images(tmp_path, 4, 5))


def test_a_folder_of_pictures_is_imported_by_a_script(tmp_path: Path) -> None:
    path = folders(tmp_path / "animals")
    data = new_project(path, rows=5, columns=6, invert=True, reading="rows", test=0.0).dataset()
    assert data.title == "animals" and data.target.classes == ("cat", "dog") and data.image_shape == (5, 6)
    assert data.inputs["x"].values.shape == (8, 5, 6) and data.inputs["x"].values.min() > 0.9
    assert new_project(path).dataset().image_shape == (28, 28)
    with pytest.raises(BadFile, match="too much memory"):
        new_project(path, rows=5000)
