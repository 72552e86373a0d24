"""An unrolled view on small networks, with numbers that a session computes in float64, and hands to drive it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Signal
from PySide6.QtTest import QTest

from core.catalogue.spec import replaced
from core.edits import Replace
from core.engine.reference import interpret
from core.engine.session import Session
from core.examples import open_example
from core.questions import Question, answered
from core.training import TRAINING
from gui.clock import StepClock
from gui.document import Document
from gui.imagining import Imagining
from gui.unroll.view import UnrollView

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
SAMPLE = 3


class FakeQuestions(QObject):
    """Asks a session in float64 and answers at once, or when it is told to."""

    answered = Signal(object)

    def __init__(self, runner: FakeRunner) -> None:
        super().__init__(runner)
        self._runner = runner
        self.held: list[Question] | None = None
        """Questions that wait, while answers are held back."""

    def ask(self, question: Question) -> None:
        if self.held is not None:
            self.held.append(question)
            return
        document = self._runner.document
        session = Session(document.state, document.project.dataset())
        self.answered.emit(answered(question, session, document.state))

    def release(self) -> None:
        """Answer what waits."""
        waiting, self.held = self.held or [], None
        for question in waiting:
            self.ask(question)


class FakeTracing(QObject):
    forgotten = Signal()


class FakeRunner(QObject):
    """The part of gui.runner.Runner that the unrolled view looks at; it computes nothing by itself."""

    status_changed = Signal()
    run_started = Signal(object)
    updated = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.run = self.report = self.examination = self.trace = self.evaluation = None
        self.sample = (SAMPLE, "train")
        self.status, self.busy = "idle", False
        self.asked = 0
        self.past = SimpleNamespace(rewound=False)
        self.clock = StepClock(self)
        self.questions, self.tracing = FakeQuestions(self), FakeTracing(self)
        self.imagining = Imagining(self)

    @property
    def weights(self):
        return self.document.project.weights

    def request_trace(self) -> None:
        self.asked += 1

    def hear(self, *, trace: bool = True) -> None:
        """Let a session look at the sample in float64."""
        session = Session(self.document.state, self.document.project.dataset())
        self.examination = session.examine(*self.sample)
        self.trace = session.trace(*self.sample) if trace else None
        self.updated.emit()


class Hands:
    """Mouse and keys at cells of the view."""

    def __init__(self, view: UnrollView) -> None:
        self.view = view

    @property
    def network(self):
        return self.view.document.project.network

    def id(self, name: str) -> str:
        return self.network.layer(name).id

    def row(self, name: str):
        return self.view.layout_.unrolled.by_layer[self.id(name)]

    def cell(self, name: str, step: int | None) -> QPoint:
        row = self.row(name)
        return self.view.layout_.cell(row.index, row.column(step)).center().toPoint()

    def header(self, name: str, step: int) -> QPoint:
        return QPoint(int(self.view.layout_.column_rect(self.row(name).column(step)).center().x()), 18)

    def move(self, pos: QPoint) -> None:
        QTest.mouseMove(self.view, pos)

    def click(self, pos: QPoint, modifiers=NONE) -> None:
        QTest.mouseClick(self.view, LEFT, modifiers, pos)

    def double_click(self, pos: QPoint) -> None:
        QTest.mouseClick(self.view, LEFT, NONE, pos)
        QTest.mouseDClick(self.view, LEFT, NONE, pos)

    def drag(self, start: QPoint, end: QPoint) -> None:
        QTest.mousePress(self.view, LEFT, NONE, start)
        for share in (0.3, 0.6, 1.0):
            QTest.mouseMove(self.view, start + (end - start) * share)
        QTest.mouseRelease(self.view, LEFT, NONE, end)

    def key(self, key: Qt.Key, modifiers=NONE) -> None:
        QTest.keyClick(self.view, key, modifiers)

    def words(self, pos: QPoint) -> str:
        """What the bubble says at a point."""
        self.move(pos + QPoint(1, 0))
        self.move(pos)
        return self.view.bubble.text() if self.view.bubble.isVisible() else ""

    def copy(self, kind: str, target: int | None):
        """The arrow of a kind of tie that ends at a step."""
        self.view.grab()
        return next(
            c for tie, cs in self.view.painting.copies.items() if tie.kind == kind for c in cs if c.target == target
        )

    def middle(self, copy) -> QPoint:
        if copy.line is not None:
            return ((copy.line[0] + copy.line[1]) / 2).toPoint()
        return copy.path.pointAtPercent(0.5).toPoint()

    def color(self, pos: QPointF) -> tuple[int, int, int]:
        """What is painted at a point, nothing being selected or pointed at."""
        image = self.view.grab().toImage()
        ratio = image.devicePixelRatio()
        return image.pixelColor(int(pos.x() * ratio), int(pos.y() * ratio)).getRgb()[:3]


def reference(document: Document, sample: int = SAMPLE):
    """The plain interpreter in float64 on one sample, after backward: (run, loss)."""
    from core.engine.batches import Batches
    from core.engine.objective import Answers, Objective

    project = document.project
    data, double = project.dataset(), torch.float64
    weights = {k: torch.tensor(v, dtype=double).requires_grad_() for k, v in project.weights.items()}
    batch = Batches(project.network, data, double, torch.device("cpu")).take(np.array([sample]))
    run = interpret(project.network, weights, batch.inputs, steps=batch.steps, lengths=batch.lengths)
    objective = Objective(project.network, data, project.training)
    for logit in run.logits.values():
        logit.retain_grad()
    loss = objective.loss(Answers(run.output(objective.output), run.logit(objective.output)), batch)
    loss.backward()
    return run, float(loss.detach())


def in_float64(project):
    """The same project, trained in 64 bits."""
    precise = replaced(project.training, TRAINING, "precision", "float64")
    project.apply(Replace(replace(project.state, training=precise)))
    return project


@pytest.fixture
def make(qtbot):
    """A function that opens the view on an example (or a project) and gives Hands."""

    def opened(example="digits-rows-elman", *, heard: bool = True, size=(1100, 620)) -> Hands:
        project = in_float64(open_example(example)) if isinstance(example, str) else example
        document = Document(project)
        runner = FakeRunner(document)
        view = UnrollView(document, runner)
        qtbot.addWidget(view)
        view.resize(*size)
        with qtbot.waitExposed(view):
            view.show()
        if heard:
            runner.hear()
        view.activateWindow()
        view.setFocus()
        return Hands(view)

    return opened
