"""Two inputs: what the network answers at every point of the plane, with the samples on it."""

from __future__ import annotations

import html

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.answers import AROUND_ZERO
from core.data.dataset import Dataset
from core.describe import number
from core.traces import OwnInput
from core.why.numbers import Number, OfOwn
from gui.plots.chart import Chart
from gui.plots.confusion import class_names
from gui.plots.export import Table
from gui.plots.heat import ColourBar, Shade, sign_shade
from gui.plots.output_why import about_answer
from gui.plots.pages import OutputPage, Shown
from gui.plots.scales import Linear
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question
from gui.why.told import asked

GRID = 60
"""Points per side of the plane at which the network is asked."""
_MARGIN = 0.12
"""Share of the data's width that is shown around it."""


class SurfacePage(OutputPage):
    """The plane is coloured by the answer: orange and blue for two classes or a number, a colour for each of more."""

    wanted = Signal(object)
    """(GRID * GRID, 2) inputs at which the network should be asked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = Chart("surface_chart", "", "")
        self.image = pg.ImageItem(axisOrder="row-major")
        self.image.setZValue(-20)
        self.chart.addItem(self.image, ignoreBounds=True)
        self.points = pg.ScatterPlotItem(size=6)
        self.chart.addItem(self.points, ignoreBounds=True)
        self.colours = ColourBar("surface_colours", tr("Output"))
        layout = QHBoxLayout(self)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.chart, 1)
        layout.addWidget(self.colours)
        self.grid = np.zeros((0, 2), np.float32)
        """The points, row by row from the lowest y, x ascending."""
        self.answers: np.ndarray | None = None
        """(GRID * GRID, units) for ``grid``, None until they came."""
        self._shown: Shown | None = None
        self.chart.hovered.connect(self._hovered)

    def show_outputs(self, shown: Shown) -> None:
        if self._shown is None or self._shown.data is not shown.data:
            self._lay_grid(shown.data)
            self._draw_points(shown.data)
        self._shown = shown
        self._draw_surface()

    def take(self, inputs: np.ndarray, outputs: np.ndarray) -> None:
        """Answers of the network; those to other questions are passed over."""
        if inputs.shape == self.grid.shape and np.array_equal(inputs, self.grid):
            self.answers = np.asarray(outputs).reshape(len(inputs), -1)
            self._draw_surface()

    def questions_at(self, at: tuple[float, float]) -> list[Question]:
        shown = self._shown
        if shown is None:
            return []
        return [*self._about_place(self._nearest(at)).values(), about_answer(shown, *self._nearest_sample(shown, at))]

    def _nearest_sample(self, shown: Shown, at: tuple[float, float]) -> tuple[int, int]:
        """(row of the answers, unit of the output that says most)."""
        places = next(iter(shown.data.inputs.values())).values[shown.answers.samples].astype(float)
        spread = np.ptp(self.grid, axis=0)
        row = int(np.square((places - np.array(at)) / np.where(spread > 0, spread, 1.0)).sum(axis=1).argmin())
        return row, int(np.nan_to_num(shown.answers.scores[row]).argmax())

    def sentence(self) -> str:
        names = class_names(self._shown.data) if self._shown and self._shown.data.target.codes else ()
        colors = _class_colors(len(names))
        return " · ".join(
            f'<span style="color:{c.name()}">●</span>&nbsp;{html.escape(n)}' for c, n in zip(colors, names)
        )

    def table(self) -> Table:
        names = self._shown.data.inputs[next(iter(self._shown.data.inputs))].names if self._shown else ()
        columns: list[tuple[str, object]] = [(name, self.grid[:, i]) for i, name in enumerate(names or ("x", "y"))]
        if self.answers is not None:
            columns += [(f"output {i + 1}", column) for i, column in enumerate(self.answers.T)]
        return columns

    def restyle(self) -> None:
        if self._shown is not None:
            self._draw_points(self._shown.data)
            self._draw_surface()
        self.colours.update()

    def heights(self) -> np.ndarray:
        """(GRID, GRID) one number per point: -1 to +1 between two classes, else the output itself."""
        assert self.answers is not None and self._shown is not None
        if self.answers.shape[1] == 2:
            heights = self.answers[:, 1] - self.answers[:, 0]
        elif self._shown.data.target.codes and self._shown.activation not in AROUND_ZERO:
            heights = 2.0 * self.answers[:, 0] - 1.0
        else:
            heights = self.answers[:, 0]
        return heights.reshape(GRID, GRID)

    def _lay_grid(self, data: Dataset) -> None:
        field = next(iter(data.inputs.values()))
        low, high = field.values.min(axis=0), field.values.max(axis=0)
        air = _MARGIN * np.maximum(high - low, 1e-6)
        x, y = (np.linspace(a, b, GRID, dtype=np.float32) for a, b in zip(low - air, high + air))
        self.grid = np.stack([a.ravel() for a in np.meshgrid(x, y)], axis=1)
        self.answers = None
        names = field.names or ("x", "y")
        self.chart.set_titles(x=names[0], y=names[1])
        self.chart.set_scales(x=Linear(), y=Linear())

    def _draw_points(self, data: Dataset) -> None:
        field = next(iter(data.inputs.values()))
        rows = np.concatenate([data.split[part] for part in data.parts if part != "test"])[:2000]
        training = np.isin(rows, data.split["train"])
        codes = data.target.values[rows, 0]
        if data.target.codes:
            colors = _class_colors(len(class_names(data)))
            brushes = [colors[int(code)] for code in codes]
        else:
            reach = float(np.abs(codes).max()) or 1.0
            brushes = [theme().sign_color(float(code) / reach) for code in codes]
        pens = [theme().color("plot_background") if t else theme().color("text") for t in training]
        x, y = field.values[rows].T
        self.points.setData(x.astype(float), y.astype(float), brush=brushes, pen=pens)

    def _draw_surface(self) -> None:
        (left, bottom), (right, top) = self.grid.min(axis=0).tolist(), self.grid.max(axis=0).tolist()
        self.chart.show_places((left, right), (bottom, top), padding=0)
        self.image.setVisible(self.answers is not None)
        self.colours.setVisible(self.answers is not None and self.answers.shape[1] <= 2)
        if self.answers is None:
            return
        if self.answers.shape[1] <= 2:
            heights = self.heights()
            shade = Shade(Linear(), -1.0, 1.0, diverging=True, gaps=bool((~np.isfinite(heights)).any()))
            if not self._shown.data.target.codes:
                shade = sign_shade(heights)
            self.colours.show_shade(shade)
            colors = shade.colors(heights)
        else:
            colors = _mixed(self.answers).reshape(GRID, GRID, 3)
        self.image.setImage(colors, autoLevels=False, levels=(0, 255))
        half = (right - left) / (GRID - 1) / 2, (top - bottom) / (GRID - 1) / 2
        self.image.setRect(
            QRectF(left - half[0], bottom - half[1], right - left + 2 * half[0], top - bottom + 2 * half[1])
        )

    def _hovered(self, at: tuple[float, float] | None) -> None:
        if at is None or self.answers is None:
            self.said.emit("", None)
            return
        nearest = self._nearest(at)
        values = ", ".join(asked(str(unit), number(v)) for unit, v in enumerate(self.answers[nearest]))
        text = tr("At ({x}, {y}) the network says {values}", x=number(at[0]), y=number(at[1]), values=values)
        self.said.emit(text, lambda: self._about_place(nearest))

    def _nearest(self, at: tuple[float, float]) -> int:
        """Which point of the grid lies nearest."""
        return int(np.square(self.grid - np.array(at)).sum(axis=1).argmin())

    def _about_place(self, nearest: int) -> dict[str, Question]:
        """What the network says at a point of the plane, by the unit of its output; the largest first."""
        shown, answers = self._shown, self.answers
        if shown is None or answers is None:
            return {}
        own = OwnInput({next(iter(shown.data.inputs)): self.grid[nearest]})
        order = np.argsort(-np.nan_to_num(answers[nearest]), kind="stable")
        names = class_names(shown.data) if shown.data.target.codes else ("",) * len(order)
        return {
            str(unit): Question(OfOwn(Number("value", shown.output, int(unit)), own), _asking(names[int(unit)]))
            for unit in order
        }


def _asking(name: str) -> str:
    return tr("Why this answer here?") + (f" ({name})" if name else "")


def _class_colors(count: int) -> list[QColor]:
    """Orange and blue for two classes, as on the surface; else the series of the theme."""
    if count == 2:
        return [theme().color("negative"), theme().color("positive")]
    return [theme().color(f"series{i % 8 + 1}") for i in range(count)]


def _mixed(answers: np.ndarray) -> np.ndarray:
    """(n, 3) uint8: the colour of the highest output, paler where others come near; a colour of errors for NaN."""
    ground = np.array(theme().color("plot_background").getRgb()[:3], float)
    colors = np.array([c.getRgb()[:3] for c in _class_colors(answers.shape[1])], float)
    fine = np.isfinite(answers).all(axis=1)
    safe = np.where(fine[:, None], answers, 0.0)
    ranked = np.sort(safe, axis=1)
    lead = np.clip(ranked[:, -1] - ranked[:, -2], 0.0, 1.0)[:, None] * 0.65 + 0.1
    mixed = ground + (colors[safe.argmax(axis=1)] - ground) * lead
    mixed[~fine] = theme().color("refused").getRgb()[:3]
    return mixed.astype(np.uint8)
