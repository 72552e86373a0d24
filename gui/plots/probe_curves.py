"""Pages of the probe view that draw lines: factors of each step, the memory horizon, gates, truncation."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from core.decimate import drawable
from core.describe import number
from core.probing import horizon_words
from core.why.numbers import Aggregate
from core.why.training.probe_words import numbers_said
from core.why.training.probed import Probed
from gui.document import Document
from gui.plots.chart import Chart
from gui.plots.export import Table
from gui.plots.probe_pages import Found, ProbePage
from gui.plots.scales import Linear, Log
from gui.plots.speech import Speech
from gui.plots.splitter import TurningSplitter
from gui.plots.words import marked
from gui.text import tr
from gui.theme import theme
from gui.why.here import Question
from gui.why.told import Told, asked

_MOST = 6
"""Lines in one chart."""
_DASH = (6, 4)
_READABLE = 240
"""Pixels that a chart needs to be read."""
_LARGE = 1.7
"""Letters of the memory horizon, in those of other text."""


@dataclass(frozen=True, eq=False)
class Curve:
    """One line."""

    name: str
    x: np.ndarray
    y: np.ndarray
    about: Callable[[int], Aggregate]
    """Explains the number at a place of ``y``."""
    panel: int = 0
    dashed: bool = False
    """True for what is predicted or summed up, not measured."""


class Panel:
    """A chart of a page: what its axes are, and how it is drawn."""

    def __init__(self, name: str, x: str, y: str, log: bool = False, span: tuple[float, float] | None = None) -> None:
        self.chart = Chart(name, x, y)
        self._log, self._span = log, span
        self._solid = [self.chart.line(f"series{i + 1}", dots=True, marks=True) for i in range(_MOST)]
        self._dashed = [self.chart.line(f"series{i + 1}", dashes=_DASH) for i in range(_MOST)]

    def draw(self, curves: list[tuple[int, Curve]]) -> None:
        """Draw these lines, each in the colour of its number."""
        for line in (*self._solid, *self._dashed):
            line.clear()
        if not curves:
            return
        values = np.concatenate([curve.y for _, curve in curves]).astype(float)
        good = values[drawable(values)]
        largest = float(np.abs(good).max()) if len(good) else 1.0
        scale = Log.around(values) if self._log else Linear.around(largest)
        self.chart.set_scales(y=scale)
        places = scale.place(good)
        places = places[np.isfinite(places)]
        x = np.concatenate([curve.x for _, curve in curves])
        reach = self._span or ((float(places.min()), float(places.max())) if len(places) else (0.0, 1.0))
        self.chart.show_places((float(x.min()), float(x.max())), reach)
        for number_, curve in curves:
            (self._dashed if curve.dashed else self._solid)[number_].set(curve.x, curve.y)


class CurvePage(ProbePage):
    """Lines in one or two charts, with a legend that tells their values where the user points."""

    def __init__(self, document: Document, panels: list[Panel], x_name: str) -> None:
        super().__init__()
        self.panels, self._x_name = panels, x_name
        self.legend = Speech(document, "probe_legend")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.column.addWidget(self.legend)
        charts = [panel.chart for panel in panels]
        self.column.addWidget(charts[0] if len(charts) == 1 else TurningSplitter(*charts), 1)
        self.shown: list[Curve] = []
        for panel in panels:
            panel.chart.hovered.connect(self._hovered)

    def curves(self, found: Found) -> list[Curve]:
        """What to draw."""
        raise NotImplementedError

    def show_found(self, found: Found) -> None:
        self.shown = self.curves(found)
        self._redraw()
        self._say(None)
        for panel in self.panels:
            panel.chart.repeat_hover()

    def table(self) -> Table:
        columns: list[tuple[str, object]] = []
        seen: set[bytes] = set()
        for curve in self.shown:
            if curve.x.tobytes() not in seen:
                seen.add(curve.x.tobytes())
                columns.append((self._x_name, curve.x))
            columns.append((curve.name, curve.y))
        return columns

    def restyle(self) -> None:
        self._say(None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # In a small dock two charts would be too small to be read: the first one says what matters.
        room = self.width() >= 2 * _READABLE or self.height() >= _READABLE
        for panel in self.panels[1:]:
            panel.chart.setVisible(room)

    def _redraw(self) -> None:
        numbers = {name: i for i, name in enumerate(dict.fromkeys(curve.name for curve in self.shown))}
        for place, panel in enumerate(self.panels):
            panel.draw([(numbers[curve.name], curve) for curve in self.shown if curve.panel == place])

    def _hovered(self, at: tuple[float, float] | None) -> None:
        for panel in self.panels:
            panel.chart.point_at(None if at is None else round(at[0]))
        self._say(None if at is None else at[0])

    def _say(self, x: float | None) -> None:
        parts = [] if x is None else [f"{self._x_name} = {round(x)}"]
        names = list(dict.fromkeys(curve.name for curve in self.shown))
        for place, name in enumerate(names):
            color = theme().color(f"series{place + 1}").name()
            mark = "╍" if any(curve.dashed for curve in self.shown if curve.name == name) else "━"
            value = "" if x is None else " " + asked(name, self._value_at(name, x))
            parts.append(f'<span style="color:{color}">{mark}</span>&nbsp;{html.escape(name)}{value}')
        self.legend.say(" · ".join(parts), lambda: {} if x is None else self._on_legend(names, x))

    def _on_legend(self, names: list[str], x: float) -> dict[str, Question]:
        first = {name: next(curve for curve in self.shown if curve.name == name) for name in names}
        return {name: self._about(curve, x) for name, curve in first.items() if len(curve.x)}

    def _about(self, curve: Curve, x: float) -> Question:
        at = int(np.abs(curve.x - x).argmin())
        return Question(curve.about(at), tr("Why this number? ({name})", name=curve.name))

    def questions_at(self, chart: Chart, at: tuple[float, float]) -> list[Question]:
        place = next(n for n, panel in enumerate(self.panels) if panel.chart is chart)
        found = [self._about(curve, at[0]) for curve in self.shown if curve.panel == place and len(curve.x)]
        level = chart.y_scale.place(np.array(at[1]))
        away = [float(abs(chart.y_scale.place(np.array(one.asked.value)) - level)) for one in found]
        order = np.argsort(np.nan_to_num(away, nan=np.inf), kind="stable")
        return [found[n] for n in order]

    def _value_at(self, name: str, x: float) -> str:
        curve = next(curve for curve in self.shown if curve.name == name)
        return number(float(curve.y[int(np.abs(curve.x - x).argmin())]), 3) if len(curve.x) else ""


def _mark(panel: Panel, value: float) -> pg.InfiniteLine:
    """A dotted line across a chart."""
    line = pg.InfiniteLine(pos=value, angle=0, movable=False)
    line.setZValue(-5)
    panel.chart.addItem(line, ignoreBounds=True)
    return line


class FactorPage(CurvePage):
    """By how much each step multiplies what goes back through it, and how many units are saturated."""

    def __init__(self, document: Document) -> None:
        factors = Panel("probe_factors", tr("time step t"), tr("factor of the step"))
        flat = Panel("probe_saturation", tr("time step t"), tr("saturated units"), span=(0.0, 1.0))
        super().__init__(document, [factors, flat], "t")
        self._one = _mark(factors, 1.0)
        self.restyle()

    def curves(self, found: Found) -> list[Curve]:
        values, seen = found.result.values, found.measured
        steps, every = values["step"] + 1.0, np.arange(1.0, len(values["saturated"]) + 1)
        return [
            Curve(tr("norm"), steps, values["norm"], partial(seen.each, "norm")),
            Curve(tr("spectral radius"), steps, values["radius"], partial(seen.each, "radius")),
            Curve(tr("saturated"), every, values["saturated"], partial(seen.each, "saturated"), panel=1),
        ]

    def restyle(self) -> None:
        self._one.setPen(pg.mkPen(theme().color("muted"), width=1, style=Qt.PenStyle.DashLine))
        super().restyle()


class HorizonPage(CurvePage):
    """The memory horizon in large letters; what is left of the gradient, measured and predicted, and factor by step."""

    def __init__(self, document: Document) -> None:
        left = Panel("probe_left", tr("steps back k"), tr("left of the gradient"), log=True)
        factors = Panel("probe_decay", tr("steps back k"), tr("factor of the step"))
        super().__init__(document, [left, factors], "k")
        self.horizon = Told(document, "probe_horizon")
        self.horizon.setWordWrap(False)
        font = QFont(self.horizon.font())
        font.setBold(True)
        self.horizon.setFont(font)
        self.horizon.setContentsMargins(6, 2, 6, 2)
        self.column.insertWidget(0, self.horizon)
        self._least = _mark(left, -2.0)
        self.restyle()

    def curves(self, found: Found) -> list[Curve]:
        values, each = found.result.values, found.measured
        words = marked(horizon_words(found.result), {"k": "k"})
        self.horizon.tell(words, lambda: {"k": Question(numbers_said(each)["k"], tr("Why this horizon?"))})
        self._fit()
        back, left = values["distance"].astype(float), values["left"]
        measured, predicted = float(values["measured"]), float(values["predicted"])
        both = (left[:-1] > 0) & (left[1:] > 0)
        factors = np.divide(left[1:], left[:-1], out=np.full(len(both), np.nan), where=both)
        drawn = [
            Curve(tr("measured"), back, left, partial(each.each, "left")),
            Curve(tr("measured"), back[1:], factors, lambda n: each.factor_between(n + 1), panel=1),
        ]
        seen = np.isfinite(left) & (left > 0)
        for name, rate, key in ((tr("mean factor"), measured, "measured"), (tr("predicted"), predicted, "predicted")):
            if np.isfinite(rate) and rate > 0:
                # The line through what was measured goes through its middle, the predicted one begins at 1.
                start = np.exp((np.log(left[seen]) - np.log(rate) * back[seen]).mean()) if rate is measured else 1.0
                along = start * rate**back
                at_rate = partial(_at_rate, each, key, along)
                drawn.append(Curve(name, back, along, at_rate, dashed=True))
                same = partial(_rate, each, key)
                drawn.append(Curve(name, back[1:], np.full(len(back) - 1, rate), same, panel=1, dashed=True))
        return [curve for curve in drawn if len(curve.x)]

    def table(self) -> Table:
        names = {0: "left", 1: "factor"}
        columns: list[tuple[str, object]] = [("k", self.shown[0].x)]
        for curve in self.shown:
            y = curve.y if curve.panel == 0 else np.concatenate([[np.nan], curve.y])
            columns.append((f"{names[curve.panel]} {curve.name}", y))
        return columns

    def _fit(self) -> None:
        """As large as a single line can be."""
        font = QFont(self.horizon.font())
        font.setPointSizeF(_LARGE * self.font().pointSizeF())
        wide, room = QFontMetrics(font).horizontalAdvance(self.horizon.text()), self.width() - 14
        font.setPointSizeF(font.pointSizeF() * min(1.0, room / max(1, wide)))
        self.horizon.setFont(font)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def restyle(self) -> None:
        self._least.setPen(pg.mkPen(theme().color("muted"), width=1, style=Qt.PenStyle.DashLine))
        super().restyle()


class GatesPage(CurvePage):
    """The mean opening of each gate over time."""

    def __init__(self, document: Document) -> None:
        super().__init__(document, [Panel("probe_gates", tr("time step t"), tr("mean opening"), span=(0.0, 1.0))], "t")
        self._found: Found | None = None

    def curves(self, found: Found) -> list[Curve]:
        self._found = found
        names = {
            "input": tr("input gate"),
            "forget": tr("forget gate"),
            "output": tr("output gate"),
            "reset": tr("reset gate"),
            "update": tr("update gate"),
        }
        drawn = []
        for key, values in found.result.values.items():
            if key.endswith("/mean"):
                gate, _, backwards = key.removesuffix("/mean").partition("_")
                name = tr("{gate}, backwards", gate=names[gate]) if backwards else names[gate]
                about = partial(found.measured.each, "mean", gate=key.removesuffix("/mean"))
                drawn.append(Curve(name, np.arange(1.0, len(values) + 1), values, about))
        return drawn

    def table(self) -> Table:
        assert self._found is not None
        values = self._found.result.values
        return [("t", np.arange(1, len(next(iter(values.values()))) + 1)), *values.items()]


class TruncationPage(CurvePage):
    """How the truncated gradient compares with the full one, by the length at which it is cut."""

    def __init__(self, document: Document) -> None:
        panel = Panel("probe_truncation", tr("truncated after k steps"), tr("compared with the full gradient"))
        super().__init__(document, [panel], "k")

    def curves(self, found: Found) -> list[Curve]:
        values, seen = found.result.values, found.measured
        lengths = values["length"].astype(float)
        if not len(lengths):
            return []
        return [
            Curve(tr("cosine"), lengths, values["cosine"], partial(seen.each, "cosine")),
            Curve(tr("length"), lengths, values["ratio"], partial(seen.each, "ratio")),
        ]


def _rate(seen: Probed, key: str, _: int) -> Aggregate:
    """The factor that a dashed line has at every step: "measured" or "predicted"."""
    return numbers_said(seen)[key]


def _at_rate(seen: Probed, key: str, along: np.ndarray, k: int) -> Aggregate:
    """A number of the line that this factor makes."""
    return seen.at_that_rate(numbers_said(seen)[key], k, float(along[k]), float(along[0]))
