"""A list of networks as pictures with a title and a line of text, to choose one: gallery and recovered work."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    QSortFilterProxyModel,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QFontMetrics,
    QImage,
    QPainter,
    QPen,
    QStandardItem,
    QStandardItemModel,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from core.network import Network
from gui.theme import theme
from gui.thumbnail import network_image

if TYPE_CHECKING:
    from gui.glimpse import Glimpse

Index = QModelIndex | QPersistentModelIndex

PICTURE = QSize(232, 140)
_PADDING = 10
_GAP = 6
_LINES = 3
GLIMPSE = 36.0
"""Height of what is shown of the data, below the network."""
_PICTURE_ROLE = Qt.ItemDataRole.UserRole
_SEARCH_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True)
class Picture:
    """One entry: what it says and where its network comes from (asked for when it is first painted)."""

    key: str
    title: str
    line: str
    network: Callable[[], Network] = field(compare=False)
    glimpse: Callable[[], Glimpse] | None = field(default=None, compare=False)
    """What its data is about, below the network; asked for when nothing else is to be done."""
    group: str = ""
    """What ``PictureList.show_group`` tells entries apart by."""


class _Filter(QSortFilterProxyModel):
    """Accepts the entries of a group that contain every word of the search."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._words: list[str] = []
        self._group = ""

    def search(self, text: str) -> None:
        """Show only what contains all words of ``text``."""
        self.beginFilterChange()
        self._words = text.casefold().split()
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def show_group(self, group: str) -> None:
        """Show only the entries of ``group``; empty shows all."""
        self.beginFilterChange()
        self._group = group
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        index = self.sourceModel().index(row, 0, parent)
        if self._group and index.data(_PICTURE_ROLE).group != self._group:
            return False
        text = index.data(_SEARCH_ROLE)
        return all(word in text for word in self._words)


class PictureList(QListView):
    """Pictures in a grid; arrow keys move, Enter and double-click choose."""

    chosen = Signal(str)
    """Key of the entry."""
    current_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = QStandardItemModel(self)
        self._filter = _Filter(self)
        self._filter.setSourceModel(self._entries)
        self.setModel(self._filter)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSpacing(6)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._empty = ""
        self._delegate = _Card(self)
        self.setItemDelegate(self._delegate)
        self.doubleClicked.connect(lambda index: self._choose(index))
        self.selectionModel().currentChanged.connect(lambda *_: self.current_changed.emit())
        theme().changed.connect(self._delegate.forget)

    def show_pictures(self, pictures: Iterable[Picture]) -> None:
        """Show these entries, the first one current."""
        self._entries.clear()
        for picture in pictures:
            item = QStandardItem(picture.title)
            item.setData(picture, _PICTURE_ROLE)
            item.setData(f"{picture.title} {picture.line} {picture.key}".casefold(), _SEARCH_ROLE)
            item.setData(picture.line, Qt.ItemDataRole.AccessibleDescriptionRole)
            item.setToolTip(picture.line)
            self._entries.appendRow(item)
        self._first()

    def search(self, text: str, empty: str) -> None:
        """Show only what contains all words of ``text``, or the sentence ``empty`` where nothing does."""
        self._empty = empty
        self._filter.search(text)
        self._settle()

    def show_group(self, group: str) -> None:
        """Show only the entries of ``group``; empty shows all."""
        self._filter.show_group(group)
        self._settle()

    def _settle(self) -> None:
        if not self.currentIndex().isValid():
            self._first()
        self.scrollTo(self.currentIndex())
        self.viewport().update()

    def keys(self) -> list[str]:
        """Keys of what is shown, in order."""
        return [self._filter.index(row, 0).data(_PICTURE_ROLE).key for row in range(self._filter.rowCount())]

    def current(self) -> str:
        """Key of the current entry; empty where there is none."""
        picture = self.currentIndex().data(_PICTURE_ROLE)
        return picture.key if picture is not None else ""

    def remove(self, key: str) -> None:
        """Take an entry off the list."""
        for row in range(self._entries.rowCount()):
            if self._entries.item(row).data(_PICTURE_ROLE).key == key:
                self._entries.removeRow(row)
                return

    def choose_current(self) -> None:
        """Choose the current entry."""
        self._choose(self.currentIndex())

    def _choose(self, index: Index) -> None:
        picture = index.data(_PICTURE_ROLE)
        if picture is not None:
            self.chosen.emit(picture.key)

    def _first(self) -> None:
        self.setCurrentIndex(self._filter.index(0, 0))

    def keyPressEvent(self, event: QEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose_current()
            event.accept()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QEvent) -> None:
        super().paintEvent(event)
        if self._filter.rowCount() == 0 and self._empty:
            painter = QPainter(self.viewport())
            painter.setPen(theme().color("muted"))
            painter.drawText(
                self.viewport().rect().adjusted(24, 24, -24, -24),
                Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                self._empty,
            )
            painter.end()


