"""The canvas as a widget: it takes mouse, keys and drops, and hands them to gestures, commands and fields."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QNativeGestureEvent,
    QPainter,
    QPixmapCache,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from core.edits import Edit
from core.errors import StudioError
from gui.canvas import keyboard
from gui.canvas.commands import enable, make_commands
from gui.canvas.dropping import Dropping
from gui.canvas.editing import InlineEditing
from gui.canvas.menus import open_context_menu, questions_here
from gui.canvas.minimap import Minimap
from gui.canvas.mouse import Mouse
from gui.canvas.operations import Operations
from gui.canvas.overlays import Bubble, EmptyHint
from gui.canvas.quick_menu import QuickMenu
from gui.canvas.scene import CanvasScene
from gui.canvas.zoom_bar import ZoomBar
from gui.canvas.zooming import SCROLL_OFF, Zooming
from gui.document import Document
from gui.runner import Runner
from gui.text import sentence, tr
from gui.theme import theme
from gui.why.here import Question


class CanvasView(QGraphicsView):
    """Shows and changes the network of a document. ``commands`` are its QActions by key."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document, self.runner = document, runner
        self.canvas = CanvasScene(document, runner, self)
        self.setScene(self.canvas)
        self.setObjectName("canvas")
        self.setAccessibleName(tr("Canvas: the network"))
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(SCROLL_OFF)
        self.setVerticalScrollBarPolicy(SCROLL_OFF)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        self.setCacheMode(QGraphicsView.CacheModeFlag.CacheBackground)
        # Cards are kept as pictures; Qt's default of 10 MB holds few of them at 200 %.
        QPixmapCache.setCacheLimit(max(QPixmapCache.cacheLimit(), 80_000))
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._menu_place: tuple[QPointF, str, str] = (QPointF(), "", "")
        self.hint = EmptyHint(self.viewport())
        self.bubble = Bubble(self.viewport())
        self.menu = QuickMenu(self)
        self.zooming = Zooming(self, self.canvas)
        self.minimap = Minimap(self, self.canvas)
        self.editing = InlineEditing(self)
        self.operations = Operations(self)
        self.mouse = Mouse(self)
        self.dropping = Dropping(self)
        self.commands = make_commands(self, self.operations.table() | self._view_commands())
        self.addActions(list(self.commands.values()))
        self.commands["minimap"].setChecked(self.minimap.wanted)
        self.zoom_bar = ZoomBar(self, self.zooming, self.commands)
        self.menu.chosen.connect(self._on_kind)
        document.selection_changed.connect(self._on_selection)
        document.replaced.connect(self._on_replaced)
        self.canvas.arranged.connect(self._on_arranged)
        runner.updated.connect(self._on_updated)
        theme().changed.connect(self._on_theme)
        self._on_selection()
        self._on_arranged()

    def _view_commands(self) -> dict[str, object]:
        return {
            "quick_menu": lambda: self.open_menu(self.mouse.place()), "zoom_in": self.zooming.closer,
            "zoom_out": self.zooming.farther, "fit": self.zooming.fit, "actual_size": self.zooming.actual,
            "minimap": self.minimap.toggle,
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

    def say(self, text: str, pos: QPointF, tone: str = "plain", hold: bool = False) -> None:
        """Show a sentence at a point of the canvas; an empty one hides it. ``hold`` keeps it for a while."""
        self.bubble.say(text, self.mapFromScene(pos), tone, hold)

    def say_at_pointer(self, text: str, tone: str = "plain") -> None:
        """Show a sentence where the pointer is."""
        self.say(text, self.mouse.place(), tone, hold=True)

    def pixels(self, distance: float) -> float:
        """A distance on the canvas in pixels of the screen."""
        return distance * self.zooming.scale

    def scroll_by(self, pixels: QPointF) -> None:
        """Move what is seen."""
        self.zooming.follows = False
        self.zooming.pan(pixels)

    def exact(self, pos: QPointF) -> QPointF:
        """A point of the viewport on the canvas, not rounded to pixels."""
        inverted, _ = self.viewportTransform().inverted()
        return inverted.map(pos)

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
        self.setAccessibleDescription(self._selection_words())

    def _selection_words(self) -> str:
        """The selection in words, for those who do not see it."""
        cards = [self.canvas.layers[key].card for key in self.document.selected_layers() if key in self.canvas.layers]
        if not cards:
            return tr("Tab goes from layer to layer, Space adds one, L links, Enter shows neurons.")
        return "; ".join(f"{card.name}: {card.subtitle}, {card.shape}" for card in cards)

    def _on_replaced(self) -> None:
        self.mouse.forget()
        self.editing.close()
        self.bubble.hide()
        self.zooming.fit()

    def _on_arranged(self) -> None:
        empty = not self.canvas.layers
        self.hint.setVisible(empty)
        if self.mouse.gesture is None:
            self.zooming.keep_in_sight()
        self.minimap.refresh()
        self.mouse.rest()

    def _on_theme(self) -> None:
        self.resetCachedContent()
        self.viewport().update()

    def _on_updated(self) -> None:
        if self.isVisible():
            self.canvas.refresh()

    # Events

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
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zooming.by(1.0 + event.value(), event.position())
            return True
        return super().event(event)

    def questions_here(self) -> list[Question]:
        """What can be asked about what the pointer is at, or about the selection."""
        return questions_here(self)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.mouse.cancel()
        self.bubble.hide()
        open_context_menu(self, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.zooming.follows:
            self.zooming.fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.canvas.refresh()
        if self.zooming.follows:
            self.zooming.fit()
