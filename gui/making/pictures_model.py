"""The pictures of an album as a Qt model: a thumbnail and the class of each, drawn when they are looked at."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QAbstractListModel, QObject, QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap

from core.data.own.album import Album, Picture
from gui.importing.preview_model import Index, Role
from gui.making.sheet_model import ROOT
from gui.text import tr

SIDE = 48


class PicturesModel(QAbstractListModel):
    """Shows an Album; the newest picture comes first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.album = Album()

    def show_album(self, album: Album) -> None:
        """Show other pictures."""
        self.beginResetModel()
        self.album = album
        self.endResetModel()

    def number(self, row: int) -> int:
        """The number in the album of the picture in a row."""
        return len(self.album.pictures) - 1 - row

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.album.pictures)

    def data(self, index: Index, role: int = Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        picture = self.album.pictures[self.number(index.row())]
        if role == Role.DisplayRole:
            return picture.label
        if role == Role.DecorationRole:
            return QIcon(_thumbnail(picture))
        if role == Role.AccessibleTextRole:
            return tr("Picture {n}: {label}", n=self.number(index.row()) + 1, label=picture.label)
        return None


def _thumbnail(picture: Picture) -> QPixmap:
    rows, columns = picture.ink.shape
    paper = np.ascontiguousarray(np.rint(250 - 235 / 255 * picture.ink.astype(float)).astype(np.uint8))
    image = QImage(paper.data, columns, rows, columns, QImage.Format.Format_Grayscale8).copy()
    size = QSize(columns, rows).scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio)
    return QPixmap.fromImage(image.scaled(2 * size))
