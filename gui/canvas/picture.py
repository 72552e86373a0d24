"""The canvas as a picture: PNG at any scale, SVG, and the thumbnail of a project file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from core.errors import BadFile
from gui.canvas.scene import CanvasScene
from gui.text import tr
from gui.theme import theme

SPACE = 24.0
MAX_SIDE = 16_000


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
    made.setTitle(tr("Network drawn in Unroll Studio"))
    painter = QPainter(made)
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
