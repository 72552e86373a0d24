"""Shares right along lag or noise: a line per model with the band of its seeds, chance, and what counts as remembered."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.gym.results import REMEMBERED, Curve, Results
from core.why.labs.gym import chance, goal, seed_at_edge, share_right
from core.why.numbers import Aggregate
from gui.document import Document
from gui.plots.chart import Chart
from gui.plots.items import Line
from gui.plots.scales import Linear, Log, Ticks
from gui.plots.speech import Speech
from gui.text import tr, tr_core
from gui.theme import theme
from gui.why.here import Question
from gui.why.told import asked

MOST = 8
"""Models that colours can tell apart."""
MOST_ASKED = 6
"""Questions of a menu: those that are nearest."""


class _Drawn:
    """The line of one model and the band from its worst to its best seed."""

    def __init__(self, chart: Chart, color: str) -> None:
        self.color = color
        self.low, self.high = pg.PlotCurveItem(pen=None), pg.PlotCurveItem(pen=None)
        self.band = pg.FillBetweenItem(self.low, self.high)
        self.band.setZValue(-5)
        for item in (self.low, self.high, self.band):
            chart.addItem(item, ignoreBounds=True)
        self.line: Line = chart.line(color, width=2, dots=True)

    def show(self, chart: Chart, curve: Curve) -> None:
        x = chart.x_scale.place(curve.values)
        self.low.setData(x, curve.low)
        self.high.setData(x, curve.high)
        fill = theme().color(self.color)
        fill.setAlpha(50)
        self.band.setBrush(fill)
        self.band.setVisible(bool(len(x) and (curve.seeds > 1).any()))
        self.line.set(curve.values, curve.mean)

    def clear(self) -> None:
        self.band.setVisible(False)
        self.line.clear()


class GymChart(QWidget):
    """Hovering tells what was right at the nearest place."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.words = Speech(document, "gym_words")
        self.chart = Chart("gym_chart", tr("steps to bridge"), tr("share right"))
        self._drawn = [_Drawn(self.chart, f"series{n + 1}") for n in range(MOST)]
        self.chance = self.chart.line("muted", dashes=(5, 4))
        self.goal = self.chart.line("allowed", dashes=(1, 4))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.words)
        column.addWidget(self.chart, 1)
        self._results: Results | None = None
        self.chart.hovered.connect(self._hovered)
        self.chart.moved.connect(self.draw)
        theme().changed.connect(self._restyle)

    def show_results(self, results: Results | None) -> None:
        """Draw these; None draws nothing."""
        self._results = results
        self.draw()

    def draw(self) -> None:
        """Bring every line up to date."""
        results = self._results
        models = results.models[:MOST] if results is not None else ()
        for drawn in self._drawn[len(models) :]:
            drawn.clear()
        if results is None:
            self.chance.clear()
            self.goal.clear()
            self.words.say("")
            return
        lag = results.over == "lag"
        self.chart.set_titles(x=tr("steps to bridge") if lag else tr("noise (standard deviation)"))
        self.chart.set_scales(x=_Lags(values=results.values) if lag else Linear(), y=_Shares())
        places = self.chart.x_scale.place(np.array(results.values, float))
        air = 0.04 * max(float(np.ptp(places)), 0.1)
        # Arrow keys go from place to place.
        self.chart.steps_of_keys = (float(np.ptp(places)) / max(1, len(places) - 1), 0.0)
        self.chart.show_places((float(places.min()) - air, float(places.max()) + air), (0.0, 1.0), padding=0.03)
        for drawn, model in zip(self._drawn, models):
            drawn.show(self.chart, results.curve(model.key))
        known = np.array(sorted(results.chance), float)
        least = np.array([results.chance[value] for value in known.tolist()])
        # The lines of chance and goal reach from edge to edge, also while few places are known.
        across = np.array(results.values, float)
        if len(known):
            full = np.interp(across, known, least)
            self.chance.set(across, full)
            self.goal.set(across, full + REMEMBERED * (1 - full))
        self.chart.repeat_hover()
        if self.chart.pointer is None:
            self.words.say(self.legend())

    def legend(self) -> str:
        """Who has which colour, and the dashes."""
        assert self._results is not None
        parts = [
            f'<span style="color:{theme().color(self._drawn[n].color).name()}">━</span>&nbsp;'
            + html.escape(tr_core(model.title))
            for n, model in enumerate(self._results.models[:MOST])
        ]
        muted, goal = theme().color("muted").name(), theme().color("allowed").name()
        parts.append(f'<span style="color:{muted}">╌</span>&nbsp;' + tr("chance"))
        parts.append(f'<span style="color:{goal}">┈</span>&nbsp;' + tr("counts as remembered"))
        return " · ".join(parts)

    def sentence(self, value: float) -> str:
        """What was right at a place, in words."""
        results = self._results
        assert results is not None
        told = []
        for model in results.models[:MOST]:
            curve = results.curve(model.key)
            at = np.flatnonzero(curve.values == value)
            if not len(at):
                continue
            place = int(at[0])
            share = tr("{share} % right", share=asked(f"mean {model.key}", f"{100 * curve.mean[place]:.0f}"))
            if curve.seeds[place] > 1:
                low, high = (f"{100 * edge[place]:.0f}" for edge in (curve.low, curve.high))
                share += f" ({asked(f'low {model.key}', low)}–{asked(f'high {model.key}', high)})"
            told.append(f"{html.escape(tr_core(model.title))} {share}")
        where = tr("{n} steps", n=f"{value:g}") if results.over == "lag" else tr("noise {n}", n=f"{value:g}")
        if value in results.chance:
            told.append(tr("chance {share} %", share=asked("chance", f"{100 * results.chance[value]:.0f}")))
        return f"<b>{where}</b>: " + ", ".join(told)

    def _hovered(self, at: tuple[float, float] | None) -> None:
        results = self._results
        if results is None or not results.values:
            return
        if at is None:
            self.chart.point_at(None)
            self.words.say(self.legend())
            return
        value = self._nearest(results.values, at[0])
        self.chart.point_at(value)
        self.words.say(self.sentence(value), lambda: self._questions(value))

    def _nearest(self, values: Sequence[float], x: float) -> float:
        """The one of the values that is drawn nearest to x."""
        places = self.chart.x_scale.place(np.array(values, float))
        here = float(self.chart.x_scale.place(np.array([x]))[0])
        return values[int(np.abs(places - here).argmin())]

    def questions_here(self) -> list[Question]:
        """About the line, the edge of a band, chance or the goal that is nearest to the pointer, then the others there."""
        results = self._results
        if results is None or self.chart.pointer is None or not results.values:
            return []
        x, y = self.chart.pointed()
        value = self._nearest(results.values, x)
        found = [one for one in self._questions(value).values() if isinstance(one.asked, Aggregate)]
        marks = {id(one): abs(one.asked.value - y) for one in found if isinstance(one.asked, Aggregate)}
        return sorted(found, key=lambda one: marks[id(one)])[:MOST_ASKED]

    def _questions(self, value: float) -> dict[str, Question]:
        """What can be asked at a place, by what it is about."""
        results, found = self._results, {}
        assert results is not None
        for model in results.models[:MOST]:
            curve, who = results.curve(model.key), tr_core(model.title)
            at = np.flatnonzero(curve.values == value)
            if not len(at):
                continue
            share = share_right(results, model.key, value)
            found[f"mean {model.key}"] = Question(share, tr("Why this share of {model}?", model=who))
            if curve.seeds[at[0]] > 1:
                for key, best in (("low", False), ("high", True)):
                    edge = seed_at_edge(results, model.key, value, best)
                    text = tr("Why this best seed of {model}?") if best else tr("Why this worst seed of {model}?")
                    found[f"{key} {model.key}"] = Question(edge, text.format(model=who))
        if value in results.chance:
            found["chance"] = Question(chance(results, value), tr("Why this chance?"))
            found["goal"] = Question(goal(results, value), tr("Why does this count as remembered?"))
        return found

    def _restyle(self) -> None:
        self.chart.restyle()
        self.draw()


@dataclass(frozen=True)
class _Lags(Log):
    """Equal ratios are equally far apart; the places that are tried have the labels."""

    values: tuple[float, ...] = ()

    def ticks(self, low: float, high: float, room: int) -> Ticks:
        places = [(float(np.log10(value)), f"{value:g}") for value in self.values if value > 0]
        inside = [(place, text) for place, text in places if low <= place <= high]
        apart = (high - low) / max(1, 2 * room)
        kept: list[tuple[float, str]] = []
        for place, text in inside:
            if not kept or place - kept[-1][0] >= apart:
                kept.append((place, text))
        return Ticks(kept, [place for place, _ in inside])


class _Shares(Linear):
    """Shares as per cent."""

    def _texts(self, places: np.ndarray, step: float) -> list[str]:
        return [f"{100 * place:.0f} %" for place in places]
