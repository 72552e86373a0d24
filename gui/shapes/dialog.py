"""The guided change: choose a shape, read what will be done, and do it as one entry of the history."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from core.data.cache import dataset as load
from core.describe import Words
from core.errors import StudioError
from core.sequence_shapes import SHAPES, ShapeChange, ShapeKey, change_shape, shape_in
from core.why.data import held
from gui.document import Document
from gui.shapes.picture import ShapePicture
from gui.text import sentence, tr, tr_core
from gui.why.here import Question
from gui.why.told import numbered
from gui.widgets import bold, told


class ShapeDialog(QDialog):
    """Five shapes, and a preview of the way to the chosen one."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shape_dialog")
        self.setWindowTitle(tr("Sequence shape"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._document = document
        self.now = shape_in(document.state)
        self.change: ShapeChange | None = None
        self.choices: dict[str, QRadioButton] = {}
        self._group = QButtonGroup(self)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        for row, shape in enumerate(SHAPES.values()):
            choice = QRadioButton(tr_core(shape.title))
            choice.setObjectName(f"shape {shape.key}")
            choice.setAccessibleDescription(tr_core(shape.line))
            choice.setChecked(shape.key == self.now)
            self._group.addButton(choice)
            self.choices[shape.key] = choice
            grid.addWidget(ShapePicture(shape.key), row, 0)
            name = QVBoxLayout()
            name.setSpacing(0)
            name.addWidget(choice)
            line = QLabel(tr_core(shape.line))
            line.setForegroundRole(self.palette().ColorRole.PlaceholderText)
            name.addWidget(line)
            grid.addLayout(name, row, 1)
        grid.setColumnStretch(1, 1)
        self.preview = told(document)
        self.preview.setObjectName("shape_preview")
        self.preview.setMinimumHeight(self.preview.fontMetrics().lineSpacing() * 8)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.apply: QPushButton = self.buttons.addButton(tr("Change"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.apply.setDefault(True)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addLayout(grid)
        column.addWidget(bold(tr("What will be done")))
        column.addWidget(self.preview, 1)
        column.addWidget(self.buttons)
        self.resize(600, 560)
        self._group.buttonToggled.connect(lambda _, on: self._show() if on else None)
        self.buttons.accepted.connect(self._do)
        self.buttons.rejected.connect(self.reject)
        self._show()

    @property
    def chosen(self) -> ShapeKey:
        """The shape whose change is previewed."""
        return next((SHAPES[key].key for key, choice in self.choices.items() if choice.isChecked()), "one-to-one")

    def _show(self) -> None:
        self.change = None
        try:
            if self.chosen == self.now:
                self._say(tr("The network has this shape. Choose another one to see the way to it."))
            else:
                self.change = change_shape(self._document.state, self.chosen)
                lines = [_line(one) for one in self.change.sentences]
                lines.append(tr("One undo takes all of it back."))
                self.preview.tell("<br>".join(f"•\u2002{line}" for line in lines), self._questions)
        except StudioError as error:
            self._say(sentence(error))
        self.apply.setEnabled(self.change is not None)
        self.apply.setDefault(True)

    def _say(self, text: str) -> None:
        self.preview.tell(html.escape(text, quote=False), None)

    def _questions(self) -> dict[str, Question]:
        """About the numbers of the data that the network is to have."""
        if self.change is None:
            return {}
        after = self.change.edit.apply(self._document.state)
        data = None if after.data is None else load(after.data)
        if data is None or not data.target.sequence:
            return {}
        return {
            "steps": Question(held.steps(data, "target"), tr("Why so many steps?")),
            "counted": Question(held.counted_steps(data), tr("Why this share of the steps?")),
        }

    def _do(self) -> None:
        if self.change is None:
            return
        try:
            self._document.do(self.change.edit)
        except StudioError as error:
            self._say(sentence(error))
            self.apply.setEnabled(False)
            return
        self.accept()


def _line(one: Words) -> str:
    """What will be done, rich: its numbers can be asked about."""
    marks = {}
    if "steps" in one.values:
        marks[str(one.values["steps"])] = "steps"
    if "counted" in one.values:
        marks[f"{one.values['counted']:.0%}"] = "counted"
    return numbered(tr_core(one.template, **one.values), marks)
