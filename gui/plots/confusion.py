"""Classification: the confusion matrix, and beside it the samples that were misread, as pictures or as texts."""

from __future__ import annotations

import html
from typing import cast

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from core.answers import Decisions, decisions
from core.data.dataset import Dataset, Part
from core.why.answers.answered import Counted
from core.why.numbers import Aggregate, Number
from core.why.training.aggregates import answer_at, confusion
from gui.plots.export import Table
from gui.plots.heat import sign_shade
from gui.plots.matrix import Cell, MatrixView
from gui.plots.pages import OutputPage, Shown
from gui.plots.pictures import picture
from gui.plots.splitter import TurningSplitter
from gui.samples.values import known_words, visible
from gui.text import tr
from gui.why.here import Question
from gui.why.told import asked

_PICTURES = 60
"""Most pictures in the strip; more are counted in words."""
_SIDE = 40
_ROW = Qt.ItemDataRole.UserRole + 1
"""Under which an item of the strip keeps its row of the answers."""


class ConfusionPage(OutputPage):
    """A cell that is clicked shows its samples in the strip; without one, the strip shows all that were misread."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.matrix = MatrixView("confusion_matrix")
        self.strip = QListWidget()
        self.strip.setObjectName("misread_strip")
        self.strip.setAccessibleName(tr("Misread samples"))
        self._as_text: bool | None = None
        self._lay_strip(as_text=False)
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
        self.matrix.hovered.connect(self._hovered)
        self.strip.itemActivated.connect(self._pick)
        self.strip.itemClicked.connect(self._pick)
        self.matrix.asked.connect(self.asked)
        self.strip.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.strip.customContextMenuRequested.connect(lambda at: self.asked.emit(self.strip.mapToGlobal(at)))

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

    def questions_here(self) -> list[Question]:
        if self.strip.hasFocus() and self.strip.currentItem() is not None:
            row = self.strip.currentItem().data(_ROW)
            return [] if row is None else [self._about_row(int(row))]
        cell = self.matrix.pointed
        return [] if cell is None else [self._about_cell(cell)]

    def _about_cell(self, cell: Cell) -> Question:
        return Question(self._why(*cell))

    def _why(self, true: int, said: int) -> Aggregate:
        cell = true, said
        shown, decided, names = self._shown, self._decided, self.matrix.names
        assert shown is not None and decided is not None
        rows = np.flatnonzero((decided.truth == cell[0]) & (decided.said == cell[1]))
        leads, sample = self._leads(int(rows[0]), cell) if len(rows) else ((), None)
        count, whole = int(self.matrix.counts[cell]), int(self.matrix.counts[cell[0]].sum())
        return confusion(names[true], names[said], count, whole, leads, sample)

    def _counted(self) -> Counted:
        assert self._decided is not None
        return Counted(self._decided, self.matrix.names, self._why)

    def on_sentence(self) -> dict[str, Question]:
        counted = self._counted()
        return {
            "share": Question(counted.share(), tr("Why this share?")),
            "right": Question(counted.right(), tr("Why so many right?")),
            "count": Question(counted.count(), tr("Why so many answers?")),
            "lost": Question(counted.not_finite(), tr("Why are so many not finite?")),
        }

    def _hovered(self, cell: Cell | None) -> None:
        if cell is None:
            self.said.emit("", None)
            return

        def questions() -> dict[str, Question]:
            row = Question(self._counted().row(cell[0]), tr("Why so many of this class?"))
            return {"cell": self._about_cell(cell), "row": row}

        self.said.emit(self._cell_words(cell), questions)

    def _about_row(self, row: int) -> Question:
        decided, shown, names = self._decided, self._shown, self.matrix.names
        assert decided is not None and shown is not None
        cell = int(decided.truth[row]), max(0, int(decided.said[row]))
        leads, sample = self._leads(row, cell)
        scores = shown.answers.scores[row]
        said = float(scores[min(cell[1], len(scores) - 1)])
        place = tr("sample {sample}: {said}", sample=int(shown.answers.samples[row]), said=names[cell[1]])
        return Question(answer_at(place, said, leads, sample), tr("Why this answer?"))

    def _leads(self, row: int, cell: Cell) -> tuple[tuple[Number, ...], tuple[int, Part]]:
        """What the outputs of both classes say to the sample of a row."""
        shown = self._shown
        assert shown is not None
        given, units = shown.answers, shown.answers.scores.shape[1]
        step = int(given.steps[row]) if given.sequence else None
        classes = dict.fromkeys(min(unit, units - 1) for unit in reversed(cell))
        leads = tuple(Number("value", shown.output, unit, step) for unit in classes)
        return leads, (int(given.samples[row]), cast("Part", shown.evaluation.part))

    def sentence(self) -> str:
        decided = self._decided
        assert decided is not None
        right, count = int((~decided.wrong).sum()), len(decided.truth)
        shown = {"right": f"{right:,}", "count": f"{count:,}", "share": f"{right / count:.1%}"}
        text = tr("{right} of {count} right ({share})", **{key: asked(key, said) for key, said in shown.items()})
        lost = int((decided.said < 0).sum())
        return text + (", " + tr("{lost} without a finite answer", lost=asked("lost", f"{lost:,}")) if lost else "")

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

    def _lay_strip(self, as_text: bool) -> None:
        """Texts stand one below the other, pictures side by side."""
        if as_text == self._as_text:
            return
        self._as_text = as_text
        self.strip.setViewMode(QListView.ViewMode.ListMode if as_text else QListView.ViewMode.IconMode)
        self.strip.setResizeMode(QListView.ResizeMode.Adjust)
        self.strip.setMovement(QListView.Movement.Static)
        self.strip.setIconSize(QSize(_SIDE, _SIDE))
        self.strip.setSpacing(1 if as_text else 3)
        self.strip.setAlternatingRowColors(as_text)
        self.strip.setGridSize(QSize())

    def _fill_strip(self, *_: object) -> None:
        shown, decided = self._shown, self._decided
        self.strip.clear()
        if shown is None or decided is None:
            return
        rows, names = self._listed(), self.matrix.names
        self._lay_strip(shown.data.view == "text")
        if not self._as_text:
            metrics = self.strip.fontMetrics()
            widest = 2 * max(metrics.horizontalAdvance(name) for name in names) + metrics.horizontalAdvance(" → ")
            self.strip.setGridSize(QSize(max(_SIDE, widest) + 12, _SIDE + metrics.height() + 10))
        for row in rows[:_PICTURES]:
            sample = int(shown.answers.samples[row])
            true = names[decided.truth[row]]
            said = names[decided.said[row]] if decided.said[row] >= 0 else "NaN"
            if self._as_text:
                step = int(shown.answers.steps[row]) if shown.answers.sequence else None
                turn = f"\u2068{visible(true)}\u2069 → \u2068{visible(said)}\u2069"
                item = QListWidgetItem(f"{known_words(shown.data, sample, step)}\n{turn}".lstrip())
            else:
                if sample not in self._pictures:
                    self._pictures[sample] = _icon(shown.data, sample)
                item = QListWidgetItem(self._pictures[sample], f"{true} → {said}")
            tip = tr("Sample {sample}: true {true}, predicted {said}", sample=sample, true=true, said=said)
            if shown.answers.sequence:
                tip += ", " + tr("t = {step}", step=int(shown.answers.steps[row]) + 1)
            item.setToolTip(tip)
            item.setData(Qt.ItemDataRole.UserRole, sample)
            item.setData(_ROW, int(row))
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
            count=asked("cell", f"{int(self.matrix.counts[cell]):,}"),
            row=asked("row", f"{row:,}"),
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
