"""A row of controls that wraps onto further rows where the dock is narrow; a last item stays at the right edge."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QComboBox, QLayout, QLayoutItem, QWidget

_GAP = 5
_MARGIN = 4


class FlowLayout(QLayout):
    """Items from the leading edge on, as many per row as fit. Mirrored where the language reads from right to left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.corner: QWidget | None = None
        """The item that is kept at the trailing end of the first row."""

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        box = item.widget()
        if isinstance(box, QComboBox):
            box.currentTextChanged.connect(self._wrap_anew)

    def _wrap_anew(self) -> None:
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        visible = [item for item in self._items if not item.isEmpty()]
        width = max((item.minimumSize().width() for item in visible), default=0)
        height = max((item.sizeHint().height() for item in visible), default=0)
        corner = 0 if self.corner is None else self.corner.sizeHint().width() + _GAP
        return QSize(width + corner + 2 * _MARGIN, height + 2)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        inner = rect.adjusted(_MARGIN, 2, -_MARGIN, 0)
        corner = QSize(0, 0) if self.corner is None else self.corner.sizeHint()
        x, y, end = inner.left(), inner.top(), inner.right() - corner.width() - _GAP
        row: list[tuple[QLayoutItem, int]] = []
        height = corner.height()
        for item in self._items:
            if item.isEmpty() or item.widget() is self.corner:
                continue
            size = _size(item)
            if row and x + size.width() > end:
                if move:
                    self._place(row, y, height, inner)
                x, y, end = inner.left(), y + height + 2, inner.right()
                row, height = [], 0
            row.append((item, x))
            x += size.width() + _GAP
            height = max(height, size.height())
        if move:
            self._place(row, y, height, inner)
            if self.corner is not None:
                self._set(self.corner, QRect(QPoint(inner.right() - corner.width() + 1, inner.top()), corner), inner)
        return y + height - rect.top()

    def _place(self, row: list[tuple[QLayoutItem, int]], y: int, height: int, inner: QRect) -> None:
        for item, x in row:
            size = _size(item)
            self._set(item, QRect(QPoint(x, y + (height - size.height()) // 2), size), inner)

    def _set(self, item: QLayoutItem | QWidget, rect: QRect, inner: QRect) -> None:
        parent = self.parentWidget()
        if parent is not None and parent.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            rect = QRect(inner.left() + inner.right() - rect.right(), rect.top(), rect.width(), rect.height())
        item.setGeometry(rect)


def _size(item: QLayoutItem) -> QSize:
    """Of a choice among many it is enough to see the chosen one."""
    size, box = item.sizeHint(), item.widget()
    if isinstance(box, QComboBox) and box.count():
        metrics = box.fontMetrics()
        widest = max(metrics.horizontalAdvance(box.itemText(n)) for n in range(box.count()))
        size.setWidth(max(56, size.width() - widest + metrics.horizontalAdvance(box.currentText())))
    return size
