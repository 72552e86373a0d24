"""Sketching: curves by hand, smoothed, as series, as channels of one, or as samples of classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QListWidget, QSlider, QVBoxLayout

from core.catalogue.spec import Choice, Param
from core.data.dataset import Dataset
from core.data.importers.progress import Job
from core.data.importers.table import Table
from core.data.own import table as own
from core.data.own.sketch import MAX_CURVES, MAX_SMOOTHING, MAX_STEPS, Curve, Sketch, blank
from core.errors import DataError
from gui.document import Document
from gui.forms.fields import Drop
from gui.making.page import MadePage, captioned, number
from gui.making.sketch_pad import SketchPad, color_of
from gui.text import sentence, tr
from gui.theme import theme

STEPS = Param("steps", "Steps", "int", 200, "How many time steps each curve becomes.", minimum=2, maximum=MAX_STEPS)
LOW = Param("low", "Bottom", "float", -1.0, "The value at the bottom of the pad.")
HIGH = Param("high", "Top", "float", 1.0, "The value at the top of the pad.")


class SketchPage(MadePage[Sketch]):
    """The pad, the list of curves beside it, and what they become above it."""

    heading = "Sketch time series"
    entry = "own_table"

    def __init__(
        self, document: Document, state: Sketch | None = None, name: str = "", begins: Choice | None = None
    ) -> None:
        super().__init__(document, state or Sketch((blank(),)), name or tr("My sketch"), begins)
        self.current = 0
        self._make_settings()
        self.pad = SketchPad(document)
        self.pad.stroked.connect(self._stroked)
        self.pad.picked.connect(lambda place: self.list.setCurrentRow(place))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Curves"))
        self.list.setFixedWidth(150)
        self.list.setIconSize(QSize(12, 12))
        self.list.currentRowChanged.connect(self._choose)
        self.label = QComboBox()
        self.label.setEditable(True)
        self.label.setAccessibleName(tr("Class of the curve"))
        self.label.lineEdit().setPlaceholderText(tr("Class"))
        self.label.lineEdit().setMaxLength(80)
        self.label.textActivated.connect(self._relabel)
        self.label.lineEdit().editingFinished.connect(lambda: self._relabel(self.label.currentText()))
        self.add = self.tool("plus", tr("Add a curve"), self._add, tr("Curve"))
        self.clear = self.tool("reset", tr("Empty this curve"), self._clear)
        self.remove = self.tool("delete", tr("Remove this curve"), self._remove)
        theme().changed.connect(self.show_state)
        self._lay_out()
        self.begin()

    def _make_settings(self) -> None:
        self.use = Drop()
        self.use.setAccessibleName(tr("What the curves are"))
        self.use.add("series", tr("Series to forecast"), tr("Each curve is a series of its own, cut into windows."))
        self.use.add("channels", tr("Channels of one series"), tr("All curves run over the same time."))
        self.use.add("classes", tr("Samples of classes"), tr("Each curve is one sample, whose class is to be told."))
        self.use.activated.connect(lambda _: self.change(replace(self.state, use=self.use.currentData())))
        self.steps = number(STEPS, self.state.steps, lambda value: self.change(replace(self.state, steps=int(value))))
        self.low = number(LOW, self.state.low, lambda value: self._reach(float(value), self.state.high))
        self.high = number(HIGH, self.state.high, lambda value: self._reach(self.state.low, float(value)))
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.smoothing.setRange(0, 2 * MAX_SMOOTHING)
        self.smoothing.setMinimumHeight(self.steps.sizeHint().height())
        self.smoothing.setAccessibleName(tr("Smoothing"))
        self.smoothing.setToolTip(tr("How much of the hand's trembling is taken out of all curves."))
        self.smoothing.valueChanged.connect(self._smooth)
        self._sliding = False

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        for title, widget, share in (
            (tr("Curves are"), self.use, 5),
            (tr("Steps"), self.steps, 2),
            (tr("Bottom"), self.low, 2),
            (tr("Top"), self.high, 2),
            (tr("Smoothing"), self.smoothing, 3),
        ):
            line.addLayout(captioned(title, widget), share)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.add, self.clear, self.remove):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.label_title = QLabel(tr("Class of the curve"))
        self.label_title.setForegroundRole(self.label_title.palette().ColorRole.PlaceholderText)
        side = QVBoxLayout()
        side.setSpacing(4)
        side.addLayout(buttons)
        side.addWidget(self.list, 1)
        side.addWidget(self.label_title)
        side.addWidget(self.label)
        for widget in (self.list, self.label):
            widget.setFixedWidth(160)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addLayout(side)
        row.addWidget(self.pad, 1)
        self.column.addLayout(line)
        self.column.addLayout(row, 1)

    # -- gestures ----------------------------------------------------------------------------------------------------

    def _stroked(self, curve: Curve, begun: bool) -> None:
        self.change(self.state.with_curve(self.current, curve), joined=begun)

    def _add(self) -> None:
        if len(self.state.curves) >= MAX_CURVES:
            self.complain(sentence(DataError("There are {n} curves, and that is the most.", n=MAX_CURVES)))
            return
        label = self.state.curves[self.current].label if self.state.curves else ""
        self.current = len(self.state.curves)
        self.change(replace(self.state, curves=(*self.state.curves, blank(label))))
        self.pad.setFocus()

    def _clear(self) -> None:
        self.change(self.state.with_curve(self.current, blank(self.state.curves[self.current].label)))

    def _remove(self) -> None:
        curves = self.state.curves
        kept = (*curves[: self.current], *curves[self.current + 1 :]) or (blank(),)
        self.change(replace(self.state, curves=kept))

    def _choose(self, place: int) -> None:
        if place >= 0:
            self.current = place
            self.show_state()

    def _relabel(self, text: str) -> None:
        curve = self.state.curves[self.current]
        if text.strip() != curve.label:
            self.change(self.state.with_curve(self.current, Curve(curve.heights, text.strip())))

    def _reach(self, low: float, high: float) -> None:
        if not low < high:
            self.low.show_value(self.state.low)
            self.high.show_value(self.state.high)
            self.complain(tr("The value at the top must be above the one at the bottom."))
            return
        self.change(replace(self.state, low=low, high=high))

    def _smooth(self, value: int) -> None:
        if value / 2 != self.state.smoothing:
            self.change(replace(self.state, smoothing=value / 2), joined=self._sliding)
            self._sliding = self.smoothing.isSliderDown()

    # -- shown -------------------------------------------------------------------------------------------------------

    def show_state(self) -> None:
        state = self.state
        self.current = min(self.current, len(state.curves) - 1)
        self.use.show_key(state.use)
        for box, value in ((self.steps, state.steps), (self.low, state.low), (self.high, state.high)):
            box.show_value(value)
        if not self.smoothing.isSliderDown():
            self._sliding = False
            self.smoothing.setValue(round(2 * state.smoothing))
        self._show_list()
        told = state.use == "classes"
        self.label.setVisible(told)
        self.label_title.setVisible(told)
        self.pad.show_sketch(state, self.current)

    def _show_list(self) -> None:
        state = self.state
        self.list.blockSignals(True)
        while self.list.count() > len(state.curves):
            self.list.takeItem(self.list.count() - 1)
        while self.list.count() < len(state.curves):
            self.list.addItem("")
        for n, curve in enumerate(state.curves):
            what = tr("empty") if curve.empty else (curve.label or tr("no class")) if state.use == "classes" else ""
            title = tr("Curve {n}", n=n + 1)
            item = self.list.item(n)
            item.setText(f"{title} · {what}" if what else title)
            item.setIcon(_swatch(theme().color(color_of(state, n))))
        self.list.setCurrentRow(self.current)
        self.list.blockSignals(False)
        label = state.curves[self.current].label
        known = sorted({curve.label for curve in state.curves if curve.label})
        if [self.label.itemText(n) for n in range(self.label.count())] != known:
            self.label.clear()
            self.label.addItems(known)
        if self.label.currentText() != label:
            self.label.setEditText(label)

    # -- what the dialog asks ----------------------------------------------------------------------------------------

    def read(self) -> Callable[[], Job[Table]]:
        table = self.state.table()

        def work() -> Job[Table]:
            yield from ()
            return table

        return work

    def hidden(self) -> Mapping[str, str]:
        return self.state.recipe()

    def idle(self, values: Mapping[str, Any]) -> frozenset[str]:
        common = {"reading", "task", "missing", "by"}
        return frozenset(common | {"window", "stride", "horizon", "asked"} if self.state.use == "classes" else common)

    def build(self, source: Table, name: str, values: Mapping[str, Any]) -> Dataset:
        return own.build(source, name, values)

    def store(self, source: Table, name: str) -> str:
        return own.store(source, name, self.state.facts())

    def sample_word(self, values: Mapping[str, Any]) -> str:
        return "groups" if self.state.use == "classes" else "windows"


def _swatch(color: QColor) -> QIcon:
    picture = QPixmap(12, 12)
    picture.fill(color)
    return QIcon(picture)
