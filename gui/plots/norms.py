"""How strongly each layer is pushed, and how far it moves: gradient norm and update-to-weight ratio over training."""

from __future__ import annotations

import html
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from core.columns import Columns
from core.decimate import robust_range
from core.describe import UPDATE_GUIDE, Words, number
from core.runs import Run
from core.series import Series
from core.why.numbers import Aggregate
from core.why.training.aggregates import layer_gradient, update_ratio
from core.why.training.averaged import smoothed
from gui.plots.base import LivePlot
from gui.plots.batches import epoch_bands, nearest
from gui.plots.chart import Chart
from gui.plots.export import Table
from gui.plots.items import Line
from gui.plots.scales import Log
from gui.plots.splitter import TurningSplitter
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question
from gui.why.questions import about_batch, weights_of
from gui.why.told import asked

if TYPE_CHECKING:
    from gui.document import Document
    from gui.runner import Runner

_WEIGHT = 0.7
"""Of the past in a bold line, at every row."""
_MOST = 8
"""Lines that colours can tell apart; further layers are in the table only."""


class NormsPlot(LivePlot):
    """Both on a log axis; the guide at 1e-3 is a usual ratio of update to weights."""

    name = "norms_plot"
    bare_when_empty = True

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(document, runner, tr("Gradient and update size"), parent)
        self.smooth = QCheckBox(tr("Smooth"))
        self.smooth.setChecked(True)
        self.smooth.setToolTip(
            tr("Bold lines are averages over the last few measurements; faint ones are what was measured.")
        )
        self.smooth.toggled.connect(self.mark)
        self.bar.addWidget(self.smooth)
        self.add_corner_menu()
        self.norms = _Panel("layer_gradient_chart", tr("gradient norm"))
        self.ratios = _Panel("update_ratio_chart", tr("update ratio"))
        self.guide = pg.InfiniteLine(pos=float(np.log10(UPDATE_GUIDE)), angle=0, movable=False)
        self.ratios.chart.addItem(self.guide, ignoreBounds=True)
        split = TurningSplitter(self.norms.chart, self.ratios.chart, parent=self.picture)
        split.turned.connect(self._turned)
        self.body.addWidget(split)
        for panel in (self.norms, self.ratios):
            panel.chart.hovered.connect(self._hovered)
            panel.chart.moved.connect(self.mark)
        self.guide.setZValue(10)
        self.restyle()

    def empty_text(self) -> str:
        run = self.runner.run
        if run is not None and (len(run.layer_gradient) or len(run.update_ratio)):
            return ""
        return tr("Press Play: the size of each layer's gradient and of its updates appears here.")

    def redraw(self) -> None:
        run = self.runner.run
        for panel, table, guide in (
            (self.norms, run.layer_gradient, None),
            (self.ratios, run.update_ratio, UPDATE_GUIDE),
        ):
            panel.draw(table, guide, run.id, self.smooth.isChecked())
            bands = epoch_bands(run.steps, *panel.chart.visible_x()) if len(run.steps) else []
            panel.chart.backdrop.set(bands, [float(note.batch) for note in run.notes])
        self._say(None)
        for panel in (self.norms, self.ratios):
            panel.chart.repeat_hover()

    def table(self) -> Table:
        run = self.runner.run
        columns: list[tuple[str, object]] = []
        for title, table in (("gradient norm", run.layer_gradient), ("update ratio", run.update_ratio)):
            for key in table.names:
                columns.append((f"{title} batch" if key == "batch" else f"{title} {self.layer_name(key)}", table[key]))
        return columns

    def questions_at(self, chart: Chart, at: tuple[float, float]) -> list[Question]:
        run, gradient = self.runner.run, chart is self.norms.chart
        table = run.layer_gradient if gradient else run.update_ratio
        found = []
        for key in layers_of(table):
            row, name = nearest(table["batch"], at[0]), self.layer_name(key)
            made = [self._why(run, key, gradient, row)]
            if self.smooth.isChecked():
                title = Words("{name}, smoothed, at batch {batch}", {"name": name, "batch": int(table["batch"][row])})
                made.append(smoothed(title, table[key][: row + 1], _WEIGHT, partial(self._why, run, key, gradient)))
            texts = (
                tr("Why this number of {layer}?", layer=name),
                tr("Why this smoothed number of {layer}?", layer=name),
            )
            found += [(_away(one.value, at[1]), Question(one, text)) for one, text in zip(made, texts)]
        return [question for _, question in sorted(found, key=lambda pair: pair[0])]

    def _about(self, run: Run, key: str, gradient: bool, batch: int) -> Question:
        row = nearest((run.layer_gradient if gradient else run.update_ratio)["batch"], batch)
        made = self._why(run, key, gradient, row)
        return Question(made, tr("Why this number of {layer}?", layer=self.layer_name(key)))

    def _why(self, run: Run, key: str, gradient: bool, row: int) -> Aggregate:
        """A measured number of a layer."""
        table = run.layer_gradient if gradient else run.update_ratio
        leads = weights_of(self.document.project.network, key, gradient)
        explain = layer_gradient if gradient else update_ratio
        return explain(self.layer_name(key), key, float(table[key][row]), int(table["batch"][row]), leads)

    def restyle(self) -> None:
        self.guide.setPen(pg.mkPen(theme().color("muted"), width=1, style=Qt.PenStyle.DashLine))

    def _turned(self, orientation: Qt.Orientation) -> None:
        """One above the other, they share the title of their axis."""
        self.norms.chart.set_titles(x=tr("batch") if orientation == Qt.Orientation.Horizontal else "")

    def _hovered(self, at: tuple[float, float] | None) -> None:
        if self.empty_text():
            return
        for panel in (self.norms, self.ratios):
            panel.chart.point_at(None if at is None else round(at[0]))
        self._say(None if at is None else at[0])

    def _say(self, x: float | None) -> None:
        """The values at a batch (the latest one where ``x`` is None), which is the legend too."""
        run = self.runner.run
        parts, batch, told = [], 0, {}
        for i, key in enumerate(layers_of(run.layer_gradient, run.update_ratio)):
            values = []
            for table in (run.layer_gradient, run.update_ratio):
                if key in table:
                    row = len(table) - 1 if x is None else nearest(table["batch"], x)
                    batch = int(table["batch"][row])
                    told[f"{len(values)}/{key}"] = key, table is run.layer_gradient, batch
                    values.append(asked(f"{len(values)}/{key}", number(table[key][row], 2)))
            color = theme().color(f"series{i + 1}").name()
            parts.append(
                f'<span style="color:{color}">━</span>&nbsp;{html.escape(self.layer_name(key))} {", ".join(values)}'
            )
        said = " · ".join([tr("batch {batch}", batch=asked("batch", f"{batch:,}")), *parts])

        def questions() -> dict[str, Question]:
            about = {name: self._about(run, *place) for name, place in told.items()}
            return {**about, "batch": about_batch(self.document, run, batch)}

        self.say(said, questions)


