"""The training panel: buttons, what is running and why it stopped, what is in the way, data and settings."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from core.buckets import Axis, padded_axes
from core.describe import number
from core.edits import SetTraining
from core.errors import StudioError
from core.problems import Repair, problems
from core.project import Change
from core.reports import Report
from core.training import TRAINING
from core.why.numbers import Aggregate
from core.why.training.aggregates import batch_loss
from core.why.training.clocks import batch_in_epoch, batches_of_run, batches_per_epoch, progress, steps_per_second
from gui.document import Document
from gui.errors import tell
from gui.forms import SpecForm
from gui.forms.data_form import DataForm
from gui.forms.form import heading
from gui.forms.row import LiveMark
from gui.icons import icon
from gui.places import about_place
from gui.plots.loss_why import formula_of, plain_title
from gui.problem_cards import ProblemCards, as_edit
from gui.runner import Runner, Stretch
from gui.samples.padding import PaddingView
from gui.text import tr
from gui.why.here import Question, open_menu
from gui.why.questions import about_batch, about_epoch, standing_in
from gui.why.told import asked
from gui.widgets import MARGIN, Column, PrimaryButton, muted, told


class TrainingPanel(QWidget):
    """Everything that is needed to train, from top to bottom."""

    explore = Signal(str, str)
    """Catalogue and entry that the user wants to see in an explorer."""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training")
        self.setAccessibleName(tr("Training"))
        self._document, self._runner = document, runner
        self.buttons = _Buttons(runner)
        self.progress = _Progress(document, runner)
        self.problems = ProblemCards(document)
        self.data = DataForm(document)
        self.form = SpecForm(TRAINING, document.project.training, live=True)
        self.form.setAccessibleName(tr("Training settings"))
        self.padding = PaddingView(document)
        self.form.row("buckets").add_below(self.padding)
        self._lay_out()
        self.problems.pointed.connect(document.highlight)
        self.problems.chosen.connect(document.select)
        self.problems.repair.connect(self._repair)
        self.form.edited.connect(self._edit)
        self.form.explore.connect(self.explore)
        runner.status_changed.connect(self._on_status)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)
        self._check()
        self._show_padding()
        self._on_status()

    @property
    def commands(self) -> dict[str, QAction]:
        """What the buttons do."""
        return self.buttons.commands

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(MARGIN, MARGIN, MARGIN, 4)
        head.setSpacing(6)
        head.addWidget(self.buttons)
        head.addWidget(self.progress)
        self.settings = Column()
        self.settings.column.setContentsMargins(MARGIN, 4, MARGIN, MARGIN)
        self.settings.add(self.problems)
        self.settings.add(heading(tr("Data"), first=True))
        self.settings.add(self.data)
        self.settings.add(_LiveLine())
        self.settings.add(self.form)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.settings, 1)

    def _check(self) -> None:
        found = problems(self._document.state)
        self.problems.show_problems(found)
        self.problems.setVisible(bool(found))

    def _on_changed(self, change: Change) -> None:
        if change.training:
            self.form.show_choice(self._document.project.training)
        if change.network or change.training or change.data:
            self._check()
            self._show_padding()

    def _on_replaced(self) -> None:
        self.form.show_choice(self._document.project.training)
        self._check()
        self._show_padding()

    def _show_padding(self) -> None:
        """Offer length buckets where sequences differ in length, with what they spare; and wherever they are asked for."""
        project = self._document.project
        try:
            dataset = project.dataset()
        except StudioError:
            axes: tuple[Axis, ...] = ()
        else:
            axes = padded_axes(project.network, dataset)
        self.form.row("buckets").setVisible(bool(axes or project.training["buckets"]))
        self.padding.setVisible(bool(axes))
        if axes:
            self.padding.show_batches(axes, dataset.samples("train"), project.training)

    def _on_status(self) -> None:
        self.form.explain_effects(self._runner.busy or self._runner.status == "paused")

    def _edit(self, path: str, value: Any) -> None:
        try:
            self._document.do(SetTraining(path, value, label=self.form.row(path).title.text()))
        except StudioError as error:
            self.form.show_choice(self._document.project.training)
            self.form.complain(path, error)

    def _repair(self, repair: Repair) -> None:
        try:
            self._document.do(as_edit(repair))
        except StudioError as error:
            tell(self, error)


class _LiveLine(QWidget):
    """What the sign of a live setting means."""

    def __init__(self) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 8, 0, 0)
        line.setSpacing(5)
        line.addWidget(LiveMark(), 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(muted(tr("takes effect at the next batch, also while training")), 1)


class _Buttons(QWidget):
    """Play/Pause, Step, Stop, Reset."""

    def __init__(self, runner: Runner) -> None:
        super().__init__()
        self._runner = runner
        self.commands: dict[str, QAction] = {}
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(4)
        self.play = self._add("play", tr("Play"), "play", runner.toggle, tr("Train the network"), PrimaryButton)
        self.play.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for stretch, text, tip in (
            ("step", tr("Time step"), tr("One time step: forward through the batch, then backward")),
            ("batch", tr("Batch"), tr("Train on one batch")),
            ("epoch", tr("Epoch"), tr("Train on all batches once")),
        ):
            self._add(f"step {stretch}", text, _STEP_ICONS[stretch], lambda s=stretch: runner.step(s), tip)
        self._add("stop", tr("Stop"), "stop", runner.stop, tr("End this training and keep the weights"))
        self._add("reset", tr("Reset"), "reset", runner.reset, tr("Draw fresh weights from the seed"))
        runner.status_changed.connect(self.refresh)
        runner.run_started.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Show what can be done now."""
        runner, busy = self._runner, self._runner.busy
        play = self.commands["play"]
        play.setText(tr("Pause") if busy else tr("Play"))
        play.setData("pause" if busy else "play")
        play.setIcon(icon(play.data()))
        play.setToolTip(tr("Pause after this batch") if busy else tr("Train the network"))
        play.setEnabled(runner.status != "pausing")
        for stretch in _STEP_ICONS:
            self.commands[f"step {stretch}"].setEnabled(not busy)
        self.commands["stop"].setEnabled(busy or (runner.run is not None and runner.run.stopped is None))

    def _add(
        self, key: str, text: str, picture: str, slot: object, tip: str, make: type[QToolButton] = QToolButton
    ) -> QToolButton:
        action = QAction(icon(picture), text, self)
        action.setData(picture)
        action.setToolTip(tip)
        action.triggered.connect(lambda: slot())  # type: ignore[operator]
        self.commands[key] = action
        button = make()
        button.setDefaultAction(action)
        button.setIconSize(QSize(18, 18))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setAccessibleName(text)
        button.setAccessibleDescription(tip)
        button.setObjectName(f"button {key}")
        button.setMinimumHeight(30)
        self._line.addWidget(button)
        return button


