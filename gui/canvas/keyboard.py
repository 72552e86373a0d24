"""What the keys do on the canvas, apart from the shortcuts of the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent

from gui.canvas.building import next_place
from gui.canvas.linking import LinkGesture
from gui.canvas.look import GRID

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)
}  # fmt: skip
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_COMMANDS = {
    Qt.Key.Key_Plus: "more", Qt.Key.Key_Equal: "more", Qt.Key.Key_Minus: "less", Qt.Key.Key_L: "link",
    Qt.Key.Key_Return: "expand", Qt.Key.Key_Enter: "expand",
}  # fmt: skip


def press(view: CanvasView, event: QKeyEvent) -> bool:
    """Do what a key says; False where it says nothing here."""
    key, modifiers = Qt.Key(event.key()), event.modifiers()
    if view.mouse.gesture is not None:
        return _during_gesture(view, key)
    if modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier):
        return False
    if key == Qt.Key.Key_Space:
        _offer_layers(view)
        return True
    if key == Qt.Key.Key_Escape:
        view.escape()
        return True
    if key in ARROWS:
        return _arrow(view, *ARROWS[key], modifiers)
    if key in _COMMANDS and view.commands[_COMMANDS[key]].isEnabled():
        view.commands[_COMMANDS[key]].trigger()
        return True
    return False


def _offer_layers(view: CanvasView) -> None:
    """At the pointer; beside the selected layer and linked from it where the pointer is elsewhere."""
    chosen = view.document.selected_layers()
    if view.mouse.is_here() or len(chosen) != 1:
        view.open_menu(view.mouse.place())
    else:
        view.open_menu(QPointF(*next_place(view.canvas.network, chosen[0])), source=chosen[0])


def _during_gesture(view: CanvasView, key: Qt.Key) -> bool:
    gesture = view.mouse.gesture
    if key == Qt.Key.Key_Escape:
        view.mouse.cancel()
    elif isinstance(gesture, LinkGesture) and key in ARROWS:
        gesture.toward(*ARROWS[key])
    elif isinstance(gesture, LinkGesture) and key in ENTER:
        view.mouse.conclude_linking()
    return True


def _arrow(view: CanvasView, x: int, y: int, modifiers: Qt.KeyboardModifier) -> bool:
    if modifiers & Qt.KeyboardModifier.AltModifier:
        return _walk(view, x, y)
    if not view.document.selected_layers():
        view.scroll_by(QPointF(-40 * x, -40 * y))
        return True
    step = 1.0 if modifiers & Qt.KeyboardModifier.ShiftModifier else GRID
    view.operations.nudge(x * step, y * step)
    return True


def _walk(view: CanvasView, x: int, y: int) -> bool:
    """Select the nearest layer in a direction."""
    chosen = view.document.selected_layers()
    if not chosen:
        return True
    here = view.canvas.layers[chosen[0]].pos()
    ways = [(item.pos() - here, key) for key, item in view.canvas.layers.items() if key != chosen[0]]
    ahead = [(w.x() * x + w.y() * y + 2 * (abs(w.x() * y) + abs(w.y() * x)), key) for w, key in ways
             if w.x() * x + w.y() * y > 1.0]  # fmt: skip
    if ahead:
        view.document.select([min(ahead)[1]])
    return True


def tab(view: CanvasView, event: QKeyEvent) -> bool:
    """Tab selects the next layer; False for other keys, and where the focus should go on to the next widget."""
    forward = event.key() == Qt.Key.Key_Tab
    backward = event.key() == Qt.Key.Key_Backtab or (forward and event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    if (not forward and not backward) or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        return False
    return _next_layer(view, not backward)


def _next_layer(view: CanvasView, forward: bool) -> bool:
    if isinstance(view.mouse.gesture, LinkGesture):
        view.mouse.gesture.cycle(1 if forward else -1)
        return True
    order = sorted(view.canvas.layers, key=lambda key: (view.canvas.layers[key].x(), view.canvas.layers[key].y()))
    if not order:
        return False
    chosen = view.document.selected_layers()
    place = order.index(chosen[-1]) + (1 if forward else -1) if chosen else (0 if forward else len(order) - 1)
    if not 0 <= place < len(order):
        view.document.select([])
        return False
    view.document.select([order[place]])
    view.show_layers([order[place]])
    return True
