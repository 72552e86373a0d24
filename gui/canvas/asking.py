"""What can be asked about the things of the canvas: cards and what is written on them, neurons, weights, links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF

from core.parameters import parameters
from core.problems import problems
from core.why.network.counted import Counting
from core.why.numbers import Number
from gui.canvas import card_paint, matrices
from gui.canvas.hits import Hit
from gui.canvas.layer_item import LayerItem
from gui.canvas.live_item import PAST_RADIUS
from gui.inspect.counts import about_parameters, about_size
from gui.problem_cards import about_problem
from gui.text import tr
from gui.why.here import Question
from gui.why.questions import about_layer, about_unit

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


def questions_of(view: CanvasView, hit: Hit, pos: QPointF | None = None) -> list[Question]:
    """What can be asked about the thing that was hit at a point of the canvas; None is asked by a key, about all of it."""
    if hit.part == "weight":
        return _weight(view, hit)
    if hit.part == "neuron":
        return _neuron(view, hit)
    if hit.on_layer:
        return _card(view, hit, pos)
    return _link(view, hit) if hit.on_link else []


def _weight(view: CanvasView, hit: Hit) -> list[Question]:
    item = view.canvas.weights[hit.key]
    tensor, (row, column) = item.matrix.place(*hit.cell)
    found = [Question(Number("weight", item.matrix.layer, row, None, tensor, column))]
    if item.matrix.link is not None:
        found.append(_about_matrix(view, item.matrix.link))
    return found


def _neuron(view: CanvasView, hit: Hit) -> list[Question]:
    layer, step = view.canvas.network.layers[hit.key], view.canvas.live.step_of(hit.key)
    found = about_unit(hit.key, "value", hit.neuron, step)
    for name in matrices.biases(layer):
        bias = view.runner.weights.get(name)
        if bias is not None and hit.neuron < len(bias):
            found.append(Question(Number("weight", hit.key, hit.neuron, None, name), tr("Why this bias?")))
    return found


def _card(view: CanvasView, hit: Hit, pos: QPointF | None) -> list[Question]:
    item, step = view.canvas.layers[hit.key], view.canvas.live.step_of(hit.key)
    inside = None if pos is None else item.mapFromScene(pos)
    found = about_layer(hit.key, step, False)
    sizes = _about_sizes(view, hit.key)
    if inside is not None:
        shape, count = card_paint.footer_rects(item.rect(), item.card)
        if count.contains(inside):
            sizes.reverse()
        if shape.contains(inside) or count.contains(inside):
            return [*sizes, *found, *_about_problems(view, hit.key)]
        found = [*_at(view, item, inside), *found]
    return [*found, *sizes, *_about_problems(view, hit.key)]


def _about_sizes(view: CanvasView, key: str) -> list[Question]:
    """How many units a layer has, and how many numbers it learns."""
    network = view.document.project.network
    own = [one for one in parameters(network).values() if one.layer == key]
    found = [about_size(network, key)] if Counting(network).known(key) else []
    return [*found, about_parameters(network, key, own)] if own else found


def _about_problems(view: CanvasView, key: str) -> list[Question]:
    """The numbers of what is said about a layer that has a problem."""
    if not view.canvas.layers[key].card.severity:
        return []
    here = [one for one in problems(view.document.state) if key in one.layers]
    return [question for one in here for question in about_problem(one, view.document).values()]


def _at(view: CanvasView, item: LayerItem, inside: QPointF) -> list[Question]:
    """The pixel of the strip of a folded card, or the unit of the past in an expanded one."""
    if item.expansion is not None:
        return _past(view, item, inside)
    strip, network = item.strip_rect(), view.canvas.network
    if not strip.contains(inside) or item.live.strip is None:
        return []
    across, down = (inside.x() - strip.left()) / strip.width(), (inside.y() - strip.top()) / strip.height()
    shown = view.canvas.live.of(item.layer_id, item.card.features).values
    if shown is None:
        bias = matrices.biases(network.layers[item.layer_id])
        unit = min(int(across * item.live.strip.width()), item.live.strip.width() - 1)
        texts = tr("Why this bias?")
        return [Question(Number("weight", item.layer_id, unit, None, name), texts) for name in bias]
    steps, units = shown.shape
    if not item.card.sequence or steps == 1:
        return about_unit(item.layer_id, "value", _place(across, units), view.canvas.live.step_of(item.layer_id))
    return about_unit(item.layer_id, "value", _place(down, units), _place(across, steps))


def _place(share: float, count: int) -> int:
    return min(count - 1, max(0, int(share * count)))


def _past(view: CanvasView, item: LayerItem, inside: QPointF) -> list[Question]:
    assert item.expansion is not None
    for block in item.expansion.blocks:
        if block.past is None:
            continue
        away = np.hypot(block.past[:, 0] - inside.x(), block.past[:, 1] - inside.y())
        unit = int(away.argmin())
        step = view.canvas.live.step_of(block.matrix.source)
        if away[unit] <= PAST_RADIUS + 1.5 and step is not None:
            return about_unit(block.matrix.source, "value", unit, max(-1, step - block.matrix.delay))
    return []


def _link(view: CanvasView, hit: Hit) -> list[Question]:
    """Of what it is learned from a weight; on its badge the delay comes first."""
    network = view.canvas.network
    link = network.links[hit.key]
    matrix = matrices.of_link(network, view.canvas.shapes, link)
    found = []
    if matrix is not None and matrix.values(view.document.project.weights) is not None:
        tensor, (row, column) = matrix.place(0, 0)
        found = [Question(Number("weight", matrix.layer, row, None, tensor, column)), _about_matrix(view, hit.key)]
    if link.role != "data":
        return found
    delay = Question(Counting(network).delay(hit.key), tr("Why this delay?"))
    return [delay, *found] if hit.part == "badge" and link.delay else [*found, delay]


def _about_matrix(view: CanvasView, link: str) -> Question:
    return Question(Counting(view.canvas.network).matrix(link), tr("Why so many weights?"))
