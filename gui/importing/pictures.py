"""Decodes pictures for the importer in core: bytes to grey ink of one size. Safe outside the window's thread."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QPainter

MAX_MEGABYTES = 256


def decode(content: bytes, rows: int, columns: int) -> np.ndarray | None:
    """Ink (rows, columns) uint8, 0 for white paper, or None where the bytes are no picture. What is clear is paper."""
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    QImageReader.setAllocationLimit(MAX_MEGABYTES)
    image = reader.read()
    if image.isNull():
        return None
    paper = QImage(image.size(), QImage.Format.Format_RGB32)
    paper.fill(QColor("white"))
    painter = QPainter(paper)
    painter.drawImage(0, 0, image)
    painter.end()
    mode = Qt.TransformationMode.SmoothTransformation
    small = paper.scaled(columns, rows, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
    grey = small.convertToFormat(QImage.Format.Format_Grayscale8)
    lines = np.frombuffer(grey.constBits(), np.uint8).reshape(rows, grey.bytesPerLine())[:, :columns]
    ink: np.ndarray = 255 - lines
    return ink
