"""Which gesture a press of the mouse begins, and what a double-click does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from gui.canvas.gestures import BandGesture, ClickGesture, Gesture, MoveGesture, PanGesture
from gui.canvas.hits import Hit
from gui.canvas.linking import LinkGesture

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

STEPS = {"fewer": -1, "more": 1}
_ADD = Qt.KeyboardModifier.ShiftModifier
_PAN = Qt.KeyboardModifier.ControlModifier


def gesture_for(view: CanvasView, hit: Hit, event: QMouseEvent) -> Gesture | None:
    """The gesture that a press begins; selecting what was pressed is part of the press."""
    if event.button() == Qt.MouseButton.MiddleButton:
        return PanGesture(view, view, _nothing)
    if event.button() != Qt.MouseButton.LeftButton:
        return None
    if event.modifiers() & _PAN:
        return PanGesture(view, view, lambda: _toggle(view, hit))
    if hit.part == "nothing":
        return BandGesture(view, view.document.selection if event.modifiers() & _ADD else frozenset())
    if event.modifiers() & _ADD and (hit.on_layer or hit.on_link):
        return ClickGesture(view, lambda: _toggle(view, hit))
    if hit.part == "border":
        return LinkGesture(view, hit.key, sticky=False)
    if hit.part == "weight":
        return ClickGesture(view, lambda: view.editing.weight(hit.key, hit.cell))
    if hit.on_link:
        view.document.select([hit.key])
        return ClickGesture(view, _badge_click(view, hit))
    return _on_card(view, hit)


def _nothing() -> None:
    """A click that means nothing."""


def _toggle(view: CanvasView, hit: Hit) -> None:
    if hit.on_layer or hit.on_link:
        view.document.select(view.document.selection ^ {hit.key})


def _badge_click(view: CanvasView, hit: Hit) -> Callable[[], None]:
    return (lambda: view.editing.delay(hit.key)) if hit.part == "badge" else _nothing


def _on_card(view: CanvasView, hit: Hit) -> Gesture:
    if hit.part == "chevron":
        return ClickGesture(view, lambda: view.canvas.set_expanded([hit.key], hit.key not in view.canvas.expanded))
    if hit.part in STEPS:
        return ClickGesture(view, lambda: view.operations.step_units([hit.key], STEPS[hit.part]))
    several = hit.key in view.document.selection
    if not several:
        view.document.select([hit.key])

    def clicked() -> None:
        view.document.select([hit.key])
        if hit.part == "neuron":
            view.editing.bias(hit.key, hit.neuron)

    return MoveGesture(view, view.document.selected_layers(), hit.key, clicked)


def double_click(view: CanvasView, hit: Hit, pos: QPointF) -> None:
    """Empty ground and links open the quick menu, a title its field, a card its neurons."""
    if hit.part == "nothing":
        view.open_menu(pos)
    elif hit.part == "link" and view.canvas.links[hit.key].link.role == "data":
        view.open_menu(pos, link=hit.key)
    elif hit.part in STEPS:
        view.operations.step_units([hit.key], STEPS[hit.part])
    elif hit.part == "title":
        view.editing.rename(hit.key)
    elif hit.part in ("body", "border"):
        view.canvas.set_expanded([hit.key], hit.key not in view.canvas.expanded)
