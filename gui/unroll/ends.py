"""Paints what enters and what is asked: pictures revealed row by row, letters, curves, right and wrong answers."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPolygonF

from core.describe import number
from core.unroll import Row
from gui.canvas import look
from gui.text import tr
from gui.theme import theme
from gui.unroll import cells
from gui.unroll.layout import Layout
from gui.unroll.sample import Asked, Entering

TEXT_WIDTH = 9.0
"""Columns thinner than this show no letters."""
NUMBERED = 30.0
"""Height of a curve that leaves room for its numbers below."""
STUMP = 4
"""Letters of a word that must have room: less of it tells nothing."""
CENTRE = Qt.AlignmentFlag.AlignHCenter


def paint_input(painter: QPainter, layout: Layout, row: Row, given: Entering, ratio: float) -> None:
    """The values of an input below its cells."""
    band = layout.bands[row.index]
    box = QRectF(0, layout.y(band.bottom) + 5, layout.size.width(), band.data - 12)
    match given.look:
        case "letters":
            _letters(painter, layout, row, given.words, box, theme().color("text"))
        case "pixels":
            _pixels(painter, layout, row, given, box, ratio)
        case "curve":
            _curves(painter, layout, row, given, box, [theme().color(f"series{n + 1}") for n in range(3)])
        case _:
            _strip(painter, layout, row, given, box, ratio)


def paint_target(painter: QPainter, layout: Layout, row: Row, asked: Asked) -> None:
    """The target of an output above its cells, beside the answer."""
    band = layout.bands[row.index]
    box = QRectF(0, layout.y(band.top - band.target) + 4, layout.size.width(), band.target - 14)
    if asked.target.look == "curve" and row.steps is not None:
        said = asked.said
        _curves(painter, layout, row, asked.target, box, [theme().color("train")])
        if said is not None:
            _curves(painter, layout, row, said, box, [theme().color("validation")], dashed=True)
    elif row.steps is None:
        _answer(painter, layout.column_rect(row.first), box, asked)
    else:
        _answers(painter, layout, row, asked, box)
    shade(painter, layout, row, asked.counts, QRectF(box.left(), box.top() - 2, box.width(), box.height() + 4))


def shade(painter: QPainter, layout: Layout, row: Row, counts: np.ndarray, box: QRectF) -> None:
    """Hatching over the steps that the loss does not count."""
    if counts.all():
        return
    first, end = layout.visible()
    color = look.with_alpha(theme().color("muted"), 0.45)
    for start, stop in _runs(~counts):
        one, other = max(first, row.column(start)), min(end - 1, row.column(stop - 1))
        if one <= other:
            rect = QRectF(layout.x(layout.edges[one]), box.top(), 0, box.height())
            rect.setRight(layout.x(layout.edges[other + 1]))
            painter.fillRect(rect, look.with_alpha(theme().color("muted"), 0.07))
            painter.fillRect(rect, QBrush(color, Qt.BrushStyle.BDiagPattern))


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """Begin and end of each stretch of True."""
    padded = np.concatenate([[False], flags, [False]]).astype(int)
    change = np.flatnonzero(np.diff(padded))
    return [(int(a), int(b)) for a, b in zip(change[::2], change[1::2], strict=True)]


def _shown(layout: Layout, row: Row) -> list[tuple[int, int]]:
    """(step, column) of the row's copies in sight."""
    first, end = layout.visible()
    columns = row.columns
    return [(c - row.first, c) for c in range(max(first, columns.start), min(end, columns.stop))]


def _letters(painter: QPainter, layout: Layout, row: Row, words: tuple[str, ...], box: QRectF, ink: QColor) -> None:
    muted = theme().color("muted")
    for step, column in _shown(layout, row):
        width = layout.column_width(column)
        if width >= TEXT_WIDTH and step < len(words):
            size = min(19.0, max(8.0, width * 0.55), box.height())
            place = QRectF(layout.x(layout.edges[column]) - 20, box.top(), width + 40, min(30.0, box.height()))
            color = ink if step < row.valid else look.with_alpha(muted, 0.5)
            word = words[step]
            if len(word) > 2:
                place.adjust(21, 0, -21, 0)
                size = min(12.0, size)
                if look.text_width(word[:STUMP], size) > place.width():
                    continue
            look.draw_text(painter, place, word, size, color, bold=len(word) <= 2, align=CENTRE)


