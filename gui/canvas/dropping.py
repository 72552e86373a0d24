"""Layers that are dragged out of the palette: onto the ground, or into a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent

from core.catalogue.layers import LAYERS
from gui.canvas.hits import hit
from gui.canvas.kinds_list import MIME

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class Dropping(QObject):
    """Watches the viewport for layers that are dragged over it."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        view.setAcceptDrops(True)
        view.viewport().installEventFilter(self)

    def _enter(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()
        else:
            event.ignore()

    def _move(self, event: QDragMoveEvent) -> None:
        self._view.canvas.light_link(self._link_under(event.position()))
        event.acceptProposedAction()

    def _drop(self, event: QDropEvent) -> None:
        kind = bytes(event.mimeData().data(MIME).data()).decode(errors="replace")
        link = self._link_under(event.position())
        self._view.canvas.light_link("")
        event.acceptProposedAction()
        if kind in LAYERS:
            self._view.operations.add_layer(kind, self._view.exact(event.position()), link=link)
            self._view.setFocus()

    def _link_under(self, pos: QPointF) -> str:
        """The link that a layer would be dropped into."""
        canvas = self._view.canvas
        found = hit(canvas, self._view.exact(pos))
        key = found.key if found.on_link else ""
        if found.part == "weight" and found.key in canvas.links:
            key = found.key
        return key if key and canvas.links[key].link.role != "initial" else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.DragEnter:
                self._enter(event)  # type: ignore[arg-type]
            case QEvent.Type.DragMove:
                self._move(event)  # type: ignore[arg-type]
            case QEvent.Type.DragLeave:
                self._view.canvas.light_link("")
            case QEvent.Type.Drop:
                self._drop(event)  # type: ignore[arg-type]
            case _:
                return False
        return True
