"""Two lists of a review: how each class fares, and the samples with the largest loss."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from core.answers import in_unit
from core.data.dataset import Dataset
from core.describe import number
from core.evaluation.review import Classes, Review
from core.why.answers import judged
from core.why.answers.measured import whole
from core.why.data import stored
from gui.samples.values import target_words, visible
from gui.text import tr, tr_core
from gui.why.here import Question

MOST = 50
"""Samples in the list of the worst."""
_LONGEST = 24
"""Letters of a text that are shown."""
_SHOWN = 8
"""Rows that are seen at once; more are scrolled to."""


class _Rows(QTableWidget):
    """A table to be read, as high as what is in it, up to some rows."""

    def __init__(self, name: str, title: str, heads: list[str]) -> None:
        super().__init__(0, len(heads))
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setHorizontalHeaderLabels(heads)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(8)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(20)

    def asked(self, at: QPoint | None) -> tuple[int, int] | None:
        """(row, column) at a place, or of the cell with the keyboard."""
        if at is None:
            return (self.currentRow(), self.currentColumn()) if self.currentRow() >= 0 else None
        item = self.itemAt(self.viewport().mapFrom(self, at))
        return None if item is None else (item.row(), item.column())

    def fill(self, rows: list[list[str | float]], words: int) -> None:
        """Show rows; numbers are right-aligned. The column ``words`` takes the room that is left."""
        header = self.horizontalHeader()
        # Each new cell would measure its whole column again.
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setRowCount(len(rows))
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                item = QTableWidgetItem(cell if isinstance(cell, str) else _share(cell))
                if not isinstance(cell, str) or column != words:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
                item.setToolTip(item.text())
                self.setItem(row, column, item)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(words, QHeaderView.ResizeMode.Stretch)
        height = self.fontMetrics().height() + 6
        for row in range(len(rows)):
            self.setRowHeight(row, height)
        head = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(head + min(_SHOWN, max(1, len(rows))) * height + 4)


class ClassTable(_Rows):
    """Precision, recall, F1 and support of each class."""

    def __init__(self) -> None:
        heads = [tr("Class"), tr("Precision"), tr("Recall"), tr("F1"), tr("Count")]
        super().__init__("class_table", tr("How each class fares"), heads)
        self.numbers: list[int] = []
        """Of the class in each row."""
        for column, tip in enumerate(
            (
                "",
                tr("Of the answers that name the class, the share that is right."),
                tr("Of what belongs to the class, the share that was found."),
                tr("The harmonic mean of precision and recall."),
                tr("How many answers belong to the class."),
            )
        ):
            self.horizontalHeaderItem(column).setToolTip(tip)

    def show_classes(self, classes: Classes) -> None:
        """Show every class that occurs or is answered, in the order of the data set."""
        self.numbers = [n for n in range(len(classes.names)) if classes.support[n] or classes.table[:, n].any()]
        rows: list[list[str | float]] = []
        for n in self.numbers:
            shares = [float(each[n]) for each in (classes.precision, classes.recall, classes.f1)]
            rows.append([visible(tr_core(classes.names[n])), *shares, f"{int(classes.support[n]):,}"])
        self.fill(rows, words=0)


class WorstList(_Rows):
    """The samples with the largest loss; a click examines one in every view."""

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__(
            "worst_list", tr("Samples with the largest loss"), [tr("Sample"), tr("Loss"), tr("Truth → answer")]
        )
        self.samples: list[int] = []
        self.cellClicked.connect(lambda row, _: self.picked.emit(self.samples[row]))
        self.cellActivated.connect(lambda row, _: self.picked.emit(self.samples[row]))

    def show_review(self, review: Review) -> None:
        """List the worst samples of a review."""
        self.samples = [int(sample) for sample in review.worst(MOST)]
        said = _Said(review)
        self.fill([[str(one), number(review.loss_of(one), 3), said.words(one)] for one in self.samples], words=2)

    def questions(self, review: Review, row: int, column: int) -> list[Question]:
        """Why its loss is so large, and what was answered; what the chosen column tells first."""
        sample = self.samples[row]
        loss = Question(judged.sample_loss(review, sample), tr("Why this loss?"))
        rows = np.flatnonzero(review.given.samples == sample)
        if review.given.sequence and review.decided is not None:
            said = [Question(whole(review, sample), tr("Why so many steps right?"))]
        elif review.given.sequence:
            said = [Question(judged.mean_of_sample(review, sample), tr("Why so far off?"))]
        elif review.decided is not None:
            units = review.given.scores.shape[1]
            code = max(0, int(review.decided.said[rows[0]]))
            said = [Question(judged.answer(review, int(rows[0]), min(code, units - 1)), tr("Why this answer?"))]
        else:
            units = min(3, review.given.scores.shape[1])
            said = [Question(judged.answer(review, int(rows[0]), n), tr("Why this answer?")) for n in range(units)]
            truth = stored.value(review.data, "target", (sample, None, 0))
            said.append(Question(truth, tr("Why this target?")))
        return [*said, loss] if column == 2 else [loss, *said]


class _Said:
    """Truth and answer of a sample in a few words."""

    def __init__(self, review: Review) -> None:
        self._review = review
        order = np.argsort(review.given.samples, kind="stable")
        self._order, self._sorted = order, review.given.samples[order]

    def words(self, sample: int) -> str:
        review = self._review
        start, end = np.searchsorted(self._sorted, [sample, sample + 1])
        rows = self._order[start:end]
        if review.given.sequence:
            return self._of_sequence(sample, rows)
        row = int(rows[0])
        if review.decided is not None and review.classes is not None:
            told = f"{self._class(int(review.decided.truth[row]))} → {self._class(int(review.decided.said[row]))}"
            read = _read(review.data, sample)
            return f"{read}: {told}" if read else told
        values = in_unit(review.data, review.given)[1][row]
        told = ", ".join(number(float(value)) for value in values[:3])
        return f"{target_words(review.data, sample)} → {told}"

    def _of_sequence(self, sample: int, rows: np.ndarray) -> str:
        review = self._review
        if review.decided is None:
            assert review.misses is not None
            miss = float(np.abs(review.misses[rows]).mean())
            return tr(
                "off by {miss} on average", miss=f"{number(miss)} {tr_core(review.data.target.unit or '')}".strip()
            )
        names = review.classes.names if review.classes is not None else ()
        truth, said = review.decided.truth[rows], review.decided.said[rows]
        if max((len(name) for name in names), default=9) == 1 and len(rows) <= 40:
            texts = ["".join(names[c] if c >= 0 else "?" for c in each) for each in (truth, said)]
            return f"{texts[0]} → {texts[1]}"
        return tr("{right} of {n} steps right", right=int((truth == said).sum()), n=len(rows))

    def _class(self, code: int) -> str:
        assert self._review.classes is not None
        return visible(tr_core(self._review.classes.names[code])) if code >= 0 else "NaN"


def _read(data: Dataset, sample: int) -> str:
    """A text that was read, where it is one."""
    main = next(iter(data.inputs.values()))
    if not main.codes or not main.sequence or max((len(name) for name in main.classes), default=9) != 1:
        return ""
    length = main.steps if data.lengths is None else int(data.lengths[sample])
    return "".join(main.classes[int(code)] for code in main.values[sample, :length, 0][:_LONGEST])


def _share(value: float) -> str:
    return f"{100 * value:.0f} %" if np.isfinite(value) else "–"