class _Panel:
    """A chart with two lines for each layer: as measured, and smoothed."""

    def __init__(self, name: str, title: str) -> None:
        self.chart = Chart(name, tr("batch"), title)
        self.lines: list[Line] = [self.chart.line(f"series{i + 1}", marks=True) for i in range(_MOST)]
        self.bold: list[Line] = [self.chart.line(f"series{i + 1}") for i in range(_MOST)]
        self._series: dict[str, Series] = {}

    def draw(self, table: Columns, guide: float | None, run: str, smooth: bool) -> None:
        keys = layers_of(table)
        for line in (*self.lines[len(keys) :], *self.bold[len(keys) if smooth else 0 :]):
            line.clear()
        if not keys:
            return
        batches = table["batch"]
        self.chart.show_places((float(batches[0]) - 0.5, float(batches[-1]) + 0.5), None)
        seen = [self._watched(table, key, run) for key in keys]
        shown = [series.between(*self.chart.visible_x()) for series in seen]
        scale = Log.around(np.concatenate([y for _, y, _ in shown]))
        self.chart.set_scales(y=scale)
        spans = [robust_range(scale.place(y), scale.place(s.sample())) for s, (_, y, _) in zip(seen, shown)]
        places = [p for span in spans if span for p in span] + ([float(np.log10(guide))] if guide else [])
        low, high = (min(places), max(places)) if places else (-3.0, 0.0)
        air = max(0.0, 1.0 - (high - low)) / 2
        self.chart.show_places(None, (low - air, high + air))
        for line, bold, (x, y, average) in zip(self.lines, self.bold, shown):
            line.set_strength(0.3 if smooth else 1.0)
            line.set(x, y)
            if smooth:
                bold.set(x, average)

    def _watched(self, table: Columns, key: str, run: str) -> Series:
        series = self._series.setdefault(key, Series(_WEIGHT))
        series.update(table["batch"], table[key], _WEIGHT, (run, table.stride))
        return series


def _away(value: float, from_: float) -> float:
    """In decades."""
    away = abs(np.log10(max(value, 1e-300)) - np.log10(max(from_, 1e-300)))
    return float(away) if np.isfinite(away) else np.inf


def layers_of(*tables: Columns) -> list[str]:
    """The ids of the layers that are drawn, in order."""
    return list(dict.fromkeys(name for table in tables for name in table.names if name != "batch"))[:_MOST]
