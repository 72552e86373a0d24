"""Paints arrows of the unrolled view, many of one colour at a time."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from gui.unroll.arrows import HEAD_WIDTH, Copy, Straight


def paint_heads(painter: QPainter, copies: list[Copy], widths: list[float], color: QColor, size: float) -> None:
    """All heads; they are small pictures, since filling triangles one by one would take most of a frame."""
    placed: dict[tuple[float, float], list[list[float]]] = {}
    for copy in copies:
        column = copy.tie.target.column(copy.target)
        if copy.way.isNull() or (widths[column] < HEAD_WIDTH and copy.tie.kind not in ("last", "initial")):
            continue
        placed.setdefault((copy.way.x(), copy.way.y()), []).append([copy.tip.x(), copy.tip.y()])
    for way, tips in placed.items():
        _paint_tips(painter, way, tips, color, size)


@lru_cache(maxsize=512)
def _head(way: tuple[float, float], rgba: int, size: float, ratio: float) -> QPixmap:
    """One head in a picture twice as long as it is; the tip lies a quarter from its end."""
    side = round(2 * size * ratio)
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor.fromRgba(rgba))
    along, across = QPointF(*way) * side / 2, QPointF(-way[1], way[0]) * (side * 0.275)
    tip = QPointF(side / 2, side / 2) + along * 0.5
    painter.drawPolygon(QPolygonF([tip, tip - along + across, tip - along - across]))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def paint_straight(painter: QPainter, straight: Straight, color: QColor, width: float) -> None:
    """Straight arrows in one colour."""
    if not len(straight.targets):
        return
    low, high = straight.ends[:, :2], straight.ends[:, 2:]
    corner, size = np.minimum(low, high), np.abs(high - low)
    across = 0 if straight.way[0] == 0 else 1
    corner[:, across] -= width / 2
    size[:, across] = width
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, width % 1 != 0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRects([QRectF(*rect) for rect in np.concatenate([corner, size], 1).tolist()])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_tips(painter, straight.way, high[straight.heads].tolist(), color, 6.5 + width)


def _paint_tips(
    painter: QPainter, way: tuple[float, float], tips: list[list[float]], color: QColor, size: float
) -> None:
    ratio = painter.device().devicePixelRatio()
    picture = _head(way, color.rgba(), round(size * 2) / 2, ratio)
    half = picture.width() / ratio / 2
    left, top = half + way[0] * (half * 0.5 - 0.25), half + way[1] * (half * 0.5 - 0.25)
    draw = painter.drawPixmap
    for x, y in tips:
        draw(QPointF(x - left, y - top), picture)


def paint(
    painter: QPainter, copies: list[Copy], widths: list[float], color: QColor, width: float, dashed: bool
) -> None:
    """Many arrows in one colour: straight ones as thin rectangles, curves as one path."""
    if not copies:
        return
    half = width / 2
    rects = [
        QRectF(a.x() - half, min(a.y(), b.y()), width, abs(b.y() - a.y()))
        if a.x() == b.x()
        else QRectF(min(a.x(), b.x()), a.y() - half, abs(b.x() - a.x()), width)
        for a, b in (copy.line for copy in copies if copy.line is not None)
    ]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, width % 1 != 0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRects(rects)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    curves = [copy.path for copy in copies if copy.path is not None]
    if curves:
        pen = QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)
        if dashed:
            pen.setDashPattern([3.0, 2.6])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        for path in curves:
            painter.drawPath(path)
    paint_heads(painter, copies, widths, color, 6.5 + width)
