"""Classification: the confusion matrix, and beside it the samples that were misread."""

from __future__ import annotations

import html

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from core.answers import Decisions, decisions
from core.data.dataset import Dataset
from gui.plots.export import Table
from gui.plots.heat import sign_shade
from gui.plots.matrix import Cell, MatrixView
from gui.plots.pages import OutputPage, Shown
from gui.plots.pictures import picture
from gui.plots.splitter import TurningSplitter
from gui.text import tr

_PICTURES = 60
"""Most pictures in the strip; more are counted in words."""
_SIDE = 40


class ConfusionPage(OutputPage):
    """A cell that is clicked shows its samples in the strip; without one, the strip shows all that were misread."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix = MatrixView("confusion_matrix")
        self.strip = QListWidget()
        self.strip.setObjectName("misread_strip")
        self.strip.setAccessibleName(tr("Misread samples"))
        self.strip.setViewMode(QListView.ViewMode.IconMode)
        self.strip.setResizeMode(QListView.ResizeMode.Adjust)
        self.strip.setMovement(QListView.Movement.Static)
        self.strip.setIconSize(QSize(_SIDE, _SIDE))
        self.strip.setSpacing(3)
        self.strip.setFrameShape(QListWidget.Shape.NoFrame)
        self.strip.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        split = TurningSplitter(self.matrix, self.strip, aspect=1.1)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setSizes([300, 200])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        self._shown: Shown | None = None
        self._decided: Decisions | None = None
        self._pictures: dict[int, QIcon] = {}
        """Drawn samples by number: the same ones are misread epoch after epoch."""
        self.matrix.chosen.connect(self._fill_strip)
        self.matrix.hovered.connect(lambda cell: self.said.emit(self._cell_words(cell) if cell else ""))
        self.strip.itemActivated.connect(self._pick)
        self.strip.itemClicked.connect(self._pick)

    def show_outputs(self, shown: Shown) -> None:
        if self._shown is not None and self._shown.evaluation is shown.evaluation and self._shown.data is shown.data:
            return
        if self._shown is None or self._shown.data is not shown.data:
            self._pictures.clear()
        self._shown = shown
        self._decided = decisions(shown.answers, shown.activation)
        names = class_names(shown.data)
        self.matrix.show_counts(self._decided.table(len(names)), names)
        self._fill_strip()

    def sentence(self) -> str:
        decided = self._decided
        assert decided is not None
        right, count = int((~decided.wrong).sum()), len(decided.truth)
        text = tr("{right} of {count} right ({share:.1%})", right=f"{right:,}", count=f"{count:,}", share=right / count)
        lost = int((decided.said < 0).sum())
        return text + (", " + tr("{lost} without a finite answer", lost=f"{lost:,}") if lost else "")

    def table(self) -> Table:
        names = self.matrix.names
        counts = self.matrix.counts
        return [(tr("true"), names), *((f"{tr('predicted')} {name}", counts[:, i]) for i, name in enumerate(names))]

    def restyle(self) -> None:
        self._pictures.clear()
        self.matrix.update()
        self._fill_strip()

    def _listed(self) -> np.ndarray:
        """The rows that the strip shows."""
        decided, cell = self._decided, self.matrix.cell
        assert decided is not None
        if cell is None:
            return np.flatnonzero(decided.wrong)
        return np.flatnonzero((decided.truth == cell[0]) & (decided.said == cell[1]))

    def _fill_strip(self, *_: object) -> None:
        shown, decided = self._shown, self._decided
        self.strip.clear()
        if shown is None or decided is None:
            return
        rows, names = self._listed(), self.matrix.names
        metrics = self.strip.fontMetrics()
        widest = 2 * max(metrics.horizontalAdvance(name) for name in names) + metrics.horizontalAdvance(" → ")
        self.strip.setGridSize(QSize(max(_SIDE, widest) + 12, _SIDE + metrics.height() + 10))
        for row in rows[:_PICTURES]:
            sample = int(shown.answers.samples[row])
            true = names[decided.truth[row]]
            said = names[decided.said[row]] if decided.said[row] >= 0 else "NaN"
            if sample not in self._pictures:
                self._pictures[sample] = _icon(shown.data, sample)
            item = QListWidgetItem(self._pictures[sample], f"{true} → {said}")
            tip = tr("Sample {sample}: true {true}, predicted {said}", sample=sample, true=true, said=said)
            if shown.answers.sequence:
                tip += ", " + tr("t = {step}", step=int(shown.answers.steps[row]) + 1)
            item.setToolTip(tip)
            item.setData(Qt.ItemDataRole.UserRole, sample)
            self.strip.addItem(item)
        if len(rows) > _PICTURES:
            more = QListWidgetItem(tr("{count} more", count=f"{len(rows) - _PICTURES:,}"))
            more.setFlags(Qt.ItemFlag.NoItemFlags)
            self.strip.addItem(more)
        elif not len(rows):
            none = QListWidgetItem(tr("None") if self.matrix.cell else tr("None misread"))
            none.setFlags(Qt.ItemFlag.NoItemFlags)
            self.strip.addItem(none)

    def _cell_words(self, cell: Cell) -> str:
        true, said = cell
        row = int(self.matrix.counts[true].sum())
        return tr(
            "{count} of {row} with true class {true} are predicted as {said}",
            count=f"{int(self.matrix.counts[cell]):,}",
            row=f"{row:,}",
            true=html.escape(self.matrix.names[true]),
            said=html.escape(self.matrix.names[said]),
        )

    def _pick(self, item: QListWidgetItem) -> None:
        sample = item.data(Qt.ItemDataRole.UserRole)
        if sample is not None:
            self.picked.emit(int(sample))


def class_names(data: Dataset) -> tuple[str, ...]:
    """The names of the classes of a target; no and yes where it is a number from 0 to 1."""
    return data.target.classes or tuple(str(i) for i in range(max(2, data.outputs)))


def _icon(data: Dataset, sample: int) -> QIcon:
    """A small picture of a sample's input: the picture itself where it is one, however it is read."""
    field = next(iter(data.inputs.values()))
    values = field.values[sample]
    shape = data.image_shape
    if shape is not None and values.size == shape[0] * shape[1]:
        drawn = values.reshape(shape)
    else:
        drawn = picture(field, values, None)[::-1]
    colors = np.ascontiguousarray(sign_shade(drawn).colors(drawn))
    image = QImage(colors.data, colors.shape[1], colors.shape[0], 3 * colors.shape[1], QImage.Format.Format_RGB888)
    aspect = Qt.AspectRatioMode.KeepAspectRatio if shape is not None else Qt.AspectRatioMode.IgnoreAspectRatio
    return QIcon(
        QPixmap.fromImage(image.scaled(2 * _SIDE, 2 * _SIDE, aspect, Qt.TransformationMode.FastTransformation))
    )
