"""Changing a name, a delay, a weight or a bias right where it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF

from core.edits import Edit, Rename, SetDelay, SetMask, SetWeight
from core.errors import StudioError
from gui.canvas import look, matrices
from gui.canvas.overlays import Field, number
from gui.text import sentence, tr

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class InlineEditing:
    """Opens fields on the canvas and turns what is written into edits."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._field: Field | None = None

    @property
    def field(self) -> Field | None:
        """The field that is open."""
        return self._field if self._field is not None and self._field.is_open else None

    def rename(self, key: str) -> None:
        """A field over the title of a layer."""
        item = self._view.canvas.layers[key]
        rect = item.mapRectToScene(item.title_rect().adjusted(-4, -3, 22, 4))
        self._open(rect, item.card.name, tr("Name of the layer"), lambda text: self._rename(key, text), leave=True)

    def _rename(self, key: str, text: str) -> None:
        layer = self._view.canvas.network.layers.get(key)
        if layer is not None and text.strip() != layer.name:
            self._view.do(Rename(key, text))

    def delay(self, key: str) -> None:
        """A field over the badge of a link."""
        item = self._view.canvas.links[key]
        if item.route is None or item.link.role != "data":
            return
        rect = QRectF(item.route.badge.x() - 32, item.route.badge.y() - 13, 64, 26)
        self._open(rect, str(item.link.delay), tr("Delay in time steps"), self._number(
            lambda value: SetDelay(key, round(value))))  # fmt: skip

    def weight(self, key: str, cell: tuple[int, int]) -> None:
        """A field at a connection; an empty field cuts it."""
        item = self._view.canvas.weights[key]
        if item.values is None:
            return
        if item.mask is not None and not item.mask[cell]:
            self.connect(key, cell, True)
            return
        name, index = item.matrix.place(*cell)
        at = item.point_of(cell)
        title = tr("Weight w[{row},{column}]", row=cell[0], column=cell[1])
        self._open_number(at, float(item.values[cell]), title, lambda value: SetWeight(name, index, value))

    def connect(self, key: str, cell: tuple[int, int], there: bool) -> None:
        """Cut one connection, or restore it."""
        label = tr("Restore connection") if there else tr("Cut connection")
        link = self._view.canvas.weights[key].matrix.link
        if link is not None:
            self._view.do(SetMask(link, {cell: there}, label=label))

    def bias(self, key: str, neuron: int) -> None:
        """A field at a neuron for its bias."""
        item = self._view.canvas.layers[key]
        names = matrices.biases(self._view.canvas.network.layers[key])
        values = self._view.runner.weights.get(names[0]) if names else None
        if values is None or item.expansion is None or neuron >= len(values):
            self._view.say(
                tr("This neuron has no bias of its own."), item.mapToScene(_point(item.expansion, neuron)), hold=True
            )
            return
        at = item.mapToScene(_point(item.expansion, neuron))
        title = tr("Bias of neuron {number}", number=neuron)
        self._open_number(at, float(values[neuron]), title, lambda value: SetWeight(names[0], (neuron,), value,
                                                                                   label=tr("Set bias")))  # fmt: skip

    def _open_number(self, at: QPointF, value: float, title: str, make: Callable[[float], Edit]) -> None:
        self._open(QRectF(at.x() - 46, at.y() + 8, 92, 26), f"{value:.6g}", title, self._number(make))

    def _number(self, make: Callable[[float], Edit]) -> Callable[[str], None]:
        def take(text: str) -> None:
            try:
                value = number(text)
                if not np.isfinite(value):
                    raise OverflowError
                edit = make(value)
            except StudioError as error:
                self._view.say_at_pointer(sentence(error), "refused")
                return
            except OverflowError:
                self._view.say_at_pointer(tr("A finite number is needed."), "refused")
                return
            self._view.do(edit)

        return take

    def _open(self, rect: QRectF, text: str, name: str, take: Callable[[str], None], leave: bool = False) -> None:
        self.close()
        view = self._view
        view.bubble.hide()
        place = view.mapFromScene(rect).boundingRect()
        size = max(place.width(), 84), max(place.height(), 27)
        centre = place.center()
        field = self._field = Field(view, take, take_on_leave=leave)
        field.setFont(look.font(12.5))
        field.setToolTip(name)
        field.open_at(QRect(centre.x() - size[0] // 2, centre.y() - size[1] // 2, *size), text, name)

    def close(self) -> None:
        """Close the open field, leaving everything as it was."""
        if self.field is not None:
            self.field.close_field()
        self._field = None


def _point(expansion: object, neuron: int) -> QPointF:
    places = getattr(expansion, "neurons", None)
    return QPointF() if places is None else QPointF(*places[neuron].tolist())
