"""The canvas as a widget: it takes mouse, keys and drops, and hands them to gestures, commands and fields."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)  # fmt: skip
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from core.edits import Edit
from core.errors import StudioError
from gui.canvas import hovering, keyboard
from gui.canvas.commands import enable, make_commands
from gui.canvas.editing import InlineEditing
from gui.canvas.gestures import Gesture
from gui.canvas.hits import Hit, hit
from gui.canvas.kinds_list import MIME
from gui.canvas.linking import LinkGesture
from gui.canvas.menus import context_menu
from gui.canvas.minimap import Minimap
from gui.canvas.operations import Operations
from gui.canvas.overlays import Bubble, EmptyHint
from gui.canvas.pressing import double_click, gesture_for
from gui.canvas.quick_menu import QuickMenu
from gui.canvas.scene import CanvasScene
from gui.canvas.zooming import SCROLL_OFF, Zooming
from gui.document import Document
from gui.runner import Runner
from gui.text import sentence, tr
from gui.theme import theme

EDGE = 14


class CanvasView(QGraphicsView):
    """Shows and changes the network of a document. ``commands`` are its QActions by key."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document, self.runner = document, runner
        self.canvas = CanvasScene(document, runner, self)
        self.setScene(self.canvas)
        self.setObjectName("canvas")
        self.setAccessibleName(tr("Canvas: the network"))
        self.setAccessibleDescription(tr("Tab goes from layer to layer, Space adds one, L links, Enter shows neurons."))
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(SCROLL_OFF)
        self.setVerticalScrollBarPolicy(SCROLL_OFF)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.gesture: Gesture | None = None
        self._menu_place: tuple[QPointF, str, str] = (QPointF(), "", "")
        self._minimap_wanted = True
        self.hint = EmptyHint(self.viewport())
        self.bubble = Bubble(self.viewport())
        self.menu = QuickMenu(self)
        self.zooming = Zooming(self, self.canvas)
        self.minimap = Minimap(self, self.canvas)
        self.editing = InlineEditing(self)
        self.operations = Operations(self)
        self.commands = make_commands(self, self.operations.table() | self._view_commands())
        self.addActions(list(self.commands.values()))
        self.commands["minimap"].setChecked(True)
        self.menu.chosen.connect(self._on_kind)
        document.selection_changed.connect(self._on_selection)
        document.replaced.connect(self._on_replaced)
        self.canvas.arranged.connect(self._on_arranged)
        self.horizontalScrollBar().valueChanged.connect(self._show_minimap)
        self.verticalScrollBar().valueChanged.connect(self._show_minimap)
        runner.updated.connect(self._on_updated)
        theme().changed.connect(self.viewport().update)
        self._on_selection()
        self._on_arranged()

    def _view_commands(self) -> dict[str, object]:
        return {
            "quick_menu": lambda: self.open_menu(self.pointer()), "zoom_in": self.zooming.closer,
            "zoom_out": self.zooming.farther, "fit": self.zooming.fit, "actual_size": self.zooming.actual,
            "minimap": self._toggle_minimap,
        }  # fmt: skip

    # What gestures and operations ask for

    def do(self, edit: Edit) -> bool:
        """Carry out an edit; where it is refused, show everything as it is and say why."""
        try:
            self.document.do(edit)
        except StudioError as error:
            self.canvas.shift({layer.id: QPointF(layer.x, layer.y) for layer in self.canvas.network})
            self.say_at_pointer(sentence(error), "refused")
            return False
        return True

    def say(self, text: str, pos: QPointF, tone: str = "plain") -> None:
        """Show a sentence at a point of the canvas; an empty one hides it."""
        self.bubble.say(text, self.mapFromScene(pos), tone)

    def say_at_pointer(self, text: str, tone: str = "plain") -> None:
        """Show a sentence where the pointer is."""
        self.say(text, self.pointer(), tone)

    def pixels(self, distance: float) -> float:
        """A distance on the canvas in pixels of the screen."""
        return distance * self.zooming.scale

    def scroll_by(self, pixels: QPointF) -> None:
        """Move what is seen."""
        self.zooming.follows = False
        self.zooming.pan(pixels)

    def pointer(self) -> QPointF:
        """Where the pointer is on the canvas; the middle of what is seen where it is elsewhere."""
        place = self.viewport().mapFromGlobal(QCursor.pos())
        if not self.viewport().rect().contains(place):
            place = self.viewport().rect().center()
        return self.mapToScene(place)

    def open_menu(self, pos: QPointF, source: str = "", link: str = "") -> None:
        """Offer kinds of layers; the chosen one is put at ``pos``, linked from ``source`` or into ``link``."""
        self.bubble.hide()
        self._menu_place = (pos, source, link)
        self.menu.open_at(self.mapFromScene(pos) + QPoint(4, 4))

    def add_layer(self, kind: str) -> None:
        """Add a layer beside the selected one, linked from it where that is allowed."""
        self.operations.add_layer(kind)

    def show_layers(self, ids: list[str]) -> None:
        """Bring layers into sight."""
        rect = QRectF()
        for key in ids:
            rect = rect.united(self.canvas.layers[key].scene_rect())
        self.zooming.show(rect)

    def begin_linking(self, gesture: LinkGesture) -> None:
        """Draw a link without a pressed button."""
        self.cancel_gesture()
        self.gesture = gesture
        gesture.start(self.canvas.layers[gesture.source].pos())
        gesture.cycle(1)

    def conclude_linking(self, gesture: LinkGesture) -> None:
        """Make the link that the keys aim at."""
        self.gesture = None
        gesture.conclude(self.canvas.layers[gesture.target or gesture.source].pos())

    def cancel_gesture(self) -> None:
        """Leave everything as it was before the gesture."""
        if self.gesture is not None:
            gesture, self.gesture = self.gesture, None
            gesture.cancel()
            self.viewport().unsetCursor()

    def escape(self) -> None:
        """Close what is open, else select nothing."""
        if self.menu.isVisible():
            self.menu.dismiss()
        elif self.bubble.isVisible():
            self.bubble.hide()
        else:
            self.document.select([])

    # What the document and the runner say

    def _on_kind(self, kind: str) -> None:
        pos, source, link = self._menu_place
        self.operations.add_layer(kind, pos, source, link)

    def _on_selection(self) -> None:
        enable(self.commands, len(self.document.selected_layers()), len(self.document.selected_links()))
        self.minimap.update()

    def _on_replaced(self) -> None:
        self.gesture = None
        self.editing.close()
        self.bubble.hide()
        self.zooming.fit()

    def _on_arranged(self) -> None:
        empty = not self.canvas.layers
        self.hint.setVisible(empty)
        self._show_minimap()
        if self.gesture is None:
            hovering.show_hover(self.canvas, Hit())

    def _on_updated(self) -> None:
        if self.isVisible():
            self.canvas.refresh()

    def _show_minimap(self) -> None:
        """The map is there while a part of the network is out of sight."""
        self.minimap.setVisible(self._minimap_wanted and self.minimap.needed())

    def _toggle_minimap(self) -> None:
        self._minimap_wanted = not self._minimap_wanted
        self.commands["minimap"].setChecked(self._minimap_wanted)
        self._on_arranged()

    def _place_minimap(self) -> None:
        corner = self.rect().bottomRight()
        self.minimap.move(corner.x() - self.minimap.width() - EDGE, corner.y() - self.minimap.height() - EDGE)

    # Events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.menu.dismiss()
        self.bubble.hide()
        pos = self._exact(event.position())
        if self.gesture is not None:
            if not self.gesture.sticky:
                return
            gesture, self.gesture = self.gesture, None
            if event.button() == Qt.MouseButton.LeftButton:
                gesture.finish(pos, event.modifiers())
            else:
                gesture.cancel()
            return
        self.gesture = gesture_for(self, hit(self.canvas, pos), event)
        if self.gesture is not None:
            if self.gesture.cursor is not None:
                self.viewport().setCursor(self.gesture.cursor)
            self.gesture.start(pos)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pos = self._exact(event.position())
        if self.gesture is not None:
            self.gesture.move(pos, event.modifiers())
            return
        now = hit(self.canvas, pos)
        hovering.show_hover(self.canvas, now)
        self.viewport().setCursor(hovering.CURSORS.get(now.part, Qt.CursorShape.ArrowCursor))
        text = hovering.words(self.canvas, self.runner, now)
        if self.editing.field is None:
            self.say(text, pos)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.gesture is not None and not self.gesture.sticky:
            gesture, self.gesture = self.gesture, None
            gesture.finish(self._exact(event.position()), event.modifiers())
            self.viewport().unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            pos = self._exact(event.position())
            double_click(self, hit(self.canvas, pos), pos)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zooming.by(self.zooming.wheel_factor(event.angleDelta().y()), event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if keyboard.press(self, event):
            event.accept()
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and keyboard.tab(self, event):
            return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.cancel_gesture()
        self.bubble.hide()
        pos = self._exact(QPointF(event.pos()))
        found = hit(self.canvas, pos)
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            found = self._selected_hit()
        if (found.on_layer or found.on_link) and found.key not in self.document.selection:
            self.document.select([found.key])
        menu = context_menu(self, found, pos)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(MIME):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._light_link(self._link_under(event.position()))
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._light_link("")

    def dropEvent(self, event: QDropEvent) -> None:
        kind = bytes(event.mimeData().data(MIME).data()).decode(errors="replace")
        link = self._link_under(event.position())
        self._light_link("")
        event.acceptProposedAction()
        self.operations.add_layer(kind, self._exact(event.position()), link=link)
        self.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_minimap()
        if self.zooming.follows:
            self.zooming.fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.canvas.refresh()
        if self.zooming.follows:
            self.zooming.fit()

    def leaveEvent(self, event: object) -> None:
        if self.gesture is None:
            hovering.show_hover(self.canvas, Hit())
            self.bubble.hide()

    def _exact(self, pos: QPointF) -> QPointF:
        """A point of the viewport on the canvas, not rounded to pixels."""
        inverted, _ = self.viewportTransform().inverted()
        return inverted.map(pos)

    def _selected_hit(self) -> Hit:
        chosen = self.document.selected_layers()
        if chosen:
            return Hit("body", chosen[0])
        links = self.document.selected_links()
        return Hit("link", links[0]) if links else Hit()

    def _link_under(self, pos: QPointF) -> str:
        """The link that a layer would be dropped into."""
        found = hit(self.canvas, self._exact(pos))
        if not found.on_link or self.canvas.links[found.key].link.role != "data":
            return ""
        return found.key

    def _light_link(self, key: str) -> None:
        for other, item in self.canvas.links.items():
            if item.lit != (other == key):
                item.lit = other == key
                item.update()
