"""The line at the bottom: what training is doing and why it stopped, speed, device and the number of problems."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QStatusBar, QToolButton, QWidget

from core.problems import problems
from core.project import Change
from gui.document import Document
from gui.icons import icon
from gui.runner import Runner
from gui.text import tr


class StatusBar(QStatusBar):
    """Observes the runner and the document; a click on the problems asks to see them."""

    problems_clicked = Signal()

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._runner = document, runner
        self._doing = QLabel(objectName="doing", textFormat=Qt.TextFormat.PlainText)
        self._speed = QLabel(objectName="speed")
        self._device = QLabel(objectName="device")
        self._problems = QToolButton(objectName="problem_count", autoRaise=True)
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
        self._doing.setText(self._runner.status_text)
        self._doing.setToolTip(self._runner.status_text)
        self._show_speed()

    def _show_speed(self) -> None:
        report = self._runner.report
        if report is None:
            self._speed.clear()
            return
        rate = report.batch / report.seconds if report.seconds > 0 else 0.0
        self._speed.setText(
            tr("epoch {epoch}, batch {batch}, {rate:.0f} steps/s", epoch=report.epoch, batch=report.batch, rate=rate)
        )

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
