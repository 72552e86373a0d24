"""Pages of the probe view that draw bars: the share of each step in dL/dW, gradient noise, statistics of layers."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from core.describe import number
from core.why.training.probed import Probed
from gui.plots.chart import Chart
from gui.plots.export import Table
from gui.plots.probe_pages import Found, ProbePage
from gui.plots.scales import Linear
from gui.plots.splitter import TurningSplitter
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question
from gui.why.told import asked


class Bars(Chart):
    """Bars from 0, blue above and orange below it."""

    def __init__(self, name: str, x_title: str, y_title: str, parent: QWidget | None = None) -> None:
        super().__init__(name, x_title, y_title, parent)
        self.bars = pg.BarGraphItem(x=[], height=[], width=1.0)
        self.addItem(self.bars)
        self.heights = np.zeros(0)

    def show_bars(self, x: np.ndarray, heights: np.ndarray, width: float = 0.8) -> None:
        """Draw bars at the values ``x``."""
        self.heights = np.asarray(heights, float)
        good = np.nan_to_num(self.heights, nan=0.0, posinf=0.0, neginf=0.0)
        scale = Linear.around(float(np.abs(good).max()) if len(good) else 1.0)
        self.set_scales(y=scale)
        places = scale.place(good)
        low, high = min(0.0, float(places.min(initial=0))), max(0.0, float(places.max(initial=0)))
        self.show_places((float(x.min()) - width, float(x.max()) + width), (low, high if high > low else 1.0))
        colors = [theme().color("positive" if height >= 0 else "negative") for height in good]
        self.bars.setOpts(x=x, height=places, width=width, brushes=colors, pen=None)


class _BarPage(ProbePage):
    """A bar for each number of one column of what was found; the columns in ``asked_about`` say something about it."""

    column: ClassVar[str]
    """What is drawn."""
    asked_about: ClassVar[tuple[str, ...]]
    """Columns whose numbers can be asked about, the most important one first."""

    def __init__(self, chart: Bars) -> None:
        super().__init__()
        self.chart = chart
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(chart)
        self._found: Found | None = None
        chart.hovered.connect(self._hovered)

    def show_found(self, found: Found) -> None:
        self._found = found
        heights = found.result.values[self.column]
        self.chart.show_bars(np.arange(1.0, len(heights) + 1), heights)
        self.chart.repeat_hover()

    def restyle(self) -> None:
        if self._found is not None:
            self.show_found(self._found)

    def questions_at(self, chart: Chart, at: tuple[float, float]) -> list[Question]:
        bar = self._bar(at)
        return list(self._on_bar(bar).values()) if bar is not None else []

    def sentence(self, found: Found, bar: int) -> str:
        """Rich text about a bar, counted from 0."""
        raise NotImplementedError

    def _bar(self, at: tuple[float, float] | None) -> int | None:
        """Which bar is at a place."""
        bar = -1 if at is None else round(at[0]) - 1
        there = self._found is not None and 0 <= bar < len(self._found.result.values[self.column])
        return bar if there else None

    def _hovered(self, at: tuple[float, float] | None) -> None:
        bar = self._bar(at)
        if bar is None:
            self.said.emit("", None)
        else:
            assert self._found is not None
            self.said.emit(self.sentence(self._found, bar), lambda: self._on_bar(bar))

    def _on_bar(self, bar: int) -> dict[str, Question]:
        assert self._found is not None
        texts = {"share": tr("Why this share?"), "norm": tr("Why this length?"), "cosine": tr("Why this cosine?")}
        return {key: Question(self._found.measured.each(key, bar), texts[key]) for key in self.asked_about}


class WeightSharePage(_BarPage):
    """The share of every time step in the gradient of the weights; below 0 it works against the whole."""

    column = "share"
    asked_about = ("share", "norm", "cosine")

    def __init__(self) -> None:
        super().__init__(Bars("probe_shares", tr("time step t"), tr("share of dL/dW")))

    def table(self) -> Table:
        assert self._found is not None
        values = self._found.result.values
        steps = np.arange(1, len(values["share"]) + 1)
        return [("t", steps), *((key, values[key]) for key in ("share", "norm", "cosine"))]

    def sentence(self, found: Found, bar: int) -> str:
        values = found.result.values
        return tr(
            "t = {step} of {steps}: {share} of dL/dW; its own part has length {norm}, cosine {cosine} with the whole",
            step=bar + 1,
            steps=len(values["share"]),
            share=asked("share", f"{values['share'][bar]:.1%}"),
            norm=asked("norm", number(values["norm"][bar])),
            cosine=asked("cosine", number(values["cosine"][bar], 2)),
        )


class NoisePage(_BarPage):
    """How far the gradient of each sample agrees with their mean."""

    column = "cosine"
    asked_about = ("cosine", "norm")

    def __init__(self) -> None:
        super().__init__(Bars("probe_noise", tr("sample looked at"), tr("cosine with the mean gradient")))

    def table(self) -> Table:
        assert self._found is not None
        result = self._found.result
        return [("sample", result.samples), ("norm", result.values["norm"]), ("cosine", result.values["cosine"])]

    def sentence(self, found: Found, bar: int) -> str:
        result = found.result
        return tr(
            "sample {sample}: its gradient has length {norm}, cosine {cosine} with the mean",
            sample=int(result.samples[bar]),
            norm=asked("norm", number(result.values["norm"][bar])),
            cosine=asked("cosine", number(result.values["cosine"][bar], 2)),
        )


_COLUMNS = ("mean", "std", "min", "max", "saturated", "dead")


class StatisticsPage(ProbePage):
    """A row for each layer, and the histogram of the one that is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = QTableWidget(0, 1 + len(_COLUMNS))
        self.rows.setObjectName("probe_statistics")
        self.rows.setAccessibleName(tr("Statistics of all layers"))
        self.rows.setHorizontalHeaderLabels(
            [tr("Layer"), tr("Mean"), tr("Spread"), tr("Least"), tr("Largest"), tr("Saturated"), tr("Dead units")]
        )
        self.rows.verticalHeader().hide()
        self.rows.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.rows.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.rows.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.rows.setMinimumSize(80, 60)
        self.chart = Bars("probe_histogram", tr("value"), tr("count"))
        self.chart.set_scales(x=Linear())
        split = TurningSplitter(self.rows, self.chart, aspect=2.4)
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        split.setSizes([430, 190])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(split)
        self._found: Found | None = None
        self._layers: list[str] = []
        self.rows.currentCellChanged.connect(lambda *_: self._draw_histogram())
        self.rows.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.rows.customContextMenuRequested.connect(self._ask_in_table)
        self.chart.hovered.connect(self._hovered)

    def show_found(self, found: Found) -> None:
        self._found = found
        values = found.result.values
        self._layers = [key.removesuffix("/mean") for key in values if key.endswith("/mean")]
        chosen = self.rows.currentRow()
        self.rows.blockSignals(True)
        self.rows.setRowCount(len(self._layers))
        for row, layer in enumerate(self._layers):
            self._set(row, 0, found.names.get(layer, layer), left=True)
            for place, key in enumerate(_COLUMNS, 1):
                self._set(row, place, self._text(key, values.get(f"{layer}/{key}")))
        self.rows.resizeColumnsToContents()
        self.rows.setCurrentCell(chosen if 0 <= chosen < len(self._layers) else min(1, len(self._layers) - 1), 0)
        self.rows.blockSignals(False)
        self._draw_histogram()

    def table(self) -> Table:
        assert self._found is not None
        values, names = self._found.result.values, self._found.names
        columns: list[tuple[str, object]] = [("layer", [names.get(layer, layer) for layer in self._layers])]
        for key in _COLUMNS:
            found = [values.get(f"{layer}/{key}") for layer in self._layers]
            columns.append((key, ["" if value is None else float(value) for value in found]))
        return columns

    def restyle(self) -> None:
        self._draw_histogram()

    def questions_of_choice(self) -> list[Question] | None:
        row, column = self.rows.currentRow(), self.rows.currentColumn()
        if not self.rows.hasFocus() or self._found is None or not 0 <= row < len(self._layers):
            return None
        layer, found = self._layers[row], self._found
        wanted = [_COLUMNS[column - 1]] if column else list(_COLUMNS)
        titles = {key: self.rows.horizontalHeaderItem(n).text() for n, key in enumerate(_COLUMNS, 1)}
        there = [key for key in wanted if f"{layer}/{key}" in found.result.values]
        about = Probed(found.result, found.names, layer)
        return [Question(about.each(key), tr("Why this number? ({name})", name=titles[key])) for key in there]

    def _ask_in_table(self, at: QPoint) -> None:
        cell = self.rows.indexAt(at)
        self.rows.setFocus()
        if cell.isValid():
            self.rows.setCurrentCell(cell.row(), cell.column())
        self.asked.emit(self.rows.viewport().mapToGlobal(at))

    def _bar_at(self, x: float) -> int | None:
        """Which bar of the histogram is at a value."""
        row = self.rows.currentRow()
        if self._found is None or not 0 <= row < len(self._layers):
            return None
        edges = self._found.result.values[f"{self._layers[row]}/edges"]
        inside = edges[0] <= x <= edges[-1]
        return min(len(edges) - 2, int(np.searchsorted(edges, x, side="right")) - 1) if inside else None

    def _about_bar(self, layer: str, bar: int) -> Question:
        assert self._found is not None
        made = Probed(self._found.result, self._found.names, layer).each("histogram", bar)
        return Question(made, tr("Why this count?"))

    def questions_at(self, chart: Chart, at: tuple[float, float]) -> list[Question]:
        bar = self._bar_at(at[0])
        return [] if bar is None else [self._about_bar(self._layers[self.rows.currentRow()], bar)]

    def _hovered(self, at: tuple[float, float] | None) -> None:
        bar = None if at is None else self._bar_at(at[0])
        if bar is None or self._found is None:
            self.said.emit("", None)
            return
        values, layer = self._found.result.values, self._layers[self.rows.currentRow()]
        low, high = values[f"{layer}/edges"][bar : bar + 2]
        count = asked("count", f"{int(values[f'{layer}/histogram'][bar]):,}")
        text = tr("{count} values from {low} to {high}", count=count, low=number(low), high=number(high))
        self.said.emit(text, lambda: {"count": self._about_bar(layer, bar)})

    def _text(self, key: str, value: np.ndarray | None) -> str:
        if value is None:
            return "–"
        if key == "saturated":
            return f"{float(value):.1%}"
        return str(int(value)) if key == "dead" else number(float(value), 3)

    def _set(self, row: int, column: int, text: str, left: bool = False) -> None:
        item = self.rows.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            side = Qt.AlignmentFlag.AlignLeading if left else Qt.AlignmentFlag.AlignTrailing
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            self.rows.setItem(row, column, item)
        item.setText(text)

    def _draw_histogram(self) -> None:
        row = self.rows.currentRow()
        if self._found is None or not 0 <= row < len(self._layers):
            return
        layer, values = self._layers[row], self._found.result.values
        counts, edges = values[f"{layer}/histogram"], values[f"{layer}/edges"]
        name = self._found.names.get(layer, layer)
        self.chart.set_titles(x=tr("value of “{layer}”", layer=name))
        width = float(edges[1] - edges[0])
        self.chart.show_bars((edges[:-1] + edges[1:]) / 2, counts.astype(float), width)
        self.chart.repeat_hover()
