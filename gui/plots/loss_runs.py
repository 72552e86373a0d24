"""The older runs behind the current one on the loss plot: a fixed pool of faint lines, and a legend that names them."""

from __future__ import annotations

import html

import numpy as np

from core.beside import MOST, Beside, Setting
from core.catalogue.registry import catalogue
from core.catalogue.spec import Choice
from core.describe import Words, number
from core.parameters import parameters
from core.runs import Run
from core.series import Series
from core.why.network.counted import Counting
from core.why.numbers import Aggregate
from gui.plots.chart import Chart
from gui.plots.items import Line, mixed
from gui.text import tr, tr_core
from gui.why.here import Question
from gui.why.told import asked

_STRENGTH = 0.6
_COLORS = ("series3", "series4", "series6", "series5", "series7")
_SHORT = {"lr": "lr"}
"""Settings that everyone knows by another name than their title."""


class OlderRuns:
    """The smoothed training curve of each older run, and dashed what the validation part said."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self.training = [_behind(chart, color, ()) for color in _COLORS[:MOST]]
        self.validation = [_behind(chart, color, (4, 3)) for color in _COLORS[:MOST]]
        self._series: dict[int, Series] = {}

    def read(self, older: list[Beside], key: str, weight: float) -> list[Series]:
        """The column ``key`` of each run with its average; only what is new since the last time is looked at."""
        kept = {one.number: self._series.get(one.number) or Series(weight) for one in older}
        self._series = kept
        for one in older:
            steps = one.run.steps
            raw = steps.get(key)
            values = raw if len(raw) else np.full(len(steps), np.nan)
            kept[one.number].update(steps["batch"], values, weight, (one.run.id, key, steps.stride))
        return list(kept.values())

    def show(self, older: list[Beside], key: str, series: list[Series]) -> None:
        """Draw what ``read`` gave."""
        low, high = self._chart.visible_x()
        for place in range(MOST):
            lines = self.training[place], self.validation[place]
            if place >= len(older) or key not in older[place].run.steps:
                for line in lines:
                    line.clear()
                continue
            x, _, average = series[place].between(low, high)
            lines[0].set(x, average)
            said = older[place].run.epochs.get(key)
            lines[1].set(older[place].run.epochs.get("batch")[: len(said)], said)


def _behind(chart: Chart, color: str, dashes: tuple[int, ...]) -> Line:
    line = chart.line(color, strength=_STRENGTH, dashes=dashes, marks=not dashes)
    line.put_behind()
    return line


def legend(runs: list[Beside]) -> str:
    """The names of all runs beside a dash in their colour, the current one (last) in that of the training part."""
    *older, current = runs
    colored = [*zip(older, _COLORS, strict=False), (current, "train")]
    return " · ".join(
        f'<span style="color:{_ink(color, one is current)}">━</span>&nbsp;{run_name(one)}' for one, color in colored
    )


def at_batch(older: list[Beside], key: str, batch: float) -> list[str]:
    """What each older run had come to at a batch: "run 2 0.41" beside its dash; runs that ended before are left out."""
    found = []
    for one, color in zip(older, _COLORS, strict=False):
        value = _value_at(one.run, key, batch)
        if value is not None:
            dash = f'<span style="color:{_ink(color, False)}">━</span>&nbsp;'
            said = asked(f"run/{one.number}", number(value))
            found.append(dash + tr("run {number}: {value}", number=one.number, value=said))
    return found


def _value_at(run: Run, key: str, batch: float) -> float | None:
    batches = run.steps["batch"]
    if key not in run.steps or not batches[0] <= batch <= batches[-1]:
        return None
    return float(run.steps[key][int(np.searchsorted(batches, batch, side="right")) - 1])


def _ink(color: str, full: bool) -> str:
    return mixed(color, 1.0 if full else _STRENGTH).name()


def about_sizes(runs: list[Beside]) -> dict[str, Question]:
    """About the number of parameters of each run that the legend tells."""
    told = [one for one in runs if one.parameters is not None]
    return {f"size/{one.number}": Question(_size(one.run), tr("Why so many parameters?")) for one in told}


def _size(run: Run) -> Aggregate:
    title = Words("How many numbers this run learned")
    if run.state is None:
        note = Words("It was counted when the run began; its network is not known any more.")
        return Aggregate(title, run.parameters, ("n",), (f"n = {run.parameters}",), note)
    network = run.state.network
    return Counting(network).parameters(list(parameters(network).values()), title)


def run_name(one: Beside) -> str:
    """Rich text: "run 3, lr 0.01", its number, and what it has that others beside it have not."""
    parts = [tr("run {number}", number=one.number), *(html.escape(_said(setting)) for setting in one.settings)]
    if one.parameters is not None:
        parts.append(tr("{count} parameters", count=asked(f"size/{one.number}", f"{one.parameters:,}")))
    return ", ".join(parts)


def _said(setting: Setting) -> str:
    param, value = setting
    if isinstance(value, Choice):
        entries = catalogue(param.catalogue)
        return tr_core(entries[value.key].title) if value.key in entries else value.key
    title = _SHORT.get(param.key) or _small(tr_core(param.title))
    if isinstance(value, bool):
        return tr("{setting} on", setting=title) if value else tr("{setting} off", setting=title)
    if isinstance(value, float):
        return f"{title} {number(value)}"
    chosen = dict(param.choices).get(str(value))
    return f"{title} {tr_core(chosen) if chosen else value}"


def _small(title: str) -> str:
    """Inside a sentence; abbreviations stay as they are."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]
