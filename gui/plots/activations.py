"""What every unit of a layer says at every time step, for one sample, below the input it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QSpinBox, QWidget

from core.data.looking import part_of
from core.project import Change
from core.reports import Examination
from core.why.numbers import Number
from gui.plots.activation_words import about_input, cell_words, on_cell, on_sample, padding_words, sample_words
from gui.plots.attention_map import AttentionMap
from gui.plots.base import LivePlot
from gui.plots.brush import BrushHeat
from gui.plots.chart import Chart
from gui.plots.export import Table
from gui.plots.heat import ColourBar, HeatMap, sign_shade
from gui.plots.layer_choice import LayerChoice
from gui.plots.pattern_search import PatternSearch
from gui.plots.pictures import picture, valid_steps
from gui.plots.scales import Linear
from gui.samples.shut import shut_words
from gui.samples.values import step_marks
from gui.text import tr
from gui.why.here import Question
from gui.why.questions import about_unit

if TYPE_CHECKING:
    from gui.document import Document
    from gui.runner import Runner

_AXIS = 46
"""Pixels of the left axes: time steps of input and units stand one above the other."""
_ROOM_FOR_INPUT = 200
"""Pixels of height below which the units take the place of the input as well."""


class ActivationPlot(LivePlot):
    """Units x time of the sample that the runner watches. A static value is one column."""

    name = "activation_plot"

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(document, runner, tr("Activations"), parent)
        self._stale: Examination | None = None
        self._shown = np.zeros((0, 0))
        self._read = np.zeros((0, 0))
        self._add_controls()
        self.input = HeatMap("input_heat", "", tr("input"))
        self.units = BrushHeat("activation_heat", tr("time step t"), tr("unit"))
        self.input_colours = ColourBar("input_colours", tr("Input"))
        self.looks = AttentionMap("attention_heat")
        self.looks.hide()
        self.colours = ColourBar("activation_colours", tr("Value"))
        grid = self._grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        holder = QWidget()
        # Time goes from left to right in every language.
        holder.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        holder.setLayout(grid)
        for row, widgets in enumerate(((self.input, self.input_colours), (self.units, self.colours))):
            for column, widget in enumerate(widgets):
                grid.addWidget(widget, row, column)
        grid.addWidget(self.looks, 1, 0)
        grid.setColumnStretch(0, 1)
        grid.setRowStretch(0, 2)
        grid.setRowStretch(1, 5)
        self.body.addWidget(holder, 1)
        self.patterns = PatternSearch(document, runner, self.units)
        self.patterns.hide()
        self.patterns.picked.connect(self._watch)
        self.patterns.changed.connect(self.mark)
        document.replaced.connect(self.patterns.forget)
        self.layout().addWidget(self.patterns)
        self.search.toggled.connect(self._search)
        self.quantity.currentIndexChanged.connect(self._search)
        for heat in (self.input, self.units, self.looks):
            heat.align_left(_AXIS)
            heat.y_start = 0.5
            heat.set_scales(y=Linear(whole=True))
            heat.moved.connect(self.mark)
        self.input.hovered.connect(self._over_input)
        self.units.hovered.connect(self._over_units)
        self.looks.hovered.connect(self._over_attention)

    # What LivePlot asks.

    def empty_text(self) -> str:
        return "" if self._layers() else tr("Press Play or step: what each unit says to one sample appears here.")

    def redraw(self) -> None:
        layers = self._layers()
        self.layer.show_layers([(self.layer_name(key), key) for key in layers], self._first_with_state(layers))
        examination = self.runner.examination
        assert examination is not None
        self._fill_sample(examination)
        values, memory = self._values(examination), self._memory(examination)
        self._shown = values
        self.units.setVisible(not memory)
        self.looks.setVisible(bool(memory))
        self.colours.setToolTip(tr("Attention") if memory else tr("Value"))
        if memory:
            self._draw_attention(examination, memory)
        else:
            self.units.show_matrix(values, sign_shade(values))
            time = (tr("time step t"), "t")
            self.units.set_titles(x=time if self._is_sequence(examination) else tr("one value per sample"))
            self.units.show_padding(self._valid(self._chosen(), examination))
        self.colours.show_shade((self.looks if memory else self.units).shade)
        self._draw_input(examination.sample, len(values) if memory else values.shape[1])
        width = max(self.colours.sizeHint().width(), self.input_colours.sizeHint().width())
        self.colours.setFixedWidth(width)
        self.input_colours.setFixedWidth(width)
        self._draw_patterns(values)
        self._say_loss()
        for heat in (self.input, self.looks if memory else self.units):
            heat.repeat_hover()

    def table(self) -> Table:
        examination = self.runner.examination
        assert examination is not None
        values = self._values(examination)
        columns: list[tuple[str, object]] = [("t", np.arange(1, values.shape[1] + 1))]
        row_name = tr("memory step") if self._memory(examination) else "unit"
        return columns + [(f"{row_name} {i + 1}", row) for i, row in enumerate(values)]

    def questions_at(self, chart: Chart, at: tuple[float, float]) -> list[Question]:
        examination, values = self.runner.examination, self._shown if chart is self.units else self._read
        assert examination is not None and chart.pointer is not None
        if chart is self.looks:
            looked = self.looks.pointed_cell()
            return [] if looked is None else [self._about_look(looked)]
        cell = chart.cell(*chart.pointer, values.shape) if isinstance(chart, HeatMap) else None
        if cell is None:
            return []
        if chart is self.input:
            return self._about_input(*cell)
        return self._about_unit(*cell)

    def _about_unit(self, unit: int, step: int) -> list[Question]:
        examination = self.runner.examination
        assert examination is not None
        layer, quantity = self._chosen(), self.quantity.currentData()
        has = {"gradient": examination.gradients, "cell": examination.cells}.get(quantity, {})
        at = step if self._is_sequence(examination) else None
        return about_unit(layer, quantity if layer in has else "value", unit, at)

    def _about_input(self, row: int, column: int) -> list[Question]:
        examination = self.runner.examination
        assert examination is not None
        return about_input(self.document.project.network, examination, self._read, row, column)

    def _about_look(self, cell: tuple[int, int]) -> Question:
        return Question(Number("attention", self._chosen(), cell[1], cell[0]), tr("Why this attention?"))

    def start_afresh(self) -> None:
        self._stale = None

    def restyle(self) -> None:
        self.colours.update()
        self.input_colours.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._has_room_for_input(event.size().height()) != self._has_room_for_input(event.oldSize().height()):
            self.mark()

    # How it is done.

    def _has_room_for_input(self, height: int) -> bool:
        taken = self.patterns.maximumHeight() if self.units.brushing else 0
        return height - taken >= _ROOM_FOR_INPUT

    def _add_controls(self) -> None:
        self.layer = LayerChoice()
        self.quantity = QComboBox()
        self.quantity.setAccessibleName(tr("Quantity"))
        for key, text in (
            ("value", tr("Activation")),
            ("gradient", tr("Gradient dL/dh")),
            ("cell", tr("Cell state c")),
            ("attention", tr("Attention")),
        ):
            self.quantity.addItem(text, key)
        for combo in (self.layer, self.quantity):
            combo.currentIndexChanged.connect(self._follow)
        self.sample = QSpinBox()
        self.sample.setKeyboardTracking(False)
        self.sample.setAccessibleName(tr("Sample"))
        self.sample.setToolTip(tr("Number of the sample in the data set"))
        self.sample.setPrefix(tr("sample") + " ")
        self.sample.valueChanged.connect(self._watch)
        self.search = QCheckBox(tr("Patterns"))
        self.search.setObjectName("activation_patterns")
        self.search.setToolTip(
            tr("Drag over some steps to see which units are on exactly there, and where else the same ones are on.")
        )
        for widget in (self.layer, self.quantity, self.sample, self.search):
            self.bar.addWidget(widget)
        self.add_corner_menu()

    def _search(self) -> None:
        """Patterns are those of activations, and brushing takes the place of moving the view."""
        self.search.setEnabled(self.quantity.currentData() == "value")
        searching = self.search.isChecked() and self.search.isEnabled()
        self.patterns.setVisible(searching)
        self.units.brushing = searching
        self.mark()

    def _draw_patterns(self, values: np.ndarray) -> None:
        searching = self.units.brushing
        if searching:
            data, sample = self.data(), self.runner.examination.sample
            padded = data is not None and data.lengths is not None and sample < len(data)
            # What a sequence says after its end is no pattern.
            self.patterns.show_values(self._chosen(), values[:, : data.lengths[sample]] if padded else values)
            if data is not None:
                self.patterns.ask(data)
        self.patterns.draw(searching)

    def _layers(self) -> list[str]:
        """The layers whose last known values still fit the network."""
        examination = self.runner.examination
        if examination is None or examination is self._stale:
            return []
        network = self.document.project.network
        return [key for key in examination.activations if key in network.layers]

    def _chosen(self) -> str:
        there = self._layers()
        chosen = self.layer.currentData()
        return chosen if chosen in there else there[0]

    def _values(self, examination: Examination) -> np.ndarray:
        """(units, steps) of what is chosen; a quantity that the layer lacks falls back to its activation."""
        layer = self._chosen()
        source = {
            "gradient": examination.gradients, "cell": examination.cells, "attention": examination.attention
        }.get(self.quantity.currentData(), {})  # fmt: skip
        values = source.get(layer, examination.activations[layer])
        return values.T if values.ndim == 2 else values[:, None]

    def _draw_attention(self, examination: Examination, memory: str) -> None:
        layer, data = self._chosen(), self.data()
        weights = examination.attention[layer]
        told = read = ()
        if data is not None and examination.sample < len(data):
            told = step_marks(data, "target", examination.sample)
            read = step_marks(data, next(iter(data.inputs)), examination.sample)
        self.looks.memory = self.layer_name(memory)
        self.looks.show_weights(weights, told, read)
        self.looks.show_padding(self._valid(memory, examination), self._valid(layer, examination))

    def _memory(self, examination: Examination) -> str:
        """The id of the layer that is looked through, where attention is shown; else ""."""
        layer = self._chosen()
        if self.quantity.currentData() != "attention" or layer not in examination.attention:
            return ""
        memory = self.document.project.network.into(layer, "memory")
        return memory[0].source if memory else ""

    def _valid(self, layer: str, examination: Examination) -> int | None:
        """The steps of a layer that are no padding in this sample; None where all of them belong to it."""
        data = self.data()
        there = data is not None and examination.sample < len(data)
        return valid_steps(self.document.project.network, data, layer, examination.sample) if there else None

    def _is_sequence(self, examination: Examination) -> bool:
        return examination.activations[self._chosen()].ndim == 2

    def _first_with_state(self, keys: list[str]) -> str:
        """The layer that a newcomer wants to see: one with gradients through time, else the first after the input."""
        network = self.document.project.network
        back = {link.target for link in network.links.values() if link.recurrent}
        blocks = {layer.id for layer in network.of_kind("rnn", "lstm", "gru")}
        best = [key for key in keys if key in back | blocks] or [k for k in keys if network.layers[k].kind != "input"]
        return (best or keys)[0]

    def _fill_sample(self, examination: Examination) -> None:
        data = self.data()
        self.sample.blockSignals(True)
        self.sample.setMaximum(max(examination.sample, len(data) - 1 if data else 0))
        if not self.sample.hasFocus():
            self.sample.setValue(examination.sample)
        self.sample.blockSignals(False)

    def _watch(self, sample: int) -> None:
        data = self.data()
        if data is not None:
            part = part_of(data, sample) or "train"
            if part == "test" and self.document.shut:
                self.say(shut_words())
                return
            self.runner.watch(sample, part)

    def _draw_input(self, sample: int, steps: int) -> None:
        data = self.data()
        # The symbols that are read stand at the map of attention itself.
        told = not self.looks.isHidden() and bool(self.looks.source)
        there = data is not None and sample < len(data) and self._has_room_for_input(self.height()) and not told
        self.input.setVisible(there)
        self.input_colours.setVisible(there)
        if not there:
            self._grid.setRowStretch(0, 0)
            return
        field = next(iter(data.inputs.values()))
        values = field.values[sample]
        self._read = picture(field, values, data.image_shape)
        self.input.set_titles(y=field.names[0] if len(field.names) == 1 else tr("input"))
        is_picture = values.ndim == 1 and self._read.shape[1] > 1
        # Pictures are read from the top row down, units are counted from the bottom up.
        self.input.set_picture(is_picture)
        self.input.show_axis("bottom", not is_picture and self._read.shape[1] != steps)
        self._grid.setRowStretch(0, 5 if is_picture else 2)
        shade = sign_shade(self._read)
        self.input.show_matrix(self._read, shade)
        padded = data.lengths is not None and field.sequence and not is_picture
        self.input.show_padding(int(data.lengths[sample]) if padded else None)
        self.input_colours.show_shade(shade)

    def _say_loss(self) -> None:
        examination = self.runner.examination
        if examination is not None and not self.empty_text():
            network = self.document.project.network
            self.say(sample_words(examination, self.data()), lambda: on_sample(examination, network))

    def _over_units(self, at: tuple[float, float] | None) -> None:
        self._over(self.units, self._shown, at, tr("unit {row}, t = {step} of {steps}: {value}"))

    def _over_attention(self, at: tuple[float, float] | None) -> None:
        cell = None if at is None or self.empty_text() else self.looks.pointed_cell()
        if cell is None:
            self._say_loss()
        else:
            self.say(self.looks.marked(cell), lambda: {"share": self._about_look(cell)})

    def _over_input(self, at: tuple[float, float] | None) -> None:
        self._over(self.input, self._read, at, tr("input {row}, t = {step} of {steps}: {value}"))

    def _over(self, heat: HeatMap, values: np.ndarray, at: object, text: str) -> None:
        there = at is not None and not self.empty_text()
        cell = heat.cell(*heat.pointer, values.shape) if there and heat.pointer else None
        for chart in (self.input, self.units):
            chart.point_at(None if cell is None or values.shape[1] == 1 else cell[1] + 1.0)
        if cell is None:
            self._say_loss()
            return
        row, step = cell
        valid = self._valid(self._chosen(), self.runner.examination)
        if valid is not None and step >= valid:
            self.say(padding_words(values, step), lambda: on_cell(values, []))
            return
        about = self._about_input if heat is self.input else self._about_unit
        self.say(cell_words(text, values, row, step), lambda: on_cell(values, about(row, step)))

    def _follow(self) -> None:
        self.units.following = True
        self.mark()

    def _document_changed(self, change: Change) -> None:
        if change.data:
            self._stale = self.runner.examination
        if change.data or change.network:
            self.patterns.forget()
        super()._document_changed(change)
