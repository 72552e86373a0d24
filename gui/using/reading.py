"""Reads an input step by step: an editor that fits the data, and what the network says after each step."""

from __future__ import annotations

import html
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QTimer
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QSpinBox, QWidget

from core.data.dataset import Dataset
from core.data.looking import part_to_show
from core.questions import Question, Read, Reading
from gui.document import Document
from gui.icons import icon
from gui.samples.values import MOST_WORDS, target_words
from gui.text import tr
from gui.using.asking import Tried, about_target
from gui.using.beliefs import Beliefs, beliefs
from gui.using.cells import CellsEdit
from gui.using.course import CourseView
from gui.using.editors import Editor
from gui.using.letters import LettersEdit
from gui.using.pad import PixelPad
from gui.using.page import UsePage
from gui.using.sample import SampleShow
from gui.why.here import Question as Why
from gui.widgets import ElidedLabel, muted, told

WALK_MS = 2400
"""How long a walk over all steps takes at least, and at most one step per frame."""


class ReadingPage(UsePage):
    """Input above, course of the answer below."""

    def __init__(self, document: Document, editor: Editor) -> None:
        super().__init__(document)
        self.editor = editor
        self.course = CourseView()
        self.sample = QSpinBox(objectName="try_sample", accessibleName=tr("Sample that is tried"))
        self.sample.setSpecialValueText("–")
        self.truth = ElidedLabel()
        self.empty = QPushButton(tr("Clear"), objectName="try_clear")
        self.walk = QPushButton(icon("play"), tr("Read it"), objectName="try_walk")
        self.walk.setToolTip(tr("Walk through the steps once more"))
        self.fitted = QCheckBox(tr("Fill the frame"), objectName="try_fitted", checked=True)
        self.fitted.setToolTip(tr("Move and scale the drawing to the frame, as the digits of the data set were"))
        self.said = told(document)
        self.said.setObjectName("try_said")
        self.why = muted()
        self.reading: Reading | None = None
        # Single-shot, started again for each step: it ends by itself at the last one.
        self._next = QTimer(self, singleShot=True)
        self._next.timeout.connect(self._step_on)
        self._lay_out()
        editor.edited.connect(self._edited)
        self.course.stepped.connect(self._stepped)
        self.sample.valueChanged.connect(self._choose_sample)
        self.empty.clicked.connect(self._clear)
        self.walk.clicked.connect(self._walk)
        if isinstance(editor, PixelPad):
            self.fitted.toggled.connect(editor.set_fitted)

    def show_data(self, data: Dataset) -> None:
        super().show_data(data)
        self._next.stop()
        self._mark_sample(0)
        self.sample.setMaximum(len(data.samples(part_to_show(data))))
        self.editor.show_data(data)
        self.empty.setVisible(self.editor.can_clear())
        self.fitted.setVisible(isinstance(self.editor, PixelPad))
        self.forget()
        self.sample.setValue(1)

    def question(self, moving: bool) -> Question | None:
        values = self.editor.values()
        if values is None:
            return None
        step = self.course.row if self._answers_in_steps and 0 <= self.course.row < len(self.course.lengths) - 1 else -1
        return Read(values, step=step)

    def take(self, result: object) -> None:
        assert isinstance(result, Reading) and self.data is not None
        self.reading = result
        said = beliefs(self.data, self.activation, result.course)
        marks = self.editor.marks() if self._begins_count else ()
        self.course.show_course(said, result.lengths, marks if len(marks) >= result.lengths[-1] else ())
        self.walk.setEnabled(len(result.lengths) > 1)
        self._show_step()

    def forget(self) -> None:
        self.reading = None
        self._next.stop()
        self.course.clear()
        self.walk.setEnabled(False)
        self.editor.show_reading(None, 0)
        self.said.tell(tr("Draw or choose a sample.") if isinstance(self.editor, PixelPad) else "", None)
        self.why.setText("")

    @property
    def _answers_in_steps(self) -> bool:
        return self.reading is not None and self.reading.output.ndim == 2

    @property
    def _begins_count(self) -> bool:
        """Whether each row of the course was said after that many steps of the input."""
        return self.in_step or not self._answers_in_steps

    def steps_read(self) -> int:
        """Steps of the input behind what is looked at."""
        if not self._begins_count:
            assert self.reading is not None
            return len(self.reading.inputs)
        return int(self.course.lengths[self.course.row]) if self.course.row >= 0 else 0

    # -- why ---------------------------------------------------------------------------------------------------------

    def asked_of(self) -> dict[QWidget, Callable[[QPointF | None], list[Why]]]:
        return {
            self.course: self._about_answer, self.editor: self._about_input, self.truth: self._about_truth,
            self.sample: lambda at: self._about_truth(at) if at is None else [],
        }  # fmt: skip

    def _about_truth(self, at: QPointF | None) -> list[Why]:
        """What the sample that is chosen should be."""
        number, data = self.sample.value(), self.data
        return (
            [] if data is None or not number else about_target(data, int(data.samples(part_to_show(data))[number - 1]))
        )

    def _about_said(self) -> dict[str, Why]:
        """Why each number of the answer is what it is."""
        reading, said = self.reading, self.course.beliefs
        if reading is None or said is None:
            return {}
        return {str(n): self._about(said, self.course.row, n)[0] for n in range(len(said.names))}

    def _about_answer(self, at: QPointF | None) -> list[Why]:
        reading, found = self.reading, self.course.asked(at)
        return [] if reading is None or found is None else self._about(*found)

    def _about(self, said: Beliefs, row: int, n: int) -> list[Why]:
        reading = self.reading
        assert reading is not None
        whole = self._answers_in_steps or reading.inputs.ndim == 1
        tried = self._tried(reading.inputs if whole else reading.inputs[: int(reading.lengths[row])])
        return tried.believed(said, row, n, row if self._answers_in_steps else None)

    def _about_input(self, at: QPointF | None) -> list[Why]:
        reading, place = self.reading, self.editor.asked(at)
        if reading is None or place is None:
            return []
        return self._tried(reading.inputs).about(reading.unit, reading.step).read(*place)

    def _tried(self, inputs: np.ndarray) -> Tried:
        assert self.data is not None
        return Tried.of_main(self.network, self.data, self.activation, inputs)

    # -- how it is done ----------------------------------------------------------------------------------------------

    def _stepped(self) -> None:
        self._show_step()
        if self._answers_in_steps:
            self.edited.emit()  # what mattered is another thing for each answer

    def _show_step(self) -> None:
        reading, said = self.reading, self.course.beliefs
        if reading is None or said is None or self.data is None:
            return
        steps, of = self.steps_read(), int(reading.lengths[-1])
        self.editor.show_reading(reading, steps)
        answer = said.told(self.course.row)
        if len(reading.lengths) > 1 or reading.inputs.ndim == 2:
            n = self.course.row + 1
            when = self.editor.step_words(steps, of) if self._begins_count else tr("Answer {n} of {of}", n=n, of=of)
            answer = f"{html.escape(when)}: {answer}"
        if answers := self._told():
            answer += "<br>" + tr("Told: {answers}", answers=html.escape(answers))
        self.said.tell(answer, self._about_said)
        name = said.names[min(reading.unit, len(said.names) - 1)]
        if len(said.names) == 2 and reading.output.shape[-1] == 1:
            name = said.names[1]  # a single unit speaks for the second class
        self.why.setText(self._mattered(f"“{name}”"))

    def _told(self) -> str:
        """The answers at the steps that count, where they are few."""
        reading, said, data = self.reading, self.course.beliefs, self.data
        if reading is None or said is None or data is None or reading.output.ndim == 1 or not said.decides:
            return ""
        same = (
            data.mask is not None and data.mask.shape[1] == len(said.values) and bool((data.mask == data.mask[0]).all())
        )
        counted = np.flatnonzero(data.mask[0]) if same and data.mask is not None else np.arange(len(said.values))
        if len(counted) > MOST_WORDS or data.lengths is not None:
            return ""
        return ", ".join(said.names[int(said.values[step].argmax())] for step in counted)

    def _mattered(self, name: str) -> str:
        assert self.reading is not None
        if not self.reading.gradient.any():
            return tr("Nothing of it matters for {answer}: the gradient is 0.", answer=name)
        text = self.editor.why().replace("{answer}", name)
        if self.reading.output.ndim == 2:
            text += " " + tr("Shown for step {step}.", step=self.reading.step + 1)
        return text

    def _edited(self) -> None:
        if self.data is None:
            return
        self._next.stop()
        if self.editor.values() is None:
            self.forget()
        if not self._from_sample:
            self._mark_sample(0)
        self.edited.emit()

    _from_sample = False

    def _choose_sample(self, number: int) -> None:
        if self.data is None or not number:
            self.truth.clear()
            return
        sample = int(self.data.samples(part_to_show(self.data))[number - 1])
        self._from_sample = True
        try:
            self.editor.show_sample(sample)
        finally:
            self._from_sample = False
        self.truth.setText(tr("is {target}", target=target_words(self.data, sample)))

    def _mark_sample(self, number: int) -> None:
        """Show a number without taking over its sample: 0 where the input is the user's own."""
        self.sample.blockSignals(True)
        self.sample.setValue(number)
        self.sample.blockSignals(False)
        if not number:
            self.truth.clear()

    def _clear(self) -> None:
        self.editor.clear()
        self.editor.setFocus()

    def _walk(self) -> None:
        self.course.look_at(0)
        self._next.start(self._pause())

    def _pause(self) -> int:
        return int(np.clip(WALK_MS / max(1, len(self.course.lengths)), 30, 300))

    def _step_on(self) -> None:
        if self.course.row < len(self.course.lengths) - 1:
            self.course.look_at(self.course.row + 1)
            self._next.start(self._pause())

    def hideEvent(self, event: object) -> None:
        self._next.stop()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        label = QLabel(tr("Sample"))
        label.setBuddy(self.sample)
        self.truth.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        for widget in (label, self.sample):
            line.addWidget(widget)
        line.addWidget(self.truth, 1)
        line.addWidget(self.empty)
        below = QHBoxLayout()
        below.addWidget(self.walk)
        below.addWidget(self.fitted)
        below.addStretch(1)
        top, bottom = QWidget(), QWidget()
        for widget, inner in ((top, line), (bottom, below)):
            inner.setContentsMargins(0, 0, 0, 0)
            widget.setLayout(inner)
        for widget in (top, self.editor, bottom, self.said, self.course, self.why):
            self.column.addWidget(widget)


def letters_page(document: Document) -> ReadingPage:
    """For names and other texts."""
    return ReadingPage(document, LettersEdit())


def pixels_page(document: Document) -> ReadingPage:
    """For pictures."""
    return ReadingPage(document, PixelPad())


def cells_page(document: Document) -> ReadingPage:
    """For memory tasks."""
    return ReadingPage(document, CellsEdit())


def samples_page(document: Document) -> ReadingPage:
    """For sequences that can only be chosen."""
    return ReadingPage(document, SampleShow())
