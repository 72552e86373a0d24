"""What a data set is about, at a glance: one sample, and what is asked about it. For the pictures of the gallery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from core.data.dataset import Dataset, Field
from core.data.looking import part_to_show
from gui.canvas import look
from gui.samples.values import as_text, codes_of, named, number, raw, symbols, target_words, tells_symbols
from gui.text import tr_core
from gui.theme import theme

_WIDE, _MOST_WORDS, _ARROW = 84.0, 90.0, 30.0
_MOST_CURVES = 3
_CENTRE = Qt.AlignmentFlag.AlignHCenter


@dataclass(frozen=True, eq=False)
class Side:
    """What is read, or what is asked."""

    kind: str
    """"picture" (rows, columns) of ink from 0 to 1, "curve" (steps, features), "strip" (features, steps) from -1 to 1,
    "points" (points, 2), or "words"."""
    values: np.ndarray = field(default_factory=lambda: np.zeros(0))
    words: str = ""
    classes: np.ndarray = field(default_factory=lambda: np.zeros(0))
    """(points,) 0 or 1."""


@dataclass(frozen=True)
class Glimpse:
    """A sample; it keeps nothing of its data set."""

    given: Side
    asked: Side

    def paint(self, painter: QPainter, rect: QRectF) -> None:
        """Both sides with an arrow between them, in the middle of ``rect``."""
        sides = (self.given, self.asked)
        widths = [_width(side, rect.height()) for side in sides]
        left = rect.center().x() - (sum(widths) + _ARROW) / 2
        for side, width, start in zip(sides, widths, (left, left + widths[0] + _ARROW), strict=True):
            _PAINT[side.kind](painter, QRectF(start, rect.top(), width, rect.height()), side)
        begin, end, y = left + widths[0] + 8, left + widths[0] + _ARROW - 8, rect.center().y()
        painter.setPen(QPen(theme().color("muted"), 1.4))
        painter.drawPolyline([QPointF(begin, y), QPointF(end, y)])
        painter.drawPolyline([QPointF(end - 4, y - 3.5), QPointF(end, y), QPointF(end - 4, y + 3.5)])


def glimpse(data: Dataset) -> Glimpse:
    """The first sample of the validation part, which is shown first everywhere."""
    sample = int(data.samples(part_to_show(data))[0])
    return Glimpse(_given(data, sample), _asked(data, sample))


def _given(data: Dataset, sample: int) -> Side:
    name, main = next(iter(data.inputs.items()))
    picture = _picture(data, main, sample)
    if picture is not None:
        return picture
    if data.view == "plane" and main.features == 2:
        return Side("points", np.asarray(main.values[:, :2], float), classes=data.target.values[:, 0].astype(int))
    if main.sequence and symbols(main) and (main.codes or _flags(main, sample)):
        return Side("words", words=as_text(main, codes_of(data, name, sample)))
    if not main.sequence and main.names and _flags(main, sample):
        return Side("words", words=named(main, int(np.argmax(main.values[sample]))))
    return _numbers(main, sample)


def _asked(data: Dataset, sample: int) -> Side:
    target = data.target
    picture = _picture(data, target, sample)
    if picture is not None:
        return picture
    if not target.sequence and (target.codes or target.features == 1):
        value = raw(target, sample)
        words = target_words(data, sample) if target.codes else number(float(f"{value[0]:.3g}"), target.unit)
        return Side("words", words=words)
    if tells_symbols(data):
        return Side("words", words=target_words(data, sample))
    if target.codes:
        codes = codes_of(data, "target", sample)
        names = [tr_core(name) for name in target.classes]
        if max(map(len, names)) == 1:
            return Side("words", words=as_text(target, codes))
        return Side("strip", np.array([codes], float) / max(1, len(names) - 1) * 2 - 1)
    return _numbers(target, sample)


def _picture(data: Dataset, one: Field, sample: int) -> Side | None:
    shape, own = data.image_shape, raw(one, sample)
    if own.ndim == 2 and own.shape[0] == own.shape[1] and one.values.min() >= 0:
        shape = own.shape  # a picture that is told row by row
    if shape is None or own.size != shape[0] * shape[1]:
        return None
    ink = own.reshape(shape)
    return Side("picture", np.clip(ink / (ink.max() or 1.0), 0.0, 1.0))


def _flags(one: Field, sample: int) -> bool:
    values = np.asarray(one.values[sample])
    return one.features > 1 and bool(np.isin(values, (0.0, 1.0)).all() and (values.sum(-1) <= 1).all())


def _numbers(one: Field, sample: int) -> Side:
    values = np.atleast_2d(np.asarray(one.values[sample], float))
    if one.sequence and values.shape[1] <= _MOST_CURVES:
        return Side("curve", values)
    reach = float(np.abs(values).max()) or 1.0
    return Side("strip", values.T / reach if one.sequence else values / reach)


def _width(side: Side, height: float) -> float:
    if side.kind == "words":
        return min(_MOST_WORDS, look.text_width(side.words, 12) + 16)
    if side.kind == "picture":
        return height * side.values.shape[1] / side.values.shape[0]
    return height * 1.3 if side.kind == "points" else _WIDE


def _paint_words(painter: QPainter, rect: QRectF, side: Side) -> None:
    chip = QRectF(rect.left(), rect.center().y() - 12, rect.width(), 24)
    painter.setPen(look.hairline(theme().color("mid")))
    painter.setBrush(theme().color("layer"))
    painter.drawRoundedRect(chip, 6, 6)
    look.draw_text(painter, chip.adjusted(7, 0, -7, 0), side.words, 12, theme().color("text"), align=_CENTRE)


def _paint_picture(painter: QPainter, rect: QRectF, side: Side) -> None:
    paper = np.ascontiguousarray(np.rint(250 - 235 * side.values).astype(np.uint8))
    rows, columns = paper.shape
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(rect, QImage(paper.data, columns, rows, columns, QImage.Format.Format_Grayscale8))


def _paint_curve(painter: QPainter, rect: QRectF, side: Side) -> None:
    low, high = side.values.min(0), side.values.max(0)
    shares = (side.values - low) / np.where(high > low, high - low, 1.0)
    across = rect.width() / max(1, len(shares) - 1)
    for feature in range(shares.shape[1]):
        places = [
            QPointF(rect.left() + step * across, rect.bottom() - 4 - (rect.height() - 8) * float(share))
            for step, share in enumerate(shares[:, feature])
        ]
        painter.setPen(QPen(theme().color(f"series{feature + 1}"), 1.5))
        painter.drawPolyline(QPolygonF(places))


def _paint_strip(painter: QPainter, rect: QRectF, side: Side) -> None:
    high = min(rect.height(), 11.0 * side.values.shape[0])
    place = QRectF(rect.left(), rect.center().y() - high / 2, rect.width(), high)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(place, look.signed_image(side.values, 1.0))


def _paint_points(painter: QPainter, rect: QRectF, side: Side) -> None:
    reach = float(np.abs(side.values).max()) or 1.0
    scale = (rect.height() / 2 - 1.5) / reach
    colors: tuple[QColor, QColor] = (theme().color("negative"), theme().color("positive"))
    painter.setPen(Qt.PenStyle.NoPen)
    for (x, y), kind in zip(side.values, side.classes, strict=True):
        painter.setBrush(colors[min(1, int(kind))])
        painter.drawEllipse(QPointF(rect.center().x() + x * scale, rect.center().y() - y * scale), 1.1, 1.1)


_PAINT: dict[str, Callable[[QPainter, QRectF, Side], None]] = {
    "words": _paint_words,
    "picture": _paint_picture,
    "curve": _paint_curve,
    "strip": _paint_strip,
    "points": _paint_points,
}
