"""The cells of a row as one picture: colours of units and steps are looked up for all its pixels at once.

A thousand cells cost as much as ten: nothing is painted cell by cell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor, QImage

from gui.theme import theme

NAN, ZERO, BLANK = 256, 257, 258
"""Rows of the colour table beyond its 256 colours."""


def packed(color: QColor) -> int:
    """A colour as 0xffRRGGBB."""
    return 0xFF000000 | color.red() << 16 | color.green() << 8 | color.blue()


def table(diverging: bool) -> np.ndarray:
    """(259,) uint32 colours: those of the theme, then NaN, an exact 0 on a logarithmic scale, and not known."""
    rgb = (theme().diverging_table() if diverging else theme().sequential_table()).astype(np.uint32)
    colors = 0xFF000000 | rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2]
    none = theme().color("layer") if not theme().dark else theme().color("button")
    extra = [packed(theme().color("refused")), packed(theme().color("plot_grid")), packed(none)]
    return np.concatenate([colors, extra]).astype(np.uint32)


def signed_indices(values: np.ndarray, scale: float) -> np.ndarray:
    """Rows of the diverging table; ``scale`` is the value of full colour."""
    finite = np.isfinite(values)
    share = np.clip(np.where(finite, values, 0.0) / max(scale, 1e-12), -1.0, 1.0)
    found = np.rint((share + 1.0) * 127.5).astype(np.int16)
    found[~finite] = NAN
    return found


def share_indices(shares: np.ndarray) -> np.ndarray:
    """Rows of the sequential table of shares 0 to 1; -1 is an exact zero."""
    found = np.rint(np.clip(np.nan_to_num(shares), 0.0, 1.0) * 255).astype(np.int16)
    found[np.isnan(shares)] = NAN
    found[shares < 0] = ZERO
    return found


@dataclass(frozen=True, eq=False)
class Stretch:
    """The pixels of some neighbouring cells: which one each pixel column belongs to."""

    left: float
    """x of the first pixel in the view."""
    ratio: float
    """Device pixels per pixel."""
    cell: np.ndarray
    """(pixels,) number of the nearest cell, counted from the first of the row."""
    distance: np.ndarray
    """(pixels,) device pixels from the middle of that cell."""
    half: np.ndarray
    """(pixels,) half of its width."""

    @property
    def crowded(self) -> bool:
        """Whether several cells share a pixel."""
        return bool(len(self.cell) > 1 and (np.diff(self.cell) > 1).any())

    @property
    def apart(self) -> bool:
        """Whether there are gaps between cells."""
        return bool((self.distance > self.half + 0.5).any())


def stretch(lefts: np.ndarray, rights: np.ndarray, start: float, end: float, ratio: float) -> Stretch | None:
    """The pixels between ``start`` and ``end`` (x in the view) of cells with these ends; None where there are none."""
    start, end = max(start, float(lefts[0]) - 1), min(end, float(rights[-1]) + 1)
    count = int(np.ceil((end - start) * ratio))
    if count <= 0:
        return None
    start = np.floor(start * ratio) / ratio
    at = start + (np.arange(count + 1) + 0.5) / ratio
    middles = (lefts + rights) / 2
    borders = (rights[:-1] + lefts[1:]) / 2
    cell = np.searchsorted(borders, at)
    return Stretch(
        float(start), ratio, cell, np.abs(at - middles[cell]) * ratio, (rights - lefts)[cell] / 2 * ratio
    )  # fmt: skip


def picture(indices: np.ndarray, colors: np.ndarray, pixels: Stretch, height: float, signed: bool) -> QImage:
    """Colours of ``indices`` (units, steps) over the pixels of a stretch; ``signed`` where the middle one means 0."""
    rows = max(1, round(height * pixels.ratio))
    units = np.minimum(np.arange(rows) * len(indices) // rows, len(indices) - 1)
    if pixels.crowded:
        indices, at = _strongest(indices, pixels.cell, signed), np.arange(len(pixels.cell))
    else:
        at = pixels.cell
    tall = colors[indices[units]] if len(indices) > 1 else colors[indices]
    wide = np.ascontiguousarray(tall.take(np.minimum(at, indices.shape[1] - 1), axis=1))
    if len(indices) == 1:
        wide = np.ascontiguousarray(np.broadcast_to(wide, (rows, wide.shape[1])))
    image = QImage(wide.data, wide.shape[1], rows, wide.shape[1] * 4, QImage.Format.Format_RGB32).copy()
    image.setDevicePixelRatio(pixels.ratio)
    return image


def _strongest(indices: np.ndarray, cell: np.ndarray, signed: bool) -> np.ndarray:
    """One column per pixel: where several steps share a pixel the most extreme one is shown, and none is lost."""
    known = np.where(indices == ZERO, -1, np.where(indices == BLANK, -2, indices))
    starts = np.minimum(cell, indices.shape[1] - 1)
    high = np.maximum.reduceat(known, starts, axis=1)
    low = np.minimum.reduceat(known, starts, axis=1)
    high[:, -1] = low[:, -1] = known[:, starts[-1]]
    chosen = np.where(np.abs(low - 127.5) > np.abs(high - 127.5), low, high) if signed else high
    return np.where(chosen == -1, ZERO, np.where(chosen == -2, BLANK, chosen)).astype(np.int16)


def frames(pixels: Stretch, height: float, ground: QColor, edge: QColor) -> QImage | None:
    """What lies over the colours so that they look like cells: the ground between them, round corners, thin edges.

    A signed distance to the round rectangles gives smooth corners at every scale. None where cells touch.
    """
    if not pixels.apart:
        return None
    rows = max(1, round(height * pixels.ratio))
    radius = np.minimum(7.0 * pixels.ratio, np.minimum(pixels.half * 0.55, rows / 2)).astype(np.float32)
    across = (pixels.distance - pixels.half).astype(np.float32) + radius
    # Only the rows near the upper end have corners; those near the lower one are their mirror, those between are all alike.
    half = (rows + 1) // 2
    corner = min(half, math.ceil(float(radius.max())) + 1)
    down = radius - (np.arange(corner, dtype=np.float32)[:, None] + np.float32(0.5))
    outside = np.hypot(np.maximum(across, 0.0), np.maximum(down, 0.0))
    far = np.vstack([outside + np.minimum(np.maximum(across, down), 0.0), across[None]]) - radius
    far[:, pixels.half < 2.6 * pixels.ratio] = -9.0  # cells of a few pixels touch and have no edge
    cover = np.clip(far + 0.5, 0.0, 1.0)
    ring = np.clip(1.1 - np.abs(far + 0.6), 0.0, 1.0) * 0.55
    top = np.minimum(np.arange(half), corner)
    image = _picture_of(_blend(cover, ground, ring, edge)[np.concatenate([top, top[: rows - half][::-1]])])
    image.setDevicePixelRatio(pixels.ratio)
    return image


def _blend(cover: np.ndarray, ground: QColor, ring: np.ndarray, edge: QColor) -> np.ndarray:
    """Ground where there is ``cover``, the edge where there is a ``ring``; premultiplied, (rows, pixels) of 0xAARRGGBB."""
    ring = ring * (1.0 - cover)
    made = np.empty((*cover.shape, 4), dtype=np.uint8)
    pairs = ((ground.blue(), edge.blue()), (ground.green(), edge.green()), (ground.red(), edge.red()))
    for channel, (below, above) in enumerate(pairs):
        made[..., channel] = cover * below + ring * above
    made[..., 3] = (cover + ring) * 255.0
    return made.view(np.uint32)[..., 0]


def _picture_of(colors: np.ndarray) -> QImage:
    """(rows, pixels) of 0xAARRGGBB, premultiplied."""
    rows, columns = colors.shape
    return QImage(colors.data, columns, rows, columns * 4, QImage.Format.Format_ARGB32_Premultiplied).copy()


def reduced(values: np.ndarray, rows: int) -> np.ndarray:
    """At most ``rows`` rows of (units, steps): the value of largest magnitude stands for its neighbours."""
    if len(values) <= rows:
        return values
    edges = np.linspace(0, len(values), rows + 1).astype(int)[:-1]
    high, low = np.maximum.reduceat(values, edges), np.minimum.reduceat(values, edges)
    return np.where(np.abs(high) >= np.abs(low), high, low)
