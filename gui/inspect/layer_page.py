"""The inspector's page for one or several layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from core.catalogue.layers import layer_spec
from core.catalogue.spec import Choice, Param, Spec
from core.describe import Words
from core.edits import Edit, Macro, Rename, SetFrozen, SetParam
from core.errors import StudioError
from core.network import Layer, Network
from core.parameters import parameters
from core.shapes import infer, input_features
from core.why.network.counted import Counting
from core.why.network.spread import Tensor
from gui.document import Document
from gui.forms import SpecForm
from gui.forms.form import heading
from gui.formula import FormulaView
from gui.inspect.counts import about_layers, about_size, of_layer, parameters_fact
from gui.inspect.facts import Fact, Facts, Weights, shape_words
from gui.text import sentence, tr, tr_core
from gui.why.here import Question
from gui.why.told import asked
from gui.widgets import Picture, bold, muted, words

FROZEN = Param("frozen", "Frozen", "bool", False, "Its weights stay as they are while the rest of the network learns.")
_FREEZE = Spec("freeze", "Freeze", FROZEN.help, (FROZEN,))


class LayerPage(QWidget):
    """Name, kind, formula, shapes and parameters of the selected layers; an edit is meant for all of them."""

    explore = Signal(str, str)

    def __init__(self, document: Document, ids: Sequence[str]) -> None:
        super().__init__()
        self._document, self._ids = document, tuple(ids)
        layers = self._layers()
        self.spec = common_spec(layers)
        self.name = QLineEdit() if len(layers) == 1 else None
        self.complaint = words(role=self.palette().ColorRole.BrightText)
        self.formula = FormulaView()
        self.facts = Facts(document)
        self.form = SpecForm(self.spec)
        self.freeze = SpecForm(_FREEZE)
        self.weights = Weights(document)
        self._weights_title = heading(tr("Weights"))
        self._lay_out(layers)
        self.form.edited.connect(self._edit)
        self.form.explore.connect(self.explore)
        self.freeze.edited.connect(self._freeze)
        if self.name is not None:
            self.name.editingFinished.connect(self._rename)
        self.refresh()

    def show_ids(self, ids: Sequence[str]) -> None:
        """Show other layers of the same kinds."""
        if tuple(ids) != self._ids:
            self._ids = tuple(ids)
            self.complaint.hide()
            self.form.start_afresh()
            self._title_label.setText(self._title())
            if self.name is not None:
                self.name.setModified(False)
        self.refresh()

    def refresh(self) -> None:
        """Show what the document says."""
        network, layers = self._document.project.network, self._layers()
        if self.name is not None and not (self.name.hasFocus() and self.name.isModified()):
            self.name.setText(layers[0].name)
        self.form.show_choices([Choice(self.spec.key, layer.params) for layer in layers])
        self.freeze.show_choices([Choice("freeze", {"frozen": layer.frozen}) for layer in layers])
        self._parameters = [p for p in parameters(network).values() if p.layer in self._ids]
        self.facts.show_facts(self._facts(network, layers))
        self.freeze.setVisible(bool(self._parameters))

    def show_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Show the numbers of the layers' tensors."""
        tensors = [Tensor(p.layer, p.name, weights[p.name]) for p in self._parameters if p.name in weights]
        self._weights_title.setVisible(bool(tensors))
        self.weights.show_tensors(tensors)

    def _layers(self) -> list[Layer]:
        network = self._document.project.network
        return [network.layers[key] for key in self._ids if key in network.layers]

    def _facts(self, network: Network, layers: list[Layer]) -> list[Fact]:
        if len(layers) > 1:
            title = Words("How many numbers these layers learn, with the links into them")
            return [
                (tr("Layers"), asked("layers", str(len(layers))), lambda: about_layers(network, self._ids)),
                parameters_fact(network, self._parameters, title),
            ]
        layer, shapes = layers[0], infer(network)
        facts: list[Fact] = []
        if layer_spec(layer.kind).links != "nothing":
            size = input_features(network, layer.id, shapes)
            unknown = tr("not known yet") if network.into(layer.id) else tr("nothing yet")
            facts.append(
                (tr("Reads"), unknown)
                if size is None
                else (
                    tr("Reads"),
                    tr("{n} numbers", n=asked("reads", str(size))),
                    lambda: _about_reading(network, layer),
                )
            )
        facts.append((tr("Gives"), shape_words(shapes.get(layer.id)), lambda: {"gives": about_size(network, layer.id)}))
        facts.append(parameters_fact(network, self._parameters, of_layer(network, layer.id)))
        return facts

    def _lay_out(self, layers: list[Layer]) -> None:
        kinds = {layer.kind for layer in layers}
        kind = layer_spec(layers[0].kind) if len(kinds) == 1 else None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Picture(kind.key if kind else "layout", 22))
        self._title_label = bold(self._title(), 1.1)
        head.addWidget(self._title_label, 1)
        column.addLayout(head)
        if self.name is not None:
            self.name.setAccessibleName(tr("Name of the layer"))
            self.name.setPlaceholderText(tr("Name"))
            column.addWidget(self.name)
        column.addWidget(self.complaint)
        self.complaint.hide()
        column.addWidget(self.formula)
        self.formula.show_formula(kind.formula if kind else "")
        column.addWidget(self.facts)
        if self.spec.parameters:
            column.addWidget(heading(tr("Settings")))
            column.addWidget(self.form)
        column.addWidget(self.freeze)
        column.addWidget(self._weights_title)
        column.addWidget(self.weights)
        if kind is not None:
            column.addWidget(heading(tr("About")))
            for text in (kind.help, kind.when, kind.fails):
                column.addWidget(muted(tr_core(text)))

    def _title(self) -> str:
        layers = self._layers()
        if len({layer.kind for layer in layers}) > 1:
            return tr("{n} layers of several kinds", n=len(layers))
        kind = tr_core(layer_spec(layers[0].kind).title)
        return kind if len(layers) == 1 else tr("{n} layers: {kind}", n=len(layers), kind=kind)

    def _edit(self, path: str, value: Any) -> None:
        label = self.form.row(path).title.text()
        edits = [SetParam(layer.id, path, value, label=label) for layer in self._layers()]
        try:
            self._document.do(edits[0] if len(edits) == 1 else Macro(edits, label=label))
        except StudioError as error:
            self.refresh()
            self.form.complain(path, error)

    def _freeze(self, path: str, frozen: Any) -> None:
        self._do(SetFrozen(self._ids, bool(frozen), label=tr("Freeze") if frozen else tr("Let learn")))

    def _rename(self) -> None:
        assert self.name is not None
        if self.name.isModified():
            self.name.setModified(False)
            self._do(Rename(self._ids[0], self.name.text()))

    def _do(self, edit: Edit) -> None:
        try:
            self._document.do(edit)
        except StudioError as error:
            self.refresh()
            self.complaint.setText(sentence(error))
            self.complaint.show()
            return
        self.complaint.hide()


def common_spec(layers: Sequence[Layer]) -> Spec:
    """The Spec of the layers' kind; for several kinds, one with the parameters that all of them have."""
    specs = list({layer.kind: layer_spec(layer.kind) for layer in layers}.values())
    if len(specs) == 1:
        return specs[0]
    first, *others = specs
    shared = tuple(param for param in first.parameters if all(_has(spec, param) for spec in others))
    return Spec("several", "Several kinds", "What these layers have in common.", shared)


def _has(spec: Spec, param: Param) -> bool:
    words_ = (param.key, param.kind, param.catalogue, param.choices)
    return any((p.key, p.kind, p.catalogue, p.choices) == words_ for p in spec.parameters)


def _about_reading(network: Network, layer: Layer) -> dict[str, Question]:
    return {"reads": Question(Counting(network).reads(layer.id), tr("Why so many numbers?"))}
