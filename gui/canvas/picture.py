"""The canvas as a picture: PNG at any scale, SVG, and the thumbnail of a project file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsItem

from core.errors import BadFile
from gui.canvas.scene import CanvasScene
from gui.text import tr
from gui.theme import theme

SPACE = 24.0
MAX_SIDE = 16_000


@contextmanager
def _plain(scene: CanvasScene) -> Iterator[None]:
    """Without selection and pointer, and drawn by strokes instead of out of the items' kept pictures."""
    items = [*scene.layers.values(), *scene.links.values(), *scene.weights.values()]
    flags = ("marked", "hovered", "highlighted", "focus")
    before = [
        (item, item.cacheMode(), {flag: getattr(item, flag) for flag in flags if hasattr(item, flag)}) for item in items
    ]
    for item, _, values in before:
        item.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        for flag, value in values.items():
            setattr(item, flag, False if isinstance(value, bool) else None)
    yield
    for item, mode, values in before:
        item.setCacheMode(mode)
        for flag, value in values.items():
            setattr(item, flag, value)


def area(scene: CanvasScene) -> QRectF:
    """What a picture shows: everything, with a margin."""
    rect = scene.contents_rect()
    if rect.isEmpty():
        rect = QRectF(-160, -100, 320, 200)
    return rect.adjusted(-SPACE, -SPACE, SPACE, SPACE)


def to_image(scene: CanvasScene, scale: float = 2.0) -> QImage:
    """The whole canvas, ``scale`` pixels per unit."""
    rect = area(scene)
    scale = min(scale, MAX_SIDE / max(rect.width(), rect.height()))
    size = QSize(max(1, round(rect.width() * scale)), max(1, round(rect.height() * scale)))
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(theme().color("canvas"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    with _plain(scene):
        scene.render(painter, QRectF(0, 0, size.width(), size.height()), rect)
    painter.end()
    return image


def save(scene: CanvasScene, path: Path) -> None:
    """Write a PNG or an SVG, as the name of the file says. Raises BadFile."""
    if path.suffix.lower() == ".svg":
        _save_svg(scene, path)
    elif path.suffix.lower() == ".png":
        if not to_image(scene).save(str(path), "PNG"):  # type: ignore[call-overload]
            raise BadFile("The picture could not be written to “{path}”.", path=path)
    else:
        raise BadFile("A picture is saved as .png or .svg, not as “{name}”.", name=path.name)


def _save_svg(scene: CanvasScene, path: Path) -> None:
    rect = area(scene)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    made = QSvgGenerator()
    made.setOutputDevice(buffer)
    made.setSize(rect.size().toSize())
    made.setViewBox(QRectF(0, 0, rect.width(), rect.height()))
    made.setResolution(96)
    made.setTitle(tr("Network drawn in Unroll Studio"))
    painter = QPainter(made)
    with _plain(scene):
        scene.render(painter, QRectF(0, 0, rect.width(), rect.height()), rect)
    painter.end()
    buffer.close()
    try:
        path.write_bytes(bytes(data.data()))
    except OSError as error:
        raise BadFile(
            "The picture could not be written to “{path}”: {reason}.", path=path, reason=error.strerror
        ) from error


def thumbnail(scene: CanvasScene, width: int = 320, height: int = 200) -> bytes:
    """A small PNG for the list of recent projects."""
    image = to_image(scene, 1.0).scaled(width, height, Qt.AspectRatioMode.KeepAspectRatio,
                                        Qt.TransformationMode.SmoothTransformation)  # fmt: skip
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    buffer.close()
    return bytes(data.data())
