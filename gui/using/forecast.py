"""A forecast as far ahead as the slider says: the network reads its own predictions, beside two who know no network."""

from __future__ import annotations

import html
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSlider, QWidget

from core.data.dataset import Dataset, WindowedSeries
from core.data.looking import part_to_show
from core.describe import Words, number
from core.questions import Forecasts, Question, continuation, naive_forecasts
from core.why.answers.tried import furthest, mean_of_rows
from core.why.numbers import Aggregate
from gui.document import Document
from gui.text import tr, tr_core
from gui.theme import theme
from gui.using.asking_forecast import Foretold
from gui.using.forecast_chart import COLORS, ForecastChart
from gui.using.page import UsePage
from gui.why.here import Question as Why
from gui.why.told import asked
from gui.widgets import muted, told

MOST_AHEAD = 60
WORST = 12
"""Forecasts that the explanation of the error everywhere leads to."""


class ForecastPage(UsePage):
    """For a series whose predicted quantity is one of its inputs."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.ahead = QSlider(Qt.Orientation.Horizontal, objectName="try_ahead", accessibleName=tr("Steps ahead"))
        self.start = QSlider(Qt.Orientation.Horizontal, objectName="try_start", accessibleName=tr("Where it starts"))
        self.ahead_shown, self.start_shown = QLabel(), QLabel()
        self.chart = ForecastChart()
        self.said = told(document)
        self.said.setObjectName("try_said")
        self.errors = _Errors()
        self.note = muted()
        self.told: np.ndarray | None = None
        """(n, horizon) what the network foretold; of all windows, or of the shown one alone."""
        self.told_all = False
        self._fed = np.zeros((0, 0, 0))
        """(n, horizon, numbers) the same with all that was told beside it."""
        self._known: Forecasts | None = None
        for title, slider, shown in (
            (tr("Ahead"), self.ahead, self.ahead_shown),
            (tr("From"), self.start, self.start_shown),
        ):
            line = QHBoxLayout()
            name = QLabel(title)
            name.setMinimumWidth(44)
            shown.setMinimumWidth(shown.fontMetrics().horizontalAdvance("60 months"))
            line.addWidget(name)
            line.addWidget(slider, 1)
            line.addWidget(shown)
            self.column.addLayout(line)
        for widget in (self.chart, self.said, self.errors, self.note):
            self.column.addWidget(widget)
        self.ahead.valueChanged.connect(self._changed)
        self.start.valueChanged.connect(self._changed)

    @property
    def series(self) -> WindowedSeries:
        """What the windows were cut out of."""
        assert self.data is not None
        series = self.data.info["series"]
        assert isinstance(series, WindowedSeries)
        return series

    def show_data(self, data: Dataset) -> None:
        self.data = None
        samples = data.samples(part_to_show(data))
        for slider, low, high, value in (
            (self.ahead, 1, min(MOST_AHEAD, len(samples)), min(12, len(samples))),
            (self.start, 0, len(samples) - 1, 0),
        ):
            slider.setRange(low, high)
            slider.setValue(value)
        super().show_data(data)
        held = next(iter(data.inputs.values())).features > len(self.series.predicted or (0,))
        part = tr("validation part") if part_to_show(data) == "validation" else tr("training part")
        text = tr("Each prediction is read as the next step. Errors are mean absolute ones on the {part}.", part=part)
        if held:
            text += " " + tr("The other measurements stay as they were at the last step that is known.")
        self.note.setText(text)
        self._changed()

    def question(self, moving: bool) -> Question | None:
        if self.data is None or self._known is None:
            return None
        chosen = self._known.samples
        self.told_all = not moving
        if moving:
            chosen = chosen[[self.start.value()]]
        return continuation(self.data, chosen, self.ahead.value())

    def take(self, result: object) -> None:
        assert isinstance(result, np.ndarray)
        self.told, self._fed = result[..., 0], result
        self._show()

    def forget(self) -> None:
        self.told = None
        self._show()

    def asked_of(self) -> dict[QWidget, Callable[[QPointF | None], list[Why]]]:
        return {self.chart: self._about_time, self.errors: self._about_cell}

    def _about_time(self, at: QPointF | None) -> list[Why]:
        """About the value of a line; of what was seen also what hangs on it."""
        found = self.chart.asked(at)
        return [] if found is None else self._about_value(*found)

    def _about_value(self, time: int, line: str) -> list[Why]:
        seen, row = len(self.chart.seen), self.start.value()
        shown = self.chart.lines.get("forecast", np.full(self.ahead.value(), np.nan))
        if line == "seen":
            name = self.series.times[self._origin(row) - seen + time]
            return self._foretold(row, shown).seen(time, name, float(self.chart.seen[time]))
        if line == "truth":
            return self._foretold(row, shown).truths(time - seen)
        return self._foretold(row, self.chart.lines[line], line).answer(time - seen)

    def _about_said(self) -> dict[str, Why]:
        """About the last step ahead: what the network says, and what came."""
        last = len(self.chart.seen) + self.ahead.value() - 1
        found = {key: self._about_value(last, line) for key, line in (("said", "forecast"), ("truth", "truth"))}
        return {key: questions[0] for key, questions in found.items() if questions}

    def _about_cell(self, at: QPointF | None) -> list[Why]:
        found = self.errors.asked(at)
        return [] if found is None else self._about_error(*found)

    def _about_error(self, name: str, where: str) -> list[Why]:
        """The mean error of this forecast, or of all of them with the worst one first."""
        known, text = self._known, tr("Why this error?")
        rows = {} if known is None else {"forecast": self.told, "last": known.last, "season": known.season}
        told, here = rows.get(name), self.chart.lines.get(name)
        if known is None or here is None:
            return []
        if where == "here":
            made = self._foretold(self.start.value(), here, name).error(Words("Mean error of this forecast"))
            return [Why(made, text)] if made.terms else []
        if told is None or len(told) != len(known.samples):
            return []
        misses = np.where(np.isfinite(known.truth), told - known.truth, np.nan)
        about = {row: self._error_of(row, told[row], name) for row in furthest(misses, WORST)}
        return [Why(mean_of_rows(Words("Mean error of all forecasts"), misses, about), text)]

    def _error_of(self, row: int, told: np.ndarray, who: str) -> Aggregate:
        title = Words("Mean error of the forecast from {time}", {"time": self.series.times[self._origin(row)]})
        return self._foretold(row, told, who).error(title)

    def _origin(self, row: int) -> int:
        assert self._known is not None
        return int(self._known.origins[row])

    def _foretold(self, row: int, told: np.ndarray, who: str = "forecast") -> Foretold:
        assert self.data is not None and self._known is not None
        asked = continuation(self.data, self._known.samples[[row]], self.ahead.value())
        times, first = self.series.times, self._origin(row)
        names = [
            times[n] if n < len(times) else tr("{n} steps on", n=n - first + 1) for n in range(first, first + len(told))
        ]
        fed = self._fed[row if len(self._fed) > 1 else 0] if len(self._fed) else told[:, None]
        return Foretold(
            self.network, self.data, self.activation, asked, told, fed, self._known.truth[row], tuple(names),
            self.series, first, who,
        )  # fmt: skip

    def _changed(self) -> None:
        if self.data is None:
            return
        self.told = None
        self._known = naive_forecasts(self.data, part_to_show(self.data), self.ahead.value())
        self._show()
        self.edited.emit()

    def _show(self) -> None:
        if self.data is None or self._known is None:
            return
        row, ahead, series, known = self.start.value(), self.ahead.value(), self.series, self._known
        first = int(known.origins[row])
        self.ahead_shown.setText(tr("{n} steps", n=ahead))
        self.start_shown.setText(series.times[first])
        self.chart.seen = series.values[first - series.window : first, series.target].astype(float)
        end = min(first + ahead, len(series.times)) - 1
        self.chart.labels = (series.times[first - series.window], series.times[first], series.times[end])
        lines = {"truth": known.truth[row], "last": known.last[row]}
        if known.season is not None:
            lines["season"] = known.season[row]
        mine = None if self.told is None else self.told if len(self.told) == len(known.samples) else None
        shown = None if self.told is None else self.told[row] if mine is not None else self.told[0]
        if shown is not None:
            lines["forecast"] = shown
        self.chart.lines = lines
        self.chart.update()
        self._say(shown, row, first)
        everyone = {"forecast": mine, "last": known.last, "season": known.season}
        unit = tr_core(self.data.target.unit)
        self.errors.show_errors(lines, everyone, known.truth, unit, self.data.period)

    def _say(self, shown: np.ndarray | None, row: int, first: int) -> None:
        assert self._known is not None and self.data is not None
        if shown is None:
            self.said.tell("", None)
            return
        ahead, series = self.ahead.value(), self.series
        time = series.times[first + ahead - 1] if first + ahead <= len(series.times) else tr("{n} steps on", n=ahead)
        truth = self._known.truth[row, ahead - 1]
        said = asked("said", number(float(shown[-1])))
        text = tr("{time}: the network says {said}", time=html.escape(time), said=said)
        if np.isfinite(truth):
            text += tr(", what came is {truth}", truth=asked("truth", number(float(truth))))
        self.said.tell(f"{text} {html.escape(tr_core(self.data.target.unit))}".strip(), self._about_said)


class _Errors(QWidget):
    """Mean absolute errors: of this stretch, and of all stretches of the part."""

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        self.cells: dict[tuple[str, str], QLabel] = {}
        self.names = {name: QLabel() for name in COLORS}
        self.unit = QLabel(objectName="error unit")
        for column, head in enumerate((self.unit, QLabel(tr("here")), QLabel(tr("everywhere")))):
            head.setForegroundRole(self.palette().ColorRole.PlaceholderText)
            head.setAlignment(Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(head, 0, column)
        for row, (name, label) in enumerate(self.names.items(), start=1):
            grid.addWidget(label, row, 0)
            for column, where in ((1, "here"), (2, "everywhere")):
                cell = QLabel()
                cell.setObjectName(f"error {name} {where}")
                cell.setAlignment(Qt.AlignmentFlag.AlignRight)
                grid.addWidget(cell, row, column)
                self.cells[name, where] = cell
        grid.setColumnStretch(0, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.chosen = ("forecast", "here")
        """The error that the arrow keys have come to."""
        theme().changed.connect(self._name)
        self._period = ""
        self._name()

    def asked(self, at: QPointF | None) -> tuple[str, str] | None:
        """(whose, where) of the error at a place, or of the one that the keyboard has come to."""
        if at is None:
            return self.chosen if self.cells[self.chosen].isVisible() else None
        shown = ((key, cell) for key, cell in self.cells.items() if cell.isVisible())
        return next((key for key, cell in shown if cell.geometry().contains(at.toPoint())), None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        names = [name for name in self.names if self.cells[name, "here"].isVisible()]
        name, where = self.chosen
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        side = {Qt.Key.Key_Left: "here", Qt.Key.Key_Right: "everywhere"}.get(Qt.Key(event.key()))
        if name not in names or (step is None and side is None):
            super().keyPressEvent(event)
            return
        place = max(0, min(names.index(name) + (step or 0), len(names) - 1))
        self.chosen = names[place], side or where
        self.update()

    def paintEvent(self, event: object) -> None:
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(theme().color("selection"))
            painter.drawRect(self.cells[self.chosen].geometry().adjusted(-2, -1, 1, 0))
            painter.end()

    def show_errors(
        self,
        here: dict[str, np.ndarray],
        everywhere: dict[str, np.ndarray | None],
        truth: np.ndarray,
        unit: str,
        period: int | None,
    ) -> None:
        """``here`` also holds "truth"."""
        self._period = str(period or "")
        self.unit.setText(tr("error in {unit}", unit=unit) if unit else tr("error"))
        self._name()
        for name in COLORS:
            one, all_of_them = here.get(name), everywhere[name]
            self.cells[name, "here"].setText(_error(one, here["truth"]))
            self.cells[name, "everywhere"].setText(_error(all_of_them, truth))
            for widget in (self.names[name], self.cells[name, "here"], self.cells[name, "everywhere"]):
                widget.setVisible(name != "season" or all_of_them is not None)

    def _name(self) -> None:
        titles = {
            "forecast": tr("the network"),
            "last": tr("the last value goes on"),
            "season": tr("as {n} steps before", n=self._period),
        }
        for name, label in self.names.items():
            label.setText(f'<span style="color:{theme().color(COLORS[name]).name()}">━</span> {titles[name]}')


def mean_error(said: np.ndarray, truth: np.ndarray) -> float:
    """Mean absolute error over what came and was foretold; NaN where nothing was."""
    both = np.isfinite(truth) & ~np.isnan(said)
    return float(np.abs(said - truth)[both].mean()) if both.any() else float("nan")


def _error(said: np.ndarray | None, truth: np.ndarray) -> str:
    if said is None:
        return "…"
    error = mean_error(said, truth)
    return "–" if np.isnan(error) else number(error)
