"""What is under a point of the canvas, from top to bottom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF

from gui.canvas.card_paint import PORT_RADIUS, stepper_rects
from gui.canvas.layer_item import LayerItem
from gui.canvas.look import BORDER_BAND, REACH
from gui.canvas.scene import CanvasScene

Part = Literal["nothing", "border", "title", "chevron", "fewer", "more", "body", "neuron", "weight", "badge", "link"]


@dataclass(frozen=True)
class Hit:
    """A part of a layer or of a link."""

    part: Part = "nothing"
    key: str = ""
    """Id of the layer or link; for a weight the key of its matrix."""
    neuron: int = -1
    cell: tuple[int, int] = (-1, -1)

    @property
    def on_layer(self) -> bool:
        """True on any part of a card."""
        return self.part in ("border", "title", "chevron", "fewer", "more", "body", "neuron")

    @property
    def on_link(self) -> bool:
        """True on a link's curve or badge."""
        return self.part in ("badge", "link")


def hit(scene: CanvasScene, pos: QPointF) -> Hit:
    """What is at ``pos``: neurons before weights, weights before the card around them, cards before links."""
    item = layer_at(scene, pos)
    inside = None if item is None else item.mapFromScene(pos)
    if item is not None and inside is not None and item.expansion is not None:
        if _on_port(item, inside):
            return Hit("border", item.layer_id)
        neuron = item.expansion.neuron_at(inside)
        if neuron is not None:
            return Hit("neuron", item.layer_id, neuron=neuron)
    for key, link_item in scene.links.items():
        if item is None and link_item.badge_rect().contains(pos):
            return Hit("badge", key)
    if item is None or item.expansion is not None:
        for key, weights in scene.weights.items():
            cell = weights.cell_at(pos)
            if cell is not None:
                return Hit("weight", key, cell=cell)
    if item is not None and inside is not None:
        return _part_of(item, inside)
    for key, link_item in scene.links.items():
        if link_item.shape().contains(pos):
            return Hit("link", key)
    return Hit()


def _part_of(item: LayerItem, inside: QPointF) -> Hit:
    rect = item.rect()
    if _on_port(item, inside):
        return Hit("border", item.layer_id)
    if not rect.adjusted(BORDER_BAND, BORDER_BAND, -BORDER_BAND, -BORDER_BAND).contains(inside):
        return Hit("border", item.layer_id)
    if item.can_expand() and item.chevron_rect().contains(inside):
        return Hit("chevron", item.layer_id)
    if item.card.resizable:
        for part, button in zip(("fewer", "more"), stepper_rects(rect), strict=True):
            if button.contains(inside):
                return Hit(part, item.layer_id)  # type: ignore[arg-type]
    if item.title_rect().contains(inside):
        return Hit("title", item.layer_id)
    return Hit("body", item.layer_id)


def _on_port(item: LayerItem, inside: QPointF) -> bool:
    return (inside - item.port()).manhattanLength() <= PORT_RADIUS * 2


def layer_at(scene: CanvasScene, pos: QPointF, reach: float = REACH) -> LayerItem | None:
    """The topmost card at a point, or the nearest one within ``reach``."""
    near: list[tuple[float, float, LayerItem]] = []
    for order, item in enumerate(scene.layers.values()):
        rect = item.scene_rect()
        if rect.adjusted(-reach, -reach, reach, reach).contains(pos):
            outside = 0.0 if rect.contains(pos) else 1.0
            near.append((outside, -item.zValue() - order * 1e-4, item))
    return min(near, key=lambda found: found[:2])[2] if near else None
