"""Chooses one number of one tensor of the project's network."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox, QWidget

from core.network import Network
from core.parameters import Parameter, parameters
from gui.text import tr


class WeightChoice(QWidget):
    """A tensor, a row and a column."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[str, Parameter] = {}
        self.tensor = QComboBox()
        self.tensor.setAccessibleName(tr("Weights"))
        self.row, self.column = QSpinBox(), QSpinBox()
        for box, name in ((self.row, tr("row")), (self.column, tr("column"))):
            box.setMinimum(1)
            box.setPrefix(name + " ")
            box.setAccessibleName(name)
            box.valueChanged.connect(self.changed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.tensor, self.row, self.column):
            layout.addWidget(widget)
        self.tensor.currentIndexChanged.connect(self._tensor_changed)

    def show_network(self, network: Network) -> None:
        """Offer the tensors of a network."""
        self._found = {name: found for name, found in parameters(network).items() if found.size and not found.frozen}
        chosen = self.tensor.currentData()
        with QSignalBlocker(self.tensor):
            self.tensor.clear()
            for name, found in self._found.items():
                self.tensor.addItem(_title(network, found), name)
            self.tensor.setCurrentIndex(max(0, self.tensor.findData(chosen)) if self._found else -1)
        self._limit()

    @property
    def weight(self) -> tuple[str, tuple[int, ...]] | None:
        """Name of the tensor and the place in it; None where there is none."""
        name = self.tensor.currentData()
        if name is None:
            return None
        place = (self.row.value() - 1, self.column.value() - 1)
        return name, place[: len(self._found[name].shape)]

    def _limit(self) -> None:
        name = self.tensor.currentData()
        shape = self._found[name].shape if name else (1,)
        with QSignalBlocker(self.row), QSignalBlocker(self.column):
            self.row.setMaximum(shape[0])
            self.column.setMaximum(shape[-1])
        self.column.setVisible(len(shape) > 1)

    def _tensor_changed(self) -> None:
        self._limit()
        self.changed.emit()


def _title(network: Network, parameter: Parameter) -> str:
    """A tensor in words: “Hidden → Hidden, 1 step ago”, or “Hidden: bias”."""
    layer = network.layers[parameter.layer].name
    if parameter.link is None:
        return f"{layer}: {parameter.name.partition('.')[2]}"
    link = network.links[parameter.link]
    source = network.layers[link.source].name
    ago = tr(", {n} steps ago", n=link.delay) if link.delay else ""
    return f"{source} → {layer}{ago}"
