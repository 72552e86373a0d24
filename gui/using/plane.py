"""A click on the plane: what the network says at that point, and in which direction the answer grows."""

from __future__ import annotations

import html
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.data.dataset import Dataset
from core.describe import Words, number
from core.questions import Question, Read, Reading
from core.why.answers.tried import steepness
from core.why.numbers import Number
from gui.document import Document
from gui.samples.values import named, raw
from gui.text import tr
from gui.theme import theme
from gui.using.asking import Tried
from gui.using.beliefs import beliefs
from gui.using.course import CourseView
from gui.using.page import UsePage
from gui.why.here import Question as Why
from gui.why.told import asked
from gui.widgets import told


class PlanePad(QWidget):
    """Points of the training part by class; a cross where the network is asked. Click, drag or arrow keys move it."""

    moved = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("plane_pad")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(240)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.point = np.zeros(2)
        """In the unit of the data."""
        self.way: np.ndarray | None = None
        """Direction in which the answer grows, (2,), in the unit of the data."""
        self._points = np.zeros((0, 2))
        self._codes = np.zeros(0, int)
        self._middle, self._reach = np.zeros(2), 1.0
        theme().changed.connect(self.update)

    def show_data(self, data: Dataset) -> None:
        """Begin in the middle of this data."""
        field = next(iter(data.inputs.values()))
        samples = data.samples("train")[:600]
        self._points = np.array([raw(field, int(sample)) for sample in samples])
        self._codes = data.target.values[samples, 0].astype(int) if data.target.codes else np.zeros(len(samples), int)
        low, high = self._points.min(axis=0), self._points.max(axis=0)
        self._middle, self._reach = (low + high) / 2, float((high - low).max()) / 2 * 1.1 or 1.0
        self.point, self.way = self._middle.copy(), None
        self.update()

    def go_to(self, point: np.ndarray) -> None:
        """Ask there."""
        self.point = np.clip(point, self._middle - self._reach, self._middle + self._reach)
        self.way = None
        self.update()
        self.moved.emit()

    def box(self) -> QRectF:
        """The square that is drawn on."""
        side = min(self.width(), self.height()) - 4
        return QRectF((self.width() - side) / 2, 2, side, side)

    def spot(self, point: np.ndarray) -> QPointF:
        """Where a point of the plane is drawn."""
        box, (x, y) = self.box(), (point - self._middle) / self._reach
        return QPointF(box.center().x() + x * box.width() / 2, box.center().y() - y * box.height() / 2)

    def sizeHint(self) -> QSize:
        return QSize(240, 240)

    def _under(self, at: QPointF) -> np.ndarray:
        box = self.box()
        away = np.array([at.x() - box.center().x(), box.center().y() - at.y()]) / (box.width() / 2)
        return self._middle + away * self._reach

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.go_to(self._under(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.go_to(self._under(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
        key = Qt.Key(event.key())
        if key in steps:
            self.go_to(self.point + np.array(steps[key]) * self._reach / 40)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.box(), theme().color("plot_background"))
        painter.setPen(Qt.PenStyle.NoPen)
        colors = [theme().color("negative"), theme().color("positive")] + [
            theme().color(f"series{n}") for n in range(3, 9)
        ]
        for point, code in zip(self._points, self._codes, strict=True):
            painter.setBrush(colors[code % len(colors)])
            painter.drawEllipse(self.spot(point), 2, 2)
        self._draw_cross(painter)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().color("selection" if self.hasFocus() else "plot_grid"), 1))
        painter.drawRect(self.box())
        painter.end()

    def _draw_cross(self, painter: QPainter) -> None:
        at = self.spot(self.point)
        if self.way is not None and np.linalg.norm(self.way) > 0:
            x, y = self.way / np.linalg.norm(self.way) * 30
            end = at + QPointF(x, -y)
            painter.setPen(QPen(theme().color("accent"), 2.5))
            painter.drawLine(at, end)
            side = QPointF(y, x) / 30 * 5
            back = end - QPointF(x, -y) / 30 * 8
            painter.drawLine(end, back + side)
            painter.drawLine(end, back - side)
        painter.setPen(QPen(theme().color("text"), 2))
        painter.setBrush(theme().color("plot_background"))
        painter.drawEllipse(at, 5, 5)


class PlanePage(UsePage):
    """For two inputs."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.pad = PlanePad()
        self.said = told(document)
        self.said.setObjectName("try_said")
        self.course = CourseView()
        self.why = told(document, self.palette().ColorRole.PlaceholderText)
        self._reading: Reading | None = None
        for widget in (self.pad, self.said, self.course, self.why):
            self.column.addWidget(widget)
        self.pad.moved.connect(self.edited)

    def show_data(self, data: Dataset) -> None:
        super().show_data(data)
        self.forget()
        self.pad.show_data(data)

    def question(self, moving: bool) -> Question | None:
        if self.data is None:
            return None
        scale = next(iter(self.data.inputs.values())).normalisation
        return Read(self.pad.point.astype(np.float32) if scale is None else scale.apply(self.pad.point))

    def take(self, result: object) -> None:
        assert isinstance(result, Reading) and self.data is not None
        self._reading = result
        field = next(iter(self.data.inputs.values()))
        scale = 1.0 if field.normalisation is None else field.normalisation.scale
        said = beliefs(self.data, self.activation, result.course)
        self.course.show_course(said, result.lengths)
        place = ", ".join(f"{named(field, n)} {number(float(v))}" for n, v in enumerate(self.pad.point))
        self.said.tell(
            tr("At {place}: {answer}", place=html.escape(place), answer=said.told(0)),
            lambda: {str(n): self._tried(result).believed(said, 0, n, None)[0] for n in range(len(said.names))},
        )
        self.pad.setAccessibleName(tr("At {place}: {answer}", place=place, answer=said.words(0)))
        # The way up in the picture: the gradient per unit of each axis.
        self.pad.way = np.asarray(result.gradient, float) / scale
        self.pad.update()
        name = said.names[min(result.unit, len(said.names) - 1)]
        if len(said.names) == 2 and result.output.shape[-1] == 1:
            name = said.names[1]
        steep = float(np.linalg.norm(self.pad.way))
        self.why.tell(
            tr(
                "The arrow points to where “{answer}” grows most; its sum grows by {steep} per unit there.",
                answer=html.escape(name),
                steep=asked("steep", number(steep)),
            ),
            lambda: {"steep": self._about_way(None)[-1]},
        )

    def asked_of(self) -> dict[QWidget, Callable[[QPointF | None], list[Why]]]:
        return {self.pad: self._about_way, self.course: self._about_answer}

    def _about_answer(self, at: QPointF | None) -> list[Why]:
        found = self.course.asked(at)
        return [] if self._reading is None or found is None else self._tried(self._reading).believed(*found, None)

    def _about_way(self, at: QPointF | None) -> list[Why]:
        """The answer at the cross, and how steep it is there."""
        reading = self._reading
        if reading is None or self.data is None:
            return []
        tried, field = self._tried(reading), next(iter(self.data.inputs.values()))
        scale = np.ones(2) if field.normalisation is None else np.asarray(field.normalisation.scale, float)
        numbers = [Number("gradient", tried.input, n) for n in range(2)]
        made = steepness(Words("How fast the answer grows at your point"), reading.gradient, scale, numbers)
        return [*self._about_answer(None), tried.question(made, tr("Why is it so steep here?"))]

    def _tried(self, reading: Reading) -> Tried:
        assert self.data is not None
        found = Tried.of_main(self.network, self.data, self.activation, reading.inputs)
        return found.about(reading.unit, reading.step)

    def forget(self) -> None:
        self._reading = None
        self.course.clear()
        self.said.tell(tr("Click on the plane."), None)
        self.why.tell("", None)
        self.pad.way = None
        self.pad.update()
