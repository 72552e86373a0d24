"""Chooses a number by layer, kind, unit and step: everything can be asked with the keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from core.catalogue.spec import Param
from core.project import Change
from core.shapes import infer
from core.why.numbers import Number, Quantity
from gui.asking import Asking
from gui.document import Document
from gui.forms.fields import Drop
from gui.forms.number_box import NumberBox
from gui.text import tr


def quantity_names() -> dict[Quantity, str]:
    """What can be asked about a layer."""
    return {
        "value": tr("value"),
        "sum": tr("sum before the activation"),
        "cell": tr("cell"),
        "gradient": tr("gradient dL/dh"),
        "delta": tr("gradient at the sum"),
        "cell_gradient": tr("gradient dL/dc"),
    }


class QuestionBar(QWidget):
    """Layer, quantity, unit and step of the number that is asked about."""

    asked = Signal(object)

    def __init__(self, document: Document, asking: Asking) -> None:
        super().__init__()
        self._document, self._asking = document, asking
        self._quantity: Quantity = "value"
        self.layer, self.quantity = Drop(), Drop()
        self.unit = NumberBox(Param("unit", "Unit", "int", 1, "", minimum=1))
        self.step = NumberBox(Param("step", "Time step", "int", 1, "", minimum=0))
        self.layer.setAccessibleName(tr("Layer"))
        self.quantity.setAccessibleName(tr("Which number"))
        self.unit.setAccessibleName(tr("Unit, counted from 1"))
        self.step.setAccessibleName(tr("Time step, counted from 1; 0 is before the first"))
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 0, 10, 4)
        grid.setSpacing(4)
        grid.addWidget(self.layer, 0, 0, 1, 2)
        grid.addWidget(self.quantity, 0, 2, 1, 2)
        for column, (text, box) in enumerate(((tr("unit"), self.unit), ("t =", self.step))):
            label = QLabel(text)
            label.setForegroundRole(self.palette().ColorRole.PlaceholderText)
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(label, 1, 2 * column)
            grid.addWidget(box, 1, 2 * column + 1)
        for column in (1, 3):
            grid.setColumnStretch(column, 1)
        self.layer.activated.connect(lambda _: self._ask(fresh=True))
        self.quantity.activated.connect(lambda _: self._ask())
        self.unit.edited.connect(lambda _: self._ask())
        self.step.edited.connect(lambda _: self._ask())
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._fill)
        self._fill()

    def show_number(self, number: Number | None) -> None:
        """Show which number is explained; of one that has no place here (a weight, a gate) only its layer."""
        if number is None or number.layer not in self._document.project.network.layers:
            return
        self.layer.show_key(number.layer)
        self._offer(number.layer)
        if number.quantity in quantity_names():
            self.quantity.show_key(number.quantity)
            self._limit(number.layer)
            self.unit.show_value(number.unit + 1)
            self.step.show_value(None if number.step is None else number.step + 1)
        else:
            self.quantity.show_key(None)
            self.unit.show_value(None)
            self.step.show_value(None)

    def _ask(self, fresh: bool = False) -> None:
        """``fresh`` begins anew: the last step of the first unit."""
        layer = self.layer.currentData()
        if layer is None:
            return
        self._offer(layer)
        self._limit(layer)
        quantity: Quantity = self.quantity.currentData() or "value"
        unit, step = self.unit.value(), self.step.value() if self.step.isEnabled() else None
        if fresh:
            unit, step = 1, None
        self.asked.emit(Number(quantity, layer, int(unit or 1) - 1, None if step is None else int(step) - 1))

    def _offer(self, layer: str) -> None:
        """The quantities that a layer has."""
        kind = self._document.project.network.layers[layer].kind
        chosen, names = self.quantity.currentData(), quantity_names()
        fits: list[Quantity] = ["value", "gradient"]
        fits += ["sum", "delta"] if kind in ("dense", "output", "rnn") else []
        fits += ["cell", "cell_gradient"] if kind == "lstm" else []
        offered = [key for key in names if key in fits]
        if [self.quantity.itemData(n) for n in range(self.quantity.count())] != offered:
            self.quantity.clear()
            for key in offered:
                self.quantity.add(key, names[key])
            self.quantity.show_key(chosen if chosen in offered else "value")

    def _limit(self, layer: str) -> None:
        shape = infer(self._document.project.network).get(layer)
        trace = self._asking.trace
        self.unit.set_param(Param("unit", "Unit", "int", 1, "", minimum=1, maximum=shape.features if shape else 1))
        steps = trace.steps.get(layer) if trace is not None else None
        self.step.setEnabled(bool(shape and shape.sequence))
        self.step.set_param(Param("step", "Time step", "int", 1, "", minimum=0, maximum=steps or 1_000_000))

    def _fill(self) -> None:
        chosen, network = self.layer.currentData(), self._document.project.network
        self.layer.clear()
        for layer in network:
            self.layer.add(layer.id, layer.name)
        self.layer.show_key(chosen if chosen in network.layers else None)
        self.layer.setPlaceholderText(tr("Layer"))
        self.quantity.setPlaceholderText(tr("Which number"))
        for box in (self.unit, self.step):
            box.setEnabled(bool(network.layers))

    def _on_changed(self, change: Change) -> None:
        if change.layers:
            self._fill()
