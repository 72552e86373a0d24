"""The panel “Try it”: an input of the user's own goes through the network as it is now."""

from __future__ import annotations

import html
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent, QCursor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.data.dataset import Dataset
from core.errors import StudioError
from core.network import Network, activation_of
from core.parameters import initial_value, parameters
from core.problems import errors
from core.project import Change, State
from core.questions import Answer, Question, may_foretell
from core.sequence_shapes import shape_in
from core.why.training import clocks
from gui.document import Document
from gui.runner import Runner
from gui.text import tr, tr_core
from gui.using.classes import ClassPage
from gui.using.forecast import ForecastPage
from gui.using.page import UsePage
from gui.using.plane import PlanePage
from gui.using.reading import cells_page, letters_page, pixels_page, samples_page
from gui.using.table import TablePage
from gui.using.writing import WritingPage
from gui.why.here import Question as Why
from gui.why.here import open_menu
from gui.why.told import asked
from gui.widgets import Column, told

_PAGES: dict[str, Callable[[Document], UsePage]] = {
    "pixels": pixels_page,
    "letters": letters_page,
    "write": WritingPage,
    "forecast": ForecastPage,
    "plane": PlanePage,
    "class": ClassPage,
    "cells": cells_page,
    "table": TablePage,
    "sample": samples_page,
}
ASK_SECONDS = 0.3
"""While the network trains, it is asked at most this often."""


