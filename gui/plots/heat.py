"""Heat-maps: numbers become colours by one mapping, which the colour bar beside it shows with its labels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFontMetrics,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QTransform,
)
from PySide6.QtWidgets import QGraphicsPathItem, QSizePolicy, QWidget

from core.decimate import blocks, drawable
from gui.plots.chart import TEXT_SIZE, Chart, Title
from gui.plots.scales import Linear, Log, Scale
from gui.theme import theme

_ZERO, _NAN, _INFINITE = 256, 257, 258


@dataclass(frozen=True)
class Shade:
    """From numbers to colours: ``low`` to ``high`` over a table of 256, and three colours for what has no place there."""

    scale: Scale
    low: float
    """Place (see Scale) of the first colour."""
    high: float
    diverging: bool = False
    """Orange over grey to blue instead of viridis."""
    zeros: bool = False
    """True gives 0 a colour of its own, for a logarithmic scale."""
    gaps: bool = False
    """True where NaN or infinity occurs, which the colour bar then names."""

    def table(self) -> np.ndarray:
        """(259, 3) uint8: the colours in force, then those for 0, NaN and infinity."""
        own = theme().diverging_table() if self.diverging else theme().sequential_table()
        extra = [theme().color("plot_background"), theme().color("refused"), theme().color("warning")]
        return np.vstack([own, [[c.red(), c.green(), c.blue()] for c in extra]]).astype(np.uint8)

    def indices(self, values: np.ndarray) -> np.ndarray:
        """Row of ``table`` for each value; what is beyond the range takes the colour of its end."""
        places = self.scale.place(values)
        width = self.high - self.low
        relative = (places - self.low) / width if width > 0 else np.full(np.shape(places), 0.5)
        index = np.clip(np.nan_to_num(relative, nan=0.0) * 256, 0, 255).astype(np.int16)
        index[~drawable(values)] = _INFINITE
        index[np.isnan(values)] = _NAN
        if self.zeros:
            index[values == 0] = _ZERO
        return index

    def colors(self, values: np.ndarray) -> np.ndarray:
        """(rows, columns, 3) uint8."""
        return self.table()[self.indices(values)]


def log_shade(values: np.ndarray, fixed: tuple[int, int] | None = None) -> Shade:
    """Logarithmic colours over whole decades: ``fixed`` powers of ten, or those of the positive values.

    At most the upper 12 decades are told apart unless the range is fixed: below, 1e-40 and 1e-20 look alike.
    """
    good = values[(values > 0) & drawable(values)]
    low, high = fixed or (-6, 0)
    if fixed is None and len(good):
        high = math.ceil(math.log10(float(good.max())) - 1e-9)
        low = min(high - 1, max(high - 12, math.floor(math.log10(float(good.min())) + 1e-9)))
    gaps = bool((~np.isfinite(values)).any())
    return Shade(Log(), float(low), float(high), zeros=True, gaps=gaps)


def sign_shade(values: np.ndarray) -> Shade:
    """Orange and blue, equally far from 0: to 1 where all values fit, else to the largest one."""
    good = np.abs(values[drawable(values)])
    largest = float(good.max()) if len(good) else 1.0
    reach = 1.0 if 0.2 < largest <= 1.0 or largest == 0.0 else largest
    scale = Linear.around(reach)
    end = float(scale.place(np.array(reach)))
    return Shade(scale, -end, end, diverging=True, gaps=bool((~np.isfinite(values)).any()))


def share_shade(values: np.ndarray) -> Shade:
    """Shares of a whole, from 0 to 1."""
    scale = Linear()
    low, high = (float(scale.place(np.array(end))) for end in (0.0, 1.0))
    return Shade(scale, low, high, gaps=bool((~np.isfinite(values)).any()))


class HeatMap(Chart):
    """A matrix as a picture: column j begins at place ``x_start`` + j, row i at ``y_start`` + i."""

    def __init__(self, name: str, x_title: Title, y_title: Title, parent: QWidget | None = None) -> None:
        super().__init__(name, x_title, y_title, parent)
        self.image = pg.ImageItem(axisOrder="row-major")
        self.image.setZValue(-20)
        self.addItem(self.image)
        # Steps are counted from 1, and each stands in the middle of its column.
        self.x_start = 0.5
        self.y_start = 0.0
        self.shade = Shade(Linear(), 0.0, 1.0)
        self._window = slice(0, 0), slice(0, 0)
        self._values = np.zeros((0, 0))
        self.steps_of_keys = (1.0, 1.0)
        self.padding = QGraphicsPathItem()
        """What is no part of the sample, hatched over the picture."""
        self.padding.setZValue(-10)
        self.padding.setPen(QPen(Qt.PenStyle.NoPen))
        self.addItem(self.padding, ignoreBounds=True)

    def show_padding(self, columns: int | None, rows: int | None = None) -> None:
        """Hatch what lies behind so many columns, and behind so many rows; None where all are part of the sample."""
        height, width = self._values.shape
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        if columns is not None and columns < width:
            path.addRect(QRectF(self.x_start + columns, self.y_start, width - columns, height))
        if rows is not None and rows < height:
            path.addRect(QRectF(self.x_start, self.y_start + rows, width, height - rows))
        self._hatch(path)

    def show_ends(self, ends: np.ndarray, width: int) -> None:
        """Hatch in each row of the matrix that is shown what lies behind its end; ``ends`` (rows,) in columns."""
        window, _ = self._window
        shown = blocks(ends[window, None], self.rows, 1)[:, 0]
        edges = self.y_start + np.linspace(window.start, window.stop, len(shown) + 1)
        breaks = np.flatnonzero(np.diff(shown, prepend=-1))
        path = QPainterPath()
        for first, behind in zip(breaks, [*breaks[1:], len(shown)], strict=True):
            if shown[first] < width:
                left, top = self.x_start + shown[first], edges[first]
                path.addRect(QRectF(left, top, width - shown[first], edges[behind] - top))
        self._hatch(path)

    def _hatch(self, path: QPainterPath) -> None:
        # The hatching is made of pixels of the screen, whatever a step measures there.
        brush = QBrush(theme().color("muted"), Qt.BrushStyle.BDiagPattern)
        to_place, valid = self.padding.sceneTransform().inverted()
        if valid:
            brush.setTransform(QTransform(to_place.m11(), 0, 0, to_place.m22(), 0, 0))
        self.padding.setBrush(brush)
        self.padding.setPath(path)

    def show_matrix(self, values: np.ndarray, shade: Shade) -> None:
        """Draw (rows, columns) numbers, reduced to the pixels in view."""
        self._values = values
        self.show_reduced(self.reduced(values), shade, values.shape)

    def reduced(self, values: np.ndarray) -> np.ndarray:
        """The part in view with at most as many (rows, columns) as there are pixels, the largest value of each cell."""
        self._window = self._in_view(values.shape)
        rows, columns = self._window
        return blocks(values[rows, columns], self.rows, self.columns)

    def show_reduced(self, small: np.ndarray, shade: Shade, shape: tuple[int, ...]) -> None:
        """Draw what ``reduced`` made of a matrix of this shape."""
        self.shade = shade
        height, width = shape
        self.show_places((self.x_start, self.x_start + width), (self.y_start, self.y_start + height), padding=0)
        self.image.setImage(shade.colors(small), autoLevels=False, levels=(0, 255))
        rows, columns = self._window
        place = self.x_start + columns.start, self.y_start + rows.start
        self.image.setRect(QRectF(*place, columns.stop - columns.start, rows.stop - rows.start))

    def _in_view(self, shape: tuple[int, ...]) -> tuple[slice, slice]:
        """The rows and columns that the user has zoomed to; all while following."""
        whole = slice(0, shape[0]), slice(0, shape[1])
        if self.following:
            return whole
        (left, right), (bottom, top) = self.view_places()
        ends = ((bottom - self.y_start, top - self.y_start), (left - self.x_start, right - self.x_start))
        parts = [
            slice(max(0, math.floor(min(end))), min(n, math.ceil(max(end)))) for n, end in zip(shape, ends, strict=True)
        ]
        return (parts[0], parts[1]) if all(part.start < part.stop for part in parts) else whole

    def set_picture(self, picture: bool) -> None:
        """True draws like a picture: square pixels, the first row on top."""
        box = self.getPlotItem().getViewBox()
        box.invertY(picture)
        box.setAspectLocked(picture)

    def align_left(self, width: int) -> None:
        """Give the left axis this many pixels, so that charts one above the other share their time axis."""
        self.getPlotItem().getAxis("left").setWidth(width)

    def cell(self, x: float, y: float, shape: tuple[int, int]) -> tuple[int, int] | None:
        """(row, column) at places x, y, or None outside."""
        row, column = math.floor(y - self.y_start), math.floor(x - self.x_start)
        return (row, column) if 0 <= row < shape[0] and 0 <= column < shape[1] else None


class ColourBar(QWidget):
    """The colours of a Shade with their numbers, from bottom to top; below it those that have no place on the scale."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setToolTip(title)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        font = self.font()
        font.setPointSize(TEXT_SIZE)
        self.setFont(font)
        self._shade: Shade | None = None
        self.labels: list[tuple[float, str]] = []
        """(place, text) of what is written at it."""

    def show_shade(self, shade: Shade) -> None:
        """Show this mapping."""
        if shade == self._shade:
            return
        self._shade = shade
        room = max(2, self._strip().height() // 24)
        ticks = shade.scale.ticks(shade.low, shade.high, room)
        self.labels = ticks.major
        self.setFixedWidth(self.sizeHint().width())
        self.update()

    @property
    def specials(self) -> list[tuple[int, str]]:
        """(row of the table, text) of the colours below the scale."""
        shade = self._shade
        if shade is None:
            return []
        zero = [(_ZERO, "0")] if shade.zeros else []
        return zero + ([(_NAN, "NaN"), (_INFINITE, "∞")] if shade.gaps else [])

    def _strip(self) -> QRectF:
        line = self.fontMetrics().height() + 2
        bottom = 8 + line * len(self.specials)
        return QRectF(4, 8, 10, max(10, self.height() - 8 - bottom - 6))

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        widest = max((metrics.horizontalAdvance(text) for _, text in [*self.labels, (0, "NaN")]), default=0)
        return QSize(4 + 10 + 5 + widest + 4, 80)

    def resizeEvent(self, event: object) -> None:
        shade, self._shade = self._shade, None
        if shade is not None:
            self.show_shade(shade)

    def paintEvent(self, event: QPaintEvent) -> None:
        shade = self._shade
        if shade is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("plot_background"))
        table, strip = shade.table(), self._strip()
        column = np.ascontiguousarray(table[255::-1][:256].reshape(256, 1, 3))
        painter.drawImage(strip, QImage(column.data, 1, 256, 3, QImage.Format.Format_RGB888))
        painter.setPen(theme().color("mid"))
        painter.drawRect(strip)
        metrics = self.fontMetrics()
        left = strip.right() + 5
        for place, text in self.labels:
            y = strip.bottom() - (place - shade.low) / max(1e-300, shade.high - shade.low) * strip.height()
            painter.setPen(theme().color("mid"))
            painter.drawLine(int(strip.right()), int(y), int(strip.right()) + 3, int(y))
            painter.setPen(theme().color("muted"))
            painter.drawText(int(left), int(y + metrics.ascent() / 2 - 1), text)
        y = strip.bottom() + 8
        for row, text in self.specials:
            box = QRectF(strip.left(), y, strip.width(), metrics.height() - 3)
            painter.fillRect(box, QColor(*(int(v) for v in table[row])))
            painter.setPen(theme().color("mid"))
            painter.drawRect(box)
            painter.setPen(theme().color("muted"))
            painter.drawText(int(left), int(box.bottom()), text)
            y += metrics.height() + 2
