"""Folded and unrolled are two views of one network: this holds both and switches between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QAction, QKeySequence, QPixmap, QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.canvas.view import CanvasView
from gui.icons import icon
from gui.text import tr
from gui.unroll.flight import Flight, Flyer, pictures_of

if TYPE_CHECKING:
    from gui.unroll.view import UnrollView

MOST_COPIES = 60
"""Copies of a layer that fly; of longer sequences every n-th one."""


class FoldSwitch(QStackedWidget):
    """The canvas and its unrolled copy. ``commands["unrolled"]`` switches."""

    def __init__(
        self, canvas: CanvasView, make_unroll: Callable[[], UnrollView], parent: QWidget | None = None
    ) -> None:
        """``make_unroll`` makes the view over time when that is wanted for the first time."""
        super().__init__(parent)
        self.setObjectName("fold_switch")
        self.canvas = canvas
        self._make_unroll = make_unroll
        self._unroll: UnrollView | None = None
        self.addWidget(canvas)
        self.animated = True
        """False switches at once."""
        self.flight = Flight(self, self._arrived)
        action = QAction(icon("unroll"), tr("Unrolled"), self, checkable=True)
        action.setObjectName("fold_switch.unrolled")
        action.setShortcut(QKeySequence("Ctrl+U"))
        action.setToolTip(tr("Show the network unrolled over time, or folded (Ctrl+U)"))
        action.toggled.connect(self._switch)
        export = QAction(icon("image"), tr("Export picture …"), self)
        export.setToolTip(tr("Save what is shown, the network or its unrolled copy, as a picture"))
        export.triggered.connect(self._export)
        self.commands: dict[str, QAction] = {"unrolled": action, "export": export}
        self.addAction(action)

    @property
    def made(self) -> bool:
        """Whether the view over time is there."""
        return self._unroll is not None

    @property
    def unroll(self) -> UnrollView:
        """The view over time."""
        if self._unroll is None:
            self._unroll = self._make_unroll()
            self.addWidget(self._unroll)
        return self._unroll

    @property
    def unrolled(self) -> bool:
        """Whether the network is shown over time."""
        return self.currentWidget() is self._unroll

    def show_unrolled(self, on: bool) -> None:
        """Switch as the command does."""
        self.commands["unrolled"].setChecked(on)

    def _switch(self, on: bool) -> None:
        self.flight.skip()
        if on == self.unrolled:
            return
        if not (self.animated and self.isVisible() and self.canvas.canvas.layers):
            self._settle(on)
            return
        for view in (self.canvas, self.unroll):
            view.resize(self.size())
        folded = self.canvas.grab()
        rects = self._cards()
        self._settle(on)
        self.unroll.refresh()
        if self.unroll.looking.follows:
            self.unroll.looking.fit()
        flyers = self._flyers(rects, pictures_of(folded, rects))
        if flyers:
            self.flight.start(flyers, folded, self.unroll.grab(), unfolding=on)

    def _export(self) -> None:
        if not self.unrolled:
            self.canvas.operations.export()
            return
        from gui.unroll import picture

        picture.export(self.unroll)

    def _settle(self, on: bool) -> None:
        self.setCurrentWidget(self.unroll if on else self.canvas)
        self._arrived()

    def _arrived(self) -> None:
        self.currentWidget().setFocus()

    def _cards(self) -> dict[str, QRectF]:
        """Where the cards of the canvas are in this widget."""
        place = self.canvas.viewportTransform()
        return {key: place.mapRect(item.scene_rect()) for key, item in self.canvas.canvas.layers.items()}

    def _flyers(self, rects: dict[str, QRectF], pictures: dict[str, QPixmap]) -> list[Flyer]:
        layout = self.unroll.layout_
        first, end = layout.visible()
        found = []
        for key, rect in rects.items():
            row = layout.unrolled.by_layer.get(key)
            if row is None or pictures[key].isNull():
                continue
            shown = [c for c in row.columns if first <= c < end] or [row.first]
            every = -(-len(shown) // MOST_COPIES)
            cells = tuple(layout.cell(row.index, column) for column in shown[::every])
            found.append(Flyer(rect, pictures[key], cells))
        return found

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.flight.skip()