_STEP_ICONS: dict[Stretch, str] = {"step": "step-time", "batch": "step-batch", "epoch": "step-epoch"}


class _Bar(QProgressBar):
    """How much of the training is done, which can be asked."""

    def __init__(self, document: Document, about: Callable[[], list[Question]]) -> None:
        super().__init__()
        self._document, self.questions_here = document, about
        self.setTextVisible(False)
        self.setFixedHeight(8)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(tr("Progress of the training"))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        open_menu(self, self.questions_here(), self._document, event.globalPos(), ())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(self.palette().color(self.palette().ColorRole.Text))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            painter.end()


class _Progress(QWidget):
    """What is running, how far it is, and why it stopped."""

    def __init__(self, document: Document, runner: Runner) -> None:
        super().__init__()
        self._document, self._runner = document, runner
        quiet = self.palette().ColorRole.PlaceholderText
        self.status = told(document)
        self.bar = _Bar(document, self._about_share)
        self.place, self.numbers = told(document, quiet), told(document, quiet)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in (self.status, self.bar, self.place, self.numbers):
            column.addWidget(widget)
        runner.status_changed.connect(self.refresh)
        runner.updated.connect(self._if_seen)
        document.changed.connect(self._if_seen)
        document.replaced.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show where the training is."""
        report = self._runner.report
        self.status.setForegroundRole(
            self.palette().ColorRole.BrightText
            if self._runner.status == "failed"
            else self.palette().ColorRole.WindowText
        )
        self.status.tell(self._runner.status_words, lambda: about_place(self._runner))
        for widget in (self.bar, self.place, self.numbers):
            widget.setVisible(report is not None)
        if report is None:
            return
        epochs = int(self._document.project.training["epochs"])
        self.bar.setMaximum(max(1, epochs * report.batches_per_epoch))
        self.bar.setValue(min(report.batch, self.bar.maximum()))
        self.place.tell(
            tr(
                "Epoch {epoch} of {epochs}, batch {batch} of {batches}",
                epoch=asked("epoch", str(report.epoch)),
                epochs=epochs,
                batch=asked("inside", f"{report.batch_in_epoch:,}"),
                batches=asked("batches", f"{report.batches_per_epoch:,}"),
            ),
            self._on_place,
        )
        self.numbers.tell(self._in_numbers(report), self._on_numbers)

    def _in_numbers(self, report: Report) -> str:
        parts = [tr("loss {value}", value=asked("loss", number(report.loss, 4)))]
        parts += [f"{html.escape(_name(key))} {asked(key, number(value, 4))}" for key, value in report.metrics.items()]
        if report.seconds > 0:
            parts.append(tr("{rate} steps/s", rate=asked("rate", f"{report.batch / report.seconds:,.0f}")))
        return " · ".join(parts)

    def _on_place(self) -> dict[str, Question]:
        """About where the training stands."""
        run, report = self._runner.run, self._runner.report
        if run is None or report is None:
            return {}
        place = standing_in(self._document, run, report.batch)
        return {
            "batch": about_batch(self._document, run, report.batch),
            "inside": Question(batch_in_epoch(place), tr("Why this batch?")),
            "batches": Question(self._batches(report, place.samples), tr("Why so many batches?")),
            "epoch": about_epoch(self._document, run, report.batch),
        }

    def _batches(self, report: Report, samples: int) -> Aggregate:
        size = int(self._document.project.training["batch_size"])
        made = batches_per_epoch(samples, size) if samples else None
        if made is None or made.value != report.batches_per_epoch:
            return batches_of_run(report.batches_per_epoch)
        return made

    def _about_share(self) -> list[Question]:
        run, report = self._runner.run, self._runner.report
        if run is None or report is None:
            return []
        epochs = int(self._document.project.training["epochs"])
        place = standing_in(self._document, run, report.batch)
        return [Question(progress(place, epochs, report.batches_per_epoch), tr("Why this much of the training?"))]

    def _on_numbers(self) -> dict[str, Question]:
        """About loss, metrics and speed of the last batch."""
        run, report = self._runner.run, self._runner.report
        if run is None or report is None:
            return {}
        found = {}
        for key, value in {"loss": report.loss, **report.metrics}.items():
            made = batch_loss(formula_of(self._document, run, key), plain_title(key), float(value), report.batch)
            found[key] = Question(made, tr("Why this {name}?", name=_name(key)))
        speed = steps_per_second(standing_in(self._document, run, report.batch), report.seconds)
        return {**found, "rate": Question(speed, tr("Why so fast?"))}

    def _if_seen(self, *_: object) -> None:
        if self.isVisible():
            self.refresh()

    def showEvent(self, event: object) -> None:
        self.refresh()


def _name(key: str) -> str:
    title = plain_title(key)
    return title[:1].lower() + title[1:]
