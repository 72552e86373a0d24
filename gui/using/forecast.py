"""A forecast as far ahead as the slider says: the network reads its own predictions, beside two who know no network."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

from core.data.dataset import Dataset, WindowedSeries
from core.describe import Words, number
from core.questions import Forecasts, Question, continuation, naive_forecasts
from core.why.numbers import Aggregate
from core.why.tried import furthest, mean_of_rows
from gui.text import tr, tr_core
from gui.theme import theme
from gui.using.asking_forecast import Foretold
from gui.using.page import UsePage, part_of
from gui.why.here import Question as Why
from gui.widgets import muted, words

MOST_AHEAD = 60
WORST = 12
"""Forecasts that the explanation of the error everywhere leads to."""
COLORS = {"forecast": "series1", "last": "series5", "season": "series4"}


class ForecastChart(QWidget):
    """The window that was seen, what came after it, and what was foretold."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(190)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.seen = np.zeros(0)
        self.labels = ("", "", "")
        """Times of the first step that was seen, the first one foretold and the last one."""
        self.lines: dict[str, np.ndarray] = {}
        """By "truth", "forecast", "last", "season": (ahead,)."""
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(280, 190)

    @property
    def ahead(self) -> int:
        """Steps that are foretold."""
        return max((len(line) for line in self.lines.values()), default=0)

    def box(self) -> QRectF:
        """Where the lines are drawn; there must be some."""
        low, high = self._range()
        left = self.fontMetrics().horizontalAdvance(max(number(low), number(high), key=len)) + 8
        return QRectF(left, 4, self.width() - left - 6, self.height() - 26)

    def asked(self, at: QPointF) -> int | None:
        """The time at a place: 0 is the first step that was seen."""
        if not len(self.seen) or not self.ahead:
            return None
        box, total = self.box(), len(self.seen) + self.ahead
        return min(total - 1, int((at.x() - box.left()) / box.width() * total)) if box.contains(at) else None

    def paintEvent(self, event: QPaintEvent) -> None:
        ahead = self.ahead
        if not len(self.seen) or not ahead:
            return
        painter = QPainter(self)
        text = painter.fontMetrics()
        low, high = self._range()
        box = self.box()
        painter.fillRect(box, theme().color("plot_background"))
        total = len(self.seen) + ahead

        def spot(time: float, value: float) -> QPointF:
            return QPointF(
                box.left() + (time + 0.5) / total * box.width(),
                box.bottom() - 4 - (value - low) / (high - low) * (box.height() - 8),
            )

        now = box.left() + len(self.seen) / total * box.width()
        veil = theme().color("plot_grid")
        veil.setAlphaF(0.4)
        painter.fillRect(QRectF(now, box.top(), box.right() - now, box.height()), veil)
        painter.setPen(theme().color("muted"))
        painter.drawText(QPointF(0, box.top() + text.ascent()), number(high))
        painter.drawText(QPointF(0, box.bottom()), number(low))
        for time, label, way in (
            (box.left(), self.labels[0], Qt.AlignmentFlag.AlignLeft),
            (box.right(), self.labels[2], Qt.AlignmentFlag.AlignRight),
            (now, self.labels[1], Qt.AlignmentFlag.AlignHCenter),
        ):
            place = {
                Qt.AlignmentFlag.AlignLeft: QRectF(time, box.bottom() + 4, 90, 18),
                Qt.AlignmentFlag.AlignRight: QRectF(time - 90, box.bottom() + 4, 90, 18),
                Qt.AlignmentFlag.AlignHCenter: QRectF(time - 45, box.bottom() + 4, 90, 18),
            }[way]
            if way != Qt.AlignmentFlag.AlignHCenter or box.left() + 80 < time < box.right() - 120:
                painter.drawText(place, way, label)
        painter.setClipRect(box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first = len(self.seen)
        self._line(painter, [spot(t, v) for t, v in enumerate(self.seen)], theme().color("muted"), 1.5)
        for name in ("truth", "last", "season", "forecast"):
            if name in self.lines:
                values = np.concatenate([self.seen[-1:], self.lines[name]])
                spots = [spot(first - 1 + t, v) for t, v in enumerate(values) if np.isfinite(v) and abs(v) < 1e12]
                color = theme().color("muted" if name == "truth" else COLORS[name])
                self._line(painter, spots, color, 2.2 if name == "forecast" else 1.5)
        painter.end()

    def _line(self, painter: QPainter, spots: list[QPointF], color: QColor, wide: float) -> None:
        painter.setPen(QPen(color, wide))
        painter.drawPolyline(QPolygonF(spots))

    def _range(self) -> tuple[float, float]:
        """What was seen and what came set the frame, with some air for what was foretold."""
        known = np.concatenate([self.seen, *(self.lines[n] for n in ("truth", "last", "season") if n in self.lines)])
        known = known[np.isfinite(known)]
        low, high = float(known.min()), float(known.max())
        air = (high - low) or 1.0
        said = self.lines.get("forecast", np.zeros(0))
        near = said[np.isfinite(said) & (said > low - air / 2) & (said < high + air / 2)]
        return min([low, *near]) - air * 0.04, max([high, *near]) + air * 0.04


class ForecastPage(UsePage):
    """For a series whose predicted quantity is one of its inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = QSlider(Qt.Orientation.Horizontal, objectName="try_ahead", accessibleName=tr("Steps ahead"))
        self.start = QSlider(Qt.Orientation.Horizontal, objectName="try_start", accessibleName=tr("Where it starts"))
        self.ahead_shown, self.start_shown = QLabel(), QLabel()
        self.chart = ForecastChart()
        self.said = words()
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
        samples = data.samples(part_of(data))
        for slider, low, high, value in (
            (self.ahead, 1, min(MOST_AHEAD, len(samples)), min(12, len(samples))),
            (self.start, 0, len(samples) - 1, 0),
        ):
            slider.setRange(low, high)
            slider.setValue(value)
        super().show_data(data)
        held = next(iter(data.inputs.values())).features > len(self.series.predicted or (0,))
        part = tr("validation part") if part_of(data) == "validation" else tr("training part")
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
        cells = {cell: partial(self._about_error, *key) for key, cell in self.errors.cells.items()}
        return {self.chart: self._about_time, self.said: lambda _: self._about_time(None), **cells}

    def _about_time(self, at: QPointF | None) -> list[Why]:
        shown, time = self.chart.lines.get("forecast"), None if at is None else self.chart.asked(at)
        if shown is None or (at is not None and time is None):
            return []
        one, seen = self._foretold(self.start.value(), shown), len(self.chart.seen)
        if time is None or time >= seen:
            return one.answer(len(shown) - 1 if time is None else time - seen)
        first = self.series.times[self._origin(self.start.value()) - seen + time]
        return one.seen(time, first, float(self.chart.seen[time]))

    def _about_error(self, name: str, where: str, at: QPointF | None) -> list[Why]:
        """The mean error of this forecast, or of all of them with the worst one first."""
        known, text = self._known, tr("Why this error?")
        rows = {} if known is None else {"forecast": self.told, "last": known.last, "season": known.season}
        told, here = rows.get(name), self.chart.lines.get(name)
        if known is None or here is None:
            return []
        if where == "here":
            made = self._foretold(self.start.value(), here).error(
                Words("Mean error of this forecast"), name == "forecast"
            )
            return [Why(made, text)] if made.terms else []
        if told is None or len(told) != len(known.samples):
            return []
        misses = np.where(np.isfinite(known.truth), told - known.truth, np.nan)
        about = {row: self._error_of(row, told[row], name == "forecast") for row in furthest(misses, WORST)}
        return [Why(mean_of_rows(Words("Mean error of all forecasts"), misses, about), text)]

    def _error_of(self, row: int, told: np.ndarray, own: bool) -> Aggregate:
        title = Words("Mean error of the forecast from {time}", {"time": self.series.times[self._origin(row)]})
        return self._foretold(row, told).error(title, own)

    def _origin(self, row: int) -> int:
        assert self._known is not None
        return int(self._known.origins[row])

    def _foretold(self, row: int, told: np.ndarray) -> Foretold:
        assert self.data is not None and self._known is not None
        asked = continuation(self.data, self._known.samples[[row]], self.ahead.value())
        times, first = self.series.times, self._origin(row)
        names = [
            times[n] if n < len(times) else tr("{n} steps on", n=n - first + 1) for n in range(first, first + len(told))
        ]
        fed = self._fed[row if len(self._fed) > 1 else 0] if len(self._fed) else told[:, None]
        return Foretold(
            self.network, self.data, self.activation, asked, told, fed, self._known.truth[row], tuple(names)
        )

    def _changed(self) -> None:
        if self.data is None:
            return
        self.told = None
        self._known = naive_forecasts(self.data, part_of(self.data), self.ahead.value())
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
            self.said.clear()
            return
        ahead, series = self.ahead.value(), self.series
        time = series.times[first + ahead - 1] if first + ahead <= len(series.times) else tr("{n} steps on", n=ahead)
        truth = self._known.truth[row, ahead - 1]
        text = tr("{time}: the network says {said}", time=time, said=number(float(shown[-1])))
        if np.isfinite(truth):
            text += tr(", what came is {truth}", truth=number(float(truth)))
        self.said.setText(f"{text} {tr_core(self.data.target.unit)}".strip())


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
        theme().changed.connect(self._name)
        self._period = ""
        self._name()

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
