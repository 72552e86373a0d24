"""Drawing pictures with a class each: a pad on the left, all that were kept on the right."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QListView, QPushButton, QVBoxLayout

from core.catalogue.spec import Choice
from core.data.dataset import Dataset
from core.data.importers.progress import Job
from core.data.importers.samples import Samples
from core.data.own import samples_of as own
from core.data.own.album import Album, can_begin_with, of_dataset
from core.errors import StudioError
from core.why.data.read import labelled
from gui.document import Document
from gui.forms.fields import Drop
from gui.icons import icon
from gui.making.draw_pad import DrawPad
from gui.making.page import MadePage, captioned
from gui.making.pictures_model import SIDE, PicturesModel
from gui.text import sentence, tr
from gui.why.here import Question
from gui.why.told import asked
from gui.widgets import ElidedButton, told

SIZES = (8, 12, 16, 20, 28)


class PicturesPage(MadePage[Album]):
    """Draw, say what it is, keep; as often as it takes."""

    heading = "Draw pictures"
    entry = "own_samples"

    def __init__(
        self,
        document: Document,
        state: Album | None = None,
        name: str = "",
        begins: Choice | None = None,
        other: Dataset | None = None,
    ) -> None:
        """``other`` is a data set whose pictures can be taken over to begin with."""
        super().__init__(document, state or Album(), name or tr("My pictures"), begins)
        self._other = other if can_begin_with(other) else None
        self._paper: tuple[int, int, float | None] | None = None
        self.pad = DrawPad(document)
        self.pad.edited.connect(self._show_ready)
        self.label = QComboBox()
        self.label.setEditable(True)
        self.label.setAccessibleName(tr("What the picture shows"))
        self.label.lineEdit().setPlaceholderText(tr("What it shows, such as 7"))
        self.label.lineEdit().setMaxLength(80)
        self.label.lineEdit().returnPressed.connect(self.keep)
        self.label.editTextChanged.connect(lambda _: self._show_ready())
        self.keep_button = QPushButton(icon("check"), tr("Keep this picture"))
        self.keep_button.setToolTip(tr("Keep the drawing with its class, and draw the next one (Return)"))
        self.keep_button.setAutoDefault(False)
        self.keep_button.clicked.connect(self.keep)
        self.clear = self.tool("reset", tr("Empty the pad"), self.pad.clear)
        self.size = Drop()
        self.size.setAccessibleName(tr("Size of the pictures"))
        for side in SIZES:
            self.size.add(str(side), tr("{n} × {n} pixels", n=side))
        self.size.activated.connect(lambda _: self._resize(int(self.size.currentData())))
        self.take_over = ElidedButton("", "duplicate")
        self.take_over.setAutoDefault(False)
        self.take_over.clicked.connect(self._take_over)
        self.model = PicturesModel(self)
        self.list = _list(self.model)
        self.counts = told(document, self.palette().ColorRole.PlaceholderText)
        self.remove = self.tool("delete", tr("Remove the selected pictures (Delete)"), self._remove)
        self.relabel = self.tool("input", tr("Give the selected pictures the class on the left"), self._relabel)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._remove)
        self.list.selectionModel().selectionChanged.connect(lambda *_: self._show_ready())
        self._lay_out()
        self.begin()

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addWidget(self.pad)
        left.addLayout(captioned(tr("Class of the drawing"), self.label))
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.keep_button, 1)
        buttons.addWidget(self.clear)
        left.addLayout(buttons)
        left.addSpacing(8)
        left.addLayout(captioned(tr("Size"), self.size))
        left.addWidget(self.take_over)
        left.addStretch(1)
        head = QHBoxLayout()
        head.setSpacing(4)
        title = QLabel(tr("Kept"))
        title.setForegroundRole(title.palette().ColorRole.PlaceholderText)
        head.addWidget(title)
        head.addStretch(1)
        head.addWidget(self.relabel)
        head.addWidget(self.remove)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addLayout(head)
        right.addWidget(self.list, 1)
        right.addWidget(self.counts)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addLayout(left, 3)
        row.addLayout(right, 4)
        self.column.addLayout(row, 1)

    # -- gestures ----------------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Keep what is drawn with the class that is written, and empty the pad."""
        if self._try(lambda: self.state.with_picture(self.pad.ink, self.label.currentText())):
            self.pad.clear()

    def _remove(self) -> None:
        self._try(lambda: self.state.without(self._selected()))

    def _relabel(self) -> None:
        self._try(lambda: self.state.relabelled(self._selected(), self.label.currentText()))

    def _selected(self) -> list[int]:
        return [self.model.number(index.row()) for index in self.list.selectedIndexes()]

    def _resize(self, side: int) -> None:
        self.change(Album(side, side))

    def _take_over(self) -> None:
        assert self._other is not None
        other = self._other
        self._try(lambda: of_dataset(other, other.shared_out()))

    def _try(self, changed: Callable[[], Album]) -> bool:
        try:
            self.change(changed())
        except StudioError as error:
            self.complain(sentence(error))
            return False
        return True

    # -- shown -------------------------------------------------------------------------------------------------------

    def show_state(self) -> None:
        state = self.state
        paper = (state.rows, state.columns, state.usual_ink())
        if paper != self._paper:
            self._paper = paper
            self.pad.show_paper(*paper)
        labels = state.labels()
        text = self.label.currentText()
        if [self.label.itemText(n) for n in range(self.label.count())] != list(labels):
            self.label.clear()
            self.label.addItems(list(labels))
            self.label.setEditText(text)
        self.size.show_key(str(state.rows) if state.rows == state.columns else None)
        self.size.setEnabled(not state.pictures)
        self.size.setToolTip(tr("All pictures have one size: it is chosen before the first.") if state.pictures else "")
        offered = self._other is not None and not state.pictures
        self.take_over.setVisible(offered)
        if self._other is not None:
            self.take_over.setText(
                tr("Begin with the {n} of “{title}”", n=f"{len(self._other.shared_out()):,}", title=self._other.title)
            )
        self.model.show_album(state)
        counts = dict.fromkeys(labels, 0)
        for picture in state.pictures:
            counts[picture.label] += 1
        first = list(counts.items())[:20]
        counted = ", ".join(
            f"{html.escape(name)}: {asked(str(n), f'{count:,}')}" for n, (name, count) in enumerate(first)
        )
        why = tr("Why this count?")
        self.counts.tell(
            counted or tr("Nothing is kept yet: draw, write what it shows, and press Return."),
            lambda: {str(n): Question(labelled(counts, name), why) for n, (name, _) in enumerate(first)},
        )
        self._show_ready()

    def _show_ready(self) -> None:
        self.keep_button.setEnabled(bool(self.pad.ink.any()) and bool(self.label.currentText().strip()))
        chosen = bool(self.list.selectedIndexes())
        self.remove.setEnabled(chosen)
        self.relabel.setEnabled(chosen and bool(self.label.currentText().strip()))

    # -- what the dialog asks ----------------------------------------------------------------------------------------

    def read(self) -> Callable[[], Job[Samples]]:
        samples = self.state.samples()

        def work() -> Job[Samples]:
            yield from ()
            return samples

        return work

    def idle(self, values: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({"normalise"})

    def build(self, source: Samples, name: str, values: Mapping[str, Any]) -> Dataset:
        return own.build(source, name, values)

    def store(self, source: Samples, name: str) -> str:
        return own.store(source, name)


def _list(model: PicturesModel) -> QListView:
    view = QListView()
    view.setModel(model)
    view.setAccessibleName(tr("Pictures that are kept"))
    view.setViewMode(QListView.ViewMode.IconMode)
    view.setResizeMode(QListView.ResizeMode.Adjust)
    view.setMovement(QListView.Movement.Static)
    view.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
    view.setUniformItemSizes(True)
    view.setIconSize(QSize(SIDE, SIDE))
    view.setGridSize(QSize(SIDE + 20, SIDE + 26))
    return view
