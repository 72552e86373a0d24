"""The line at the bottom: what training is doing and why it stopped, speed, device and the number of problems."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from core.problems import problems
from core.project import Change
from core.why.network.troubles import problem_count
from core.why.training.clocks import steps_per_second
from gui.document import Document
from gui.icons import icon
from gui.places import about_place
from gui.runner import Runner
from gui.text import tr
from gui.why.button import AskedButton
from gui.why.here import Question
from gui.why.questions import standing_in
from gui.why.told import Told, asked


class StatusBar(QStatusBar):
    """Observes the runner and the document; a click on the problems asks to see them."""

    problems_clicked = Signal()

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._runner = document, runner
        self._doing, self._speed = Told(document, "doing"), Told(document, "speed")
        for words in (self._doing, self._speed):
            words.setWordWrap(False)
        self._device = QLabel(objectName="device")
        self._device.setContentsMargins(6, 0, 4, 0)
        self._problems = AskedButton(document, "problem_count", self._about_problems)
        self._problems.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._problems.clicked.connect(self.problems_clicked)
        self.addWidget(self._doing, 1)
        for widget in (self._speed, self._device, self._problems):
            self.addPermanentWidget(widget)
        runner.status_changed.connect(self._show_status)
        runner.updated.connect(self._show_speed)
        document.changed.connect(self._show_document)
        document.replaced.connect(self._show_document)
        self._show_status()
        self._show_document()

    def _show_status(self) -> None:
        runner = self._runner
        self._doing.tell(runner.status_words, lambda: about_place(runner))
        self._doing.setToolTip(runner.status_text)
        self._show_speed()

    def _show_speed(self) -> None:
        report = self._runner.report
        if report is None:
            self._speed.tell("", None)
            return
        rate = report.batch / report.seconds if report.seconds > 0 else 0.0
        shown = {"epoch": str(report.epoch), "batch": f"{report.batch:,}", "rate": f"{rate:,.0f}"}
        marked = {key: asked(key, text) for key, text in shown.items()}
        self._speed.tell(tr("epoch {epoch}, batch {batch}, {rate} steps/s", **marked), self._on_speed)

    def _on_speed(self) -> dict[str, Question]:
        """About where training stands, and how fast it goes."""
        run, report = self._runner.run, self._runner.report
        if run is None or report is None:
            return {}
        made = steps_per_second(standing_in(self._document, run, report.batch), report.seconds)
        return {**about_place(self._runner), "rate": Question(made, tr("Why so fast?"))}

    def _about_problems(self) -> list[Question]:
        return [Question(problem_count(problems(self._document.state)), tr("Why so many problems?"))]

    def _show_document(self, change: Change | None = None) -> None:
        if change is not None and not (change.network or change.data or change.training):
            return
        training = self._document.project.training
        names = {"cpu": tr("processor"), "cuda": tr("NVIDIA GPU"), "mps": tr("Apple GPU")}
        self._device.setText(names[training["device"]])
        found = problems(self._document.state)
        wrong = any(problem.severity == "error" for problem in found)
        self._problems.setIcon(icon("error" if wrong else "warning" if found else "check"))
        words = tr("1 problem") if len(found) == 1 else tr("{n} problems", n=len(found))
        self._problems.setText(words if found else tr("no problems"))
