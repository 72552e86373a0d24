"""One to many: choose what is to be drawn, and see the picture come row by row."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QSlider, QWidget

from core.data.dataset import Dataset
from core.describe import number
from core.generation import Generate, way_of
from core.questions import Question, Read, Reading
from core.traces import OwnInput
from gui.samples.values import named
from gui.text import tr
from gui.theme import theme
from gui.using.asking import Tried
from gui.using.page import UsePage
from gui.why.here import Question as Why
from gui.widgets import muted, words

_SIDE = 168


class RowsView(QWidget):
    """Values from 0 to 1 as ink, step by step from top to bottom; what is not yet told is grey."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_SIDE + 20)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.rows: np.ndarray | None = None
        """(steps, features) what the network told."""
        self.mean: np.ndarray | None = None
        """(steps, features) mean of the training samples."""
        self.told = 0
        theme().changed.connect(self.update)

    def asked(self, at: QPointF | None) -> tuple[int, int] | None:
        """(step, feature) of what the network told at a place; without one, of the last step in the middle."""
        if self.rows is None or not self.told:
            return None
        steps, features = self.rows.shape
        if at is None:
            return min(self.told, steps) - 1, features // 2
        side = float(min(_SIDE, (self.width() - 16) // 2))
        box = QRectF(1.0, 1, side, side)
        step, feature = (int((at.y() - 1) / side * steps), int((at.x() - 1) / side * features))
        inside = box.contains(at) and step < min(self.told, steps) and feature < features
        return (step, feature) if inside else None

    def sizeHint(self) -> QSize:
        return QSize(2 * _SIDE + 20, _SIDE + 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        side = float(min(_SIDE, (self.width() - 16) // 2))
        for left, values, told, name in (
            (1.0, self.rows, self.told, tr("the network")),
            (side + 13, self.mean, 10**6, tr("mean of the samples")),
        ):
            box = QRectF(left, 1, side, side)
            painter.fillRect(box, QColor(128, 134, 142))
            if values is not None:
                self._draw(painter, box, values, told)
            painter.setPen(theme().color("layer_edge"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)
            painter.setPen(theme().color("muted"))
            painter.drawText(QRectF(left, side + 3, side, 18), Qt.AlignmentFlag.AlignHCenter, name)
        painter.end()

    def _draw(self, painter: QPainter, box: QRectF, values: np.ndarray, told: int) -> None:
        steps, features = values.shape
        ink = np.nan_to_num(np.clip(values, 0, 1))
        for step in range(min(steps, told)):
            top, bottom = (round(box.top() + n * box.height() / steps) for n in (step, step + 1))
            for feature in range(features):
                left, right = (round(box.left() + n * box.width() / features) for n in (feature, feature + 1))
                tone = round(250 - 235 * float(ink[step, feature]))
                painter.fillRect(QRectF(left, top, right - left, bottom - top), QColor(tone, tone, tone))


class ClassPage(UsePage):
    """For an input of flags of which one is set, and a target with a value at every step."""

    def __init__(self) -> None:
        super().__init__()
        self.buttons = QButtonGroup(self)
        self.view = RowsView()
        self.step = QSlider(Qt.Orientation.Horizontal, objectName="try_step", accessibleName=tr("Steps that are told"))
        self.said = words()
        self.said.setObjectName("try_said")
        self.why = muted(tr("It can not know the hand: the best it can do is the mean of all that were drawn."))
        self._row: QWidget | None = None
        for widget in (self.said, self.view, self.step, self.why):
            self.column.addWidget(widget)
        self.step.valueChanged.connect(self._show_step)
        self.buttons.idClicked.connect(self._choose)

    @property
    def chosen(self) -> int:
        """The flag that is set."""
        return max(0, self.buttons.checkedId())

    def show_data(self, data: Dataset) -> None:
        super().show_data(data)
        self.forget()
        self._make_buttons(data)
        steps = int(data.target.steps or 1)
        self.step.setRange(1, steps)
        self.step.setValue(steps)
        self._choose(0)

    def question(self, moving: bool) -> Question | None:
        if self.data is None:
            return None
        name, field = next(iter(self.data.inputs.items()))
        flags = np.eye(field.features, dtype=np.float32)[self.chosen]
        return Generate({name: flags}, way_of("greedy")) if self.reads_answers else Read(flags)

    def take(self, result: object) -> None:
        if isinstance(result, Reading):
            self.view.rows = result.output if result.output.ndim == 2 else result.output[None]
        else:
            assert isinstance(result, tuple)
            self.view.rows = result[0].answers
        self._show_step()

    def forget(self) -> None:
        self.view.rows = None
        self.view.update()
        self.said.clear()

    def asked_of(self) -> dict[QWidget, Callable[[QPointF | None], list[Why]]]:
        return {self.view: self._about_value}

    def _about_value(self, at: QPointF | None) -> list[Why]:
        place = self.view.asked(at)
        if place is None or self.data is None:
            return []
        name, field = next(iter(self.data.inputs.items()))
        flags = np.eye(field.features, dtype=np.float32)[self.chosen]
        own = OwnInput({key: flags for key in self.data.inputs if key == name or key != self.data.feedback})
        step, feature = place
        return Tried(self.network, self.data, self.activation, own).about(feature, step).answer(feature, step)

    def miss(self) -> float:
        """Mean distance of the told values from the mean of the training samples."""
        assert self.view.rows is not None and self.view.mean is not None
        return float(np.abs(self.view.rows - self.view.mean).mean())

    def _choose(self, flag: int) -> None:
        assert self.data is not None
        field = next(iter(self.data.inputs.values()))
        samples = self.data.samples("train")
        like = samples[field.values[samples].argmax(axis=1) == flag]
        self.view.mean = self.data.target.values[like].mean(axis=0) if len(like) else None
        self.forget()
        self.edited.emit()

    def _show_step(self) -> None:
        self.view.told = self.step.value()
        self.view.update()
        if self.view.rows is None or self.data is None:
            return
        self.said.setText(
            tr(
                "“{name}” after step {step} of {of}; {miss} from the mean of the samples on average.",
                name=named(next(iter(self.data.inputs.values())), self.chosen),
                step=self.step.value(),
                of=self.step.maximum(),
                miss=number(self.miss()),
            )
        )

    def _make_buttons(self, data: Dataset) -> None:
        field = next(iter(data.inputs.values()))
        for button in self.buttons.buttons():
            self.buttons.removeButton(button)
        if self._row is not None:
            self.column.removeWidget(self._row)
            self._row.hide()
            self._row.deleteLater()
        self._row = QWidget()
        line = QHBoxLayout(self._row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        for flag in range(field.features):
            button = QPushButton(named(field, flag), checkable=True, checked=flag == 0)
            button.setMinimumWidth(18)
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            line.addWidget(button)
            self.buttons.addButton(button, flag)
        self.column.insertWidget(0, self._row)
