"""The search for a pattern below the activations: a span, a threshold, the units that fit and where else they are on."""

from __future__ import annotations

import html
import time
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QSlider, QSpinBox, QVBoxLayout, QWidget

from core.data.dataset import Dataset
from core.describe import number
from core.patterns import AskSimilar, Match, exactly_on, pattern
from core.questions import Answer
from core.states import shown_samples
from core.why.numbers import Number
from core.why.training.resembling import exact_unit, exact_units, overlap, threshold
from gui.plots.brush import BrushHeat
from gui.plots.flow import FlowLayout
from gui.text import tr, tr_core
from gui.why.here import Question, open_menu
from gui.why.told import Told, asked

if TYPE_CHECKING:
    from gui.document import Document
    from gui.runner import Runner

SHORTEST = 1.0
"""Seconds between two searches while training runs."""
_NAMED = 12
"""Units that are named; of more, their number."""


class PatternSearch(QWidget):
    """Works on the (units, steps) values that the heat-map shows."""

    picked = Signal(int)
    """The user wants to watch this sample."""
    changed = Signal()
    """Something else is to be drawn."""

    def __init__(self, document: Document, runner: Runner, heat: BrushHeat) -> None:
        super().__init__()
        self.setObjectName("pattern_search")
        self._document, self._runner, self._heat = document, runner, heat
        self.span: tuple[int, int] | None = None
        """First step and the one after the last, 0-based."""
        self.units = np.zeros(0, int)
        """The units (0-based) that are on exactly there, of the sample that is shown."""
        self.matches: list[Match] = []
        self._values = np.zeros((0, 0))
        self._reach = 1.0
        self._wanted = np.zeros((0, 0), bool)
        self._layer = ""
        self._asked: AskSimilar | None = None
        self._about: tuple[object, ...] = ()
        self._not_before = 0.0
        self._trouble = ""
        self._build()
        heat.brushed.connect(self._brushed)
        runner.questions.answered.connect(self._hear)

    @property
    def threshold(self) -> float:
        """A unit is on where it is above this."""
        return self.slider.value() / 100 * self._reach

    def show_values(self, layer: str, values: np.ndarray) -> None:
        """The heat-map shows these (units, steps) values of a layer."""
        units, steps = values.shape
        if layer != self._layer or (len(self._wanted) and self._wanted.shape[1] != units):
            self.forget()
        self._layer, self._values, self._heat.steps = layer, values, steps
        there = np.abs(values[np.isfinite(values)])
        largest = float(there.max()) if len(there) else 1.0
        self._reach = largest if largest > 1 else 1.0
        for box, least in ((self.first, 1), (self.last, 1)):
            box.blockSignals(True)
            box.setRange(least, steps)
            box.blockSignals(False)
        if self.span is not None and self.span[1] > steps:
            self.forget()
        self._find_units()

    def ask(self, data: Dataset) -> None:
        """Look for the pattern in the validation part, where that is not known for the network as it is now."""
        runner = self._runner
        if self.span is None or self._asked is not None or not self._wanted.any():
            return
        about = (runner.weights, runner.examination if runner.busy else None, self._wanted.tobytes(), self.threshold)
        known = len(self._about) == len(about) and all(
            a is b or (isinstance(a, bytes | float) and a == b) for a, b in zip(about, self._about, strict=True)
        )
        if known or (runner.busy and time.monotonic() < self._not_before):
            return
        self._about, self._not_before = about, time.monotonic() + SHORTEST
        self._asked = AskSimilar(self._layer, shown_samples(data), self._wanted, self.threshold)
        runner.questions.ask(self._asked)

    def forget(self) -> None:
        """No span, no results."""
        self.span, self.units = None, np.zeros(0, int)
        self._wanted = np.zeros((0, 0), bool)
        self._show_matches([])
        self._about, self._trouble = (), ""
        self._say()

    # How it is done.

    def _build(self) -> None:
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("pattern_threshold")
        self.slider.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.slider.setRange(-100, 100)
        self.slider.setValue(30)
        self.slider.setFixedWidth(70)
        self.slider.setAccessibleName(tr("Threshold"))
        self.slider.setToolTip(tr("A unit is on where it is above this value."))
        self.above = Told(self._document, "pattern_above")
        self.above.setWordWrap(False)
        self.first, self.last = self._box("t =", tr("First step")), self._box(tr("to"), tr("Last step"))
        row = QWidget()
        flow = FlowLayout(row)
        for widget in (self.first, self.last, self.slider, self.above):
            flow.addWidget(widget)
        self.words = Told(self._document, "pattern_words")
        self.list = QListWidget()
        self.list.setObjectName("pattern_matches")
        self.list.setAccessibleName(tr("Similar patterns"))
        self.list.setToolTip(tr("Choose one to watch its sample."))
        self.list.hide()
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(row)
        column.addWidget(self.words)
        column.addStretch()
        outer = QHBoxLayout(self)
        outer.setContentsMargins(6, 0, 6, 4)
        outer.addWidget(left, 3)
        outer.addWidget(self.list, 2)
        self.setMaximumHeight(130)
        self.slider.valueChanged.connect(self._wish)
        self.first.valueChanged.connect(lambda first: self._brushed(first - 1, max(first, self.last.value())))
        self.last.valueChanged.connect(lambda last: self._brushed(min(last, self.first.value()) - 1, last))
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._open_menu)
        self.list.itemClicked.connect(self._pick)
        self.list.itemActivated.connect(self._pick)
        self._say()

    def _box(self, prefix: str, name: str) -> QSpinBox:
        box = QSpinBox()
        box.setPrefix(prefix + " ")
        box.setAccessibleName(name)
        box.setToolTip(name)
        return box

    def _brushed(self, start: int, stop: int) -> None:
        self.span = (start, stop)
        self._wish()

    def _wish(self) -> None:
        """The pattern of the sample that is shown is wanted from now on."""
        if self.span is not None:
            self._wanted = pattern(self._values.T, *self.span, self.threshold)
            self._show_matches([])
        self._find_units()
        self.changed.emit()

    def _find_units(self) -> None:
        if self.span is not None:
            self.units = exactly_on(self._values.T, *self.span, self.threshold)
            for box, value in ((self.first, self.span[0] + 1), (self.last, self.span[1])):
                box.blockSignals(True)
                box.setValue(value)
                box.blockSignals(False)
        self._say()

    def draw(self, shown: bool) -> None:
        """Mark the span and its units on the heat-map."""
        self._heat.show_brush(self.span if shown else None, self.units)

    def _hear(self, answer: Answer) -> None:
        if answer.question is not self._asked or self._asked is None:
            return
        holds = self._asked.wanted is self._wanted
        self._asked = None
        self._trouble = tr_core(answer.template, **answer.values) if answer.template else ""
        if holds and isinstance(answer.result, list):
            self._show_matches(answer.result)
        self.changed.emit()

    def _show_matches(self, matches: list[Match]) -> None:
        if matches == self.matches and self.list.count() == len(matches):
            return
        self.matches = matches
        self.list.clear()
        for match in matches:
            text = tr(
                "sample {sample}, t = {first} to {last}: overlap {overlap}",
                sample=match.sample,
                first=match.start + 1,
                last=match.stop,
                overlap=f"{match.overlap:.2f}",
            )
            self.list.addItem(QListWidgetItem(text))
        self.list.setVisible(bool(matches))

    def questions_here(self) -> list[Question]:
        """About the overlap of the match that is chosen in the list."""
        row = self.list.currentRow()
        return self._questions(row) if 0 <= row < len(self.matches) else []

    def _questions(self, row: int) -> list[Question]:
        made = overlap(self.matches[row], self._layer, self._wanted, self.threshold)
        return [Question(made, tr("Why this overlap?"))]

    def _open_menu(self, at: QPoint) -> None:
        item = self.list.itemAt(at)
        if item is not None:
            questions = self._questions(self.list.row(item))
            open_menu(self, questions, self._document, self.list.viewport().mapToGlobal(at), ())

    def _pick(self, item: QListWidgetItem) -> None:
        match = self.matches[self.list.row(item)]
        self.span = (match.start, match.stop)
        self.picked.emit(match.sample)
        self.changed.emit()

    def _say(self) -> None:
        self.above.tell(tr("above {value}", value=asked("threshold", number(self.threshold))), self._on_words)
        self.words.tell(html.escape(self._trouble) or self._sentence(), self._on_words)

    def _on_words(self) -> dict[str, Question]:
        """About the threshold and the units that are named."""
        largest = None
        if self._reach != 1.0:
            unit, step = np.unravel_index(int(np.nanargmax(np.abs(self._values))), self._values.shape)
            largest = Number("value", self._layer, int(unit), int(step))
        made = threshold(self.slider.value(), self._reach, largest)
        found = {"threshold": Question(made, tr("Why this threshold?"))}
        if self.span is None or not len(self.units):
            return found
        about = (self.span, self.threshold, self._layer)
        for unit in self.units[:_NAMED]:
            one = exact_unit(self._values, int(unit), *about)
            found[f"unit {unit}"] = Question(one, tr("Why unit {unit}?", unit=unit + 1))
        return {**found, "count": Question(exact_units(self._values, self.units, *about), tr("Why so many units?"))}

    def _sentence(self) -> str:
        if self.span is None:
            return tr("Drag over the steps of the picture: the units that are on exactly there appear here.")
        if not self._wanted.any():
            return tr("No unit is above the threshold there: lower it, or choose other steps.")
        if not len(self.units):
            return tr("No unit is on at these steps and at no other.")
        if len(self.units) > _NAMED:
            return tr("{count} units are on exactly there.", count=asked("count", str(len(self.units))))
        units = ", ".join(asked(f"unit {unit}", str(unit + 1)) for unit in self.units)
        return tr("On exactly there: unit {units}.", units=units)
