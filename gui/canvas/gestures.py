"""What the mouse does on the canvas: each gesture is one object with start, move, finish and cancel, and leaves at most
one entry in the history, when it finishes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from PySide6.QtCore import QLineF, QPoint, QPointF, QRectF, Qt
from PySide6.QtWidgets import QGraphicsRectItem, QGraphicsView

from core.edits import Edit, MoveLayers
from gui.canvas import look
from gui.canvas.building import snapped, splice
from gui.canvas.scene import CanvasScene
from gui.document import Document
from gui.text import tr
from gui.theme import theme

CLICK_PIXELS = 4.0
ALIGN_REACH = 7.0


class Stage(Protocol):
    """What gestures need of the view."""

    document: Document
    canvas: CanvasScene

    def do(self, edit: Edit) -> bool:
        """Carry out an edit, or say why not."""

    def say(self, text: str, pos: QPointF, tone: str = "plain", hold: bool = False) -> None:
        """Show a sentence at a point of the canvas."""

    def scroll_by(self, pixels: QPointF) -> None:
        """Move what is seen."""

    def pixels(self, distance: float) -> float:
        """A distance on the canvas in pixels of the screen."""

    def open_menu(self, pos: QPointF, source: str = "", link: str = "") -> None:
        """Offer kinds of layers at a point."""


class Gesture:
    """Between press and release."""

    cursor: Qt.CursorShape | None = None
    sticky = False
    """True for gestures that go on without a pressed button, until the next click."""
    scrolls = True
    """True where the view follows a pointer that reaches its edge."""

    def start(self, pos: QPointF) -> None:
        """The button went down at ``pos``."""

    def move(self, pos: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The pointer is at ``pos``."""

    def finish(self, pos: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The button went up at ``pos``."""

    def cancel(self) -> None:
        """Escape: leave everything as it was."""


class MoveGesture(Gesture):
    """Drag the selected cards; a press without a drag is a click."""

    def __init__(self, stage: Stage, ids: Iterable[str], grip: str, clicked: Callable[[], None]) -> None:
        self._stage = stage
        network = stage.document.project.network
        self._origins = {key: QPointF(network.layers[key].x, network.layers[key].y) for key in ids}
        self._grip = grip
        self._clicked = clicked
        self._start = QPointF()
        self._moving = False

    def start(self, pos: QPointF) -> None:
        self._start = pos

    def move(self, pos: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        way = pos - self._start
        if not self._moving and self._stage.pixels(QLineF(self._start, pos).length()) < CLICK_PIXELS:
            return
        self._moving = True
        free = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        way, lines = (way, []) if free else self._snap(way)
        self._stage.canvas.shift({key: origin + way for key, origin in self._origins.items()})
        self._stage.canvas.guides.show_lines(lines)
        self._stage.canvas.light_link(self._link_under(pos))

    def _link_under(self, pos: QPointF) -> str:
        """The link into which a single layer without links would be dropped."""
        canvas = self._stage.canvas
        if len(self._origins) != 1 or canvas.network.touching(self._origins):
            return ""
        return next((key for key, item in canvas.links.items() if item.shape().contains(pos)), "")

    def _snap(self, way: QPointF) -> tuple[QPointF, list[tuple[QPointF, QPointF]]]:
        """``way`` so that the gripped card stands in line with another one, else on the grid."""
        place = self._origins[self._grip] + way
        x, y = snapped(place.x(), place.y())
        lines = []
        others = [item for key, item in self._stage.canvas.layers.items() if key not in self._origins]
        level = _nearest([item.y() for item in others], place.y())
        upright = _nearest([item.x() for item in others], place.x())
        if level is not None:
            y = level
            across = [item.x() for item in others if item.y() == level] + [place.x()]
            lines.append((QPointF(min(across), y), QPointF(max(across), y)))
        if upright is not None:
            x = upright
            along = [item.y() for item in others if item.x() == upright] + [place.y()]
            lines.append((QPointF(x, min(along)), QPointF(x, max(along))))
        return QPointF(x, y) - self._origins[self._grip], lines

    def finish(self, pos: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if not self._moving:
            self._clicked()
            return
        canvas = self._stage.canvas
        link = self._link_under(pos)
        canvas.guides.show_lines([])
        canvas.light_link("")
        places = {
            key: (canvas.layers[key].x(), canvas.layers[key].y()) for key in self._origins if key in canvas.layers
        }
        joined = splice(canvas.network, self._grip, canvas.network.links[link], places[self._grip]) if link else None
        self._stage.do(joined or MoveLayers(places))

    def cancel(self) -> None:
        self._stage.canvas.shift({k: v for k, v in self._origins.items() if k in self._stage.canvas.layers})
        self._stage.canvas.guides.show_lines([])
        self._stage.canvas.light_link("")


def _nearest(values: Iterable[float], wanted: float) -> float | None:
    near = [value for value in values if abs(value - wanted) <= ALIGN_REACH]
    return min(near, key=lambda value: abs(value - wanted)) if near else None


class BandGesture(Gesture):
    """Draw a frame around what is to be selected."""

    def __init__(self, stage: Stage, keep: frozenset[str]) -> None:
        self._stage, self._keep = stage, keep
        self._before = stage.document.selection
        self._start = QPointF()
        self._band = QGraphicsRectItem()
        self._band.setZValue(10)

    def start(self, pos: QPointF) -> None:
        self._start = pos
        self._band.setPen(look.hairline(theme().color("selection"), 1.2))
        self._band.setBrush(look.with_alpha(theme().color("selection"), 0.1))
        self._stage.canvas.addItem(self._band)

    def move(self, pos: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        rect = QRectF(self._start, pos).normalized()
        self._band.setRect(rect)
        self._stage.document.select(self._keep | self._inside(rect))

    def _inside(self, rect: QRectF) -> frozenset[str]:
        canvas = self._stage.canvas
        layers = {key for key, item in canvas.layers.items() if rect.intersects(item.scene_rect())}
        links = {key for key, item in canvas.links.items() if {item.link.source, item.link.target} <= layers}
        touched = {
            key for key, item in canvas.links.items() if item.route and rect.contains(item.route.path.boundingRect())
        }
        return frozenset(layers | links | touched)

    def finish(self, pos: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if self._stage.pixels(QLineF(self._start, pos).length()) < CLICK_PIXELS:
            self._stage.document.select(self._keep)
        self._stage.canvas.removeItem(self._band)

    def cancel(self) -> None:
        self._stage.document.select(self._before)
        self._stage.canvas.removeItem(self._band)


class PanGesture(Gesture):
    """Move what is seen; a press without a drag is a click."""

    cursor = Qt.CursorShape.ClosedHandCursor
    scrolls = False

    def __init__(self, stage: Stage, view: QGraphicsView, clicked: Callable[[], None]) -> None:
        self._stage, self._view, self._clicked = stage, view, clicked
        self._last = QPoint()
        self._moved = 0.0

    def start(self, pos: QPointF) -> None:
        self._last = self._view.mapFromScene(pos)

    def move(self, pos: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        now = self._view.mapFromScene(pos)
        way = now - self._last
        self._moved += way.manhattanLength()
        if self._moved >= CLICK_PIXELS:
            self._last = now
            self._stage.scroll_by(QPointF(way))

    def finish(self, pos: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if self._moved < CLICK_PIXELS:
            self._clicked()


class ClickGesture(Gesture):
    """Something that only answers to a click."""

    def __init__(self, stage: Stage, clicked: Callable[[], None]) -> None:
        self._stage, self._clicked = stage, clicked
        self._start = QPointF()

    def start(self, pos: QPointF) -> None:
        self._start = pos

    def finish(self, pos: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        if self._stage.pixels(QLineF(self._start, pos).length()) < CLICK_PIXELS:
            self._clicked()


def link_hint(name: str) -> str:
    """What the bubble says over a layer that may be linked to."""
    return tr("Link to “{name}”", name=name)
