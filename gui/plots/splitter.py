"""Two parts of a plot, side by side where it is wide and one above the other where it is tall."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget


class TurningSplitter(QSplitter):
    """A splitter that turns when its shape does; ``aspect`` is width / height from which it lies flat."""

    turned = Signal(object)
    """Qt.Orientation: how its parts lie now."""

    def __init__(self, *parts: QWidget, aspect: float = 1.3, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        # Time and training go from left to right in every language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._aspect = aspect
        self.setChildrenCollapsible(False)
        self.setHandleWidth(5)
        for part in parts:
            self.addWidget(part)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = event.size().width() >= self._aspect * max(1, event.size().height())
        wanted = Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
        if wanted != self.orientation():
            self.setOrientation(wanted)
            self.turned.emit(wanted)
