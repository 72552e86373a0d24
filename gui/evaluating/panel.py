"""The dock “Evaluation”: a part of the data, judged with the weights that the network has, everything under one another."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent, QCursor, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.atomic import write_file
from core.data.dataset import PARTS, Part
from core.errors import StudioError
from core.evaluation.report import csv_job
from core.evaluation.review import Review
from core.looks import name_of
from core.script import write_report
from core.why.answers import reviewed
from core.why.data import held
from core.why.training import clocks
from gui import settings
from gui.document import Document
from gui.errors import tell
from gui.evaluating.page import ReviewPage
from gui.evaluating.reviews import Reviews
from gui.forms.fields import Drop
from gui.icons import icon
from gui.runner import Runner
from gui.text import tr
from gui.why.here import Question, open_menu
from gui.why.told import asked
from gui.widgets import Column, MenuButton, told, words

_FOLLOW = "evaluation/follow"


class EvaluationPanel(QWidget):
    """Chooses the part, says what is shown and whether it still holds, and keeps the test part shut until asked."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("evaluation")
        self.setAccessibleName(tr("Evaluation"))
        self._document, self._runner = document, runner
        self.reviews = Reviews(document, runner, self)
        self.page = ReviewPage(document)
        self._tried: object = None
        """The state of the document that was evaluated last without being asked."""
        self._make_controls()
        self._lay_out()
        self.page.picked.connect(lambda sample: runner.watch(sample, self.part))
        self.page.asked.connect(lambda at: self._offer(self.page.questions_at(at), at))
        self.reviews.changed.connect(self.refresh)
        runner.status_changed.connect(self.refresh)
        runner.updated.connect(self.refresh)
        document.replaced.connect(self._another_project)
        self.refresh()

    @property
    def part(self) -> Part:
        """The part that is shown."""
        part: Part = self.parts.currentData()
        return part

    def refresh(self) -> None:
        """Bring everything up to date; what follows by itself is asked for."""
        self._follow()
        reviews, part = self.reviews, self.part
        found, running = reviews.found.get(part), reviews.running
        shut = part == "test" and self._has(part)
        self.button.setText(tr("Cancel") if running else self._asking(found is not None))
        self.button.setIcon(icon("close" if running else "lock" if shut else "check"))
        self.button.setEnabled(running or (self._has(part) and self._runner.status != "loading"))
        self.follow.setVisible(part != "test")
        self.bar.setVisible(running)
        self.bar.setValue(round(100 * reviews.done))
        self.about.tell(self._about(found), lambda: self._about_review(found))
        self.about.setVisible(bool(self.about.text()))
        self.trouble.setText(reviews.trouble)
        self.trouble.setVisible(bool(reviews.trouble))
        self.looks.tell(self._look_words(), self._about_looks)
        self.looks.setVisible(bool(self.looks.text()))
        self.page.setVisible(found is not None)
        for action in self.exports.menu().actions():
            action.setEnabled(found is not None)
        if found is not None:
            self.page.show_review(found)
            self.page.veil.setVisible(not reviews.holds(found))

    # -- why ---------------------------------------------------------------------------------------------------------

    def questions_here(self) -> list[Question]:
        """What can be asked where the keyboard is, or else where the pointer is."""
        return self.page.questions_at(None) or self.page.questions_at(QCursor.pos())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keys = event.reason() == QContextMenuEvent.Reason.Keyboard
        self._offer(self.page.questions_at(None if keys else event.globalPos()), event.globalPos())

    def _offer(self, questions: list[Question], at: QPoint) -> None:
        open_menu(self, questions, self._document, at, ())

    # -- words -------------------------------------------------------------------------------------------------------

    def _asking(self, again: bool) -> str:
        if self.part == "test":
            return tr("Look at the test part again") if again else tr("Open the test part")
        return tr("Evaluate again") if again else tr("Evaluate")

    def _about(self, found: Review | None) -> str:
        reviews = self.reviews
        if self._runner.status == "loading":
            return tr("Loading the engine …")
        if not self._has(self.part):
            if self.part == "test":
                return tr(
                    "This data has no test part. Set its test share under Data, advanced settings; the samples are then "
                    "dealt anew."
                )
            return tr("This data has no such part: set its share under Data.")
        if found is None:
            if self.part == "test":
                return ""
            return tr("Evaluate to see how good the network is on this part, beside simple baselines.")
        text = self._review_words(found) + "."
        if found.data.feedback:
            text += " " + tr("At each step the right answer of the step before is read, not the network's own.")
        if reviews.holds(found):
            return text
        report = self._runner.report
        if self._runner.busy and report is not None:
            return text + " " + tr("Training is at batch {batch} now.", batch=asked("now", f"{report.batch:,}"))
        return text + " " + tr("The network has changed since: evaluate again.")

    def _look_words(self) -> str:
        if self.part != "test" or not self._has("test"):
            return ""
        count = self.reviews.looks
        looked = (
            tr("Nobody has looked at it yet.")
            if count == 0
            else tr("The test set has been looked at once.")
            if count == 1
            else tr("The test set has been looked at {n} times.", n=asked("looks", f"{count}"))
        )
        return (
            looked
            + " "
            + tr(
                "It is for one last check, when every choice is made: who chooses by it has nothing left to check with. Each "
                "look is counted and saved with the project."
            )
        )

    def _review_words(self, found: Review) -> str:
        """What a review is about."""
        count = asked("samples", f"{len(found.judged.evaluation.samples):,}")
        what = {
            "train": tr("Training part, {n} samples", n=count),
            "validation": tr("Validation part, {n} samples", n=count),
            "test": tr("Test part, {n} samples", n=count),
        }[found.part]
        runs = [run.id for run in self._document.project.runs]
        if found.subject.run in runs:
            number = asked("run", str(runs.index(found.subject.run) + 1))
            batch = asked("batch", f"{found.subject.batch:,}")
            return what + " · " + tr("of batch {batch} of run {run}", batch=batch, run=number)
        return what

    def _about_review(self, found: Review | None) -> dict[str, Question]:
        """Why it is about so many samples, this batch and this run."""
        if found is None:
            return {}
        why = tr("Why this batch?")
        made = {"samples": Question(held.part(found.data, found.part), tr("Why so many samples?"))}
        runs = list(self._document.project.runs)
        place = next((n for n, run in enumerate(runs) if run.id == found.subject.run), None)
        samples = len(found.data.samples("train"))
        if place is not None:
            batch = clocks.batch_number(clocks.standing(runs[place], found.subject.batch, samples))
            made["batch"] = Question(batch, why)
            made["run"] = Question(clocks.run_number(place, len(runs)), tr("Why this run?"))
        run, report = self._runner.run, self._runner.report
        if run is not None and report is not None:
            made["now"] = Question(clocks.batch_number(clocks.standing(run, report.batch, samples)), why)
        return made

    def _about_looks(self) -> dict[str, Question]:
        state = self._document.state
        found = [look for look in state.looks if look.data == name_of(state.data)]
        return {"looks": Question(reviewed.looks(found), tr("Why so many looks?"))}

    def _has(self, part: Part) -> bool:
        try:
            return bool(len(self._document.project.dataset().split.get(part, ())))
        except StudioError:
            return False

    # -- what is done ------------------------------------------------------------------------------------------------

    def _press(self) -> None:
        if self.reviews.running:
            self.reviews.cancel()
        else:
            self._tried = self._document.state
            self.reviews.begin(self.part)

    def _follow(self) -> None:
        """Where training stands still, judge what has not been judged."""
        if not self._wants_to_follow():
            return
        self._tried = self._document.state
        found = self.reviews.found.get(self.part)
        if found is None or not self.reviews.holds(found):
            self.reviews.begin(self.part)

    def _wants_to_follow(self) -> bool:
        """Never with the test part, and only while somebody looks."""
        standing = not self._runner.busy and self._runner.status != "loading" and not self.reviews.running
        wanted = self.follow.isChecked() and self.part != "test" and self._tried is not self._document.state
        seen = self.isVisible() and not self.visibleRegion().isEmpty()
        return standing and wanted and seen and self._has(self.part)

    def _another_part(self) -> None:
        self._tried = None
        self.reviews.trouble = ""
        self.refresh()

    def _another_project(self) -> None:
        self._tried = None
        self.parts.show_key("validation")
        self.refresh()

    def _save(self, suffix: str, kinds: str) -> None:
        found = self.reviews.found.get(self.part)
        name, _ = QFileDialog.getSaveFileName(self, tr("Save"), f"evaluation-{self.part}.{suffix}", kinds)
        if not name or found is None:
            return
        path = Path(name).with_suffix(f".{suffix}")
        if suffix == "json":
            self._write(lambda: write_report(found, path))
            return
        # Every answer of a large part takes a while to write down: the worker does that.
        self._runner.jobs.begin(
            partial(csv_job, found),
            lambda content: self._write(lambda: write_file(path, content)),
            lambda error: tell(self, error),
        )

    def _write(self, write: Callable[[], None]) -> None:
        try:
            write()
        except StudioError as error:
            tell(self, error)

    # -- parts -------------------------------------------------------------------------------------------------------

    def _make_controls(self) -> None:
        self.parts = Drop()
        self.parts.setObjectName("evaluation_part")
        self.parts.setAccessibleName(tr("Part of the data"))
        names = {"train": tr("Training part"), "validation": tr("Validation part"), "test": tr("Test part")}
        for part in PARTS:
            self.parts.add(part, names[part])
        self.parts.show_key("validation")
        self.parts.currentIndexChanged.connect(self._another_part)
        self.button = QPushButton()
        self.button.setObjectName("evaluate")
        self.button.clicked.connect(self._press)
        self.bar = QProgressBar()
        self.bar.setObjectName("evaluation_progress")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setRange(0, 100)
        self.follow = QCheckBox(tr("Whenever training stands still"))
        self.follow.setObjectName("evaluation_follow")
        self.follow.setToolTip(tr("Evaluate by itself while this panel is seen. Never the test part."))
        self.follow.setChecked(settings.settings().value(_FOLLOW, True, bool))
        self.follow.toggled.connect(lambda on: settings.settings().setValue(_FOLLOW, on))
        self.follow.toggled.connect(self.refresh)
        self.about = told(self._document)
        self.looks = told(self._document, self.palette().ColorRole.PlaceholderText)
        self.about.setObjectName("evaluation_about")
        self.looks.setObjectName("test_looks")
        self.trouble = words(role=self.palette().ColorRole.BrightText)
        self.trouble.setObjectName("evaluation_trouble")
        menu = QMenu(self)
        for key, text, kinds in (
            ("json", tr("Save report (JSON)…"), tr("Reports") + " (*.json)"),
            ("csv", tr("Save every answer (CSV)…"), tr("Tables") + " (*.csv)"),
        ):
            action = menu.addAction(icon("table" if key == "csv" else "export"), text)
            action.setObjectName(f"evaluation_{key}")
            action.triggered.connect(lambda _=False, key=key, kinds=kinds: self._save(key, kinds))
        self.exports = MenuButton("evaluation_menu")
        self.exports.setIcon(icon("more"))
        self.exports.setToolTip(tr("Save this evaluation"))
        self.exports.setAccessibleName(tr("Save this evaluation"))
        self.exports.setMenu(menu)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.parts, 1)
        head.addWidget(self.exports)
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        for widget in (self.looks, self.button, self.follow, self.bar, self.about, self.trouble):
            column.addWidget(widget)
        scrolled = Column()
        scrolled.add(top)
        scrolled.add(self.page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scrolled)

    def paintEvent(self, event: QPaintEvent) -> None:
        # A dock that comes from behind its tab is painted, but not told that it is shown.
        if self._wants_to_follow():
            self.refresh()
