"""What the explorers are made of: a base with controls beside a view, sliders, checked lists and the card of an entry."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
from PySide6.QtCore import QLocale, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from core.catalogue.spec import Catalogue, Spec
from gui.document import Document
from gui.folding import formulas
from gui.forms.fields import Drop
from gui.formula import FormulaView
from gui.plots.chart import Chart
from gui.runner import Runner
from gui.text import tr, tr_core
from gui.theme import theme
from gui.why.here import Question, open_menu
from gui.why.told import Told
from gui.widgets import Column, bold, muted, told, words

_TICKS = 1000
CONTROLS_WIDTH = 300


class Slider(QWidget):
    """A titled number that can be dragged or typed."""

    changed = Signal(float)

    def __init__(
        self, title: str, low: float, high: float, value: float, decimals: int = 2, log: bool = False, tip: str = ""
    ) -> None:
        super().__init__()
        self._low, self._high, self._log = low, high, log
        self.title = QLabel(title)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        whole = decimals == 0 and not log
        self._ticks = int(high - low) if whole else _TICKS
        self.slider.setRange(0, self._ticks)
        self.slider.setPageStep(max(1, self._ticks // 20))
        self.slider.setAccessibleName(title)
        self.box = QDoubleSpinBox()
        self.box.setLocale(QLocale.c())
        self.box.setDecimals(decimals)
        self.box.setRange(low, high)
        self.box.setSingleStep(10.0**-decimals * (1 if whole else 5))
        self.box.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.box.setKeyboardTracking(False)
        self.box.setAccessibleName(title)
        self.box.setFixedWidth(76)
        self.setToolTip(tip)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(2)
        grid.addWidget(self.title, 0, 0)
        grid.addWidget(self.box, 0, 1, 2, 1)
        grid.addWidget(self.slider, 1, 0)
        self.set_value(value)
        self.slider.valueChanged.connect(self._dragged)
        self.box.valueChanged.connect(self._typed)

    @property
    def value(self) -> float:
        """The number shown."""
        return self.box.value()

    def set_value(self, value: float) -> None:
        """Show a number without telling anyone."""
        with QSignalBlocker(self.slider), QSignalBlocker(self.box):
            self.box.setValue(value)
            self.slider.setValue(self._place(self.box.value()))

    def _place(self, value: float) -> int:
        if self._log:
            return round(self._ticks * math.log(value / self._low) / math.log(self._high / self._low))
        return round(self._ticks * (value - self._low) / (self._high - self._low))

    def _dragged(self, place: int) -> None:
        share = place / self._ticks
        value = (
            self._low * (self._high / self._low) ** share if self._log else self._low + share * (self._high - self._low)
        )
        with QSignalBlocker(self.box):
            self.box.setValue(value)
        self.changed.emit(self.value)

    def _typed(self, value: float) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(self._place(value))
        self.changed.emit(value)


class EntryList(QWidget):
    """Entries of a catalogue to be ticked; each has a colour of its own, and one of them is the chosen one."""

    changed = Signal()

    def __init__(self, entries: Catalogue, keys: Iterable[str], ticked: Iterable[str], columns: int = 2) -> None:
        super().__init__()
        self.boxes: dict[str, QCheckBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        shown = set(ticked)
        for place, key in enumerate(keys):
            box = QCheckBox(tr_core(entries[key].title))
            box.setObjectName(f"tick {key}")
            box.setToolTip(f"<qt>{tr_core(entries[key].help)}</qt>")
            box.setChecked(key in shown)
            box.toggled.connect(self.changed)
            self.boxes[key] = box
            grid.addWidget(box, place // columns, place % columns)
        theme().changed.connect(self._recolour)
        self.changed.connect(self._recolour)
        self._recolour()

    def ticked(self) -> list[str]:
        """The ticked keys."""
        return [key for key, box in self.boxes.items() if box.isChecked()]

    def tick(self, key: str) -> None:
        """Tick one more."""
        if key in self.boxes:
            self.boxes[key].setChecked(True)

    def color(self, key: str) -> str:
        """Name of the theme colour of a ticked entry; it depends on what else is ticked."""
        return f"series{self.ticked().index(key) % 8 + 1}"

    def _recolour(self) -> None:
        for key, box in self.boxes.items():
            palette = box.palette()
            name = self.color(key) if box.isChecked() else "text"
            palette.setColor(palette.ColorRole.WindowText, theme().color(name))
            box.setPalette(palette)


class EntryCard(QFrame):
    """What the catalogue says about an entry: formula, help, when to use it, when it fails, source."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.title = bold("", 1.1)
        self.formula = FormulaView()
        self.help, self.when, self.fails = words(), words(), words()
        self.source = muted()
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(4)
        for widget in (self.title, self.formula, self.help, self.when, self.fails, self.source):
            column.addWidget(widget)

    def show_entry(self, spec: Spec) -> None:
        """Show another entry."""
        self.title.setText(tr_core(spec.title))
        self.formula.show_lines(formulas(spec.formula))
        self.help.setText(tr_core(spec.help))
        self.when.setText(tr("Use it: {words}", words=tr_core(spec.when)))
        self.fails.setText(tr("It fails: {words}", words=tr_core(spec.fails)))
        self.source.setText(spec.source)


