"""Free running beside teacher forcing: how the error grows from step to step when a network reads its own answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QLabel, QSpinBox, QWidget

from core.data.looking import part_to_show
from core.describe import number
from core.generation import FreeRun, RunFreely
from core.project import Change
from core.questions import Answer
from core.why.answers.free_run import counted, error, error_at, samples
from gui.plots.base import LivePlot
from gui.plots.chart import Chart
from gui.plots.export import Table
from gui.text import tr, tr_core
from gui.why.here import Question
from gui.why.told import asked

if TYPE_CHECKING:
    from gui.document import Document
    from gui.runner import Runner

SHORTEST = 2.0
"""Seconds between two questions while training runs."""
SHARE = 20.0
"""While training runs it also rests this many times as long as the last answer took."""


class FreeRunPlot(LivePlot):
    """The error of each step with the true past and with the network's own answers, on samples it does not learn from."""

    name = "free_run_plot"
    bare_when_empty = True

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(document, runner, tr("Free running"), parent)
        self.found: FreeRun | None = None
        self.trouble = ""
        self._asked: RunFreely | None = None
        self._about: tuple[object, ...] = ()
        self._asked_at = self._not_before = 0.0
        self.given = QSpinBox()
        self.given.setObjectName("free_run_given")
        self.given.setRange(1, 1000)
        self.given.setAccessibleName(tr("True steps at first"))
        self.given.setToolTip(tr("So many steps at the beginning read the true past in both runs."))
        label = QLabel(tr("True steps at first"))
        label.setBuddy(self.given)
        self.bar.addWidget(label)
        self.bar.addWidget(self.given)
        self.add_corner_menu()
        self.chart = Chart("free_run_chart", tr("time step"), tr("error"))
        self.taught = self.chart.line("series3", width=2, dots=True, marks=True)
        self.free = self.chart.line("series2", width=2, dots=True, marks=True)
        self.body.addWidget(self.chart)
        self.given.valueChanged.connect(self._another_start)
        self.chart.hovered.connect(self._hovered)
        self.chart.moved.connect(self.mark)
        runner.questions.answered.connect(self._hear)

    def empty_text(self) -> str:
        data = self.data()
        if data is None:
            return tr("No data can be read: choose a data set in the training panel.")
        inputs = self.document.project.network.of_kind("input")
        if not data.feedback or not any(layer.params["field"] == data.feedback for layer in inputs):
            self.found = None
            return tr(
                "Shows how errors grow when a network reads its own answers. Choose data with a previous answer (names, "
                "verses, pronunciation, a text of your own, a series asked at every step) and let an input read it."
            )
        self.given.setMaximum(max(1, int(data.target.steps or 1) - 1))
        self._ask(part_to_show(data))
        if self.found is None:
            return self.trouble or tr("The errors appear here as soon as the network can be asked.")
        return ""

    def redraw(self) -> None:
        found = self.found
        assert found is not None
        there = found.counted > 0  # a step that no sample counts has no error, which is no failure
        steps = np.flatnonzero(there) + 1
        unit = tr("share of wrong answers") if not found.unit else tr("RMS error")
        shown = unit if found.unit in ("", "1") else f"{unit} ({tr_core(found.unit)})"
        self.chart.set_titles(y=shown)
        both = np.concatenate([found.free, found.taught])
        good = both[np.isfinite(both)]
        self.chart.show_places(
            (0.5, float(steps.max(initial=1)) + 0.5), (0.0, max(1e-12, float(good.max(initial=0.0))))
        )
        self.taught.set(steps, found.taught[there])
        self.free.set(steps, found.free[there])
        self._say(None)
        self.chart.repeat_hover()

    def table(self) -> Table:
        found = self.found
        assert found is not None
        return [
            ("t", np.arange(1, len(found.free) + 1)),
            ("true past", found.taught),
            ("own answers", found.free),
            ("samples", found.counted),
        ]

    def start_afresh(self) -> None:
        self._forget()

    def _document_changed(self, change: object) -> None:
        assert isinstance(change, Change)
        if change.network or change.data:
            self._forget()
        super()._document_changed(change)

    # -- what is asked -----------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self.found, self.trouble, self._about = None, "", ()

    def _another_start(self) -> None:
        self._about = ()
        self.mark()

    def _ask(self, part: str) -> None:
        runner = self.runner
        about = (runner.weights, runner.examination, self.given.value(), part)
        known = len(about) == len(self._about) and all(a is b or a == b for a, b in zip(about[2:], self._about[2:]))
        known = known and all(a is b for a, b in zip(about[:2], self._about))
        if known or self._asked is not None or (runner.busy and self._about and time.monotonic() < self._not_before):
            return
        self._asked, self._about, self._asked_at = RunFreely(part, self.given.value()), about, time.monotonic()
        runner.questions.ask(self._asked)

    def _hear(self, answer: Answer) -> None:
        if answer.question is not self._asked:
            return
        self._asked = None
        took = time.monotonic() - self._asked_at
        self._not_before = time.monotonic() + max(SHORTEST, SHARE * took)
        if isinstance(answer.result, FreeRun):
            self.found, self.trouble = answer.result, ""
        elif answer.template:
            self.found, self.trouble = None, tr_core(answer.template, **answer.values)
        self.mark()

    # -- what is said ------------------------------------------------------------------------------------------------

    def _hovered(self, at: tuple[float, float] | None) -> None:
        if self.found is None:
            return
        step = None if at is None else int(np.clip(round(at[0]), 1, len(self.found.free)))
        self.chart.point_at(step)
        self._say(step)

    def _say(self, step: int | None) -> None:
        found = self.found
        assert found is not None
        taught, free = (f'<span style="color:{line.color.name()}">━</span>' for line in (self.taught, self.free))
        if step is None:
            errors = [_mean(values, found.counted) for values in (found.taught, found.free)]
            where, count = tr("{count} samples", count="{count}"), len(found.samples)
        else:
            errors = [float(values[step - 1]) for values in (found.taught, found.free)]
            where, count = tr("t = {step}, {count} samples", step=step, count="{count}"), int(found.counted[step - 1])
        # A number stays beside its name and its unit where the line is broken.
        amounts = [_amount(error, found.unit).replace(" ", "\u00a0") for error in errors]
        words = (
            f"{taught}\u00a0{tr('true past')}\u00a0<b>{asked('taught', amounts[0])}</b>",
            f"{free}\u00a0{tr('own answers')}\u00a0<b>{asked('free', amounts[1])}</b>",
            where.replace(" ", "\u00a0").format(count=asked("samples", str(count))),
        )
        self.say(" · ".join(words), lambda: self._on_words(found, step))

    def questions_at(self, chart: Chart, at: tuple[float, float]) -> list[Question]:
        found = self.found
        assert found is not None
        step = int(np.clip(round(at[0]), 1, len(found.free)))
        both = self._on_words(found, step)
        away = {key: abs(both[key].asked.value - at[1]) for key in ("taught", "free")}
        keys = sorted(away, key=lambda key: away[key] if np.isfinite(away[key]) else np.inf)
        return [both[key] for key in keys] if found.counted[step - 1] else []

    def _on_words(self, found: FreeRun, step: int | None) -> dict[str, Question]:
        """About both errors, at a step (from 1) or over all, and the samples."""
        output = next((layer.id for layer in self.document.project.network.of_kind("output")), "")
        made = {}
        for key, free in (("taught", False), ("free", True)):
            why = error(found, free, output) if step is None else error_at(found, free, step - 1, output)
            made[key] = Question(
                why, tr("Why this error?") + (f" ({tr('own answers')})" if free else f" ({tr('true past')})")
            )
        count = samples(found) if step is None else counted(found, step - 1)
        return {**made, "samples": Question(count, tr("Why so many samples?"))}


def _mean(values: np.ndarray, counted: np.ndarray) -> float:
    """Over all counted answers."""
    good = counted > 0
    return float((values[good] * counted[good]).sum() / counted[good].sum()) if good.any() else float("nan")


def _amount(value: float, unit: str) -> str:
    if not unit:
        return f"{100 * value:.1f} %" if np.isfinite(value) else number(value)
    return number(value) if unit == "1" else f"{number(value)} {tr_core(unit)}"
