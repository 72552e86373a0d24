"""Loss and metric of training and validation, per training step."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSlider, QWidget

from core.beside import Beside, beside
from core.decimate import drawable, robust_range
from core.describe import number
from core.runs import Run
from core.series import Series
from gui.plots.base import LivePlot
from gui.plots.batches import epoch_bands, nearest
from gui.plots.chart import Chart
from gui.plots.export import Table
from gui.plots.loss_runs import OlderRuns, about_sizes, at_batch, legend
from gui.plots.loss_why import about_run, metric_title, plain_title
from gui.plots.scales import Linear, Log, Scale
from gui.plots.speech import Speech
from gui.plots.splitter import TurningSplitter
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question
from gui.why.questions import about_batch, about_epoch
from gui.why.told import asked

if TYPE_CHECKING:
    from gui.document import Document
    from gui.runner import Runner

_NEAR = 5
"""Pixels from a marker within which the pointer reads its note."""


class LossPlot(LivePlot):
    """The curves that say whether the network learns. A spike cannot flatten them: see ``robust_range``."""

    name = "loss_plot"
    bare_when_empty = True

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(document, runner, tr("Loss"), parent)
        self._series: dict[str, Series] = {}
        self._beside: list[Beside] = []
        self._add_controls()
        self.losses = _Pair(Chart("loss_chart", tr("batch"), tr("loss")))
        self.metrics = _Pair(Chart("metric_chart", tr("batch"), tr("metric")))
        split = TurningSplitter(self.losses.chart, self.metrics.chart, parent=self.picture)
        split.turned.connect(self._turned)
        self.legend = Speech(document, "loss_plot_runs", self.commands.values())
        self.body.addWidget(self.legend)
        self.body.addWidget(split)
        for pair in (self.losses, self.metrics):
            pair.chart.hovered.connect(self._hovered)
            pair.chart.moved.connect(self.mark)
        runner.past.changed.connect(self.mark)

    def empty_text(self) -> str:
        run = self.runner.run
        return (
            ""
            if run is not None and len(run.steps)
            else tr("Press Play: the loss of every training step appears here.")
        )

    def questions_at(self, chart: Chart, at: tuple[float, float]) -> list[Question]:
        run, weight = self.runner.run, self._weight
        key = "loss" if chart is self.losses.chart else next(iter(run.metrics), "")
        found = about_run(self.document, run, key, at[0], weight)
        for one in self._beside:
            of_it = about_run(self.document, one.run, key, at[0], weight, one.number)
            found += [each for each in of_it if each.part != "train"]  # they have no faint line
        return [each.question for each in sorted(found, key=lambda each: _away(each.value, at[1]))]

    @property
    def _weight(self) -> float:
        """Of the past in the bold lines."""
        return self.smoothing.value() / 100

    def start_afresh(self) -> None:
        self._series.clear()

    def redraw(self) -> None:
        run = self.runner.run
        runs = beside(self.document.project.runs, run)
        self.others.setVisible(len(runs) > 1)
        self._beside = runs[:-1] if self.others.isChecked() else []
        self.legend.setVisible(bool(self._beside))
        self.legend.say(legend(runs), lambda: about_sizes(runs))
        self._draw_pair(self.losses, run, "loss")
        metric = run.metrics[0] if run.metrics else ""
        self.metrics.chart.setVisible(bool(metric))
        if metric:
            self.metrics.chart.set_titles(y=metric_title(metric).lower() + self._unit(run, metric))
            self._draw_pair(self.metrics, run, metric)
        self._say_latest(run)
        for pair in (self.losses, self.metrics):
            pair.chart.repeat_hover()

    def table(self) -> Table:
        run = self.runner.run
        names = ("batch", "epoch", "loss", *run.metrics)
        columns: list[tuple[str, object]] = [(name, run.steps[name]) for name in names if name in run.steps]
        columns.append(("loss smoothed", self._watched(run, "loss").average))
        columns += [(f"validation {name}", run.epochs[name]) for name in names if name in run.epochs]
        columns += [("note batch", [n.batch for n in run.notes]), ("note", [n.text for n in run.notes])]
        for one in self._beside:
            columns += [(f"run {one.number} {name}", one.run.steps[name]) for name in ("batch", "loss")]
        return columns

    def restyle(self) -> None:
        for pair in (self.losses, self.metrics):
            pair.restyle()

    def _add_controls(self) -> None:
        self.log = QCheckBox(tr("Log"))
        self.log.setAccessibleName(tr("Logarithmic axis"))
        self.log.setToolTip(tr("Equal ratios are equally far apart, so that small losses can be told apart."))
        self.all_values = QCheckBox(tr("Fit all"))
        self.all_values.setToolTip(tr("Fit the axis to every value, also to single spikes far away from the others."))
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.smoothing.setRange(0, 99)
        self.smoothing.setValue(90)
        self.smoothing.setFixedWidth(50)
        self.smoothing.setAccessibleName(tr("Smoothing"))
        self.smoothing.setToolTip(
            tr("How much of the past the bold line keeps at every step; the faint line is the raw loss.")
        )
        label = QLabel(tr("Smooth"))
        label.setBuddy(self.smoothing)
        together = QWidget()
        row = QHBoxLayout(together)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(label)
        row.addWidget(self.smoothing)
        self.others = QCheckBox(tr("Other runs"))
        self.others.setObjectName("loss_plot_others")
        self.others.setChecked(True)
        self.others.setToolTip(
            tr("The last runs on the same data, faint behind this one: the training smoothed, the validation dashed.")
        )
        for widget in (self.log, self.all_values, together, self.others):
            self.bar.addWidget(widget)
        self.others.toggled.connect(self._follow_and_mark)
        self.log.toggled.connect(self._follow_and_mark)
        self.all_values.toggled.connect(self._follow_and_mark)
        self.smoothing.valueChanged.connect(self.mark)
        self.add_corner_menu()

    def _follow_and_mark(self) -> None:
        for chart in self.charts():
            chart.following = True
        self.mark()

    def _draw_pair(self, pair: _Pair, run: Run, key: str) -> None:
        chart, series = pair.chart, self._watched(run, key)
        after, validation = run.epochs.get("batch"), run.epochs.get(key)
        if not len(validation):
            after = validation = np.zeros(0)
        older = pair.older.read(self._beside, key, self._weight)
        ends = [run.steps["batch"], *(one.x for one in older)]
        first, last = min(float(x[0]) for x in ends), max(float(x[-1]) for x in ends)
        chart.show_places((first - 0.5, last + 0.5), None)
        low, high = chart.visible_x()
        x, raw, average = series.between(low, high)
        told = [one.between(low, high)[2] for one in older]
        self._set_range(chart, np.concatenate([raw, validation, *told]), series.sample())
        pair.older.show(self._beside, key, older)
        pair.stand_at(self.runner.past.position if self.runner.past.rewound else None, first - 0.5)
        chart.backdrop.set(epoch_bands(run.steps, low, high), [float(note.batch) for note in run.notes])
        pair.raw.set(x, raw)
        pair.smooth.set(x, average)
        pair.validation.set(after, validation)

    def _set_range(self, chart: Chart, values: np.ndarray, sample: np.ndarray) -> None:
        everything = self.all_values.isChecked()
        scale: Scale = Log.around(values) if self.log.isChecked() else _linear(values, sample, everything)
        chart.set_scales(y=scale)
        places = scale.place(values)
        if everything:
            there = places[np.isfinite(places)]
            span = (float(there.min()), float(there.max())) if len(there) else None
        else:
            span = robust_range(places, scale.place(sample))
        chart.show_places(None, span or (0.0, 1.0))

    def _watched(self, run: Run, key: str) -> Series:
        """The column with its average; only what is new since the last time is looked at."""
        batches, raw, weight = run.steps["batch"], run.steps.get(key), self._weight
        if not len(raw):
            raw = np.full(len(batches), np.nan)
        if key not in self._series:
            self._series[key] = Series(weight)
        series = self._series[key]
        series.update(batches, raw, weight, (run.id, run.steps.stride))
        return series

    def _say_latest(self, run: Run) -> None:
        batch = int(run.steps["batch"][-1])
        self.say(self._latest(run), lambda: self._on_words(run, batch))

    def _on_words(self, run: Run, batch: int) -> dict[str, Question]:
        """About the numbers that are said of a batch, by the keys that they have in the words."""
        found = {}
        for key in self._keys(run):
            for each in about_run(self.document, run, key, batch, self._weight, before=True):
                found[f"{each.part}/{key}"] = each.question
        found |= {"batch": about_batch(self.document, run, batch), "epoch": about_epoch(self.document, run, batch)}
        over = run.epochs.get("batch")[run.epochs.get("batch") <= batch]
        if len(over):
            found["after"] = about_epoch(self.document, run, int(over[-1]))
        for one in self._beside:
            older = about_run(self.document, one.run, "loss", batch, self._weight, one.number, before=True)
            found |= {f"run/{one.number}": each.question for each in older if each.part == "train"}
        return found

    def _latest(self, run: Run) -> str:
        batch, epoch = int(run.steps["batch"][-1]), int(run.steps["epoch"][-1])
        tables = (("train", tr("training"), run.steps), ("validation", tr("validation"), run.epochs))
        parts = []
        for part, title, table in tables:
            shown = [
                f"{_title(key)} {asked(f'{part}/{key}', number(table[key][-1]))}"
                for key in self._keys(run)
                if len(table.get(key))
            ]
            if shown:
                parts.append(f"{_dash(part)}{title}: " + ", ".join(shown))
        return " · ".join([*parts, _where(batch, epoch)])

    def _unit(self, run: Run, metric: str) -> str:
        """The unit of a metric that is measured in that of the target."""
        data = self.data()
        if data is None or metric not in ("mae", "rmse") or run.data != self.document.project.data:
            return ""
        return f" ({data.target.unit})" if data.target.unit else ""

    def _keys(self, run: Run) -> tuple[str, ...]:
        return ("loss", *run.metrics[:1])

    def _turned(self, orientation: Qt.Orientation) -> None:
        """One above the other, they share the title of their axis."""
        self.losses.chart.set_titles(x=tr("batch") if orientation == Qt.Orientation.Horizontal else "")

    def _hovered(self, at: tuple[float, float] | None) -> None:
        run = self.runner.run
        if at is None or run is None or not len(run.steps):
            for pair in (self.losses, self.metrics):
                pair.chart.point_at(None)
            if run is not None and len(run.steps):
                self._say_latest(run)
            return
        index = nearest(run.steps["batch"], at[0])
        for pair in (self.losses, self.metrics):
            pair.chart.point_at(float(run.steps["batch"][index]))
        batch = int(run.steps["batch"][index])
        self.say(self._reading(run, index, at[0]), lambda: self._on_words(run, batch))

    def _reading(self, run: Run, index: int, x: float) -> str:
        batch, epoch = int(run.steps["batch"][index]), int(run.steps["epoch"][index])
        parts = [_where(batch, epoch)]
        for key in self._keys(run):
            text = f"{_dash('train')}{_title(key)} {asked(f'train/{key}', number(run.steps[key][index]))}"
            smooth = self._watched(run, key).average
            average = asked(f"smooth/{key}", number(smooth[index]))
            parts.append(text + " " + tr("(smoothed {value})", value=average))
            if (
                key in run.epochs
                and (earlier := int(np.searchsorted(run.epochs["batch"], batch, side="right")) - 1) >= 0
            ):
                value = asked(f"validation/{key}", number(run.epochs[key][earlier]))
                after = asked("after", str(int(run.epochs["epoch"][earlier])))
                parts.append(_dash("validation") + tr("{value} after epoch {epoch}", value=value, epoch=after))
        parts += at_batch(self._beside, "loss", batch)
        low, high = self.losses.chart.visible_x()
        reach = _NEAR * (high - low) / self.losses.chart.columns
        parts += [f"<b>{html.escape(note.text)}</b>" for note in run.notes if abs(note.batch - x) <= reach]
        return " · ".join(parts)


class _Pair:
    """A chart with its three lines, the older runs behind them, and a mark where training stands in its past."""

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.older = OlderRuns(chart)
        self.raw = chart.line("train", strength=0.35, marks=True)
        self.smooth = chart.line("train", width=2)
        self.validation = chart.line("validation", width=2, dots=True, marks=True)
        self.here = pg.InfiniteLine(angle=90, movable=False)
        self.here.setVisible(False)
        chart.addItem(self.here, ignoreBounds=True)
        self.restyle()

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        self.here.setPen(pg.mkPen(theme().color("accent"), width=1))

    def stand_at(self, batch: int | None, least: float) -> None:
        """Mark where training stands; None where it stands at its end. Before the first batch is at ``least``."""
        self.here.setVisible(batch is not None)
        if batch is not None:
            self.here.setValue(float(self.chart.x_scale.place(np.array(max(float(batch), least)))))


def _title(key: str) -> str:
    return html.escape(plain_title(key).lower())


def _where(batch: int, epoch: int) -> str:
    """The place of a batch, in words that can be asked about."""
    return tr("batch {batch}, epoch {epoch}", batch=asked("batch", f"{batch:,}"), epoch=asked("epoch", str(epoch)))


def _away(value: float, from_: float) -> float:
    away = abs(value - from_)
    return away if np.isfinite(away) else np.inf


def _linear(values: np.ndarray, sample: np.ndarray, everything: bool) -> Linear:
    if everything:
        good = np.abs(values[drawable(values)])
        return Linear.around(float(good.max()) if len(good) else 0.0)
    span = robust_range(values, sample)
    return Linear.around(max(map(abs, span)) if span else 0.0)


def _dash(color: str) -> str:
    return f'<span style="color:{theme().color(color).name()}">━</span>&nbsp;'
