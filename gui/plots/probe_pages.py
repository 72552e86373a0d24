"""What a page of the probe view is, and the pages of matrices: the triangle of gradients, and dL/dx."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from core.data.dataset import Dataset
from core.describe import number
from core.reports import ProbeResult
from core.why.training.probed import Probed
from gui.plots.chart import Chart
from gui.plots.export import Table
from gui.plots.heat import ColourBar, HeatMap, log_shade, sign_shade
from gui.plots.pictures import picture
from gui.plots.scales import Linear, Names, Rows
from gui.text import tr
from gui.why.here import Question
from gui.why.told import asked


@dataclass(frozen=True, eq=False)
class Found:
    """Everything that a page draws from."""

    result: ProbeResult
    names: Mapping[str, str]
    """What the user calls each layer, by id."""
    layer: str
    """Id of the layer that is chosen; "" where the probe is about all of the network."""
    data: Dataset | None

    @property
    def measured(self) -> Probed:
        """The numbers of it, to be asked about."""
        return Probed(self.result, self.names, self.layer)


class ProbePage(QWidget):
    """One way to look at what a probe found."""

    said = Signal(str, object)
    """A sentence about what is pointed at, as rich text, and the Questions about it or None; empty when nothing is."""
    asked = Signal(object)
    """QPoint of the screen: what can be asked here? Of what is no chart."""

    def show_found(self, found: Found) -> None:
        """Bring the page up to date."""
        raise NotImplementedError

    def questions_at(self, chart: Chart, at: tuple[float, float]) -> list[Question]:
        """What can be asked about the values x, y of a chart; the most important one first."""
        return []

    def questions_of_choice(self) -> list[Question] | None:
        """What can be asked about what is chosen beside the charts; None where that has not the keyboard."""
        return None

    def table(self) -> Table:
        """What is to be seen, as numbers."""
        raise NotImplementedError

    def restyle(self) -> None:
        """Take the colours of the theme in force, where charts are not enough."""


class TrianglePage(ProbePage):
    """Rows are the steps at which the loss is felt, columns those whose state passes the gradient on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heat = HeatMap("probe_triangle", tr("state at time step t"), tr("loss at step s"))
        self.colours = ColourBar("probe_triangle_colours", tr("Size of the gradient"))
        _beside(QVBoxLayout(self), self.heat, self.colours)
        self._found: Found | None = None
        self.heat.hovered.connect(self._hovered)

    def show_found(self, found: Found) -> None:
        self._found = found
        values = found.result.values
        norm = np.asarray(values["norm"], float).T
        several = len(norm) > 1
        self.heat.set_scales(y=Rows(values["first"] + 1) if several else Names((tr("end"),)))
        self.heat.set_titles(y=tr("loss at step s") if several else tr("the loss"))
        shade = log_shade(norm)
        self.heat.show_matrix(norm, shade)
        self.colours.show_shade(shade)
        self.heat.repeat_hover()

    def table(self) -> Table:
        assert self._found is not None
        values = self._found.result.values
        columns: list[tuple[str, object]] = [("t", np.arange(1, len(values["total"]) + 1)), ("total", values["total"])]
        for column, (first, last) in enumerate(zip(values["first"], values["last"], strict=True)):
            title = f"s = {first + 1}" + (f" to {last + 1}" if last > first else "")
            columns.append((f"norm {title}", values["norm"][:, column]))
            columns.append((f"share {title}", values["share"][:, column]))
        return columns

    def restyle(self) -> None:
        self.colours.update()

    def _hovered(self, at: object) -> None:
        if self._found is None:
            return
        values = self._found.result.values
        shape = values["norm"].T.shape
        cell = self.heat.cell(*self.heat.pointer, shape) if at is not None and self.heat.pointer else None
        if cell is None:
            self.said.emit("", None)
        else:
            self.said.emit(self._cell_words(*cell), lambda: self._on_cell(*cell))

    def questions_at(self, chart: Chart, at: tuple[float, float]) -> list[Question]:
        if self._found is None or self.heat.pointer is None:
            return []
        cell = self.heat.cell(*self.heat.pointer, self._found.result.values["norm"].T.shape)
        return [] if cell is None else list(self._on_cell(*cell).values())

    def _on_cell(self, row: int, step: int) -> dict[str, Question]:
        assert self._found is not None
        value = Question(self._found.measured.each("norm", step, row), tr("Why this gradient?"))
        share = Question(self._found.measured.each("share", step, row), tr("Why this share?"))
        return {"value": value, "share": share}

    def _cell_words(self, row: int, step: int) -> str:
        assert self._found is not None
        values = self._found.result.values
        here = {
            "value": asked("value", number(values["norm"][step, row])),
            "share": asked("share", f"{values['share'][step, row]:.1%}"),
            "step": step + 1,
        }
        if len(values["first"]) == 1:
            return tr("dL/dh at t = {step}: {value}", **here)
        first, last = int(values["first"][row]) + 1, int(values["last"][row]) + 1
        if first == last:
            return tr("dL/dh at t = {step}, from the loss at s = {first}: {value}, {share} of it", first=first, **here)
        return tr(
            "dL/dh at t = {step}, from the losses at s = {first} to {last}: {value}, {share} of it",
            first=first,
            last=last,
            **here,
        )


