"""Measures, fonts and colours that the items of the canvas share."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from gui.theme import theme

CARD_WIDTH = 190.0
CARD_HEIGHT = 104.0
HEADER = 46.0
RADIUS = 12.0
PADDING = 11.0
BORDER_BAND = 7.0
"""How far inside a card's edge a drag starts a link instead of a move."""
REACH = 9.0
"""How far outside a card its hover area goes on."""
GRID = 8.0
COLUMN_GAP = 66.0
ROW_GAP = 46.0

_FAMILY_SERIES = {"Ends": "series1", "Neurons": "series2", "Recurrent": "recurrent", "Time": "series4",
                  "Combine": "series5", "Regularise": "series3"}  # fmt: skip


def family_color(family: str) -> QColor:
    """The colour by which a family of layers is told apart."""
    return QColor(theme().color(_FAMILY_SERIES.get(family, "series6")))


def font(pixels: float, bold: bool = False) -> QFont:
    """The application's font in a size measured on the canvas."""
    made = QFont()
    made.setPixelSize(max(1, round(pixels)))
    if bold:
        made.setWeight(QFont.Weight.DemiBold)
    return made


def with_alpha(color: QColor, alpha: float) -> QColor:
    """A copy of a colour that lets ``1 - alpha`` of the ground through."""
    made = QColor(color)
    made.setAlphaF(alpha)
    return made


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """``one`` with a ``share`` of ``other``."""
    return QColor.fromRgbF(
        *(a + (b - a) * share for a, b in zip(one.getRgbF()[:3], other.getRgbF()[:3], strict=True))  # type: ignore[index]
    )


def hairline(color: QColor, width: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A pen that keeps its width at every zoom."""
    pen = QPen(color, width, style)
    pen.setCosmetic(True)
    return pen


def draw_text(
    painter: QPainter, rect: QRectF, text: str, size: float, color: QColor, *, bold: bool = False,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:  # fmt: skip
    """One line, cut with an ellipsis where it does not fit."""
    face = font(size, bold)
    painter.setFont(face)
    painter.setPen(color)
    shown = QFontMetricsF(face).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, align | Qt.AlignmentFlag.AlignVCenter, shown)


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width of one line on the canvas."""
    return QFontMetricsF(font(size, bold)).horizontalAdvance(text)


def compact(number: int) -> str:
    """A count in few characters: 812, 1,120, 10.4k, 2.1M."""
    if number < 10_000:
        return f"{number:,}"
    if number < 1_000_000:
        return f"{number / 1e3:.1f}k"
    return f"{number / 1e6:.1f}M"


def signed_rgb(values: np.ndarray, scale: float) -> np.ndarray:
    """Colours of signed values, (..., 3) uint8; ``scale`` is the value of full colour. What is not finite has the colour of errors."""
    table = theme().diverging_table()
    finite = np.isfinite(values)
    share = np.clip(np.where(finite, values, 0.0) / max(scale, 1e-12), -1.0, 1.0)
    rgb = table[np.rint((share + 1.0) * 127.5).astype(int)]
    if not finite.all():
        rgb = rgb.copy()
        rgb[~finite] = theme().color("refused").getRgb()[:3]
    return rgb


def signed_image(values: np.ndarray, scale: float) -> QImage:
    """A picture of a matrix, one pixel per value."""
    rgb = np.ascontiguousarray(signed_rgb(np.atleast_2d(values), scale).astype(np.uint8))
    height, width = rgb.shape[:2]
    return QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def activation_scale(values: np.ndarray) -> float:
    """The activation that gets full colour: 1, or the largest one where there are larger ones."""
    finite = values[np.isfinite(values)]
    return max(1.0, float(np.abs(finite).max())) if finite.size else 1.0


def weight_scale(values: np.ndarray) -> float:
    """The weight that gets full colour and thickness."""
    finite = values[np.isfinite(values)]
    return max(1e-6, float(np.abs(finite).max())) if finite.size else 1.0
