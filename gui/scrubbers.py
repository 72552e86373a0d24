"""One scrubber for each clock of a training: epochs, batches, and the time steps of a batch with their phases."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

from core.why.training.clocks import epochs_over, reachable
from gui.clock import moment_words
from gui.document import Document
from gui.places import about_moment
from gui.runner import Runner
from gui.text import tr
from gui.why.here import Question
from gui.why.questions import about_batch
from gui.why.told import Questions, Told, asked


class Scrubber(QWidget):
    """A slider with its name before it and its place behind it."""

    def __init__(
        self, document: Document, key: str, title: str, tip: str, least: int, moved: Callable[[int], None]
    ) -> None:
        super().__init__()
        self.slider = QSlider(Qt.Orientation.Horizontal, objectName=key, accessibleName=title, toolTip=tip)
        self.slider.setMinimumWidth(least)
        self.slider.setTracking(True)
        self.slider.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        name = QLabel(title)
        name.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        name.setBuddy(self.slider)
        self.words = Told(document, f"{key}_words")
        self.words.setWordWrap(False)
        self._said = ""
        line = QHBoxLayout(self)
        line.setContentsMargins(6, 0, 2, 0)
        line.setSpacing(5)
        line.addWidget(name)
        line.addWidget(self.slider, 1)
        line.addWidget(self.words)
        self.slider.valueChanged.connect(moved)

    def questions_here(self) -> list[Question]:
        """What can be asked about its place, also where the slider has the keyboard."""
        return self.words.questions_here()

    def show_place(self, place: int, least: int, most: int, words: str, questions: Questions, able: bool) -> None:
        """Where it stands, in words as ``Told`` shows them; nobody is told that it was moved."""
        with QSignalBlocker(self.slider):
            if able != self.slider.isEnabled():
                self.slider.setEnabled(able)
            self.slider.setRange(least, max(most, least + 1))
            if place != self.slider.value():
                self.slider.setValue(place)
        self.words.tell(words, questions)
        if words != self._said:
            self._said = words
            # Fewer digits, or none for a moment, must not widen a slider under the hand that drags it.
            if able:
                self.words.setMinimumWidth(max(self.words.minimumWidth(), self.words.sizeHint().width()))
            elif words:
                self.words.setMinimumWidth(0)


class Scrubbers(QWidget):
    """The three of them side by side; the one of the batches takes the room that is left."""

    def __init__(self, runner: Runner) -> None:
        super().__init__()
        self._runner, past, clock = runner, runner.past, runner.clock
        tip, document = tr("Go to the end of a recorded epoch"), runner.document
        self.epoch = Scrubber(document, "epoch_scrubber", tr("Epoch"), tip, 48, past.go_to_epoch)
        tip = tr("Go to any batch of this training")
        self.batch = Scrubber(document, "scrubber", tr("Batch"), tip, 110, past.go_to)
        self.time = Scrubber(
            document,
            "time_scrubber",
            tr("Time"),
            tr("Walk through a batch: every phase of every time step, forward and back. Esc leaves it."),
            90,
            clock.go_to,
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        for one, share in ((self.epoch, 2), (self.batch, 5), (self.time, 3)):
            line.addWidget(one, share)
        past.changed.connect(self.refresh)
        clock.changed.connect(self.refresh)
        runner.updated.connect(self.refresh)
        runner.status_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show where all clocks stand."""
        self._show_past()
        self._show_time()

    def _show_past(self) -> None:
        past, report, there = self._runner.past, self._runner.report, self._runner.past.reachable
        moving = self._runner.busy and report is not None
        ends = past.epochs()
        epoch, last = past.epoch(), len(ends) - 1
        place = max(past.end, report.batch) if moving and report else past.goal
        words = tr("{epoch} of {end}", epoch=asked("epoch", str(epoch)), end=asked("end", str(last))) if last else ""
        self.epoch.show_place(last if moving else epoch, 0, last, words, self._on_epoch, there and last > 0)
        self.batch.show_place(place, past.begin, past.end, self._batch_words(), self._on_batch, there)

    def _batch_words(self) -> str:
        past, report = self._runner.past, self._runner.report
        if self._runner.busy and report is not None:
            return tr("live · batch {batch}", batch=asked("batch", f"{report.batch:,}"))
        if past.end <= past.begin:
            return tr("Press Play: every batch can be visited again.")
        return tr("batch {batch} of {end}", batch=asked("batch", f"{past.goal:,}"), end=asked("end", f"{past.end:,}"))

    def _on_epoch(self) -> dict[str, Question]:
        past = self._runner.past
        ends = past.epochs()
        over = Question(epochs_over(ends, past.epoch()), tr("Why this epoch?"))
        return {"epoch": over, "end": Question(epochs_over(ends, len(ends) - 1), tr("Why so many epochs?"))}

    def _on_batch(self) -> dict[str, Question]:
        runner, past = self._runner, self._runner.past
        report, run = runner.report, runner.run
        batch = report.batch if runner.busy and report is not None else past.goal
        if run is None:
            return {}
        end = reachable(past.begin, past.end)
        return {"batch": about_batch(runner.document, run, batch), "end": Question(end, tr("Why so many batches?"))}

    def _show_time(self) -> None:
        clock = self._runner.clock
        place, moment = clock.place, clock.moment
        able = bool(clock.moments) and not self._runner.busy
        words = "" if moment is None else moment_words(moment, asked)
        self.time.slider.setPageStep(max(1, sum(one.phase == "forward" and not one.step for one in clock.moments)))
        self.time.show_place(0 if place is None else place, 0, len(clock.moments) - 1, words, self._on_time, able)

    def _on_time(self) -> dict[str, Question]:
        clock = self._runner.clock
        return {} if clock.moment is None else about_moment(clock.moments, clock.moment)
