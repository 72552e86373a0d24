"""A slider for each measurement of a table, in its own unit, and what the network makes of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSlider, QSpinBox, QWidget

from core.data.dataset import Dataset, Field
from core.data.looking import part_to_show
from core.describe import number
from core.questions import Question, Read, Reading
from core.why.answers.tried import way_bar
from core.why.data.stored import value
from gui.document import Document
from gui.samples.values import named, raw, target_words
from gui.text import tr, tr_core
from gui.theme import theme
from gui.using.asking import Tried, about_target
from gui.using.beliefs import beliefs
from gui.using.course import CourseView
from gui.using.editors import relative
from gui.using.page import UsePage
from gui.why.here import Question as Why
from gui.widgets import ElidedLabel, muted, told

TICKS = 200
"""Places of a slider from the smallest to the largest value of the training part."""


class FeatureSlider(QWidget):
    """One measurement."""

    moved = Signal()

    def __init__(self, field: Field, feature: int, low: float, high: float) -> None:
        super().__init__()
        self.field, self.feature, self.low, self.high = field, feature, low, high
        self.value = low
        """In its own unit; a sample's is kept exactly, whatever the slider can show."""
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, TICKS)
        self.slider.setAccessibleName(named(field, feature))
        self.slider.setToolTip(
            tr("{name}, from {low} to {high}", name=named(field, feature), low=number(low), high=number(high))
        )
        self.shown = QLabel()
        self.shown.setMinimumWidth(self.shown.fontMetrics().horizontalAdvance("-0.00000"))
        self.shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.slider, 1)
        line.addWidget(self.shown)
        self.slider.valueChanged.connect(self._moved)

    def show_value(self, value: float) -> None:
        """Take over a value without saying so."""
        self.value = value
        self.slider.blockSignals(True)
        self.slider.setValue(round((value - self.low) / ((self.high - self.low) or 1.0) * TICKS))
        self.slider.blockSignals(False)
        self._say()

    def _moved(self, place: int) -> None:
        self.value = self.low + place / TICKS * (self.high - self.low)
        self._say()
        self.moved.emit()

    def _say(self) -> None:
        self.shown.setText(number(self.value))


class WayBar(QWidget):
    """A bar to the right in blue where raising a value speaks for the answer, to the left in orange where against."""

    def __init__(self) -> None:
        super().__init__()
        self.value = 0.0
        self.setFixedWidth(46)

    def show_value(self, value: float) -> None:
        """From -1 to 1."""
        self.value = value
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        middle = self.width() / 2
        painter.setPen(theme().color("plot_grid"))
        painter.drawLine(int(middle), 3, int(middle), self.height() - 3)
        long = self.value * (middle - 2)
        color = theme().color("positive" if self.value > 0 else "negative")
        painter.fillRect(QRectF(min(middle, middle + long), self.height() / 2 - 4, abs(long), 8), color)
        painter.end()


