"""What the probe view is asked with: probe, layer, settings, Measure, and whether it goes on while training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QPushButton, QToolButton, QWidget

from core.catalogue.probes import PROBES, probe_spec
from core.catalogue.spec import replaced
from core.errors import StudioError
from gui.forms import SpecForm
from gui.icons import icon
from gui.text import tr, tr_core
from gui.widgets import Column, bold, muted, words

if TYPE_CHECKING:
    from gui.plots.base import LivePlot

PLAN = "plan"
"""What is chosen where no probe is: how the network is computed."""


class ProbeControls(QObject):
    """The bar of the probe view, and its settings at the side."""

    changed = Signal()
    """Anything but the press of a button."""
    asked = Signal()
    """Measure was pressed."""
    given_up = Signal()
    """Give up was pressed, which Measure is called while an answer is under way that takes long."""
    folded = Signal()
    """The settings were opened or closed."""

    def __init__(self, plot: LivePlot, stack: QWidget) -> None:
        super().__init__(plot)
        self._choices = {key: PROBES.choose(key) for key in PROBES}
        self._form: SpecForm | None = None
        self._make_bar(plot)
        self._make_details(plot, stack)
        self._show_probe()

    @property
    def key(self) -> str:
        """Of the probe that is chosen, or PLAN."""
        return str(self._probe.currentData())

    @property
    def layer(self) -> str:
        """Id of the layer that is chosen; "" where none is offered."""
        return self._layer.currentData() or ""

    @property
    def settings(self) -> Mapping[str, Any]:
        """Of the probe that is chosen."""
        return {} if self.key == PLAN else self._choices[self.key].values

    @property
    def repeated(self) -> bool:
        """Whether it is measured while training."""
        return self._repeat.isChecked()

    @property
    def unfolded(self) -> bool:
        """Whether the settings are shown."""
        return self._unfold.isChecked() and self.key != PLAN

    def show_waiting(self, waiting: bool) -> None:
        """Say whether an answer is under way that takes long: the button that asked for it then gives it up."""
        self._waiting = waiting
        asks = tr("Ask now, about the network as it is; a training waits for the answer")
        self._measure.setText(tr("Give up") if waiting else tr("Measure"))
        self._measure.setToolTip(tr("Wait no longer for the answer") if waiting else asks)

    def offer(self, layers: list[tuple[str, str]], best: str) -> None:
        """Offer these layers, (name, id); the one that was chosen stays, else it is ``best``."""
        there = [(self._layer.itemText(i), self._layer.itemData(i)) for i in range(self._layer.count())]
        if layers != there:
            chosen = self.layer
            with QSignalBlocker(self._layer):
                self._layer.clear()
                for name, key in layers:
                    self._layer.addItem(name, key)
                place = self._layer.findData(chosen)
                self._layer.setCurrentIndex(place if place >= 0 else self._layer.findData(best))
        self._layer.setVisible(bool(layers))
        probe = self.key != PLAN
        self._measure.setEnabled(probe and (bool(layers) or probe_spec(self.key).about == "network"))

    def _make_bar(self, plot: LivePlot) -> None:
        self._probe = QComboBox()
        self._probe.setObjectName("probe_chooser")
        self._probe.setAccessibleName(tr("Probe"))
        self._probe.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        family = ""
        for key in PROBES:
            spec = probe_spec(key)
            if family and spec.family != family:
                self._probe.insertSeparator(self._probe.count())
            family = spec.family
            self._probe.addItem(tr_core(spec.title), key)
            tip = f"{tr_core(spec.help)}\n{tr('Cost: {cost}', cost=tr_core(spec.cost))}"
            self._probe.setItemData(self._probe.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self._probe.insertSeparator(self._probe.count())
        self._probe.addItem(tr("How it is computed"), PLAN)
        self._layer = QComboBox()
        self._layer.setObjectName("probe_layer")
        self._layer.setAccessibleName(tr("Layer"))
        self._layer.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._measure = QPushButton()
        self._measure.setObjectName("probe_measure")
        self.show_waiting(False)
        self._repeat = QCheckBox(tr("while training"))
        self._repeat.setObjectName("probe_repeat")
        self._repeat.setToolTip(
            tr("Measure again and again while the network trains, within the share “Time for probes” of its time")
        )
        self._unfold = QToolButton()
        self._unfold.setObjectName("probe_settings")
        self._unfold.setIcon(icon("settings"))
        self._unfold.setAutoRaise(True)
        self._unfold.setCheckable(True)
        self._unfold.setToolTip(tr("What it asks, what it costs, and its settings"))
        self._unfold.setAccessibleName(tr("Settings of the probe"))
        for widget in (self._probe, self._layer, self._measure, self._repeat, self._unfold):
            plot.bar.addWidget(widget)
        self._probe.currentIndexChanged.connect(self._choose)
        self._layer.currentIndexChanged.connect(lambda _: self.changed.emit())
        self._repeat.toggled.connect(lambda _: self.changed.emit())
        self._measure.clicked.connect(lambda: (self.given_up if self._waiting else self.asked).emit())
        self._unfold.toggled.connect(lambda _: self.folded.emit())

    def _make_details(self, plot: LivePlot, stack: QWidget) -> None:
        """A column beside the picture, which no exported picture holds."""
        self.details = Column()
        self.details.setObjectName("probe_details")
        self.details.hide()
        self._title, self._help, self._cost = bold(""), words(), muted()
        for label in (self._title, self._help, self._cost):
            self.details.add(label)
        outer = plot.layout()
        assert outer is not None
        outer.removeWidget(stack)
        row = QHBoxLayout()
        row.addWidget(self.details, 1)
        row.addWidget(stack, 3)
        outer.addLayout(row)

    def _choose(self, _: int) -> None:
        self._show_probe()
        self.changed.emit()
        self.folded.emit()

    def _show_probe(self) -> None:
        if self._form is not None:
            self._form.hide()
            self._form.deleteLater()
            self._form = None
        for widget in (self._measure, self._repeat, self._unfold):
            widget.setVisible(self.key != PLAN)
        if self.key == PLAN:
            return
        spec = probe_spec(self.key)
        self._title.setText(tr_core(spec.title))
        self._help.setText(tr_core(spec.help))
        self._cost.setText(tr("Cost: {cost}", cost=tr_core(spec.cost)))
        self._form = SpecForm(spec, self._choices[self.key])
        self._form.edited.connect(self._edit)
        self.details.add(self._form)

    def _edit(self, path: str, value: object) -> None:
        assert self._form is not None
        try:
            self._choices[self.key] = replaced(self._choices[self.key], probe_spec(self.key), path, value)
        except StudioError as error:
            self._form.complain(path, error)
            return
        self._form.show_choice(self._choices[self.key])
        self.changed.emit()