class InputPage(ProbePage):
    """dL/dx of one sample, with sign, or the mean size over all that were looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.which = QComboBox()
        self.which.setAccessibleName(tr("What is shown of dL/dx"))
        for key, text in (("first", tr("One sample, with sign")), ("mean", tr("Mean size over the samples"))):
            self.which.addItem(text, key)
        self.heat = HeatMap("probe_input", tr("time step t"), tr("feature"))
        self.heat.y_start = 0.5
        self.heat.set_scales(y=Linear(whole=True))
        self.colours = ColourBar("probe_input_colours", tr("dL/dx"))
        column = QVBoxLayout(self)
        column.setSpacing(2)
        column.addWidget(self.which, 0, Qt.AlignmentFlag.AlignLeft)
        _beside(column, self.heat, self.colours)
        self._found: Found | None = None
        self._shown = np.zeros((0, 0))
        self.which.currentIndexChanged.connect(self._again)
        self.heat.hovered.connect(self._hovered)

    def show_found(self, found: Found) -> None:
        self._found = found
        samples = found.result.samples
        self.which.setItemText(0, tr("Sample {sample}, with sign", sample=int(samples[0])))
        self.which.setItemText(1, tr("Mean size over {count} samples", count=len(samples)))
        which = self.which.currentData()
        values = np.asarray(found.result.values[f"{found.layer}/{which}"], float)
        self._shown = self._as_picture(values)
        steps = values.ndim == 2
        is_picture = not steps and self._shown.shape[1] > 1
        self.heat.set_picture(is_picture)
        self.heat.set_titles(
            x=tr("time step t") if steps else tr("column") if is_picture else "",
            y=tr("row") if is_picture else tr("feature"),
        )
        shade = sign_shade(self._shown) if which == "first" else log_shade(self._shown)
        self.heat.show_matrix(self._shown, shade)
        self.colours.show_shade(shade)
        self.heat.repeat_hover()

    def table(self) -> Table:
        assert self._found is not None
        columns: list[tuple[str, object]] = []
        for which in ("first", "mean"):
            values = self._found.result.values[f"{self._found.layer}/{which}"]
            rows = values if values.ndim == 2 else values[None]
            columns += [(f"{which} {feature + 1}", rows[:, feature]) for feature in range(rows.shape[1])]
        return [("t", np.arange(1, len(rows) + 1)), *columns] if values.ndim == 2 else columns

    def restyle(self) -> None:
        self.colours.update()

    def _as_picture(self, values: np.ndarray) -> np.ndarray:
        """(rows, columns): features x time, a picture as it is, else one column."""
        assert self._found is not None
        data = self._found.data
        if values.ndim == 2 or data is None:
            return values.T if values.ndim == 2 else values[:, None]
        return picture(next(iter(data.inputs.values())), values, data.image_shape)

    def _again(self) -> None:
        if self._found is not None:
            self.heat.following = True
            self.show_found(self._found)

    def _hovered(self, at: object) -> None:
        shape = self._shown.shape
        cell = self.heat.cell(*self.heat.pointer, shape) if at is not None and self.heat.pointer else None
        if cell is None or self._found is None:
            self.said.emit("", None)
            return
        row, column = cell
        value = asked("value", number(self._shown[row, column]))
        here = {"row": row + 1, "column": column + 1, "value": value}
        if self._found.result.values[f"{self._found.layer}/first"].ndim == 2:
            text = tr("dL/dx of feature {row} at t = {column}: {value}", **here)
        elif shape[1] > 1:
            text = tr("dL/dx of the pixel in row {row}, column {column}: {value}", **here)
        else:
            text = tr("dL/dx of feature {row}: {value}", **here)
        self.said.emit(text, lambda: {"value": self._about(row, column)})

    def questions_at(self, chart: Chart, at: tuple[float, float]) -> list[Question]:
        cell = self.heat.cell(*self.heat.pointer, self._shown.shape) if self.heat.pointer else None
        return [] if cell is None or self._found is None else [self._about(*cell)]

    def _about(self, row: int, column: int) -> Question:
        found = self._found
        assert found is not None
        steps = found.result.values[f"{found.layer}/first"].ndim == 2
        place = (column, row) if steps else (row * self._shown.shape[1] + column,)
        first = self.which.currentData() == "first"
        return Question(
            found.measured.gradient(float(self._shown[row, column]), place, first), tr("Why this gradient?")
        )


def _beside(column: QVBoxLayout, heat: HeatMap, colours: ColourBar) -> None:
    """A heat-map with its colour bar, time from left to right in every language."""
    column.setContentsMargins(0, 0, 0, 0)
    holder = QWidget()
    holder.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    row.addWidget(heat, 1)
    row.addWidget(colours)
    column.addWidget(holder, 1)
