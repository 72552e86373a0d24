"""Turns a plot into a picture or a table for other programs, as bytes that are ready to be written."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

PICTURE_SCALE = 2.0
"""Pixels of a PNG per pixel of the window: sharp in print and on dense screens."""

Table = Sequence[tuple[str, "np.ndarray | Sequence[object]"]]
"""Columns of a table: (title, values). Shorter columns are filled up with empty cells."""


def png(widget: QWidget) -> bytes:
    """The widget as a PNG picture."""
    pixmap = QPixmap(widget.size() * PICTURE_SCALE)
    pixmap.setDevicePixelRatio(PICTURE_SCALE)
    pixmap.fill(widget.palette().window().color())
    widget.render(pixmap)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    pixmap.save(buffer, "PNG")
    buffer.close()
    return bytes(data.data())


def svg(widget: QWidget, title: str) -> bytes:
    """The widget as an SVG picture of lines and text."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(widget.size())
    generator.setViewBox(widget.rect())
    generator.setTitle(title)
    painter = QPainter(generator)
    painter.fillRect(widget.rect(), widget.palette().window().color())
    widget.render(painter, QPoint(0, 0))
    painter.end()
    buffer.close()
    return bytes(data.data())


def csv_table(columns: Table) -> bytes:
    """Comma-separated values with a title row, UTF-8; numbers in full precision, NaN as nan."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([title for title, _ in columns])
    for row in zip_longest(*(values for _, values in columns), fillvalue=""):
        writer.writerow([_cell(value) for value in row])
    return out.getvalue().encode("utf-8")


def _cell(value: object) -> str:
    if isinstance(value, (float, np.floating)):
        number = float(value)
        if math.isfinite(number) and number == int(number) and abs(number) < 1e15:
            return str(int(number))
        return str(value) if isinstance(value, np.floating) else repr(value)
    return str(value)
