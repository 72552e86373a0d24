"""The generator: channels by formulas, noise and a seed, with the series below as it will be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QHBoxLayout

from core.catalogue.spec import Choice, Param
from core.data.dataset import Dataset
from core.data.importers.progress import Job
from core.data.importers.table import Table
from core.data.own import table as own
from core.data.own.expression import FUNCTIONS, FormulaError, parse
from core.data.own.generate import MAX_CHANNELS, MAX_STEPS, TIME, Channel, Formulas
from core.errors import StudioError
from core.why.data.read import generated
from gui.document import Document
from gui.forms.fields import Drop
from gui.making.channels import ChannelTable
from gui.making.page import MadePage, captioned, number
from gui.plots.chart import Chart
from gui.plots.scales import Linear
from gui.text import tr, tr_core
from gui.theme import theme
from gui.why.here import Question, open_menu
from gui.widgets import muted

STEPS = Param("steps", "Steps", "int", 1000, "How many time steps the series has.", minimum=10, maximum=MAX_STEPS)
SEED = Param("seed", "Seed", "int", 1, "The same seed draws the same noise.", minimum=0, maximum=2**31 - 1)
ALL = ""
PRESETS: dict[str, tuple[str, tuple[Channel, ...]]] = {
    "day": ("A day and a week", (Channel("load", "sin(2 pi t / 24) + 0.5 sin(2 pi t / 168)", 0.1),)),
    "trend": ("A trend with a season", (Channel("sales", "0.01 t + sin(2 pi t / 12) + step(t - n / 2)", 0.2),)),
    "beats": ("Two waves that beat", (Channel("sound", "sin(t / 4) + sin(t / 4.5)", 0.0),)),
    "machine": ("A switch and what follows it", (
        Channel("switch", "square(2 pi t / 60)"), Channel("answer", "0.6 lag(switch, 5) + 0.4 lag(switch, 12)", 0.05))),
    "memory": ("Noise that remembers", (Channel("level", "ar(0.95)"),)),
    "walk": ("A random walk", (Channel("price", "100 + walk()"),)),
}  # fmt: skip


class FormulasPage(MadePage[Formulas]):
    """Formulas on top, the series below."""

    heading = "Generate data from formulas"
    entry = "own_table"

    def __init__(
        self, document: Document, state: Formulas | None = None, name: str = "", begins: Choice | None = None
    ) -> None:
        super().__init__(document, state or Formulas(PRESETS["day"][1]), name or tr("My formulas"), begins)
        self._foretold = _foretold(begins)
        self.presets = Drop()
        self.presets.setPlaceholderText(tr("Begin with an example …"))
        self.presets.setAccessibleName(tr("Examples of formulas"))
        for key, (title, _) in PRESETS.items():
            self.presets.add(key, tr(title))
        self.presets.setCurrentIndex(-1)
        self.presets.activated.connect(lambda _: self._begin_with(self.presets.currentData()))
        self.steps = number(STEPS, self.state.steps, lambda value: self.change(replace(self.state, steps=int(value))))
        self.seed = number(SEED, self.state.seed, lambda value: self.change(replace(self.state, seed=int(value))))
        self.dice = self.tool("dice", tr("Other noise: the next seed"), self._next_seed)
        self.foretell = Drop()
        self.foretell.setAccessibleName(tr("Channel that is foretold"))
        self.foretell.activated.connect(lambda _: self._choose_foretold())
        self.channels = ChannelTable()
        self.channels.edited.connect(lambda found, joined: self.change(replace(self.state, channels=found), joined))
        self.channels.removed.connect(self._remove)
        self.add = self.tool("plus", tr("Add a channel"), self._add, tr("Add a channel"))
        self.help = muted(
            tr("t counts the steps from 0, n is their number. Functions: {names}", names=", ".join(FUNCTIONS))
        )
        self.help.setToolTip("\n".join(f"{name}: {tr_core(one.help)}" for name, one in FUNCTIONS.items()))
        self.chart = Chart("formulas_chart", "t", tr("value"))
        self.lines = [self.chart.line(f"series{n % 8 + 1}") for n in range(MAX_CHANNELS)]
        self._table: Table | None = None
        self.chart.moved.connect(self._draw)
        self.chart.asked.connect(self._open_menu)
        theme().changed.connect(self._restyle)
        self._lay_out()
        self.begin()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addLayout(captioned(tr("Steps"), self.steps), 2)
        line.addLayout(captioned(tr("Seed"), self.seed), 2)
        line.addLayout(captioned(" ", self.dice))
        line.addLayout(captioned(tr("Foretell"), self.foretell), 3)
        line.addLayout(captioned(tr("Example"), self.presets), 4)
        below = QHBoxLayout()
        below.addWidget(self.add)
        below.addStretch(1)
        self.column.addLayout(line)
        self.column.addWidget(self.channels)
        self.column.addLayout(below)
        self.column.addWidget(self.help)
        self.column.addWidget(self.chart, 1)

    # -- gestures ----------------------------------------------------------------------------------------------------

    def _begin_with(self, key: str) -> None:
        self._foretold = ALL
        self.change(replace(self.state, channels=PRESETS[key][1]))
        self.presets.setCurrentIndex(-1)

    def _next_seed(self) -> None:
        self.change(replace(self.state, seed=(self.state.seed + 1) % 2**31))

    def _add(self) -> None:
        taken = {channel.name for channel in self.state.channels}
        name = next(name for name in "abcdfghijklmopq" if name not in taken)
        self.change(replace(self.state, channels=(*self.state.channels, Channel(name, "sin(2 pi t / 50)"))))
        self.channels.rows[-1].formula.setFocus()
        self.channels.rows[-1].formula.selectAll()

    def _remove(self, place: int) -> None:
        channels = self.state.channels
        self.change(replace(self.state, channels=(*channels[:place], *channels[place + 1 :])))

    def _choose_foretold(self) -> None:
        self._foretold = self.foretell.currentData()
        self.changed.emit()

    # -- shown -------------------------------------------------------------------------------------------------------

    def show_state(self) -> None:
        state = self.state
        self.steps.show_value(state.steps)
        self.seed.show_value(state.seed)
        self.channels.show_channels(state.channels, self._faulty())
        self.add.setEnabled(len(state.channels) < MAX_CHANNELS - 1)
        names = [channel.name for channel in state.channels]
        if self._foretold not in names:
            self._foretold = ALL
        self.foretell.clear()
        self.foretell.add(ALL, tr("every channel") if len(names) > 1 else names[0])
        for name in names if len(names) > 1 else ():
            self.foretell.add(name, name)
        self.foretell.show_key(self._foretold)

    def _faulty(self) -> int:
        """The number of the first channel whose formula does not read; -1 where all do."""
        names: list[str] = []
        for place, channel in enumerate(self.state.channels):
            try:
                parse(channel.formula, channel.name, names)
            except FormulaError:
                return place
            names.append(channel.name)
        return -1

    def show_source(self, source: Table | None) -> None:
        self._table = source
        self.chart.follow()

    def _draw(self) -> None:
        shown = self._table
        for n, line in enumerate(self.lines):
            line.set_visible(shown is not None and n + 1 < len(shown.names))
        if shown is None:
            return
        values = shown.values[1:]
        low, high = min(float(v.min()) for v in values), max(float(v.max()) for v in values)
        self.chart.set_scales(y=Linear.around(max(abs(low), abs(high))))
        ends = self.chart.y_scale.place(np.array([low, high]))
        self.chart.show_places((0, len(shown) - 1), (float(ends[0]), float(ends[1])))
        for line, one in zip(self.lines, values, strict=False):
            line.set(shown.values[0], one)

    # -- why ---------------------------------------------------------------------------------------------------------

    def questions_here(self) -> list[Question]:
        """Why the channel that is nearest to where the chart points has the value that it has there."""
        shown = self._table
        if shown is None or self.chart.pointer is None:
            return []
        x, y = self.chart.pointed()
        at = max(0, min(round(x), len(shown) - 1))
        place = min(range(len(shown.values) - 1), key=lambda n: abs(float(shown.values[n + 1][at]) - y))
        channel = self.state.channels[place]
        try:
            clean, _ = self.state.parts()[channel.name]
        except StudioError:
            return []
        made = generated(channel, at, float(shown.values[place + 1][at]), float(clean[at]))
        return [Question(made, tr("Why this value?"))]

    def _open_menu(self, at: QPoint) -> None:
        open_menu(self.chart, self.questions_here(), self.document, at, ())

    def _restyle(self) -> None:
        self.chart.restyle()
        self.channels.mark(self._faulty())

    # -- what the dialog asks ----------------------------------------------------------------------------------------

    def read(self) -> Callable[[], Job[Table]]:
        state = self.state

        def work() -> Job[Table]:
            yield from ()
            return state.table()

        return work

    def hidden(self) -> Mapping[str, str]:
        names = [channel.name for channel in self.state.channels]
        told = names if self._foretold == ALL else [self._foretold]
        columns = {"features": own.columns_text(names), "target": own.columns_text(told)}
        return {**columns, "time": TIME, "group": "", "reading": "windows"}

    def idle(self, values: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({"reading", "task", "missing", "by"})

    def build(self, source: Table, name: str, values: Mapping[str, Any]) -> Dataset:
        return own.build(source, name, values)

    def store(self, source: Table, name: str) -> str:
        return own.store(source, name, self.state.facts())

    def sample_word(self, values: Mapping[str, Any]) -> str:
        return "windows"


def _foretold(begins: Choice | None) -> str:
    """The one channel that a choice foretells; empty where it is every one."""
    if begins is None:
        return ALL
    names = own.column_names(str(begins.values.get("target", "[]")))
    every = own.column_names(str(begins.values.get("features", "[]")))
    return names[0] if len(names) == 1 < len(every) else ALL
