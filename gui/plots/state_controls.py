"""The controls of the state space plot: layer, plane, colours, play head and the search for fixed points."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QComboBox, QPushButton, QSlider, QSpinBox, QWidget

from gui.plots.layer_choice import LayerChoice
from gui.text import tr


class StateControls(QObject):
    """Values live here, as they say how to look and belong to no document."""

    changed = Signal()
    """The plane or the colours are others now."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = LayerChoice()
        self.plane = QComboBox()
        self.plane.setAccessibleName(tr("Plane"))
        self.plane.addItem(tr("Components"), "pca")
        self.plane.addItem(tr("Two units"), "units")
        self.plane.setToolTip(tr("The two directions in which the states differ most, or the values of two units."))
        self.across, self.up = self._unit(tr("Unit to the right")), self._unit(tr("Unit upwards"))
        self.up.setValue(2)
        self.colour = QComboBox()
        self.colour.setAccessibleName(tr("Colour"))
        self.colour.addItem(tr("Colour: class"), "class")
        self.colour.addItem(tr("Colour: time"), "time")
        self.step = QSlider(Qt.Orientation.Horizontal)
        self.step.setObjectName("states_step")
        self.step.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.step.setRange(1, 1)
        self.step.setFixedWidth(90)
        self.step.setAccessibleName(tr("Time step"))
        self.step.setToolTip(tr("The time step at which the dots stand and the Jacobian is taken."))
        self.search = QPushButton(tr("Fixed points"))
        self.search.setObjectName("states_search")
        self.search.setToolTip(
            tr("States that the next step would not move, if the input stayed as it is at this time step.")
        )
        self.widgets: tuple[QWidget, ...] = (
            self.layer,
            self.plane,
            self.across,
            self.up,
            self.colour,
            self.step,
            self.search,
        )
        self.plane.currentIndexChanged.connect(self._show_units)
        self.colour.currentIndexChanged.connect(self.changed)
        self.classes_offered = True
        self._show_units()

    @property
    def chosen_layer(self) -> str:
        """Id of the layer that is chosen."""
        return str(self.layer.currentData())

    @property
    def two_units(self) -> bool:
        """True where the plane is that of two units."""
        return bool(self.plane.currentData() == "units")

    @property
    def units(self) -> tuple[int, int]:
        """The two units, 0-based."""
        return self.across.value() - 1, self.up.value() - 1

    @property
    def by_time(self) -> bool:
        """True where colours tell the time."""
        return bool(self.colour.currentData() == "time")

    def show_units(self, units: int) -> None:
        """The layer has so many units."""
        for box in (self.across, self.up):
            box.blockSignals(True)
            box.setMaximum(units)
            box.blockSignals(False)

    def show_steps(self, steps: int) -> None:
        """Sequences have so many steps; a play head at the end stays there."""
        if steps == self.step.maximum():
            return
        at_end = self.step.value() == self.step.maximum()
        self.step.blockSignals(True)
        self.step.setMaximum(steps)
        if at_end:
            self.step.setValue(steps)
        self.step.blockSignals(False)

    def at(self, steps: int) -> int:
        """The play head among so many steps, from 1."""
        self.show_steps(steps)
        return self.step.value()

    def offer_classes(self, known: bool) -> None:
        """Whether the samples have classes; without, time gives the colours."""
        self.classes_offered = known
        self.colour.setEnabled(known)

    def _unit(self, name: str) -> QSpinBox:
        box = QSpinBox()
        box.setRange(1, 1 << 16)
        box.setPrefix(tr("unit") + " ")
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.valueChanged.connect(self.changed)
        return box

    def _show_units(self) -> None:
        for box in (self.across, self.up):
            box.setVisible(self.two_units)
        self.changed.emit()
