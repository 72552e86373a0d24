"""Where everything is inside an expanded card: neurons, what was said a step ago, weight pictures. Pure geometry.

Coordinates are those of the card, whose centre is (0, 0).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from gui.canvas.look import CARD_WIDTH, HEADER, PADDING
from gui.canvas.matrices import Matrix

LINE_LIMIT = 1000
"""Above so many connections a matrix is drawn as a picture."""
PAST_LINE_LIMIT = 144
"""The same for what reads the past, whose lines run inside one card."""
PICTURE = 118.0
BLOCK_LABEL = 17.0
BLOCK_ROOM = 64.0
"""Least width of a block, so that its title can be read."""
FOOTER = 22.0
GAP = 12.0


@dataclass(frozen=True)
class Block:
    """A matrix shown inside the card of the layer that reads with it."""

    matrix: Matrix
    rect: QRectF
    """Around picture or past units, without its label."""
    past: np.ndarray | None
    """(columns, 2) places of the units as they were ``delay`` steps ago; None where a picture is drawn."""


@dataclass(frozen=True)
class Expansion:
    """Places inside an expanded card."""

    rect: QRectF
    neurons: np.ndarray
    """(units, 2)"""
    radius: float
    blocks: tuple[Block, ...]

    def neuron_at(self, pos: QPointF) -> int | None:
        """Number of the neuron under a point."""
        if not len(self.neurons):
            return None
        distance = np.hypot(self.neurons[:, 0] - pos.x(), self.neurons[:, 1] - pos.y())
        nearest = int(distance.argmin())
        return nearest if distance[nearest] <= self.radius + 1.5 else None


def _spacing(units: int, in_line: bool) -> tuple[float, float, int]:
    """Distance, radius and number of columns for so many neurons; ``in_line`` where lines lead to each of them."""
    for limit, distance, radius in ((8, 30.0, 11.5), (12, 25.0, 9.5)):
        if units <= limit:
            return distance, radius, 1
    if in_line and units <= 36:
        distance, radius = (18.0, 7.2) if units <= 18 else (11.6, 4.6)
        return distance, radius, 1
    distance, radius = (
        (19.0, 7.2) if units <= 36 else (13.0, 5.0) if units <= 144 else (9.0, 3.6) if units <= 600 else (5.0, 2.0)
    )
    return distance, radius, math.ceil(units / _rows(units, 1.6 if in_line else 0.75))


def _rows(units: int, tall: float) -> int:
    """Rows of a grid about ``tall`` times as high as wide, with as few empty places as can be."""
    wanted = max(2.0, math.sqrt(units) * tall)
    choices = range(max(2, math.floor(wanted * 0.75)), math.ceil(wanted * 1.3) + 1)
    return min(choices, key=lambda rows: (math.ceil(units / rows) * rows - units, abs(rows - wanted)))


def _places(units: int, in_line: bool) -> tuple[np.ndarray, float]:
    """Neurons in columns around (0, 0), numbered from top to bottom."""
    distance, radius, columns = _spacing(units, in_line)
    rows = math.ceil(units / columns)
    number = np.arange(units)
    x = (number // rows - (columns - 1) / 2) * distance
    y = (number % rows - (rows - 1) / 2) * distance
    return np.stack([x, y], axis=1).reshape(units, 2), radius


def picture_size(rows: int, columns: int) -> tuple[float, float]:
    """Width and height of a weight picture; long ones are squeezed until they can still be pointed at."""
    cell = min(14.0, PICTURE / max(rows, columns))
    width, height = max(columns * cell, 26.0), max(rows * cell, 26.0)
    return width, height


def in_card(matrix: Matrix, source_expanded: bool) -> bool:
    """True where a matrix is shown inside its target's card, not as lines between two cards."""
    return (
        not source_expanded or matrix.delay > 0 or matrix.link is None or not matrix.plain or matrix.size > LINE_LIMIT
    )


def _past_size(columns: int) -> tuple[float, float]:
    return 44.0, columns * 13.0 + 4.0


def _block_size(matrix: Matrix) -> tuple[float, float]:
    return _past_size(matrix.columns) if _as_lines(matrix) else picture_size(*matrix.shape)


def _as_lines(matrix: Matrix) -> bool:
    return matrix.plain and matrix.delay > 0 and matrix.size <= PAST_LINE_LIMIT


def arrange(units: int, matrices: Sequence[Matrix], joined: bool = False) -> Expansion:
    """The inside of a card with ``units`` neurons that shows ``matrices``: blocks on top, neurons below.

    ``joined``: lines from or to other cards end at the neurons.
    """
    places, radius = _places(units, joined or any(_as_lines(matrix) for matrix in matrices))
    spread = (places.max(axis=0) - places.min(axis=0) if units else np.zeros(2)) + 2 * radius
    sizes = [_block_size(matrix) for matrix in matrices]
    blocks_width = sum(max(w, BLOCK_ROOM) for w, _ in sizes) + GAP * max(0, len(sizes) - 1)
    blocks_height = max((h for _, h in sizes), default=0.0)
    top_part = blocks_height + BLOCK_LABEL + GAP if sizes else 0.0
    slanted = any(_as_lines(matrix) for matrix in matrices)
    beside = spread[0] + 46.0 if slanted else 0.0
    width = max(CARD_WIDTH, spread[0] + 2 * PADDING + 12, blocks_width + beside + 2 * PADDING)
    height = HEADER + 6 + top_part + spread[1] + FOOTER + 8
    rect = QRectF(-width / 2, -height / 2, width, height)
    x = rect.right() - PADDING - 12 - spread[0] / 2 if slanted else 0.0
    centre = QPointF(x, rect.bottom() - FOOTER - 6 - spread[1] / 2)
    blocks = _blocks(matrices, sizes, rect.left() + PADDING if slanted else -blocks_width / 2,
                     rect.top() + HEADER + 4 + BLOCK_LABEL)  # fmt: skip
    return Expansion(rect, places + np.array([centre.x(), centre.y()]), radius, blocks)


def _blocks(
    matrices: Sequence[Matrix], sizes: Sequence[tuple[float, float]], left: float, top: float
) -> tuple[Block, ...]:
    made = []
    for matrix, (width, height) in zip(matrices, sizes, strict=True):
        room = max(width, BLOCK_ROOM)
        rect = QRectF(left + (room - width) / 2, top, width, height)
        made.append(Block(matrix, rect, _past_places(rect, matrix.columns) if _as_lines(matrix) else None))
        left += room + GAP
    return tuple(made)


def _past_places(rect: QRectF, columns: int) -> np.ndarray:
    y = rect.top() + 8.0 + 13.0 * np.arange(columns)
    return np.stack([np.full(columns, rect.center().x()), y], axis=1)
