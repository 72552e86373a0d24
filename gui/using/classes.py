"""One to many: choose what is to be drawn, and see the picture come row by row."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QSlider, QWidget

from core.data.dataset import Dataset
from core.describe import Words, number
from core.generation import Generate, way_of
from core.questions import Question, Read, Reading
from core.traces import OwnInput
from core.why.answers.tried import difference, mean_miss
from core.why.data.tallied import mean_at
from core.why.numbers import MOST
from gui.document import Document
from gui.samples.values import named
from gui.text import tr
from gui.theme import theme
from gui.using.asking import Tried
from gui.using.page import UsePage
from gui.why.here import Question as Why
from gui.why.told import asked
from gui.widgets import muted, told

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
        self.chosen: tuple[bool, int, int] | None = None
        """(whether of the mean, step, feature) that the keyboard has come to; None is the last step in the middle."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme().changed.connect(self.update)

    def asked(self, at: QPointF | None) -> tuple[bool, int, int] | None:
        """(whether of the mean, step, feature) at a place, or where the keyboard is."""
        if self.rows is None or not self.told:
            return None
        steps, features = self.rows.shape
        if at is None:
            of_mean, step, feature = self.chosen or (False, steps - 1, features // 2)
            return of_mean, step if of_mean else min(step, min(self.told, steps) - 1), feature
        for of_mean in (False, True):
            box = self.picture(of_mean)
            if box.contains(at):
                step = min(steps - 1, int((at.y() - box.top()) / box.height() * steps))
                feature = min(features - 1, int((at.x() - box.left()) / box.width() * features))
                there = self.mean is not None if of_mean else step < self.told
                return (of_mean, step, feature) if there else None
        return None

    def picture(self, of_mean: bool) -> QRectF:
        """Where what the network told is drawn, or the mean of the samples."""
        side = float(min(_SIDE, (self.width() - 16) // 2))
        return QRectF(side + 13 if of_mean else 1.0, 1, side, side)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
        way, here = ways.get(Qt.Key(event.key())), self.asked(None)
        if way is None or here is None or self.rows is None:
            super().keyPressEvent(event)
            return
        steps, features = self.rows.shape
        of_mean, step, feature = here
        step, feature = max(0, min(step + way[0], steps - 1)), feature + way[1]
        if feature >= features and not of_mean and self.mean is not None:
            of_mean, feature = True, 0
        elif feature < 0 and of_mean:
            of_mean, feature = False, features - 1
        self.chosen = of_mean, step, max(0, min(feature, features - 1))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(2 * _SIDE + 20, _SIDE + 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        side = float(min(_SIDE, (self.width() - 16) // 2))
        for left, values, until, name in (
            (1.0, self.rows, self.told, tr("the network")),
            (side + 13, self.mean, 10**6, tr("mean of the samples")),
        ):
            box = QRectF(left, 1, side, side)
            painter.fillRect(box, QColor(128, 134, 142))
            if values is not None:
                self._draw(painter, box, values, until)
            painter.setPen(theme().color("layer_edge"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)
            painter.setPen(theme().color("muted"))
            painter.drawText(QRectF(left, side + 3, side, 18), Qt.AlignmentFlag.AlignHCenter, name)
        here = self.asked(None)
        if self.hasFocus() and here is not None and self.rows is not None:
            of_mean, step, feature = here
            box, (steps, features) = self.picture(of_mean), self.rows.shape
            tall, wide = box.height() / steps, box.width() / features
            painter.setPen(QPen(theme().color("selection"), 2))
            painter.drawRect(QRectF(box.left() + feature * wide, box.top() + step * tall, wide, tall))
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

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.buttons = QButtonGroup(self)
        self.view = RowsView()
        self.step = QSlider(Qt.Orientation.Horizontal, objectName="try_step", accessibleName=tr("Steps that are told"))
        self.said = told(document)
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
        self.said.tell("", None)

    def asked_of(self) -> dict[QWidget, Callable[[QPointF | None], list[Why]]]:
        return {self.view: self._about_value}

    def _about_value(self, at: QPointF | None) -> list[Why]:
        place = self.view.asked(at)
        if place is None or self.data is None:
            return []
        of_mean, step, feature = place
        return [self._about_mean(step, feature)] if of_mean else self._answer(step, feature)

    def _answer(self, step: int, feature: int) -> list[Why]:
        assert self.data is not None
        name, field = next(iter(self.data.inputs.items()))
        flags = np.eye(field.features, dtype=np.float32)[self.chosen]
        own = OwnInput({key: flags for key in self.data.inputs if key == name or key != self.data.feedback})
        return Tried(self.network, self.data, self.activation, own).about(feature, step).answer(feature, step)

    def _about_mean(self, step: int, feature: int) -> Why:
        """Why the mean of the samples is what it is at a place."""
        assert self.data is not None
        title = Words("The mean of the samples, number {n} at t = {step}", {"n": feature + 1, "step": step + 1})
        return Why(mean_at(self.data, "target", self._like(), step, feature, title), tr("Why this mean?"))

    def _like(self) -> np.ndarray:
        """The training samples of the class that is chosen."""
        assert self.data is not None
        samples = self.data.samples("train")
        field = next(iter(self.data.inputs.values()))
        return np.asarray(samples[field.values[samples].argmax(axis=1) == self.chosen])

    def _about_miss(self) -> Mapping[str, Why]:
        """Why it is so far from the mean on average."""
        rows, mean = self.view.rows, self.view.mean
        assert rows is not None and mean is not None
        away = (rows - mean).ravel()
        where = [divmod(n, rows.shape[1]) for n in range(len(away))]
        about = {
            n: difference(
                Words("How far number {n} at t = {step} is from the mean", {"n": where[n][1] + 1, "step": where[n][0] + 1}),
                float(rows[where[n]]), float(mean[where[n]]), self._answer(*where[n])[0].asked,  # type: ignore[arg-type]
            )
            for n in np.argsort(-np.abs(away), kind="stable")[:MOST].tolist()
        }  # fmt: skip
        made = mean_miss(
            Words("How far it is from the mean of the samples"), away, [about.get(n) for n in range(len(away))]
        )
        return {"miss": Why(made, tr("Why so far from the mean?"))}

    def miss(self) -> float:
        """Mean distance of the told values from the mean of the training samples."""
        assert self.view.rows is not None and self.view.mean is not None
        return float(np.abs(self.view.rows - self.view.mean).mean())

    def _choose(self, flag: int) -> None:
        assert self.data is not None
        like = self._like()
        self.view.mean = self.data.target.values[like].mean(axis=0) if len(like) else None
        self.forget()
        self.edited.emit()

    def _show_step(self) -> None:
        self.view.told = self.step.value()
        self.view.update()
        if self.view.rows is None or self.data is None:
            return
        self.said.tell(
            tr(
                "“{name}” after step {step} of {of}; {miss} from the mean of the samples on average.",
                name=html.escape(named(next(iter(self.data.inputs.values())), self.chosen)),
                step=self.step.value(),
                of=self.step.maximum(),
                miss=asked("miss", number(self.miss())),
            ),
            self._about_miss,
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
