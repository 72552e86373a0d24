"""A pad to draw on with the mouse: strokes become pixels in the way in which the handwritten digits were made.

There a bitmap of 32 by 32 was divided into blocks of 4 by 4, whose black dots were counted (Alpaydin and Kaynak 1998).
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

from core.data.dataset import Dataset
from gui.text import tr
from gui.theme import theme
from gui.using.editors import Editor, relative, valid

BLOCK = 4
"""Dots per pixel and side."""
PEN = 4.0
"""Width of the pen in dots, as it is seen while drawing."""
THINNEST, THICKEST = 2.0, 9.0
"""Between these the pen of a fitted drawing is chosen so that it has as much ink as a sample has on average."""
_INK = 0.3
"""Share of ink where no sample tells the usual one; that of the handwritten digits."""
_SIDE = 168
_WAYS = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}
"""Rows and columns that an arrow key moves by."""
_SLACK = 24
"""Pixels of height that may stay unused: more than a scroll bar takes from the width."""


class PixelPad(Editor):
    """Strokes of the mouse, or a sample of the data; beside it what the network reads, and which pixels mattered."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pixel_pad")
        self.setAccessibleName(tr("Pad to draw on with the mouse; the box “Sample” is the way by keyboard"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.strokes: list[list[QPointF]] = []
        """In dots of the bitmap as they were drawn."""
        self.read_words = tr("what it reads")
        """What is said below the pixels."""
        self.fitted = True
        """Whether a drawing is moved and scaled to fill the frame, as those of the data set were."""
        self.ink = np.zeros((8, 8))
        """(rows, columns) from 0 to 1."""
        self.pixel: int | None = None
        """The one that the arrow keys have come to; None is the one that matters most."""
        self._drawing = False
        self._low, self._high = 0.0, 1.0
        self._usual_ink = 0.0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.ink.shape[0], self.ink.shape[1]

    def show_data(self, data: Dataset) -> None:
        super().show_data(data)
        assert data.image_shape is not None
        self.strokes, self.ink = [], np.zeros(data.image_shape)
        values = self.field.values[data.samples("train")]
        self._low, self._high = float(values.min()), float(values.max())
        self._usual_ink = float((values.mean() - self._low) / ((self._high - self._low) or 1.0))

    def show_paper(self, rows: int, columns: int, usual_ink: float | None = None) -> None:
        """An empty pad of this size, for drawings that no network reads; ``usual_ink`` is the share of it in others."""
        self.data, self.reading = None, None
        self._usual_ink = _INK if usual_ink is None else usual_ink
        self.read_words = tr("its pixels")
        self.strokes, self.ink = [], np.zeros((rows, columns))
        self._changed()

    def show_sample(self, sample: int) -> None:
        assert self.data is not None
        span = (self._high - self._low) or 1.0
        self.strokes = []
        self.ink = ((valid(self.data, sample).astype(float) - self._low) / span).reshape(self.shape)
        self._changed()

    def clear(self) -> None:
        self.strokes, self.ink = [], np.zeros(self.shape)
        self._changed()

    def asked(self, at: QPointF | None) -> tuple[int | None, int | None] | None:
        if at is None:
            return self.where_most() if self.pixel is None else self.placed(self.pixel)
        box, (rows, columns) = self.boxes()[1], self.shape
        if not box.contains(at):
            return None
        row = min(rows - 1, int((at.y() - box.top()) / box.height() * rows))
        return self.placed(row * columns + min(columns - 1, int((at.x() - box.left()) / box.width() * columns)))

    def can_clear(self) -> bool:
        return True

    def set_fitted(self, fitted: bool) -> None:
        """Fill the frame with what was drawn, or leave it where it is."""
        self.fitted = fitted
        if self.strokes:
            self._rasterise()

    def values(self) -> np.ndarray | None:
        if self.data is None or not self.ink.any():
            return None
        like = self.field.values
        return (self._low + self.ink * (self._high - self._low)).reshape(like.shape[1:]).astype(like.dtype)

    def step_words(self, steps: int, of: int) -> str:
        if of == self.shape[0]:
            return tr("After row {n} of {of}", n=steps, of=of)
        if of == self.ink.size:
            return tr("After pixel {n} of {of}", n=steps, of=of)
        return tr("The whole picture")

    def why(self) -> str:
        return tr("Dots on the right: blue, more ink there speaks for {answer}; orange, against it.")

    # -- drawing -----------------------------------------------------------------------------------------------------

    def boxes(self) -> tuple[QRectF, QRectF]:
        """Where it is drawn on, and where the pixels are shown."""
        side = float(min(_SIDE, (self.width() - 16) // 2))
        return QRectF(1, 1, side, side), QRectF(side + 13, 1, side, side)

    def sizeHint(self) -> QSize:
        return QSize(2 * _SIDE + 16, _SIDE + 22)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.boxes()[0].contains(event.position()):
            if not self.strokes:
                self.ink = np.zeros(self.shape)
            self._drawing = True
            self.strokes.append([self._dot(event.position())])
            self._rasterise()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drawing:
            self.strokes[-1].append(self._dot(event.position()))
            self._rasterise()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drawing = False

    def resizeEvent(self, event: object) -> None:
        wanted = int(self.boxes()[0].height()) + 22
        # A scroll bar that comes with a few pixels of height takes them away again, and so on without end.
        if not wanted <= self.height() <= wanted + _SLACK:
            self.setFixedHeight(wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
        elif self.reading is not None and Qt.Key(event.key()) in _WAYS:
            rows, columns = self.shape
            most = int(np.abs(self.reading.gradient).argmax())
            row, column = divmod(most if self.pixel is None else self.pixel, columns)
            down, across = _WAYS[Qt.Key(event.key())]
            row, column = max(0, min(row + down, rows - 1)), max(0, min(column + across, columns - 1))
            self.pixel = row * columns + column
            self.update()
        else:
            super().keyPressEvent(event)

    def _dot(self, at: QPointF) -> QPointF:
        box = self.boxes()[0]
        rows, columns = self.shape
        x = min(1.0, max(0.0, (at.x() - box.left()) / box.width()))
        y = min(1.0, max(0.0, (at.y() - box.top()) / box.height()))
        return QPointF(x * columns * BLOCK, y * rows * BLOCK)

    def _rasterise(self) -> None:
        rows, columns = self.shape
        pen = self._fitting_pen() if self.fitted else PEN
        self.ink = blocks(self._bitmap(pen), rows, columns)
        self._changed()

    def _fitting_pen(self) -> float:
        """The pen that gives as much ink as the samples have: theirs do not differ much, whatever the digit."""
        thin, thick = THINNEST, THICKEST
        for _ in range(6):
            pen = (thin + thick) / 2
            if self._bitmap(pen).mean() < self._usual_ink:
                thin = pen
            else:
                thick = pen
        return (thin + thick) / 2

    def _bitmap(self, pen: float) -> np.ndarray:
        """(rows * BLOCK, columns * BLOCK) bool: the dots that the pen touched."""
        rows, columns = self.shape
        image = QImage(columns * BLOCK, rows * BLOCK, QImage.Format.Format_Grayscale8)
        image.fill(0)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        move = framed(self.strokes, columns, rows, pen) if self.fitted else (1.0, 0.0, 0.0)
        self._draw_strokes(painter, QColor("white"), pen, move)
        painter.end()
        stride = image.bytesPerLine()
        dots = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), stride)[:, : image.width()]
        return np.array(dots >= 128)

    def _draw_strokes(
        self, painter: QPainter, color: QColor, pen: float, move: tuple[float, float, float] = (1.0, 0.0, 0.0)
    ) -> None:
        by, dx, dy = move
        cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        painter.setPen(QPen(color, pen, Qt.PenStyle.SolidLine, cap, join))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in self.strokes:
            spots = [QPointF(p.x() * by + dx, p.y() * by + dy) for p in stroke]
            path = QPainterPath(spots[0])
            for spot in spots[1:] or [spots[0] + QPointF(0.01, 0)]:
                path.lineTo(spot)
            painter.drawPath(path)

    def _changed(self) -> None:
        self.reading = None
        self.update()
        self.edited.emit()

    # -- how it is drawn ---------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        pad, shown = self.boxes()
        paper, ink = QColor(250, 250, 250), QColor(15, 15, 15)
        painter.fillRect(pad, paper)
        painter.save()
        painter.setClipRect(pad)
        painter.translate(pad.topLeft())
        painter.scale(pad.width() / (self.shape[1] * BLOCK), pad.height() / (self.shape[0] * BLOCK))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_strokes(painter, ink, PEN)
        painter.restore()
        if not self.strokes:
            painter.setPen(QColor(110, 110, 110))
            painter.drawText(pad, Qt.AlignmentFlag.AlignCenter, tr("Draw here"))
        self._draw_pixels(painter, shown)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(theme().color("layer_edge"))
        painter.drawRect(pad)
        painter.drawRect(shown)
        if self.hasFocus() and self.reading is not None:
            self._draw_chosen(painter, shown)
        painter.setPen(theme().color("muted"))
        line = QRectF(0, pad.bottom() + 3, pad.width(), 18)
        painter.drawText(line, Qt.AlignmentFlag.AlignHCenter, tr("your drawing"))
        painter.drawText(line.translated(shown.left(), 0), Qt.AlignmentFlag.AlignHCenter, self.read_words)
        painter.end()

    def _draw_pixels(self, painter: QPainter, box: QRectF) -> None:
        rows, columns = self.shape
        read = self._pixels_read()
        way = None if self.reading is None else relative(self.reading.gradient.reshape(self.shape))
        for row in range(rows):
            for column in range(columns):
                left, right = (round(box.left() + c * box.width() / columns) for c in (column, column + 1))
                top, bottom = (round(box.top() + r * box.height() / rows) for r in (row, row + 1))
                cell = QRectF(left, top, right - left, bottom - top)
                tone = round(250 - 235 * min(1.0, max(0.0, float(self.ink[row, column]))))
                painter.fillRect(cell, QColor(tone, tone, tone))
                if row * columns + column >= read:
                    painter.fillRect(cell, QColor(128, 134, 142, 190))
                elif way is not None:
                    self._draw_way(painter, cell, float(way[row, column]))

    def _draw_chosen(self, painter: QPainter, box: QRectF) -> None:
        """A frame around the pixel that Alt+W asks about."""
        assert self.reading is not None
        rows, columns = self.shape
        at = int(np.abs(self.reading.gradient).argmax()) if self.pixel is None else self.pixel
        tall, wide = box.height() / rows, box.width() / columns
        painter.setPen(QPen(theme().color("selection"), 2))
        painter.drawRect(QRectF(box.left() + at % columns * wide, box.top() + at // columns * tall, wide, tall))

    def _draw_way(self, painter: QPainter, cell: QRectF, value: float) -> None:
        """A dot whose area says how much a pixel mattered; a rim keeps it visible on any ink."""
        radius = 0.5 * np.sqrt(abs(value)) * cell.width() * 0.72
        if radius < 1:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(250, 250, 250), 1))
        painter.setBrush(QColor("#1a62bd") if value > 0 else QColor("#d06a14"))
        painter.drawEllipse(cell.center(), radius, radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _pixels_read(self) -> int:
        """Pixels that the network has read at the step that is looked at."""
        if self.reading is None or self.reading.inputs.ndim == 1:
            return self.ink.size
        return self.read_steps * (self.ink.size // len(self.reading.inputs))


def blocks(dots: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """(rows, columns) share of black dots in each block of BLOCK by BLOCK."""
    return np.asarray(dots, float).reshape(rows, BLOCK, columns, BLOCK).mean(axis=(1, 3))


def framed(strokes: list[list[QPointF]], columns: int, rows: int, pen: float) -> tuple[float, float, float]:
    """Factor and shift that let strokes fill the height, or the width where that is reached first, and centre them."""
    spots = [spot for stroke in strokes for spot in stroke]
    left, right = min(p.x() for p in spots), max(p.x() for p in spots)
    top, bottom = min(p.y() for p in spots), max(p.y() for p in spots)
    wide, high = columns * BLOCK - pen, rows * BLOCK - pen
    # A dot or a short dash is no digit yet: it is not blown up.
    by = min(wide / max(right - left, wide / 4), high / max(bottom - top, high / 4))
    dx = columns * BLOCK / 2 - by * (left + right) / 2
    dy = rows * BLOCK / 2 - by * (top + bottom) / 2
    return by, dx, dy