class TablePage(UsePage):
    """For data without time."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.sliders: list[FeatureSlider] = []
        self.bars: list[WayBar] = []
        self.sample = QSpinBox(objectName="try_sample", accessibleName=tr("Sample that is tried"))
        self.sample.setSpecialValueText("–")
        self.truth = ElidedLabel()
        self.truth.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self.said = told(document)
        self.said.setObjectName("try_said")
        self.course = CourseView()
        self.why = muted()
        self.reading: Reading | None = None
        self._grid: QWidget | None = None
        line = QHBoxLayout()
        line.addWidget(QLabel(tr("Sample")))
        line.addWidget(self.sample)
        line.addWidget(self.truth, 1)
        self.column.addLayout(line)
        for widget in (self.said, self.course, self.why):
            self.column.addWidget(widget)
        self.sample.valueChanged.connect(self._choose_sample)

    def show_data(self, data: Dataset) -> None:
        super().show_data(data)
        self.forget()
        self._make_sliders(data)
        self.sample.setMaximum(len(data.samples(part_to_show(data))))
        self.sample.blockSignals(True)
        self.sample.setValue(1)
        self.sample.blockSignals(False)
        self._choose_sample(1)

    def question(self, moving: bool) -> Question | None:
        if self.data is None:
            return None
        field = next(iter(self.data.inputs.values()))
        own = np.array([slider.value for slider in self.sliders])
        return Read(own.astype(np.float32) if field.normalisation is None else field.normalisation.apply(own))

    def take(self, result: object) -> None:
        assert isinstance(result, Reading) and self.data is not None
        self.reading = result
        said = beliefs(self.data, self.activation, result.course)
        self.course.show_course(said, result.lengths)
        last = len(result.course) - 1
        self.said.tell(
            tr("The network says: {answer}", answer=said.told(last)),
            lambda: {str(n): self._tried(result).believed(said, last, n, None)[0] for n in range(len(said.names))},
        )
        # In steps of one slider each, so that measurements of different size can be compared.
        for bar, way in zip(self.bars, relative(result.gradient * self._spans()), strict=True):
            bar.show_value(float(way))
        self.course.setVisible(said.decides or len(said.names) > 1)
        if not said.decides:
            self.why.setText(tr("Bars: blue, raising it raises the answer; orange, lowers it."))
            return
        name = said.names[min(result.unit, len(said.names) - 1)]
        if len(said.names) == 2 and result.output.shape[-1] == 1:
            name = said.names[1]
        self.why.setText(tr("Bars: blue, raising it speaks for “{answer}”; orange, against it.", answer=name))

    def forget(self) -> None:
        self.reading = None
        self.course.clear()
        self.said.tell("", None)
        self.why.clear()
        for bar in self.bars:
            bar.show_value(0.0)

    def asked_of(self) -> dict[QWidget, Callable[[QPointF | None], list[Why]]]:
        each = zip(self.sliders, self.bars, strict=True)
        rows = {part: partial(self._about_input, n) for n, pair in enumerate(each) for part in pair}
        return {
            self.course: self._about_answer, self.truth: self._about_truth,
            self.sample: lambda at: self._about_truth(at) if at is None else [], **rows,
        }  # fmt: skip

    def _about_truth(self, at: QPointF | None) -> list[Why]:
        """What the sample that is chosen should be."""
        number, data = self.sample.value(), self.data
        return (
            [] if data is None or not number else about_target(data, int(data.samples(part_to_show(data))[number - 1]))
        )

    def _about_answer(self, at: QPointF | None) -> list[Why]:
        found = self.course.asked(at if self.course.isVisible() else None)
        if self.reading is None or found is None:
            return []
        return self._tried(self.reading).believed(*found, None)

    def _about_input(self, feature: int, at: QPointF | None) -> list[Why]:
        if self.reading is None:
            return []
        tried = self._tried(self.reading)
        shown = way_bar(self.reading.gradient, self._spans(), tried.input, feature)
        number, data = self.sample.value(), self.data
        found = [*tried.read(None, feature), tried.question(shown, tr("Why is the bar so long?"))]
        if data is not None and number:
            place = int(data.samples(part_to_show(data))[number - 1]), None, feature
            found.append(Why(value(data, next(iter(data.inputs)), place), tr("Why this measurement?")))
        return found

    def _spans(self) -> np.ndarray:
        """(features,) from the smallest to the largest value of each, as the network reads them."""
        assert self.data is not None
        field = next(iter(self.data.inputs.values()))
        scale = 1.0 if field.normalisation is None else field.normalisation.scale
        return np.array([slider.high - slider.low for slider in self.sliders]) / scale

    def _tried(self, reading: Reading) -> Tried:
        assert self.data is not None
        found = Tried.of_main(self.network, self.data, self.activation, reading.inputs)
        return found.about(reading.unit, reading.step)

    def _make_sliders(self, data: Dataset) -> None:
        field = next(iter(data.inputs.values()))
        values = np.array([raw(field, int(sample)) for sample in data.samples("train")])
        low, high = values.min(axis=0), values.max(axis=0)
        if self._grid is not None:
            self.column.removeWidget(self._grid)
            self._grid.hide()
            self._grid.deleteLater()
        self._grid = QWidget()
        grid = QGridLayout(self._grid)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        self.sliders = [FeatureSlider(field, n, float(low[n]), float(high[n])) for n in range(field.features)]
        self.bars = [WayBar() for _ in self.sliders]
        for n, (slider, bar) in enumerate(zip(self.sliders, self.bars, strict=True)):
            name = QLabel(named(field, n))
            name.setMaximumWidth(130)
            name.setToolTip(name.text() + (f" ({tr_core(field.unit)})" if field.unit else ""))
            grid.addWidget(name, n, 0)
            grid.addWidget(slider, n, 1)
            grid.addWidget(bar, n, 2)
            slider.moved.connect(self._moved)
        grid.setColumnStretch(1, 1)
        self.column.insertWidget(1, self._grid)

    def _choose_sample(self, place: int) -> None:
        if self.data is None or not place:
            self.truth.clear()
            return
        sample = int(self.data.samples(part_to_show(self.data))[place - 1])
        field = next(iter(self.data.inputs.values()))
        for slider, own in zip(self.sliders, raw(field, sample), strict=True):
            slider.show_value(float(own))
        self.truth.setText(tr("is {target}", target=target_words(self.data, sample)))
        self.edited.emit()

    def _moved(self) -> None:
        self.sample.blockSignals(True)
        self.sample.setValue(0)
        self.sample.blockSignals(False)
        self.truth.clear()
        self.edited.emit()
