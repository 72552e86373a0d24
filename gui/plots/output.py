"""The view of outputs that fits the data: confusion matrix, forecast, decision surface, or predicted against true."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget, QWidget

from core.answers import Answers, answers
from core.data.dataset import Dataset
from core.network import activation_of
from core.project import Change
from core.reports import Evaluation
from gui.plots.base import LivePlot
from gui.plots.chart import Chart
from gui.plots.confusion import ConfusionPage
from gui.plots.export import Table
from gui.plots.forecast import ForecastPage
from gui.plots.pages import OutputPage, Shown
from gui.plots.scatter import ScatterPage
from gui.plots.surface import SurfacePage
from gui.text import tr
from gui.why.here import Question
from gui.why.questions import about_epoch
from gui.why.told import Questions, asked

if TYPE_CHECKING:
    from gui.document import Document
    from gui.runner import Runner

_ASK_SECONDS = 0.25
"""While training moves, the surface is asked for at most this often."""


class OutputView(LivePlot):
    """Shows the latest evaluation of the validation part, and says after which epoch it was made."""

    name = "output_view"

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(document, runner, tr("Output"), parent)
        self.pages: dict[str, OutputPage] = {
            "confusion": ConfusionPage(),
            "forecast": ForecastPage(),
            "surface": SurfacePage(),
            "scatter": ScatterPage(),
        }
        self._stack_of_pages = QStackedWidget()
        for page in self.pages.values():
            self._stack_of_pages.addWidget(page)
            page.said.connect(self._said)
            page.picked.connect(self._watch)
            page.asked.connect(self._open_menu)
        self.body.addWidget(self._stack_of_pages)
        self._stale: Evaluation | None = None
        self._asked: tuple[object, object] | None = None
        self._asked_at = 0.0
        self.add_corner_menu()
        for chart in self.charts():
            chart.moved.connect(self.mark)

    @property
    def page(self) -> OutputPage:
        """The one that is shown."""
        page = self._stack_of_pages.currentWidget()
        assert isinstance(page, OutputPage)
        return page

    # What LivePlot asks.

    def empty_text(self) -> str:
        return "" if self._shown() else tr("Press Play: after the first epoch the network's answers appear here.")

    def redraw(self) -> None:
        shown = self._shown()
        assert shown is not None
        page = self.pages[fitting(shown.data)]
        self._stack_of_pages.setCurrentWidget(page)
        page.show_outputs(shown)
        if isinstance(page, SurfacePage):
            self._draw_surface(page)
        self._say()

    def table(self) -> Table:
        return self.page.table()

    def start_afresh(self) -> None:
        self._stale = self._asked = None

    def restyle(self) -> None:
        if not self.empty_text():
            self.page.restyle()

    # How it is done.

    def _shown(self) -> Shown | None:
        evaluation, data = self.runner.evaluation, self.data()
        if evaluation is None or evaluation is self._stale or data is None:
            return None
        given = answers(data, evaluation)
        return None if given is None or not len(given.scores) else self._made(data, evaluation, given)

    def _made(self, data: Dataset, evaluation: Evaluation, given: Answers) -> Shown:
        outputs = self.document.project.network.of_kind("output")
        return Shown(data, evaluation, given, self._activation(), outputs[0].id if outputs else "")

    def questions_here(self) -> list[Question]:
        return [] if self.empty_text() else self.page.questions_here() or super().questions_here()

    def questions_at(self, chart: Chart, at: tuple[float, float]) -> list[Question]:
        return self.page.questions_at(at)

    def _activation(self) -> str:
        outputs = self.document.project.network.of_kind("output")
        chosen = activation_of(outputs[0]) if outputs else None
        return chosen.key if chosen else ""

    def _draw_surface(self, page: SurfacePage) -> None:
        if self.runner.outputs is not None:
            page.take(self.runner.outputs.inputs, self.runner.outputs.outputs)
        # A new evaluation or report means other weights; answers to the last question must not start a new one.
        now, moment = time.monotonic(), (self.runner.evaluation, self.runner.report)
        if moment != self._asked and (not self.runner.busy or now - self._asked_at >= _ASK_SECONDS):
            self._asked, self._asked_at = moment, now
            self.runner.request_outputs(page.grid)

    def _say(self) -> None:
        parts = {"train": tr("training part"), "validation": tr("validation part"), "test": tr("test part")}
        evaluation, run = self.runner.evaluation, self.runner.run
        assert evaluation is not None
        when = parts.get(evaluation.part, "")
        if run is not None and run.evaluation is evaluation and len(run.epochs):
            when += " " + tr("after epoch {epoch}", epoch=asked("epoch", str(int(run.epochs["epoch"][-1]))))
        self.say(" · ".join(text for text in (self.page.sentence(), when) if text), self._on_sentence)

    def _on_sentence(self) -> dict[str, Question]:
        found, run = self.page.on_sentence(), self.runner.run
        if run is None or not len(run.epochs):
            return found
        return {**found, "epoch": about_epoch(self.document, run, int(run.epochs["batch"][-1]))}

    def _said(self, text: str, questions: Questions | None) -> None:
        if text:
            self.say(text, questions)
        elif not self.empty_text():
            self._say()

    def _watch(self, sample: int) -> None:
        evaluation = self.runner.evaluation
        if evaluation is not None:
            self.runner.watch(sample, evaluation.part)

    def _document_changed(self, change: Change) -> None:
        if change.data:
            self._stale = self.runner.evaluation
        super()._document_changed(change)


def fitting(data: Dataset) -> str:
    """The page that fits a data set."""
    if data.view == "plane":
        return "surface"
    if data.task == "classification":
        return "confusion"
    return "forecast" if data.view == "series" and "series" in data.info else "scatter"