class UsePanel(QWidget):
    """Chooses the page that fits the data and keeps its answer up to date."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("use")
        self.setAccessibleName(tr("Try it"))
        self._document, self._runner = document, runner
        self.state = told(document, self.palette().ColorRole.PlaceholderText)
        self.state.setObjectName("try_state")
        self.pages: dict[str, UsePage] = {}
        self.page: UsePage | None = None
        self._data: Dataset | None = None
        self._asked: Question | None = None
        self.refused = ""
        """Why the last question could not be answered; empty where it was."""
        self._moment: tuple[object, ...] = ()
        self._asked_at = 0.0
        self._judged: tuple[State, bool] | None = None
        self._column = Column()
        self._column.add(self.state)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._column)
        runner.updated.connect(self._look)
        runner.status_changed.connect(self._look)
        runner.questions.answered.connect(self._hear)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self.refresh)
        self.refresh()

    @property
    def waiting(self) -> bool:
        """True while an answer is under way."""
        return self._asked is not None

    def refresh(self) -> None:
        """Begin afresh with the data of the document."""
        try:
            data = self._document.project.dataset()
        except StudioError:
            data = None
        self._asked, self._moment, self._data, self.refused = None, (), data, ""
        if self.page is not None:
            self.page.hide()
        self.page = None if data is None else self._page(self._fitting(data))
        if data is not None and self.page is not None:
            self._tell_network()
            self.page.show_data(data)
            self.page.show()
        self._look()

    def _page(self, key: str) -> UsePage:
        if key not in self.pages:
            page = self.pages[key] = _PAGES[key](self._document)
            page.edited.connect(self._edited)
            page.asked.connect(self._open_menu)
            self._column.add(page)
        return self.pages[key]

    def _fitting(self, data: Dataset) -> str:
        return fitting(data, reads_answers(self._document.project.network, data))

    def _tell_network(self) -> None:
        """What a page has to know of the network to put its answers into words."""
        assert self.page is not None
        network = self._document.project.network
        outputs = network.of_kind("output")
        chosen = activation_of(outputs[0]) if outputs else None
        self.page.network = network
        self.page.activation = chosen.key if chosen else ""
        both_ways = any(layer.params.get("bidirectional") for layer in network)
        self.page.reads_answers = self._data is not None and reads_answers(network, self._data)
        self.page.in_step = shape_in(self._document.state) == "in-step" and not both_ways

    def _on_changed(self, change: Change) -> None:
        if change.data:
            self.refresh()
            return
        if change.network and self.page is not None and self._data is not None:
            if self.page is not self.pages.get(self._fitting(self._data)):
                self.refresh()
                return
            self._tell_network()
            self._moment, self._asked = (), None
            if errors(self._document.state):
                self.page.forget()
        self._look()

    # -- asking and hearing ------------------------------------------------------------------------------------------

    def _edited(self) -> None:
        self._moment = ()
        self._asked = None  # an answer to what was there before is not waited for
        self._look()

    def _look(self) -> None:
        """Ask again where the input or the network has changed."""
        if not self.isVisible() or self.visibleRegion().isEmpty():
            return
        self._say()
        runner = self._runner
        moment = (runner.examination, runner.report, runner.busy)
        if self.page is None or self._asked is not None or runner.status == "loading" or moment == self._moment:
            return
        edited = not self._moment
        if runner.busy and not edited and time.monotonic() - self._asked_at < ASK_SECONDS:
            return
        question = self.page.question(runner.busy)
        if question is None:
            return
        self._asked, self._moment, self._asked_at = question, moment, time.monotonic()
        runner.questions.ask(question)

    def _hear(self, answer: Answer) -> None:
        if answer.question is not self._asked or self.page is None:
            return
        self._asked = None
        self.refused = tr_core(answer.template, **answer.values) if answer.template else ""
        if answer.result is not None:
            self.page.take(answer.result)
        elif self.refused:
            self.page.forget()
        self._say()

    def _say(self) -> None:
        problems = errors(self._document.state) if not self._runner.busy else []
        if problems:
            why = tr_core(problems[0].template, **problems[0].values)
            text = tr("The network can not answer yet. {why}", why=html.escape(why))
        elif self._runner.status == "loading":
            text = tr("Loading the engine …")
        elif self.refused:
            text = tr("The network can not answer this. {why}", why=html.escape(self.refused))
        elif self._untrained():
            text = tr("Not trained yet: these answers come from the first, random weights.")
        elif self._runner.busy and self._runner.report is not None:
            batch = asked("batch", f"{self._runner.report.batch:,}")
            text = tr("Learning: these are its answers about batch {n}.", n=batch)
        else:
            text = tr("These are the answers of the network as it is now.")
        self.state.tell(text, self._about_batch)

    def _about_batch(self) -> dict[str, Why]:
        run, report, data = self._runner.run, self._runner.report, self._data
        if run is None or report is None or data is None:
            return {}
        place = clocks.standing(run, report.batch, len(data.samples("train")))
        return {"batch": Why(clocks.batch_number(place), tr("Why this batch?"))}

    def _untrained(self) -> bool:
        if self._runner.busy:
            return False
        state = self._document.state
        if self._judged is None or self._judged[0] is not state:
            self._judged = state, _fresh(state)
        return self._judged[1]

    # -- why ---------------------------------------------------------------------------------------------------------

    def questions_here(self) -> list[Why]:
        """What can be asked where the keyboard is, or else where the pointer is."""
        if self.page is None or not self.page.isVisible():
            return []
        return self.page.questions_here() or self.page.questions_at(QCursor.pos())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keys = event.reason() == QContextMenuEvent.Reason.Keyboard
        page = self.page
        if page is not None and keys:
            self._offer(page.questions_here(), event.globalPos())
        else:
            self._open_menu(event.globalPos())

    def _open_menu(self, at: QPoint) -> None:
        self._offer([] if self.page is None else self.page.questions_at(at), at)

    def _offer(self, questions: list[Why], at: QPoint) -> None:
        open_menu(self, questions, self._document, at, ())

    def paintEvent(self, event: object) -> None:
        # A dock that comes from behind its tab is painted, but not told that it is shown.
        if not self._moment and self._asked is None:
            self._look()

    def showEvent(self, event: object) -> None:
        self._look()


def _fresh(state: State) -> bool:
    """Whether all weights are those that the seed gives: drawn one by one, so that the first other one decides."""
    seed = int(state.training["seed"])
    for name, parameter in parameters(state.network).items():
        if not np.array_equal(state.weights[name], initial_value(state.network, parameter, seed)):
            return False
    return True


def reads_answers(network: Network, data: Dataset) -> bool:
    """Whether an input of the network is fed with its own answers."""
    return bool(data.feedback) and any(layer.params["field"] == data.feedback for layer in network.of_kind("input"))


def fitting(data: Dataset, reads_answers: bool = False) -> str:
    """The page that fits a data set, and a network that reads its own answers or does not."""
    if reads_answers and data.target.codes and not data.measured_beside:
        return "write"
    main = next(iter(data.inputs.values()))
    size = None if data.image_shape is None else data.image_shape[0] * data.image_shape[1]
    if size is not None and size == int(np.prod(main.values.shape[1:])):
        return "pixels"
    if may_foretell(data):
        return "forecast"
    if main.sequence and (main.codes or (data.view == "text" and len(main.names) == main.features)):
        return "letters"
    if not main.sequence:
        one_of = bool(((main.values == 0) | (main.values == 1)).all() and (main.values.sum(axis=1) == 1).all())
        if one_of and main.features > 1 and data.target.sequence and not data.target.codes:
            return "class"
        return "plane" if data.view == "plane" and main.features == 2 else "table"
    written = data.view == "sequence" and main.normalisation is None and data.lengths is None
    return "cells" if written else "sample"
