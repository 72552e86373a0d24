"""What the canvas shows while the pointer rests on something: ports, thicker links, the number of a weight."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt

from gui.canvas import matrices
from gui.canvas.hits import Hit
from gui.canvas.scene import CanvasScene
from gui.canvas.weight_items import WeightItem
from gui.runner import Runner
from gui.text import tr

CURSORS = {
    "border": Qt.CursorShape.CrossCursor, "chevron": Qt.CursorShape.PointingHandCursor,
    "fewer": Qt.CursorShape.PointingHandCursor, "more": Qt.CursorShape.PointingHandCursor,
    "badge": Qt.CursorShape.PointingHandCursor, "weight": Qt.CursorShape.PointingHandCursor,
    "neuron": Qt.CursorShape.PointingHandCursor, "link": Qt.CursorShape.PointingHandCursor,
}  # fmt: skip


def show_hover(scene: CanvasScene, now: Hit) -> None:
    """Mark what is under the pointer, and nothing else."""
    for key, item in scene.layers.items():
        hovered = now.on_layer and key == now.key
        neuron = now.neuron if hovered and now.part == "neuron" else None
        if item.hovered != hovered:
            item.hovered = hovered
            item.update()
        if item.live.hovered_neuron != neuron:
            item.live.hover(neuron)
    for key, link_item in scene.links.items():
        hovered = now.on_link and key == now.key
        if link_item.hovered != hovered:
            link_item.hovered = hovered
            link_item.update()
    for key, weights in scene.weights.items():
        weights.hover(now.cell if now.part == "weight" and key == now.key else None)
        weights.set_focus(_focus(weights, now))


def _focus(weights: WeightItem, now: Hit) -> tuple[str, int] | None:
    """The neuron under the pointer brings its connections forward."""
    if now.part != "neuron":
        return None
    if weights.matrix.layer == now.key:
        return ("row", now.neuron)
    return ("column", now.neuron) if weights.matrix.source == now.key else None


def words(scene: CanvasScene, runner: Runner, now: Hit) -> str:
    """The sentence of what is under the pointer, for a weight or a neuron."""
    if now.part == "weight":
        return weight_words(scene, scene.weights[now.key], now.cell)
    if now.part == "neuron":
        return _neuron_words(scene, runner, now)
    return ""


def weight_words(scene: CanvasScene, item: WeightItem, cell: tuple[int, int]) -> str:
    """“w[3,5] = 0.1234” and between which neurons."""
    if item.values is None:
        return ""
    row, column = cell
    layers = scene.network.layers
    matrix = item.matrix
    source, target = layers[matrix.source].name, layers[matrix.layer].name
    when = "" if not matrix.delay else f" (t−{matrix.delay})"
    place = f"{source}{when} {column} → {target} {matrix.row_name(row)}"
    if item.mask is not None and not item.mask[row, column]:
        return tr("w[{row},{column}] is cut", row=row, column=column) + "\n" + place
    return f"w[{row},{column}] = {number_words(float(item.values[row, column]))}\n{place}"


def number_words(value: float) -> str:
    """A weight in few digits."""
    if not np.isfinite(value):
        return "NaN" if np.isnan(value) else ("∞" if value > 0 else "−∞")
    return f"{value:.4f}" if value == 0 or abs(value) >= 1e-3 else f"{value:.2e}"


def _neuron_words(scene: CanvasScene, runner: Runner, now: Hit) -> str:
    layer = scene.network.layers[now.key]
    lines = [tr("“{name}”, neuron {number}", name=layer.name, number=now.neuron)]
    activation = scene.layers[now.key].live.activation
    if activation is not None and now.neuron < len(activation):
        lines.append(tr("says {value}", value=number_words(float(activation[now.neuron]))))
    for name in matrices.biases(layer):
        bias = runner.weights.get(name)
        if bias is not None and now.neuron < len(bias):
            lines.append(tr("{name} = {value}", name=_short(name), value=number_words(float(bias[now.neuron]))))
    return "\n".join(lines)


def _short(name: str) -> str:
    return {"bias": "b", "bias_ih": "b_ih", "bias_hh": "b_hh"}[name.rpartition(".")[2]]
