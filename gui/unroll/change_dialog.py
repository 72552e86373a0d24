"""The form of a what-if at one cell: which unit, and what it is set to, or whose state it takes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from core.describe import number as written
from core.errors import StudioError
from core.unroll import Row
from core.whatif import Intervention, Of, Put, Swap
from core.why.numbers import Number, Quantity
from gui.canvas.overlays import number
from gui.document import Document
from gui.text import sentence, tr
from gui.unroll import tips
from gui.unroll.numbers import Numbers
from gui.why.here import Question
from gui.why.told import asked
from gui.widgets import told, words


class ChangeDialog(QDialog):
    """Asks; ``chosen`` says what was chosen."""

    chosen = Signal(object)
    """core.whatif.Intervention."""

    def __init__(
        self, parent: QWidget, document: Document, numbers: Numbers, row: Row, step: int | None, unit: int | None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("change_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        project = document.project
        layer = project.network.layers[row.layer]
        self.setWindowTitle(tr("What if: {layer} {when}", layer=layer.name, when=tips.when(row, step)))
        self._layer, self._step, self._numbers = row.layer, step, numbers
        self._input = layer.kind == "input"
        values = numbers.rows(row.layer)
        self._units = 0 if values is None else values.shape[1]
        self.what = QComboBox()
        self.what.addItem(tr("Set to a number"), "set")
        self.what.addItem(tr("Clamp at its value"), "clamp")
        if layer.kind == "lstm":
            self.what.addItem(tr("Set the cell c to a number"), "cell")
            self.what.addItem(tr("Clamp the cell c at its value"), "clamp_cell")
        self.what.addItem(tr("Swap with the state of another sample"), "swap")
        self.unit = QSpinBox(minimum=0, maximum=max(0, self._units))
        self.unit.setSpecialValueText(tr("all of them"))
        self.unit.setValue(0 if unit is None else unit + 1)
        self.value = QLineEdit("0")
        try:
            count = len(project.dataset())
        except StudioError:
            count = 1
        self.sample = QSpinBox(minimum=0, maximum=max(0, count - 1))
        self.sample.setValue((numbers.sample + 1) % max(1, count))
        self.now = told(document)
        self.problem = words(role=QPalette.ColorRole.BrightText)
        self.problem.hide()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._lay_out()
        self.what.currentIndexChanged.connect(self._follow)
        self.unit.valueChanged.connect(self._follow)
        self._follow()
        self.value.selectAll()

    def _lay_out(self) -> None:
        self.form = QFormLayout(self)
        self.form.setContentsMargins(18, 16, 18, 14)
        self.form.setVerticalSpacing(9)
        for title, field in (
            (tr("&What"), self.what),
            (tr("&Unit"), self.unit),
            (tr("&Number"), self.value),
            (tr("Other &sample"), self.sample),
            ("", self.now),
            ("", self.problem),
        ):
            self.form.addRow(title, field)
        self.form.addRow(self.buttons)
        self.setMinimumWidth(360)

    def _follow(self, *_: object) -> None:
        """Show what the choice needs, and what the number is without it."""
        what = self.what.currentData()
        self.form.setRowVisible(self.value, what in ("set", "cell"))
        self.form.setRowVisible(self.unit, what != "swap" and self._units > 1)
        self.form.setRowVisible(self.sample, what == "swap")
        self.now.tell(self._now(), self._questions)
        self.form.setRowVisible(self.now, bool(self.now.text()))

    def _now(self) -> str:
        what, found = self.what.currentData(), self._numbers.rows(self._layer)
        if what in ("cell", "clamp_cell"):
            own = self._numbers.trace.layers.get(self._layer) if self._numbers.trace is not None else None
            found = None if own is None or own.cell is None else np.atleast_2d(own.cell)
        if found is None or what == "swap" or not self.unit.value() or (self._step or 0) >= len(found):
            return ""
        value = written(float(found[self._step or 0, self.unit.value() - 1]), 5)
        text = tr("It is {value} now.", value=asked("now", value))
        return f"{text} {tr('Inputs are as the network reads them, normalised.')}" if self._input else text

    def _questions(self) -> dict[str, Question]:
        quantity: Quantity = "cell" if "cell" in self.what.currentData() else "value"
        number_of = Number(quantity, self._layer, self.unit.value() - 1, self._step)
        return {"now": Question(number_of, tr("Why this value?"))}

    def intervention(self) -> Intervention:
        """What was chosen; BadValue where the number is none."""
        what = self.what.currentData()
        if what == "swap":
            return Swap(self._layer, self._step, self.sample.value())
        unit = self.unit.value() - 1 if self.unit.value() else None
        of: Of = "cell" if "cell" in what else "value"
        return Put(self._layer, self._step, unit, number(self.value.text()) if what in ("set", "cell") else None, of)

    def accept(self) -> None:
        """Take it, where it makes sense."""
        try:
            one = self.intervention()
        except StudioError as error:
            self.problem.setText(sentence(error))
            self.problem.show()
            self.value.setFocus()
            self.value.selectAll()
            return
        super().accept()
        self.chosen.emit(one)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
            return
        super().keyPressEvent(event)