def drop(entries: Catalogue, keys: Iterable[str], chosen: str, name: str) -> Drop:
    """A combo box with entries of a catalogue."""
    box = Drop()
    box.setAccessibleName(name)
    for key in keys:
        box.add(key, tr_core(entries[key].title))
    box.show_key(chosen)
    return box


NEAR = 9.0
"""Pixels within which a curve or a dot of a chart is meant."""


def passing(chart: Chart, y: float, chosen: str, values: Mapping[str, float]) -> str:
    """Which of several curves passes within a few pixels of a height ``y``, by what they are there; ``chosen`` where none
    does, and where it passes as near."""
    (_, _), (low, high) = chart.view_places()
    at = float(chart.y_scale.place(np.array(y)))

    def away(value: float) -> float:
        place = float(chart.y_scale.place(np.array(value)))
        return abs(place - at) / (high - low) * chart.rows if np.isfinite(place) else np.inf

    best = min(values, key=lambda key: (away(values[key]), key != chosen), default=chosen)
    own = away(values[chosen]) if chosen in values else np.inf
    return best if best in values and away(values[best]) <= NEAR and away(values[best]) < own - 1 else chosen


class Curves:
    """As many lines of a chart as there can be ticked entries; the n-th ticked entry has the n-th line and its colour."""

    def __init__(self, chart: Chart, count: int) -> None:
        self._lines = [chart.line(f"series{place % 8 + 1}") for place in range(count)]

    def show(self, curves: Iterable[tuple[np.ndarray, np.ndarray]]) -> None:
        """Draw (x, y) pairs, in the order of the ticked entries."""
        drawn = list(curves)
        for line, (x, y) in zip(self._lines, drawn):
            line.set(x, y)
        for line in self._lines[len(drawn) :]:
            line.clear()


class Explorer(QWidget):
    """Base: controls on the left, the view on the right. Subclasses fill both and answer in ``refresh``."""

    key = ""
    title = ""

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document, self.runner = document, runner
        self.setObjectName(f"explorer {self.key}")
        self.setAccessibleName(tr(self.title))
        self.controls = Column()
        self.controls.setFixedWidth(CONTROLS_WIDTH)
        self.view = QVBoxLayout()
        self.view.setContentsMargins(8, 10, 10, 10)
        self.view.setSpacing(6)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.controls)
        row.addLayout(self.view, 1)
        self.charts: list[Chart] = []
        theme().changed.connect(self._restyle)

    def chart(self, name: str, x_title: str, y_title: str, *, steps: bool = False) -> Chart:
        """A new chart that follows the theme; ``steps`` where x counts steps, so that arrow keys go from one to the next."""
        made = Chart(name, x_title, y_title)
        made.steps_of_keys = (1.0 if steps else 0.0, 0.0)
        made.asked.connect(self._open_menu)
        self.charts.append(made)
        return made

    def questions_at(self, chart: Chart, x: float, y: float) -> list[Question]:
        """What can be asked about the values x, y of a chart."""
        return []

    def questions_here(self) -> list[Question]:
        """What can be asked where a chart points: the one with the keyboard, or else under the pointer."""
        for chart in sorted(self.charts, key=lambda chart: not chart.hasFocus()):
            if chart.pointer is not None and chart.isVisible():
                return self.questions_at(chart, *chart.pointed())
        return []

    def _open_menu(self, at: QPoint) -> None:
        open_menu(self, self.questions_here(), self.document, at, ())

    def add(self, *widgets: QWidget) -> None:
        """Put widgets among the controls."""
        for widget in widgets:
            self.controls.add(widget)

    def show_entry(self, key: str) -> None:
        """Start from an entry of the catalogue."""

    def refresh(self) -> None:
        """Compute and draw everything that is shown."""

    def said(self, role: QPalette.ColorRole = QPalette.ColorRole.WindowText) -> Told:
        """Words whose numbers can be asked about."""
        return told(self.document, role)

    def _restyle(self) -> None:
        for chart in self.charts:
            chart.restyle()
        self.refresh()
