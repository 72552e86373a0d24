"""The series of a data set, whole and with the current window beside it; the plots examine the window that is chosen."""

from __future__ import annotations

import html
from functools import partial

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from core.data.dataset import PARTS, Dataset, WindowedSeries
from core.data.looking import answer_times, part_of, parts_in_time, runs, series_of
from core.describe import number
from core.why.data.windows import at_time, numbered, span, windows
from gui.document import Document
from gui.forms.fields import Drop
from gui.looking.parts import key_to, part_name
from gui.looking.series_chart import SeriesChart
from gui.plots.chart import Chart
from gui.plots.forecast import Times
from gui.plots.scales import Linear
from gui.runner import Runner
from gui.samples.shut import shut_words
from gui.samples.values import named
from gui.text import tr, tr_core
from gui.theme import theme
from gui.why.here import Question, open_menu
from gui.why.told import Told, asked
from gui.widgets import EmptyState, muted


class SeriesView(QWidget):
    """A chart of the whole series over one of the current window."""

    def __init__(self, document: Document, runner: Runner) -> None:
        super().__init__()
        self._document, self._runner = document, runner
        self.data: Dataset | None = None
        self.series: WindowedSeries | None = None
        self.sample = 0
        self.shut = False
        self._pointed: int | None = None
        """The time where a chart points, if there is a value."""
        self._unseen = np.zeros(0, bool)
        """(times,) what the test part asks about, while it is shut."""
        self.feature = Drop()
        self.feature.setAccessibleName(tr("Feature"))
        self.feature.activated.connect(lambda _: self._show_feature())
        self.parts = QLabel()
        self.parts.setTextFormat(Qt.TextFormat.RichText)
        self.chart = SeriesChart()
        self.line = self.chart.line("text", width=1)
        self.zoom = Chart("window_chart", tr("time"), tr("value"))
        self.seen = self.zoom.line("selection", width=2, dots=True)
        self.told = self.zoom.line("warning", width=2, dots=True)
        self.said = Told(document)
        self.said.setAccessibleName(tr("The current window"))
        self.hint = muted(
            tr(
                "Click or drag to choose a window, the arrow keys walk; wheel and drag zoom and pan, a double click shows all."
            )
        )
        self.empty = EmptyState("plot", "")
        self._lay_out()
        self.chart.pointed.connect(self._point)
        self.chart.walked.connect(self._walk)
        self.chart.moved.connect(self._draw)
        self.zoom.moved.connect(self._draw_window)
        for chart in (self.chart, self.zoom):
            chart.hovered.connect(partial(self._hover, chart))
            chart.asked.connect(partial(self._open_menu, chart))
        theme().changed.connect(self._restyle)
        runner.updated.connect(self._follow)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.feature, 1)
        head.addWidget(self.parts, 2)
        charts = QSplitter(Qt.Orientation.Vertical)
        charts.setChildrenCollapsible(False)
        charts.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        charts.addWidget(self.chart)
        charts.addWidget(self.zoom)
        charts.setStretchFactor(0, 3)
        charts.setStretchFactor(1, 2)
        shown = QWidget()
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(charts, 1)
        column.addWidget(self.said)
        column.addWidget(self.hint)
        self.stack = QStackedWidget()
        self.stack.addWidget(shown)
        self.stack.addWidget(self.empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.addWidget(self.stack)

    # -- what is shown -----------------------------------------------------------------------------------------------

    def show_data(self, data: Dataset | None, shut: bool) -> None:
        """Show the series of a data set, or say why there is none; what the test part asks about not while that is ``shut``."""
        same = data is self.data and shut == self.shut
        self.shut = shut
        self.data, self.series = data, series_of(data) if data is not None else None
        self.stack.setCurrentIndex(0 if self.series is not None else 1)
        if data is None:
            self.empty.label.setText(tr("There is no data: choose a data set in the data panel."))
        elif self.series is None:
            text = tr(
                "“{title}” is no series that is cut into windows. Its samples are in the data panel.",
                title=tr_core(data.title),
            )
            self.empty.label.setText(text)
        if data is None or self.series is None or same:
            return
        codes = parts_in_time(data, self.series)
        self.chart.bands.set(runs(codes), [int(time) for time in self.series.begins[1:]])
        self._unseen = (codes == PARTS.index("test")) & shut
        self.feature.clear()
        field = next(iter(data.inputs.values()))
        for n in range(self.series.values.shape[1]):
            self.feature.add(str(n), named(field, n))
        self.feature.show_key(str(max(0, self.series.target)))
        self.feature.setEnabled(self.feature.count() > 1)
        sample = self._runner.sample[0]
        self.sample = sample if sample < len(self.series.starts) else 0
        self._show_feature()

    def _show_feature(self) -> None:
        assert self.data is not None and self.series is not None
        field = next(iter(self.data.inputs.values()))
        title = (field.unit and tr_core(field.unit)) or self.feature.currentText()
        self.chart.set_titles(y=title)
        self.zoom.set_titles(y=title)
        self.chart.set_scales(x=Times(self.series.times), y=self._scale())  # type: ignore[arg-type]
        self.zoom.set_scales(x=Times(self.series.times), y=self._scale())  # type: ignore[arg-type]
        self._pointed = None
        self._show_parts()
        self.chart.follow()
        self.zoom.follow()
        self._say()

    def values(self) -> np.ndarray:
        """(times,) the chosen feature in its unit; NaN where it is not to be seen."""
        assert self.series is not None
        found: np.ndarray = self.series.values[:, int(self.feature.currentData() or 0)]
        return np.where(self._unseen, np.nan, found) if self._unseen.any() else found

    def _scale(self) -> Linear:
        largest = np.nanmax(np.abs(self.values())) if np.isfinite(self.values()).any() else 1.0
        return Linear.around(float(largest))

    def _show_parts(self) -> None:
        assert self.data is not None
        keys = [key_to(part) for part in PARTS if part in self.data.split]
        if self.shut:
            keys[-1] += " " + tr("(shut until it is opened under Evaluation)")
        self.parts.setText(" &nbsp; ".join(keys))

    def _draw(self) -> None:
        if self.series is None:
            return
        values = self.values()
        self.chart.show_places((-0.5, len(values) - 0.5), self._reach(values))
        ends = self.series.begins[1:]  # no line leads from one series to the next
        times = np.insert(np.arange(len(values), dtype=float), ends, ends - 0.5)
        self.line.set(times, np.insert(values, ends, np.nan))
        self._mark()

    def _reach(self, values: np.ndarray) -> tuple[float, float]:
        there = values[np.isfinite(values)]
        ends = np.array([there.min(), there.max()]) if len(there) else np.array([0.0, 1.0])
        low, high = self.chart.y_scale.place(ends)
        return float(low), float(high)

    def _span(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """First and last time that the window shows, and that it asks about."""
        assert self.series is not None
        start = int(self.series.starts[self.sample])
        return (start, start + self.series.window - 1), answer_times(self.series, self.sample)

    def _mark(self) -> None:
        self.chart.mark.set(*self._span())

    def _draw_window(self) -> None:
        if self.series is None:
            return
        shown, asked = self._span()
        values = self.values()
        times = np.arange(shown[0], asked[1] + 1, dtype=float)
        here = values[shown[0] : asked[1] + 1]
        self.zoom.show_places((shown[0] - 0.5, asked[1] + 0.5), self._reach(here))
        width = shown[1] - shown[0] + 1
        self.seen.set(times[:width], here[:width])
        self.told.set(times[asked[0] - shown[0] :], here[asked[0] - shown[0] :])

    def _restyle(self) -> None:
        for chart in (self.chart, self.zoom):
            chart.restyle()
        self.chart.bands.update()
        self.chart.mark.update()
        if self.series is not None:
            self._show_parts()

    # -- choosing a window -------------------------------------------------------------------------------------------

    def _point(self, time: float) -> None:
        """Choose the window whose middle is nearest to a time."""
        assert self.series is not None
        middle = self.series.starts + (self.series.window - 1) / 2
        self._choose(int(np.abs(middle - time).argmin()))

    def _walk(self, by: int) -> None:
        """So many windows on, of those that may be seen."""
        assert self.series is not None and self.data is not None
        seen = np.arange(len(self.series.starts))
        if self.shut:
            seen = np.setdiff1d(seen, self.data.split["test"])
        place = int(np.searchsorted(seen, self.sample)) + by
        self._choose(int(seen[min(max(0, place), len(seen) - 1)]))

    def _choose(self, sample: int) -> None:
        assert self.series is not None and self.data is not None
        sample = min(max(0, sample), len(self.series.starts) - 1)
        part = part_of(self.data, sample)
        if part == "test" and self.shut:
            self.said.tell(shut_words(), None)
            return
        self._show_sample(sample)
        if part is not None:
            self._runner.watch(self.sample, part)

    def _show_sample(self, sample: int) -> None:
        self.sample = sample
        self._mark()
        self.zoom.follow()
        self._say()

    def _follow(self) -> None:
        """Show the window that another view chose to examine."""
        if self.series is None or not self.isVisible():
            return
        sample = self._runner.sample[0]
        shown_elsewhere = self.data is not None and part_of(self.data, self.sample) is not None
        if sample != self.sample and sample < len(self.series.starts) and shown_elsewhere:
            self._show_sample(sample)

    def _say(self, extra: str = "") -> None:
        assert self.series is not None and self.data is not None
        times = self.series.times
        (first, last), (starts, end) = self._span()
        told = [asked("asks", _plain(times[starts]))]
        if starts != end:
            told.append(asked("until", _plain(times[end])))
        text = tr(
            "Window {n} of {of} · {part} · shows {first} … {last}, asks about {told}",
            n=asked("n", f"{self.sample + 1:,}"),
            of=asked("of", f"{len(self.series.starts):,}"),
            part=part_name(part_of(self.data, self.sample)),
            first=asked("first", _plain(times[first])),
            last=asked("last", _plain(times[last])),
            told=" … ".join(told),
        )
        self.said.tell(f"{text} · {extra}" if extra else text, self._about_window)

    # -- why ---------------------------------------------------------------------------------------------------------

    def _about_window(self) -> dict[str, Question]:
        assert self.series is not None
        texts = {
            "first": tr("Why does it begin here?"), "last": tr("Why does it end here?"), "asks": tr("Why does it ask about this?"),
            "until": tr("Why does it ask until here?"),
        }  # fmt: skip
        found = {key: Question(one, texts[key]) for key, one in span(self.series, self.sample).items()}
        found["n"] = Question(numbered(self.series, self.sample), tr("Why this number?"))
        found["of"] = Question(windows(self.series), tr("Why so many windows?"))
        if self._pointed is not None:
            found["here"] = self._about_time(self._pointed)
        return found

    def _about_time(self, time: int) -> Question:
        assert self.series is not None
        feature = int(self.feature.currentData() or 0)
        return Question(at_time(self.series, time, feature, self.feature.currentText()), tr("Why this value?"))

    def questions_here(self) -> list[Question]:
        """About the value where a chart points, then about the window."""
        if self.series is None:
            return []
        focus = QApplication.focusWidget()
        chart = next((one for one in (self.zoom, self.chart) if one is focus or one.underMouse()), None)
        return [] if chart is None else self._questions(chart)

    def _questions(self, chart: Chart) -> list[Question]:
        if self.series is None:
            return []
        time = None if chart.pointer is None else round(chart.pointed()[0])
        # Without a pointer, as the keyboard walks, what the window asks about is meant.
        time = self._span()[1][0] if time is None else time
        told = 0 <= time < len(self.series.values) and np.isfinite(self.values()[time])
        window = self._about_window()
        window.pop("here", None)
        return [*([self._about_time(time)] if told else []), *window.values()]

    def _open_menu(self, chart: Chart, at: QPoint) -> None:
        open_menu(chart, self._questions(chart), self._document, at, ())

    # -- pointing ----------------------------------------------------------------------------------------------------

    def _hover(self, chart: Chart, at: tuple[float, float] | None) -> None:
        if self.series is None:
            return
        time = -1 if at is None else round(at[0])
        inside = 0 <= time < len(self.series.values)
        chart.point_at(float(time) if inside else None)
        value = float(self.values()[time]) if inside else 0.0
        there = inside and bool(np.isfinite(value))
        self._pointed = time if there else None
        if not inside:
            self._say()
            return
        told = asked("here", number(value)) if there else tr("shut") if self._unseen[time] else tr("missing")
        self._say(tr("here {time}: {value}", time=_plain(self.series.times[time]), value=told))


def _plain(text: str) -> str:
    """The name of a time in rich text."""
    return html.escape(text)