def _pixels(painter: QPainter, layout: Layout, row: Row, given: Entering, box: QRectF, ratio: float) -> None:
    """At wide columns the picture as far as it has been read, at thin ones the pixels of each step."""
    assert given.shape is not None
    gray = _gray(given.values, given.low, given.high)
    picture = np.resize(gray, given.shape)
    per_row = max(1, given.shape[1] // max(1, given.values.shape[1]))
    columns = _shown(layout, row)
    thin = [(step, column) for step, column in columns if layout.column_width(column) < 30]
    if thin:
        lefts, rights = layout.cell_ends()
        span = slice(row.first, row.first + len(gray))
        pixels = cells.stretch(lefts[span], rights[span], layout.x(layout.edges[thin[0][1]]),
                               layout.x(layout.edges[thin[-1][1] + 1]), ratio)  # fmt: skip
        if pixels is not None:
            table = np.array([0xFF000000 | v << 16 | v << 8 | v for v in range(256)], dtype=np.uint32)
            height = min(box.height(), 12.0 if gray.shape[1] == 1 else box.height())
            image = cells.picture(gray.T.astype(np.int16), table, pixels, height, signed=False)
            painter.drawImage(QPointF(pixels.left, round(box.top())), image)
    for step, column in columns:
        if layout.column_width(column) >= 30 and step < len(gray):
            _reveal(painter, layout, column, picture, step, per_row if row.steps else 0, box)


def _reveal(
    painter: QPainter, layout: Layout, column: int, picture: np.ndarray, step: int, per_row: int, box: QRectF
) -> None:
    rows, columns = picture.shape
    side = min(box.height(), layout.column_width(column) - 6)
    rect = QRectF(layout.column_rect(column).center().x() - side / 2, box.top(), side, side * rows / columns)
    shown = np.ascontiguousarray(picture)
    image = QImage(shown.data, columns, rows, columns, QImage.Format.Format_Grayscale8).copy()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(rect, image)
    if per_row:
        at = step // per_row
        line = rect.height() / rows
        ground = look.with_alpha(theme().color("canvas"), 0.82)
        painter.fillRect(QRectF(rect.left(), rect.top() + line * (at + 1), side, line * (rows - at - 1)), ground)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().color("accent"), 1.6))
        if per_row > 1:
            x = rect.left() + side / columns * (step % per_row)
            painter.drawRect(QRectF(x, rect.top() + line * at, side / columns, line).adjusted(-0.5, -0.5, 0.5, 0.5))
        else:
            painter.drawRect(QRectF(rect.left(), rect.top() + line * at, side, line).adjusted(-0.5, -0.5, 0.5, 0.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(look.hairline(look.with_alpha(theme().color("layer_edge"), 0.6)))
    painter.drawRect(rect)


def _gray(values: np.ndarray, low: float, high: float) -> np.ndarray:
    share = (values - low) / max(1e-9, high - low)
    return np.ascontiguousarray(np.clip(share * 255, 0, 255).astype(np.uint8))


def _strip(painter: QPainter, layout: Layout, row: Row, given: Entering, box: QRectF, ratio: float) -> None:
    lefts, rights = layout.cell_ends()
    span = slice(row.first, row.first + len(given.values))
    pixels = cells.stretch(lefts[span], rights[span], 0, layout.size.width(), ratio)
    if pixels is None:
        return
    middle = given.values.mean(0)
    spread = np.maximum(1e-9, np.abs(given.values - middle).max(0))
    colors = cells.table(diverging=True)
    indices = cells.signed_indices(((given.values - middle) / spread).T, 1.0)
    painter.drawImage(
        QPointF(pixels.left, round(box.top())), cells.picture(indices, colors, pixels, box.height() - 4, signed=True)
    )


def _curves(
    painter: QPainter, layout: Layout, row: Row, given: Entering, box: QRectF, inks: list[QColor], dashed: bool = False
) -> None:
    edges, below = layout.edges, 12 if box.height() >= NUMBERED else 4
    columns = np.arange(row.first, row.first + len(given.values))
    x = (edges[columns] + edges[columns + 1]) / 2
    x = np.array([layout.x(v) for v in x])
    near = (x > -200) & (x < layout.size.width() + 200)
    for curve, values in enumerate(given.values.T[:3]):
        span = max(1e-9, given.high - given.low)
        y = box.bottom() - below - (values - given.low) / span * (box.height() - below - 4)
        ink = inks[curve % len(inks)]
        points = [QPointF(a, b) for a, b in zip(x[near].tolist(), y[near].tolist(), strict=True)]
        many = len(points) > 400
        pen = QPen(ink, 1.0 if many else 1.6)
        if dashed:
            pen.setDashPattern([3.0, 2.0])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not many)  # smooth long curves take most of a frame
        painter.drawPolyline(QPolygonF(points))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(ink)
        painter.setPen(Qt.PenStyle.NoPen)
        if layout.pitch >= 16 or len(points) == 1:
            for point in points:
                painter.drawEllipse(point, 2.6, 2.6)
    for step, column in _shown(layout, row):
        if (
            below > 4
            and layout.column_width(column) >= 54
            and step < len(given.values)
            and given.values.shape[1] == 1
            and not dashed
        ):
            text = number(float(given.values[step, 0]), 4)
            width = layout.column_width(column)
            place = QRectF(layout.x(edges[column]), float(box.bottom()) - 6, width, 12)
            look.draw_text(painter, place, text, 9.5, theme().color("muted"), align=CENTRE)


def _answer(painter: QPainter, column: QRectF, box: QRectF, asked: Asked) -> None:
    """The one answer of a network that answers once."""
    width = max(column.width() + 30.0, 128.0)
    place = QRectF(column.center().x() - width / 2, box.top(), width, box.height())
    upper, lower = QRectF(place), QRectF(place)
    upper.setHeight(place.height() / 2)
    lower.setTop(upper.bottom())
    text, muted = theme().color("text"), theme().color("muted")
    target = tr("target {value}", value=asked.target.text(0))
    look.draw_text(painter, upper, target, 12.5, text, bold=True, align=CENTRE)
    if asked.said is None:
        return
    if asked.right is None:
        look.draw_text(painter, lower, tr("answer {value}", value=asked.said.text(0)), 11.5, muted, align=CENTRE)
        return
    good = bool(asked.right[0])
    share = _share(asked.said.values[0])
    words = tr("answer {value}", value=asked.said.text(0)) + (f" ✓ {share}" if good else f" ✗ {share}")
    look.draw_text(
        painter, lower, words, 11.5, theme().color("allowed" if good else "refused"), bold=True, align=CENTRE
    )


def _share(row: np.ndarray) -> str:
    """The share of the answered class, where the row is shares."""
    if len(row) < 2 or not np.isfinite(row).all() or abs(float(row.sum()) - 1) > 1e-3 or row.min() < 0:
        return ""
    return f"{float(row.max()):.0%}"


def _answers(painter: QPainter, layout: Layout, row: Row, asked: Asked, box: QRectF) -> None:
    """Class and answer of every step: the target above, a mark of right or wrong below."""
    upper, lower = QRectF(box), QRectF(box)
    upper.setHeight(box.height() * 0.56)
    lower.setTop(upper.bottom())
    _letters(painter, layout, row, asked.target.words, upper, theme().color("text"))
    if asked.said is None or asked.right is None:
        return
    good, bad = theme().color("allowed"), theme().color("refused")
    for step, column in _shown(layout, row):
        if not asked.counts[step]:
            continue
        width = layout.column_width(column)
        rect = QRectF(layout.x(layout.edges[column]), lower.top(), width, lower.height())
        ink = good if asked.right[step] else bad
        if width >= 34:
            words = asked.said.words[step] + (" ✓" if asked.right[step] else " ✗")
            look.draw_text(painter, rect, words, 10.5, ink, bold=True, align=CENTRE)
        else:
            painter.fillRect(rect.adjusted(width * 0.14, 4, -width * 0.14, -rect.height() + 9), ink)
