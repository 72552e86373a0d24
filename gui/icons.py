"""Line icons in the colour of the text around them: drawn when needed, so sharp at any scale and in both themes."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from core.errors import UnknownName
from gui.theme import theme

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "icons"
_OWN_COLOR = {"error": "refused", "warning": "warning"}


def icon(name: str, color: str = "") -> QIcon:
    """The icon called ``name``, in the colour of text or in the theme colour named ``color``; it follows the theme."""
    if name not in names():
        raise UnknownName("icon", name, names())
    return QIcon(_LineIcon(name, color or _OWN_COLOR.get(name, "text")))


@cache
def names() -> frozenset[str]:
    """All icons there are."""
    return frozenset(path.stem for path in FOLDER.glob("*.svg"))


def layer_icon(kind: str) -> QIcon:
    """The icon of a kind of layer; a neutral one for a kind without."""
    return icon(kind if kind in names() else "dense")


@cache
def _source(name: str) -> str:
    return (FOLDER / f"{name}.svg").read_text(encoding="utf-8")


@cache
def _renderer(name: str, color: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", color).encode()))


def _draw(painter: QPainter, name: str, color: str, rect: QRectF) -> None:
    side = min(rect.width(), rect.height())
    square = QRectF(0, 0, side, side)
    square.moveCenter(rect.center())
    _renderer(name, color).render(painter, square)


@lru_cache(maxsize=1024)
def _picture(name: str, color: str, width: int, height: int) -> QPixmap:
    """Kept, since a button asks for its picture with every frame in which it is painted."""
    pixmap = QPixmap(width, height)
    if pixmap.isNull():  # asked for by a widget that is squeezed to nothing
        return pixmap
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    _draw(painter, name, color, QRectF(pixmap.rect()))
    painter.end()
    return pixmap


class _LineIcon(QIconEngine):
    def __init__(self, name: str, color: str) -> None:
        super().__init__()
        self._name, self._color = name, color

    def _ink(self, mode: QIcon.Mode) -> QColor:
        if mode == QIcon.Mode.Disabled:
            return theme().color("disabled")
        if mode == QIcon.Mode.Selected:
            return theme().color("highlighted_text")
        return theme().color(self._color)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        _draw(painter, self._name, self._ink(mode).name(), QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return _picture(self._name, self._ink(mode).name(), size.width(), size.height())

    def availableSizes(self, mode: QIcon.Mode, state: QIcon.State) -> list[QSize]:
        return [QSize(side, side) for side in (16, 24, 32, 48, 64, 128, 256)]

    def clone(self) -> QIconEngine:
        copy = _LineIcon(self._name, self._color)
        _clones.append(copy)
        return copy


_clones: list[_LineIcon] = []
"""Qt takes over a clone without telling Python, which would free it at once (PySide6 6.11)."""
