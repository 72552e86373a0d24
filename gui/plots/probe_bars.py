"""Pages of the probe view that draw bars: the share of each step in dL/dW, gradient noise, statistics of layers."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from core.describe import number
from gui.plots.chart import Chart
from gui.plots.export import Table
from gui.plots.probe_pages import Found, ProbePage
from gui.plots.scales import Linear
from gui.plots.splitter import TurningSplitter
from gui.text import tr
from gui.theme import theme


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


class WeightSharePage(ProbePage):
    """The share of every time step in the gradient of the weights; below 0 it works against the whole."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = Bars("probe_shares", tr("time step t"), tr("share of dL/dW"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.chart)
        self._found: Found | None = None
        self.chart.hovered.connect(self._hovered)

    def show_found(self, found: Found) -> None:
        self._found = found
        share = found.result.values["share"]
        self.chart.show_bars(np.arange(1.0, len(share) + 1), share)
        self.chart.repeat_hover()

    def table(self) -> Table:
        assert self._found is not None
        values = self._found.result.values
        steps = np.arange(1, len(values["share"]) + 1)
        return [("t", steps), *((key, values[key]) for key in ("share", "norm", "cosine"))]

    def restyle(self) -> None:
        if self._found is not None:
            self.show_found(self._found)

    def _hovered(self, at: tuple[float, float] | None) -> None:
        values = None if self._found is None else self._found.result.values
        step = -1 if at is None else round(at[0]) - 1
        if values is None or not 0 <= step < len(values["share"]):
            self.said.emit("")
            return
        self.said.emit(
            tr(
                "t = {step} of {steps}: {share} of dL/dW; its own part has length {norm}, cosine {cosine} with the whole",
                step=step + 1,
                steps=len(values["share"]),
                share=f"{values['share'][step]:.1%}",
                norm=number(values["norm"][step]),
                cosine=number(values["cosine"][step], 2),
            )
        )


class NoisePage(ProbePage):
    """How far the gradient of each sample agrees with their mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = Bars("probe_noise", tr("sample looked at"), tr("cosine with the mean gradient"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.chart)
        self._found: Found | None = None
        self.chart.hovered.connect(self._hovered)

    def show_found(self, found: Found) -> None:
        self._found = found
        cosine = found.result.values["cosine"]
        self.chart.show_bars(np.arange(1.0, len(cosine) + 1), cosine)
        self.chart.repeat_hover()

    def table(self) -> Table:
        assert self._found is not None
        result = self._found.result
        return [("sample", result.samples), ("norm", result.values["norm"]), ("cosine", result.values["cosine"])]

    def restyle(self) -> None:
        if self._found is not None:
            self.show_found(self._found)

    def _hovered(self, at: tuple[float, float] | None) -> None:
        place = -1 if at is None else round(at[0]) - 1
        if self._found is None or not 0 <= place < len(self._found.result.samples):
            self.said.emit("")
            return
        result = self._found.result
        self.said.emit(
            tr(
                "sample {sample}: its gradient has length {norm}, cosine {cosine} with the mean",
                sample=int(result.samples[place]),
                norm=number(result.values["norm"][place]),
                cosine=number(result.values["cosine"][place], 2),
            )
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
