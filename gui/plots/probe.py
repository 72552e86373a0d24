"""The probe view: asks what costs more than a glance, on demand or while training, and shows what was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QStackedWidget, QWidget

from core.catalogue.probes import probe_spec
from core.describe import Words
from core.network import Network
from core.probing import CUBE_SECONDS, askable, gate_openings, gates_words, patience, said, state_size
from core.project import Change
from core.reports import ProbeResult
from core.runs import Run
from core.why.training import clocks
from core.why.training.probe_words import ASKABLE, numbers_said
from gui.plots.base import LivePlot
from gui.plots.chart import Chart
from gui.plots.export import Table
from gui.plots.probe_bars import NoisePage, StatisticsPage, WeightSharePage
from gui.plots.probe_controls import PLAN, ProbeControls
from gui.plots.probe_curves import FactorPage, GatesPage, HorizonPage, TruncationPage
from gui.plots.probe_pages import Found, InputPage, ProbePage, TrianglePage
from gui.plots.words import marked, spoken
from gui.probing import Place, Probing
from gui.text import tr, tr_core
from gui.why.here import Question
from gui.why.questions import about_batch
from gui.why.told import Questions, asked

if TYPE_CHECKING:
    from gui.document import Document
    from gui.runner import Runner

SLOW = 3.0
"""Seconds from which on a probe says how long it takes."""
NARROW = 520
"""Pixels of width below which the settings take the place of what was found."""


class ProbePlot(LivePlot):
    """A probe, the layer that it looks at, and what it found; or how the network is computed."""

    name = "probe_plot"

    def __init__(self, document: Document, runner: Runner, parent: QWidget | None = None) -> None:
        super().__init__(document, runner, tr("Probe"), parent)
        self.pages: Mapping[str, ProbePage] = {
            "itemised": TrianglePage(),
            "weight_share": WeightSharePage(),
            "input_gradient": InputPage(),
            "truncation": TruncationPage(document),
            "factor": FactorPage(document),
            "horizon": HorizonPage(document),
            "gates": GatesPage(document),
            "activations": StatisticsPage(),
            "noise": NoisePage(),
        }
        self.plan = QPlainTextEdit()
        self.plan.setObjectName("probe_plan")
        self.plan.setAccessibleName(tr("How it is computed"))
        self.plan.setReadOnly(True)
        self._stack_of_pages = QStackedWidget()
        for page in self.pages.values():
            self._stack_of_pages.addWidget(page)
            page.said.connect(self._said)
            page.asked.connect(self._open_menu)
        self._stack_of_pages.addWidget(self.plan)
        self.body.addWidget(self._stack_of_pages)
        self.controls = ProbeControls(self, self._stack)
        self.probing = Probing(document, runner, self)
        self.controls.changed.connect(self._chosen)
        self.controls.asked.connect(self.measure)
        self.controls.given_up.connect(self.probing.give_up)
        self.controls.folded.connect(self._make_room)
        self.add_corner_menu()
        self.probing.answered.connect(self._answered)
        self.probing.forgotten.connect(self._forgotten)
        for chart in self.charts():
            chart.moved.connect(self.mark)
        self._fill()

    # What LivePlot asks.

    def empty_text(self) -> str:
        if self.probing.trouble:
            return self.probing.trouble
        if self.controls.key == PLAN:
            return "" if self.plan.toPlainText() else tr("Asking …")
        if self._result is not None:
            return ""
        spec = probe_spec(self.controls.key)
        if spec.about == "layer" and not self.controls.layer:
            return tr("No layer of this network fits.") + " " + tr_core(spec.help)
        if self.probing.waiting:
            return " ".join((tr("Measuring …"), *self._patience()))
        cost = " ".join((tr("Cost: {cost}", cost=tr_core(spec.cost)), *self._patience()))
        return "\n\n".join((tr_core(spec.help), cost, tr("Press Measure.")))

    def empty_numbers(self) -> dict[str, Question]:
        key, layer = self._place
        network, settings = self.document.project.network, self.controls.settings
        value = 0.0 if key == PLAN else patience(key, layer, network, settings)
        if value < SLOW:
            return {}
        size, samples, steps = state_size(layer, network), int(settings["samples"]), int(settings["columns"])
        made = clocks.patience(value, size, samples, steps, CUBE_SECONDS)
        return {f"{value:.0f}": Question(made, tr("Why so long?"))}

    def redraw(self) -> None:
        if self.controls.key == PLAN:
            self._stack_of_pages.setCurrentWidget(self.plan)
            self.say(tr("What runs over all time steps at once, and what step by step."))
            return
        found = self._shown()
        page = self.pages[found.result.key]
        self._stack_of_pages.setCurrentWidget(page)
        page.show_found(found)
        self._say()

    def table(self) -> Table:
        if self.controls.key == PLAN:
            return [("part", self.plan.toPlainText().splitlines())]
        return self.pages[self.controls.key].table()

    def questions_at(self, chart: Chart, at: tuple[float, float]) -> list[Question]:
        return [] if self._result is None else self.pages[self._result.key].questions_at(chart, at)

    def questions_here(self) -> list[Question]:
        result = self._result
        chosen = None if result is None or self.empty_text() else self.pages[result.key].questions_of_choice()
        return super().questions_here() if chosen is None else chosen

    def restyle(self) -> None:
        for key, page in self.pages.items():
            if any(found == key for found, _ in self.probing.results):
                page.restyle()

    def measure(self) -> None:
        """Ask what is chosen now; what the worker finds is shown as soon as it is there."""
        key, layer = self._place
        if key == PLAN:
            self.probing.explain()
        elif layer or probe_spec(key).about == "network":
            self.probing.measure(self._place, self._settings())
        self._show_waiting()
        self.mark()

    # How it is done.

    @property
    def _place(self) -> Place:
        """What is asked about which layer; one about all of the network has none."""
        key = self.controls.key
        return key, self.controls.layer if key != PLAN and probe_spec(key).about == "layer" else ""

    @property
    def _result(self) -> ProbeResult | None:
        return self.probing.results.get(self._place)

    def _patience(self) -> tuple[str, ...]:
        """What to say where it takes long."""
        seconds = patience(*self._place, self.document.project.network, self.controls.settings)
        if seconds < SLOW:
            return ()
        text = tr(
            "With a layer of this size that takes about {seconds:.0f} seconds; fewer samples or steps are quicker."
        )
        return (text.format(seconds=seconds),)

    def _settings(self) -> dict[str, object]:
        """Of the probe that is chosen. dL/dx begins with the sample that is watched elsewhere."""
        settings = dict(self.controls.settings)
        data = self.data()
        if self.controls.key == "input_gradient" and data is not None and self.runner.sample[0] < len(data):
            watched, training = self.runner.sample[0], data.samples("train")
            others = training[training != watched][: int(settings["samples"]) - 1]
            settings["samples"] = np.concatenate([[watched], others]).astype(int)
        return settings

    def _shown(self) -> Found:
        assert self._result is not None
        names = {key: self.layer_name(key) for key in self._layers_of(self._result)}
        return Found(self._result, names, self.controls.layer, self.data())

    def _layers_of(self, result: ProbeResult) -> set[str]:
        return {result.layer, *self.document.project.network.layers, *(name.split("/")[0] for name in result.values)}

    def _chosen(self) -> None:
        """Another probe, another layer, other settings, or whether it is repeated."""
        self.probing.excuse()
        self._show_waiting()
        self._fill()
        self._repeat()
        if self.controls.key == PLAN and not self.probing.plan:
            self.measure()
        for chart in self.charts():
            chart.following = True
        self.mark()

    def _repeat(self) -> None:
        key, layer = self._place
        fits = key != PLAN and (layer or probe_spec(key).about == "network")
        if self.controls.repeated and fits:
            self.probing.repeat(self._place, self.controls.settings)
        else:
            self.probing.repeat(("", ""), {})

    def _fill(self) -> None:
        """Offer the layers that the probe can answer for; dL/dx is of all inputs, and one of them is shown."""
        key, network = self.controls.key, self.document.project.network
        fitting = [] if key == PLAN else askable(key, network)
        if key == "input_gradient":
            # What enters as symbols has a gradient as the vectors that they are looked up as.
            fitting = [layer.id for layer in (*network.of_kind("embedding"), *network.of_kind("input"))]
            found = self.probing.results.get((key, ""))
            if found is not None:
                fitting = [layer for layer in fitting if f"{layer}/first" in found.values]
        self.controls.offer([(self.layer_name(layer), layer) for layer in fitting], _best(fitting, network))

    def _say(self) -> None:
        result = self._result
        if result is None or self.empty_text():
            return
        found = self._shown()
        batch, seconds_ = asked("batch", f"{result.batch:,}"), asked("seconds", f"{result.seconds:.2g}")
        when = tr("after {batch} steps of training, {seconds} s", batch=batch, seconds=seconds_)
        parts = [_sentence(found), when]
        if self._place in self.probing.outdated and not self.runner.busy:
            parts.append(tr("the weights have changed since"))
        self.say(" · ".join(parts), lambda: self._on_sentence(found))

    def _on_sentence(self, found: Found) -> dict[str, Question]:
        """About the numbers of the sentence, the batch, and what it cost."""
        result, run = found.result, self.runner.run
        about = {key: Question(one, tr("Why this number?")) for key, one in numbers_said(found.measured).items()}
        took = Question(clocks.seconds(result.seconds, Words("How long the measurement took")), tr("Why so long?"))
        about["seconds"] = took
        about["batch"] = about_batch(self.document, run if run is not None else Run(), result.batch)
        return about

    def _said(self, text: str, questions: Questions | None) -> None:
        if text:
            self.say(text, questions)
        else:
            self._say()

    def _answered(self) -> None:
        self.plan.setPlainText(self.probing.plan)
        self._show_waiting()
        self._fill()
        self.mark()

    def _show_waiting(self) -> None:
        """What is answered at once need not be given up."""
        self.controls.show_waiting(self.probing.waiting and bool(self._patience()))

    def _forgotten(self) -> None:
        self.plan.setPlainText("")
        self._show_waiting()
        self._fill()
        self._repeat()
        if self.controls.key == PLAN:
            self.measure()
        self.mark()

    def _document_changed(self, change: Change) -> None:
        if change.network:
            self._fill()
        super()._document_changed(change)

    def _make_room(self) -> None:
        narrow = self.width() < NARROW
        self.controls.details.setMaximumWidth(NARROW if narrow else 300)
        self.controls.details.setVisible(self.controls.unfolded)
        self._stack.setVisible(not (narrow and self.controls.unfolded))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()


def _sentence(found: Found) -> str:
    """Rich text: what was found, with numbers that can be asked about."""
    result = found.result
    if result.key == "gates":
        return spoken(gates_words(gate_openings(result), asked))
    return marked(said(result, found.names), {key: key for key in ASKABLE[result.key]})


def _best(layers: list[str], network: Network) -> str:
    """The layer that a newcomer wants to ask about: one with a state, else the first."""
    state = {link.target for link in network.links.values() if link.recurrent}
    blocks = {layer.id for layer in network.of_kind("rnn", "lstm", "gru")}
    return next((key for key in layers if key in state | blocks), layers[0] if layers else "")
