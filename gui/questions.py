"""Questions to the network as it is now, beside its training: the worker answers them one after another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.project import computes_alike
from core.questions import Answer, Question, Repeat
from gui.messages import Moved

if TYPE_CHECKING:
    from gui.runner import Runner
    from gui.trainer import Trainer


class Questions(QObject):
    """Who asks keeps the question, and knows its answer by it."""

    answered = Signal(object)
    """core.questions.Answer, of any question of anyone; its ``result`` is None where there is nothing to ask yet."""

    def __init__(self, runner: Runner, trainer: Trainer) -> None:
        super().__init__(runner)
        self._runner, self._trainer = runner, trainer
        self._repeated = Repeat()
        runner.heard.connect(self._hear)
        runner.run_started.connect(self._ask_again)

    def ask(self, question: Question) -> None:
        """An Answer follows."""
        self._runner.ticker.start()
        self._trainer.question(question)

    def give_up(self) -> None:
        """Wait no longer for the answer under way."""
        self._trainer.give_up()

    def repeat(self, question: Repeat) -> None:
        """Measure this probe, and no other, in this training and in those to come; reports carry what it finds."""
        self._repeated = question
        self.ask(question)

    def _ask_again(self, *_: object) -> None:
        """Each session has a schedule of its own."""
        if self._repeated.key:
            self.ask(self._repeated)

    def _hear(self, event: object) -> None:
        if isinstance(event, Moved):
            self._ask_again()
        if isinstance(event, Answer):
            self.answered.emit(event if self._holds(event) else Answer(event.question, None))

    def _holds(self, answer: Answer) -> bool:
        """Whether it is about the network and the data that the document has now, whatever the weights."""
        if answer.state is None:
            return False
        return computes_alike(replace(answer.state, weights={}), replace(self._runner.document.state, weights={}))
