"""The gradient through time of each layer with a state: training step x time step, and the profile of one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from core.columns import Columns
from core.describe import number
from core.runs import ends
from gui.plots.base import LivePlot
from gui.plots.batches import nearest
from gui.plots.chart import Chart
from gui.plots.export import Table
from gui.plots.gradient_controls import PARTS, ColourRange, color_checks, part_checks, part_lines
from gui.plots.gradient_why import Profile, Rowed
from gui.plots.heat import ColourBar, HeatMap, log_shade
from gui.plots.layer_choice import LayerChoice
from gui.plots.scales import Linear, Log, Rows
from gui.plots.splitter import TurningSplitter
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question
from gui.why.told import asked

if TYPE_CHECKING:
    from gui.document import Document
    from gui.runner import Runner

_VERDICT_COLORS = {"vanishing": "warning", "exploding": "refused", "not finite": "refused", "zero": "warning"}


class GradientPlot(LivePlot):
    """|dL/dh_t|, the L2 norm over units averaged over the batch. Rows are training steps, columns time steps from 1."""

    name = "gradient_plot"
    bare_when_empty = True

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(document, runner, tr("Gradient through time"), parent)
        self.pinned: int | None = None
        """The training step (batch) whose profile is shown; None follows the latest."""
        self._shown: Rowed | None = None
        self._add_controls()
        self.heat = HeatMap("gradient_heat", (tr("time step t"), "t"), tr("batch"))
        self.colours = ColourBar("gradient_colours", tr("Size of the gradient |dL/dh|"))
        self.curve = Chart("gradient_profile", (tr("time step t"), "t"), tr("|dL/dh|"))
        self.lines = part_lines(self.curve)
        self.row_line = self.heat.line("refused", width=1)
        left = QWidget()
        row = QHBoxLayout(left)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        # The colour bar stays right of its picture in every language.
        left.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        row.addWidget(self.heat, 1)
        row.addWidget(self.colours)
        split = TurningSplitter(left, self.curve, parent=self.picture)
        split.setSizes([360, 240])
        self.body.addWidget(split)
        self.heat.hovered.connect(self._over_heat)
        self.curve.hovered.connect(self._over_curve)
        self.heat.clicked.connect(self._pin)
        for chart in (self.heat, self.curve):
            chart.moved.connect(self.mark)

    # What LivePlot asks.

    def empty_text(self) -> str:
        run = self.runner.run
        if run is not None and run.gradients:
            return ""
        if run is not None and len(run.steps):
            return tr(
                "No gradient through time: no layer of this network has a state. Draw a recurrent link or add an RNN."
            )
        return tr("Press Play: the gradient of the loss at every time step appears here.")

    def questions_at(self, chart: Chart, at: tuple[float, float]) -> list[Question]:
        table = self.rows()
        if chart is self.heat:
            profile, step = self._pointed() or (None, 0)
            return [profile.question(step)] if profile is not None and step < len(profile.values) else []
        index = self.shown_row()
        row = self.at_row(table, index)
        step = int(np.clip(round(at[0]), 1, len(row["total"]))) - 1
        shown = [key for key in PARTS if step < len(row.get(key, ())) and self.checks[key].isChecked()]
        # The line that is nearest to the pointer comes first.
        with np.errstate(divide="ignore", invalid="ignore"):
            away = {key: abs(np.log(row[key][step]) - np.log(max(at[1], 1e-300))) for key in shown}
        shown.sort(key=lambda key: away[key] if np.isfinite(away[key]) else np.inf)
        return [self._profile(key, index, row[key]).question(step) for key in shown]

    def _profile(self, part: str, index: int, values: np.ndarray) -> Profile:
        """What is shown of a part in a row of the table."""
        layer, batch = self.chosen_layer(), int(self.rows()["batch"][index])
        if part == "cell":
            batch = self._cell_batch(self.rows(), index) or batch
        return Profile(self.document, self.runner.run, layer, self.layer_name(layer), part, batch, np.array(values))

    def _pointed(self) -> tuple[Profile, int] | None:
        """The row of the heat-map that is pointed at, and the step, from 0."""
        shown, pointer = self._shown, self.heat.pointer
        cell = self.heat.cell(*pointer, shown.values.shape) if shown is not None and pointer is not None else None
        return (shown.profile(cell[0]), cell[1]) if shown is not None and cell is not None else None

    def start_afresh(self) -> None:
        self.pinned = None

    def redraw(self) -> None:
        self.layer.show_layers([(self.layer_name(key), key) for key in self.runner.run.gradients])
        self._offer_cell(self.chosen_layer() in self.runner.run.cells)
        table, layer = self.rows(), self.chosen_layer()
        part = self.part.currentData() or "total"
        values, width, last = table[part], table[part].shape[1], ends(table)
        name, batches = self.layer_name(layer), table["batch"]
        self._shown = Rowed(self.document, self.runner.run, layer, name, part, batches, values, last)
        self.heat.set_scales(y=Rows(batches))
        if last.min() < width:
            values = np.where(np.arange(width) < last[:, None], values, 0.0)
        small = self.heat.reduced(values)
        shade = log_shade(small, self.range.powers)
        self.heat.show_reduced(small, shade, values.shape)
        self.heat.show_ends(last, width)
        self.colours.show_shade(shade)
        self._draw_profile(table)
        for chart in (self.heat, self.curve):
            chart.repeat_hover()

    def table(self) -> Table:
        table = self.rows()
        columns: list[tuple[str, object]] = [("batch", table["batch"])]
        for part in PARTS:
            if part in table:
                columns += [(f"{part} t={t + 1}", _column(table, part, t)) for t in range(table[part].shape[1])]
        return columns

    def restyle(self) -> None:
        self.colours.update()
        color_checks(self.checks)

    # Reading the run.

    def rows(self) -> Columns:
        """The table of the chosen layer; dL/dc has rows of its own, as it is measured less often."""
        run, chosen = self.runner.run, self.chosen_layer()
        return run.cells[chosen] if self.part.currentData() == "cell" and chosen in run.cells else run.gradients[chosen]

    def chosen_layer(self) -> str:
        """Id of the layer that is shown."""
        gradients, chosen = self.runner.run.gradients, self.layer.currentData()
        return chosen if chosen in gradients else next(iter(gradients))

    def at_row(self, table: Columns, index: int) -> dict[str, np.ndarray]:
        """The profiles of one row; for dL/dc those of the row nearest to it where it was measured.

        A batch that was cut to its longest sample has less steps than others.
        """
        found = {key: table[key][index][: ends(table)[index]] for key in PARTS if key in table}
        cells = self.runner.run.cells.get(self.chosen_layer())
        if cells is not None and "cell" not in found:
            near = nearest(cells["batch"], table["batch"][index])
            found["cell"] = cells["cell"][near][: ends(cells)[near]]
        return found

    def _cell_batch(self, table: Columns, index: int) -> int | None:
        """The training step whose dL/dc is shown, where it is another than that of the row."""
        cells = self.runner.run.cells.get(self.chosen_layer())
        if cells is None or "cell" in table:
            return None
        measured = int(cells["batch"][nearest(cells["batch"], table["batch"][index])])
        return None if measured == int(table["batch"][index]) else measured

    def shown_row(self) -> int:
        """The row of the table whose profile is shown."""
        rows = self.rows()["batch"]
        return len(rows) - 1 if self.pinned is None else nearest(rows, self.pinned)

    # How it is done.

    def _add_controls(self) -> None:
        self.layer = LayerChoice()
        self.layer.setObjectName("gradient_layer")
        self.layer.currentIndexChanged.connect(self._follow)
        self.part = QComboBox()
        self.part.setAccessibleName(tr("Part of the gradient in the heat-map"))
        for key, text in (("total", tr("Total")), ("direct", tr("Direct")), ("through", tr("Through time"))):
            self.part.addItem(text, key)
        self.part.currentIndexChanged.connect(self.mark)
        self.checks = part_checks(self.mark)
        self.range = ColourRange(self)
        self.range.changed.connect(self.mark)
        self.live = QPushButton(tr("Show the latest"))
        self.live.clicked.connect(self._unpin)
        self.live.hide()
        for widget in (self.layer, self.part, *self.range.widgets, *self.checks.values(), self.live):
            self.bar.addWidget(widget)
        color_checks(self.checks)
        self.add_command("earlier", tr("Gradient of the training step before"), "chevron-left", lambda: self._move(-1))
        self.add_command("later", tr("Gradient of the training step after"), "chevron-right", lambda: self._move(1))
        self.add_command("latest", tr("Gradient of the latest training step"), "chevron-up", self._unpin)
        self.add_corner_menu()

    def _offer_cell(self, there: bool) -> None:
        self.checks["cell"].setVisible(there)
        at = self.part.findData("cell")
        if there and at < 0:
            self.part.addItem(tr("Cell dL/dc"), "cell")
        elif not there and at >= 0:
            self.part.removeItem(at)

    def _draw_profile(self, table: Columns) -> None:
        index = self.shown_row()
        width = table["total"].shape[1]
        shown = {key: values for key, values in self.at_row(table, index).items() if self.checks[key].isChecked()}
        values = np.concatenate(list(shown.values())) if shown else np.zeros(0)
        scale = Log.around(values)
        self.curve.set_scales(x=Linear(whole=True), y=scale)
        places = scale.place(values)
        places = places[np.isfinite(places)]
        span = (float(places.min()), float(places.max())) if len(places) else (-3.0, 0.0)
        if span[1] - span[0] < 0.2:
            span = (span[0] - 0.5, span[1] + 0.5)
        self.curve.show_places((0.5, width + 0.5), span)
        for key, line in self.lines.items():
            line.set_visible(key in shown)
            if key in shown:
                line.set(np.arange(1, len(shown[key]) + 1), shown[key])
        self._mark_row(float(table["batch"][index]), width)
        self._say_verdict()

    def _mark_row(self, batch: float, steps: int) -> None:
        self.live.setVisible(self.pinned is not None)
        if self.pinned is None:
            self.row_line.clear()
        else:
            self.row_line.set(np.array([0.5, steps + 0.5]), np.array([batch, batch]))

    def _say_verdict(self) -> None:
        table, index = self.rows(), self.shown_row()
        total = self._profile("total", index, self.at_row(table, index)["total"])
        color = theme().color(_VERDICT_COLORS.get(total.verdict.verdict, "allowed")).name()
        said = f'<span style="color:{color}">●</span> <b>{total.verdict_words()}</b>'
        self.say(f"{_batch(total.batch)} · {said}", total.on_verdict)

    def _over_heat(self, at: tuple[float, float] | None) -> None:
        pointed = self._pointed() if at is not None and not self.empty_text() else None
        if pointed is None:
            self._leave()
            return
        shown, step = pointed
        self._cross(step)
        batch, steps = _batch(shown.batch), len(shown.values)
        if step < steps:
            self.say(f"{batch} · {shown.words(step)}", lambda: shown.on_words(step))
        else:
            self.say(tr("{batch} · t = {step}: the longest sample of this batch has {steps} steps",
                        batch=batch, step=step + 1, steps=asked("steps", str(steps))),
                     lambda: shown.on_words(0))  # fmt: skip

    def _over_curve(self, at: tuple[float, float] | None) -> None:
        if at is None or self.empty_text():
            self._leave()
            return
        table, index = self.rows(), self.shown_row()
        row = self.at_row(table, index)
        total = row["total"]
        step = int(np.clip(round(at[0]), 1, len(total))) - 1
        self._cross(step)
        names = {"direct": tr("direct"), "through": tr("through time"), "cell": tr("cell")}
        there = {key: self._profile(key, index, row[key]) for key in names if step < len(row.get(key, ()))}
        whole = self._profile("total", index, total)
        parts = [whole.words(step)]
        parts += [f"{names[key]} {asked(key, number(one.values[step], 2))}" for key, one in there.items()]
        if "cell" in there and self._cell_batch(table, index) is not None:
            parts[-1] += " " + tr("(of batch {batch})", batch=asked("cell batch", f"{there['cell'].batch:,}"))

        def questions() -> dict[str, Question]:
            found = {**whole.on_words(step), **{key: one.question(step) for key, one in there.items()}}
            measured = there.get("cell")
            return found if measured is None else {**found, "cell batch": measured.on_words(step)["batch"]}

        self.say(" · ".join(parts), questions)

    def _cross(self, step: int) -> None:
        for chart in (self.heat, self.curve):
            chart.point_at(step + 1.0)

    def _leave(self) -> None:
        for chart in (self.heat, self.curve):
            chart.point_at(None)
        if not self.empty_text():
            self._say_verdict()

    def _pin(self, x: float, y: float) -> None:
        del x  # The click picks a row; y is the batch that the row stands for.
        self.pinned = None if self.pinned == int(y) else int(y)
        self.mark()

    def _move(self, rows: int) -> None:
        """Show the training step that is recorded ``rows`` rows further."""
        if not self.empty_text():
            batches = self.rows()["batch"]
            self.pinned = int(batches[min(len(batches) - 1, max(0, self.shown_row() + rows))])
            self.mark()

    def _unpin(self) -> None:
        self.pinned = None
        self.mark()

    def _follow(self) -> None:
        self.heat.following = self.curve.following = True
        self.mark()


def _batch(batch: int) -> str:
    """Rich text: its number, which can be asked about."""
    return tr("batch {batch}", batch=asked("batch", f"{batch:,}"))


def _column(table: Columns, part: str, step: int) -> list[object]:
    """A time step of all rows, for a file; empty where the batch had less steps."""
    return [value if step < end else "" for value, end in zip(table[part][:, step], ends(table), strict=True)]
