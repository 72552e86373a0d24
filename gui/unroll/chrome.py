"""What stands around the cells: step numbers above, names at the left, the overview below, the colours' legend."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from core.describe import number
from core.network import Network
from core.unroll import Unrolled
from gui.canvas import look
from gui.canvas.card import subtitle
from gui.canvas.link_item import delay_sign
from gui.icons import layer_icon
from gui.text import tr
from gui.theme import theme
from gui.unroll.layout import BAR, FOOTER, HEADER, Layout
from gui.unroll.numbers import FACTOR, LogScale, Numbers, Part

CENTRE = Qt.AlignmentFlag.AlignHCenter
RIGHT = Qt.AlignmentFlag.AlignRight
OVERVIEW_ROOM = 9.0
LEGEND_ROOM = 216.0
"""Width at the right end of the overview that is left to the legend."""


def header(painter: QPainter, layout: Layout, selected: int | None, hovered: int | None) -> None:
    """Step numbers: all of them where there is room, round ones where there is not."""
    width = layout.size.width()
    painter.fillRect(QRectF(0, 0, width, HEADER), look.mixed(theme().color("canvas"), theme().color("window"), 0.55))
    painter.setPen(look.hairline(theme().color("midlight")))
    painter.drawLine(QPointF(0, HEADER - 0.5), QPointF(width, HEADER - 0.5))
    painter.save()
    painter.setClipRect(QRectF(layout.gutter, 0, width - layout.gutter, HEADER))
    first, end = layout.visible()
    columns = layout.unrolled.columns
    wanted = [c for c in (selected, hovered) if c is not None and first <= c < end]
    rest = [c for c in range(first, end) if _labelled(layout, c)]
    spans: list[tuple[float, float]] = []
    for column in [*wanted, *rest]:
        text = _column_text(columns[column].kind, columns[column].step, layout.column_width(column))
        bold = column == selected
        size = 12.0 if layout.column_width(column) >= 30 or bold else 10.5
        room = look.text_width(text, size, bold) + 10
        middle = layout.column_rect(column).center().x()
        one, other = middle - room / 2, middle + room / 2
        if any(one < b and a < other for a, b in spans):
            continue
        spans.append((one, other))
        ink = theme().color("selection" if bold else "text" if column == hovered else "muted")
        if bold:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.with_alpha(ink, 0.16))
            painter.drawRoundedRect(QRectF(one - 2, 9, room + 4, 22), 11, 11)
        look.draw_text(painter, QRectF(one - 4, 0, room + 8, HEADER), text, size, ink, bold=bold, align=CENTRE)
    painter.restore()
    look.draw_text(painter, QRectF(14, 0, layout.gutter - 20, HEADER), _span(layout), 11.5, theme().color("muted"))


def _span(layout: Layout) -> str:
    """How many steps there are, and which are in sight."""
    steps = layout.unrolled.steps
    if not steps:
        return tr("No time steps")
    if layout.sees_all():
        return tr("T = {steps} time steps", steps=steps) if steps > 1 else tr("1 time step")
    return tr("t = {first} to {last} of {all}", **_range(layout))


def _labelled(layout: Layout, column: int) -> bool:
    """Whether the number of a column is one of those that are written where there is little room."""
    width = layout.column_width(column)
    kind, step = layout.unrolled.columns[column].kind, layout.unrolled.columns[column].step
    if kind != "step":
        return width >= 40
    if width >= 26:
        return True
    every = _round_up(40.0 / max(width, 0.05))
    return step == 0 or (step + 1) % every == 0


def _round_up(number: float) -> int:
    """The next one of 1, 2, 5, 10, 20, 50 ..."""
    power = 10 ** math.floor(math.log10(max(1.0, number)))
    return int(next((m * power for m in (1, 2, 5) if m * power >= number), 10 * power))


def _column_text(kind: str, step: int, width: float) -> str:
    if kind == "initial":
        return tr("start")
    if kind == "static":
        return tr("once")
    return f"t = {step + 1}" if width >= 46 or step == 0 else str(step + 1)


def gutter(painter: QPainter, layout: Layout, network: Network, marked: frozenset[str], lit: frozenset[str]) -> None:
    """Name and kind of each row, with the sign of its memory."""
    ground = look.mixed(theme().color("canvas"), theme().color("window"), 0.55)
    painter.fillRect(QRectF(0, HEADER, layout.gutter, layout.size.height() - HEADER), ground)
    painter.setPen(look.hairline(theme().color("midlight")))
    painter.drawLine(QPointF(layout.gutter - 0.5, HEADER), QPointF(layout.gutter - 0.5, layout.size.height()))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for row in layout.unrolled.rows:
        layer = network.layers.get(row.layer)
        if layer is None:
            continue
        band = layout.bands[row.index]
        card = name_rect(layout, row.index)
        selected, shining = row.layer in marked, row.layer in lit
        edge = theme().color("selection" if selected else "warning" if shining else "layer_edge")
        if selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.with_alpha(edge, 0.16))
            painter.drawRoundedRect(card.adjusted(-3, -3, 3, 3), 11, 11)
        painter.setPen(QPen(edge if selected or shining else look.with_alpha(edge, 0.45),
                            2.0 if selected or shining else 1.0))  # fmt: skip
        painter.setBrush(theme().color("layer"))
        painter.drawRoundedRect(card, 8, 8)
        _name(painter, card, network, row.layer, band.height)
        signs = _signs(layout.unrolled, row.layer)
        if signs and card.height() >= 30:
            _badges(painter, card, signs)


def name_rect(layout: Layout, row: int) -> QRectF:
    """The card with the name of a row."""
    band = layout.bands[row]
    height = min(46.0, max(17.0, band.height))
    return QRectF(10, layout.y(band.middle) - height / 2, layout.gutter - 24, height)


def _name(painter: QPainter, card: QRectF, network: Network, key: str, height: float) -> None:
    from core.catalogue.layers import layer_spec

    layer = network.layers[key]
    family = look.family_color(layer_spec(layer.kind).family)
    small = card.height() < 34
    side = 15.0 if small else 26.0
    tile = QRectF(card.left() + 6, card.center().y() - side / 2, side, side)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.mixed(theme().color("layer"), family, 0.2))
    painter.drawRoundedRect(tile, 6, 6)
    inset = 2 if small else 4
    layer_icon(layer.kind).paint(painter, tile.adjusted(inset, inset, -inset, -inset).toRect())
    text = QRectF(tile.right() + 7, card.top(), card.right() - tile.right() - 12, card.height())
    if small:
        look.draw_text(painter, text, layer.name, 11, theme().color("text"), bold=True)
        return
    upper, lower = QRectF(text), QRectF(text)
    upper.setBottom(card.center().y() + 2)
    lower.setTop(card.center().y())
    look.draw_text(painter, upper.adjusted(0, 3, 0, 0), layer.name, 12.5, theme().color("text"), bold=True)
    look.draw_text(painter, lower.adjusted(0, 0, 0, -3), subtitle(layer), 10, theme().color("muted"))


def _signs(unrolled: Unrolled, key: str) -> list[str]:
    """The delays that a layer reads, as signs."""
    found = [tie for tie in unrolled.ties if tie.target.layer == key and tie.kind in ("recurrent", "memory", "reverse")]
    return list(dict.fromkeys("z⁺¹" if tie.kind == "reverse" else delay_sign(tie.delay) for tie in found))[:2]


def _badges(painter: QPainter, card: QRectF, signs: list[str]) -> None:
    color = theme().color("recurrent")
    right = card.right() + 6
    for sign in reversed(signs):
        width = look.text_width(sign, 10, bold=True) + 10
        rect = QRectF(right - width, card.top() - 8, width, 16)
        painter.setPen(QPen(color, 1.2))
        painter.setBrush(look.mixed(theme().color("canvas"), color, 0.12))
        painter.drawRoundedRect(rect, 8, 8)
        look.draw_text(painter, rect, sign, 10, color, bold=True, align=CENTRE)
        right -= width + 3


def overview_rect(layout: Layout) -> QRectF:
    """Where the whole is shown small."""
    return QRectF(BAR + 8, layout.size.height() - FOOTER + OVERVIEW_ROOM,
                  max(60.0, layout.size.width() - BAR - 16 - LEGEND_ROOM), FOOTER - 2 * OVERVIEW_ROOM)  # fmt: skip


def overview(painter: QPainter, layout: Layout, picture: QImage | None, words: str) -> None:
    """All columns as a strip with the window that is in sight; where all are, what the picture says in words."""
    top = layout.size.height() - FOOTER
    ground = look.mixed(theme().color("canvas"), theme().color("window"), 0.55)
    painter.fillRect(QRectF(0, top, layout.size.width(), FOOTER), ground)
    painter.setPen(look.hairline(theme().color("midlight")))
    painter.drawLine(QPointF(0, top + 0.5), QPointF(layout.size.width(), top + 0.5))
    if layout.sees_all() or picture is None:
        box = QRectF(BAR + 12, top, layout.size.width() - BAR - 24 - LEGEND_ROOM, FOOTER)
        look.draw_text(painter, box, words, 11.5, theme().color("muted"))
        return
    rect = overview_rect(layout)
    painter.drawImage(rect, picture)
    share = rect.width() / layout.width
    window = QRectF(rect.left() + layout.offset.x() * share, rect.top(), layout.room_width() * share, rect.height())
    veil = look.with_alpha(ground, 0.6)
    painter.fillRect(QRectF(rect.left(), rect.top(), window.left() - rect.left(), rect.height()), veil)
    painter.fillRect(QRectF(window.right(), rect.top(), rect.right() - window.right(), rect.height()), veil)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme().color("selection"), 2))
    painter.drawRoundedRect(window.adjusted(0, -2, 0, 2), 4, 4)


def _range(layout: Layout) -> dict[str, int]:
    first, end = layout.visible()
    steps = [c.step + 1 for c in layout.unrolled.columns[first:end] if c.kind == "step"]
    return {"first": min(steps, default=1), "last": max(steps, default=1), "all": layout.unrolled.steps}


def legend(painter: QPainter, box: QRectF, scale: LogScale | None, part: Part, reaches: set[float]) -> None:
    """What the colours mean."""
    table = theme().sequential_table() if scale else theme().diverging_table()
    strip = QRectF(box.left(), box.top() + 15, box.width(), 7)
    line = np.ascontiguousarray(table.astype(np.uint8)[None])
    painter.drawImage(strip, QImage(line.data, 256, 1, 768, QImage.Format.Format_RGB888).copy())
    painter.setPen(look.hairline(theme().color("mid")))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(strip)
    muted = theme().color("muted")
    if scale is None:
        reach = max(reaches, default=1.0)
        ends, title = (f"−{reach:.3g}", f"{reach:.3g}"), tr("activation")
        if len(reaches) > 1:
            ends, title = ("−", "+"), tr("activation, each row to its largest")
    else:
        ends = f"10{_power(scale.low)}", f"10{_power(scale.high)}"
        title = {"total": "|dL/dh|", "direct": tr("|dL/dh| direct"), "through": tr("|dL/dh| through time")}[part]
    top = QRectF(box.left() - 4, box.top(), box.width() + 8, 14)
    look.draw_text(painter, top, ends[0], 9.5, muted)
    look.draw_text(painter, top, title, 10, theme().color("text"), bold=True, align=CENTRE)
    look.draw_text(painter, top, ends[1], 9.5, muted, align=RIGHT)


def difference_legend(painter: QPainter, box: QRectF, gradient: bool) -> None:
    """What the colours of a difference mean."""
    strip = QRectF(box.left(), box.top() + 15, box.width(), 7)
    line = np.ascontiguousarray(theme().diverging_table().astype(np.uint8)[None])
    painter.drawImage(strip, QImage(line.data, 256, 1, 768, QImage.Format.Format_RGB888).copy())
    painter.setPen(look.hairline(theme().color("mid")))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(strip)
    top = QRectF(box.left() - 4, box.top(), box.width() + 8, 14)
    low, high = (f"÷ {FACTOR:.0f}", f"× {FACTOR:.0f}") if gradient else ("−", "+")
    title = tr("|dL/dh| became") if gradient else tr("change of h, by row")
    look.draw_text(painter, top, low, 9.5, theme().color("muted"))
    look.draw_text(painter, top, title, 10, theme().color("text"), bold=True, align=CENTRE)
    look.draw_text(painter, top, high, 9.5, theme().color("muted"), align=RIGHT)


_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _power(exponent: int) -> str:
    return str(exponent).translate(_SUPERSCRIPT)


def initial_state(painter: QPainter, centre: QPointF, radius: float, start: str, fill: QColor) -> None:
    """The state before the first step: a circle, dashed where it is handed over."""
    pen = QPen(theme().color("recurrent"), 1.6)
    if start == "handed":
        pen.setDashPattern([2.2, 1.8])
    painter.setPen(pen)
    painter.setBrush(fill)
    painter.drawEllipse(centre, radius, radius)
    sign = {"zeros": "0", "learned": "h₀", "handed": "h₀"}[start]
    box = QRectF(centre.x() - 14, centre.y() - 9, 28, 18)
    look.draw_text(painter, box, sign, 10.5, theme().color("recurrent"), bold=True, align=CENTRE)


def numbers_line(numbers: Numbers) -> str:
    """What the picture shows, for the line below it."""
    if not numbers.known:
        return ""
    part = {"train": tr("training"), "validation": tr("validation"), "test": tr("test")}.get(numbers.part, numbers.part)
    return tr("Sample {sample} of the {part} data, loss {loss}.", sample=numbers.sample, part=part,
              loss=number(numbers.loss, 4))  # fmt: skip
