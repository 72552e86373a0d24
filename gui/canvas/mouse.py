"""The mouse over the canvas: presses begin gestures, the rest is hovering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QCursor, QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip

from core.project import Change
from gui.canvas import hovering
from gui.canvas.gestures import Gesture
from gui.canvas.hits import Hit, hit
from gui.canvas.linking import LinkGesture
from gui.canvas.pressing import double_click, gesture_for
from gui.canvas.tips import tip

EDGE = 18
"""Pixels at the edge of the viewport in which a drag scrolls."""

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class Mouse(QObject):
    """Watches the viewport; ``gesture`` is what is going on."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self.gesture: Gesture | None = None
        self._button = Qt.MouseButton.NoButton
        """The button that holds the gesture; others do not end it."""
        view.viewport().installEventFilter(self)
        view.document.changed.connect(self._on_changed)

    def _on_changed(self, change: Change) -> None:
        """What a gesture is about may be gone, by an undo or a script: it ends."""
        if change.network:
            self.cancel()

    def is_here(self) -> bool:
        """True while the pointer is over the canvas."""
        viewport = self._view.viewport()
        return viewport.rect().contains(viewport.mapFromGlobal(QCursor.pos()))

    def place(self) -> QPointF:
        """Where the pointer is on the canvas; the middle of what is seen where it is elsewhere."""
        viewport = self._view.viewport()
        seen = viewport.mapFromGlobal(QCursor.pos()) if self.is_here() else viewport.rect().center()
        return self._view.mapToScene(seen)

    def begin_linking(self, gesture: LinkGesture) -> None:
        """Draw a link without a pressed button."""
        self.cancel()
        self.gesture = gesture
        gesture.start(self._view.canvas.layers[gesture.source].pos())
        gesture.cycle(1)

    def conclude_linking(self) -> None:
        """Make the link that the keys aim at."""
        gesture, self.gesture = self.gesture, None
        if isinstance(gesture, LinkGesture):
            gesture.conclude(self._view.canvas.layers[gesture.target or gesture.source].pos())

    def cancel(self) -> None:
        """Leave everything as it was before the gesture."""
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            gesture.cancel()
            self._view.viewport().unsetCursor()

    def forget(self) -> None:
        """What the gesture was about is gone."""
        self.gesture = None
        self._view.canvas.show_linking(None)
        self._view.canvas.draft.show_route(None, "accent")

    def rest(self) -> None:
        """Nothing is under the pointer any more."""
        if self.gesture is None:
            hovering.show_hover(self._view.canvas, Hit())

    def _press(self, event: QMouseEvent) -> None:
        view, pos = self._view, self._view.exact(event.position())
        view.menu.dismiss()
        view.bubble.hide()
        if self.gesture is not None:
            self._end_sticky(event, pos)
            return
        self._button = event.button()
        self.gesture = gesture_for(view, hit(view.canvas, pos), event)
        if self.gesture is not None:
            if self.gesture.cursor is not None:
                view.viewport().setCursor(self.gesture.cursor)
            self.gesture.start(pos)

    def _end_sticky(self, event: QMouseEvent, pos: QPointF) -> None:
        if self.gesture is None or not self.gesture.sticky:
            return
        gesture, self.gesture = self.gesture, None
        if event.button() == Qt.MouseButton.LeftButton:
            gesture.finish(pos, event.modifiers())
        else:
            gesture.cancel()

    def _move(self, event: QMouseEvent) -> None:
        view = self._view
        if self.gesture is not None:
            if self.gesture.scrolls:
                self._follow(event.position())
            self.gesture.move(view.exact(event.position()), event.modifiers())
            return
        pos = view.exact(event.position())
        now = hit(view.canvas, pos)
        hovering.show_hover(view.canvas, now)
        view.viewport().setCursor(hovering.CURSORS.get(now.part, Qt.CursorShape.ArrowCursor))
        words = hovering.words(view.canvas, view.runner, now)
        if view.editing.field is None and (words or not view.bubble.holds(event.position().toPoint())):
            view.say(words, pos)

    def _follow(self, pos: QPointF) -> None:
        """Scroll on while something is dragged at the edge of what is seen."""
        room = self._view.viewport().rect().adjusted(EDGE, EDGE, -EDGE, -EDGE)
        x = min(0.0, pos.x() - room.left()) + max(0.0, pos.x() - room.right())
        y = min(0.0, pos.y() - room.top()) + max(0.0, pos.y() - room.bottom())
        if x or y:
            self._view.scroll_by(QPointF(-x, -y))

    def _release(self, event: QMouseEvent) -> None:
        if self.gesture is not None and not self.gesture.sticky and event.button() == self._button:
            gesture, self.gesture = self.gesture, None
            gesture.finish(self._view.exact(event.position()), event.modifiers())
            self._view.viewport().unsetCursor()

    def _double_click(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.cancel()
            pos = self._view.exact(event.position())
            double_click(self._view, hit(self._view.canvas, pos), pos)

    def _leave(self) -> None:
        if self.gesture is None:
            self.rest()
            self._view.bubble.hide()

    def _tip(self, event: QHelpEvent) -> None:
        view = self._view
        found = hit(view.canvas, view.exact(QPointF(event.pos())))
        text = "" if self.gesture is not None else tip(view.canvas, found, view.devicePixelRatioF())
        QToolTip.showText(event.globalPos(), text, view.viewport())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.MouseButtonPress:
                self._press(event)  # type: ignore[arg-type]
            case QEvent.Type.MouseMove:
                self._move(event)  # type: ignore[arg-type]
            case QEvent.Type.MouseButtonRelease:
                self._release(event)  # type: ignore[arg-type]
            case QEvent.Type.MouseButtonDblClick:
                self._double_click(event)  # type: ignore[arg-type]
            case QEvent.Type.ToolTip:
                self._tip(event)  # type: ignore[arg-type]
            case QEvent.Type.Leave:
                self._leave()
                return False
            case _:
                return False
        event.accept()
        return True
