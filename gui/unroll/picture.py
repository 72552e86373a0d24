"""The network over time as a picture, as it is seen: names, steps, cells, arrows and colours, without the buttons."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QFileDialog

from core.errors import BadFile, StudioError
from gui.errors import tell
from gui.text import tr

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView

SCALE = 4
"""Pixels of the picture for one of the view: enough to print it large."""


def to_image(view: UnrollView, scale: int = SCALE) -> QImage:
    """What the view shows, sharp at ``scale`` times its size, with the card of a what-if where there is one."""
    image = QImage(view.size() * scale, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    painter = QPainter(image)
    view.painting.base(painter, scale)
    if view.card.isVisible():
        view.card.render(painter, view.card.pos())
    painter.end()
    view.painting.restyle()  # what it keeps was made for another number of pixels
    view.repaint_all()
    return image


def save(view: UnrollView, path: Path) -> None:
    """Write a PNG. Raises BadFile."""
    if path.suffix.lower() != ".png":
        raise BadFile("A picture of the network over time is saved as .png, not as “{name}”.", name=path.name)
    if not to_image(view).save(str(path), "PNG"):  # type: ignore[call-overload]
        raise BadFile("The picture could not be written to “{path}”.", path=path)


def export(view: UnrollView) -> None:
    """Ask for a file and write the picture."""
    name, _ = QFileDialog.getSaveFileName(
        view, tr("Export picture"), "network over time.png", tr("Pictures") + " (*.png)"
    )
    if not name:
        return
    path = Path(name)
    try:
        save(view, path if path.suffix else path.with_suffix(".png"))
    except StudioError as error:
        tell(view, error)
