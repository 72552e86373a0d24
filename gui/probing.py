"""What the probes have found about the document's network, asked of the worker by hand or again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from core.problems import errors
from core.project import Change, computes_alike
from core.questions import Answer, Explain, Measure, Question, Repeat
from core.reports import ProbeResult
from gui.text import tr, tr_core

if TYPE_CHECKING:
    from gui.document import Document
    from gui.runner import Runner

Place = tuple[str, str]
"""Key of a probe, and id of the layer that it looks at ("" for all of the network)."""


class Probing(QObject):
    """Keeps the latest answer of each probe for as long as the network and the data stay what they are."""

    answered = Signal()
    """There is something new to show, if only why there is no answer."""
    forgotten = Signal()
    """The network or the data changed: nothing of what was found holds any more."""

    def __init__(self, document: Document, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._runner = document, runner
        self._state = document.state
        self._repeated = Repeat()
        self._forget()
        runner.questions.answered.connect(self._hear)
        runner.updated.connect(self._look)
        runner.status_changed.connect(self._look)
        document.changed.connect(self._on_changed)
        document.replaced.connect(self._on_replaced)

    @property
    def waiting(self) -> bool:
        """True while an answer is under way."""
        return self._asked is not None or self._postponed is not None

    def measure(self, place: Place, settings: Mapping[str, Any]) -> None:
        """Ask a probe now."""
        self._ask(Measure(*place, settings, charged=self._runner.busy))

    def give_up(self) -> None:
        """Wait no longer for the answer under way."""
        if self._postponed is not None:
            self._postponed = None
            self.answered.emit()
        elif self._asked is not None:
            self._runner.questions.give_up()

    def explain(self) -> None:
        """Ask how the network is computed."""
        self._ask(Explain())

    def repeat(self, place: Place, settings: Mapping[str, Any]) -> None:
        """Measure this probe, and no other, whenever training moves; the key "" ends it."""
        wanted = Repeat(*place, settings)
        before = self._repeated
        if (wanted.key, wanted.layer, wanted.settings) != (before.key, before.layer, before.settings):
            self._repeated = wanted
            self._runner.questions.repeat(wanted)

    def excuse(self) -> None:
        """Drop the sentence on why there was no answer."""
        self.trouble = ""

    def _ask(self, question: Question) -> None:
        if self._asked is not None:
            self._runner.questions.give_up()
        self.trouble, self._asked, self._postponed = "", None, None
        found = errors(self._document.state) if not self._runner.busy else []
        if found:
            why = tr_core(found[0].template, **found[0].values)
            self.trouble = tr("This network can not be computed yet. {why}", why=why)
            self.answered.emit()
            return
        self._seen = self._runner.examination
        if self._runner.status == "loading":
            self._postponed = question
            return
        self._asked = question
        self._runner.questions.ask(question)

    def _hear(self, answer: Answer) -> None:
        if answer.question is not self._asked:
            return
        question, self._asked = self._asked, None
        if answer.template:
            self.trouble = tr_core(answer.template, **answer.values)
        elif isinstance(answer.result, ProbeResult):
            self._keep(answer.result)
        elif isinstance(answer.result, str):
            self.plan = answer.result
        else:
            self._postponed = question  # The worker has no session for this network yet.
        self.answered.emit()

    def _look(self, *_: object) -> None:
        """Take what the reports brought, and ask what had to wait."""
        run = self._runner.run
        fresh = False
        for place, result in (run.probes if run is not None else {}).items():
            if self._reported.get(place) is not result:
                self._reported[place] = result
                self._keep(result)
                fresh = True
        if fresh:
            self.answered.emit()
        examination = self._runner.examination
        if self._postponed is not None and examination is not None and examination is not self._seen:
            self._ask(self._postponed)

    def _keep(self, result: ProbeResult) -> None:
        place = result.key, result.layer
        self.results[place] = result
        self.outdated.discard(place)
        self.trouble = ""

    def _forget(self) -> None:
        self.results: dict[Place, ProbeResult] = {}
        self.outdated: set[Place] = set()
        """Those of ``results`` that are about other weights."""
        self.plan = ""
        """How the network is computed; empty until it was asked for."""
        self.trouble = ""
        """Why the last question has no answer, in a sentence."""
        run = self._runner.run
        self._reported: dict[Place, ProbeResult] = dict(run.probes) if run is not None else {}
        self._asked: Question | None = None
        self._postponed: Question | None = None
        self._seen: object = None

    def _on_changed(self, change: Change) -> None:
        if change.network or change.data:
            before, self._state = self._state, self._document.state
            if not computes_alike(replace(before, weights={}), replace(self._state, weights={})):
                self._forget()
                self.forgotten.emit()
                return
        if change.weights:
            self.outdated |= set(self.results)

    def _on_replaced(self) -> None:
        self._state = self._document.state
        self._forget()
        self.forgotten.emit()