class _Card(QStyledItemDelegate):
    """Paints an entry: picture, title, up to three lines of text."""

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._view = view
        self._images: dict[str, QImage] = {}
        self._glimpses: dict[str, Glimpse] = {}
        self._wanted: list[Picture] = []
        """What has been painted without its glimpse; one is asked for in each turn of the event loop."""

    def forget(self) -> None:
        """Paint all pictures anew: the colours changed."""
        self._images.clear()
        self._view.viewport().update()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        metrics = QFontMetrics(option.font)
        text = metrics.lineSpacing() * (1 + _LINES) + _GAP
        return QSize(PICTURE.width() + 2 * _PADDING, PICTURE.height() + text + 2 * _PADDING + _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        picture: Picture = index.data(_PICTURE_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option)
        inside = option.rect.adjusted(_PADDING, _PADDING, -_PADDING, -_PADDING)
        frame = QRect(inside.topLeft(), QSize(inside.width(), PICTURE.height()))
        image = self._image(picture, frame.size(), painter.device().devicePixelRatioF())
        painter.drawImage(frame.topLeft(), image)
        painter.setPen(QPen(theme().color("midlight"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(frame).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        self._paint_text(painter, inside.adjusted(0, frame.height() + _GAP, 0, 0), picture, option)
        painter.restore()

    def _image(self, picture: Picture, size: QSize, ratio: float) -> QImage:
        found = self._images.get(picture.key)
        if found is None or found.size() != size * ratio:
            found = self._images[picture.key] = self._painted(picture, size, ratio)
        return found

    def _painted(self, picture: Picture, size: QSize, ratio: float) -> QImage:
        if picture.glimpse is None:
            return network_image(picture.network(), size, ratio)
        below = round(GLIMPSE) + 10
        image = network_image(picture.network(), size, ratio, below)
        shown = self._glimpses.get(picture.key)
        if shown is None:
            self._wanted.append(picture)
            QTimer.singleShot(0, self, self._look_at_next)
            return image
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown.paint(painter, QRectF(8, size.height() - below, size.width() - 16, GLIMPSE))
        painter.end()
        return image

    def _look_at_next(self) -> None:
        picture = self._wanted.pop(0)
        assert picture.glimpse is not None
        self._glimpses[picture.key] = picture.glimpse()
        self._images.pop(picture.key, None)
        self._view.viewport().update()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        edge = theme().color("selection" if selected else "mid" if hovered else "midlight")
        painter.setPen(QPen(edge, 2 if selected else 1))
        painter.setBrush(theme().color("alternate" if hovered or selected else "base"))
        painter.drawRoundedRect(QRectF(option.rect).adjusted(1.5, 1.5, -1.5, -1.5), 8, 8)

    def _paint_text(self, painter: QPainter, rect: QRect, picture: Picture, option: QStyleOptionViewItem) -> None:
        font = option.font
        font.setBold(True)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(theme().color("text"))
        title = QRect(rect.left(), rect.top(), rect.width(), metrics.lineSpacing())
        align = QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(title, align, metrics.elidedText(picture.title, Qt.TextElideMode.ElideRight, rect.width()))
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(theme().color("muted"))
        top = title.bottom() + 3
        for number, line in enumerate(_wrapped(picture.line, option, rect.width())):
            row = QRect(rect.left(), top + number * metrics.lineSpacing(), rect.width(), metrics.lineSpacing())
            painter.drawText(row, align, line)


def _wrapped(text: str, option: QStyleOptionViewItem, width: int) -> list[str]:
    """``text`` broken at words into at most three lines, the last one cut with an ellipsis where more would follow."""
    layout = QTextLayout(text, option.font)
    layout.setTextOption(QTextOption(Qt.AlignmentFlag.AlignLeft))
    lines: list[str] = []
    layout.beginLayout()
    while len(lines) < _LINES and (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        start = line.textStart()
        last = len(lines) == _LINES - 1
        part = text[start:] if last else text[start : start + line.textLength()]
        lines.append(QFontMetrics(option.font).elidedText(part.strip(), Qt.TextElideMode.ElideRight, width))
    layout.endLayout()
    return lines
